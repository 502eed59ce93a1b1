/* volume_test.c - sensors: outages and late feeds, none in chance; levels over feeds that come, fail and go; fits of them. */
#include "finding/volume.h"

#include <stdlib.h>

#include "base/limits.h"
#include "finding/findings_test.h"
#include "finding/fade.h"

enum { DAYS = 60 };
static const int64_t DAY0 = 14000;

/* Messages of one feed at `rate` a day, from..to (days), silent in gap..gap_end. */
static size_t feed(struct volume_event *ev, size_t n, uint32_t f, double rate, double from, double to, double gap, double gap_end)
{
	for (double t = from - log(draw()) / rate; t < to; t -= log(draw()) / rate)
		if (t < gap || t >= gap_end)
			ev[n++] = (struct volume_event){(int64_t)(((double)DAY0 + t) * SECONDS_A_DAY), f};
	return n;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = ((const struct volume_event *)a)->time, y = ((const struct volume_event *)b)->time;
	return (x > y) - (x < y);
}

static double day_of(int64_t t)
{
	return (double)t / SECONDS_A_DAY - (double)DAY0;
}

static void make(struct volume *v, struct volume_event *ev, size_t n, struct arena *a)
{
	qsort(ev, n, sizeof *ev, by_time);
	assert_int_equal(volume_sensors(v, ev, n, DAY0, DAYS, FEEDS, a), 0);
}

static void an_outage_is_found_and_dated(void **state)
{
	(void)state;
	struct arena a;
	struct volume v;
	arena_init(&a, 256 * MIB);
	struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
	size_t n = feed(ev, 0, 0, 100, 0, DAYS, 20.3, 21.8);
	n = feed(ev, n, 1, 50, 0, DAYS, 0, 0);
	n = feed(ev, n, 2, 30, 25, DAYS, 0, 0);
	make(&v, ev, n, &a);
	assert_int_equal(v.feeds[0].n_outages, 1);
	const struct volume_outage *o = &v.feeds[0].outages[0];
	assert_true(day_of(o->from.lo) <= 20.3 && day_of(o->from.hi) >= 20.3 - 0.01);
	assert_true(day_of(o->to.lo) <= 21.8 + 0.01 && day_of(o->to.hi) >= 21.8);
	assert_true(o->from.lo <= o->from.time && o->from.time <= o->from.hi && o->from.hi < o->to.lo);
	assert_true(o->expected > 120 && o->expected < 180);
	assert_true(o->others > 0.7 && o->others < 1.3);
	assert_int_equal(v.feeds[1].n_outages + v.feeds[2].n_outages, 0);
	assert_true(v.feeds[2].starts && !v.feeds[2].ends && !v.feeds[0].starts && !v.feeds[1].ends);
	assert_true(day_of(v.feeds[2].begun.lo) <= 25 && day_of(v.feeds[2].begun.hi) >= 25 && day_of(v.feeds[2].begun.lo) > 24.7);
	assert_true(v.watched[20 * FEEDS] < 0.4 && v.watched[19 * FEEDS] == 1 && v.watched[10 * FEEDS + 2] == 0);
	arena_free(&a);
}

/* A fifth of the mail at weekends, and a feed that fails from one quiet day to another: how long its silences are is known by the hour. */
static void an_outage_in_a_quiet_hour_is_dated(void **state)
{
	enum { ROUNDS = 60 };
	int held = 0;
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct arena a;
		struct volume v;
		arena_init(&a, 256 * MIB);
		struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
		size_t all = feed(ev, 0, 0, 500, 0, DAYS, 26.2, 27.8), n = 0;
		for (size_t i = 0; i < all; i++)
			if ((int)day_of(ev[i].time) % 7 < 5 || draw() < 0.2)
				ev[n++] = ev[i];
		make(&v, ev, n, &a);
		assert_int_equal(v.feeds[0].n_outages, 1);
		const struct volume_outage *o = v.feeds[0].outages;
		held += day_of(o->from.lo) <= 26.2 && day_of(o->from.hi) >= 26.2;
		held += day_of(o->to.lo) <= 27.8 && day_of(o->to.hi) >= 27.8;
		arena_free(&a);
	}
	assert_in_range(held, 2 * ROUNDS * 9 / 10, 2 * ROUNDS);
}

