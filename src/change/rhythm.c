/* rhythm.c - see rhythm.h. */
#include "change/rhythm.h"

#include <stdlib.h>

enum { WEEK = 7, YEAR_MONTHS = 12, YEAR_QUARTERS = 4, TIMES = 3 }; /* TIMES: a rhythm is seen three times over */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

double change_median(double *v, size_t n)
{
	if (n == 0)
		return 0;
	qsort(v, n, sizeof *v, by_value);
	return n & 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Do most rows lie between lo and hi days apart? */
static bool apart(const struct change_series *cs, double lo, double hi)
{
	size_t n = 0;
	for (size_t i = 1; i < cs->rows; i++) {
		double days = (double)(cs->time[i] - cs->time[i - 1]) / SECONDS_A_DAY;
		n += days >= lo && days <= hi;
	}
	return 2 * n > cs->rows;
}

static size_t period_of(const struct change_series *cs)
{
	if (apart(cs, 0.95, 1.05))
		return WEEK;
	if (apart(cs, 28, 31))
		return YEAR_MONTHS;
	return apart(cs, 89, 92) ? YEAR_QUARTERS : 0;
}

static uint8_t phase_of(int64_t time, size_t period)
{
	if (period == WEEK) /* 1970-01-01 was a Thursday */
		return (uint8_t)(((time_day(time) + 3) % WEEK + WEEK) % WEEK);
	int month = civil_from_time(time).month - 1;
	return (uint8_t)(period == YEAR_MONTHS ? month : month / 3);
}

/* left[i] = x[i] - the mean of one period around it, every phase in it once. */
static void take_mean(const struct change_series *cs, double *left)
{
	size_t p = cs->period;
	for (size_t i = 0; i < cs->n; i++) {
		size_t from = i > p / 2 ? i - p / 2 : 0;
		from = from + p > cs->n ? cs->n - p : from;
		double sum = 0;
		for (size_t k = from; k < from + p; k++)
			sum += cs->x[k];
		left[i] = cs->x[i] - sum / (double)p;
	}
}

/* Means by phase of what is left in present rows s..e-1, without the odd eighth at each end; their mean is 0. */
static void means(const struct change_series *cs, const double *left, size_t s, size_t e, double *tmp, double *factor)
{
	double sum = 0;
	for (size_t p = 0; p < cs->period; p++) {
		size_t n = 0;
		for (size_t i = s; i < e; i++)
			if (cs->phase[cs->row[i]] == p)
				tmp[n++] = left[i];
		(void)change_median(tmp, n);
		size_t cut = n / 8;
		factor[p] = 0;
		for (size_t i = cut; i < n - cut; i++)
			factor[p] += tmp[i] / (double)(n - 2 * cut);
		sum += factor[p];
	}
	for (size_t p = 0; p < cs->period; p++)
		factor[p] -= sum / (double)cs->period;
}

/* By how much the BIC wants the factors on present rows s..e-1. Squares cut at the same limit with and without them, so that odd rows
 * do not decide. */
static double gain(const struct change_series *cs, const double *left, size_t s, size_t e, double *tmp, const double *factor)
{
	double without = 0, with = 0, n = (double)(e - s);
	for (size_t i = s; i < e; i++)
		tmp[i - s] = fabs(left[i]);
	double top = 4 * MAD_SD * change_median(tmp, e - s) + 1e-9;
	for (size_t i = s; i < e; i++) {
		double a = fmin(fabs(left[i]), top), b = fmin(fabs(left[i] - factor[cs->phase[cs->row[i]]]), top);
		without += a * a;
		with += b * b;
	}
	return n * log((without + 1e-12) / (with + 1e-12)) - ((double)cs->period - 1) * log(n);
}

static bool wanted(const struct change_series *cs, const double *left, double *tmp, const double *factor)
{
	return gain(cs, left, 0, cs->n, tmp, factor) > 0;
}

/* Takes the factors, or none; how far the farthest moved. */
static double set(struct change_series *cs, const double *factor, bool want)
{
	double moved = 0;
	for (size_t p = 0; p < cs->period; p++) {
		double now = want ? factor[p] : 0;
		moved = fmax(moved, fabs(now - cs->factor[p]));
		cs->factor[p] = now;
	}
	cs->rhythmic = want;
	for (size_t r = 0; r < cs->rows; r++)
		cs->rhythm[r] = cs->factor[cs->phase[r]] + (cs->wave ? cs->wave[r] : 0);
	return moved;
}

/* Rows without times: the calendar's period whose factors from one half of the series hold in the other half, and the other way
 * round; 0 if none does. Noise with a memory has such factors in each half, but not the same ones. */
static size_t period_without_times(struct change_series *cs, double *left, double *tmp)
{
	static const uint8_t periods[] = {WEEK, YEAR_MONTHS, YEAR_QUARTERS};
	size_t best = 0, half = cs->n / 2;
	double most = 0, factor[CHANGE_PERIOD_MAX];
	for (size_t k = 0; k < sizeof periods; k++) {
		cs->period = periods[k];
		if (cs->n < 2 * TIMES * cs->period)
			continue;
		for (size_t r = 0; r < cs->rows; r++)
			cs->phase[r] = (uint8_t)(r % cs->period);
		take_mean(cs, left);
		means(cs, left, 0, half, tmp, factor);
		double later = gain(cs, left, half, cs->n, tmp, factor);
		means(cs, left, half, cs->n, tmp, factor);
		double earlier = gain(cs, left, 0, half, tmp, factor);
		if (fmin(later, earlier) > 0 && later + earlier > most) {
			most = later + earlier;
			best = cs->period;
		}
	}
	return best;
}

int change_rhythm_make(struct change_series *cs, double *left, double *tmp, struct arena *a)
{
	double factor[CHANGE_PERIOD_MAX];
	cs->phase = arena_zalloc(a, cs->rows, sizeof *cs->phase);
	cs->rhythm = arena_zalloc(a, cs->rows, sizeof *cs->rhythm);
	if (!cs->phase || !cs->rhythm)
		return -1;
	cs->period = cs->time ? period_of(cs) : period_without_times(cs, left, tmp);
	if (cs->period && cs->n < TIMES * cs->period)
		cs->period = 0;
	if (!cs->period)
		return 0;
	for (size_t r = 0; r < cs->rows; r++)
		cs->phase[r] = cs->time ? phase_of(cs->time[r], cs->period) : (uint8_t)(r % cs->period);
	take_mean(cs, left);
	means(cs, left, 0, cs->n, tmp, factor);
	set(cs, factor, wanted(cs, left, tmp, factor));
	return 0;
}

bool change_rhythm_refine(struct change_series *cs, double *left, double *tmp)
{
	double factor[CHANGE_PERIOD_MAX];
	if (!cs->period)
		return false;
	for (size_t i = 0; i < cs->n; i++)
		left[i] += cs->rhythm[cs->row[i]];
	means(cs, left, 0, cs->n, tmp, factor);
	double moved = set(cs, factor, wanted(cs, left, tmp, factor));
	for (size_t i = 0; i < cs->n; i++)
		left[i] -= cs->rhythm[cs->row[i]];
	return moved * moved > 0.01 * cs->var; /* a tenth of the noise: no change is found by less */
}
