/* findings_mix.c - which engine sends for which trade, and when that changed: switches and closures.
 *
 * Both are read from the mix of an engine's own messages, message by message: what share of them is for a trade. A pause, an
 * outage, a weekend or a takedown takes away messages of all kinds and leaves the mix as it is.
 */
#include <stdlib.h>

#include "analyse/findings_fit.h"
#include "analyse/findings_int.h"
#include "base/limits.h"

enum {
	MIX_TRADES = 24,   /* of one engine, the largest ones */
	MIX_SPLITS = 64,   /* changes of one pair of trades: more is churn of campaigns */
	MIX_DAYS = 21,     /* rates beside a switch are taken over at most so long */
	MIX_MIN_DAYS = 4,  /* a state that lasts for less is a campaign, not a state */
	ONLY_MAX = 16,     /* engines of one trade alone, that its closure is dated by */
	MIX_MIN_COUNT = 8, /* messages of the old trade before, of the new one after */
};
/* What makes a switch of a change of mix. */
static const double SWITCH_LEFT = 0.4;     /* of the old trade, at most */
static const double SWITCH_REPLACED = 0.5; /* of the loss, at least */
static const double SWITCH_EXCESS = 2.5;   /* of the loss, at most: more is growth of its own */
static const double SWITCH_GROWTH = 1.5;   /* of the new trade, at least */
static const double SWITCH_PART = 0.2;     /* of the engine's output that changes hands, at least */
static const double SWITCH_NAMELESS = 0.5; /* of loss or gain, that mail of no known trade made up for, at most */
static const double SWITCH_SIGMAS = 3;     /* of counting noise, that the new trade's gain is, at least */
static const double SWITCH_BOTH =
	1.4; /* while it goes on, of what the two had before or have after: else it is two events, not one */
/* What makes a closure. */
static const double ONLY_SHARE = 0.95;
static const double CLOSED_LEFT = 0.05;
static const double CLOSED_SEEN = 0.1;   /* of what was expected, at most */
static const double CLOSED_LOST = 0.5;   /* as much mail of no known trade beside it: it may live on, unrecognised */
static const double CLOSED_EXPECTED = 8; /* messages of the trade that living engines would have sent since */

/* ---- one pair of trades of one engine ---- */

struct pair {
	const int64_t *t;
	const uint8_t *z;
	const uint32_t *sum;
	size_t n;
	double scatter;
};

static double ones(const struct pair *p, size_t from, size_t to)
{
	return p->sum[to] - p->sum[from];
}

static double entropy(double z, double n)
{
	return n <= 0 || z <= 0 || z >= n ? 0 : z * log(z / n) + (n - z) * log(1 - z / n);
}

/* The best place to split [from,to), and twice the log-likelihood that it gains. */
static size_t best_split(const struct pair *p, size_t from, size_t to, double *gain)
{
	double all = entropy(ones(p, from, to), (double)(to - from));
	size_t best = 0;
	*gain = 0;
	for (size_t i = from + 3; i + 3 < to; i++) {
		double g = 2 * (entropy(ones(p, from, i), (double)(i - from)) + entropy(ones(p, i, to), (double)(to - i)) - all);
		if (g > *gain) {
			*gain = g;
			best = i;
		}
	}
	*gain /= p->scatter;
	return best;
}

struct splits {
	size_t at[MIX_SPLITS + 2]; /* sorted, with both ends */
	size_t n;
};

static int by_place(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	return (x > y) - (x < y);
}

/* Binary segmentation: a change of mix costs `penalty`. */
static void split_pair(const struct pair *p, double penalty, struct splits *s)
{
	struct span {
		size_t from, to;
	} todo[MIX_SPLITS + 2];
	size_t n = 1;
	*s = (struct splits){.at = {0, p->n}, .n = 2};
	todo[0] = (struct span){0, p->n};
	while (n && s->n < MIX_SPLITS) {
		struct span x = todo[--n];
		double gain;
		size_t at = best_split(p, x.from, x.to, &gain);
		if (gain <= penalty)
			continue;
		s->at[s->n++] = at;
		todo[n++] = (struct span){x.from, at};
		todo[n++] = (struct span){at, x.to};
	}
	qsort(s->at, s->n, sizeof *s->at, by_place);
}

