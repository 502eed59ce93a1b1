/* html.c - the tokenizer, see html.h. WHATWG HTML 13.2.5 states in parentheses. */
#include "codec/html_int.h"

#include "base/utf8.h"
#include "codec/charset.h"
#include "codec/url.h"

/* ---- tags and attributes ---- */

/* What an identifier of a name may hold: the byte in lower case; 0 ends it. */
uint8_t html_tag_byte[256];
static uint8_t attr_byte[256];

void html_bytes_init(void)
{
	for (int b = 0; b < 256; b++) {
		uint8_t low = ascii_lower((uint8_t)b);
		html_tag_byte[b] = b == '/' || b == '>' || ascii_space((uint8_t)b) ? 0 : low;
		attr_byte[b] = b == '=' ? 0 : html_tag_byte[b];
	}
	html_tag_byte[0] = attr_byte[0] = 1; /* NUL is a character of the name */
}

static void count_case(bool upper, bool lower, uint32_t *n_lower, uint32_t *n_upper, uint32_t *n_mixed)
{
	if (upper)
		(*(lower ? n_mixed : n_upper))++;
	else
		(*n_lower)++;
}

struct name {
	uint64_t key;
	struct str s;
	bool upper, lower;
};

static const uint8_t *read_odd_name(const uint8_t *p, const uint8_t *end, const uint8_t table[256], struct name *out)
{
	const uint8_t *from = p;
	uint64_t key = 0;
	uint8_t diff = 0, low, lower = 0;
	for (; p < end && (low = table[*p]); p++) {
		if (p - from < 8)
			key = key << 8 | low;
		diff |= (uint8_t)(low ^ *p);
		lower |= (uint8_t)((low == *p) & (low >= 'a'));
	}
	*out = (struct name){key, str_make(from, (size_t)(p - from)), diff != 0, lower};
	return p;
}

/* Names of one to seven letters, which most are, at one go; end: of the input. */
static inline const uint8_t *read_name(const uint8_t *p, const uint8_t *end, const uint8_t table[256], struct name *out)
{
	uint64_t letters, raw = str_load8(str_make(p, (size_t)(end - p)), 0), low = ascii_lower8(raw, &letters);
	uint64_t stop = ~letters & 0x8080808080808080u;
	unsigned n = stop ? (unsigned)__builtin_ctzll(stop) / 8 : 8;
	if (n == 0 || n == 8 || (p + n < end && table[p[n]]))
		return read_odd_name(p, end, table, out);
	uint64_t name = ((uint64_t)1 << 8 * n) - 1, upper = (low ^ raw) & name;
	uint64_t lower = (letters & name) >> 2 & ~upper; /* 0x20 in each byte that was lower case */
	*out = (struct name){__builtin_bswap64(low & name) >> (64 - 8 * n), str_make(p, n), upper != 0, lower != 0};
	return p + n;
}

/* A value that starts with a quote at p. Returns what follows it; NULL when its end is missing. */
static const uint8_t *quoted_value(struct html_ctx *c, const uint8_t *p, struct str *v)
{
	const uint8_t *q = p + 1 < c->end ? memchr(p + 1, *p, (size_t)(c->end - p - 1)) : NULL;
	if (!q)
		return NULL;
	*v = str_make(p + 1, (size_t)(q - p - 1));
	return q + 1;
}

static const uint8_t *bare_value(struct html_ctx *c, const uint8_t *p, struct str *v)
{
	const uint8_t *from = p;
	while (p < c->end && *p != '>' && !ascii_space(*p))
		p++;
	*v = str_make(from, (size_t)(p - from));
	return p;
}

static const uint8_t *skip_space(const uint8_t *p, const uint8_t *end)
{
	while (p < end && ascii_space(*p))
		p++;
	return p;
}

/* A value without its closing quote: the tag ends at the next '>' instead, and text goes on behind it. There is no further
 * quote of this kind in the input, so that this happens once for each kind. */
static const uint8_t *unclosed_value(struct html_ctx *c, const uint8_t *p)
{
	const uint8_t *gt = memchr(p, '>', (size_t)(c->end - p));
	c->anomalies |= ANOM(html_unclosed);
	c->out->work += (size_t)((gt ? gt : c->end) - p);
	return gt ? gt : c->end;
}

