/* pipeline.c - see pipeline.h. */
#include "ingest/pipeline.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/progress.h"
#include "base/queue.h"
#include "campaign/sketch.h"
#include "ingest/unseen.h"

enum {
	BATCHES_MAX = 2 * LIM_WORKERS + 2,
	TOGETHER = 16,              /* messages that are hashed together, */
	TOGETHER_BYTES = 128 << 10, /* while the nearest caches hold them */
};
_Static_assert(LIM_IN_FLIGHT >= LIM_MESSAGE + LIM_BATCH, "a batch and one more message must fit, or the reader waits for itself");

/* One message on its way: what the reader knew, then what the worker found. */
struct job {
	struct raw_mail mail;
	const struct feed *feed;
	struct row row;
};

struct batch {
	uint64_t seq;
	struct job jobs[LIM_BATCH_MESSAGES];
	size_t n;
	size_t bytes;
	struct arena raw, out; /* the reader's copies; the rows */
};

struct worker {
	struct arena arena;
	struct matcher_scratch *scratch;
	struct memo *memo;
	struct unseen *unseen;
	uint8_t digests[TOGETHER][SHA256_BYTES];
};

struct run {
	const struct pipeline *p;
	struct queue free, work, done;
	struct batch *batches;
	size_t n_batches;
	pthread_mutex_t lock; /* in_flight, err */
	pthread_cond_t room;
	size_t in_flight; /* raw bytes read and not yet written */
	struct err err;
	atomic_ulong read;  /* bytes, for the progress line */
	atomic_int workers; /* still running */
	pthread_t threads[LIM_WORKERS + 1];
	size_t n_threads;
	uint64_t total_bytes;
};

static int worker_init(struct worker *w, const struct pipeline *p, struct err *err)
{
	*w = (struct worker){0};
	arena_init(&w->arena, LIM_ARENA);
	w->memo = memo_new();
	w->unseen = unseen_new(p->extract->images);
	return w->memo && w->unseen ? matcher_scratch_new(&w->scratch, p->matcher, err) : err_oom(err, "texts");
}

static void worker_release(struct worker *w)
{
	matcher_scratch_del(w->scratch);
	unseen_del(w->unseen);
	memo_del(w->memo);
	arena_free(&w->arena);
}

/* bytes -> doc and row; their strings live in the worker's arena and memo until its next message. */
static int analyse(const struct pipeline *p, struct worker *w, const struct raw_mail *mail, const uint8_t *digest,
	const struct feed *feed, struct doc *doc, struct row *row, struct err *err)
{
	arena_reset(&w->arena);
	struct extract_input in = {.bytes = mail->bytes,
		.sha256 = digest,
		.from_line = mail->from_line,
		.anomalies = mail->anomalies,
		.trust = &feed->trust,
		.smtp = feed->smtp,
		.memo = w->memo};
	if (extract_message(&w->arena, p->extract, &in, doc, row) || match_doc(p->matcher, w->scratch, &w->arena, doc, row))
		return err_oom(err, "a message");
	if (!(row->sketch = sketch_of(&w->arena, doc)).p)
		return err_oom(err, "a message");
	row->feed = feed->name;
	row->source_path = mail->path;
	row->source_member = mail->member;
	row->source_offset = mail->offset;
	row->source_length = mail->length;
	return 0;
}

/* Keeps a row beyond its message. */
static int keep_row(
	struct worker *w, const struct doc *doc, const struct row *row, struct arena *rows, struct row *to, struct err *err)
{
	int rc = row_copy(rows, row, to);
	if (!rc && unseen_due(doc))
		rc = unseen_add(w->unseen, doc, to, rows);
	if (!rc && unseen_full(w->unseen))
		rc = unseen_take(w->unseen);
	return rc ? err_oom(err, "rows in flight") : 0;
}

static int keep(struct arena *a, struct str *s)
{
	struct str copy = arena_dup(a, *s);
	if (!copy.p)
		return -1;
	*s = copy;
	return 0;
}

/* Where the writer reports to. */
struct sink {
	const struct pipeline *p;
	pipeline_seen_fn *seen;
	void *ctx;
	uint64_t messages;
};

