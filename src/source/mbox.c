/* mbox.c - see mbox.h. */
#include "source/mbox.h"

#include "base/anomaly.h"
#include "base/hash.h"
#include "base/mem.h"

enum {
	FIELD_NAME = 128,           /* longest field name believed after a From_ line */
	HEADER_MAX = 256 * 1024,    /* Content-Length is looked for in this much header */
	LOOKBACK = 8,               /* bytes kept before the place searched up to: an empty line fits */
	DROP_STEP = MBOX_SLACK / 2, /* bytes cut at a time at least */
	MMDF_BYTE = 1,              /* four of these are a line of MMDF's */
};
enum length_state { LENGTH_UNKNOWN, LENGTH_PENDING, LENGTH_NONE, LENGTH_RIGHT };

void mbox_init(struct mbox *m, enum mbox_form form, size_t max_bytes)
{
	*m = (struct mbox){.form = form, .max = max_bytes};
}

/* ---- From_ lines ---- */

static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool name3(struct str token, const char *table)
{
	if (token.n < 3 || (token.n > 3 && token.p[3] != ',') || token.n > 4)
		return false;
	for (; *table; table += 3)
		if (str_ieq(str_first(token, 3), str_make(table, 3)))
			return true;
	return false;
}

static bool digits(struct str token, size_t least, size_t most)
{
	if (token.n < least || token.n > most)
		return false;
	for (size_t i = 0; i < token.n; i++)
		if (!ascii_digit(token.p[i]))
			return false;
	return true;
}

/* 1:02, 01:02, 01:02:03 */
static bool clock_time(struct str token)
{
	size_t colon = str_find_byte(token, ':');
	if (colon == STR_NPOS || !digits(str_first(token, colon), 1, 2))
		return false;
	struct str rest = str_from(token, colon + 1);
	colon = str_find_byte(rest, ':');
	if (colon == STR_NPOS)
		return digits(rest, 2, 2);
	return digits(str_first(rest, colon), 2, 2) && digits(str_from(rest, colon + 1), 2, 2);
}

/* asctime "Mon Jan  2 15:04:05 2006" (zone before or after the year) or RFC 822 "Mon, 2 Jan 2006 15:04:05 +0000". */
static bool date_at(const struct str *token, size_t n)
{
	if (n < 5 || !name3(token[0], days))
		return false;
	if (digits(token[1], 1, 2))
		return name3(token[2], months) && digits(token[3], 2, 4) && clock_time(token[4]);
	if (!name3(token[1], months) || !digits(token[2], 1, 2) || !clock_time(token[3]))
		return false;
	for (size_t i = 4; i < n && i < 7; i++)
		if (digits(token[i], 4, 4))
			return true;
	return false;
}

