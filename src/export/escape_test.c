/* escape_test.c - what a message could do to its reader, one row each. */
#include "export/escape.h"

#include "base/test.h"
#include "export/mask.h"
#include "export/width.h"

/* S() for static tables. */
/* clang-format off */
#define Z(lit) {(const uint8_t *)("" lit), sizeof(lit) - 1}
/* clang-format on */

static void expect(struct str in, struct buf *b, struct str want)
{
	must(buf_ok(b));
	if (!str_eq(buf_str(b), want))
		fail_msg("\"%.*s\" gave \"%.*s\", not \"%.*s\"", STR_FMT(in), STR_FMT(buf_str(b)), STR_FMT(want));
	buf_clear(b);
}

static void test_html(void **state)
{
	(void)state;
	static const struct {
		struct str in, want;
	} t[] = {
		{Z(""), Z("")},
		{Z("plain text 100%"), Z("plain text 100%")},
		{Z("<script>alert(1)</script>"), Z("&lt;script&gt;alert(1)&lt;/script&gt;")},
		{Z("\" onload='x' `y` &amp;"), Z("&quot; onload=&#39;x&#39; &#96;y&#96; &amp;amp;")},
		{Z("nul\0in\x1b[2J\x7f"), Z("nul\\x00in\\x1b[2J\\x7f")},
		{Z("a\nb\tc\rd\\"), Z("a\\nb\\tc\\rd\\\\")},
		{Z("\xe2\x80\xae"
		   "cod.exe"),
			Z("\\u{202e}cod.exe")},
		{Z("zero\xe2\x80\x8bwidth\xef\xbb\xbf\xc2\xad"), Z("zero\\u{200b}width\\u{feff}\\u{ad}")},
		{Z("\xc2\x85\xc2\x9b"), Z("\\u{85}\\u{9b}")},
		{Z("\xf3\xa0\x81\x81tag \xee\x80\x80 \xe2\xa0\x80"), Z("\\u{e0041}tag \\u{e000} \\u{2800}")},
		{Z("bad \xff\xc0\x80 \xe2\x82"), Z("bad \\xff\\xc0\\x80 \\xe2\\x82")},
		{Z("\xef\xbf\xbd is honest"), Z("\xef\xbf\xbd is honest")},
		{Z("Z\xcc\x80\xcc\x80\xcc\x80\xcc\x80\xcc\x80"), Z("Z\xcc\x80\xcc\x80\xcc\x80\xcc\x80\\u{300}")},
		{Z("caf\xc3\xa9 \xe8\x8d\xaf \xf0\x9f\x92\x8a"), Z("caf\xc3\xa9 \xe8\x8d\xaf \xf0\x9f\x92\x8a")},
		{Z("line\xe2\x80\xa8sep"), Z("line\\u{2028}sep")},
	};
	struct buf b;
	buf_init(&b, 4096);
	for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
		esc_html(t[k].in, 0, &b);
		expect(t[k].in, &b, t[k].want);
	}
	buf_free(&b);
}

static void test_term(void **state)
{
	(void)state;
	static const struct {
		struct str in;
		size_t cap;
		unsigned flags;
		struct str want;
		size_t width;
	} t[] = {
		{Z("Subject"), 0, 0, Z("Subject"), 7},
		{Z("Subject"), 7, 0, Z("Subject"), 7},
		{Z("Subject"), 6, 0, Z("Subje\xe2\x80\xa6"), 6},
		{Z("\x1b]0;title\x07"), 0, 0, Z("\\x1b]0;title\\x07"), 16},
		{Z("ab\x1b[31m"), 5, 0, Z("ab\xe2\x80\xa6"), 3},
		{Z("\xe8\x8d\xaf\xe8\x8d\xaf\xe8\x8d\xaf"), 0, 0, Z("\xe8\x8d\xaf\xe8\x8d\xaf\xe8\x8d\xaf"), 6},
		{Z("\xe8\x8d\xaf\xe8\x8d\xaf\xe8\x8d\xaf"), 4, 0, Z("\xe8\x8d\xaf\xe2\x80\xa6"), 3},
		{Z("caf\xc3\xa9"), 0, ESCAPE_ASCII, Z("caf\\u{e9}"), 9},
		{Z("caf\xc3\xa9"), 8, ESCAPE_ASCII, Z("caf..."), 6},
		{Z("abcdef"), 2, ESCAPE_ASCII, Z(".."), 2},
		{Z("<b>&\"'"), 0, 0, Z("<b>&\"'"), 6},
		{Z("\x9b"
		   "2J"),
			0, 0, Z("\\x9b2J"), 6},
	};
	struct buf b;
	buf_init(&b, 4096);
	for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
		size_t w = esc_term(t[k].in, t[k].cap, t[k].flags, &b);
		assert_int_equal(w, t[k].width);
		expect(t[k].in, &b, t[k].want);
	}
	buf_free(&b);
}

