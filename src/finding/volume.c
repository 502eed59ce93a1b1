/* volume.c - see volume.h. */
#include "finding/volume.h"

#include <math.h>
#include <string.h>

#include "finding/sensor.h"

enum { FIT_ROUNDS = 30 };
/* Of the weeks beside an outage what other feeds usually receive is learned. */
static const int64_t BESIDE = 7 * (int64_t)SECONDS_A_DAY;

/* ---- the panel ---- */

static void watch(const struct volume *v, double *watched, size_t f, int64_t from, int64_t to, double by)
{
	for (size_t d = 0; d < v->n_days; d++) {
		int64_t begin = (v->day0 + (int64_t)d) * SECONDS_A_DAY, end = begin + SECONDS_A_DAY;
		int64_t lo = from > begin ? from : begin, hi = to < end ? to : end;
		if (hi > lo)
			watched[d * v->n_feeds + f] += by * (double)(hi - lo) / SECONDS_A_DAY;
	}
}

static int study(struct volume *v, size_t f, const int64_t *t, size_t n, int64_t start, int64_t end, struct arena *a)
{
	struct volume_feed *feed = &v->feeds[f];
	*feed = (struct volume_feed){.messages = (int64_t)n, .from = start, .to = start};
	if (n < 2) {
		if (n)
			feed->to = end;
	} else if (sensor_study(t, n, v->day0 * SECONDS_A_DAY, v->n_days, start, end, a, feed)) {
		return -1;
	}
	feed->gain = 1;
	watch(v, v->alive, f, feed->from, feed->to, 1);
	watch(v, v->watched, f, feed->from, feed->to, 1);
	for (size_t i = 0; i < feed->n_outages; i++)
		watch(v, v->watched, f, feed->outages[i].from.time, feed->outages[i].to.time, -1);
	double days = 0;
	for (size_t d = 0; d < v->n_days; d++)
		days += v->watched[d * v->n_feeds + f];
	feed->rate = days > 0 ? (double)n / days : 0;
	return 0;
}

/* Hours of [from,to) that feed f was thought to watch. */
static double hours_watched(const struct volume_feed *f, int64_t from, int64_t to)
{
	int64_t lo = from > f->from ? from : f->from, hi = to < f->to ? to : f->to;
	return hi > lo ? (double)(hi - lo) / SECONDS_AN_HOUR : 0;
}

/* What the other feeds received during an outage, of what they received in the weeks before and after. */
static void ask_others(const struct volume *v, const struct volume_event *ev, size_t n, struct volume_outage *o, size_t feed,
	double *seen, double *near)
{
	double got = 0, expected = 0;
	memset(seen, 0, v->n_feeds * sizeof *seen);
	memset(near, 0, v->n_feeds * sizeof *near);
	for (size_t i = 0; i < n; i++) {
		bool within = ev[i].time >= o->from.time && ev[i].time < o->to.time;
		seen[ev[i].feed] += within;
		near[ev[i].feed] += !within && ev[i].time >= o->from.time - BESIDE && ev[i].time < o->to.time + BESIDE;
	}
	for (size_t g = 0; g < v->n_feeds; g++) {
		const struct volume_feed *f = &v->feeds[g];
		double hours =
			hours_watched(f, o->from.time - BESIDE, o->from.time) + hours_watched(f, o->to.time, o->to.time + BESIDE);
		if (g == feed || hours < 24)
			continue;
		got += seen[g];
		expected += near[g] / hours * hours_watched(f, o->from.time, o->to.time);
	}
	o->others = expected >= 1 ? got / expected : NAN;
}

int volume_sensors(
	struct volume *out, const struct volume_event *ev, size_t n, int64_t day0, size_t n_days, size_t n_feeds, struct arena *a)
{
	struct volume v = {.day0 = day0, .n_days = n_days, .n_feeds = n_feeds};
	v.feeds = arena_zalloc(a, n_feeds + 1, sizeof *v.feeds);
	v.watched = arena_zalloc(a, n_days * n_feeds + 1, sizeof *v.watched);
	v.alive = arena_zalloc(a, n_days * n_feeds + 1, sizeof *v.alive);
	int64_t *t = arena_alloc(a, (n + 1) * sizeof *t);
	v.gain = arena_alloc(a, (n_days * n_feeds + 1) * sizeof *v.gain);
	if (!v.feeds || !v.watched || !v.alive || !v.gain || !t)
		return -1;
	for (size_t i = 0; i < n_days * n_feeds; i++)
		v.gain[i] = 1;
	int64_t start = n ? ev[0].time : 0, end = n ? ev[n - 1].time + 1 : 0;
	for (size_t f = 0; f < n_feeds; f++) {
		size_t k = 0;
		for (size_t i = 0; i < n; i++)
			if (ev[i].feed == f)
				t[k++] = ev[i].time;
		if (study(&v, f, t, k, start, end, a))
			return -1;
	}
	double *seen = arena_zalloc(a, n_feeds + 1, sizeof *seen), *near = arena_zalloc(a, n_feeds + 1, sizeof *near);
	if (!seen || !near)
		return -1;
	for (size_t f = 0; f < n_feeds; f++)
		for (size_t i = 0; i < v.feeds[f].n_outages; i++)
			ask_others(&v, ev, n, &v.feeds[f].outages[i], f, seen, near);
	*out = v;
	return 0;
}

