/* cost.h - cost of a segment from running sums, and PELT over it; for this folder only. */
#ifndef TRAPLINE_CHANGE_COST_H
#define TRAPLINE_CHANGE_COST_H

#include "change/internal.h"

/* Running sums of x (its middle taken out): sums over [0,t) stand at t, n+1 of each. */
struct change_sums {
	size_t n;
	double *x;       /* n */
	double *s, *q;   /* x, x^2 */
	double *p;       /* x[i] x[i-1], i >= 1 */
	double *tx, *v0; /* i x[i]; least variance */
	double centre;   /* taken out of x */
	double phi, var; /* what short segments lean on */
};

int change_sums_make(struct change_sums *c, const struct change_series *cs, struct arena *a);
/* Cost of [s,e) as an AR(1) around a level, a line or a parabola; fills *out (may be NULL). e - s >= CHANGE_MIN_ROWS, of a parabola 4. */
double change_cost_level(const struct change_sums *c, size_t s, size_t e, struct change_segment *out);
double change_cost_line(const struct change_sums *c, size_t s, size_t e, struct change_segment *out);
double change_cost_curve(const struct change_sums *c, size_t s, size_t e, struct change_segment *out);
/* The same about whatever leaves left[0..e-s). */
double change_cost_left(const struct change_sums *c, size_t s, size_t e, const double *left);
/* The same of rows that go on from the one before them, left[-1]. */
double change_cost_on(const struct change_sums *c, size_t s, size_t e, const double *left);
/* The same, of the shape that `like` has; it may be *out. */
double change_cost_like(
	const struct change_sums *c, const struct change_segment *like, size_t s, size_t e, struct change_segment *out);

/* The segments' ends of least cost + penalty a change: ends[0..*n), the last one is c->n. -1 when the arena is full. */
int change_pelt(const struct change_sums *c, double penalty, struct arena *a, size_t **ends, size_t *n);

#endif
