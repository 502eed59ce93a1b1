#include "base/test.h"

#include <math.h>
#include <stdlib.h>

#include "change/change.h"
#include "base/limits.h"

enum { ROWS = 200, START = 1283299200 }; /* Wednesday, 2010-09-01 */

static uint64_t seed;

static double uniform(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
	double u = uniform();
	return sqrt(-2 * log(u)) * cos(2 * M_PI * uniform());
}

static int64_t days[ROWS];
static struct arena arena;

static int setup(void **state)
{
	(void)state;
	for (int i = 0; i < ROWS; i++)
		days[i] = START + (int64_t)i * SECONDS_A_DAY;
	arena_init(&arena, 64 * MIB);
	seed = 42;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct changes find(const double *y, size_t n, bool timed)
{
	struct changes c;
	arena_reset(&arena);
	assert_int_equal(change_find(y, n, timed ? &(struct change_times){days} : NULL, &arena, &c), 0);
	for (size_t i = 0; i < c.n; i++) {
		const struct change *v = &c.v[i];
		assert_true(v->index > 0 && v->index < n && (i == 0 || v->index > c.v[i - 1].index));
		assert_true(v->start.row_lo <= v->start.row && v->start.row <= v->start.row_hi && v->start.row <= v->end.row);
		assert_true(v->confidence >= 0 && v->confidence <= 1);
		assert_true(timed == (v->start.time != TIME_NONE));
	}
	return c;
}

/* Nothing there: constant, short, empty, missing. */
static void test_nothing(void **state)
{
	double y[ROWS] = {0};
	(void)state;
	for (size_t n = 0; n < 12; n++) {
		for (size_t i = 0; i < n; i++)
			y[i] = NAN;
		assert_int_equal(find(y, n, true).n, 0);
		for (size_t i = 0; i < n; i++)
			y[i] = 7;
		assert_int_equal(find(y, n, false).n, 0);
	}
	static const double constants[] = {0, 1, 5000, -3.25, 1e300, 1e-300};
	for (size_t k = 0; k < COUNT(constants); k++) {
		for (size_t i = 0; i < ROWS; i++)
			y[i] = constants[k];
		assert_int_equal(find(y, ROWS, false).n, 0);
		assert_int_equal(find(y, ROWS, true).n, 0);
	}
}

static void test_step(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = floor((i < 120 ? 1000 : 100) * exp(0.1 * normal()));
	y[50] = NAN;
	struct changes c = find(y, ROWS, false);
	assert_true(c.counts && !c.period);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.v[0].index, 120);
	assert_int_equal(c.v[0].kind, CHANGE_STEP);
	assert_true(c.v[0].start.row_lo <= 120 && c.v[0].start.row_hi >= 120 && c.v[0].start.row_hi - c.v[0].start.row_lo <= 2);
	assert_true(fabs(c.v[0].before - 1000) < 40 && fabs(c.v[0].after - 100) < 4 && fabs(c.v[0].effect + 0.9) < 0.01);
	assert_true(c.v[0].confidence > 0.99);
}

/* Values that are no counts are taken as they are. */
static void test_values(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = (i < 80 ? -2 : 1) + 0.5 * normal();
	struct changes c = find(y, ROWS, false);
	assert_false(c.counts);
	assert_int_equal(c.n, 1);
	assert_in_range(c.v[0].index, 79, 81);
	assert_true(fabs(c.v[0].effect - 3) < 0.3);
}

/* A change in the middle of a day shows in that day's count. */
static void test_part_of_a_day(void **state)
{
	static const double week[7] = {1.1, 1.1, 1.1, 1.1, 1.0, 0.8, 0.8};
	double y[ROWS];
	(void)state;
	seed = 7;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = floor((i < 100 ? 5000 : i == 100 ? 1625 : 500) * week[i % 7] * exp(0.03 * normal()));
	struct changes c = find(y, ROWS, true);
	assert_int_equal(c.period, 7);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.v[0].kind, CHANGE_STEP);
	assert_true(fabs(c.v[0].start.row - 100.25) < 0.1);
	assert_true(llabs(c.v[0].start.time - (days[100] + 6 * SECONDS_AN_HOUR)) < 3 * SECONDS_AN_HOUR);
	assert_true(fabs(c.week[6] / c.week[0] - week[4] / week[5]) < 0.05); /* 2010-09-01 is a Wednesday: Sunday is day 4 */
}

