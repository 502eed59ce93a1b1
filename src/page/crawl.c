/* crawl.c - see crawl.h. Plans what to fetch next and records what came; crawl_fetch.c does one fetch with libcurl. */
#include "page/crawl.h"

#include "base/ip.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/progress.h"
#include "base/time.h"
#include "base/vec.h"
#include "page/crawl_int.h"
#include "page/page.h"
#include "page/warc_write.h"

enum { HOSTS = 64 * 1024 * 1024, RECORD = 16 * 1024 * 1024 };

struct crawl_host {
	double next; /* not before, monotonic seconds */
	bool busy;
};

struct target {
	struct str url, via; /* via: what led here; empty for the first */
	size_t host;
	int hops;
	bool done;
};

struct crawl {
	const struct crawl_settings *set;
	crawl_sink sink;
	crawl_progress progress;
	void *ctx;
	struct crawl_counts *counts;
	struct arena arena, page;
	struct map seen, hosts;
	VEC(struct target) targets;
	VEC(struct crawl_host) known;
	size_t first; /* all before it are done or running */
	struct fetcher *fetcher;
};

bool crawl_outcome(struct str block, struct str *outcome, struct str *reason)
{
	struct str rest = block, line;
	*reason = S("");
	if (!str_line(&rest, &line) || !str_starts(line, S("outcome: ")))
		return false;
	*outcome = str_from(line, 9);
	if (str_line(&rest, &line) && str_starts(line, S("reason: ")))
		*reason = str_from(line, 8);
	return true;
}

/* ---- records ---- */

static int emit(struct crawl *c, const struct warc_out *r, char id[WARC_ID + 1], struct err *err)
{
	struct buf out;
	buf_init(&out, RECORD);
	int rc = warc_write(&out, r, id) ? err_oom(err, "crawl") : c->sink(c->ctx, buf_str(&out), err);
	buf_free(&out);
	return rc;
}

static int emit_info(struct crawl *c, struct err *err)
{
	struct warc_out r = {.type = WARC_INFO,
		.content_type = S("application/warc-fields"),
		.time = c->set->now(),
		.block = S("software: trapline/" TRAPLINE_VERSION "\r\nformat: WARC File Format 1.1\r\n")};
	return emit(c, &r, NULL, err);
}

static int emit_outcome(struct crawl *c, const struct target *t, const char *outcome, const char *reason, struct err *err)
{
	struct buf b;
	buf_init(&b, 2 * LIM_URL + 1024);
	buf_printf(&b, "outcome: %s\r\nreason: %s\r\n", outcome, reason);
	if (t->via.n)
		buf_printf(&b, "via: %.*s\r\n", STR_FMT(t->via));
	struct warc_out r = {.type = WARC_METADATA,
		.target = t->url,
		.content_type = S("application/warc-fields"),
		.block = buf_str(&b),
		.time = c->set->now()};
	int rc = buf_ok(&b) ? emit(c, &r, NULL, err) : err_oom(err, "crawl");
	buf_free(&b);
	return rc;
}

static int emit_fetch(struct crawl *c, const struct target *t, const struct fetched *f, struct err *err)
{
	char id[WARC_ID + 1];
	struct buf block;
	buf_init(&block, LIM_CRAWL_HEADER + LIM_PAGE + 1024);
	buf_add(&block, f->header);
	buf_add(&block, f->body);
	struct warc_out r = {.type = WARC_RESPONSE,
		.target = t->url,
		.ip = f->ip,
		.block = buf_str(&block),
		.time = f->time,
		.content_type = S("application/http; msgtype=response"),
		.truncated = f->truncated};
	int rc = buf_ok(&block) ? emit(c, &r, id, err) : err_oom(err, "crawl");
	buf_free(&block);
	if (rc || !f->request.n)
		return rc;
	struct warc_out q = {.type = WARC_REQUEST,
		.target = t->url,
		.ip = f->ip,
		.block = f->request,
		.time = f->time,
		.content_type = S("application/http; msgtype=request"),
		.concurrent = str_make(id, WARC_ID)};
	return emit(c, &q, NULL, err);
}

