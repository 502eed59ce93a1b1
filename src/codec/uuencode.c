/* uuencode.c - see uuencode.h. First the block's lines are measured, then decoded into memory of that size. */
#include "codec/uuencode.h"

#include "base/anomaly.h"
#include "base/err.h"

/* Sextet of an encoded character; both ' ' and '`' are zero. */
static inline uint8_t sextet(uint8_t c)
{
	return (uint8_t)(c - ' ') & 0x3F;
}

static inline bool is_uu(uint8_t c)
{
	return c >= ' ' && c <= '`';
}

/* "begin MODE NAME" */
static bool parse_begin(struct str line, struct uu_block *out)
{
	size_t i = 6;
	unsigned mode = 0;
	if (!str_starts(line, S("begin ")))
		return false;
	for (; i < line.n && line.p[i] >= '0' && line.p[i] <= '7' && i < 10; i++)
		mode = mode * 8 + (unsigned)(line.p[i] - '0');
	if (i < 9 || i >= line.n || line.p[i] != ' ')
		return false;
	out->mode = mode;
	out->name = str_trim(str_from(line, i));
	return out->name.n > 0;
}

/* A data line: its decoded length, or -1 when it is none. Mailers strip spaces at the end and add a checksum character;
 * some encoders end the last group early. *bad when characters are missing beyond that. */
static int line_length(struct str line, bool *bad)
{
	if (line.n == 0 || !is_uu(line.p[0]))
		return -1;
	unsigned n = sextet(line.p[0]);
	size_t full = 1 + (n + 2) / 3 * 4;
	if (line.n > full + 2)
		return -1;
	for (size_t i = 1; i < line.n; i++)
		if (!is_uu(line.p[i]))
			return -1;
	if (line.n < 1 + (n * 4 + 2) / 3) {
		size_t most = 3 * line.n; /* two bytes may not claim 63 */
		*bad = true;
		n = n < most ? n : (unsigned)most;
	}
	return (int)n;
}

static uint8_t *decode_line(struct str line, unsigned n, uint8_t *o)
{
	for (size_t i = 1; n; i += 4) {
		uint32_t w = 0;
		for (size_t k = 0; k < 4; k++)
			w = w << 6 | (i + k < line.n ? sextet(line.p[i + k]) : 0);
		for (unsigned k = 0; k < 3 && n; k++, n--)
			*o++ = (uint8_t)(w >> (16 - 8 * k));
	}
	return o;
}

/* Walks the lines behind "begin": decodes them to o, or only adds up their length when o is NULL. *rest ends up behind the
 * block, *ended tells whether "end" was there. */
static size_t walk(struct str *rest, uint8_t *o, bool *ended, bool *bad)
{
	size_t total = 0;
	struct str line, before = *rest;
	*ended = false;
	while (!*ended && str_line(rest, &line)) {
		*ended = str_eq(str_rtrim(line), S("end"));
		int n = *ended ? 0 : line_length(line, bad);
		if (n < 0 && str_trim(line).n) {
			*rest = before;
			break;
		}
		if (o && n > 0)
			o = decode_line(line, (unsigned)n, o);
		total += n > 0 ? (size_t)n : 0;
		before = *rest;
	}
	return total;
}

/* Does what follows a begin line look encoded? A full data line, or the end of an empty file. */
static bool looks_encoded(struct str rest)
{
	struct str line;
	bool bad = false;
	if (!str_line(&rest, &line))
		return false;
	if (str_eq(str_rtrim(line), S("end")))
		return true;
	return line_length(line, &bad) >= 0 && !bad;
}

/* The next "begin " at the start of a line; STR_NPOS when there is none. */
static size_t find_begin(struct str text, size_t from)
{
	while (from < text.n) {
		size_t i = str_find(str_from(text, from), S("begin "));
		if (i == STR_NPOS)
			return STR_NPOS;
		i += from;
		if (i == 0 || text.p[i - 1] == '\n')
			return i;
		from = i + 1;
	}
	return STR_NPOS;
}

int uu_next(struct arena *a, struct str text, size_t *at, struct uu_block *out, uint64_t *anomalies)
{
	for (size_t i = find_begin(text, *at); i != STR_NPOS; i = find_begin(text, i + 1)) {
		struct uu_block b = {.start = i};
		struct str line, rest = str_from(text, i);
		str_line(&rest, &line);
		if (!parse_begin(line, &b) || !looks_encoded(rest))
			continue;
		bool ended, bad = false;
		struct str end = rest;
		size_t total = walk(&end, NULL, &ended, &bad);
		uint8_t *data = arena_alloc(a, total);
		if (!data)
			return ERR_ENV;
		walk(&rest, data, &ended, &bad);
		if (bad || !ended)
			*anomalies |= ANOM(uu_bad);
		b.data = str_make(data, total);
		b.end = text.n - end.n;
		*out = b;
		*at = b.end;
		return 1;
	}
	*at = text.n;
	return 0;
}
