/* fingerprint_test.c - forms, relations, dialects; truncation at every byte; failing allocations. */
#include <stdio.h>

#include "base/limits.h"
#include "base/test.h"
#include "feature/extract.h"
#include "feature/fingerprint_int.h"

static struct psl *psl;
static struct arena arena;

#define HOP \
	"Received: from pc.example (unknown [192.0.2.7])\n\tby mx.trap.example (Postfix) with SMTP id 1\n\tfor <joe@trap.example>;" \
	" Mon, 12 Jul 2010 02:00:10 +0200\n"
#define OUTLOOK \
	"Message-ID: <000c01cb2155$2bbe0000$0702000a@pc.example>\nFrom: \"Ann Lee\" <ann.lee@shop.test>\nTo: <joe@trap.example>\n" \
	"Subject: For joe\nDate: Mon, 12 Jul 2010 00:00:00 +0000\nMIME-Version: 1.0\n" \
	"Content-Type: multipart/alternative;\n\tboundary=\"----=_NextPart_000_0009_01CB2155.2BBE0000\"\n" \
	"X-Priority: 3\nX-MSMail-Priority: Normal\nX-Mailer: Microsoft Outlook Express 6.00.2900.2180\n" \
	"X-MimeOLE: Produced By Microsoft MimeOLE V6.00.2900.2180\n\nThis is a multi-part message in MIME format.\n\n" \
	"------=_NextPart_000_0009_01CB2155.2BBE0000\nContent-Type: text/plain;\n\tcharset=\"iso-8859-1\"\n" \
	"Content-Transfer-Encoding: 7bit\n\nhello\n\n------=_NextPart_000_0009_01CB2155.2BBE0000\n" \
	"Content-Type: text/html;\n\tcharset=\"iso-8859-1\"\nContent-Transfer-Encoding: quoted-printable\n\n" \
	"<HTML><HEAD><META content=3D\"MSHTML 6.00\" name=3DGENERATOR></HEAD>\n<BODY bgColor=3D#ffffff>\n<P>a</P>\n<P>b</P>\n<P>c=\n" \
	"d</P></BODY></HTML>\n------=_NextPart_000_0009_01CB2155.2BBE0000--\n"
#define PLAIN \
	"X-Odd9Name: 1\nDate: 2 Jul 10 00:00 GMT\nMessage-Id: <20100702000000.9999A999@localhost>\nFrom: ann@shop.test (Ann)\n" \
	"To:bob@trap.example, joe@trap.example\nSubject: =?UTF-8?b?aGVsbG8=?= a1b2c3 \nUser-Agent: dvgvh llesqfb - 2.1\n" \
	"Content-Type: text/plain; charset=iso-0230-6\n\nhello \n\n"

static struct row row_of(const char *bytes, struct str mail_from)
{
	static const struct str own = STR_INIT("mx.trap.example");
	static const struct trust trust = {&own, 1};
	struct extract_settings set = {.psl = psl};
	struct extract_input in = {.bytes = str_of(bytes), .from_line = S(""), .mail_from = mail_from, .trust = &trust};
	struct doc doc;
	struct row row;
	assert_int_equal(extract_message(&arena, &set, &in, &doc, &row), 0);
	return row;
}

static bool has(struct strs tokens, struct str want)
{
	for (size_t i = 0; i < tokens.n; i++)
		if (str_eq(tokens.v[i], want))
			return true;
	return false;
}

static bool has_family(struct strs tokens, enum print_id id)
{
	for (size_t i = 0; i < tokens.n; i++)
		if (print_family_of(tokens.v[i]) == id)
			return true;
	return false;
}

/* ---- forms ---- */

