/* utf8.h - UTF-8 (RFC 3629): validate, decode, encode, and which characters deceive a reader. */
#ifndef TRAPLINE_BASE_UTF8_H
#define TRAPLINE_BASE_UTF8_H

#include "base/buf.h"
#include "base/str.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/* The length of the longest valid prefix: s.n when all is valid. No overlongs, no surrogates, at most U+10FFFF. */
size_t utf8_valid_prefix(struct str s);
static inline bool utf8_valid(struct str s)
{
	return utf8_valid_prefix(s) == s.n;
}
/* The first n bytes of valid s at most, cut between characters. */
static inline struct str utf8_first(struct str s, size_t n)
{
	if (n >= s.n)
		return s;
	while (n > 0 && (s.p[n] & 0xC0) == 0x80)
		n--;
	return str_first(s, n);
}
size_t ascii_prefix(struct str s); /* length of the longest prefix of bytes below 0x80 */
bool ascii_only(struct str s);
/* Reads one character at *i (i < s.n) and moves *i on. Bad bytes give U+FFFD, one for each maximal bad subpart. */
uint32_t utf8_next(struct str s, size_t *i);
/* 1..4 bytes; U+FFFD for what is no scalar value. */
size_t utf8_encode(uint32_t c, uint8_t out[4]);
void buf_utf8(struct buf *b, uint32_t c);
/* s as one line that is safe to look at: control, bidi and invisible characters as \u{202e}, bad bytes as \xff. */
void utf8_escape(struct str s, struct buf *out);
/* s with every bad subpart replaced by U+FFFD. */
void utf8_sanitize(struct str s, struct buf *out);

/* C0, DEL, C1. */
bool unicode_is_control(uint32_t c);
/* Bidirectional controls (UAX #9): U+061C, 200E, 200F, 202A-202E, 2066-2069. */
bool unicode_is_bidi(uint32_t c);
/* Shown as nothing: soft hyphen, zero-width space/joiners, word joiner, BOM, variation selectors, tags, ... */
bool unicode_is_invisible(uint32_t c);
/* White space other than ASCII: NBSP, U+2000-200A, 2028, 2029, 202F, 205F, 3000 ... */
bool unicode_is_space(uint32_t c);

#endif
