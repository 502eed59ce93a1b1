/* page_tokens.c - the set of tokens, and those from markup and links; see page.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "page/fact.h"
#include "page/page_int.h"
#include "page/tags.h"

enum { SLOTS = 2048, CLASSES = 4, FORM_NAMES = 12, SHAPE_MAX = 64 * 1024 };
_Static_assert(SLOTS > LIM_PAGE_TOKENS * 2, "the table of tokens is never full");

static void put(struct page_work *w, struct str token)
{
	struct token_set *set = &w->set;
	if (!set->slot) {
		set->slot = arena_zalloc(w->arena, SLOTS, sizeof *set->slot);
		if (!set->slot) {
			w->oom = true;
			return;
		}
	}
	size_t i = hash64(token, 0) % SLOTS;
	for (; set->slot[i]; i = (i + 1) % SLOTS)
		if (str_eq(set->v.v[set->slot[i] - 1], token))
			return;
	if (set->v.n == LIM_PAGE_TOKENS) {
		w->page->facts |= FACT(page_tokens_cut);
		return;
	}
	struct str copy = arena_dup(w->arena, token), *p = copy.p ? vec_push(w->arena, &set->v, LIM_PAGE_TOKENS) : NULL;
	if (!p) {
		w->oom = true;
		return;
	}
	*p = copy;
	set->slot[i] = (uint32_t)set->v.n;
}

void page_token(struct page_work *w, const char *family, const char *prefix, struct str value, bool keep)
{
	uint8_t out[LIM_PAGE_TOKEN];
	int head = snprintf((char *)out, sizeof out, "%s=%s", family, prefix);
	size_t n = (size_t)head, first = n;
	for (size_t i = 0; i < value.n && n < sizeof out; i++) {
		uint8_t c = value.p[i];
		if (c <= ' ' || c == 0x7F) {
			if (n == first || out[n - 1] == ' ')
				continue;
			c = ' ';
		} else if (ascii_digit(c) && !keep) {
			if (n > first && out[n - 1] == '0')
				continue;
			c = '0';
		} else if (c >= 0x80) {
			if (n > first && out[n - 1] == '?')
				continue;
			c = '?';
		} else if (!keep) {
			c = ascii_lower(c);
		}
		out[n++] = c;
	}
	while (n > first && out[n - 1] == ' ')
		n--;
	if (n > first)
		put(w, str_make(out, n));
}

void page_token_hash(struct page_work *w, const char *family, uint64_t h)
{
	char text[LIM_PAGE_TOKEN];
	int n = snprintf(text, sizeof text, "%s=%012llx", family, (unsigned long long)(h >> 16));
	put(w, str_make(text, (size_t)n));
}

static int by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

int page_tokens_done(struct page_work *w)
{
	if (w->set.v.n)
		qsort(w->set.v.v, w->set.v.n, sizeof *w->set.v.v, by_bytes);
	w->page->tokens = w->set.v.v;
	w->page->n_tokens = w->set.v.n;
	return w->oom ? -1 : 0;
}

/* ---- markup ---- */

/* Parts joined on the stack, cut when they do not fit. */
struct line {
	uint8_t p[LIM_PAGE_TOKEN];
	size_t n;
};

static void line_add(struct line *l, struct str s)
{
	size_t n = s.n < sizeof l->p - l->n ? s.n : sizeof l->p - l->n;
	if (n)
		memcpy(l->p + l->n, s.p, n);
	l->n += n;
}

static void tag_token(struct page_work *w, struct str name, struct str mark, struct str value)
{
	struct line l = {.n = 0};
	line_add(&l, str_first(name, 24));
	line_add(&l, mark);
	line_add(&l, value);
	page_token(w, "tag", "", str_make(l.p, l.n), false);
}

static void class_tokens(struct page_work *w, struct str name, struct str classes)
{
	struct str rest = classes, one;
	for (int n = 0; n < CLASSES && str_next(&rest, ' ', &one);)
		if (str_trim(one).n) {
			tag_token(w, name, S("."), str_trim(one));
			n++;
		}
}

struct form {
	struct line line;
	int names;
	bool open;
};

static void form_end(struct page_work *w, struct form *f)
{
	if (f->open)
		page_token(w, "form", "", str_make(f->line.p, f->line.n), false);
	f->open = false;
}

