/* charset_test.c - labels, mislabelled UTF-8, tables, stateful charsets, damage. Expected text comes from Python's codecs. */
#include <pthread.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/test.h"
#include "base/utf8.h"
#include "codec/charset.h"

#define BYTES ANOM(charset_bad_bytes)
#define UNKNOWN ANOM(charset_unknown)
#define MISMATCH ANOM(charset_mismatch)
#define FFFD "\xef\xbf\xbd"

static void labels(void **state)
{
	static const struct {
		const char *label, *want;
	} t[] = {
		{"UTF-8", "utf-8"},
		{"utf8", "utf-8"},
		{" \"Utf_8\" ", "utf-8"},
		{"us-ascii", "us-ascii"},
		{"ANSI_X3.4-1968", "us-ascii"},
		{"ISO-8859-1", "iso-8859-1"},
		{"iso_8859-1:1987", "iso-8859-1"},
		{"iso8859-1", "iso-8859-1"},
		{"ISO 8859 1", "iso-8859-1"},
		{"latin1", "iso-8859-1"},
		{"'iso-8859-1'", "iso-8859-1"},
		{"iso-8859-11", "windows-874"},
		{"iso-8859-15", "iso-8859-15"},
		{"Windows-1252", "windows-1252"},
		{"cp1252", "windows-1252"},
		{"x-cp1251", "windows-1251"},
		{"CP-1251", "windows-1251"},
		{"KOI8-R", "koi8-r"},
		{"koi8-u", "koi8-u"},
		{"gb2312", "gb2312"},
		{"GB_2312-80", "gb2312"},
		{"x-gbk", "gbk"},
		{"cp936", "gbk"},
		{"GB18030", "gb18030"},
		{"big5", "big5"},
		{"cp950", "big5"},
		{"ks_c_5601-1987", "euc-kr"},
		{"CP949", "euc-kr"},
		{"Shift_JIS", "shift_jis"},
		{"x-sjis", "shift_jis"},
		{"iso-2022-jp", "iso-2022-jp"},
		{"hz-gb-2312", "hz-gb-2312"},
		{"unicode-1-1-utf-7", "utf-7"},
		{"utf-16", "utf-16"},
		{"tis-620", "windows-874"},
		{"macintosh", "macintosh"},
		{"", ""},
		{"x-unknown", ""},
		{"default", ""},
		{"----", ""},
		{"iso-8859-12", ""},
		{"utf-8x", ""},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
		{"\xff\xfe", ""},
		{"iso-2022-cn-ext", ""},
		{"ibm1390", ""},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		assert_same(charset_canonical(str_of(t[i].label)), str_of(t[i].want), str_of(t[i].label));
}

static const struct {
	const char *label;
	struct str in, want;
	uint64_t bits;
} cases[] = {
	{"", T(""), T(""), 0},
	{"utf-16", T(""), T(""), 0},
	{"", T("plain"), T("plain"), 0},
	{"x-nobody", T("plain"), T("plain"), UNKNOWN},
	{"", T("a\0b"), T("a\0b"), 0},
	/* UTF-8 */
	{"utf-8", T("caf\xc3\xa9"), T("caf\xc3\xa9"), 0},
	{"utf-8", T("caf\xe9!"), T("caf" FFFD "!"), BYTES},
	{"utf-8", T("\xe4\xbd"), T(FFFD), BYTES},
	{"utf-8", T("\xed\xa0\x80"), T(FFFD FFFD FFFD), BYTES},
	{"utf-8", T("\xc0\xaf\xf5"), T(FFFD FFFD FFFD), BYTES},
	{"utf-8", T("\xef\xbb\xbfhi"), T("hi"), 0},
	{"utf-8", T("\xef\xbb\xbf\xff"), T(FFFD), BYTES},
	/* no label, us-ascii, unknown: UTF-8 when valid, else windows-1252 */
	{"", T("caf\xc3\xa9"), T("caf\xc3\xa9"), 0},
	{"", T("caf\xe9"), T("caf\xc3\xa9"), 0},
	{" ", T("caf\xe9"), T("caf\xc3\xa9"), 0},
	{"us-ascii", T("caf\xc3\xa9"), T("caf\xc3\xa9"), MISMATCH},
	{"us-ascii", T("caf\xe9 \x93"), T("caf\xc3\xa9 \xe2\x80\x9c"), BYTES},
	{"x-nobody", T("caf\xe9"), T("caf\xc3\xa9"), UNKNOWN},
	{"x-nobody", T("caf\xc3\xa9"), T("caf\xc3\xa9"), UNKNOWN | MISMATCH},
	/* single-byte */
	{"iso-8859-1", T("\x80 \x93 \xe9"), T("\xe2\x82\xac \xe2\x80\x9c \xc3\xa9"), 0},
	{"iso-8859-1", T("\x81"), T("\xc2\x81"), 0},
	{"windows-1252", T("\x81x"), T(FFFD "x"), BYTES},
	{"iso-8859-15", T("\xa4"), T("\xe2\x82\xac"), 0},
	{"windows-1251", T("\xcf\xf0"), T("\xd0\x9f\xd1\x80"), 0},
	{"koi8-r", T("\xf0\xd2"), T("\xd0\x9f\xd1\x80"), 0},
	{"windows-1250", T("\x9a"), T("\xc5\xa1"), 0},
	{"windows-874", T("\xa1"), T("\xe0\xb8\x81"), 0},
	{"ibm866", T("\x80"), T("\xd0\x90"), 0},
	{"macintosh", T("\x8e"), T("\xc3\xa9"), 0},
	{"iso-8859-9", T("\xfd\x93"), T("\xc4\xb1\xe2\x80\x9c"), 0},
	{"iso-8859-1",
		T("12345678\xe9"
		  "12345678\0\xe9"),
		T("12345678\xc3\xa9"
		  "12345678\0\xc3\xa9"),
		0},
	/* UTF-8 under a single-byte label: one sequence proves nothing, two do */
	{"iso-8859-1", T("\xc3\xa9"), T("\xc3\x83\xc2\xa9"), 0},
	{"iso-8859-1", T("\xc3\xa9t\xc3\xa9"), T("\xc3\xa9t\xc3\xa9"), MISMATCH},
	{"windows-1251", T("\xd0\x9f\xd1\x80"), T("\xd0\x9f\xd1\x80"), MISMATCH},
	{"iso-8859-1", T("\xc3\xa9t\xc3\xa9\xe9"), T("\xc3\x83\xc2\xa9t\xc3\x83\xc2\xa9\xc3\xa9"), 0},
	{"windows-874", T("\xe0\xb8\x81\xe0\xb8\x81"), T("\xe0\xb9\x80\xe0\xb8\x98" FFFD "\xe0\xb9\x80\xe0\xb8\x98" FFFD), BYTES},
	{"gb2312", T("\xc4\xa3\xc4\xa3"), T("\xe6\xa8\xa1\xe6\xa8\xa1"), 0},
	/* multi-byte */
	{"gb2312", T("\xc4\xe3\xba\xc3"), T("\xe4\xbd\xa0\xe5\xa5\xbd"), 0},
	{"gb18030", T("\x81\x30\x81\x30"), T("\xc2\x80"), 0},
	{"gbk", T("a\xa3\xa0\xa3\xa0z"), T("a\xe3\x80\x80\xe3\x80\x80z"), 0}, /* a space that Chinese software writes */
	{"gbk", T("\x80\x31\x80"), T("\xe2\x82\xac\x31\xe2\x82\xac"), 0},
	{"big5", T("\xa7\x41\xa6\x6e"), T("\xe4\xbd\xa0\xe5\xa5\xbd"), 0},
	{"shift_jis", T("\x93\xfa\x96\x7b \xb1\\"), T("\xe6\x97\xa5\xe6\x9c\xac \xef\xbd\xb1\\"), 0},
	{"shift_jis", T("\x87\x40"), T("\xe2\x91\xa0"), 0},
	{"euc-jp", T("\xc6\xfc\xcb\xdc"), T("\xe6\x97\xa5\xe6\x9c\xac"), 0},
	{"euc-jp", T("\xfc\xe2\xfc\xf1\xfe\xa1 \xf9"), T("\xe9\xab\x99\xe2\x85\xb0\xee\x8d\x8e " FFFD),
		BYTES}, /* IBM's characters */
	{"euc-kr", T("\xc7\xd1\xb1\xdb"), T("\xed\x95\x9c\xea\xb8\x80"), 0},
	{"euc-kr", T("\x81\x41"), T("\xea\xb0\x82"), 0},
	{"gb2312", T("a\xc4"), T("a" FFFD), BYTES},
	{"gb2312", T("a\xff\xff z"), T("a" FFFD FFFD " z"), BYTES},
	{"big5", T("\xa7<br>"), T(FFFD "<br>"), BYTES},
	{"euc-kr", T("\xc7\xd1\xff\xb1\xdb"), T("\xed\x95\x9c" FFFD "\xea\xb8\x80"), BYTES},
	{"big5", T("\xa3\xe1\xa2\xcc!\xa3"), T("\xe2\x82\xac\xe5\x8d\x81!" FFFD), BYTES},
	{"big5", T("\x88\x62"), T("\xc3\x8a\xcc\x84"), 0},
	/* seven-bit with shifts */
	{"iso-2022-jp", T("a \x1b$BF|K\\\x1b(B b"), T("a \xe6\x97\xa5\xe6\x9c\xac b"), 0},
	{"iso-2022-jp", T("plain"), T("plain"), 0},
	{"iso-2022-jp", T("\x1b$BF|"), T("\xe6\x97\xa5"), 0},
	{"iso-2022-jp", T("caf\xc3\xa9"), T("caf\xc3\xa9"), MISMATCH},
	{"iso-2022-jp", T("a\xe9"), T("a" FFFD), BYTES},
	{"iso-2022-jp", T("\x93\xfa\x96\x7b!"), T("\xe6\x97\xa5\xe6\x9c\xac!"), BYTES},
	{"iso-2022-jp", T("\xc6\xfc\xcb\xdc!"), T("\xe6\x97\xa5\xe6\x9c\xac!"), BYTES},
	{"iso-2022-jp", T("\x1b$B\x7c\x62\x1b(B"), T("\xe9\xab\x99"), 0},
	{"hz", T("\xc4\xe3~{<:~}"), T("\xe4\xbd\xa0\xe5\xb7\xb1"), 0},
	{"iso-2022-jp", T("\x1b$B-!\x1b(B"), T("\xe2\x91\xa0"), 0},
	{"iso-2022-jp", T("\x1b(I1z\x1b(B"), T("\xef\xbd\xb1" FFFD), BYTES},
	{"iso-2022-jp", T("\x1b$(D!!\x1b(Bz"), T(FFFD "z"), BYTES},
	{"euc-jp",
		T("\x8f\xa1\xa1z\x8e"
		  "a"),
		T(FFFD "z" FFFD "a"), BYTES},
	{"utf-7", T("a +AOk- b"), T("a \xc3\xa9 b"), 0},
	{"utf-7", T("+ADw-script+AD4-"), T("<script>"), 0},
	{"iso-2022-kr", T("\x1b$)C\x0eGQ1[\x0f"), T("\xed\x95\x9c\xea\xb8\x80"), 0},
	{"hz-gb-2312", T("~{<:Ky2;S{~}~~a~\nb"), T("\xe5\xb7\xb1\xe6\x89\x80\xe4\xb8\x8d\xe6\xac\xb2~ab"), 0},
	{"hz", T("~{<:\nplain"), T("\xe5\xb7\xb1\nplain"), 0},
	/* wide */
	{"utf-16", T("\xff\xfeh\0i\0"), T("hi"), 0},
	{"utf-16", T("\xfe\xff\0h\0i"), T("hi"), 0},
	{"utf-16", T("h\0i\0"), T("hi"), 0},
	{"utf-16", T("\0h\0i"), T("hi"), 0},
	{"utf-16le", T("\x2dN"), T("\xe4\xb8\xad"), 0},
	{"utf-16be", T("\0h\xd8\x3d\xde\x00"), T("h\xf0\x9f\x98\x80"), 0},
	{"utf-16le", T("h\0\0\xd8i\0"), T("h" FFFD "i"), BYTES},
	{"utf-16le", T("h\0i"), T("h" FFFD), BYTES},
	{"utf-16", T("plain text."), T("plain text."), MISMATCH},
	{"utf-16", T("<html><body>plain text</body></html>"), T("<html><body>plain text</body></html>"), MISMATCH},
	{"iso-8859-2", T("\x9c"), T("\xc5\x9b"), 0},
	{"utf-16", T("\xfe\xff"), T(""), 0},
	{"utf-32", T("h\0\0\0i\0\0\0"), T("hi"), 0},
	{"utf-32be", T("\0\0\0h\0\x11\0\0"), T("h" FFFD), BYTES},
};

static int convert(struct arena *a, struct str in, const char *label, struct str *out, uint64_t *bits)
{
	static uint8_t *copy; /* out may point into it */
	mem_free(copy);
	copy = test_copy(in);
	return charset_to_utf8(a, str_make(copy, in.n), str_of(label), out, bits);
}

static void known(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, 4 * MIB);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str out;
		uint64_t bits = 0;
		assert_int_equal(convert(&a, cases[i].in, cases[i].label, &out, &bits), 0);
		if (!str_eq(out, cases[i].want))
			fprintf(stderr, "label %s\n", cases[i].label);
		assert_same(out, cases[i].want, cases[i].in);
		assert_bits(bits, cases[i].bits, cases[i].in);
		for (size_t cut = 0; cut < cases[i].in.n; cut++) {
			assert_int_equal(convert(&a, str_first(cases[i].in, cut), cases[i].label, &out, &bits), 0);
			assert_true(utf8_valid(out));
		}
		arena_reset(&a);
	}
	arena_free(&a);
}

