/* hits.h - the hits of a finder: each phrase's share of them, in order at the end, kept for when a text comes again. For find.c and
 * find_naive.c only.
 */
#ifndef TRAPLINE_MATCH_HITS_H
#define TRAPLINE_MATCH_HITS_H

#include "match/find.h"

static inline struct counter *hit_counter(struct finder *f, uint32_t phrase)
{
	struct counter *c = &f->counters[phrase];
	if (c->epoch != f->epoch)
		*c = (struct counter){.epoch = f->epoch};
	return c;
}

static inline bool hit_room(struct finder *f, uint32_t phrase, enum field field)
{
	return hit_counter(f, phrase)->hits[field] < HITS_A_FIELD;
}

static inline struct str finder_field(const struct finder *f, size_t field)
{
	const struct norm_field *nf = &f->norm.fields[field];
	return str_make(f->norm.fold + nf->fold, nf->fold_end - nf->fold);
}

/* May one more candidate of this phrase be looked at here? */
bool hit_may_try(struct finder *f, uint32_t phrase, enum field field);
/* Unless another search has found it already. */
void hit_add(struct finder *f, uint32_t phrase, enum field field, struct span s);
/* Puts them in order and marks disguises. False when out of memory. */
bool hits_finish(struct finder *f);

struct known_hits;
/* The hits in the fields from FIELD_TEXT on, which are those from `first` on: for when the text comes again. */
void hits_keep(struct finder *f, struct doc_notes *notes, size_t first);
void hits_recall(struct finder *f, const struct known_hits *k);

/* In find.c: for both searches. */
bool finder_prepare(struct finder *f, const struct lexicon *x, struct arena *a, const struct doc *d);
bool finder_try_exact(struct finder *f, uint32_t phrase, enum field field, size_t from);

#endif