static void test_ramp(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		double share = fmin(fmax(((double)i + 0.5 - 90) / 6, 0), 1);
		y[i] = floor((2000 - 1900 * share) * exp(0.08 * normal()));
	}
	struct changes c = find(y, ROWS, true);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.v[0].kind, CHANGE_RAMP);
	assert_true(fabs(c.v[0].start.row - 90) < 1 && fabs(c.v[0].end.row - 96) < 1);
}

/* A long ramp, whatever way the segments cut it: not two steps with a line between them. */
static void test_long_ramp(void **state)
{
	static const uint64_t seeds[] = {1, 12001, 17001, 19001, 24001, 47001};
	(void)state;
	for (size_t k = 0; k < COUNT(seeds); k++) {
		double y[120];
		seed = seeds[k];
		for (size_t i = 0; i < COUNT(y); i++)
			y[i] = floor(5000 * (1 - 0.9 * fmin(fmax(((double)i + 0.5 - 74.3) / 8, 0), 1)) * exp(0.15 * normal()));
		struct changes c = find(y, COUNT(y), true);
		assert_int_equal(c.n, 1);
		assert_int_equal(c.v[0].kind, CHANGE_RAMP);
		assert_true(fabs(c.v[0].start.row - 74.3) < 4 && fabs(c.v[0].end.row - 82.3) < 4);
	}
}

/* One odd day is no change; three are a pause, told as two that belong together. */
static void test_odd_and_pause(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = floor(800 * exp(0.1 * normal()));
	y[60] = 8000;
	y[140] = 0;
	struct changes c = find(y, ROWS, true);
	assert_int_equal(c.n, 0);
	assert_int_equal(c.n_odd, 2);
	assert_int_equal(c.odd[0], 60);
	y[100] = 20;
	y[101] = 22;
	y[102] = 19;
	c = find(y, ROWS, true);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.v[0].index, 100);
	assert_int_equal(c.v[1].index, 103);
	assert_int_equal(c.v[0].returns, 1);
	assert_int_equal(c.v[1].returns, CHANGE_NONE);
}

/* Months have a rhythm of their own when times say that they are months. */
static void test_months(void **state)
{
	double y[ROWS];
	int64_t time[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		time[i] = days_from_civil(1969 + (int64_t)i / 12, (int)(i % 12) + 1, 1) * SECONDS_A_DAY;
		y[i] = floor((i < 110 ? 1600 : 1300) * (1 + 0.3 * sin(2 * M_PI * (double)(i % 12) / 12)) * exp(0.06 * normal()));
	}
	struct changes c;
	assert_int_equal(change_find(y, ROWS, &(struct change_times){time}, &arena, &c), 0);
	assert_int_equal(c.period, 12);
	assert_false(c.weekly);
	assert_int_equal(c.n, 1);
	assert_in_range(c.v[0].index, 108, 112);
}

/* Rows without times have one where one half of the series shows the other half's; noise with a memory does not. */
static void test_rows_with_a_rhythm(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = floor((i < 110 ? 1600 : 1300) * (1 + 0.3 * sin(2 * M_PI * (double)(i % 12) / 12)) * exp(0.06 * normal()));
	struct changes c;
	assert_int_equal(change_find(y, ROWS, NULL, &arena, &c), 0);
	assert_int_equal(c.period, 12);
	assert_false(c.weekly);
	assert_int_equal(c.n, 1);
	assert_in_range(c.v[0].index, 108, 112);
	size_t rhythmic = 0;
	for (size_t k = 0; k < 100; k++) {
		double x = 0, memory = (double)(k % 4) * 0.3;
		for (size_t i = 0; i < ROWS; i++)
			y[i] = 50 + (x = memory * x + normal());
		assert_int_equal(change_find(y, ROWS, NULL, &arena, &c), 0);
		rhythmic += c.period != 0;
	}
	assert_in_range(rhythmic, 0, 1);
}

/* A trend is no staircase. */
static void test_trend(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = 0.05 * (double)i + normal();
	assert_int_equal(find(y, ROWS, false).n, 0);
	for (size_t i = 0; i < ROWS; i++)
		y[i] = 1000 + (double)i;
	assert_int_equal(find(y, ROWS, false).n, 0);
}

/* A bend is no change, unless it is sharp. */
static void test_curve(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = 0.001 * ((double)i - 70) * ((double)i - 70) + normal();
	assert_int_equal(find(y, ROWS, false).n, 0);
}

