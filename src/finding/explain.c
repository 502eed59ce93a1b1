/* explain.c - what follows from what: the total and the trades from engines and closures; what is left of an engine, who
 * filled the gap, and when an engine only changed its form. */
#include <stdlib.h>

#include "base/limits.h"
#include "finding/claim.h"

enum {
	GAP_DAYS = 14,      /* who grew within so long after a drop may have filled the gap */
	RESIDUAL_COUNT = 5, /* messages that show that an engine is not gone */
};
static const double SURE = 0.95;
static const double ARTEFACT = 0.4;                     /* of a change that nameless mail makes up for */
static const double TOTAL_PART = 0.2;                   /* of all mail: a cause that shows in the total */
static const double CAUSED = 0.5;                       /* of a change of all mail: what it is because of makes up for half of it */
static const double FILLED = 0.25;                      /* of a drop, at least */
static const double HEIR_TRADES = 0.3;                  /* cosine of what the one sent for and the other sends for */
static const double SAME_SIZE = 0.3, SAME_TRADES = 0.7; /* of an engine that changed its form, before and after */

static const int64_t DAY = SECONDS_A_DAY;

static bool is_engine(const struct claim *c)
{
	return c->part && !c->dropped && c->part->kind == PART_ENGINE && c->f.kind != FINDING_RESIDUAL &&
	       c->f.kind != FINDING_DISPLACEMENT;
}

static bool is_engine_volume(const struct claim *c)
{
	return is_engine(c) && c->f.kind != FINDING_SWITCH;
}

/* ---- levels between two changes ---- */

static bool is_volume_of(const struct claim *c, const struct part *p)
{
	return c->part == p && !c->dropped && claim_is_volume(c);
}

/* Changes of one part were found by days and are dated by messages: the level between two of them is that between their dates. */
static void settle(const struct scene *s, struct claim *c)
{
	int64_t before = TIME_NONE, after = TIME_NONE;
	for (size_t k = 0; k < s->claims.n; k++) {
		const struct claim *x = &s->claims.v[k];
		int64_t first = x->f.start.time, last = claim_end(x);
		if (x == c || !is_volume_of(x, c->part))
			continue;
		if (last <= c->f.start.time && last > c->from - NEAR_DAYS * DAY && (before == TIME_NONE || last > before))
			before = last;
		if (first >= claim_end(c) && first < c->to + NEAR_DAYS * DAY && (after == TIME_NONE || first < after))
			after = first;
	}
	if (before == TIME_NONE && after == TIME_NONE)
		return;
	c->from = before == TIME_NONE ? c->from : before;
	c->to = after == TIME_NONE ? c->to : after;
	claim_levels(s, c);
}

int settle_claims(struct scene *s, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < s->claims.n; i++) {
		struct claim *c = &s->claims.v[i];
		if (c->part && c->part->kind != PART_TOTAL && !c->derived && is_volume_of(c, c->part))
			settle(s, c);
	}
	return 0;
}

/* ---- trades ---- */

/* Level of p beside a span: before it, and after. */
static void beside(const struct scene *s, const struct part *p, int64_t t1, int64_t t2, double *before, double *after)
{
	*before = part_level(s, p, t1 - BESIDE_DAYS * DAY, t1, NULL);
	*after = part_level(s, p, t2, t2 + BESIDE_DAYS * DAY, NULL);
}

