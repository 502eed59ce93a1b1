/* ingest.c - trapline ingest PATH...: read what is new into the store. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/anomaly.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cmd/command.h"
#include "cmd/feed_set.h"
#include "cmd/pipeline.h"
#include "cmd/session.h"
#include "export/escape.h"
#include "jail/jail.h"

/* How a row comes to be: a change here makes stored rows be read anew (store_put). */
enum { EXTRACT_VERSION = 10, SHOW_PROBLEMS = 20, NOTE_BYTES = 4096 };

/* What was read for one feed out of one argument: a line of the store's log of sources. */
struct ledger_line {
	const struct feed *feed;
	const char *path; /* the argument */
	int64_t messages, fresh, doubtful;
	int64_t believed; /* messages with a Received field of the feed's own hosts */
};

struct ingest {
	struct session *s;
	const char *const *paths;
	size_t n_paths;
	struct arena arena;
	struct psl *psl;
	struct geo *geo;
	struct matcher *matcher;
	struct jail *jail;
	struct images *images;
	struct feed_set *feeds;
	struct source *source;
	VEC(struct ledger_line) lines;
	struct ledger_line *last;
	uint64_t messages, fresh, doubtful;
};

/* ---- what is read with ---- */

static int open_lists(struct ingest *g, struct err *err)
{
	const struct options *o = g->s->o;
	const struct config *c = g->s->config;
	const char *geoip = o->geoip ? o->geoip : c->geoip;
	int rc = psl_load(&g->psl, o->psl ? o->psl : c->psl, err);
	if (!rc && geoip)
		rc = geo_open(&g->geo, geoip, err);
	if (!rc)
		rc = session_pack(g->s, err);
	if (!rc)
		rc = matcher_open(&g->matcher, g->s->pack, NULL, err);
	return rc;
}

/* Without paths the config's feeds say what to read. */
static int choose_paths(struct ingest *g, struct err *err)
{
	const struct config *c = g->s->config;
	size_t n = 0;
	g->paths = g->s->o->paths;
	g->n_paths = g->s->o->n_paths;
	if (g->n_paths)
		return 0;
	for (unsigned i = 0; i < c->feeds_count; i++)
		n += c->feeds[i].paths_count;
	const char **paths = arena_alloc(&g->arena, (n + 1) * sizeof *paths);
	if (!paths)
		return err_oom(err, "paths");
	for (unsigned i = 0; i < c->feeds_count; i++)
		for (unsigned k = 0; k < c->feeds[i].paths_count; k++)
			paths[g->n_paths++] = c->feeds[i].paths[k];
	g->paths = paths;
	if (!n)
		return err_set(
			err, ERR_USAGE, "nothing to read: name a file or folder, or a config file (-c) whose feeds have paths");
	return 0;
}

/* The same number for the same packs, lists and rules. */
static int64_t knowledge_of(const struct ingest *g)
{
	const char *geoip = g->s->o->geoip ? g->s->o->geoip : g->s->config->geoip;
	struct str parts[] = {str_make(g->s->pack->hash, SHA256_BYTES), str_of(psl_version(g->psl)), str_of(geoip ? geoip : "")};
	uint64_t h = EXTRACT_VERSION;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		h = hash64(parts[i], h);
	return (int64_t)(h >> 1);
}

static int put_meta(struct ingest *g, struct err *err)
{
	struct store *s = g->s->store;
	char hex[SHA256_HEX];
	hex_encode(g->s->pack->hash, SHA256_BYTES, hex);
	int rc = store_put_meta(s, "pack", str_make(hex, sizeof hex), err);
	if (!rc)
		rc = store_put_meta(s, "psl", str_of(psl_version(g->psl)), err);
	if (!rc)
		rc = store_put_meta(s, "trapline", S(TRAPLINE_VERSION), err);
	return rc;
}

/* ---- the log of sources ---- */

/* The argument that the message's file came from. */
static const char *argument_of(const struct ingest *g, struct str path)
{
	const char *best = "";
	for (size_t i = 0; i < g->n_paths; i++)
		if (str_starts(path, str_of(g->paths[i])) && strlen(g->paths[i]) >= strlen(best))
			best = g->paths[i];
	return *best ? best : g->n_paths == 1 ? g->paths[0] : "-";
}