static void test_csv(void **state)
{
	(void)state;
	static const struct {
		struct str in, want;
	} t[] = {
		{Z(""), Z("")},
		{Z("plain"), Z("plain")},
		{Z("a,b"), Z("\"a,b\"")},
		{Z("say \"hi\""), Z("\"say \"\"hi\"\"\"")},
		{Z(" padded"), Z("\" padded\"")},
		{Z("=1+1"), Z("'=1+1")},
		{Z("+49 30"), Z("'+49 30")},
		{Z("-5"), Z("'-5")},
		{Z("@SUM(A1)"), Z("'@SUM(A1)")},
		{Z("\t=1"), Z("'\\t=1")},
		{Z("\rx"), Z("'\\rx")},
		{Z("\nx"), Z("'\\nx")},
		{Z("  =1"), Z("\"'  =1\"")},
		{Z("\xc2\xa0=1"), Z("'\xc2\xa0=1")},
		{Z("\xe2\x80\x8b=1"), Z("'\\u{200b}=1")},
		{Z("\xef\xbc\x9d"
		   "1"),
			Z("'\xef\xbc\x9d"
			  "1")},
		{Z("\xef\xbc\x8b"
		   "1"),
			Z("'\xef\xbc\x8b"
			  "1")},
		{Z("\xef\xbc\x8d"
		   "1"),
			Z("'\xef\xbc\x8d"
			  "1")},
		{Z("\xef\xbc\xa0"
		   "1"),
			Z("'\xef\xbc\xa0"
			  "1")},
		{Z("x;=cmd|' /C calc'!A0"), Z("\"x;'=cmd|' /C calc'!A0\"")},
		{Z("x; y"), Z("\"x; y\"")},
		{Z("two\nlines\0"), Z("two\\nlines\\x00")},
		{Z("=HYPERLINK(\"http://evil.example\")"), Z("\"'=HYPERLINK(\"\"http://evil.example\"\")\"")},
	};
	struct buf b;
	buf_init(&b, 4096);
	for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
		esc_csv(t[k].in, &b);
		expect(t[k].in, &b, t[k].want);
	}
	buf_free(&b);
}

static void test_defang(void **state)
{
	(void)state;
	static const struct {
		struct str in, want;
	} t[] = {
		{Z("http://evil.example/a.html?b=c.d"), Z("hxxp://evil[.]example/a.html?b=c.d")},
		{Z("HTTPS://www.evil.example:8080"), Z("hxxps://www[.]evil[.]example:8080")},
		{Z("http://paypal.com@evil.example/"), Z("hxxp://paypal[.]com[@]evil[.]example/")},
		{Z("ftp://evil.example/x"), Z("fxp://evil[.]example/x")},
		{Z("gopher://evil.example/x"), Z("gopher[:]//evil[.]example/x")},
		{Z("javascript:alert(1)"), Z("javascript[:]alert(1)")},
		{Z("data:text/html,<script>"), Z("data[:]text/html,<script>")},
		{Z("mailto:bob@evil.example"), Z("mailto[:]bob[@]evil[.]example")},
		{Z("www.evil.example/x.y"), Z("www[.]evil[.]example/x.y")},
		{Z("evil.example"), Z("evil[.]example")},
		{Z("//evil.example/x"), Z("//evil[.]example/x")},
		{Z("http:\\\\evil.example\\x"), Z("hxxp:\\\\evil[.]example\\x")},
		{Z("http://a.example/?u=http://b.example/c.d"), Z("hxxp://a[.]example/?u=hxxp://b[.]example/c.d")},
		{Z("http://a.example/www.b.example/"), Z("hxxp://a[.]example/www[.]b[.]example/")},
		{Z("http://evil\xe3\x80\x82"
		   "example/"),
			Z("hxxp://evil[.]example/")},
		{Z("http://[2001:db8::1]/"), Z("hxxp://[2001:db8::1]/")},
		{Z("http:http://evil.example/"), Z("hxxp:http[:]//evil.example/")},
		{Z("http://"), Z("hxxp://")},
		{Z(""), Z("")},
	};
	struct buf b, again;
	buf_init(&b, 4096);
	buf_init(&again, 4096);
	for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
		defang_url(t[k].in, &b);
		defang_url(buf_str(&b), &again);
		expect(t[k].in, &b, t[k].want);
		expect(t[k].want, &again, t[k].want);
	}
	defang_text(S("see http://evil.example/x. or www.b.example, v1.2 (https://c.example) a://"), &b);
	expect(S("text"), &b, S("see hxxp://evil[.]example/x. or www[.]b[.]example, v1.2 (hxxps://c[.]example) a[:]//"));
	defang_host(S("10.0.0.1"), &b);
	expect(S("host"), &b, S("10[.]0[.]0[.]1"));
	buf_free(&b);
	buf_free(&again);
}