/* How much more the daily mix scatters than draws would; away from the changes, which may be ramps. */
static double mix_scatter(const struct pair *p, const struct splits *s)
{
	const int64_t near_days = 4 * (int64_t)SECONDS_A_DAY;
	double sum = 0;
	size_t days = 0;
	for (size_t k = 0; k + 1 < s->n; k++) {
		size_t from = s->at[k], to = s->at[k + 1];
		double share = (ones(p, from, to) + 0.5) / ((double)(to - from) + 1);
		for (size_t i = from, end; i < to; i = end) {
			for (end = i; end < to && time_day(p->t[end]) == time_day(p->t[i]); end++)
				;
			double n = (double)(end - i), e = n * share;
			if (p->t[i] - p->t[from] < near_days || p->t[to - 1] - p->t[i] < near_days || e * (1 - share) < 0.5)
				continue;
			sum += (ones(p, i, end) - e) * (ones(p, i, end) - e) / (e * (1 - share));
			days++;
		}
	}
	return days > s->n ? fmax(1, sum / (double)(days - s->n + 1)) : 1;
}

static bool make_pair(const struct scene *s, const struct part *x, uint32_t from, uint32_t to, struct pair *p)
{
	int64_t *t = arena_alloc(s->arena, (x->n + 1) * sizeof *t);
	uint8_t *z = arena_alloc(s->arena, x->n + 1);
	uint32_t *sum = arena_zalloc(s->arena, x->n + 1, sizeof *sum);
	if (!t || !z || !sum)
		return false;
	*p = (struct pair){.t = t, .z = z, .sum = sum, .scatter = 1};
	for (size_t i = 0; i < x->n; i++) {
		const struct event *e = &s->events[x->list[i]];
		if (e->trade != from && e->trade != to)
			continue;
		t[p->n] = e->time;
		z[p->n] = e->trade == to;
		sum[p->n + 1] = sum[p->n] + (e->trade == to);
		p->n++;
	}
	return true;
}

/* ---- brands of one programme ---- */

static bool owned_by(const struct trade *brand, analysis_name programme)
{
	for (size_t i = 0; i < brand->owners.n; i++)
		if (brand->owners.v[i] == programme)
			return true;
	return false;
}

/* Brands of one programme: going from one to the other is a campaign that ends. */
static bool one_house(const struct trade *x, const struct trade *y)
{
	if (!x->is_brand)
		return x == y || owned_by(y, x->name);
	for (size_t i = 0; y->is_brand && i < y->owners.n; i++)
		if (owned_by(x, y->owners.v[i]))
			return true;
	return x == y || owned_by(x, y->name);
}

/* ---- switches ---- */

struct rates {
	double old1, old2, new1, new2, all1, all2;
	double n_old1, n_new2;
	double both; /* of the two trades while it goes on; NaN: too short to tell */
	double scatter;
	int64_t from, t1, t2, to; /* where they were taken: before t1, and from t2 on */
};

/* Beside a change of mix, within the stretch in which neither the mix nor the engine changed otherwise. */
static void measure_rates(const struct scene *s, const struct part *x, const struct part *a, const struct part *b,
	const struct claim *c, struct rates *r)
{
	int64_t days = (int64_t)MIX_DAYS * SECONDS_A_DAY;
	int64_t t1 = c->f.start.time, t2 = c->f.end.time != TIME_NONE ? c->f.end.time : t1;
	int64_t from = t1 - days > c->from ? t1 - days : c->from, to = t2 + days < c->to ? t2 + days : c->to;
	r->from = from, r->t1 = t1, r->t2 = t2, r->to = to;
	r->old1 = part_level(s, a, from, t1, &r->n_old1);
	r->old2 = part_level(s, a, t2, to, NULL);
	r->new1 = part_level(s, b, from, t1, NULL);
	r->new2 = part_level(s, b, t2, to, &r->n_new2);
	r->all1 = part_level(s, x, from, t1, NULL);
	r->all2 = part_level(s, x, t2, to, NULL);
	r->both = t2 - t1 >= 2 * SECONDS_A_DAY ? part_level(s, a, t1, t2, NULL) + part_level(s, b, t1, t2, NULL) : NAN;
}

