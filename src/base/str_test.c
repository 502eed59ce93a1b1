/* str_test.c - views of bytes. */
#include "base/test.h"

static void compare(void **state)
{
	struct str none = {NULL, 0};
	(void)state;
	assert_true(str_eq(none, S("")));
	assert_true(str_eq(S("a\0b"), S("a\0b")));
	assert_false(str_eq(S("a\0b"), S("a\0c")));
	assert_true(str_ieq(S("MiXed-1"), S("mIxED-1")));
	assert_false(str_ieq(S("["), S("{")));
	assert_false(str_ieq(S("\xc9"), S("\xe9")));
	assert_true(str_starts(S("abc"), S("ab")) && str_starts(S("abc"), none) && !str_starts(S("a"), S("ab")));
	assert_true(str_ends(S("abc"), S("bc")) && str_ends(none, none) && !str_ends(S("c"), S("bc")));
	assert_true(str_istarts(S("ABC"), S("ab")) && str_iends(S("ABC"), S("bC")));
	assert_true(str_cmp(S("a"), S("b")) < 0 && str_cmp(S("b"), S("ab")) > 0);
	assert_true(str_cmp(S("a"), S("ab")) < 0 && str_cmp(none, none) == 0);
	assert_true(str_cmp(S("\x80"), S("a")) > 0);
}

/* Every byte at every place of a word, against the functions that take one byte. */
static void eight_at_once(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t at = 0; at < 20; at++) {
			uint8_t a[20] = "Ab[`{@zZ\x80\xC1\xE1qQAAAAAAA", b[20];
			uint64_t letters, low;
			a[at] = (uint8_t)c;
			low = ascii_lower8(str_load8(str_make(a, sizeof a), 0), &letters);
			for (size_t i = 0; i < 8; i++) {
				assert_int_equal((uint8_t)(low >> 8 * i), ascii_lower(a[i]));
				assert_int_equal((letters >> 8 * i & 0xFF) == 0x80, ascii_alpha(a[i]));
			}
			memcpy(b, a, sizeof a);
			b[at] ^= 0x20;
			assert_int_equal(str_ieq(str_make(a, sizeof a), str_make(b, sizeof b)), ascii_alpha((uint8_t)c));
		}
	assert_true(str_load8(S("abc"), 1) == ('b' | 'c' << 8));
	assert_true(str_load8(S("abc"), 3) == 0);
}

/* A pair, and half a pair before it, at every place of texts of every length up to three steps of the search. */
static void find_pairs(void **state)
{
	uint8_t t[100];
	(void)state;
	for (size_t n = 0; n < sizeof t; n++)
		for (size_t at = 0; at + 1 < n; at++) {
			memset(t, '.', sizeof t);
			t[at / 2] = 'F';
			t[at] = 'F';
			t[at + 1] = 'r';
			struct str s = str_make(t, n);
			assert_int_equal(str_find_pair(s, 0, 'F', 'r'), at);
			assert_int_equal(str_find_pair(s, at, 'F', 'r'), at);
			assert_true(str_find_pair(s, at + 1, 'F', 'r') == STR_NPOS);
			assert_true(str_find_pair(str_first(s, at + 1), 0, 'F', 'r') == STR_NPOS);
			assert_int_equal(str_ifind(s, S("fR")), at);
			assert_true(str_ifind(str_first(s, at + 1), S("fr")) == STR_NPOS);
			assert_true(str_ifind(s, S("FR.")) == (at + 3 <= n ? at : STR_NPOS));
		}
}

static void slice(void **state)
{
	struct str s = S("0123456789"), none = {NULL, 0};
	(void)state;
	assert_same(str_from(s, 7), S("789"), s);
	assert_same(str_from(s, 99), S(""), s);
	assert_same(str_first(s, 2), S("01"), s);
	assert_same(str_first(s, STR_NPOS), s, s);
	assert_same(str_sub(s, 3, 4), S("3456"), s);
	assert_same(str_sub(s, 8, 4), S("89"), s);
	assert_same(str_sub(none, 1, 1), none, none);
	assert_same(str_trim(S(" \t\r\n\v\fa b ")), S("a b"), s);
	assert_same(str_trim(S("  ")), S(""), s);
	assert_same(str_rtrim(S(" a ")), S(" a"), s);
	assert_same(str_trim(none), none, none);
	assert_same(str_trim(S("\0 ")), S("\0"), s);
}

