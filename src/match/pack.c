/* pack.c - see pack.h. Entries are collected layer by layer into one list for each section; a map from the folded name finds
 * the entry that a later layer replaces. What refers to other entries is checked after the last file. */
#include "match/pack.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "match/pack_file.h"

struct builder {
	struct pack *pack;
	struct map names[SECTION_COUNT]; /* lower-cased name -> index + 1 */
	VEC(struct pack_programme) programmes;
	VEC(struct pack_brand) brands;
	VEC(struct pack_category) categories;
	struct str file;
	unsigned layer;
	struct err *err;
	bool oom;
};

static struct str keep(struct builder *b, const char *z)
{
	if (!z)
		return (struct str){NULL, 0};
	struct str s = arena_dup(&b->pack->arena, str_trim(str_of(z)));
	b->oom |= !s.p;
	return s;
}

static struct strs keep_list(struct builder *b, char *const *v, unsigned n)
{
	struct strs out = {0};
	if (n == 0)
		return out;
	out.v = arena_zalloc(&b->pack->arena, n, sizeof *out.v);
	b->oom |= !out.v;
	for (unsigned i = 0; out.v && i < n; i++)
		out.v[out.n++] = keep(b, v[i]);
	return out;
}

static struct str lower_copy(struct builder *b, struct str s)
{
	uint8_t *p = arena_alloc(&b->pack->arena, s.n + 1);
	b->oom |= !p;
	for (size_t i = 0; p && i < s.n; i++)
		p[i] = ascii_lower(s.p[i]);
	return str_make(p, p ? s.n : 0);
}

static int entry_error(struct builder *b, const struct pack_entry *e, const char *what, struct str detail)
{
	return err_set(b->err, ERR_INPUT, "%.*s:%u: %.*s: %s%.*s", STR_FMT(e->file), e->line, STR_FMT(str_first(e->name, 100)),
		what, STR_FMT(str_first(detail, 200)));
}

/* A registrable domain or a host: "example.com". */
static bool domain_ok(struct str d)
{
	if (d.n < 3 || d.n > 253 || d.p[0] == '.' || d.p[d.n - 1] == '.' || str_find_byte(d, '.') == STR_NPOS)
		return false;
	for (size_t i = 0; i < d.n; i++)
		if (!ascii_alnum(d.p[i]) && d.p[i] != '-' && d.p[i] != '.' && d.p[i] != '_')
			return false;
	return true;
}

static int keep_domains(struct builder *b, const struct pack_entry *e, char *const *v, unsigned n, struct strs *out)
{
	*out = keep_list(b, v, n);
	for (size_t i = 0; i < out->n; i++) {
		out->v[i] = lower_copy(b, out->v[i]);
		if (!b->oom && !domain_ok(out->v[i]))
			return entry_error(b, e, "not a bare ASCII domain name: ", out->v[i]);
	}
	return 0;
}

static struct pack_entry entry_of(struct builder *b, const char *name, const char *source, unsigned line)
{
	return (struct pack_entry){keep(b, name), keep(b, source), b->file, line, b->layer};
}

/* Finds or makes the place of a name: *at is its index, == n for a new one. */
static int place(
	struct builder *b, enum pack_section s, const struct pack_entry *e, size_t n, const void *old, size_t stride, size_t *at)
{
	if (b->oom)
		return err_oom(b->err, "pack");
	if (e->name.n == 0 || e->source.n == 0)
		return entry_error(b, e, e->name.n ? "the source is empty" : "the name is empty", S(""));
	bool fresh;
	struct map_entry *m = map_put(&b->names[s], lower_copy(b, e->name), &fresh);
	if (!m)
		return err_oom(b->err, "pack");
	if (fresh)
		m->value = n;
	*at = m->value;
	if (fresh)
		return 0;
	const struct pack_entry *was = (const void *)((const char *)old + stride * *at); /* the first member of each */
	if (was->layer == b->layer)
		return err_set(b->err, ERR_INPUT, "%.*s:%u: %.*s stands already at %.*s:%u", STR_FMT(e->file), e->line,
			STR_FMT(str_first(e->name, 100)), STR_FMT(was->file), was->line);
	return 0;
}

#define PUSH_AT(b, list, at, value) \
	do { \
		if ((at) == (list)->n && !vec_push(&(b)->pack->arena, (list), LIM_PACK_ENTRIES)) \
			return err_oom((b)->err, "pack"); \
		(list)->v[at] = (value); \
	} while (0)

static int add_programme(struct builder *b, const struct raw_programme *r, unsigned line)
{
	struct pack_programme p = {.entry = entry_of(b, r->name, r->source, line)};
	size_t at = 0;
	p.aliases = keep_list(b, r->aliases, r->n_aliases);
	p.category = keep(b, r->category);
	p.status = keep(b, r->status);
	p.brands = keep_list(b, r->brands, r->n_brands);
	if (keep_domains(b, &p.entry, r->example_domains, r->n_example_domains, &p.example_domains) < 0)
		return b->err->kind;
	if (place(b, SECTION_PROGRAMMES, &p.entry, b->programmes.n, b->programmes.v, sizeof p, &at) < 0)
		return b->err->kind;
	PUSH_AT(b, &b->programmes, at, p);
	return 0;
}

