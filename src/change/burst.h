/* burst.h - what a change of counts gains where single rows may be bursts of any size; for this folder only.
 *
 * A trap that gets a few campaigns of hundreds of messages and little between has days that no level tells of. Rows are negative
 * binomial about their level, but for a share of them whose sizes are alike on a logarithmic scale. With a change and without one
 * the levels, the dispersion and the share of bursts are those that suit best: what many bursts explain is no change.
 */
#ifndef TRAPLINE_CHANGE_BURST_H
#define TRAPLINE_CHANGE_BURST_H

#include "change/internal.h"

struct change_burst_rows {
	size_t n;
	const double *y;      /* counts */
	const double *share;  /* of the change that each row shows, 0..1 */
	double before, after; /* first idea of the levels, above 0 */
};

/* 2 log L gained over no change. NAN when the arena is full. */
double change_burst_gain(const struct change_burst_rows *r, struct arena *a);

#endif