/* Its silences are as long as its rate at the time makes them: not such as come in bursts. */
static void an_outage_of_a_feed_that_had_more_mail_once_is_found(void **state)
{
	(void)state;
	struct arena a;
	struct volume v;
	arena_init(&a, 256 * MIB);
	struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
	size_t n = feed(ev, 0, 0, 80, 0, 25, 0, 0);
	n = feed(ev, n, 0, 10, 25, DAYS, 40, 42.5);
	n = feed(ev, n, 1, 50, 0, DAYS, 0, 0);
	make(&v, ev, n, &a);
	assert_int_equal(v.feeds[0].n_outages, 1);
	assert_true(day_of(v.feeds[0].outages[0].from.lo) <= 40 && day_of(v.feeds[0].outages[0].to.hi) >= 42.5);
	assert_int_equal(v.feeds[1].n_outages, 0);
	arena_free(&a);
}

/* A stray message in the midst of an outage, or a day and a half of mail: two outages. */
static void an_outage_with_mail_in_its_midst_is_found(void **state)
{
	static const double back[][2] = {{26.9, 27}, {26, 27.5}};
	(void)state;
	for (int round = 0; round < 8; round++) {
		struct arena a;
		struct volume v;
		arena_init(&a, 256 * MIB);
		struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
		const double *b = back[round % 2];
		size_t n = feed(ev, 0, 0, 20, 0, DAYS, 20, b[0]), from = n;
		for (size_t i = n = 0; i < from; i++)
			if (day_of(ev[i].time) < b[1] || day_of(ev[i].time) >= 35)
				ev[n++] = ev[i];
		if (round % 2 == 0)
			ev[n++] = (struct volume_event){(DAY0 + 27) * SECONDS_A_DAY, 0};
		n = feed(ev, n, 1, 50, 0, DAYS, 0, 0);
		make(&v, ev, n, &a);
		assert_int_equal(v.feeds[0].n_outages, 2);
		const struct volume_outage *o = v.feeds[0].outages;
		assert_true(fabs(day_of(o[0].from.time) - 20) < 0.5 && fabs(day_of(o[1].to.time) - 35) < 0.5);
		assert_true(o[0].expected > 40 && o[0].expected < 200); /* half: a stray message says nothing of a rate */
		assert_int_equal(v.feeds[1].n_outages, 0);
		arena_free(&a);
	}
}

static void chance_is_no_outage(void **state)
{
	(void)state;
	size_t found = 0;
	for (int round = 0; round < 40; round++) {
		struct arena a;
		struct volume v;
		arena_init(&a, 256 * MIB);
		struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
		size_t n = 0;
		for (uint32_t f = 0; f < FEEDS; f++)
			n = feed(ev, n, f, 3 * pow(6, f), 0, DAYS, 0, 0);
		make(&v, ev, n, &a);
		for (uint32_t f = 0; f < FEEDS; f++)
			found += v.feeds[f].n_outages + v.feeds[f].starts + v.feeds[f].ends;
		arena_free(&a);
	}
	assert_true(found <= 1); /* of 120 feeds */
}

