/* extract_test.c - one message to its features: identity, time and trust, text, attachments, caps. */
#include "base/anomaly.h"
#include "base/limits.h"
#include "base/test.h"
#include "feature/extract.h"

static struct psl *psl;
static struct arena arena;

/* What is read of the header alone is the same. */
static int same_arrival(const struct extract_settings *set, const struct extract_input *in, const struct row *row)
{
	struct row r = {0};
	if (extract_arrival(&arena, set, in, &r))
		return ERR_ENV;
	assert_true(r.time == row->time && r.date == row->date && r.n_received == row->n_received && r.rcpt_to.n == row->rcpt_to.n);
	assert_true(str_eq(r.time_source, row->time_source) && str_eq(r.mail_from, row->mail_from) && str_eq(r.ip, row->ip));
	assert_true(str_eq(r.received_by, row->received_by) && str_eq(r.helo, row->helo) && str_eq(r.rdns, row->rdns));
	return 0;
}

static int extract(const char *bytes, const char *from_line, const struct trust *trust, struct doc *doc, struct row *row)
{
	struct extract_settings set = {.psl = psl};
	struct extract_input in = {.bytes = str_of(bytes), .from_line = str_of(from_line), .trust = trust};
	int rc = extract_message(&arena, &set, &in, doc, row);
	return rc ? rc : same_arrival(&set, &in, row);
}

static void assert_str(struct str got, const char *want)
{
	if (!str_eq(got, str_of(want)))
		fail_msg("got \"%.*s\", want \"%s\"", STR_FMT(got), want);
}

#define RECEIVED \
	"Received: from helo.example (rdns.example [192.0.2.7])\n\tby mx.trap.example (Postfix) with SMTP id 1\n\tfor " \
	"<a@trap.example>; Sun, 01 Aug 2010 02:19:38 +0200\n"

static void identity(void **state)
{
	static const char lf[] = "Subject: x\n\nbody\n", crlf[] = "Subject: x\r\n\r\nbody\r\n",
			  mixed[] = "Subject: x\r\n\nbody\r\r\n";
	struct doc doc;
	struct row a, b, c;
	uint8_t want[SHA256_BYTES];
	(void)state;
	assert_int_equal(extract(lf, "", NULL, &doc, &a), 0);
	assert_int_equal(extract(crlf, "", NULL, &doc, &b), 0);
	assert_int_equal(extract(mixed, "", NULL, &doc, &c), 0);
	sha256(str_of(crlf), want);
	assert_memory_equal(b.id, want, SHA256_BYTES);
	assert_memory_equal(a.id, a.sha256_lf, SHA256_BYTES);
	assert_memory_equal(b.sha256_lf, a.id, SHA256_BYTES);
	sha256(S("Subject: x\n\nbody\r\n"), want); /* a lone CR stays */
	assert_memory_equal(c.sha256_lf, want, SHA256_BYTES);
	arena_reset(&arena);
}

