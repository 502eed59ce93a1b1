/* change.c - see change.h. */
#include "change/change.h"

#include <math.h>

#include "change/count.h"
#include "change/date.h"
#include "change/drift.h"
#include "change/gain.h"
#include "change/hours.h"
#include "change/list.h"
#include "change/merge.h"
#include "change/ramp.h"
#include "change/series.h"
#include "change/wave.h"

enum {
	ROUNDS = 3, /* of segmentation and rhythm: they settle in two */
	NEAR = 3,   /* rows: a change dated by its level lies so near to where the lines meet */
};

/* All that one call works with. */
struct finding {
	struct change_series cs;
	struct change_segment *seg;
	size_t n_seg;
	struct change_noise noise; /* of counts */
	double log_n;
	bool logs; /* the values are logarithms */
	struct change_sums sums;
	double *left;           /* room for all rows */
	struct change_fit *fit; /* of the change before segment k, from 1 on */
};

static int segment(struct finding *f, struct arena *a)
{
	struct change_sums c;
	size_t *ends, n;
	if (change_count_low(&f->cs)) {
		for (int round = 0; round < 2; round++) {
			f->noise = change_count_noise(&f->cs, f->seg, round ? f->n_seg : 0);
			if (change_count_segments(&f->cs, &f->noise, a, &f->seg, &f->n_seg))
				return -1;
		}
		return 0;
	}
	if (change_sums_make(&c, &f->cs, a) || change_pelt(&c, CHANGE_PARAMS * f->log_n, a, &ends, &n))
		return -1;
	if (change_segments(&c, ends, n, a, &f->seg, &f->n_seg))
		return -1;
	if (!f->cs.counts)
		return 0;
	if (change_count_rivals(&f->cs, a, &f->seg, &f->n_seg))
		return -1;
	for (size_t k = 0; k < f->n_seg; k++)
		change_shape(&c, f->seg[k].s, f->seg[k].e, &f->seg[k]);
	return 0;
}

/* The segmentation, with rhythm and odd rows in turns. */
static int find_segments(struct finding *f, struct arena *a)
{
	for (int round = 0; round < ROUNDS; round++) {
		int rc;
		f->log_n = log((double)f->cs.n);
		if (segment(f, a))
			return -1;
		if (round + 1 == ROUNDS)
			break;
		bool again = change_series_refine(&f->cs, f->seg, f->n_seg, a, &rc);
		if (rc)
			return -1;
		if (!again)
			break;
	}
	return 0;
}

/* BIC of the segments; an odd row has a place and a level of its own. */
static double bic(const struct finding *f)
{
	double cost = CHANGE_PARAMS * f->log_n * (double)(f->n_seg - 1);
	for (size_t k = 0; k < f->n_seg; k++)
		cost += f->seg[k].cost;
	for (size_t r = 0; r < f->cs.rows; r++)
		cost += f->cs.odd[r] ? 2 * f->log_n + log(f->cs.var + 1e-300) : 0;
	return cost;
}

/* What of it changes beyond the second cost: they may come round, as a wave does. */
static double again(const struct finding *f)
{
	return f->n_seg > 3 ? CHANGE_PARAMS * f->log_n * (double)(f->n_seg - 3) : 0;
}

/* The segments with a wave taken out, and what is left about them with the wave back in: what the next wave is fitted to. */
static int segment_wave(const struct finding *f, const double *wave, struct finding *g, double *left, struct arena *a)
{
	*g = (struct finding){.logs = f->logs};
	if (change_series_make(&g->cs, f->cs.y, f->cs.rows, f->cs.time, f->cs.counts, a))
		return -1;
	memcpy(g->cs.odd, f->cs.odd, f->cs.rows * sizeof *g->cs.odd); /* costs of the same rows are alike */
	if (change_series_wave(&g->cs, wave, a) || find_segments(g, a))
		return -1;
	change_series_left(&g->cs, g->seg, g->n_seg, left);
	for (size_t i = 0; i < g->cs.n; i++)
		left[i] += wave[g->cs.row[i]];
	return 0;
}

