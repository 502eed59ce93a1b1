/* pack.h - what is known beforehand: programmes, brands and categories, from YAML files (format: docs/PACKS.md).
 *
 * Every entry names its source and is refused without one. Files are merged in order: the shipped ones (compiled into the
 * program from packs/) are layer 0, each file of the user is one layer more; an entry replaces the entry of the same name
 * (ASCII case apart) of a lower layer; the same name twice in one layer is an error. A brand that a programme lists and no
 * brand entry describes is a storefront of the programme's category. Errors read "FILE:LINE: what is wrong".
 * A pack is immutable once open, owns all its memory, and may be shared by threads.
 */
#ifndef TRAPLINE_MATCH_PACK_H
#define TRAPLINE_MATCH_PACK_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "feature/row.h"

enum brand_kind {
	BRAND_STOREFRONT,   /* a shop's name, advertised under that name */
	BRAND_IMPERSONATED, /* a real organisation whose name is borrowed: nothing unless it claims to be and is not */
	BRAND_STOCK,        /* a share that is talked up */
	BRAND_PRODUCT,      /* goods with a name of their own, sold by mail */
};

/* What all entries have. */
struct pack_entry {
	struct str name, source;
	struct str file; /* as given; shipped ones as "pharma.yaml" */
	unsigned line;   /* 1-based, in file */
	unsigned layer;  /* 0 = shipped */
};
struct pack_brand {
	struct pack_entry entry;
	enum brand_kind kind;
	bool generic;                /* words that honest mail uses too: never enough alone */
	struct str category;         /* may be empty */
	struct strs phrases;         /* at least one; the name itself unless the entry lists others */
	struct strs patterns;        /* libhs (PCRE) syntax, over folded text */
	struct strs domains;         /* impersonated: the brand's own */
	struct strs example_domains; /* storefront: shops seen */
};
struct pack_programme {
	struct pack_entry entry;
	struct strs aliases;
	struct str category, status; /* may be empty */
	struct strs brands;
	uint32_t *brand_at; /* of each: its index in pack.brands */
	struct strs example_domains;
};
struct pack_words {
	double weight; /* log-odds that one of them adds */
	struct strs any;
};
struct pack_category {
	struct pack_entry entry;
	struct pack_words *words;
	size_t n_words;
};
struct pack {
	struct arena arena;
	struct pack_programme *programmes;
	struct pack_brand *brands;
	struct pack_category *categories;
	size_t n_programmes, n_brands, n_categories;
	uint8_t hash[SHA256_BYTES]; /* of the merged content */
};

/* One YAML text. */
struct pack_text {
	const char *name;
	struct str text;
};
/* The files of packs/, compiled in. */
extern const struct pack_text pack_shipped[];
extern const size_t pack_shipped_n;

/* files: paths of the user's packs, in order; n may be 0. *out is untouched on failure. */
int pack_open(struct pack **out, bool shipped, const char *const *files, size_t n, struct err *err);
/* The same from memory: texts[i] has layer layers[i], ascending. */
int pack_open_texts(struct pack **out, const struct pack_text *texts, const unsigned *layers, size_t n, struct err *err);
void pack_close(struct pack *p); /* NULL-safe */

#endif
