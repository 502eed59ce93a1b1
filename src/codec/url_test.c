/* url_test.c */
#include "codec/url.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/anomaly.h"
#include "base/limits.h"
#include "base/test.h"
#include "base/utf8.h"
#include "codec/html.h"
#include "codec/psl.h"

struct fixture {
	struct arena arena;
	struct psl *psl;
	struct url_set set;
};

static int setup(void **state)
{
	static struct fixture f;
	struct err e = {0};
	arena_init(&f.arena, LIM_ARENA);
	*state = &f;
	return psl_load(&f.psl, NULL, &e);
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	arena_free(&f->arena);
	psl_unload(f->psl);
	return 0;
}

static void expect(const char *what, const char *in, struct str got, const char *want)
{
	if (!str_eq(got, str_of(want)))
		fail_msg("%s of [%s] is [%.*s], not [%s]", what, in, STR_FMT(got), want);
}

static void test_parse(void **state)
{
	static const struct {
		const char *in, *raw, *host, *domain;
		unsigned flags;
	} cases[] = {
		{"http://h.com", "http://h.com/", "h.com", "h.com", 0},
		{" HTTP://WWW.Shop.CO.UK:80/A/b?C#d ", "http://www.shop.co.uk/A/b?C#d", "www.shop.co.uk", "shop.co.uk", 0},
		{"https://h.com:8443?q", "https://h.com:8443/?q", "h.com", "h.com", URL_PORT},
		{"http://h.com:0080/", "http://h.com/", "h.com", "h.com", 0},
		{"http:\\\\h.com\\a\\b?c\\d", "http://h.com/a/b?c\\d", "h.com", "h.com", 0},
		{"http:h.com/x", "http://h.com/x", "h.com", "h.com", 0},
		{"http:////h.com/x", "http://h.com/x", "h.com", "h.com", 0},
		{"ht\ntp://h.\r\ncom/a\tb", "http://h.com/ab", "h.com", "h.com", 0},
		{"http://h.com/a b\"<", "http://h.com/a%20b%22%3C", "h.com", "h.com", 0},
		{"http://h.com./x", "http://h.com/x", "h.com", "h.com", 0},
		{"http://bank.com@evil.hk/x", "http://bank.com@evil.hk/x", "evil.hk", "evil.hk", URL_USERINFO},
		{"http://a:b@c@evil.hk/x@y", "http://a:b@c@evil.hk/x@y", "evil.hk", "evil.hk", URL_USERINFO},
		{"http://@h.com/", "http://h.com/", "h.com", "h.com", 0},
		{"http://%77%77w.%65vil.com/%41", "http://www.evil.com/%41", "www.evil.com", "evil.com", URL_ENCODED_HOST},
		/* addresses */
		{"http://1.2.3.4/x", "http://1.2.3.4/x", "1.2.3.4", "", URL_IP_HOST},
		{"http://16909060/", "http://1.2.3.4/", "1.2.3.4", "", URL_IP_HOST | URL_ENCODED_HOST},
		{"http://0x01020304/", "http://1.2.3.4/", "1.2.3.4", "", URL_IP_HOST | URL_ENCODED_HOST},
		{"http://0300.0250.0.01/", "http://192.168.0.1/", "192.168.0.1", "", URL_IP_HOST | URL_ENCODED_HOST},
		{"http://1.2.772/", "http://1.2.3.4/", "1.2.3.4", "", URL_IP_HOST | URL_ENCODED_HOST},
		{"http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1", "", URL_IP_HOST | URL_ENCODED_HOST},
		{"http://1.2.3.256/", "http://1.2.3.256/", "1.2.3.256", "", URL_BAD_HOST},
		{"http://1.2.3.4.5/", "http://1.2.3.4.5/", "1.2.3.4.5", "", URL_BAD_HOST},
		{"http://4294967296/", "http://4294967296/", "4294967296", "", URL_BAD_HOST},
		{"http://08.1.1.1/", "http://08.1.1.1/", "08.1.1.1", "", URL_BAD_HOST},
		{"http://255.255.255.255/", "http://255.255.255.255/", "255.255.255.255", "", URL_IP_HOST},
		{"http://[2001:DB8:0:0::1]:8080/x", "http://[2001:db8::1]:8080/x", "2001:db8::1", "", URL_IP_HOST | URL_PORT},
		/* international names */
		{"http://B\xC3\xBC"
		 "cher.example/",
			"http://xn--bcher-kva.example/", "xn--bcher-kva.example", "xn--bcher-kva.example", URL_IDN},
		/* symbols, which IDNA 2008 refuses */
		{"http://\u2615.us/", "http://xn--53h.us/", "xn--53h.us", "xn--53h.us", URL_IDN},
		{"http://I\u2764\uFE0F.Shop.ws/x", "http://xn--i-7iq.shop.ws/x", "xn--i-7iq.shop.ws", "shop.ws", URL_IDN},
		{"http://B\u00DCcher.b-.Example/", "http://xn--bcher-kva.b-.example/", "xn--bcher-kva.b-.example", "b-.example",
			URL_IDN},
		{"http://r1---a.\u2615.b\u00FCcher.us/", "http://r1---a.xn--53h.xn--bcher-kva.us/",
			"r1---a.xn--53h.xn--bcher-kva.us", "xn--bcher-kva.us", URL_IDN},
		{"http://a\u3002\U0001F4A9.la/", "http://a.xn--ls8h.la/", "a.xn--ls8h.la", "xn--ls8h.la", URL_IDN},
		{"http://\uFFFD.la/", "http://\uFFFD.la/", "\uFFFD.la", "\uFFFD.la", URL_IDN},
		{"http://xn--bcher-kva.example/", "http://xn--bcher-kva.example/", "xn--bcher-kva.example", "xn--bcher-kva.example",
			URL_IDN},
		{"http://\xEF\xBD\x85vil\xE3\x80\x82"
		 "com/",
			"http://evil.com/", "evil.com", "evil.com", URL_ENCODED_HOST},
		{"http://\xFF\xFE.com/\xFF", "http://%FF%FE.com/%FF", "%FF%FE.com", "", URL_IDN | URL_BAD_HOST},
		{"http://h.com/\xC3\xA9\xC3", "http://h.com/\xC3\xA9%C3", "h.com", "h.com", 0},
		/* odd hosts */
		{"http://a b.com/", "http://a%20b.com/", "a%20b.com", "", URL_BAD_HOST},
		{"http://a..com/", "http://a..com/", "a..com", "", URL_BAD_HOST},
		{"http://a_b.com/", "http://a_b.com/", "a_b.com", "a_b.com", 0},
		{"http://localhost/", "http://localhost/", "localhost", "", 0},
		{"http://my.blogspot.com/", "http://my.blogspot.com/", "my.blogspot.com", "my.blogspot.com", 0},
		{"http://pills.example/", "http://pills.example/", "pills.example", "pills.example", 0},
		{"ftp://h.com:21/f", "ftp://h.com/f", "h.com", "h.com", 0},
		{"MAILTO:A@b.com?subject=x y", "mailto:A@b.com?subject=x%20y", "", "", URL_MAILTO},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct url u;
		const char *in = cases[i].in;
		if (url_parse(&f->arena, f->psl, str_of(in), &u) != 1)
			fail_msg("[%s] is no URL", in);
		expect("raw", in, u.raw, cases[i].raw);
		expect("host", in, u.host, cases[i].host);
		expect("domain", in, u.domain, cases[i].domain);
		if (u.flags != cases[i].flags)
			fail_msg("[%s] has flags %x, not %x", in, u.flags, cases[i].flags);
		struct url again;
		assert_int_equal(url_parse(&f->arena, f->psl, u.raw, &again), 1);
		assert_true(str_eq(u.raw, again.raw)); /* normalising is idempotent */
	}
	static const char *const none[] = {"", " ", "h.com", "/x", "//h.com/", "#x", "javascript:alert(1)", "cid:1",
		"data:text/html,x", "http:", "http://", "http:///", "http://?x", "http://./", "http://[::1/", "http://[zz]/",
		"mailto:", "://h.com", "1http://h.com", "tel:1", "about:blank"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		struct url u = {.flags = 77};
		if (url_parse(&f->arena, f->psl, str_of(none[i]), &u) != 0)
			fail_msg("[%s] is a URL", none[i]);
		assert_int_equal(u.flags, 77);
	}
	struct url u;
	assert_int_equal(url_parse(&f->arena, f->psl, S("http://x.my.blogspot.com/"), &u), 1);
	expect("icann domain", "blogspot", u.domain_icann, "blogspot.com");
	expect("tld", "blogspot", u.tld, "com");
	assert_int_equal(url_parse(&f->arena, NULL, S("http://x.y.com/"), &u), 1);
	expect("tld without a list", "", u.tld, "com");
	assert_int_equal(u.domain.n, 0);
}

