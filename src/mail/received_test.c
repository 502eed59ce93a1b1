
#include "base/anomaly.h"
#include "base/buf.h"
#include "base/test.h"
#include "base/time.h"
#include "mail/received.h"

#define DATE "; Fri, 13 Apr 2007 21:02:57 -0400"

/* want: family helo rdns ip by with id for, each "-" when empty, then flags: i invoked, l local, f fetched, u unverified */
static const struct {
	const char *value, *want;
} cases[] = {
	/* Postfix */
	{" from localhost (unknown [198.18.245.8])\n\tby mx.trap.test (Postfix) with SMTP id 41F896EA9F\n\tfor <m@trap.test>" DATE,
		"postfix localhost - 198.18.245.8 mx.trap.test SMTP 41F896EA9F m@trap.test"},
	{"from h.example (r.example [IPv6:2001:db8::1]) by mx (Postfix) with ESMTPS id X" DATE,
		"postfix h.example r.example 2001:db8::1 mx ESMTPS X -"},
	{"from h (r.example [192.0.2.1]) (using TLSv1 with cipher ADH-AES256-SHA (256/256 bits)) (No client certificate requested) "
	 "by mx (Postfix) with ESMTP id X" DATE,
		"postfix h r.example 192.0.2.1 mx ESMTP X -"},
	{"by lists.example (Postfix, from userid 549) id E1" DATE, "postfix - - - lists.example - E1 - l"},
	{"from localhost (localhost [127.0.0.1]) by mx (Postfix on SuSE Linux 8.0 (i386)) with ESMTP id X for <a@b>" DATE,
		"postfix localhost localhost 127.0.0.1 mx ESMTP X a@b"},
	/* Sendmail */
	{"from h.example (r.example [192.0.2.1] (may be forged)) by mx (8.12.8/8.12.5) with SMTP id l3 for <a@b>" DATE,
		"sendmail h.example r.example 192.0.2.1 mx SMTP l3 a@b u"},
	{"from h ([192.0.2.1]) by mx (8.13.8+Sun/8.9.3) with SMTP id l3" DATE, "sendmail h - 192.0.2.1 mx SMTP l3 -"},
	{"from h (IDENT:root@r.example [192.0.2.1]) by mx (8.9.3/8.9.3) with SMTP id l3" DATE,
		"sendmail h r.example 192.0.2.1 mx SMTP l3 -"},
	{"from h (cpunks@[192.0.2.1]) by mx (8.9.3/8.9.3) with SMTP id l3" DATE, "sendmail h - 192.0.2.1 mx SMTP l3 -"},
	{"from [192.0.2.1] ([192.0.2.1]) by mx (8.9.3/8.9.3) with SMTP id l3" DATE,
		"sendmail [192.0.2.1] - 192.0.2.1 mx SMTP l3 -"},
	{"(from root@localhost) by mx (8.9.3/8.9.3/Submit) id l3 for a@b" DATE, "sendmail - - - mx - l3 a@b l"},
	{"from by (r.example [192.0.2.1]) by mx (8.9.3/8.9.3) with SMTP id l3" DATE,
		"sendmail by r.example 192.0.2.1 mx SMTP l3 -"},
	/* Exim */
	{"from r.example ([192.0.2.1] helo=h)\n\tby mx with smtp (Exim 4.69)\n\t(envelope-from <a@b>)\n\tid 1G-0-1\n\tfor a@b" DATE,
		"exim h r.example 192.0.2.1 mx smtp 1G-0-1 a@b"},
	{"from r.example ([192.0.2.1]) by mx with esmtp (Exim 4.63) id 1" DATE, "exim r.example r.example 192.0.2.1 mx esmtp 1 -"},
	{"from [192.0.2.1] (helo=h) by mx with smtp (Exim 3.35 #1 (Debian)) id 1" DATE, "exim h - 192.0.2.1 mx smtp 1 -"},
	{"from [192.0.2.1] (port=3841 helo=[10.0.0.1] ident=x) by mx with esmtp (Exim 4.5) id 1" DATE,
		"exim [10.0.0.1] - 192.0.2.1 mx esmtp 1 -"},
	{"from r.example ([2001:db8::1]:4242 helo=h) by mx with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.94) id 1" DATE,
		"exim h r.example 2001:db8::1 mx esmtps 1 -"},
	{"from nobody by mx with local (Exim 4.63) (envelope-from <a@b>) id 1 for a@b" DATE,
		"exim nobody nobody - mx local 1 a@b l"},
	{"from joe by mx with local-esmtp (Exim 4.5) id 1 for a@b" DATE, "exim joe joe - mx local-esmtp 1 a@b l"},
	{"from [192.0.2.1] by mx with smtp (Exim 4.5) id 1" DATE, "exim - - 192.0.2.1 mx smtp 1 -"},
	/* a HELO that goes on in parentheses */
	{"from x(192.0.2.66) (unknown [192.0.2.1]) by mx (8.9.3/8.9.3) with SMTP id l3" DATE,
		"sendmail x - 192.0.2.1 mx SMTP l3 -"},
	/* qmail */
	{"(qmail 24664 invoked from network); 28 Aug 2010 00:05:39 -0000", "qmail - - - - - - - i"},
	{"(qmail 28 invoked by uid 508); 24 Jul 2002 17:30:21 -0000", "qmail - - - - - - - il"},
	{"(qmail 93744 messnum 529542 invoked from\n  network[192.0.2.1/r.example]); 8 Aug 2002 20:47:54 -0000",
		"qmail - r.example 192.0.2.1 - - - - i"},
	{"from r.example (HELO h) (192.0.2.1)\n  by mx with SMTP; 28 Aug 2010 00:05:39 -0000",
		"qmail h r.example 192.0.2.1 mx SMTP - -"},
	{"from unknown (HELO h) (ident@192.0.2.1) by mx with ESMTPA; 28 Aug 2010 00:05:39 -0000",
		"qmail h - 192.0.2.1 mx ESMTPA - -"},
	{"from r.example (192.0.2.1) by mx with SMTP; 28 Aug 2010 00:05:39 -0000",
		"qmail r.example r.example 192.0.2.1 mx SMTP - -"},
	{"from unknown (192.0.2.1) by mx with SMTP; 28 Aug 2010 00:05:39 -0000", "qmail - - 192.0.2.1 mx SMTP - -"},
	{"from r.example (HELO h) (192.0.2.1) by mx (qpsmtpd/0.28) with ESMTP" DATE, "qmail h r.example 192.0.2.1 mx ESMTP - -"},
	{"from unknown (HELO h) (a@b@192.0.2.1) by mx with (DHE-RSA-AES256-SHA encrypted) SMTP; 28 Aug 2010 00:05:39 -0000",
		"qmail h - 192.0.2.1 mx SMTP - -"},
	/* Exchange, Gmail, Courier */
	{"from h.example (192.0.2.1) by X.mail.protection.outlook.com (10.13.1.2) with Microsoft SMTP Server (version=TLS1_2, "
	 "cipher=ECDHE) id 15.20.1 via Frontend Transport" DATE,
		"exchange h.example - 192.0.2.1 X.mail.protection.outlook.com Microsoft_SMTP_Server 15.20.1 -"},
	{"from A.outlook.com (2603:10b6:408:e6:cafe::2c) by B (2603:10b6::12) with Microsoft SMTP Server id 15" DATE,
		"exchange A.outlook.com - 2603:10b6:408:e6:cafe::2c B Microsoft_SMTP_Server 15 -"},
	{"from h ([192.0.2.1]) by mx with Microsoft SMTPSVC(6.0.3790.1830)" DATE,
		"exchange h - 192.0.2.1 mx Microsoft_SMTPSVC - -"},
	{"from mail pickup service by mx with Microsoft SMTPSVC" DATE, "exchange mail - - mx Microsoft_SMTPSVC - - l"},
	{"from h (r.example. [192.0.2.1]) by mx.google.com with ESMTPS id x1 for <a@b> (version=TLS1_3)" DATE,
		"gmail h r.example 192.0.2.1 mx.google.com ESMTPS x1 a@b"},
	{"by 10.100.41.19 with SMTP id p7mr4" DATE, "gmail - - - 10.100.41.19 SMTP p7mr4 -"},
	{"by 2002:a05:6000:1:b0:1:2:3 with SMTP id x" DATE, "gmail - - - 2002:a05:6000:1:b0:1:2:3 SMTP x -"},
	{"from h (r.example [::ffff:192.0.2.1]) by mx with esmtp" DATE, "courier h r.example ::ffff:192.0.2.1 mx esmtp - -"},
	/* an address in the client's own words is not its address */
	{"from r.example (EHLO [10.0.0.1]) [192.0.2.1] by mx (mp053) with SMTP; 13 Apr 2007 15:02:03 +0200",
		"qmail [10.0.0.1] r.example 192.0.2.1 mx SMTP - -"},
	{"from unknown (HELO [10.0.0.1]) ([192.0.2.1]) (envelope-sender <a@b>) by mx (qmail-ldap-1.03) with SMTP for <a@b>; 28 Nov 2003 "
	 "20:44:45 -0000",
		"qmail [10.0.0.1] - 192.0.2.1 mx SMTP - a@b"},
	{"from r.example (HELO [10.0.0.1]) (j@[192.0.2.1]) by mx (qmail-ldap-1.03) with SMTP; 28 Nov 2003 20:44:45 -0000",
		"qmail [10.0.0.1] r.example 192.0.2.1 mx SMTP - -"},
	{"from [192.0.2.1] (account j@b HELO [10.0.0.1]) by mx (CommuniGate Pro SMTP 4.2.10) with ESMTP-TLS id 3" DATE,
		"other [10.0.0.1] - 192.0.2.1 mx ESMTP-TLS 3 -"},
	{"from [192.0.2.1] (helo=[10.0.0.1]) by mx with asmtp (WEB.DE 4.108 #197) id 1" DATE,
		"other [10.0.0.1] - 192.0.2.1 mx asmtp 1 -"},
	{"from h (IDENT:x[10.0.0.1]@r.example [192.0.2.1]) by mx (8.9.3/8.9.3) with SMTP id l3" DATE,
		"sendmail h r.example 192.0.2.1 mx SMTP l3 -"},
	{"from r.example ([192.0.2.1] ident=[10.0.0.1]) by mx with esmtp (Exim 3.31) id 1" DATE,
		"exim r.example r.example 192.0.2.1 mx esmtp 1 -"},
	{"from [192.0.2.1] (Forwarded-For: 10.0.0.2, [10.0.0.1]) by mx (mshttpd)" DATE, "other [192.0.2.1] - 192.0.2.1 mx - - -"},
	/* ports, names, logins */
	{"from h (192.0.2.1:23198) by mx with [XMail 1.20 ESMTP Server] id <S72E> for <a@b> from <c@d>" DATE,
		"other h - 192.0.2.1 mx [XMail_1.20_ESMTP_Server] S72E a@b"},
	{"from h ([192.0.2.1.63559]) by mx with esmtp (v3.35.1) id 1" DATE, "other h - 192.0.2.1 mx esmtp 1 -"},
	{"from r.example ([192.0.2.1]:3332 \"HELO h\" ident: \"NO-IDENT-SERVICE[2]\" smtp-auth: <none>) by mx with SMTP id <S5>" DATE,
		"other h - 192.0.2.1 mx SMTP S5 -"},
	{"from r.example [192.0.2.1] by mx with esmtp (Exim 3.35 #1 (Debian)) id 1" DATE,
		"exim r.example r.example 192.0.2.1 mx esmtp 1 -"},
	{"from r.example ([192.0.2.1] helo=h) by mx with smtp id 1-2-00 for a@b" DATE,
		"other h r.example 192.0.2.1 mx smtp 1-2-00 a@b"},
	{"from h ([192.0.2.1] verified) by mx (CommuniGate Pro SMTP 4.1.8) with ESMTP id 8 for a@b" DATE,
		"other h h 192.0.2.1 mx ESMTP 8 a@b"},
	{"from h (account a@r.example [192.0.2.1] verified) by mx (CommuniGate Pro SMTP 5.0) with ESMTPSA id 4" DATE,
		"other h h 192.0.2.1 mx ESMTPSA 4 -"},
	{"from h (account 192.0.2.9) by mx (CommuniGate Pro SMTP 5.0) with ESMTPSA id 4" DATE, "other h - - mx ESMTPSA 4 -"},
	{"from unknown (HELO h) (user@b.example@192.0.2.1 with plain) by mx with SMTP; 26 Apr 2007 17:57:45 -0000",
		"qmail h - 192.0.2.1 mx SMTP - -"},
	{"from r.example (HELO ) (192.0.2.1) by mx with SMTP; 3 Mar 2004 20:34:38 -0000",
		"qmail - r.example 192.0.2.1 mx SMTP - -"},
	{"from r.example(192.0.2.1) by mx via smap (V1.3) id x1" DATE, "other - r.example 192.0.2.1 mx smap x1 -"},
	{"from r.example(192.0.2.1, HELO h) by mx via smap (V1.3) id x1" DATE, "other h r.example 192.0.2.1 mx smap x1 -"},
	{"from h([192.0.2.1]) by mx(JetMail 2.5.3.0) with SMTP id jm2" DATE, "other h - 192.0.2.1 mx SMTP jm2 -"},
	{"from h user@x.example [192.0.2.1] by mx with Novell NIMS $Revision: 2.88.1.1 $ on Linux" DATE,
		"other h - 192.0.2.1 mx Novell_NIMS_$Revision:_2.88.1.1_$_on_Linux - -"},
	{"from h from [192.0.2.1] by mx (Smail3.1.30.16 #30.56) with esmtp for <a@b> sender: <c@d> id <mP/1>" DATE,
		"other h - 192.0.2.1 mx esmtp mP/1 a@b"},
	{"from H1[192.0.2.1] by mx with SMTP id 4" DATE, "other H1 - 192.0.2.1 mx SMTP 4 -"},
	{"from h (<unknown.domain>[192.0.2.1]) by mx (mx) with SMTP id <2>" DATE, "other h - 192.0.2.1 mx SMTP 2 -"},
	/* clauses */
	{"(from h [192.0.2.1]) by mx (SMSSMTP 4.0.0.59) with SMTP id M2" DATE, "other h - 192.0.2.1 mx SMTP M2 -"},
	{"from 192.0.2.1 (SquirrelMail authenticated user x); by mx with HTTP" DATE, "other - - 192.0.2.1 mx HTTP - -"},
	{"from r.example ([192.0.2.1]) (SquirrelMail authenticated user x) by mx with HTTP" DATE,
		"other - r.example 192.0.2.1 mx HTTP - -"},
	{"from h (unknown [192.0.2.1]); by mx with SMTP id 83; for <a@b>" DATE, "other h - 192.0.2.1 mx SMTP 83 a@b"},
	{"from h ([192.0.2.1]) by (AIMC 2.9.5.1) with SMTP id jm6" DATE, "other h - 192.0.2.1 - SMTP jm6 -"},
	{"from ([192.0.2.1]) with MailEnable ESMTP" DATE, "other - - 192.0.2.1 - MailEnable_ESMTP - -"},
	{"from h (192.0.2.1) via SMTP by mx, id smtpd1" DATE, "other h - 192.0.2.1 mx SMTP smtpd1 -"},
	/* others */
	{"from h [192.0.2.1] by localhost with IMAP (fetchmail-5.9.0) for a@b (single-drop)" DATE,
		"other h - 192.0.2.1 localhost IMAP - a@b f"},
	{"from [192.0.2.1] by web.example via HTTP" DATE, "other - - 192.0.2.1 web.example HTTP - -"},
	{"from  (127.0.0.1 [127.0.0.1]) by MailEnable Inbound Mail Agent with ESMTP" DATE,
		"other - - 127.0.0.1 MailEnable ESMTP - -"},
	{"from h (192.0.2.1) by mx (PowerMTA(TM) v1.5)" DATE, "other h - 192.0.2.1 mx - - -"},
	{"from 192.0.2.9 (HELO h) by mx with esmtp (1-+N*.27+U P-Y8/<) id 5-@.M7 for a@b" DATE,
		"qmail h - 192.0.2.9 mx esmtp 5-@.M7 a@b"},
	{"from [192.0.2.1] (account x HELO h) by mx (CommuniGate Pro SMTP 5.2) with ESMTPA id 1" DATE,
		"other h - 192.0.2.1 mx ESMTPA 1 -"},
};