/* Growth, decline and growth again: no level shows where they meet. */
static void test_lines(void **state)
{
	double y[ROWS], u = 0;
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		double t = (double)i;
		u = 0.7 * u + normal();
		y[i] = 500 + u + (i < 80 ? 2 * t : i < 110 ? 160 - 3 * (t - 80) : 70 + 2 * (t - 110));
	}
	struct changes c = find(y, ROWS, false);
	assert_int_equal(c.n, 2);
	assert_in_range(c.v[0].index, 77, 83);
	assert_in_range(c.v[1].index, 107, 113);
}

/* Values that are set, not measured: no scatter at all. */
static void test_holds(void **state)
{
	static const struct {
		double before, after;
		size_t n, at;
	} table[] = {
		{0, 1, 100, 50}, {0, 0.5, 100, 50}, {1.5, 9.5, 15, 7}, {1e300, 1e308, 100, 50}, {-1, 0, 60, 30}, {7, 5, ROWS, 150}};
	double y[ROWS];
	(void)state;
	for (size_t k = 0; k < COUNT(table); k++) {
		for (size_t i = 0; i < table[k].n; i++)
			y[i] = i < table[k].at ? table[k].before : table[k].after;
		struct changes c = find(y, table[k].n, false);
		assert_int_equal(c.n, 1);
		assert_int_equal(c.v[0].index, table[k].at);
	}
}

/* What lies far from zero, beside how it scatters. */
static void test_offset(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = 1e12 + 0.5 + (i < 120 ? 0 : 3) + 0.3 * normal();
	struct changes c = find(y, ROWS, false);
	assert_int_equal(c.n, 1);
	assert_in_range(c.v[0].index, 119, 121);
	assert_true(fabs(c.v[0].before - 1e12) < 2 && fabs(c.v[0].effect - 3) < 0.3);
}

/* Whole numbers that scatter less than counts can are values: marks out of five, a population; what scatters by its size is left. */
static void test_steady(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = fmin(fmax(floor((i < 110 ? 3 : 4) + 0.6 * normal() + 0.5), 1), 5);
	struct changes c = find(y, ROWS, false);
	assert_false(c.counts);
	assert_int_equal(c.n, 1);
	assert_in_range(c.v[0].index, 107, 113);
	for (size_t i = 0; i < ROWS; i++)
		y[i] = floor(20000 + 300 * (double)i + 20 * normal());
	c = find(y, ROWS, false);
	assert_int_equal(c.n, 0);
	assert_false(c.counts);
	for (size_t i = 0; i < ROWS; i++)
		y[i] = floor(100 * exp(0.01 * (double)i) * (1 + 0.02 * normal()));
	c = find(y, ROWS, false);
	assert_int_equal(c.n, 0);
	assert_true(c.counts);
	/* a sensor that is stuck, then scatters as counts do */
	for (size_t i = 0; i < ROWS; i++)
		y[i] = i < 90 ? 12 : floor(12.5 + 4 * normal());
	c = find(y, ROWS, false);
	assert_false(c.counts);
	assert_int_equal(c.n, 1);
	assert_in_range(c.v[0].index, 88, 92);
}

/* A peak between two lines that meet: where they do. */
static void test_peak(void **state)
{
	double y[ROWS];
	(void)state;
	for (int round = 0; round < 8; round++) {
		size_t n = round & 1 ? 27 : 120, top = round & 1 ? 12 : 70;
		for (size_t i = 0; i < n; i++)
			y[i] = -20 + (i < top ? 2 * (double)i : 2 * (double)top - 1.2 * (double)(i - top)) + normal();
		struct changes c = find(y, n, false);
		assert_int_equal(c.n, 1);
		assert_in_range(c.v[0].index, top - 2, top + 2);
		assert_true(c.v[0].confidence > 0.5);
	}
}

/* Under much noise the peak is dated by the lines as they meet: by lines free to jump it was missed by more than a row. */
static void test_peak_in_noise(void **state)
{
	enum { ALL = 120, TOP = 70, RUNS = 40 };
	double y[ALL], missed = 0;
	(void)state;
	for (int round = 0; round < RUNS; round++) {
		for (size_t i = 0; i < ALL; i++)
			y[i] = 4 * normal() + (i < TOP ? 2 * (double)i : 2 * TOP - 1.2 * (double)(i - TOP));
		struct changes c = find(y, ALL, false);
		assert_int_equal(c.n, 1);
		missed += fabs((double)c.v[0].index - TOP);
	}
	assert_true(missed / RUNS < 0.9);
}

