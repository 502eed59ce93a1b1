/* extract.c - see extract.h. */
#include "feature/extract.h"

#include "base/anomaly.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "feature/answer.h"
#include "feature/fingerprint.h"

int extract_text(struct arena *a, struct str raw, struct str *out)
{
	if (utf8_valid(raw)) {
		*out = raw;
		return 0;
	}
	struct buf b;
	buf_init_arena(&b, a, LIM_HEADER_VALUE);
	utf8_sanitize(raw, &b);
	*out = str_first(buf_str(&b), utf8_valid_prefix(buf_str(&b)));
	return b.oom ? ERR_ENV : 0;
}

int extract_fingerprint(
	struct arena *a, const struct extract_input *in, const struct message *m, const struct trace *trace, struct row *row)
{
	struct transcript t;
	int rc = transcript_find(in->smtp, a, row->message_id, &t);
	return rc < 0 ? rc : fingerprint_message(a, m, trace, row, rc ? &t : NULL, &row->fingerprint);
}

int extract_arrival(struct arena *a, const struct extract_settings *set, const struct extract_input *in, struct row *row)
{
	struct message m = {.raw = in->bytes};
	struct trace trace;
	size_t body;
	if (header_split(a, in->bytes, NULL, NULL, &m.headers, &body, &m.anomalies))
		return ERR_ENV;
	extract_date(m.headers, row, &m.anomalies);
	return extract_envelope(a, set, in, &m, &trace, row);
}

int extract_message(
	struct arena *a, const struct extract_settings *set, const struct extract_input *in, struct doc *doc, struct row *row)
{
	struct message m;
	struct trace trace;
	*doc = (struct doc){0};
	*row = (struct row){.time = TIME_NONE, .date = TIME_NONE};
	if (message_parse(a, str_first(in->bytes, in->bytes.n >> in->halved), &m))
		return ERR_ENV;
	extract_identity(in, row);
	row->anomalies = (int64_t)(m.anomalies | in->anomalies);
	if (extract_headers(a, set, &m, doc, row) || extract_envelope(a, set, in, &m, &trace, row) || extract_answer(a, &m, row) ||
		extract_body(a, set, in, &m, doc, row) || extract_fingerprint(a, in, &m, &trace, row))
		return ERR_ENV;
	row->text = str_first(doc->text, LIM_STORED_TEXT);
	row->text.n = utf8_valid_prefix(row->text);
	return 0;
}

bool extract_less(struct arena *a, struct extract_input *in)
{
	if (!a->full || !(in->bytes.n >> in->halved))
		return false;
	arena_reset(a);
	in->halved++;
	in->anomalies |= ANOM(message_cap);
	return true;
}