static void time_and_peer(void **state)
{
	static const struct str own[] = {{(const uint8_t *)"mx.trap.example", 15}},
				other[] = {{(const uint8_t *)"mx.other.example", 16}};
	static const struct trust trusted = {own, 1}, stranger = {other, 1};
	static const struct {
		const char *bytes, *from_line;
		const struct trust *trust;
		const char *source;
		int64_t time;
		const char *helo;
	} cases[] = {
		{RECEIVED "Date: Sat, 31 Jul 2010 00:00:00 +0000\n\n", "", &trusted, "received", 1280621978, "helo.example"},
		{RECEIVED "Date: Sat, 31 Jul 2010 00:00:00 +0000\n\n", "", NULL, "received", 1280621978, "helo.example"},
		{RECEIVED "Date: Sat, 31 Jul 2010 00:00:00 +0000\n\n", "", &stranger, "date", 1280534400, ""},
		{RECEIVED "\n", "From x@example Sun Aug  1 00:00:00 2010", &stranger, "from_line", 1280620800, ""},
		{"A: b\n\n", "From s1 at spam.example  Sun Aug  1 00:00:00 2010", NULL, "from_line", 1280620800, ""},
		{"A: b\n\n", "From s1 2010-08-01T00:00:00Z", NULL, "from_line", 1280620800, ""},
		{"Date: Sat, 31 Jul 2010 00:00:00 +0000\n\n", "From mboxrd@z Thu Jan  1 00:00:00 1970", NULL, "date", 1280534400,
			""},
		{"Subject: none\n\n", "", NULL, "none", TIME_NONE, ""},
		{"Date: garbage\n\n", "From x@example nonsense", NULL, "none", TIME_NONE, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct doc doc;
		struct row row;
		assert_int_equal(extract(cases[i].bytes, cases[i].from_line, cases[i].trust, &doc, &row), 0);
		assert_str(row.time_source, cases[i].source);
		assert_int_equal(row.time, cases[i].time);
		assert_str(row.helo, cases[i].helo);
		assert_int_equal(!(row.anomalies & (int64_t)ANOM(time_untrusted)), str_eq(row.time_source, S("received")));
	}
	arena_reset(&arena);
}

/* A name with unquoted commas does not hide the address behind it. */
static void author(void **state)
{
	static const struct {
		const char *from, *name, *addr;
	} cases[] = {
		{"Doe, John <j@x.example>", "Doe, John", "j@x.example"},
		{"Acme Pills, Ltd., Inc. <j@x.example>", "Acme Pills, Ltd., Inc.", "j@x.example"},
		{"A,, b <j@x.example>, C <c@y.example>", "A, b", "j@x.example"},
		{"a@b.example, C <c@y.example>", "", "a@b.example"},
		{"root, daemon", "", "root"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct doc doc;
		struct row row;
		char mail[256];
		snprintf(mail, sizeof mail, "From: %s\n\n", cases[i].from);
		assert_int_equal(extract(mail, "", NULL, &doc, &row), 0);
		assert_str(row.from_name, cases[i].name);
		assert_str(row.from_addr, cases[i].addr);
	}
	arena_reset(&arena);
}

/* Sender and recipients as the feed's own hosts noted them: above the last Received that is theirs. */
static void envelope_of_header(void **state)
{
	static const struct str own[] = {{(const uint8_t *)"mx.trap.example", 15}};
	static const struct trust trusted = {own, 1};
	static const struct {
		const char *bytes, *from_line, *sender;
		size_t n;
		const char *first, *second;
	} cases[] = {
		{"Return-Path: <s@spam.example>\nDelivered-To: box@trap.example\n" RECEIVED "\n", "", "s@spam.example", 2,
			"box@trap.example", "a@trap.example"},
		{"Return-Path: <>\nX-Original-To: A@trap.example\n" RECEIVED "\n", "", "<>", 1, "A@trap.example", NULL},
		{"Return-Path: <s@spam.example>\n" RECEIVED "\n", "From f@spam.example Sun Aug  1 00:00:00 2010", "f@spam.example",
			1, "a@trap.example", NULL},
		{"Return-Path: <s@spam.example>\n" RECEIVED "\n", "From - Sun Aug  1 00:00:00 2010", "s@spam.example", 1,
			"a@trap.example", NULL},
		{RECEIVED "\n", "From f at spam.example  Sun Aug  1 00:00:00 2010", "f at spam.example", 1, "a@trap.example", NULL},
		{RECEIVED "Return-Path: <s@spam.example>\nDelivered-To: forged@trap.example\n\n", "", "", 1, "a@trap.example",
			NULL},
		{"Return-Path: <s@spam.example>\nDelivered-To: box@trap.example\n\n", "", "", 0, NULL, NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct doc doc;
		struct row row;
		assert_int_equal(extract(cases[i].bytes, cases[i].from_line, &trusted, &doc, &row), 0);
		assert_str(row.mail_from, cases[i].sender);
		assert_int_equal(row.rcpt_to.n, cases[i].n);
		if (cases[i].first)
			assert_str(row.rcpt_to.v[0], cases[i].first);
		if (cases[i].second)
			assert_str(row.rcpt_to.v[1], cases[i].second);
	}
	arena_reset(&arena);
}

#define ALTERNATIVE(html) \
	"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain http://plain.example/\n" \
	"--b\nContent-Type: text/html\n\n" html "\n--b--\n"

static void text_as_read(void **state)
{
	static const struct {
		const char *bytes, *text, *hidden;
		int64_t urls, attachments;
	} cases[] = {
		{"\nhello\n", "hello", "", 0, 0},
		/* HTML that shows something wins, with its URLs; HTML that shows nothing does not */
		{ALTERNATIVE("<p>a text that is long enough to count <a href='http://html.example/'>x</a>"),
			"a text that is long enough to count x", "", 1, 0},
		{ALTERNATIVE("<img src='http://html.example/i.gif'>"), "plain http://plain.example/", "", 2, 0},
		{"Content-Type: text/html\n\n<p>seen<p style='display:none'>unseen", "seen", "unseen", 0, 0},
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Type: image/gif; name=a.gif\n"
		 "Content-Transfer-Encoding: base64\n\nR0lG\n--b\n\nsecond\n--b--\n",
			"first\n\nsecond", "", 0, 1},
		/* pages that are files: where they lead */
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst http://a.example/\n--b\nContent-Type: text/html; name=a\n"
		 "Content-Disposition: attachment\n\n<a href=http://b.example/>page</a> http://c.example/\n--b\n"
		 "Content-Type: application/octet-stream; name=Invoice.HTM\nContent-Transfer-Encoding: base64\n\n"
		 "PGEgaHJlZj1odHRwOi8vZC5leGFtcGxlLz5wYWdlPC9hPg==\n--b--\n",
			"first http://a.example/", "", 4, 2},
		{"Content-Type: text/html\nContent-Disposition: attachment; filename=a.html\n\n<a href=http://b.example/>page</a>\n",
			"page", "", 1, 1},
		/* drawings, by type, by name, by their first bytes; a page's scripts */
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Type: image/svg+xml; name=a.svg\n\n"
		 "<svg><a xlink:href='http://b.example/'><text>Open</text></a></svg>\n--b\nContent-Type: application/octet-stream; "
		 "name=b.SVG\n\n<s:svg><s:script><![CDATA[location='http://c.example/'+who]]></s:script></s:svg>\n--b\n"
		 "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
		 "PHN2Zz48Zm9yZWlnbk9iamVjdD48Zm9ybSBhY3Rpb249Imh0dHA6Ly9kLmV4YW1wbGUvIi8+PC9mb3JlaWduT2JqZWN0Pjwvc3ZnPg==\n--b\n"
		 "Content-Type: text/html; name=a.html\nContent-Disposition: attachment\n\n<base href=http://e.example/><script>"
		 "location='x'</script>\n--b--\n",
			"first", "", 4, 4},
		/* invitations: text where there is no other, links always */
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/calendar; charset=utf-8\n\n"
		 "SUMMARY:Pay at http://a.exa\n mple/b\nURL:http://b.example/\nX-ALT-DESC;FMTTYPE=text/html:<a "
		 "href=\"http://c.example/\">now</a>\n--b--\n",
			"Pay at http://a.example/b\n\nnow", "", 3, 0},
		{"Content-Type: text/calendar\nContent-Disposition: attachment\n\nDESCRIPTION:a\\nb\n", "a\nb", "", 0, 1},
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Type: application/ics\n\n"
		 "DESCRIPTION:http://a.example/\n--b\nContent-Type: text/calendar\n\nURL:http://b.example/\n--b--\n",
			"first", "", 2, 1},
		/* mail in a file: encoded, or named so */
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Type: message/rfc822\n"
		 "Content-Transfer-Encoding: base64\n\n"
		 "U3ViamVjdDogeAoKc2VlIGh0dHA6Ly9hLmV4YW1wbGUvCg==\n--b\nContent-Type: application/octet-stream; name=x.eml\n\n"
		 "Content-Type: text/html\n\n<a href=http://b.example/>x</a><script>location='http://c.example/'</script>\n--b\n"
		 "Content-Type: text/calendar\n\nURL:http://d.example/\n--b--\n",
			"first", "", 3, 2},
		{"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/global\nContent-Transfer-Encoding: "
		 "quoted-printable\n\nSubject: x=0A=0Ahttp://a.example/\n--b\nContent-Type: text/calendar\n\nSUMMARY:y\n--b--\n",
			"y", "", 1, 1},
		{"\nbefore\nbegin 644 cat.txt\n#0V%T\n`\nend\nafter\n", "before\n\nafter", "", 0, 1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct doc doc;
		struct row row;
		assert_int_equal(extract(cases[i].bytes, "", NULL, &doc, &row), 0);
		assert_str(str_trim(doc.text), cases[i].text);
		assert_str(str_trim(doc.hidden), cases[i].hidden);
		assert_int_equal(row.n_urls, cases[i].urls);
		assert_int_equal(row.n_attachments, cases[i].attachments);
	}
	arena_reset(&arena);
}

