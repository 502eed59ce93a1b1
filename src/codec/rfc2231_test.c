/* rfc2231_test.c - Content-Type and Content-Disposition, well formed and as spam has them. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "base/utf8.h"
#include "codec/rfc2231.h"

#define BAD ANOM(bad_parameter)

/* want: value|name=value|..., with '*' before the name when extended and '"' behind it when quoted. */
static const struct {
	struct str in, want;
	uint64_t bits;
} cases[] = {
	{T(""), T(""), 0},
	{T("text/plain"), T("text/plain"), 0},
	{T(" TEXT/Html ;"), T("text/html"), 0},
	{T("text/plain; charset=us-ascii"), T("text/plain|charset=us-ascii"), 0},
	{T("text/plain;charset=us-ascii;"), T("text/plain|charset=us-ascii"), 0},
	{T("text/plain ;\r\n\tCharSet = \"UTF-8\" ;\n format=flowed"), T("text/plain|charset\"=UTF-8|format=flowed"), 0},
	{T("multipart/mixed; boundary=\"a;b=c\\\"d\\\\e\""), T("multipart/mixed|boundary\"=a;b=c\"d\\e"), 0},
	{T("multipart/mixed; boundary=\"----=_NextPart_000\""), T("multipart/mixed|boundary\"=----=_NextPart_000"), 0},
	{T("multipart/mixed; boundary=----=_NextPart_000"), T("multipart/mixed|boundary=----=_NextPart_000"), 0},
	{T("multipart/mixed; BOUNDARY=\"  a\""), T("multipart/mixed|boundary\"=  a"), 0},
	{T("multipart/mixed; boundary=\"=?utf-8?q?a?=\""), T("multipart/mixed|boundary\"==?utf-8?q?a?="), 0},
	{T("a/b; x=\"\""), T("a/b|x\"="), 0},
	{T("a/b; x="), T("a/b|x="), 0},
	{T("a/b; x=\"a\r\n b\""), T("a/b|x\"=a b"), 0},
	{T("a/b; x=\"a\0b\""), T("a/b|x\"=a\0b"), 0},
	/* comments */
	{T("text/plain (plain (nested \\) ) text); charset=us-ascii (Plain text)"), T("text/plain|charset=us-ascii"), 0},
	{T("(c) text/plain; (d) charset (e) = (f) us-ascii"), T("text/plain|charset=us-ascii"), 0},
	{T("text/plain; charset=us-ascii (unclosed"), T("text/plain|charset=us-ascii"), BAD},
	{T("a/b; name=foo(1).txt"), T("a/b|name=foo(1).txt"), 0},
	/* RFC 2231 sections 3 and 4 */
	{T("message/external-body; access-type=URL; URL*0=\"ftp://\"; URL*1=\"cs.utk.edu/pub\""),
		T("message/external-body|access-type=URL|*url\"=ftp://cs.utk.edu/pub"), 0},
	{T("application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"),
		T("application/x-stuff|*title=This is ***fun***"), 0},
	{T("application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; "
	   "title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\""),
		T("application/x-stuff|*title=This is even more ***fun*** isn't it!"), 0},
	{T("a/b; filename*=UTF-8''%e2%82%ac.txt"), T("a/b|*filename=\xe2\x82\xac.txt"), 0},
	{T("a/b; filename*0*=UTF-8''%e2%82; filename*1*=%ac.txt"), T("a/b|*filename=\xe2\x82\xac.txt"), 0},
	{T("a/b; filename*=koi8-r''%F0%D2"), T("a/b|*filename=\xd0\x9f\xd1\x80"), 0},
	{T("a/b; filename=plain.txt; filename*=UTF-8''%c3%a9.txt"), T("a/b|*filename=\xc3\xa9.txt"), 0},
	{T("a/b; filename*=UTF-8''%c3%a9.txt; filename=plain.txt"), T("a/b|*filename=\xc3\xa9.txt"), 0},
	{T("a/b; filename*=\"UTF-8''%c3%a9.txt\""), T("a/b|*filename\"=\xc3\xa9.txt"), 0},
	/* any order, gaps, damage in continuations */
	{T("a/b; x*1=b; x*0=a; x*2=c"), T("a/b|*x=abc"), 0},
	{T("a/b; x*0=a; x*2=c"), T("a/b|*x=ac"), BAD},
	{T("a/b; x*1=b; x*2=c"), T("a/b|*x=bc"), 0},
	{T("a/b; x*0=a; x*0=z; x*1=b"), T("a/b|*x=ab"), BAD},
	{T("a/b; x*00=a; x*01=b"), T("a/b|*x=ab"), 0},
	{T("a/b; x*99999=a"), T("a/b|x*99999=a"), 0},
	{T("a/b; x*=noquotes%41"), T("a/b|*x=noquotesA"), BAD},
	{T("a/b; x*=us-ascii'%41"), T("a/b|*x=us-ascii'A"), BAD},
	{T("a/b; x*=utf-8''%zz%4"), T("a/b|*x=%zz%4"), BAD},
	{T("a/b; x*=utf-8''"), T("a/b|*x="), 0},
	{T("a/b; x*=''%41"), T("a/b|*x=A"), 0},
	{T("a/b; *=a"), T("a/b|*=a"), BAD},
	/* RFC 2047 and raw 8-bit in values */
	{T("a/b; name=\"=?utf-8?B?5L2g?=.txt\""), T("a/b|name\"=\xe4\xbd\xa0.txt"), 0},
	{T("a/b; name==?utf-8?Q?=C3=A9?="), T("a/b|name=\xc3\xa9"), 0},
	{T("a/b; name=\"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=\""), T("a/b|name\"=ab"), 0},
	{T("a/b; name*0=\"=?utf-8?Q?=C3\"; name*1=\"=A9?=\""), T("a/b|*name\"=\xc3\xa9"), 0},
	{T("a/b; name=\"caf\xe9\""), T("a/b|name\"=caf\xc3\xa9"), 0},
	{T("a/b; name=\"caf\xc3\xa9\""), T("a/b|name\"=caf\xc3\xa9"), 0},
	/* what senders do */
	{T("text/html charset=iso-8859-1"), T("text/html|charset=iso-8859-1"), BAD},
	{T("text/html; charset=iso-8859-1 format=flowed"), T("text/html|charset=iso-8859-1|format=flowed"), BAD},
	{T("text/html; charset=\"iso-8859-1\" format=flowed"), T("text/html|charset\"=iso-8859-1|format=flowed"), 0},
	{T("a/b; name=my holiday.jpg; x=y"), T("a/b|name=my holiday.jpg|x=y"), BAD},
	{T("a/b; name=\"C:\\temp\\x.txt\""), T("a/b|name\"=C:\\temp\\x.txt"), 0},
	{T("multipart/mixed; boundary=\"abc"), T("multipart/mixed|boundary\"=abc"), BAD},
	{T("multipart/mixed; boundary=\"abc; x=y"), T("multipart/mixed|boundary\"=abc|x=y"), BAD},
	{T("multipart/mixed; boundary=\"abc\r\n x=y"), T("multipart/mixed|boundary\"=abc|x=y"), BAD},
	{T("multipart/mixed; boundary=abc\""), T("multipart/mixed|boundary=abc\""), 0},
	{T("a/b; x=1; X=2"), T("a/b|x=1"), BAD},
	{T("a/b; x"), T("a/b"), BAD},
	{T("a/b; x; y=1"), T("a/b|y=1"), BAD},
	{T("a/b; =1; y=2"), T("a/b|y=2"), BAD},
	{T("a/b;;; ;y=2"), T("a/b|y=2"), 0},
	{T("charset=utf-8"), T("|charset=utf-8"), BAD},
	{T("; charset=utf-8"), T("|charset=utf-8"), 0},
	{T("\"text/html\"; charset=utf-8"), T("text/html|charset=utf-8"), BAD},
	{T("text/html; \"charset=utf-8\""), T("text/html"), BAD},
	{T("text / html; a=b"), T("text/html|a=b"), 0},
	{T("text/ html"), T("text/html"), 0},
	{T("text"), T("text"), 0},
	{T("text html"), T("text"), BAD},
	{T("attachment filename=x.exe"), T("attachment|filename=x.exe"), BAD},
	{T("text/plain, text/html"), T("text/plain,"), BAD},
	{T("(unclosed text/plain"), T(""), BAD},
	{T("a/b; x=\"y\"z; q=r"), T("a/b|x\"=y|q=r"), BAD},
};

