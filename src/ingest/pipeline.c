/* pipeline.c - see pipeline.h. */
#include "ingest/pipeline.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/queue.h"
#include "ingest/inline.h"

enum { BATCHES_MAX = 2 * LIM_WORKERS + 2 };
_Static_assert(LIM_IN_FLIGHT >= LIM_MESSAGE + LIM_BATCH, "a batch and one more message must fit, or the reader waits for itself");

struct batch {
	uint64_t seq;
	struct job jobs[LIM_BATCH_MESSAGES];
	size_t n;
	size_t bytes;
	struct arena raw, out; /* the reader's copies; the rows */
};

struct run {
	const struct pipeline *p;
	struct queue free, work, done;
	struct batch *batches;
	size_t n_batches;
	pthread_mutex_t store; /* a batch is written, or looked for, at a time */
	pthread_mutex_t lock;  /* in_flight, err */
	pthread_cond_t room;
	size_t in_flight; /* raw bytes read and not yet written */
	struct err err;
	atomic_ulong read;  /* bytes, for the progress line */
	atomic_int workers; /* still running */
	pthread_t threads[LIM_WORKERS + 1];
	size_t n_threads;
	uint64_t total_bytes;
};

static void run_fail(struct run *r, const struct err *err)
{
	pthread_mutex_lock(&r->lock);
	if (!r->err.kind)
		r->err = *err;
	pthread_cond_broadcast(&r->room);
	pthread_mutex_unlock(&r->lock);
	queue_close(&r->free);
	queue_close(&r->work);
	queue_close(&r->done);
}

/* Waits until the bytes fit, or nothing else is in flight. */
static void wait_for_room(struct run *r, size_t bytes)
{
	pthread_mutex_lock(&r->lock);
	while (r->in_flight && r->in_flight + bytes > LIM_IN_FLIGHT && !r->err.kind)
		pthread_cond_wait(&r->room, &r->lock);
	r->in_flight += bytes;
	pthread_mutex_unlock(&r->lock);
}

static void give_room(struct run *r, size_t bytes)
{
	pthread_mutex_lock(&r->lock);
	r->in_flight -= bytes;
	pthread_cond_signal(&r->room);
	pthread_mutex_unlock(&r->lock);
}

/* Copies a message out of the source's buffer into the batch. */
static int take_mail(struct run *r, struct batch *b, const struct raw_mail *mail, struct err *err)
{
	struct job *j = &b->jobs[b->n];
	j->mail = *mail;
	j->feed = feed_set_of(r->p->feeds, mail, err);
	if (!j->feed)
		return err->kind;
	if (job_keep(&b->raw, &j->mail.bytes) || job_keep(&b->raw, &j->mail.from_line) || job_keep(&b->raw, &j->mail.path) ||
		job_keep(&b->raw, &j->mail.member))
		return err_oom(err, "a message in flight");
	b->n++;
	b->bytes += mail->bytes.n;
	return 0;
}

/* Fills b; 1 when there may be more, 0 at the end of the source. */
static int fill_batch(struct run *r, struct batch *b, struct arena *scratch, struct err *err)
{
	const struct source_progress *at = source_progress(r->p->source);
	while (b->n < LIM_BATCH_MESSAGES && b->bytes < LIM_BATCH) {
		struct raw_mail mail;
		arena_reset(scratch);
		int more = source_next(r->p->source, scratch, &mail, err);
		if (more <= 0)
			return more;
		wait_for_room(r, mail.bytes.n);
		if (take_mail(r, b, &mail, err))
			return err->kind;
	}
	atomic_store(&r->read, at->bytes_read);
	return 1;
}

static void *reader_main(void *arg)
{
	struct run *r = arg;
	struct err err = {0};
	struct arena scratch;
	struct batch *b;
	uint64_t seq = 0;
	int more = 1;
	arena_init(&scratch, LIM_ARENA);
	while (more > 0 && (b = queue_take(&r->free))) {
		b->n = b->bytes = 0;
		b->seq = seq++;
		more = fill_batch(r, b, &scratch, &err);
		if (more >= 0 && !queue_put(&r->work, b))
			break;
	}
	if (more < 0)
		run_fail(r, &err);
	queue_close(&r->work);
	arena_free(&scratch);
	return NULL;
}

static int work_batch(struct worker *w, struct batch *b, struct err *err)
{
	if (worker_ask(w, b->jobs, b->n, err))
		return err->kind;
	for (size_t i = 0; i < b->n; i++) {
		struct job *j = &b->jobs[i];
		struct doc doc;
		struct row row;
		if (worker_analyse(w, j, &doc, &row, err) || worker_keep(w, j, &doc, &row, &b->out, &j->row, err))
			return err->kind;
	}
	if (worker_look(w, err))
		return err->kind;
	arena_reset(&w->arena); /* a worker that waits holds nothing */
	return 0;
}

static void *worker_main(void *arg)
{
	struct run *r = arg;
	struct err err = {0};
	struct worker w;
	struct batch *b;
	int rc = worker_init(&w, r->p, &r->store, &err);
	while (!rc && (b = queue_take(&r->work))) {
		rc = work_batch(&w, b, &err);
		if (!rc && !queue_put(&r->done, b))
			break;
	}
	if (rc)
		run_fail(r, &err);
	if (atomic_fetch_sub(&r->workers, 1) == 1)
		queue_close(&r->done);
	worker_release(&w);
	return NULL;
}

