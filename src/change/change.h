/* change.h - when a series changed: its segments, each change dated with a 95 % interval.
 *
 * Pure: arrays in, changes out; no clock, no randomness, no I/O. Memory comes from the caller's arena and lives as long.
 *
 * Method. A series of whole numbers >= 0 is taken as counts and goes through log(y+1/2), unless it scatters less than
 * counts of anything can; any other as it is, or as its logarithm where all is above 0 and scatters in proportion to its
 * level. Segments are Gaussian AR(1) around a level, found by PELT (Killick, Fearnhead and Eckley, JASA 2012) with the
 * exact likelihood, every observation in it once. A change costs 4 log n on the -2 log L scale: it adds a mean, an AR
 * coefficient, a variance and a place. What stands gains 3 log n as a change of level alone (as the modified BIC of Zhang
 * and Siegmund, Biometrics 2007, asks), against none with the AR coefficient that suits none best; else it is one of noise,
 * or dropped. A second segmentation, over these ends and a grid, lets segments be straight lines and parabolas, of values
 * also two lines that meet; neighbouring steps become one ramp where that lowers the BIC. Where counts are low the segments
 * are negative binomial with their exact likelihood; of other counts so are the parts of a segment in which some are low, where
 * the BIC wants that. Counts may be bursts, but for hours': what these explain as well is no change. Factors for the days of the week (of rows a month or a quarter apart:
 * for these), one set per series, only where times are given and the BIC wants them, alternate with the segmentation. Rows
 * an hour apart are added up to days to find changes, and dated by hours. A single odd observation is set apart where that
 * lowers the BIC: it is one of `odd`, not two changes. Of values, noise may be Student's as well as normal where that is
 * likelier, so that a leap of a walk that leaps is none; a change of noise counts for less by how wild the noise is; all
 * changes together must beat none; and one wave of any length is taken out where the BIC wants it in place of steps. Where nothing else changes,
 * the drift of a walk of sizes may: its steps have levels, 2 log n a change, against none and a drift that changes steadily. Dates
 * are the profile likelihood's over the place of the change, step and ramp weighed by it, in parts of a row where rows are
 * spans of time; lo..hi hold its middle 95 %.
 *
 * Known limits: a change within the first or last two rows is not told; one within a day of another becomes part of it.
 */
#ifndef TRAPLINE_CHANGE_CHANGE_H
#define TRAPLINE_CHANGE_CHANGE_H

#include "base/arena.h"
#include "base/time.h"

enum change_kind { CHANGE_STEP, CHANGE_RAMP, CHANGE_NOISE }; /* noise: the scatter changed, of values only */
enum { CHANGE_NONE = -1, CHANGE_PERIOD_MAX = 12 };

/* A place in rows: 12.25 is a quarter through row 12; and in time, TIME_NONE where the series has none. */
struct change_date {
	double row, row_lo, row_hi;
	int64_t time, lo, hi; /* Unix seconds */
};

struct change {
	enum change_kind kind;
	size_t index;                  /* first row of the new segment that is not missing; of a ramp: of the ramp */
	struct change_date start, end; /* of a step: the same */
	double before, after;          /* levels beside the change; of counts: counts a row, weekly rhythm taken out */
	double effect;                 /* of counts: after / before - 1; else after - before */
	double gain;                   /* 2 x log-likelihood gained over no change */
	double confidence;             /* 0..1: BIC weight of the change against none */
	int returns;                   /* of the first change of a pause: the number of the one that ends it; else CHANGE_NONE */
};

/* When rows begin, ascending; a row lasts until the next begins. time NULL: the rows have no times. */
struct change_times {
	const int64_t *time; /* n of them, Unix seconds */
};

struct changes {
	struct change *v; /* by place */
	size_t n;
	bool counts;    /* the values were taken as counts */
	size_t period;  /* of the calendar's rhythm that was taken out: 7 days, 12 months, 4 quarters, or so many rows; 0: none */
	bool weekly;    /* period is 7 and the rows are days */
	double week[7]; /* then the days' factors of counts (of values: differences, or logarithms'), Monday first; else 1 (0) */
	size_t *odd;    /* rows set apart as single odd observations; of hours: days, from the first row's on */
	size_t n_odd;
};

/* Finds the changes of y[0..n). A value that is not finite is missing. 0, or -1 when the arena is full (out untouched). */
int change_find(const double *y, size_t n, const struct change_times *times, struct arena *a, struct changes *out);

#endif
