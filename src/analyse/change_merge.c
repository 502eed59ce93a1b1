/* change_merge.c - see change_merge.h. A second segmentation, over the ends that PELT left, in which a segment may be a line. */
#include "analyse/change_merge.h"

#include <math.h>

enum {
	LINE_ROWS = 8,   /* a line through fewer rows is a part of a ramp */
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

int change_segments(const struct change_sums *c, const size_t *ends, size_t n, struct arena *a, struct change_segment **seg,
	size_t *n_seg)
{
	double *best = arena_zalloc(a, n + 1, sizeof *best), penalty = CHANGE_PARAMS * log((double)c->n);
	size_t *from = arena_zalloc(a, n + 1, sizeof *from), k = 0;
	struct change_segment one, *out = arena_zalloc(a, n + 1, sizeof *out);
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
	settle(c, out, *n_seg);
	*seg = out;
	return 0;
}
