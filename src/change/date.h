/* date.h - the place of one change between two segments, as step and as ramp, with intervals; for this folder only. */
#ifndef TRAPLINE_CHANGE_DATE_H
#define TRAPLINE_CHANGE_DATE_H

#include "change/internal.h"

struct change_place {
	double at, lo, hi; /* rows */
};

struct change_fit {
	enum change_kind kind;
	struct change_place start, end;
	double cost; /* -2 log L at the best place, step or ramp; without the parameters' log n */
	double gain; /* over no change, each with the noise that suits it */
};

/* Fits one change between the levels left and right (rows between them belong to it). -1 when the arena is full. */
int change_date(const struct change_series *cs, const struct change_segment *left, const struct change_segment *right,
	const struct change_noise *noise, struct arena *a, struct change_fit *fit);

/* -2 log L of the rows of seg[0..n) as levels, comparable with a fit from seg[0] to seg[n - 1]. */
int change_date_stairs(const struct change_series *cs, const struct change_segment *seg, size_t n, const struct change_noise *noise,
	struct arena *a, double *cost);

#endif
