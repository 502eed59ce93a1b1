/* count.h - counts so low that their log is far from normal: negative binomial segments,
 * for a whole series or where they are likelier than logarithms; for this folder only. */
#ifndef TRAPLINE_CHANGE_COUNT_H
#define TRAPLINE_CHANGE_COUNT_H

#include "change/internal.h"

enum { DISPERSION_MAX = 1000000 }; /* Poisson, as good as */

/* Is this a series for change_count_pelt? Half of its rows below CHANGE_LOW. */
bool change_count_low(const struct change_series *cs);
/* Noise about the segments (n_seg 0: from neighbouring rows). */
struct change_noise change_count_noise(const struct change_series *cs, const struct change_segment *seg, size_t n_seg);
/* As change_pelt, by the negative binomial likelihood; then *seg are levels. -1 when the arena is full. */
int change_count_segments(const struct change_series *cs, const struct change_noise *noise, struct arena *a,
	struct change_segment **seg, size_t *n_seg);
/* Segments of logarithms in which rows are low, parted into levels where these are likelier: a pause of counts passes for rows that
 * follow one another closely, as the logarithm of 0 lies far out. -1 when the arena is full. */
int change_count_rivals(const struct change_series *cs, struct arena *a, struct change_segment **seg, size_t *n_seg);

#endif
