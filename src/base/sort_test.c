#include "base/sort.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/test.h"

enum { MOST = 3000 };

static int by_u32(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

static int by_u64(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return (a > b) - (a < b);
}

static uint64_t spread(uint64_t i)
{
	return hash64(str_make(&i, sizeof i), 0);
}

/* Of `kind`: spread, few values, ascending, descending, all equal, extremes. */
static uint64_t value(int kind, uint64_t i)
{
	switch (kind) {
	case 0:
		return spread(i);
	case 1:
		return spread(i) & 7;
	case 2:
		return i;
	case 3:
		return MOST - i;
	case 4:
		return 42;
	default:
		return i % 3 ? UINT64_MAX : i % 2;
	}
}

static void test_as_qsort(void **state)
{
	(void)state;
	static uint64_t a[MOST], b[MOST];
	static uint32_t c[MOST], d[MOST];
	static const size_t sizes[] = {0, 1, 2, 3, 23, 24, 25, 26, 100, 1000, MOST};
	for (int kind = 0; kind < 6; kind++)
		for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
			size_t n = sizes[s];
			for (size_t i = 0; i < n; i++) {
				a[i] = b[i] = value(kind, i);
				c[i] = d[i] = (uint32_t)value(kind, i);
			}
			sort_u64(a, n);
			qsort(b, n, sizeof *b, by_u64);
			sort_u32(c, n);
			qsort(d, n, sizeof *d, by_u32);
			assert_memory_equal(a, b, n * sizeof *a);
			assert_memory_equal(c, d, n * sizeof *c);
		}
}

static void test_unique(void **state)
{
	(void)state;
	uint32_t a[] = {1, 1, 2, 5, 5, 5, 9};
	uint64_t b[] = {7, 7, 7};
	assert_int_equal(unique_u32(a, 7), 4);
	assert_int_equal(a[0], 1);
	assert_int_equal(a[3], 9);
	assert_int_equal(unique_u64(b, 3), 1);
	assert_int_equal(unique_u64(b, 0), 0);
}

static void test_has(void **state)
{
	(void)state;
	static const uint64_t v[] = {0, 3, 4, 9, UINT64_MAX};
	for (size_t n = 0; n <= 5; n++)
		for (size_t i = 0; i < 5; i++) {
			assert_true(has_u64(v, n, v[i]) == (i < n));
			assert_false(has_u64(v, n, v[i] + 2 + (i > 2)));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_qsort), cmocka_unit_test(test_unique), cmocka_unit_test(test_has)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
