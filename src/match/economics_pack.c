/* economics_pack.c - see economics_pack.h. */
#include "match/economics_pack.h"

#include "base/conf.h"
#include "base/limits.h"
#include "base/mem.h"

extern const struct str asset_economics; /* packs/economics.yaml */

const char *const economics_input_names[INPUT_COUNT] = {"visits_per_mail", "sales_per_visit", "basket_usd", "commission"};

struct raw_input {
	char *name, *source;
	double successes, trials, low, high;
};
struct raw_file {
	unsigned format;
	struct raw_input *inputs;
	unsigned inputs_count;
};

#define NUMBER(f) CYAML_FIELD_FLOAT(#f, CYAML_FLAG_OPTIONAL, struct raw_input, f)
static const cyaml_schema_field_t input_fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct raw_input, name, 1, 64),
	CYAML_FIELD_STRING_PTR("source", CYAML_FLAG_POINTER, struct raw_input, source, 1, 2000),
	NUMBER(successes),
	NUMBER(trials),
	NUMBER(low),
	NUMBER(high),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t input_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_input, input_fields)};
static const cyaml_schema_field_t file_fields[] = {
	CYAML_FIELD_UINT("format", CYAML_FLAG_DEFAULT, struct raw_file, format),
	CYAML_FIELD_SEQUENCE("inputs", CYAML_FLAG_POINTER, struct raw_file, inputs, &input_value, 1, 100),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t file_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_file, file_fields)};

static int take(struct economics_inputs *in, const char *name, const struct raw_input *raw, struct err *err)
{
	for (size_t i = 0; i < INPUT_COUNT; i++) {
		struct economics_input *x = &in->v[i];
		if (strcmp(raw->name, economics_input_names[i]))
			continue;
		bool counted = raw->trials > 0 && raw->successes >= 0 && raw->successes <= raw->trials && !raw->low && !raw->high;
		bool range = raw->low >= 0 && raw->high >= raw->low && raw->high > 0 && !raw->trials && !raw->successes;
		if (x->source.p)
			return err_set(err, ERR_INPUT, "%s: %s is there twice", name, raw->name);
		if (!counted && !range)
			return err_set(err, ERR_INPUT, "%s: %s: give successes and trials, or low and high (0 <= low <= high)",
				name, raw->name);
		*x = (struct economics_input){counted, raw->successes, raw->trials, raw->low, raw->high, str_of(raw->source)};
		return 0;
	}
	return err_set(err, ERR_INPUT,
		"%s: %s: no such input; known are visits_per_mail, sales_per_visit, basket_usd and commission", name, raw->name);
}

static int load_text(struct economics_inputs *in, const char *name, struct str text, struct err *err)
{
	struct raw_file *file = NULL;
	int rc = conf_load(name, text, &file_value, (void **)&file, err);
	if (rc)
		return rc;
	in->data = file;
	if (!file)
		return err_set(err, ERR_INPUT, "%s: empty", name);
	if (file->format != 1)
		rc = err_set(err, ERR_INPUT, "%s: format %u is not known; this trapline reads format 1", name, file->format);
	for (unsigned i = 0; i < file->inputs_count && !rc; i++)
		rc = take(in, name, &file->inputs[i], err);
	for (size_t i = 0; i < INPUT_COUNT && !rc; i++)
		if (!in->v[i].source.p)
			rc = err_set(err, ERR_INPUT, "%s: %s is missing", name, economics_input_names[i]);
	return rc;
}

int economics_load(struct economics_inputs *out, const char *path, struct err *err)
{
	uint8_t *p = NULL;
	size_t n;
	*out = (struct economics_inputs){0};
	int rc = path ? file_read(path, 1 * MIB, &p, &n, err) : 0;
	if (!rc)
		rc = load_text(out, path ? path : "economics.yaml", path ? str_make(p, n) : asset_economics, err);
	mem_free(p);
	if (rc)
		economics_unload(out);
	return rc;
}

void economics_unload(struct economics_inputs *in)
{
	conf_free(&file_value, in->data);
	*in = (struct economics_inputs){0};
}
