/* answer_test.c - bounces, replies and complaints, whole and with a piece missing. */
#include "feature/answer.h"

#include "base/anomaly.h"
#include "base/mem.h"
#include "base/test.h"

#define REPORT(type, part) \
	"Content-Type: multipart/report; report-type=" type "; boundary=b\n\n--b\n\nSorry.\n--b\nContent-Type: message/" type \
	"\n\n" part "\n--b--\n"
#define STATUS "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; x@example.org\nAction: failed\nStatus: 5.1.1\n"
#define QMAIL \
	"Subject: failure notice\n\nHi. This is the qmail-send program at mx.example.\nSorry.\n\n<x@example.org>:\nNo mailbox here.\n\n"
#define EXIM "Subject: x\n\nThis message was created automatically by mail delivery software.\n\n"
#define COPY "--- Below this line is a copy of the message.\n\nReturn-Path: <Trap@example.net>\nSubject: buy\n"
#define NULL_SENDER "MAILER-DAEMON"

static const struct {
	const char *text, *mail_from;
	uint64_t want;
} cases[] = {
	{REPORT("delivery-status", STATUS), NULL_SENDER, ANOM(bounce)},
	{REPORT("delivery-status", STATUS), "<>", ANOM(bounce)},
	{REPORT("delivery-status", STATUS), "", ANOM(bounce)},
	{REPORT("delivery-status", STATUS), "postmaster@mx.example", ANOM(bounce)},
	{REPORT("delivery-status", STATUS), "seller@bot.example", 0},
	{REPORT("global-delivery-status", STATUS), NULL_SENDER, ANOM(bounce)},
	{REPORT("delivery-status", "Reporting-MTA: dns; mx.example\n"), NULL_SENDER, 0},
	{REPORT("delivery-status", "Buy here\n"), NULL_SENDER, 0},
	{REPORT("delivery-status", ""), NULL_SENDER, 0},
	{"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nBuy here\n--b--\n", NULL_SENDER, 0},
	{"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" STATUS "\n--b--\n",
		NULL_SENDER, 0},
	{REPORT("disposition-notification", "Final-Recipient: rfc822; x@example.org\nDisposition: manual-action; displayed\n"),
		"<>", ANOM(auto_reply)},
	{REPORT("disposition-notification", "Final-Recipient: rfc822; x@example.org\n"), "<>", 0},
	{REPORT("feedback-report", "Feedback-Type: abuse\nUser-Agent: a/1\nVersion: 1\n"), "fbl@isp.example", ANOM(complaint)},
	{REPORT("feedback-report", "Feedback-Type: abuse\n"), "fbl@isp.example", 0},
	{QMAIL COPY, NULL_SENDER, ANOM(bounce)},
	{EXIM COPY, "<>", ANOM(bounce)},
	{QMAIL COPY, "seller@bot.example", 0},
	{QMAIL, NULL_SENDER, 0},
	{QMAIL "Buy here\nReturn-Path: <trap@example.net>\n", NULL_SENDER, 0},
	{QMAIL "---\nBuy here\nReturn-Path: <trap@example.net>\n", NULL_SENDER, 0},
	{QMAIL "---\nReturn-Path: <somebody@example.com>\n", NULL_SENDER, 0},
	{QMAIL "---\nReturn-Path:\n", NULL_SENDER, 0},
	{QMAIL "---\nReturn-Path: <\n", NULL_SENDER, 0},
	{"Subject: x\n\nA letter.\n" COPY, NULL_SENDER, 0},
	{"Auto-Submitted: auto-replied (vacation)\nIn-Reply-To: <1@example.net>\n\nI am away.\n", "", ANOM(auto_reply)},
	{"Auto-Submitted: auto-replied; owner\nReferences: <1@example.net>\n\nI am away.\n", "", ANOM(auto_reply)},
	{"Auto-Submitted: auto-replied\n\nI am away.\n", "", 0},
	{"Auto-Submitted: auto-repliedx\nIn-Reply-To: <1@example.net>\n\n", "", 0},
	{"Auto-Submitted: no\nIn-Reply-To: <1@example.net>\n\n", "", 0},
	{"Auto-Submitted: auto-generated\nIn-Reply-To: <1@example.net>\n\n", "", 0},
	{"", "", 0},
};

static int look(struct arena *a, struct str text, const char *mail_from, struct row *row)
{
	static struct str to[] = {STR_INIT("other@example.net"), STR_INIT("trap@example.net")};
	struct message m;
	*row = (struct row){.mail_from = str_of(mail_from), .to = {to, 2}};
	int rc = message_parse(a, text, &m);
	return rc ? rc : extract_answer(a, &m, row);
}

static void each_is_known_by_its_form(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, SIZE_MAX);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct row row;
		assert_int_equal(look(&a, str_of(cases[i].text), cases[i].mail_from, &row), 0);
		if ((uint64_t)row.anomalies != cases[i].want)
			fail_msg("case %zu: %llx", i, (unsigned long long)row.anomalies);
		arena_reset(&a);
	}
	arena_free(&a);
}

/* Cut anywhere, each is less or the same. */
static void every_length(void **state)
{
	(void)state;
	struct arena a;
	arena_init(&a, SIZE_MAX);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t n = strlen(cases[i].text); n-- > 0;) {
			struct row row;
			uint8_t *cut = mem_alloc(n + 1);
			assert_non_null(cut);
			memcpy(cut, cases[i].text, n);
			assert_int_equal(look(&a, str_make(cut, n), cases[i].mail_from, &row), 0);
			assert_int_equal((uint64_t)row.anomalies & ~cases[i].want & ~ANOM(auto_reply), 0);
			mem_free(cut);
			arena_reset(&a);
		}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_known_by_its_form),
		cmocka_unit_test(every_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