static void forms(void **state)
{
	/* 12 July 2010 00:00:00 UTC */
	static const struct when when = {1278892800, TIME_NONE, 0};
	static const struct {
		const char *s, *exact, *coarse;
		enum stamp stamp;
		int64_t late; /* the time found, after Date */
	} cases[] = {
		{"000c01cb2155$2bbe0000$c602a8c0", "4h'f$f$8h", "wf$f$w", STAMP_FILETIME, 0},
		{"000c01cb2155$2bbe0000$12345678", "4h'f$f$8h", "wf$f$w", STAMP_FILETIME, 0},
		{"123401c9a4a0$f0aa8d27$7702a8c0", "4h'f$f$8h", "wf$f$w", STAMP_FILETIME, -41858851},
		{"----=_NextPart_000_0009_01CB2155.2BBE0000", "-{4}=_NextPart_3H_4H_F.F", "-{4}=_NextPart_W_W_F.F", STAMP_FILETIME,
			0},
		{"----=_NextPart_000_0009_99CB2155.2BBE0000", "-{4}=_NextPart_3H_4H_8H.8H", "-{4}=_NextPart_W_W_W.W", STAMP_NONE,
			0},
		{"4C3A5B00.6030801", "X8.7d", "X8.d", STAMP_UNIX_HEX, 0},
		{"4c3a5b01.6030801", "x8.7d", "x8.d", STAMP_UNIX_HEX, 1},
		{"20100712021849xPvuAwPrYSeW3d20100712021849", "T14'14x'T14", "T14xT14", STAMP_CIVIL, 8329},
		{"227936622.20100712022823", "9d.T14", "d.T14", STAMP_CIVIL, 8903},
		{"227936622.20000712022823", "9d.14d", "d.d", STAMP_NONE, 0},
		{"1278892805.12", "U10.2d", "U10.w", STAMP_UNIX, 5},
		{"1278892805123", "M13", "M13", STAMP_UNIX, 5},
		{"20100712.ab", "D8.2l", "D8.w", STAMP_CIVIL, 0},
		{"ddc8_0366_5773aec1ffbb", "4h_4h_12h", "w_w_w", STAMP_NONE, 0},
		{"ddc8_feed_5773aec1ffbb", "4h_4h_12h", "w_w_w", STAMP_NONE, 0},
		{"5773aec1.12345678", "8h.8h", "w.w", STAMP_NONE, 0},
		{"vrgsyw5ywl_1986454254", "10a_10d", "w_d", STAMP_NONE, 0},
		{"A1B2C3D4E5F6-GHIJ", "12H-4u", "W-W", STAMP_NONE, 0},
		{"NaCp353faILojn$c6IZ7EGcEF", "14x$10x", "x$x", STAMP_NONE, 0},
		{"ab+cd/EFgh12==", "14x", "x", STAMP_NONE, 0},
		{"Pine.LNX.4.44.0207", "Pine.LNX.1d.2d.4d", "Pine.LNX.w.w.w", STAMP_NONE, 0},
		{"", "", "", STAMP_NONE, 0},
		{"---", "---", "---", STAMP_NONE, 0},
	};
	struct shape *s = test_malloc(sizeof *s);
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		print_shape(str_of(cases[i].s), &when, s);
		if (!str_eq(val_str(&s->exact), str_of(cases[i].exact)) || !str_eq(val_str(&s->coarse), str_of(cases[i].coarse)))
			fail_msg("%s: %.*s, %.*s", cases[i].s, STR_FMT(val_str(&s->exact)), STR_FMT(val_str(&s->coarse)));
		assert_int_equal(s->stamp, cases[i].stamp);
		if (s->stamp)
			assert_int_equal(s->time - when.date, cases[i].late);
	}
	test_free(s);
}

static void boxes(void **state)
{
	static const struct {
		const char *raw, *style, *name, *local, *domain;
	} cases[] = {
		{"\"A, B\" <a@b.test>", "\"n\" <a>", "A, B", "a", "b.test"},
		{"A B<a@b.test>", "n<a>", "A B", "a", "b.test"},
		{"<a@b.test>", "<a>", "", "a", "b.test"},
		{"a@b.test", "a", "", "a", "b.test"},
		{"a@b.test (A B)", "a (n)", "A B", "a", "b.test"},
		{"=?utf-8?Q?A?=  <a@b.test>, c@d.test", "e  <a>, +", "=?utf-8?Q?A?=", "a", "b.test"},
		{"\"A\" <a@b.test", "\"n\" <a", "A", "a", "b.test"},
		{"\xe4 <x>", "8 <a>", "\xe4", "x", ""},
		{"", "", "", "", ""},
		{"\"", "a", "", "\"", ""},
		{"<", "<a", "", "", ""},
	};
	struct box b;
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		print_box(str_of(cases[i].raw), &b);
		if (!str_eq(val_str(&b.style), str_of(cases[i].style)))
			fail_msg("%s: %.*s", cases[i].raw, STR_FMT(val_str(&b.style)));
		assert_true(str_eq(b.name, str_of(cases[i].name)));
		assert_true(str_eq(b.local, str_of(cases[i].local)) && str_eq(b.domain, str_of(cases[i].domain)));
	}
}

