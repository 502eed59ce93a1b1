/* series.c - see series.h. */
#include "change/series.h"

#include <math.h>

#include "change/rhythm.h"

enum {
	AROUND = 4,        /* rows on each side that say what is usual there */
	ROWS_FOR_ODD = 15, /* in fewer an odd one cannot be told */
	ALONE = 3,         /* times as far out as the rows beside it, an odd row is alone whatever the noise */
	CHANCE_ROWS = 3,   /* odd rows that may lie together */
	HOLDS = 10,        /* rows that a value holds on average, where it is set and not measured */
	LEAST_HELD = 5,    /* smaller counts are often alike */
};
#define CHANCE 0.05 /* how often they may, before they are taken for a change */
#define HELD_BY_CHANCE 1e-6
#define STEADY 0.5 /* scatter below this share of Poisson's, and STEADY_SD of its standard errors below it: no counts */
#define STEADY_SD 6.0
#define LEAST_SHARE 0.04 /* a segment's variance is not below this share of the series': a stuck sensor is no certainty */

bool change_are_whole(const double *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (isfinite(y[i]) && (y[i] < 0 || y[i] != floor(y[i]) || y[i] > 1e15))
			return false;
	return true;
}

/* Squares of second differences, so that neither levels nor trends matter, over what Poisson's would be; each cut, so that neither do jumps. */
static bool below_poisson(const double *y, size_t n)
{
	double sum = 0, rows = 0;
	for (size_t i = 2; i < n; i++) {
		double d = y[i] - 2 * y[i - 1] + y[i - 2], mean = (y[i] + y[i - 1] + y[i - 2]) / 3;
		if (!isfinite(d) || mean <= 0)
			continue;
		sum += fmin(d * d / (6 * mean), 9);
		rows++;
	}
	return rows > 0 && sum < STEADY * rows && rows - sum > STEADY_SD * sqrt(rows);
}

/* Mean square of d[0..n), each cut at four times the usual. */
static double cut_square(const double *d, size_t n, double *tmp)
{
	double sum = 0, top;
	for (size_t i = 0; i < n; i++)
		tmp[i] = fabs(d[i]);
	top = 4 * MAD_SD * change_median(tmp, n);
	for (size_t i = 0; i < n; i++)
		sum += fmin(tmp[i], top) * fmin(tmp[i], top);
	return n ? sum / (double)n : 0;
}

/* By how much, as 2 log L, second differences are likelier to be all of one size of log(y + more) than of y (Box and Cox, JRSS B 1964).
 * Neighbouring ones hold two of their three values in common: they count as a third. */
static double evener_logs(const double *y, size_t n, double more, double *tmp)
{
	double logs = 0, square[2];
	size_t rows = 0;
	for (int k = 0; k < 2; k++) {
		rows = 0;
		for (size_t i = 2; i < n; i++) {
			double d = k ? log(y[i] + more) - 2 * log(y[i - 1] + more) + log(y[i - 2] + more)
			             : y[i] - 2 * y[i - 1] + y[i - 2];
			if (!isfinite(d))
				continue;
			tmp[rows++] = d;
			logs += k ? log(y[i - 1] + more) : 0;
		}
		square[k] = cut_square(tmp, rows, tmp + n);
	}
	if (square[0] <= 0 || square[1] <= 0)
		return 0;
	return ((double)rows * log(square[0] / square[1]) - 2 * logs) / 3;
}

/* Does one value hold for longer than counts of so many would by chance? Two of them are alike in one of 2 sqrt(pi mean) cases. */
static bool hold(const double *y, size_t n)
{
	size_t run = 1;
	for (size_t i = 1; i < n; i++) {
		run = y[i] == y[i - 1] ? run + 1 : 1;
		if (y[i] >= LEAST_HELD && (double)n * pow(2 * sqrt(M_PI * y[i]), 1 - (double)run) < HELD_BY_CHANCE)
			return true;
	}
	return false;
}

bool change_are_steady(const double *y, size_t n, double *tmp)
{
	return hold(y, n) || (below_poisson(y, n) && evener_logs(y, n, 0.5, tmp) <= 0);
}

bool change_are_sizes(const double *y, size_t n, double *tmp)
{
	for (size_t i = 0; i < n; i++)
		if (isfinite(y[i]) && y[i] <= 0)
			return false;
	return evener_logs(y, n, 0, tmp) > log((double)n);
}

