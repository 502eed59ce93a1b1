/* collect.c - see collect.h. */
#include "page/collect.h"

#include "base/limits.h"
#include "base/time.h"
#include "page/crawl.h"
#include "page/fact.h"

enum { OUTCOME = 200 };

#define DAMAGE \
	(FACT(warc_bad_header) | FACT(warc_bad_length) | FACT(warc_short) | FACT(gzip_damaged) | FACT(gzip_bomb) | \
		FACT(http_bad_header) | FACT(http_short) | FACT(http_bad_chunk) | FACT(http_bad_coding))

void collect_init(struct collect *c, const struct psl *psl, struct images *decoder)
{
	*c = (struct collect){.psl = psl, .decoder = decoder};
	map_init(&c->looks.urls, LIM_CHAIN_URLS);
	map_init(&c->images, LIM_CHAIN_URLS);
	map_init(&c->seen, LIM_CHAIN_URLS);
	arena_init(&c->arena, LIM_CHAIN_URLS);
	arena_init(&c->page, LIM_PAGE_ARENA);
}

void collect_free(struct collect *c)
{
	map_free(&c->images);
	map_free(&c->looks.urls);
	map_free(&c->seen);
	arena_free(&c->arena);
	arena_free(&c->page);
}

/* A capture of an http URL: its response, empty but for the body for a resource. 1, 0 none, -1 out of memory. */
static int response_of(struct arena *a, const struct warc_record *r, struct http_response *h)
{
	struct str outcome, reason;
	if (!str_istarts(r->target, S("http:")) && !str_istarts(r->target, S("https:")))
		return 0;
	if (r->type == WARC_RESPONSE || r->type == WARC_REVISIT)
		return http_response(a, r->block, h) ? -1 : 1;
	if (r->type == WARC_METADATA && crawl_outcome(r->block, &outcome, &reason)) {
		*h = (struct http_response){.facts = str_eq(outcome, S("refused")) ? FACT(target_refused) : FACT(target_failed)};
		return 1;
	}
	if (r->type != WARC_RESOURCE && r->type != WARC_CONVERSION)
		return 0;
	*h = (struct http_response){.body = str_first(r->block, LIM_PAGE), .status = 200};
	http_content_type(r->content_type, &h->type, &h->charset);
	return 1;
}

/* ---- images ---- */

/* -1: out of memory. */
static int look_at(struct collect *c, struct str url, struct str body, const uint8_t digest[SHA256_BYTES])
{
	struct image_look look;
	if (!c->decoder)
		return 0;
	images_look(c->decoder, body, digest, &look);
	if (look.state != IMAGE_LOOK)
		return 0;
	struct map_entry *e = map_put(&c->looks.urls, url, NULL);
	struct image_digest *d = e ? vec_push(&c->arena, &c->looks.v, SIZE_MAX / 2) : NULL;
	if (!d)
		return -1;
	*d = look.digest;
	e->value = c->looks.v.n;
	return 0;
}

static int image(struct collect *c, const struct warc_record *r, struct err *err)
{
	struct http_response h;
	struct url u;
	uint8_t digest[SHA256_BYTES];
	int rc = response_of(&c->page, r, &h);
	if (rc > 0 && (!str_istarts(h.type, S("image/")) || !h.body.n || h.status >= 300))
		return 0;
	if (rc > 0)
		rc = url_parse(&c->page, NULL, r->target, &u);
	if (rc <= 0)
		return rc ? err_oom(err, "pages") : 0;
	sha256(h.body, digest);
	struct map_entry *e = map_put(&c->images, u.raw, NULL);
	if (!e)
		return err_oom(err, "pages");
	e->value = 0;
	for (int i = 0; i < 8; i++)
		e->value = e->value << 8 | digest[i];
	return look_at(c, u.raw, h.body, digest) ? err_oom(err, "pages") : 0;
}

