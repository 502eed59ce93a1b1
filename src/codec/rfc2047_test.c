/* rfc2047_test.c - encoded words as the RFC shows them and as spam writes them. */
#include "base/arena.h"
#include "base/limits.h"
#include "base/test.h"
#include "base/utf8.h"
#include "codec/rfc2047.h"

#define BAD ANOM(bad_encoded_word)
#define BYTES ANOM(charset_bad_bytes)
#define UNKNOWN ANOM(charset_unknown)
#define MISMATCH ANOM(charset_mismatch)

struct word_case {
	struct str in, want;
	uint64_t bits;
};

static const struct word_case cases[] = {
	/* no words */
	{T(""), T(""), 0},
	{T(" \r\n "), T(""), 0},
	{T(" Hello, world"), T("Hello, world"), 0},
	{T("Hello\r\n world"), T("Hello world"), 0},
	{T("Hello\n\tworld\n"), T("Hello\tworld"), 0},
	{T("a\0b"), T("a\0b"), 0},
	{T("2+2=? yes"), T("2+2=? yes"), 0},
	/* RFC 2047 section 8 */
	{T("=?ISO-8859-1?Q?a?="), T("a"), 0},
	{T("=?ISO-8859-1?Q?a?= b"), T("a b"), 0},
	{T("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?="), T("ab"), 0},
	{T("=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?="), T("ab"), 0},
	{T("=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?="), T("ab"), 0},
	{T("=?ISO-8859-1?Q?a_b?="), T("a b"), 0},
	{T("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?="), T("a b"), 0},
	{T("=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>"), T("Keith Moore <moore@cs.utk.edu>"), 0},
	{T("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?="), T("Keld J\xc3\xb8rn Simonsen"), 0},
	{T("=?ISO-8859-1?Q?Andr=E9?= Pirard"), T("Andr\xc3\xa9 Pirard"), 0},
	{T("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?="),
		T("If you can read this you understand the example."), 0},
	{T("=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?="),
		T("\xd7\x9d\xd7\x95\xd7\x9c\xd7\xa9 \xd7\x9f\xd7\x91 \xd7\x99\xd7\x9c\xd7\x98\xd7\xa4\xd7\xa0"), 0},
	/* RFC 2231 section 5 */
	{T("=?US-ASCII*EN?Q?Keith_Moore?="), T("Keith Moore"), 0},
	{T("=?utf-8*ja-JP?B?5pel?="), T("\xe6\x97\xa5"), 0},
	/* a character split between words, a base64 group split between words, encodings mixed */
	{T("=?utf-8?Q?=E4=BD?= =?utf-8?Q?=A0?="), T("\xe4\xbd\xa0"), 0},
	{T("=?utf-8?B?5L0=?= =?UTF-8?B?oA==?="), T("\xe4\xbd\xa0"), 0},
	{T("=?utf-8?B?5L0=?= =?utf-8?Q?=A0!?="), T("\xe4\xbd\xa0!"), 0},
	{T("=?utf-8?B?5L2?= =?utf-8?B?g?="), T("\xe4\xbd\xa0"), 0},
	{T("=?gb2312?B?xOO?=\n =?gb2312?B?6ww==?="), T("\xe4\xbd\xa0\xe5\xa5\xbd"), 0},
	{T("=?gb2312?Q?=C4=E3=BA?= =?gb2312?Q?=C3?="), T("\xe4\xbd\xa0\xe5\xa5\xbd"), 0},
	{T("=?utf-8?Q?=E4=BD?= x =?utf-8?Q?=A0?="), T("\xef\xbf\xbd x \xef\xbf\xbd"), BYTES},
	{T("=?utf-8?B?QUJDRA==?= =?utf-8?B?RUY=?="), T("ABCDEF"), 0},
	/* missing padding, all over the place */
	{T("=?utf-8?B?QQ?= =?utf-8?B?Qg?="), T("AB"), BAD},
	{T("=?utf-8?B?QUI?="), T("AB"), BAD},
	{T("=?utf-8?B?QUJD*=?="), T("ABC"), BAD},
	{T("=?utf-8?B?\?="), T(""), 0},
	{T("x=?utf-8?Q?\?=y"), T("xy"), 0},
	/* inside quotes, glued to text, glued to each other */
	{T("\"=?utf-8?Q?a?=\" <x@y>"), T("\"a\" <x@y>"), 0},
	{T("Re:=?utf-8?Q?a?=b"), T("Re:ab"), 0},
	{T("=?utf-8?Q?a?==?utf-8?Q?b?="), T("ab"), 0},
	{T("(=?utf-8?Q?a?=)"), T("(a)"), 0},
	/* spaces and question marks inside */
	{T("=?utf-8?Q?a b?="), T("a b"), BAD},
	{T("=?utf-8?B?QUJD REVG?="), T("ABCDEF"), BAD},
	{T("=?utf-8?Q?a\r\n b?="), T("a b"), BAD},
	{T("=?utf-8?B?QUJD\r\n REVG?="), T("ABCDEF"), BAD},
	{T("=?iso-8859-1?Q?Are you ok?\?="), T("Are you ok?"), BAD},
	{T("=?utf-8?Q?what?=3D?="), T("what?="), BAD},
	{T("=?utf-8?Q?50%?=20off =?utf-8?Q?b?="), T("50%20off b"), 0},
	/* cannot be read: stays */
	{T("=?"), T("=?"), 0},
	{T("=?="), T("=?="), 0},
	{T("=?utf-8"), T("=?utf-8"), BAD},
	{T("=?utf-8?"), T("=?utf-8?"), BAD},
	{T("=?utf-8?Q"), T("=?utf-8?Q"), BAD},
	{T("=?utf-8?Q?"), T("=?utf-8?Q?"), BAD},
	{T("=?utf-8?Q?abc"), T("=?utf-8?Q?abc"), BAD},
	{T("=?utf-8?Q?abc?"), T("=?utf-8?Q?abc?"), BAD},
	{T("=?utf-8?X?abc?="), T("=?utf-8?X?abc?="), BAD},
	{T("=??Q?abc?="), T("=??Q?abc?="), BAD},
	{T("=?*en?Q?abc?="), T("=?*en?Q?abc?="), BAD},
	{T("=?utf 8?Q?abc?="), T("=?utf 8?Q?abc?="), BAD},
	{T("=?utf-8?QQ?abc?="), T("=?utf-8?QQ?abc?="), BAD},
	{T("=?utf-8?Q?a=Z?="), T("a=Z"), BAD},
	{T("=?a=?utf-8?Q?b?="), T("=?ab"), BAD},
	{T("100%=?=?utf-8?Q?b?="), T("100%=?b"), 0},
	/* charsets */
	{T("=?utf8?q?=c3=a9?="), T("\xc3\xa9"), 0},
	{T("=?windows-1251?B?z/Do4uXy?="), T("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"), 0},
	{T("=?koi8-r?Q?=F0=D2=C9=D7=C5=D4?="), T("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"), 0},
	{T("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?="), T("\xe6\x97\xa5\xe6\x9c\xac"), 0},
	{T("=?iso-2022-jp?B?GyRCRnwbKEI=?= =?iso-2022-jp?B?GyRCS1wbKEI=?="), T("\xe6\x97\xa5\xe6\x9c\xac"), 0},
	{T("=?x-nobody?Q?caf=E9?="), T("caf\xc3\xa9"), UNKNOWN},
	{T("=?us-ascii?Q?caf=C3=A9?="), T("caf\xc3\xa9"), MISMATCH},
	{T("=?us-ascii?Q?caf=E9?="), T("caf\xc3\xa9"), BYTES},
	{T("=?utf-8?Q?caf=E9?="), T("caf\xef\xbf\xbd"), BYTES},
	{T("=?utf-8?Q?=00a?="), T("\0a"), 0},
	{T("=?utf-8?Q?=0D=0AX:_y?="), T("X: y"), 0},
	/* raw 8-bit */
	{T("caf\xc3\xa9"), T("caf\xc3\xa9"), 0},
	{T("caf\xe9"), T("caf\xc3\xa9"), 0},
	{T("\x93quoted\x94"), T("\xe2\x80\x9cquoted\xe2\x80\x9d"), 0},
	{T("caf\xe9 =?utf-8?Q?=C3=A9?= \xc3\xa9"), T("caf\xc3\xa9 \xc3\xa9 \xc3\xa9"), 0},
};