/* The path of a URL without scheme and host. */
static struct str path_of(struct str url)
{
	size_t i = str_find(str_first(url, 12), S("//"));
	if (i == STR_NPOS)
		return url;
	struct str rest = str_from(url, i + 2);
	i = str_find_byte(rest, '/');
	return i == STR_NPOS ? S("/") : str_from(rest, i);
}

static void form_begin(struct page_work *w, struct form *f, const struct tag *t)
{
	form_end(w, f);
	*f = (struct form){.open = true};
	line_add(&f->line, str_ieq(tag_value(t, S("method")), S("post")) ? S("post:") : S("get:"));
	line_add(&f->line, str_first(path_of(str_trim(tag_value(t, S("action")))), 60));
	line_add(&f->line, S(":"));
}

static void input_name(struct form *f, struct str name)
{
	if (!f->open || !name.n || f->names == FORM_NAMES)
		return;
	line_add(&f->line, f->names++ ? S(",") : S(""));
	line_add(&f->line, str_first(name, 20));
}

/* What stays of a script when its strings, numbers and blanks are left out. */
static void script_shape(struct page_work *w, struct str code)
{
	struct arena_mark mark = arena_mark(w->arena);
	uint8_t *p, quote = 0;
	size_t n = 0;
	code = str_first(str_trim(code), SHAPE_MAX);
	if (code.n < 20)
		return;
	if (!(p = arena_alloc(w->arena, code.n))) {
		w->oom = true;
		return;
	}
	for (size_t i = 0; i < code.n; i++) {
		uint8_t c = code.p[i];
		if (quote) {
			i += c == '\\';
			quote = c == quote ? 0 : quote;
		} else if (c == '"' || c == '\'') {
			p[n++] = quote = c;
		} else if (!ascii_space(c) && !ascii_digit(c)) {
			p[n++] = c;
		}
	}
	uint64_t h = hash64(str_make(p, n), 0);
	arena_release(w->arena, mark);
	page_token_hash(w, "script", h);
}

static void attributes(struct page_work *w, struct form *f, const struct tag *t)
{
	struct str rest = t->attrs, n, v;
	for (size_t i = 0; i < LIM_ATTRS && tag_attr(&rest, &n, &v); i++) {
		if (str_ieq(n, S("class")))
			class_tokens(w, t->name, v);
		else if (str_ieq(n, S("id")))
			tag_token(w, t->name, S("#"), v);
		else if (str_ieq(n, S("name")) && !str_ieq(t->name, S("meta"))) {
			tag_token(w, t->name, S(":"), v);
			if (!str_ieq(t->name, S("form")))
				input_name(f, v);
		}
	}
	if (str_ieq(t->name, S("meta")) && str_ieq(tag_value(t, S("name")), S("generator")))
		tag_token(w, S("generator"), S(":"), tag_value(t, S("content")));
}

static void pair_token(struct page_work *w, const char *a, const char *b)
{
	char text[64];
	int n = snprintf(text, sizeof text, "%s>%s", a, b);
	page_token(w, "tag", "", str_make(text, (size_t)n), true);
}

/* Pairs of neighbouring start tags. */
static void tag_pairs(struct page_work *w)
{
	uint8_t seen[HTML_TAG_COUNT][HTML_TAG_COUNT / 8 + 1] = {0};
	unsigned last = HTML_OTHER;
	for (size_t i = 0; i < w->r.n_tags; i++) {
		unsigned t = w->r.tags[i];
		if (t & HTML_TAG_END)
			continue;
		if (!(seen[last][t / 8] >> t % 8 & 1)) {
			seen[last][t / 8] |= (uint8_t)(1 << t % 8);
			pair_token(w, html_tag_name((enum html_tag)last), html_tag_name((enum html_tag)t));
		}
		last = t;
	}
}

void page_markup(struct page_work *w)
{
	struct str rest = w->html;
	struct tag t;
	struct form form = {.open = false};
	for (size_t n = 0; n < LIM_TAGS && !w->oom && tag_next(&rest, &t); n++) {
		if (str_ieq(t.name, S("form"))) {
			if (t.end)
				form_end(w, &form);
			else
				form_begin(w, &form, &t);
		}
		if (t.end)
			continue;
		attributes(w, &form, &t);
		if (str_ieq(t.name, S("script")))
			script_shape(w, t.text);
	}
	form_end(w, &form);
	tag_pairs(w);
}

