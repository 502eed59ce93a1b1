/* arena_test.c - regions: alignment, growth, caps, marks, failing heaps; vec.h on top of them. */
#include "base/arena.h"
#include "base/test.h"
#include "base/vec.h"

enum { MAX = 8 << 20 };

static void alloc(void **state)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 1000, 65536, 65537, 1 << 20, 3 << 20};
	struct arena a;
	uint8_t *p[COUNT(sizes)];
	(void)state;
	arena_init(&a, MAX);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			p[i] = arena_alloc(&a, sizes[i]);
			assert_non_null(p[i]);
			assert_int_equal((uintptr_t)p[i] % 16, 0);
			memset(p[i], (int)i, sizes[i]);
		}
		for (size_t i = 0; i < COUNT(sizes); i++)
			for (size_t k = 0; k < sizes[i]; k += 97)
				assert_int_equal(p[i][k], i);
		assert_true(a.total <= a.max);
		arena_reset(&a);
		assert_true(a.total <= 1 << 20);
	}
	arena_free(&a);
	assert_int_equal(a.total, 0);
	arena_free(&a);
}

static void caps(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, 100);
	assert_null(arena_alloc(&a, 101));
	assert_true(a.full);
	arena_reset(&a);
	assert_false(a.full);
	mem_fail_from(0);
	assert_null(arena_alloc(&a, 64));
	mem_fail_from(-1);
	assert_true(a.failed && !a.full);
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX - 15));
	assert_null(arena_zalloc(&a, SIZE_MAX / 2, 3));
	assert_non_null(arena_alloc(&a, 64));
	assert_null(arena_alloc(&a, 64));
	assert_non_null(arena_alloc(&a, 32));
	assert_null(arena_alloc(&a, 16));
	arena_free(&a);
	arena_init(&a, 0);
	assert_null(arena_alloc(&a, 0));
	assert_null(arena_dup(&a, S("")).p);
	arena_reset(&a);
	arena_free(&a);
}

static void grow(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, MAX);
	uint8_t *p = arena_grow(&a, NULL, 0, 10);
	memcpy(p, "0123456789", 10);
	assert_ptr_equal(arena_grow(&a, p, 10, 100), p);
	uint8_t *other = arena_alloc(&a, 1);
	uint8_t *q = arena_grow(&a, p, 100, 200);
	assert_ptr_not_equal(q, p);
	assert_memory_equal(q, "0123456789", 10);
	q = arena_grow(&a, q, 200, 1 << 20);
	assert_memory_equal(q, "0123456789", 10);
	memset(q, 1, 1 << 20);
	assert_null(arena_grow(&a, q, 1 << 20, MAX));
	assert_null(arena_grow(&a, q, 1 << 20, SIZE_MAX));
	(void)other;
	arena_free(&a);
}

static void shrink(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, MAX);
	uint8_t *p = arena_alloc(&a, 1000);
	arena_shrink(&a, p, 1000, 10);
	uint8_t *q = arena_alloc(&a, 8);
	assert_int_equal(q - p, 16);
	arena_shrink(&a, p, 10, 1); /* not the newest: nothing happens */
	assert_ptr_equal(arena_alloc(&a, 1), q + 16);
	arena_shrink(&a, NULL, 0, 0);
	arena_free(&a);
}

static void marks(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, MAX);
	struct arena_mark empty = arena_mark(&a);
	uint8_t *p = arena_alloc(&a, 100);
	memset(p, 7, 100);
	struct arena_mark mark = arena_mark(&a);
	size_t total = a.total;
	for (int i = 0; i < 40; i++)
		assert_non_null(arena_alloc(&a, 100000));
	arena_release(&a, mark);
	assert_int_equal(a.total, total);
	assert_int_equal(p[99], 7);
	assert_ptr_equal(arena_alloc(&a, 1), p + 112);
	arena_release(&a, empty);
	assert_int_equal(a.total, 0);
	assert_non_null(arena_alloc(&a, 1));
	arena_free(&a);
}

static void dup_and_zalloc(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, MAX);
	memset(arena_alloc(&a, 1000), 0xFF, 1000);
	arena_reset(&a);
	uint8_t *z = arena_zalloc(&a, 100, 10);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(z[i], 0);
	struct str d = arena_dup(&a, S("a\0b"));
	assert_same(d, S("a\0b"), d);
	assert_int_equal(d.p[3], 0);
	d = arena_dup(&a, (struct str){NULL, 0});
	assert_non_null(d.p);
	assert_int_equal(d.p[0], 0);
	arena_free(&a);
}

static void vectors(void **state)
{
	struct arena a;
	VEC(uint32_t) v = {0};
	(void)state;
	arena_init(&a, MAX);
	for (uint32_t i = 0; i < 1000; i++) {
		uint32_t *e = vec_push(&a, &v, 1000);
		assert_non_null(e);
		assert_int_equal(*e, 0);
		*e = i;
		arena_alloc(&a, i % 3);
	}
	assert_null(vec_push(&a, &v, 1000));
	assert_int_equal(v.n, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(v.v[i], i);
	arena_free(&a);
}

static void heap_fails(void **state)
{
	bool hit = true;
	(void)state;
	for (long n = 0; hit; n++) {
		struct arena a;
		arena_init(&a, MAX);
		mem_fail_from(n);
		int got = 0;
		for (int i = 0; i < 20; i++)
			got += arena_alloc(&a, 50000) != NULL;
		hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(got < 20, hit);
		assert_non_null(arena_alloc(&a, 50000)); /* usable again */
		arena_free(&a);
	}
}

/* Blocks that lie in large pages, or partly so, are as others. */
static void large_blocks(void **state)
{
	(void)state;
	mem_grow();
	for (size_t n = (size_t)1 << 20; n <= (size_t)9 << 20; n += 1000003) {
		uint8_t *p = mem_zalloc(n, 1);
		assert_non_null(p);
		assert_int_equal(p[0] | p[n / 2] | p[n - 1], 0);
		memset(p, 7, n);
		assert_non_null(p = mem_realloc(p, 3 * n));
		assert_int_equal(p[n - 1], 7);
		p[3 * n - 1] = 1;
		mem_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alloc),
		cmocka_unit_test(caps),
		cmocka_unit_test(grow),
		cmocka_unit_test(shrink),
		cmocka_unit_test(marks),
		cmocka_unit_test(dup_and_zalloc),
		cmocka_unit_test(vectors),
		cmocka_unit_test(heap_fails),
		cmocka_unit_test(large_blocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