static int decode(struct arena *a, struct str in, struct str *out, uint64_t *bits)
{
	static uint8_t *copy; /* lives until the next call: out may point into it */
	mem_free(copy);
	copy = test_copy(in);
	return rfc2047_decode(a, str_make(copy, in.n), out, bits);
}

static void known(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, 1 * MIB);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str out;
		uint64_t bits = 0;
		assert_int_equal(decode(&a, cases[i].in, &out, &bits), 0);
		assert_same(out, cases[i].want, cases[i].in);
		assert_bits(bits, cases[i].bits, cases[i].in);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void truncated(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, 1 * MIB);
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t cut = 0; cut < cases[i].in.n; cut++) {
			struct str out;
			uint64_t bits = 0;
			assert_int_equal(decode(&a, str_first(cases[i].in, cut), &out, &bits), 0);
			assert_true(utf8_valid(out));
			arena_reset(&a);
		}
	arena_free(&a);
}

static void callers_charset(void **state)
{
	struct arena a;
	struct str out;
	uint64_t bits = 0;
	(void)state;
	arena_init(&a, 1 * MIB);
	assert_int_equal(rfc2047_decode_as(&a, S("\xcf\xf0\xe8"), S("windows-1251"), &out, &bits), 0);
	assert_same(out, S("\xd0\x9f\xd1\x80\xd0\xb8"), S(""));
	assert_int_equal(rfc2047_decode_as(&a, S("\xd0\x9f\xd1\x80"), S("windows-1251"), &out, &bits), 0);
	assert_same(out, S("\xd0\x9f\xd1\x80"), S(""));
	arena_free(&a);
}

