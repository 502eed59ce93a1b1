/* pages.c - trapline pages WARC...: landing pages and redirect chains into the store; without WARC, a list of them. */
#include "cmd/pages.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "base/progress.h"
#include "cmd/command.h"
#include "cmd/input.h"
#include "export/escape.h"
#include "page/chain.h"
#include "page/collect.h"
#include "page/fact.h"

enum { PAGE_BATCH = 5000 };

int session_psl(const struct session *s, struct psl **out, struct err *err)
{
	return psl_load(out, s->o->psl ? s->o->psl : s->config->psl, err);
}

/* ---- pages into the store ---- */

struct reading {
	struct session *s;
	struct collect collect;
	struct progress progress;
	const char *path;
	const char *const *paths;
	size_t n_paths;
	struct buf json, id;
	uint64_t in_batch;
};

static void provenance(const struct reading *g, const struct warc_record *r, struct json *j)
{
	json_key(j, "warc");
	json_obj(j);
	json_key(j, "file");
	json_z(j, g->path);
	json_key(j, "offset");
	json_int(j, (int64_t)r->offset);
	json_key(j, "record");
	json_str(j, r->id);
	json_key(j, "digest");
	json_str(j, r->digest);
	json_obj_end(j);
}

static int flush(struct reading *g, struct err *err)
{
	int rc = store_commit(g->s->store, err);
	g->in_batch = 0;
	return rc ? rc : store_begin(g->s->store, err);
}

/* A revisit whose first capture is stored is that one, at another time. True: g->json is written. */
static bool as_before(struct reading *g, const struct page *p, const struct warc_record *r, struct err *err)
{
	struct arena a;
	struct str old;
	char text[TIME_ISO_SIZE];
	arena_init(&a, LIM_PAGE_ARENA);
	struct str id = p->revisit && p->same_time != TIME_NONE ? page_id(&a, p->same_url, p->same_time) : S("");
	json_t *o = id.n && store_item(g->s->store, "page", id, &a, &old, err) > 0 ? json_parse(old) : NULL;
	time_iso(p->time, text);
	bool ok = o && !json_object_set_new(o, "time", json_string(text)) &&
	          !json_object_set_new(o, "ip", json_stringn(p->ip.n ? (const char *)p->ip.p : "", p->ip.n)) &&
	          !json_object_set_new(
			  o, "revisit", json_pack("{s:s%,s:o}", "url", p->same_url.p, p->same_url.n, "time", json_null())) &&
	          !json_object_del(o, "warc");
	if (ok) {
		time_iso(p->same_time, text);
		ok = !json_object_set_new(json_object_get(o, "revisit"), "time", json_string(text));
	}
	char *z = ok ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	if (z) {
		struct str s = str_of(z);
		struct json j = {&g->json, true};
		buf_add(&g->json, str_first(s, s.n - 1));
		provenance(g, r, &j);
		json_obj_end(&j);
	}
	free(z); /* banned: jansson gave it */
	json_decref(o);
	arena_free(&a);
	return z != NULL;
}

static int put_page(void *ctx, const struct page *p, const struct warc_record *r)
{
	struct reading *g = ctx;
	struct err err = {0};
	char time[TIME_ISO_SIZE];
	buf_clear(&g->json);
	buf_clear(&g->id);
	if (!as_before(g, p, r, &err)) {
		struct json j = json_to(&g->json);
		page_json(p, &j);
		provenance(g, r, &j);
		json_obj_end(&j);
	}
	time_iso(p->time, time);
	buf_add(&g->id, p->url.raw);
	buf_byte(&g->id, ' ');
	buf_add(&g->id, str_of(time));
	int rc = buf_ok(&g->json) && buf_ok(&g->id) ? store_put_item(g->s->store, "page", buf_str(&g->id), buf_str(&g->json), &err)
	                                            : err_oom(&err, "a page");
	if (!rc && ++g->in_batch >= PAGE_BATCH)
		rc = flush(g, &err);
	if (rc)
		fprintf(stderr, "trapline: %s\n", err.text);
	progress_show(&g->progress, 0, 0, g->collect.records);
	return rc;
}

static int read_file(struct reading *g, const char *path, struct err *err)
{
	struct input_file f;
	g->path = path;
	int rc = input_open(&f, path, err);
	if (!rc && f.fd != STDIN_FILENO) { /* a pipe can be read only once: then images are not joined to pages */
		rc = collect_images(&g->collect, input_read, &f, err);
		if (!rc && lseek(f.fd, 0, SEEK_SET) < 0)
			rc = errno == ESPIPE ? err_set(err, ERR_INPUT, "%s: no regular file; use - to read a pipe", path)
			                     : err_errno(err, ERR_INPUT, "%s", path);
	}
	if (!rc)
		rc = collect_pages(&g->collect, input_read, &f, put_page, g, err);
	if (rc && !err->kind)
		rc = err_set(err, ERR_ENV, "%s: pages could not be stored", path);
	input_close(&f);
	return rc;
}

static int read_files(struct reading *g, struct err *err)
{
	int rc = store_begin(g->s->store, err);
	for (size_t i = 0; i < g->n_paths && !rc; i++)
		rc = read_file(g, g->paths[i], err);
	return store_end(g->s->store, rc, err);
}

/* ---- chains ---- */

struct chaining {
	struct chains chains;
	struct arena arena;
};