/* How much of a trade's change, over its own span, engines contributed that are told themselves. */
static int explained_part(struct scene *s, const struct claim *c, double *part, int *cause, struct err *err)
{
	double before, after, best = 0, sum = 0;
	int64_t t1 = c->f.start.time, t2 = claim_changed(c);
	beside(s, c->part, t1, t2, &before, &after);
	double delta = after - before;
	*part = 0;
	for (size_t i = 0; i < s->n_parts; i++) {
		const struct part *x = &s->parts[i];
		struct part edge;
		double b, a;
		int by = CLAIM_NONE;
		for (size_t k = 0; k < s->claims.n && x->kind == PART_ENGINE; k++) {
			const struct claim *g = &s->claims.v[k];
			int64_t last = claim_end(g);
			if (is_engine(g) && g->part == x && g->f.start.time <= t2 + NEAR_DAYS * DAY && last >= t1 - NEAR_DAYS * DAY)
				by = (int)k;
		}
		if (by == CLAIM_NONE)
			continue;
		struct arena_mark mark = arena_mark(s->arena);
		int rc = scene_edge(s, x->engine, c->part->trade, &edge, err);
		if (rc)
			return rc;
		beside(s, &edge, t1, t2, &b, &a);
		arena_release(s->arena, mark);
		if (isnan(a - b) || (a - b) * delta <= 0)
			continue;
		sum += a - b;
		if (fabs(a - b) > best) {
			best = fabs(a - b);
			*cause = by;
		}
	}
	*part = delta != 0 && !isnan(delta) ? sum / delta : 0;
	return 0;
}

static bool closes(const struct scene *s, const struct claim *c)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *k = &s->claims.v[i];
		if (claim_closes(s, k, c->part->trade) && c->f.start.time <= claim_changed(k) + NEAR_DAYS * DAY &&
			claim_changed(c) >= k->f.start.time - NEAR_DAYS * DAY)
			return true;
	}
	return false;
}

/* Does the nameless mail move the other way, by as much as this part's change? Then names came to be known, or failed. Switches are told
 * from an engine's known mail; closures looked at their senders' own nameless mail. */
static bool is_artefact(const struct scene *s, const struct claim *c)
{
	double before, after;
	if (!c->part || c->dropped || c->part->kind == PART_TOTAL || c->f.kind == FINDING_SWITCH || c->f.kind == FINDING_CLOSURE)
		return false;
	const struct part *rest = &s->nameless[c->part->kind - 1];
	beside(s, rest, c->f.start.time, claim_changed(c), &before, &after);
	double change = c->f.after - c->f.before, other = after - before;
	if (isnan(other) || change * other >= 0 || fabs(other) < ARTEFACT * fabs(change))
		return false;
	/* more than the nameless mail's own noise */
	return other * other > 9 * (before + after + 1) / BESIDE_DAYS;
}

int drop_artefacts(struct scene *s, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < s->claims.n; i++)
		if (is_artefact(s, &s->claims.v[i]))
			s->claims.v[i].dropped = true;
	return 0;
}

/* The share of a part's mail whose engine is known. */
static double engine_known(const struct scene *s, const struct part *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++)
		n += s->events[p->list[i]].engine != 0;
	return p->n ? (double)n / (double)p->n : 0;
}

/* How much of a new trade's volume its engines sent for others before: what comes under a new name is nothing new. */
static int renamed_part(struct scene *s, const struct claim *c, double *part, struct err *err)
{
	double before, after, loss = 0;
	*part = 0;
	for (size_t i = 0; i < s->n_parts; i++) {
		const struct part *x = &s->parts[i];
		struct part edge;
		if (x->kind != PART_ENGINE)
			continue;
		struct arena_mark mark = arena_mark(s->arena);
		int rc = scene_edge(s, x->engine, c->part->trade, &edge, err);
		if (rc)
			return rc;
		beside(s, &edge, c->f.start.time, claim_changed(c), &before, &after);
		arena_release(s->arena, mark);
		double gain = after - before;
		if (!(gain > 0.1 * c->f.after))
			continue;
		beside(s, x, c->f.start.time, claim_changed(c), &before, &after);
		loss += fmin(fmax(gain - (after - before), 0), gain);
	}
	*part = loss / c->f.after;
	return 0;
}

/* A trade's volume is what its engines send for it. Where they are known it is told by them, or by a switch, or by a closure; what is left
 * then is most likely a name that was found more or less often. */