static void zero_copy(void **state)
{
	static const struct {
		const char *label;
		struct str in;
	} t[] = {{"", T("abc")}, {"iso-8859-1", T("abc")}, {"big5", T("abc")}, {"iso-2022-jp", T("abc")}, {"utf-8", T("\xc3\xa9")},
		{"us-ascii", T("\xc3\xa9")}};
	struct arena a;
	(void)state;
	arena_init(&a, 0);
	for (size_t i = 0; i < COUNT(t); i++) {
		struct str out;
		uint64_t bits = 0;
		assert_int_equal(charset_to_utf8(&a, t[i].in, str_of(t[i].label), &out, &bits), 0);
		assert_ptr_equal(out.p, t[i].in.p);
	}
	arena_free(&a);
}

static const char *const all_labels[] = {
	"utf-8",
	"us-ascii",
	"iso-8859-1",
	"windows-1251",
	"windows-874",
	"gb2312",
	"gbk",
	"gb18030",
	"big5",
	"euc-jp",
	"shift_jis",
	"euc-kr",
	"johab",
	"viscii",
	"tcvn",
	"armscii-8",
	"georgian-ps",
	"koi8-t",
	"windows-1125",
	"iso-2022-jp",
	"iso-2022-jp-2",
	"iso-2022-kr",
	"iso-2022-cn",
	"utf-7",
	"hz-gb-2312",
	"utf-16",
	"utf-16le",
	"utf-16be",
	"utf-32",
	"utf-32le",
	"utf-32be",
};