/* ---- messages ---- */

static const char *const outlook_tokens[] = {"core=MFTSDVCX", "idcase=Message-ID", "mid=4h'f$f$8h",
	"mid_time=filetime:=", "mid_seq=000c", "mid_ip=private", "mid_host=helo",
	"bnd_time=filetime:=", "bnd_mid=time=", "bnd_seq=3", "date=Www, d Mmm y h:m:s z", "tz=+0000", "clock=now",
	"claim=outlook-express", "claimok=yes", "mimeole=same", "midlike=outlook-express", "bndlike=outlook",
	"version=Microsoft Outlook Express 6.00.2900.2180", "client=mailer:Microsoft Outlook Express 9.9.9.9",
	"ct_multi=.;/tboundary=q", "ct_text=.;/tcharset=q", "charset=iso-8859-1", "tree=alternative(plain,html",
	"preamble=This is a multi-part message in MIME format.", "cte_text=7bit", "cte_html=quoted-printable", "from=\"n\" <a>",
	"to=<a>", "subj_to=end", "from_name=first.last", "rp=from", "gen=MSHTML 9.9", "body=bgColor",
	"head=html,head,meta,/head,body", "unit=/p,_p", "foot=p,/p,/body,/html", "rcvd_n=0", "helo=name2:w", "prio=3/Normal//"};

static const char *const plain_tokens[] = {"core=DMFTSXC", "missing=MIME-Version", "idcase=Message-Id", "colon=0:To",
	"trail=Subject", "mid=T14.8H", "mid_host=localhost", "date=d Mmm d h:m Z", "tz=GMT", "dpad=none", "client_c=w w - 9.9",
	"charset=unknown:iso-9-9", "from=a (n)", "to=a, +", "subj_enc=UTF-8?b head needless", "subj_tail=6h",
	"order=W-x,Date,Message-Id,From,To,Subject,User-Agent,Content-Type", "rcvd_n=0", "lines=text short+all", "gaps=0-2",
	"rp=null"};

static void messages(void **state)
{
	static const struct {
		const char *bytes, *mail_from;
		const char *const *want;
		size_t n;
	} cases[] = {
		{HOP OUTLOOK, "ann.lee@shop.test", outlook_tokens, sizeof outlook_tokens / sizeof *outlook_tokens},
		{HOP PLAIN, "MAILER-DAEMON", plain_tokens, sizeof plain_tokens / sizeof *plain_tokens},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct row row = row_of(cases[i].bytes, str_of(cases[i].mail_from));
		for (size_t k = 0; k < cases[i].n; k++)
			if (!has(row.fingerprint, str_of(cases[i].want[k]))) {
				for (size_t j = 0; j < row.fingerprint.n; j++)
					print_message("%.*s\n", STR_FMT(row.fingerprint.v[j]));
				fail_msg("no %s", cases[i].want[k]);
			}
		arena_reset(&arena);
	}
}

/* A Message-ID that the receiving host added is not the sender's, nor is what stands above the boundary. */
static void receivers_part(void **state)
{
	struct row row = row_of(
		"Return-Path: <x@y.test>\nReceived: from a (b [192.0.2.7]) by mx.trap.example (Postfix) with SMTP id "
		"4141E04188; Mon, 12 Jul 2010 02:00:10 +0200\n"
		"Message-Id: <20100712.4141E04188@mx.trap.example>\nFrom: a@b.test\nX-Spam-Level: *\nContent-Length: 1\n\nx\n",
		S(""));
	(void)state;
	assert_true(has(row.fingerprint, S("order=From")));
	assert_true(has(row.fingerprint, S("missing=To,Date,Message-ID,Subject,MIME-Version")));
	assert_false(has_family(row.fingerprint, PRINT_mid));
	row = row_of(
		"Received: from h (192.0.2.1) by mx.trap.example (10.1.1.1) with Microsoft SMTP Server id 15; "
		"Mon, 12 Jul 2010 02:00:10 +0200\nX-IncomingTopHeaderMarker:\n OriginalChecksum:A\nFrom: a@b.test\nX-MS-Probe: own\n"
		"X-IncomingHeaderCount: 2\nReturn-Path: a@b.test\nX-MS-Exchange-Organization-SCL: 5\n\nx\n",
		S(""));
	assert_true(has(row.fingerprint, S("order=From")));
	arena_reset(&arena);
}

