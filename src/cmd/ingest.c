/* ingest.c - trapline ingest PATH...: read what is new into the store. */
#include "ingest/ingest.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "export/escape.h"

enum { SHOW_PROBLEMS = 20 };

/* A mistyped --trust looks like mail that nobody vouches for. */
static void say_trust(const struct ingest_result *r)
{
	for (size_t i = 0; i < r->n_lines; i++) {
		const struct ledger_line *l = &r->lines[i];
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

static void say_images(const struct images_count *c)
{
	if (c->problem)
		fprintf(stderr, "trapline: images were not looked at: %s\n", c->problem);
	else if (c->broke)
		fprintf(stderr, "trapline: %llu images could not be decoded: the process broke over them (anomaly image_broke)\n",
			(unsigned long long)c->broke);
}

static void say(const struct ingest_result *r, int verbose)
{
	if (verbose < 0 || (!r->messages && !r->passed && r->n_problems == 1)) /* the one problem is the error to come */
		return;
	for (size_t i = 0; i < r->n_problems && (verbose || i < SHOW_PROBLEMS); i++)
		fprintf(stderr, "trapline: %s\n", r->problems[i].text);
	if (!verbose && r->n_problems > SHOW_PROBLEMS)
		fprintf(stderr, "trapline: %d problems of %zu shown; -v shows all\n", SHOW_PROBLEMS, r->n_problems);
	say_trust(r);
	say_images(&r->images);
	if (r->smtp_skipped)
		fprintf(stderr, "trapline: %zu lines are no SMTP dialogue and were passed over\n", r->smtp_skipped);
	fprintf(stderr, "read %llu message%s: %llu new, %llu known already", (unsigned long long)r->messages,
		r->messages == 1 ? "" : "s", (unsigned long long)r->fresh, (unsigned long long)(r->messages - r->fresh));
	if (r->doubtful)
		fprintf(stderr, ", %llu with a doubtful beginning or end", (unsigned long long)r->doubtful);
	if (r->passed)
		fprintf(stderr, "; %llu more in %llu file%s not changed since %s read (--reread reads %s again)",
			(unsigned long long)r->passed, (unsigned long long)r->files_passed,
			r->files_passed == 1 ? " that has" : "s that have", r->files_passed == 1 ? "it was" : "they were",
			r->files_passed == 1 ? "it" : "them");
	fprintf(stderr, "\n");
}

static int run(struct session *s, const struct ingest_settings *set, struct err *err)
{
	struct ingest *g = NULL;
	struct ingest_result result = {0};
	int rc = ingest_open(&g, set, err);
	if (!rc && !s->store)
		rc = session_open_store(s, STORE_WRITE, err);
	if (!rc)
		rc = ingest_run(g, s->store, &result, err);
	if (!rc) {
		say(&result, s->o->verbose);
		s->unread = result.unread;
		rc = ingest_verdict(g, err);
	}
	ingest_close(g);
	return rc;
}

int session_ingest(struct session *s, struct err *err)
{
	const struct options *o = s->o;
	const struct config *c = s->config;
	struct ingest_settings set = {.paths = o->paths,
		.n_paths = o->n_paths,
		.psl = o->psl ? o->psl : c->psl,
		.geoip = o->geoip ? o->geoip : c->geoip,
		.jobs = s->jobs,
		.reread = o->reread,
		.show_progress = o->verbose >= 0};
	set.own[0] = s->store_path;
	set.own[1] = session_model(s, &s->arena, err);
	set.own[2] = s->page;
	int rc = set.own[1] ? session_feeds(s, &set.feeds, err) : err->kind;
	rc = rc ? rc : session_pack(s, err);
	set.pack = s->pack;
	return rc ? rc : run(s, &set, err);
}

int session_verdict(const struct session *s, struct err *err)
{
	if (!s->unread)
		return 0;
	return err_set(err, ERR_INPUT,
		"%llu source%s could not be read, or not to the end (-v lists them); everything else is stored",
		(unsigned long long)s->unread, s->unread == 1 ? "" : "s");
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