/* What a trade and the other brands of its programme gained at an engine, together. */
static int house_gain(struct scene *s, const struct part *x, uint32_t trade, const struct rates *r, double *gain, struct err *err)
{
	int rc = 0;
	*gain = 0;
	for (uint32_t i = 1; i < s->trades.n && !rc; i++) {
		struct part edge;
		struct arena_mark mark = arena_mark(s->arena);
		if (!one_house(&s->trades.v[trade], &s->trades.v[i]))
			continue;
		rc = scene_edge(s, x->engine, i, &edge, err);
		if (rc == 0 && edge.n)
			*gain += part_level(s, &edge, r->t2, r->to, NULL) - part_level(s, &edge, r->from, r->t1, NULL);
		arena_release(s->arena, mark);
	}
	return rc;
}

/* Mail of no known trade took the loss, or gave the gain: then campaigns changed that name what they sell and such that do not. */
static bool names_came_or_went(const struct scene *s, const struct part *x, const struct rates *r)
{
	double before = 0, after = 0;
	for (size_t i = 0; i < x->n; i++) {
		const struct event *e = &s->events[x->list[i]];
		before += e->trade == TRADE_NONE && e->time >= r->from && e->time < r->t1;
		after += e->trade == TRADE_NONE && e->time >= r->t2 && e->time < r->to;
	}
	double more = after * r->new2 / r->n_new2 - before * r->old1 / r->n_old1; /* messages over days */
	return more >= SWITCH_NAMELESS * (r->old1 - r->old2) || -more >= SWITCH_NAMELESS * (r->new2 - r->new1);
}

/* What the new trade gained, in standard errors of the two rates. */
static double sigmas(const struct rates *r)
{
	double days1 = r->n_old1 / r->old1, days2 = r->n_new2 / r->new2;
	return (r->new2 - r->new1) / sqrt(r->scatter * (r->new1 / days1 + r->new2 / days2));
}

static bool is_switch(const struct rates *r)
{
	double loss = r->old1 - r->old2, gain = r->new2 - r->new1;
	return r->n_old1 >= MIX_MIN_COUNT && r->n_new2 >= MIX_MIN_COUNT && r->old2 <= SWITCH_LEFT * r->old1 &&
	       gain >= SWITCH_REPLACED * loss && gain <= SWITCH_EXCESS * loss && r->new2 >= SWITCH_GROWTH * r->new1 &&
	       loss >= SWITCH_PART * r->all1 && sigmas(r) >= SWITCH_SIGMAS &&
	       !(r->both > SWITCH_BOTH * fmax(r->old1 + r->new1, r->old2 + r->new2));
}

static int claim_switch(struct scene *s, const struct part *x, const struct pair *p, const struct splits *cut, size_t first,
	size_t last, uint32_t old, uint32_t new, struct err *err)
{
	size_t from = cut->at[first - 1], to = cut->at[last + 1];
	struct fit fit;
	struct fit_mix mix = {.t = p->t + from, .z = p->z + from, .n = to - from, .scatter = p->scatter};
	uint32_t *sum = arena_alloc(s->arena, (mix.n + 1) * sizeof *sum);
	struct part a, b;
	struct rates r;
	if (!sum)
		return err_oom(err, "findings");
	for (size_t i = 0; i <= mix.n; i++)
		sum[i] = p->sum[from + i] - p->sum[from];
	mix.sum = sum;
	int64_t margin = (int64_t)FIT_RAMP_DAYS * SECONDS_A_DAY, lo = p->t[cut->at[first]] - margin,
		hi = p->t[cut->at[last]] + margin;
	lo = lo > p->t[from] ? lo : p->t[from];
	hi = hi < p->t[to - 1] ? hi : p->t[to - 1];
	if (!fit_dates(fit_mix_logl, &mix, lo, hi, s->arena, &fit))
		return err_oom(err, "findings");
	struct claim c = {.part = x, .cause = CLAIM_NONE, .trade_from = old, .trade_to = new, .f = FINDING_BLANK};
	c.f.start = fit.start;
	c.f.end = fit.ramp ? fit.end : FINDING_NO_DATE;
	c.shape = fit.ramp ? SHAPE_RAMP : SHAPE_STEP;
	claim_stretch(s, &c, x, fit.start.time, fit.end.time);
	c.from = p->t[from] > c.from ? p->t[from] : c.from;
	c.to = p->t[to - 1] < c.to ? p->t[to - 1] : c.to;
	int64_t least = (int64_t)MIX_MIN_DAYS * SECONDS_A_DAY;
	if (fit.start.time - c.from < least || c.to - fit.end.time < least)
		return 0;
	int rc = scene_edge(s, x->engine, old, &a, err);
	rc = rc ? rc : scene_edge(s, x->engine, new, &b, err);
	if (rc)
		return rc;
	r.scatter = fmax(p->scatter, 1);
	measure_rates(s, x, &a, &b, &c, &r);
	if (!is_switch(&r) || names_came_or_went(s, x, &r))
		return 0;
	double gain, loss;
	rc = house_gain(s, x, new, &r, &gain, err);
	rc = rc ? rc : house_gain(s, x, old, &r, &loss, err);
	if (rc || gain < SWITCH_REPLACED * (r.old1 - r.old2) || -loss < SWITCH_REPLACED * (r.old1 - r.old2))
		return rc; /* brands of one programme in turn */
	struct claim *slot = claim_add(s, FINDING_SWITCH, err);
	if (!slot)
		return err->kind;
	c.f.kind = FINDING_SWITCH;
	c.f.engine = analysis_name_text(s->a, x->engine);
	c.f.from = scene_trade(s, old);
	c.f.to = scene_trade(s, new);
	c.f.before = r.old1;
	c.f.after = r.new2;
	c.f.confidence = 0.97;
	*slot = c;
	return 0;
}

