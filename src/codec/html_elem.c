/* html_elem.c - what tags mean: breaks, style, links, images, forms. */
#include "base/vec.h"
#include "codec/html_int.h"
#include "codec/url.h"

void html_set_style(struct html_ctx *c, const struct html_style *st)
{
	c->cur = *st;
	bool hide = (st->hidden && !c->frozen) || c->lost;
	struct html_sink *to = hide ? &c->hid : &c->vis;
	if (to != c->sink && hide)
		sink_break(&c->hid, PEND_LINE);
	c->sink = to;
}

static void line_break(struct html_ctx *c, uint8_t pend)
{
	sink_break(&c->vis, pend);
	sink_break(&c->hid, pend);
}

static void flag_break(struct html_ctx *c, uint8_t flags)
{
	if (flags & TAG_P)
		line_break(c, PEND_BLANK);
	else if (flags & TAG_B)
		line_break(c, PEND_LINE);
	else if (flags & TAG_C)
		line_break(c, PEND_TAB);
}

static struct str attr(const struct html_ctx *c, enum html_attr a)
{
	return c->seen & (uint32_t)1 << a ? c->attr[a] : (struct str){0};
}

static struct str attr_text(struct html_ctx *c, enum html_attr a)
{
	struct str s = html_unescape(c->arena, attr(c, a));
	c->oom |= !s.p && attr(c, a).n;
	return s;
}

/* ---- links ---- */

/* "&#" in front of the path. */
static bool encoded_host(struct str raw)
{
	unsigned slashes = 0;
	for (size_t i = 0; i + 1 < raw.n && slashes < 3; i++) {
		if (raw.p[i] == '&' && raw.p[i + 1] == '#')
			return true;
		slashes += raw.p[i] == '/';
	}
	return false;
}

void html_add_link(struct html_ctx *c, struct str url, enum html_link_kind kind)
{
	struct str raw = url = str_trim(url);
	if (url.n == 0)
		return;
	if (url.n > LIM_URL) {
		if (!str_istarts(url, S("data:")))
			c->anomalies |= ANOM(url_cap);
		url = str_first(url, str_istarts(url, S("data:")) ? 64 : LIM_URL);
	}
	url = html_unescape(c->arena, url);
	struct html_link *l = url.p ? vec_push(c->arena, &c->links, LIM_HTML_LINKS) : NULL;
	if (!l) {
		if (c->links.n == LIM_HTML_LINKS)
			c->anomalies |= ANOM(url_cap);
		else
			c->oom = true;
		return;
	}
	*l = (struct html_link){.url = url, .kind = kind, .hidden = c->sink == &c->hid};
	l->encoded = url.p != raw.p && encoded_host(raw);
}

static void attr_link(struct html_ctx *c, enum html_attr a, enum html_link_kind kind)
{
	html_add_link(c, attr(c, a), kind);
}

static void open_link(struct html_ctx *c)
{
	size_t before = c->links.n;
	attr_link(c, ATTR_HREF, HTML_LINK_ANCHOR);
	if (c->links.n == before)
		return;
	c->open_link = c->links.n;
	c->link_vis = c->vis.n;
	c->link_hid = c->hid.n;
	c->link_image = false;
}

void html_close_link(struct html_ctx *c)
{
	if (!c->open_link)
		return;
	struct html_link *l = &c->links.v[c->open_link - 1];
	c->open_link = 0;
	l->text_at = c->link_vis;
	l->text_end = c->vis.n;
	l->text = sink_slice(&c->vis, c->link_vis, c->vis.n);
	l->hidden = l->text.n == 0 && !c->link_image;
	if (l->text.n)
		return;
	l->text_end = l->text_at;
	struct str unseen = sink_slice(&c->hid, c->link_hid, c->hid.n); /* the hidden sink may move: keep a copy */
	if (unseen.n) {
		l->text = arena_dup(c->arena, unseen);
		c->oom |= !l->text.p;
	}
}