/* A batch of the store's takes many of the reader's: a commit costs the same for few and for many. */
static int put_batch(struct sink *k, const struct batch *b, size_t *in_batch, struct err *err)
{
	struct store *s = k->p->store;
	int rc = *in_batch || !b->n ? 0 : store_begin(s, err); /* the reader's last batch may be empty */
	for (size_t i = 0; i < b->n && !rc; i++)
		rc = sink_put(k, &b->jobs[i], err);
	*in_batch += b->n;
	if (!rc && *in_batch >= store_batch(s)) {
		rc = store_commit(s, err);
		*in_batch = 0;
	}
	return rc;
}

/* Puts a batch of the reader's. */
static int write_batch(struct run *r, struct sink *k, struct batch *b, size_t *in_batch, struct err *err)
{
	pthread_mutex_lock(&r->store);
	int rc = put_batch(k, b, in_batch, err);
	pthread_mutex_unlock(&r->store);
	/* before there is room: a batch that waits for the reader must not hold what it was counted for */
	arena_reset(&b->raw);
	arena_reset(&b->out);
	if (!rc)
		give_room(r, b->bytes);
	return rc;
}

/* Takes batches as they come and writes them by sequence number: at most n_batches are about, so that one slot each will do. */
static void writer(struct run *r, struct sink *k)
{
	struct batch *held[BATCHES_MAX] = {0};
	struct batch *b;
	struct err err = {0};
	struct progress progress;
	uint64_t next = 0;
	size_t in_batch = 0;
	progress_start(&progress, "reading", r->p->show_progress);
	while (!err.kind && (b = queue_take(&r->done))) {
		held[b->seq % r->n_batches] = b;
		while (!err.kind && (b = held[next % r->n_batches]) && b->seq == next) {
			held[next++ % r->n_batches] = NULL;
			if (!write_batch(r, k, b, &in_batch, &err))
				queue_put(&r->free, b);
		}
		progress_show(&progress, atomic_load(&r->read), r->total_bytes, k->messages);
	}
	progress_end(&progress);
	pthread_mutex_lock(&r->store);
	if (!err.kind && in_batch)
		store_commit(r->p->store, &err);
	if (err.kind)
		store_rollback(r->p->store);
	pthread_mutex_unlock(&r->store);
	if (err.kind)
		run_fail(r, &err);
}

static int run_init(struct run *r, const struct pipeline *p, struct err *err)
{
	*r = (struct run){.p = p, .n_batches = 2 * (size_t)p->jobs + 2, .total_bytes = source_progress(p->source)->bytes_total};
	r->batches = mem_zalloc(r->n_batches, sizeof *r->batches);
	pthread_mutex_init(&r->lock, NULL);
	pthread_mutex_init(&r->store, NULL);
	pthread_cond_init(&r->room, NULL);
	if (!r->batches || queue_init(&r->free, r->n_batches) || queue_init(&r->work, r->n_batches) ||
		queue_init(&r->done, r->n_batches))
		return err_oom(err, "queues");
	for (size_t i = 0; i < r->n_batches; i++) {
		arena_init(&r->batches[i].raw, LIM_ARENA);
		arena_init(&r->batches[i].out, LIM_ARENA);
		queue_put(&r->free, &r->batches[i]);
	}
	return 0;
}

static void run_release(struct run *r)
{
	for (size_t i = 0; r->batches && i < r->n_batches; i++) {
		arena_free(&r->batches[i].raw);
		arena_free(&r->batches[i].out);
	}
	mem_free(r->batches);
	queue_free(&r->free);
	queue_free(&r->work);
	queue_free(&r->done);
	pthread_mutex_destroy(&r->lock);
	pthread_mutex_destroy(&r->store);
	pthread_cond_destroy(&r->room);
}

static int start_threads(struct run *r, struct err *err)
{
	atomic_store(&r->workers, r->p->jobs);
	for (int i = 0; i <= r->p->jobs; i++) {
		int e = pthread_create(&r->threads[i], NULL, i ? worker_main : reader_main, r);
		if (e) {
			err_set(err, ERR_ENV, "cannot start a thread: %s", strerror(e));
			run_fail(r, err);
			return err->kind;
		}
		r->n_threads++;
	}
	return 0;
}

static int run_threads(struct sink *k, struct err *err)
{
	struct run *r = mem_zalloc(1, sizeof *r);
	if (!r)
		return err_oom(err, "pipeline");
	int rc = run_init(r, k->p, err);
	if (!rc)
		rc = start_threads(r, err);
	if (!rc)
		writer(r, k);
	for (size_t i = 0; i < r->n_threads; i++)
		pthread_join(r->threads[i], NULL);
	if (r->err.kind) {
		*err = r->err;
		rc = err->kind;
	}
	run_release(r);
	mem_free(r);
	return rc;
}

int pipeline_run(const struct pipeline *p, pipeline_seen_fn *seen, void *ctx, struct err *err)
{
	struct sink k = {.p = p, .seen = seen, .ctx = ctx};
	int rc = p->jobs == 1 ? inline_run(&k, err) : run_threads(&k, err);
	sink_release(&k);
	return rc;
}