static bool rises(const struct pair *p, const struct splits *cut, size_t k)
{
	size_t from = cut->at[k - 1], at = cut->at[k], to = cut->at[k + 1];
	return ones(p, at, to) / (double)(to - at) > ones(p, from, at) / (double)(at - from);
}

static int study_pair(struct scene *s, const struct part *x, uint32_t a, uint32_t b, double penalty, struct err *err)
{
	const int64_t longest = (int64_t)FIT_RAMP_DAYS * SECONDS_A_DAY;
	struct pair p;
	struct splits cut;
	struct arena_mark mark = arena_mark(s->arena);
	if (!make_pair(s, x, a, b, &p))
		return err_oom(err, "findings");
	split_pair(&p, penalty, &cut);
	p.scatter = mix_scatter(&p, &cut);
	if (cut.n > 2)
		split_pair(&p, penalty, &cut);
	if (cut.n == 2)
		arena_release(s->arena, mark);
	int rc = 0;
	for (size_t k = 1, last; k + 1 < cut.n && !rc; k = last + 1) {
		last = k;
		if (!rises(&p, &cut, k)) /* the pair the other way round tells it */
			continue;
		while (last + 2 < cut.n && rises(&p, &cut, last + 1) && p.t[cut.at[last + 1]] - p.t[cut.at[k]] <= longest)
			last++; /* the steps of a ramp */
		rc = claim_switch(s, x, &p, &cut, k, last, a, b, err);
	}
	return rc;
}

struct amount {
	uint32_t trade;
	size_t n;
};

static int by_amount(const void *a, const void *b)
{
	const struct amount *x = a, *y = b;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->trade < y->trade ? -1 : x->trade > y->trade;
}

/* The trades of one engine, largest first. */
static size_t trades_of(struct scene *s, const struct part *x, struct amount **out)
{
	struct amount *v = arena_zalloc(s->arena, s->trades.n + 1, sizeof *v);
	size_t n = 0;
	if (!(*out = v))
		return SIZE_MAX;
	for (uint32_t i = 0; i < s->trades.n; i++)
		v[i].trade = i;
	for (size_t i = 0; i < x->n; i++)
		v[s->events[x->list[i]].trade].n++;
	qsort(v + 1, s->trades.n ? s->trades.n - 1 : 0, sizeof *v, by_amount);
	for (size_t i = 1; i < s->trades.n && v[i].n >= EDGE_MIN_MESSAGES && n < MIX_TRADES; i++)
		v[n++] = v[i];
	return n;
}

int claim_switches(struct scene *s, struct err *err)
{
	int rc = 0;
	double days = (double)s->v.n_days;
	for (size_t i = 0; i < s->n_parts && !rc; i++) {
		const struct part *x = &s->parts[i];
		struct amount *v = NULL;
		size_t n = x->kind == PART_ENGINE ? trades_of(s, x, &v) : 0;
		if (n == SIZE_MAX)
			return err_oom(err, "findings");
		/* as for volumes: log n for each of two parameters and the place, and the number of series looked at */
		double penalty = 3 * log(days) + 2 * log((double)(s->n_parts * (n > 1 ? n * (n - 1) : 1)));
		for (size_t a = 0; a < n && !rc; a++)
			for (size_t b = 0; b < n && !rc; b++)
				rc = one_house(&s->trades.v[v[a].trade], &s->trades.v[v[b].trade])
				             ? 0
				             : study_pair(s, x, v[a].trade, v[b].trade, penalty, err);
	}
	return rc;
}

