/* date.c - the changes of engines, dated from the times of single messages.
 *
 * A closure takes its part out of every engine that sent for the trade. What it explains goes into the offset of the engine's
 * likelihood, so that a takedown in the middle of a closure keeps its own date, and an engine that only lost its trade is told as
 * a consequence, with the closure's dates.
 */
#include <stdlib.h>

#include "finding/claim.h"
#include "finding/fade.h"

enum {
	DATE_DAYS = 14,    /* looked at on each side of a change */
	SHARE_DAYS = 21,   /* what an engine sends for is measured over so long */
	PAUSE_DAYS = 30,   /* a longer silence is an end, and a beginning */
	CLUSTER_HOURS = 36 /* two changes of one engine this near are one */
};
static const double DEPENDENT = 0.2; /* an engine with that share of its mail for a trade shows the trade's closure */
static const double PAUSE_LEFT = 0.25, PAUSE_BACK = 0.6; /* of the level before: left over; come back to, or over 1 / that */

static const int64_t DAY = SECONDS_A_DAY;

/* ---- what closures explain ---- */

/* The share of x's mail in the weeks before `at` that was for what a closure ended. */
static double share_before(const struct scene *s, const struct part *x, uint32_t closure, int64_t at)
{
	double n = 0, all = 0;
	for (size_t i = 0; i < x->n; i++) {
		const struct event *e = &s->events[x->list[i]];
		if (e->time >= at - SHARE_DAYS * DAY && e->time < at) {
			all++;
			n += s->trades.v[e->trade].closed == closure;
		}
	}
	return all >= 10 ? n / all : 0;
}

/* The share of x's mail that a closure takes away; 0 when it does not touch it. */
static double loss_by(const struct scene *s, const struct part *x, const struct claim *closure)
{
	if (closure->f.kind != FINDING_CLOSURE || x->kind != PART_ENGINE ||
		has_left(s, x->engine, s->trades.v[closure->trade_from].house, claim_end(closure)))
		return 0;
	return share_before(s, x, (uint32_t)(closure - s->claims.v) + 1, closure->f.start.lo);
}

/* ---- the likelihood's series ---- */

struct slots {
	struct fit_volume v;
	double *count, *offset;
};

static int64_t middle_of(const struct slots *h, size_t slot)
{
	return h->v.start + (int64_t)slot * FIT_SLOT + FIT_SLOT / 2;
}

static bool make_slots(struct scene *s, const struct part *x, int64_t from, int64_t to, struct slots *h)
{
	int64_t midnight = time_day(from) * DAY;
	size_t n = (size_t)(time_day(to) - time_day(from) + 1) * FIT_SLOTS_A_DAY;
	h->count = arena_zalloc(s->arena, n + 1, sizeof *h->count);
	h->offset = arena_zalloc(s->arena, n + 1, sizeof *h->offset);
	double *gone = arena_zalloc(s->arena, n + 1, sizeof *gone); /* the share that closures took */
	if (!h->count || !h->offset || !gone)
		return false;
	h->v = (struct fit_volume){.start = midnight, .n = n, .count = h->count, .offset = h->offset};
	for (size_t i = 0; i < x->n; i++) {
		int64_t t = s->events[x->list[i]].time;
		if (t >= from && t < to)
			h->count[(size_t)((t - midnight) / FIT_SLOT) + 1]++;
	}
	for (size_t k = 0; k < n; k++) {
		int64_t t = middle_of(h, k), weekday = (time_day(t) + 3) % 7; /* 1970-01-01 was a Thursday */
		h->offset[k + 1] = t >= from && t < to ? part_watched(s, x, t) * s->week[weekday] / FIT_SLOTS_A_DAY : 0;
	}
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *c = &s->claims.v[i];
		double loss = loss_by(s, x, c);
		struct leaving left = claim_leaving(c, x->engine);
		for (size_t k = 0; k < n && loss > 0; k++)
			gone[k] += loss * (1 - fit_left(middle_of(h, k), left.start.time, left.end.time));
	}
	for (size_t k = 0; k < n; k++) {
		h->offset[k + 1] *= fmax(1 - gone[k], 0);
		h->count[k + 1] += h->count[k];
		h->offset[k + 1] += h->offset[k];
	}
	return true;
}