static void show(struct str value, const struct params *p, struct buf *out)
{
	buf_clear(out);
	buf_add(out, value);
	for (size_t i = 0; i < p->n; i++) {
		buf_byte(out, '|');
		if (p->v[i].extended)
			buf_byte(out, '*');
		buf_add(out, p->v[i].name);
		if (p->v[i].quoted)
			buf_byte(out, '"');
		buf_byte(out, '=');
		buf_add(out, p->v[i].value);
	}
}

static void known(void **state)
{
	struct arena a;
	struct buf shown;
	(void)state;
	arena_init(&a, 1 * MIB);
	buf_init(&shown, 4096);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str value, in = cases[i].in;
		struct params p;
		uint64_t bits = 0;
		uint8_t *copy = test_copy(in);
		assert_int_equal(params_parse(&a, str_make(copy, in.n), &value, &p, &bits), 0);
		show(value, &p, &shown);
		assert_same(buf_str(&shown), cases[i].want, in);
		assert_bits(bits, cases[i].bits, in);
		mem_free(copy);
		arena_reset(&a);
	}
	buf_free(&shown);
	arena_free(&a);
}

static void truncated(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, 1 * MIB);
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t cut = 0; cut < cases[i].in.n; cut++) {
			struct str value;
			struct params p;
			uint64_t bits = 0;
			uint8_t *copy = test_copy(str_first(cases[i].in, cut));
			assert_int_equal(params_parse(&a, str_make(copy, cut), &value, &p, &bits), 0);
			for (size_t k = 0; k < p.n; k++)
				assert_true(utf8_valid(p.v[k].value));
			mem_free(copy);
			arena_reset(&a);
		}
	arena_free(&a);
}

