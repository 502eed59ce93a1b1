/* ingest.c - see ingest.h. */
#include "ingest/ingest.h"

#include "base/anomaly.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"
#include "ingest/files.h"
#include "ingest/pipeline.h"
#include "jail/jail.h"

/* How files are cut into messages, and how a row comes to be: a change here makes all mail be read anew (store_put, files.h). */
enum { EXTRACT_VERSION = 18 };

struct ingest {
	const struct ingest_settings *set;
	struct arena arena;
	struct psl *psl;
	struct geo *geo;
	struct matcher *matcher;
	struct jail *jail;
	struct images *images;
	struct feed_set *feeds;
	struct files *files;
	struct source *source;
	struct ledger ledger;
	uint64_t messages, fresh, doubtful, passed;
	bool grows; /* the store held mail before the run */
};

/* Without paths the feeds say what to read. */
static int choose_paths(struct ingest *g, struct err *err)
{
	const struct feed_settings *f = &g->set->feeds;
	struct ledger *l = &g->ledger;
	size_t n = 0;
	l->paths = g->set->paths;
	l->n_paths = g->set->n_paths;
	if (l->n_paths)
		return 0;
	for (size_t i = 0; i < f->n_feeds; i++)
		n += f->feeds[i].paths_count;
	const char **paths = arena_alloc(&g->arena, (n + 1) * sizeof *paths);
	if (!paths)
		return err_oom(err, "paths");
	for (size_t i = 0; i < f->n_feeds; i++)
		for (unsigned k = 0; k < f->feeds[i].paths_count; k++)
			paths[l->n_paths++] = f->feeds[i].paths[k];
	l->paths = paths;
	if (!n)
		return err_set(
			err, ERR_USAGE, "nothing to read: name a file or folder, or a config file (-c) whose feeds have paths");
	return 0;
}

static int open_all(struct ingest *g, struct err *err)
{
	int rc = choose_paths(g, err);
	if (!rc)
		rc = jail_new(&g->jail, err);
	if (!rc)
		rc = images_new(&g->images, err);
	if (!rc)
		rc = feed_set_new(&g->feeds, &g->set->feeds, err);
	if (!rc)
		rc = files_new(&g->files, g->feeds, g->set->reread, err);
	struct source_settings settings = {.jail = g->jail, .memory = files_memory(g->files), .own = g->set->own};
	while (settings.n_own < sizeof g->set->own / sizeof *g->set->own && g->set->own[settings.n_own])
		settings.n_own++;
	if (!rc)
		rc = source_open(&g->source, g->ledger.paths, g->ledger.n_paths, &settings, err);
	if (!rc)
		rc = psl_load(&g->psl, g->set->psl, err);
	if (!rc && g->set->geoip)
		rc = geo_open(&g->geo, g->set->geoip, err);
	return rc ? rc : matcher_open(&g->matcher, g->set->pack, NULL, err);
}

int ingest_open(struct ingest **out, const struct ingest_settings *set, struct err *err)
{
	struct ingest *g = mem_zalloc(1, sizeof *g);
	if (!g)
		return err_oom(err, "ingest");
	g->set = set;
	arena_init(&g->arena, 64 * MIB);
	g->ledger.arena = &g->arena;
	int rc = open_all(g, err);
	if (rc)
		ingest_close(g);
	else
		*out = g;
	return rc;
}

void ingest_close(struct ingest *g)
{
	if (!g)
		return;
	source_close(g->source);
	files_free(g->files);
	feed_set_free(g->feeds);
	jail_stop(g->jail);
	images_del(g->images);
	matcher_close(g->matcher);
	geo_close(g->geo);
	psl_unload(g->psl);
	arena_free(&g->arena);
	mem_free(g);
}

/* The same number for the same packs, lists and rules. */
static int64_t knowledge_of(const struct ingest *g)
{
	const char *geoip = g->set->geoip;
	struct str parts[] = {str_make(g->set->pack->hash, SHA256_BYTES), str_of(psl_version(g->psl)), str_of(geoip ? geoip : "")};
	uint64_t h = EXTRACT_VERSION;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		h = hash64(parts[i], h);
	return (int64_t)(h >> 1);
}