/* Mail that comes once a week or a month, each silence of which is longer than half a week; and an outage of such a feed. */
static void a_trickle_is_no_outage(void **state)
{
	(void)state;
	static const double a_day[] = {0.3, 0.1, 0.03};
	enum { LONG = 9000, RATES = sizeof a_day / sizeof *a_day };
	size_t found = 0, told = 0;
	for (int round = 0; round < 40; round++) {
		struct arena a;
		struct volume v;
		arena_init(&a, 256 * MIB);
		struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
		size_t n = 0;
		for (uint32_t f = 0; f < RATES; f++) {
			double out = round % 2 ? 50 / a_day[f] : 0;
			n = feed(ev, n, f, a_day[f], 0, LONG, 4000, 4000 + out);
		}
		qsort(ev, n, sizeof *ev, by_time);
		assert_int_equal(volume_sensors(&v, ev, n, DAY0, LONG, RATES, &a), 0);
		for (uint32_t f = 0; f < RATES; f++) {
			if (round % 2)
				told += v.feeds[f].n_outages == 1 &&
				        fabs(day_of(v.feeds[f].outages[0].from.time) - 4000) < 5 / a_day[f];
			else
				found += v.feeds[f].n_outages + v.feeds[f].starts + v.feeds[f].ends;
		}
		arena_free(&a);
	}
	assert_true(found <= 2); /* of 60 feeds of 25 years */
	assert_in_range(told, 54, 60);
}

/* Mail that comes in bursts only, short ones far apart or long ones that overlap at times: the silences between them are this feed's habit. */
static void bursts_are_no_outages(void **state)
{
	static const struct {
		double every, hours;
	} cases[] = {{3, 1}, {0.5, 1}, {0.25, 6}};
	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		struct arena a;
		struct volume v;
		arena_init(&a, 256 * MIB);
		struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
		size_t n = 0;
		for (double t = 0; t < DAYS - 1; t -= cases[k].every * log(draw()))
			n = feed(ev, n, 0, 4800 / cases[k].hours, t, t + cases[k].hours / 24, 0, 0);
		make(&v, ev, n, &a);
		assert_in_range(v.feeds[0].n_outages, 0, 1);
		arena_free(&a);
	}
}

/* A constant volume stays level whatever the feeds do; half of it is half. */
static void levels_survive_the_feeds(void **state)
{
	(void)state;
	struct arena a;
	struct volume v;
	struct volume_series s;
	struct volume_index x;
	arena_init(&a, 256 * MIB);
	struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
	size_t n = feed(ev, 0, 0, 200, 0, 30, 10, 12);
	n = feed(ev, n, 0, 100, 30, DAYS, 0, 0);
	n = feed(ev, n, 1, 100, 0, 30, 0, 0);
	n = feed(ev, n, 1, 50, 30, 45, 0, 0); /* ends */
	n = feed(ev, n, 2, 25, 40, DAYS, 0, 0);
	make(&v, ev, n, &a);
	assert_true(v.feeds[1].ends && v.feeds[2].starts);
	uint32_t *counts = arena_zalloc(&a, DAYS * FEEDS, sizeof *counts);
	for (size_t i = 0; i < n; i++)
		counts[(size_t)(time_day(ev[i].time) - DAY0) * FEEDS + ev[i].feed]++;
	assert_int_equal(volume_fit(&v, counts, NULL, &a, &s), 0);
	assert_int_equal(volume_index_make(&v, counts, &s, &a, &x), 0);
	double early = 0, late = 0, share = 0, known = 0;
	for (size_t d = 1; d < 29; d++) {
		early += isfinite(s.level[d]) ? s.level[d] : 0;
		known += isfinite(s.level[d]);
	}
	early /= known;
	for (size_t d = 46; d < 59; d++)
		late += s.level[d] / 13;
	for (size_t f = 0; f < FEEDS; f++)
		share += s.share[f];
	assert_true(fabs(share - 1) < 1e-9);
	assert_true(early > 310 && early < 390); /* 200 + 100 + 50: as if all had watched */
	assert_true(fabs(late / early - 0.5) < 0.06);
	assert_true(isnan(s.level[10]) || s.exposure[10] >= VOLUME_MIN_EXPOSURE);
	double week = 0;
	for (size_t d = 1; d < 8; d++)
		week += x.index[d] / 7;
	assert_true(fabs(week - 100) < 5);
	for (size_t d = 0; d < DAYS; d++)
		assert_true(isnan(x.index[d]) || isnan(x.lo[d]) || (x.lo[d] <= x.index[d] && x.index[d] <= x.hi[d]));
	arena_free(&a);
}