/* ---- closures ---- */

struct sender { /* of the trade, before the closure */
	analysis_name engine;
	double share;            /* of the trade in its mail */
	double trade_n, all_n;   /* before */
	double trade2_n, all2_n; /* after */
	double lost_n;           /* after: of no known trade, beyond what it had before beside its known ones and by the day */
	bool moved;              /* it switched by itself */
};

static bool has_switched(const struct scene *s, analysis_name engine, uint32_t trade, int64_t until)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *c = &s->claims.v[i];
		if (c->f.kind == FINDING_SWITCH && c->part->engine == engine && c->trade_from == trade && c->f.start.time < until)
			return true;
	}
	return false;
}

/* Who sent the trade in the three weeks before lo, and what they send after hi. */
static size_t find_senders(const struct scene *s, uint32_t trade, int64_t lo, int64_t hi, struct sender *out, size_t room)
{
	size_t n = 0;
	int64_t from = lo - (int64_t)MIX_DAYS * SECONDS_A_DAY;
	double days = (double)(lo - from) / SECONDS_A_DAY, days2 = (double)(s->end - hi) / SECONDS_A_DAY;
	for (size_t i = 0; i < s->n_parts && n < room; i++) {
		const struct part *x = &s->parts[i];
		struct sender a = {.engine = x->engine};
		double none = 0, none2 = 0;
		if (x->kind != PART_ENGINE)
			continue;
		for (size_t k = 0; k < x->n; k++) {
			const struct event *e = &s->events[x->list[k]];
			bool early = e->time >= from && e->time < lo, late = e->time >= hi;
			a.all_n += early;
			a.trade_n += early && e->trade == trade;
			a.all2_n += late;
			a.trade2_n += late && e->trade == trade;
			none += early && e->trade == TRADE_NONE;
			none2 += late && e->trade == TRADE_NONE;
		}
		if (a.trade_n < MIX_MIN_COUNT)
			continue;
		a.share = fmin(fmax(a.trade_n / a.all_n, 0.02), 0.98);
		double known = a.all_n - a.trade_n - none, known2 = a.all2_n - a.trade2_n - none2;
		/* Nameless mail that grew neither beside the engine's other mail nor by the day was always another matter. */
		a.lost_n = fmax(0, none2 - fmax(known > 0 ? none / known * known2 : 0, none * days2 / days));
		a.moved = has_switched(s, x->engine, trade, hi);
		out[n++] = a;
	}
	return n;
}

struct verdict {
	double expected, seen; /* of the trade, from living engines, since */
	double lost;           /* what may be the trade, unrecognised: pages that were not captured, another brand's text */
	size_t alive, dead;    /* engines */
};

static struct verdict judge(const struct sender *v, size_t n)
{
	struct verdict w = {0};
	for (size_t i = 0; i < n; i++) {
		double others = v[i].all2_n - v[i].trade2_n - v[i].lost_n, expected = v[i].share / (1 - v[i].share) * others;
		if (v[i].moved)
			continue;
		w.expected += expected;
		w.seen += v[i].trade2_n;
		w.lost += v[i].lost_n;
		w.alive += expected >= 3;
		w.dead += v[i].share > 0.8 && v[i].all2_n < CLOSED_LEFT * v[i].all_n;
	}
	return w;
}

/* A fading trade, and the volumes of engines that sent for nobody else: their mix tells nothing, their silence does. */
struct closing {
	struct fit_fade fade;
	struct fit_volume only[ONLY_MAX];
	size_t n_only;
};

static double closing_logl(const void *ctx, int64_t t1, int64_t t2)
{
	const struct closing *c = ctx;
	double l = fit_fade_logl(&c->fade, t1, t2);
	for (size_t i = 0; i < c->n_only; i++)
		l += fit_volume_logl(&c->only[i], t1, t2);
	return l;
}

static bool overlap(const struct finding_date *a, const struct finding_date *b)
{
	return a->lo <= b->hi && b->lo <= a->hi;
}