static int put_brand(struct builder *b, const struct pack_brand *brand)
{
	size_t at = 0;
	if (place(b, SECTION_BRANDS, &brand->entry, b->brands.n, b->brands.v, sizeof *brand, &at) < 0)
		return b->err->kind;
	PUSH_AT(b, &b->brands, at, *brand);
	return 0;
}

/* Without phrases of its own a brand is found by its name. */
static void name_as_phrase(struct builder *b, struct pack_brand *brand)
{
	if (brand->phrases.n)
		return;
	brand->phrases.v = arena_alloc(&b->pack->arena, sizeof *brand->phrases.v);
	b->oom |= !brand->phrases.v;
	if (brand->phrases.v)
		brand->phrases.v[brand->phrases.n++] = brand->entry.name;
}

static int add_brand(struct builder *b, const struct raw_brand *r, unsigned line)
{
	struct pack_brand brand = {
		.entry = entry_of(b, r->name, r->source, line), .kind = (enum brand_kind)r->kind, .generic = r->generic};
	brand.category = keep(b, r->category);
	brand.phrases = keep_list(b, r->phrases, r->n_phrases);
	brand.patterns = keep_list(b, r->patterns, r->n_patterns);
	if (brand.patterns.n == 0)
		name_as_phrase(b, &brand);
	if (keep_domains(b, &brand.entry, r->domains, r->n_domains, &brand.domains) < 0 ||
		keep_domains(b, &brand.entry, r->example_domains, r->n_example_domains, &brand.example_domains) < 0)
		return b->err->kind;
	if (!b->oom && brand.kind == BRAND_IMPERSONATED && brand.domains.n == 0)
		return entry_error(b, &brand.entry, "an impersonated brand needs its own domains (domains: [...])", S(""));
	return put_brand(b, &brand);
}

static int add_category(struct builder *b, const struct raw_category *r, unsigned line)
{
	struct pack_category c = {.entry = entry_of(b, r->name, r->source, line)};
	size_t at = 0;
	c.words = arena_zalloc(&b->pack->arena, r->n_words + 1, sizeof *c.words);
	b->oom |= !c.words;
	for (unsigned i = 0; c.words && i < r->n_words; i++) {
		if (!(r->words[i].weight >= -10 && r->words[i].weight <= 10))
			return entry_error(b, &c.entry, "a weight is log-odds between -10 and 10", S(""));
		c.words[c.n_words++] = (struct pack_words){r->words[i].weight, keep_list(b, r->words[i].any, r->words[i].n_any)};
	}
	if (place(b, SECTION_CATEGORIES, &c.entry, b->categories.n, b->categories.v, sizeof c, &at) < 0)
		return b->err->kind;
	PUSH_AT(b, &b->categories, at, c);
	return 0;
}

static unsigned line_of(const struct pack_file *f, enum pack_section s, size_t i)
{
	return i < f->lines.n[s] ? f->lines.v[s][i] : 0;
}

static int add_file(struct builder *b, const char *name, struct str text, unsigned layer, bool shipped)
{
	struct pack_file f;
	if (pack_file_read(&f, name, text, shipped, b->err) < 0)
		return b->err->kind;
	int rc = 0;
	b->file = keep(b, name);
	b->layer = layer;
	for (unsigned i = 0; rc == 0 && i < f.raw->n_programmes; i++)
		rc = add_programme(b, &f.raw->programmes[i], line_of(&f, SECTION_PROGRAMMES, i));
	for (unsigned i = 0; rc == 0 && i < f.raw->n_brands; i++)
		rc = add_brand(b, &f.raw->brands[i], line_of(&f, SECTION_BRANDS, i));
	for (unsigned i = 0; rc == 0 && i < f.raw->n_categories; i++)
		rc = add_category(b, &f.raw->categories[i], line_of(&f, SECTION_CATEGORIES, i));
	pack_file_free(&f);
	if (rc == 0 && b->oom)
		rc = err_oom(b->err, name);
	return rc;
}

/* The place of a brand that a programme lists; made when only the list names it. */
static int brand_of_list(struct builder *b, const struct pack_programme *p, struct str name, uint32_t *at)
{
	if (name.n == 0)
		return entry_error(b, &p->entry, "an empty name among the brands", S(""));
	const struct map_entry *m = map_get(&b->names[SECTION_BRANDS], lower_copy(b, name));
	*at = m ? (uint32_t)m->value : (uint32_t)b->brands.n;
	if (m)
		return 0;
	struct pack_brand brand = {.entry = p->entry, .category = p->category};
	brand.entry.name = name;
	name_as_phrase(b, &brand);
	b->layer = p->entry.layer;
	return put_brand(b, &brand);
}

