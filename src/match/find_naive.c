/* find_naive.c - the oracle of the tests: every phrase at every place. See find.h. */
#include "match/hits.h"

static void naive_words(struct finder *f, uint32_t phrase, uint32_t token, enum field field, size_t from)
{
	struct span s;
	if (align_words(&f->lexicon->phrases[phrase], finder_field(f, field), from, token, &s))
		hit_add(f, phrase, field, s);
}

static void naive_squeezed(struct finder *f, uint32_t phrase, enum field field, size_t near)
{
	struct span s;
	if (align_squeezed(&f->lexicon->phrases[phrase], finder_field(f, field), near, &s))
		hit_add(f, phrase, field, s);
}

static void naive_inside(struct finder *f, uint32_t phrase, enum field field, size_t near)
{
	struct span s;
	if (align_inside(&f->lexicon->phrases[phrase], finder_field(f, field), near, &s))
		hit_add(f, phrase, field, s);
}

static void naive_fold(struct finder *f, uint32_t phrase, enum field field)
{
	for (size_t i = 0; i < finder_field(f, field).n; i++)
		finder_try_exact(f, phrase, field, i);
}

static void naive_disguised(struct finder *f, uint32_t phrase, enum field field)
{
	const struct phrase *p = &f->lexicon->phrases[phrase];
	struct str text = finder_field(f, field);
	for (size_t i = 0; field != FIELD_URL && i < text.n; i++)
		for (uint32_t t = 0; t < p->n_tokens; t++)
			if ((i == 0 || text.p[i - 1] == ' ') && lexicon_anchor(p) == t && hit_room(f, phrase, field))
				naive_words(f, phrase, t, field, i);
	for (size_t i = 0; i < text.n; i++)
		if (norm_letter[text.p[i]] == norm_letter[p->letter[0]] && hit_room(f, phrase, field))
			naive_squeezed(f, phrase, field, i);
	bool inside = field == FIELD_URL && p->kind == PHRASE_BRAND && p->squeeze.n >= INSIDE_MIN;
	for (size_t i = 0; inside && i < text.n; i++)
		if (norm_letter[text.p[i]] == norm_letter[p->letter[0]] && hit_room(f, phrase, field))
			naive_inside(f, phrase, field, i);
}

bool find_phrases_naive(struct finder *f, const struct lexicon *x, struct arena *a, const struct doc *d)
{
	if (!finder_prepare(f, x, a, d))
		return false;
	for (enum field field = 0; field < FIELD_COUNT; field++)
		for (uint32_t i = 0; i < x->n_phrases; i++)
			if (x->phrases[i].kind != PHRASE_PATTERN)
				naive_fold(f, i, field);
	for (enum field field = 0; field < FIELD_COUNT; field++)
		for (uint32_t i = 0; i < x->n_phrases; i++)
			if (x->phrases[i].squeezable)
				naive_disguised(f, i, field);
	return hits_finish(f);
}
