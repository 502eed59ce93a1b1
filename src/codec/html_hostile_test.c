/* html_hostile_test.c - input made to be slow or large: work and memory stay linear, text is kept. */
#include <stdio.h>
#include <stdlib.h>

#include "base/anomaly.h"
#include "base/limits.h"
#include "base/test.h"
#include "base/utf8.h"
#include "codec/html.h"
#include "codec/url.h"

enum { SIZE = 1 << 20 };

static const char *const patterns[] = {
	"<b>",
	"<div>",
	"<p>",
	"<p>x",
	"<td>",
	"<table>",
	"<table><tr><td>x",
	"<ul><li>",
	"<dl><dt><dd>",
	"<b><i></b></i>",
	"</b>",
	"<b></b>",
	"<b style=color:red>",
	"<b style=color:red><i style=color:blue></b>",
	"<font color=red><p></font>",
	"<font color=white><div></font>x</div>",
	"<div style=display:none>",
	"<div style=display:none>x</div>",
	"<div style='(;",
	"<div style='(;'>",
	"<div style=\"';';\">",
	"<div style='a:b;c:d;'>",
	"<div class='a b c d e f g h i' id=j>",
	"<style>.a{color:red}</style><b class=a>",
	"<style>",
	"<style></style>",
	"<style>.a{",
	"<style>/*",
	"<style>@media{",
	"<style>a,",
	"<script>",
	"<script></scrip",
	"<title>",
	"<title>x</title>",
	"<title> </title>",
	"<textarea>",
	"<textarea>x</textarea>",
	"<xmp><plaintext>",
	"<!--",
	"<!-- -- ",
	"<!-->",
	"<!--x-->",
	"<!",
	"<?",
	"</",
	"<",
	"<a",
	"<a ",
	"<a =",
	"<a b=",
	"<a b=\"",
	"<a b='\" c=\"'",
	"<a href=\"x>",
	"<a href=x>y",
	"<a href=&#120;>",
	"<a href='http://h/&amp;'>y</a>",
	"<img src=x alt=y>",
	"<img src='data:image/png;base64,AAAA'>",
	"<form action=x><input type=password>",
	"<select><option>x",
	"<body bgcolor=red>",
	"<body style='color:red'><b style='font-size:2px'>",
	"<base href='http://base.example/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p'><a href=x>",
	"<b style='background:url(",
	"<b style='background:url(x)'>",
	"<br>",
	"<br>x",
	"<pre>\n x",
	"&",
	"&#",
	"&#x",
	"&#9999999999",
	"&amp",
	"&notanentityatall",
	"&nbsp;",
	"\xC2",
	"\xC2\xA0",
	"\xFF",
	" ",
	"x y ",
	"http://a.example/<b>",
};

static struct str repeat(const char *pattern, size_t bytes)
{
	size_t n = strlen(pattern);
	uint8_t *p = test_malloc(bytes);
	for (size_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)pattern[i % n];
	return str_make(p, bytes);
}

struct effort {
	uint64_t work;
	size_t memory;
};

static struct effort effort(struct str html)
{
	struct arena a;
	struct html_result r;
	struct url_set set;
	uint64_t anomalies = 0;
	arena_init(&a, LIM_ARENA);
	assert_int_equal(html_scan(&a, html, NULL, &r, &anomalies), 0);
	assert_true(utf8_valid(r.text) && utf8_valid(r.hidden));
	url_set_init(&set, &a, NULL);
	url_set_add_html(&set, &r);
	assert_false(set.oom);
	struct effort e = {r.work + set.work, a.total};
	arena_free(&a);
	return e;
}

static void test_linear(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		struct str html = repeat(patterns[i], SIZE);
		struct effort half = effort(str_first(html, SIZE / 2)), full = effort(html);
		if (full.work > 2 * half.work + half.work / 4 + 65536 || full.work > 48u * SIZE)
			fail_msg("%s: work %llu for half, %llu for all", patterns[i], (unsigned long long)half.work,
				(unsigned long long)full.work);
		if (full.memory > 24 * MIB)
			fail_msg("%s: %zu bytes held", patterns[i], full.memory);
		test_free((void *)(uintptr_t)html.p);
	}
}

static void test_text_survives(void **state)
{
	(void)state;
	static const char *const before[] = {
		"<b>", "<div>", "<p>", "<td>", "<font color=red>", "<div style=display:none>", "<table>"};
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		struct str junk = repeat(before[i], 140000 / strlen(before[i]) * strlen(before[i]));
		struct str tail = S("visible <a href=http://h/>link</a>");
		uint8_t *p = test_malloc(junk.n + tail.n);
		struct arena a;
		struct html_result r;
		uint64_t anomalies = 0;
		memcpy(p, junk.p, junk.n);
		memcpy(p + junk.n, tail.p, tail.n);
		arena_init(&a, LIM_ARENA);
		struct html_settings few = {.max_tags = 5000};
		assert_int_equal(html_scan(&a, str_make(p, junk.n + tail.n), &few, &r, &anomalies), 0);
		assert_true(anomalies & ANOM(html_cap));
		assert_true(str_ends(r.text, S("visible link")));
		assert_int_equal(r.n_links, 1);
		assert_true(str_eq(r.links[0].text, S("link")));
		arena_free(&a);
		test_free(p);
		test_free((void *)(uintptr_t)junk.p);
	}
}

static void test_many_attributes(void **state)
{
	(void)state;
	struct str attrs = repeat(" a=b c='d' e", 12 * 17000);
	uint8_t *p = test_malloc(attrs.n + 64);
	size_t n = 0;
	struct arena a;
	struct html_result r;
	uint64_t anomalies = 0;
	memcpy(p, "<b", 2);
	memcpy(p + 2, attrs.p, attrs.n);
	n = 2 + attrs.n;
	memcpy(p + n, ">x", 2);
	n += 2;
	arena_init(&a, LIM_ARENA);
	assert_int_equal(html_scan(&a, str_make(p, n), NULL, &r, &anomalies), 0);
	assert_int_equal(anomalies, ANOM(html_cap));
	assert_true(str_eq(r.text, S("x")));
	assert_int_equal(r.n_tags, 1);
	assert_true(r.work < 8 * n);
	arena_free(&a);
	test_free(p);
	test_free((void *)(uintptr_t)attrs.p);
}

/* More rules than kept, and rules whose names collide, never make a tag walk the table. */
static void test_many_rules(void **state)
{
	(void)state;
	enum { RULES = 20000 };
	char *p = test_malloc(RULES * 64);
	size_t n = 0;
	memcpy(p, "<style>", 7);
	n = 7;
	for (int i = 0; i < RULES; i++)
		n += (size_t)snprintf(p + n, 64, ".c%d{color:red}", i);
	memcpy(p + n, "</style>", 8);
	n += 8;
	for (int i = 0; i < RULES; i++)
		n += (size_t)snprintf(p + n, 64, "<b class=c%d>", i);
	struct arena a;
	struct html_result r;
	uint64_t anomalies = 0;
	arena_init(&a, LIM_ARENA);
	assert_int_equal(html_scan(&a, str_make(p, n), NULL, &r, &anomalies), 0);
	assert_true(anomalies & ANOM(html_cap));
	assert_true(r.work < 12 * n);
	arena_free(&a);
	test_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linear),
		cmocka_unit_test(test_text_survives),
		cmocka_unit_test(test_many_attributes),
		cmocka_unit_test(test_many_rules),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
