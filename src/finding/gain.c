/* gain.c - when a feed itself came to receive more of all mail, or less: by greylisting, a filter before it, addresses lost or won; and when all senders
 * changed alike in all feeds.
 *
 * A change of a feed's mail is the feed's own where its senders changed by one factor, and so did what they advertise, apart from what the other feeds
 * saw of them. Chance draws a sender's own change from far and wide, so each that has the common factor speaks for the feed: the likelihoods of both
 * accounts are compared, for senders and for what is advertised, and the worse comparison counts. Few senders, or bursts, show nothing. What the
 * other feeds saw depends on whether they changed: the surest change is believed first, and the others are looked at again beside it.
 */
#include <stdlib.h>

#include "finding/claim.h"
#include "finding/fit.h"

enum {
	LEAST_DAYS = 4,    /* whole days on each side */
	OTHERS_LEAST = 10, /* messages of other feeds before, of which a factor can be told */
	GAINS_MAX = 64     /* of all feeds: each has all candidates looked at again */
};
static const double LEAST = 0.405;   /* log 1.5: a holiday takes as much as a third from all senders */
static const double DRIFT = 0.15;    /* of a sender's level by itself, from fortnight to fortnight */
static const double OWN = 1.5;       /* scatter of the logarithm of what one sender's own change is */
static const double LOOSE = 0.5;     /* the same, of senders that fare alike by and large */
static const double OWN_SHARE = 0.1; /* of senders: those that changed by themselves at that time, too */
static const double FARTHEST = 4;    /* logarithm of a factor */
static const double SURE = 0.95;

/* What one sender, or what is for one trade, came to: the logarithm of the factor, and its variance by chance. */
struct cell {
	double x, var;
	bool beside; /* beside what other feeds saw of it */
};

/* Days [from,to) before a change and after it. */
struct sides {
	size_t from[2], to[2];
	double week[7];
};

struct tally {
	double n[2], e[2], scatter[2]; /* messages, what they would be at level 1, variance by mean of days */
};

static double week_of(const struct sides *w, const struct scene *s, size_t d)
{
	return w->week[(s->v.day0 + (int64_t)d + 3) % 7]; /* 1970-01-01 was a Thursday */
}

/* As a feed: all of them together. */
static size_t all_feeds(const struct scene *s)
{
	return s->v.n_feeds;
}

/* Of day d: messages of p that the feed received, or all others did, and what part of theirs they would have: they are measured by the gains that were
 * believed when p was measured; those since are added. */
static double count_of(const struct scene *s, const struct part *p, size_t f, bool others, size_t d, double *watched)
{
	if (f == all_feeds(s)) {
		*watched = others ? 0 : p->vol.exposure[d];
		return *watched > 1e-9 ? p->vol.count[d] : 0;
	}
	uint32_t own = p->counts[d * s->v.n_feeds + f];
	const double *w = s->v.watched + d * s->v.n_feeds, *gain = s->v.gain + d * s->v.n_feeds;
	*watched = w[f] < VOLUME_MIN_WATCHED ? 0 : w[f] * gain[f];
	if (*watched <= 0 || !others)
		return *watched > 0 ? own : 0;
	*watched = p->vol.exposure[d] - p->vol.share[f] * w[f];
	for (size_t g = 0; g < s->v.n_feeds; g++)
		*watched += s->v.feeds[g].n_gains && g != f ? p->vol.share[g] * w[g] * (gain[g] - 1) : 0;
	return *watched > 1e-9 ? p->vol.count[d] - own : 0;
}

static struct tally tally(const struct scene *s, const struct part *p, size_t f, bool others, const struct sides *w)
{
	struct tally t = {.scatter = {1, 1}};
	for (int k = 0; k < 2; k++) {
		double watched, sum = 0, days = 0;
		for (size_t d = w->from[k]; d < w->to[k]; d++) {
			t.n[k] += count_of(s, p, f, others, d, &watched);
			t.e[k] += watched * week_of(w, s, d);
		}
		for (size_t d = w->from[k]; d < w->to[k] && t.n[k] > 0; d++) {
			double n = count_of(s, p, f, others, d, &watched), m = t.n[k] / t.e[k] * watched * week_of(w, s, d);
			sum += m > 0 ? (n - m) * (n - m) / m : 0;
			days += m > 0;
		}
		t.scatter[k] = days > 1 ? fmax(sum / (days - 1), 1) : 1;
	}
	return t;
}