static const char full[] = RECEIVED
	"From: =?utf-8?q?J=C3=BCrgen?= <j@sub.shop.example>\nTo: a@trap.example, b@trap.example\nCc: c@trap.example\n"
	"Reply-To: <r@example>\nSubject: =?utf-8?q?caf=C3=A9?=\nMessage-ID: <1@x>\nX-Mailer: Some Mailer 1.0\n"
	"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=ISO-8859-1\n\nk\xe4se "
	"http://www.a.example/1 http://b.example/2 www.a.example/3\n--b\nContent-Type: application/pdf; name=\"d.pdf\"\n\n%PDF\n--b--\n";

static void all_columns(void **state)
{
	struct doc doc;
	struct row row;
	(void)state;
	assert_int_equal(extract(full, "", NULL, &doc, &row), 0);
	assert_str(row.from_name, "J\xc3\xbcrgen");
	assert_str(row.from_addr, "j@sub.shop.example");
	assert_str(row.from_domain, "shop.example");
	assert_str(row.reply_to, "r@example");
	assert_str(row.subject, "caf\xc3\xa9");
	assert_str(row.message_id, "<1@x>");
	assert_str(row.mailer, "Some Mailer 1.0");
	assert_int_equal(row.n_recipients, 3);
	assert_int_equal(row.to.n, 3);
	assert_int_equal(row.domains.n, 2);
	assert_str(row.domains.v[0], "a.example");
	assert_str(row.tld, "example");
	assert_int_equal(row.n_urls, 3);
	assert_str(row.content_type, "multipart/mixed");
	assert_true(str_find(row.attachments, S("\"name\":\"d.pdf\"")) != STR_NPOS);
	assert_true(str_starts(doc.text, S("k\xc3\xa4se ")));
	assert_int_equal(row.ip.n, 4);
	assert_int_equal(row.n_received, 1);
	arena_reset(&arena);
}