/* What grows in proportion is looked at as logarithms: no change, or the one there is, in its own units. */
static void test_sizes(void **state)
{
	double y[ROWS];
	(void)state;
	for (int round = 0; round < 8; round++) {
		for (int fall = 0; fall < 2; fall++) {
			for (size_t i = 0; i < 100; i++)
				y[i] = 0.5 * exp(0.04 * (double)i + 0.02 * normal()) * (fall && i >= 60 ? 0.6 : 1);
			struct changes c = find(y, 100, round & 1);
			assert_int_equal(c.n, fall);
			if (!fall)
				continue;
			assert_in_range(c.v[0].index, 59, 61);
			assert_true(fabs(c.v[0].before / (0.5 * exp(0.04 * 60)) - 1) < 0.1);
			assert_true(fabs(c.v[0].effect - (c.v[0].after - c.v[0].before)) < 1e-9);
		}
	}
}

/* A ramp far from where the levels part ends behind its start (find). */
static void test_far_ramp(void **state)
{
	static const double y[] = {1.9e-08, 1.4e-08, 1.7e-09, 1.6e-08, 3.7e-09, 1.3e-08, 7.9e-07, 2.7e-06, 1.3e-05, 3.1e-05,
		4.3e-05, 0.0001, 0.00017, 0.00018, 0.0003, 0.00082, 0.0043, 0.023, 0.025, 0.037, 0.12, 0.75, 0.13, 0.56, 0.76, 2.3,
		3.4, 30, 90, 67, 110, 2.8, 7.7, 0.98, 33, 0.0023, 5.5e-08, 6.5e-08, 7.2e-09, 6.5e-08, 9.3e-07, 3.9e-08, 1.8e-07,
		5.1e-07, 5.4e-06, 1.4e-06, 4.6e-06, 4.9e-06, 2.3e-05, 6.4e-05, 6.9e-06, 2.2e-05, 3.9e-06, 8.1e-07, 1.1e-06, 1.3e-07,
		5.7e-08, 4e-08, 3.2e-08, 9.1e-09, 2.4e-08, 1.5e-09, 1.1e-09, 8.2e-10, 5e-10, 7.7e-11, 5.9e-11, 1.1e-10, 1.2e-07,
		1.1e-07, 3e-07};
	(void)state;
	for (size_t n = 40; n <= COUNT(y); n++)
		find(y, n, false);
}

/* Stairs and slopes of all lengths, one after the other: what ramps are made of. */
static void test_stairs(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 150; round++) {
		double y[ROWS], level = 8;
		seed = 500 + round;
		for (size_t i = 0; i < ROWS;) {
			double step = 0.12 * normal(), slope = round % 3 ? 0.05 * normal() : 0;
			size_t rows = 2 + (size_t)(fabs(normal()) * (double)(2 + round % 9));
			for (size_t k = 0; k < rows && i < ROWS; k++, i++)
				y[i] = floor(exp((level += slope)) * (1 + 0.003 * normal()));
			level += round % 2 ? -fabs(step) : step;
		}
		struct changes c = find(y, ROWS, round % 4 == 0);
		for (size_t i = 0; i < c.n; i++)
			assert_true(c.v[i].end.row - c.v[i].start.row <= 14); /* CHANGE_RAMP_DAYS */
	}
}

/* Changes a few rows apart are dated each by itself, and told in their order. */
static void test_order(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 400; round++) {
		double y[ROWS];
		seed = 9000 + round;
		uint64_t rows = 2 + round % 6;
		double level = 5, step = round % 2 ? 0.5 : -0.5;
		for (size_t i = 0; i < ROWS; i++) {
			bool here = i >= 40 && i < 40 + 4 * rows && (i - 40) % rows == 0;
			level += here ? step * (0.4 + uniform()) : 0;
			y[i] = floor(exp(level + 0.15 * normal()) + 0.5);
		}
		struct changes c = find(y, ROWS, true);
		for (size_t i = 1; i < c.n; i++)
			assert_true(c.v[i - 1].start.row <= c.v[i].start.row);
	}
}

