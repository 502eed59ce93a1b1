/* answer.c - see answer.h. */
#include "feature/answer.h"

#include "base/anomaly.h"

enum { FIELDS = 3 };

static const struct report {
	const char *subtype; /* of the part message/... that tells it */
	const char *fields[FIELDS];
	uint64_t anomaly;
	bool unsent; /* without envelope sender */
} reports[] = {
	{"delivery-status", {"Reporting-MTA:", "Final-Recipient:", "Action:"}, ANOM(bounce), true},
	{"disposition-notification", {"Final-Recipient:", "Disposition:"}, ANOM(auto_reply), true},
	{"feedback-report", {"Feedback-Type:", "User-Agent:", "Version:"}, ANOM(complaint), false},
};

/* Mailboxes note a sender that is none as one of these names, or not at all. */
static bool has_no_sender(const struct row *row)
{
	size_t at = str_find_byte(row->mail_from, '@');
	struct str local = str_first(row->mail_from, at);
	return at == STR_NPOS || str_ieq(local, S("mailer-daemon")) || str_ieq(local, S("postmaster"));
}

static bool has_line(struct str text, struct str beginning)
{
	for (struct str line; str_line(&text, &line);)
		if (str_istarts(line, beginning))
			return true;
	return false;
}

static bool has_fields(const struct report *r, struct str text)
{
	for (size_t i = 0; i < FIELDS && r->fields[i]; i++)
		if (!has_line(text, str_of(r->fields[i])))
			return false;
	return true;
}

/* What the part reports, or NULL. */
static const struct report *report_of(const struct part *p)
{
	struct str name = p->subtype, global = S("global-"); /* RFC 6533: the same with addresses in UTF-8 */
	if (str_starts(name, global))
		name = str_from(name, global.n);
	for (size_t i = 0; str_eq(p->type, S("message")) && i < sizeof reports / sizeof *reports; i++)
		if (str_eq(name, str_of(reports[i].subtype)))
			return &reports[i];
	return NULL;
}

static int look_at_report(struct arena *a, const struct message *m, struct row *row)
{
	for (size_t i = 1; i < m->n_parts; i++) {
		const struct report *r = m->parts[i].parent == 0 ? report_of(&m->parts[i]) : NULL;
		struct str text;
		uint64_t ignored = 0;
		if (!r)
			continue;
		if (part_decode(a, &m->parts[i], &text, &ignored))
			return ERR_ENV;
		if ((!r->unsent || has_no_sender(row)) && has_fields(r, text))
			row->anomalies |= (int64_t)r->anomaly;
		return 0;
	}
	return 0;
}

static bool is_one(struct strs list, struct str address)
{
	for (size_t i = 0; i < list.n; i++)
		if (str_ieq(list.v[i], address))
			return true;
	return false;
}

static bool came_back(const struct row *row, struct str return_path)
{
	struct str address = str_trim(return_path);
	if (str_starts(address, S("<")) && str_ends(address, S(">")))
		address = str_sub(address, 1, address.n - 2);
	return is_one(row->to, address) || is_one(row->rcpt_to, address);
}

/* Plain text: an opening, reasons, a line that begins with "-", and the mail that came back, whose envelope sender is who gets this now. */
static bool is_old_bounce(const struct message *m, const struct row *row)
{
	static const char *const openings[] = {
		"Hi. This is the ", "This message was created automatically by mail delivery software"};
	struct str rest = str_trim(m->parts[0].body), field = S("Return-Path:");
	bool opens = false, ruled = false;
	for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
		opens |= str_starts(rest, str_of(openings[i]));
	if (!opens || !m->parts[0].is_text || !has_no_sender(row))
		return false;
	for (struct str line; str_line(&rest, &line);) {
		line = str_trim(line);
		if (ruled && str_istarts(line, field))
			return came_back(row, str_from(line, field.n));
		if (line.n)
			ruled = line.p[0] == '-';
	}
	return false;
}

static bool is_auto_reply(const struct message *m)
{
	struct str said = header_value(m->headers, HDR_auto_submitted), word = S("auto-replied");
	bool replied = str_istarts(said, word) && (said.n == word.n || !ascii_alnum(said.p[word.n]));
	return replied && (header_value(m->headers, HDR_in_reply_to).n || header_value(m->headers, HDR_references).n);
}

int extract_answer(struct arena *a, const struct message *m, struct row *row)
{
	if (is_auto_reply(m))
		row->anomalies |= (int64_t)ANOM(auto_reply);
	if (is_old_bounce(m, row))
		row->anomalies |= (int64_t)ANOM(bounce);
	return part_is(&m->parts[0], "multipart", "report") ? look_at_report(a, m, row) : 0;
}