/* Adds the logarithm of after by before. */
static void add_ratio(struct cell *c, const struct tally *t, double sign)
{
	double scatter = fmax(t->scatter[0], t->scatter[1]);
	c->x += sign * (log((t->n[1] + 0.5) / t->e[1]) - log((t->n[0] + 0.5) / t->e[0]));
	c->var += scatter * (1 / (t->n[0] + 0.5) + 1 / (t->n[1] + 0.5));
}

/* False: the feed has next to none of it. */
static bool make_cell(const struct scene *s, const struct part *p, size_t f, const struct sides *w, struct cell *c)
{
	struct tally in = tally(s, p, f, false, w), out = tally(s, p, f, true, w);
	*c = (struct cell){0, DRIFT * DRIFT, out.n[0] >= OTHERS_LEAST && out.e[0] > 1e-9 && out.e[1] > 1e-9};
	if (in.n[0] + in.n[1] == 0 || in.e[0] <= 0 || in.e[1] <= 0)
		return false;
	add_ratio(c, &in, 1);
	if (c->beside)
		add_ratio(c, &out, -1);
	return c->var < OWN * OWN;
}

static double normal(double x, double mean, double var)
{
	return exp(-(x - mean) * (x - mean) / (2 * var)) / sqrt(var);
}

static double log_sum(double a, double b)
{
	double top = fmax(a, b);
	return isfinite(top) ? top + log(exp(a - top) + exp(b - top)) : top;
}

/* The logarithm of a factor, and how well it is known. */
struct estimate {
	double x, sd;
};

/* Each changed by one factor but for `loose`, or by itself: the likelihood's mean over all factors. */
static double log_alike(const struct cell *c, size_t n, double loose, struct estimate *factor)
{
	enum { STEPS = 400 };
	double sum = -INFINITY, norm = 0, mean = 0, squares = 0, l[STEPS + 1];
	for (int i = 0; i <= STEPS; i++) {
		double x = FARTHEST * (2.0 * i / STEPS - 1), prior = normal(x, 0, OWN * OWN);
		l[i] = log(prior);
		norm += prior;
		for (size_t k = 0; k < n; k++)
			l[i] += log((1 - OWN_SHARE) * normal(c[k].x, x, c[k].var + loose * loose) +
				    OWN_SHARE * normal(c[k].x, 0, c[k].var + OWN * OWN));
		sum = log_sum(sum, l[i]);
	}
	for (int i = 0; i <= STEPS; i++) {
		double x = FARTHEST * (2.0 * i / STEPS - 1), w = exp(l[i] - sum);
		mean += x * w;
		squares += x * x * w;
	}
	*factor = (struct estimate){mean, sqrt(fmax(squares - mean * mean, 0))};
	return sum - log(norm);
}

/* A part of them changed, each by itself: the likelihood's mean over that part. */
static double log_apart(const struct cell *c, size_t n)
{
	enum { PARTS = 5 };
	double sum = -INFINITY;
	for (int i = 0; i < PARTS; i++) {
		double part = (i + 0.5) / PARTS, l = 0;
		for (size_t k = 0; k < n; k++)
			l += log((1 - part) * normal(c[k].x, 0, c[k].var) + part * normal(c[k].x, 0, c[k].var + OWN * OWN));
		sum = log_sum(sum, l);
	}
	return sum - log(PARTS);
}

/* How much more likely it is, as a logarithm, that the feed changed than that its senders did: each by itself; or, as far as no other feed saw them, by and
 * large alike. */
static double log_odds(const struct cell *c, size_t n, struct estimate *factor)
{
	struct estimate ignored;
	double world = log_apart(c, n), alone = 0;
	for (size_t k = 0; k < n; k++)
		alone += c[k].beside ? 0 : 0.5 / (double)n;
	if (alone > 0)
		world = log_sum(world + log(1 - alone), log_alike(c, n, LOOSE, &ignored) + log(alone));
	return log_alike(c, n, 0, factor) - world;
}