/* A fixed sequence of bytes without pattern (splitmix64). */
static uint8_t noise(uint64_t i)
{
	uint64_t z = (i + 1) * 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	return (uint8_t)((z ^ z >> 27) >> 24);
}

/* Every charset ends, stays valid UTF-8 and inside its cap on bytes without sense; also behind an escape sequence. */
static void garbage(void **state)
{
	enum { N = 3000 };
	static const char *heads[] = {
		"", "\x1b$B", "\x1b$)C\x0e", "~{", "+", "\xff\xfe", "\xfe\xff", "\x1b$(O", "\x1b$)A\x0e\x1b$*H\x1bN"};
	struct arena a;
	(void)state;
	arena_init(&a, 16 * MIB);
	for (size_t l = 0; l < COUNT(all_labels); l++) {
		assert_true(charset_canonical(str_of(all_labels[l])).n > 0);
		for (size_t h = 0; h < COUNT(heads); h++) {
			uint8_t in[N];
			struct str head = str_of(heads[h]), out;
			uint64_t bits = 0;
			for (size_t i = 0; i < N; i++)
				in[i] = i < head.n ? head.p[i] : (uint8_t)(noise(i + h * N) & (h % 2 ? 0x7F : 0xFF));
			assert_int_equal(convert(&a, str_make(in, N), all_labels[l], &out, &bits), 0);
			assert_true(utf8_valid(out));
			assert_true(out.n <= 3 * N);
			if (bits & UNKNOWN)
				fprintf(stderr, "iconv does not know %s\n", all_labels[l]);
			assert_false(bits & UNKNOWN);
			arena_reset(&a);
		}
	}
	arena_free(&a);
}

