/* inline.c - see inline.h. */
#include "ingest/inline.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/progress.h"

/* Messages that wait for the look of an image, and those behind them: what is stored keeps the source's order. */
struct line {
	struct job jobs[LIM_BATCH_MESSAGES];
	size_t n;
	struct arena arena;
	size_t in_batch; /* of the store's: put since it began */
};

static int put_one(struct sink *k, struct line *l, const struct job *j, struct err *err)
{
	int rc = sink_put(k, j, err);
	if (rc || ++l->in_batch < STORE_BATCH)
		return rc;
	l->in_batch = 0;
	rc = store_commit(k->p->store, err);
	return rc ? rc : store_begin(k->p->store, err);
}

static int put_line(struct sink *k, struct worker *w, struct line *l, struct err *err)
{
	int rc = unseen_take(w->unseen) ? err_oom(err, "images") : 0;
	for (size_t i = 0; i < l->n && !rc; i++)
		rc = put_one(k, l, &l->jobs[i], err);
	l->n = 0;
	arena_reset(&l->arena);
	return rc;
}

static int wait_in_line(struct line *l, struct worker *w, const struct job *job, const struct doc *doc, struct err *err)
{
	struct job *j = &l->jobs[l->n++];
	*j = *job;
	j->mail.bytes = j->mail.from_line = S("");
	if (job_keep(&l->arena, &j->mail.path) || job_keep(&l->arena, &j->mail.member))
		return err_oom(err, "a message in flight");
	return worker_keep(w, doc, &job->row, &l->arena, &j->row, err);
}

/* Messages read and not yet looked at. */
struct ahead {
	struct raw_mail mails[TOGETHER];
	const struct feed *feeds[TOGETHER];
	size_t n, bytes;
	struct arena arena; /* what they point to */
};

/* Analyses one message, and puts it and those before it, or leaves it in line. */
static int take_inline(struct sink *k, struct worker *w, struct line *l, struct job *job, const uint8_t *digest, struct err *err)
{
	struct doc doc;
	int rc = worker_analyse(k->p, w, &job->mail, digest, job->feed, &doc, &job->row, err);
	if (rc)
		return rc;
	if (!l->n && !unseen_due(&doc))
		return put_one(k, l, job, err);
	rc = wait_in_line(l, w, job, &doc, err);
	return !rc && (!unseen_wait(w->unseen) || l->n == LIM_BATCH_MESSAGES) ? put_line(k, w, l, err) : rc;
}

static int take_ahead(struct sink *k, struct worker *w, struct line *l, struct ahead *ahead, struct err *err)
{
	struct str bytes[TOGETHER];
	int rc = 0;
	for (size_t i = 0; i < ahead->n; i++)
		bytes[i] = ahead->mails[i].bytes;
	sha256_each(bytes, ahead->n, w->digests);
	for (size_t i = 0; i < ahead->n && !rc; i++) {
		struct job job;
		job.mail = ahead->mails[i];
		job.feed = ahead->feeds[i];
		rc = take_inline(k, w, l, &job, w->digests[i], err);
	}
	ahead->n = ahead->bytes = 0;
	arena_reset(&ahead->arena);
	return rc;
}

/* 1: a message more stands ahead; 0: there is none. */
static int read_ahead(const struct pipeline *p, struct ahead *ahead, struct err *err)
{
	struct raw_mail *mail = &ahead->mails[ahead->n];
	int more = source_next(p->source, &ahead->arena, mail, err);
	if (more <= 0)
		return more;
	if (!(ahead->feeds[ahead->n] = feed_set_of(p->feeds, mail, err)) || job_keep(&ahead->arena, &mail->bytes))
		return err_oom(err, "a message in flight");
	ahead->n++;
	ahead->bytes += mail->bytes.n;
	return 1;
}

static int read_inline(struct sink *k, struct worker *w, struct line *l, struct err *err)
{
	const struct pipeline *p = k->p;
	struct progress progress;
	struct ahead ahead = {.n = 0};
	int rc = 0, more = 1;
	arena_init(&ahead.arena, LIM_ARENA);
	progress_start(&progress, "reading", p->show_progress);
	while (!rc && more > 0) {
		more = read_ahead(p, &ahead, err);
		if (more > 0 && ahead.n < TOGETHER && ahead.bytes < TOGETHER_BYTES)
			continue;
		rc = more < 0 ? more : take_ahead(k, w, l, &ahead, err);
		const struct source_progress *at = source_progress(p->source);
		progress_show(&progress, at->bytes_read, at->bytes_total, k->messages);
	}
	progress_end(&progress);
	arena_free(&ahead.arena);
	return rc ? rc : put_line(k, w, l, err);
}

int inline_run(struct sink *k, struct err *err)
{
	struct worker w;
	struct line *l = mem_zalloc(1, sizeof *l);
	if (!l)
		return err_oom(err, "pipeline");
	arena_init(&l->arena, LIM_ARENA);
	int rc = worker_init(&w, k->p, err);
	if (!rc)
		rc = store_begin(k->p->store, err);
	if (!rc)
		rc = read_inline(k, &w, l, err);
	rc = store_end(k->p->store, rc, err);
	worker_release(&w);
	arena_free(&l->arena);
	mem_free(l);
	return rc;
}
