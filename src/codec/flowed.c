/* flowed.c - see flowed.h. One pass, one look ahead at the end of each line. */
#include "codec/flowed.h"

#include "base/err.h"

struct line {
	size_t depth;     /* quote marks */
	struct str whole; /* without the line end */
	struct str said;  /* behind the marks and one stuffed space */
	struct str end;   /* the line end; empty at the end of the text */
};

static bool next_line(struct str *rest, struct line *l)
{
	if (!rest->n)
		return false;
	size_t at = str_find_byte(*rest, '\n'), n = at == STR_NPOS ? rest->n : at;
	n -= n < rest->n && n && rest->p[n - 1] == '\r';
	l->whole = str_first(*rest, n);
	*rest = str_from(*rest, at == STR_NPOS ? rest->n : at + 1);
	l->end = str_make(l->whole.p + n, (size_t)(rest->p - (l->whole.p + n)));
	for (l->depth = 0; l->depth < n && l->whole.p[l->depth] == '>';)
		l->depth++;
	l->said = str_from(l->whole, l->depth);
	l->said = str_from(l->said, str_starts(l->said, S(" ")));
	return true;
}

static bool goes_on(const struct line *l)
{
	return str_ends(l->said, S(" ")) && !str_eq(l->said, S("-- "));
}

static uint8_t *put(uint8_t *w, struct str s)
{
	if (s.n)
		memcpy(w, s.p, s.n);
	return w + s.n;
}

int flowed_join(struct arena *a, struct str text, struct str *out)
{
	*out = text;
	if (str_find(text, S(" \n")) == STR_NPOS && str_find(text, S(" \r\n")) == STR_NPOS)
		return 0;
	uint8_t *start = arena_alloc(a, text.n), *w = start;
	*out = (struct str){NULL, 0};
	if (!start)
		return ERR_ENV;
	struct line l, before = {.depth = 0};
	for (struct str rest = text; next_line(&rest, &l); before = l) {
		if (goes_on(&before) && l.depth == before.depth && l.said.n && !str_eq(l.said, S("-- ")))
			w = put(w - before.end.n - 1, l.said);
		else
			w = put(w, l.whole);
		w = put(w, l.end);
	}
	arena_shrink(a, start, text.n, (size_t)(w - start));
	*out = str_make(start, (size_t)(w - start));
	return 0;
}
