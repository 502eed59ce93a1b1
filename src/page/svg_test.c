/* svg_test.c */
#include "page/svg.h"

#include "base/limits.h"
#include "base/test.h"
#include "base/utf8.h"
#include "codec/html.h"
#include "page/script.h"

static const struct {
	struct str svg, want;
} cases[] = {
	{T("<svg><a href='x'>t</a></svg>"), T("<svg><a href=\"x\">t</a></svg>")},
	{T("<s:svg><s:a s:x='1' x:href='h&amp;i'/></s:svg>"), T("<svg><a x=\"1\" href=\"h&amp;i\"></a></svg>")},
	{T("<a xlink:href='old' href='new'>"), T("<a href=\"new\" href=\"old\">")},
	{T("<a href='say \"x\"'>"), T("<a href=\"say &quot;x&quot;\">")},
	{T("<image xlink:href='i'/><script href='s'/>"), T("<img src=\"i\"></img><script src=\"s\"></script>")},
	{T("<text><![CDATA[a<b&c]]></text>"), T("<text>a&lt;b&amp;c</text>")},
	{T("<script><![CDATA[if(a<b)c='</script>']]></script>"), T("<script>if(a<b)c='<\\/script>'</script>")},
	{T("<script>x=&quot;&#104;&quot;<!-- not code --></script>"), T("<script>x=\"h\"</script>")},
	{T("<g onclick='a(&apos;b&apos;)' fill='red'/>"), T("<script>a('b')</script><g fill=\"red\"></g>")},
	{T("<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY e '<a>'> ] ><!-- <a href='x'> --><svg>"), T("<svg>")},
	{T("1 < 2 <- 3 <"), T("1 &lt; 2 &lt;- 3 &lt;")},
	{T("<script>a<![CDATA[b"), T("<script>ab")},
	{T("<a href='never"), T("<a href=\"never\">")},
};

static void rewritten(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t n = cases[i].svg.n + 1; n-- > 0;) { /* each beginning, the whole first */
			struct arena a;
			struct str html;
			uint8_t *copy = test_copy(str_first(cases[i].svg, n));
			arena_init(&a, LIM_ARENA);
			assert_int_equal(svg_html(&a, str_make(copy, n), &html), 0);
			assert_true(utf8_valid(html));
			if (n == cases[i].svg.n)
				assert_same(html, cases[i].want, cases[i].svg);
			arena_free(&a);
			mem_free(copy);
		}
}

static void sniffed(void **state)
{
	static const struct {
		struct str s;
		bool is;
	} rows[] = {
		{T("<svg"), true},
		{T("<svg xmlns='http://www.w3.org/2000/svg'>"), true},
		{T("\xEF\xBB\xBF\n<?xml version='1.0'?>\n<!-- <html> --><!DOCTYPE svg [<!ENTITY a 'b'>]>\n<x:SVG>"), true},
		{T("<html><svg>"), false},
		{T("<svgx>"), false},
		{T("</svg>"), false},
		{T("svg"), false},
		{T("<!-- <svg>"), false},
		{T("<?"), false},
		{T("<!"), false},
		{T("<"), false},
		{T(""), false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (svg_is(rows[i].s) != rows[i].is) {
			test_show("of", rows[i].s);
			fail();
		}
}

/* What the page readers make of it. */
static void leads(void **state)
{
	static const struct str drawings[] = {
		T("<svg><script><![CDATA[window.location.href = 'https://x.example/';]]></script></svg>"),
		T("<svg xmlns='http://www.w3.org/2000/svg'><script type='text/javascript'>"
		  "setTimeout(function(){ location.replace(atob(&quot;aHR0cHM6Ly94LmV4YW1wbGUv&quot;)); }, 10)</script></svg>"),
		T("<svg onload=\"top.location='https://x.example/'\"/>"),
		T("<svg><rect onclick=\"window.open('https://x.example/')\"/></svg>"),
	};
	(void)state;
	for (size_t i = 0; i < COUNT(drawings); i++) {
		struct arena a;
		struct str html;
		struct leads l;
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(svg_html(&a, drawings[i], &html), 0);
		assert_int_equal(leads_scan(&a, html, &l), 0);
		if (l.n != 1 || !str_eq(l.v[0].url, S("https://x.example/"))) {
			test_show("of", html);
			fail();
		}
		arena_free(&a);
	}
}

static int read_any(struct arena *a, struct str svg)
{
	struct str html;
	return svg_html(a, svg, &html);
}

static void out_of_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		test_failing_memory(LIM_ARENA, read_any, cases[i].svg);
}

/* Drawings made to cost: what is written stays below the cap, and it ends soon. */
static void hostile(void **state)
{
	static const struct str units[] = {T("<script>"), T("<a "), T("<![CDATA["), T("<!--"), T("<!["), T("<a b='"), T("&"),
		T("</"), T("<a/>"), T("<?"), T("<x:"), T("<script><![CDATA[]]>"), T("<g onload='&lt;/'/>"), T("]]>"),
		T("<a b=\"'\"/>")};
	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct arena a;
		struct str html;
		struct buf svg;
		buf_init(&svg, 2 * MIB);
		while (svg.n < MIB)
			buf_add(&svg, units[i]);
		arena_init(&a, LIM_ARENA);
		svg_is(buf_str(&svg));
		assert_int_equal(svg_html(&a, buf_str(&svg), &html), 0);
		assert_true(html.n <= LIM_HTML);
		arena_free(&a);
		buf_free(&svg);
	}
}

/* Cut at the cap, it is still whole characters. */
static void cut(void **state)
{
	static const struct str heads[] = {T(""), T("x"), T("<![CDATA[<"), T("<![CDATA[<<")};
	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		struct arena a;
		struct str html;
		struct buf svg;
		buf_init(&svg, LIM_HTML + 100);
		buf_add(&svg, heads[i]);
		while (svg.n < LIM_HTML + 10)
			buf_add(&svg, S("\xC3\xA9"));
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(svg_html(&a, buf_str(&svg), &html), 0);
		assert_in_range(html.n, LIM_HTML - 16, LIM_HTML);
		assert_true(utf8_valid(html));
		arena_free(&a);
		buf_free(&svg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rewritten),
		cmocka_unit_test(sniffed),
		cmocka_unit_test(leads),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(hostile),
		cmocka_unit_test(cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
