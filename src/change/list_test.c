#include "change/list.h"

#include <math.h>

#include "base/test.h"

static struct change change_at(enum change_kind kind, size_t index, double end, double before, double after)
{
	return (struct change){.kind = kind,
		.index = index,
		.start = {.row = (double)index},
		.end = {.row = end},
		.before = before,
		.after = after,
		.gain = after,
		.confidence = 1 / (1 + after),
		.returns = CHANGE_NONE};
}

/* Those of one row, or of a row before the last one's: one change, that ends with the later one. */
static void test_join(void **state)
{
	(void)state;
	struct change v[] = {change_at(CHANGE_STEP, 3, 3, 1, 2), change_at(CHANGE_NOISE, 9, 9, 2, 4),
		change_at(CHANGE_STEP, 9, 11, 4, 8), change_at(CHANGE_RAMP, 20, 30, 8, 1), change_at(CHANGE_STEP, 15, 15, 1, 3)};
	struct changes c = {.v = v, .n = COUNT(v), .counts = true};
	change_list_join(&c);
	assert_int_equal(c.n, 3);
	assert_true(v[0].kind == CHANGE_STEP && v[0].after == 2);
	assert_true(v[1].kind == CHANGE_STEP && v[1].index == 9 && v[1].start.row == 9 && v[1].end.row == 11);
	assert_true(v[1].before == 2 && v[1].after == 8 && v[1].effect == 3 && v[1].gain == 8 && v[1].confidence == 0.2);
	assert_true(v[2].kind == CHANGE_RAMP && v[2].index == 20 && v[2].end.row == 30 && v[2].after == 3);
}

static void test_effect(void **state)
{
	(void)state;
	assert_true(change_effect(true, 4, 1) == -0.75);
	assert_true(isinf(change_effect(true, 0, 1)));
	assert_true(change_effect(false, 0, 1) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_effect),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
