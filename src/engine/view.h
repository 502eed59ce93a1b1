/* view.h - what the counts of a class say of one family; private to this folder. The formulas are score.h's. */
#ifndef TRAPLINE_ENGINE_VIEW_H
#define TRAPLINE_ENGINE_VIEW_H

#include <math.h>

#include "engine/score.h"
#include "feature/fingerprint.h"

struct engine_view {
	double n;      /* its messages that have the family, at most ENGINE_FULL; 0: nothing known */
	double unseen; /* u */
	double common; /* share of the commonest value, times 1 - u */
	double total;  /* what shares are of: messages that have the family; of the class, where one may have several values */
};
/* Sums over the tokens of a family. */
struct engine_tally {
	double messages, distinct, campaigns, alone; /* alone: messages whose value only one campaign has */
	uint32_t most;
	double of; /* messages of the class */
	bool many;
};

static inline void engine_tally_begin(struct engine_tally t[PRINT_COUNT], double messages)
{
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		t[f] = (struct engine_tally){.of = messages, .many = print_table[f].many};
}

/* several: the class has more than one campaign, so that a value of one alone tells something. */
static inline void engine_tally_add(struct engine_tally *t, const struct engine_count *c, bool several)
{
	t->messages += c->messages;
	t->distinct++;
	t->campaigns += c->campaigns;
	t->alone += several && c->campaigns == 1 ? c->messages : 0;
	t->most = c->messages > t->most ? c->messages : t->most;
}

#define ENGINE_FREE 0.3      /* chance of a new value in a free family */
#define ENGINE_HABIT 0.8     /* what each further campaign with the same value leaves of it, down to a tenth */
#define ENGINE_CONSTANT 0.98 /* share of one value from which on a habit is constant; a reach leaves the strangest 2 % out, too */
/* A family with at least this chance of a new value is as good as free. */
#define ENGINE_LOOSE 0.1

static inline double engine_least_unseen(const struct engine_tally *t, unsigned family, double campaigns)
{
	switch (engine_freedom(family)) {
	case FREEDOM_FREE:
		return ENGINE_FREE;
	case FREEDOM_HABIT:
		return ENGINE_FREE * (t->most >= ENGINE_CONSTANT * t->messages ? fmax(0.1, pow(ENGINE_HABIT, campaigns - 1)) : 1);
	default:
		return 0;
	}
}

static inline struct engine_view engine_view_from(const struct engine_tally *t, unsigned family, double campaigns)
{
	struct engine_view v = {0};
	if (t->messages <= 0)
		return v;
	v.n = fmin(t->messages, ENGINE_FULL);
	v.unseen = fmax(1 / (v.n + 1), t->distinct / (t->messages + t->distinct));
	v.unseen = fmax(v.unseen, t->alone / (t->messages + 1));
	v.unseen = fmin(fmax(v.unseen, engine_least_unseen(t, family, campaigns)), 0.95);
	v.total = t->many ? t->of : t->messages;
	v.common = (1 - v.unseen) * t->most / v.total;
	return v;
}

/* Of a token that has this share, (1 - u) q; 0: unseen. A value that was seen is never stranger than one that was not. */
static inline double engine_strangeness(const struct engine_view *v, double share)
{
	if (v->n <= 0)
		return 0;
	double s = log(v->common / fmax(share, v->unseen));
	return s > 0 ? s : 0;
}

/* Of each group the largest for and against. */
struct engine_groups {
	double most[PRINT_GROUP_COUNT + 1], least[PRINT_GROUP_COUNT + 1];
};
/* Strangeness: a campaign changes all that is free at once, so that it counts once in all. */
static inline unsigned engine_strange_place(unsigned family, const struct engine_view *v)
{
	bool loose = engine_freedom(family) != FREEDOM_NONE && v->unseen >= ENGINE_LOOSE;
	return loose ? PRINT_GROUP_COUNT : print_table[family].group;
}
static inline void engine_groups_strange(struct engine_groups *g, unsigned family, const struct engine_view *v, double x)
{
	unsigned i = engine_strange_place(family, v);
	g->most[i] = x > g->most[i] ? x : g->most[i];
}
static inline double engine_groups_sum(const struct engine_groups *g)
{
	double sum = 0;
	for (unsigned i = 0; i <= PRINT_GROUP_COUNT; i++)
		sum += g->most[i] + g->least[i];
	return sum;
}

#endif
