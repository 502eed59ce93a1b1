/* switch.c - which engine goes from one house to another, and when.
 *
 * Read from the mix of an engine's own messages, message by message: what share of those for two houses is for the one. A pause, an
 * outage, a weekend or a takedown takes away messages of all kinds and leaves the mix as it is.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "finding/claim.h"
#include "finding/fade.h"

enum {
	MIX_HOUSES = 24,   /* of one engine, the largest ones */
	MIX_SPLITS = 64,   /* changes of one pair of houses: more is churn of campaigns */
	MIX_DAYS = 21,     /* rates beside a switch are taken over at most so long */
	MIX_MIN_DAYS = 4,  /* a state that lasts for less is a campaign, not a state */
	MIX_MIN_COUNT = 8, /* messages of the old house before, of the new one after */
};
/* What makes a switch of a change of mix. */
static const double SWITCH_LEFT = 0.4;     /* of the old house, at most */
static const double SWITCH_REPLACED = 0.5; /* of the loss, at least */
static const double SWITCH_EXCESS = 2.5;   /* of the loss, at most: more is growth of its own */
static const double SWITCH_GROWTH = 1.5;   /* of the new house, at least */
static const double SWITCH_PART = 0.2;     /* of the engine's output that changes hands, at least */
static const double SWITCH_NAMELESS = 0.5; /* of loss or gain, that mail of no known trade made up for, at most */
static const double SWITCH_SURE = 1 - TURNOVER;
static const double SWITCH_SIGMAS =
	3; /* of counting noise, that the new house's gain is, or both at once are too many or too few */
static const double SWITCH_BOTH =
	1.4; /* while it goes on, of what the two had before or have after, times or part: else it is two events, not one */

/* ---- one pair of houses of one engine ---- */

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
		uint32_t house = s->trades.v[e->trade].house;
		if (house != from && house != to)
			continue;
		t[p->n] = e->time;
		z[p->n] = house == to;
		sum[p->n + 1] = sum[p->n] + (house == to);
		p->n++;
	}
	return true;
}

/* ---- switches ---- */

struct rates {
	double old1, old2, new1, new2, all1, all2;
	double n_old1, n_new2;
	double both, both_days; /* messages of the two houses while it goes on; in so many days, 0: too few to tell */
	double open, open_days; /* the same as long as it may have gone on */
	double scatter;
	int64_t from, t1, t2, to; /* where they were taken: before t1, and from t2 on */
};

/* What both houses had from one time to another, and the days of it that were watched: whole days would be one or two of them. */
static double both_within(const struct scene *s, const struct part *x, const struct part *a, const struct part *b, int64_t from,
	int64_t to, double *days)
{
	const int64_t step = SECONDS_AN_HOUR;
	double n = 0;
	*days = 0;
	if (to - from < 2 * SECONDS_A_DAY)
		return 0;
	for (int64_t t = from; t < to; t += step)
		*days += part_watched(s, x, t) * (double)step / SECONDS_A_DAY;
	for (size_t i = 0; i < a->n; i++)
		n += s->events[a->list[i]].time >= from && s->events[a->list[i]].time < to;
	for (size_t i = 0; i < b->n; i++)
		n += s->events[b->list[i]].time >= from && s->events[b->list[i]].time < to;
	return n;
}

/* Beside a change of mix, within the stretch in which neither the mix nor the engine changed otherwise. */
static void measure_rates(const struct scene *s, const struct part *x, const struct part *a, const struct part *b,
	const struct claim *c, struct rates *r)
{
	int64_t days = (int64_t)MIX_DAYS * SECONDS_A_DAY;
	int64_t t1 = c->f.start.time, t2 = claim_end(c);
	int64_t from = t1 - days > c->from ? t1 - days : c->from, to = t2 + days < c->to ? t2 + days : c->to;
	r->from = from, r->t1 = t1, r->t2 = t2, r->to = to;
	r->old1 = part_level(s, a, from, t1, &r->n_old1);
	r->old2 = part_level(s, a, t2, to, NULL);
	r->new1 = part_level(s, b, from, t1, NULL);
	r->new2 = part_level(s, b, t2, to, &r->n_new2);
	r->all1 = part_level(s, x, from, t1, NULL);
	r->all2 = part_level(s, x, t2, to, NULL);
	r->both = both_within(s, x, a, b, t1, t2, &r->both_days);
	r->open = both_within(s, x, a, b, c->f.start.lo, c->f.end.hi, &r->open_days);
}

