/* crawl.c - trapline crawl: fetches what stored messages link to into a WARC file, then reads that file. */
#include "page/crawl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/progress.h"
#include "base/vec.h"
#include "cmd/command.h"
#include "cmd/former.h"
#include "cmd/pages.h"
#include "codec/url.h"
#include "export/escape.h"
#include "export/mask.h"

enum { PARALLEL = 8, DELAY_S = 2, TIMEOUT_S = 30, PER_DOMAIN = 3, URLS = 100 };

/* ---- which URLs ---- */

struct candidate {
	struct str url, domain;
	int64_t time; /* of the last message */
};
struct choice {
	struct session *s;
	struct psl *psl;
	struct arena arena, scratch;
	struct map seen; /* URL -> candidate + 1; captured ones: 0 */
	VEC(struct candidate) list;
	VEC(struct str) urls;
	size_t captured, traps, acts;
	struct err *err;
};

static int see_page(void *ctx, struct str id, struct str json)
{
	struct choice *c = ctx;
	(void)json;
	size_t blank = str_rfind_byte(id, ' ');
	return map_put(&c->seen, str_first(id, blank), NULL) ? 0 : err_oom(c->err, "URLs");
}

/* What a visit would change, or that is no page. */
static bool acts(struct str url)
{
	static const char *const words[] = {
		"unsub", "optout", "opt-out", "opt_out", "remove", "abmelden", "desinscri", "confirm", "verify"};
	static const char *const ends[] = {".gif", ".jpg", ".jpeg", ".png", ".css", ".js", ".ico", ".swf", ".exe", ".zip", ".pdf"};
	struct str path = str_first(url, str_find_byte(url, '?'));
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ifind(url, str_of(words[i])) != STR_NPOS)
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_iends(path, str_of(ends[i])))
			return true;
	return false;
}

/* The URL tells who received the mail: a visit would tell the sender. */
static bool tells(const struct mask *m, struct str url)
{
	struct buf b;
	buf_init(&b, 4 * LIM_URL);
	mask_tokens(m, url, &b);
	bool same = buf_ok(&b) && str_eq(buf_str(&b), url);
	buf_free(&b);
	return !same;
}

static int one_url(struct choice *c, const struct mask *m, struct str raw, int64_t time)
{
	struct url u;
	bool fresh;
	arena_reset(&c->scratch);
	int rc = url_parse(&c->scratch, c->psl, raw, &u);
	if (rc <= 0 || u.flags & URL_MAILTO)
		return rc < 0 ? err_oom(c->err, "URLs") : 0;
	u.raw = str_first(u.raw, str_find_byte(u.raw, '#'));
	const bool trap = tells(m, u.raw), act = acts(u.raw);
	c->traps += trap;
	c->acts += act;
	if (trap || act || c->list.n == LIM_CRAWL_URLS)
		return 0;
	struct map_entry *e = map_put(&c->seen, u.raw, &fresh);
	if (e && !fresh) {
		if (e->value && c->list.v[e->value - 1].time < time)
			c->list.v[e->value - 1].time = time;
		c->captured += !e->value;
		return 0;
	}
	struct candidate *new = e ? vec_push(&c->arena, &c->list, LIM_CRAWL_URLS) : NULL;
	if (!new)
		return err_oom(c->err, "URLs");
	*new = (struct candidate){e->key, arena_dup(&c->arena, u.domain.n ? u.domain : u.host), time};
	e->value = c->list.n;
	return new->domain.p ? 0 : err_oom(c->err, "URLs");
}

static int one_message(void *ctx, const struct store_row *r)
{
	struct choice *c = ctx;
	struct mask m;
	int rc = 0;
	mask_init(&m);
	mask_of_row(&m, r->row);
	for (size_t i = 0; i < r->row->urls.n && !rc; i++)
		rc = one_url(c, &m, r->row->urls.v[i], r->row->time);
	return rc;
}

static int newest(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return x->time != y->time ? (x->time < y->time ? 1 : -1) : str_cmp(x->url, y->url);
}

/* The newest, a few of each domain. */
static int pick(struct choice *c)
{
	const struct options *o = c->s->o;
	const size_t most = o->limit >= 0 ? (size_t)o->limit : URLS;
	const uint64_t each = o->per_domain >= 0 ? (uint64_t)o->per_domain : PER_DOMAIN;
	struct map domains;
	int rc = 0;
	map_init(&domains, LIM_CHAIN_URLS);
	if (c->list.n)
		qsort(c->list.v, c->list.n, sizeof *c->list.v, newest);
	for (size_t i = 0; i < c->list.n && c->urls.n < most && !rc; i++) {
		struct map_entry *e = map_put(&domains, c->list.v[i].domain, NULL);
		struct str *p = e && e->value < each ? vec_push(&c->arena, &c->urls, LIM_CRAWL_URLS) : NULL;
		if (p) {
			*p = c->list.v[i].url;
			e->value++;
		}
		rc = !e || (!p && e->value < each) ? err_oom(c->err, "URLs") : 0;
	}
	map_free(&domains);
	return rc;
}

