/* map_test.c - the hash map: order, growth, caps, failing heaps. */
#include "base/buf.h"
#include "base/map.h"
#include "base/test.h"

enum { MANY = 5000 };

static struct str key_of(unsigned i, char text[16])
{
	int n = snprintf(text, 16, "key-%u", i);
	return str_make(text, (size_t)n);
}

static void put_and_get(void **state)
{
	struct map m;
	char text[16];
	bool fresh;
	(void)state;
	map_init(&m, 1 << 20);
	assert_null(map_get(&m, S("x")));
	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < MANY; i++) {
			struct map_entry *e = map_put(&m, key_of(i, text), &fresh);
			assert_true(fresh && e->value == 0);
			e->value = i;
		}
		for (unsigned i = 0; i < MANY; i++) {
			struct map_entry *e = map_put(&m, key_of(i, text), &fresh);
			assert_true(!fresh && e->value == i);
			assert_ptr_equal(map_get(&m, key_of(i, text)), e);
			assert_same(m.entries[i].key, key_of(i, text), S("order"));
		}
		assert_int_equal(m.n, MANY);
		assert_null(map_get(&m, S("key-")));
		map_clear(&m);
		assert_null(map_get(&m, key_of(1, text)));
	}
	map_free(&m);
	map_free(&m);
}

static void odd_keys(void **state)
{
	struct map m;
	(void)state;
	map_init(&m, 1 << 20);
	map_put(&m, S(""), NULL)->value = 1;
	map_put(&m, S("\0"), NULL)->value = 2;
	map_put(&m, S("\0\0"), NULL)->value = 3;
	assert_int_equal(map_get(&m, (struct str){NULL, 0})->value, 1);
	assert_int_equal(map_get(&m, S("\0"))->value, 2);
	assert_int_equal(map_get(&m, S("\0\0"))->value, 3);
	map_free(&m);
}

static void full(void **state)
{
	struct map m;
	char text[16];
	unsigned n = 0;
	bool fresh;
	(void)state;
	map_init(&m, 1000);
	while (map_put(&m, key_of(n, text), &fresh))
		n++;
	assert_true(n > 10 && n < 1000);
	assert_int_equal(m.n, n);
	assert_non_null(map_put(&m, key_of(0, text), &fresh)); /* what is in it is still found */
	assert_false(fresh);
	map_free(&m);
}

static void heap_fails(void **state)
{
	bool hit = true;
	char text[16];
	(void)state;
	for (long n = 0; hit; n++) {
		struct map m;
		unsigned in = 0;
		map_init(&m, 1 << 20);
		mem_fail_from(n);
		while (in < MANY && map_put(&m, key_of(in, text), NULL))
			in++;
		hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(in < MANY, hit);
		for (unsigned i = 0; i < in; i++)
			assert_non_null(map_get(&m, key_of(i, text)));
		assert_null(map_get(&m, key_of(in, text)));
		assert_non_null(map_put(&m, S("again"), NULL));
		map_free(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_and_get),
		cmocka_unit_test(odd_keys),
		cmocka_unit_test(full),
		cmocka_unit_test(heap_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