static int put_meta(struct ingest *g, struct store *s, struct err *err)
{
	char hex[SHA256_HEX];
	hex_encode(g->set->pack->hash, SHA256_BYTES, hex);
	int rc = store_put_meta(s, "pack", str_make(hex, sizeof hex), err);
	if (!rc)
		rc = store_put_meta(s, "psl", str_of(psl_version(g->psl)), err);
	if (!rc)
		rc = store_put_meta(s, "trapline", S(TRAPLINE_VERSION), err);
	return rc;
}

static int seen(void *ctx, const struct raw_mail *mail, const struct feed *feed, const struct row *row, int put, struct err *err)
{
	struct ingest *g = ctx;
	g->messages++;
	g->fresh += put == 1;
	g->doubtful += (mail->anomalies & ANOM(doubtful_split)) != 0;
	int rc = files_see(g->files, mail, feed, row->received_by.n > 0, err);
	return rc ? rc : ledger_see(&g->ledger, mail, feed, row, put == 1, err);
}

static int start(struct ingest *g, struct store *s, struct err *err)
{
	struct store_feed *known;
	size_t n;
	int rc = store_feed_list(s, &g->arena, &known, &n, err);
	if (!rc)
		rc = feed_set_known(g->feeds, known, n, err);
	g->grows = !rc && n; /* feeds are stored with their first message */
	if (!rc)
		rc = files_load(g->files, s, knowledge_of(g), err);
	if (!rc)
		rc = store_begin(s, err);
	if (rc)
		return rc;
	rc = store_start(s, err);
	return store_end(s, rc, err);
}

/* Says of files that were not read again what was said when they were. */
static int pass_files(struct ingest *g, struct err *err)
{
	size_t n;
	const struct file_passed *p = files_passed(g->files, &n);
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i++) {
		g->passed += (uint64_t)p[i].file->messages;
		g->doubtful += (uint64_t)p[i].file->doubtful;
		rc = ledger_pass(&g->ledger, p[i].file, p[i].feed, err);
	}
	return rc;
}

static int put_log(struct ingest *g, struct store *s, struct err *err)
{
	int rc = store_begin(s, err);
	if (rc)
		return rc;
	rc = files_end(g->files, err);
	if (!rc)
		rc = pass_files(g, err);
	if (!rc)
		rc = ledger_close(&g->ledger, g->source, err);
	if (!rc)
		rc = put_meta(g, s, err);
	return store_end(s, rc, err);
}

static struct ingest_result result(const struct ingest *g)
{
	const uint64_t *n = source_progress(g->source)->problems;
	struct ingest_result r = {.messages = g->messages,
		.fresh = g->fresh,
		.doubtful = g->doubtful,
		.passed = g->passed,
		.unread = n[SOURCE_UNREADABLE] + n[SOURCE_FOREIGN] + n[SOURCE_SHORT] + n[SOURCE_DAMAGED] + n[SOURCE_ENCRYPTED] +
	                  n[SOURCE_CAP],
		.smtp_skipped = feed_set_smtp_skipped(g->feeds),
		.lines = g->ledger.lines.v,
		.n_lines = g->ledger.lines.n,
		.images = images_count(g->images)};
	size_t files;
	files_passed(g->files, &files);
	r.files_passed = files;
	r.problems = source_problems(g->source, &r.n_problems);
	return r;
}

int ingest_run(struct ingest *g, struct store *s, struct ingest_result *out, struct err *err)
{
	const struct extract_settings extract = {.psl = g->psl, .geo = g->geo, .images = g->images};
	g->ledger.store = s;
	int rc = start(g, s, err);
	const struct pipeline p = {.source = g->source,
		.feeds = g->feeds,
		.extract = &extract,
		.matcher = g->matcher,
		.store = s,
		.grows = g->grows,
		.knowledge = knowledge_of(g),
		.jobs = g->set->jobs,
		.show_progress = g->set->show_progress};
	if (!rc)
		rc = pipeline_run(&p, seen, g, err);
	if (!rc)
		rc = put_log(g, s, err);
	if (!rc)
		*out = result(g);
	return rc;
}

int ingest_verdict(const struct ingest *g, struct err *err)
{
	return source_verdict(g->source, err);
}