static int resolve(struct builder *b)
{
	for (size_t i = 0; i < b->programmes.n; i++) {
		struct pack_programme *p = &b->programmes.v[i];
		p->brand_at = arena_zalloc(&b->pack->arena, p->brands.n + 1, sizeof *p->brand_at);
		if (!p->brand_at)
			return err_oom(b->err, "pack");
		for (size_t k = 0; k < p->brands.n; k++)
			if (brand_of_list(b, p, p->brands.v[k], &p->brand_at[k]) < 0)
				return b->err->kind;
	}
	return b->oom ? err_oom(b->err, "pack") : 0;
}

/* ---- content hash ---- */
static void hash_text(struct sha256 *h, struct str s)
{
	uint64_t n = s.n;
	sha256_add(h, str_make(&n, sizeof n));
	sha256_add(h, s);
}
static void hash_number(struct sha256 *h, double v)
{
	char t[40];
	hash_text(h, str_make(t, (size_t)snprintf(t, sizeof t, "%.17g", v)));
}
static void hash_list(struct sha256 *h, struct strs l)
{
	hash_number(h, (double)l.n);
	for (size_t i = 0; i < l.n; i++)
		hash_text(h, l.v[i]);
}
static void hash_entry(struct sha256 *h, const struct pack_entry *e)
{
	hash_text(h, e->name);
	hash_text(h, e->source);
	hash_number(h, e->layer);
}

static int content_hash(struct pack *p, struct err *err)
{
	struct sha256 *h = sha256_new();
	if (!h)
		return err_oom(err, "pack");
	sha256_begin(h);
	for (size_t i = 0; i < p->n_programmes; i++) {
		const struct pack_programme *g = &p->programmes[i];
		hash_entry(h, &g->entry);
		hash_text(h, g->category);
		hash_text(h, g->status);
		hash_list(h, g->aliases);
		hash_list(h, g->brands);
		hash_list(h, g->example_domains);
	}
	for (size_t i = 0; i < p->n_brands; i++) {
		const struct pack_brand *g = &p->brands[i];
		hash_entry(h, &g->entry);
		hash_number(h, g->kind * 2 + g->generic);
		hash_text(h, g->category);
		hash_list(h, g->phrases);
		hash_list(h, g->patterns);
		hash_list(h, g->domains);
		hash_list(h, g->example_domains);
	}
	for (size_t i = 0; i < p->n_categories; i++) {
		hash_entry(h, &p->categories[i].entry);
		for (size_t k = 0; k < p->categories[i].n_words; k++) {
			hash_number(h, p->categories[i].words[k].weight);
			hash_list(h, p->categories[i].words[k].any);
		}
	}
	sha256_end(h, p->hash);
	sha256_del(h);
	return 0;
}

/* ---- opening ---- */
static int builder_begin(struct builder *b, struct err *err)
{
	*b = (struct builder){.err = err};
	for (int i = 0; i < SECTION_COUNT; i++)
		map_init(&b->names[i], LIM_PACK_ARENA);
	b->pack = mem_zalloc(1, sizeof *b->pack);
	if (!b->pack)
		return err_oom(err, "pack");
	arena_init(&b->pack->arena, LIM_PACK_ARENA);
	return 0;
}

/* Hands the pack over when rc is 0, else throws all away; returns rc or the error met here. */
static int builder_end(struct builder *b, int rc, struct pack **out)
{
	struct pack *p = b->pack;
	if (rc == 0)
		rc = resolve(b);
	if (rc == 0) {
		p->programmes = b->programmes.v;
		p->n_programmes = b->programmes.n;
		p->brands = b->brands.v;
		p->n_brands = b->brands.n;
		p->categories = b->categories.v;
		p->n_categories = b->categories.n;
		rc = content_hash(p, b->err);
	}
	for (int i = 0; i < SECTION_COUNT; i++)
		map_free(&b->names[i]);
	if (rc == 0)
		*out = p;
	else
		pack_close(p);
	return rc;
}

int pack_open_texts(struct pack **out, const struct pack_text *texts, const unsigned *layers, size_t n, struct err *err)
{
	struct builder b;
	int rc = builder_begin(&b, err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_file(&b, texts[i].name, texts[i].text, layers[i], false);
	return builder_end(&b, rc, out);
}

int pack_open(struct pack **out, bool shipped, const char *const *files, size_t n, struct err *err)
{
	struct builder b;
	int rc = builder_begin(&b, err);
	for (size_t i = 0; rc == 0 && shipped && i < pack_shipped_n; i++)
		rc = add_file(&b, pack_shipped[i].name, pack_shipped[i].text, 0, true);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		uint8_t *p = NULL;
		size_t bytes = 0;
		rc = file_read(files[i], LIM_PACK_FILE, &p, &bytes, err);
		if (rc == 0)
			rc = add_file(&b, files[i], str_make(p, bytes), (unsigned)i + 1, false);
		mem_free(p);
	}
	return builder_end(&b, rc, out);
}

void pack_close(struct pack *p)
{
	if (!p)
		return;
	arena_free(&p->arena);
	mem_free(p);
}