/* Slots [from,to) of whole days on one side of a change. */
struct days {
	size_t from, to;
};

static void days_beside(const struct slots *h, int64_t t1, int64_t t2, struct days side[2])
{
	size_t n = h->v.n, a = (size_t)((t1 - h->v.start) / DAY * FIT_SLOTS_A_DAY),
	       b = (size_t)((t2 - h->v.start) / DAY * FIT_SLOTS_A_DAY + FIT_SLOTS_A_DAY);
	side[0] = (struct days){0, a < n ? a : n};
	side[1] = (struct days){b < n ? b : n, n};
}

/* How many messages come at once: of what a day received, how many times the variance of chance an hour's count has. */
static double clumps_of(const struct slots *h, const struct days side[2])
{
	double squares = 0, chance = 0;
	for (int k = 0; k < 2; k++)
		for (size_t i = side[k].from; i < side[k].to; i += FIT_SLOTS_AN_HOUR) {
			size_t day = i - i % FIT_SLOTS_A_DAY, end = i + FIT_SLOTS_AN_HOUR;
			double all = h->count[day + FIT_SLOTS_A_DAY] - h->count[day],
			       e = h->offset[day + FIT_SLOTS_A_DAY] - h->offset[day];
			double share = e > 0 ? (h->offset[end] - h->offset[i]) / e : 0,
			       off = h->count[end] - h->count[i] - all * share;
			squares += off * off;
			chance += all * share * (1 - share);
		}
	return chance > 0 ? fmax(squares / chance, 1) : 1;
}

/* Variance of the days' own noise: what their counts scatter more than by chance. */
static double day_noise(const struct slots *h, const struct days side[2], double clumps)
{
	double excess = 0, squares = 0;
	for (int k = 0; k < 2; k++) {
		double all = h->count[side[k].to] - h->count[side[k].from], e = h->offset[side[k].to] - h->offset[side[k].from];
		double days = (double)(side[k].to - side[k].from) / FIT_SLOTS_A_DAY;
		for (size_t i = side[k].from; e > 0 && days > 1 && i < side[k].to; i += FIT_SLOTS_A_DAY) {
			double m = all / e * (h->offset[i + FIT_SLOTS_A_DAY] - h->offset[i]),
			       y = h->count[i + FIT_SLOTS_A_DAY] - h->count[i];
			excess += (y - m) * (y - m) * days / (days - 1) - clumps * m;
			squares += m * m;
		}
	}
	return squares > 0 ? fmax(excess / squares, 0) : 0;
}

bool part_slots(struct scene *s, const struct part *x, int64_t from, int64_t to, int64_t t1, int64_t t2, struct fit_volume *out)
{
	struct slots h;
	struct days side[2];
	if (!make_slots(s, x, from, to, &h))
		return false;
	days_beside(&h, t1, t2, side);
	h.v.clumps = clumps_of(&h, side);
	h.v.noise = day_noise(&h, side, h.v.clumps);
	h.v.memo = fit_memo_new(s->arena, h.v.n);
	*out = h.v;
	return h.v.memo;
}

/* Dates x's change near [start,end] within [from,to]; *gain: twice the log-likelihood over no change, what closures explain put apart. */
static int date(struct scene *s, const struct part *x, int64_t from, int64_t to, int64_t start, int64_t end, struct fit *fit,
	double *gain, struct err *err)
{
	struct fit_volume v;
	int64_t lo = start - DATE_DAYS * DAY, hi = end + DATE_DAYS * DAY;
	from = from > lo - DATE_DAYS * DAY ? from : lo - DATE_DAYS * DAY;
	to = to < hi + DATE_DAYS * DAY ? to : hi + DATE_DAYS * DAY;
	lo = lo > from ? lo : from;
	hi = hi < to ? hi : to;
	struct arena_mark mark = arena_mark(s->arena);
	if (!part_slots(s, x, from, to, start, end, &v) || !fit_dates(fit_volume_logl, &v, lo, hi, s->arena, fit))
		return err_oom(err, "findings");
	*gain = 2 * (fit->logl - fit_volume_logl(&v, v.start, v.start));
	arena_release(s->arena, mark);
	return 0;
}

