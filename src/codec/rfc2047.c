/* rfc2047.c - see rfc2047.h. Words are collected into a group as long as their charset stays the same; a group's bytes are
 * converted together. Everything runs in scratch memory that is given back, only the text stays in the arena. */
#include "codec/rfc2047.h"

#include "base/anomaly.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "codec/base64.h"
#include "codec/charset.h"
#include "codec/qp.h"

enum { CHARSET_MAX = 75 }; /* a whole word may be that long (RFC 2047 2) */

struct word {
	struct str charset;
	uint8_t encoding; /* 'b' or 'q' */
	struct str text;
	bool odd; /* spaces or '?' in the text: decoded, but noted */
};

struct decoder {
	struct arena *arena;
	uint64_t *anomalies;
	struct str raw;         /* what is decoded, trimmed */
	struct str raw_charset; /* of text outside words */
	size_t last_end;        /* no "?=" starts at or behind this place */
	struct buf out;
	struct str charset; /* of the group */
	uint8_t encoding;   /* of what is in encoded */
	uint8_t *encoded;   /* text of the group's last words, one encoding */
	size_t n_encoded;
	unsigned over;  /* sextets of an unfinished base64 group at its end */
	uint8_t *bytes; /* decoded bytes of the group */
	size_t n_bytes;
	bool in_group;
	unsigned words;
};

/* ---- finding words ---- */

/* Behind the "?=" that ends a Q text which starts at i. A "?=" followed by two hex digits is a raw '?' and an escape when a
 * further end stands behind it in the same word. */
static size_t q_end(struct str s, size_t i)
{
	size_t end = str_find(str_from(s, i), S("?="));
	while (end != STR_NPOS) {
		end += i;
		struct str after = str_from(s, end + 2);
		if (after.n < 2 || ascii_hex(after.p[0]) < 0 || ascii_hex(after.p[1]) < 0)
			return end;
		size_t next = str_find(after, S("?="));
		size_t word = str_find(str_first(after, next == STR_NPOS ? 0 : next), S("=?"));
		size_t space = str_find_byte(str_first(after, next == STR_NPOS ? 0 : next), ' ');
		if (next == STR_NPOS || word != STR_NPOS || space != STR_NPOS)
			return end;
		i = end + 2;
		end = next;
	}
	return STR_NPOS;
}

/* RFC 2978 names, loosely: nothing that would make a word out of ordinary text. */
static bool is_charset_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7F || s.p[i] == '=' || s.p[i] == '"')
			return false;
	return s.n > 0;
}

static bool has_odd_bytes(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (ascii_space(text.p[i]) || text.p[i] == '?')
			return true;
	return false;
}

/* The word at i, where "=?" stands: its end, or 0 when there is none that can be read. */
static size_t parse_word(const struct decoder *d, size_t i, struct word *w)
{
	struct str s = d->raw;
	size_t mark = str_find_byte(str_sub(s, i + 2, CHARSET_MAX), '?');
	if (mark == STR_NPOS || mark == 0)
		return 0;
	w->charset = str_sub(s, i + 2, mark);
	w->charset = str_first(w->charset, str_find_byte(w->charset, '*')); /* RFC 2231 5: language */
	size_t at = i + 2 + mark + 1;
	if (at + 2 > s.n || s.p[at + 1] != '?' || !is_charset_name(w->charset))
		return 0;
	w->encoding = ascii_lower(s.p[at]);
	if (w->encoding != 'b' && w->encoding != 'q')
		return 0;
	at += 2;
	if (at >= d->last_end)
		return 0;
	size_t end = w->encoding == 'q' ? q_end(s, at) : at + str_find(str_from(s, at), S("?="));
	w->text = str_sub(s, at, end - at);
	w->odd = has_odd_bytes(w->text);
	return end + 2;
}

/* ---- groups ---- */

static void decode_pending(struct decoder *d)
{
	struct str text = str_make(d->encoded, d->n_encoded);
	uint64_t found = 0;
	if (!text.n)
		return;
	if (d->encoding == 'b')
		d->n_bytes += base64_decode(text, d->bytes + d->n_bytes, &found);
	else
		d->n_bytes += q_decode(text, d->bytes + d->n_bytes, &found);
	if (found & (ANOM(base64_junk) | ANOM(base64_truncated) | ANOM(bad_encoded_word)))
		*d->anomalies |= ANOM(bad_encoded_word);
	d->n_encoded = 0;
	d->over = 0;
}

static int end_group(struct decoder *d)
{
	struct str text;
	if (!d->in_group)
		return 0;
	decode_pending(d);
	d->in_group = false;
	if (charset_to_utf8(d->arena, str_make(d->bytes, d->n_bytes), d->charset, &text, d->anomalies))
		return ERR_ENV;
	buf_add(&d->out, text);
	d->n_bytes = 0;
	return 0;
}

/* Line ends inside a word are folds. A base64 group left open was split between words when bits are left in it; otherwise
 * its padding is missing. */
