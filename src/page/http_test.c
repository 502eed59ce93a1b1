/* http_test.c */
#include "page/http.h"

#include <zlib.h>

#include "base/limits.h"
#include "base/test.h"
#include "page/fact.h"

static const struct {
	struct str block;
	int status;
	struct str location, type, charset, body;
	uint64_t facts;
} cases[] = {
	{T("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"), 302, T("/x"), T(""), T(""), T(""), 0},
	{T("HTTP/1.0 200\r\nContent-Type: Text/HTML; charset=\"koi8-r\"\r\n\r\nbody"), 200, T(""), T("Text/HTML"), T("koi8-r"),
		T("body"), 0},
	{T("HTTP/2 404 \nContent-type: text/html;x=y; Charset=utf-8\n\nno"), 404, T(""), T("text/html"), T("utf-8"), T("no"), 0},
	{T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), 200, T(""), T(""), T(""),
		T("abcde"), 0},
	{T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>"), 200, T(""), T(""), T(""), T("<html>"),
		FACT(http_decoded)},
	{T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcXX\r\n"), 200, T(""), T(""), T(""), T("abc"),
		FACT(http_bad_chunk)},
	{T("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"), 200, T(""), T(""), T(""), T("abc"), FACT(http_short)},
	{T("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), 200, T(""), T(""), T(""), T("abc"), FACT(http_short)},
	{T("HTTP/1.1 200 OK\r\nbroken\r\n\r\nabc"), 200, T(""), T(""), T(""), T("abc"), FACT(http_bad_header)},
	{T("HTTP/1.1 banana\r\n\r\nabc"), 0, T(""), T(""), T(""), T("abc"), FACT(http_no_status)},
	{T("<html>"), 0, T(""), T(""), T(""), T("<html>"), FACT(http_no_status)},
	{T("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nplain"), 200, T(""), T(""), T(""), T("plain"), FACT(http_decoded)},
	{T("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nxx"), 200, T(""), T(""), T(""), T("xx"), FACT(http_unknown_coding)},
	{T("HTTP/1.1 200 OK\r\nA: b"), 200, T(""), T(""), T(""), T(""), FACT(http_short)},
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a;
		struct http_response r;
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(http_response(&a, cases[i].block, &r), 0);
		assert_int_equal(r.status, cases[i].status);
		assert_same(r.location, cases[i].location, cases[i].block);
		assert_same(r.type, cases[i].type, cases[i].block);
		assert_same(r.charset, cases[i].charset, cases[i].block);
		assert_same(r.body, cases[i].body, cases[i].block);
		assert_int_equal(r.facts, cases[i].facts);
		arena_free(&a);
	}
}

/* A response with n bytes of 'a', deflated in a window of zlib's. */
static size_t packed(uint8_t *out, size_t max, const char *coding, int window, size_t n)
{
	static uint8_t zero[65536];
	z_stream z = {0};
	memset(zero, 'a', sizeof zero);
	int head = snprintf((char *)out, max, "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\n\r\n", coding);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = out + head;
	z.avail_out = (unsigned)(max - (size_t)head);
	for (size_t left = n; left;) {
		z.next_in = zero;
		z.avail_in = (unsigned)(left < sizeof zero ? left : sizeof zero);
		left -= z.avail_in;
		assert_true(deflate(&z, left ? Z_NO_FLUSH : Z_FINISH) >= Z_OK);
	}
	size_t all = (size_t)head + z.total_out;
	deflateEnd(&z);
	return all;
}

static void test_codings(void **state)
{
	static const struct {
		const char *coding;
		int window;
		size_t n, want;
		uint64_t facts;
	} rows[] = {
		{"gzip", 31, 10, 10, 0},
		{"x-gzip", 31, 100000, 100000, 0},
		{"deflate", 15, 5000, 5000, 0},
		{"deflate", -15, 5000, 5000, 0},
		{"gzip", 31, 200 * 1024 * 1024, LIM_PAGE, FACT(page_cut) | FACT(gzip_bomb)},
	};
	static uint8_t out[1 << 20];
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a;
		struct http_response r;
		size_t n = packed(out, sizeof out, rows[i].coding, rows[i].window, rows[i].n);
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(http_response(&a, str_make(out, n), &r), 0);
		assert_int_equal(r.body.n, rows[i].want);
		assert_int_equal(r.facts & ~(rows[i].facts & FACT(gzip_bomb)), rows[i].facts & ~FACT(gzip_bomb));
		arena_free(&a);
	}
	size_t n = packed(out, sizeof out, "gzip", 31, 10000);
	for (size_t cut = 0; cut < n; cut++) {
		struct arena a;
		struct http_response r;
		uint8_t *copy = test_copy(str_make(out, cut));
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(http_response(&a, str_make(copy, cut), &r), 0);
		arena_free(&a);
		mem_free(copy);
	}
}

static void test_refresh(void **state)
{
	static const struct {
		struct str in, url;
		int seconds;
	} rows[] = {
		{T("0; url=http://a/"), T("http://a/"), 0},
		{T("5;URL='http://a/?x=1;y'"), T("http://a/?x=1;y"), 5},
		{T("1.5, http://a/"), T("http://a/"), 1},
		{T("10"), T(""), 10},
		{T(" 0 ; url = \"/x\" junk"), T("/x"), 0},
		{T("url=http://a/"), T("http://a/"), -1},
		{T(""), T(""), -1},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int seconds;
		assert_same(http_refresh(rows[i].in, &seconds), rows[i].url, rows[i].in);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t n = 0; n < cases[i].block.n; n++) {
			struct arena a;
			struct http_response r;
			uint8_t *copy = test_copy(str_first(cases[i].block, n));
			arena_init(&a, LIM_PAGE_ARENA);
			assert_int_equal(http_response(&a, str_make(copy, n), &r), 0);
			arena_free(&a);
			mem_free(copy);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_codings),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_truncated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
