/* gain.h - what two segments gain over one on the -2 log L scale, by their costs; for this folder only. */
#ifndef TRAPLINE_CHANGE_GAIN_H
#define TRAPLINE_CHANGE_GAIN_H

#include "change/cost.h"

/* Two neighbouring segments; rows of a ramp between them go to either side. */
struct change_pair {
	const struct change_sums *sums;
	const struct change_segment *l, *r;
	double *left; /* room for their rows */
};

/* Where noise may be wild a change of it counts for less. */
double change_gain_shape(const struct change_pair *p);
/* What a change of noise gains. */
double change_gain_noise(const struct change_pair *p);

/* What all segments gain over none, as that; they hold all rows. left: room for these. */
double change_gain_all(const struct change_sums *c, const struct change_segment *seg, size_t n, double *left);
/* By how much -2 log L of z[0..n) is lower where they may be Student's as well as normal; least: a variance that rounding leaves. */
double change_wild_gain(const double *z, size_t n, double least);

#endif