static void contradictions(void **state)
{
	static const struct {
		const char *header, *want;
	} cases[] = {
		{"Message-ID: <a.b@c>\nX-Mailer: Microsoft Outlook Express 6.00\n", "claimok=mid"},
		{"Message-ID: <E1AbCdE-0003xY-00@c>\nX-Mailer: Microsoft Outlook Express 6.00\n", "claimok=mta"},
		{"Message-ID: <4C3A5B00.6030801@c>\nUser-Agent: Mozilla/5.0 Gecko/2010 Thunderbird/3.0\n", "claimok=yes"},
		{"Message-ID: <4C3A5B00.6031801@c>\nUser-Agent: Mozilla/5.0 Gecko/2010 Thunderbird/3.0\n", "claimok=mid"},
		{"Message-ID: <20100712000000.76d641f6@c>\nX-Mailer: Sylpheed-Claws 2.6.0 (GTK+ 2.10.11)\nDate: Mon, 12 Jul 2010 00:00:00 +0000\n",
			"claimok=yes"},
		{"Message-ID: <20100712000000.76d641f6.x@c>\nFrom: <x@c>\nX-Mailer: Sylpheed version 0.8.1\nDate: Mon, 12 Jul 2010 00:00:00 +0000\n",
			"claimok=yes"},
		{"Message-ID: <4C3A5B00.6030801@c>\nX-Mailer: Microsoft Outlook Express 6.00\n", "mimeole=absent"},
		{"Content-Type: multipart/mixed; boundary=abcdefgh\nX-Mailer: The Bat! (v1)\n\n--abcdefgh\n\n", "claimok=bnd"},
		{"Message-ID: <x@b.test>\nFrom: <x@b.test>\n", "mid_host=from"},
		{"Message-ID: <x@mail.b.test>\nFrom: <x@b.test>\n", "mid_host=mail.from"},
		{"From: <x@b.test>\nTo: <x@c.test>\n", "from_to=local"},
		{"From: <x@b.test>\nReply-To: <x@b.test>\n", "reply_to=from"},
		{"From: <x@b.test>\nList-Unsubscribe: <http://u.b.test/>\n", "unsub=from"},
		{"To: \"x\" <x@c.test>\n", "to_name=local"},
		{"X-Sender: [192.0.2.7]\n", "xsender=[ip]=peer"},
		{"Thread-Index: AcshVSu+AAAAAAAAAAAAAAAAAAAAAA==\nDate: Mon, 12 Jul 2010 00:00:00 +0000\n", "thread=32:now"},
		{"Received: (qmail 85003 by uid 502); Tue, 09 Feb 2010 06:14:38 +0300\n", "rcvd=(qmail w by uid w); z"},
		{"Message-ID: <91816.192.0.2.7.1278892800.squirrel@x>\n", "mid_ip=dotted:peer"},
		{"Received: from 10.1.2.3 by x; x\nMessage-ID: <91816.10.1.2.3.12.squirrel@x>\n", "mid_ip=dotted:received"},
		{"Message-ID: <91816.10.0.2.7.1278892800.squirrel@x>\n", "mid_ip=dotted:private"},
		{"Received: from 192.0.2.7 (SquirrelMail authenticated user u) by a.b with HTTP; Mon, 12 Jul 2010 00:00:00 +0100\n"
		 "From: u@b.test\nDate: Mon, 12 Jul 2010 00:00:02 +0100\n",
			"rcvd=from P (SquirrelMail authenticated user U) by H with HTTP; z"},
		{"Received: from 10.1.2.3 (HELO a.b)\n     by c.d with esmtp (5;'W9+7MJ E3Q8(.)\n     id ,6C-8G for u@e.f; Mon, 12 Jul 2010 "
		 "00:00:00 -0060\n",
			"rcvd=from I (HELO H) by H with esmtp (?) id; z"},
		{"Received: from a.b by c.d with esmtp (Exim 4.50 #1 (Debian)) id 1A; Mon, 12 Jul 2010 00:00:00 +0100\n",
			"rcvd=from H by H with esmtp (Exim H #w (x)) id; z"},
		{"Received: from a.b by c.d with ESMTP (SMTPD32-8.05) id A1; Mon, 12 Jul 2010 00:00:00 +0100\n",
			"rcvd=from H by H with ESMTP (H) id; z"},
		{"Received: by a.b; Mon, 12 Jul 2010 00:00:00 +0100\nDate: Mon, 12 Jul 2010 00:00:02 +0100\n",
			"rcvd_time=~ same zone"},
		{"Received: by a.b; Mon, 12 Jul 2010 00:00:00 +0100\nDate: Mon, 12 Jul 2010 00:00:00 +0000\n",
			"rcvd_time=zone other zone"},
		{"Content-Type: image/jpeg; name=garin.png\n", "file=png as jpeg"},
		{"Message-ID: <a1b2c3x@c>\nSubject: hello a1b2c3\n", "subj_tail=6h in id"},
		{"Message-ID: <joe.1@x>\nTo: joe@c.test\n", "mid_has=to-local"},
		{"Message-ID: <joe.1@x>\nTo: joe@c.test\n", "mid=@.1d"},
		{"Message-ID: <a.joe1@x>\nTo: joe@c.test\n", "mid=1a.4a"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char bytes[1024];
		snprintf(bytes, sizeof bytes, "%s%s\nx\n", HOP, cases[i].header);
		struct row row = row_of(bytes, S(""));
		if (!has(row.fingerprint, str_of(cases[i].want))) {
			for (size_t j = 0; j < row.fingerprint.n; j++)
				print_message("%.*s\n", STR_FMT(row.fingerprint.v[j]));
			fail_msg("no %s", cases[i].want);
		}
		arena_reset(&arena);
	}
}

/* ---- dialogue ---- */

static void dialogue(void **state)
{
	static const struct {
		const char *line;
		const char *want[8];
	} cases[] = {
		{"{\"message_id\":\"<a>\",\"smtp\":[\"EHLO a.b\",\"MAIL FROM:<x@y> SIZE=4096\",\"RCPT TO: <a>\",\"RCPT TO: <b>\",\"DATA\",\".\","
		 "\"QUIT\"],\"pipelined\":false}",
			{"sm_verbs=EHLO,MAIL,RCPT,DATA,.,QUIT", "sm_mail=MAIL FROM:<a> SIZE=", "sm_rcpt=RCPT TO: <a>",
				"sm_helo=name", "sm_size=4096", "sm_end=QUIT"}},
		{"{\"message_id\":\"<a>\",\"smtp\":[\"helo  [1.2.3.4]\",\"mail from: x@y\",\"rcpt to:a@b\",\"data\",\".\"],\"pipelined\":true}",
			{"sm_verbs=helo,mail,rcpt,data,.", "sm_mail=mail from: a", "sm_rcpt=rcpt to:a", "sm_helo=gap [ip]",
				"sm_end=drops pipelined"}},
		{"{\"message_id\":\"<a>\",\"smtp\":[\"Helo\",\"Mail From: <> BODY=8BITMIME\",\"RSET\"]}",
			{"sm_verbs=Helo,Mail,RSET", "sm_mail=Mail From: <a> BODY=8BITMIME", "sm_helo=-", "sm_end=no text"}},
	};
	struct message m;
	struct trace t = {.last_trusted = -1, .time = TIME_NONE};
	struct row row = {.time = TIME_NONE};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct transcript smtp;
		struct strs tokens;
		assert_int_equal(message_parse(&arena, S("\n\n"), &m), 0);
		assert_int_equal(transcript_parse(&arena, str_of(cases[i].line), NULL, &smtp), 1);
		assert_int_equal(fingerprint_message(&arena, &m, &t, &row, &smtp, &tokens), 0);
		for (size_t k = 0; k < 8 && cases[i].want[k]; k++)
			if (!has(tokens, str_of(cases[i].want[k]))) {
				for (size_t j = 0; j < tokens.n; j++)
					print_message("%.*s\n", STR_FMT(tokens.v[j]));
				fail_msg("no %s", cases[i].want[k]);
			}
		arena_reset(&arena);
	}
}