static void test_mask_addr(void **state)
{
	(void)state;
	static const struct {
		struct str in, want;
	} t[] = {
		{Z("abuse@mx.trap.example"), Z("a***@m***.example")},
		{Z("<a@b.de>"), Z("a***@b***.de")},
		{Z("user@localhost"), Z("u***@l***")},
		{Z("user@[10.0.0.1]"), Z("u***@[***")},
		{Z("user@10.0.0.1"), Z("u***@1***")},
		{Z("nobody"), Z("n***")},
		{Z("\"a b\"@c.example"), Z("\"***@c***.example")},
		{Z("@x.example"), Z("***@x***.example")},
		{Z(""), Z("")},
	};
	struct buf b;
	buf_init(&b, 4096);
	for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
		mask_addr(t[k].in, &b);
		expect(t[k].in, &b, t[k].want);
	}
	buf_free(&b);
}

/* Recipients: alice.smith@trap.example and bob@trap.example. */
static const struct {
	struct str in, want;
} mask_rows[] = {
	{Z("nothing here"), Z("nothing here")},
	{Z("Dear alice.smith@trap.example!"), Z("Dear a***@t***.example!")},
	{Z("ALICE.Smith@Trap.Example"), Z("A***@T***.Example")},
	{Z("Hello alice.smith, buy"), Z("Hello ***, buy")},
	{Z("xalice.smith99"), Z("x***99")},
	{Z("Hi bob, bobby"), Z("Hi ***, bobby")},
	{Z("http://e.example/?u=bob@trap.example"), Z("http://e.example/?u=b***@t***.example")},
	{Z("http://e.example/?u=bob%40trap.example&x"), Z("http://e.example/?u=***&x")},
	{Z("http://e.example/?u=%62%6f%62%40trap%2Eexample&x"), Z("http://e.example/?u=***&x")},
	{Z("http://e.example/?u=bob%2540trap.example&x=%20"), Z("http://e.example/?u=***&x=%20")},
	{Z("bounce-alice.smith=trap.example@esp.example"), Z("bounce-***@esp.example")},
	{Z("bob at trap.example"), Z("***")},
	/* base64 of "alice.smith@trap.example", of "id=bob@trap.example" and of "xx:alice.smith" */
	{Z("http://e.example/u/YWxpY2Uuc21pdGhAdHJhcC5leGFtcGxl/go"), Z("http://e.example/u/***/go")},
	{Z("?q=aWQ9Ym9iQHRyYXAuZXhhbXBsZQ%3D%3D&k"), Z("?q=***%3D%3D&k")},
	{Z("/eHg6YWxpY2Uuc21pdGg="), Z("/***=")},
	/* hex, lower and upper case */
	{Z("/616c6963652e736d69746840747261702e6578616d706c65."), Z("/***.")},
	{Z("/626F6240747261702E6578616D706C65"), Z("/***")},
	/* MD5, SHA-1 and SHA-256 of bob@trap.example */
	{Z("?h=a7d10e9b1ad2d5d1a2cc7e03a5a41ac5x"), Z("?h=a7d10e9b1ad2d5d1a2cc7e03a5a41ac5x")},
	{Z("?h=832c8d3b74bf58bc0427771bcecc7b4d&"), Z("?h=***&")},
	{Z("?h=8a7108bb0646f37927ed3dccdb0513209faff17f&"), Z("?h=***&")},
	{Z("?h=871f4792f038c6924bdd0eeaed9b61362407390a6c873e1a424af471c53a56bc&"), Z("?h=***&")},
};

