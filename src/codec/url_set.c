/* url_set.c - the URLs of one message, each once. */
#include "base/anomaly.h"
#include "base/hash.h"
#include "base/limits.h"
#include "codec/html.h"
#include "codec/url_int.h"

enum { FIRST_SLOTS = 64 };

void url_set_init(struct url_set *set, struct arena *arena, const struct psl *psl)
{
	*set = (struct url_set){.arena = arena, .psl = psl};
}

static size_t find_slot(const struct url_set *set, struct str raw, uint64_t h)
{
	size_t i = h & (set->n_slots - 1);
	while (set->slots[i] && !str_eq(set->urls[set->slots[i] - 1].raw, raw))
		i = (i + 1) & (set->n_slots - 1);
	return i;
}

static bool grow(struct url_set *set)
{
	size_t cap = set->cap ? set->cap * 2 : FIRST_SLOTS / 2;
	struct url *urls = arena_grow(set->arena, set->urls, set->cap * sizeof *urls, cap * sizeof *urls);
	uint32_t *slots = arena_zalloc(set->arena, 2 * cap, sizeof *slots);
	if (!urls || !slots) {
		set->oom = true;
		return false;
	}
	set->urls = urls;
	set->cap = cap;
	set->slots = slots;
	set->n_slots = 2 * cap;
	for (size_t i = 0; i < set->n; i++)
		set->slots[find_slot(set, urls[i].raw, hash64(urls[i].raw, 0))] = (uint32_t)(i + 1);
	return true;
}

static void merge(struct url *into, const struct url *u)
{
	const unsigned everywhere = URL_HIDDEN | URL_FROM_CODE;
	into->flags = ((into->flags | u->flags) & ~everywhere) | (into->flags & u->flags & everywhere);
	if (!into->text.n)
		into->text = u->text;
}

/* mark: of the arena before u was read. What the set does not keep is given back: a message may hold a million links. */
static void add(struct url_set *set, const struct url *u, struct arena_mark mark)
{
	if (set->n == set->cap && set->cap < LIM_URLS) {
		if (!grow(set))
			return;
		mark = arena_mark(set->arena);
	}
	size_t i = find_slot(set, u->raw, hash64(u->raw, 0));
	if (u->flags & (URL_USERINFO | URL_ENCODED_HOST))
		set->anomalies |= ANOM(url_obfuscated);
	if (u->flags & URL_TEXT_MISMATCH)
		set->anomalies |= ANOM(url_text_mismatch);
	if (set->slots[i]) {
		merge(&set->urls[set->slots[i] - 1], u);
		arena_release(set->arena, mark);
		return;
	}
	if (set->n == LIM_URLS || set->n == set->cap) {
		set->anomalies |= ANOM(url_cap);
		arena_release(set->arena, mark);
		return;
	}
	set->urls[set->n] = *u;
	set->slots[i] = (uint32_t)++set->n;
}

/* "http://" in front. {NULL,0} on out of memory. */
static struct str with_prefix(struct arena *arena, struct str prefix, struct str s)
{
	uint8_t *p = arena_alloc(arena, prefix.n + s.n);
	if (!p)
		return (struct str){NULL, 0};
	memcpy(p, prefix.p, prefix.n);
	memcpy(p + prefix.n, s.p, s.n);
	return str_make(p, prefix.n + s.n);
}

/* Undoes "=\n" and "=3D" in place of a copy. */
static struct str join_soft_breaks(struct arena *arena, struct str s)
{
	uint8_t *out = arena_alloc(arena, s.n);
	size_t n = 0;
	for (size_t i = 0; out && i < s.n; i++) {
		struct str at = str_from(s, i);
		if (str_starts(at, S("=\n")))
			i += 1;
		else if (str_starts(at, S("=\r\n")))
			i += 2;
		else if (str_istarts(at, S("=3D")))
			out[n++] = '=', i += 2;
		else
			out[n++] = s.p[i];
	}
	return out ? str_make(out, n) : (struct str){NULL, 0};
}

/* As url_parse, of a URL as it was before filters rewrote it. */
static int parse(struct url_set *set, struct str in, struct url *u)
{
	int r = url_parse(set->arena, set->psl, in, u);
	return r > 0 && url_unwrap(set->arena, set->psl, u) < 0 ? -1 : r;
}

/* A token of text as a URL; as url_parse. */
static int parse_token(struct url_set *set, struct str token, unsigned flags, bool soft, struct url *u)
{
	if (token.n > LIM_URL) {
		set->anomalies |= ANOM(url_cap);
		token = str_first(token, LIM_URL);
	}
	if (soft)
		token = join_soft_breaks(set->arena, token);
	if (token.p && (flags & URL_SCHEMELESS))
		token = with_prefix(set->arena, S("http://"), token);
	return token.p ? parse(set, token, u) : -1;
}