static void append_encoded(struct decoder *d, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			d->encoded[d->n_encoded++] = text.p[i];
	if (d->encoding != 'b')
		return;
	struct base64_shape shape = base64_look(text);
	d->over = (unsigned)((shape.padding ? 0 : d->over) + shape.sextets) % 4;
	bool zero_bits = (d->over == 2 && !(shape.last & 15)) || (d->over == 3 && !(shape.last & 3));
	if (zero_bits) {
		*d->anomalies |= ANOM(bad_encoded_word);
		for (; d->over < 4; d->over++)
			d->encoded[d->n_encoded++] = '=';
		d->over = 0;
	}
}

static int add_word(struct decoder *d, const struct word *w)
{
	if (d->in_group && !str_ieq(d->charset, w->charset) && end_group(d))
		return ERR_ENV;
	if (d->in_group && d->encoding != w->encoding)
		decode_pending(d);
	if (w->odd)
		*d->anomalies |= ANOM(bad_encoded_word);
	d->in_group = true;
	d->charset = w->charset;
	d->encoding = w->encoding;
	append_encoded(d, w->text);
	d->words++;
	return 0;
}

/* ---- text outside words ---- */

static int add_text(struct decoder *d, struct str s)
{
	struct buf plain;
	struct str text;
	if (!s.n)
		return 0;
	if (end_group(d))
		return ERR_ENV;
	buf_init_arena(&plain, d->arena, s.n);
	for (struct str line; s.n;) {
		size_t lf = str_find_byte(s, '\n');
		line = str_first(s, lf);
		s = str_from(s, lf == STR_NPOS ? s.n : lf + 1);
		if (lf != STR_NPOS && line.n && line.p[line.n - 1] == '\r')
			line.n--;
		buf_add(&plain, line);
	}
	if (plain.oom || charset_to_utf8(d->arena, buf_str(&plain), d->raw_charset, &text, d->anomalies))
		return ERR_ENV;
	buf_add(&d->out, text);
	return 0;
}

/* ---- the whole ---- */

static int decode_all(struct decoder *d)
{
	struct str s = d->raw;
	size_t done = 0, i = 0; /* everything before done is in out or in the group */
	while (i < s.n) {
		struct word w;
		size_t step = str_find(str_from(s, i), S("=?"));
		if (step == STR_NPOS)
			break;
		i += step;
		if (d->words == LIM_ENCODED_WORDS) {
			*d->anomalies |= ANOM(encoded_word_cap);
			break;
		}
		size_t end = parse_word(d, i, &w);
		if (!end) {
			if (i + 2 < s.n && (ascii_alpha(s.p[i + 2]) || s.p[i + 2] == '?' || s.p[i + 2] == '*'))
				*d->anomalies |= ANOM(bad_encoded_word);
			i += 2;
			continue;
		}
		struct str between = str_sub(s, done, i - done);
		if ((!d->in_group || str_trim(between).n) && add_text(d, between))
			return ERR_ENV;
		if (add_word(d, &w))
			return ERR_ENV;
		done = i = end;
	}
	if (add_text(d, str_from(s, done)) || end_group(d))
		return ERR_ENV;
	return d->out.oom ? ERR_ENV : 0;
}

static int decode_slowly(struct arena *a, struct str raw, struct str charset, struct str *out, uint64_t *anomalies)
{
	struct decoder d = {.arena = a, .anomalies = anomalies, .raw = raw, .raw_charset = charset};
	size_t room, cap = 3 * raw.n + 16; /* no byte becomes more than three */
	for (size_t i = raw.n; i > 1 && !d.last_end; i--)
		if (raw.p[i - 1] == '=' && raw.p[i - 2] == '?')
			d.last_end = i - 1;
	buf_init_arena(&d.out, a, cap);
	if (!buf_room(&d.out, cap, &room))
		return ERR_ENV;
	struct arena_mark mark = arena_mark(a);
	d.encoded = arena_alloc(a, raw.n + 8);
	d.bytes = arena_alloc(a, BASE64_OUT_MAX(raw.n) + raw.n);
	int rc = d.encoded && d.bytes ? decode_all(&d) : ERR_ENV;
	arena_release(a, mark);
	arena_shrink(a, d.out.p, d.out.cap, rc ? 0 : d.out.n);
	if (d.out.full)
		d.out.n = utf8_valid_prefix(buf_str(&d.out));
	if (rc == 0)
		*out = str_trim(buf_str(&d.out));
	return rc;
}

int rfc2047_decode_as(struct arena *a, struct str raw, struct str charset, struct str *out, uint64_t *anomalies)
{
	*out = (struct str){NULL, 0};
	if (raw.n > LIM_HEADER_VALUE) {
		raw.n = LIM_HEADER_VALUE;
		*anomalies |= ANOM(header_cap);
	}
	raw = str_trim(raw);
	if (str_find_byte(raw, '\n') == STR_NPOS && str_find(raw, S("=?")) == STR_NPOS && ascii_only(raw)) {
		*out = raw;
		return 0;
	}
	return decode_slowly(a, raw, charset, out, anomalies);
}

int rfc2047_decode(struct arena *a, struct str raw, struct str *out, uint64_t *anomalies)
{
	return rfc2047_decode_as(a, raw, (struct str){NULL, 0}, out, anomalies);
}
