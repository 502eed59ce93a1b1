/* html_raw.c - elements whose content is text and no tags: script, style, title ... (WHATWG HTML 13.2.5.2 to 13.2.5.31). */
#include "codec/html_int.h"

/* s begins with mark ("</title") and there the name ends. */
static bool is_tag(struct str s, struct str mark)
{
	return s.n > mark.n && str_istarts(s, mark) && !html_tag_byte[s.p[mark.n]];
}

static const uint8_t *find_end(const uint8_t *p, const uint8_t *end, struct str name)
{
	const uint8_t *q;
	for (; p < end && (q = memchr(p, '<', (size_t)(end - p))); p = q + 1)
		if (q + 1 < end && q[1] == '/' && is_tag(str_make(q + 2, (size_t)(end - q - 2)), name))
			return q;
	return NULL;
}

/* In a script that hides itself from old browsers by "<!--", a script within has its own end (13.2.5.15 to 13.2.5.31). */
static const uint8_t *find_script_end(const uint8_t *p, const uint8_t *end)
{
	enum { PLAIN, ESCAPED, DOUBLE_ESCAPED } state = PLAIN;
	const uint8_t *dashes = p; /* those that began the escape may end it, too */
	for (; p < end; p++) {
		struct str s = str_make(p, (size_t)(end - p));
		if (*p == '>' && state != PLAIN && p - dashes >= 2 && p[-1] == '-' && p[-2] == '-') {
			state = PLAIN;
		} else if (*p != '<') {
			continue;
		} else if (is_tag(s, S("</script"))) {
			if (state != DOUBLE_ESCAPED)
				return p;
			state = ESCAPED;
		} else if (state == ESCAPED && is_tag(s, S("<script"))) {
			state = DOUBLE_ESCAPED;
		} else if (state == PLAIN && str_starts(s, S("<!--"))) {
			state = ESCAPED;
			dashes = p + 2;
		}
	}
	return NULL;
}

static const uint8_t *find_raw_end(struct html_ctx *c, enum html_tag tag, const uint8_t *p)
{
	const uint8_t *q = tag == HTML_SCRIPT ? find_script_end(p, c->end) : find_end(p, c->end, str_of(html_tag_name(tag)));
	c->out->work += (size_t)((q ? q : c->end) - p);
	return q;
}

static void add_title(struct html_ctx *c, struct str s)
{
	struct html_sink k = {.max = LIM_HTML_TITLE};
	s = str_trim(str_first(s, LIM_HTML_TITLE * 4));
	if (!s.n || c->out->title.p)
		return;
	sink_text(c, &k, s, false);
	c->out->title = str_make(k.p, k.n);
}

void html_lose_rest(struct html_ctx *c)
{
	c->anomalies |= ANOM(html_unclosed);
	c->lost = true;
	html_set_style(c, &c->cur);
}

const uint8_t *html_raw_text(struct html_ctx *c, enum html_tag tag, const uint8_t *p)
{
	if (tag == HTML_PLAINTEXT) { /* nothing ends it */
		sink_text(c, c->sink, str_make(p, (size_t)(c->end - p)), true);
		return c->end;
	}
	const uint8_t *q = c->no_end[tag] ? NULL : find_raw_end(c, tag, p);
	if (!q) {
		c->no_end[tag] = true;
		if (!(html_tag_flags[tag] & TAG_T) || tag == HTML_TITLE)
			html_lose_rest(c);
		return p;
	}
	struct str s = str_make(p, (size_t)(q - p));
	if (tag == HTML_STYLE) {
		sheet_add(c, s);
		html_css_urls(c, s);
	} else if (tag == HTML_TITLE) {
		add_title(c, s);
	} else if (html_tag_flags[tag] & TAG_T) {
		sink_text(c, c->sink, s, true);
	}
	return q;
}