static void get(void **state)
{
	struct arena a;
	struct str value;
	struct params p;
	uint64_t bits = 0;
	(void)state;
	arena_init(&a, 1 * MIB);
	assert_int_equal(params_parse(&a, S("a/b; X=1; FileName*0=\"y\"; e="), &value, &p, &bits), 0);
	assert_same(params_get(&p, S("x")), S("1"), S("x"));
	assert_same(params_get(&p, S("filename")), S("y"), S("filename"));
	assert_non_null(params_get(&p, S("e")).p);
	assert_null(params_get(&p, S("none")).p);
	assert_same(p.v[1].raw_name, S("FileName*0"), S(""));
	arena_free(&a);
}

/* Thousands of parameters, comments, quotes and continuations: capped, quick, all valid UTF-8. */
static void long_values(void **state)
{
	static const char *pieces[] = {
		"; a=b", "(", "\"", "; x*0=a; x*1=b", ";", "; x*1*=%e4", " a", "\\", "; a=\"", "; =?", "=", "\n "};
	struct arena a;
	(void)state;
	arena_init(&a, 4 * MIB);
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct str piece = str_of(pieces[i]), value;
		struct params p;
		uint64_t bits = 0;
		size_t n = (LIM_HEADER_VALUE + 100) / piece.n;
		uint8_t *all = mem_alloc(n * piece.n);
		for (size_t k = 0; k < n; k++)
			memcpy(all + k * piece.n, piece.p, piece.n);
		assert_int_equal(params_parse(&a, str_make(all, n * piece.n), &value, &p, &bits), 0);
		assert_true(p.n <= LIM_PARAMS);
		assert_true(bits & ANOM(header_cap));
		mem_free(all);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void no_memory(void **state)
{
	struct str in = S("TEXT/html; NAME=\"a\\\"\r\n b\"; x*1*=%41; x*0*=koi8-r'en'%f0; y==?koi8-r?q?=f0?=; z=\xe9"), value;
	struct params p;
	uint64_t bits = 0;
	int rc = -1;
	(void)state;
	for (size_t max = 16; rc; max += 16) {
		struct arena a;
		arena_init(&a, max);
		rc = params_parse(&a, in, &value, &p, &bits);
		assert_true(rc <= 0);
		arena_free(&a);
		assert_true(max < 1 << 20);
	}
	struct arena a;
	arena_init(&a, 1 * MIB);
	mem_fail_from(0);
	assert_true(params_parse(&a, in, &value, &p, &bits) < 0);
	mem_fail_from(-1);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(truncated),
		cmocka_unit_test(get),
		cmocka_unit_test(long_values),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