/* Engines that sent for the trade alone sharpen its dates, where they fell silent within them: not those that fell by themselves. */
static int sharpen(struct scene *s, struct closing *c, const struct sender *v, size_t n, int64_t lo, int64_t hi, struct fit *fit,
	struct err *err)
{
	const int64_t margin = (int64_t)MIX_DAYS * SECONDS_A_DAY;
	for (size_t i = 0; i < n && c->n_only < ONLY_MAX; i++) {
		const struct part *x = scene_part(s, PART_ENGINE, v[i].engine);
		struct fit_volume *only = &c->only[c->n_only];
		struct fit own;
		if (v[i].moved || v[i].share < ONLY_SHARE || !x || x->vol.share == NULL)
			continue;
		int64_t from = lo - margin > s->begin ? lo - margin : s->begin, to = hi + margin < s->end ? hi + margin : s->end;
		if (!part_slots(s, x, from, to, fit->start.time, fit->end.time, only) ||
			!fit_dates(fit_volume_logl, only, lo, hi, s->arena, &own))
			return err_oom(err, "findings");
		c->n_only += overlap(&own.start, &fit->start) && overlap(&own.end, &fit->end);
	}
	return !c->n_only || fit_dates(closing_logl, c, lo, hi, s->arena, fit) ? 0 : err_oom(err, "findings");
}

/* How much more the daily mix of the trade's senders scatters before it fades than draws would: campaigns come and go. */
static double fade_scatter(const struct fit_fade *f, int64_t until)
{
	enum { SHARES = 128 }; /* senders of nearly one share are taken together */
	double n[SHARES] = {0}, z[SHARES] = {0}, p[SHARES] = {0}, sum = 0, cells = 0;
	for (size_t i = 0; i < f->n && f->t[i] < until; i++) {
		size_t k = (size_t)((double)f->share[i] * (SHARES - 1));
		n[k]++;
		z[k] += f->z[i];
		p[k] += (double)f->share[i];
		if (i + 1 < f->n && f->t[i + 1] < until && time_day(f->t[i + 1]) == time_day(f->t[i]))
			continue;
		for (k = 0; k < SHARES; k++) { /* the day is over */
			double share = n[k] > 0 ? p[k] / n[k] : 0, v = n[k] * share * (1 - share);
			if (v >= 0.5) {
				sum += (z[k] - n[k] * share) * (z[k] - n[k] * share) / v;
				cells++;
			}
			n[k] = z[k] = p[k] = 0;
		}
	}
	return cells > 3 ? fmax(1, sum / (cells - 1)) : 1;
}

/* The fading of a trade in the mail of all its senders together. */
static int date_fade(struct scene *s, uint32_t trade, const struct sender *v, size_t n, int64_t lo, int64_t hi, struct fit *fit,
	double *gain, struct err *err)
{
	struct closing c = {.fade = {.scatter = 1}};
	struct fit_fade f = c.fade;
	int64_t from = lo - (int64_t)MIX_DAYS * SECONDS_A_DAY, to = hi + (int64_t)MIX_DAYS * SECONDS_A_DAY;
	int64_t *t = arena_alloc(s->arena, (s->n_events + 1) * sizeof *t);
	uint8_t *z = arena_alloc(s->arena, s->n_events + 1);
	float *share = arena_alloc(s->arena, (s->n_events + 1) * sizeof *share);
	double *before = arena_zalloc(s->arena, s->n_events + 1, sizeof *before),
	       *after = arena_zalloc(s->arena, s->n_events + 1, sizeof *after);
	if (!t || !z || !share || !before || !after)
		return err_oom(err, "findings");
	for (size_t i = 0; i < s->n_events; i++) {
		const struct event *e = &s->events[i];
		size_t k = 0;
		while (k < n && (v[k].engine != e->engine || v[k].moved))
			k++;
		if (k == n || e->time < from || e->time >= to)
			continue;
		double p = v[k].share, q = p * FIT_FADE_REST / (p * FIT_FADE_REST + 1 - p);
		t[f.n] = e->time;
		z[f.n] = e->trade == trade;
		share[f.n] = (float)p;
		before[f.n + 1] = before[f.n] + log(z[f.n] ? p : 1 - p);
		after[f.n + 1] = after[f.n] + log(z[f.n] ? q : 1 - q);
		f.n++;
	}
	f.t = t;
	f.z = z;
	f.share = share;
	f.before = before;
	f.after = after;
	f.scatter = fade_scatter(&f, lo);
	if (!f.n || !fit_dates(fit_fade_logl, &f, lo, hi, s->arena, fit))
		return f.n ? err_oom(err, "findings") : 0;
	*gain = 2 * (fit->logl - before[f.n] / f.scatter);
	c.fade = f;
	return sharpen(s, &c, v, n, lo, hi, fit, err);
}

