/* config.c - see config.h. */
#include "cmd/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "base/limits.h"
#include "base/mem.h"

static const cyaml_schema_value_t text_value = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, LIM_PATH)};

static const cyaml_schema_field_t feed_fields[] = {
	CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct feed_config, name, 1, 256),
	CYAML_FIELD_STRING_PTR("kind", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct feed_config, kind, 1, 16),
	CYAML_FIELD_SEQUENCE("trust", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct feed_config, trust, &text_value, 0, 1000),
	CYAML_FIELD_SEQUENCE("paths", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct feed_config, paths, &text_value, 0, 100000),
	CYAML_FIELD_SEQUENCE("smtp", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct feed_config, smtp, &text_value, 0, 256),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t feed_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct feed_config, feed_fields)};

/* As read; default_packs is turned round afterwards, so that "not said" means yes. */
struct config_file {
	struct config c;
	bool *default_packs;
};

static const cyaml_schema_field_t config_fields[] = {
	CYAML_FIELD_STRING_PTR("store", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_file, c.store, 1, LIM_PATH),
	CYAML_FIELD_STRING_PTR("psl", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_file, c.psl, 1, LIM_PATH),
	CYAML_FIELD_STRING_PTR("geoip", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_file, c.geoip, 1, LIM_PATH),
	CYAML_FIELD_STRING_PTR("model", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_file, c.model, 1, LIM_PATH),
	CYAML_FIELD_INT("jobs", CYAML_FLAG_OPTIONAL, struct config_file, c.jobs),
	CYAML_FIELD_BOOL_PTR("default_packs", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_file, default_packs),
	CYAML_FIELD_SEQUENCE("packs", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_file, c.packs, &text_value, 0, 1000),
	CYAML_FIELD_SEQUENCE(
		"feeds", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct config_file, c.feeds, &feed_value, 0, 100000),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t config_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct config_file, config_fields)};

/* Puts the folder of the config file in front of a relative path. The strings are the schema's: same allocator. */
static int anchor(char **path, const char *config_path, struct err *err)
{
	const char *slash = strrchr(config_path, '/');
	if (!*path || **path == '/' || !slash)
		return 0;
	size_t dir = (size_t)(slash - config_path) + 1, n = strlen(*path) + 1;
	char *joined = mem_alloc(dir + n);
	if (!joined)
		return err_oom(err, config_path);
	memcpy(joined, config_path, dir);
	memcpy(joined + dir, *path, n);
	mem_free(*path);
	*path = joined;
	return 0;
}

static int check(struct config *c, const char *path, struct err *err)
{
	int rc = anchor(&c->store, path, err);
	if (!rc)
		rc = anchor(&c->psl, path, err);
	if (!rc)
		rc = anchor(&c->geoip, path, err);
	if (!rc)
		rc = anchor(&c->model, path, err);
	for (unsigned i = 0; i < c->packs_count && !rc; i++)
		rc = anchor(&c->packs[i], path, err);
	for (unsigned i = 0; i < c->feeds_count && !rc; i++) {
		struct feed_config *f = &c->feeds[i];
		for (unsigned k = 0; k < f->paths_count && !rc; k++)
			rc = anchor(&f->paths[k], path, err);
		for (unsigned k = 0; k < f->smtp_count && !rc; k++)
			rc = anchor(&f->smtp[k], path, err);
		if (!rc && f->kind && !feed_kind_valid(str_of(f->kind)))
			rc = err_set(
				err, ERR_INPUT, "%s: feed %s: kind %s: use trap, lab, customer or list", path, f->name, f->kind);
	}
	if (!rc && (c->jobs < 0 || c->jobs > LIM_WORKERS))
		rc = err_set(err, ERR_INPUT, "%s: jobs: use 1 to %d", path, LIM_WORKERS);
	return rc;
}

int config_load(struct config **out, const char *path, struct err *err)
{
	struct config_file *f = NULL;
	void *data = NULL;
	uint8_t *text = NULL;
	size_t n = 0;
	if (path) {
		if (file_read(path, 16 * MIB, &text, &n, err))
			return err->kind;
		int rc = conf_load(path, str_make(text, n), &config_value, &data, err);
		mem_free(text);
		if (rc)
			return rc;
		f = data;
	}
	if (!f && !(f = mem_zalloc(1, sizeof *f)))
		return err_oom(err, "configuration");
	f->c.no_default_packs = f->default_packs && !*f->default_packs;
	if (path && check(&f->c, path, err)) {
		config_free(&f->c);
		return err->kind;
	}
	*out = &f->c;
	return 0;
}

void config_free(struct config *c)
{
	conf_free(&config_value, c); /* c is the first member of what the schema made */
}