/* ---- claims ---- */

void claim_levels(const struct scene *s, struct claim *c)
{
	int64_t t1 = c->f.start.time, t2 = claim_changed(c), to = c->shape == SHAPE_PAUSE ? c->f.end.time : c->to;
	int64_t from = t1 - LEVEL_DAYS * DAY > c->from ? t1 - LEVEL_DAYS * DAY : c->from;
	to = t2 + LEVEL_DAYS * DAY < to ? t2 + LEVEL_DAYS * DAY : to;
	double before = part_level(s, c->part, from, t1, NULL), after = part_level(s, c->part, t2, to, NULL);
	if (!isnan(before) && !isnan(after)) {
		c->f.before = before;
		c->f.after = after;
		claim_effect(s, c);
	}
}

static void set_dates(struct claim *c, const struct fit *fit)
{
	c->f.start = fit->start;
	c->f.end = fit->end;
	if (c->shape != SHAPE_NEW)
		c->shape = fit->ramp ? SHAPE_RAMP : SHAPE_STEP;
}

/* The closure that touches x most while [start,end] lasts; -1: none. */
static int closure_near(const struct scene *s, const struct part *x, int64_t start, int64_t end, double *loss)
{
	int best = CLAIM_NONE;
	*loss = 0;
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *c = &s->claims.v[i];
		double l = loss_by(s, x, c);
		if (l > *loss && start <= claim_end(c) + 3 * DAY && end >= c->f.start.time - 3 * DAY) {
			*loss = l;
			best = (int)i;
		}
	}
	return best;
}

static void derive(const struct scene *s, struct claim *c, int cause)
{
	const struct claim *closure = &s->claims.v[cause];
	const struct leaving left = claim_leaving(closure, c->part->engine);
	c->cause = cause;
	c->derived = true;
	c->f.start = left.start;
	c->f.end = left.end;
	c->shape = left.end.time <= left.start.time ? SHAPE_STEP : SHAPE_RAMP;
}

/* What a change has to gain, when one in all series has it: as change_find asks. */
static double enough(const struct scene *s)
{
	return 3 * log((double)s->v.n_days) + 2 * log((double)s->n_parts);
}

/* Of a claim that was found after a closure was over: has it a change of its own there? Then it is dated so. */
static int date_after(struct scene *s, struct claim *c, int64_t over, bool *own, struct err *err)
{
	int64_t start = c->f.start.time, end = claim_changed(c);
	struct fit fit;
	double gain;
	*own = false;
	if (start <= over)
		return 0;
	int rc = date(s, c->part, over, c->to, start, end, &fit, &gain, err);
	if (rc || gain < enough(s) || fit.start.lo <= over)
		return rc;
	c->from = over > c->from ? over : c->from;
	if (c->shape != SHAPE_PAUSE)
		set_dates(c, &fit);
	claim_levels(s, c);
	*own = true;
	return 0;
}

