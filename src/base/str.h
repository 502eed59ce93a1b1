/* str.h - a view of bytes: the one byte type of trapline.
 *
 * A str does not own what it points to; the memory's owner is named where the str is made. NUL is an ordinary byte.
 * p may be NULL only when n is 0. All functions are total: any bytes, any length.
 */
#ifndef TRAPLINE_BASE_STR_H
#define TRAPLINE_BASE_STR_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const uint8_t *p;
	size_t n; /* bytes */
};

#define STR_NPOS ((size_t)-1)
/* A str of a string literal. */
#define S(lit) ((struct str){(const uint8_t *)("" lit), sizeof(lit) - 1})
/* The same as an initialiser of static data. */
#define STR_INIT(lit) \
	{ \
		(const uint8_t *)("" lit), sizeof(lit) - 1 \
	}
/* For printf("%.*s", STR_FMT(s)); only for text known to be safe to print. */
#define STR_FMT(s) (int)(s).n, (const char *)(s).p

static inline struct str str_of(const char *z)
{
	return (struct str){(const uint8_t *)z, z ? strlen(z) : 0};
}
static inline struct str str_make(const void *p, size_t n)
{
	return (struct str){(const uint8_t *)p, n};
}
static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
/* Bytes from `from` (clamped) to the end / of length at most n. */
static inline struct str str_from(struct str s, size_t from)
{
	if (from > s.n)
		from = s.n;
	return (struct str){s.n ? s.p + from : s.p, s.n - from};
}
static inline struct str str_first(struct str s, size_t n)
{
	return (struct str){s.p, n < s.n ? n : s.n};
}
static inline struct str str_sub(struct str s, size_t from, size_t n)
{
	return str_first(str_from(s, from), n);
}
static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_first(s, prefix.n), prefix);
}
static inline bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_from(s, s.n - suffix.n), suffix);
}
static inline size_t str_find_byte(struct str s, uint8_t c)
{
	const void *q = s.n ? memchr(s.p, c, s.n) : NULL;
	return q ? (size_t)((const uint8_t *)q - s.p) : STR_NPOS;
}

/* ASCII classes; locale-free. */
static inline uint8_t ascii_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}
static inline bool ascii_alpha(uint8_t c)
{
	return (uint8_t)((c | 0x20) - 'a') < 26;
}
static inline bool ascii_digit(uint8_t c)
{
	return (uint8_t)(c - '0') < 10;
}
static inline bool ascii_alnum(uint8_t c)
{
	return ascii_alpha(c) || ascii_digit(c);
}
/* SP HT CR LF VT FF */
static inline bool ascii_space(uint8_t c)
{
	return c == ' ' || (c >= 9 && c <= 13);
}
/* Eight bytes at once, lowest address in the lowest byte: w with its letters in lower case; *letters has the top bit of
 * each byte that is one. */
static inline uint64_t ascii_lower8(uint64_t w, uint64_t *letters)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
	uint64_t low7 = (w | 0x20 * ones) & ~tops;
	*letters = ((low7 + (0x80 - 'a') * ones) & ~(low7 + (0x7F - 'z') * ones)) & ~w & tops;
	return w | *letters >> 2;
}
/* Up to eight bytes of s from i on (i <= s.n) as ascii_lower8 takes them; zero behind the end. */
static inline uint64_t str_load8(struct str s, size_t i)
{
	size_t n = s.n - i;
	uint64_t w = 0;
	uint32_t low, high;
	if (n >= sizeof w) {
		memcpy(&w, s.p + i, sizeof w);
		return le64toh(w);
	}
	if (n >= sizeof low) { /* the two may overlap */
		memcpy(&low, s.p + i, sizeof low);
		memcpy(&high, s.p + s.n - sizeof high, sizeof high);
		return le32toh(low) | (uint64_t)le32toh(high) << 8 * (n - sizeof high);
	}
	return n ? s.p[i] | (uint64_t)s.p[i + n / 2] << 8 * (n / 2) | (uint64_t)s.p[s.n - 1] << 8 * (n - 1) : 0;
}
/* 0..15, or -1 */
int ascii_hex(uint8_t c);

bool str_ieq_bytes(const uint8_t *a, const uint8_t *b, size_t n);
/* ASCII case-insensitive. Most that are asked differ in length or in the first byte. */
static inline bool str_ieq(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	return a.n == 0 || (ascii_lower(a.p[0]) == ascii_lower(b.p[0]) && str_ieq_bytes(a.p, b.p, a.n));
}
/* Likewise: is s one of n names? */
bool str_is_one_of(struct str s, const char *const *names, size_t n);
bool str_istarts(struct str s, struct str prefix);
bool str_iends(struct str s, struct str suffix);
size_t str_find(struct str s, struct str needle); /* STR_NPOS when absent */
/* The first place at or after `from` where the byte a is followed by b. For rare pairs: about a cycle for three bytes. */
size_t str_find_pair(struct str s, size_t from, uint8_t a, uint8_t b);
size_t str_ifind(struct str s, struct str needle); /* ASCII case-insensitive */
size_t str_rfind_byte(struct str s, uint8_t c);
struct str str_trim_blanks(struct str s);
/* ascii_space off both ends; seldom there is any. */
static inline struct str str_trim(struct str s)
{
	return s.n && (ascii_space(s.p[0]) || ascii_space(s.p[s.n - 1])) ? str_trim_blanks(s) : s;
}
struct str str_rtrim(struct str s); /* ascii_space off the right end */
/* Bytewise order, shorter first on a tie: <0, 0, >0. For qsort wrappers. */
int str_cmp(struct str a, struct str b);
/* Splits at the first sep: head is what is before, *rest what is after. False when s is NULL-pointed (used up). Use:
 * for (struct str rest = s, tok; str_next(&rest, ',', &tok);) ... yields at least one token, also empty ones. */
bool str_next(struct str *rest, uint8_t sep, struct str *tok);
/* Next line without its LF or CRLF; false at the end of the input. */
bool str_line(struct str *rest, struct str *line);
/* Decimal digits only, whole string, no overflow: true and *out. Output untouched on failure. */
bool str_u64(struct str s, uint64_t *out);

#endif
