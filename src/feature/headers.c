/* headers.c - what the header says: subject, addresses, identifiers, counts. */
#include "base/anomaly.h"
#include "base/buf.h"
#include "base/limits.h"
#include "codec/rfc2047.h"
#include "feature/extract.h"
#include "mail/address.h"
#include "mail/date.h"

enum { KEEP_RECIPIENTS = 20 };

static int unfolded(struct arena *a, struct headers h, enum hdr_id id, struct str *out)
{
	struct str v = header_value(h, id);
	*out = S("");
	if (!v.n)
		return 0;
	int rc = header_unfold(a, v, &v);
	return rc ? rc : extract_text(a, v, out);
}

static int decoded(struct arena *a, struct headers h, enum hdr_id id, struct str *out, uint64_t *anomalies)
{
	struct str v = header_value(h, id);
	*out = S("");
	return v.n ? rfc2047_decode(a, v, out, anomalies) : 0;
}

/* What stands before the address and its own name: of "Doe, John <j@x.example>" the entries are "Doe" and the rest. */
static int joined_name(struct arena *a, const struct address *v, size_t last, struct str *name)
{
	struct buf out;
	buf_init_arena(&out, a, (size_t)4 * LIM_HEADER_VALUE); /* decoded, all of it has room */
	for (size_t i = 0; i <= last; i++) {
		struct str part = v[i].name.n || i == last ? v[i].name : v[i].addr;
		if (out.n && part.n)
			buf_add(&out, S(", "));
		buf_add(&out, part);
	}
	*name = buf_str(&out);
	return out.oom ? ERR_ENV : 0;
}

/* The first entry with a domain, else the first: unquoted commas in a name make entries without. */
static int first_address(struct arena *a, struct headers h, enum hdr_id id, struct str *name, struct str *addr, struct str *domain,
	uint64_t *anomalies)
{
	struct str v = header_value(h, id);
	struct address_list list;
	*name = *addr = *domain = S("");
	if (!v.n)
		return 0;
	int rc = address_parse(a, v, &list, anomalies);
	if (rc || !list.n)
		return rc;
	size_t i = 0;
	while (i < list.n && !list.v[i].domain.n)
		i++;
	if (i == list.n)
		i = 0;
	*name = list.v[i].name;
	*addr = list.v[i].addr;
	*domain = list.v[i].domain;
	return i ? joined_name(a, list.v, i, name) : 0;
}

/* To and Cc: all counted, the first few kept. */
static int recipients(struct arena *a, struct headers h, struct row *row)
{
	static const enum hdr_id fields[] = {HDR_to, HDR_cc};
	struct str *keep = arena_alloc(a, KEEP_RECIPIENTS * sizeof *keep);
	uint64_t anomalies = 0;
	size_t kept = 0;
	if (!keep)
		return ERR_ENV;
	for (size_t f = 0; f < 2; f++) {
		struct address_list list;
		struct str v = header_value(h, fields[f]);
		if (!v.n)
			continue;
		int rc = address_parse(a, v, &list, &anomalies);
		if (rc)
			return rc;
		row->n_recipients += (int64_t)list.n;
		for (size_t i = 0; i < list.n && kept < KEEP_RECIPIENTS; i++)
			if (list.v[i].addr.n)
				keep[kept++] = list.v[i].addr;
	}
	row->anomalies |= (int64_t)anomalies;
	row->to = (struct strs){keep, kept};
	return 0;
}

static uint64_t missing(struct headers h)
{
	return (header_get(h, HDR_from) ? 0 : ANOM(missing_from)) | (header_get(h, HDR_date) ? 0 : ANOM(missing_date)) |
	       (header_get(h, HDR_message_id) ? 0 : ANOM(missing_message_id));
}

void extract_date(struct headers h, struct row *row, uint64_t *anomalies)
{
	int zone;
	struct str v = header_value(h, HDR_date);
	row->date = TIME_NONE;
	if (v.n && !date_parse(v, &row->date, &zone, anomalies))
		row->date = TIME_NONE;
}

int extract_headers(struct arena *a, const struct extract_settings *set, const struct message *m, struct doc *doc, struct row *row)
{
	struct headers h = m->headers;
	struct str name, domain;
	uint64_t anomalies = missing(h);
	if (decoded(a, h, HDR_subject, &doc->subject, &anomalies) ||
		first_address(a, h, HDR_from, &doc->from_name, &doc->from_addr, &domain, &anomalies) ||
		first_address(a, h, HDR_reply_to, &name, &row->reply_to, &name, &anomalies) ||
		unfolded(a, h, HDR_message_id, &row->message_id) || unfolded(a, h, HDR_x_mailer, &row->mailer) ||
		recipients(a, h, row))
		return ERR_ENV;
	if (!row->mailer.n && unfolded(a, h, HDR_user_agent, &row->mailer))
		return ERR_ENV;
	row->subject = doc->subject;
	row->from_name = doc->from_name;
	row->from_addr = doc->from_addr;
	row->from_domain = psl_domains(set->psl, domain).domain;
	row->n_headers = (int64_t)h.n;
	extract_date(h, row, &anomalies);
	row->anomalies |= (int64_t)anomalies;
	return 0;
}
