/* html_ref.c - character references, see html.h. */
#include "base/utf8.h"
#include "codec/html.h"

struct entity {
	const char *name;
	uint32_t code;
	uint16_t second; /* 0: none */
	bool bare;       /* known without its semicolon: HTML before version 5 */
};
static const struct entity entities[] = {
#include "codec/html_entity.def"
};
enum { N_ENTITIES = sizeof entities / sizeof *entities, MAX_NAME = 31, MAX_BARE_NAME = 6 };

/* 128..159 mean windows-1252 (WHATWG 13.2.5.84). */
static const uint16_t windows_1252[32] = {0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161,
	0x203A, 0x0153, 0x9D, 0x017E, 0x0178};

static const struct entity *find_entity(struct str name)
{
	size_t lo = 0, hi = N_ENTITIES;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = strncmp((const char *)name.p, entities[mid].name, name.n);
		if (c == 0 && entities[mid].name[name.n] == 0)
			return &entities[mid];
		if (c > 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static size_t numeric_ref(struct str s, uint8_t out[8], size_t *used)
{
	bool hex = s.n > 2 && ascii_lower(s.p[2]) == 'x';
	size_t first = hex ? 3 : 2, i = first;
	uint32_t v = 0;
	for (; i < s.n; i++) {
		int d = hex ? ascii_hex(s.p[i]) : ascii_digit(s.p[i]) ? s.p[i] - '0' : -1;
		if (d < 0)
			break;
		if (v <= 0x10FFFF)
			v = v * (hex ? 16 : 10) + (uint32_t)d;
	}
	if (i == first)
		return 0;
	if (v >= 128 && v < 160)
		v = windows_1252[v - 128];
	*used = i + (i < s.n && s.p[i] == ';');
	return utf8_encode(v ? v : UTF8_REPLACEMENT, out);
}

size_t html_ref(struct str s, bool in_attr, uint8_t out[8], size_t *used)
{
	if (s.n < 3 || s.p[0] != '&')
		return 0;
	if (s.p[1] == '#')
		return numeric_ref(s, out, used);
	if (s.n >= 6 && memcmp(s.p, "&nbsp;", 6) == 0) {
		*used = 6;
		return utf8_encode(0xA0, out);
	}
	size_t n = 1;
	while (n < s.n && n <= MAX_NAME && ascii_alnum(s.p[n]))
		n++;
	struct str name = str_sub(s, 1, n - 1);
	bool closed = n < s.n && s.p[n] == ';';
	const struct entity *e = closed ? find_entity(name) : NULL;
	if (!e) {
		closed = false;
		for (size_t k = name.n < MAX_BARE_NAME ? name.n : MAX_BARE_NAME; k >= 2; k--) {
			e = find_entity(str_first(name, k));
			if (e && e->bare) {
				n = k + 1;
				break;
			}
			e = NULL;
		}
		if (!e || (in_attr && n < s.n && (s.p[n] == '=' || ascii_alnum(s.p[n]))))
			return 0;
	}
	*used = n + closed;
	n = utf8_encode(e->code, out);
	return e->second ? n + utf8_encode(e->second, out + n) : n;
}

struct str html_unescape(struct arena *arena, struct str s)
{
	const uint8_t *amp = s.n ? memchr(s.p, '&', s.n) : NULL;
	if (!amp)
		return s;
	/* No reference is shorter than what it stands for. */
	uint8_t *out = arena_alloc(arena, s.n);
	if (!out)
		return (struct str){NULL, 0};
	uint8_t *w = out;
	const uint8_t *p = s.p, *end = s.p + s.n;
	while (amp) {
		memcpy(w, p, (size_t)(amp - p));
		w += amp - p;
		uint8_t c[8];
		size_t used = 1, n = html_ref(str_make(amp, (size_t)(end - amp)), true, c, &used);
		if (n == 0)
			*w++ = '&', used = 1;
		else
			memcpy(w, c, n), w += n;
		p = amp + used;
		amp = memchr(p, '&', (size_t)(end - p));
	}
	memcpy(w, p, (size_t)(end - p));
	w += end - p;
	arena_shrink(arena, out, s.n, (size_t)(w - out));
	return str_make(out, (size_t)(w - out));
}
