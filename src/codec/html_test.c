/* html_test.c */
#include "codec/html.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/anomaly.h"
#include "base/limits.h"
#include "base/test.h"
#include "base/utf8.h"

struct fixture {
	struct arena arena;
	struct html_result r;
	uint64_t anomalies;
};

static int scan(struct fixture *f, struct str html)
{
	f->anomalies = 0;
	return html_scan(&f->arena, html, NULL, &f->r, &f->anomalies);
}

static int setup(void **state)
{
	static struct fixture f;
	arena_init(&f.arena, LIM_ARENA);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	arena_free(&((struct fixture *)*state)->arena);
	return 0;
}

static void expect(const char *what, const char *html, struct str got, const char *want)
{
	if (!str_eq(got, str_of(want)))
		fail_msg("%s of\n%s\nis\n[%.*s]\nnot\n[%s]", what, html, STR_FMT(got), want);
}

/* Text is copied by words of eight bytes: what is special at every place of one. */
static void test_text_places(void **state)
{
	static const struct {
		const char *html, *text;
	} cases[] = {{" ", " "}, {"  ", " "}, {"\n", " "}, {"\t ", " "}, {"&amp;", "&"}, {"&", "&"}, {"\xC2\xA0", " "},
		{"\xC3\xA9", "\xC3\xA9"}, {"\xC2\xA9", "\xC2\xA9"}, {"\1", "\1"}, {" !", " !"}, {" &lt;", " <"}, {"<b> </b>", " "},
		{"\x7F", "\x7F"}};
	const char *around = "abcdefghijklmnopqrst";
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int at = 1; at < 20; at++) {
			char html[64], want[64];
			snprintf(html, sizeof html, "%.*s%s%s", at, around, cases[i].html, around + at);
			snprintf(want, sizeof want, "%.*s%s%s", at, around, cases[i].text, around + at);
			assert_int_equal(scan(*state, str_of(html)), 0);
			expect("text", html, ((struct fixture *)*state)->r.text, want);
		}
}

static void test_text(void **state)
{
	static const struct {
		const char *html, *text, *hidden;
	} cases[] = {
		/* white space and breaks */
		{"", "", ""},
		{"plain  text\r\n here", "plain text here", ""},
		{"<p>one<p>two<br>three<br><br>four</p>", "one\n\ntwo\nthree\n\nfour", ""},
		{"<div>a</div><div>b</div>c", "a\nb\nc", ""},
		{"<b>V</b><i>I</i><x>A</x>GRA", "VIAGRA", ""},
		{"V<!-- junk -->IA<!---->G<!-->R<!--->A", "VIAGRA", ""},
		{"<table><tr><td>a<td>b<tr><td>c</td>\n<td>d</td></table>e", "a\tb\nc\td\ne", ""},
		{"<pre>\na  b\n\n c\td</pre>e", "a  b\n\n c\td\n\ne", ""},
		{"<ul><li>a<li>b</ul>", "a\nb", ""},
		{"a&nbsp;&nbsp; b\xC2\xA0"
		 "c",
			"a b c", ""},
		{"a</br>b", "a\nb", ""},
		{"<select><option>x<option>y</select>", "x\ny", ""},
		/* what is no tag is text */
		{"1 < 2 <3 a<b", "1 < 2 <3 a", ""},
		{"< b>x</ b>y<>z", "< b>xy<>z", ""},
		{"a<?xml?>b<!weird>c</>d", "abcd", ""},
		/* references */
		{"&lt;&amp;&gt;&quot;&apos;&copy;&eacute&euro;", "<&>\"'©é€", ""},
		{"&Vfr;&iscr;&aopf;&notinva;&notit;&ImaginaryI;", "𝔙𝒾𝕒∉¬it;ⅈ", ""},
		{"&NotEqualTilde;x&CounterClockwiseContourIntegral;&nGt;&nLt;", "≂̸x∳≫≪", ""},
		{"&#65;&#x42;&#67 &#150;&#x96;&#0;&#xD800;&#x110000;", "ABC ––\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", ""},
		{"&notit; &nosuch; &; &#; &#x; & &amp", "¬it; &nosuch; &; &#; &#x; & &", ""},
		{"&ampx &ampersand &copycat", "&x &ersand ©cat", ""},
		{"&colon;&sol;&period;&commat;", ":/.@", ""},
		/* what is not text */
		{"<script>if (a<b) x()</script>a<style>b{}</style><noframes>n</noframes>b", "ab", ""},
		{"<script>'</scripty>'</SCRIPT\n>a", "a", ""},
		{"<title>T</title>a<textarea>b &lt; <b></textarea>", "ab < <b>", ""},
		{"<iframe>x</iframe>y", "y", ""},
		{"x<input type=submit value='Buy&#32;now'><input type=hidden value=h><input type=text value=v>", "x Buy now v", ""},
		{"<img src=x alt='Best &amp; cheap'>now", "Best & cheap now", ""},
		/* comments */
		{"a<!-- x --!>b<!-- y -- > z -->c", "abc", ""},
		{"a<!--[if mso]>x<![endif]--><!--[if !mso]><!-->b<!--<![endif]-->c", "abc", ""},
		{"a<!-- never ends <b>c</b>", "a", "never ends c"},
		{"<script><!-- write('<script src=u></script>') --></script>a", "a", ""},
		{"<script><!--> '<script>'</script>a", "a", ""},
		{"<script><!-- '<scripty>'</script>a", "a", ""},
		{"<script><!-- '<script>' --></script>a", "a", ""},
		{"<script>'<script>'</script>a", "a", ""},
		{"a<script><!--<script></script>b", "a", "b"},
		{"a<hr>b</hr>c<br>d</img>e", "a\nbc\nde", ""},
		{"a<plaintext>b<i>c</plaintext>", "a\n\nb<i>c</plaintext>", ""},
		{"a<script>x", "a", "x"},
		{"a<!x", "a", "!x"},
		/* NUL is nothing, bad bytes are shown */
		{"bad \xFF\xC3(", "bad \xEF\xBF\xBD\xEF\xBF\xBD(", ""},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(scan(f, str_of(cases[i].html)), 0);
		expect("text", cases[i].html, f->r.text, cases[i].text);
		expect("hidden text", cases[i].html, f->r.hidden, cases[i].hidden);
		assert_int_equal(!!(f->anomalies & ANOM(html_hidden_text)), f->r.hidden.n > 0);
	}
	assert_int_equal(scan(f, S("V\0IA\0GRA")), 0);
	expect("text", "NUL", f->r.text, "VIAGRA");
}

