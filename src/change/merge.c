/* merge.c - see merge.h. A second segmentation, over the ends that PELT left, in which a segment may be a line. */
#include "change/merge.h"

#include <math.h>

enum {
	GRID = 48,         /* places tried first when a segment is parted */
	PARTS = 64,        /* more of them than this by parting: none real */
	LINE_ROWS = 8,     /* a line through fewer rows is a part of a ramp */
	JOIN_AT_MOST = 64, /* ends looked back over: PELT leaves few */
};

/* The cheaper of level and line. */
double change_shape(const struct change_sums *c, size_t s, size_t e, struct change_segment *out)
{
	struct change_segment line;
	double level_cost = change_cost_level(c, s, e, out);
	if (e - s < LINE_ROWS)
		return level_cost;
	double line_cost = change_cost_line(c, s, e, &line) + CHANGE_TREND_PARAMS * log((double)c->n);
	if (line_cost >= level_cost)
		return level_cost;
	line.cost = line_cost;
	*out = line;
	return line_cost;
}

/* Moves each end to its best row between its neighbours, shapes kept free. */
static void settle(const struct change_sums *c, struct change_segment *seg, size_t n)
{
	enum { REACH = 15 };
	for (size_t k = 0; k + 1 < n; k++) {
		struct change_segment l, r, best_l = seg[k], best_r = seg[k + 1];
		size_t at = seg[k].e, lo = seg[k].s + CHANGE_MIN_ROWS, hi = seg[k + 1].e - CHANGE_MIN_ROWS;
		double best = seg[k].cost + seg[k + 1].cost;
		lo = at > lo + REACH ? at - REACH : lo;
		hi = at + REACH < hi ? at + REACH : hi;
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

/* The best place to part [s,e) in two shapes: on a grid, then around its best. */
static double best_parting(
	const struct change_sums *c, const struct change_segment *seg, struct change_segment *l, struct change_segment *r)
{
	size_t lo = seg->s + LINE_ROWS, hi = seg->e - LINE_ROWS, step = (hi - lo) / GRID + 1, at = lo;
	struct change_segment a, b;
	double best = INFINITY;
	for (;; step = 1) {
		size_t from = lo, to = hi;
		if (isfinite(best)) { /* the second time */
			size_t reach = (hi - lo) / GRID + 1;
			from = at > lo + reach ? at - reach : lo;
			to = at + reach < hi ? at + reach : hi;
		}
		bool last = isfinite(best) || step == 1;
		for (size_t t = from; t <= to; t += step) {
			double cost = change_shape(c, seg->s, t, &a) + change_shape(c, t, seg->e, &b);
			if (cost < best) {
				best = cost;
				at = t;
				*l = a;
				*r = b;
			}
		}
		if (last)
			return best;
	}
}

/* Changes of slope: levels alone do not show them. Parts segments while that lowers the BIC. */
static size_t part_lines(const struct change_sums *c, struct change_segment *seg, size_t n, size_t cap)
{
	struct change_segment l, r;
	for (size_t k = 0; k < n && n < cap;) {
		if (seg[k].e - seg[k].s < 4 * LINE_ROWS ||
			best_parting(c, &seg[k], &l, &r) + CHANGE_PARAMS * log((double)c->n) >= seg[k].cost) {
			k++;
			continue;
		}
		memmove(seg + k + 2, seg + k + 1, (n - k - 1) * sizeof *seg);
		seg[k] = l;
		seg[k + 1] = r;
		n++;
	}
	return n;
}

int change_segments(
	const struct change_sums *c, const size_t *ends, size_t n, struct arena *a, struct change_segment **seg, size_t *n_seg)
{
	double *best = arena_zalloc(a, n + 1, sizeof *best), penalty = CHANGE_PARAMS * log((double)c->n);
	size_t *from = arena_zalloc(a, n + 1, sizeof *from), k = 0;
	struct change_segment one, *out = arena_zalloc(a, n + 1 + PARTS, sizeof *out);
	if (!best || !from || !out)
		return -1;
	for (size_t j = 1; j <= n; j++) {
		best[j] = INFINITY;
		for (size_t i = j > JOIN_AT_MOST ? j - JOIN_AT_MOST : 0; i < j; i++) {
			double cost = best[i] + (i ? penalty : 0) + change_shape(c, i ? ends[i - 1] : 0, ends[j - 1], &one);
			if (cost < best[j]) {
				best[j] = cost;
				from[j] = i;
			}
		}
	}
	for (size_t j = n; j > 0; j = from[j])
		k++;
	*n_seg = k;
	for (size_t j = n; j > 0; j = from[j])
		change_shape(c, from[j] ? ends[from[j] - 1] : 0, ends[j - 1], &out[--k]);
	*n_seg = part_lines(c, out, *n_seg, n + 1 + PARTS);
	settle(c, out, *n_seg);
	*seg = out;
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

int change_date_lines(const struct change_sums *c, const struct change_series *cs, const struct change_segment *left,
	const struct change_segment *right, struct arena *a, struct change_fit *fit)
{
	enum { REACH = 60 };
	struct arena_mark mark = arena_mark(a);
	double *cost = arena_zalloc(a, 2 * REACH + 2, sizeof *cost), least = INFINITY;
	size_t lo = left->s + (left->slope != 0 ? LINE_ROWS : CHANGE_MIN_ROWS),
	       hi = right->e - (right->slope != 0 ? LINE_ROWS : CHANGE_MIN_ROWS);
	size_t at = right->s, from = at > lo + REACH ? at - REACH : lo, to = at + REACH < hi ? at + REACH : hi;
	struct change_segment one;
	if (!cost)
		return -1;
	from = from < at ? from : at;
	to = to > at ? to : at;
	for (size_t t = from; t <= to; t++) {
		double l = left->slope != 0 ? change_cost_line(c, left->s, t, &one) : change_cost_level(c, left->s, t, &one);
		double r = right->slope != 0 ? change_cost_line(c, t, right->e, &one) : change_cost_level(c, t, right->e, &one);
		cost[t - from] = l + r;
		least = fmin(least, l + r);
	}
	fit->kind = CHANGE_STEP;
	fit->start = (struct change_place){quantile(cs, cost, from, to, least, 0.5), quantile(cs, cost, from, to, least, 0.025),
		quantile(cs, cost, from, to, least, 0.975)};
	fit->end = fit->start;
	arena_release(a, mark);
	return 0;
}
