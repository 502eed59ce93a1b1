/* family.c - see family.h. */
#include "campaign/family.h"

#include <stdlib.h>

#include "base/limits.h"

struct texts {
	struct str body, subject;
	struct tokens tokens; /* of the body */
	bool left;            /* no signature holds it yet */
};

struct work {
	struct arena *a, *scratch;
	struct texts *v; /* by their bytes */
	size_t n;
	struct str *bodies, *subjects; /* room for n */
	size_t *member;
	size_t n_members;
};

static int by_bytes(const void *x, const void *y)
{
	const struct texts *a = x, *b = y;
	int order = str_cmp(a->body, b->body);
	return order ? order : str_cmp(a->subject, b->subject);
}

static int prepare(struct work *w, const struct str *subjects, const struct str *bodies)
{
	w->v = arena_zalloc(w->scratch, w->n + 1, sizeof *w->v);
	w->bodies = arena_alloc(w->scratch, (w->n + 1) * sizeof *w->bodies);
	w->subjects = arena_alloc(w->scratch, (w->n + 1) * sizeof *w->subjects);
	w->member = arena_alloc(w->scratch, (w->n + 1) * sizeof *w->member);
	if (!w->v || !w->bodies || !w->subjects || !w->member)
		return ERR_ENV;
	for (size_t i = 0; i < w->n; i++)
		w->v[i] = (struct texts){.body = bodies[i], .subject = subjects[i], .left = true};
	qsort(w->v, w->n, sizeof *w->v, by_bytes);
	return 0;
}

/* A signature of the members, if there is enough in it. fits[k]: the k-th has the template. */
static int try_members(struct work *w, struct signature *out, bool *fits, bool *good)
{
	struct template body, subject;
	struct signature s, trial;
	*good = false;
	for (size_t k = 0; k < w->n_members; k++) {
		w->bodies[k] = w->v[w->member[k]].body;
		w->subjects[k] = w->v[w->member[k]].subject;
	}
	if (template_infer(w->scratch, w->bodies, w->n_members, false, &body) ||
		template_infer(w->scratch, w->subjects, w->n_members, false, &subject) ||
		signature_make(w->scratch, &body, &subject, &s) || signature_copy(w->scratch, &s, &trial))
		return ERR_ENV;
	for (size_t k = 0; k < w->n_members; k++)
		fits[k] = body.fits && body.fits[k];
	*good = signature_settle(&trial);
	s.texts = w->n;
	return *good ? signature_copy(w->a, &s, out) : 0;
}

static bool alike(size_t aligned, const struct tokens *x, const struct tokens *y)
{
	return (double)aligned >= FAMILY_ALIKE * (double)(x->n + y->n - aligned);
}

/* The members: the first text that is left and those like it. */
static int gather_alike(struct work *w)
{
	size_t first = 0;
	while (first < w->n && !w->v[first].left)
		first++;
	w->n_members = 0;
	for (size_t i = first; i < w->n; i++) {
		const struct tokens *x = &w->v[first].tokens, *y = &w->v[i].tokens;
		size_t aligned = 0;
		if (!w->v[i].left)
			continue;
		struct arena_mark mark = arena_mark(w->scratch);
		int32_t *partner = arena_alloc(w->scratch, (x->n + 1) * sizeof *partner);
		if (!partner || align_tokens(w->scratch, x, y, partner))
			return ERR_ENV;
		for (size_t k = 0; k < x->n; k++)
			aligned += partner[k] >= 0;
		arena_release(w->scratch, mark);
		if (i == first || alike(aligned, x, y))
			w->member[w->n_members++] = i;
	}
	return 0;
}

static void gather_left(struct work *w)
{
	w->n_members = 0;
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].left)
			w->member[w->n_members++] = i;
}

static int tokenise_all(struct work *w)
{
	struct token_ids *ids;
	if (token_ids_new(w->scratch, false, &ids))
		return ERR_ENV;
	for (size_t i = 0; i < w->n; i++)
		if (tokenise(w->scratch, ids, w->v[i].body, &w->v[i].tokens))
			return ERR_ENV;
	return 0;
}

/* One round: a signature of the members, or none; what is left after it. */
static int take(struct work *w, struct signature out[FAMILY_ROUNDS], size_t *n_out, bool *good)
{
	bool fits[LIM_TEMPLATE_TEXTS];
	*good = false;
	if (w->n_members >= FAMILY_LEAST && try_members(w, &out[*n_out], fits, good))
		return ERR_ENV;
	for (size_t k = 0; k < w->n_members && *good; k++)
		w->v[w->member[k]].left = !fits[k];
	*n_out += *good;
	return 0;
}

int family_signatures(struct arena *a, struct arena *scratch, const struct str *subjects, const struct str *bodies, size_t n,
	struct signature out[FAMILY_ROUNDS], size_t *n_out)
{
	struct work w = {.a = a, .scratch = scratch, .n = n < LIM_TEMPLATE_TEXTS ? n : LIM_TEMPLATE_TEXTS};
	bool good;
	*n_out = 0;
	if (prepare(&w, subjects, bodies))
		return ERR_ENV;
	gather_left(&w);
	if (take(&w, out, n_out, &good) || tokenise_all(&w))
		return ERR_ENV;
	for (unsigned round = 1; round < FAMILY_ROUNDS; round++) {
		gather_left(&w);
		if (w.n_members < FAMILY_LEAST)
			break;
		if (gather_alike(&w) || take(&w, out, n_out, &good))
			return ERR_ENV;
		for (size_t k = 0; k < w.n_members && !good; k++)
			w.v[w.member[k]].left = false;
	}
	return 0;
}
