/* envelope.c - who handed the message over, and when: from the Received fields that the feed's own hosts wrote, and only those. */
#include "base/anomaly.h"
#include "feature/extract.h"
#include "mail/date.h"
#include "source/mbox.h"

enum { FAR_S = 7 * SECONDS_A_DAY };

static const char *time_sources[] = {"none", "date", "from_line", "received"};
enum time_source { TIME_SOURCE_NONE, TIME_SOURCE_DATE, TIME_SOURCE_FROM_LINE, TIME_SOURCE_RECEIVED };

/* "From sender Sun Aug  1 00:19:38 2010": sender and asctime date; a date of another form is what follows the first word. */
static void read_from_line(struct str line, struct str *sender, struct str *date)
{
	*sender = *date = S("");
	if (!str_starts(line, S("From ")))
		return;
	if (mbox_from_line(line, date)) {
		*sender = str_trim(str_make(line.p + 5, (size_t)(date->p - line.p) - 5));
		return;
	}
	line = str_trim(str_from(line, 5));
	size_t blank = str_find_byte(line, ' ');
	if (blank == STR_NPOS)
		return;
	*sender = str_first(line, blank);
	*date = str_trim(str_from(line, blank));
}

/* UTC is assumed: the line has no zone. The first day of 1970 stands for no time (public-inbox, exports). */
static int64_t time_of(struct str date)
{
	uint64_t ignored = 0;
	int64_t t;
	int zone;
	return date_parse(date, &t, &zone, &ignored) && t >= SECONDS_A_DAY ? t : TIME_NONE;
}

static void choose_time(const struct trace *t, struct str from_line_date, struct row *row)
{
	int64_t from_line = t->time == TIME_NONE ? time_of(from_line_date) : TIME_NONE; /* asked for only then */
	enum time_source from = TIME_SOURCE_NONE;
	row->time = TIME_NONE;
	if (t->time != TIME_NONE)
		row->time = t->time, from = TIME_SOURCE_RECEIVED;
	else if (from_line != TIME_NONE)
		row->time = from_line, from = TIME_SOURCE_FROM_LINE;
	else if (row->date != TIME_NONE)
		row->time = row->date, from = TIME_SOURCE_DATE;
	row->time_source = str_of(time_sources[from]);
	if (from != TIME_SOURCE_RECEIVED)
		row->anomalies |= ANOM(time_untrusted);
	int64_t apart = from >= TIME_SOURCE_FROM_LINE && row->date != TIME_NONE ? row->date - row->time : 0;
	if (apart > FAR_S || apart < -FAR_S)
		row->anomalies |= ANOM(date_far);
}

static int64_t count_received(struct headers h)
{
	int64_t n = 0;
	for (size_t i = 0; i < h.n; i++)
		n += h.v[i].id == HDR_received;
	return n;
}

enum { RECIPIENTS = 8 };

/* What the header repeats of the envelope. Fields above the last believed Received were written by the feed's own hosts. */
struct repeated {
	struct str sender;
	struct str to[RECIPIENTS];
	size_t n;
};

static void add_recipient(struct repeated *r, struct str address)
{
	bool known = str_find_byte(address, '@') == STR_NPOS || r->n == RECIPIENTS;
	for (size_t i = 0; i < r->n && !known; i++)
		known = str_ieq(r->to[i], address);
	if (!known)
		r->to[r->n++] = address;
}

static struct str bare_address(struct str value)
{
	value = str_trim(value);
	return value.n > 2 && value.p[0] == '<' && value.p[value.n - 1] == '>' ? str_sub(value, 1, value.n - 2) : value;
}

static void read_repeated(const struct message *m, const struct trace *t, struct repeated *r)
{
	*r = (struct repeated){0};
	for (int i = 0; i < t->last_trusted; i++) {
		const struct header *h = &m->headers.v[i];
		if (h->id == HDR_return_path && !r->sender.n)
			r->sender = bare_address(h->value);
		else if (h->id == HDR_delivered_to || h->id == HDR_x_original_to || h->id == HDR_envelope_to)
			add_recipient(r, bare_address(h->value));
	}
	for (size_t i = 0; i < t->n_recipients; i++)
		add_recipient(r, t->recipients[i]);
}

/* What the source knows, else the header. */
static int put_envelope(
	struct arena *a, const struct extract_input *in, const struct repeated *r, struct str from_line, struct row *row)
{
	bool named = str_find_byte(from_line, '@') != STR_NPOS || str_ieq(from_line, S("MAILER-DAEMON")) || !r->sender.n;
	struct str sender = in->mail_from.n ? in->mail_from : named ? from_line : r->sender;
	row->rcpt_to = in->rcpt_to;
	if (!in->rcpt_to.n && r->n) {
		struct str *v = arena_alloc(a, r->n * sizeof *v);
		if (!v)
			return ERR_ENV;
		row->rcpt_to = (struct strs){v, r->n};
		for (size_t i = 0; i < r->n; i++)
			if (extract_text(a, r->to[i], &v[i]))
				return ERR_ENV;
	}
	return extract_text(a, sender, &row->mail_from);
}

int extract_envelope(struct arena *a, const struct extract_settings *set, const struct extract_input *in, const struct message *m,
	struct trace *trace, struct row *row)
{
	struct str sender, date;
	uint64_t anomalies = 0;
	trace_find(m, in->trust, trace, &anomalies);
	row->anomalies |= (int64_t)anomalies;
	read_from_line(in->from_line, &sender, &date);
	choose_time(trace, date, row);
	row->n_received = count_received(m->headers);
	if (trace->ip_len) {
		row->ip = arena_dup(a, str_make(trace->ip, trace->ip_len));
		if (!row->ip.p)
			return ERR_ENV;
	}
	row->country = geo_country(set->geo, row->ip);
	if (extract_text(a, trace->helo, &row->helo) || extract_text(a, trace->rdns, &row->rdns) ||
		extract_text(a, trace->by, &row->received_by))
		return ERR_ENV;
	struct repeated repeated;
	read_repeated(m, trace, &repeated);
	return put_envelope(a, in, &repeated, sender, row);
}
