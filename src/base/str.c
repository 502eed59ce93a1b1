/* str.c - see str.h. */
#include "base/str.h"

#include <strings.h>

int ascii_hex(uint8_t c)
{
	if (ascii_digit(c))
		return c - '0';
	c |= 0x20;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static inline bool same8(uint64_t v, uint64_t w)
{
	uint64_t letters;
	return v == w || ascii_lower8(v, &letters) == ascii_lower8(w, &letters);
}

static inline uint64_t load8(const uint8_t *p)
{
	uint64_t w;
	memcpy(&w, p, sizeof w);
	return w;
}

/* Eight bytes a step; the last ones are looked at twice rather than one by one: where they end nobody can foretell. */
bool str_ieq_bytes(const uint8_t *a, const uint8_t *b, size_t n)
{
	if (n < 8)
		return same8(str_load8(str_make(a, n), 0), str_load8(str_make(b, n), 0));
	for (size_t i = 0; i + 8 < n; i += 8)
		if (!same8(load8(a + i), load8(b + i)))
			return false;
	return same8(load8(a + n - 8), load8(b + n - 8));
}

typedef uint8_t v16 __attribute__((vector_size(16)));
typedef uint64_t v2 __attribute__((vector_size(16)));

static v16 load16(const uint8_t *p)
{
	v16 v;
	memcpy(&v, p, sizeof v);
	return v;
}

/* A pair of bytes, each compared after its case bit was set: 0x20 for a letter, 0 for others. */
struct pair {
	uint8_t a, b, case_a, case_b;
};

static inline v2 pair_at(const uint8_t *p, struct pair x)
{
	return (v2)(((load16(p) | x.case_a) == (v16){0} + x.a) & ((load16(p + 1) | x.case_b) == (v16){0} + x.b));
}

static inline size_t find_pair(struct str s, size_t from, struct pair x)
{
	size_t i = from;
	for (; i + 33 <= s.n; i += 32) {
		v2 hit = pair_at(s.p + i, x) | pair_at(s.p + i + 16, x);
		if (hit[0] | hit[1])
			break;
	}
	for (; i + 17 <= s.n; i += 16) {
		v2 hit = pair_at(s.p + i, x);
		if (hit[0] | hit[1])
			break;
	}
	for (; i + 1 < s.n; i++)
		if ((s.p[i] | x.case_a) == x.a && (s.p[i + 1] | x.case_b) == x.b)
			return i;
	return STR_NPOS;
}

size_t str_find_pair(struct str s, size_t from, uint8_t a, uint8_t b)
{
	return find_pair(s, from, (struct pair){a, b, 0, 0});
}

bool str_is_one_of(struct str s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_ieq(s, str_of(names[i])))
			return true;
	return false;
}

bool str_istarts(struct str s, struct str prefix)
{
	return str_ieq(str_first(s, prefix.n), prefix);
}

bool str_iends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_ieq(str_from(s, s.n - suffix.n), suffix);
}

enum { PAIR_NEEDLE = 16 };

size_t str_find(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return STR_NPOS;
	if (needle.n == 1)
		return str_find_byte(s, needle.p[0]);
	if (needle.n > PAIR_NEEDLE) { /* linear, whatever the two hold */
		const void *q = memmem(s.p, s.n, needle.p, needle.n);
		return q ? (size_t)((const uint8_t *)q - s.p) : STR_NPOS;
	}
	const struct pair x = {needle.p[0], needle.p[1], 0, 0};
	struct str starts = str_first(s, s.n - needle.n + 2);
	for (size_t i = 0; (i = find_pair(starts, i, x)) != STR_NPOS; i++)
		if (memcmp(s.p + i, needle.p, needle.n) == 0)
			return i;
	return STR_NPOS;
}

static size_t find_icase_byte(struct str s, uint8_t c)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_lower(s.p[i]) == c)
			return i;
	return STR_NPOS;
}

size_t str_ifind(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	if (s.n < needle.n)
		return STR_NPOS;
	uint8_t a = ascii_lower(needle.p[0]), b = needle.n > 1 ? ascii_lower(needle.p[1]) : 0;
	if (needle.n == 1)
		return find_icase_byte(s, a);
	const struct pair x = {a, b, ascii_alpha(a) ? 0x20 : 0, ascii_alpha(b) ? 0x20 : 0};
	struct str starts = str_first(s, s.n - needle.n + 2);
	for (size_t i = 0; (i = find_pair(starts, i, x)) != STR_NPOS; i++)
		if (str_ieq(str_sub(s, i, needle.n), needle))
			return i;
	return STR_NPOS;
}

size_t str_rfind_byte(struct str s, uint8_t c)
{
	const void *q = s.n ? memrchr(s.p, c, s.n) : NULL;
	return q ? (size_t)((const uint8_t *)q - s.p) : STR_NPOS;
}

struct str str_rtrim(struct str s)
{
	while (s.n && ascii_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_trim_blanks(struct str s)
{
	while (s.n && ascii_space(s.p[0]))
		s = str_from(s, 1);
	return str_rtrim(s);
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;
	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool str_next(struct str *rest, uint8_t sep, struct str *tok)
{
	if (!rest->p)
		return false;
	size_t i = str_find_byte(*rest, sep);
	if (i == STR_NPOS) {
		*tok = *rest;
		*rest = (struct str){NULL, 0};
	} else {
		*tok = str_first(*rest, i);
		*rest = str_from(*rest, i + 1);
	}
	return true;
}

bool str_line(struct str *rest, struct str *line)
{
	if (rest->n == 0)
		return false;
	const uint8_t *p = rest->p, *end = memchr(p, '\n', rest->n);
	size_t n = end ? (size_t)(end - p) : rest->n;
	*line = str_make(p, end && n && p[n - 1] == '\r' ? n - 1 : n);
	n += end != NULL;
	*rest = str_make(p + n, rest->n - n);
	return true;
}

bool str_u64(struct str s, uint64_t *out)
{
	uint64_t v = 0;
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_digit(s.p[i]) || v > (UINT64_MAX - (uint64_t)(s.p[i] - '0')) / 10)
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*out = v;
	return true;
}