static int choose(struct choice *c)
{
	const struct options *o = c->s->o;
	struct str feeds[OPT_LIST_MAX];
	struct store_filter filter = session_filter(c->s, true, feeds);
	for (size_t i = 0; i < o->n_paths; i++) {
		struct url u;
		int rc = url_parse(&c->arena, NULL, str_of(o->paths[i]), &u);
		if (rc == 0 || (rc > 0 && u.flags & URL_MAILTO))
			return err_set(c->err, ERR_USAGE, "%s is no URL; write http://HOST/PATH", o->paths[i]);
		struct str *p = rc > 0 ? vec_push(&c->arena, &c->urls, LIM_CRAWL_URLS) : NULL;
		if (!p)
			return err_oom(c->err, "URLs");
		*p = str_of(o->paths[i]);
	}
	if (o->n_paths)
		return 0;
	int rc = store_items(c->s->store, "page", see_page, c, c->err);
	if (!rc)
		rc = store_scan(c->s->store, &filter, FEAT_BIT(time) | FEAT_BIT(urls) | FEAT_BIT(to) | FEAT_BIT(rcpt_to),
			STORE_UNORDERED, one_message, c, c->err);
	return rc ? rc : pick(c);
}

/* ---- the crawl ---- */

struct crawling {
	int fd;
	const char *path;
	struct progress progress;
};

static int write_out(void *ctx, struct str bytes, struct err *err)
{
	struct crawling *w = ctx;
	while (bytes.n) {
		ssize_t n = write(w->fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, ERR_ENV, "%s: cannot write", w->path);
		bytes = str_from(bytes, (size_t)n);
	}
	return 0;
}

static void show(void *ctx, const struct crawl_counts *n)
{
	struct crawling *w = ctx;
	progress_show(&w->progress, 0, 0, n->fetched + n->refused + n->failed);
}

static int64_t unix_now(void)
{
	return (int64_t)time(NULL);
}

static int fetch(struct choice *c, const char *path, struct err *err)
{
	const struct options *o = c->s->o;
	struct crawling w = {.path = path};
	struct crawl_counts n;
	const struct crawl_settings set = {.psl = c->psl,
		.proxy = o->proxy,
		.user_agent = o->user_agent,
		.resolve = o->resolve.v,
		.n_resolve = o->resolve.n,
		.allow = o->allow_address.v,
		.n_allow = o->allow_address.n,
		.allow_private = o->allow_private,
		.delay_ms = (int)(o->delay >= 0 ? o->delay : DELAY_S) * 1000,
		.timeout_s = (int)(o->timeout > 0 ? o->timeout : TIMEOUT_S),
		.parallel = PARALLEL,
		.now = unix_now};
	w.fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (w.fd < 0)
		return err_errno(err, ERR_ENV, "%s: cannot write", path);
	progress_start(&w.progress, "crawl", o->verbose >= 0);
	int rc = crawl_run(&set, c->urls.v, c->urls.n, write_out, show, &w, &n, err);
	progress_end(&w.progress);
	if (close(w.fd) && !rc)
		rc = err_errno(err, ERR_ENV, "%s: cannot write", path);
	if (!rc && o->verbose >= 0)
		fprintf(stderr, "trapline: %zu fetched, %zu refused, %zu without an answer, into %s\n", n.fetched, n.refused,
			n.failed, path);
	if (!rc && n.dropped && o->verbose >= 0)
		fprintf(stderr, "trapline: %zu hops more than are followed\n", n.dropped);
	return rc;
}

static void list_urls(const struct choice *c)
{
	struct buf b;
	buf_init(&b, 64 * KIB);
	for (size_t i = 0; i < c->urls.n; i++) {
		buf_clear(&b);
		esc_term(c->urls.v[i], 0, 0, &b);
		printf("%.*s\n", STR_FMT(buf_str(&b)));
	}
	buf_free(&b);
}

static void say(const struct choice *c)
{
	if (c->s->o->verbose < 0 || c->s->o->n_paths)
		return;
	fprintf(stderr,
		"trapline: %zu of %zu URLs chosen; left out, counted for each message: %zu captured already, %zu that carry a trap address, "
		"%zu that unsubscribe or are no page\n",
		c->urls.n, c->list.n, c->captured, c->traps, c->acts);
}

static int crawl(struct session *s, struct err *err)
{
	struct choice c = {.s = s, .err = err};
	const char *path = s->o->out ? s->o->out : "trapline-crawl.warc.gz";
	arena_init(&c.arena, LIM_CHAIN_URLS);
	arena_init(&c.scratch, 1 * MIB);
	map_init(&c.seen, LIM_CHAIN_URLS);
	int rc = session_psl(s, &c.psl, err);
	rc = rc ? rc : choose(&c);
	if (!rc)
		say(&c);
	if (!rc && s->o->dry_run)
		list_urls(&c);
	else if (!rc && c.urls.n)
		rc = fetch(&c, path, err);
	if (!rc && !s->o->dry_run && c.urls.n)
		rc = pages_read(s, &path, 1, err);
	map_free(&c.seen);
	arena_free(&c.scratch);
	arena_free(&c.arena);
	psl_unload(c.psl);
	return rc;
}

int cmd_crawl(const struct options *o, struct err *err)
{
	struct session s;
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = o->n_paths ? session_open_store(&s, STORE_WRITE, err) : session_open_existing(&s, STORE_WRITE, err);
	rc = rc ? rc : former_options(&s, err);
	if (!rc)
		rc = crawl(&s, err);
	session_close(&s);
	return rc;
}