static int explain_trades(struct scene *s, struct err *err)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		struct claim *c = &s->claims.v[i];
		double part = 0;
		int cause = CLAIM_NONE;
		if (!c->part || c->part->kind != PART_TRADE || c->dropped ||
			(c->f.kind != FINDING_VOLUME_CHANGE && c->f.kind != FINDING_NEW_PROGRAMME))
			continue;
		if (c->f.kind == FINDING_NEW_PROGRAMME) {
			int rc = renamed_part(s, c, &part, err);
			if (rc)
				return rc;
			s->claims.v[i].dropped = part >= EXPLAINED;
			continue;
		}
		if (closes(s, c) || engine_known(s, c->part) >= 0.5) {
			c->dropped = true;
			continue;
		}
		int rc = explained_part(s, c, &part, &cause, err);
		if (rc)
			return rc;
		s->claims.v[i].dropped = part >= EXPLAINED;
		s->claims.v[i].cause = cause;
	}
	return 0;
}

/* ---- the total ---- */

/* Causes that are one event for the total: an engine's change by itself, or a closure with all engines that fell in it. */
struct group {
	int lead;     /* claim */
	double delta; /* messages a day */
};

int claim_lead(const struct scene *s, size_t i)
{
	const struct claim *c = &s->claims.v[i];
	return c->cause != CLAIM_NONE && s->claims.v[c->cause].f.kind == FINDING_CLOSURE ? c->cause : (int)i;
}

static size_t make_groups(const struct scene *s, const struct claim *total, struct group *g, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *c = &s->claims.v[i];
		if (!is_engine_volume(c))
			continue;
		int lead = claim_lead(s, i);
		const struct claim *l = &s->claims.v[lead];
		if (l->f.start.time > claim_changed(total) + NEAR_DAYS * DAY ||
			claim_changed(l) < total->f.start.time - NEAR_DAYS * DAY)
			continue;
		size_t k = 0;
		while (k < n && g[k].lead != lead)
			k++;
		if (k == n && n == room)
			continue;
		if (k == n)
			g[n++] = (struct group){.lead = lead};
		g[k].delta += c->f.after - c->f.before;
	}
	return n;
}

static const struct scene *sorting;

static int by_start(const void *a, const void *b)
{
	int64_t x = sorting->claims.v[((const struct group *)a)->lead].f.start.time,
		y = sorting->claims.v[((const struct group *)b)->lead].f.start.time;
	return x < y ? -1 : x > y;
}

static void set_total(const struct scene *s, struct claim *c, const struct group *g, int64_t from, int64_t to)
{
	const struct claim *lead = &s->claims.v[g->lead];
	c->cause = g->lead;
	c->derived = true;
	c->f.start = lead->f.start;
	c->f.end = lead->f.end;
	c->shape = lead->shape == SHAPE_NEW ? SHAPE_STEP : lead->shape;
	c->from = from;
	c->to = to;
	int64_t t1 = c->f.start.time, t2 = claim_changed(c);
	double before = part_level(s, c->part, t1 - BESIDE_DAYS * DAY > from ? t1 - BESIDE_DAYS * DAY : from, t1, NULL);
	double after = part_level(s, c->part, t2, t2 + BESIDE_DAYS * DAY < to ? t2 + BESIDE_DAYS * DAY : to, NULL);
	if (isnan(before) || isnan(after) || (before - after) * g->delta > 0) {
		before = isnan(before) ? c->f.before : before;
		after = before + g->delta;
	}
	c->f.before = before;
	c->f.after = after;
	claim_effect(s, c);
}

enum { GROUPS = 64 };

/* A change of the total takes its dates from its causes, which are known better; a slide with several causes is several changes. */
static int explain_total(struct scene *s, size_t i, struct err *err)
{
	struct group all[GROUPS], g[GROUPS] = {0};
	struct claim total = s->claims.v[i];
	double delta = total.f.after - total.f.before;
	size_t n_all = make_groups(s, &total, all, GROUPS), n = 0;
	for (size_t k = 0; k < n_all; k++)
		if (all[k].delta * delta > 0 && (fabs(all[k].delta) >= TOTAL_PART * fmin(total.f.before, total.f.after) ||
							all[k].delta / delta >= EXPLAINED))
			g[n++] = all[k];
	double level = total.f.before, sum = 0;
	size_t kept = 0;
	sorting = s;
	qsort(g, n, sizeof *g, by_start);
	for (size_t k = 0; k < n; k++) { /* large enough at its time */
		if (n == 1 || fabs(g[k].delta) >= TOTAL_PART * level) {
			sum += g[k].delta;
			g[kept++] = g[k];
		}
		level = fmax(level + g[k].delta, 1);
	}
	if (sum / delta < CAUSED)
		return 0;
	for (size_t k = 0; k < kept; k++) {
		struct claim *c = k ? claim_add(s, FINDING_VOLUME_CHANGE, err) : &s->claims.v[i];
		if (!c)
			return err->kind;
		if (k)
			*c = total;
		set_total(s, c, &g[k], k ? claim_changed(&s->claims.v[g[k - 1].lead]) : total.from,
			k + 1 < kept ? s->claims.v[g[k + 1].lead].f.start.time : total.to);
	}
	return 0;
}

