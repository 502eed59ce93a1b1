/* calendar.c - see calendar.h. */
#include "codec/calendar.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "base/vec.h"

struct reader {
	struct arena *arena;
	struct calendar *out;
	struct buf text;
	VEC(struct str) links;
	VEC(struct str) pages;
	bool oom;
};

/* name *(";" param) ":" value */
struct line {
	struct str name, params, value;
};

/* A line end and one blank behind it are no part of the line (3.1). */
int calendar_unfold(struct arena *a, struct str s, struct str *out)
{
	struct buf b;
	if (str_find(s, S("\n ")) == STR_NPOS && str_find(s, S("\n\t")) == STR_NPOS) {
		*out = s;
		return 0;
	}
	buf_init_arena(&b, a, s.n);
	for (size_t i; (i = str_find_byte(s, '\n')) != STR_NPOS;) {
		bool fold = i + 1 < s.n && (s.p[i + 1] == ' ' || s.p[i + 1] == '\t');
		size_t n = fold && i && s.p[i - 1] == '\r' ? i - 1 : i;
		buf_add(&b, str_first(s, fold ? n : i + 1));
		s = str_from(s, fold ? i + 2 : i + 1);
	}
	buf_add(&b, s);
	*out = buf_str(&b);
	return b.oom ? -1 : 0;
}

/* The first byte of s that is `stop` and not in quotes; s.n when there is none. */
static size_t outside_quotes(struct str s, uint8_t stop)
{
	bool quoted = false;
	for (size_t i = 0; i < s.n; i++) {
		quoted ^= s.p[i] == '"';
		if (s.p[i] == stop && !quoted)
			return i;
	}
	return s.n;
}

static bool split(struct str s, struct line *out)
{
	size_t colon = outside_quotes(s, ':');
	struct str head = str_first(s, colon);
	size_t n = str_find_byte(head, ';');
	*out = (struct line){str_trim(str_first(head, n)), str_from(head, n == STR_NPOS ? head.n : n + 1), str_from(s, colon + 1)};
	return out->name.n && colon < s.n;
}

/* The value of a parameter, without its quotes; empty: it is not there. */
static struct str param(struct str params, const char *name)
{
	while (params.n) {
		size_t end = outside_quotes(params, ';');
		struct str one = str_first(params, end);
		size_t is = str_find_byte(one, '=');
		params = str_from(params, end + 1);
		if (is == STR_NPOS || !str_ieq(str_trim(str_first(one, is)), str_of(name)))
			continue;
		one = str_trim(str_from(one, is + 1));
		return str_starts(one, S("\"")) ? str_first(str_from(one, 1), str_find_byte(str_from(one, 1), '"')) : one;
	}
	return S("");
}

/* Without the escapes of TEXT (3.3.11). */
static void unescape(struct buf *b, struct str s)
{
	for (size_t i; (i = str_find_byte(s, '\\')) != STR_NPOS && i + 1 < s.n; s = str_from(s, i + 2)) {
		uint8_t c = s.p[i + 1];
		buf_add(b, str_first(s, i));
		if (c == 'n' || c == 'N') {
			buf_byte(b, '\n');
		} else {
			if (c != '\\' && c != ';' && c != ',' && c != ':' && c != '"')
				buf_byte(b, '\\'); /* none, or the beginning of a character of several bytes */
			buf_byte(b, c);
		}
	}
	buf_add(b, s);
}

static void text(struct reader *r, struct str value)
{
	value = str_trim(value);
	if (!value.n)
		return;
	if (r->text.n)
		buf_add(&r->text, S("\n\n"));
	unescape(&r->text, value);
}

static void add_link(struct reader *r, struct str url)
{
	url = str_trim(url);
	if (!url.n)
		return;
	struct str *l = vec_push(r->arena, &r->links, LIM_URLS);
	if (l)
		*l = url;
	else if (r->links.n == LIM_URLS)
		r->out->cut = true;
	else
		r->oom = true;
}

static void page(struct reader *r, const struct line *l)
{
	struct buf html;
	if (!str_ieq(param(l->params, "FMTTYPE"), S("text/html")))
		return;
	struct str *p = vec_push(r->arena, &r->pages, LIM_CALENDAR_PAGES);
	if (!p) {
		r->out->cut |= r->pages.n == LIM_CALENDAR_PAGES;
		r->oom |= r->pages.n < LIM_CALENDAR_PAGES;
		return;
	}
	buf_init_arena(&html, r->arena, l->value.n);
	unescape(&html, l->value);
	r->oom |= html.oom;
	*p = buf_str(&html);
}

static void property(struct reader *r, const struct line *l)
{
	static const char *const texts[] = {"SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT"},
				 *const links[] = {"URL", "ATTACH", "CONFERENCE"},
				 *const pages[] = {"X-ALT-DESC", "STYLED-DESCRIPTION"};
	if (str_is_one_of(l->name, texts, sizeof texts / sizeof *texts)) {
		text(r, l->value);
		r->out->described |= str_ieq(l->name, S("DESCRIPTION")) && str_trim(l->value).n;
	} else if (str_is_one_of(l->name, links, sizeof links / sizeof *links)) {
		add_link(r, l->value);
	} else if (str_is_one_of(l->name, pages, sizeof pages / sizeof *pages)) {
		page(r, l);
	}
	add_link(r, param(l->params, "ALTREP"));
}

int calendar_read(struct arena *a, struct str s, struct calendar *out)
{
	struct reader r = {.arena = a, .out = out};
	struct str one;
	struct line l;
	*out = (struct calendar){.cut = s.n > LIM_CALENDAR};
	buf_init_arena(&r.text, a, LIM_TEXT);
	for (s = str_first(s, LIM_CALENDAR); !r.oom && str_line(&s, &one);)
		if (split(one, &l))
			property(&r, &l);
	out->text = buf_str(&r.text);
	if (r.text.full) /* perhaps in the middle of a character */
		out->text.n = utf8_valid_prefix(out->text);
	out->links = r.links.v;
	out->n_links = r.links.n;
	out->pages = r.pages.v;
	out->n_pages = r.pages.n;
	out->cut |= r.text.full;
	return r.oom || r.text.oom ? -1 : 0;
}