/* Steps and bends may be a season of a length that no calendar tells: where the BIC wants one wave in their place, it is taken out; fitted
 * to the series, then about the segments. */
static int find_wave(struct finding *f, struct arena *a)
{
	enum { FITS = 2 };
	double *wave = arena_zalloc(a, f->cs.rows + 1, sizeof *wave), *left = arena_zalloc(a, f->cs.rows + 1, sizeof *left);
	if (!wave || !left)
		return -1;
	memcpy(left, f->cs.x, f->cs.n * sizeof *left);
	for (int fit = 0; fit < FITS && change_wave_fit(&f->cs, left, wave); fit++) {
		struct finding g;
		if (segment_wave(f, wave, &g, left, a))
			return -1;
		double more = bic(&g) + (fit ? 0 : CHANGE_WAVE_PARAMS * g.log_n) - bic(f);
		if (fmax(more, more + again(f) - again(&g)) >= 0)
			return 0;
		*f = g;
	}
	return 0;
}

static int64_t time_at(const struct change_series *cs, double row)
{
	size_t n = cs->rows;
	if (!cs->time || n < 2)
		return TIME_NONE;
	double at = fmin(fmax(row, 0), (double)n);
	size_t r = at >= (double)(n - 1) ? n - 2 : (size_t)at;
	return cs->time[r] + (int64_t)llround((at - (double)r) * (double)(cs->time[r + 1] - cs->time[r]));
}

static struct change_date date_of(const struct change_series *cs, const struct change_place *p)
{
	return (struct change_date){.row = p->at,
		.row_lo = p->lo,
		.row_hi = p->hi,
		.time = time_at(cs, p->at),
		.lo = time_at(cs, p->lo),
		.hi = time_at(cs, p->hi)};
}

/* The level of a segment beside a change: of counts their mean with the weekly rhythm taken out. */
static double level(const struct finding *f, const struct change_segment *s, bool at_end)
{
	const struct change_series *cs = &f->cs;
	double y = 0, trend = change_trend(s, (at_end ? (double)s->e : (double)s->s) - 0.5);
	if (!cs->counts)
		return (s->mean + trend) * cs->scale + cs->centre;
	for (size_t i = s->s; i < s->e; i++)
		y += change_count(cs, i);
	return y / (double)(s->e - s->s) * exp(trend);
}

/* Levels, coefficients and variances of segments whose ends moved. */
static int measure_segments(struct finding *f, struct arena *a)
{
	if (change_sums_make(&f->sums, &f->cs, a))
		return -1;
	for (size_t k = 0; k < f->n_seg; k++) {
		struct change_segment *s = &f->seg[k];
		change_cost_like(&f->sums, s, s->s, s->e, s);
	}
	f->noise = change_count_noise(&f->cs, f->seg, f->n_seg);
	return 0;
}

/* The rows of each segment that are surely not part of a change: what its level and noise are measured on. */
static int trim(struct finding *f, struct arena *a)
{
	const struct change_fit *fit = f->fit;
	const uint32_t *row = f->cs.row;
	for (size_t k = 0; k < f->n_seg; k++) {
		struct change_segment *s = &f->seg[k];
		double from = k ? fit[k].end.at : -1, to = k + 1 < f->n_seg ? fit[k + 1].start.at : (double)f->cs.rows;
		size_t lo = s->s, hi = s->e;
		while (lo < f->cs.n && row[lo] < from)
			lo++;
		while (lo > 0 && row[lo - 1] >= from)
			lo--;
		while (hi > 0 && row[hi - 1] + 1 > to)
			hi--;
		while (hi < f->cs.n && row[hi] + 1 <= to)
			hi++;
		if (lo + CHANGE_MIN_ROWS > hi)
			continue;
		s->s = lo;
		s->e = hi;
	}
	return measure_segments(f, a);
}

/* Is a side a line? The change may then be one of slope. */
static bool on_line(const struct finding *f, size_t k)
{
	return change_has_trend(&f->seg[k - 1]) || change_has_trend(&f->seg[k]);
}

