/* mark.c - see mark.h. */
#include "engine/mark.h"

#include "base/conf.h"

enum { TEXT_BYTES = 500, MARKS_MAX = 1000 };

struct raw_mark {
	char *name, *source, *ham, *note;
	char **tokens, **holds;
	unsigned n_tokens, n_holds;
};
struct raw_marks {
	unsigned format;
	struct raw_mark *marks;
	unsigned n_marks;
};

static const cyaml_schema_value_t text_value = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, TEXT_BYTES)};
static const cyaml_schema_field_t mark_fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct raw_mark, name, 1, TEXT_BYTES),
	CYAML_FIELD_STRING_PTR("source", CYAML_FLAG_POINTER, struct raw_mark, source, 1, TEXT_BYTES),
	CYAML_FIELD_STRING_PTR("ham", CYAML_FLAG_POINTER, struct raw_mark, ham, 1, TEXT_BYTES),
	CYAML_FIELD_STRING_PTR("note", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_mark, note, 1, TEXT_BYTES),
	CYAML_FIELD_SEQUENCE_COUNT(
		"tokens", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_mark, tokens, n_tokens, &text_value, 1, MARK_TOKENS),
	CYAML_FIELD_SEQUENCE_COUNT(
		"holds", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_mark, holds, n_holds, &text_value, 1, MARK_TOKENS),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t mark_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_mark, mark_fields)};
static const cyaml_schema_field_t file_fields[] = {
	CYAML_FIELD_UINT("format", CYAML_FLAG_DEFAULT, struct raw_marks, format),
	CYAML_FIELD_SEQUENCE_COUNT("marks", CYAML_FLAG_POINTER, struct raw_marks, marks, n_marks, &mark_value, 0, MARKS_MAX),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t file_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_marks, file_fields)};

static bool copy(struct engine_model *m, struct arena *a, const struct raw_mark *r, struct engine_mark *k)
{
	k->name = arena_dup(a, str_of(r->name));
	k->source = arena_dup(a, str_of(r->source));
	k->ham = arena_dup(a, str_of(r->ham));
	for (unsigned i = 0; i < r->n_tokens; i++) {
		k->tokens[k->n] = engine_model_token(m, str_of(r->tokens[i]));
		if (k->tokens[k->n++] == UINT32_MAX)
			return false;
	}
	for (unsigned i = 0; i < r->n_holds; i++) {
		struct str text = str_of(r->holds[i]);
		unsigned family = engine_family(text);
		if (family == PRINT_COUNT)
			return false;
		struct str part = arena_dup(a, str_from(text, print_table[family].name.n + 1));
		k->holds[k->n_holds++] = (struct mark_part){family, part};
		if (!part.p)
			return false;
	}
	return k->name.p && k->source.p && k->ham.p;
}

int engine_marks_load(struct engine_model *m, struct arena *a, struct engine_mark **out, size_t *n, struct err *err)
{
	void *data = NULL;
	if (conf_load("engines.yaml", engine_marks_shipped, &file_value, &data, err))
		return err->kind;
	struct raw_marks *raw = data;
	struct engine_mark *v = arena_zalloc(a, raw->n_marks + 1, sizeof *v);
	bool ok = v != NULL;
	for (unsigned i = 0; i < raw->n_marks && ok; i++)
		ok = copy(m, a, &raw->marks[i], &v[i]);
	*out = v;
	*n = ok ? raw->n_marks : 0;
	conf_free(&file_value, data);
	return ok ? 0 : err_oom(err, "engines.yaml");
}

static bool has_part(const struct mark_part *part, const struct engine_model *m, const uint32_t *tokens, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct engine_token *t = &m->tokens.v[tokens[i]];
		if (t->family == part->family &&
			str_find(str_from(t->text, print_table[t->family].name.n + 1), part->part) != STR_NPOS)
			return true;
	}
	return false;
}

bool engine_mark_fits(const struct engine_mark *k, const struct engine_model *m, const uint32_t *tokens, size_t n)
{
	for (size_t i = 0; i < k->n; i++) {
		size_t at = 0;
		while (at < n && tokens[at] != k->tokens[i])
			at++;
		if (at == n)
			return false;
	}
	for (size_t i = 0; i < k->n_holds; i++)
		if (!has_part(&k->holds[i], m, tokens, n))
			return false;
	return k->n || k->n_holds;
}
