/* looks_test.c - pictures and their variants; order; hex. */
#include "shop/looks.h"

#include <stdlib.h>

#include "base/test.h"
#include "campaign/shingle.h"

enum { PICTURES = 50, VARIANTS = 6, N = PICTURES * VARIANTS };

static int by_content(const void *a, const void *b)
{
	return looks_order(a, b);
}

static void test_groups(void **state)
{
	(void)state;
	static struct image_digest v[N];
	static uint32_t of[N];
	for (unsigned p = 0; p < PICTURES; p++)
		for (unsigned k = 0; k < VARIANTS; k++) {
			struct image_digest *d = &v[p * VARIANTS + k];
			for (unsigned i = 0; i < 4; i++)
				d->bits[i] = mix64(p * 4 + i + 1);
			for (unsigned f = 0; f < 5 * k; f++) { /* the high frequencies change most */
				uint64_t bit = 64 + mix64(p * 1000 + k * 100 + f) % 192;
				d->bits[bit / 64] ^= (uint64_t)1 << bit % 64;
			}
		}
	qsort(v, N, sizeof *v, by_content);
	assert_true(looks_group(v, N, of));
	unsigned groups = 0;
	for (unsigned i = 0; i < N; i++) {
		groups += of[i] == i;
		assert_true(of[i] <= i && of[of[i]] == of[i]);
		assert_in_range(image_digest_distance(&v[i], &v[of[i]]), 0, 2 * IMAGE_DIGEST_NEAR);
	}
	assert_int_equal(groups, PICTURES);
	assert_true(looks_group(v, 0, of));
	mem_fail_from(0);
	assert_false(looks_group(v, N, of));
	mem_fail_from(-1);
}

static void test_hex(void **state)
{
	(void)state;
	struct image_digest d;
	assert_true(look_parse(S("0123456789abcdef00000000000000010000000000000002ffffffffffffffff"), &d));
	assert_true(d.bits[0] == 0x0123456789abcdef && d.bits[1] == 1 && d.bits[2] == 2 && d.bits[3] == UINT64_MAX);
	assert_false(look_parse(S("0123456789abcdef00000000000000010000000000000002fffffffffffffff"), &d));
	assert_false(look_parse(S("0123456789abcdef00000000000000010000000000000002fffffffffffffffg"), &d));
	assert_false(look_parse(S(""), &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_groups), cmocka_unit_test(test_hex)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