/* url(x), url('x') and @import "x". */
void html_css_urls(struct html_ctx *c, struct str css)
{
	const uint8_t *p = css.p, *end = css.p + css.n, *q;
	c->out->work += css.n;
	while (p < end && (q = memchr(p, '(', (size_t)(end - p)))) {
		const uint8_t *start = p;
		p = q + 1;
		if (q - start < 3 || !str_ieq(str_make(q - 3, 3), S("url")))
			continue;
		const uint8_t *close = memchr(p, ')', (size_t)(end - p));
		struct str v = str_trim(str_make(p, (size_t)((close ? close : end) - p)));
		if (v.n && (v.p[0] == '"' || v.p[0] == '\'')) {
			size_t n = str_find_byte(str_from(v, 1), v.p[0]);
			v = str_sub(v, 1, n == STR_NPOS ? v.n : n);
		}
		html_add_link(c, v, HTML_LINK_CSS);
		if (!close)
			return;
		p = close + 1;
	}
}

/* content="5; url='http://...'" */
static void meta_refresh(struct html_ctx *c)
{
	if (!str_ieq(str_trim(attr(c, ATTR_HTTP_EQUIV)), S("refresh")))
		return;
	struct str s = str_first(attr(c, ATTR_CONTENT), LIM_URL);
	size_t at = str_ifind(s, S("url"));
	if (at == STR_NPOS)
		return;
	s = str_trim(str_from(s, at + 3));
	if (!s.n || s.p[0] != '=')
		return;
	s = str_trim(str_from(s, 1));
	if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
		size_t n = str_find_byte(str_from(s, 1), s.p[0]);
		s = str_sub(s, 1, n == STR_NPOS ? s.n : n);
	}
	html_add_link(c, s, HTML_LINK_REFRESH);
}

/* ---- images and forms ---- */

static int32_t pixels(struct str s)
{
	int32_t v = 0;
	size_t i = 0;
	s = str_trim(s);
	for (; i < s.n && i < 6 && ascii_digit(s.p[i]); i++)
		v = v * 10 + (s.p[i] - '0');
	return i == 0 || (i < s.n && s.p[i] == '%') ? -1 : v;
}

/* Text that an attribute shows: alt, value, placeholder; set off from its neighbours. */
static void show_attr(struct html_ctx *c, enum html_attr a, struct html_sink *to)
{
	struct str s = attr(c, a);
	if (!s.n)
		return;
	sink_break(to, PEND_SPACE);
	sink_text(c, to, s, false);
	sink_break(to, PEND_SPACE);
}

/* Colours and font sizes do not hide an image; a beacon of one pixel is seen by nobody, nor is its alt text. */
static void image(struct html_ctx *c)
{
	int32_t width = pixels(attr(c, ATTR_WIDTH)), height = pixels(attr(c, ATTR_HEIGHT));
	bool hidden = (c->cur.hide && !c->frozen) || c->lost;
	bool beacon = width >= 0 && width <= 2 && height >= 0 && height <= 2;
	attr_link(c, ATTR_SRC, HTML_LINK_IMAGE);
	attr_link(c, ATTR_DYNSRC, HTML_LINK_IMAGE);
	attr_link(c, ATTR_LOWSRC, HTML_LINK_IMAGE);
	struct html_image *im = vec_push(c->arena, &c->images, LIM_HTML_IMAGES);
	if (im) {
		*im = (struct html_image){.width = width, .height = height, .hidden = hidden};
		im->src = str_trim(attr_text(c, ATTR_SRC));
		im->src = str_first(im->src, str_istarts(im->src, S("data:")) ? 64 : LIM_URL);
		im->alt = attr_text(c, ATTR_ALT);
	} else if (c->images.n == LIM_HTML_IMAGES) {
		c->anomalies |= ANOM(html_cap);
	} else {
		c->oom = true;
	}
	c->link_image |= !hidden && !beacon;
	show_attr(c, ATTR_ALT, hidden || beacon ? &c->hid : &c->vis);
}