static int date_claim(struct scene *s, size_t i, struct err *err)
{
	struct claim *c = &s->claims.v[i];
	struct fit fit;
	double loss, gain;
	int64_t start = c->f.start.time, end = c->f.end.time != TIME_NONE && c->shape != SHAPE_PAUSE ? c->f.end.time : start;
	int closure = closure_near(s, c->part, c->f.start.lo, c->f.end.time != TIME_NONE ? c->f.end.hi : c->f.start.hi, &loss);
	int64_t to = c->to;
	bool own = false;
	struct leaving left = closure >= 0 ? claim_leaving(&s->claims.v[closure], c->part->engine) : (struct leaving){0};
	int rc = closure >= 0 ? date_after(s, c, left.end.time, &own, err) : 0;
	if (rc || own)
		return rc;
	if (closure >= 0 && loss >= DEPENDENT / 2) { /* its fall may have been taken for the engine's own */
		start = left.start.time < start ? left.start.time : start;
		end = left.end.time > end ? left.end.time : end;
		/* what it sends for others is known the worse the less it is: of an engine that sends for nobody else nothing is known then */
		int64_t known = left.end.time + (int64_t)((1 - loss) * DATE_DAYS * (double)DAY);
		to = known < to ? known : to;
	}
	rc = date(s, c->part, c->from, to, start, end, &fit, &gain, err);
	if (rc)
		return rc;
	if (closure >= 0 && loss >= DEPENDENT && gain < enough(s)) {
		derive(s, c, closure);
	} else {
		if (closure >= 0)
			c->cause = closure;
		if (c->shape != SHAPE_PAUSE)
			set_dates(c, &fit);
		else
			c->f.start = fit.start;
	}
	claim_levels(s, c);
	return 0;
}

bool claim_is_volume(const struct claim *c)
{
	return c->part && (c->f.kind == FINDING_VOLUME_CHANGE || c->f.kind == FINDING_CATEGORY_CHANGE ||
				  c->f.kind == FINDING_NEW_ENGINE || c->f.kind == FINDING_NEW_PROGRAMME);
}

/* Is b, laid to a closure, no more than the rest of what fell while it went on? Before the closure there was no level that b is a fall from. */
static bool is_rest(const struct claim *a, const struct claim *b)
{
	return b->derived && !a->derived && a->cause == b->cause && a->f.start.time >= b->f.start.time;
}

/* Of an engine's claims that came to lie together, the first stays, with the levels beside both. */
static void join_neighbours(struct scene *s)
{
	for (size_t i = 0; i < s->claims.n; i++)
		for (size_t k = i + 1; k < s->claims.n; k++) {
			struct claim *a = &s->claims.v[i], *b = &s->claims.v[k];
			if (!claim_is_volume(a) || !claim_is_volume(b) || a->dropped || b->dropped || a->part != b->part ||
				a->part->kind != PART_ENGINE)
				continue;
			bool near = llabs(a->f.start.time - b->f.start.time) <= CLUSTER_HOURS * SECONDS_AN_HOUR || is_rest(a, b);
			if (!near || (a->f.after > a->f.before) != (b->f.after > b->f.before))
				continue;
			b->dropped = true;
			a->to = b->to > a->to ? b->to : a->to;
			claim_levels(s, a);
		}
}

/* ---- pauses ---- */

static void join_pauses(struct scene *s)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		struct claim *down = &s->claims.v[i], *up = NULL;
		if (!claim_is_volume(down) || down->dropped || down->shape == SHAPE_PAUSE ||
			!(down->f.after <= PAUSE_LEFT * down->f.before))
			continue;
		for (size_t k = 0; k < s->claims.n; k++) {
			struct claim *c = &s->claims.v[k];
			if (claim_is_volume(c) && !c->dropped && c->part == down->part && c->f.start.time > down->f.start.time &&
				(!up || c->f.start.time < up->f.start.time))
				up = c;
		}
		if (!up || up->f.start.time - claim_end(down) > PAUSE_DAYS * DAY || up->f.after < PAUSE_BACK * down->f.before ||
			up->f.after > down->f.before / PAUSE_BACK)
			continue;
		down->shape = SHAPE_PAUSE;
		down->f.end = up->f.start;
		down->to = up->to;
		up->dropped = true;
	}
}

/* Did the level come back, from next to nothing? */
static bool is_back(double before, double between, double back)
{
	return between <= PAUSE_LEFT * before && back >= PAUSE_BACK * before && back <= before / PAUSE_BACK;
}

