/* worker.c - see worker.h. */
#include "ingest/worker.h"

#include "base/limits.h"
#include "campaign/sketch.h"

int worker_init(struct worker *w, const struct pipeline *p, pthread_mutex_t *lock, struct err *err)
{
	*w = (struct worker){.p = p, .lock = lock};
	arena_init(&w->arena, LIM_ARENA);
	w->memo = memo_new();
	w->unseen = unseen_new(p->extract->images);
	return w->memo && w->unseen ? matcher_scratch_new(&w->scratch, p->matcher, err) : err_oom(err, "texts");
}

void worker_release(struct worker *w)
{
	matcher_scratch_del(w->scratch);
	unseen_del(w->unseen);
	memo_del(w->memo);
	arena_free(&w->arena);
}

static int analyse(struct worker *w, const struct extract_input *in, struct doc *doc, struct row *row)
{
	if (extract_message(&w->arena, w->p->extract, in, doc, row) || match_doc(w->p->matcher, w->scratch, &w->arena, doc, row))
		return ERR_ENV;
	row->sketch = sketch_of(&w->arena, doc);
	return row->sketch.p ? 0 : ERR_ENV;
}

static void put_place(const struct raw_mail *mail, const struct feed *feed, struct row *row)
{
	row->feed = feed->name;
	row->source_path = mail->path;
	row->source_member = mail->member;
	row->source_offset = mail->offset;
	row->source_length = mail->length;
}

static struct extract_input input_of(const struct raw_mail *mail, const struct feed *feed)
{
	return (struct extract_input){.bytes = mail->bytes,
		.from_line = mail->from_line,
		.anomalies = mail->anomalies,
		.trust = &feed->trust,
		.smtp = feed->smtp};
}

/* id: NULL where it was not made yet. */
static int analyse_mail(struct worker *w, const struct raw_mail *mail, const struct feed *feed, const uint8_t *id, bool look_now,
	struct doc *doc, struct row *row, struct err *err)
{
	arena_reset(&w->arena);
	struct extract_input in = input_of(mail, feed);
	in.memo = w->memo;
	in.id = id;
	in.look_now = look_now;
	while (analyse(w, &in, doc, row))
		if (!extract_less(&w->arena, &in))
			return err_oom(err, "a message");
	put_place(mail, feed, row);
	return 0;
}

/* ---- mail that is stored already ---- */

static void lock(struct worker *w)
{
	if (w->lock)
		pthread_mutex_lock(w->lock);
}

static void unlock(struct worker *w)
{
	if (w->lock)
		pthread_mutex_unlock(w->lock);
}

static int ask(const struct worker *w, const struct feed *feed, const struct row *row, struct err *err)
{
	return store_has(w->p->store, row, w->p->knowledge ^ feed->boundary, err);
}

int worker_ask(struct worker *w, struct job *jobs, size_t n, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < n; i++) {
		struct job *j = &jobs[i];
		j->stored = JOB_NEW;
		if (!w->p->grows)
			continue;
		j->row = (struct row){.time = TIME_NONE, .date = TIME_NONE};
		extract_id(j->mail.bytes, j->row.id);
		put_place(&j->mail, j->feed, &j->row);
	}
	if (!w->p->grows)
		return 0;
	lock(w);
	for (size_t i = 0; i < n && rc >= 0; i++) {
		rc = ask(w, jobs[i].feed, &jobs[i].row, err);
		jobs[i].stored = rc == 1 ? JOB_KNOWN : rc == 2 ? JOB_WORSE : JOB_NEW;
	}
	unlock(w);
	return rc < 0 ? rc : 0;
}

/* Whether a message whose id is stored adds nothing. *row tells when it came. 1, 0 or an error. */
static int adds_nothing(struct worker *w, const struct job *job, struct row *row, struct err *err)
{
	struct extract_input in = input_of(&job->mail, job->feed);
	*row = job->row;
	arena_reset(&w->arena);
	if (extract_arrival(&w->arena, w->p->extract, &in, row))
		return 0;
	if (job->stored == JOB_KNOWN)
		return 1;
	lock(w);
	int rc = ask(w, job->feed, row, err);
	unlock(w);
	return rc < 0 ? rc : rc == 1;
}

int worker_analyse(struct worker *w, struct job *job, struct doc *doc, struct row *row, struct err *err)
{
	int rc = job->stored == JOB_NEW ? 0 : adds_nothing(w, job, row, err);
	job->seen = rc == 1;
	*doc = (struct doc){0};
	return rc ? (rc < 0 ? rc : 0)
	          : analyse_mail(w, &job->mail, job->feed, w->p->grows ? job->row.id : NULL, false, doc, row, err);
}

static int again(
	void *ctx, const struct raw_mail *mail, const struct feed *feed, struct arena *rows, struct row *to, struct err *err)
{
	struct worker *w = ctx;
	struct doc doc;
	struct row row;
	int rc = analyse_mail(w, mail, feed, NULL, true, &doc, &row, err);
	return rc ? rc : row_copy(rows, &row, to);
}

int worker_look(struct worker *w, struct err *err)
{
	return unseen_take(w->unseen, again, w, err) ? err_oom(err, "images") : 0;
}

int worker_keep(struct worker *w, const struct job *job, const struct doc *doc, const struct row *row, struct arena *rows,
	struct row *to, struct err *err)
{
	int rc = row_copy(rows, row, to);
	if (!rc && unseen_due(doc))
		rc = unseen_add(w->unseen, &job->mail, job->feed, doc, to, rows);
	if (rc)
		return err_oom(err, "rows in flight");
	return unseen_full(w->unseen) ? worker_look(w, err) : 0;
}

int job_keep(struct arena *a, struct str *s)
{
	struct str copy = arena_dup(a, *s);
	if (!copy.p)
		return -1;
	*s = copy;
	return 0;
}

/* A message that seemed to be stored is one copy more than there are, or became better than what is there. */
static int put_late(struct sink *k, const struct job *j, int64_t knowledge, struct err *err)
{
	struct doc doc;
	struct row row;
	int rc = k->late.p ? 0 : worker_init(&k->late, k->p, NULL, err);
	if (!rc)
		rc = analyse_mail(&k->late, &j->mail, j->feed, j->row.id, true, &doc, &row, err);
	return rc ? rc : store_put(k->p->store, &row, j->mail.box, knowledge, err);
}

int sink_put(struct sink *k, const struct job *j, struct err *err)
{
	int64_t knowledge = k->p->knowledge ^ j->feed->boundary;
	int rc = j->seen ? store_see(k->p->store, &j->row, j->mail.box, knowledge, err)
	                 : store_put(k->p->store, &j->row, j->mail.box, knowledge, err);
	if (j->seen && rc >= 0)
		rc = rc ? 0 : put_late(k, j, knowledge, err);
	if (rc < 0)
		return rc;
	k->messages++;
	return k->seen(k->ctx, &j->mail, j->feed, &j->row, rc, err);
}

void sink_release(struct sink *k)
{
	if (k->late.p)
		worker_release(&k->late);
}
