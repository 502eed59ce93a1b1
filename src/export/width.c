/* width.c - see width.h. */
#include "export/width.h"

#include "base/utf8.h"
#include "export/width_table.h"

static bool in_ranges(const struct range *r, size_t n, uint32_t c)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (c > r[mid].hi)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && c >= r[lo].lo;
}

#define IN(table, c) in_ranges((table), sizeof(table) / sizeof *(table), (c))

unsigned char_width(uint32_t c)
{
	if (c < 0x300)
		return 1;
	if (IN(zero, c))
		return 0;
	return IN(wide, c) ? 2 : 1;
}

bool char_unseen(uint32_t c)
{
	return c >= 0x300 && IN(unseen, c);
}

size_t str_width(struct str s)
{
	size_t w = 0;
	for (size_t i = 0; i < s.n;)
		w += char_width(utf8_next(s, &i));
	return w;
}
