/* base64_test.c - tables of good and damaged base64, round trips at every length, every truncation. */
#include "base/test.h"
#include "codec/base64.h"

#define JUNK ANOM(base64_junk)
#define CUT ANOM(base64_truncated)
#define AFTER ANOM(base64_after_padding)

static size_t decode(struct str in, uint8_t *out, uint64_t *anomalies)
{
	uint8_t *copy = test_copy(in);
	size_t n = base64_decode(str_make(copy, in.n), out, anomalies);
	mem_free(copy);
	assert_true(n <= BASE64_OUT_MAX(in.n));
	return n;
}

static void known(void **state)
{
	static const struct {
		struct str in, want;
		uint64_t bits;
	} t[] = {
		{T(""), T(""), 0},
		{T("QQ=="), T("A"), 0},
		{T("QUI="), T("AB"), 0},
		{T("QUJD"), T("ABC"), 0},
		{T("QUJDRA=="), T("ABCD"), 0},
		{T("QUJD\r\nREVG\r\n"), T("ABCDEF"), 0},
		{T("QU\r\nJD\tRE VG\n"), T("ABCDEF"), 0},
		{T("QQ= ="), T("A"), 0},
		{T("AAAA"), T("\0\0\0"), 0},
		{T("+/+/"), T("\xfb\xff\xbf"), 0},
		/* characters outside the alphabet */
		{T("QU-JD"), T("ABC"), JUNK},
		{T("Q\0UJD"), T("ABC"), JUNK},
		{T("QUJD\xff"), T("ABC"), JUNK},
		{T("--"), T(""), JUNK},
		{T("===="), T(""), JUNK},
		{T("QUJD="), T("ABC"), JUNK},
		{T("QQ==="), T("A"), JUNK},
		/* ends early */
		{T("Q"), T(""), CUT},
		{T("QQ"), T("A"), CUT},
		{T("QQ="), T("A"), CUT},
		{T("QUI"), T("AB"), CUT},
		{T("QUJDR"), T("ABC"), CUT},
		{T("QUJDR="), T("ABC"), CUT},
		{T("QUJDREU"), T("ABCDE"), CUT},
		/* chunks joined by a sender, a list footer behind the padding */
		{T("QQ==Qg=="), T("AB"), AFTER},
		{T("QQ==\r\nQUJD\r\nQg=="), T("AABCB"), AFTER},
		{T("QUI=QUJDREVG"), T("ABABCDEF"), AFTER},
		{T("QQ=QUJD"), T("AABC"), AFTER | CUT},
		{T("QQ==Q"), T("A"), AFTER | CUT},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		uint8_t out[64];
		uint64_t bits = 0;
		size_t n = decode(t[i].in, out, &bits);
		assert_same(str_make(out, n), t[i].want, t[i].in);
		assert_bits(bits, t[i].bits, t[i].in);
	}
}

static size_t encode(struct str in, size_t width, struct str eol, uint8_t *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0, column = 0;
	for (size_t i = 0; i < in.n; i += 3) {
		struct str g = str_sub(in, i, 3);
		uint32_t w = (uint32_t)g.p[0] << 16 | (g.n > 1 ? (uint32_t)g.p[1] << 8 : 0) | (g.n > 2 ? g.p[2] : 0);
		for (unsigned k = 0; k < 4; k++) {
			out[n++] = k > g.n ? '=' : (uint8_t)digits[w >> (18 - 6 * k) & 63];
			if (++column == width) {
				memcpy(out + n, eol.p, eol.n);
				n += eol.n;
				column = 0;
			}
		}
	}
	return n;
}

static void round_trips(void **state)
{
	static const size_t widths[] = {4, 7, 60, 64, 72, 76, 77, 1000};
	enum { MAX = 300 };
	uint8_t raw[MAX], text[MAX * 4], back[BASE64_OUT_MAX(MAX * 4)];
	(void)state;
	for (size_t i = 0; i < MAX; i++)
		raw[i] = (uint8_t)(i * 167 + i / 7);
	for (size_t n = 0; n <= MAX; n++)
		for (size_t w = 0; w < COUNT(widths); w++) {
			uint64_t bits = 0;
			size_t len = encode(str_make(raw, n), widths[w], w % 2 ? S("\n") : S("\r\n"), text);
			size_t got = decode(str_make(text, len), back, &bits);
			assert_same(str_make(back, got), str_make(raw, n), str_make(text, len));
			assert_bits(bits, 0, str_make(text, len));
		}
}

/* What is decoded from a beginning is a beginning of what is decoded from the whole. */
static void truncated(void **state)
{
	struct str in = S("QUJDREVGR0hJSktM\r\nTU5PUFFSU1RVVldY*WVo=\r\nMDEyMzQ1Njc4OQ==\r\n");
	uint8_t whole[BASE64_OUT_MAX(80)], part[BASE64_OUT_MAX(80)];
	uint64_t bits = 0;
	(void)state;
	size_t n = decode(in, whole, &bits);
	assert_same(str_make(whole, n), S("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), in);
	for (size_t cut = 0; cut < in.n; cut++) {
		size_t m = decode(str_first(in, cut), part, &bits);
		assert_true(m <= n);
		assert_memory_equal(part, whole, m);
	}
}

/* Every byte value at every place of a group. */
static void any_byte_anywhere(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < 12; at++) {
			uint8_t in[12], out[BASE64_OUT_MAX(12)];
			uint64_t bits = 0;
			memcpy(in, "QUJDREVGR0hJ", 12);
			in[at] = (uint8_t)c;
			bool data = ascii_alnum((uint8_t)c) || c == '+' || c == '/';
			size_t n = decode(str_make(in, 12), out, &bits);
			if (c == '=' && at == 11)
				assert_true(n == 8 && !bits);
			else
				assert_true(data ? n == 9 && !bits : n < 9 && bits);
		}
}

static void look(void **state)
{
	(void)state;
	struct base64_shape s = base64_look(S("QU JD\nR"));
	assert_int_equal(s.sextets, 5);
	assert_false(s.padding);
	assert_int_equal(s.last, 17);
	s = base64_look(S("QQ==QUI"));
	assert_int_equal(s.sextets, 3);
	assert_true(s.padding);
}

/* Every byte at every place of a clean stretch, against the same text with blanks that only the slow way passes. */
static void places(void **state)
{
	static const char clean[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < 40; at++) {
			uint8_t in[64], blanks[2 * 64], fast[BASE64_OUT_MAX(64)], slow[BASE64_OUT_MAX(2 * 64)];
			uint64_t fast_bits = 0, slow_bits = 0;
			memcpy(in, clean, sizeof in);
			in[at] = (uint8_t)c;
			for (size_t i = 0; i < sizeof in; i++)
				blanks[2 * i] = in[i], blanks[2 * i + 1] = ' ';
			size_t n = decode(str_make(in, sizeof in), fast, &fast_bits);
			struct str want = str_make(slow, decode(str_make(blanks, sizeof blanks), slow, &slow_bits));
			assert_same(str_make(fast, n), want, str_make(in, sizeof in));
			assert_int_equal(fast_bits, slow_bits);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(places),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(truncated),
		cmocka_unit_test(any_byte_anywhere),
		cmocka_unit_test(look),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