/* ---- links ---- */

static void words_of(struct page_work *w, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		while (i < s.n && ascii_alpha(s.p[i]))
			i++;
		if (i - from > 2)
			page_word(w, str_sub(s, from, i - from));
		i += i == from;
	}
}

static const char *link_prefix(enum html_link_kind kind, struct str path)
{
	switch (kind) {
	case HTML_LINK_ANCHOR:
		return "a:";
	case HTML_LINK_FORM:
		return "form:";
	case HTML_LINK_IMAGE:
	case HTML_LINK_BACKGROUND:
		return "img:";
	case HTML_LINK_FRAME:
		return "frame:";
	case HTML_LINK_CSS:
	case HTML_LINK_REL:
		return "css:";
	default:
		return str_ifind(path, S(".js")) != STR_NPOS ? "js:" : "src:";
	}
}

static void image_look(struct page_work *w, struct str url)
{
	const struct map_entry *e = w->in->looks ? map_get(&w->in->looks->urls, url) : NULL;
	char text[IMAGE_DIGEST_BITS / 4 + 1];
	if (!e || !e->value || w->looks == LIM_PAGE_LOOKS)
		return;
	const uint64_t *b = w->in->looks->v.v[e->value - 1].bits;
	snprintf(text, sizeof text, "%016llx%016llx%016llx%016llx", (unsigned long long)b[0], (unsigned long long)b[1],
		(unsigned long long)b[2], (unsigned long long)b[3]);
	w->looks++;
	page_token(w, "image", "look:", str_of(text), true);
}

/* The digest of an image that the crawl holds, and what it looks like. */
static void image_digest(struct page_work *w, struct str url, const char *prefix)
{
	const struct map_entry *e = w->in->images ? map_get(w->in->images, url) : NULL;
	char text[17];
	if (!e)
		return;
	snprintf(text, sizeof text, "%016llx", (unsigned long long)e->value);
	page_token(w, "image", prefix, str_of(text), true);
	image_look(w, url);
}

static bool is_relative(struct str url)
{
	size_t i = 0;
	if (str_starts(url, S("//")))
		return false;
	while (i < url.n && (ascii_alnum(url.p[i]) || url.p[i] == '+' || url.p[i] == '.' || url.p[i] == '-'))
		i++;
	return i == url.n || url.p[i] != ':';
}

static void one_link(struct page_work *w, const struct html_link *l)
{
	struct str path = path_of(l->url);
	const char *prefix = link_prefix(l->kind, path);
	const bool image = l->kind == HTML_LINK_IMAGE || l->kind == HTML_LINK_BACKGROUND;
	struct url u;
	int rc = 0;
	const bool relative = is_relative(l->url);
	if (!relative) {
		rc = url_parse(w->arena, w->psl, l->url, &u);
		w->oom |= rc < 0;
		if (rc <= 0 || u.flags & URL_MAILTO)
			return;
	}
	const bool own = relative || str_eq(u.host, w->page->url.host);
	if (!own && !(u.domain.n && str_eq(u.domain, w->page->url.domain)))
		page_token(w, "host", prefix, u.domain.n ? u.domain : u.host, true);
	if (image)
		page_token(w, "image", "", path, false);
	else if (own)
		page_token(w, "path", prefix, path, false);
	if (l->kind == HTML_LINK_ANCHOR || l->kind == HTML_LINK_FORM) {
		words_of(w, str_first(path, 200));
		words_of(w, str_first(l->text, 60));
	}
	if ((image || l->kind == HTML_LINK_REL) && w->in->images && w->in->images->n) {
		struct str full = url_resolve(w->arena, w->page->url.raw, l->url);
		w->oom |= !full.p;
		if (full.p && url_parse(w->arena, NULL, full, &u) > 0)
			image_digest(w, u.raw, image ? "sha:" : "icon:");
	}
}

void page_links(struct page_work *w)
{
	for (size_t i = 0; i < w->r.n_links && !w->oom; i++)
		one_link(w, &w->r.links[i]);
	if (w->in->images && w->in->images->n) {
		struct str full = url_resolve(w->arena, w->page->url.raw, S("/favicon.ico"));
		w->oom |= !full.p;
		if (full.p)
			image_digest(w, full, "icon:");
	}
}