int collect_images(struct collect *c, unzip_read_fn read, void *ctx, struct err *err)
{
	struct warc *w;
	struct warc_record r;
	int rc = warc_open(&w, read, ctx, err);
	if (rc)
		return rc;
	while ((rc = warc_next(w, &r, err)) > 0) {
		arena_reset(&c->page);
		if ((rc = image(c, &r, err)))
			break;
	}
	warc_close(w);
	return rc;
}

/* ---- pages ---- */

/* Remembers whose payload this was, for revisits that name only the digest. */
static int remember(struct collect *c, const struct warc_record *r, const struct page *p)
{
	bool fresh;
	struct map_entry *e = r->digest.n ? map_put(&c->seen, r->digest, &fresh) : NULL;
	if (!r->digest.n)
		return 0;
	if (!e)
		return -1;
	if (!fresh)
		return 0;
	struct str id = page_id(&c->arena, p->url.raw, p->time), *v = id.p ? vec_push(&c->arena, &c->urls, SIZE_MAX) : NULL;
	if (!v)
		return -1;
	*v = id;
	e->value = c->urls.n;
	return 0;
}

static void same_as(const struct collect *c, const struct warc_record *r, struct page_input *in)
{
	in->revisit = true;
	in->same_url = r->refers_uri;
	in->same_time = r->refers_time;
	const struct map_entry *e = r->digest.n && !r->refers_uri.n ? map_get(&c->seen, r->digest) : NULL;
	if (!e || !e->value)
		return;
	struct str id = c->urls.v[e->value - 1];
	size_t blank = str_rfind_byte(id, ' ');
	in->same_url = str_first(id, blank);
	time_parse_iso(str_from(id, blank + 1), &in->same_time);
}

/* "refused: loopback" */
static struct str outcome_of(struct arena *a, struct str block)
{
	struct str outcome, reason;
	struct buf b;
	buf_init_arena(&b, a, OUTCOME);
	crawl_outcome(block, &outcome, &reason);
	buf_add(&b, outcome);
	buf_add(&b, S(": "));
	buf_add(&b, reason);
	return b.oom ? (struct str){0} : buf_str(&b);
}

static int record(struct collect *c, const struct warc_record *r, collect_fn fn, void *ctx, struct err *err)
{
	struct http_response h;
	struct page p;
	struct page_input in = {.url = r->target,
		.ip = r->ip,
		.time = r->time,
		.http = &h,
		.images = &c->images,
		.looks = &c->looks,
		.same_time = TIME_NONE};
	int rc = response_of(&c->page, r, &h);
	if (rc > 0 && h.facts & (FACT(target_refused) | FACT(target_failed))) {
		in.outcome = outcome_of(&c->page, r->block);
		rc = in.outcome.p ? rc : -1;
	}
	if (rc > 0) {
		h.facts |= r->facts;
		if (r->type == WARC_REVISIT)
			same_as(c, r, &in);
		rc = page_build(&c->page, c->psl, &in, &p);
	}
	if (rc < 0)
		return err_oom(err, "a page");
	c->skipped += !rc;
	c->facts |= rc ? p.facts : r->facts;
	c->damaged += ((rc ? p.facts : r->facts) & DAMAGE) != 0;
	if (!rc)
		return 0;
	c->responses++;
	if (r->type != WARC_REVISIT && remember(c, r, &p))
		return err_oom(err, "pages");
	if (p.kind == PAGE_FILE)
		return 0;
	c->pages++;
	return fn(ctx, &p, r);
}

int collect_pages(struct collect *c, unzip_read_fn read, void *ctx, collect_fn fn, void *fn_ctx, struct err *err)
{
	struct warc *w;
	struct warc_record r;
	int rc = warc_open(&w, read, ctx, err);
	if (rc)
		return rc;
	while ((rc = warc_next(w, &r, err)) > 0) {
		arena_reset(&c->page);
		c->records++;
		if ((rc = record(c, &r, fn, fn_ctx, err)))
			break;
	}
	if (!rc && r.facts) {
		c->facts |= r.facts;
		c->damaged++;
	}
	warc_close(w);
	return rc;
}