/* An engine's mail of no known trade beside a change. */
struct nameless {
	double before, after, all; /* messages; all: of any trade or none */
};

/* As levels are taken: of days that lie wholly within from..to. */
static bool on_whole_day(int64_t t, int64_t from, int64_t to)
{
	int64_t begin = time_day(t) * SECONDS_A_DAY;
	return begin >= from && begin + SECONDS_A_DAY <= to;
}

static struct nameless count_nameless(const struct scene *s, const struct part *x, const struct rates *r)
{
	struct nameless w = {0};
	for (size_t i = 0; i < x->n; i++) {
		const struct event *e = &s->events[x->list[i]];
		bool early = on_whole_day(e->time, r->from, r->t1), late = on_whole_day(e->time, r->t2, r->to);
		w.before += e->trade == TRADE_NONE && early;
		w.after += e->trade == TRADE_NONE && late;
		w.all += early || late;
	}
	return w;
}

/* Mail of no known trade took the loss, or gave the gain: then campaigns changed that name what they sell and such that do not. */
static bool names_came_or_went(const struct nameless *w, const struct rates *r)
{
	double more = w->after * r->new2 / r->n_new2 - w->before * r->old1 / r->n_old1; /* messages over days */
	return more >= SWITCH_NAMELESS * (r->old1 - r->old2) || -more >= SWITCH_NAMELESS * (r->new2 - r->new1);
}

/* Of a house's mail of [from,to). */
static double campaigns_within(const struct scene *s, const struct part *house, int64_t from, int64_t to, name_id *room)
{
	size_t n = 0;
	for (size_t i = 0; i < house->n; i++) {
		const struct event *e = &s->events[house->list[i]];
		if (e->time >= from && e->time < to)
			room[n++] = e->campaign;
	}
	return claim_campaigns(room, n);
}

/* May both houses have had campaigns all the time, of which by luck only the old one's were known before, and only the new one's after? Each
 * campaign is unknown with the chance that the engine's mail is. *told: it may not. False: out of memory. */
static bool no_turnover(
	struct scene *s, const struct part *a, const struct part *b, const struct nameless *w, const struct rates *r, bool *told)
{
	double gain = (r->new2 - r->new1) * r->n_old1 / r->old1, loss = (r->old1 - r->old2) * r->n_new2 / r->new2; /* messages */
	*told = w->before < SWITCH_NAMELESS * gain || w->after < SWITCH_NAMELESS * loss; /* there is no room for them */
	if (*told)
		return true;
	struct arena_mark mark = arena_mark(s->arena);
	name_id *room = arena_alloc(s->arena, (a->n + b->n + 1) * sizeof *room);
	if (!room)
		return false;
	double n = campaigns_within(s, a, r->from, r->t1, room) + campaigns_within(s, b, r->t2, r->to, room);
	arena_release(s->arena, mark);
	*told = pow((w->before + w->after) / w->all, n) <= TURNOVER;
	return true;
}

/* What the new house gained, in standard errors of the two rates. */
static double sigmas(const struct rates *r)
{
	double days1 = r->n_old1 / r->old1, days2 = r->n_new2 / r->new2;
	return (r->new2 - r->new1) / sqrt(r->scatter * (r->new1 / days1 + r->new2 / days2));
}

/* Both houses at once, not the one for the other: more than by chance. */
static bool overlaps(const struct rates *r)
{
	double one = fmax(r->old1 + r->new1, r->old2 + r->new2) * r->both_days;
	return r->both > SWITCH_BOTH * one && r->both - one > SWITCH_SIGMAS * sqrt(r->scatter * one);
}

