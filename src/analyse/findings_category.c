/* findings_category.c - what was advertised: categories whose volume changed, and what the mail of those who changed was for. */
#include "analyse/findings_int.h"
#include "base/limits.h"

enum { MAIN_MIN = 10 };                       /* messages: of fewer no majority is told */
static const double MAIN_SHARE = 0.6;         /* of some mail, what has no name included: a clear majority */
static const double WHOLE_SHARE = 0.5;        /* of a category: who sent that much of it is seen in all of it */

static const int64_t DAY = SECONDS_A_DAY;

/* ---- what a claim's mail advertised ---- */

struct span {
	int64_t from, to;
};

/* Before a claim's change and since, at most so many days of each, in which nothing else happened to its part. */
static struct span before_of(const struct claim *c, int days)
{
	int64_t t = c->f.start.time;
	return (struct span){t - days * DAY > c->from ? t - days * DAY : c->from, t};
}

static struct span after_of(const struct claim *c, int days)
{
	int64_t t = claim_changed(c), last = c->shape == SHAPE_PAUSE ? c->f.end.time : c->to;
	return (struct span){t, t + days * DAY < last ? t + days * DAY : last};
}

/* The mail that a claim is about: what fell, or what grew. */
static struct span span_of(const struct claim *c)
{
	return c->f.after < c->f.before ? before_of(c, LEVEL_DAYS) : after_of(c, LEVEL_DAYS);
}

static double level_in(const struct scene *s, const struct part *p, struct span w, double *n)
{
	return part_level(s, p, w.from, w.to, n);
}

/* Messages of a claim by trade, by brand, by category. */
struct counts {
	uint32_t *trade, *brand, *category;
	size_t n;
};

static bool count_goods(const struct scene *s, const struct claim *c, struct counts *v)
{
	struct span w = span_of(c);
	*v = (struct counts){.trade = arena_zalloc(s->arena, s->trades.n + 1, sizeof *v->trade),
		.brand = arena_zalloc(s->arena, s->a->names.n + 1, sizeof *v->brand),
		.category = arena_zalloc(s->arena, s->a->names.n + 1, sizeof *v->category)};
	if (!v->trade || !v->brand || !v->category)
		return false;
	for (size_t i = 0; i < c->part->n; i++) {
		const struct event *e = &s->events[c->part->list[i]];
		if (e->time < w.from || e->time >= w.to)
			continue;
		v->n++;
		v->trade[e->trade]++;
		v->brand[s->a->messages[e->message].brand]++;
		v->category[scene_category(s, c->part->list[i])]++;
	}
	return true;
}

/* The id that most of n messages have; 0: none of them has a clear majority. */
static uint32_t majority(const uint32_t *counts, size_t ids, size_t n, double *share)
{
	uint32_t best = 0;
	for (uint32_t i = 1; i < ids; i++)
		best = counts[i] > counts[best] || !best ? i : best;
	if (!best || n < MAIN_MIN || counts[best] < MAIN_SHARE * (double)n)
		return 0;
	*share = counts[best] / (double)n;
	return best;
}

/* Of an engine its programme, else its brand, else its category; of a trade, which is a programme or a brand itself, the category. */
static int goods_of(struct scene *s, struct claim *c, struct err *err)
{
	struct finding_goods *g = &c->f.advertised;
	struct arena_mark mark = arena_mark(s->arena);
	struct counts v;
	uint32_t trade = TRADE_NONE, brand = 0;
	if (!count_goods(s, c, &v))
		return err_oom(err, "findings");
	c->category = majority(v.category, s->a->names.n, v.n, &g->share);
	if (c->part->kind == PART_ENGINE) {
		brand = majority(v.brand, s->a->names.n, v.n, &g->share);
		trade = majority(v.trade, s->trades.n, v.n, &g->share);
	}
	if (trade && !s->trades.v[trade].is_brand)
		g->programme = scene_trade(s, trade);
	else if (trade || brand)
		g->brand = trade ? scene_trade(s, trade) : analysis_name_text(s->a, brand);
	else if (c->category)
		g->category = analysis_name_text(s->a, c->category);
	arena_release(s->arena, mark);
	return 0;
}

