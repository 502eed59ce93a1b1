/* hash_test.c - FIPS 180-4 examples, pieces against one shot, hex both ways, threads. */
#include <pthread.h>

#include "base/hash.h"
#include "base/test.h"

static struct str hex_of(struct str s, char hex[SHA256_HEX])
{
	uint8_t digest[SHA256_BYTES];
	sha256(s, digest);
	hex_encode(digest, sizeof digest, hex);
	return str_make(hex, SHA256_HEX);
}

static void sha_examples(void **state)
{
	static const struct {
		struct str in, want;
	} t[] = {
		{T(""), T("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")},
		{T("abc"), T("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")},
		{T("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
			T("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")},
	};
	char hex[SHA256_HEX];
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		assert_same(hex_of(t[i].in, hex), t[i].want, t[i].in);
	assert_same(hex_of((struct str){NULL, 0}, hex), t[0].want, S("NULL"));
}

static void sha_pieces(void **state)
{
	uint8_t data[200], whole[SHA256_BYTES], parts[SHA256_BYTES];
	struct sha256 *h = sha256_new();
	(void)state;
	assert_non_null(h);
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t cut = 0; cut <= sizeof data; cut++) {
		struct str s = str_make(data, sizeof data);
		sha256(s, whole);
		sha256_begin(h);
		sha256_add(h, str_first(s, cut));
		sha256_add(h, str_from(s, cut));
		sha256_end(h, parts);
		assert_memory_equal(whole, parts, SHA256_BYTES);
	}
	sha256_del(h);
	sha256_del(NULL);
	mem_fail_from(0);
	assert_null(sha256_new());
	mem_fail_from(-1);
}

static void hex(void **state)
{
	uint8_t raw[3] = {1, 2, 3};
	char text[6];
	(void)state;
	assert_true(hex_decode(S("00fFa9"), raw, 3));
	assert_memory_equal(raw, "\x00\xff\xa9", 3);
	hex_encode(raw, 3, text);
	assert_memory_equal(text, "00ffa9", 6);
	assert_false(hex_decode(S("00ff"), raw, 3));
	assert_false(hex_decode(S("00ffa"), raw, 3));
	assert_false(hex_decode(S("0102zz"), raw, 3));
	assert_memory_equal(raw, "\x00\xff\xa9", 3); /* untouched */
	assert_true(hex_decode(S(""), raw, 0));
}

static void fast_hash(void **state)
{
	(void)state;
	assert_true(hash64(S("a"), 1) == hash64(S("a"), 1));
	assert_true(hash64(S("a"), 1) != hash64(S("a"), 2));
	assert_true(hash64(S("a"), 1) != hash64(S("b"), 1));
	assert_true(hash64((struct str){NULL, 0}, 1) == hash64(S(""), 1));
}

static void *hash_in_thread(void *out)
{
	sha256(S("abc"), out);
	return NULL;
}

/* A thread that ends takes its hashing state with it (a leak checker looks on). */
static void threads(void **state)
{
	uint8_t want[SHA256_BYTES], got[SHA256_BYTES];
	(void)state;
	sha256(S("abc"), want);
	for (int i = 0; i < 4; i++) {
		pthread_t t;
		assert_int_equal(pthread_create(&t, NULL, hash_in_thread, got), 0);
		assert_int_equal(pthread_join(t, NULL), 0);
		assert_memory_equal(got, want, SHA256_BYTES);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha_examples),
		cmocka_unit_test(sha_pieces),
		cmocka_unit_test(hex),
		cmocka_unit_test(fast_hash),
		cmocka_unit_test(threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