static void capped(void **state)
{
	size_t n = 2 * LIM_TEXT;
	uint8_t *in = mem_alloc(n);
	struct arena a;
	(void)state;
	arena_init(&a, 16 * MIB);
	memset(in, 0xC4, n);
	for (size_t l = 0; l < COUNT(all_labels); l++) {
		struct str out;
		uint64_t bits = 0;
		if (strstr(all_labels[l], "utf-16") || strstr(all_labels[l], "utf-32"))
			continue;
		assert_int_equal(charset_to_utf8(&a, str_make(in, n), str_of(all_labels[l]), &out, &bits), 0);
		assert_true(utf8_valid(out));
		assert_true(out.n >= LIM_TEXT - 8 && out.n <= 3 * LIM_TEXT);
		assert_true(bits & ANOM(text_cap));
		arena_reset(&a);
	}
	mem_free(in);
	arena_free(&a);
}

static void no_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int rc = -1;
		for (size_t max = 0; rc; max += 16) {
			struct arena a;
			struct str out;
			uint64_t bits = 0;
			arena_init(&a, max);
			rc = convert(&a, cases[i].in, cases[i].label, &out, &bits);
			assert_true(rc == 0 || (rc < 0 && !out.n));
			arena_free(&a);
			assert_true(max < 1 << 16);
		}
	}
}

/* In a thread of its own, so that the descriptors are not open yet. */
static void *fresh_thread(void *unused)
{
	bool hit = true;
	for (long n = 0; hit; n++) {
		struct arena a;
		struct str out;
		uint64_t bits = 0;
		arena_init(&a, 1 * MIB);
		mem_fail_from(n);
		int rc = charset_to_utf8(&a, S("\xc4\xe3"), S("gb2312"), &out, &bits);
		hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&a);
		if ((rc < 0) != hit)
			return (void *)1;
	}
	return unused;
}

static void threads(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		pthread_t t;
		void *failed;
		assert_int_equal(pthread_create(&t, NULL, fresh_thread, NULL), 0);
		assert_int_equal(pthread_join(t, &failed), 0);
		assert_null(failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels),
		cmocka_unit_test(known),
		cmocka_unit_test(zero_copy),
		cmocka_unit_test(garbage),
		cmocka_unit_test(capped),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