/* The same by all parts of a kind, the mail of no name of that kind being one. n: how many of them the feed has. */
static int ask_parts(struct scene *s, enum part_kind kind, size_t f, const struct sides *w, double *odds, struct estimate *factor,
	struct err *err)
{
	struct arena_mark mark = arena_mark(s->arena);
	struct cell *c = arena_alloc(s->arena, (s->n_parts + 1) * sizeof *c);
	size_t n = 0;
	if (!c)
		return err_oom(err, "findings");
	for (size_t i = 0; i < s->n_parts; i++)
		n += s->parts[i].kind == kind && make_cell(s, &s->parts[i], f, w, &c[n]);
	n += make_cell(s, &s->nameless[kind - 1], f, w, &c[n]);
	*odds = log_odds(c, n, factor);
	arena_release(s->arena, mark);
	return 0;
}

/* ---- one feed ---- */

static double *daily(const struct scene *s, size_t f)
{
	double *y = arena_alloc(s->arena, (s->v.n_days + 1) * sizeof *y);
	for (size_t d = 0; y && d < s->v.n_days; d++) {
		double w = s->v.watched[d * s->v.n_feeds + f];
		y[d] = w >= VOLUME_MIN_WATCHED ? floor(s->parts[0].counts[d * s->v.n_feeds + f] / w + 0.5) : NAN;
	}
	return y;
}

static size_t day_of(const struct scene *s, int64_t t)
{
	int64_t d = time_day(t) - s->v.day0;
	return d < 0 ? 0 : d > (int64_t)s->v.n_days ? s->v.n_days : (size_t)d;
}

/* False: too few days. */
static bool sides_of(const struct scene *s, const struct changes *ch, size_t k, struct sides *w)
{
	size_t first = k ? day_of(s, ch->v[k - 1].end.time) + 1 : 0,
	       last = k + 1 < ch->n ? day_of(s, ch->v[k + 1].start.time) : s->v.n_days;
	size_t from = day_of(s, ch->v[k].start.time), to = day_of(s, ch->v[k].end.time) + 1;
	if (from < first + LEAST_DAYS || to + LEAST_DAYS > last)
		return false;
	*w = (struct sides){{from > first + BESIDE_DAYS ? from - BESIDE_DAYS : first, to},
		{from, to + BESIDE_DAYS < last ? to + BESIDE_DAYS : last}, {1, 1, 1, 1, 1, 1, 1}};
	for (size_t i = 0; ch->weekly && i < 7; i++)
		w->week[i] = ch->week[i];
	return true;
}

/* Do senders, and what they advertise, fare alike from the one side to the other? */
static int ask_both(struct scene *s, size_t f, const struct sides *w, double *sure, struct estimate *factor, struct err *err)
{
	double senders = 0, goods = 0;
	struct estimate ignored;
	int rc = ask_parts(s, PART_ENGINE, f, w, &senders, factor, err);
	rc = rc ? rc : ask_parts(s, PART_TRADE, f, w, &goods, &ignored, err);
	*sure = 1 / (1 + exp(-fmin(senders, goods)));
	return rc;
}

/* All mail of the feed, as a part. */
static int part_of_feed(struct scene *s, size_t f, struct part *p, struct err *err)
{
	uint32_t *list = arena_alloc(s->arena, (s->n_events + 1) * sizeof *list);
	double *share = arena_zalloc(s->arena, s->v.n_feeds + 1, sizeof *share);
	if (!list || !share)
		return err_oom(err, "findings");
	*p = (struct part){.kind = PART_TOTAL, .list = list, .vol = {.share = share}};
	share[f] = 1;
	for (size_t i = 0; i < s->n_events; i++)
		if (s->events[i].feed == f)
			list[p->n++] = (uint32_t)i;
	return 0;
}