/* What it must gain: as a change of level, noise being what it is on both sides; or as one of noise. */
static double price(const struct finding *f, size_t k)
{
	return (f->fit[k].kind == CHANGE_NOISE ? CHANGE_PARAMS : CHANGE_LEVEL_PARAMS) * f->log_n;
}

/* What change k gains over none. */
static double gain(const struct finding *f, size_t k)
{
	if (f->seg[k].hinge > 0)
		return f->seg[k].hinge + price(f, k);
	if (f->fit[k].kind == CHANGE_NOISE)
		return change_gain_noise(&(struct change_pair){&f->sums, &f->seg[k - 1], &f->seg[k], f->left});
	if (!on_line(f, k))
		return f->fit[k].gain;
	return change_gain_shape(&(struct change_pair){&f->sums, &f->seg[k - 1], &f->seg[k], f->left});
}

/* Takes out the change that falls shortest of its price, with levels and noise as they now are. Its number, 0 when all are worth theirs. */
static size_t drop_weakest(struct finding *f)
{
	size_t weakest = 0;
	double least = 0;
	for (size_t k = 1; k < f->n_seg; k++) {
		double over = gain(f, k) - price(f, k);
		if (over < least) {
			least = over;
			weakest = k;
		}
	}
	if (!weakest)
		return 0;
	struct change_segment *l = &f->seg[weakest - 1], *r = &f->seg[weakest], joined;
	change_shape(&f->sums, l->s, r->e, &joined);
	joined.hinge = l->hinge;
	*l = joined;
	for (size_t k = weakest; k + 1 < f->n_seg; k++) {
		f->seg[k] = f->seg[k + 1];
		f->fit[k] = f->fit[k + 1];
	}
	f->n_seg--;
	return weakest;
}

/* The first row from `row` on that is not missing; or row itself. */
static size_t first_present(const struct change_series *cs, double row)
{
	for (size_t r = (size_t)row; r < cs->rows; r++)
		if (isfinite(cs->y[r]))
			return r;
	return (size_t)row;
}

static void fill(const struct finding *f, size_t k, double gained, struct change *ch)
{
	const struct change_fit *fit = &f->fit[k];
	const struct change_segment *l = &f->seg[k - 1], *r = &f->seg[k];
	*ch = (struct change){.kind = fit->kind,
		.start = date_of(&f->cs, &fit->start),
		.end = date_of(&f->cs, &fit->end),
		.returns = CHANGE_NONE};
	ch->index = first_present(&f->cs, fmin(fmax(floor(fit->start.at + 0.5), 1), (double)f->cs.rows - 1));
	ch->before = level(f, l, true);
	ch->after = level(f, r, false);
	ch->effect = change_effect(f->cs.counts, ch->before, ch->after);
	ch->gain = gained;
	ch->confidence = 1 / (1 + exp(-(ch->gain - price(f, k)) / 2));
}

/* Does the noise change, and no level? Counts scatter as their level makes them, and a season has its own. */
static bool only_noise(const struct finding *f, size_t k)
{
	const struct change_segment *l = &f->seg[k - 1], *r = &f->seg[k];
	return !f->cs.counts && !f->cs.wave && l->e - l->s >= CHANGE_NOISE_ROWS && r->e - r->s >= CHANGE_NOISE_ROWS &&
	       change_gain_noise(&(struct change_pair){&f->sums, l, r, f->left}) > CHANGE_PARAMS * f->log_n;
}

/* One change: of level; where lines meet and no level jumps, of slope; where neither changes, of noise. */
static int date_one(struct finding *f, size_t k, struct arena *a)
{
	const struct change_segment *l = &f->seg[k - 1], *r = &f->seg[k];
	struct change_fit *fit = &f->fit[k];
	if (change_date(&f->cs, l, r, &f->noise, a, fit))
		return -1;
	bool jumps = fit->gain > price(f, k);
	if (!on_line(f, k)) {
		if (jumps || !only_noise(f, k))
			return 0;
		if (change_date_lines(&f->sums, &f->cs, l, r, a, fit))
			return -1;
		fit->kind = CHANGE_NOISE;
		return 0;
	}
	if (f->cs.time && jumps && fit->start.at > f->cs.row[l->e - 1] - NEAR && fit->start.at < f->cs.row[r->s] + NEAR)
		return 0;
	return change_date_lines(&f->sums, &f->cs, l, r, a, fit);
}

