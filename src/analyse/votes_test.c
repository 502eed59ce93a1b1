/* votes_test.c - what groups say. */
#include "analyse/votes.h"

#include "base/test.h"

static void most_members_win_and_the_silent_are_counted(void **state)
{
	(void)state;
	struct votes v = {0};
	for (uint32_t i = 0; i < 7; i++)
		assert_true(votes_add(&v, 5, 2));
	assert_true(votes_add(&v, 5, 3) && votes_add(&v, 5, 0) && votes_add(&v, 5, 0) && votes_add(&v, 9, 0));
	assert_true(votes_count(&v));
	const struct verdict *five = votes_find(&v, 5), *nine = votes_find(&v, 9);
	assert_non_null(five);
	assert_int_equal(five->name, 2);
	assert_int_equal(five->n, 7);
	assert_int_equal(five->named, 8);
	assert_int_equal(five->all, 10);
	assert_non_null(nine);
	assert_int_equal(nine->name, 0);
	assert_int_equal(nine->all, 1);
	assert_null(votes_find(&v, 4));
	votes_free(&v);
}

static void nothing_was_said(void **state)
{
	(void)state;
	struct votes v = {0};
	assert_true(votes_count(&v));
	assert_null(votes_find(&v, 1));
	votes_free(&v);
}

static void no_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct votes v = {0};
		mem_fail_from(n);
		bool ok = votes_add(&v, 1, 1) && votes_add(&v, 2, 1) && votes_count(&v);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(ok != hit);
		votes_free(&v);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(most_members_win_and_the_silent_are_counted),
		cmocka_unit_test(nothing_was_said),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