static int load_page(void *ctx, struct str id, struct str json)
{
	struct chaining *c = ctx;
	struct capture capture;
	(void)id;
	arena_reset(&c->arena);
	int rc = capture_load(&c->arena, json, &capture);
	return rc < 0 || (rc > 0 && chains_add(&c->chains, &capture)) ? ERR_ENV : 0;
}

static int load_age(void *ctx, struct str id, struct str json)
{
	struct chaining *c = ctx;
	json_t *o = json_parse(json);
	int64_t registered = json_time_of(o, "registered");
	json_decref(o);
	return registered != TIME_NONE && chains_age(&c->chains, id, registered) ? ERR_ENV : 0;
}

static int put_chain(struct chaining *c, struct store *s, size_t i, struct buf *out, struct err *err)
{
	struct chain chain;
	arena_reset(&c->arena);
	buf_clear(out);
	struct json j = json_to(out);
	struct str id = page_id(&c->arena, chain_url(&c->chains, i), c->chains.nodes.v[i].time);
	if (!id.p || chain_build(&c->chains, i, &c->arena, &chain))
		return err_oom(err, "redirect chains");
	chain_json(&chain, &j);
	return buf_ok(out) ? store_put_item(s, "chain", id, buf_str(out), err) : err_oom(err, "redirect chains");
}

static int put_chains(struct chaining *c, struct store *s, struct err *err)
{
	struct buf out;
	buf_init(&out, 16 * MIB);
	int rc = store_begin(s, err);
	rc = rc ? rc : store_clear_items(s, "chain", err);
	for (size_t i = 0; i < c->chains.n && !rc; i++)
		if (c->chains.nodes.v[i].next)
			rc = put_chain(c, s, i, &out, err);
	rc = store_end(s, rc, err);
	buf_free(&out);
	return rc;
}

int pages_chain(struct session *s, const struct psl *psl, struct err *err)
{
	struct chaining c;
	arena_init(&c.arena, LIM_PAGE_ARENA);
	chains_init(&c.chains, psl);
	int rc = store_items(s->store, "page", load_page, &c, err);
	rc = rc ? rc : store_items(s->store, "dns", load_age, &c, err);
	if (!rc && chains_done(&c.chains))
		rc = ERR_ENV;
	if (rc && !err->kind)
		rc = err_oom(err, "redirect chains");
	if (!rc)
		rc = put_chains(&c, s->store, err);
	if (c.chains.lost && s->o->verbose >= 0)
		fprintf(stderr, "trapline: %zu pages more than chains are built over (%d)\n", c.chains.lost, LIM_CHAIN_PAGES);
	chains_free(&c.chains);
	arena_free(&c.arena);
	return rc;
}

/* ---- the command ---- */

static void say(const struct collect *c, size_t files)
{
	fprintf(stderr, "trapline: %llu records in %zu file%s: %llu pages, %llu other captures\n", (unsigned long long)c->records,
		files, files == 1 ? "" : "s", (unsigned long long)c->pages, (unsigned long long)(c->responses - c->pages));
	if (!c->damaged)
		return;
	fprintf(stderr, "trapline: %llu records are damaged:\n", (unsigned long long)c->damaged);
	for (unsigned bit = 0; bit < PAGE_FACT_COUNT; bit++)
		if (c->facts >> bit & 1)
			fprintf(stderr, "  %s: %s\n", page_fact_name(bit), page_fact_meaning(bit));
}

static void say_images(struct images *images)
{
	struct images_count c = images_count(images);
	if (c.problem)
		fprintf(stderr, "trapline: images were not looked at: %s\n", c.problem);
	else if (c.broke)
		fprintf(stderr, "trapline: %llu images could not be decoded: the process broke over them\n",
			(unsigned long long)c.broke);
}

int pages_read(struct session *s, const char *const *paths, size_t n, struct err *err)
{
	struct reading g = {.s = s, .paths = paths, .n_paths = n};
	struct psl *psl = NULL;
	struct images *images = NULL;
	int rc = session_psl(s, &psl, err);
	rc = rc ? rc : images_new(&images, err);
	collect_init(&g.collect, psl, images);
	buf_init(&g.json, 4 * MIB);
	buf_init(&g.id, LIM_URL + 64);
	progress_start(&g.progress, "pages", s->o->verbose >= 0);
	rc = rc ? rc : read_files(&g, err);
	progress_end(&g.progress);
	rc = rc ? rc : pages_chain(s, psl, err);
	if (!rc && s->o->verbose >= 0)
		say(&g.collect, n);
	if (!rc)
		say_images(images);
	if (!rc && !g.collect.records)
		rc = err_set(err, ERR_INPUT, "%s: no WARC record found", paths[0]);
	buf_free(&g.json);
	buf_free(&g.id);
	collect_free(&g.collect);
	images_del(images);
	psl_unload(psl);
	return rc;
}

int cmd_pages(const struct options *o, struct err *err)
{
	struct session s;
	const bool reads = o->n_paths > 0;
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = session_open_store(&s, reads ? STORE_WRITE : STORE_READ, err);
	if (!rc)
		rc = reads ? pages_read(&s, o->paths, o->n_paths, err) : pages_list(&s, err);
	if (!rc && reads)
		rc = pages_summary(&s, err);
	session_close(&s);
	return rc;
}