static struct ledger_line *line_of(struct ingest *g, const struct raw_mail *mail, const struct feed *feed)
{
	const char *path = g->last && g->n_paths == 1 ? g->last->path : argument_of(g, mail->path);
	if (g->last && g->last->feed == feed && g->last->path == path)
		return g->last;
	for (size_t i = 0; i < g->lines.n; i++)
		if (g->lines.v[i].feed == feed && g->lines.v[i].path == path)
			return &g->lines.v[i];
	struct ledger_line *l = vec_push(&g->arena, &g->lines, SIZE_MAX / 2);
	if (l)
		*l = (struct ledger_line){.feed = feed, .path = path};
	return l;
}

static int put_feed(struct ingest *g, const struct feed *f, struct err *err)
{
	struct str *hosts = arena_alloc(&g->arena, (f->trust.n + 1) * sizeof *hosts);
	if (!hosts)
		return err_oom(err, "feeds");
	for (size_t i = 0; i < f->trust.n; i++)
		hosts[i] = f->trust.hosts[i];
	struct store_feed feed = {.name = f->name,
		.kind = f->kind,
		.trust = {hosts, f->trust.n},
		.name_guessed = f->name_guessed,
		.trust_guessed = f->trust.n == 0};
	int rc = store_put_feed(g->s->store, &feed, err);
	return rc < 0 ? rc : 0;
}

static int put_line(
	struct ingest *g, const struct ledger_line *l, bool complete, struct str note, int64_t problems, struct err *err)
{
	struct store_source src = {.feed = l->feed->name,
		.path = str_of(l->path),
		.read_at = (int64_t)time(NULL),
		.messages = l->messages,
		.fresh = complete ? l->fresh : 0, /* each put adds to it */
		.doubtful = l->doubtful,
		.problems = problems,
		.note = note,
		.complete = complete};
	return store_put_source(g->s->store, &src, err);
}

/* Called for each message inside its batch: the feed is declared with its first message. */
static int seen(void *ctx, const struct raw_mail *mail, const struct feed *feed, const struct row *row, int put, struct err *err)
{
	struct ingest *g = ctx;
	struct ledger_line *l = line_of(g, mail, feed);
	if (!l)
		return err_oom(err, "log of sources");
	g->last = l;
	bool doubtful = mail->anomalies & ANOM(doubtful_split);
	g->messages++;
	g->fresh += put == 1;
	g->doubtful += doubtful;
	l->fresh += put == 1;
	l->doubtful += doubtful;
	l->believed += row->received_by.n > 0;
	if (l->messages++)
		return 0;
	int rc = put_feed(g, feed, err);
	return rc ? rc : put_line(g, l, false, S("begun"), 0, err);
}

/* The problems of one argument, in words, and how many. */
static int64_t problems_of(const struct ingest *g, const char *path, struct buf *note)
{
	size_t n;
	int64_t count = 0;
	const struct source_problem *p = source_problems(g->source, &n);
	for (size_t i = 0; i < n; i++) {
		if (argument_of(g, p[i].path) != path)
			continue;
		count++;
		if (note->n)
			buf_byte(note, '\n');
		buf_add(note, str_of(p[i].text));
	}
	return count;
}

static int put_log(struct ingest *g, struct err *err)
{
	struct store *s = g->s->store;
	int rc = store_begin(s, err);
	for (size_t i = 0; i < g->lines.n && !rc; i++) {
		struct buf note;
		buf_init_arena(&note, &g->arena, NOTE_BYTES);
		int64_t problems = problems_of(g, g->lines.v[i].path, &note);
		rc = put_line(g, &g->lines.v[i], true, buf_str(&note), problems, err);
	}
	if (!rc)
		rc = put_meta(g, err);
	return store_end(s, rc, err);
}

/* ---- the run ---- */

static uint64_t count_damage(const struct ingest *g)
{
	const uint64_t *n = source_progress(g->source)->problems;
	return n[SOURCE_UNREADABLE] + n[SOURCE_SHORT] + n[SOURCE_DAMAGED] + n[SOURCE_ENCRYPTED];
}

/* A mistyped --trust looks like mail that nobody vouches for. */
static void say_trust(const struct ingest *g)
{
	for (size_t i = 0; i < g->lines.n; i++) {
		const struct ledger_line *l = &g->lines.v[i];
		if (!l->feed->trust.n || !l->messages || l->believed)
			continue;
		fputs("trapline: no message of feed ", stderr);
		struct buf safe;
		buf_init(&safe, 64 * KIB);
		esc_term(l->feed->name, 0, 0, &safe);
		fprintf(stderr, "%.*s was received by one of its trusted hosts: is --trust the name that stands behind \"by\"?\n",
			STR_FMT(buf_str(&safe)));
		buf_free(&safe);
	}
}

