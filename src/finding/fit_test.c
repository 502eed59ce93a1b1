/* fit_test.c - dates of shapes whose likelihoods are given. */
#include "finding/fit.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/test.h"

static const int64_t DAY = SECONDS_A_DAY;

static double days(int64_t t, double from)
{
	return (double)t / SECONDS_A_DAY - from;
}

/* Sudden on day 50, to some hours; or, a tenth as likely in all, from day 47 to 52, half a day either way. */
static double looks_sudden(const void *ctx, int64_t t1, int64_t t2)
{
	(void)ctx;
	double a = days(t1, 47) / 0.5, b = days(t2, 52) / 0.5, at = days(t1, 50) / 0.1;
	return t1 == t2 ? -at * at / 2 : -(a * a + b * b) / 2 - 1.2;
}

static double impossible(const void *ctx, int64_t t1, int64_t t2)
{
	(void)ctx;
	(void)t1;
	(void)t2;
	return -INFINITY;
}

/* 95 % of days 47 +- 0.5 are 46.02 to 47.98, and those of day 52 up to 52.98. */
static void of_shapes_each_that_is_open_is_held(void **state)
{
	(void)state;
	struct arena a;
	struct fit two, three;
	arena_init(&a, 4 * MIB);
	assert_true(fit_dates(looks_sudden, NULL, 40 * DAY, 60 * DAY, &a, &two));
	assert_true(fit_dates_or(looks_sudden, NULL, impossible, NULL, 40 * DAY, 60 * DAY, &a, &three));
	assert_false(two.ramp || three.ramp);
	assert_true(days(two.start.lo, 0) > 46.3);
	assert_true(days(three.start.lo, 0) < 46.1 && days(three.start.lo, 0) > 45.9);
	assert_true(days(two.end.hi, 0) < 52.7);
	assert_true(days(three.end.hi, 0) < 53.1 && days(three.end.hi, 0) > 52.9);
	assert_true(llabs(three.start.time - two.start.time) < DAY / 24);
	assert_true(fit_dates_or(looks_sudden, NULL, NULL, NULL, 40 * DAY, 60 * DAY, &a, &three)); /* of two shapes, too */
	assert_true(days(three.start.lo, 0) < 46.1 && days(three.end.hi, 0) > 52.9);
	arena_free(&a);
}

/* A hundredth as likely, a slow one is none that is left open. */
static double surely_sudden(const void *ctx, int64_t t1, int64_t t2)
{
	return looks_sudden(ctx, t1, t2) - (t1 == t2 ? 0 : 2.5);
}

static void what_the_mail_rules_out_widens_nothing(void **state)
{
	(void)state;
	struct arena a;
	struct fit fit;
	arena_init(&a, 4 * MIB);
	assert_true(fit_dates_or(surely_sudden, NULL, impossible, NULL, 40 * DAY, 60 * DAY, &a, &fit));
	assert_true(days(fit.start.lo, 0) > 49.7 && days(fit.start.hi, 0) < 50.3);
	assert_true(days(fit.end.hi, 0) < 50.3);
	arena_free(&a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_shapes_each_that_is_open_is_held),
		cmocka_unit_test(what_the_mail_rules_out_widens_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
