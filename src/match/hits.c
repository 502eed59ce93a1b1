/* hits.c - see hits.h. */
#include "match/hits.h"

#include <stdlib.h>

enum {
	HITS_MAX = 4096, /* of one document */
	HITS_KEPT = 64,  /* for when a text comes again */
	FEW_HITS = 32,
};

bool hit_may_try(struct finder *f, uint32_t phrase, enum field field)
{
	struct counter *c = hit_counter(f, phrase);
	if (!hit_room(f, phrase, field))
		return false;
	bool capped = c->tries[field] == TRIES_A_FIELD;
	c->tries[field] += !capped;
	f->capped |= capped;
	return !capped;
}

void hit_add(struct finder *f, uint32_t phrase, enum field field, struct span s)
{
	uint32_t base = (uint32_t)f->norm.fields[field].fold;
	struct counter *c = hit_counter(f, phrase);
	struct hit h = {phrase, (uint8_t)field, s.how, base + (uint32_t)s.from, base + (uint32_t)s.to, c->last};
	for (uint32_t i = c->last; i; i = f->hits[i - 1].before)
		if (f->hits[i - 1].from < h.to && h.from < f->hits[i - 1].to)
			return; /* found by another search already */
	if (f->n_hits == f->cap_hits) {
		size_t want = f->cap_hits ? f->cap_hits * 2 : 32;
		struct hit *v = want <= HITS_MAX ? arena_grow(f->arena, f->hits, f->cap_hits * sizeof *v, want * sizeof *v) : NULL;
		f->oom |= want <= HITS_MAX && !v;
		if (!v)
			return;
		f->hits = v;
		f->cap_hits = want;
	}
	f->hits[f->n_hits++] = h;
	c->hits[field]++;
	c->last = (uint32_t)f->n_hits;
}

struct str hit_source(const struct finder *f, const struct hit *h)
{
	return norm_source(&f->norm, h->from, h->to);
}

static int by_place(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->phrase < y->phrase ? -1 : x->phrase > y->phrase;
}

/* They are mostly few, and found in nearly that order. */
static void sort_hits(struct finder *f)
{
	if (f->n_hits > FEW_HITS) {
		qsort(f->hits, f->n_hits, sizeof *f->hits, by_place);
		return;
	}
	for (size_t i = 1; i < f->n_hits; i++) {
		struct hit h = f->hits[i];
		size_t k = i;
		for (; k > 0 && by_place(&h, &f->hits[k - 1]) < 0; k--)
			f->hits[k] = f->hits[k - 1];
		f->hits[k] = h;
	}
}

/* What folding undid is a disguise too, unless the phrase itself has such letters. */
static void mark_lookalikes(struct finder *f)
{
	for (size_t i = 0; i < f->n_hits; i++) {
		struct hit *h = &f->hits[i];
		const struct phrase *p = &f->lexicon->phrases[h->phrase];
		if (p->ascii && p->kind != PHRASE_PATTERN && !norm_ascii_span(&f->norm, h->field, h->from, h->to) &&
			norm_disguised(hit_source(f, h)))
			h->how |= ALIGN_LOOKALIKE;
	}
}

bool hits_finish(struct finder *f)
{
	if (f->oom)
		return false;
	sort_hits(f);
	mark_lookalikes(f);
	return true;
}

/* The hits in the fields from FIELD_TEXT on, relative to its start; they follow each other, so that all of them move together. */
struct known_hits {
	size_t n;
	struct hit hits[];
};

void hits_keep(struct finder *f, struct doc_notes *notes, size_t first)
{
	size_t n = f->n_hits - first;
	struct known_hits *k =
		f->capped || f->n_hits > HITS_KEPT ? NULL : arena_alloc(notes->arena, sizeof *k + n * sizeof *k->hits);
	if (!k)
		return;
	k->n = n;
	for (size_t i = 0; i < n; i++) {
		k->hits[i] = f->hits[first + i];
		k->hits[i].from -= (uint32_t)f->norm.fields[FIELD_TEXT].fold;
		k->hits[i].to -= (uint32_t)f->norm.fields[FIELD_TEXT].fold;
	}
	notes->hits = k;
}

void hits_recall(struct finder *f, const struct known_hits *k)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct hit *h = &k->hits[i];
		size_t at = f->norm.fields[FIELD_TEXT].fold + h->from - f->norm.fields[h->field].fold;
		hit_add(f, h->phrase, h->field, (struct span){at, at + h->to - h->from, h->how});
	}
}