/* The last change of a trade after which next to nothing came. */
static const struct change *last_fall(const struct part *p)
{
	const struct change *c = p->n_changes ? &p->changes[p->n_changes - 1] : NULL;
	for (size_t i = p->n_changes; c && i-- > 0;) { /* steps on the way down */
		if (p->changes[i].after > p->changes[i].before)
			break;
		if (c->after <= CLOSED_LEFT * p->changes[i].before)
			return c;
	}
	return NULL;
}

static int claim_closure(struct scene *s, const struct part *p, const struct fit *fit, double confidence, struct err *err)
{
	struct claim *c = claim_add(s, FINDING_CLOSURE, err);
	if (!c)
		return err->kind;
	c->part = p;
	c->trade_from = p->trade;
	if (s->trades.v[p->trade].is_brand)
		c->f.brand = scene_trade(s, p->trade);
	else
		c->f.programme = scene_trade(s, p->trade);
	c->f.start = fit->start;
	c->f.end = fit->ramp ? fit->end : FINDING_NO_DATE;
	c->shape = fit->ramp ? SHAPE_RAMP : SHAPE_STEP;
	int64_t week = 7 * (int64_t)SECONDS_A_DAY;
	c->f.before = part_level(s, p, fit->start.time - week, fit->start.time, NULL);
	c->f.after = part_level(s, p, fit->end.time, s->end, NULL);
	c->f.effect = c->f.before > 0 ? c->f.after / c->f.before - 1 : NAN;
	c->f.confidence = confidence;
	return 0;
}

/* Another brand of the same programme goes on. */
static bool house_lives(const struct scene *s, uint32_t trade, int64_t from)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_events && n < MIX_MIN_COUNT; i++) {
		const struct event *e = &s->events[i];
		n += e->time >= from && e->trade != TRADE_NONE && e->trade != trade &&
		     one_house(&s->trades.v[trade], &s->trades.v[e->trade]);
	}
	return n == MIX_MIN_COUNT;
}

enum { SENDERS_MAX = 256 };

static int study_trade(struct scene *s, const struct part *p, struct err *err)
{
	const struct change *fall = last_fall(p);
	struct sender *v = arena_alloc(s->arena, SENDERS_MAX * sizeof *v);
	struct fit fit = {0};
	double gain = 0;
	int64_t day = SECONDS_A_DAY;
	if (!v)
		return err_oom(err, "findings");
	if (!fall || s->end - fall->end.time < MIX_MIN_DAYS * day || house_lives(s, p->trade, fall->end.hi))
		return 0;
	int64_t lo = fall->start.lo - 2 * day, hi = fall->end.hi + 2 * day;
	size_t n = find_senders(s, p->trade, lo, hi, v, SENDERS_MAX);
	struct verdict w = judge(v, n);
	if (w.expected >= CLOSED_EXPECTED && w.seen <= CLOSED_SEEN * w.expected && w.lost <= CLOSED_LOST * w.expected) {
		int rc = date_fade(s, p->trade, v, n, lo, hi, &fit, &gain, err);
		if (rc || gain < 4 * log((double)s->v.n_days))
			return rc;
		return claim_closure(s, p, &fit, w.alive > 1 ? 0.98 : 0.85, err);
	}
	if (w.dead < 2 || w.alive)
		return 0;
	/* Several engines that sent little else fell silent at once. */
	fit = (struct fit){.start = {fall->start.time, fall->start.lo, fall->start.hi},
		.end = {fall->end.time, fall->end.lo, fall->end.hi},
		.ramp = fall->kind == CHANGE_RAMP};
	return claim_closure(s, p, &fit, 0.8, err);
}

int claim_closures(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < s->n_parts && !rc; i++)
		rc = s->parts[i].kind == PART_TRADE ? study_trade(s, &s->parts[i], err) : 0;
	return rc;
}