/* A change in a gap is told at the first row after it. */
static void test_gap(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = i >= 90 && i < 104 ? NAN : (i < 96 ? 10.5 : 20) + normal();
	struct changes c = find(y, ROWS, false);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.v[0].index, 104);
	assert_true(c.v[0].start.row_lo <= 96 && c.v[0].start.row_hi >= 96);
}

/* Where a trend turns. */
static void test_kink(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = (i < 120 ? 0.2 * (double)i : 24 - 0.3 * ((double)i - 120)) + normal();
	struct changes c = find(y, ROWS, false);
	assert_int_equal(c.n, 1);
	assert_in_range(c.v[0].index, 117, 123);
	assert_true(c.v[0].start.row_lo <= 120 && c.v[0].start.row_hi >= 120);
}

/* Student's noise with 3 degrees of freedom. */
static double wild(void)
{
	double z = normal(), a = normal(), b = normal(), c = normal();
	return z / sqrt((a * a + b * b + c * c) / 3);
}

/* Noise that is wild throughout, or for a while at a time: no change of it. */
static void test_wild_noise(void **state)
{
	enum { RUNS = 40 };
	double y[ROWS];
	size_t told[2] = {0};
	(void)state;
	for (int round = 0; round < 2 * RUNS; round++) {
		double spread = 0;
		for (size_t i = 0; i < ROWS; i++) {
			spread = 0.9 * spread + 0.3 * normal();
			y[i] = 20 + (round & 1 ? exp(spread) * normal() : wild());
		}
		told[round & 1] += find(y, ROWS, false).n;
	}
	printf("wild %zu %zu\n", told[0], told[1]);
	assert_true(told[0] <= 2);
	assert_true(told[1] <= RUNS / 2);
}

/* Two messages a day and now and then a day of hundreds, some of them side by side: bursts, and no change of level, until there is one. */
static void test_bursts(void **state)
{
	enum { RUNS = 20 };
	double y[ROWS];
	size_t told = 0, found = 0;
	(void)state;
	for (int round = 0; round < 2 * RUNS; round++) {
		bool changes = round & 1;
		for (size_t i = 0; i < ROWS; i++) {
			double usual = 2 + normal(), more = changes && i >= ROWS / 2 ? 30 + 5 * normal() : 0;
			y[i] = floor(
				fmax(usual, 0) + more + (uniform() < 1.0 / (changes ? 30 : 7) ? 300 * exp(0.7 * normal()) : 0));
		}
		struct changes c = find(y, ROWS, true);
		told += changes ? 0 : c.n;
		for (size_t k = 0; changes && k < c.n; k++)
			found += fabs(c.v[k].start.row - ROWS / 2.0) < 2;
	}
	printf("bursts %zu %zu\n", told, found);
	assert_true(told <= RUNS / 5);
	assert_true(found >= RUNS - 3);
}

/* One leap of a walk that leaps is none; a step of a series that has a level is one, however wild its noise. */
static void test_leaps(void **state)
{
	enum { RUNS = 40 };
	double y[ROWS], x;
	size_t told = 0, found = 0;
	(void)state;
	for (int round = 0; round < RUNS; round++) {
		x = 0;
		for (size_t i = 0; i < ROWS; i++)
			y[i] = x += wild();
		told += find(y, ROWS, false).n;
		for (size_t i = 0; i < ROWS; i++)
			y[i] = wild() + (i < 110 ? 0 : 4);
		struct changes c = find(y, ROWS, false);
		found += c.n == 1 && c.v[0].index >= 108 && c.v[0].index <= 112;
	}
	printf("leap %zu %zu\n", told, found);
	assert_true(told <= RUNS / 2);
	assert_true(found >= RUNS - 4);
}

/* A season of no calendar's length is no change, and a change shows through it; steps that come round stay steps. */
static void test_wave(void **state)
{
	double y[ROWS];
	(void)state;
	for (int round = 0; round < 8; round++) {
		for (size_t i = 0; i < ROWS; i++)
			y[i] = 5 * sin(2 * M_PI * (double)i / 47.5 + round) + normal();
		assert_int_equal(find(y, ROWS, round & 1).n, 0);
		for (size_t i = 110; i < ROWS; i++)
			y[i] += 5;
		struct changes c = find(y, ROWS, round & 1);
		assert_int_equal(c.n, 1);
		assert_in_range(c.v[0].index, 107, 113);
		for (size_t i = 0; i < ROWS; i++)
			y[i] = 4 * (double)(i / 40 % 2) + normal();
		assert_int_equal(find(y, ROWS, round & 1).n, 4);
	}
}

