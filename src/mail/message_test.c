
#include "base/anomaly.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "mail/message.h"

/* The usual three fields, so that their absence is no part of the expected anomalies. */
#define TOP "From: a@b.example\nDate: Sat, 1 Jan 2000 00:00:00 +0000\nMessage-ID: <1@b.example>\n"

static struct message parse(struct arena *a, struct str raw)
{
	struct message m;
	arena_init(a, LIM_ARENA);
	assert_int_equal(message_parse(a, raw, &m), 0);
	return m;
}

/* "type/subtype(depth)[body]" for each part; containers without a body. */
static void describe(const struct message *m, struct buf *out)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		buf_printf(out, "%u:%.*s/%.*s", p->depth, STR_FMT(p->type), STR_FMT(p->subtype));
		if (p->kind == PART_LEAF)
			buf_printf(out, "[%.*s]", STR_FMT(p->body));
		buf_byte(out, ' ');
	}
	buf_z(out);
}

static void check(const char *raw, const char *want, uint64_t anomalies)
{
	struct arena a;
	struct message m = parse(&a, str_of(raw));
	struct buf got;
	buf_init(&got, 1 << 20);
	describe(&m, &got);
	assert_string_equal(got.p, want);
	assert_int_equal(m.anomalies, anomalies);
	buf_free(&got);
	arena_free(&a);
}

#define MIXED TOP "Content-Type: multipart/mixed; boundary=b\n\n"
#define HTML "Content-Type: text/html\n\n"

static void test_trees(void **state)
{
	(void)state;
	check(TOP "\nhello\n", "0:text/plain[hello\n] ", 0);
	check(MIXED "pre\n--b\n\none\n--b\n" HTML "two\n--b--\nepi\n", "0:multipart/mixed 1:text/plain[one] 1:text/html[two] ", 0);
	check(MIXED "--b\n\none\n\n--b\n\n--b--", "0:multipart/mixed 1:text/plain[one\n] 1:text/plain[] ", 0);
	/* white space behind a delimiter; a longer line is none; CRLF goes with the delimiter */
	check(MIXED "--b \t\n\none\n--bb\n--b-\n--b--x\n--b--  \n", "0:multipart/mixed 1:text/plain[one\n--bb\n--b-\n--b--x] ", 0);
	check(TOP "Content-Type: multipart/mixed; boundary=\"  b\"\n\n--  b\n\none\n--b\n--  b--\n",
		"0:multipart/mixed 1:text/plain[one\n--b] ", 0);
	/* the parent's boundary ends its children, a boundary is a prefix of another */
	check(MIXED "--b\nContent-Type: multipart/alternative; boundary=bb\n\n--bb\n\none\n--bb\n\ntwo\n--b\n\nthree\n--b--\n",
		"0:multipart/mixed 1:multipart/alternative 2:text/plain[one] 2:text/plain[two] 1:text/plain[three] ",
		ANOM(unclosed_multipart));
	check(MIXED "--b\nContent-Type: multipart/alternative; boundary=\"b--\"\n\n--b--\n\none\n--b----\n--b--\nx",
		"0:multipart/mixed 1:multipart/alternative 2:text/plain[one] ", 0);
	/* the end is missing, and more */
	check(MIXED "--b\n\none\n", "0:multipart/mixed 1:text/plain[one\n] ", ANOM(unclosed_multipart));
	check(MIXED "nothing here\n", "0:multipart/mixed[nothing here\n] ", ANOM(unclosed_multipart) | ANOM(no_parts));
	check(MIXED "text\n--b--\n", "0:multipart/mixed[text\n--b--\n] ", ANOM(no_parts));
	check(TOP "Content-Type: multipart/mixed\n\nx\n", "0:multipart/mixed[x\n] ", ANOM(missing_boundary));
	check(TOP "Content-Type: rubbish\n\nx\n", "0:text/plain[x\n] ", ANOM(bad_content_type));
	/* no part between delimiters, or behind the last one */
	check(MIXED "--b\n--b\n\none\n--b\n--b--\n", "0:multipart/mixed 1:text/plain[one] ", 0);
	check(MIXED "--b\n\none\n--b\n", "0:multipart/mixed 1:text/plain[one] ", ANOM(unclosed_multipart));
	check(MIXED "--b\n--b--\n", "0:multipart/mixed[--b\n--b--\n] ", ANOM(no_parts));
	check(MIXED "--b\nContent-Type: multipart/mixed; boundary=c\n--c\n\none\n--c--\n--b--\n",
		"0:multipart/mixed 1:multipart/mixed 2:text/plain[one] ", ANOM(no_body_separator));
	/* a header that ends at a delimiter */
	check(MIXED "--b\nContent-Type: text/html\n--b\n\nx\n--b--\n", "0:multipart/mixed 1:text/html[] 1:text/plain[x] ",
		ANOM(no_body_separator));
	check("x", "0:text/plain[x] ",
		ANOM(no_header) | ANOM(no_body_separator) | ANOM(missing_from) | ANOM(missing_date) | ANOM(missing_message_id));
}

