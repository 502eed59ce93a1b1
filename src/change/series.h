/* series.h - a series made ready: missing and odd rows out, log of counts, rhythm; for this folder only. */
#ifndef TRAPLINE_CHANGE_SERIES_H
#define TRAPLINE_CHANGE_SERIES_H

#include "change/internal.h"

bool change_are_whole(const double *y, size_t n); /* numbers from 0 on, or missing */
/* Do whole numbers scatter less than counts of anything can, and alike at all levels, or hold? Then they are sizes, marks or settings: values.
 * tmp: room for 2 n. */
bool change_are_steady(const double *y, size_t n, double *tmp);
/* Are all above 0, and do they scatter in proportion to their level, for the price of a parameter? Then their logarithms are looked at.
 * tmp: room for 2 n. */
bool change_are_sizes(const double *y, size_t n, double *tmp);
/* Fills *cs from the rows. -1 when the arena is full. */
int change_series_make(struct change_series *cs, const double *y, size_t rows, const int64_t *time, bool counts, struct arena *a);
/* The same from rows an hour apart that are to be dated only: counts and scale are the days', the rhythm is given, by row. */
int change_series_hours(struct change_series *cs, const double *y, size_t rows, const struct change_series *days,
	const int64_t *time, double *rhythm, struct arena *a);
/* Takes the wave, one value a row, out as well. -1 when the arena is full. */
int change_series_wave(struct change_series *cs, const double *wave, struct arena *a);
/* What the segments leave of each present row. */
void change_series_left(const struct change_series *cs, const struct change_segment *seg, size_t n_seg, double *left);
/* Rhythm and odd rows anew from what the segments leave over; true when that changed anything worth a new segmentation. */
bool change_series_refine(struct change_series *cs, const struct change_segment *seg, size_t n_seg, struct arena *a, int *rc);

#endif
