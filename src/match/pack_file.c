/* pack_file.c - see pack_file.h. libyaml goes over the text first: it gives the exact place of a syntax error and the line of
 * every entry, and refuses what a pack never needs (aliases, several documents, deep nesting, NUL). libcyaml loads. */
#include "match/pack_file.h"

#include <yaml.h>

#include "base/conf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "match/pack.h"

enum { DEPTH_MAX = 8, NAME_MAX_BYTES = 200, TEXT_MAX_BYTES = 2000 };

static const cyaml_schema_value_t text_value = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, TEXT_MAX_BYTES),
};
static const cyaml_strval_t kinds[] = {
	{"storefront", BRAND_STOREFRONT},
	{"impersonated", BRAND_IMPERSONATED},
	{"stock", BRAND_STOCK},
	{"product", BRAND_PRODUCT},
};

#define NAME(T, f) CYAML_FIELD_STRING_PTR(#f, CYAML_FLAG_POINTER, T, f, 1, NAME_MAX_BYTES)
#define NAME_OPT(T, f) CYAML_FIELD_STRING_PTR(#f, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, T, f, 1, NAME_MAX_BYTES)
#define TEXT(T, f) CYAML_FIELD_STRING_PTR(#f, CYAML_FLAG_POINTER, T, f, 1, TEXT_MAX_BYTES)
#define TEXT_OPT(T, f) CYAML_FIELD_STRING_PTR(#f, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, T, f, 1, TEXT_MAX_BYTES)
#define LIST(T, f, value) \
	CYAML_FIELD_SEQUENCE_COUNT(#f, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, T, f, n_##f, value, 0, LIM_PACK_ENTRIES)

static const cyaml_schema_field_t programme_fields[] = {
	NAME(struct raw_programme, name),
	TEXT(struct raw_programme, source),
	TEXT_OPT(struct raw_programme, note),
	NAME_OPT(struct raw_programme, category),
	NAME_OPT(struct raw_programme, status),
	LIST(struct raw_programme, aliases, &text_value),
	LIST(struct raw_programme, brands, &text_value),
	LIST(struct raw_programme, example_domains, &text_value),
	CYAML_FIELD_END,
};
static const cyaml_schema_field_t brand_fields[] = {
	NAME(struct raw_brand, name),
	TEXT(struct raw_brand, source),
	TEXT_OPT(struct raw_brand, note),
	NAME_OPT(struct raw_brand, category),
	CYAML_FIELD_ENUM("kind", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct raw_brand, kind, kinds, CYAML_ARRAY_LEN(kinds)),
	CYAML_FIELD_BOOL("generic", CYAML_FLAG_OPTIONAL, struct raw_brand, generic),
	LIST(struct raw_brand, phrases, &text_value),
	LIST(struct raw_brand, patterns, &text_value),
	LIST(struct raw_brand, domains, &text_value),
	LIST(struct raw_brand, example_domains, &text_value),
	CYAML_FIELD_END,
};
static const cyaml_schema_field_t words_fields[] = {
	CYAML_FIELD_FLOAT("weight", CYAML_FLAG_DEFAULT, struct raw_words, weight),
	LIST(struct raw_words, any, &text_value),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t programme_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_programme, programme_fields)};
static const cyaml_schema_value_t brand_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_brand, brand_fields)};
static const cyaml_schema_value_t words_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_words, words_fields)};
static const cyaml_schema_field_t category_fields[] = {
	NAME(struct raw_category, name),
	TEXT(struct raw_category, source),
	TEXT_OPT(struct raw_category, note),
	LIST(struct raw_category, words, &words_value),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t category_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_category, category_fields)};
static const cyaml_schema_field_t file_fields[] = {
	CYAML_FIELD_UINT("format", CYAML_FLAG_DEFAULT, struct raw_file, format),
	LIST(struct raw_file, programmes, &programme_value),
	LIST(struct raw_file, brands, &brand_value),
	LIST(struct raw_file, categories, &category_value),
	CYAML_FIELD_END,
};
static const cyaml_schema_value_t file_value = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_file, file_fields)};