static void test_enclosed(void **state)
{
	(void)state;
	check(MIXED
		"--b\nContent-Type: message/rfc822\n\nSubject: in\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n--b--\n",
		"0:multipart/mixed 1:message/rfc822 2:multipart/mixed 3:text/plain[x] ", 0);
	check(TOP "Content-Type: message/rfc822\n\nSubject: in\n\nx\n", "0:message/rfc822 1:text/plain[x\n] ", 0);
	check(TOP "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nx\n", "0:message/rfc822[x\n] ",
		ANOM(bad_transfer_encoding));
	check(TOP "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: in\n\nx\n--b\n" HTML "y\n--b--\n",
		"0:multipart/digest 1:message/rfc822 2:text/plain[x] 1:text/html[y] ", 0);
}

static void test_fields(void **state)
{
	(void)state;
	struct arena a;
	struct message m =
		parse(&a, S("From x@y Sat Jan  1 00:00:00 2000\n" TOP "Content-Type: TEXT/Html; charset=\"UTF-8\";\n name=old\n"
			    "Content-Disposition: attachment; filename=a.html\nContent-Transfer-Encoding: Quoted-Printable (odd)\n"
			    "Content-ID: <x@y>\n\n=41"));
	const struct part *p = m.parts;
	assert_true(part_is(p, "text", "html"));
	assert_true(str_eq(p->charset, S("UTF-8")));
	assert_true(str_eq(p->filename, S("a.html")));
	assert_true(str_eq(p->content_id, S("x@y")));
	assert_int_equal(p->transfer, TRANSFER_QP);
	assert_int_equal(p->disposition, DISPOSITION_ATTACHMENT);
	assert_true(p->is_attachment && !p->is_text && p->parent == -1);
	assert_true(str_eq(m.from_line, S("From x@y Sat Jan  1 00:00:00 2000\n")));
	assert_int_equal(m.headers.n, 7);
	assert_int_equal(m.anomalies, 0);
	arena_free(&a);
	m = parse(&a, S(MIXED "pre\n--b\n\n1\n--b--\nepi"));
	assert_true(str_eq(m.parts[0].preamble, S("pre")) && str_eq(m.parts[0].epilogue, S("epi")) && m.parts[0].closed);
	assert_int_equal(m.parts[1].parent, 0);
	arena_free(&a);
}

static void check_text(const char *fields, struct str body, struct str want, uint64_t anomalies)
{
	struct arena a;
	struct buf raw;
	struct str text;
	uint64_t found = 0;
	buf_init(&raw, 1 << 20);
	buf_printf(&raw, TOP "%s\n", fields);
	buf_add(&raw, body);
	struct message m = parse(&a, buf_str(&raw));
	assert_int_equal(part_text(&a, m.parts, &text, &found), 0);
	assert_true(str_eq(text, want));
	assert_int_equal(m.anomalies | found, anomalies);
	arena_free(&a);
	buf_free(&raw);
}

#define CTE "Content-Transfer-Encoding: "
#define LATIN1 "Content-Type: text/plain; charset=iso-8859-1\n"

static void test_text(void **state)
{
	(void)state;
	check_text("", S("plain\n"), S("plain\n"), 0);
	check_text(LATIN1, S("caf\xE9\n"), S("caf\xC3\xA9\n"), 0);
	check_text(LATIN1 CTE "quoted-printable\n", S("caf=E9=\n!"), S("caf\xC3\xA9!"), 0);
	check_text(CTE "base64\n", S("aGVs\nbG8=\n"), S("hello"), 0);
	check_text(CTE "\"base64\"\n", S("aGVs\nbG8=\n"), S("hello"), ANOM(bad_transfer_encoding));
	check_text(CTE "\" Quoted-Printable\n", S("=41"), S("A"), ANOM(bad_transfer_encoding));
	check_text(CTE "\"\"\n", S("=41"), S("=41"), ANOM(bad_transfer_encoding));
	check_text(CTE "8-bit\n", S("x"), S("x"), ANOM(bad_transfer_encoding));
	check_text("", S("a\0b"), S("a\0b"), ANOM(body_nul));
	check_text("Content-Type: text/html\n", S("<meta charset='iso-8859-2'>\xB1"), S("<meta charset='iso-8859-2'>\xC4\x85"), 0);
	check_text("Content-Type: text/html\n", S("<meta http-equiv=x content=\"text/html; charset=koi8-r\">\xC1"),
		S("<meta http-equiv=x content=\"text/html; charset=koi8-r\">\xD0\xB0"), 0);
	check_text("Content-Type: text/plain; Format=Flowed; delsp=YES\n" CTE "quoted-printable\n",
		S("http://a.example/b-=20\nc=\n=20\n> d \n"), S("http://a.example/b-c \n> d\n"), 0);
	check_text("Content-Type: text/plain; format=flowed\n", S("a \nb"), S("a \nb"), 0);
	check_text("Content-Type: text/html; format=flowed; delsp=yes\n", S("a \nb"), S("a \nb"), 0);
	check_text(CTE "x-uuencode\n", S("begin 644 a.txt\n%:&5L;&\\\n`\nend\n"), S("hello"), 0);
}

