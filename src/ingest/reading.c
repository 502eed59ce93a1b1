/* reading.c - see reading.h. */
#include "ingest/reading.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/progress.h"
#include "ingest/feed_set.h"
#include "jail/jail.h"

struct reading {
	bool quiet;
	struct jail *jail;
	struct psl *psl;
	struct feed_set *feeds;
	struct arena raw, scratch;
};

int reading_open(struct reading **out, const struct reading_settings *set, struct err *err)
{
	struct reading *r = mem_zalloc(1, sizeof *r);
	if (!r)
		return err_oom(err, "reading");
	r->quiet = set->quiet;
	arena_init(&r->raw, LIM_ARENA);
	arena_init(&r->scratch, LIM_ARENA);
	int rc = jail_new(&r->jail, err);
	if (!rc)
		rc = feed_set_new(&r->feeds, &set->feeds, err);
	if (!rc)
		rc = psl_load(&r->psl, set->psl, err);
	if (rc)
		reading_close(r);
	else
		*out = r;
	return rc;
}

void reading_close(struct reading *r)
{
	if (!r)
		return;
	feed_set_free(r->feeds);
	jail_stop(r->jail);
	psl_unload(r->psl);
	arena_free(&r->raw);
	arena_free(&r->scratch);
	mem_free(r);
}

static int read_one(struct reading *r, const struct raw_mail *mail, reading_fn *fn, void *ctx, struct err *err)
{
	const struct extract_settings set = {.psl = r->psl};
	const struct feed *feed = feed_set_of(r->feeds, mail, err);
	struct doc doc;
	struct row row;
	if (!feed)
		return err->kind;
	struct extract_input in = {.bytes = mail->bytes,
		.from_line = mail->from_line,
		.anomalies = mail->anomalies,
		.trust = &feed->trust,
		.smtp = feed->smtp};
	arena_reset(&r->scratch);
	while (extract_message(&r->scratch, &set, &in, &doc, &row))
		if (!extract_less(&r->scratch, &in))
			return err_oom(err, "a message");
	return fn(ctx, &r->scratch, mail, &doc, &row, err);
}

static int read_all(struct reading *r, struct source *source, reading_fn *fn, void *ctx, struct err *err)
{
	struct progress progress;
	int rc = 1;
	progress_start(&progress, "reading", !r->quiet);
	while (rc > 0) {
		struct raw_mail mail;
		arena_reset(&r->raw);
		rc = source_next(source, &r->raw, &mail, err);
		if (rc > 0 && read_one(r, &mail, fn, ctx, err) < 0)
			rc = err->kind;
		const struct source_progress *at = source_progress(source);
		progress_show(&progress, at->bytes_read, at->bytes_total, at->messages);
	}
	progress_end(&progress);
	return rc;
}

static void say_problems(const struct reading *r, const struct source *source)
{
	size_t n;
	const struct source_problem *p = source_problems(source, &n);
	for (size_t i = 0; i < n && !r->quiet; i++)
		fprintf(stderr, "trapline: %s\n", p[i].text);
}

int reading_run(
	struct reading *r, const char *const *paths, size_t n, reading_fn *fn, void *ctx, uint64_t *messages, struct err *err)
{
	const struct source_settings settings = {.jail = r->jail};
	struct source *source = NULL;
	int rc = source_open(&source, paths, n, &settings, err);
	if (!rc)
		rc = read_all(r, source, fn, ctx, err);
	if (!rc) {
		*messages = source_progress(source)->messages;
		say_problems(r, source);
		rc = source_verdict(source, err);
	}
	source_close(source);
	return rc;
}
