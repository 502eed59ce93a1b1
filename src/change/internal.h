/* internal.h - what the files of the change engine share; for this folder only. */
#ifndef TRAPLINE_CHANGE_INTERNAL_H
#define TRAPLINE_CHANGE_INTERNAL_H

#include <math.h>

#include "change/change.h"

/* The frozen settings, each with its reason. */
enum {
	CHANGE_PARAMS = 4,       /* a change adds mean, AR coefficient, variance, place: log n each */
	CHANGE_LEVEL_PARAMS = 3, /* of them without the AR coefficient: what a change of level alone must be worth */
	CHANGE_COUNT_PARAMS = 3, /* of negative binomial segments: mean, dispersion, place */
	CHANGE_TREND_PARAMS = 2, /* a trend adds a slope, and an AR coefficient of its own: long memory looks like one */
	CHANGE_CURVE_PARAMS = 4, /* a parabola its bend, too, and it costs no less than a change */
	CHANGE_RAMP_PARAMS = 1,  /* a ramp adds its end */
	CHANGE_MIN_ROWS = 2,     /* of a segment: one row is an odd observation */
	CHANGE_NOISE_ROWS = 8,   /* on each side of a change of noise: fewer leave it uncertain by half */
	CHANGE_LOW = 10,         /* counts a row below which the log is far from normal (skewness above 0.3) */
	CHANGE_RAMP_DAYS = 14,   /* longest ramp: what takes longer is a trend */
};
#define CHANGE_LEAN 4.0 /* rows that the series' own coefficient and variance are worth in a segment's */
#define CHANGE_WALK 0.9 /* a longer memory: as likely a walk, of which one spread is seen once in (1 + phi) / (1 - phi) = 19 rows */
#define CHANGE_PHI_MAX 0.995 /* a walk, as good as, in a few hundred rows; the variance about the level must stay finite */

/* One series as the engine sees it: the present rows, close together. */
struct change_series {
	const double *y; /* as given */
	size_t rows;     /* given */
	const int64_t *time;
	bool counts;
	size_t unit;                      /* rows a day, of hours 24; else 1 */
	size_t period;                    /* of the calendar's rhythm: 7, 12, 4 rows; 0 none */
	bool rhythmic;                    /* it is there */
	uint8_t *phase;                   /* of each row in it */
	double factor[CHANGE_PERIOD_MAX]; /* by phase, on the scale of x */
	double *rhythm;                   /* what it makes of each row; NULL: nothing */
	double *wave;                     /* of it the part of a season of any length; NULL: nothing */
	double centre, scale;             /* of values: taken out and divided by, so that squares stay finite; of counts 0 and 1 */
	double step;                      /* values are rounded to, on the scale of x */
	bool *odd;                        /* by row */
	/* present and not odd: */
	size_t n;
	uint32_t *row;
	double *x;  /* log(y+1/2) or (y - centre) / scale, less the rhythm */
	double *v0; /* least variance: of rounding */
	double phi; /* AR coefficient of the whole series, by differences, so that levels do not matter */
	double var; /* and innovation variance */
};

/* How counts scatter about their levels. */
struct change_noise {
	double k;    /* variance = mean + mean^2 / k */
	double phi;  /* correlation of neighbours, of counts as they are */
	double slow; /* of hours: variance of a day's mean over what the hours' noise makes it, 1 or more; else 1 */
};

/* A segment of the present rows [s,e): mean, and a trend about it that is a line or a parabola. */
struct change_segment {
	size_t s, e;
	double mean, slope, bend; /* a present row, at the middle; of its square */
	double phi, var;          /* of the AR(1) around it: marginal coefficient, innovation variance */
	double cost;              /* -2 log L */
	double hinge;             /* by how much the BIC wants it to meet the one before it at a change of slope; 0: not asked */
};

/* What a segment's trend adds to its mean at present row i; parts of rows allowed. */
static inline double change_trend(const struct change_segment *s, double i)
{
	double m = (double)(s->e - s->s), u = i - (double)(s->s + s->e - 1) / 2;
	return s->slope * u + s->bend * (u * u - (m * m - 1) / 12);
}

static inline bool change_has_trend(const struct change_segment *s)
{
	return s->slope != 0 || s->bend != 0;
}

/* The count of present row i with the rhythm taken out. */
static inline double change_count(const struct change_series *cs, size_t i)
{
	double y = cs->y[cs->row[i]];
	return cs->rhythm ? y * exp(-cs->rhythm[cs->row[i]]) : y;
}

#endif