static void test_resolve(void **state)
{
	static const struct {
		const char *base, *ref, *want;
	} cases[] = {
		{"http://h/a/b?c", "d", "http://h/a/d"},
		{"http://h/a/b?c", "/d", "http://h/d"},
		{"http://h/a/b?c/e", "?d", "http://h/a/b?d"},
		{"http://h/a/b?c#e", "#d", "http://h/a/b?c#d"},
		{"http://h/a/b?c", "#d", "http://h/a/b?c#d"},
		{"http://h/a/b?c#e", "", "http://h/a/b?c"},
		{"http://h/a/b", "//x/y", "http://x/y"},
		{"http://h/a/b", "\\\\x\\y", "http:\\\\x\\y"}, /* url_parse makes slashes of them */
		{"http://h/a/b", "/\\x", "http:/\\x"},
		{"http://h/a/b", "\\d", "http://h\\d"},
		{"http://h", "d", "http://h/d"},
		{"http://h/a", "ftp://x/", "ftp://x/"},
		{"http://h/a", "cid:x", "cid:x"},
		{"nonsense", "d", "d"},
		{"http:", "d", "d"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect("resolved", cases[i].ref, url_resolve(&f->arena, str_of(cases[i].base), str_of(cases[i].ref)),
			cases[i].want);
}

/* The raw URLs of a set, blank-separated. */
static struct str list(struct fixture *f)
{
	struct buf b;
	buf_init_arena(&b, &f->arena, 1 << 20);
	for (size_t i = 0; i < f->set.n; i++) {
		if (i)
			buf_byte(&b, ' ');
		buf_add(&b, f->set.urls[i].raw);
	}
	return buf_str(&b);
}

static void test_text(void **state)
{
	static const struct {
		const char *text, *urls;
	} cases[] = {
		{"", ""},
		{"see http://h.com/a?b=c&d today", "http://h.com/a?b=c&d"},
		{"<http://h.com/a>, (http://h.com/b). \"http://h.com/c\"", "http://h.com/a http://h.com/b http://h.com/c"},
		{"http://h.com/wiki/X_(y) and (http://h.com/z(1)).", "http://h.com/wiki/X_(y) http://h.com/z(1)"},
		{"HTTPS://H.com/x! http://h.com... http://h.com/?'", "https://h.com/x http://h.com/"},
		{"go www.shop.com. or WWW.B.HK/x, now", "http://www.shop.com/ http://www.b.hk/x"},
		{"visit pills.com or http://pills.com", "http://pills.com/"},
		{"bare shop.biz/x?y and shop.it/x", "http://shop.biz/x?y http://shop.it/x"},
		{"shop.com:8080/x", "http://shop.com:8080/x"},
		/* what is none */
		{"end.The start. e.g. this is it.no more.Is 3.14 v1.2.com? file.txt a.b", "http://v1.2.com/"},
		{"end.Com done.In x@mail.com first.last@mail.com img/a.com", ""},
		{"hxxp://bad.com/x h..com .com -a.com b.com@x", ""},
		{"PILLS.COM Pills.com pillS.COM", "http://pills.com/"},
		{"http:// http://. https: ://x", ""},
		{"http://1.2.3.4/x", "http://1.2.3.4/x"},
		{"http://localhost/x", "http://localhost/x"},
		/* other writing directly behind */
		{"\xE7\xBD\x91http://h.com\xE6\xAC\xA2 www.b.com\xE3\x80\x82", "http://h.com/ http://www.b.com/"},
		{"http://b\xC3\xBC"
		 "cher.com/x",
			"http://xn--bcher-kva.com/x"},
		/* quoted-printable that nobody decoded, and not */
		{"a =3D b http://h.com/ab=\ncd?x=3Dy z", "http://h.com/abcd?x=y"},
		{"http://h.com/?id=\nthanks", "http://h.com/?id="},
		{"http://www.lon=\ng.com/x", "http://www.long.com/x"},
		{"<http://www.lon\ng.com/x> <http://b.com\r\n/y\n/z> <http://c.com\nis it>",
			"http://www.long.com/x http://b.com/y/z http://c.com/"},
		{"http://a.com/http://b.com/", "http://a.com/http://b.com/"},
		{"x.http://h.com/", "http://h.com/"},
		/* brackets that were not opened in it, and what no host holds, end it */
		{"(http://a.com/x)(http://b.com/y) [http://c.com]is http://d.com/e[f]g)h",
			"http://a.com/x http://b.com/y http://c.com/ http://d.com/e[f]g"},
		{"http://a.com,http://b.com;http://c.comhttp://d.com:http://e.com:80http://f.com",
			"http://a.com/ http://b.com/ http://c.com/ http://d.com/ http://e.com/ http://f.com/"},
		{"<a href='http://a.com'>x http://b.com&nbsp; http://c.com=20d http://e.com:80,f",
			"http://a.com/ http://b.com/ http://c.com/ http://e.com/"},
		{"_http://a.com_ http://b.com- http://c.com--, http://d.com-/x",
			"http://a.com/ http://b.com/ http://c.com/ http://d.com-/x"},
		{"http://a:b@m\xC3\xBCnchen.de/x http://c@\xD1\x80\xD1\x84.test, http://d.de/@m\xC3\xBC",
			"http://a:b@xn--mnchen-3ya.de/x http://c@xn--p1ai.test/ http://d.de/@m"},
		{"http://a,b@c.com:8080/ http://[2001:db8::1]:80/ http://d,com/",
			"http://a,b@c.com:8080/ http://[2001:db8::1]/ http://d%2Ccom/"},
		{"see https://a.com[1], http://b.com:80[2]. http://[2001:db8::2][3]", "https://a.com/ http://b.com/"},
		{"http://\u00A0a.com F\u00D3O.COM \u043F\u0440a.com", "http://a.com/"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		url_set_init(&f->set, &f->arena, f->psl);
		url_set_add_text(&f->set, str_of(cases[i].text), 0);
		expect("URLs", cases[i].text, list(f), cases[i].urls);
	}
}

static void add_html(struct fixture *f, struct str html)
{
	struct html_result r;
	uint64_t anomalies = 0;
	url_set_init(&f->set, &f->arena, f->psl);
	assert_int_equal(html_scan(&f->arena, html, NULL, &r, &anomalies), 0);
	url_set_add_html(&f->set, &r);
}

static void test_html(void **state)
{
	static const struct {
		const char *html, *urls;
		unsigned flags; /* of the first */
	} cases[] = {
		{"<a href=http://h.com>x</a>", "http://h.com/", URL_FROM_HTML | URL_LINK},
		{"<a href=http://h.com><img src=http://h.com></a>", "http://h.com/", URL_FROM_HTML | URL_LINK | URL_IMAGE},
		{"<img src=//h.com/x>", "http://h.com/x", URL_FROM_HTML | URL_IMAGE | URL_SCHEMELESS},
		{"<a href=www.h.com/x>x</a>", "http://www.h.com/x", URL_FROM_HTML | URL_LINK | URL_SCHEMELESS},
		{"<a href=x.html>x</a><a href=#a>y</a><a href='javascript:x'>z</a>", "", 0},
		{"<form action=http://h.com/>", "http://h.com/", URL_FROM_HTML | URL_LINK | URL_FORM},
		{"<a href=mailto:a@b.com>x</a>", "mailto:a@b.com", URL_FROM_HTML | URL_LINK | URL_MAILTO},
		{"<a href=http://h.com></a>", "http://h.com/", URL_FROM_HTML | URL_LINK | URL_HIDDEN},
		{"<a href=http://h.com></a><a href=http://h.com>x</a>", "http://h.com/", URL_FROM_HTML | URL_LINK},
		{"<a href='http://&#104;.com'>x</a>", "http://h.com/", URL_FROM_HTML | URL_LINK | URL_ENCODED_HOST},
		{"see http://h.com<br>x", "http://h.com/", URL_FROM_TEXT},
		{"<b style=display:none>http://h.com</b>", "http://h.com/", URL_FROM_TEXT | URL_HIDDEN},
		/* the label of a link is no URL of its own */
		{"a.com <a href=http://b.com>www.bank.com</a> c.com", "http://b.com/ http://a.com/ http://c.com/",
			URL_FROM_HTML | URL_LINK | URL_TEXT_MISMATCH},
		{"<a href=http://www.bank.com/x>bank.com</a>", "http://www.bank.com/x", URL_FROM_HTML | URL_LINK},
		{"<a href=http://bank.com.evil.hk/x>https://bank.com/</a>", "http://bank.com.evil.hk/x",
			URL_FROM_HTML | URL_LINK | URL_TEXT_MISMATCH},
		{"<a href=http://1.2.3.4/x>www.bank.com</a>", "http://1.2.3.4/x",
			URL_FROM_HTML | URL_LINK | URL_TEXT_MISMATCH | URL_IP_HOST},
		{"<a href=http://1.2.3.4/x>http://1.2.3.4/</a>", "http://1.2.3.4/x", URL_FROM_HTML | URL_LINK | URL_IP_HOST},
		{"<a href=http://b.com>mail me@bank.com</a>", "http://b.com/", URL_FROM_HTML | URL_LINK},
		{"<a href=mailto:a@b.com>www.c.com</a>", "mailto:a@b.com", URL_FROM_HTML | URL_LINK | URL_MAILTO},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		add_html(f, str_of(cases[i].html));
		expect("URLs", cases[i].html, list(f), cases[i].urls);
		if (f->set.n && f->set.urls[0].flags != cases[i].flags)
			fail_msg("%s: flags %x, not %x", cases[i].html, f->set.urls[0].flags, cases[i].flags);
		bool mismatch = cases[i].flags & URL_TEXT_MISMATCH, odd = cases[i].flags & (URL_USERINFO | URL_ENCODED_HOST);
		assert_int_equal(f->set.anomalies, (mismatch ? ANOM(url_text_mismatch) : 0) | (odd ? ANOM(url_obfuscated) : 0));
	}
	add_html(f, S("<a href=http://h.com>  buy\nnow </a>"));
	expect("text", "", f->set.urls[0].text, "buy now");
}

/* Links that a filter has rewritten are those that it hides; what is no such link, or leads nowhere, stays. */
static void test_rewritten(void **state)
{
	static const struct {
		const char *text, *urls;
	} cases[] = {
		{"https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.com%2Fx%3Fa%3D1%26b%3D%2520&data=05%7Cme%40b.com&sdata=x&reserved=0",
			"https://a.com/x?a=1&b=%20"},
		{"https://nam02.safelinks.protection.outlook.com/ap/t-5/?url=https%3A%2F%2Fa.com%2Fx&data=05", "https://a.com/x"},
		{"https://eur01.safelinks.protection.outlook.com/GetUrlReputation",
			"https://eur01.safelinks.protection.outlook.com/GetUrlReputation"},
		{"https://eur01.safelinks.protection.outlook.com/?url=mailto%3Aa%40b.com",
			"https://eur01.safelinks.protection.outlook.com/?url=mailto%3Aa%40b.com"},
		{"https://safelinks.protection.outlook.com.evil.com/?url=http%3A%2F%2Fa.com",
			"https://safelinks.protection.outlook.com.evil.com/?url=http%3A%2F%2Fa.com"},
		{"https://urldefense.proofpoint.com/v1/url?u=http://a.com/&k=abc%3D%0A&r=x", "http://a.com/"},
		{"https://urldefense.proofpoint.com/v2/url?u=http-3A__a-2Db.com_path-3Fa-3Db-5Fc&d=Dw&c=x&e=",
			"http://a-b.com/path?a=b_c"},
		{"https://urldefense.com/v3/__https://google.com:443/search?q=a*test&gs=ps__;Kw!-612Flbf0JvQ3kNJkRi5Jg!Ue6t$",
			"https://google.com/search?q=a+test&gs=ps"},
		{"https://urldefense.com/v3/__https:/a.com/x**Cy__;JSUlJQ!!b!c$", "https://a.com/x%%%%y"},
		{"https://urldefense.com/v3/__http://a.com/*x*__;w6k!!b$", "http://a.com/\xC3\xA9x"},
		{"https://urldefense.com/v3/__https://a.com/x", "https://urldefense.com/v3/__https://a.com/x"},
		{"https://linkprotect.cudasvc.com/url?a=https%3a%2f%2fa.com%2fx&c=E,1,abc&typo=1", "https://a.com/x"},
		{"https://secure-web.cisco.com/1abcDEF/https%3A%2F%2Fa.com%2Fx", "https://a.com/x"},
		{"https://clicktime.symantec.com/15t?h=x&u=https://a.com/foo", "https://a.com/foo"},
		{"https://us-west-2.protection.sophos.com/?d=a.com&u=aHR0cHM6Ly9hLmNvbS94&i=abc", "https://a.com/x"},
		{"https://imsva91-ctp.trendmicro.com/wis/clicktime/v1/query?url=http%3a%2f%2fa.com%2fx&umid=1", "http://a.com/x"},
		{"https://url.avanan.click/v2/___https://a.com/x___.bXQ6", "https://a.com/x"},
		/* a target that holds the filter's own signs; what no filter writes */
		{"https://url.avanan.click/v2/___https://a.com___.b.com/x____.bXQ6", "https://a.com___.b.com/x_"},
		{"https://url.avanan.click/v2/___https://a.com/x", "https://url.avanan.click/v2/___https://a.com/x"},
		{"https://secure-web.cisco.com/https%3A%2F%2Fa.com%2Fx", "https://secure-web.cisco.com/https%3A%2F%2Fa.com%2Fx"},
		{"https://secure-web.c%69sco.com/1abcDEF/https%3A%2F%2Fa.com%2Fx",
			"https://secure-web.cisco.com/1abcDEF/https%3A%2F%2Fa.com%2Fx"},
		/* one filter behind another; a hand-made tower is left at some height */
		{"https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Furldefense.com%2Fv3%2F__http%3A%2F%2Fa.com%2Fx__%3B!!b%24&data=0",
			"http://a.com/x"},
		/* a redirector that the sender chose; one that keeps the target to itself */
		{"https://www.google.com/url?q=https://a.com/x", "https://www.google.com/url?q=https://a.com/x"},
		{"https://protect-us.mimecast.com/s/AbC?domain=a.com", "https://protect-us.mimecast.com/s/AbC?domain=a.com"},
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		url_set_init(&f->set, &f->arena, f->psl);
		url_set_add_text(&f->set, str_of(cases[i].text), 0);
		expect("URLs", cases[i].text, list(f), cases[i].urls);
		url_set_init(&f->set, &f->arena, f->psl);
		url_set_add_link(&f->set, str_of(cases[i].text), 0);
		expect("link", cases[i].text, list(f), cases[i].urls);
	}
	/* the text names the host that the link led to */
	add_html(f, S("<a href='https://x.safelinks.protection.outlook.com/?url=http%3A%2F%2Fa.com%2Fx&amp;data=0'>www.a.com</a>"));
	expect("URLs", "", list(f), "http://a.com/x");
	assert_int_equal(f->set.anomalies, 0);
}

static void test_caps(void **state)
{
	struct fixture *f = *state;
	char text[64];
	url_set_init(&f->set, &f->arena, f->psl);
	for (int i = 0; i < 2 * LIM_URLS; i++) {
		snprintf(text, sizeof text, "http://h%d.com/", i);
		url_set_add_text(&f->set, str_of(text), 0);
	}
	assert_int_equal(f->set.n, LIM_URLS);
	assert_int_equal(f->set.anomalies, ANOM(url_cap));
	expect("last", "", f->set.urls[LIM_URLS - 1].raw, "http://h999.com/");
	url_set_add_text(&f->set, S("http://h5.com/"), 0); /* still found */
	assert_int_equal(f->set.n, LIM_URLS);
	size_t total = f->arena.total; /* what is known or too much takes no memory */
	for (int i = 0; i < 100 * LIM_URLS; i++)
		url_set_add_link(&f->set, i % 2 ? S("http://h5.com/") : S("http://other.com/"), 0);
	assert_int_equal(f->arena.total, total);
	url_set_init(&f->set, &f->arena, f->psl);
	char *longer = test_malloc(4 * LIM_URL);
	memset(longer, 'a', 4 * LIM_URL);
	memcpy(longer, "http://h.com/", 13);
	url_set_add_text(&f->set, str_make(longer, 4 * LIM_URL), 0);
	assert_int_equal(f->set.n, 1);
	assert_int_equal(f->set.urls[0].raw.n, LIM_URL);
	assert_int_equal(f->set.anomalies, ANOM(url_cap));
	test_free(longer);
}

static const char sample[] =
	"http://b\xC3\xBC"
	"cher.example:81/a?b=\xC3\xA9 www.a.co.uk/x(y), 0x7f.1 http://0x7f.1/ b@c.com <http://u@%68.com> =3D http://q=\n.com/ "
	"http://[::1]/x shop.com/y https://urldefense.com/v3/__http://d.com/*x__;w6k!! https://a.protection.sophos.com/?u=aHR0cDovL2UuY29t";

static void test_every_truncation(void **state)
{
	struct fixture *f = *state;
	for (size_t n = 0; n < sizeof sample; n++) {
		uint8_t *copy = test_malloc(n + 1);
		memcpy(copy, sample, n);
		url_set_init(&f->set, &f->arena, f->psl);
		url_set_add_text(&f->set, str_make(copy, n), 0);
		for (size_t i = 0; i < f->set.n; i++)
			assert_true(utf8_valid(f->set.urls[i].raw) && f->set.urls[i].raw.n <= 3 * n + 320);
		struct url u;
		assert_true(url_parse(&f->arena, f->psl, str_make(copy, n), &u) >= 0);
		test_free(copy);
		arena_reset(&f->arena);
	}
}

static void test_every_failing_allocation(void **state)
{
	struct fixture *f = *state;
	struct arena none;
	struct url u;
	arena_init(&none, 1);
	assert_int_equal(url_parse(&none, f->psl, S("http://a.com/b\tc"), &u), -1);
	assert_int_equal(url_parse(&none, f->psl, S("http://a.com/bc"), &u), -1);
	arena_free(&none);
	for (size_t max = 16; max < 16 << 10; max += 16) {
		struct arena small;
		struct url_set set;
		arena_init(&small, max);
		url_set_init(&set, &small, f->psl);
		url_set_add_text(&set, str_make(sample, sizeof sample - 1), 0);
		assert_true(set.oom || set.n == 9);
		arena_free(&small);
	}
	for (long n = 0; n < 100; n++) {
		arena_free(&f->arena);
		url_set_init(&f->set, &f->arena, f->psl);
		mem_fail_from(n);
		url_set_add_text(&f->set, str_make(sample, sizeof sample - 1), 0);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(f->set.oom, hit);
		if (!hit)
			return;
	}
	fail_msg("never ran through");
}

static void test_linear(void **state)
{
	static const char *const patterns[] = {".", ":", "://", "http://", "www.", "a.", "a.b", "http://a.", "(", "http://a.com/)",
		"=\n", "http://a.com/=\n", "=3D http://a.com/=\n", "a.com ", "www.a.com/((((", "@a.com", "a.com/", "\xC3\xA9.",
		"http:/\\", "-.-", "<http://a\n", "<http://a\nb"};
	struct fixture *f = *state;
	enum { SIZE = 1 << 20 };
	uint8_t *p = test_malloc(SIZE);
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		size_t n = strlen(patterns[i]);
		for (size_t k = 0; k < SIZE; k++)
			p[k] = (uint8_t)patterns[i][k % n];
		url_set_init(&f->set, &f->arena, f->psl);
		url_set_add_text(&f->set, str_make(p, SIZE), 0);
		if (f->set.work > 8u * SIZE)
			fail_msg("%s: work %llu", patterns[i], (unsigned long long)f->set.work);
		if (f->arena.total > 8 * MIB)
			fail_msg("%s: memory %zu", patterns[i], f->arena.total);
		arena_free(&f->arena);
	}
	test_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_resolve, setup, teardown),
		cmocka_unit_test_setup_teardown(test_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_html, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rewritten, setup, teardown),
		cmocka_unit_test_setup_teardown(test_caps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_truncation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_failing_allocation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_linear, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
