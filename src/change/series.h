/* series.h - a series made ready: missing and odd rows out, log of counts, rhythm; for this folder only. */
#ifndef TRAPLINE_CHANGE_SERIES_H
#define TRAPLINE_CHANGE_SERIES_H

#include "change/internal.h"

bool change_are_counts(const double *y, size_t n); /* whole numbers from 0 on, or missing */
/* Fills *cs from the rows. -1 when the arena is full. */
int change_series_make(struct change_series *cs, const double *y, size_t rows, const int64_t *time, struct arena *a);
/* The same from rows an hour apart that are to be dated only: the rhythm is given, by row, and the scale. */
int change_series_hours(
	struct change_series *cs, const double *y, size_t rows, const int64_t *time, double *rhythm, double scale, struct arena *a);
/* Rhythm and odd rows anew from what the segments leave over; true when that changed anything worth a new segmentation. */
bool change_series_refine(struct change_series *cs, const struct change_segment *seg, size_t n_seg, struct arena *a, int *rc);

#endif
