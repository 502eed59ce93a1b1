/* change_date.c - see change_date.h.
 *
 * The profile likelihood over the place, first on a coarse grid, then on a fine one where it is not negligible. As weights (places
 * equally likely beforehand, step and ramp too, ramps of all lengths) it gives the date, its median, and the interval, its
 * middle 95 %: honest also where places are few, or step and ramp both fit.
 */
#include "analyse/change_date.h"

#include <math.h>

#include "analyse/change_place.h"

enum {
	REACH = 30, /* rows beyond the segments' ends that are looked at */
	REACH_HOURS = 10 * 24,
	PLACES = 4000, /* places on the fine grid, at most */
	FINE = 8,      /* places in a row of it */
};
#define NEGLIGIBLE 24.0 /* -2 log L above the least: a weight of 6e-6 */

struct box {
	double lo, hi;     /* of the start */
	double dmin, dmax; /* rows the ramp lasts */
};

struct dating {
	struct change_local l;
	double from, to; /* places looked at */
	double dmax;
	double best_step, best_ramp;
	double at; /* where the step is best */
};

static void widen(struct box *b, double t, double len)
{
	b->lo = fmin(b->lo, t);
	b->hi = fmax(b->hi, t);
	b->dmin = fmin(b->dmin, len);
	b->dmax = fmax(b->dmax, len);
}

/* Where steps and ramps are not negligible. Steps are looked for on the fine grid at once, ramps on whole rows (of hours: days):
 * the fine grid then reaches one of these farther. */
static void coarse(struct dating *d, double g, struct box *step, struct box *ramp)
{
	double u = (double)d->l.unit;
	d->best_step = d->best_ramp = INFINITY;
	for (double t = d->from; t <= d->to; t += g) {
		double cost = change_local_cost(&d->l, t, t);
		if (cost < d->best_step) {
			d->best_step = cost;
			d->at = t;
		}
	}
	for (double t = d->from; t <= d->to; t += u)
		for (double len = u; len <= d->dmax && t + len <= d->to; len += u)
			d->best_ramp = fmin(d->best_ramp, change_local_cost(&d->l, t, t + len));
	*step = *ramp = (struct box){INFINITY, -INFINITY, INFINITY, 0};
	for (double t = d->from; t <= d->to; t += g)
		if (change_local_cost(&d->l, t, t) < d->best_step + NEGLIGIBLE)
			widen(step, t, 0);
	for (double t = d->from; t <= d->to; t += u)
		for (double len = u; len <= d->dmax && t + len <= d->to; len += u)
			if (change_local_cost(&d->l, t, t + len) < d->best_ramp + NEGLIGIBLE)
				widen(ramp, t, len);
}

/* Weights by place: of steps, and of ramps by start and by end. */
struct weights {
	double from, step; /* place of cell i: from + i step */
	size_t n;
	double *w_step, *w_start, *w_end;
	double all_step, all_ramp;
};

static void add(struct weights *w, double *to, double place, double weight)
{
	double i = (place - w->from) / w->step + 0.5;
	if (i >= 0 && i < (double)w->n)
		to[(size_t)i] += weight;
}

static void fine_steps(struct dating *d, const struct box *b, struct weights *w, double least, double g)
{
	for (double t = b->lo; t <= b->hi; t += g) {
		double cost = change_local_cost(&d->l, t, t), weight = exp((least - cost) / 2) * g;
		d->best_step = fmin(d->best_step, cost);
		add(w, w->w_step, t, weight);
		w->all_step += weight;
	}
}

/* Ramps beforehand: of all lengths alike on the scale of log(1 + days). */
static void fine_ramps(struct dating *d, const struct box *b, struct weights *w, double least, double g)
{
	double u = (double)d->l.unit, more = d->l.spans ? u : 0, area = g * g / log(1 + CHANGE_RAMP_DAYS);
	for (double t = b->lo - more; t <= b->hi + more; t += g) {
		for (double len = fmax(b->dmin - u, 0) + g; len <= b->dmax + more; len += g) {
			double cost = change_local_cost(&d->l, t, t + len), weight = exp((least - cost) / 2) * area / (u + len);
			d->best_ramp = fmin(d->best_ramp, cost);
			add(w, w->w_start, t, weight);
			add(w, w->w_end, t + len, weight);
			w->all_ramp += weight;
		}
	}
}

