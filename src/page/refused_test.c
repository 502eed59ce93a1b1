/* refused_test.c - what a crawl does not connect to. */
#include "base/ip.h"
#include "page/refused.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "page/warc_write.h"

static void test_addresses(void **state)
{
	static const struct {
		struct str ip;
		const char *what; /* NULL: public */
	} rows[] = {
		{T("8.8.8.8"), NULL},
		{T("1.1.1.1"), NULL},
		{T("172.15.0.1"), NULL},
		{T("172.32.0.1"), NULL},
		{T("100.63.0.1"), NULL},
		{T("100.128.0.1"), NULL},
		{T("198.17.0.1"), NULL},
		{T("223.255.255.255"), NULL},
		{T("2606:4700::1"), NULL},
		{T("2a00:1450::1"), NULL},
		{T("64:ff9b::808:808"), NULL},
		{T("2002:808:808::1"), NULL},
		{T("0.0.0.0"), "this network"},
		{T("10.255.255.255"), "private"},
		{T("127.1.2.3"), "loopback"},
		{T("172.16.0.1"), "private"},
		{T("172.31.255.255"), "private"},
		{T("192.168.1.1"), "private"},
		{T("169.254.169.254"), "link-local"},
		{T("100.64.0.1"), "shared address space"},
		{T("192.0.0.8"), "reserved"},
		{T("192.0.2.1"), "documentation"},
		{T("198.18.0.1"), "benchmarking"},
		{T("198.19.255.255"), "benchmarking"},
		{T("198.51.100.1"), "documentation"},
		{T("203.0.113.255"), "documentation"},
		{T("224.0.0.1"), "multicast"},
		{T("240.0.0.1"), "reserved"},
		{T("255.255.255.255"), "reserved"},
		{T("::"), "unspecified"},
		{T("::1"), "loopback"},
		{T("::7f00:1"), "loopback"},
		{T("::ffff:10.0.0.1"), "private"},
		{T("64:ff9b::a00:1"), "private"},
		{T("2002:7f00:1::"), "loopback"},
		{T("fc00::1"), "private"},
		{T("fdff::1"), "private"},
		{T("fe80::1"), "link-local"},
		{T("fec0::1"), "private"},
		{T("ff02::1"), "multicast"},
		{T("2001:db8::1"), "documentation"},
		{T("2001::1"), "reserved"},
		{T("100::1"), "discard"},
		{T("3fff::1"), "documentation"},
		{T("4000::1"), "reserved"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t ip[16];
		size_t n = ip_parse(rows[i].ip, ip);
		assert_true(n);
		const char *got = ip_refused(ip, n);
		if (!got != !rows[i].what || (got && strcmp(got, rows[i].what) != 0))
			fail_msg("%.*s is %s, not %s", STR_FMT(rows[i].ip), got ? got : "public",
				rows[i].what ? rows[i].what : "public");
	}
	assert_non_null(ip_refused((const uint8_t *)"", 0));
}

static void test_mapped(void **state)
{
	static const uint8_t mapped[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 127, [15] = 1};
	(void)state;
	assert_string_equal(ip_refused(mapped, 16), "loopback");
}

static void test_hosts(void **state)
{
	static const struct {
		struct str host;
		bool refused;
	} rows[] = {{T("localhost"), true}, {T("LOCALHOST."), true}, {T("a.localhost"), true}, {T("nas.local"), true},
		{T("x.internal"), true}, {T("printer"), true}, {T("router.home.arpa"), true}, {T("notlocalhost.example"), false},
		{T("shop.example"), false}, {T("mylocal.com"), false}, {T("xlocal"), true}, {T("2001:db8::1"), false}};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if ((host_refused(rows[i].host) != NULL) != rows[i].refused)
			fail_msg("%.*s", STR_FMT(rows[i].host));
}

struct memory {
	struct str s;
	size_t at;
};

static int memory_read(void *ctx, uint8_t *p, size_t room, size_t *got, struct err *err)
{
	struct memory *m = ctx;
	struct str s = str_first(str_from(m->s, m->at), room);
	(void)err;
	if (s.n)
		memcpy(p, s.p, s.n);
	m->at += s.n;
	*got = s.n;
	return 0;
}

/* What is written is read back; a line end in a field cannot make another one. */
static void test_warc_write(void **state)
{
	struct warc_out r = {.type = WARC_RESPONSE,
		.target = S("http://a.example/\r\nWARC-Type: info"),
		.ip = S("192.0.2.1"),
		.block = S("HTTP/1.1 200 OK\r\n\r\n"),
		.content_type = S("application/http"),
		.time = 1280620800,
		.truncated = "length"};
	char id[WARC_ID + 1], again[WARC_ID + 1];
	struct buf out;
	struct warc *w;
	struct warc_record got;
	struct err err = {0};
	(void)state;
	buf_init(&out, 1 * MIB);
	assert_int_equal(warc_write(&out, &r, id), 0);
	size_t one = out.n;
	assert_int_equal(warc_write(&out, &r, again), 0);
	assert_string_equal(id, again);
	assert_int_equal(out.n, 2 * one);
	struct memory m = {.s = buf_str(&out)};
	assert_int_equal(warc_open(&w, memory_read, &m, &err), 0);
	assert_int_equal(warc_next(w, &got, &err), 1);
	assert_int_equal(got.type, WARC_RESPONSE);
	assert_same(got.target, S("http://a.example/WARC-Type: info"), got.target);
	assert_same(got.block, r.block, got.target);
	assert_same(got.id, str_of(id), got.target);
	assert_int_equal(got.time, r.time);
	assert_int_equal(warc_next(w, &got, &err), 1);
	assert_int_equal(got.offset, one);
	assert_int_equal(warc_next(w, &got, &err), 0);
	warc_close(w);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_mapped),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_warc_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
