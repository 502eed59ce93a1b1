/* script_test.c */
#include "page/script.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "page/fact.h"

/* "how url" of each lead, '?' behind the conditional, '*' behind the partial ones; parted by blanks. */
static void show(const struct leads *l, struct buf *out)
{
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			buf_byte(out, ' ');
		buf_printf(out, "%s:%.*s%s%s", lead_name(l->v[i].how), STR_FMT(l->v[i].url), l->v[i].conditional ? "?" : "",
			l->v[i].partial ? "*" : "");
	}
}

static void expect(struct str html, struct str want)
{
	struct arena a;
	struct leads l;
	struct buf got;
	arena_init(&a, LIM_PAGE_ARENA);
	buf_init(&got, 64 * KIB);
	uint8_t *copy = test_copy(html);
	assert_int_equal(leads_scan(&a, str_make(copy, html.n), &l), 0);
	show(&l, &got);
	assert_same(buf_str(&got), want, html);
	mem_free(copy);
	buf_free(&got);
	arena_free(&a);
}

#define U "http://x.example/"
#define JS(code) T("<html><script>" code "</script></html>")

static const struct {
	struct str html, want;
} cases[] = {
	/* markup */
	{T("<meta http-equiv=refresh content='0; url=" U "'>"), T("meta:" U)},
	{T("<META HTTP-EQUIV='Refresh' CONTENT=\"5;URL='" U "'\">"), T("meta:" U)},
	{T("<meta http-equiv=refresh content='30'>"), T("")},
	{T("<!-- <meta http-equiv=refresh content='0;url=" U "'> -->"), T("")},
	{T("<meta http-equiv=refresh content='0;url=/a?x=1&amp;y=2'>"), T("meta:/a?x=1&y=2")},
	{T("<iframe src='" U "' width='100%' height='100%'></iframe>"), T("frame:" U)},
	{T("<iframe src='" U "' style='width:100%;height:100%'></iframe>"), T("frame:" U)},
	{T("<iframe src='" U "' width=1 height=1></iframe>"), T("")},
	{T("<frameset rows='100%,*'><frame src='" U "'><frame src='/b'></frameset>"), T("frame:" U)},
	{T("<frameset rows='*,0'><frame src='" U "'><frame src='/b'></frameset>"), T("frame:" U)},
	{T("<frameset cols='10%,90%'><frame src='/menu'><frame src='" U "'></frameset>"), T("frame:" U)},
	/* location */
	{JS("location='" U "'"), T("script:" U)},
	{JS("window.location = \"" U "\";"), T("script:" U)},
	{JS("document.location.href='" U "'"), T("script:" U)},
	{JS("top.location.replace('" U "');"), T("script:" U)},
	{JS("window.location.assign( '" U "' )"), T("script:" U)},
	{JS("window['location']['href'] = '" U "'"), T("script:" U)},
	{JS("window.location.href=`" U "`"), T("script:" U)},
	{JS("self.parent.location='" U "'"), T("script:" U)},
	{JS("window.open('" U "','_self')"), T("open:" U)},
	{JS("window.navigate('" U "')"), T("script:" U)},
	{JS("if (location == '" U "') x();"), T("")},
	{JS("if (top.location != self.location) top.location = self.location;"), T("")},
	{JS("var user = {}; user.location = '" U "';"), T("")},
	{JS("location.hash = 'a'; location.search='b'"), T("")},
	{JS("// location='" U "'\n/* location='" U "' */"), T("")},
	{JS("<!--\nlocation='" U "'\n//-->"), T("script:" U)},
	{JS("location = 'javascript:void(0)'; location = '#top'"), T("")},
	/* values */
	{JS("var u='http://x' + '.example/'; location.href = u;"), T("script:" U)},
	{JS("var u='http:'; u += '//x.example/'; location=u"), T("script:" U)},
	{JS("location = unescape('%68ttp://x.example/')"), T("script:" U)},
	{JS("location = 'http:\\/\\/x.example\\/'"), T("script:" U)},
	{JS("location = '\\x68ttp://x.\\u0065xample/'"), T("script:" U)},
	{JS("location = String.fromCharCode(104,116,116,112,58,47,47,120,46,101,120,97,109,112,108,101,47)"), T("script:" U)},
	{JS("location = atob('aHR0cDovL3guZXhhbXBsZS8=')"), T("script:" U)},
	{JS("location = ['http:','','x.example',''].join('/')"), T("script:" U)},
	{JS("location = '/elpmaxe.x//:ptth'.split('').reverse().join('')"), T("script:" U)},
	{JS("location = ('http://' + ('x' + '.example') + '/')"), T("script:" U)},
	{JS("location = 'http://x.example/?r=' + document.referrer"), T("script:http://x.example/?r=*")},
	{JS("location = 'http://x' + Math.random() + '.example/'"), T("")},
	{JS("location = a ? 'http://x.example/' : 'http://y.example/'"), T("")},
	/* what runs */
	{JS("function go(){ location='" U "' }"), T("")},
	{JS("function go(){ location='" U "' } go();"), T("script:" U)},
	{JS("function go(){ location='" U "' } setTimeout(go, 100);"), T("script:" U)},
	{JS("function go(){ location='" U "' } setTimeout('go()', 100);"), T("script:" U)},
	{JS("function a(){ b() } function b(){ location='" U "' } a()"), T("script:" U)},
	{JS("(function(){ location='" U "' })();"), T("script:" U)},
	{JS("(() => { location='" U "' })();"), T("script:" U)},
	{JS("window.onload = function(){ location='" U "' }"), T("script:" U)},
	{JS("document.getElementById('b').onclick = function(){ location='" U "' }"), T("")},
	{JS("$('#b').click(function(){ location='" U "' })"), T("")},
	{JS("x.addEventListener('click', function(){ location='" U "' })"), T("")},
	{JS("addEventListener('load', function(){ location='" U "' })"), T("script:" U)},
	{JS("$(document).ready(function(){ location='" U "' })"), T("script:" U)},
	{T("<body onload=\"location.href='" U "'\">"), T("script:" U)},
	{T("<script>function g(){location='" U "'}</script><body onload='g()'>"), T("script:" U)},
	{T("<a onclick=\"location='" U "'\">x</a>"), T("")},
	{JS("setTimeout(\"location='" U "'\", 5)"), T("script:" U)},
	{JS("eval(\"loca\" + \"tion='" U "'\")"), T("script:" U)},
	{JS("if (screen.width > 0) location='" U "'"), T("script:" U "?")},
	{JS("if (a) { b(); location='" U "' } else { location='/c' }"), T("script:" U "? script:/c?")},
	{JS("document.write('<meta http-equiv=\"refresh\" content=\"0;url=" U "\">')"), T("meta:" U)},
	{JS("document.write('<scr' + 'ipt>location=\"" U "\"</scr' + 'ipt>')"), T("script:" U)},
	{T("<form action='" U "' name=f></form><script>document.f.submit()</script>"), T("form:" U)},
	{T("<script type='text/template'>location='" U "'</script>"), T("")},
	{JS("var r = /'location=/; location='" U "'"), T("script:" U)},
};

