/* merge.c - see merge.h. A second segmentation, over the ends that PELT left, in which a segment may be a line. */
#include "change/merge.h"

#include <math.h>

enum {
	GRID = 96,     /* places beside PELT's ends where segments may end: levels alone do not show a change of slope */
	LINE_ROWS = 8, /* a line through fewer rows is none; */
	LINE_SHARE =
		8, /* nor, up to the length of a ramp, one through a smaller share of the series than one in so many: it is a ramp */
	HINGE_PARAMS =
		CHANGE_PARAMS + 2 * CHANGE_TREND_PARAMS - 1, /* two lines and a change, but for the level that does not jump */
	CURVE_ROWS = 16,                                     /* a parabola through fewer rows is a change */
};
#define MEMORY 0.3 /* of what a line leaves: less of it is no bend */

static size_t line_rows(size_t n)
{
	size_t share = n / LINE_SHARE;
	return share < LINE_ROWS ? LINE_ROWS : share > CHANGE_RAMP_DAYS ? CHANGE_RAMP_DAYS + 1 : share;
}

double change_shape(const struct change_sums *c, size_t s, size_t e, struct change_segment *out)
{
	struct change_segment other = {0};
	double best = change_cost_level(c, s, e, out), log_n = log((double)c->n);
	out->hinge = 0;
	if (e - s < line_rows(c->n))
		return best;
	double cost = change_cost_line(c, s, e, &other) + CHANGE_TREND_PARAMS * log_n;
	double phi = fmin(out->phi, other.phi);
	if (cost < best) {
		*out = other;
		best = out->cost = cost;
	}
	if (e - s < CURVE_ROWS || phi < MEMORY)
		return best;
	cost = change_cost_curve(c, s, e, &other) + CHANGE_CURVE_PARAMS * log_n;
	if (cost < best) {
		*out = other;
		best = out->cost = cost;
	}
	return best;
}

/* Moves each end to its best row between its neighbours, shapes kept free. */
static void settle(const struct change_sums *c, struct change_segment *seg, size_t n, size_t reach)
{
	for (size_t k = 0; k + 1 < n; k++) {
		struct change_segment l, r, best_l = seg[k], best_r = seg[k + 1];
		size_t at = seg[k].e, lo = seg[k].s + CHANGE_MIN_ROWS, hi = seg[k + 1].e - CHANGE_MIN_ROWS;
		double best = seg[k].cost + seg[k + 1].cost;
		lo = at > lo + reach ? at - reach : lo;
		hi = at + reach < hi ? at + reach : hi;
		for (size_t t = lo; t <= hi; t++) {
			double cost = change_shape(c, seg[k].s, t, &l) + change_shape(c, t, seg[k + 1].e, &r);
			if (cost < best - 1e-9) {
				best = cost;
				best_l = l;
				best_r = r;
			}
		}
		seg[k] = best_l;
		seg[k + 1] = best_r;
	}
}

/* The ends and a grid's places `step` apart, merged; none within a segment's least length of an end. */
static size_t candidates(const size_t *ends, size_t n_ends, size_t step, size_t *at)
{
	size_t n = 0, k = 0;
	for (size_t t = step; k < n_ends; t += step) {
		for (; k < n_ends && ends[k] <= t; k++)
			at[n++] = ends[k];
		if (k < n_ends && (n == 0 || at[n - 1] + CHANGE_MIN_ROWS <= t) && t + CHANGE_MIN_ROWS <= ends[k])
			at[n++] = t;
	}
	return n;
}

/* The best way to each place at[1..n]: from[j], the place before it. As in PELT, starts that can never win again are dropped: what is
 * parted costs no more than a change and one more parabola. */