/* ---- what to fetch ---- */

/* NULL, or why the URL is refused before anything is asked. */
static const char *refused(const struct crawl *c, const struct url *u)
{
	uint8_t ip[16];
	size_t n = ip_parse(u->host, ip);
	if (!str_starts(u->raw, S("http://")) && !str_starts(u->raw, S("https://")))
		return "not http or https";
	if (c->set->allow_private)
		return NULL;
	if (n && crawl_allowed(c->set, ip, n))
		return NULL;
	if (n)
		return ip_refused(ip, n);
	return host_refused(u->host);
}

/* Ports below 1024 belong to other protocols, which a URL could be made to speak. */
static const char *refused_port(const struct crawl *c, const struct url *u)
{
	uint64_t port;
	size_t at = str_find(u->raw, S("//"));
	struct str rest = str_from(u->raw, at + 2), host = str_first(rest, str_find_byte(rest, '/'));
	size_t colon = str_rfind_byte(host, ':');
	if (!(u->flags & URL_PORT) || colon == STR_NPOS || !str_u64(str_from(host, colon + 1), &port))
		return NULL;
	return port < 1024 && port != 80 && port != 443 && !c->set->allow_private ? "a port of another service" : NULL;
}

static int host_index(struct crawl *c, struct str host, size_t *out, struct err *err)
{
	bool fresh;
	struct map_entry *e = map_put(&c->hosts, host, &fresh);
	if (!e || (fresh && !vec_push(&c->arena, &c->known, SIZE_MAX)))
		return err_oom(err, "crawl");
	if (fresh)
		e->value = c->known.n - 1;
	*out = (size_t)e->value;
	return 0;
}

/* Queues a URL that was not there before; a refused one is recorded and done. */
static int queue(struct crawl *c, struct str url, struct str via, int hops, struct err *err)
{
	struct url u;
	bool fresh = false;
	int rc = url_parse(&c->page, c->set->psl, url, &u);
	if (rc <= 0)
		return rc ? err_oom(err, "crawl") : 0;
	u.raw = str_first(u.raw, str_find_byte(u.raw, '#'));
	struct map_entry *e = map_put(&c->seen, u.raw, &fresh);
	if (!e)
		return err_oom(err, "crawl");
	if (!fresh)
		return 0;
	if (c->targets.n == LIM_CRAWL_URLS || hops >= LIM_CHAIN_HOPS) {
		c->counts->dropped++;
		return 0;
	}
	struct target *t = vec_push(&c->arena, &c->targets, LIM_CRAWL_URLS);
	if (!t)
		return err_oom(err, "crawl");
	*t = (struct target){.url = e->key, .via = via, .hops = hops};
	const char *why = refused(c, &u);
	why = why ? why : refused_port(c, &u);
	if (why) {
		t->done = true;
		c->counts->refused++;
		return emit_outcome(c, t, "refused", why, err);
	}
	return host_index(c, u.host, &t->host, err);
}

/* ---- what came ---- */

/* Where the page leads is the next target. */
static int follow(struct crawl *c, size_t at, const struct fetched *f, struct err *err)
{
	struct http_response h;
	struct page p;
	struct buf block;
	const struct target *t = &c->targets.v[at];
	struct page_input in = {.url = t->url, .time = f->time, .http = &h, .same_time = TIME_NONE};
	buf_init(&block, LIM_CRAWL_HEADER + LIM_PAGE + 1024);
	buf_add(&block, f->header);
	buf_add(&block, f->body);
	int rc = buf_ok(&block) && http_response(&c->page, buf_str(&block), &h) == 0 ? page_build(&c->page, c->set->psl, &in, &p)
	                                                                             : -1;
	if (rc < 0)
		err_oom(err, "crawl");
	else if (rc > 0 && p.next.how != LEAD_NONE && !p.next.partial)
		queue(c, p.next.url, t->url, t->hops + 1, err);
	buf_free(&block);
	return err->kind;
}

