/* name.c - see name.h. */
#include "base/name.h"

static bool counts(uint8_t c)
{
	return ascii_alnum(c) || c >= 0x80;
}

struct str name_fold(struct str s, struct arena *a)
{
	uint8_t *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < s.n; i++)
		if (counts(s.p[i]))
			p[n++] = ascii_lower(s.p[i]);
	return str_make(p, n);
}

bool name_same(struct str a, struct str b)
{
	size_t i = 0, k = 0, n = 0;
	for (;; i++, k++, n++) {
		while (i < a.n && !counts(a.p[i]))
			i++;
		while (k < b.n && !counts(b.p[k]))
			k++;
		if (i == a.n || k == b.n)
			return n && i == a.n && k == b.n;
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[k]))
			return false;
	}
}