static int best_way(const struct change_sums *c, const size_t *at, size_t n, size_t *from, struct arena *a)
{
	double *best = arena_zalloc(a, 2 * (n + 1), sizeof *best), *cost, log_n = log((double)c->n);
	size_t *start = arena_zalloc(a, n + 1, sizeof *start), n_starts = 0;
	struct change_segment one;
	if (!best || !start)
		return -1;
	cost = best + n + 1;
	best[0] = -CHANGE_PARAMS * log_n;
	for (size_t j = 1; j <= n; j++) {
		size_t kept = 0;
		best[j] = INFINITY;
		start[n_starts++] = j - 1;
		for (size_t i = 0; i < n_starts; i++) {
			cost[i] = best[start[i]] + CHANGE_PARAMS * log_n + change_shape(c, at[start[i]], at[j], &one);
			if (cost[i] < best[j]) {
				best[j] = cost[i];
				from[j] = start[i];
			}
		}
		for (size_t i = 0; i < n_starts; i++)
			if (cost[i] < best[j] + (CHANGE_PARAMS + CHANGE_CURVE_PARAMS) * log_n)
				start[kept++] = start[i];
		n_starts = kept;
	}
	return 0;
}

int change_segments(
	const struct change_sums *c, const size_t *ends, size_t n_ends, struct arena *a, struct change_segment **seg, size_t *n_seg)
{
	size_t step = c->n / GRID > LINE_ROWS ? c->n / GRID : LINE_ROWS, cap = n_ends + c->n / step + 2, k = 0;
	size_t *from = arena_zalloc(a, 2 * cap, sizeof *from), *at;
	if (!from)
		return -1;
	at = from + cap;
	size_t n = candidates(ends, n_ends, step, at + 1);
	if (best_way(c, at, n, from, a))
		return -1;
	for (size_t j = n; j > 0; j = from[j])
		k++;
	*n_seg = k;
	*seg = arena_zalloc(a, k, sizeof **seg);
	if (!*seg)
		return -1;
	for (size_t j = n; j > 0; j = from[j])
		change_shape(c, at[from[j]], at[j], &(*seg)[--k]);
	settle(c, *seg, *n_seg, step > 15 ? step : 15);
	return 0;
}

static double quantile(const struct change_series *cs, const double *cost, size_t from, size_t to, double least, double p)
{
	double all = 0, sum = 0;
	for (size_t t = from; t <= to; t++)
		all += exp((least - cost[t - from]) / 2);
	for (size_t t = from; t <= to; t++) {
		sum += exp((least - cost[t - from]) / 2);
		if (sum >= p * all)
			return cs->row[t];
	}
	return cs->row[to];
}

/* Cost of two lines over [s,e) that meet before row t, by least squares. left: room for e - s. */
static double hinge_cost(const struct change_sums *c, size_t s, size_t t, size_t e, double *left)
{
	double g[3][4] = {{0}}, b[3], m = (double)(e - s);
	for (size_t i = s; i < e; i++) {
		double v[4] = {1, (double)(i - s) / m, i < t ? 0 : ((double)(i - t) + 0.5) / m, c->x[i]};
		for (int j = 0; j < 3; j++)
			for (int k = j; k < 4; k++)
				g[j][k] += v[j] * v[k];
	}
	for (int j = 0; j < 2; j++)
		for (int i = j + 1; i < 3; i++)
			for (int k = 3; k >= i; k--)
				g[i][k] -= g[j][i] / g[j][j] * g[j][k];
	for (int j = 2; j >= 0; j--) {
		b[j] = g[j][3];
		for (int k = j + 1; k < 3; k++)
			b[j] -= g[j][k] * b[k];
		b[j] /= g[j][j];
	}
	for (size_t i = s; i < e; i++)
		left[i - s] = c->x[i] - b[0] - b[1] * (double)(i - s) / m - (i < t ? 0 : b[2] * ((double)(i - t) + 0.5) / m);
	return change_cost_left(c, s, e, left);
}