static int put(struct sink *k, const struct job *j, struct err *err)
{
	int rc = store_put(k->p->store, &j->row, j->mail.box, k->p->knowledge ^ j->feed->boundary, err);
	if (rc < 0)
		return rc;
	k->messages++;
	return k->seen(k->ctx, &j->mail, j->feed, &j->row, rc, err);
}

/* ---- one thread ---- */

/* Messages that wait for the look of an image, and those behind them: what is stored keeps the source's order. */
struct line {
	struct job jobs[LIM_BATCH_MESSAGES];
	size_t n;
	struct arena arena;
	size_t in_batch; /* of the store's: put since it began */
};

static int put_one(struct sink *k, struct line *l, const struct job *j, struct err *err)
{
	int rc = put(k, j, err);
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
	if (keep(&l->arena, &j->mail.path) || keep(&l->arena, &j->mail.member))
		return err_oom(err, "a message in flight");
	return keep_row(w, doc, &job->row, &l->arena, &j->row, err);
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
	int rc = analyse(k->p, w, &job->mail, digest, job->feed, &doc, &job->row, err);
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
	if (!(ahead->feeds[ahead->n] = feed_set_of(p->feeds, mail, err)) || keep(&ahead->arena, &mail->bytes))
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

static int run_inline(struct sink *k, struct err *err)
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

/* ---- threads ---- */

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
	if (keep(&b->raw, &j->mail.bytes) || keep(&b->raw, &j->mail.from_line) || keep(&b->raw, &j->mail.path) ||
		keep(&b->raw, &j->mail.member))
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

static void hash_jobs(struct worker *w, const struct job *jobs, size_t n)
{
	struct str bytes[TOGETHER];
	for (size_t i = 0; i < n; i++)
		bytes[i] = jobs[i].mail.bytes;
	sha256_each(bytes, n, w->digests);
}

static int work_batch(const struct pipeline *p, struct worker *w, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->n; i++) {
		struct job *j = &b->jobs[i];
		struct doc doc;
		struct row row;
		if (i % TOGETHER == 0)
			hash_jobs(w, j, b->n - i < TOGETHER ? b->n - i : TOGETHER);
		if (analyse(p, w, &j->mail, w->digests[i % TOGETHER], j->feed, &doc, &row, err) ||
			keep_row(w, &doc, &row, &b->out, &j->row, err))
			return err->kind;
	}
	if (unseen_take(w->unseen))
		return err_oom(err, "rows in flight");
	arena_reset(&w->arena); /* a worker that waits holds nothing */
	return 0;
}

static void *worker_main(void *arg)
{
	struct run *r = arg;
	struct err err = {0};
	struct worker w;
	struct batch *b;
	int rc = worker_init(&w, r->p, &err);
	while (!rc && (b = queue_take(&r->work))) {
		rc = work_batch(r->p, &w, b, &err);
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

/* Puts a batch of the reader's. A batch of the store's takes many of them: a commit costs the same for few and for many. */
static int write_batch(struct run *r, struct sink *k, struct batch *b, size_t *in_batch, struct err *err)
{
	struct store *s = r->p->store;
	int rc = *in_batch || !b->n ? 0 : store_begin(s, err); /* the reader's last batch may be empty */
	for (size_t i = 0; i < b->n && !rc; i++)
		rc = put(k, &b->jobs[i], err);
	*in_batch += b->n;
	if (!rc && *in_batch >= STORE_BATCH) {
		rc = store_commit(s, err);
		*in_batch = 0;
	}
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
	if (!err.kind && in_batch)
		store_commit(r->p->store, &err);
	if (err.kind) {
		store_rollback(r->p->store);
		run_fail(r, &err);
	}
}

static int run_init(struct run *r, const struct pipeline *p, struct err *err)
{
	*r = (struct run){.p = p, .n_batches = 2 * (size_t)p->jobs + 2, .total_bytes = source_progress(p->source)->bytes_total};
	r->batches = mem_zalloc(r->n_batches, sizeof *r->batches);
	pthread_mutex_init(&r->lock, NULL);
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
	return p->jobs == 1 ? run_inline(&k, err) : run_threads(&k, err);
}