static void test_mask_tokens(void **state)
{
	(void)state;
	struct mask m;
	struct buf b;
	buf_init(&b, 4096);
	mask_init(&m);
	mask_add(&m, S("<alice.smith@trap.example>"));
	mask_add(&m, S("bob@trap.example"));
	mask_add(&m, S("Bob@TRAP.example"));
	mask_add(&m, S(""));
	assert_int_equal(m.n, 2);
	for (size_t k = 0; k < sizeof mask_rows / sizeof *mask_rows; k++) {
		mask_tokens(&m, mask_rows[k].in, &b);
		expect(mask_rows[k].in, &b, mask_rows[k].want);
	}
	buf_free(&b);
}

/* A token anywhere in a long run of base64 is found, whatever its alignment and its place in the decoding windows. */
static void test_mask_windows(void **state)
{
	(void)state;
	static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct str address = S("alice.smith@trap.example");
	uint8_t raw[4200];
	char text[5600];
	struct mask m;
	struct buf b;
	buf_init(&b, 8192);
	mask_init(&m);
	mask_add(&m, address);
	for (size_t at = 0; at<3300; at += at> 1100 && at < 1600 ? 1 : 37) {
		memset(raw, 0xA5, sizeof raw);
		memcpy(raw + at, address.p, address.n);
		for (size_t i = 0; i < sizeof raw / 3; i++) {
			uint32_t v = (uint32_t)raw[3 * i] << 16 | (uint32_t)raw[3 * i + 1] << 8 | raw[3 * i + 2];
			for (size_t k = 0; k < 4; k++)
				text[4 * i + k] = b64[v >> (18 - 6 * k) & 63];
		}
		mask_tokens(&m, str_make(text, sizeof text), &b);
		if (!str_eq(buf_str(&b), S("***")))
			fail_msg("token at %zu not found", at);
		buf_clear(&b);
	}
	buf_free(&b);
}

/* Addresses that match almost everywhere cost no more than the budget, and nothing gets out. */
static void test_mask_budget(void **state)
{
	(void)state;
	enum { N = 1 << 20 };
	struct mask m;
	struct buf b;
	char local[128 + 8];
	char address[MASK_MAX][128 + 8];
	uint8_t *text = mem_alloc(N);
	memset(text, 'A', N);
	memset(local, 'A', sizeof local);
	mask_init(&m);
	for (size_t k = 0; k < MASK_MAX; k++) {
		memcpy(address[k], local, sizeof local);
		address[k][126] = (char)('b' + k % 20);
		address[k][127] = (char)('0' + k / 20);
		memcpy(address[k] + 128, "@b.c", 4);
		mask_add(&m, str_make(address[k], 132));
	}
	buf_init(&b, 2 * N);
	mask_tokens(&m, str_make(text, N), &b);
	expect(S("AAAA"), &b, S("***"));
	buf_free(&b);
	mem_free(text);
}

static void test_mask_memory(void **state)
{
	(void)state;
	struct str text = S("?u=bob%40trap.example&v=bob@trap.example");
	struct mask m;
	mask_init(&m);
	mask_add(&m, S("bob@trap.example"));
	for (long n = 0;; n++) {
		struct buf b;
		buf_init(&b, 4096);
		mem_fail_from(n);
		mask_tokens(&m, text, &b);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(str_find(buf_str(&b), S("trap")), STR_NPOS);
		assert_true(hit == b.oom);
		buf_free(&b);
		if (!hit)
			break;
	}
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(str_width(S("abc")), 3);
	assert_int_equal(str_width(S("\xe6\x97\xa5\xe6\x9c\xac")), 4);
	assert_int_equal(str_width(S("e\xcc\x81")), 1);
	assert_int_equal(str_width(S("\xf0\x9f\x92\x8a")), 2);
	assert_int_equal(char_width(0x10FFFF), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_term),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_defang),
		cmocka_unit_test(test_mask_addr),
		cmocka_unit_test(test_mask_tokens),
		cmocka_unit_test(test_mask_windows),
		cmocka_unit_test(test_mask_budget),
		cmocka_unit_test(test_mask_memory),
		cmocka_unit_test(test_width),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