static void test_facts(void **state)
{
	(void)state;
	struct buf raw;
	buf_init(&raw, 1 << 20);
	check("Subject: a\n\n", "0:text/plain[] ", ANOM(missing_from) | ANOM(missing_date) | ANOM(missing_message_id));
	check(TOP "Subject: a\nSubject: b\n\n", "0:text/plain[] ", ANOM(duplicate_field));
	check(TOP "A: b\r\n\nx\r\n", "0:text/plain[x\r\n] ", ANOM(mixed_line_ends));
	for (size_t n = 996; n < 1001; n++) {
		struct arena a;
		for (int crlf = 0; crlf < 2; crlf++) {
			buf_clear(&raw);
			buf_add(&raw, S(TOP "\nx\n"));
			for (size_t i = 0; i < n; i++)
				buf_byte(&raw, 'y');
			buf_add(&raw, crlf ? S("\r\nshort\n") : S("\nshort\n"));
			struct message m = parse(&a, buf_str(&raw));
			assert_int_equal(m.anomalies & ANOM(long_line), n > 998 ? ANOM(long_line) : 0);
			arena_free(&a);
		}
	}
	buf_free(&raw);
}

/* 300,000 parts, 100,000 levels, a line of 50 MB: bounded by the caps, every byte looked at a fixed number of times. */
static void test_hostile(void **state)
{
	(void)state;
	struct arena a;
	struct buf raw;
	buf_init(&raw, 64 << 20);
	buf_add(&raw, S(MIXED));
	for (size_t i = 0; i < 300000; i++)
		buf_add(&raw, S("--b\n\nx\n"));
	struct message m = parse(&a, buf_str(&raw));
	assert_int_equal(m.n_parts, LIM_PARTS);
	assert_true(m.anomalies & ANOM(part_cap));
	assert_true(a.total < 2 << 20);
	arena_free(&a);

	buf_clear(&raw);
	for (size_t i = 0; i < 100000; i++)
		buf_printf(&raw, "Content-Type: multipart/mixed; boundary=b%zu\n\n--b%zu\n", i, i);
	m = parse(&a, buf_str(&raw));
	assert_int_equal(m.n_parts, LIM_DEPTH);
	assert_true(m.anomalies & ANOM(depth_cap));
	assert_true(a.total < 1 << 20);
	arena_free(&a);

	buf_clear(&raw);
	for (size_t i = 0; i < 100000; i++)
		buf_add(&raw, S("Content-Type: message/rfc822\n\n"));
	m = parse(&a, buf_str(&raw));
	assert_int_equal(m.n_parts, LIM_DEPTH);
	arena_free(&a);

	buf_clear(&raw);
	buf_add(&raw, S(TOP "\n"));
	for (size_t i = 0; i < 50 << 20; i += 16)
		buf_add(&raw, S("0123456789abcdef"));
	m = parse(&a, buf_str(&raw));
	assert_int_equal(m.anomalies, ANOM(long_line));
	assert_true(a.total < 1 << 20);
	arena_free(&a);
	buf_free(&raw);
}

#define NESTED \
	MIXED "pre\n--b\nContent-Type: multipart/alternative;\n boundary=\"c d\"\n\n--c d\n\none\n--c d\n" HTML \
	      "=C3=A9\n--c d--\nepi\n--b\nContent-Type: message/rfc822\n\nSubject: =?utf-8?q?x?=\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n" \
	      "--b\nContent-Type: image/gif; name*0=a; name*1=b\nContent-Disposition: inline\nContent-ID: <i@x>\n" CTE \
	      "base64\n\nR0lG\n--b--\n"

static int run(struct str raw)
{
	struct arena a;
	struct message m;
	struct str text;
	uint64_t found = 0;
	arena_init(&a, LIM_ARENA);
	int r = message_parse(&a, raw, &m);
	for (size_t i = 0; r == 0 && i < m.n_parts; i++) {
		const struct part *p = &m.parts[i];
		assert_true(p->body.p >= raw.p && p->body.p + p->body.n <= raw.p + raw.n);
		r = p->kind == PART_LEAF ? part_text(&a, p, &text, &found) : 0;
	}
	arena_free(&a);
	return r;
}

static void test_truncated(void **state)
{
	(void)state;
	static const struct str messages[] = {{(const uint8_t *)NESTED, sizeof NESTED - 1},
		{(const uint8_t *)"From x\n" TOP "junk\nTo: a\n" CTE "x-uue\n\nbegin 644 a\n%:&5L;&\\\n`\nend\n", 0}};
	for (size_t k = 0; k < 2; k++) {
		struct str whole = k ? str_of((const char *)messages[k].p) : messages[k];
		for (size_t n = 0; n <= whole.n; n++) {
			uint8_t *copy = mem_alloc(n + 1); /* exact size: the sanitizer sees any read behind */
			memcpy(copy, whole.p, n);
			uint8_t *tight = mem_realloc(copy, n ? n : 1);
			assert_int_equal(run(str_make(tight, n)), 0);
			mem_free(tight);
		}
	}
}

static void test_out_of_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		mem_fail_from(n);
		int r = run(S(NESTED));
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(r, hit ? -4 : 0);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_enclosed),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