/* The first feed of all begins when the store does, be it at noon; there is nothing that it came later than. */
static void a_lone_feed_neither_starts_nor_ends(void **state)
{
	(void)state;
	struct arena a;
	struct volume v;
	arena_init(&a, 256 * MIB);
	struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
	make(&v, ev, feed(ev, 0, 0, 300, 0.7, DAYS - 0.6, 0, 0), &a);
	assert_false(v.feeds[0].starts || v.feeds[0].ends);
	assert_true(v.watched[0] > 0.2 && v.watched[0] < 0.4);
	arena_free(&a);
}

/* A feed that receives half from noon of day 30 on: levels as in the longer stretch, whichever that is. */
static void gains_are_taken_out(void **state)
{
	(void)state;
	for (int later = 0; later < 2; later++) {
		double at = later ? 20.5 : 40.5, before = later ? 50 : 100;
		struct arena a;
		struct volume v;
		struct volume_series s;
		arena_init(&a, 256 * MIB);
		struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
		size_t n = feed(ev, feed(ev, 0, 0, before, 0, at, 0, 0), 0, 150 - before, at, DAYS, 0, 0);
		make(&v, ev, n, &a);
		uint32_t *counts = arena_zalloc(&a, DAYS * FEEDS, sizeof *counts);
		for (size_t i = 0; i < n; i++)
			counts[(size_t)day_of(ev[i].time) * FEEDS]++;
		struct volume_gain g = {
			.at = {(int64_t)(((double)DAY0 + at) * SECONDS_A_DAY), 0, 0}, .factor = (150 - before) / before};
		v.feeds[0].gains = &g;
		v.feeds[0].n_gains = 1;
		volume_apply_gains(&v, counts);
		assert_float_equal(v.gain[(later ? 59 : 0) * FEEDS], 1, 1e-9);
		assert_float_equal(v.gain[(size_t)at * FEEDS], 0.75, 1e-9);
		assert_float_equal(v.gain[(later ? 0 : 59) * FEEDS], 0.5, 1e-9);
		assert_float_equal(volume_gain_at(&v.feeds[0], g.at.time - 1), later ? 0.5 : 1, 1e-9);
		assert_float_equal(volume_gain_at(&v.feeds[0], g.at.time), later ? 1 : 0.5, 1e-9);
		assert_int_equal(volume_fit(&v, counts, NULL, &a, &s), 0);
		double low = 0, high = 0;
		for (size_t d = 1; d + 1 < DAYS; d++) {
			assert_true(s.watched[d] > 0.99);
			if (d < (size_t)at)
				low += s.level[d] / ((double)(size_t)at - 1);
			else if (d > (size_t)at)
				high += s.level[d] / (double)(DAYS - 2 - (size_t)at);
		}
		assert_float_equal(low, 100, 12);
		assert_float_equal(high, 100, 12);
		arena_free(&a);
	}
}

static void little_memory_is_told(void **state)
{
	(void)state;
	for (size_t room = 64 * 1024; room < 40 * MIB; room += room / 2) {
		struct arena a, work;
		struct volume v;
		arena_init(&a, 4 * MIB);
		arena_init(&work, room);
		struct volume_event *ev = arena_alloc(&a, ROOM * sizeof *ev);
		size_t n = feed(ev, 0, 0, 100, 0, DAYS, 20, 22);
		qsort(ev, n, sizeof *ev, by_time);
		int rc = volume_sensors(&v, ev, n, DAY0, DAYS, FEEDS, &work);
		assert_true(rc == 0 || rc == -1);
		arena_free(&work);
		arena_free(&a);
	}
}

static void nothing_is_no_harm(void **state)
{
	(void)state;
	struct arena a;
	struct volume v;
	struct volume_series s;
	struct volume_event one = {DAY0 * SECONDS_A_DAY + 5, 0};
	uint32_t counts[3 * 2] = {1};
	arena_init(&a, MIB);
	assert_int_equal(volume_sensors(&v, NULL, 0, DAY0, 0, 0, &a), 0);
	assert_int_equal(volume_sensors(&v, &one, 1, DAY0, 3, 2, &a), 0);
	assert_int_equal(volume_fit(&v, counts, NULL, &a, &s), 0);
	arena_free(&a);
}