/* The scatter changes, the level does not; a walk, whose steps scatter alike, is left alone. */
static void test_noise(void **state)
{
	double y[ROWS], at = 100;
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = 10 + (i < 90 ? 0.5 : 3) * normal();
	struct changes c = find(y, ROWS, false);
	assert_int_equal(c.n, 1);
	assert_int_equal(c.v[0].kind, CHANGE_NOISE);
	assert_in_range(c.v[0].index, 86, 94);
	assert_int_equal(c.v[0].returns, CHANGE_NONE);
	for (size_t i = 0; i < ROWS; i++)
		y[i] = at += normal();
	assert_int_equal(find(y, ROWS, false).n, 0);
}

/* A walk that drifts another way from a row on is told there; one that drifts on, or grows by as much of itself, is not. */
static void test_drift(void **state)
{
	enum { RUNS = 40, TURN = 110 };
	double y[ROWS], drifts, turns, grows;
	size_t told = 0, found = 0;
	(void)state;
	for (int round = 0; round < RUNS; round++) {
		drifts = turns = 1000;
		for (size_t i = 0; i < ROWS; i++)
			y[i] = drifts += 1 + normal();
		told += find(y, ROWS, false).n > 0;
		grows = 1000;
		for (size_t i = 0; i < ROWS; i++)
			y[i] = grows *= 1.01 + 0.01 * normal();
		told += find(y, ROWS, false).n > 0;
		for (size_t i = 0; i < ROWS; i++)
			y[i] = turns += (i < TURN ? 1.5 : -1) + normal();
		struct changes c = find(y, ROWS, false);
		found += c.n == 1 && c.v[0].index >= TURN - 8 && c.v[0].index <= TURN + 8;
	}
	printf("drift %zu %zu\n", told, found);
	assert_true(told <= 2 * RUNS / 10);
	assert_true(found >= RUNS - 6);
}

/* The scatter of a walk changes: as of a rate that was held and is left free. */
static void test_set_free(void **state)
{
	double y[ROWS], at = 280;
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = at += (i < 90 ? 0.3 : 6) * normal();
	struct changes c = find(y, ROWS, false);
	assert_true(c.n >= 1);
	assert_in_range(c.v[0].index, 86, 94);
}

/* A pause of two days that begins and ends in the middle of one is not taken for an odd day. */
static void test_short_pause(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = floor((i == 80 ? 440 : i == 81 ? 80 : i == 82 ? 440 : 800) * exp(0.1 * normal()));
	struct changes c = find(y, ROWS, true);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.v[0].returns, 1);
	assert_true(fabs(c.v[0].start.row - 80.5) < 0.7 && fabs(c.v[1].start.row - 82.5) < 0.7);
}

/* A misprint in a walk is one odd row, though the row before it lies out as well, by less. */
static void test_misprint(void **state)
{
	double y[ROWS], u = 480;
	(void)state;
	for (int i = 0; i < ROWS; i++)
		y[i] = u += normal();
	y[120] += 30;
	y[119] += 7;
	struct changes c = find(y, ROWS, false);
	assert_int_equal(c.n, 0);
	assert_int_equal(c.n_odd, 1);
	assert_int_equal(c.odd[0], 120);
}

/* A week's pause with gradual edges at ten a day, near the end: two changes, not one and rows that follow one another closely. */
static void test_low_pause(void **state)
{
	static const double y[] = {10, 9, 12, 13, 11, 7, 8, 9, 14, 10, 11, 12, 6, 9, 12, 9, 11, 10, 8, 7, 8, 13, 12, 10, 9, 11, 8,
		6, 10, 12, 14, 9, 12, 7, 8, 11, 10, 13, 9, 10, 8, 7, 12, 11, 9, 14, 10, 8, 6, 12, 10, 11, 13, 9, 7, 8, 10, 12, 12,
		4, 1, 1, 0, 0, 0, 1, 3, 7, 10, 11, 9, 12};
	(void)state;
	struct changes c = find(y, sizeof y / sizeof *y, true);
	assert_int_equal(c.n, 2);
	assert_float_equal(c.v[0].start.row, 59, 1);
	assert_float_equal(c.v[1].start.row, 66.5, 1);
	assert_int_equal(c.v[0].returns, 1);
}