/* ---- gains ---- */

double volume_gain_at(const struct volume_feed *f, int64_t t)
{
	double g = f->gain;
	for (size_t i = 0; i < f->n_gains && f->gains[i].at.time <= t; i++)
		g *= f->gains[i].factor;
	return g;
}

/* The gain of the stretch with most messages, as it is when the first one's is 1. */
static double gain_of_most(const struct volume *v, size_t f, const uint32_t *counts)
{
	const struct volume_feed *feed = &v->feeds[f];
	double most = -1, gain = 1, g = 1;
	for (size_t i = 0; i <= feed->n_gains; i++) {
		int64_t from = i ? feed->gains[i - 1].at.time : INT64_MIN,
			to = i < feed->n_gains ? feed->gains[i].at.time : INT64_MAX;
		double n = 0;
		g *= i ? feed->gains[i - 1].factor : 1;
		for (size_t d = 0; d < v->n_days; d++) {
			int64_t noon = (v->day0 + (int64_t)d) * SECONDS_A_DAY + SECONDS_A_DAY / 2;
			n += noon >= from && noon < to ? counts[d * v->n_feeds + f] : 0;
		}
		gain = n > most ? g : gain;
		most = fmax(most, n);
	}
	return gain;
}

/* The mean over a day. */
static double gain_of_day(const struct volume_feed *f, int64_t begin)
{
	double sum = 0;
	int64_t t = begin, end = begin + SECONDS_A_DAY;
	for (size_t i = 0; i <= f->n_gains && t < end; i++) {
		int64_t to = i < f->n_gains && f->gains[i].at.time < end ? f->gains[i].at.time : end;
		if (to > t) {
			sum += volume_gain_at(f, t) * (double)(to - t);
			t = to;
		}
	}
	return sum / SECONDS_A_DAY;
}

void volume_apply_gains(struct volume *v, const uint32_t *counts)
{
	for (size_t f = 0; f < v->n_feeds; f++) {
		v->feeds[f].gain = 1 / gain_of_most(v, f, counts);
		for (size_t d = 0; d < v->n_days; d++)
			v->gain[d * v->n_feeds + f] = gain_of_day(&v->feeds[f], (v->day0 + (int64_t)d) * SECONDS_A_DAY);
	}
}

/* ---- levels ---- */

/* Of what feed f would receive on day d, had it watched all day as in its best stretch. */
static double received(const struct volume *v, size_t d, size_t f)
{
	return v->watched[d * v->n_feeds + f] * v->gain[d * v->n_feeds + f];
}

static void fit_levels(const struct volume *v, const struct volume_series *s)
{
	for (size_t d = 0; d < v->n_days; d++) {
		double e = 0;
		for (size_t f = 0; f < v->n_feeds; f++)
			e += s->share[f] * received(v, d, f);
		s->exposure[d] = e;
		s->level[d] = e > 0 ? s->count[d] / e : 0;
	}
}

static void fit_shares(const struct volume *v, const uint32_t *counts, const double *prior, const struct volume_series *s)
{
	double all = 0;
	for (size_t f = 0; f < v->n_feeds; f++) {
		double n = prior ? prior[f] : 0, m = prior ? 1 : 0;
		for (size_t d = 0; d < v->n_days; d++) {
			n += counts[d * v->n_feeds + f];
			m += s->level[d] * received(v, d, f);
		}
		all += s->share[f] = m > 0 ? n / m : 0;
	}
	for (size_t f = 0; f < v->n_feeds && all > 0; f++)
		s->share[f] /= all;
}

