/* charset_shift.c - see charset_shift.h. */
#include "codec/charset_shift.h"

enum { ESC = 0x1B, SO = 0x0E, SI = 0x0F, NOTHING = 0xFF, SS2 = 0x8E, SS3 = 0x8F };

/* ---- HZ ---- */

static uint8_t *unshift_hz(struct str in, uint8_t *o)
{
	bool gb = false;
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i], next = i + 1 < in.n ? in.p[i + 1] : 0;
		if (c == '~' && (next == '{' || next == '}')) {
			gb = next == '{';
			i++;
		} else if (c == '~' && !gb && next == '\n') {
			i++;
		} else if (c == '~' && !gb && next == '~') {
			*o++ = c;
			i++;
		} else {
			gb = gb && c != '\n';
			*o++ = gb && c > ' ' ? c | 0x80 : c;
		}
	}
	return o;
}

/* ---- ISO-2022-JP ---- */

enum set { ASCII, KANA, JIS, JIS_0212 };

/* The escape sequence at s: its length, 0 when it is none that we know. */
static size_t read_escape(struct str s, enum set *set)
{
	static const struct {
		struct str text;
		enum set set;
	} t[] = {
		{STR_INIT("\x1b(B"), ASCII},
		{STR_INIT("\x1b(J"), ASCII},
		{STR_INIT("\x1b(H"), ASCII},
		{STR_INIT("\x1b(I"), KANA},
		{STR_INIT("\x1b$@"), JIS},
		{STR_INIT("\x1b$B"), JIS},
		{STR_INIT("\x1b$(@"), JIS},
		{STR_INIT("\x1b$(B"), JIS},
		{STR_INIT("\x1b$(O"), JIS},
		{STR_INIT("\x1b$(Q"), JIS},
		{STR_INIT("\x1b$(D"), JIS_0212},
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		if (str_starts(s, t[i].text)) {
			*set = t[i].set;
			return t[i].text.n;
		}
	return 0;
}

static bool is_graphic(uint8_t c)
{
	return c > ' ' && c < 0x7F;
}

/* One character of the set at s; its length in bytes. Controls and spaces are themselves in every set. */
static size_t put_character(struct str s, enum set set, uint8_t **o)
{
	uint8_t c = s.p[0];
	if (c >= 0x80 || c == ESC) {
		*(*o)++ = NOTHING;
	} else if (set == ASCII || !is_graphic(c)) {
		*(*o)++ = c;
	} else if (set == KANA) {
		*(*o)++ = SS2;
		*(*o)++ = c | 0x80;
	} else if (s.n < 2 || !is_graphic(s.p[1])) {
		*(*o)++ = NOTHING;
	} else {
		if (set == JIS_0212)
			*(*o)++ = SS3;
		*(*o)++ = c | 0x80;
		*(*o)++ = s.p[1] | 0x80;
		return 2;
	}
	return 1;
}

static uint8_t *unshift_jis(struct str in, uint8_t *o)
{
	enum set set = ASCII, before_so = ASCII;
	for (size_t i = 0; i < in.n;) {
		uint8_t c = in.p[i];
		size_t skip = c == ESC ? read_escape(str_from(in, i), &set) : 0;
		if (skip) {
			i += skip;
		} else if (c == SO || c == SI) {
			before_so = c == SO ? set : before_so;
			set = c == SO ? KANA : before_so;
			i++;
		} else {
			if (c == '\n')
				set = ASCII;
			i += put_character(str_from(in, i), set, &o);
		}
	}
	return o;
}

bool unshift(struct arena *a, struct str name, struct str *text)
{
	bool hz = str_eq(name, S("hz-gb-2312"));
	if (!hz && !str_eq(name, S("iso-2022-jp")))
		return true;
	size_t room = 2 * text->n; /* kana doubles, nothing grows more */
	uint8_t *start = arena_alloc(a, room);
	if (!start)
		return false;
	uint8_t *end = hz ? unshift_hz(*text, start) : unshift_jis(*text, start);
	arena_shrink(a, start, room, (size_t)(end - start));
	*text = str_make(start, (size_t)(end - start));
	return true;
}