static void test_low_counts(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = (uniform() < 0.5) + (uniform() < 0.5) + (i < 110 ? (uniform() < 0.5) + (uniform() < 0.5) + 1 : 0);
	struct changes c = find(y, ROWS, false);
	assert_int_equal(c.n, 1);
	assert_in_range(c.v[0].index, 106, 114);
	for (size_t i = 0; i < ROWS; i++)
		y[i] = uniform() < 0.1;
	assert_int_equal(find(y, ROWS, false).n, 0);
}

/* Rows an hour apart: found by days, dated by hours. */
static void test_hours(void **state)
{
	enum { HOURS = 60 * 24, AT = 33 * 24 + 15 };
	static double y[HOURS];
	static int64_t time[HOURS];
	struct changes c;
	(void)state;
	for (size_t i = 0; i < HOURS; i++) {
		time[i] = START + (int64_t)i * SECONDS_AN_HOUR;
		y[i] = floor(
			(i < AT ? 60 : 6) * (1 + 0.4 * sin(2 * M_PI * (double)(i % 24) / 24)) * exp(0.2 * normal()) + uniform());
	}
	y[100] = NAN;
	assert_int_equal(change_find(y, HOURS, &(struct change_times){time}, &arena, &c), 0);
	assert_int_equal(c.n, 1);
	assert_true(fabs(c.v[0].start.row - AT) < 3 && c.v[0].start.row_lo <= AT && c.v[0].start.row_hi >= AT);
	assert_true(llabs(c.v[0].start.time - time[AT]) < 3 * SECONDS_AN_HOUR);
	assert_true(fabs(c.v[0].effect + 0.9) < 0.03);
}

/* A day more does not move what was found long before. */
static void test_a_day_more(void **state)
{
	double y[ROWS];
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = floor((i < 60 ? 900 : i < 130 ? 300 : 1200) * exp(0.1 * normal()));
	struct changes c = find(y, ROWS - 10, true);
	assert_int_equal(c.n, 2);
	size_t first = c.v[0].index, second = c.v[1].index;
	for (size_t n = ROWS - 9; n <= ROWS; n++) {
		c = find(y, n, true);
		assert_int_equal(c.n, 2);
		assert_int_equal(c.v[0].index, first);
		assert_int_equal(c.v[1].index, second);
	}
}

static void test_memory(void **state)
{
	double y[ROWS];
	struct changes c;
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		y[i] = i < 100 ? 1000 + (double)(i % 7) : 100 + (double)(i % 5);
	for (size_t max = 0;; max += 4096) {
		struct arena a;
		arena_init(&a, max);
		int rc = change_find(y, ROWS, &(struct change_times){days}, &a, &c);
		arena_free(&a);
		if (!rc)
			break;
	}
	assert_int_equal(c.n, 1);
	for (long n = 0;; n++) {
		struct arena a;
		arena_init(&a, 64 * MIB);
		mem_fail_from(n);
		int rc = change_find(y, ROWS, &(struct change_times){days}, &a, &c);
		bool hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&a);
		assert_int_equal(rc, hit ? -1 : 0);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_step, setup, teardown),
		cmocka_unit_test_setup_teardown(test_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_part_of_a_day, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ramp, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_ramp, setup, teardown),
		cmocka_unit_test_setup_teardown(test_odd_and_pause, setup, teardown),
		cmocka_unit_test_setup_teardown(test_months, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rows_with_a_rhythm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trend, setup, teardown),
		cmocka_unit_test_setup_teardown(test_curve, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_holds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_offset, setup, teardown),
		cmocka_unit_test_setup_teardown(test_steady, setup, teardown),
		cmocka_unit_test_setup_teardown(test_peak, setup, teardown),
		cmocka_unit_test_setup_teardown(test_peak_in_noise, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_far_ramp, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stairs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kink, setup, teardown),
		cmocka_unit_test_setup_teardown(test_noise, setup, teardown),
		cmocka_unit_test_setup_teardown(test_drift, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set_free, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wild_noise, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bursts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leaps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wave, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short_pause, setup, teardown),
		cmocka_unit_test_setup_teardown(test_misprint, setup, teardown),
		cmocka_unit_test_setup_teardown(test_low_pause, setup, teardown),
		cmocka_unit_test_setup_teardown(test_low_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hours, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_day_more, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