/* Hostile lengths: linear time, capped output, the arena as full as before but for the text. */
static void long_values(void **state)
{
	static const struct {
		const char *piece;
		bool words;
	} t[] = {
		{"=?utf-8?Q?=E4=BD=A0?= ", true},
		{"=?utf-8?B?QQ?= ", true},
		{"=?x?q?", true},
		{"=?", false},
		{"?=", false},
		{"\xe9 ", false},
		{"=?utf-8?q?a?=20", true},
		{"=?utf-16be?q?=4e=00?=", true},
		{"=?big5-hkscs?q?=88=62?= x", true},
		{"=?iso-2022-jp?B?GyRCRnx?= \xff", true},
		{"\n ", false},
	};
	struct arena a;
	(void)state;
	arena_init(&a, 2 * MIB);
	for (size_t i = 0; i < COUNT(t); i++) {
		struct str piece = str_of(t[i].piece), out;
		size_t n = (LIM_HEADER_VALUE + 1000) / piece.n;
		uint8_t *all = mem_alloc(n * piece.n);
		uint64_t bits = 0;
		for (size_t k = 0; k < n; k++)
			memcpy(all + k * piece.n, piece.p, piece.n);
		assert_int_equal(rfc2047_decode(&a, str_make(all, n * piece.n), &out, &bits), 0);
		assert_true(bits & ANOM(header_cap));
		assert_true(utf8_valid(out));
		assert_true(out.n <= 3 * LIM_HEADER_VALUE);
		assert_int_equal(t[i].words, (bits & ANOM(encoded_word_cap)) != 0);
		mem_free(all);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void scratch_is_returned(void **state)
{
	struct arena a;
	struct str out;
	uint64_t bits = 0;
	(void)state;
	arena_init(&a, 1 * MIB);
	uint8_t *before = arena_alloc(&a, 1);
	assert_int_equal(rfc2047_decode(&a, S("=?utf-8?Q?a?= =?windows-1252?Q?=E9?= \xe9"), &out, &bits), 0);
	uint8_t *after = arena_alloc(&a, 1);
	assert_int_equal(after - before, 32);
	arena_free(&a);
}

/* An arena one step too small, for every step; then a heap that fails. */
static void no_memory(void **state)
{
	struct str in = S("\xe9 =?utf-8?Q?a?= =?koi8-r?Q?=E9?= =?iso-2022-jp?B?GyRCRnw=?= =?hz?q?~{<:?=\r\n x"), out;
	uint64_t bits = 0;
	int rc = -1;
	(void)state;
	for (size_t max = 16; rc; max += 16) {
		struct arena a;
		arena_init(&a, max);
		rc = rfc2047_decode(&a, in, &out, &bits);
		assert_true(rc == 0 || (rc < 0 && !out.n));
		arena_free(&a);
		assert_true(max < 1 << 20);
	}
	bool hit = true;
	for (long n = 0; hit; n++) {
		struct arena a;
		arena_init(&a, 1 * MIB);
		mem_fail_from(n);
		rc = rfc2047_decode(&a, in, &out, &bits);
		hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(rc < 0, hit);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(truncated),
		cmocka_unit_test(callers_charset),
		cmocka_unit_test(long_values),
		cmocka_unit_test(scratch_is_returned),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