static void test_hidden(void **state)
{
	static const struct {
		const char *html, *text, *hidden;
	} cases[] = {
		{"V<span style='display:none'>x y</span>IAGRA", "VIAGRA", "x y"},
		{"a<span style='DISPLAY : None !important'>x</span>b", "ab", "x"},
		{"a<div style=visibility:hidden>x<b style='visibility:visible'>y</b>z</div>b", "a\ny\nb", "x\nz"},
		{"<div style='font-size:0'>x<p style='font-size:14px'>y</p></div>", "y", "x"},
		{"<div style='font-size:1px'>x</div><font size=1>y</font>", "y", "x"},
		{"<div style='font-size:20px'><b style='font-size:.05em'>x</b>y</div>", "y", "x"},
		{"<p style='font: bold 1px/1 Arial'>x</p><p style='font: 12px Arial'>y</p>", "y", "x"},
		{"<p style=opacity:0>x</p><p style=opacity:0.5>y</p>", "y", "x"},
		{"<p style='height:0;overflow:hidden'>x</p><p style='width:1%;overflow:hidden'>y</p>", "y", "x"},
		{"<div style='max-height:0px;overflow:hidden'>x</div><div style='height:0'>y</div>", "y", "x"},
		{"<p style='text-indent:-9999px'>x</p><p style='position:absolute;left:-5000px'>z</p><p style=left:-5px>y</p>", "y",
			"x\n\nz"},
		{"<p style='mso-hide:all'>x</p><p hidden>z</p>y", "y", "x\n\nz"},
		/* colours */
		{"<font color=white>x</font>y", "y", "x"},
		{"<font color='#FFFFFE'>x</font><font color=#fefefe>z</font><font color=#ddd>y</font>", "y", "x\nz"},
		{"<body bgcolor=black><font color=white>y</font><font color=#010101>x</font>", "y", "x"},
		{"<table bgcolor=#000000><tr><td><font color=white>y</font></td><td bgcolor=white><font color=white>x</font></table>",
			"y", "x"},
		{"<table bgcolor=black>foster<tr><td><font color=white>y</table>", "foster\ny", ""},
		{"<td background=x.gif><font color=white>y</font>", "y", ""},
		{"<div style='background:url(x.gif)'><font color=white>y</font></div>", "y", ""},
		{"<div style='background:#000 url(x.gif)'><b style='color:#fff'>y</b></div>", "y", ""},
		{"<b style='color:hsl(0, 0%, 100%)'>x</b>y", "y", "x"},
		{"<p style='background:hsl(-240deg 100% 50%)'><b style=color:#00ff00>x</b><b style=color:hsl(120,100%,25%)>y</b>",
			"y", "x"},
		{"<p style='background:#bf4080'><b style='color:hsla(330,50%,50%,1)'>x</b><b style='color:hsl(1turn,0%,100%)'>y</b>",
			"y", "x"},
		{"<font color=lavenderblush>x</font><font color=RebeccaPurple>y</font>", "y", "x"},
		{"<div style='background-color:rgb(10, 10, 10)'><b style='color:#0a0b0c'>x</b><b style='color:rgb(90%,90%,90%)'>y</b></div>",
			"y", "x"},
		{"<b style='color:transparent'>x</b><b style='color:rgba(0,0,0,0)'>z</b><b style='color:rgba(0,0,0,.5)'>y</b>", "y",
			"x\nz"},
		{"<font color=white><a href=h>y</a>x</font>", "y", "x"},
		{"<body bgcolor=white text=white>x<a href=h>y</a>", "y", "x"},
		/* quirks: a table does not inherit colour; standards: it does */
		{"<font color=white><table><td>y</table></font>", "y", ""},
		{"<!doctype html><font color=white><table><td>x</table></font>", "", "x"},
		/* style sheets */
		{"<style>textarea{display:none}</style>y<textarea>x</textarea>", "y", "x"},
		{"<style>.h, #i , p.j{display:none}</style><b class='a h'>x</b><b id=i>z</b><b class=j>y</b><p class=J>w</p>", "y",
			"x\nz\n\nw"},
		{"<style>@media only screen{.m{display:none}} .h{color:#fff}</style><b class=m>y</b><b class=h>x</b>", "y", "x"},
		{"<style><!-- /* c */ .h{font-size:0} --></style><b class=h>x</b>y", "y", "x"},
		{"<style>div .h{display:none} .d p{background:#000}</style><b class=h>y</b><p style='color:#fff'>z</p>", "y\n\nz",
			""},
		{"<style>a:hover{display:none} a:link{color:white}</style><a href=h>x</a><b>y</b>", "y", "x"},
		{"<style>body{background:#000}</style><font color=white>y</font>", "y", ""},
		{"<style>.h{display:none}</style><b class=h style='display:inline'>y</b>", "y", ""},
		{"<style> { display: none; } </style>y", "y", ""},
		/* nesting and misnesting */
		{"<div style=display:none>x<div>z</div>w</div>y", "y", "x\nz\nw"},
		{"<span style=display:none>x</span></span>y", "y", "x"},
		{"<p><font color=white>x</p>z</font>y", "y", "x\n\nz"},
		{"<font color=white><p>x</font>y", "y", "x"},
		{"<b><font color=white>x</b>z</font>y", "y", "xz"},
		{"<td style=display:none>x<td>y<tr><td>w", "y\nw", "x"},
		{"<ul><li style=display:none>x<li>y</ul>", "y", "x"},
		{"<p style=display:none>x<p>y", "y", "x"},
		{"<p style=display:none>x<div>y</div>", "y", "x"},
		{"<table><td style=display:none><table><td>x</table>z</td><td>y</table>", "y", "x\nz"},
		{"<div style=display:none>x<table></div><td>z</td></table></div>y", "y", "x\nz"},
		{"<template>x</template>y", "y", "x"},
		{"<template><table><tr><td>x</template>y", "y", "x"},
		{"<table><tr><td>a<template>x</table>x</template>b</table>c", "a\nb\nc", "x\nx"},
		/* images show whatever the colour; their alt text with them */
		{"<td bgcolor=black><img alt=y src=i></td>", "y", ""},
		{"<div style=display:none><img alt=x src=i></div>", "", "x"},
		{"<img width=1 height=1 alt=x src=i>y", "y", "x"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(scan(f, str_of(cases[i].html)), 0);
		expect("text", cases[i].html, f->r.text, cases[i].text);
		expect("hidden text", cases[i].html, f->r.hidden, cases[i].hidden);
	}
}

static void test_links(void **state)
{
	static const struct {
		const char *html, *url, *text;
		enum html_link_kind kind;
		bool hidden;
	} cases[] = {
		{"<a href=\"http://h/?a=1&amp;b=2&copy=3\">buy <b>now</b></a>", "http://h/?a=1&b=2&copy=3", "buy now",
			HTML_LINK_ANCHOR, false},
		{"<A HREF = ' http://h/x '>t", "http://h/x", "t", HTML_LINK_ANCHOR, false},
		{"<a href=http://h/x>t</a>", "http://h/x", "t", HTML_LINK_ANCHOR, false},
		{"<a href=http://h/x></a>", "http://h/x", "", HTML_LINK_ANCHOR, true},
		{"<a href=http://h/x><img src=y width=9></a>", "http://h/x", "", HTML_LINK_ANCHOR, false},
		{"<a href=http://h/x style=display:none>t</a>", "http://h/x", "t", HTML_LINK_ANCHOR, true},
		{"<a href=http://h/x><font color=white>t</font></a>", "http://h/x", "t", HTML_LINK_ANCHOR, true},
		{"<area href=u>", "u", "", HTML_LINK_ANCHOR, false},
		{"<form action=u>", "u", "", HTML_LINK_FORM, false},
		{"<img src=u>", "u", "", HTML_LINK_IMAGE, false},
		{"<body background=u>", "u", "", HTML_LINK_BACKGROUND, false},
		{"<iframe src=u></iframe>", "u", "", HTML_LINK_FRAME, false},
		{"<link href=u>", "u", "", HTML_LINK_REL, false},
		{"<meta http-equiv=Refresh content=\"0; URL='u v'\">", "u v", "", HTML_LINK_REFRESH, false},
		{"<b style=\"background:url(&quot;u&quot;)\">", "u", "", HTML_LINK_CSS, false},
		{"<style>b{background:URL( 'u' )}</style>", "u", "", HTML_LINK_CSS, false},
		{"<script src=u></script>", "u", "", HTML_LINK_OTHER, false},
		{"<base href='http://b/d/e?q'><img src=f>", "http://b/d/f", "", HTML_LINK_IMAGE, false},
		{"<img src=/f><base href='http://b/d/e?q'>", "http://b/f", "", HTML_LINK_IMAGE, false},
		{"<a href='h\nt'>one<a>two</a>", "h\nt", "one", HTML_LINK_ANCHOR, false},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(scan(f, str_of(cases[i].html)), 0);
		if (!f->r.n_links)
			fail_msg("no link in %s", cases[i].html);
		const struct html_link *l = &f->r.links[0];
		expect("url", cases[i].html, l->url, cases[i].url);
		expect("link text", cases[i].html, l->text, cases[i].text);
		assert_int_equal(l->kind, cases[i].kind);
		assert_int_equal(l->hidden, cases[i].hidden);
	}
	assert_int_equal(scan(f, S("<a href='http://&#101;vil.example/&#101;'>x</a><a href='http://h/&#101;?&amp;'>y</a>")), 0);
	assert_true(f->r.links[0].encoded);
	assert_false(f->r.links[1].encoded);
	assert_int_equal(f->r.links[1].text_at, 1);
	assert_int_equal(f->r.links[1].text_end, 2);
}

static void test_images_and_forms(void **state)
{
	struct fixture *f = *state;
	struct str html = S("<title> My\n&amp; bank </title><img src='a.gif' width=600 height=' 80px' alt='A'>"
			    "<form method=POST action='http://h/p'><input name=u><input type=password><input type=hidden></form>"
			    "<form><select></select></form><img width='50%'>");
	assert_int_equal(scan(f, html), 0);
	expect("title", "", f->r.title, "My & bank");
	assert_int_equal(f->r.n_images, 2);
	expect("src", "", f->r.images[0].src, "a.gif");
	assert_int_equal(f->r.images[0].width, 600);
	assert_int_equal(f->r.images[0].height, 80);
	assert_int_equal(f->r.images[1].width, -1);
	assert_int_equal(f->r.n_forms, 2);
	assert_true(f->r.forms[0].post && f->r.forms[0].password);
	assert_int_equal(f->r.forms[0].inputs, 3);
	assert_false(f->r.forms[1].post || f->r.forms[1].password);
	assert_int_equal(f->r.forms[1].inputs, 1);
}

static void test_dialect(void **state)
{
	struct fixture *f = *state;
	struct str html = S("<!DOCTYPE html><HTML><Body BGCOLOR=white text=\"a\" x='b' y><br/><br /><h1>&amp;&#65;&#x42;&lt</h1>"
			    "<!-- c --><!--[if x]>y<![endif]--><foo></foo></FONT><?php?>");
	assert_int_equal(scan(f, html), 0);
	const struct html_dialect *d = &f->r.dialect;
	assert_int_equal(d->doctypes, 1);
	assert_int_equal(d->tags_upper, 2);
	assert_int_equal(d->tags_mixed, 1);
	assert_int_equal(d->tags_lower, 6);
	assert_int_equal(d->attrs_upper, 1);
	assert_int_equal(d->attrs_lower, 3);
	assert_int_equal(d->value_bare, 1);
	assert_int_equal(d->value_double, 1);
	assert_int_equal(d->value_single, 1);
	assert_int_equal(d->value_none, 1);
	assert_int_equal(d->self_closing, 2);
	assert_int_equal(d->self_closing_space, 1);
	assert_int_equal(d->end_tags, 3);
	assert_int_equal(d->unknown_tags, 2);
	assert_int_equal(d->comments, 2);
	assert_int_equal(d->conditional_comments, 1);
	assert_int_equal(d->processing, 1);
	assert_int_equal(d->refs_named, 2);
	assert_int_equal(d->refs_decimal, 1);
	assert_int_equal(d->refs_hex, 1);
	assert_int_equal(d->refs_unclosed, 1);
	static const uint8_t want[] = {HTML_HTML, HTML_BODY, HTML_BR, HTML_BR, HTML_H1, HTML_H1 | HTML_TAG_END, HTML_OTHER,
		HTML_TAG_END, HTML_FONT | HTML_TAG_END};
	assert_int_equal(f->r.n_tags, sizeof want);
	assert_memory_equal(f->r.tags, want, sizeof want);
	assert_int_equal(f->r.total_tags, sizeof want);
	assert_string_equal(html_tag_name(HTML_BLOCKQUOTE), "blockquote");
}

/* Every known name is found by number, in any case. */
static void test_names(void **state)
{
	struct fixture *f = *state;
	for (int t = 1; t < HTML_TAG_COUNT; t++) {
		char html[64];
		snprintf(html, sizeof html, "</%s>", html_tag_name((enum html_tag)t));
		for (int k = 0; k < 2; k++) {
			assert_int_equal(scan(f, str_of(html)), 0);
			assert_int_equal(f->r.tags[0], t | HTML_TAG_END);
			for (char *z = html; *z; z++)
				*z = (char)(*z >= 'a' && *z <= 'z' ? *z - 32 : *z);
		}
	}
	assert_int_equal(scan(f, S("<blockquotf><xlockquote><blockquot>")), 0);
	assert_int_equal(f->r.tags[0] | f->r.tags[1] | f->r.tags[2], 0);
}

static const char sample[] =
	"<!DOCTYPE html><html><head><title>T &amp; t</title><style>.h{display:none} p{color:#00f;background:url('i.gif')}</style></head>"
	"<body bgcolor=\"#ffffff\"><!-- c --><p class=h>hidden \xC3\xA9</p><table width='100%'><tr><td>caf\xC3\xA9 &eacute;&#8364;</td>"
	"<td style=\"font-size:0px;color:rgb(1,2,3)\">x</td></tr></table><a href=\"http://h.example/?a=1&amp;b=2\">www.h.example</a>"
	"<img src=cid:1 alt='pic' width=3><form action=/f method=post><input type=password value=v></form><textarea>a\nb</textarea>"
	"<script>var a = '<b>';</script><pre> x\n y</pre><base href=http://b/></body></html>\n";

static void test_every_truncation(void **state)
{
	struct fixture *f = *state;
	for (size_t n = 0; n < sizeof sample; n++) {
		uint8_t *copy = test_malloc(n + 1); /* exact: a read behind the end is seen */
		memcpy(copy, sample, n);
		assert_int_equal(scan(f, str_make(copy, n)), 0);
		assert_true(utf8_valid(f->r.text) && utf8_valid(f->r.hidden) && utf8_valid(f->r.title));
		assert_true(f->r.text.n <= n + 2 && f->r.hidden.n <= n + 2);
		test_free(copy);
		arena_reset(&f->arena);
	}
}

/* Input that is cut at the cap ends with a whole character. */
static void test_cut(void **state)
{
	struct fixture *f = *state;
	static const struct html_settings valid = {.valid_utf8 = true};
	uint64_t anomalies = 0;
	uint8_t *p = test_malloc(LIM_HTML + 8);
	memset(p, ' ', LIM_HTML + 8);
	memcpy(p, "<!--", 4);
	memcpy(p + LIM_HTML - 4, "-->\xC3\xA9", 5);
	assert_int_equal(html_scan(&f->arena, str_make(p, LIM_HTML + 8), &valid, &f->r, &anomalies), 0);
	assert_true(utf8_valid(f->r.text));
	assert_int_equal(anomalies, ANOM(html_cap));
	test_free(p);
	assert_int_equal(html_scan(&f->arena, (struct str){0}, &valid, &f->r, &anomalies), 0);
	assert_int_equal(f->r.text.n, 0);
}

static void test_every_failing_allocation(void **state)
{
	struct fixture *f = *state;
	for (long n = 0; n < 10000; n++) {
		arena_free(&f->arena);
		mem_fail_from(n);
		int r = scan(f, str_make(sample, sizeof sample - 1));
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(r == 0 || hit);
		assert_true(utf8_valid(f->r.text));
		if (!hit)
			return;
	}
	fail_msg("never ran through");
}

/* And in a small arena, where later and smaller allocations fail too. */
static void test_small_arenas(void **state)
{
	struct fixture *f = *state;
	for (size_t max = 1 << 10; max < 64 << 10; max += 512) {
		struct fixture g = {0};
		arena_init(&g.arena, max);
		scan(&g, str_make(sample, sizeof sample - 1));
		assert_true(g.r.text.n <= sizeof sample);
		arena_free(&g.arena);
	}
	(void)f;
}

static void test_meta_charset(void **state)
{
	static const char *const cases[][2] = {
		{"<html><META http-equiv='Content-Type' content=\"text/html; charset=GB2312\">", "GB2312"},
		{"<meta name=x><meta charset = 'utf-8' >", "utf-8"},
		{"<meta charset>", ""},
		{"<p>charset=x", ""},
		{"<meta charset=", ""},
		{"<meta charset=\"\n koi8-r \">", "koi8-r"},
		{"<metacharset=koi8-r>", ""},
		{"<!--<meta charset=koi8-r>--><meta charset=big5>", "big5"},
		{"<!--[if mso]><!--><meta charset=koi8-r><!--<![endif]-->", "koi8-r"},
		{"<!--><meta charset=koi8-r><!--->x<meta charset=big5>", "koi8-r"},
		{"<!-- <meta charset=koi8-r>", ""},
		{"<meta charset=none-such><meta charset=big5>", "big5"},
		{"<meta charset=none-such><meta>", "none-such"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect("charset", cases[i][0], html_meta_charset(str_of(cases[i][0])), cases[i][1]);
}

static void test_caps(void **state)
{
	struct fixture *f = *state;
	static const struct html_settings small = {.max_text = 16, .max_tags = 3};
	uint64_t a = 0;
	struct str html = S("<b>0123456789<i>\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9</i><div style=display:none>not hidden any more");
	assert_int_equal(html_scan(&f->arena, html, &small, &f->r, &a), 0);
	assert_true(f->r.text.n <= 16 && utf8_valid(f->r.text));
	assert_int_equal(f->r.n_tags, 3);
	assert_int_equal(f->r.total_tags, 4);
	assert_int_equal(f->r.hidden.n, 0);
	assert_int_equal(a, ANOM(html_cap) | ANOM(text_cap));
	static const struct html_settings few_tags = {.max_tags = 1};
	assert_int_equal(html_scan(&f->arena, S("<p style=display:none>a<p>b<a href=u>c</a>"), &few_tags, &f->r, &a), 0);
	expect("text", "cap", f->r.text, "bc");
	assert_int_equal(f->r.n_links, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_text_places, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hidden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_images_and_forms, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dialect, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_truncation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_failing_allocation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_arenas, setup, teardown),
		cmocka_unit_test(test_meta_charset),
		cmocka_unit_test_setup_teardown(test_caps, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