/* Where the weights a (and b, times fb) reach the share p of their sum. */
static double quantile(const struct weights *w, const double *a, const double *b, double fb, double p)
{
	double all = 0, sum = 0;
	for (size_t i = 0; i < w->n; i++)
		all += a[i] + (b ? fb * b[i] : 0);
	for (size_t i = 0; i < w->n; i++) {
		double here = a[i] + (b ? fb * b[i] : 0);
		if (here > 0 && sum + here >= p * all)
			return w->from + w->step * ((double)i - 0.5 + (p * all - sum) / here);
		sum += here;
	}
	return w->from;
}

static struct change_place place(const struct weights *w, const double *a, const double *b, double fb)
{
	return (struct change_place){quantile(w, a, b, fb, 0.5), quantile(w, a, b, fb, 0.025), quantile(w, a, b, fb, 0.975)};
}

/* Points have no parts: whole rows. */
static void to_rows(struct change_place *p)
{
	p->at = floor(p->at + 0.5);
	p->lo = floor(p->lo + 0.5);
	p->hi = floor(p->hi + 0.5);
}

static int weigh(
	struct dating *d, double g, const struct box *step, const struct box *ramp, struct arena *a, struct change_fit *fit)
{
	double least = fmin(d->best_step, d->best_ramp);
	double u = (double)d->l.unit;
	while (d->l.spans && g < u && (ramp->hi - ramp->lo + 3 * u) * (ramp->dmax - ramp->dmin + 3 * u) / (g * g) > PLACES)
		g *= 2;
	struct weights w = {.from = d->from - 2 * u, .step = g, .n = (size_t)((d->to - d->from + 6 * u) / g)};
	w.w_step = arena_zalloc(a, 3 * w.n, sizeof *w.w_step);
	if (!w.w_step)
		return -1;
	w.w_start = w.w_step + w.n;
	w.w_end = w.w_start + w.n;
	if (step->hi >= step->lo)
		fine_steps(d, step, &w, least, g);
	if (ramp->hi >= ramp->lo)
		fine_ramps(d, ramp, &w, least, g);
	fit->cost_step = d->best_step;
	fit->cost_ramp = d->best_ramp;
	fit->cost_none = change_local_none(&d->l, d->at);
	fit->kind = d->best_ramp + CHANGE_RAMP_PARAMS * log((double)d->l.n) < d->best_step ? CHANGE_RAMP : CHANGE_STEP;
	fit->start = place(&w, w.w_step, w.w_start, 1);
	fit->end = place(&w, w.w_step, w.w_end, 1);
	if (fit->kind == CHANGE_STEP)
		fit->end = fit->start;
	if (!d->l.spans) {
		to_rows(&fit->start);
		to_rows(&fit->end);
	}
	return 0;
}

int change_date(const struct change_series *cs, const struct change_segment *left, const struct change_segment *right,
	const struct change_noise *noise, struct arena *a, struct change_fit *fit)
{
	struct dating d;
	struct box step, ramp;
	struct arena_mark mark = arena_mark(a);
	if (change_local_make(&d.l, cs, left, right, noise, a))
		return -1;
	double first = d.l.row[0] + 1, last = d.l.row[d.l.n - 1];
	double reach = cs->unit == 1 ? REACH : REACH_HOURS;
	d.from = fmax(first, (double)cs->row[left->e - 1] - reach);
	d.to = fmin(last, (double)cs->row[right->s] + reach);
	d.dmax = fmin((double)(CHANGE_RAMP_DAYS * cs->unit), d.to - d.from);
	double g = d.l.spans && cs->unit == 1 ? 1.0 / FINE : 1;
	coarse(&d, g, &step, &ramp);
	fit->low = d.l.low;
	int rc = weigh(&d, g, &step, &ramp, a, fit);
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
