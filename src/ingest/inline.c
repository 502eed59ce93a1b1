/* inline.c - see inline.h. */
#include "ingest/inline.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/progress.h"

/* Messages that wait for the look of an image, and those behind them: what is stored keeps the source's order. */
struct line {
	struct job jobs[LIM_BATCH_MESSAGES];
	size_t n;
	size_t bytes; /* of messages that may have to be analysed yet */
	struct arena arena;
	size_t in_batch; /* of the store's: put since it began */
};

static int put_one(struct sink *k, struct line *l, const struct job *j, struct err *err)
{
	int rc = sink_put(k, j, err);
	if (rc || ++l->in_batch < store_batch(k->p->store))
		return rc;
	l->in_batch = 0;
	rc = store_commit(k->p->store, err);
	return rc ? rc : store_begin(k->p->store, err);
}

static int put_line(struct sink *k, struct worker *w, struct line *l, struct err *err)
{
	int rc = worker_look(w, err);
	for (size_t i = 0; i < l->n && !rc; i++)
		rc = put_one(k, l, &l->jobs[i], err);
	l->n = l->bytes = 0;
	arena_reset(&l->arena);
	return rc;
}

static int wait_in_line(struct line *l, struct worker *w, const struct job *job, const struct doc *doc, struct err *err)
{
	struct job *j = &l->jobs[l->n++];
	*j = *job;
	if (!j->seen)
		j->mail.bytes = j->mail.from_line = S("");
	l->bytes += j->mail.bytes.n;
	if (job_keep(&l->arena, &j->mail.bytes) || job_keep(&l->arena, &j->mail.from_line) || job_keep(&l->arena, &j->mail.path) ||
		job_keep(&l->arena, &j->mail.member))
		return err_oom(err, "a message in flight");
	return worker_keep(w, job, doc, &job->row, &l->arena, &j->row, err);
}

/* Analyses one message, and puts it and those before it, or leaves it in line. */
static int take_inline(struct sink *k, struct worker *w, struct line *l, struct job *job, struct err *err)
{
	struct doc doc;
	struct row row;
	int rc = worker_ask(w, job, 1, err);
	if (!rc)
		rc = worker_analyse(w, job, &doc, &row, err);
	if (rc)
		return rc;
	job->row = row;
	if (!l->n && !unseen_due(&doc))
		return put_one(k, l, job, err);
	rc = wait_in_line(l, w, job, &doc, err);
	bool full = l->n == LIM_BATCH_MESSAGES || l->bytes >= LIM_BATCH;
	return !rc && (full || !unseen_wait(w->unseen)) ? put_line(k, w, l, err) : rc;
}

static int read_inline(struct sink *k, struct worker *w, struct line *l, struct err *err)
{
	const struct pipeline *p = k->p;
	struct progress progress;
	struct arena raw;
	struct job job;
	int rc = 0, more;
	arena_init(&raw, LIM_ARENA);
	progress_start(&progress, "reading", p->show_progress);
	while (!rc && (more = source_next(p->source, &raw, &job.mail, err)) != 0) {
		if (more > 0)
			job.feed = feed_set_of(p->feeds, &job.mail, err);
		rc = more < 0 ? more : job.feed ? take_inline(k, w, l, &job, err) : err_oom(err, "feeds");
		const struct source_progress *at = source_progress(p->source);
		progress_show(&progress, at->bytes_read, at->bytes_total, k->messages);
		arena_reset(&raw);
	}
	progress_end(&progress);
	arena_free(&raw);
	return rc ? rc : put_line(k, w, l, err);
}

int inline_run(struct sink *k, struct err *err)
{
	struct worker w;
	struct line *l = mem_zalloc(1, sizeof *l);
	if (!l)
		return err_oom(err, "pipeline");
	arena_init(&l->arena, LIM_ARENA);
	int rc = worker_init(&w, k->p, NULL, err);
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
