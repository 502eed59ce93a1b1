/* date.c - see date.h.
 *
 * The profile likelihood over the place, on grids that become finer where it is not negligible. As weights (places
 * equally likely beforehand, step and ramp too, ramps of all lengths) it gives the date, its median, and the interval, its
 * middle 95 %: honest also where places are few, or step and ramp both fit.
 */
#include "change/date.h"

#include <math.h>

#include "change/place.h"

enum {
	REACH = 30, /* rows beyond the segments' ends that are looked at */
	REACH_HOURS = 10 * 24,
	PLACES = 4000, /* places on a grid of ramps, at most */
	FINE = 8,      /* places in a row */
};
#define NEGLIGIBLE 24.0 /* -2 log L above the least: a weight of 6e-6 */
#define BETWEEN 0.1     /* share of what a ramp gains that a grid may hide between its places */

struct box {
	double lo, hi;     /* of the start */
	double dmin, dmax; /* rows the ramp lasts */
};

struct dating {
	struct change_local l;
	double from, to; /* places looked at */
	double dmax;
	double best_step, best_ramp, none;
	double at, ramp_from, ramp_to; /* where step and ramp are best */
};

static void widen(struct box *b, double t, double len)
{
	b->lo = fmin(b->lo, t);
	b->hi = fmax(b->hi, t);
	b->dmin = fmin(b->dmin, len);
	b->dmax = fmax(b->dmax, len);
}

static void find_steps(struct dating *d, double g, struct box *step)
{
	d->best_step = INFINITY;
	for (double t = d->from; t <= d->to; t += g) {
		double cost = change_local_cost(&d->l, t, t);
		if (cost < d->best_step) {
			d->best_step = cost;
			d->at = t;
		}
	}
	*step = (struct box){INFINITY, -INFINITY, INFINITY, 0};
	for (double t = d->from; t <= d->to; t += g)
		if (change_local_cost(&d->l, t, t) < d->best_step + NEGLIGIBLE)
			widen(step, t, 0);
}

/* Begins and lengths of a grid over a box; cells touch, the first length is half a cell's. */
struct grid {
	double t, len, g;
	size_t n_t, n_len;
};

static struct grid grid_over(const struct dating *d, const struct box *b, double g)
{
	struct grid r = {.t = b->lo, .len = d->l.spans ? fmax(b->dmin, g / 2) : b->dmin, .g = g};
	r.n_t = b->hi < b->lo ? 0 : (size_t)((b->hi - b->lo) / g + 1e-9) + 1;
	r.n_len = b->dmax < r.len ? 0 : (size_t)((b->dmax - r.len) / g + 1e-9) + 1;
	return r;
}

/* Ramps on the grid; the box is drawn in to those that matter: on a coarse grid the best may lie between its places. */
static void scan_ramps(struct dating *d, const struct grid *r, double *cost, struct box *b)
{
	double best = INFINITY;
	for (size_t i = 0; i < r->n_t; i++)
		for (size_t k = 0; k < r->n_len; k++) {
			double t = r->t + (double)i * r->g, c = change_local_cost(&d->l, t, t + r->len + (double)k * r->g);
			cost[i * r->n_len + k] = c;
			best = fmin(best, c);
			if (c < d->best_ramp) {
				d->best_ramp = c;
				d->ramp_from = t;
				d->ramp_to = t + r->len + (double)k * r->g;
			}
		}
	double margin = fmax(NEGLIGIBLE, BETWEEN * (d->none - best));
	*b = (struct box){INFINITY, -INFINITY, INFINITY, 0};
	for (size_t i = 0; i < r->n_t; i++)
		for (size_t k = 0; k < r->n_len; k++)
			if (cost[i * r->n_len + k] < best + margin)
				widen(b, r->t + (double)i * r->g, r->len + (double)k * r->g);
}

/* From a grid of days, g rows, down to parts of rows, as far as places allow: the last grid, and its costs. */
static struct grid find_ramps(struct dating *d, double g, double finest, double *cost, struct box *b)
{
	d->best_ramp = INFINITY;
	*b = (struct box){d->from, d->to, g, d->dmax};
	for (;; g /= 2) {
		struct grid r = grid_over(d, b, g);
		while (r.n_t * r.n_len > PLACES) /* the first grid only */
			r = grid_over(d, b, g *= 2);
		scan_ramps(d, &r, cost, b);
		struct box wide = {
			fmax(b->lo - g, d->from), fmin(b->hi + g, d->to), fmax(b->dmin - g, 0), fmin(b->dmax + g, d->dmax)};
		struct grid next = grid_over(d, &wide, g / 2);
		if (b->hi < b->lo || g / 2 < finest || next.n_t * next.n_len > PLACES)
			return r;
		*b = wide;
	}
}

/* Weights by place: of steps, and of ramps by start and by end. */
struct weights {
	double from, step; /* place of cell i: from + i step */
	size_t n;
	double *w_step, *w_start, *w_end;
};

/* The weight of a cell of width g around a place; behind the last place it counts there. */
static void add(struct weights *w, double *to, double place, double g, double weight)
{
	size_t parts = (size_t)fmax(g / w->step + 0.5, 1);
	for (size_t k = 0; k < parts; k++) {
		double i = (place - w->from + g * (((double)k + 0.5) / (double)parts - 0.5)) / w->step + 0.5;
		if (i >= 0)
			to[(size_t)fmin(i, (double)w->n - 1)] += weight / (double)parts;
	}
}

static void weigh_steps(struct dating *d, const struct box *b, struct weights *w, double least, double g)
{
	for (double t = b->lo; t <= b->hi; t += g)
		add(w, w->w_step, t, g, exp((least - change_local_cost(&d->l, t, t)) / 2) * g);
}

