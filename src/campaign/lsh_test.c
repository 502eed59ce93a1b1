#include "base/test.h"
#include "campaign/lsh.h"

enum { SKETCHES = 1 << 16 };

static uint32_t count[MINHASH_BINS][256];
static struct lsh_rarity rarity;

/* Value 0 is that of every fourth sketch, the others are of one in 1024. */
static void setup_rarity(void)
{
	for (size_t i = 0; i < MINHASH_BINS; i++)
		for (size_t v = 0; v < 256; v++)
			count[i][v] = v ? SKETCHES / 1024 : SKETCHES / 4;
	lsh_rarity_of(count, SKETCHES, &rarity);
}

static void test_rarity(void **state)
{
	(void)state;
	setup_rarity();
	assert_int_equal(rarity.bits[5][0], 8 * 2);
	assert_int_equal(rarity.bits[5][7], 8 * 10);
	assert_int_equal(rarity.need, 8 * 16);
	count[3][9] = SKETCHES / 4 * 3; /* 0.415 bits */
	count[3][8] = 0;
	lsh_rarity_of(count, SKETCHES, &rarity);
	assert_in_range(rarity.bits[3][9], 3, 4);
	assert_int_equal(rarity.bits[3][8], 8 * 16);
	lsh_rarity_of(count, 0, &rarity);
	assert_int_equal(rarity.need, 0);
}

static void keys_of(const uint8_t bins[MINHASH_BINS], uint32_t out[LSH_BANDS])
{
	struct sketch_text t = {.bins = bins};
	uint32_t some[LSH_AT_ONCE];
	for (unsigned from = 0; from < LSH_BANDS; from += LSH_AT_ONCE) {
		assert_true(lsh_bands(&rarity, &t, from, some));
		for (unsigned k = 0; k < LSH_AT_ONCE && from + k < LSH_BANDS; k++)
			out[from + k] = some[k];
	}
}

/* A band of rare values asks no more than its three bins; one of common values asks others too. */
static void test_bands_grow(void **state)
{
	(void)state;
	uint8_t a[MINHASH_BINS], b[MINHASH_BINS];
	uint32_t x[LSH_BANDS], y[LSH_BANDS];
	setup_rarity();
	for (int common = 0; common < 2; common++) {
		for (size_t i = 0; i < MINHASH_BINS; i++) {
			a[i] = (uint8_t)(common && i < 3 ? 0 : 1 + i);
			b[i] = (uint8_t)(i < 3 ? a[i] : 1 + (i + 1) % 100);
		}
		keys_of(a, x);
		keys_of(b, y);
		assert_int_equal(x[0] == y[0], !common);
		for (unsigned k = 1; k < LSH_BANDS; k++)
			assert_true(x[k] != y[k]);
		memcpy(b, a, sizeof b);
		keys_of(b, y);
		assert_memory_equal(x, y, sizeof x);
	}
}

static void test_parts(void **state)
{
	(void)state;
	uint8_t bins[MINHASH_BINS] = {0};
	struct sketch_text t = {.bins = bins}, none = {.bins = NULL};
	uint32_t key;
	setup_rarity();
	assert_true(lsh_part(&rarity, &t, 16, 0, &key)); /* two bins of two bits */
	assert_false(lsh_part(&rarity, &t, 64, 0, &key));
	memset(bins, 5, sizeof bins);
	assert_true(lsh_part(&rarity, &t, 1024, 0, &key));
	assert_int_equal(key, 5);
	assert_true(lsh_part(&rarity, &t, 2048, LSH_ROUNDS - 1, &key));
	assert_int_equal(key, 256 + (5 << 8 | 5));
	assert_true(lsh_part(&rarity, &none, 100, 0, &key));
	assert_false(lsh_part(&rarity, &none, 100, 1, &key));
}

/* By key, then by who: few entries, and many, which go another way. */
static void test_sort(void **state)
{
	enum { MOST = 3000 };
	static struct lsh_entry e[MOST], scratch[MOST];
	static const size_t counts[] = {0, 1, 2, 50, 1023, 1024, MOST};
	uint64_t x = 1;
	(void)state;
	for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
		uint64_t sum = 0;
		for (size_t i = 0; i < counts[c]; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			e[i] = (struct lsh_entry){i % 3 ? (uint32_t)(x >> 32) : (uint32_t)(x >> 61) << (x >> 35 & 31), (uint32_t)i};
			sum += e[i].key;
		}
		lsh_sort(e, scratch, counts[c]);
		for (size_t i = 0; i < counts[c]; i++) {
			sum -= e[i].key;
			assert_true(!i || e[i - 1].key < e[i].key || (e[i - 1].key == e[i].key && e[i - 1].who < e[i].who));
		}
		assert_int_equal(sum, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rarity),
		cmocka_unit_test(test_bands_grow),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_sort),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
