/* svg.c - see svg.h. */
#include "page/svg.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "codec/html.h"
#include "page/tags.h"

struct writer {
	struct arena *arena;
	struct buf out;
	bool raw; /* in a script or style */
	bool oom;
};

/* "xlink:href" -> "href" */
static struct str local(struct str name)
{
	size_t colon = str_find_byte(name, ':');
	return colon == STR_NPOS ? name : str_from(name, colon + 1);
}

/* Behind `end` in s, which is looked for from `from` on; the end of s when it is not there. */
static struct str behind(struct str s, size_t from, struct str end)
{
	size_t i = str_find(str_from(s, from), end);
	return i == STR_NPOS ? str_from(s, s.n) : str_from(s, from + i + end.n);
}

/* s begins with "<!" or "<?" and is no CDATA section: what follows. */
static struct str behind_markup(struct str s)
{
	if (s.p[1] == '?')
		return behind(s, 2, S("?>"));
	if (str_starts(s, S("<!--")))
		return behind(s, 4, S("-->"));
	size_t gt = str_find_byte(s, '>'), subset = str_find_byte(str_first(s, gt), '[');
	return subset == STR_NPOS ? behind(s, 2, S(">")) : behind(behind(s, subset, S("]")), 0, S(">"));
}

bool svg_is(struct str s)
{
	struct tag t;
	if (str_starts(s, S("\xEF\xBB\xBF")))
		s = str_from(s, 3);
	for (s = str_trim(s); s.n > 1 && s.p[0] == '<' && (s.p[1] == '!' || s.p[1] == '?');)
		s = str_trim(behind_markup(s));
	return s.n && s.p[0] == '<' && tag_here(&s, &t) && !t.end && str_ieq(local(t.name), S("svg"));
}

/* ---- text ---- */

static void escaped(struct writer *w, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '<')
			buf_add(&w->out, S("&lt;"));
		else if (s.p[i] == '&')
			buf_add(&w->out, S("&amp;"));
		else if (s.p[i] == '"')
			buf_add(&w->out, S("&quot;"));
		else
			buf_byte(&w->out, s.p[i]);
}

/* Of a script or style, which no end tag in it must end: "<\/" is the same in a string. */
static void raw(struct writer *w, struct str s)
{
	for (size_t i; (i = str_find(s, S("</"))) != STR_NPOS; s = str_from(s, i + 2)) {
		buf_add(&w->out, str_first(s, i));
		buf_add(&w->out, S("<\\/"));
	}
	buf_add(&w->out, s);
}

static struct str unescaped(struct writer *w, struct str s)
{
	struct str u = html_unescape(w->arena, s);
	w->oom |= s.n && !u.p;
	return u;
}

static void text(struct writer *w, struct str s)
{
	if (w->raw)
		raw(w, unescaped(w, s));
	else
		buf_add(&w->out, s);
}

/* s begins with "<![CDATA[". What follows the section. */
static struct str cdata(struct writer *w, struct str s)
{
	s = str_from(s, 9);
	size_t n = str_find(s, S("]]>"));
	struct str inside = str_first(s, n);
	if (w->raw)
		raw(w, inside);
	else
		escaped(w, inside);
	return str_from(s, n == STR_NPOS ? s.n : n + 3);
}

/* ---- tags ---- */

static struct str tag_name(const struct tag *t)
{
	struct str name = local(t->name);
	return str_ieq(name, S("image")) ? S("img") : name;
}

static void attr(struct writer *w, struct str tag, struct str name, struct str value)
{
	bool loads = str_ieq(tag, S("img")) || str_ieq(tag, S("script"));
	buf_byte(&w->out, ' ');
	buf_add(&w->out, loads && str_ieq(name, S("href")) ? S("src") : name);
	buf_add(&w->out, S("=\""));
	for (struct str quote; str_next(&value, '"', &quote); buf_add(&w->out, value.p ? S("&quot;") : S("")))
		buf_add(&w->out, quote);
	buf_byte(&w->out, '"');
}

/* Those without a prefix first: of an href and an xlink:href the first one counts, as in SVG 2. */
static void attrs(struct writer *w, const struct tag *t, struct str tag)
{
	struct str name, value;
	for (int prefixed = 0; prefixed < 2; prefixed++) {
		struct str rest = t->attrs;
		for (size_t i = 0; i < LIM_ATTRS && tag_attr(&rest, &name, &value); i++)
			if ((str_find_byte(name, ':') != STR_NPOS) == prefixed && !str_istarts(name, S("on")))
				attr(w, tag, local(name), value);
	}
}

static void element_scripts(struct writer *w, const struct tag *t)
{
	struct str name, value, rest = t->attrs;
	for (size_t i = 0; i < LIM_ATTRS && tag_attr(&rest, &name, &value); i++) {
		if (!str_istarts(name, S("on")) || !value.n)
			continue;
		buf_add(&w->out, S("<script>"));
		raw(w, unescaped(w, value));
		buf_add(&w->out, S("</script>"));
	}
}

static void end(struct writer *w, struct str name)
{
	buf_add(&w->out, S("</"));
	buf_add(&w->out, name);
	buf_byte(&w->out, '>');
}

static void start(struct writer *w, const struct tag *t, struct str name)
{
	bool empty = str_ends(t->attrs, S("/"));
	bool script = str_ieq(name, S("script")), style = str_ieq(name, S("style"));
	element_scripts(w, t);
	buf_byte(&w->out, '<');
	buf_add(&w->out, name);
	attrs(w, t, name);
	buf_byte(&w->out, '>');
	if (empty)
		end(w, name);
	else
		w->raw = script || style;
}

/* s begins with '<'. What follows the tag; s itself when there is none. */
static struct str tag(struct writer *w, struct str s)
{
	struct tag t;
	if (!tag_here(&s, &t))
		return s;
	struct str name = tag_name(&t);
	if (t.end) {
		w->raw = false;
		end(w, name);
	} else if (!w->raw) {
		start(w, &t, name);
	}
	return s;
}

/* Takes what begins at s.p[0] == '<'. What follows it. */
static struct str markup(struct writer *w, struct str s)
{
	if (str_starts(s, S("<![CDATA[")))
		return cdata(w, s);
	if (s.n > 1 && (s.p[1] == '!' || s.p[1] == '?'))
		return behind_markup(s);
	struct str rest = tag(w, s);
	if (rest.n < s.n)
		return rest;
	text(w, S("&lt;"));
	return str_from(s, 1);
}

int svg_html(struct arena *a, struct str svg, struct str *out)
{
	struct writer w = {.arena = a};
	buf_init_arena(&w.out, a, LIM_HTML);
	for (struct str s = utf8_first(svg, LIM_HTML); s.n && buf_ok(&w.out) && !w.oom;) {
		size_t i = str_find_byte(s, '<');
		text(&w, str_first(s, i));
		s = str_from(s, i);
		if (s.n)
			s = markup(&w, s);
	}
	*out = buf_str(&w.out);
	if (w.out.full) /* perhaps in the middle of a character */
		out->n = utf8_valid_prefix(*out);
	return w.oom || w.out.oom ? -1 : 0;
}
