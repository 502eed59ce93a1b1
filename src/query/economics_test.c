/* economics_test.c - intervals that can be worked out by hand, and inputs that are refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "query/economics.h"

#include "base/limits.h"
#include "base/test.h"

static bool near(double got, double want, double relative)
{
	if (fabs(got - want) <= relative * fabs(want))
		return true;
	print_error("got %g, want %g\n", got, want);
	return false;
}

static void the_published_interval_comes_out(void **state)
{
	(void)state;
	struct arena a;
	struct err err = {0};
	struct economics_inputs in;
	struct economics_answer got;
	struct economics_feed feeds[] = {{500, 1000}, {600, 1000}, {400, 1000}};
	arena_init(&a, 64 * MIB);
	assert_int_equal(economics_load(&in, NULL, &err), 0);
	struct economics_question q = {&in, feeds, 3, 100e9, 100e9};
	assert_int_equal(economics_answer(&q, &a, &got), 0);
	/* Spamalytics: 8.1e-8 sales a mail (95 %: 5.4e-8 .. 1.2e-7) */
	assert_true(near(got.sales.median, 0.081, 0.05) && near(got.sales.lo, 0.054, 0.08) && near(got.sales.hi, 0.12, 0.08));
	assert_true(near(got.visits.median, 10522 / 347.0, 0.01));
	assert_true(got.share.lo >= 0.37 && got.share.hi <= 0.63 && near(got.share.median, 0.5, 0.05));
	assert_true(near(got.mails_day.median, 50e9, 0.05));
	assert_true(got.commission.lo > 0 && got.commission.hi < got.gross.hi * 0.4);
	economics_unload(&in);
	arena_free(&a);
}

static void orders(void **state)
{
	(void)state;
	struct arena a;
	struct err err = {0};
	struct economics_inputs in;
	struct orders_answer got;
	const struct order even[] = {{0, 1000}, {86400, 1400}, {3 * 86400, 2200}};
	const struct order uneven[] = {{0, 1000}, {86400, 1001}, {3 * 86400, 2200}};
	arena_init(&a, 64 * MIB);
	assert_int_equal(economics_load(&in, NULL, &err), 0);
	assert_int_equal(economics_orders(&in, even, 3, &a, &got), 0);
	assert_int_equal(got.pairs, 2);
	assert_true(near(got.per_day.median, 400, 0.01) && near(got.per_day.lo, 378, 0.01) && near(got.per_day.hi, 423, 0.01));
	double width = got.per_day.hi - got.per_day.lo;
	assert_int_equal(economics_orders(&in, uneven, 3, &a, &got), 0);
	assert_true(got.per_day.hi - got.per_day.lo > 5 * width);
	assert_int_equal(economics_orders(&in, even, 1, &a, &got), 0);
	assert_int_equal(got.pairs, 0);
	economics_unload(&in);
	arena_free(&a);
}

static void broken_inputs_are_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "format: 2\ninputs:\n  - {name: commission, low: 1, high: 2, source: x}\n",
		"format: 1\ninputs:\n  - {name: commission, low: 1, high: 2, source: x}\n",
		"format: 1\ninputs:\n  - {name: commission, low: 1, high: 2}\n",
		"format: 1\ninputs:\n  - {name: commission, low: 2, high: 1, source: x}\n",
		"format: 1\ninputs:\n  - {name: love, low: 1, high: 2, source: x}\n",
		"format: 1\ninputs:\n  - {name: commission, low: 1, high: 2, source: x}\n  - {name: commission, low: 1, high: 2, source: x}\n"};
	char path[] = "/tmp/trapline-economics-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct err err = {0};
		struct economics_inputs in;
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, texts[i], strlen(texts[i]), 0), (ssize_t)strlen(texts[i]));
		assert_int_equal(economics_load(&in, path, &err), ERR_INPUT);
		assert_non_null(strstr(err.text, path));
	}
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_interval_comes_out),
		cmocka_unit_test(orders),
		cmocka_unit_test(broken_inputs_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