/* The best place of a hinge in [s,e), 2 LINE_ROWS or more: on a grid, then on finer ones around the best. */
static size_t best_hinge(const struct change_sums *c, size_t s, size_t e, double *left, double *cost)
{
	enum { FINER = 8 };
	size_t lo = s + LINE_ROWS, hi = e - LINE_ROWS, at = lo;
	*cost = INFINITY;
	for (size_t by = (e - s) / GRID + 1;; by = by / FINER + 1) {
		for (size_t t = lo; t <= hi; t += by) {
			double one = hinge_cost(c, s, t, e, left);
			if (one < *cost) {
				*cost = one;
				at = t;
			}
		}
		if (by == 1)
			return at;
		lo = at > lo + by ? at - by : lo;
		hi = at + by < hi ? at + by : hi;
	}
}

int change_hinges(const struct change_sums *c, struct arena *a, struct change_segment **seg, size_t *n_seg)
{
	struct change_segment *out = arena_zalloc(a, 2 * *n_seg, sizeof *out);
	double *left = arena_zalloc(a, c->n + 1, sizeof *left), log_n = log((double)c->n);
	size_t n = 0;
	if (!out || !left)
		return -1;
	for (size_t k = 0; k < *n_seg; k++) {
		struct change_segment one = (*seg)[k];
		double cost = INFINITY, best = INFINITY;
		size_t at = one.e - one.s < 2 * LINE_ROWS ? 0 : best_hinge(c, one.s, one.e, left, &cost);
		if (at)
			best = change_shape(c, one.s, one.e, &one);
		if (cost + HINGE_PARAMS * log_n < best) {
			out[n].hinge = (*seg)[k].hinge;
			change_cost_line(c, one.s, at, &out[n++]);
			change_cost_line(c, at, one.e, &out[n]);
			out[n++].hinge = best - cost - HINGE_PARAMS * log_n;
		} else {
			out[n++] = (*seg)[k];
		}
	}
	*seg = out;
	*n_seg = n;
	return 0;
}

int change_date_lines(const struct change_sums *c, const struct change_series *cs, const struct change_segment *left,
	const struct change_segment *right, struct arena *a, struct change_fit *fit)
{
	enum { REACH = 60, PLACES = 2 * REACH + 2 };
	struct arena_mark mark = arena_mark(a);
	double *cost = arena_zalloc(a, 2 * PLACES + (right->e - left->s), sizeof *cost);
	double least = INFINITY, least_met = INFINITY;
	size_t lo = left->s + (change_has_trend(left) ? LINE_ROWS : CHANGE_MIN_ROWS),
	       hi = right->e - (change_has_trend(right) ? LINE_ROWS : CHANGE_MIN_ROWS);
	size_t at = right->s, from = at > lo + REACH ? at - REACH : lo, to = at + REACH < hi ? at + REACH : hi;
	bool meet = !cs->counts && left->bend == 0 && right->bend == 0 && (left->slope != 0 || right->slope != 0);
	struct change_segment one;
	if (!cost)
		return -1;
	double *met = cost + PLACES;
	from = from < at ? from : at;
	to = to > at ? to : at;
	for (size_t t = from; t <= to; t++) {
		double l = change_cost_like(c, left, left->s, t, &one), r = change_cost_like(c, right, t, right->e, &one);
		cost[t - from] = l + r;
		least = fmin(least, l + r);
	}
	for (size_t t = from; t <= to && meet; t++) {
		met[t - from] = hinge_cost(c, left->s, t, right->e, met + PLACES);
		least_met = fmin(least_met, met[t - from]);
	}
	if (least_met < least + CHANGE_LEVEL_PARAMS * log((double)c->n)) { /* no jump, no other noise: they meet */
		least = least_met;
		cost = met;
	}
	fit->kind = CHANGE_STEP;
	fit->start = (struct change_place){quantile(cs, cost, from, to, least, 0.5), quantile(cs, cost, from, to, least, 0.025),
		quantile(cs, cost, from, to, least, 0.975)};
	fit->end = fit->start;
	arena_release(a, mark);
	return 0;
}
