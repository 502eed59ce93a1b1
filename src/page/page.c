/* page.c - see page.h. */
#include "page/page.h"

#include "base/anomaly.h"
#include "base/limits.h"
#include "base/time.h"
#include "codec/charset.h"
#include "page/fact.h"
#include "page/page_int.h"

enum { REFRESH_MAX = 60, LITTLE_TEXT = 400 };

bool page_is_html(struct str type, struct str body)
{
	if (type.n)
		return str_istarts(type, S("text/html")) || str_istarts(type, S("application/xhtml"));
	struct str head = str_trim(str_first(body, 512));
	return str_ifind(head, S("<html")) != STR_NPOS || str_ifind(head, S("<!doctype html")) != STR_NPOS ||
	       str_ifind(head, S("<head")) != STR_NPOS || str_ifind(head, S("<body")) != STR_NPOS;
}

struct str page_id(struct arena *a, struct str url, int64_t time)
{
	struct buf b;
	char text[TIME_ISO_SIZE];
	time_iso(time, text);
	buf_init_arena(&b, a, LIM_URL + TIME_ISO_SIZE + 1);
	buf_add(&b, url);
	buf_byte(&b, ' ');
	buf_add(&b, str_of(text));
	return b.oom ? (struct str){0} : buf_str(&b);
}

/* ---- where it leads ---- */

/* Absolute and normalised into p->next; false when it is no URL, or the page itself. */
static bool take_lead(struct page_work *w, const struct lead *l, struct str base)
{
	struct page *p = w->page;
	struct url u;
	struct str from = p->url.raw, full;
	if (base.n) {
		from = url_resolve(w->arena, from, base);
		w->oom |= !from.p;
	}
	full = from.p ? url_resolve(w->arena, from, l->url) : from;
	w->oom |= !full.p;
	int rc = full.p ? url_parse(w->arena, NULL, full, &u) : 0;
	w->oom |= rc < 0;
	if (rc <= 0 || u.flags & URL_MAILTO)
		return false;
	size_t hash = str_find_byte(u.raw, '#');
	u.raw = str_first(u.raw, hash);
	if (l->how != LEAD_HTTP && str_eq(u.raw, p->url.raw))
		return false; /* reloads itself */
	p->next = *l;
	p->next.url = u.raw;
	return true;
}

/* HTTP first, then what acts by itself in the order of the page; what needs a condition, or opens another window, only where the page
 * has little else to show. */
static void find_lead(struct page_work *w, bool html)
{
	const struct http_response *h = w->in->http;
	struct leads leads = {0};
	struct lead l = {.how = LEAD_HTTP, .url = h->location, .delay = -1};
	if (html && leads_scan(w->arena, w->html, &leads))
		w->oom = true;
	w->page->facts |= leads.facts;
	if (h->status >= 300 && h->status < 400 && h->location.n && take_lead(w, &l, S("")))
		return;
	if (h->refresh.n) {
		l.how = LEAD_REFRESH;
		l.url = http_refresh(h->refresh, &l.delay);
		if (l.url.n && l.delay <= REFRESH_MAX && take_lead(w, &l, S("")))
			return;
	}
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < leads.n; i++) {
			const struct lead *v = &leads.v[i];
			const bool weak = v->conditional || v->how == LEAD_OPEN || v->how == LEAD_FRAME;
			if (v->delay > REFRESH_MAX || (weak && !pass) || (!weak && pass))
				continue;
			if (weak && w->r.text.n > LITTLE_TEXT)
				continue;
			if (take_lead(w, v, leads.base))
				return;
		}
}

/* ---- the page ---- */

static uint64_t html_facts(uint64_t anomalies)
{
	return (anomalies & (ANOM(html_cap) | ANOM(url_cap) | ANOM(text_cap)) ? FACT(html_cap) : 0) |
	       (anomalies & ANOM(html_unclosed) ? FACT(html_unclosed) : 0) |
	       (anomalies & ANOM(html_hidden_text) ? FACT(html_hidden_text) : 0);
}

static int read_html(struct page_work *w)
{
	const struct http_response *h = w->in->http;
	struct str label = h->charset.n ? h->charset : html_meta_charset(h->body);
	struct html_settings settings = {.valid_utf8 = true};
	uint64_t anomalies = 0;
	if (charset_to_utf8(w->arena, h->body, label, &w->html, &anomalies) ||
		html_scan(w->arena, w->html, &settings, &w->r, &anomalies))
		return -1;
	w->page->facts |= html_facts(anomalies);
	w->page->title = w->r.title;
	w->page->text_bytes = w->r.text.n;
	page_markup(w);
	page_links(w);
	page_text(w);
	return 0;
}

