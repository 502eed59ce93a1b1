/* reach.c - how strange an engine's own messages look to it when their campaign is held out. See score.h. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/view.h"

/* More campaigns than FOLDS are held out several at a time. */
enum { REACH_PERCENT = 98, FOLDS = 20 };

struct reach {
	const struct engine_model *m;
	const struct engine_capture *c;
	const struct engine_class *k; /* counts of the whole capture */
	unsigned *fold;               /* of each sample */
	uint32_t *messages;           /* by token: of the fold that is held out */
	uint32_t *campaigns;
	uint64_t *last;  /* by token: the campaign that was counted last */
	uint32_t *total; /* by token: of the whole class */
	double *strange; /* of each sample */
};

struct by_campaign {
	uint64_t campaign;
	size_t at;
};

static int by_campaign(const void *x, const void *y)
{
	const struct by_campaign *a = x, *b = y;
	if (a->campaign != b->campaign)
		return a->campaign < b->campaign ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* The class without a fold. */
static void views_without(struct reach *r, struct engine_view views[PRINT_COUNT], uint32_t campaigns_out, double messages_out)
{
	struct engine_tally t[PRINT_COUNT];
	engine_tally_begin(t, r->k->messages - messages_out);
	bool several = r->k->campaigns > campaigns_out + 1;
	for (size_t i = 0; i < r->k->n; i++) {
		const struct engine_count *c = &r->k->counts[i];
		struct engine_count left = {.token = c->token,
			.messages = c->messages - r->messages[c->token],
			.campaigns = c->campaigns - r->campaigns[c->token]};
		if (left.messages)
			engine_tally_add(&t[r->m->tokens.v[c->token].family], &left, several);
	}
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		views[f] = engine_view_from(&t[f], f, r->k->campaigns - campaigns_out);
}

static double sample_strangeness(const struct reach *r, const struct engine_view *views, const struct engine_sample *x)
{
	struct engine_groups g = {0};
	for (size_t i = 0; i < x->n; i++) {
		unsigned f = r->m->tokens.v[x->tokens[i]].family;
		uint32_t left = r->total[x->tokens[i]] - r->messages[x->tokens[i]];
		double share = left ? (1 - views[f].unseen) * left / views[f].total : 0;
		if (!print_table[f].many)
			engine_groups_strange(&g, f, &views[f], engine_strangeness(&views[f], share));
	}
	return engine_groups_sum(&g);
}

/* order: samples by campaign; those of one fold are counted, taken out, measured. */
static void hold_out(struct reach *r, const struct by_campaign *order, unsigned fold)
{
	struct engine_view views[PRINT_COUNT];
	uint32_t campaigns = 0, messages = 0;
	size_t n = r->c->samples.n;
	for (size_t i = 0; i < r->k->n; i++) {
		uint32_t t = r->k->counts[i].token;
		r->messages[t] = r->campaigns[t] = 0;
		r->last[t] = UINT64_MAX;
	}
	for (size_t i = 0; i < n; i++) {
		const struct engine_sample *x = &r->c->samples.v[order[i].at];
		if (r->fold[order[i].at] != fold)
			continue;
		messages++;
		campaigns += !i || order[i].campaign != order[i - 1].campaign;
		for (size_t k = 0; k < x->n; k++) {
			uint32_t t = x->tokens[k];
			r->messages[t]++;
			r->campaigns[t] += r->last[t] != x->campaign;
			r->last[t] = x->campaign;
		}
	}
	if (campaigns == r->k->campaigns) { /* the only one: nothing to hold it against but itself */
		messages = campaigns = 0;
		for (size_t i = 0; i < r->k->n; i++)
			r->messages[r->k->counts[i].token] = r->campaigns[r->k->counts[i].token] = 0;
	}
	views_without(r, views, campaigns, messages);
	for (size_t i = 0; i < n; i++)
		if (r->fold[i] == fold)
			r->strange[i] = sample_strangeness(r, views, &r->c->samples.v[i]);
}

static int by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

static void measure(struct reach *r, struct by_campaign *order, struct engine_class *k)
{
	size_t n = r->c->samples.n;
	unsigned folds = 0;
	for (size_t i = 0; i < n; i++)
		order[i] = (struct by_campaign){r->c->samples.v[i].campaign, i};
	qsort(order, n, sizeof *order, by_campaign);
	for (size_t i = 0; i < n; i++) {
		folds += !i || order[i].campaign != order[i - 1].campaign;
		r->fold[order[i].at] = (folds - 1) % FOLDS;
	}
	for (size_t i = 0; i < k->n; i++)
		r->total[k->counts[i].token] = k->counts[i].messages;
	for (unsigned f = 0; f < folds && f < FOLDS; f++)
		hold_out(r, order, f);
	qsort(r->strange, n, sizeof *r->strange, by_value);
	k->reach = r->strange[(n - 1) * REACH_PERCENT / 100];
}

int engine_class_reach(struct engine_model *m, struct engine_class *k, const struct engine_capture *c)
{
	size_t n = c->samples.n, tokens = m->tokens.n + 1;
	struct by_campaign *order = mem_alloc((n + 1) * sizeof *order);
	struct reach r = {.m = m, .c = c, .k = k};
	r.fold = mem_zalloc(n + 1, sizeof *r.fold);
	r.messages = mem_zalloc(tokens, sizeof *r.messages);
	r.campaigns = mem_zalloc(tokens, sizeof *r.campaigns);
	r.last = mem_zalloc(tokens, sizeof *r.last);
	r.total = mem_zalloc(tokens, sizeof *r.total);
	r.strange = mem_zalloc(n + 1, sizeof *r.strange);
	bool ok = order && r.fold && r.messages && r.campaigns && r.last && r.total && r.strange;
	if (ok && n)
		measure(&r, order, k);
	mem_free(order);
	mem_free(r.fold);
	mem_free(r.messages);
	mem_free(r.campaigns);
	mem_free(r.last);
	mem_free(r.total);
	mem_free(r.strange);
	return ok ? 0 : ERR_ENV;
}

int engine_strangeness_within(
	const struct engine_model *m, const struct engine_class *k, const struct engine_capture *c, double *out)
{
	struct engine_view views[PRINT_COUNT];
	size_t tokens = m->tokens.n + 1;
	struct reach r = {.m = m, .c = c, .k = k};
	r.messages = mem_zalloc(tokens, sizeof *r.messages);
	r.campaigns = mem_zalloc(tokens, sizeof *r.campaigns);
	r.total = mem_zalloc(tokens, sizeof *r.total);
	bool ok = r.messages && r.campaigns && r.total;
	if (ok) {
		for (size_t i = 0; i < k->n; i++)
			r.total[k->counts[i].token] = k->counts[i].messages;
		views_without(&r, views, 0, 0);
		for (size_t i = 0; i < c->samples.n; i++)
			out[i] = sample_strangeness(&r, views, &c->samples.v[i]);
	}
	mem_free(r.messages);
	mem_free(r.campaigns);
	mem_free(r.total);
	return ok ? 0 : ERR_ENV;
}
