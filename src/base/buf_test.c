/* buf_test.c - growing buffers: caps, both kinds of memory, failing heaps. */
#include "base/buf.h"
#include "base/test.h"

static void add(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 1000);
	buf_add(&b, S("a\0b"));
	buf_add(&b, (struct str){NULL, 0});
	buf_byte(&b, 'c');
	buf_u64(&b, 0);
	buf_u64(&b, UINT64_MAX);
	buf_printf(&b, "<%d %s>", -5, "x");
	assert_same(buf_str(&b), S("a\0bc018446744073709551615<-5 x>"), S(""));
	assert_true(buf_ok(&b));
	buf_z(&b);
	assert_int_equal(b.p[b.n], 0);
	buf_clear(&b);
	buf_printf(&b, "%300d", 1);
	assert_int_equal(b.n, 300);
	buf_free(&b);
	assert_null(b.p);
	assert_int_equal(b.max, 1000);
	buf_free(&b);
}

static void never_more_than_max(void **state)
{
	(void)state;
	for (size_t max = 0; max < 600; max += 7) {
		struct buf b;
		buf_init(&b, max);
		for (size_t i = 0; i < 100; i++) {
			buf_add(&b, S("0123456"));
			assert_true(b.n <= max && b.cap <= max);
		}
		assert_int_equal(b.n, max);
		assert_true(b.full && !b.oom);
		buf_byte(&b, 'x');
		assert_int_equal(b.n, max);
		for (size_t i = 0; i < b.n; i++)
			assert_int_equal(b.p[i], '0' + i % 7);
		buf_z(&b); /* makes room for the NUL when there is none */
		if (max)
			assert_int_equal(b.p[b.n], 0);
		buf_clear(&b);
		assert_true(buf_ok(&b) && b.n == 0);
		buf_free(&b);
	}
}

static void room(void **state)
{
	struct buf b;
	size_t n;
	(void)state;
	buf_init(&b, 100);
	uint8_t *p = buf_room(&b, 60, &n);
	assert_int_equal(n, 60);
	memset(p, 'x', n);
	b.n += n;
	assert_non_null(buf_room(&b, 60, &n));
	assert_int_equal(n, 40);
	b.n += n;
	assert_non_null(buf_room(&b, 1, &n));
	assert_int_equal(n, 0);
	buf_free(&b);
	buf_init(&b, SIZE_MAX);
	assert_null(buf_room(&b, SIZE_MAX, &n)); /* an error, not an endless doubling */
	assert_true(b.oom);
	buf_free(&b);
}

static void in_arena(void **state)
{
	struct arena a;
	struct buf b;
	(void)state;
	arena_init(&a, 1 << 20);
	buf_init_arena(&b, &a, 1 << 19);
	for (int i = 0; i < 10000; i++) {
		buf_add(&b, S("hello "));
		if (i % 100 == 0)
			arena_alloc(&a, 1);
	}
	assert_int_equal(b.n, 60000);
	for (size_t i = 0; i < b.n; i++)
		assert_int_equal(b.p[i], "hello "[i % 6]);
	buf_free(&b);
	arena_free(&a);
	arena_init(&a, 1000);
	buf_init_arena(&b, &a, 5000);
	for (int i = 0; i < 1000; i++)
		buf_add(&b, S("hello "));
	assert_true(b.oom);
	assert_true(b.n <= 1000);
	arena_free(&a);
}

static void heap_fails(void **state)
{
	bool hit = true;
	(void)state;
	for (long n = 0; hit; n++) {
		struct buf b;
		buf_init(&b, 10000);
		mem_fail_from(n);
		for (int i = 0; i < 20; i++)
			buf_printf(&b, "%300d", i);
		hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(b.oom, hit);
		assert_int_equal(b.n == 6000, !hit);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add),
		cmocka_unit_test(never_more_than_max),
		cmocka_unit_test(room),
		cmocka_unit_test(in_arena),
		cmocka_unit_test(heap_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