/* Those of the grid that lie in the box. Ramps beforehand: of all lengths alike on the scale of log(1 + days). */
static void weigh_ramps(
	struct dating *d, const struct grid *all, const double *cost, const struct box *b, struct weights *w, double least)
{
	double u = (double)d->l.unit, g = all->g, area = g * g / log(1 + CHANGE_RAMP_DAYS);
	struct grid r = grid_over(d, b, g);
	cost += (size_t)((r.t - all->t) / g + 0.5) * all->n_len + (size_t)((r.len - all->len) / g + 0.5);
	for (size_t i = 0; i < r.n_t; i++)
		for (size_t k = 0; k < r.n_len; k++) {
			double t = r.t + (double)i * g, len = r.len + (double)k * g;
			double weight = exp((least - cost[i * all->n_len + k]) / 2) * area / (u + len);
			add(w, w->w_start, t, g, weight);
			add(w, w->w_end, t + len, g, weight);
		}
}

/* Where the weights a and b reach the share p of their sum. */
static double quantile(const struct weights *w, const double *a, const double *b, double p)
{
	double all = 0, sum = 0;
	for (size_t i = 0; i < w->n; i++)
		all += a[i] + b[i];
	for (size_t i = 0; i < w->n; i++) {
		double here = a[i] + b[i];
		if (here > 0 && sum + here >= p * all)
			return w->from + w->step * ((double)i - 0.5 + (p * all - sum) / here);
		sum += here;
	}
	return w->from;
}

static struct change_place place(const struct weights *w, const double *a, const double *b)
{
	return (struct change_place){quantile(w, a, b, 0.5), quantile(w, a, b, 0.025), quantile(w, a, b, 0.975)};
}

/* Points have no parts: whole rows. */
static void to_rows(struct change_place *p)
{
	p->at = floor(p->at + 0.5);
	p->lo = floor(p->lo + 0.5);
	p->hi = floor(p->hi + 0.5);
}

/* What the best step or ramp gains; of days' counts no more than where some of them may be bursts. */
static int gain(struct dating *d, struct arena *a, struct change_fit *fit)
{
	bool ramp = d->best_ramp < d->best_step;
	double t1 = ramp ? d->ramp_from : d->at, t2 = ramp ? d->ramp_to : d->at;
	fit->gain = change_local_gain(&d->l, t1, t2);
	if (!d->l.counts || d->l.unit != 1 || fit->gain < CHANGE_LEVEL_PARAMS * log((double)d->l.n))
		return 0;
	double bursts = change_local_burst_gain(&d->l, t1, t2, a);
	if (isnan(bursts))
		return -1;
	fit->gain = fmin(fit->gain, bursts);
	return 0;
}

static int weigh(struct dating *d, struct arena *a, struct change_fit *fit)
{
	double u = (double)d->l.unit, finest = d->l.spans ? 1.0 / FINE : 1;
	double *cost = arena_alloc(a, PLACES * sizeof *cost);
	struct box step, ramp;
	if (!cost)
		return -1;
	find_steps(d, finest, &step);
	d->none = change_local_none(&d->l, d->at);
	struct grid grid = find_ramps(d, u, finest, cost, &ramp);
	double to = fmin(d->to + d->dmax, d->l.row[d->l.n - 1]); /* where the last ramp ends */
	struct weights w = {.from = d->from - 2 * u, .step = finest, .n = (size_t)((to - d->from + 6 * u) / finest)};
	w.w_step = arena_zalloc(a, 3 * w.n, sizeof *w.w_step);
	if (!w.w_step)
		return -1;
	w.w_start = w.w_step + w.n;
	w.w_end = w.w_start + w.n;
	double least = fmin(d->best_step, d->best_ramp);
	if (step.hi >= step.lo)
		weigh_steps(d, &step, &w, least, finest);
	if (ramp.hi >= ramp.lo)
		weigh_ramps(d, &grid, cost, &ramp, &w, least);
	fit->cost = least;
	if (gain(d, a, fit))
		return -1;
	fit->kind = d->best_ramp + CHANGE_RAMP_PARAMS * log((double)d->l.n) < d->best_step ? CHANGE_RAMP : CHANGE_STEP;
	fit->start = place(&w, w.w_step, w.w_start);
	fit->end = fit->kind == CHANGE_RAMP ? place(&w, w.w_step, w.w_end) : fit->start;
	if (!d->l.spans) {
		to_rows(&fit->start);
		to_rows(&fit->end);
	}
	return 0;
}

int change_date(const struct change_series *cs, const struct change_segment *left, const struct change_segment *right,
	const struct change_noise *noise, struct arena *a, struct change_fit *fit)
{
	struct dating d = {0};
	struct arena_mark mark = arena_mark(a);
	if (change_local_make(&d.l, cs, left, right, noise, a))
		return -1;
	double first = d.l.row[0] + 1, last = d.l.row[d.l.n - 1];
	double reach = cs->unit == 1 ? REACH : REACH_HOURS;
	d.from = fmax(first, (double)cs->row[left->e - 1] - reach);
	d.to = fmin(last, (double)cs->row[right->s] + reach);
	d.dmax = fmin((double)(CHANGE_RAMP_DAYS * cs->unit), d.to - d.from);
	int rc = weigh(&d, a, fit);
	arena_release(a, mark);
	return rc;
}

int change_date_stairs(const struct change_series *cs, const struct change_segment *seg, size_t n, const struct change_noise *noise,
	struct arena *a, double *cost)
{
	struct change_local l;
	struct arena_mark mark = arena_mark(a);
	if (change_local_make(&l, cs, &seg[0], &seg[n - 1], noise, a))
		return -1;
	*cost = change_local_stairs(&l, seg, n);
	arena_release(a, mark);
	return 0;
}