static const char *const family_names[] = {"other", "postfix", "sendmail", "exim", "qmail", "exchange", "gmail", "courier"};

static void put(struct buf *out, struct str s)
{
	buf_byte(out, ' ');
	for (size_t i = 0; i < s.n; i++)
		buf_byte(out, ascii_space(s.p[i]) ? '_' : s.p[i]);
	if (s.n == 0)
		buf_byte(out, '-');
}

static void describe(const struct received *r, struct buf *out)
{
	buf_add(out, str_of(family_names[r->family]));
	put(out, r->from_helo);
	put(out, r->from_rdns);
	put(out, r->from_ip);
	put(out, r->by);
	put(out, r->with);
	put(out, r->id);
	put(out, r->for_);
	if (r->qmail_invoked || r->local || r->fetched || r->rdns_unverified)
		buf_printf(out, " %s%s%s%s", r->qmail_invoked ? "i" : "", r->local ? "l" : "", r->fetched ? "f" : "",
			r->rdns_unverified ? "u" : "");
	buf_z(out);
}

static void test_families(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct received r;
		struct buf got;
		uint64_t found = 0;
		buf_init(&got, 1 << 16);
		received_parse(str_of(cases[i].value), &r, &found);
		describe(&r, &got);
		if (strcmp((char *)got.p, cases[i].want) != 0)
			fail_msg("%s\ngives %s\nwants %s", cases[i].value, got.p, cases[i].want);
		assert_int_equal(found, 0);
		assert_int_equal(r.ip_len, r.from_ip.n == 0 ? 0 : r.from_ip.p[4] == ':' ? 16 : 4);
		assert_true(r.time > 1000000000 && r.time < 1300000000);
		buf_free(&got);
	}
}

static void test_damage(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "from", "by", "from x by y", "from x (((", "; ;", "(;", "from x by y; yesterday",
		"from a (b [1.2.3.4", "from (a) (b) (c) (d) (e) (f) (g) (h) by", "from [", "with with with", ")))"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct received r;
		uint64_t found = 0;
		received_parse(str_of(bad[i]), &r, &found);
		assert_int_equal(found, ANOM(received_bad));
		assert_true(r.time == TIME_NONE);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size_t n = 0; n <= strlen(cases[i].value); n++) {
			struct received r;
			uint64_t found = 0;
			uint8_t *tight = mem_alloc(n ? n : 1);
			memcpy(tight, cases[i].value, n);
			received_parse(str_make(tight, n), &r, &found);
			mem_free(tight);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_truncated),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