/* Between the days looked at. What took days is no change of a feed that is told: false in *sudden then. */
static int date_gain(struct scene *s, size_t f, const struct change *c, const struct sides *w, struct volume_gain *g, bool *sudden,
	struct err *err)
{
	struct part p;
	struct fit_volume v;
	struct fit fit;
	int64_t from = s->times[w->from[0]], to = s->times[w->to[1] - 1] + SECONDS_A_DAY;
	int rc = part_of_feed(s, f, &p, err);
	if (rc)
		return rc;
	if (!part_slots(s, &p, from, to, c->start.time, c->end.time, &v) ||
		!fit_dates(fit_volume_logl, &v, s->times[w->from[0] + 1], s->times[w->to[1] - 1], s->arena, &fit))
		return err_oom(err, "findings");
	int64_t middle = fit.start.time + (fit.end.time - fit.start.time) / 2;
	*sudden = fit.end.time - fit.start.time <= NEAR_DAYS * (int64_t)SECONDS_A_DAY;
	g->at = (struct volume_date){middle, fit.start.lo, fit.end.hi};
	return 0;
}

/* ---- all feeds ---- */

/* A change of a feed's mail that may be its own. */
struct candidate {
	size_t feed;
	struct change change;
	struct sides sides;
	struct volume_gain gain;
	bool settled; /* believed, or dated as none */
};
struct candidates {
	struct candidate *v;
	size_t n, cap;
};

static int add_candidates(struct scene *s, size_t f, struct candidates *list, struct err *err)
{
	struct changes ch = {0};
	struct change_times times = {s->times};
	double *y = daily(s, f);
	if (!y || change_find(y, s->v.n_days, &times, s->arena, &ch))
		return err_oom(err, "findings");
	if (ch.n && !(s->v.feeds[f].gains = arena_zalloc(s->arena, ch.n, sizeof *s->v.feeds[f].gains)))
		return err_oom(err, "findings");
	for (size_t k = 0; k < ch.n; k++) {
		struct candidate c = {.feed = f, .change = ch.v[k]};
		if (fabs(log((c.change.after + 0.5) / (c.change.before + 0.5))) < LEAST || !sides_of(s, &ch, k, &c.sides))
			continue;
		struct candidate *slot = vec_push(s->arena, list, SIZE_MAX / sizeof *slot);
		if (!slot)
			return err_oom(err, "findings");
		*slot = c;
	}
	return 0;
}

/* Is it the feed's own? Fills c->gain; sure 0: it is not. */
static int ask(struct scene *s, struct candidate *c, struct err *err)
{
	double sure = 0;
	struct estimate factor = {0};
	int rc = ask_both(s, c->feed, &c->sides, &sure, &factor, err);
	c->gain = (struct volume_gain){
		.factor = exp(factor.x), .lo = exp(factor.x - 1.96 * factor.sd), .hi = exp(factor.x + 1.96 * factor.sd)};
	if (rc || sure < SURE || fabs(factor.x) < LEAST)
		return rc;
	struct tally t = tally(s, &s->parts[0], c->feed, false, &c->sides);
	c->gain.before = t.n[0] / t.e[0];
	c->gain.after = t.n[1] / t.e[1];
	c->gain.sure = sure;
	return 0;
}

static int surest(struct scene *s, struct candidates *list, struct candidate **best, struct err *err)
{
	int rc = 0;
	*best = NULL;
	for (size_t i = 0; i < list->n && !rc; i++) {
		struct candidate *c = &list->v[i];
		if (c->settled)
			continue;
		rc = ask(s, c, err);
		if (c->gain.sure > 0 && (!*best || c->gain.sure > (*best)->gain.sure))
			*best = c;
	}
	return rc;
}

/* By time: a feed's candidates are not believed in their order. */
static void believe(struct volume_feed *f, const struct volume_gain *g)
{
	size_t i = f->n_gains++;
	for (; i > 0 && f->gains[i - 1].at.time > g->at.time; i--)
		f->gains[i] = f->gains[i - 1];
	f->gains[i] = *g;
}

int find_gains(struct scene *s, bool *any, struct err *err)
{
	struct candidates list = {0};
	struct candidate *c = NULL;
	int rc = 0;
	*any = false;
	for (size_t f = 0; f < s->v.n_feeds && !rc; f++)
		rc = add_candidates(s, f, &list, err);
	rc = rc ? rc : surest(s, &list, &c, err);
	for (int i = 0; i < GAINS_MAX && c && !rc; i++) {
		bool sudden;
		struct arena_mark mark = arena_mark(s->arena);
		rc = date_gain(s, c->feed, &c->change, &c->sides, &c->gain, &sudden, err);
		arena_release(s->arena, mark);
		c->settled = true;
		if (!rc && sudden) {
			believe(&s->v.feeds[c->feed], &c->gain);
			volume_apply_gains(&s->v, s->parts[0].counts);
			*any = true;
		}
		rc = rc ? rc : surest(s, &list, &c, err);
	}
	return rc;
}