/* A level that came back so shortly before the end that the daily series does not show it: in the messages themselves it may. */
static int find_return(struct scene *s, struct claim *down, struct err *err)
{
	struct fit up;
	double gain;
	int64_t from = claim_end(down), to = down->to, middle = from + (to - from) / 2;
	bool falls = claim_is_volume(down) && !down->dropped && !down->derived && down->f.after < down->f.before;
	if (!falls || down->part->kind != PART_ENGINE || down->shape == SHAPE_PAUSE || to <= from || to - from > PAUSE_DAYS * DAY)
		return 0;
	int rc = date(s, down->part, from, to, middle, middle, &up, &gain, err);
	if (!rc) /* again, with the days' noise taken beside the place that was found: a return in the midst of a side looks like noise */
		rc = date(s, down->part, from, to, up.start.time, up.end.time, &up, &gain, err);
	if (rc || gain < enough(s) ||
		!is_back(down->f.before, part_level(s, down->part, from, up.start.time, NULL),
			part_level(s, down->part, up.end.time, to, NULL)))
		return rc;
	down->shape = SHAPE_PAUSE;
	down->f.end = up.start;
	claim_levels(s, down);
	return 0;
}

static int find_returns(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < s->claims.n && !rc; i++)
		rc = find_return(s, &s->claims.v[i], err);
	return rc;
}

/* ---- engines that only lost their trade ---- */

static bool has_claim(const struct scene *s, const struct part *x, int64_t from, int64_t to)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *c = &s->claims.v[i];
		if (c->part == x && !c->dropped && (claim_is_volume(c) || c->f.kind == FINDING_SWITCH) && c->f.start.time >= from &&
			c->f.start.time <= to)
			return true;
	}
	return false;
}

static int claim_victim(struct scene *s, const struct part *x, size_t closure, struct err *err)
{
	struct claim *c = claim_add(s, FINDING_VOLUME_CHANGE, err);
	if (!c)
		return err->kind;
	c->part = x;
	c->f.engine = scene_name(s, x->engine);
	derive(s, c, (int)closure);
	claim_stretch(s, c, x, c->f.start.time, claim_end(c));
	c->f.confidence = s->claims.v[closure].f.confidence;
	claim_levels(s, c);
	/* it has to show in the engine's own volume */
	c->dropped = !(c->f.effect_hi < -FINDING_MIN_EFFECT / 2 && c->f.effect < -FINDING_MIN_EFFECT);
	return 0;
}

static int claim_victims(struct scene *s, struct err *err)
{
	int rc = 0;
	size_t n = s->claims.n;
	for (size_t i = 0; i < n && !rc; i++)
		for (size_t k = 0; s->claims.v[i].f.kind == FINDING_CLOSURE && k < s->n_parts && !rc; k++) {
			const struct part *x = &s->parts[k];
			const struct claim *c = &s->claims.v[i];
			if (x->kind == PART_ENGINE && loss_by(s, x, c) >= DEPENDENT &&
				!has_claim(s, x, c->f.start.time - 2 * DAY, claim_end(c) + 2 * DAY))
				rc = claim_victim(s, x, i, err);
		}
	return rc;
}

/* With better dates and levels some changes are not worth telling; and no closure lets anything grow. */
static void drop_small(struct scene *s)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		struct claim *c = &s->claims.v[i];
		double least = c->part && c->part->kind >= PART_TRADE ? TRADE_MIN_EFFECT : FINDING_MIN_EFFECT;
		bool small = c->f.effect > -least && c->f.effect < 1 / (1 - least) - 1;
		if (claim_is_volume(c) && (small || (c->derived && c->f.after > c->f.before)))
			c->dropped = true;
	}
}

int date_claims(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < s->claims.n && !rc; i++)
		if (claim_is_volume(&s->claims.v[i]))
			rc = date_claim(s, i, err);
	if (!rc)
		rc = claim_victims(s, err);
	drop_small(s);
	join_neighbours(s);
	join_pauses(s);
	return rc ? rc : find_returns(s, err);
}