bool mbox_from_line(struct str line, struct str *date)
{
	enum { TOKENS = 24 }; /* a sender with blanks in it has a few */
	struct str token[TOKENS];
	size_t n = 0;
	if (line.n > MBOX_FROM_LINE || !str_starts(line, S("From ")))
		return false;
	for (size_t i = 5; i < line.n && n < TOKENS;) {
		size_t from = i;
		while (i < line.n && line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
			i++;
		if (i > from)
			token[n++] = str_make(line.p + from, i - from);
		else
			i++;
	}
	for (size_t i = 0; i < n; i++)
		if (date_at(token + i, n - i)) {
			if (date)
				*date = str_from(line, (size_t)(token[i].p - line.p));
			return true;
		}
	return false;
}

/* Never 0. */
static uint64_t hash_line(struct str line)
{
	return hash64(str_rtrim(line), 0) | 1;
}

bool mbox_field(struct str s)
{
	size_t i = 0;
	while (i < s.n && i < FIELD_NAME && s.p[i] > ' ' && s.p[i] < 127 && s.p[i] != ':')
		i++;
	if (i == 0)
		return false;
	while (i < s.n && i < FIELD_NAME && (s.p[i] == ' ' || s.p[i] == '\t'))
		i++;
	return i < s.n && s.p[i] == ':';
}

struct marks {
	bool known;              /* false: the window is too short to tell */
	bool blank, from, field; /* empty line before (or what stands for it), From_ line, header field after */
};

/* Mailman's archives: the From field behind a From_ line begins with the same sender. Between fields that is no new message. */
static bool same_sender(struct str sender, struct str field)
{
	sender = str_trim(sender);
	return sender.n > 1 && str_starts(field, S("From: ")) && str_starts(str_from(field, 6), sender);
}

/* The marks of the "From " at f, which stands at the start of a line. */
static struct marks marks_at(const struct mbox *m, struct str w, size_t f, bool eof)
{
	struct marks k = {.known = true};
	struct str rest = str_sub(w, f, MBOX_FROM_LINE + 1);
	size_t nl = str_find_byte(rest, '\n');
	if (nl == STR_NPOS) {
		k.known = eof || rest.n > MBOX_FROM_LINE;
		return k;
	}
	struct str line = str_first(rest, nl), date = str_from(line, nl);
	k.from = mbox_from_line(line, &date) || (m->dateless && hash_line(line) == m->dateless);
	k.blank = (f >= 2 && w.p[f - 2] == '\n') || (f >= 3 && w.p[f - 2] == '\r' && w.p[f - 3] == '\n');
	if (!k.from)
		return k;
	rest = str_sub(w, f + nl + 1, FIELD_NAME + 1);
	k.field = mbox_field(rest) || str_starts(rest, S(">From "));
	if (k.field && !k.blank && f >= m->header_end)
		k.blank = same_sender(str_make(line.p + 5, (size_t)(date.p - line.p) - 5), rest);
	k.known = (k.field && k.blank) || eof || rest.n > FIELD_NAME || str_find_byte(rest, '\n') != STR_NPOS;
	return k;
}

/* ---- the current message ---- */

/* Empty lines at the start of a box; MMDF's separators. */
static bool between(const struct mbox *m, uint8_t c)
{
	return c == '\n' || c == '\r' || (m->form == MBOX_MMDF && c == MMDF_BYTE);
}

/* Finds where the message proper starts. False: more bytes are needed. */
static bool start_message(struct mbox *m, struct str w, bool eof)
{
	size_t i = 0;
	while (m->form != MBOX_ONE && i < w.n && i < MBOX_FROM_LINE && between(m, w.p[i]))
		i++;
	struct str rest = str_from(w, i);
	if (rest.n < 5 && !eof)
		return false;
	m->lead = m->start = i;
	if (str_starts(rest, S("From ")) && !mbox_field(rest)) {
		size_t nl = str_find_byte(str_first(rest, MBOX_FROM_LINE + 1), '\n');
		if (nl == STR_NPOS && !eof && rest.n <= MBOX_FROM_LINE)
			return false;
		m->has_from = nl != STR_NPOS;
		m->start = i + (nl != STR_NPOS ? nl + 1 : 0);
		struct str line = str_first(rest, m->has_from ? nl : 0);
		if (m->messages == 0 && m->has_from && !mbox_from_line(line, NULL))
			m->dateless = hash_line(line);
	}
	m->line = m->scan = m->start;
	m->length_state = m->form != MBOX_LINES || !m->has_from ? LENGTH_NONE : LENGTH_UNKNOWN;
	return m->started = true;
}

static void read_content_length(struct mbox *m, struct str line)
{
	uint64_t v;
	if ((line.p[0] | 0x20) == 'c' && str_istarts(line, S("content-length:")) && str_u64(str_trim(str_from(line, 15)), &v))
		m->content_length = v, m->length_state = LENGTH_PENDING;
}

/* Walks the header to its end. False: more bytes are needed. */
static bool read_header(struct mbox *m, struct str w, bool eof)
{
	size_t limit = m->max < HEADER_MAX ? m->max : HEADER_MAX;
	while (!m->header_end) {
		struct str rest = str_from(str_first(w, m->start + limit), m->line);
		size_t nl = str_find_byte(rest, '\n');
		if (nl == STR_NPOS) {
			if (!eof && w.n < m->start + limit)
				return false;
			m->header_end = SIZE_MAX; /* no body: no line of it can be quoted, or bare */
			m->length_state = LENGTH_NONE;
		} else if (nl == 0 || (nl == 1 && rest.p[0] == '\r')) {
			m->header_end = m->line + nl + 1;
			if (m->length_state == LENGTH_UNKNOWN)
				m->length_state = LENGTH_NONE;
		} else {
			read_content_length(m, str_first(rest, nl));
			m->line += nl + 1;
		}
	}
	return true;
}

/* Past one line end at i, if there is one. */
static size_t past_line_end(struct str w, size_t i)
{
	if (i < w.n && w.p[i] == '\n')
		return i + 1;
	return i + 1 < w.n && w.p[i] == '\r' && w.p[i + 1] == '\n' ? i + 2 : i;
}

/* Whether Content-Length leads to a From_ line or the end. False: more bytes are needed. Sets out->end and next if so. */
static bool try_length(struct mbox *m, struct str w, bool eof, struct mbox_message *out)
{
	uint64_t end = m->header_end + m->content_length;
	if (m->content_length > m->max || end - m->start > m->max) {
		m->length_state = LENGTH_NONE; /* beyond what is delivered: not looked at */
		return true;
	}
	if (w.n < end + 4 + MBOX_FROM_LINE + 1 + FIELD_NAME + 1 && !eof)
		return false;
	m->length_state = LENGTH_NONE;
	m->length_wrong = true;
	for (size_t i = (size_t)end, tries = 0; end <= w.n && tries < 3; tries++) {
		bool from = i < w.n && w.p[i - 1] == '\n' && str_starts(str_from(w, i), S("From ")) && marks_at(m, w, i, eof).from;
		if (from || (i == w.n && eof)) {
			out->end = (size_t)end;
			out->next = i;
			m->length_state = LENGTH_RIGHT;
			m->length_wrong = false;
			return true;
		}
		size_t past = past_line_end(w, i);
		if (past == i)
			break;
		i = past;
	}
	return true;
}

/* A run of '>' that starts a line stands before the "From " at f. */
static bool quoted_at(struct str w, size_t f)
{
	while (f > 0 && w.p[f - 1] == '>')
		f--;
	return f == 0 || w.p[f - 1] == '\n';
}

enum split { SPLIT_MORE, SPLIT_NONE, SPLIT_AT };

/* The offset of the next "From " in [from, limit) that stands behind a line end or a '>', or STR_NPOS. */
static size_t next_from(struct str w, size_t from, size_t limit)
{
	struct str s = str_first(w, limit);
	for (size_t f = from; (f = str_find_pair(s, f, 'F', 'r')) != STR_NPOS; f++)
		if (f > 0 && (w.p[f - 1] == '\n' || w.p[f - 1] == '>') && str_starts(str_from(s, f), S("From ")))
			return f;
	return STR_NPOS;
}

/* Searches [m->scan, limit) for the next From_ line; with `believed`, none splits. SPLIT_AT leaves its offset in m->scan. */
static enum split find_split(struct mbox *m, struct str w, size_t limit, bool believed, bool eof)
{
	while (m->scan < limit) {
		size_t f = next_from(w, m->scan, limit);
		if (f == STR_NPOS)
			break;
		if (f > m->start && w.p[f - 1] == '>' && !m->quoted)
			m->quoted = quoted_at(w, f);
		if (f > m->start && w.p[f - 1] == '\n') {
			struct marks k = marks_at(m, w, f, eof);
			if (!k.known) {
				m->scan = f;
				return SPLIT_MORE;
			}
			if (!believed && k.blank && k.from && k.field) {
				m->scan = f;
				return SPLIT_AT;
			}
			m->doubtful |= k.from && (k.field || k.blank);
			m->unquoted |= f >= m->header_end;
		}
		m->scan = f + 5;
	}
	if (limit >= 4 && m->scan < limit - 4)
		m->scan = limit - 4;
	return SPLIT_NONE;
}

/* The end without the separator: one empty line before `end`. */
static size_t before_separator(struct str w, size_t start, size_t end)
{
	if (end >= start + 2 && w.p[end - 1] == '\n' && w.p[end - 2] == '\n')
		return end - 1;
	if (end >= start + 3 && w.p[end - 1] == '\n' && w.p[end - 2] == '\r' && w.p[end - 3] == '\n')
		return end - 2;
	return end;
}

/* The same where MMDF's lines end messages. */
static enum split find_mmdf_end(struct mbox *m, struct str w, bool eof, struct mbox_message *out)
{
	static const struct str line = STR_INIT("\n\1\1\1\1");
	size_t from = m->scan ? m->scan - 1 : 0;
	for (const uint8_t *hit; (hit = memmem(w.p + from, w.n - from, line.p, line.n)); from++) {
		from = (size_t)(hit - w.p);
		size_t behind = from + line.n;
		if (behind + 2 > w.n && !eof)
			break;
		out->end = from + 1;
		out->next = past_line_end(w, behind);
		if (out->next > behind || behind == w.n)
			return SPLIT_AT;
	}
	m->scan = w.n > m->start + line.n + 1 ? w.n - line.n - 1 : m->start;
	out->end = out->next = w.n;
	return eof ? SPLIT_AT : SPLIT_MORE;
}

/* Where this message ends, in out->end and out->next. */
static enum split find_end(struct mbox *m, struct str w, bool eof, struct mbox_message *out)
{
	if (m->form == MBOX_MMDF)
		return find_mmdf_end(m, w, eof, out);
	if (m->form == MBOX_ONE || !m->has_from) {
		m->scan = w.n;
		out->end = out->next = w.n;
		return eof ? SPLIT_AT : SPLIT_MORE;
	}
	if (!read_header(m, w, eof) || (m->length_state == LENGTH_PENDING && !try_length(m, w, eof, out)))
		return SPLIT_MORE;
	if (m->length_state == LENGTH_RIGHT) {
		find_split(m, w, out->end, true, true);
		return SPLIT_AT;
	}
	enum split s = find_split(m, w, w.n, false, eof);
	if (s == SPLIT_MORE || (s == SPLIT_NONE && !eof))
		return SPLIT_MORE;
	out->next = s == SPLIT_AT ? m->scan : w.n;
	out->end = before_separator(w, m->start, out->next);
	return SPLIT_AT;
}

/* The window holds more than a message may: cut the part that was searched already. */
static enum mbox_result drop_searched(struct mbox *m, struct mbox_message *out)
{
	size_t from = m->start + m->max, to = m->scan > LOOKBACK ? m->scan - LOOKBACK : 0;
	if (to < from + DROP_STEP)
		return MBOX_MORE;
	out->drop_from = from;
	out->drop_to = to;
	m->dropped += to - from;
	m->scan -= to - from;
	return MBOX_DROP;
}

static void describe(struct mbox *m, struct str w, bool eof, struct mbox_message *out)
{
	out->lead = m->lead;
	out->start = m->start;
	if (m->has_from)
		out->from_line = str_rtrim(str_make(w.p + m->lead, m->start - m->lead));
	out->length = out->end - m->lead + m->dropped;
	if (out->end - m->start > m->max || m->dropped) {
		out->anomalies |= ANOM(message_cap);
		out->end = m->start + (out->end - m->start < m->max ? out->end - m->start : m->max);
	}
	if (m->doubtful)
		out->anomalies |= ANOM(doubtful_split);
	if (m->length_wrong)
		out->anomalies |= ANOM(content_length_wrong);
	out->quoted = m->quoted;
	out->last = eof && out->next == w.n;
	struct mbox next = {
		.max = m->max, .form = m->form, .unquoted = m->unquoted, .dateless = m->dateless, .messages = m->messages + 1};
	*m = next;
}

enum mbox_result mbox_next(struct mbox *m, struct str w, bool eof, struct mbox_message *out)
{
	*out = (struct mbox_message){0};
	if (!m->started && !start_message(m, w, eof))
		return MBOX_MORE;
	if (eof && m->start >= w.n && !m->dropped)
		return MBOX_END;
	if (find_end(m, w, eof, out) == SPLIT_MORE) {
		must(!eof);
		return drop_searched(m, out);
	}
	describe(m, w, eof, out);
	return MBOX_MESSAGE;
}

bool mbox_quotes(const struct mbox *m, const struct mbox_message *msg)
{
	return msg->quoted && m->form == MBOX_LINES && !m->unquoted && !(m->messages == 1 && msg->last);
}

/* The body's offset: past the first empty line. */
static size_t body_offset(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t nl = str_find_byte(str_from(s, i), '\n');
		if (nl == STR_NPOS)
			break;
		if (nl == 0 || (nl == 1 && s.p[i] == '\r'))
			return i + nl + 1;
		i += nl + 1;
	}
	return s.n;
}

size_t mbox_unquote(uint8_t *p, size_t n)
{
	size_t body = body_offset(str_make(p, n)), from = body, to = body;
	while (from < n) {
		uint8_t *hit = memmem(p + from, n - from, ">From ", 6);
		if (!hit)
			break;
		size_t h = (size_t)(hit - p), keep = h;
		size_t run = h;
		while (run > body && p[run - 1] == '>')
			run--;
		if (run != body && p[run - 1] != '\n')
			keep = h + 1; /* inside a line: the '>' stays */
		memmove(p + to, p + from, keep - from);
		to += keep - from;
		from = h + 1;
	}
	memmove(p + to, p + from, n - from);
	return to + n - from;
}