static int explain_totals(struct scene *s, struct err *err)
{
	int rc = 0;
	size_t n = s->claims.n;
	for (size_t i = 0; i < n && !rc; i++) {
		const struct claim *c = &s->claims.v[i];
		if (c->part && c->part->kind == PART_TOTAL && !c->dropped && !c->alike && c->f.kind == FINDING_VOLUME_CHANGE)
			rc = explain_total(s, i, err);
	}
	return rc;
}

/* ---- what is left ---- */

static int claim_residual(struct scene *s, size_t i, struct err *err)
{
	struct claim cause = s->claims.v[i];
	double n = 0, late = 0;
	int64_t from = claim_changed(&cause), to = cause.to, middle = from + (to - from) / 2;
	if (cause.f.kind != FINDING_VOLUME_CHANGE || cause.shape == SHAPE_PAUSE || cause.part->kind != PART_ENGINE ||
		to - from < 5 * DAY)
		return 0;
	double level = part_level(s, cause.part, from + DAY, to, &n);
	part_level(s, cause.part, middle, to, &late);
	if (!(level < RESIDUAL_BELOW * cause.f.before) || n < RESIDUAL_COUNT || late < 2)
		return 0;
	struct claim *c = claim_add(s, FINDING_RESIDUAL, err);
	if (!c)
		return err->kind;
	c->part = cause.part;
	c->cause = (int)i;
	c->from = from;
	c->to = to;
	c->f.engine = cause.f.engine;
	c->f.start = cause.f.end.time != TIME_NONE ? cause.f.end : cause.f.start;
	c->f.before = cause.f.before;
	c->f.after = level;
	c->f.effect = level / cause.f.before - 1;
	c->f.confidence = cause.f.confidence;
	return 0;
}