static double value(const struct change_series *cs, size_t row)
{
	double x = cs->counts ? log(cs->y[row] + 0.5) : (cs->y[row] - cs->centre) / cs->scale;
	return cs->rhythm ? x - cs->rhythm[row] : x;
}

/* The present rows anew. */
static void gather(struct change_series *cs)
{
	cs->n = 0;
	for (size_t r = 0; r < cs->rows; r++) {
		if (!isfinite(cs->y[r]) || cs->odd[r])
			continue;
		cs->row[cs->n] = (uint32_t)r;
		cs->x[cs->n++] = value(cs, r);
	}
}

/* The least step between values that are not counts: they were rounded to it. Values that hold for long are what they are. */
static double least_step(const struct change_series *cs)
{
	double least = INFINITY;
	size_t moves = 0;
	for (size_t i = 1; i < cs->n; i++) {
		double d = fabs(cs->x[i] - cs->x[i - 1]);
		moves += d > 0;
		least = d > 0 && d < least ? d : least;
	}
	return moves == 0 ? 0 : HOLDS * moves <= cs->n ? least / HOLDS : least;
}

/* Scale and coefficient of the noise from differences of neighbours, which a few changes of level hardly touch. */
static void measure_noise(struct change_series *cs, double *tmp)
{
	size_t n = cs->n ? cs->n - 1 : 0;
	for (size_t i = 0; i < n; i++)
		tmp[i] = cs->x[i + 1] - cs->x[i];
	double drift = change_median(tmp, n);
	for (size_t i = 0; i < n; i++)
		tmp[i] = fabs(cs->x[i + 1] - cs->x[i] - drift);
	double sd = MAD_SD * change_median(tmp, n), top = 3 * sd, ss = 0, prod = 0, last = 0;
	for (size_t i = 0; i < n; i++) {
		double d = fmin(fmax(cs->x[i + 1] - cs->x[i] - drift, -top), top);
		ss += d * d;
		prod += i ? d * last : 0;
		last = d;
	}
	double rho = ss > 0 ? prod / ss : 0;
	cs->phi = ss > 0 ? fmin(fmax(1 + 2 * rho, 0), 0.9) : 0;
	cs->var = sd * sd / 2 * (1 + cs->phi);
	if (!cs->counts && !cs->wave) /* what a wave leaves is not rounded */
		cs->step = least_step(cs);
	double step = cs->counts ? 1 : cs->step, tiny = 1e-12;
	for (size_t i = 0; i < cs->n; i++) {
		double rounded = cs->counts ? 1 / (cs->y[cs->row[i]] + 0.5) : step;
		tiny = fmax(tiny, 1e-12 * cs->x[i] * cs->x[i]);
		cs->v0[i] = rounded * rounded / 12 + LEAST_SHARE * sd * sd / 2;
	}
	for (size_t i = 0; i < cs->n; i++)
		cs->v0[i] = fmax(cs->v0[i], tiny);
}

/* The median of up to AROUND rows before (side -1) or after (1) row i; false when there are none. */
static bool beside(const struct change_series *cs, size_t i, int side, double *m)
{
	double w[AROUND];
	size_t n = 0;
	for (size_t k = 1; k <= AROUND && (side < 0 ? k <= i : i + k < cs->n); k++)
		w[n++] = cs->x[side < 0 ? i - k : i + k];
	*m = change_median(w, n);
	return n > 0;
}

/* left[i] = how far row i sticks out of what is before it and what is after it: of a change of level, sudden or not, nothing is
 * left. all[i] = how far it is from what is before: the noise. */
static void take_sides(const struct change_series *cs, double *left, double *all)
{
	for (size_t i = 0; i < cs->n; i++) {
		double before, after;
		bool has_before = beside(cs, i, -1, &before), has_after = beside(cs, i, 1, &after);
		double b = cs->x[i] - (has_before ? before : after), a = cs->x[i] - (has_after ? after : before);
		left[i] = a * b <= 0 ? 0 : fabs(a) < fabs(b) ? a : b;
		all[i] = fabs(b);
	}
}

/* How far x lies from the usual on the way to nothing (of counts) or away from it: as a share of how far row i does. */
static double depth(const struct change_series *cs, double x, double usual)
{
	return cs->counts ? exp(x - usual) - 1 : x - usual;
}