/* Where the walk stands: depth 1 is the document's mapping, 2 a section's list, 3 an entry, 5 a group of words. */
struct level {
	bool mapping;  /* else a list */
	bool value;    /* of a mapping: a value comes next, not a key */
	uint32_t seen; /* of a mapping: its keys so far, by position in the list of known ones */
};
struct walk {
	const char *name;
	struct pack_lines *lines;
	struct err *err;
	int depth, documents;
	int section; /* of the list at depth 2; -1 for another */
	struct level level[DEPTH_MAX + 1];
};

static int complain(struct walk *w, const yaml_event_t *e, const char *what)
{
	return err_set(w->err, ERR_INPUT, "%s:%zu: %s", w->name, e->start_mark.line + 1, what);
}

static int add_line(struct walk *w, const yaml_event_t *e)
{
	struct pack_lines *l = w->lines;
	int s = w->section;
	if (s < 0)
		return 0;
	if (l->n[s] == LIM_PACK_ENTRIES)
		return complain(w, e, "more entries than a pack may have");
	if (l->n[s] == l->cap[s]) {
		size_t want = l->cap[s] ? l->cap[s] * 2 : 64;
		unsigned *v = mem_realloc(l->v[s], want * sizeof *v);
		if (!v)
			return err_oom(w->err, w->name);
		l->v[s] = v;
		l->cap[s] = want;
	}
	l->v[s][l->n[s]++] = (unsigned)e->start_mark.line + 1;
	return 0;
}

/* The keys that may stand in a mapping at this depth; NULL: anything (libcyaml complains). */
static const char *const *keys_at(int depth, int section)
{
	static const char *const top[] = {"programmes", "brands", "categories", "format", NULL};
	static const char *const words[] = {"weight", "any", NULL};
	static const char *const entry[SECTION_COUNT][12] = {
		{"name", "source", "note", "category", "status", "aliases", "brands", "example_domains", NULL},
		{"name", "source", "note", "category", "kind", "generic", "phrases", "patterns", "domains", "example_domains",
			NULL},
		{"name", "source", "note", "words", NULL},
	};
	if (depth == 1)
		return top;
	if (depth == 3 && section >= 0)
		return entry[section];
	return depth == 5 && section == SECTION_CATEGORIES ? words : NULL;
}

/* libcyaml refuses these too, but tells the line before. */
static int check_key(struct walk *w, const yaml_event_t *e)
{
	const char *key = (const char *)e->data.scalar.value;
	const char *const *keys = keys_at(w->depth, w->section);
	uint32_t bit = 1;
	if (!keys)
		return 0;
	for (; *keys && strcmp(*keys, key) != 0; keys++)
		bit <<= 1;
	if (!*keys)
		return err_set(w->err, ERR_INPUT, "%s:%zu: no such key: %.100s", w->name, e->start_mark.line + 1, key);
	if (w->level[w->depth].seen & bit)
		return err_set(w->err, ERR_INPUT, "%s:%zu: the key stands twice: %s", w->name, e->start_mark.line + 1, key);
	w->level[w->depth].seen |= bit;
	if (w->depth == 1)
		w->section = __builtin_ctz(bit) < SECTION_COUNT ? __builtin_ctz(bit) : -1;
	return 0;
}

/* A value (scalar, list or mapping) begins or a key: *key tells which. */
static int begin_node(struct walk *w, const yaml_event_t *e, bool *key)
{
	struct level *l = &w->level[w->depth];
	*key = l->mapping && !l->value;
	if (l->mapping)
		l->value = !l->value;
	return w->depth == 2 ? add_line(w, e) : 0;
}

