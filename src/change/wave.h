/* wave.h - a smooth season of any length: one wave of its own period; for this folder only. */
#ifndef TRAPLINE_CHANGE_WAVE_H
#define TRAPLINE_CHANGE_WAVE_H

#include "change/internal.h"

enum { CHANGE_WAVE_PARAMS = 3 }; /* two amplitudes and the period: log n each */

/* The wave that leaves least of left[0..n), one of each present row; wave[r] is what it makes of each row. False when rows are too few. */
bool change_wave_fit(const struct change_series *cs, const double *left, double *wave);

#endif
