/* hours.c - see hours.h. */
#include "change/hours.h"

#include "change/cost.h"
#include "change/count.h"
#include "change/series.h"

enum { HOURS = 24, LEAST_DAYS = 14 };

static bool hourly(const int64_t *time, size_t n)
{
	size_t hours = 0;
	for (size_t i = 1; i < n; i++)
		hours += time[i] - time[i - 1] == SECONDS_AN_HOUR;
	return n >= LEAST_DAYS * HOURS && 10 * hours >= 9 * n && time_day(time[n - 1]) - time_day(time[0]) < (int64_t)n / 12;
}

int change_hours_days(const double *y, size_t n, const int64_t *time, struct arena *a, struct change_days *out)
{
	if (!time || !hourly(time, n))
		return 0;
	int64_t first = time_day(time[0]);
	bool counts = change_are_whole(y, n);
	struct change_days d = {.n = (size_t)(time_day(time[n - 1]) - first) + 1};
	d.y = arena_zalloc(a, d.n, sizeof *d.y);
	d.time = arena_zalloc(a, d.n, sizeof *d.time);
	uint8_t *seen = arena_zalloc(a, d.n, sizeof *seen);
	if (!d.y || !d.time || !seen)
		return -1;
	for (size_t i = 0; i < n; i++) {
		size_t k = (size_t)(time_day(time[i]) - first);
		if (isfinite(y[i]) && seen[k] < HOURS) {
			d.y[k] += y[i];
			seen[k]++;
		}
	}
	for (size_t k = 0; k < d.n; k++) {
		d.time[k] = (first + (int64_t)k) * SECONDS_A_DAY;
		d.y[k] = seen[k] < HOURS ? NAN : counts ? d.y[k] : d.y[k] / HOURS;
	}
	*out = d;
	return 1;
}

/* What each row belongs to: its day, hour, and the day's segment (n_seg: none). */
struct hour_of {
	uint32_t day, segment;
	uint8_t hour;
};

static struct hour_of *place_rows(const struct change_series *days, const struct change_segment *seg, size_t n_seg, size_t n,
	const int64_t *time, struct arena *a)
{
	struct hour_of *h = arena_zalloc(a, n, sizeof *h);
	int64_t first = time_day(days->time[0]);
	size_t k = 0;
	for (size_t i = 0; h && i < n; i++) {
		h[i].day = (uint32_t)(time_day(time[i]) - first);
		h[i].hour = (uint8_t)((time[i] - days->time[h[i].day]) / SECONDS_AN_HOUR);
		while (k < n_seg && h[i].day > days->row[seg[k].e - 1])
			k++;
		h[i].segment = (uint32_t)(k < n_seg && h[i].day >= days->row[seg[k].s] ? k : n_seg);
	}
	return h;
}

/* Rhythm of each row: the day's, and the hour's as the segments show it (of counts by sums: single hours may hold none). */
static void set_rhythm(const struct change_series *days, const struct change_segment *seg, size_t n_seg, const double *y, size_t n,
	const struct hour_of *h, double *rhythm)
{
	double got[HOURS] = {0}, want[HOURS] = {0}, rows[HOURS] = {0};
	for (size_t i = 0; i < n; i++) {
		rhythm[i] = days->rhythm ? days->rhythm[h[i].day] : 0;
		if (h[i].segment == n_seg || !isfinite(y[i]) || days->odd[h[i].day])
			continue;
		const struct change_segment *s = &seg[h[i].segment];
		got[h[i].hour] += days->counts ? y[i] : (y[i] - days->centre) / days->scale;
		want[h[i].hour] += days->counts ? (exp(s->mean + rhythm[i]) + 0.01) / HOURS : s->mean + rhythm[i];
		rows[h[i].hour]++;
	}
	double all = 0, by[HOURS];
	for (int k = 0; k < HOURS; k++) {
		by[k] = days->counts ? log((got[k] + 1) / (want[k] + 1)) : rows[k] > 0 ? (got[k] - want[k]) / rows[k] : 0;
		all += by[k] / HOURS;
	}
	for (size_t i = 0; i < n; i++)
		rhythm[i] += by[h[i].hour] - all;
}

/* The days' segments as rows of hours. */
static int set_segments(
	const struct change_series *hours, const struct hour_of *h, size_t n_seg, struct arena *a, struct change_segment **out)
{
	struct change_sums sums;
	struct change_segment *s = *out = arena_zalloc(a, n_seg, sizeof *s);
	if (!s || change_sums_make(&sums, hours, a))
		return -1;
	for (size_t k = 0; k < n_seg; k++)
		s[k].s = hours->n;
	for (size_t i = 0; i < hours->n; i++) {
		size_t k = h[hours->row[i]].segment;
		if (k == n_seg)
			continue;
		s[k].s = i < s[k].s ? i : s[k].s;
		s[k].e = i + 1;
	}
	for (size_t k = 0; k < n_seg; k++)
		if (s[k].s + CHANGE_MIN_ROWS <= s[k].e)
			change_cost_level(&sums, s[k].s, s[k].e, &s[k]);
	return 0;
}

int change_hours_series(const struct change_series *days, const struct change_segment *seg, size_t n_seg, const double *y, size_t n,
	const int64_t *time, struct arena *a, struct change_series *hours, struct change_segment **out)
{
	struct hour_of *h = place_rows(days, seg, n_seg, n, time, a);
	double *rhythm = arena_zalloc(a, n, sizeof *rhythm);
	if (!h || !rhythm)
		return -1;
	set_rhythm(days, seg, n_seg, y, n, h, rhythm);
	if (change_series_hours(hours, y, n, days, time, rhythm, a))
		return -1;
	return set_segments(hours, h, n_seg, a, out);
}

/* Variance of what the segments leave, of counts relative to their level. */
static double spread(const struct change_series *cs, const struct change_segment *seg, size_t n_seg)
{
	double ss = 0, n = 0;
	for (size_t k = 0; k < n_seg; k++) {
		double mean = 0, m = (double)(seg[k].e - seg[k].s);
		for (size_t i = seg[k].s; i < seg[k].e; i++)
			mean += (cs->counts ? change_count(cs, i) : cs->x[i]) / m;
		for (size_t i = seg[k].s; i < seg[k].e && (!cs->counts || mean > 0); i++) {
			double d = (cs->counts ? change_count(cs, i) / mean - 1 : cs->x[i] - mean);
			ss += cs->counts ? d * d * mean : d * d; /* by level: low ones are all Poisson */
			n += cs->counts ? mean : 1;
		}
	}
	return n > 0 ? ss / n : 0;
}

struct change_noise change_hours_noise(const struct change_series *hours, const struct change_segment *hour_seg,
	const struct change_series *days, const struct change_segment *day_seg, size_t n_seg)
{
	struct change_noise noise = change_count_noise(hours, hour_seg, n_seg);
	double day = spread(days, day_seg, n_seg), hour = spread(hours, hour_seg, n_seg), phi = noise.phi;
	double made = hour / HOURS * (1 + phi) / (1 - phi);
	if (made > 0)
		noise.slow = fmin(fmax(day / made, 1), HOURS);
	return noise;
}