/* Cosine of the trades of x before t1 and of y after t2. */
static double same_trades(struct scene *s, const struct part *x, int64_t t1, const struct part *y, int64_t t2)
{
	double *a = arena_zalloc(s->arena, s->trades.n + 1, sizeof *a), *b = arena_zalloc(s->arena, s->trades.n + 1, sizeof *b);
	double ab = 0, aa = 0, bb = 0;
	if (!a || !b)
		return 0;
	for (size_t i = 0; i < x->n; i++)
		a[s->events[x->list[i]].trade] +=
			s->events[x->list[i]].time < t1 && s->events[x->list[i]].time > t1 - BESIDE_DAYS * DAY;
	for (size_t i = 0; i < y->n; i++)
		b[s->events[y->list[i]].trade] +=
			s->events[y->list[i]].time > t2 && s->events[y->list[i]].time < t2 + BESIDE_DAYS * DAY;
	for (size_t i = 1; i < s->trades.n; i++) {
		ab += a[i] * b[i];
		aa += a[i] * a[i];
		bb += b[i] * b[i];
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* ---- who filled the gap ---- */

static int claim_displacement(struct scene *s, size_t i, struct err *err)
{
	struct claim drop = s->claims.v[i];
	double loss = drop.f.before - drop.f.after, gain = 0;
	int best = CLAIM_NONE;
	if (drop.part->kind != PART_ENGINE || drop.shape == SHAPE_PAUSE || loss < TOTAL_PART / 2 * s->parts[0].vol.level[0])
		return 0;
	for (size_t k = 0; k < s->claims.n; k++) {
		const struct claim *c = &s->claims.v[k];
		double g = c->f.after - c->f.before;
		if (!is_engine_volume(c) || c->part == drop.part || g <= 0 || c->f.start.time < drop.f.start.time - DAY ||
			c->f.start.time > claim_changed(&drop) + GAP_DAYS * DAY ||
			same_trades(s, drop.part, drop.f.start.time, c->part, claim_changed(c)) < HEIR_TRADES)
			continue;
		gain += g;
		if (best == CLAIM_NONE || g > s->claims.v[best].f.after - s->claims.v[best].f.before)
			best = (int)k;
	}
	if (best == CLAIM_NONE || gain < FILLED * loss)
		return 0;
	struct claim *c = claim_add(s, FINDING_DISPLACEMENT, err);
	if (!c)
		return err->kind;
	c->part = s->claims.v[best].part;
	c->cause = (int)i;
	c->f.engine = s->claims.v[best].f.engine;
	c->f.other = drop.f.engine;
	c->f.start = s->claims.v[best].f.start;
	c->f.end = s->claims.v[best].f.end;
	c->f.before = loss;
	c->f.after = gain;
	c->f.confidence = 0.5; /* that it came after does not mean that it came because */
	return 0;
}

/* ---- a new form, not a new volume ---- */

/* One falls while another rises by as much, for the same trades, and one of the two names is only our own: most likely one engine. */
static void find_drift(struct scene *s, size_t i)
{
	struct claim *down = &s->claims.v[i];
	double loss = down->f.before - down->f.after;
	for (size_t k = 0; k < s->claims.n && loss > 0 && down->shape != SHAPE_PAUSE; k++) {
		struct claim *up = &s->claims.v[k];
		double gain = up->f.after - up->f.before;
		if (!is_engine_volume(up) || up->part == down->part || gain <= 0 || fabs(gain - loss) > SAME_SIZE * loss)
			continue;
		if (!up->part->discovered && !down->part->discovered)
			continue;
		if (llabs(up->f.start.time - down->f.start.time) > NEAR_DAYS * DAY ||
			same_trades(s, down->part, down->f.start.time, up->part, claim_changed(up)) < SAME_TRADES)
			continue;
		down->f.kind = FINDING_DRIFT;
		down->f.other = up->f.engine;
		down->f.confidence = 0.7;
		up->dropped = true;
		return;
	}
}

/* A volume's change by itself that is neither sure nor dated is not told: mostly it is a drift, or a burst of campaigns. */
static int drop_undated(struct scene *s, struct err *err)
{
	bool *explains = arena_zalloc(s->arena, s->claims.n + 1, sizeof *explains);
	if (!explains)
		return err_oom(err, "findings");
	for (size_t i = 0; i < s->claims.n; i++)
		if (s->claims.v[i].cause != CLAIM_NONE && !s->claims.v[i].dropped)
			explains[s->claims.v[i].cause] = true;
	for (size_t i = 0; i < s->claims.n; i++) {
		struct claim *c = &s->claims.v[i];
		c->dropped |= claim_is_volume(c) && c->f.confidence < SURE && c->cause == CLAIM_NONE && !explains[i] &&
		              c->f.start.hi - c->f.start.lo > DATED_DAYS * DAY;
	}
	return 0;
}

int explain_claims(struct scene *s, struct err *err)
{
	for (size_t i = 0; i < s->claims.n; i++)
		if (is_engine_volume(&s->claims.v[i]) && !s->claims.v[i].derived && s->claims.v[i].f.kind == FINDING_VOLUME_CHANGE)
			find_drift(s, i);
	int rc = explain_trades(s, err);
	rc = rc ? rc : explain_totals(s, err);
	rc = rc ? rc : explain_categories(s, err);
	rc = rc ? rc : drop_undated(s, err);
	size_t n = s->claims.n;
	for (size_t i = 0; i < n && !rc; i++)
		if (is_engine_volume(&s->claims.v[i]) && s->claims.v[i].f.kind == FINDING_VOLUME_CHANGE &&
			s->claims.v[i].f.after < s->claims.v[i].f.before) {
			rc = claim_residual(s, i, err);
			rc = rc ? rc : claim_displacement(s, i, err);
		}
	return rc;
}