static int open_node(struct walk *w, const yaml_event_t *e)
{
	bool key;
	if (begin_node(w, e, &key) < 0)
		return w->err->kind;
	if (key)
		return complain(w, e, "a list or mapping as a key");
	if (w->depth == 0 && e->type != YAML_MAPPING_START_EVENT)
		return complain(w, e, "a pack is a mapping with format, programmes, brands, categories");
	if (w->depth == DEPTH_MAX)
		return complain(w, e, "nested too deep for a pack");
	w->level[++w->depth] = (struct level){.mapping = e->type == YAML_MAPPING_START_EVENT};
	return 0;
}

static int scalar(struct walk *w, const yaml_event_t *e)
{
	struct str text = str_make(e->data.scalar.value, e->data.scalar.length);
	bool key;
	if (str_find_byte(text, 0) != STR_NPOS)
		return complain(w, e, "a NUL character in a pack");
	if (w->depth == 0)
		return complain(w, e, "a pack is a mapping with format, programmes, brands, categories");
	if (begin_node(w, e, &key) < 0)
		return w->err->kind;
	return key ? check_key(w, e) : 0;
}

static int walk_event(struct walk *w, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return w->documents++ ? complain(w, e, "a second document; a pack is one") : 0;
	case YAML_ALIAS_EVENT:
		return complain(w, e, "aliases (*name) are not allowed in a pack");
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return open_node(w, e);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		w->depth--;
		return 0;
	case YAML_SCALAR_EVENT:
		return scalar(w, e);
	default:
		return 0;
	}
}

static int walk_text(struct walk *w, struct str text)
{
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		return err_oom(w->err, w->name);
	yaml_parser_set_input_string(&parser, text.p, text.n);
	int rc = 0;
	for (bool end = false; !end && rc == 0;) {
		yaml_event_t event;
		if (!yaml_parser_parse(&parser, &event)) {
			size_t line = parser.problem_mark.line + 1;
			rc = parser.error == YAML_MEMORY_ERROR ? err_oom(w->err, w->name)
			                                       : err_set(w->err, ERR_INPUT, "%s:%zu: %s", w->name, line,
									 parser.problem ? parser.problem : "not YAML");
			break;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		rc = walk_event(w, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (rc == 0 && !w->documents)
		rc = err_set(w->err, ERR_INPUT, "%s:1: an empty file is no pack", w->name);
	return rc;
}

static void lines_free(struct pack_lines *l)
{
	for (int i = 0; i < SECTION_COUNT; i++)
		mem_free(l->v[i]);
	*l = (struct pack_lines){0};
}

static int utf8_check(const char *name, struct str text, struct err *err)
{
	size_t ok = utf8_valid_prefix(text), line = 1;
	if (ok == text.n)
		return 0;
	for (size_t i = 0; i < ok; i++)
		line += text.p[i] == '\n';
	return err_set(err, ERR_INPUT, "%s:%zu: not UTF-8", name, line);
}

int pack_file_read(struct pack_file *out, const char *name, struct str text, bool shipped, struct err *err)
{
	struct pack_file f = {0};
	struct walk w = {.name = name, .lines = &f.lines, .err = err, .section = -1};
	void *raw = NULL;
	int rc = text.n > LIM_PACK_FILE ? err_set(err, ERR_INPUT, "%s: larger than %zu bytes", name, LIM_PACK_FILE) : 0;
	if (rc == 0 && !shipped)
		rc = utf8_check(name, text, err);
	if (rc == 0 && !shipped)
		rc = walk_text(&w, text);
	if (rc == 0)
		rc = conf_load(name, text, &file_value, &raw, err);
	f.raw = raw;
	if (rc == 0 && f.raw->format != 1)
		rc = err_set(
			err, ERR_INPUT, "%s: format %u of packs is not known, this program reads format 1", name, f.raw->format);
	if (rc == 0)
		*out = f;
	else
		pack_file_free(&f);
	return rc;
}

void pack_file_free(struct pack_file *f)
{
	conf_free(&file_value, f->raw);
	lines_free(&f->lines);
	f->raw = NULL;
}