static bool has_goods(const struct claim *c)
{
	if (!c->part || c->dropped)
		return false;
	switch (c->f.kind) {
	case FINDING_VOLUME_CHANGE:
	case FINDING_NEW_ENGINE:
	case FINDING_NEW_PROGRAMME:
	case FINDING_DRIFT:
		return c->part->kind == PART_ENGINE || c->part->kind == PART_TRADE;
	default:
		return false;
	}
}

/* ---- the category as a whole ---- */

/* The engines that sent most of a category since; none where it takes more of them, or where who fell is still one. */
static int find_heirs(struct scene *s, struct claim *c, const struct part *p, struct err *err)
{
	struct span w = after_of(c, LEVEL_DAYS);
	struct arena_mark mark = arena_mark(s->arena);
	uint32_t *counts = arena_zalloc(s->arena, s->a->names.n + 1, sizeof *counts), n = 0, sum = 0, heirs = 0;
	if (!counts)
		return err_oom(err, "findings");
	for (size_t i = 0; i < p->n; i++) {
		const struct event *e = &s->events[p->list[i]];
		if (e->time >= w.from && e->time < w.to) {
			counts[e->engine]++;
			n++;
		}
	}
	for (analysis_name best = 0; heirs < HEIRS && n >= MAIN_MIN && sum <= WHOLE_SHARE * n; heirs++) {
		for (analysis_name k = 1; k < s->a->names.n; k++)
			best = counts[k] > counts[best] || !best ? k : best;
		sum += counts[best];
		c->heirs[heirs] = best;
		n = best == c->part->engine ? UINT32_MAX : n; /* then no sum is most of it */
		counts[best] = 0;
	}
	if (sum <= WHOLE_SHARE * n)
		memset(c->heirs, 0, sizeof c->heirs);
	arena_release(s->arena, mark);
	return 0;
}

static int tell_whole(struct scene *s, struct claim *c, const struct part *p, struct err *err)
{
	c->whole_before = level_in(s, p, before_of(c, LEVEL_DAYS), NULL);
	c->whole_after = level_in(s, p, after_of(c, LEVEL_DAYS), NULL);
	c->whole = isnan(c->whole_before) || isnan(c->whole_after) ? 0 : p->category;
	return c->whole && c->f.after < c->f.before && c->shape != SHAPE_PAUSE ? find_heirs(s, c, p, err) : 0;
}

/* An engine that sent most of a category: how the category went on without it. */
static int whole_of(struct scene *s, struct claim *c, struct err *err)
{
	const struct part *p = c->category ? scene_part(s, PART_CATEGORY, c->category) : NULL;
	struct part own;
	double n = 0;
	if (c->part->kind != PART_ENGINE || !p || c->whole)
		return 0;
	struct arena_mark mark = arena_mark(s->arena);
	int rc = scene_goods(s, c->part, c->category, &own, err);
	if (rc)
		return rc;
	double level = level_in(s, &own, span_of(c), &n), of = level_in(s, p, span_of(c), NULL);
	arena_release(s->arena, mark);
	return n >= MAIN_MIN && level >= WHOLE_SHARE * of ? tell_whole(s, c, p, err) : 0;
}

int claim_goods(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < s->claims.n && !rc; i++) {
		struct claim *c = &s->claims.v[i];
		if (!has_goods(c))
			continue;
		rc = goods_of(s, c, err);
		rc = rc ? rc : whole_of(s, c, err);
	}
	return rc;
}

/* ---- categories that changed ---- */

/* Claims near a category's change: whose mail it may be. Of a trade that closed the closure, else what the engine did, else the trade. */
struct carriers {
	int *engine, *trade; /* claim of each name, of each trade; CLAIM_NONE */
	double *before, *after; /* messages of the category, by claim */
};

static bool is_near(const struct claim *c, const struct claim *x)
{
	return x->f.start.time <= claim_changed(c) + NEAR_DAYS * DAY && claim_changed(x) >= c->f.start.time - NEAR_DAYS * DAY;
}

