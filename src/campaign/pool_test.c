#include "base/hash.h"
#include "base/test.h"
#include "campaign/pool.h"

static struct str blob_of(uint32_t which, uint8_t room[SKETCH_MAX])
{
	size_t n = 16 + mix64(which) % (SKETCH_MAX - 16 + 1);
	for (size_t i = 0; i < n; i++)
		room[i] = (uint8_t)mix64(which + i);
	memcpy(room, &which, sizeof which);
	return str_make(room, n);
}

enum { MANY = 5000 };

static bool fill(struct sketch_pool *p, uint32_t n)
{
	uint8_t room[SKETCH_MAX];
	for (uint32_t i = 0; i < n; i++) {
		bool fresh;
		uint32_t at = sketch_pool_put(p, blob_of(i, room), &fresh);
		if (at == POOL_FULL)
			return false;
		assert_int_equal(at, i);
		assert_true(fresh);
	}
	return true;
}

static void test_each_once(void **unused)
{
	(void)unused;
	struct sketch_pool p;
	uint8_t room[SKETCH_MAX];
	bool fresh;
	sketch_pool_init(&p);
	assert_true(fill(&p, MANY));
	for (uint32_t i = 0; i < MANY; i++) {
		assert_int_equal(sketch_pool_put(&p, blob_of(i, room), &fresh), i);
		assert_false(fresh);
		assert_true(str_eq(sketch_pool_blob(&p, i), blob_of(i, room)));
	}
	sketch_pool_free(&p);
}

static void test_order(void **unused)
{
	(void)unused;
	static uint32_t arrival[MANY];
	struct sketch_pool p;
	uint8_t room[SKETCH_MAX];
	for (int round = 0; round < 3; round++) { /* as it is, turned round, mixed */
		for (uint32_t i = 0; i < MANY; i++)
			arrival[i] = round == 0 ? i : MANY - 1 - i;
		for (uint32_t i = MANY - 1; round == 2 && i > 0; i--) {
			uint32_t k = (uint32_t)(mix64(i) % (i + 1)), swap = arrival[i];
			arrival[i] = arrival[k];
			arrival[k] = swap;
		}
		sketch_pool_init(&p);
		assert_true(fill(&p, MANY));
		assert_true(sketch_pool_order(&p, arrival));
		for (uint32_t i = 0; i < MANY; i++)
			assert_true(str_eq(sketch_pool_blob(&p, i), blob_of(arrival[i], room)));
		sketch_pool_free(&p);
	}
	sketch_pool_init(&p);
	assert_true(sketch_pool_order(&p, arrival)); /* none */
	sketch_pool_free(&p);
}

static void test_no_memory(void **unused)
{
	(void)unused;
	static uint32_t arrival[100];
	for (uint32_t i = 0; i < COUNT(arrival); i++)
		arrival[i] = COUNT(arrival) - 1 - i;
	for (long n = 0;; n++) {
		struct sketch_pool p;
		sketch_pool_init(&p);
		mem_fail_from(n);
		bool ok = fill(&p, COUNT(arrival)) && sketch_pool_order(&p, arrival), hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(ok, !hit);
		sketch_pool_free(&p);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