/* Neither house for days: the one was lost, and the other came later. */
static bool has_gap(const struct rates *r)
{
	double one = fmin(r->old1 + r->new1, r->old2 + r->new2) * r->open_days;
	return r->open < one / SWITCH_BOTH && one - r->open > SWITCH_SIGMAS * sqrt(r->scatter * one);
}

static bool is_switch(const struct rates *r)
{
	double loss = r->old1 - r->old2, gain = r->new2 - r->new1;
	return r->n_old1 >= MIX_MIN_COUNT && r->n_new2 >= MIX_MIN_COUNT && r->old2 <= SWITCH_LEFT * r->old1 &&
	       gain >= SWITCH_REPLACED * loss && gain <= SWITCH_EXCESS * loss && r->new2 >= SWITCH_GROWTH * r->new1 &&
	       loss >= SWITCH_PART * r->all1 && sigmas(r) >= SWITCH_SIGMAS && !overlaps(r) && !has_gap(r);
}

/* The trade of a house that an engine sent most for in [from,to). */
static uint32_t main_trade(struct scene *s, const struct part *x, uint32_t house, int64_t from, int64_t to)
{
	uint32_t best = TRADE_NONE, *n = arena_zalloc(s->arena, s->trades.n + 1, sizeof *n);
	for (size_t i = 0; n && i < x->n; i++) {
		const struct event *e = &s->events[x->list[i]];
		n[e->trade] += e->time >= from && e->time < to && s->trades.v[e->trade].house == house;
	}
	for (uint32_t t = 1; n && t < s->trades.n; t++)
		best = n[t] > n[best] ? t : best;
	return best;
}

/* The dates of a change of mix between two splits. False: out of memory. */
static bool date_mix(struct scene *s, const struct pair *p, size_t from, size_t to, int64_t first, int64_t last, struct fit *fit)
{
	int64_t margin = (int64_t)FIT_RAMP_DAYS * SECONDS_A_DAY, lo = first - margin, hi = last + margin;
	struct fit_mix mix = {.t = p->t + from, .z = p->z + from, .sum = p->sum + from, .n = to - from, .scatter = p->scatter};
	lo = lo > p->t[from] ? lo : p->t[from];
	hi = hi < p->t[to - 1] ? hi : p->t[to - 1];
	return fit_dates_or(fit_mix_logl, &mix, NULL, NULL, lo, hi, s->arena, fit);
}

static int claim_switch(struct scene *s, const struct part *x, const struct pair *p, const struct splits *cut, size_t first,
	size_t last, uint32_t old, uint32_t new, struct err *err)
{
	const int64_t least = (int64_t)MIX_MIN_DAYS * SECONDS_A_DAY;
	size_t from = cut->at[first - 1], to = cut->at[last + 1];
	struct fit fit;
	struct part a, b;
	if (!date_mix(s, p, from, to, p->t[cut->at[first]], p->t[cut->at[last]], &fit))
		return err_oom(err, "findings");
	struct claim c = {.part = x, .cause = CLAIM_NONE, .f = FINDING_BLANK};
	c.f.start = fit.start;
	c.f.end = fit.end;
	c.shape = fit.ramp ? SHAPE_RAMP : SHAPE_STEP;
	claim_stretch(s, &c, x, fit.start.time, fit.end.time);
	c.from = p->t[from] > c.from ? p->t[from] : c.from;
	c.to = p->t[to - 1] < c.to ? p->t[to - 1] : c.to;
	bool undated = fit.start.hi - fit.start.lo > DATED_DAYS * (int64_t)SECONDS_A_DAY; /* campaigns for two houses took turns */
	if (undated || fit.start.time - c.from < least || c.to - fit.end.time < least)
		return 0;
	int rc = scene_house(s, x, old, &a, err);
	rc = rc ? rc : scene_house(s, x, new, &b, err);
	if (rc)
		return rc;
	struct rates r = {.scatter = fmax(p->scatter, 1)};
	measure_rates(s, x, &a, &b, &c, &r);
	struct nameless nameless = count_nameless(s, x, &r);
	bool told = false;
	if (!is_switch(&r) || names_came_or_went(&nameless, &r))
		return 0;
	if (!no_turnover(s, &a, &b, &nameless, &r, &told))
		return err_oom(err, "findings");
	if (!told)
		return 0;
	struct claim *slot = claim_add(s, FINDING_SWITCH, err);
	if (!slot)
		return err->kind;
	c.trade_from = main_trade(s, x, old, r.from, r.t1);
	c.trade_to = main_trade(s, x, new, r.t2, r.to);
	c.f.kind = FINDING_SWITCH;
	c.f.engine = scene_name(s, x->engine);
	c.f.from = scene_trade(s, c.trade_from);
	c.f.to = scene_trade(s, c.trade_to);
	c.f.before = r.old1;
	c.f.after = r.new2;
	c.f.confidence = SWITCH_SURE;
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
	uint32_t house;
	size_t n;
};

