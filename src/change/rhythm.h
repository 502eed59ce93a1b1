/* rhythm.h - the calendar's rhythm of a series: days of the week, months, quarters; for this folder only. */
#ifndef TRAPLINE_CHANGE_RHYTHM_H
#define TRAPLINE_CHANGE_RHYTHM_H

#include "change/internal.h"

#define MAD_SD 1.4826 /* median absolute deviation of a normal, to its standard deviation */

double change_median(double *v, size_t n); /* sorts v; 0 of nothing */

/* Sets cs->period by how far rows lie apart, without times by what repeats itself, and first factors where the BIC wants them. left,
 * tmp: room for all rows. -1 when the arena is full. */
int change_rhythm_make(struct change_series *cs, double *left, double *tmp, struct arena *a);
/* Factors anew: left[i] is what the segments leave of present row i, and then what the new factors leave. True when they moved. */
bool change_rhythm_refine(struct change_series *cs, double *left, double *tmp);

#endif