static void keep_attr(struct html_ctx *c, const struct name *name, struct str v)
{
	enum html_attr a = html_attr_lookup(name->key, name->s);
	if (!a || (c->seen & (uint32_t)1 << a))
		return;
	c->seen |= (uint32_t)1 << a;
	c->attr[a] = v;
}

/* (before attribute name state) and on, from behind the tag name. *slash: the tag ends in "/>". */
static const uint8_t *read_attrs(struct html_ctx *c, const uint8_t *p, bool *slash)
{
	struct html_dialect *d = &c->out->dialect;
	unsigned n = 0;
	*slash = false;
	for (;;) {
		while (p < c->end && (ascii_space(*p) || *p == '/')) {
			*slash = *p == '/';
			p++;
		}
		if (p == c->end)
			c->anomalies |= ANOM(html_unclosed);
		if (p == c->end || *p == '>')
			return p;
		struct name name;
		const uint8_t *from = p;
		p = read_name(p + (*p == '='), c->end, attr_byte, &name);
		struct str v = {0};
		const uint8_t *q = skip_space(p, c->end);
		*slash = false;
		if (q < c->end && *q == '=') {
			q = skip_space(q + 1, c->end);
			if (q == c->end) {
				p = q;
				continue;
			}
			if (*q == '"' || *q == '\'') {
				p = quoted_value(c, q, &v);
				if (!p)
					return unclosed_value(c, q);
				(*(*q == '"' ? &d->value_double : &d->value_single))++;
			} else {
				p = bare_value(c, q, &v);
				d->value_bare++;
			}
		} else {
			p = q;
			d->value_none++;
		}
		if (p == from) /* cannot be: every turn takes a byte */
			return p;
		count_case(name.upper, name.lower, &d->attrs_lower, &d->attrs_upper, &d->attrs_mixed);
		if (n++ < LIM_ATTRS)
			keep_attr(c, &name, v);
		else
			c->anomalies |= ANOM(html_cap);
	}
}

static void stream_tag(struct html_ctx *c, enum html_tag tag, bool end)
{
	c->out->total_tags++;
	if (c->n_tags < c->max_tags) {
		c->tags[c->n_tags++] = (uint8_t)(tag | (end ? HTML_TAG_END : 0));
		return;
	}
	if (!c->frozen) {
		c->anomalies |= ANOM(html_cap);
		stack_freeze(c);
	}
}

/* ---- the tokens ---- */

static const uint8_t *end_tag(struct html_ctx *c, const uint8_t *p)
{
	struct name name;
	bool slash;
	p = read_name(p, c->end, html_tag_byte, &name);
	enum html_tag tag = html_tag_lookup(name.key, name.s);
	struct html_dialect *d = &c->out->dialect;
	if (p < c->end && *p == '>')
		slash = false;
	else
		p = read_attrs(c, p, &slash);
	count_case(name.upper, name.lower, &d->tags_lower, &d->tags_upper, &d->tags_mixed);
	d->end_tags++;
	d->unknown_tags += tag == HTML_OTHER;
	stream_tag(c, tag, true);
	html_end_tag(c, tag);
	return p < c->end ? p + 1 : p;
}

static const uint8_t *start_tag(struct html_ctx *c, const uint8_t *p)
{
	struct name name;
	bool slash = false;
	p = read_name(p, c->end, html_tag_byte, &name);
	enum html_tag tag = html_tag_lookup(name.key, name.s);
	struct html_dialect *d = &c->out->dialect;
	c->seen = 0;
	if (p == c->end || *p != '>')
		p = read_attrs(c, p, &slash);
	count_case(name.upper, name.lower, &d->tags_lower, &d->tags_upper, &d->tags_mixed);
	d->unknown_tags += tag == HTML_OTHER;
	if (slash) {
		d->self_closing++;
		d->self_closing_space += p[-1] == '/' && ascii_space(p[-2]);
	}
	d->style_attrs += (c->seen & ATTR_BIT(STYLE)) != 0;
	d->class_attrs += (c->seen & ATTR_BIT(CLASS)) != 0;
	stream_tag(c, tag, false);
	html_start_tag(c, tag);
	p = p < c->end ? p + 1 : p;
	return html_tag_flags[tag] & (TAG_R | TAG_T) ? html_raw_text(c, tag, p) : p;
}

