/* utf8.c - see utf8.h. */
#include "base/utf8.h"

/* Thirty-two bytes a step, then eight. */
size_t ascii_prefix(struct str s)
{
	size_t i = 0;
	for (; i + 32 <= s.n; i += 32) {
		uint64_t w[4];
		memcpy(w, s.p + i, 32);
		if ((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080u)
			break;
	}
	for (; i + 8 <= s.n; i += 8) {
		uint64_t w;
		memcpy(&w, s.p + i, 8);
		if (w & 0x8080808080808080u)
			break;
	}
	if (s.n >= 8 && s.n - i < 8) { /* the last ones at once, some of them again */
		uint64_t w;
		memcpy(&w, s.p + s.n - 8, 8);
		if (!(w & 0x8080808080808080u))
			return s.n;
	}
	while (i < s.n && s.p[i] < 0x80)
		i++;
	return i;
}

bool ascii_only(struct str s)
{
	return ascii_prefix(s) == s.n;
}

/* Decodes one sequence at s (s.n > 0). *len is its length, or that of the maximal bad subpart (then U+FFFD, false). */
static bool decode(struct str s, uint32_t *c, size_t *len)
{
	uint8_t b = s.p[0];
	size_t need = b < 0x80 ? 0 : b >= 0xC2 && b <= 0xDF ? 1 : b >= 0xE0 && b <= 0xEF ? 2 : b >= 0xF0 && b <= 0xF4 ? 3 : 9;
	*c = UTF8_REPLACEMENT;
	*len = 1;
	if (need == 9)
		return false;
	uint32_t v = need == 0 ? b : b & (0x3Fu >> need);
	for (size_t k = 1; k <= need; k++) {
		uint8_t lo = 0x80, hi = 0xBF;
		if (k == 1)
			lo = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : lo, hi = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : hi;
		if (k >= s.n || s.p[k] < lo || s.p[k] > hi)
			return false;
		v = v << 6 | (s.p[k] & 0x3Fu);
		*len = k + 1;
	}
	*c = v;
	return true;
}

static inline bool is_tail(uint8_t b)
{
	return (b & 0xC0) == 0x80;
}

/* The length of the sequence at p if it is one of the plain ones of two or three bytes (n >= 3 bytes are there), else 0. */
static inline size_t plain_sequence(const uint8_t *p)
{
	if (p[0] >= 0xC2 && p[0] <= 0xDF)
		return is_tail(p[1]) ? 2 : 0;
	bool plain = p[0] >= 0xE1 && p[0] <= 0xEF && p[0] != 0xED;
	return plain && is_tail(p[1]) && is_tail(p[2]) ? 3 : 0;
}

size_t utf8_valid_prefix(struct str s)
{
	size_t i = 0;
	while (i < s.n) {
		uint32_t c;
		size_t len = 0;
		if (s.p[i] < 0x80) {
			i++;
			if (i < s.n && s.p[i] < 0x80)
				i += ascii_prefix(str_from(s, i));
			continue;
		}
		if (s.n - i >= 3)
			len = plain_sequence(s.p + i);
		if (!len && !decode(str_from(s, i), &c, &len))
			break;
		i += len;
	}
	return i;
}

uint32_t utf8_next(struct str s, size_t *i)
{
	uint32_t c;
	size_t len;
	const uint8_t *p = s.p + *i;
	if (p[0] < 0x80)
		return s.p[(*i)++];
	len = s.n - *i >= 3 ? plain_sequence(p) : 0;
	if (len) {
		*i += len;
		return len == 2 ? (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu) : (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	}
	decode(str_from(s, *i), &c, &len);
	*i += len;
	return c;
}

size_t utf8_encode(uint32_t c, uint8_t out[4])
{
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = UTF8_REPLACEMENT;
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xC0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xE0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
		out[2] = (uint8_t)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (uint8_t)(0xF0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
	out[3] = (uint8_t)(0x80 | (c & 0x3F));
	return 4;
}

void buf_utf8(struct buf *b, uint32_t c)
{
	uint8_t t[4];
	if (c < 0x80)
		buf_byte(b, (uint8_t)c);
	else
		buf_add(b, str_make(t, utf8_encode(c, t)));
}

void utf8_sanitize(struct str s, struct buf *out)
{
	while (s.n) {
		size_t ok = utf8_valid_prefix(s);
		buf_add(out, str_first(s, ok));
		s = str_from(s, ok);
		if (s.n) {
			size_t i = 0;
			buf_utf8(out, utf8_next(s, &i));
			s = str_from(s, i);
		}
	}
}

bool unicode_is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

bool unicode_is_bidi(uint32_t c)
{
	return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool unicode_is_invisible(uint32_t c)
{
	return c == 0xAD || c == 0x34F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
	       (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200D) || (c >= 0x2060 && c <= 0x2064) ||
	       (c >= 0x206A && c <= 0x206F) || c == 0x3164 || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || c == 0xFFA0 ||
	       (c >= 0xE0000 && c <= 0xE0FFF) || unicode_is_bidi(c);
}

bool unicode_is_space(uint32_t c)
{
	return c == 0x20 || (c >= 9 && c <= 13) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
	       c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

void utf8_escape(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t c;
		size_t len;
		if (!decode(str_from(s, i), &c, &len))
			for (size_t k = 0; k < len; k++)
				buf_printf(out, "\\x%02x", s.p[i + k]);
		else if (unicode_is_control(c) || unicode_is_bidi(c) || unicode_is_invisible(c) || c == 0x2028 || c == 0x2029)
			buf_printf(out, "\\u{%x}", c);
		else
			buf_add(out, str_sub(s, i, len));
		i += len;
	}
}