static void form(struct html_ctx *c)
{
	attr_link(c, ATTR_ACTION, HTML_LINK_FORM);
	struct html_form *f = vec_push(c->arena, &c->forms, LIM_HTML_FORMS);
	if (!f) {
		if (c->forms.n == LIM_HTML_FORMS)
			c->anomalies |= ANOM(html_cap);
		else
			c->oom = true;
		return;
	}
	f->action = str_first(str_trim(attr_text(c, ATTR_ACTION)), LIM_URL);
	f->post = str_ieq(str_trim(attr(c, ATTR_METHOD)), S("post"));
}

static void input(struct html_ctx *c)
{
	struct str type = str_trim(attr(c, ATTR_TYPE));
	struct html_form *f = c->forms.n ? &c->forms.v[c->forms.n - 1] : NULL;
	if (f) {
		f->inputs++;
		f->password |= str_ieq(type, S("password"));
	}
	attr_link(c, ATTR_FORMACTION, HTML_LINK_FORM);
	if (str_ieq(type, S("hidden")) || str_ieq(type, S("checkbox")) || str_ieq(type, S("radio")))
		return;
	if (str_ieq(type, S("image"))) {
		attr_link(c, ATTR_SRC, HTML_LINK_IMAGE);
		show_attr(c, ATTR_ALT, c->sink);
		return;
	}
	if (!str_ieq(type, S("password")))
		show_attr(c, ATTR_VALUE, c->sink);
	if (!attr(c, ATTR_VALUE).n)
		show_attr(c, ATTR_PLACEHOLDER, c->sink);
}

/* ---- style ---- */

#define STYLE_ATTRS \
	(ATTR_BIT(STYLE) | ATTR_BIT(COLOR) | ATTR_BIT(BGCOLOR) | ATTR_BIT(BACKGROUND) | ATTR_BIT(HIDDEN) | ATTR_BIT(SIZE) | \
		ATTR_BIT(TEXT) | ATTR_BIT(LINK))

/* <font size>: 1..7, or relative to 3; the smallest is 10 px. */
static void font_size(struct html_ctx *c, struct html_style *st)
{
	static const uint16_t tenth_px[8] = {100, 100, 130, 160, 180, 240, 320, 480};
	struct str s = str_trim(attr(c, ATTR_SIZE));
	int v = 0;
	if (!s.n)
		return;
	bool plus = s.p[0] == '+', minus = s.p[0] == '-';
	for (size_t i = plus || minus; i < s.n && ascii_digit(s.p[i]) && v < 100; i++)
		v = v * 10 + (s.p[i] - '0');
	v = plus ? 3 + v : minus ? 3 - v : v;
	st->size = tenth_px[v < 1 ? 1 : v > 7 ? 7 : v];
}

static void presentational(struct html_ctx *c, enum html_tag tag, struct html_style *st)
{
	uint32_t rgb;
	if ((c->seen & ATTR_BIT(COLOR)) && (tag == HTML_FONT || tag == HTML_BASEFONT) &&
		html_color(attr(c, ATTR_COLOR), true, &rgb))
		st->fg = rgb;
	if (tag == HTML_FONT)
		font_size(c, st);
	if ((c->seen & ATTR_BIT(TEXT)) && tag == HTML_BODY && html_color(attr(c, ATTR_TEXT), true, &rgb))
		st->fg = rgb;
	if ((c->seen & ATTR_BIT(LINK)) && tag == HTML_BODY && html_color(attr(c, ATTR_LINK), true, &rgb))
		c->link_color = rgb;
	if ((c->seen & ATTR_BIT(BGCOLOR)) && html_color(attr(c, ATTR_BGCOLOR), true, &rgb))
		st->bg = rgb;
	if ((c->seen & ATTR_BIT(BACKGROUND)) && attr(c, ATTR_BACKGROUND).n)
		st->bg = COLOR_NONE;
	if (c->seen & ATTR_BIT(HIDDEN))
		st->hide |= HIDE_DISPLAY;
}