/* (comment state) from behind "<!--": what follows "-->", "--!>", or at once ">" or "->". */
static const uint8_t *comment(struct html_ctx *c, const uint8_t *p)
{
	const uint8_t *from = p, *q;
	struct html_dialect *d = &c->out->dialect;
	d->comments++;
	d->conditional_comments += str_istarts(str_make(p, (size_t)(c->end - p)), S("[if"));
	for (; !c->no_comment_end && p < c->end && (q = memchr(p, '>', (size_t)(c->end - p))); p = q + 1) {
		size_t n = (size_t)(q - from);
		bool closed = n == 0 || (n == 1 && q[-1] == '-') || (n >= 2 && q[-1] == '-' && q[-2] == '-') ||
		              (n >= 3 && q[-1] == '!' && q[-2] == '-' && q[-3] == '-');
		if (closed) {
			c->out->work += n;
			return q + 1;
		}
	}
	if (!c->no_comment_end)
		c->out->work += (size_t)(c->end - from);
	c->no_comment_end = true;
	html_lose_rest(c);
	return from;
}

/* <!x, <?x, </?: all up to the next '>' (bogus comment state). */
static const uint8_t *bogus_comment(struct html_ctx *c, const uint8_t *p)
{
	const uint8_t *q = memchr(p, '>', (size_t)(c->end - p));
	c->out->work += (size_t)((q ? q : c->end) - p);
	if (q)
		return q + 1;
	html_lose_rest(c);
	sink_text(c, c->sink, str_make(p, (size_t)(c->end - p)), false);
	return c->end;
}

static const uint8_t *markup_declaration(struct html_ctx *c, const uint8_t *p)
{
	struct str s = str_make(p, (size_t)(c->end - p));
	if (str_starts(s, S("!--")))
		return comment(c, p + 3);
	if (str_istarts(s, S("!doctype")))
		c->out->dialect.doctypes++;
	else
		c->out->dialect.processing++;
	return bogus_comment(c, p);
}

/* (tag open state) p at '<'. What follows the token; p itself when it is text. */
static const uint8_t *token(struct html_ctx *c, const uint8_t *p)
{
	size_t left = (size_t)(c->end - p);
	if (left < 2)
		return p;
	if (ascii_alpha(p[1]))
		return start_tag(c, p + 1);
	if (p[1] == '!' || p[1] == '?')
		return markup_declaration(c, p + 1);
	if (p[1] != '/' || left < 3)
		return p;
	return ascii_alpha(p[2]) ? end_tag(c, p + 2) : bogus_comment(c, p + 2);
}

/* Text between tags, which often is nothing but white space. */
static void put_text(struct html_ctx *c, struct str s)
{
	struct html_sink *k = c->sink;
	size_t i = 0;
	while (i < s.n && ascii_space(s.p[i]) && s.p[i] != '\v')
		i++;
	if (i < s.n || c->cur.pre || k->cap - k->n < s.n + 2) {
		sink_text(c, k, s, c->cur.pre);
		return;
	}
	c->out->work += s.n;
	sink_break(k, PEND_SPACE);
}

static void scan(struct html_ctx *c)
{
	const uint8_t *p = c->p;
	while (p < c->end) {
		const uint8_t *lt = memchr(p, '<', (size_t)(c->end - p));
		if (!lt)
			lt = c->end;
		if (lt > p)
			put_text(c, str_make(p, (size_t)(lt - p)));
		if (lt == c->end)
			break;
		p = token(c, lt);
		c->out->work += (size_t)(p - lt) + 1;
		if (p == lt) {
			sink_text(c, c->sink, S("<"), c->cur.pre);
			p++;
		}
	}
}

/* ---- one call ---- */

static struct str valid_input(struct html_ctx *c, struct str s, const struct html_settings *settings)
{
	if (s.n > LIM_HTML) {
		c->anomalies |= ANOM(html_cap);
		s = settings->valid_utf8 ? utf8_first(s, LIM_HTML) : str_first(s, LIM_HTML);
	}
	if (settings->valid_utf8 || utf8_valid(s))
		return s;
	struct buf b;
	buf_init_arena(&b, c->arena, s.n * 3);
	utf8_sanitize(s, &b);
	c->oom |= b.oom;
	return buf_str(&b);
}

