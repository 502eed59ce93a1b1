/* category.c - what was advertised: categories whose volume changed, and what the mail of those who changed was for. */
#include "base/limits.h"
#include "finding/claim.h"

enum { MAIN_MIN = 10 };                /* messages: of fewer no majority is told */
static const double MAIN_SHARE = 0.6;  /* of some mail, what has no name included: a clear majority */
static const double WHOLE_SHARE = 0.5; /* of a category: who sent that much of it is seen in all of it */
static const double CARRIER = 0.25;    /* of a category's change: who carried that much of it names it */

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
		.brand = arena_zalloc(s->arena, s->traffic->n_names + 1, sizeof *v->brand),
		.category = arena_zalloc(s->arena, s->traffic->n_names + 1, sizeof *v->category)};
	if (!v->trade || !v->brand || !v->category)
		return false;
	for (size_t i = 0; i < c->part->n; i++) {
		const struct event *e = &s->events[c->part->list[i]];
		if (e->time < w.from || e->time >= w.to)
			continue;
		v->n++;
		v->trade[e->trade]++;
		v->brand[e->brand]++;
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
	c->category = majority(v.category, s->traffic->n_names, v.n, &g->share);
	if (c->part->kind == PART_ENGINE) {
		brand = majority(v.brand, s->traffic->n_names, v.n, &g->share);
		trade = majority(v.trade, s->trades.n, v.n, &g->share);
	}
	if (trade && !s->trades.v[trade].is_brand)
		g->programme = scene_trade(s, trade);
	else if (trade || brand)
		g->brand = trade ? scene_trade(s, trade) : scene_name(s, brand);
	else if (c->category)
		g->category = scene_name(s, c->category);
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

/* Messages of a part within a span by engine; *n: all of them. NULL: out of memory. */
static uint32_t *by_engine(const struct scene *s, const struct part *p, struct span w, size_t *n)
{
	uint32_t *counts = arena_zalloc(s->arena, s->traffic->n_names + 1, sizeof *counts);
	*n = 0;
	for (size_t i = 0; counts && i < p->n; i++) {
		const struct event *e = &s->events[p->list[i]];
		if (e->time >= w.from && e->time < w.to) {
			counts[e->engine]++;
			++*n;
		}
	}
	return counts;
}

/* The engines that sent most of a category since; none where it takes more of them, or where who fell is still one. */
static void find_heirs(const struct scene *s, struct claim *c, uint32_t *counts, size_t n)
{
	size_t sum = 0;
	for (size_t k = 0; k < HEIRS && n >= MAIN_MIN && (double)sum <= WHOLE_SHARE * (double)n; k++) {
		name_id best = 1;
		for (name_id e = 2; e < s->traffic->n_names; e++)
			best = counts[e] > counts[best] ? e : best;
		if (best == c->part->engine)
			break;
		sum += counts[best];
		counts[best] = 0;
		c->heirs[k] = best;
	}
	if ((double)sum <= WHOLE_SHARE * (double)n)
		memset(c->heirs, 0, sizeof c->heirs);
}

/* How a category went on without an engine that had sent much of it, or with one that came to send much: at least a share of it. */
static int tell_whole(struct scene *s, struct claim *c, const struct part *p, double least, struct err *err)
{
	struct span w1 = before_of(c, BESIDE_DAYS), w2 = after_of(c, BESIDE_DAYS);
	struct arena_mark mark = arena_mark(s->arena);
	size_t n[2];
	uint32_t *counts[2] = {by_engine(s, p, w1, &n[0]), by_engine(s, p, w2, &n[1])};
	if (!counts[0] || !counts[1])
		return err_oom(err, "findings");
	bool fell = c->f.after < c->f.before;
	size_t side = fell ? 0 : 1, own = counts[side][c->part->engine];
	double before = level_in(s, p, w1, NULL), after = level_in(s, p, w2, NULL);
	if (own >= MAIN_MIN && (double)own >= least * (double)n[side] && !isnan(before) && !isnan(after)) {
		c->whole = p->category;
		c->whole_before = before;
		c->whole_after = after;
		c->whole_share = (double)own / (double)n[side];
		if (fell && c->shape != SHAPE_PAUSE && c->whole_share >= WHOLE_SHARE)
			find_heirs(s, c, counts[1], n[1]);
	}
	arena_release(s->arena, mark);
	return 0;
}

/* An engine that sent most of the category that most of its mail is of. */
static int whole_of(struct scene *s, struct claim *c, struct err *err)
{
	const struct part *p = c->category ? scene_part(s, PART_CATEGORY, c->category) : NULL;
	return c->part->kind == PART_ENGINE && p && !c->whole ? tell_whole(s, c, p, WHOLE_SHARE, err) : 0;
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
	int *engine, *trade;    /* claim of each name, of each trade; CLAIM_NONE */
	double *before, *after; /* messages of the category, by claim */
	double *part;           /* of the category's change, by claim */
};

static int64_t latest(const struct claim *c)
{
	bool ramp = c->f.end.time != TIME_NONE && c->shape != SHAPE_PAUSE;
	return ramp ? c->f.end.hi : c->f.start.hi;
}

/* Their intervals come near each other: a category is dated with less certainty than who carries it. */
static bool is_near(const struct claim *c, const struct claim *x)
{
	return x->f.start.lo <= latest(c) + NEAR_DAYS * DAY && latest(x) >= c->f.start.lo - NEAR_DAYS * DAY;
}

static void find_carriers(const struct scene *s, const struct claim *c, struct carriers *v)
{
	for (size_t i = 0; i < s->traffic->n_names; i++)
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
			if (claim_closes(s, x, t) ||
				(x->part->kind == PART_TRADE && x->part->trade == t && v->trade[t] == CLAIM_NONE))
				v->trade[t] = (int)i;
	}
}