static void by_tag(struct html_ctx *c, enum html_tag tag, struct html_style *st)
{
	switch (tag) {
	case HTML_A:
		if (c->seen & ATTR_BIT(HREF))
			st->fg = c->link_color;
		break;
	case HTML_TABLE: /* quirks mode: tables start afresh */
		if (!c->out->dialect.doctypes) {
			st->fg = c->root.fg;
			st->size = c->root.size;
		}
		break;
	case HTML_PRE:
	case HTML_LISTING:
	case HTML_PLAINTEXT:
	case HTML_XMP:
	case HTML_TEXTAREA:
		st->pre = true;
		break;
	case HTML_TEMPLATE:
	case HTML_DATALIST:
		st->hide |= HIDE_DISPLAY;
		break;
	default:
		break;
	}
}

static struct html_declared *kept_style(struct html_ctx *c, struct str raw)
{
	uint32_t sum = (uint32_t)raw.n * 5 + (raw.n ? raw.p[raw.n / 2] + raw.p[raw.n - 1] * 3u : 0);
	return &c->declared[sum % STYLES_KEPT];
}

static void declared(struct html_ctx *c, enum html_tag tag, struct html_style *st)
{
	struct html_css css = {0};
	const struct html_style parent = c->cur;
	if (c->sheet)
		sheet_match(c, tag, c->attr, c->seen, &css);
	if (c->seen & ATTR_BIT(STYLE)) {
		struct str raw = attr(c, ATTR_STYLE);
		struct html_declared *kept = kept_style(c, raw);
		if (kept->work && !c->sheet && str_eq(kept->raw, raw)) {
			c->out->work += kept->work;
			css = kept->css;
		} else {
			struct str s = str_first(attr_text(c, ATTR_STYLE), LIM_URL);
			bool urls = str_find_byte(s, '(') != STR_NPOS;
			c->out->work += s.n;
			css_declarations(&css, s);
			if (urls)
				html_css_urls(c, s);
			else if (!c->sheet)
				*kept = (struct html_declared){raw, css, (uint32_t)s.n};
		}
	}
	css_apply(st, &parent, &css);
}

/* The ground that a table or row gives shows in its cells only. */
static void table_ground(enum html_tag tag, struct html_style *st, uint32_t outside)
{
	switch (tag) {
	case HTML_TABLE:
	case HTML_TBODY:
	case HTML_THEAD:
	case HTML_TFOOT:
	case HTML_TR:
		if (st->bg != COLOR_UNSET)
			st->cell_bg = st->bg;
		st->bg = outside;
		break;
	default:
		break;
	}
}

static void style_of(struct html_ctx *c, enum html_tag tag, struct html_style *st)
{
	uint32_t outside = st->bg;
	if (tag == HTML_TD || tag == HTML_TH) {
		if (st->cell_bg != COLOR_UNSET)
			st->bg = st->cell_bg;
		st->cell_bg = COLOR_UNSET;
	} else if (tag == HTML_TABLE || tag == HTML_TBODY || tag == HTML_THEAD || tag == HTML_TFOOT || tag == HTML_TR) {
		st->bg = COLOR_UNSET;
	}
	by_tag(c, tag, st);
	if (c->seen & STYLE_ATTRS)
		presentational(c, tag, st);
	if (c->sheet || (c->seen & ATTR_BIT(STYLE)))
		declared(c, tag, st);
	table_ground(tag, st, outside);
	style_settle(st);
}

static void open_body(struct html_ctx *c, enum html_tag tag)
{
	struct html_style root = c->root;
	uint32_t new_attrs = c->seen & ~c->body_seen;
	c->body_seen |= c->seen;
	c->seen = new_attrs;
	if (c->frozen)
		return;
	style_of(c, tag, &root);
	stack_set_root(c, &root);
}