static void find(void **state)
{
	struct str s = S("aAbB\0aab"), none = {NULL, 0};
	(void)state;
	assert_int_equal(str_find_byte(s, 'b'), 2);
	assert_int_equal(str_find_byte(s, 0), 4);
	assert_int_equal(str_rfind_byte(s, 'a'), 6);
	assert_true(str_find_byte(none, 'a') == STR_NPOS && str_rfind_byte(none, 'a') == STR_NPOS);
	assert_int_equal(str_find(s, S("aab")), 5);
	assert_int_equal(str_find(s, S("\0a")), 4);
	assert_int_equal(str_find(S("<b><style>x</b></style"), S("</style")), 15);
	assert_true(str_find(S("</styl"), S("</style")) == STR_NPOS);
	assert_int_equal(str_find(S("aaaaaaaaaaaaaaaaaaaaaaaaab tail"), S("aaaaaaaaaaaaaaaaab tail")), 8);
	for (size_t n = 0; n <= 8; n++) { /* exactly as many bytes as there are, for sanitizers */
		uint8_t *tight = mem_alloc(n ? n : 1);
		uint64_t want = 0;
		assert_non_null(tight);
		for (size_t i = 0; i < n; i++)
			want |= (uint64_t)(tight[i] = (uint8_t)(0x81 + i)) << 8 * i;
		assert_true(str_load8(str_make(tight, n), 0) == want);
		assert_true(n == 0 || str_load8(str_make(tight, n), 1) == want >> 8);
		mem_free(tight);
	}
	assert_int_equal(str_find(s, S("")), 0);
	assert_true(str_find(s, S("abc")) == STR_NPOS && str_find(none, S("a")) == STR_NPOS);
	assert_int_equal(str_ifind(s, S("BB")), 2);
	assert_int_equal(str_ifind(s, S("AB")), 1);
	assert_int_equal(str_ifind(s, S("aAB")), 0);
	assert_int_equal(str_ifind(S("aaab"), S("AAB")), 1);
	assert_int_equal(str_ifind(S("x[{"), S("{")), 2);
	assert_int_equal(str_ifind(S("x\xc9"), S("\xc9")), 1);
	assert_true(str_ifind(s, S("aabb\1")) == STR_NPOS && str_ifind(none, S("a")) == STR_NPOS);
	assert_int_equal(str_ifind(none, none), 0);
}

static void split(void **state)
{
	static const struct {
		struct str in, want;
	} t[] = {{T(""), T("<>")}, {T("a"), T("<a>")}, {T("a,b"), T("<a><b>")}, {T(",a,,"), T("<><a><><>")},
		{T("\0,"), T("<\0><>")}};
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		uint8_t got[64];
		size_t n = 0;
		for (struct str rest = t[i].in, tok; str_next(&rest, ',', &tok);) {
			got[n++] = '<';
			memcpy(got + n, tok.p, tok.n);
			n += tok.n;
			got[n++] = '>';
		}
		assert_same(str_make(got, n), t[i].want, t[i].in);
	}
	struct str none = {NULL, 0}, tok;
	assert_false(str_next(&none, ',', &tok));
}

static void lines(void **state)
{
	struct str rest = S("one\ntwo\r\n\r\n\rx\r\r\nlast\r"), line;
	static const struct str want[] = {T("one"), T("two"), T(""), T("\rx\r"), T("last\r")};
	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_true(str_line(&rest, &line));
		assert_same(line, want[i], rest);
	}
	assert_false(str_line(&rest, &line));
	rest = S("\n");
	assert_true(str_line(&rest, &line) && line.n == 0 && !str_line(&rest, &line));
}

static void numbers(void **state)
{
	static const char *bad[] = {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616", "99999999999999999999", "1a"};
	uint64_t v = 7;
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(str_u64(str_of(bad[i]), &v));
	assert_int_equal(v, 7);
	assert_true(str_u64(S("18446744073709551615"), &v) && v == UINT64_MAX);
	assert_true(str_u64(S("000"), &v) && v == 0);
	assert_true(str_u64(S("120"), &v) && v == 120);
}

static void classes(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		uint8_t b = (uint8_t)c;
		bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
		assert_int_equal(ascii_alpha(b), upper || lower);
		assert_int_equal(ascii_digit(b), digit);
		assert_int_equal(ascii_alnum(b), upper || lower || digit);
		assert_int_equal(ascii_lower(b), upper ? c + 32 : c);
		assert_int_equal(ascii_space(b), c && memchr(" \t\r\n\v\f", (int)c, 6) != NULL);
		const char *at = c ? memchr("0123456789abcdef", ascii_lower(b), 16) : NULL;
		assert_int_equal(
			ascii_hex(b), at && (digit || upper || lower) ? (long)(b <= '9' ? c - '0' : (c | 32) - 'a' + 10) : -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compare),
		cmocka_unit_test(eight_at_once),
		cmocka_unit_test(find_pairs),
		cmocka_unit_test(slice),
		cmocka_unit_test(find),
		cmocka_unit_test(split),
		cmocka_unit_test(lines),
		cmocka_unit_test(numbers),
		cmocka_unit_test(classes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