static int carrier_of(const struct scene *s, const struct carriers *v, const struct event *e)
{
	int trade = v->trade[e->trade], engine = v->engine[e->engine];
	bool closed = trade != CLAIM_NONE && s->claims.v[trade].f.kind == FINDING_CLOSURE;
	return closed || engine == CLAIM_NONE ? trade : engine;
}

/* An engine that grew does not tell by that what it ceased to send. */
static bool goes_against(const struct claim *x, const struct claim *c)
{
	return claim_is_volume(x) && (x->f.after - x->f.before) * (c->f.after - c->f.before) < 0;
}

/* How much of a category's change the mail of each claim makes up, and all of them together. */
static double carried(const struct scene *s, const struct claim *c, struct carriers *v)
{
	double n_before = 0, n_after = 0, sum = 0;
	struct span w1 = before_of(c, BESIDE_DAYS), w2 = after_of(c, BESIDE_DAYS);
	double before = level_in(s, c->part, w1, &n_before), after = level_in(s, c->part, w2, &n_after);
	if (isnan(before) || isnan(after) || !(fabs(after - before) > 0))
		return 0;
	for (size_t i = 0; i < c->part->n; i++) {
		const struct event *e = &s->events[c->part->list[i]];
		int64_t begin = time_day(e->time) * DAY;
		int k = carrier_of(s, v, e);
		if (k == CLAIM_NONE)
			continue;
		v->before[k] += begin >= w1.from && begin + DAY <= w1.to;
		v->after[k] += begin >= w2.from && begin + DAY <= w2.to;
	}
	for (size_t k = 0; k < s->claims.n; k++) {
		v->part[k] = after * v->after[k] / fmax(n_after, 1) - before * v->before[k] / fmax(n_before, 1);
		v->part[k] /= after - before;
		if (goes_against(&s->claims.v[k], c))
			v->part[k] = fmin(v->part[k], 0);
		sum += v->part[k];
	}
	return sum;
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

/* What engines, trades and closures carry is told by those, which name it. */
static int explain_category(struct scene *s, struct claim *c, struct err *err)
{
	struct carriers v = {.engine = arena_alloc(s->arena, (s->traffic->n_names + 1) * sizeof *v.engine),
		.trade = arena_alloc(s->arena, (s->trades.n + 1) * sizeof *v.trade),
		.before = arena_zalloc(s->arena, s->claims.n + 1, sizeof *v.before),
		.after = arena_zalloc(s->arena, s->claims.n + 1, sizeof *v.after),
		.part = arena_zalloc(s->arena, s->claims.n + 1, sizeof *v.part)};
	int rc = 0;
	if (!(fabs(c->f.after - c->f.before) > 0)) { /* of a feed that is silent on most days: nothing beside the date */
		c->dropped = true;
		return 0;
	}
	if (!v.engine || !v.trade || !v.before || !v.after || !v.part)
		return err_oom(err, "findings");
	find_carriers(s, c, &v);
	if (carried(s, c, &v) < EXPLAINED) {
		weigh_total(s, c);
		return 0;
	}
	c->dropped = true;
	for (size_t k = 0; k < s->claims.n && !rc; k++) {
		struct claim *x = &s->claims.v[k];
		if (v.part[k] >= CARRIER && x->part->kind == PART_ENGINE && !x->whole)
			rc = tell_whole(s, x, c->part, 0, err);
	}
	return rc;
}

int explain_categories(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < s->claims.n && !rc; i++) {
		struct claim *c = &s->claims.v[i];
		struct arena_mark mark = arena_mark(s->arena);
		if (c->f.kind == FINDING_CATEGORY_CHANGE && !c->dropped)
			rc = explain_category(s, c, err);
		arena_release(s->arena, mark);
	}
	return rc;
}
