/* place.h - likelihood of one change at a place, by the log-normal or the negative binomial model; for this folder only. */
#ifndef TRAPLINE_CHANGE_PLACE_H
#define TRAPLINE_CHANGE_PLACE_H

#include "change/internal.h"

/* The rows around one change. Running sums over [0,i) stand at i. */
struct change_local {
	size_t n, unit;          /* unit: rows a day, of hours 24; else 1 */
	bool counts, low, spans; /* spans: rows are spans of time, a change falls inside one */
	double *row, *x;         /* place and value of each row, trends taken out */
	double a, b;             /* first idea of the levels, on the scale of x */
	double phi;              /* AR coefficient */
	double va, vb;           /* innovation variance at the two levels, to a common factor */
	double log_va, log_vb;   /* logarithms of these */
	double ea, eb;           /* of counts: exp of the levels */
	double least;            /* scale that rounding leaves, as a share of va */
	double c2;               /* counts: variance of the log at high level */
	double temper;           /* the log-likelihood is divided by it: noise that the model leaves out */
	double *z, *sz, *szz;    /* x[i] - phi x[i-1], its sum and its squares' */
	/* low counts */
	double k;                          /* dispersion */
	double *y, *sy;                    /* counts, the weekly rhythm taken out, and their sums */
	double *cost_before, *cost_behind; /* of the rows before i and from i on, at their mean; 0: not reckoned yet */
	/* counts, odd ones too */
	size_t n_all;
	double *row_all, *y_all;
};

int change_local_make(struct change_local *l, const struct change_series *cs, const struct change_segment *left,
	const struct change_segment *right, const struct change_noise *n, struct arena *a);
/* -2 log L of a change that begins at row t1 and is over at t2 >= t1; levels and scale at their best. INFINITY where there is
 * no room. */
double change_local_cost(const struct change_local *l, double t1, double t2);
/* The same of no change of level; where the variance changes (values only), it does so at t. */
double change_local_none(const struct change_local *l, double t);
/* What a change from t1 to t2 gains over none on the -2 log L scale. */
double change_local_gain(struct change_local *l, double t1, double t2);
/* The same of counts, odd rows and all, where rows may be bursts. NAN when the arena is full. */
double change_local_burst_gain(const struct change_local *l, double t1, double t2, struct arena *a);
/* The same rows as the levels of seg[0..n), the first and last being those it was made with. */
double change_local_stairs(const struct change_local *l, const struct change_segment *seg, size_t n);

#endif
