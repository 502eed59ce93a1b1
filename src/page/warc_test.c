/* warc_test.c */
#include "page/warc.h"

#include <zlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "base/time.h"
#include "page/fact.h"

struct memory {
	struct str s;
	size_t at, step; /* bytes a read gives at most */
};

static int memory_read(void *ctx, uint8_t *p, size_t room, size_t *got, struct err *err)
{
	struct memory *m = ctx;
	struct str s = str_first(str_from(m->s, m->at), room < m->step ? room : m->step);
	(void)err;
	if (s.n)
		memcpy(p, s.p, s.n);
	m->at += s.n;
	*got = s.n;
	return 0;
}

static void add_record(struct buf *out, const char *version, const char *type, const char *url, struct str block)
{
	buf_printf(
		out, "WARC/%s\r\nWARC-Type: %s\r\nWARC-Target-URI: %s\r\nWARC-Date: 2010-08-01T00:00:01Z\r\n", version, type, url);
	buf_printf(out, "WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http\r\nContent-Length: %zu\r\n\r\n", block.n);
	buf_add(out, block);
	buf_add(out, S("\r\n\r\n"));
}

/* One gzip member of s. */
static void add_gzip(struct buf *out, struct str s)
{
	z_stream z = {0};
	size_t room;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	uint8_t *p = buf_room(out, deflateBound(&z, s.n) + 64, &room);
	z.next_in = (uint8_t *)(uintptr_t)s.p;
	z.avail_in = (unsigned)s.n;
	z.next_out = p;
	z.avail_out = (unsigned)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n += z.total_out;
	deflateEnd(&z);
}

/* "type url block-length facts" a record, then "end facts". */
static int list(struct str file, size_t step, struct buf *out)
{
	struct memory m = {.s = file, .step = step};
	struct warc *w;
	struct warc_record r;
	struct err err = {0};
	int rc = warc_open(&w, memory_read, &m, &err);
	if (rc)
		return rc;
	while ((rc = warc_next(w, &r, &err)) > 0)
		buf_printf(out, "%d %.*s %zu %llx\n", r.type, STR_FMT(r.target), r.block.n, (unsigned long long)r.facts);
	if (!rc)
		buf_printf(out, "end %llx\n", (unsigned long long)r.facts);
	warc_close(w);
	return rc;
}

static void expect(struct str file, struct str want)
{
	static const size_t steps[] = {1, 7, 4096, SIZE_MAX};
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct buf got;
		buf_init(&got, 1 * MIB);
		assert_int_equal(list(file, steps[i], &got), 0);
		assert_same(buf_str(&got), want, S("(file)"));
		buf_free(&got);
	}
}

static void three(struct buf *plain, struct buf *members, struct buf *whole)
{
	static const struct str blocks[] = {T("HTTP/1.1 200 OK\r\n\r\nhello"), T(""), T("<html>WARC/1.0 in a page</html>\r\n\r\n")};
	static const char *const types[] = {"response", "request", "resource"};
	for (size_t i = 0; i < 3; i++) {
		struct buf one;
		buf_init(&one, 1 * MIB);
		add_record(&one, i == 1 ? "1.1" : "1.0", types[i], i == 2 ? "<http://c.example/>" : "http://a.example/", blocks[i]);
		buf_add(plain, buf_str(&one));
		add_gzip(members, buf_str(&one));
		buf_free(&one);
	}
	add_gzip(whole, buf_str(plain));
}

static void test_kinds_of_file(void **state)
{
	static const struct str want = T("2 http://a.example/ 24 0\n4 http://a.example/ 0 0\n3 http://c.example/ 35 0\nend 0\n");
	struct buf plain, members, whole;
	(void)state;
	buf_init(&plain, 1 * MIB);
	buf_init(&members, 1 * MIB);
	buf_init(&whole, 1 * MIB);
	three(&plain, &members, &whole);
	expect(buf_str(&plain), want);
	expect(buf_str(&members), want);
	expect(buf_str(&whole), want);
	expect(S(""), S("end 0\n"));
	buf_free(&plain);
	buf_free(&members);
	buf_free(&whole);
}

static void test_header(void **state)
{
	static const struct str file =
		T("WARC/1.0\nwarc-type: Revisit\nWARC-TARGET-URI:http://a.example/x\nWARC-Date: 2010-08-01T00:00:01.5Z\n"
		  "WARC-IP-Address: 192.0.2.1\nWARC-Payload-Digest: sha1:A\nWARC-Block-Digest: sha1:B\n"
		  "WARC-Refers-To-Target-URI: http://a.example/\nWARC-Refers-To-Date: 2010-07-01T00:00:00Z\n"
		  "WARC-Truncated: length\nContent-Length: 2\n\nab\n\n");
	struct memory m = {.s = file, .step = 3};
	struct warc *w;
	struct warc_record r;
	struct err err = {0};
	(void)state;
	assert_int_equal(warc_open(&w, memory_read, &m, &err), 0);
	assert_int_equal(warc_next(w, &r, &err), 1);
	assert_int_equal(r.type, WARC_REVISIT);
	assert_same(r.target, S("http://a.example/x"), file);
	assert_same(r.ip, S("192.0.2.1"), file);
	assert_same(r.digest, S("sha1:A"), file);
	assert_same(r.refers_uri, S("http://a.example/"), file);
	assert_same(r.block, S("ab"), file);
	assert_int_equal(r.time, 1280620801);
	assert_int_equal(r.refers_time, 1277942400);
	assert_int_equal(r.facts, FACT(warc_truncated));
	assert_int_equal(warc_next(w, &r, &err), 0);
	warc_close(w);
}