static void move(struct change_place *p, double at)
{
	*p = (struct change_place){at, fmin(p->lo, at), fmax(p->hi, at)};
}

/* Neighbours are dated each by itself: where one would begin before the last began, they meet half-way. */
static void set_in_order(struct finding *f)
{
	for (size_t k = 2; k < f->n_seg; k++) {
		struct change_fit *l = &f->fit[k - 1], *r = &f->fit[k];
		double at = (l->start.at + r->start.at) / 2;
		if (r->start.at >= l->start.at)
			continue;
		at = f->cs.time ? at : floor(at);
		move(&l->start, at);
		move(&r->start, at);
		move(&r->end, fmax(r->end.at, at));
		if (l->kind != CHANGE_RAMP)
			l->end = l->start;
	}
}

static int date_all(struct finding *f, struct arena *a)
{
	for (size_t k = 1; k < f->n_seg; k++)
		if (date_one(f, k, a))
			return -1;
	set_in_order(f);
	return 0;
}

/* Dates the changes, twice: the first dates say which rows are level; drops those that are none. */
static int date(struct finding *f, struct arena *a)
{
	f->fit = arena_zalloc(a, f->n_seg, sizeof *f->fit);
	f->left = arena_zalloc(a, f->cs.n + 1, sizeof *f->left);
	if (!f->fit || !f->left || date_all(f, a) || trim(f, a) || date_all(f, a))
		return -1;
	size_t n = f->n_seg;
	for (size_t k; (k = drop_weakest(f)) > 0;) {
		f->noise = change_count_noise(&f->cs, f->seg, f->n_seg);
		if ((k > 1 && date_one(f, k - 1, a)) || (k < f->n_seg && date_one(f, k, a)))
			return -1;
	}
	return f->n_seg < n ? date_all(f, a) : 0;
}

/* All changes together must be worth theirs: of a walk that leaps each looks so beside the next. */
static int weigh_all(struct finding *f, struct arena *a)
{
	double *left = arena_zalloc(a, f->cs.n + 1, sizeof *left);
	if (!left || change_sums_make(&f->sums, &f->cs, a))
		return -1;
	if (f->n_seg > 1 && change_gain_all(&f->sums, f->seg, f->n_seg, left) < CHANGE_PARAMS * f->log_n * (double)(f->n_seg - 1)) {
		change_shape(&f->sums, 0, f->cs.n, f->seg);
		f->n_seg = 1;
	}
	return 0;
}

/* Where nothing else changes, the drift of a walk may. */
static int find_drifts(struct finding *f, struct arena *a)
{
	if (f->n_seg > 1)
		return 0;
	if (change_drifts(&f->sums, &f->cs, f->logs, a, &f->seg, &f->n_seg))
		return -1;
	return f->n_seg > 1 && (measure_segments(f, a) || date(f, a)) ? -1 : 0;
}

/* Segments and dates of a series. */
static int work(struct finding *f, const double *y, size_t n, const int64_t *time, bool counts, struct arena *a)
{
	if (change_series_make(&f->cs, y, n, time, counts, a))
		return -1;
	if (f->cs.n < 2 * CHANGE_MIN_ROWS)
		return 0;
	if (find_segments(f, a) || (!counts && (find_wave(f, a) || weigh_all(f, a))))
		return -1;
	f->noise = change_count_noise(&f->cs, f->seg, f->n_seg);
	if (change_ramps(&f->cs, &f->noise, f->seg, &f->n_seg, a) || measure_segments(f, a))
		return -1;
	if (!counts && (change_hinges(&f->sums, a, &f->seg, &f->n_seg) || measure_segments(f, a)))
		return -1;
	return date(f, a) || (!counts && find_drifts(f, a)) ? -1 : 0;
}