/* ---- robustness ---- */

static void check_tokens(struct strs tokens)
{
	int last = 0;
	assert_true(tokens.n <= PRINT_TOKENS);
	for (size_t i = 0; i < tokens.n; i++) {
		int id = (int)print_family_of(tokens.v[i]);
		assert_true(id < PRINT_COUNT && tokens.v[i].n <= LIM_PRINT_TOKEN);
		for (size_t k = 0; k < tokens.v[i].n; k++)
			assert_true(tokens.v[i].p[k] >= 0x20 && tokens.v[i].p[k] < 0x7f);
		assert_true(i == 0 || id != last || print_table[id].many);
		last = id;
	}
}

static void truncated(void **state)
{
	static const char *const all[] = {HOP OUTLOOK, HOP PLAIN};
	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t n = 0; n <= strlen(all[i]); n++) {
			char *cut = test_malloc(n + 1); /* exact: a read behind it is seen */
			memcpy(cut, all[i], n);
			cut[n] = 0;
			check_tokens(row_of(cut, S("x@y")).fingerprint);
			test_free(cut);
			arena_reset(&arena);
		}
}

static void long_values(void **state)
{
	char bytes[8192] = HOP "X-Mailer: ";
	size_t n = strlen(bytes);
	memset(bytes + n, 'a', 4000);
	bytes[n + 100] = ' ';
	memcpy(bytes + n + 4000, " b\nX-\x01\xff: \n\nx", 12);
	struct row row = row_of(bytes, S(""));
	(void)state;
	check_tokens(row.fingerprint);
	bool found = false;
	for (size_t i = 0; i < row.fingerprint.n; i++)
		if (print_family_of(row.fingerprint.v[i]) == PRINT_client) {
			assert_int_equal(row.fingerprint.v[i].n, LIM_PRINT_TOKEN);
			found = true;
		}
	assert_true(found);
	arena_reset(&arena);
}