/* What was asked before is without effect: a grid asks for one end of a change with many others. */
static void what_is_kept_of_a_fit_changes_nothing(void **state)
{
	(void)state;
	enum { DAYS_SEEN = 12, SLOTS = DAYS_SEEN * FIT_SLOTS_A_DAY, ASKED = 2000, PLACES = 70 };
	struct arena a;
	arena_init(&a, SIZE_MAX);
	double *count = arena_zalloc(&a, 2 * (SLOTS + 1), sizeof *count), *offset = count + SLOTS + 1;
	for (size_t i = 0; i < SLOTS; i++) {
		count[i + 1] = count[i] + floor(draw() * (i < SLOTS / 2 ? 4 : 2));
		offset[i + 1] = offset[i] + 1.0 / FIT_SLOTS_A_DAY;
	}
	struct fit_volume v = {
		.n = SLOTS, .count = count, .offset = offset, .noise = 0.1, .clumps = 1, .memo = fit_memo_new(&a, SLOTS)};
	int64_t at[2], step = (DAYS_SEEN + 2) * (int64_t)SECONDS_A_DAY / PLACES;
	for (size_t i = 0; i < ASKED; i++) {
		for (int k = 0; k < 2; k++) /* also before the first day, and behind the last */
			at[k] = (int64_t)(draw() * PLACES) * step - SECONDS_A_DAY;
		int64_t t1 = at[0] < at[1] ? at[0] : at[1], t2 = at[0] < at[1] ? at[1] : at[0];
		struct arena_mark mark = arena_mark(&a);
		struct fit_volume fresh = v;
		fresh.memo = fit_memo_new(&a, SLOTS);
		double x = fit_volume_logl(&v, t1, t2), y = fit_volume_logl(&fresh, t1, t2);
		assert_true(x == y || (isnan(x) && isnan(y)));
		arena_release(&a, mark);
	}
	arena_free(&a);
}

/* A likelihood is no chance above one, whatever share would suit the mail better than the one thought. */
static void another_share_makes_nothing_likelier_than_certain(void **state)
{
	enum { BEFORE = 100, ALL = 150 };
	int64_t t[ALL];
	uint8_t z[ALL];
	uint32_t sum[ALL + 1] = {0};
	(void)state;
	for (int i = 0; i < ALL; i++) {
		t[i] = i * SECONDS_AN_HOUR;
		z[i] = i < BEFORE;
		sum[i + 1] = sum[i] + z[i];
	}
	struct fit_sender all = {.t = t, .z = z, .sum = sum, .n = ALL, .share = 0.98, .scatter = 1, .own = -INFINITY};
	struct fit_fade f = {&all, 1};
	double never = fit_fade_logl(&f, ALL * SECONDS_AN_HOUR, ALL * SECONDS_AN_HOUR);
	double right = fit_fade_logl(&f, BEFORE * SECONDS_AN_HOUR, BEFORE * SECONDS_AN_HOUR);
	assert_true(never < right && right < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_outage_is_found_and_dated),
		cmocka_unit_test(an_outage_in_a_quiet_hour_is_dated),
		cmocka_unit_test(an_outage_of_a_feed_that_had_more_mail_once_is_found),
		cmocka_unit_test(an_outage_with_mail_in_its_midst_is_found),
		cmocka_unit_test(chance_is_no_outage),
		cmocka_unit_test(a_trickle_is_no_outage),
		cmocka_unit_test(bursts_are_no_outages),
		cmocka_unit_test(levels_survive_the_feeds),
		cmocka_unit_test(a_lone_feed_neither_starts_nor_ends),
		cmocka_unit_test(gains_are_taken_out),
		cmocka_unit_test(little_memory_is_told),
		cmocka_unit_test(nothing_is_no_harm),
		cmocka_unit_test(what_is_kept_of_a_fit_changes_nothing),
		cmocka_unit_test(another_share_makes_nothing_likelier_than_certain),
	};
	seed = 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
