/* row.h - one message as the store keeps it: a struct with one member for each line of registry.def.
 *
 * All strings point into memory of whoever filled the row (the message's arena; the store, during a scan callback).
 */
#ifndef TRAPLINE_FEATURE_ROW_H
#define TRAPLINE_FEATURE_ROW_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/time.h"

struct strs {
	struct str *v;
	size_t n;
};

#define FEATURE_C_INT(name) int64_t name;
#define FEATURE_C_TIME(name) int64_t name;
#define FEATURE_C_BITS(name) int64_t name;
#define FEATURE_C_REAL(name) double name;
#define FEATURE_C_TEXT(name) struct str name;
#define FEATURE_C_WORD(name) struct str name;
#define FEATURE_C_WORDS(name) struct strs name;
#define FEATURE_C_LIST(name) struct strs name;
#define FEATURE_C_HASH(name) uint8_t name[SHA256_BYTES];
#define FEATURE_C_IP(name) struct str name;
#define FEATURE_C_JSON(name) struct str name;

struct row {
	struct str feed;    /* with (id, occurrence): the identity of a message in the store */
	int64_t occurrence; /* 0-based count of the same id within its source */
#define FEATURE(name, kind, place, show, meaning) FEATURE_C_##kind(name)
#include "feature/registry.def"
#undef FEATURE
	/* What the analysis compares messages by; not columns. The store keeps them in tables of their own. */
	struct strs fingerprint; /* of the engine: "family=value" (feature/fingerprint.h) */
	struct str sketch;       /* of the text and the links (campaign/sketch.h) */
	struct str text;         /* what a reader sees, its first LIM_STORED_TEXT bytes: templates are made from it */
};

enum feature_kind {
	KIND_INT,
	KIND_TIME,
	KIND_BITS,
	KIND_REAL,
	KIND_TEXT,
	KIND_WORD,
	KIND_WORDS,
	KIND_LIST,
	KIND_HASH,
	KIND_IP,
	KIND_JSON
};
enum feature_place { PLACE_HOT, PLACE_COLD };
enum feature_show { SHOW_PLAIN, SHOW_MASK, SHOW_URL };

/* FEAT_time, FEAT_ip ...: the position in registry.def. */
enum feature_id {
#define FEATURE(name, kind, place, show, meaning) FEAT_##name,
#include "feature/registry.def"
#undef FEATURE
	FEAT_COUNT
};
_Static_assert(FEAT_COUNT <= 64, "a set of columns is a 64-bit mask");
#define FEAT_BIT(name) ((uint64_t)1 << FEAT_##name)
/* Columns that the relational analysis writes (store_put_attribution). */
#define ROW_ANALYSED \
	(FEAT_BIT(brand) | FEAT_BIT(brand_confidence) | FEAT_BIT(programme) | FEAT_BIT(programme_confidence) | \
		FEAT_BIT(category) | FEAT_BIT(category_confidence) | FEAT_BIT(via) | FEAT_BIT(engine) | FEAT_BIT(engine_source) | \
		FEAT_BIT(engine_confidence) | FEAT_BIT(client) | FEAT_BIT(client_confidence) | FEAT_BIT(campaign))

struct feature {
	const char *name;
	enum feature_kind kind;
	enum feature_place place;
	enum feature_show show;
	const char *meaning;
	size_t offset; /* of the member in struct row */
};
extern const struct feature feature_table[FEAT_COUNT];

/* The member of a row: a pointer to int64_t, double, struct str, struct strs or uint8_t[32], by kind. */
static inline const void *row_get(const struct row *r, enum feature_id f)
{
	return (const char *)r + feature_table[f].offset;
}
static inline void *row_at(struct row *r, enum feature_id f)
{
	return (char *)r + feature_table[f].offset;
}
/* A copy of from with all its strings in the arena. 0, or ERR_ENV when out of memory. */
int row_copy(struct arena *a, const struct row *from, struct row *to);
/* brand, programme, category and their confidences become the own_ ones: what is known before the analysis. */
static inline void row_own_to_final(struct row *r)
{
	r->brand = r->own_brand;
	r->brand_confidence = r->own_brand_confidence;
	r->programme = r->own_programme;
	r->programme_confidence = r->own_programme_confidence;
	r->category = r->own_category;
	r->category_confidence = r->own_category_confidence;
}
/* The feature of that name, or FEAT_COUNT. */
enum feature_id feature_find(struct str name);

#endif