/* Is odd row i the middle of a pause? Rows are spans: a pause of a day and a half shows in the rows beside it, too, each against
 * what lies beyond it; more than the price of the one place that a pause has more than an odd row. */
static bool in_pause(const struct change_series *cs, size_t i, double left, double own)
{
	double squares = 0, part = 0, usual, whole = depth(cs, cs->x[i], cs->x[i] - left);
	for (int side = -1; side <= 1; side += 2) {
		if ((side < 0 && i < 1) || i + (size_t)1 >= cs->n)
			continue;
		size_t k = side < 0 ? i - 1 : i + 1;
		if (!beside(cs, k, side, &usual) || (cs->x[k] - usual) * left <= 0)
			continue;
		squares += (cs->x[k] - usual) * (cs->x[k] - usual) / (own * own);
		part += depth(cs, cs->x[k], usual) / whole;
	}
	return squares > log((double)cs->n) && part > 0.5;
}

/* Rows set apart: so far out that a mean and a place of their own lower the BIC, and alone there. sd: of the noise. */
static size_t find_odd(struct change_series *cs, const double *left, double sd)
{
	size_t found = 0, n = cs->n;
	double limit = sqrt(2 * log((double)n)) + 1;
	for (size_t i = 0; i < n; i++) {
		double own = fmax(sd, sqrt(cs->v0[i]));
		if (cs->counts) /* no count is steadier than Poisson's */
			own = fmax(own, 1 / sqrt(exp(cs->x[i] - left[i]) + 0.5));
		if (fabs(left[i]) <= limit * own)
			continue;
		double most = fmax(2.5 * own, fabs(left[i]) / ALONE);
		bool alone = (i == 0 || left[i] * left[i - 1] <= 0 || fabs(left[i - 1]) < most) &&
		             (i + 1 == n || left[i] * left[i + 1] <= 0 || fabs(left[i + 1]) < most);
		if (alone && !(cs->time && in_pause(cs, i, left[i], own))) {
			cs->odd[cs->row[i]] = true;
			found++;
		}
	}
	return found;
}

static int prepare(struct change_series *cs, struct arena *a)
{
	size_t n = cs->rows;
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i < n && !cs->counts; i++) {
		lo = isfinite(cs->y[i]) ? fmin(lo, cs->y[i]) : lo;
		hi = isfinite(cs->y[i]) ? fmax(hi, cs->y[i]) : hi;
	}
	cs->centre = hi >= lo ? lo / 2 + hi / 2 : 0;
	cs->scale = hi > lo ? hi / 2 - lo / 2 : 1;
	cs->odd = arena_zalloc(a, n + 1, sizeof *cs->odd);
	cs->row = arena_zalloc(a, n + 1, sizeof *cs->row);
	cs->x = arena_zalloc(a, n + 1, sizeof *cs->x);
	cs->v0 = arena_zalloc(a, n + 1, sizeof *cs->v0);
	return cs->odd && cs->row && cs->x && cs->v0 ? 0 : -1;
}

int change_series_make(struct change_series *cs, const double *y, size_t rows, const int64_t *time, bool counts, struct arena *a)
{
	*cs = (struct change_series){.y = y, .rows = rows, .time = time, .unit = 1, .counts = counts};
	double *left = arena_zalloc(a, 2 * rows + 2, sizeof *left), *tmp;
	if (!left || prepare(cs, a))
		return -1;
	tmp = left + rows + 1;
	gather(cs);
	if (change_rhythm_make(cs, left, tmp, a))
		return -1;
	gather(cs);
	measure_noise(cs, tmp);
	take_sides(cs, left, tmp);
	if (cs->n >= ROWS_FOR_ODD && find_odd(cs, left, MAD_SD * change_median(tmp, cs->n))) {
		gather(cs);
		measure_noise(cs, tmp);
	}
	return 0;
}

int change_series_hours(struct change_series *cs, const double *y, size_t rows, const struct change_series *days,
	const int64_t *time, double *rhythm, struct arena *a)
{
	*cs = (struct change_series){.y = y, .rows = rows, .time = time, .unit = 24, .counts = days->counts};
	double *tmp = arena_zalloc(a, rows + 1, sizeof *tmp);
	if (!tmp || prepare(cs, a))
		return -1;
	cs->rhythm = rhythm;
	cs->centre = days->centre;
	cs->scale = days->scale;
	gather(cs);
	measure_noise(cs, tmp);
	return 0;
}