static void out_of_memory(void **state)
{
	struct message m;
	struct trace t;
	struct row row = {.mail_from = S("x@y")};
	struct arena keep;
	struct strs tokens;
	uint64_t ignored = 0;
	(void)state;
	arena_init(&keep, LIM_ARENA);
	assert_int_equal(message_parse(&keep, S(HOP OUTLOOK), &m), 0);
	trace_find(&m, NULL, &t, &ignored);
	for (long n = 0;; n++) {
		struct arena a;
		arena_init(&a, LIM_ARENA);
		mem_fail_from(n);
		int rc = fingerprint_message(&a, &m, &t, &row, NULL, &tokens);
		bool hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&a);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		if (!hit)
			break;
		assert_int_equal(tokens.n, 0);
	}
	for (size_t max = 1 << 16; max > 0; max /= 2) { /* and a full arena at any place */
		struct arena a;
		arena_init(&a, max);
		int rc = fingerprint_message(&a, &m, &t, &row, NULL, &tokens);
		assert_true(rc == 0 || (rc == ERR_ENV && tokens.n == 0));
		arena_free(&a);
	}
	arena_free(&keep);
}

static void table(void **state)
{
	(void)state;
	for (int i = 0; i < PRINT_COUNT; i++) {
		for (int k = 0; k < i; k++)
			assert_false(str_eq(print_table[i].name, print_table[k].name));
		assert_true(print_table[i].group < PRINT_GROUP_COUNT && print_table[i].meaning[0]);
	}
	assert_int_equal(print_family_of(S("mid=4h")), PRINT_mid);
	assert_int_equal(print_family_of(S("mid")), PRINT_COUNT);
	assert_int_equal(print_family_of(S("")), PRINT_COUNT);
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
	arena_free(&arena);
	psl_unload(psl);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(forms), cmocka_unit_test(boxes), cmocka_unit_test(messages),
		cmocka_unit_test(receivers_part), cmocka_unit_test(contradictions), cmocka_unit_test(dialogue),
		cmocka_unit_test(truncated), cmocka_unit_test(long_values), cmocka_unit_test(out_of_memory),
		cmocka_unit_test(table)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
