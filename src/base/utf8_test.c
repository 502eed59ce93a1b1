/* utf8_test.c - every code point, every two- and three-byte string, Unicode's own examples of damage. */
#include "base/test.h"
#include "base/utf8.h"

static bool scalar(uint32_t c)
{
	return c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
}

static void every_code_point(void **state)
{
	(void)state;
	for (uint32_t c = 0; c <= 0x110000; c++) {
		uint8_t t[4];
		size_t n = utf8_encode(c, t), i = 0;
		uint32_t back = utf8_next(str_make(t, n), &i);
		if (back != (scalar(c) ? c : UTF8_REPLACEMENT) || i != n || !utf8_valid(str_make(t, n)))
			fail_msg("U+%04X", c);
		for (size_t cut = 1; cut < n; cut++)
			if (utf8_valid(str_make(t, cut)))
				fail_msg("U+%04X cut at %zu", c, cut);
	}
}

/* Table 3-7 of the Unicode Standard, written out differently: decode naively, then forbid. */
static bool naive_valid(const uint8_t *p, size_t n)
{
	while (n) {
		size_t len = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
		if (!len || len > n)
			return false;
		uint32_t v = len == 1 ? p[0] : p[0] & (0x7Fu >> len);
		for (size_t i = 1; i < len; i++) {
			if (p[i] >> 6 != 2)
				return false;
			v = v << 6 | (p[i] & 63);
		}
		static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
		if (v < least[len] || !scalar(v))
			return false;
		p += len;
		n -= len;
	}
	return true;
}

static void every_short_string(void **state)
{
	(void)state;
	for (uint32_t w = 0; w < 1u << 24; w++) {
		uint8_t t[4] = {(uint8_t)(w >> 16), (uint8_t)(w >> 8), (uint8_t)w, 0x80};
		if (t[0] < 0x7F)
			continue; /* the same as a shorter string */
		if (utf8_valid(str_make(t, 3)) != naive_valid(t, 3))
			fail_msg("%06x", w);
		if (t[0] >= 0xEF && t[0] <= 0xF5 && t[2] < 0xC1 && utf8_valid(str_make(t, 4)) != naive_valid(t, 4))
			fail_msg("%06x80", w);
	}
}

static void damage(void **state)
{
	static const struct {
		struct str in, want;
	} t[] = {
		{T(""), T("")},
		{T("ok"), T("ok")},
		{T("a\x80z"), T("a\xef\xbf\xbdz")},
		/* Unicode 3.9, tables 3-8 to 3-11: one U+FFFD for each maximal subpart */
		{T("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"),
			T("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x41")},
		{T("\xed\xa0\x80\x41"), T("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x41")},
		{T("\xf4\x91\x92\x93\xff\x41"), T("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x41")},
		{T("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), T("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\x41")},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b;
		uint8_t *copy = test_copy(t[i].in);
		buf_init(&b, 1000);
		utf8_sanitize(str_make(copy, t[i].in.n), &b);
		assert_same(buf_str(&b), t[i].want, t[i].in);
		buf_free(&b);
		mem_free(copy);
	}
}

static void valid_prefix_and_ascii(void **state)
{
	uint8_t t[100];
	(void)state;
	for (size_t n = 0; n < sizeof t; n++)
		for (size_t at = 0; at <= n; at++) {
			memset(t, 'a', n);
			if (at < n)
				t[at] = 0xFF;
			assert_int_equal(utf8_valid_prefix(str_make(t, n)), at);
			assert_int_equal(ascii_prefix(str_make(t, n)), at);
			assert_int_equal(ascii_only(str_make(t, n)), at == n);
		}
	assert_int_equal(utf8_valid_prefix(S("\xc3\xa9\xe4\xbd")), 2);
	assert_int_equal(utf8_valid_prefix(S("\0\xc3")), 1);
}

static void escape(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 1000);
	utf8_escape(S("a\x1b[31m\xe2\x80\xae\xff\xe4\xbd\xa0\n"), &b);
	assert_same(buf_str(&b), S("a\\u{1b}[31m\\u{202e}\\xff\xe4\xbd\xa0\\u{a}"), S(""));
	buf_free(&b);
}

static void classes(void **state)
{
	(void)state;
	assert_true(unicode_is_control(0) && unicode_is_control(0x85) && unicode_is_control(0x7F) && !unicode_is_control(' '));
	assert_true(unicode_is_bidi(0x202E) && unicode_is_invisible(0x202E) && !unicode_is_bidi(0x200B));
	assert_true(unicode_is_invisible(0x200B) && unicode_is_invisible(0xE0041) && !unicode_is_invisible('a'));
	assert_true(unicode_is_space(0x3000) && unicode_is_space(0xA0) && !unicode_is_space(0x200B));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point),
		cmocka_unit_test(every_short_string),
		cmocka_unit_test(damage),
		cmocka_unit_test(valid_prefix_and_ascii),
		cmocka_unit_test(escape),
		cmocka_unit_test(classes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