static bool make_room(struct html_ctx *c, struct str html, size_t max_text)
{
	size_t text = html.n + 2 < max_text ? html.n + 2 : max_text;
	size_t tags = html.n / 3 + 1 < c->max_tags ? html.n / 3 + 1 : c->max_tags;
	c->vis = (struct html_sink){.p = arena_alloc(c->arena, text), .cap = text, .max = max_text};
	c->hid = (struct html_sink){.max = max_text};
	c->tags = arena_alloc(c->arena, tags);
	return c->vis.p && c->tags;
}

static void resolve_links(struct html_ctx *c)
{
	for (size_t i = 0; c->base.n && i < c->links.n; i++) {
		struct str u = url_resolve(c->arena, c->base, c->links.v[i].url);
		if (u.p)
			c->links.v[i].url = u;
		else
			c->oom = true;
	}
}

static void finish(struct html_ctx *c)
{
	struct html_result *r = c->out;
	html_close_link(c);
	resolve_links(c);
	r->text = str_make(c->vis.p, c->vis.n);
	r->hidden = str_make(c->hid.p, c->hid.n);
	r->links = c->links.v;
	r->n_links = c->links.n;
	r->images = c->images.v;
	r->n_images = c->images.n;
	r->forms = c->forms.v;
	r->n_forms = c->forms.n;
	r->tags = c->tags;
	r->n_tags = c->n_tags;
	if (c->hid.n)
		c->anomalies |= ANOM(html_hidden_text);
	if (c->vis.full || c->hid.full)
		c->anomalies |= ANOM(text_cap);
}

int html_scan(
	struct arena *arena, struct str html, const struct html_settings *settings, struct html_result *out, uint64_t *anomalies)
{
	static const struct html_settings defaults;
	if (!settings)
		settings = &defaults;
	html_names_init();
	*out = (struct html_result){0};
	struct html_ctx *c = arena_alloc(arena, sizeof *c);
	if (!c)
		return -1;
	/* The stack's entries need no clearing, and are most of it. */
	memset(c, 0, offsetof(struct html_ctx, stack));
	memset((char *)c + offsetof(struct html_ctx, depth), 0, sizeof *c - offsetof(struct html_ctx, depth));
	c->arena = arena;
	c->out = out;
	c->max_tags = settings->max_tags ? settings->max_tags : LIM_TAGS;
	c->root = (struct html_style){.fg = 0, .bg = 0xFFFFFF, .cell_bg = COLOR_UNSET, .size = SIZE_DEFAULT};
	c->link_color = 0x0000EE;
	html = html.n ? valid_input(c, html, settings) : S("");
	if (!make_room(c, html, settings->max_text ? settings->max_text : LIM_TEXT)) {
		*anomalies |= c->anomalies;
		return -1;
	}
	c->p = html.p;
	c->end = html.p + html.n;
	html_set_style(c, &c->root);
	scan(c);
	finish(c);
	*anomalies |= c->anomalies;
	return c->oom ? -1 : 0;
}

/* ---- charset ---- */

static bool charset_byte(uint8_t c)
{
	return ascii_alnum(c) || c == '-' || c == '_' || c == ':' || c == '.';
}

/* The label behind "charset=" in a tag; empty when there is none. */
static struct str charset_in(struct str tag)
{
	size_t at = str_ifind(tag, S("charset")), n = 0;
	struct str v = str_trim(str_from(tag, at == STR_NPOS ? tag.n : at + 7));
	if (!v.n || v.p[0] != '=')
		return S("");
	v = str_from(v, 1);
	while (v.n && (ascii_space(v.p[0]) || v.p[0] == '"' || v.p[0] == '\''))
		v = str_from(v, 1);
	while (n < v.n && charset_byte(v.p[n]))
		n++;
	return str_first(v, n);
}

struct str html_meta_charset(struct str html)
{
	struct str unknown = {0};
	html = str_first(html, LIM_META_CHARSET);
	for (size_t at; (at = str_find_byte(html, '<')) != STR_NPOS;) {
		html = str_from(html, at + 1);
		if (str_starts(html, S("!--"))) {
			size_t end = str_find(str_from(html, 1), S("-->"));
			html = str_from(html, end == STR_NPOS ? html.n : end + 4);
		} else if (str_istarts(html, S("meta")) && html.n > 4 && !ascii_alnum(html.p[4])) {
			struct str label = charset_in(str_first(html, str_find_byte(html, '>')));
			if (charset_canonical(label).n)
				return label;
			unknown = unknown.n ? unknown : label;
		}
	}
	return unknown;
}
