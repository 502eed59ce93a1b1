
#include "base/anomaly.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "base/time.h"
#include "mail/trace.h"

#define AT(h) "; Fri, 13 Apr 2007 " h ":00:00 +0000\n"
#define FORGED "Received: from forged (forged [192.0.2.99]) by elsewhere.example (Postfix) with SMTP id F" AT("09")
#define PEER(host) "Received: from h (r.example [192.0.2.1]) by " host " (Postfix) with SMTP id Q" AT("10")

/* a mailbox of Exchange Online */
#define ONLINE \
	"Received: from A.eurprd08.prod.outlook.com (2603:10a6:208:fa::22) by\n B.eurprd08.prod.outlook.com with HTTPS" AT( \
		"13") "Received: from C.eurprd04.prod.outlook.com (2603:10a6:10:2::6) by A.eurprd08.prod.outlook.com\n (2603:10a6:20b:1::1) with Microsoft " \
		      "SMTP Server id 15" AT( \
			      "12") "Received: from D.eurprd04.prod.outlook.com (2603:10a6:10:2:cafe::1) by C.outlook.office365.com\n (2603:10a6:10:2::6) with Microsoft " \
				    "SMTP Server id 15 via Frontend Transport" AT( \
					    "11") "Received: from h (192.0.2.1) by D.mail.protection.outlook.com\n (10.167.240.5) with Microsoft SMTP Server id 15 via Frontend " \
						  "Transport" AT("10")

enum { N = TRACE_NONE, G = TRACE_GUESSED, L = TRACE_LOCAL, U = TRACE_RDNS_UNVERIFIED, M = TRACE_ADDED_MESSAGE_ID };

/* want: ip helo rdns by, index of the last trusted field */
static const struct {
	const char *trust, *header, *want;
	unsigned flags;
	uint64_t anomalies;
} cases[] = {
	{"mx.test", PEER("mx.test") FORGED, "192.0.2.1 h r.example mx.test 0", 0, 0},
	{"test", "Return-Path: <>\n" PEER("MX.test.") FORGED, "192.0.2.1 h r.example MX.test. 1", 0, 0},
	{"x.test", PEER("mx.test"), "- - - - -1", N, 0},
	{"test", PEER("mxtest"), "- - - - -1", N, 0},
	{"test", "Subject: x\n", "- - - - -1", N, 0},
	/* inside the site: by looked-up name, private address, loopback through a filter of another name */
	{"test", "Received: from x (gw.test [192.0.2.7]) by in.test (Postfix) with SMTP id 1" AT("11") PEER("gw.test") FORGED,
		"192.0.2.1 h r.example gw.test 1", 0, 0},
	{"test", "Received: from x ([10.0.0.7]) by in.test (8.9.3/8.9.3) with SMTP id 1" AT("11") PEER("gw.test") FORGED,
		"192.0.2.1 h r.example gw.test 1", 0, 0},
	{"test",
		"Received: from localhost (localhost [127.0.0.1]) by in.test (Postfix) with SMTP id 1" AT(
			"12") "Received: from in.test ([127.0.0.1]) by localhost (filter [127.0.0.1]) (amavisd-new) with ESMTP id 2" AT("11")
			PEER("in.test") FORGED,
		"192.0.2.1 h r.example in.test 2", 0, 0},
	/* a HELO of our own name proves nothing */
	{"test", "Received: from gw.test (unknown [192.0.2.7]) by in.test (Postfix) with SMTP id 1" AT("11") PEER("gw.test"),
		"192.0.2.7 gw.test - in.test 0", 0, 0},
	/* nor does a looked-up name that nobody looked up the other way */
	{"test",
		"Received: from gw.test (gw.test [192.0.2.7] (may be forged)) by in.test (8.9.3/8.9.3) with SMTP id 1" AT("11")
			PEER("gw.test"),
		"192.0.2.7 gw.test gw.test in.test 0", U, 0},
	{"test", "Received: from gw.test (192.0.2.7)\n  by in.test with SMTP; 13 Apr 2007 11:00:00 -0000\n" PEER("gw.test"),
		"192.0.2.7 gw.test gw.test in.test 0", 0, 0},
	/* the reader's own pickup above the trusted host */
	{"mx.test",
		"Received: from mx.test [192.0.2.7] by localhost with IMAP (fetchmail-5.9.0) for a@b" AT("11") PEER("mx.test")
			FORGED,
		"192.0.2.1 h r.example mx.test 1", 0, 0},
	/* qmail's two lines */
	{"mx.test",
		"Received: (qmail 1 invoked from network); 13 Apr 2007 10:00:00 -0000\n"
		"Received: from r.example (HELO h) (192.0.2.1)\n  by mx.test with SMTP; 13 Apr 2007 10:00:00 -0000\n" FORGED,
		"192.0.2.1 h r.example mx.test 1", 0, 0},
	{"mx.test", "Received: (qmail 1 invoked by uid 3); 13 Apr 2007 10:00:00 -0000\n" FORGED, "- - - - -1", N, 0},
	{"mx.test", PEER("mx.test") "Message-ID: <Q@mx.test>\n", "192.0.2.1 h r.example mx.test 0", M, 0},
	{"mx.test", "Received: from h (r.example [192.0.2.1] (may be forged)) by mx.test (8.9.3/8.9.3) with SMTP id Q" AT("10"),
		"192.0.2.1 h r.example mx.test 0", U, 0},
	{"test", "Received: (from u@localhost) by mx.test (8.9.3/8.9.3) id 1" AT("10") FORGED, "- - - mx.test 0", L, 0},
	{"test", "Received: from x ([10.0.0.7]) by in.test (8.9.3/8.9.3) with SMTP id 1" AT("09") PEER("gw.test"),
		"192.0.2.1 h r.example gw.test 1", 0, ANOM(received_time_backwards)},
	/* guesses */
	{"", PEER("mx.test") FORGED, "192.0.2.1 h r.example mx.test 0", G, 0},
	{"",
		"Received: from a.site.example (a.site.example [192.0.2.7]) by b.site.example (8.9.3/8.9.3) with SMTP id 1" AT("11")
			PEER("a.site.example") FORGED,
		"192.0.2.1 h r.example a.site.example 1", G, 0},
	{"", "Received: from a.ac.uk (a.ac.uk [192.0.2.7]) by b.ac.uk (8.9.3/8.9.3) with SMTP id 1" AT("11") PEER("a.ac.uk") FORGED,
		"192.0.2.7 a.ac.uk a.ac.uk b.ac.uk 0", G, 0},
	{"",
		"Received: from localhost (j [127.0.0.1]) by home.example (Postfix) with ESMTP id 1" AT("13") "Received: from j [127.0.0.1] by localhost with IMAP (fetchmail-5.9.0)" AT(
			"12") "Received: from pop.example [192.0.2.7] by localhost with IMAP (fetchmail-5.9.0)" AT("11")
			PEER("pop.example") FORGED,
		"192.0.2.1 h r.example pop.example 3", G, 0},
	{"",
		"Received: by 10.1.2.3 with SMTP id 1" AT(
			"11") "Received: from h (r.example. [192.0.2.1]) by mx.google.com with ESMTP id 2" AT("10") FORGED,
		"192.0.2.1 h r.example mx.google.com 1", G, 0},
	{"mx.google.com",
		"Received: by 2002:a05:6358:71c9:b0:1a8:77d2:1f03 with SMTP id 1" AT(
			"11") "Received: from h (r.example. [192.0.2.1]) by mx.google.com with ESMTPS id 2" AT("10") FORGED,
		"192.0.2.1 h r.example mx.google.com 1", 0, 0},
	/* who wrote a field with a peer is asked for his name */
	{"mx.google.com",
		"Received: from h ([192.0.2.9]) by 2002:a05:6358:71c9:b0:1a8:77d2:1f03 with SMTP id 1" AT(
			"11") "Received: from h (r.example. [192.0.2.1]) by mx.google.com with ESMTPS id 2" AT("10") FORGED,
		"- - - - -1", N, 0},
	{"", ONLINE FORGED, "192.0.2.1 h - D.mail.protection.outlook.com 3", G, 0},
	{"outlook.com", ONLINE FORGED, "192.0.2.1 h - D.mail.protection.outlook.com 3", 0, 0},
	/* the block alone says nothing of other hosts, nor do others' addresses within the name */
	{"", "Received: from h (2603:10a6:10:2::6) by mx.test (Postfix) with SMTP id 1" AT("11") FORGED,
		"2603:10a6:10:2::6 h - mx.test 0", G, 0},
	{"",
		"Received: from h (2603:1030:20e:3::23c) by D.mail.protection.outlook.com (10.1.1.1) with Microsoft SMTP Server id 15" AT(
			"11") FORGED,
		"2603:1030:20e:3::23c h - D.mail.protection.outlook.com 0", G, 0},
	{"",
		"Received: from o (2a01:111:f403::1) by D.mail.protection.outlook.com (10.1.1.1) with Microsoft SMTP Server id 15" AT(
			"11") FORGED,
		"2a01:111:f403::1 o - D.mail.protection.outlook.com 0", G, 0},
	{"", "Received: rubbish\n", "- - - - 0", G | L, ANOM(received_bad)},
	{"", "Subject: x\n", "- - - - -1", G | N, 0},
};