/* Damage is told and the records behind it are found. */
static void test_damage(void **state)
{
	char want[256];
	struct buf f;
	(void)state;
	buf_init(&f, 1 * MIB);
	buf_add(&f,
		S("WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\nContent-Length: 3\r\n\r\nlonger than that\r\n\r\n"));
	add_record(&f, "1.0", "response", "http://b/", S("b"));
	buf_add(&f, S("WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://c/\r\nContent-Length: 60\r\n\r\nc\r\n\r\n"));
	add_record(&f, "1.0", "response", "http://d/", S("d"));
	buf_add(&f, S("WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://e/\r\n\r\n"));
	snprintf(want, sizeof want,
		"2 http://a/ 3 %llx\n2 http://b/ 1 0\n2 http://c/ 1 %llx\n2 http://d/ 1 0\n2 http://e/ 0 %llx\nend 0\n",
		(unsigned long long)FACT(warc_bad_length), (unsigned long long)FACT(warc_bad_length),
		(unsigned long long)FACT(warc_bad_header));
	expect(buf_str(&f), str_of(want));
	buf_free(&f);
}

/* A damaged member loses its record only. */
static void test_damaged_member(void **state)
{
	struct buf f, one, got;
	(void)state;
	buf_init(&f, 1 * MIB);
	buf_init(&one, 1 * MIB);
	buf_init(&got, 1 * MIB);
	add_record(&one, "1.0", "response", "http://a/", S("aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbb"));
	add_gzip(&f, buf_str(&one));
	size_t second = f.n;
	add_gzip(&f, buf_str(&one));
	size_t third = f.n;
	add_gzip(&f, buf_str(&one));
	f.p[second + (third - second) / 2] ^= 0x55;
	f.p[second + (third - second) / 2 + 1] ^= 0xFF;
	assert_int_equal(list(buf_str(&f), 64, &got), 0);
	size_t whole = 0;
	for (struct str rest = buf_str(&got), line; str_line(&rest, &line);)
		whole += str_eq(line, S("2 http://a/ 37 0"));
	assert_true(whole == 2 || whole == 3); /* the flips may fall where only the checksum sees them */
	buf_free(&f);
	buf_free(&one);
	buf_free(&got);
}

static void test_bomb(void **state)
{
	struct buf zeros, bomb, one, got;
	char want[128];
	(void)state;
	buf_init(&zeros, 160 * MIB);
	buf_init(&bomb, 8 * MIB);
	buf_init(&one, 1 * MIB);
	buf_init(&got, 1 * MIB);
	buf_printf(
		&zeros, "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\nContent-Length: %u\r\n\r\n", 150u << 20);
	for (size_t room, n = 0; n < 150 * MIB; n += room) {
		uint8_t *p = buf_room(&zeros, 1 * MIB, &room);
		memset(p, 0, room);
		zeros.n += room;
	}
	add_gzip(&bomb, buf_str(&zeros));
	add_record(&one, "1.0", "response", "http://b/", S("b"));
	add_gzip(&bomb, buf_str(&one));
	snprintf(want, sizeof want, "2 http://a/ %zu %llx\n2 http://b/ 1 %llx\nend 0\n", LIM_WARC_BLOCK,
		(unsigned long long)FACT(warc_cut), (unsigned long long)(FACT(gzip_bomb) | FACT(warc_bad_length)));
	assert_int_equal(list(buf_str(&bomb), SIZE_MAX, &got), 0);
	assert_same(buf_str(&got), str_of(want), S("bomb"));
	buf_free(&zeros);
	buf_free(&bomb);
	buf_free(&one);
	buf_free(&got);
}

static void test_truncated(void **state)
{
	struct buf plain, members, whole;
	(void)state;
	buf_init(&plain, 1 * MIB);
	buf_init(&members, 1 * MIB);
	buf_init(&whole, 1 * MIB);
	three(&plain, &members, &whole);
	const struct str files[] = {buf_str(&plain), buf_str(&members), buf_str(&whole)};
	for (size_t f = 0; f < COUNT(files); f++)
		for (size_t n = 0; n < files[f].n; n++) {
			struct buf got;
			uint8_t *copy = test_copy(str_first(files[f], n));
			buf_init(&got, 1 * MIB);
			assert_int_equal(list(str_make(copy, n), 64, &got), 0);
			mem_free(copy);
			buf_free(&got);
		}
	buf_free(&plain);
	buf_free(&members);
	buf_free(&whole);
}

static void test_out_of_memory(void **state)
{
	struct buf plain, members, whole;
	(void)state;
	buf_init(&plain, 1 * MIB);
	buf_init(&members, 1 * MIB);
	buf_init(&whole, 1 * MIB);
	three(&plain, &members, &whole);
	for (long n = 0;; n++) {
		struct buf got;
		uint8_t room[512];
		got = (struct buf){.p = room, .cap = sizeof room, .max = sizeof room};
		mem_fail_from(n);
		int rc = list(buf_str(&members), 64, &got);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(rc == 0 || hit);
		if (!hit)
			break;
	}
	buf_free(&plain);
	buf_free(&members);
	buf_free(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds_of_file),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_damaged_member),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