/* A copy of a row owns all its strings. */
static void copied_rows(void **state)
{
	struct doc doc;
	struct row row, copy;
	struct arena other;
	(void)state;
	arena_init(&other, MIB);
	assert_int_equal(extract(full, "", NULL, &doc, &row), 0);
	assert_int_equal(row_copy(&other, &row, &copy), 0);
	assert_true(copy.subject.p != row.subject.p && copy.urls.v != row.urls.v);
	arena_free(&arena);
	assert_str(copy.subject, "caf\xc3\xa9");
	assert_str(copy.urls.v[1], "http://b.example/2");
	arena_free(&other);
}

/* Every beginning of a message has features. */
static void every_length(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof full; n++) {
		struct extract_settings set = {.psl = psl};
		struct extract_input in = {.bytes = str_make(full, n)};
		struct doc doc;
		struct row row;
		assert_int_equal(extract_message(&arena, &set, &in, &doc, &row), 0);
		assert_int_equal(row.size, n);
		assert_int_equal(same_arrival(&set, &in, &row), 0);
		arena_reset(&arena);
	}
}

static void every_allocation(void **state)
{
	(void)state;
	for (long n = 0; n < 1000; n++) {
		struct doc doc;
		struct row row, copy;
		arena_free(&arena);
		mem_fail_from(n);
		int rc = extract(full, "", NULL, &doc, &row);
		if (!rc)
			rc = row_copy(&arena, &row, &copy);
		int failed = mem_failed();
		mem_fail_from(-1);
		assert_true(rc == 0 || failed);
		if (!failed)
			return;
	}
	fail();
}

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	arena_init(&arena, LIM_ARENA);
	return psl_load(&psl, NULL, &err);
}

static int teardown(void **state)
{
	(void)state;
	psl_unload(psl);
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identity),
		cmocka_unit_test(time_and_peer),
		cmocka_unit_test(text_as_read),
		cmocka_unit_test(envelope_of_header),
		cmocka_unit_test(author),
		cmocka_unit_test(all_columns),
		cmocka_unit_test(copied_rows),
		cmocka_unit_test(every_length),
		cmocka_unit_test(every_allocation),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