/* The style of a void element counts for what it shows itself (an image's alt): the caller restores c->cur. */
static void open_element(struct html_ctx *c, enum html_tag tag)
{
	uint8_t flags = html_tag_flags[tag];
	struct html_style st = c->cur;
	if (tag == HTML_BODY || tag == HTML_HTML) {
		open_body(c, tag);
		return;
	}
	bool plain = !(c->seen & STYLE_ATTRS) && !c->sheet && c->cur.cell_bg == COLOR_UNSET && tag != HTML_A && tag != HTML_TABLE &&
	             !(flags & (TAG_P | TAG_T)) && tag != HTML_TEMPLATE && tag != HTML_DATALIST;
	if (!plain)
		style_of(c, tag, &st);
	if (flags & TAG_V)
		html_set_style(c, &st);
	else
		stack_push(c, tag, &st, !same_style(&st, &c->cur));
}

static void element_links(struct html_ctx *c, enum html_tag tag)
{
	switch (tag) {
	case HTML_A:
		open_link(c);
		break;
	case HTML_AREA:
		attr_link(c, ATTR_HREF, HTML_LINK_ANCHOR);
		break;
	case HTML_IMG:
		image(c);
		break;
	case HTML_INPUT:
	case HTML_SELECT:
	case HTML_TEXTAREA:
		input(c);
		break;
	case HTML_BUTTON:
		attr_link(c, ATTR_FORMACTION, HTML_LINK_FORM);
		break;
	case HTML_FORM:
		form(c);
		break;
	case HTML_FRAME:
	case HTML_IFRAME:
		attr_link(c, ATTR_SRC, HTML_LINK_FRAME);
		break;
	case HTML_LINK:
		attr_link(c, ATTR_HREF, HTML_LINK_REL);
		break;
	case HTML_META:
		meta_refresh(c);
		break;
	case HTML_BASE:
		if (!c->base.n)
			c->base = str_first(str_trim(attr_text(c, ATTR_HREF)), LIM_HTML_BASE);
		break;
	default:
		if (c->seen & (ATTR_BIT(SRC) | ATTR_BIT(DATA) | ATTR_BIT(POSTER))) {
			attr_link(c, ATTR_SRC, HTML_LINK_OTHER);
			attr_link(c, ATTR_DATA, HTML_LINK_OTHER);
			attr_link(c, ATTR_POSTER, HTML_LINK_OTHER);
		}
		break;
	}
	if (c->seen & ATTR_BIT(BACKGROUND))
		attr_link(c, ATTR_BACKGROUND, HTML_LINK_BACKGROUND);
}

void html_start_tag(struct html_ctx *c, enum html_tag tag)
{
	uint8_t flags = html_tag_flags[tag];
	flag_break(c, flags);
	if (tag == HTML_BR)
		line_break(c, c->vis.pend < PEND_LINE ? PEND_LINE : PEND_BLANK);
	if (tag == HTML_A)
		html_close_link(c);
	if (c->depth)
		stack_implied_ends(c, tag);
	struct html_style before = c->cur;
	open_element(c, tag);
	if (c->seen || tag == HTML_FORM || tag == HTML_INPUT || tag == HTML_IMG || tag == HTML_SELECT || tag == HTML_TEXTAREA)
		element_links(c, tag);
	if ((flags & TAG_V) && !same_style(&before, &c->cur))
		html_set_style(c, &before);
}

void html_end_tag(struct html_ctx *c, enum html_tag tag)
{
	uint8_t flags = html_tag_flags[tag];
	if (tag == HTML_BR)
		line_break(c, c->vis.pend < PEND_LINE ? PEND_LINE : PEND_BLANK);
	if (flags & TAG_V)
		return;
	flag_break(c, flags);
	if (tag == HTML_A)
		html_close_link(c);
	if (tag && c->depth)
		stack_end(c, tag);
}