/* ---- all senders in all feeds ---- */

/* As claims of all mail have them: the days beside its change. False: too few. */
static bool sides_of_claim(const struct scene *s, const struct claim *c, struct sides *w)
{
	size_t first = day_of(s, c->from), last = day_of(s, c->to), from = day_of(s, c->f.start.time),
	       to = day_of(s, claim_changed(c)) + 1;
	if (from < first + LEAST_DAYS || to + LEAST_DAYS > last)
		return false;
	*w = (struct sides){{from > first + BESIDE_DAYS ? from - BESIDE_DAYS : first, to},
		{from, to + BESIDE_DAYS < last ? to + BESIDE_DAYS : last}, {0}};
	for (size_t i = 0; i < 7; i++)
		w->week[i] = s->week[i];
	return true;
}

/* Is that change what became of all mail, as far as it would be told? */
static bool is_of_all(const struct claim *c, const struct claim *all, double factor)
{
	if (!c->part || c->part->kind == PART_TOTAL || c->dropped || c->shape == SHAPE_PAUSE ||
		(c->f.kind != FINDING_VOLUME_CHANGE && c->f.kind != FINDING_CATEGORY_CHANGE))
		return false;
	const int64_t near_days = NEAR_DAYS * (int64_t)SECONDS_A_DAY;
	return c->f.start.time <= claim_changed(all) + near_days && claim_changed(c) >= all->f.start.time - near_days &&
	       fabs(log((c->f.after + 0.5) / (c->f.before + 0.5)) - factor) < LEAST;
}

/* Dates a change of all mail that all senders share by all mail, and drops what it is to each of them. */
static int tell_alike(struct scene *s, size_t i, const struct sides *w, const struct estimate *factor, struct err *err)
{
	struct claim *c = &s->claims.v[i];
	struct fit_volume v;
	struct fit fit;
	struct arena_mark mark = arena_mark(s->arena);
	int64_t from = s->times[w->from[0]], to = s->times[w->to[1] - 1] + SECONDS_A_DAY;
	bool ok = part_slots(s, c->part, from, to, c->f.start.time, claim_changed(c), &v) &&
	          fit_dates(fit_volume_logl, &v, s->times[w->from[0] + 1], s->times[w->to[1] - 1], s->arena, &fit);
	arena_release(s->arena, mark);
	if (!ok)
		return err_oom(err, "findings");
	for (size_t k = 0; k < s->claims.n; k++)
		if (is_of_all(&s->claims.v[k], c, factor->x)) {
			s->claims.v[k].dropped = true;
			s->claims.v[k].cause = (int)i;
		}
	c->f.start = fit.start;
	c->f.end = fit.end;
	c->shape = fit.ramp ? SHAPE_RAMP : SHAPE_STEP;
	c->alike = true;
	struct tally t = tally(s, c->part, all_feeds(s), false, w);
	c->f.before = t.n[0] / t.e[0];
	c->f.after = t.n[1] / t.e[1];
	c->f.effect = exp(factor->x) - 1; /* of each of them: what some do besides counts in the levels alone */
	c->f.effect_lo = exp(factor->x - 1.96 * factor->sd) - 1;
	c->f.effect_hi = exp(factor->x + 1.96 * factor->sd) - 1;
	return 0;
}

int claim_alike(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < s->claims.n && !rc; i++) {
		const struct claim *c = &s->claims.v[i];
		struct sides w;
		struct estimate factor = {0};
		double sure = 0;
		if (!c->part || c->part->kind != PART_TOTAL || c->dropped || c->f.kind != FINDING_VOLUME_CHANGE ||
			c->shape == SHAPE_PAUSE || !sides_of_claim(s, c, &w))
			continue;
		rc = ask_both(s, all_feeds(s), &w, &sure, &factor, err);
		if (!rc && sure >= SURE && fabs(factor.x) >= LEAST)
			rc = tell_alike(s, i, &w, &factor, err);
	}
	return rc;
}