static void say_images(const struct ingest *g)
{
	struct images_count c = images_count(g->images);
	if (c.problem)
		fprintf(stderr, "trapline: images were not looked at: %s\n", c.problem);
	else if (c.broke)
		fprintf(stderr, "trapline: %llu images could not be decoded: the process broke over them (anomaly image_broke)\n",
			(unsigned long long)c.broke);
}

static void say(const struct ingest *g)
{
	size_t n;
	const struct source_problem *p = source_problems(g->source, &n);
	int verbose = g->s->o->verbose;
	if (verbose < 0 || (!g->messages && n == 1)) /* the one problem is the error to come */
		return;
	for (size_t i = 0; i < n && (verbose || i < SHOW_PROBLEMS); i++)
		fprintf(stderr, "trapline: %s\n", p[i].text);
	if (!verbose && n > SHOW_PROBLEMS)
		fprintf(stderr, "trapline: %d problems of %zu shown; -v shows all\n", SHOW_PROBLEMS, n);
	say_trust(g);
	say_images(g);
	if (feed_set_smtp_skipped(g->feeds))
		fprintf(stderr, "trapline: %zu lines are no SMTP dialogue and were passed over\n", feed_set_smtp_skipped(g->feeds));
	fprintf(stderr, "read %llu message%s: %llu new, %llu known already", (unsigned long long)g->messages,
		g->messages == 1 ? "" : "s", (unsigned long long)g->fresh, (unsigned long long)(g->messages - g->fresh));
	if (g->doubtful)
		fprintf(stderr, ", %llu with a doubtful beginning or end", (unsigned long long)g->doubtful);
	fprintf(stderr, "\n");
}

static int start(struct ingest *g, struct err *err)
{
	struct store *s = g->s->store;
	struct store_feed *known;
	size_t n;
	int rc = store_feed_list(s, &g->arena, &known, &n, err);
	if (!rc)
		rc = feed_set_known(g->feeds, known, n, err);
	if (!rc)
		rc = store_begin(s, err);
	if (rc)
		return rc;
	rc = store_start(s, err);
	return store_end(s, rc, err);
}

static int run(struct ingest *g, struct err *err)
{
	struct session *s = g->s;
	struct extract_settings extract;
	struct source_settings settings;
	int rc = choose_paths(g, err);
	if (!rc)
		rc = jail_start(&g->jail, err); /* before threads and before files are open */
	if (!rc)
		rc = images_new(&g->images, err);
	if (!rc)
		rc = feed_set_new(&g->feeds, s->o, s->config, err);
	settings = (struct source_settings){.jail = g->jail};
	if (!rc)
		rc = source_open(&g->source, g->paths, g->n_paths, &settings, err);
	if (!rc)
		rc = open_lists(g, err);
	if (!rc && !s->store)
		rc = session_open_store(s, STORE_WRITE, err);
	if (!rc)
		rc = start(g, err);
	extract = (struct extract_settings){.psl = g->psl, .geo = g->geo, .images = g->images};
	struct pipeline p = {.source = g->source,
		.feeds = g->feeds,
		.extract = &extract,
		.matcher = g->matcher,
		.store = s->store,
		.knowledge = rc ? 0 : knowledge_of(g),
		.jobs = s->jobs,
		.show_progress = s->o->verbose >= 0};
	if (!rc)
		rc = pipeline_run(&p, seen, g, err);
	if (!rc)
		rc = put_log(g, err);
	if (rc)
		return rc;
	say(g);
	s->damaged = count_damage(g);
	return source_verdict(g->source, err);
}

int session_ingest(struct session *s, struct err *err)
{
	struct ingest g = {.s = s};
	arena_init(&g.arena, 64 * MIB);
	run(&g, err);
	source_close(g.source);
	feed_set_free(g.feeds);
	jail_stop(g.jail);
	images_del(g.images);
	matcher_close(g.matcher);
	geo_close(g.geo);
	psl_unload(g.psl);
	arena_free(&g.arena);
	return err->kind;
}

int session_verdict(const struct session *s, struct err *err)
{
	if (!s->damaged)
		return 0;
	return err_set(err, ERR_INPUT, "%llu source%s could not be read to the end (-v lists them); everything else is stored",
		(unsigned long long)s->damaged, s->damaged == 1 ? "" : "s");
}

int cmd_ingest(const struct options *o, struct err *err)
{
	struct session s;
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = session_ingest(&s, err);
	if (!rc && !o->no_analyse)
		rc = session_analyse(&s, false, err);
	if (rc >= 0)
		rc = session_verdict(&s, err);
	session_close(&s);
	return rc;
}
