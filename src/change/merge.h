/* merge.h - which of the found changes stand: trends against staircases, changes of slope; for this folder only. */
#ifndef TRAPLINE_CHANGE_MERGE_H
#define TRAPLINE_CHANGE_MERGE_H

#include "change/cost.h"
#include "change/date.h"

/* The segments with ends[0..n): each as a level, a line or a parabola, where the BIC is lowest; ends of
 * lines come from a grid of their own. *seg in the arena. */
int change_segments(
	const struct change_sums *c, const size_t *ends, size_t n, struct arena *a, struct change_segment **seg, size_t *n_seg);

/* The cheapest of level, line and parabola through [s,e). */
double change_shape(const struct change_sums *c, size_t s, size_t e, struct change_segment *out);

/* The place of a change between two segments of which one or both are lines, by their costs: boundaries of rows.
 * -1 when the arena is full. */
int change_date_lines(const struct change_sums *c, const struct change_series *cs, const struct change_segment *left,
	const struct change_segment *right, struct arena *a, struct change_fit *fit);

/* Parts the segments that are better told as two lines that meet. *seg in the arena; -1 when it is full. */
int change_hinges(const struct change_sums *c, struct arena *a, struct change_segment **seg, size_t *n_seg);

#endif