static int finished(struct crawl *c, const struct fetched *f, struct err *err)
{
	const struct target t = c->targets.v[f->tag];
	struct crawl_host *h = &c->known.v[t.host];
	int rc;
	h->busy = false;
	h->next = clock_monotonic() + c->set->delay_ms / 1e3;
	arena_reset(&c->page);
	if (f->refused) {
		c->counts->refused++;
		rc = emit_outcome(c, &t, "refused", f->refused, err);
	} else if (!f->header.n) {
		c->counts->failed++;
		rc = emit_outcome(c, &t, "failed", f->failed, err);
	} else {
		c->counts->fetched++;
		rc = emit_fetch(c, &t, f, err);
		rc = rc ? rc : follow(c, f->tag, f, err);
	}
	if (c->progress)
		c->progress(c->ctx, c->counts);
	return rc;
}

/* ---- the loop ---- */

/* The next target whose host is free: its index, or STR_NPOS; *wait: seconds until one may be. */
static size_t next_target(struct crawl *c, double *wait)
{
	double now = clock_monotonic();
	*wait = 1;
	while (c->first < c->targets.n && c->targets.v[c->first].done)
		c->first++;
	for (size_t i = c->first; i < c->targets.n; i++) {
		const struct target *t = &c->targets.v[i];
		const struct crawl_host *h = t->done ? NULL : &c->known.v[t->host];
		if (!h || h->busy)
			continue;
		if (h->next <= now)
			return i;
		*wait = h->next - now < *wait ? h->next - now : *wait;
	}
	return STR_NPOS;
}

static int start(struct crawl *c, size_t i, struct err *err)
{
	struct target *t = &c->targets.v[i];
	t->done = true;
	c->known.v[t->host].busy = true;
	return fetch_start(c->fetcher, t->url, i, err);
}

static int loop(struct crawl *c, struct err *err)
{
	for (;;) {
		double wait;
		struct fetched f;
		size_t i = STR_NPOS;
		int rc = 0;
		while (fetch_running(c->fetcher) < c->set->parallel && (i = next_target(c, &wait)) != STR_NPOS)
			if ((rc = start(c, i, err)))
				return rc;
		if (!fetch_running(c->fetcher) && c->first >= c->targets.n)
			return 0;
		while ((rc = fetch_next(c->fetcher, &f, err)) > 0) {
			rc = finished(c, &f, err);
			fetch_done(c->fetcher, &f);
			if (rc)
				return rc;
		}
		if (rc)
			return rc;
		next_target(c, &wait);
		fetch_wait(c->fetcher, wait);
	}
}

int crawl_run(const struct crawl_settings *set, const struct str *urls, size_t n, crawl_sink sink, crawl_progress progress,
	void *ctx, struct crawl_counts *counts, struct err *err)
{
	struct crawl c = {.set = set, .sink = sink, .progress = progress, .ctx = ctx, .counts = counts};
	*counts = (struct crawl_counts){0};
	arena_init(&c.arena, HOSTS);
	arena_init(&c.page, LIM_PAGE_ARENA);
	map_init(&c.seen, LIM_CHAIN_URLS);
	map_init(&c.hosts, HOSTS);
	int rc = fetch_open(&c.fetcher, set, err);
	rc = rc ? rc : emit_info(&c, err);
	for (size_t i = 0; i < n && !rc; i++)
		rc = queue(&c, urls[i], S(""), 0, err);
	rc = rc ? rc : loop(&c, err);
	fetch_close(c.fetcher);
	map_free(&c.seen);
	map_free(&c.hosts);
	arena_free(&c.page);
	arena_free(&c.arena);
	return rc;
}