/* A date in days as one in hours. */
static void hours_of(struct change_date *d, const int64_t *time, size_t n)
{
	double from = time ? (double)time[0] : 0, last = (double)n - 1;
	d->row = fmin(fmax(((double)d->time - from) / SECONDS_AN_HOUR, 1), last);
	d->row_lo = fmin(fmax(((double)d->lo - from) / SECONDS_AN_HOUR, 1), d->row);
	d->row_hi = fmax(fmin(((double)d->hi - from) / SECONDS_AN_HOUR, last), d->row);
}

/* The same changes, dated by hours; what they gain and are worth was said by days. */
static int date_hours(
	const struct finding *days, const double *y, size_t n, const int64_t *time, struct arena *a, struct changes *out)
{
	struct finding f = {.n_seg = days->n_seg, .log_n = days->log_n};
	if (change_hours_series(&days->cs, days->seg, days->n_seg, y, n, time, a, &f.cs, &f.seg))
		return -1;
	f.noise = change_hours_noise(&f.cs, f.seg, &days->cs, days->seg, f.n_seg);
	f.fit = arena_zalloc(a, f.n_seg, sizeof *f.fit);
	if (!f.fit || date_all(&f, a))
		return -1;
	for (size_t k = 1; k < f.n_seg; k++) {
		struct change *c = &out->v[k - 1];
		fill(&f, k, gain(days, k), c);
		if (on_line(days, k) || days->fit[k].kind == CHANGE_NOISE) { /* no hour shows it better than its day */
			fill(days, k, gain(days, k), c);
			hours_of(&c->start, time, n);
			hours_of(&c->end, time, n);
			c->index = first_present(&f.cs, c->start.row);
		}
	}
	return 0;
}

static int list_odd(const struct change_series *cs, struct arena *a, struct changes *out)
{
	for (size_t r = 0; r < cs->rows; r++)
		out->n_odd += cs->odd[r];
	out->odd = arena_zalloc(a, out->n_odd + 1, sizeof *out->odd);
	if (!out->odd)
		return -1;
	out->n_odd = 0;
	for (size_t r = 0; r < cs->rows; r++)
		if (cs->odd[r])
			out->odd[out->n_odd++] = r;
	return 0;
}

static void describe(const struct change_series *cs, struct changes *out)
{
	out->counts = cs->counts;
	out->period = cs->rhythmic ? cs->period : 0;
	out->weekly = out->period == 7 && cs->time;
	for (int d = 0; d < 7; d++)
		out->week[d] = cs->counts ? exp(out->weekly ? cs->factor[d] : 0) : out->weekly ? cs->factor[d] * cs->scale : 0;
}

int change_find(const double *y, size_t n, const struct change_times *times, struct arena *a, struct changes *out)
{
	struct finding f = {0};
	struct changes found = {0};
	struct change_days days;
	const int64_t *time = times ? times->time : NULL;
	int hours = change_hours_days(y, n, time, a, &days);
	double *tmp = arena_zalloc(a, 2 * n + 1, sizeof *tmp);
	bool counts = tmp && change_are_whole(y, n) && (hours || !change_are_steady(y, n, tmp));
	bool sizes = tmp && !counts && !hours && change_are_sizes(y, n, tmp);
	if (sizes) {
		for (size_t i = 0; i < n; i++)
			tmp[i] = log(y[i]);
		y = tmp;
		f.logs = true;
	}
	if (!tmp || hours < 0 || (hours ? work(&f, days.y, days.n, days.time, counts, a) : work(&f, y, n, time, counts, a)))
		return -1;
	describe(&f.cs, &found);
	found.n = f.n_seg ? f.n_seg - 1 : 0;
	found.v = arena_zalloc(a, f.n_seg, sizeof *found.v);
	if (!found.v || list_odd(&f.cs, a, &found) || (hours && found.n && date_hours(&f, y, n, time, a, &found)))
		return -1;
	for (size_t k = 1; k < f.n_seg && !hours; k++)
		fill(&f, k, gain(&f, k), &found.v[k - 1]);
	change_list_join(&found);
	change_list_pauses(&found);
	if (sizes)
		change_list_exp(&found);
	*out = found;
	return 0;
}
