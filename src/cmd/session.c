/* session.c - see session.h. */
#include "cmd/session.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cmd/former.h"
#include "cmd/interrupt.h"

static struct str word(const char *z)
{
	return z ? str_of(z) : (struct str){NULL, 0};
}

int session_open(struct session *s, const struct options *o, struct err *err)
{
	*s = (struct session){.o = o, .campaign = word(o->campaign), .engine = word(o->engine)};
	buf_init(&s->former, 1 * MIB);
	arena_init(&s->arena, SIZE_MAX);
	if (config_load(&s->config, o->config, err))
		return err->kind;
	s->store_path = o->store ? o->store : s->config->store ? s->config->store : "trapline.db";
	s->jobs = o->jobs ? o->jobs : s->config->jobs;
	if (!s->jobs) {
		long cores = sysconf(_SC_NPROCESSORS_ONLN);
		s->jobs = cores < 1 ? 1 : cores > LIM_WORKERS ? LIM_WORKERS : (int)cores;
	}
	return 0;
}

int session_open_store(struct session *s, enum store_mode mode, struct err *err)
{
	int rc = store_open(&s->store, s->store_path, mode, err);
	if (!rc && mode == STORE_WRITE)
		interrupt_writes_store();
	return rc || mode == STORE_WRITE ? rc : store_read_begin(s->store, err);
}

int session_open_existing(struct session *s, enum store_mode mode, struct err *err)
{
	if (access(s->store_path, F_OK))
		return err_errno(err, ERR_INPUT, "%s", s->store_path);
	return session_open_store(s, mode, err);
}

static int check_feeds(const struct session *s, const struct store_feed *feeds, size_t n, struct err *err)
{
	for (size_t i = 0; i < s->o->feed.n; i++) {
		size_t k = 0;
		while (k < n && !str_eq(feeds[k].name, str_of(s->o->feed.v[i])))
			k++;
		if (k == n)
			return err_set(err, ERR_USAGE, "--feed %s: the store has no such feed; `trapline feeds` lists them",
				s->o->feed.v[i]);
	}
	return 0;
}

int session_open_reading(struct session *s, bool with_feed, struct err *err)
{
	struct arena a;
	struct store_feed *feeds;
	struct str made;
	size_t n;
	arena_init(&a, 64 * MIB);
	int rc = session_open_store(s, STORE_READ, err);
	rc = rc ? rc : store_feed_list(s->store, &a, &feeds, &n, err);
	if (!rc && with_feed)
		rc = check_feeds(s, feeds, n, err);
	if (!rc && n && (rc = store_meta(s->store, STORE_ANALYSIS, &a, &made, err)) == 0 && s->o->verbose >= 0)
		fputs("trapline: messages wait for their analysis: `trapline analyse` does it\n", stderr);
	arena_free(&a);
	return rc < 0 ? rc : former_options(s, err);
}

int session_list(const struct options *o, int (*list)(struct session *, struct err *), struct err *err)
{
	struct session s;
	int rc = session_open(&s, o, err);
	rc = rc ? rc : session_open_reading(&s, true, err);
	rc = rc ? rc : list(&s, err);
	session_close(&s);
	return rc;
}

int session_pack(struct session *s, struct err *err)
{
	const struct options *o = s->o;
	const struct config *c = s->config;
	struct arena a;
	size_t n = 0;
	if (s->pack)
		return 0;
	arena_init(&a, 1 * MIB);
	const char **files = arena_alloc(&a, (c->packs_count + o->pack.n + 1) * sizeof *files);
	for (unsigned i = 0; files && i < c->packs_count; i++)
		files[n++] = c->packs[i];
	for (size_t i = 0; files && i < o->pack.n; i++)
		files[n++] = o->pack.v[i];
	int rc = files ? pack_open(&s->pack, !o->no_default_packs && !c->no_default_packs, files, n, err) : err_oom(err, "packs");
	arena_free(&a);
	return rc;
}

static struct feed_settings said_of_feeds(const struct session *s)
{
	const struct options *o = s->o;
	return (struct feed_settings){.kind = o->kind,
		.trust = o->trust.v,
		.n_trust = o->trust.n,
		.smtp = o->smtp.v,
		.n_smtp = o->smtp.n,
		.feeds = s->config->feeds,
		.n_feeds = s->config->feeds_count};
}

int session_feeds(const struct session *s, struct feed_settings *out, struct err *err)
{
	const struct options *o = s->o;
	*out = said_of_feeds(s);
	out->name = o->feed.n ? o->feed.v[0] : NULL;
	if (out->kind && !feed_kind_valid(str_of(out->kind)))
		return err_set(err, ERR_USAGE, "--kind %s: use trap, lab, customer or list", out->kind);
	if (o->feed.n > 1)
		return err_set(
			err, ERR_USAGE, "--feed names the one feed of all paths of a call; several feeds need a config file (-c)");
	return out->name && !*out->name ? err_set(err, ERR_USAGE, "--feed: the name is empty") : 0;
}

struct reading_settings session_reading(const struct session *s)
{
	return (struct reading_settings){
		.feeds = said_of_feeds(s), .psl = s->o->psl ? s->o->psl : s->config->psl, .quiet = s->o->verbose < 0};
}

void session_close(struct session *s)
{
	store_close(s->store);
	pack_close(s->pack);
	config_free(s->config);
	buf_free(&s->former);
	arena_free(&s->arena);
	*s = (struct session){0};
}

struct store_filter session_filter(const struct session *s, bool with_feed, struct str *feeds)
{
	const struct options *o = s->o;
	struct store_filter f = {.since = o->since,
		.until = o->until,
		.brand = word(o->brand),
		.engine = s->engine,
		.client = word(o->client),
		.campaign = s->campaign,
		.id_prefix = s->message,
		.programme = word(o->programme),
		.category = word(o->category),
		.country = word(o->country),
		.from_domain = word(o->from_domain),
		.domain = word(o->domain),
		.subject = word(o->subject),
		.feeds = feeds};
	for (size_t i = 0; with_feed && i < o->feed.n; i++)
		feeds[f.nfeeds++] = str_of(o->feed.v[i]);
	return f;
}

const char *session_model(const struct session *s, struct arena *a, struct err *err)
{
	const char *named = s->o->model ? s->o->model : s->config->model;
	struct buf path;
	if (named)
		return named;
	buf_init_arena(&path, a, 64 * KIB);
	buf_printf(&path, "%s.model", s->store_path);
	buf_z(&path);
	if (buf_ok(&path))
		return (const char *)path.p;
	err_oom(err, "the model's name");
	return NULL;
}