int page_build(struct arena *a, const struct psl *psl, const struct page_input *in, struct page *out)
{
	struct page_work *w = arena_zalloc(a, 1, sizeof *w);
	*out = (struct page){.time = in->time,
		.ip = in->ip,
		.status = in->http->status,
		.type = in->http->type,
		.facts = in->http->facts,
		.bytes = in->http->body.n,
		.revisit = in->revisit,
		.same_url = in->same_url,
		.same_time = in->same_time};
	if (!w)
		return -1;
	int rc = url_parse(a, psl, in->url, &out->url);
	if (rc <= 0 || out->url.flags & URL_MAILTO)
		return rc < 0 ? -1 : 0;
	out->url.raw = str_first(out->url.raw, str_find_byte(out->url.raw, '#'));
	if (in->same_url.n) {
		struct url same;
		rc = url_parse(a, NULL, in->same_url, &same);
		out->same_url = rc > 0 ? str_first(same.raw, str_find_byte(same.raw, '#')) : S("");
		if (rc < 0)
			return -1;
	}
	*w = (struct page_work){.arena = a, .psl = psl, .in = in, .page = out};
	sha256(in->http->body, out->sha256);
	const bool html = page_is_html(in->http->type, in->http->body);
	if (html && read_html(w))
		return -1;
	find_lead(w, html);
	if (in->revisit && !out->next.how)
		out->kind = PAGE_REVISIT;
	else if (html || out->next.how || !in->http->body.n || out->status >= 400)
		page_judge(w);
	else
		out->kind = PAGE_FILE;
	return page_tokens_done(w) || w->oom ? -1 : 1;
}

/* ---- JSON ---- */

static void strings(struct json *j, const char *key, const struct str *v, size_t n)
{
	json_key(j, key);
	json_arr(j);
	for (size_t i = 0; i < n; i++)
		json_str(j, v[i]);
	json_arr_end(j);
}

static void next_json(const struct lead *l, struct json *j)
{
	json_key(j, "next");
	if (l->how == LEAD_NONE) {
		json_nil(j);
		return;
	}
	json_obj(j);
	json_key(j, "url");
	json_str(j, l->url);
	json_key(j, "how");
	json_z(j, lead_name(l->how));
	if (l->conditional) {
		json_key(j, "conditional");
		json_bool(j, true);
	}
	if (l->partial) {
		json_key(j, "partial");
		json_bool(j, true);
	}
	json_obj_end(j);
}

void page_json(const struct page *p, struct json *j)
{
	char hex[SHA256_HEX];
	json_obj(j);
	json_key(j, "url");
	json_str(j, p->url.raw);
	json_key(j, "host");
	json_str(j, p->url.host);
	json_key(j, "domain");
	json_str(j, p->url.domain.n ? p->url.domain : p->url.host);
	json_key(j, "time");
	json_time(j, p->time);
	json_key(j, "ip");
	json_str(j, p->ip);
	json_key(j, "status");
	json_int(j, p->status);
	json_key(j, "type");
	json_str(j, p->type);
	json_key(j, "kind");
	json_z(j, page_kind_name(p->kind));
	strings(j, "reasons", p->reasons, p->n_reasons);
	json_key(j, "title");
	json_str(j, p->title);
	next_json(&p->next, j);
	json_key(j, "bytes");
	json_int(j, (int64_t)p->bytes);
	json_key(j, "text_bytes");
	json_int(j, (int64_t)p->text_bytes);
	hex_encode(p->sha256, SHA256_BYTES, hex);
	json_key(j, "sha256");
	json_str(j, str_make(hex, sizeof hex));
	json_key(j, "facts");
	json_arr(j);
	for (unsigned bit = 0; bit < PAGE_FACT_COUNT; bit++)
		if (p->facts >> bit & 1)
			json_z(j, page_fact_name(bit));
	json_arr_end(j);
	json_key(j, "revisit");
	if (p->revisit) {
		json_obj(j);
		json_key(j, "url");
		json_str(j, p->same_url);
		json_key(j, "time");
		json_time(j, p->same_time);
		json_obj_end(j);
	} else {
		json_nil(j);
	}
	strings(j, "tokens", p->tokens, p->n_tokens);
}