static void test_leads(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(cases[i].html, cases[i].want);
}

static void test_facts(void **state)
{
	static const struct {
		struct str html;
		uint64_t facts;
	} rows[] = {
		{JS("eval(function(p,a,c,k,e,d){return p}('0',1,1,''.split('|')))"), FACT(script_opaque)},
		{JS("location = base + '/x'"), FACT(script_dynamic)},
		{JS("location = '/x'"), 0},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena a;
		struct leads l;
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(leads_scan(&a, rows[i].html, &l), 0);
		assert_int_equal(l.facts, rows[i].facts);
		arena_free(&a);
	}
}

/* Every beginning of every case is read without harm. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t n = 0; n < cases[i].html.n; n++) {
			struct arena a;
			struct leads l;
			uint8_t *copy = test_copy(str_first(cases[i].html, n));
			arena_init(&a, LIM_PAGE_ARENA);
			assert_int_equal(leads_scan(&a, str_make(copy, n), &l), 0);
			arena_free(&a);
			mem_free(copy);
		}
}

static int scan_any(struct arena *a, struct str html)
{
	struct leads l;
	return leads_scan(a, html, &l);
}

static void test_out_of_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i += 7)
		test_failing_memory(LIM_PAGE_ARENA, scan_any, cases[i].html);
}

/* Scripts made to cost: memory stays below the cap, and the scan ends. */
static void test_hostile(void **state)
{
	static const struct str units[] = {T("a=a+a;"), T("a+='xxxxxxxx';"), T("("), T("{"), T("function f(){"), T("location='a'+"),
		T("if(a)"), T("[[(("), T("x=y=z="), T("document.write('<script>');"), T("eval('location=1');"), T("f(function(){"),
		T("a=>{"), T("\\"), T("/*"), T("'"), T("location=(location="), T("String.fromCharCode(65,"),
		T("x='<iframe>'+x;document.write(x);")};
	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct arena a;
		struct leads l;
		struct buf html;
		buf_init(&html, 2 * LIM_SCRIPT);
		buf_add(&html, S("<script>var a='0123456789abcdef';"));
		while (html.n < LIM_SCRIPT + 1000)
			buf_add(&html, units[i]);
		arena_init(&a, LIM_PAGE_ARENA);
		assert_int_equal(leads_scan(&a, buf_str(&html), &l), 0);
		arena_free(&a);
		buf_free(&html);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leads),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
