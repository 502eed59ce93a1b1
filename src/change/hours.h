/* hours.h - rows an hour apart: added up to days, where changes are found, and back to hours, where they are dated; for
 * this folder only. */
#ifndef TRAPLINE_CHANGE_HOURS_H
#define TRAPLINE_CHANGE_HOURS_H

#include "change/internal.h"

/* Days that hold the hours. */
struct change_days {
	double *y;     /* sums of counts, means of values; NaN of a day not whole */
	int64_t *time; /* 00:00 UTC */
	size_t n;
};

/* 1 and *out when rows are an hour apart and fill two weeks, else 0. -1 when the arena is full. */
int change_hours_days(const double *y, size_t n, const int64_t *time, struct arena *a, struct change_days *out);
/* The hours as a series to date changes in, with the rhythm of week and day taken out, and the days' segments in it. */
int change_hours_series(const struct change_series *days, const struct change_segment *seg, size_t n_seg, const double *y, size_t n,
	const int64_t *time, struct arena *a, struct change_series *hours, struct change_segment **out);

/* Noise of the hours; slow noise, from day to day, by the days'. */
struct change_noise change_hours_noise(const struct change_series *hours, const struct change_segment *hour_seg,
	const struct change_series *days, const struct change_segment *day_seg, size_t n_seg);

#endif