static void add_stretch(struct url_set *set, struct str text, unsigned flags)
{
	struct url_scan scan = url_scan_start(text, set->psl);
	struct str token;
	unsigned how;
	bool soft;
	while (url_scan_next(&scan, &token, &how, &soft)) {
		struct url u;
		struct arena_mark mark = arena_mark(set->arena);
		int r = parse_token(set, token, how, soft, &u);
		if (r < 0)
			set->oom = true;
		if (r > 0) {
			u.flags |= flags | how | URL_FROM_TEXT;
			add(set, &u, mark);
		}
	}
	set->work += scan.work;
}

void url_set_add_text(struct url_set *set, struct str text, unsigned flags)
{
	if (text.n)
		add_stretch(set, text, flags);
}

static bool same_owner(const struct url *a, const struct url *b)
{
	if (a->domain_icann.n && b->domain_icann.n)
		return str_eq(a->domain_icann, b->domain_icann);
	return str_eq(a->host, b->host);
}

/* Does the link's visible text name a host that is somebody else's? */
static bool text_mismatch(struct url_set *set, const struct url *link, struct str text)
{
	struct str token;
	struct url named;
	unsigned how;
	bool soft;
	if (!text.n || (link->flags & URL_MAILTO) || !memchr(text.p, '.', text.n))
		return false;
	struct url_scan scan = url_scan_start(text, set->psl);
	if (!url_scan_next(&scan, &token, &how, &soft))
		return false;
	int r = parse_token(set, token, how, soft, &named);
	if (r < 0)
		set->oom = true;
	return r > 0 && (named.domain.n || (named.flags & URL_IP_HOST)) && !same_owner(link, &named);
}

static unsigned kind_flags(enum html_link_kind kind)
{
	switch (kind) {
	case HTML_LINK_ANCHOR:
	case HTML_LINK_REFRESH:
		return URL_LINK;
	case HTML_LINK_FORM:
		return URL_LINK | URL_FORM;
	case HTML_LINK_IMAGE:
	case HTML_LINK_BACKGROUND:
	case HTML_LINK_CSS:
		return URL_IMAGE;
	default:
		return 0;
	}
}

/* "//host/x" and "www.host/x": what mail readers make of references without a scheme. */
static struct str with_scheme(struct arena *arena, struct str url, unsigned *flags)
{
	bool slashes = str_starts(url, S("//")), www = str_istarts(url, S("www."));
	if (!slashes && !www)
		return url;
	*flags |= URL_SCHEMELESS;
	return with_prefix(arena, slashes ? S("http:") : S("http://"), url);
}

static void add_link(struct url_set *set, const struct html_link *l, unsigned flags)
{
	struct url u;
	struct arena_mark mark = arena_mark(set->arena);
	flags |= kind_flags(l->kind) | (l->hidden ? URL_HIDDEN : 0);
	struct str url = with_scheme(set->arena, l->url, &flags);
	int r = url.p ? parse(set, url, &u) : -1;
	if (r < 0)
		set->oom = true;
	if (r <= 0)
		return;
	u.flags |= flags | (l->encoded ? URL_ENCODED_HOST : 0);
	u.text = l->text;
	if (l->kind == HTML_LINK_ANCHOR && text_mismatch(set, &u, l->text))
		u.flags |= URL_TEXT_MISMATCH;
	add(set, &u, mark);
}

void url_set_add_link(struct url_set *set, struct str url, unsigned flags)
{
	const struct html_link l = {.url = str_first(url, LIM_URL), .kind = HTML_LINK_ANCHOR};
	if (url.n > LIM_URL)
		set->anomalies |= ANOM(url_cap);
	add_link(set, &l, flags);
}

void url_set_add_all(struct url_set *set, const struct url *urls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(set, &urls[i], arena_mark(set->arena));
}

void url_set_add_html(struct url_set *set, const struct html_result *r)
{
	size_t at = 0;
	for (size_t i = 0; i < r->n_links; i++)
		add_link(set, &r->links[i], URL_FROM_HTML);
	/* What stands inside a link is its label, not a URL of its own. */
	for (size_t i = 0; i < r->n_links; i++) {
		const struct html_link *l = &r->links[i];
		if (l->text_end <= at)
			continue;
		if (l->text_at > at)
			add_stretch(set, str_sub(r->text, at, l->text_at - at), 0);
		at = l->text_end;
	}
	url_set_add_text(set, str_from(r->text, at), 0);
	url_set_add_text(set, r->hidden, URL_HIDDEN);
}