static int by_amount(const void *a, const void *b)
{
	const struct amount *x = a, *y = b;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return x->house < y->house ? -1 : x->house > y->house;
}

/* The houses of one engine, largest first. SIZE_MAX: out of memory. */
static size_t houses_of(struct scene *s, const struct part *x, struct amount **out)
{
	struct amount *v = arena_zalloc(s->arena, s->n_houses + 1, sizeof *v);
	size_t n = 0;
	if (!(*out = v))
		return SIZE_MAX;
	for (uint32_t i = 0; i <= s->n_houses; i++)
		v[i].house = i;
	for (size_t i = 0; i < x->n; i++)
		v[s->trades.v[s->events[x->list[i]].trade].house].n++;
	qsort(v + 1, s->n_houses, sizeof *v, by_amount);
	for (size_t i = 1; i <= s->n_houses && v[i].n >= EDGE_MIN_MESSAGES && n < MIX_HOUSES; i++)
		v[n++] = v[i];
	return n;
}

/* Does an engine go back to where it came from? Then campaigns for two houses took turns, and nobody changed sides. */
static bool is_churn(const struct scene *s, const struct claim *c)
{
	uint32_t from = s->trades.v[c->trade_from].house, to = s->trades.v[c->trade_to].house;
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *k = &s->claims.v[i];
		if (k->f.kind == FINDING_SWITCH && k->part == c->part && s->trades.v[k->trade_from].house == to &&
			s->trades.v[k->trade_to].house == from)
			return true;
	}
	return false;
}

bool has_left(const struct scene *s, name_id engine, uint32_t house, int64_t until)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *c = &s->claims.v[i];
		if (c->f.kind == FINDING_SWITCH && !c->dropped && c->part->engine == engine &&
			s->trades.v[c->trade_from].house == house && c->f.start.time < until)
			return true;
	}
	return false;
}

int claim_switches(struct scene *s, struct err *err)
{
	int rc = 0;
	double days = (double)s->v.n_days;
	for (size_t i = 0; i < s->n_parts && !rc; i++) {
		const struct part *x = &s->parts[i];
		struct amount *v = NULL;
		size_t n = x->kind == PART_ENGINE ? houses_of(s, x, &v) : 0;
		if (n == SIZE_MAX)
			return err_oom(err, "findings");
		/* as for volumes: log n for each of two parameters and the place, and the number of series looked at */
		double penalty = 3 * log(days) + 2 * log((double)(s->n_parts * (n > 1 ? n * (n - 1) : 1)));
		for (size_t a = 0; a < n && !rc; a++)
			for (size_t b = 0; b < n && !rc; b++)
				rc = a == b ? 0 : study_pair(s, x, v[a].house, v[b].house, penalty, err);
	}
	for (size_t i = 0; i < s->claims.n; i++)
		if (s->claims.v[i].f.kind == FINDING_SWITCH && is_churn(s, &s->claims.v[i]))
			s->claims.v[i].dropped = true;
	return rc;
}