static void put(struct buf *out, struct str s)
{
	buf_add(out, s.n ? s : S("-"));
	buf_byte(out, ' ');
}

static void test_boundaries(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena a;
		struct message m;
		struct trace t;
		struct buf got;
		uint64_t found = 0;
		struct str host = str_of(cases[i].trust);
		struct trust trust = {&host, 1};
		arena_init(&a, LIM_ARENA);
		buf_init(&got, 1 << 16);
		assert_int_equal(message_parse(&a, str_of(cases[i].header), &m), 0);
		trace_find(&m, host.n ? &trust : NULL, &t, &found);
		put(&got, t.ip_text);
		put(&got, t.helo);
		put(&got, t.rdns);
		put(&got, t.by);
		buf_printf(&got, "%d", t.last_trusted);
		buf_z(&got);
		if (strcmp((char *)got.p, cases[i].want) != 0 || t.flags != cases[i].flags || found != cases[i].anomalies)
			fail_msg("%s\ngives %s %x %llx", cases[i].header, got.p, t.flags, (unsigned long long)found);
		assert_int_equal(t.first_sender, t.last_trusted + 1);
		buf_free(&got);
		arena_free(&a);
	}
}

static void test_cap(void **state)
{
	(void)state;
	struct arena a;
	struct message m;
	struct trace t;
	struct buf raw;
	uint64_t found = 0;
	buf_init(&raw, 1 << 20);
	for (size_t i = 0; i < 1000; i++)
		buf_add(&raw, S("Received: from localhost ([127.0.0.1]) by mx.test (Postfix) with SMTP id 1" AT("10")));
	arena_init(&a, LIM_ARENA);
	assert_int_equal(message_parse(&a, buf_str(&raw), &m), 0);
	trace_find(&m, NULL, &t, &found);
	assert_int_equal(t.hops, LIM_RECEIVED);
	assert_int_equal(found, ANOM(received_cap));
	buf_free(&raw);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_boundaries), cmocka_unit_test(test_cap)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