int volume_fit(const struct volume *v, const uint32_t *counts, const double *prior, struct arena *a, struct volume_series *out)
{
	struct volume_series s = {.level = arena_zalloc(a, v->n_days + 1, sizeof *s.level),
		.watched = arena_zalloc(a, v->n_days + 1, sizeof *s.watched),
		.exposure = arena_zalloc(a, v->n_days + 1, sizeof *s.exposure),
		.count = arena_zalloc(a, v->n_days + 1, sizeof *s.count),
		.share = arena_zalloc(a, v->n_feeds + 1, sizeof *s.share)};
	if (!s.level || !s.watched || !s.exposure || !s.count || !s.share)
		return -1;
	for (size_t d = 0; d < v->n_days; d++)
		for (size_t f = 0; f < v->n_feeds; f++)
			s.count[d] += counts[d * v->n_feeds + f];
	for (size_t f = 0; f < v->n_feeds; f++)
		s.share[f] = 1 / (double)v->n_feeds;
	for (int i = 0; i < FIT_ROUNDS; i++) {
		fit_levels(v, &s);
		fit_shares(v, counts, prior, &s);
	}
	fit_levels(v, &s);
	for (size_t d = 0; d < v->n_days; d++) {
		double alive = 0;
		for (size_t f = 0; f < v->n_feeds; f++) {
			s.watched[d] += s.share[f] * v->watched[d * v->n_feeds + f];
			alive += s.share[f] * v->alive[d * v->n_feeds + f];
		}
		if (s.watched[d] < VOLUME_MIN_EXPOSURE || s.watched[d] < VOLUME_MIN_WATCHED * alive)
			s.level[d] = NAN;
	}
	*out = s;
	return 0;
}

/* ---- the index ---- */

/* Student's t, 97.5 %. */
static double t975(size_t df)
{
	static const double t[] = {0, 12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23};
	return df < sizeof t / sizeof *t ? t[df] : 1.96 + 2.4 / (double)df;
}

/* 95 % half-width of the logarithm of day d's level: delete one feed at a time. */
static double spread(const struct volume *v, const uint32_t *counts, const struct volume_series *s, size_t d)
{
	double sum = 0, squares = 0;
	size_t k = 0;
	for (size_t f = 0; f < v->n_feeds; f++) {
		double w = s->share[f] * received(v, d, f), e = s->exposure[d] - w;
		if (w <= 0 || e <= 1e-9)
			continue;
		double x = log((s->count[d] - counts[d * v->n_feeds + f] + 0.5) / e);
		sum += x;
		squares += x * x;
		k++;
	}
	if (k < 2)
		return NAN;
	double n = (double)k, var = (n - 1) / n * fmax(squares - sum * sum / n, 0);
	return t975(k - 1) * sqrt(var);
}

static bool whole_day(const struct volume *v, size_t d)
{
	bool any = false;
	for (size_t f = 0; f < v->n_feeds; f++) {
		double w = v->watched[d * v->n_feeds + f];
		if (w > 0.001 && w < 0.999)
			return false;
		any |= w > 0.5;
	}
	return any;
}

/* The mean level of the first seven days in a row without a beginning, an end or an outage; else of all days. */
static double first_week(const struct volume *v, const struct volume_series *s)
{
	double sum = 0, all = 0;
	size_t run = 0, n = 0;
	for (size_t d = 0; d < v->n_days; d++) {
		bool known = isfinite(s->level[d]), full = known && whole_day(v, d);
		run = full ? run + 1 : 0;
		sum = full ? sum + s->level[d] : 0;
		if (run == 7)
			return sum / 7;
		all += known ? s->level[d] : 0;
		n += known;
	}
	return n ? all / (double)n : 0;
}

int volume_index_make(
	const struct volume *v, const uint32_t *counts, const struct volume_series *s, struct arena *a, struct volume_index *out)
{
	struct volume_index x = {.index = arena_alloc(a, (v->n_days + 1) * sizeof *x.index),
		.lo = arena_alloc(a, (v->n_days + 1) * sizeof *x.lo),
		.hi = arena_alloc(a, (v->n_days + 1) * sizeof *x.hi)};
	if (!x.index || !x.lo || !x.hi)
		return -1;
	x.base = first_week(v, s);
	for (size_t d = 0; d < v->n_days; d++) {
		double half = spread(v, counts, s, d);
		x.index[d] = x.base > 0 ? 100 * s->level[d] / x.base : NAN;
		x.lo[d] = x.index[d] * exp(-half);
		x.hi[d] = x.index[d] * exp(half);
	}
	*out = x;
	return 0;
}