int change_series_wave(struct change_series *cs, const double *wave, struct arena *a)
{
	double *tmp = arena_zalloc(a, cs->rows + 1, sizeof *tmp);
	cs->wave = arena_zalloc(a, cs->rows + 1, sizeof *cs->wave);
	if (!tmp || !cs->wave)
		return -1;
	for (size_t r = 0; r < cs->rows; r++) {
		cs->rhythm[r] += wave[r];
		cs->wave[r] = wave[r];
	}
	gather(cs);
	measure_noise(cs, tmp);
	return 0;
}

void change_series_left(const struct change_series *cs, const struct change_segment *seg, size_t n_seg, double *left)
{
	for (size_t k = 0; k < n_seg; k++)
		for (size_t i = seg[k].s; i < seg[k].e; i++)
			left[i] = cs->x[i] - seg[k].mean - change_trend(&seg[k], (double)i);
}

/* How many rows outside segment k lie `least` or more from their level, on that side (1 or -1); odd ones too. */
static size_t count_far(
	const struct change_series *cs, const struct change_segment *seg, size_t n_seg, size_t k, double side, double least)
{
	size_t far = 0;
	for (size_t j = 0; j < n_seg; j++) {
		double from = cs->row[seg[j].s], to = cs->row[seg[j].e - 1], each = (double)(seg[j].e - 1 - seg[j].s) / (to - from);
		for (size_t r = (size_t)from; r <= (size_t)to && j != k; r++)
			far += isfinite(cs->y[r]) &&
			       side * (value(cs, r) - seg[j].mean -
					      change_trend(&seg[j], (double)seg[j].s + ((double)r - from) * each)) >=
			               least;
	}
	return far;
}

/* Is segment k, a few rows between levels that are alike, no more than odd rows that happen to lie together? By how many rows
 * elsewhere lie as far out on that side: heavy tails do that, pauses of a steady series do not. */
static bool is_chance(const struct change_series *cs, const struct change_segment *seg, size_t n_seg, size_t k)
{
	const struct change_segment *s = &seg[k], *l = s - 1, *r = s + 1;
	double base = (l->mean + r->mean) / 2, side = s->mean > base ? 1 : -1, least = INFINITY, n = (double)cs->n;
	if (s->e - s->s > CHANCE_ROWS || fabs(r->mean - l->mean) > fabs(s->mean - base) / 2)
		return false;
	for (size_t i = s->s; i < s->e; i++)
		least = fmin(least, side * (cs->x[i] - base));
	double share = (1 + (double)count_far(cs, seg, n_seg, k, side, least)) / n;
	return n * pow(share, (double)(s->e - s->s)) > CHANCE;
}

/* Sets the rows of such segments apart. */
static size_t find_chance(struct change_series *cs, const struct change_segment *seg, size_t n_seg)
{
	size_t found = 0;
	for (size_t k = 1; k + 1 < n_seg; k++) {
		if (!is_chance(cs, seg, n_seg, k))
			continue;
		for (size_t i = seg[k].s; i < seg[k].e; i++)
			cs->odd[cs->row[i]] = true;
		found++;
	}
	return found;
}

bool change_series_refine(struct change_series *cs, const struct change_segment *seg, size_t n_seg, struct arena *a, int *rc)
{
	double *left = arena_zalloc(a, 2 * cs->n + 2, sizeof *left), *tmp;
	*rc = left ? 0 : -1;
	if (!left)
		return false;
	tmp = left + cs->n + 1;
	change_series_left(cs, seg, n_seg, left);
	bool again = change_rhythm_refine(cs, left, tmp);
	for (size_t i = 0; i < cs->n; i++)
		tmp[i] = fabs(left[i]);
	double sd = MAD_SD * change_median(tmp, cs->n);
	for (size_t k = 0; k < n_seg; k++) { /* beside a change a row may be part of it */
		for (size_t i = 0; i < 2; i++)
			left[seg[k].s + i] = left[seg[k].e - 1 - i] = 0;
	}
	again |= cs->n >= ROWS_FOR_ODD && (find_odd(cs, left, sd) | find_chance(cs, seg, n_seg)) > 0;
	if (again) {
		gather(cs);
		measure_noise(cs, tmp);
	}
	return again;
}