static bool make_carriers(const struct scene *s, const struct claim *c, struct carriers *v)
{
	v->engine = arena_alloc(s->arena, (s->a->names.n + 1) * sizeof *v->engine);
	v->trade = arena_alloc(s->arena, (s->trades.n + 1) * sizeof *v->trade);
	v->before = arena_zalloc(s->arena, s->claims.n + 1, sizeof *v->before);
	v->after = arena_zalloc(s->arena, s->claims.n + 1, sizeof *v->after);
	if (!v->engine || !v->trade || !v->before || !v->after)
		return false;
	for (size_t i = 0; i < s->a->names.n; i++)
		v->engine[i] = CLAIM_NONE;
	for (size_t i = 0; i < s->trades.n; i++)
		v->trade[i] = CLAIM_NONE;
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *x = &s->claims.v[i];
		if (x->dropped || !x->part || !is_near(c, x) || x->f.kind == FINDING_DRIFT)
			continue;
		if (x->part->kind == PART_ENGINE)
			v->engine[x->part->engine] = claim_lead(s, i);
		for (uint32_t t = 1; t < s->trades.n; t++)
			if (claim_closes(s, x, t) || (x->part->kind == PART_TRADE && x->part->trade == t && v->trade[t] == CLAIM_NONE))
				v->trade[t] = (int)i;
	}
	return true;
}

static int carrier_of(const struct scene *s, const struct carriers *v, const struct event *e)
{
	int trade = v->trade[e->trade], engine = v->engine[e->engine];
	bool closed = trade != CLAIM_NONE && s->claims.v[trade].f.kind == FINDING_CLOSURE;
	return closed || engine == CLAIM_NONE ? trade : engine;
}

/* How much of a category's change the mail of one claim makes up, at most: part, and which it is. */
static int carried_part(struct scene *s, const struct claim *c, double *part, int *by, struct err *err)
{
	struct carriers v;
	double n_before = 0, n_after = 0;
	struct span w1 = before_of(c, BESIDE_DAYS), w2 = after_of(c, BESIDE_DAYS);
	double before = level_in(s, c->part, w1, &n_before), after = level_in(s, c->part, w2, &n_after);
	*part = 0;
	*by = CLAIM_NONE;
	if (!make_carriers(s, c, &v))
		return err_oom(err, "findings");
	if (isnan(before) || isnan(after))
		return 0;
	for (size_t i = 0; i < c->part->n; i++) {
		const struct event *e = &s->events[c->part->list[i]];
		int64_t begin = time_day(e->time) * DAY;
		int k = carrier_of(s, &v, e);
		if (k == CLAIM_NONE)
			continue;
		v.before[k] += begin >= w1.from && begin + DAY <= w1.to;
		v.after[k] += begin >= w2.from && begin + DAY <= w2.to;
	}
	for (size_t k = 0; k < s->claims.n; k++) {
		double share = after * v.after[k] / fmax(n_after, 1) - before * v.before[k] / fmax(n_before, 1);
		share /= after - before;
		if (share > *part) {
			*part = share;
			*by = (int)k;
		}
	}
	return 0;
}

/* All mail changed by as much: of the category nothing is to be told by itself. Where the category is most of it, it is the cause. */
static void weigh_total(struct scene *s, struct claim *c)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		struct claim *x = &s->claims.v[i];
		double delta = x->f.after - x->f.before, own = c->f.after - c->f.before;
		if (x->dropped || !x->part || x->part->kind != PART_TOTAL || x->f.kind != FINDING_VOLUME_CHANGE || !is_near(c, x) ||
			delta * own <= 0)
			continue;
		if (own / delta >= EXPLAINED) {
			x->cause = x->cause == CLAIM_NONE ? (int)(c - s->claims.v) : x->cause;
			continue;
		}
		double apart = log((c->f.after + 0.5) / (c->f.before + 0.5)) - log((x->f.after + 0.5) / (x->f.before + 0.5));
		c->dropped |= apart * own <= 0 || fabs(apart) < -log1p(-TRADE_MIN_EFFECT);
	}
}

/* A category is told by itself where no engine, trade or closure that is told carries its change: else by that one, which names it. */
int explain_categories(struct scene *s, struct err *err)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		struct claim *c = &s->claims.v[i];
		struct arena_mark mark = arena_mark(s->arena);
		double part = 0;
		int by = CLAIM_NONE;
		if (c->f.kind != FINDING_CATEGORY_CHANGE || c->dropped)
			continue;
		int rc = carried_part(s, c, &part, &by, err);
		arena_release(s->arena, mark);
		if (rc)
			return rc;
		if (part < EXPLAINED) {
			weigh_total(s, c);
			continue;
		}
		c->dropped = true;
		struct claim *x = &s->claims.v[by];
		if (x->part->kind == PART_ENGINE && !x->whole && (rc = tell_whole(s, x, c->part, err)))
			return rc;
	}
	return 0;
}
