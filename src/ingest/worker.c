/* worker.c - see worker.h. */
#include "ingest/worker.h"

#include "base/limits.h"
#include "campaign/sketch.h"

int worker_init(struct worker *w, const struct pipeline *p, struct err *err)
{
	*w = (struct worker){.p = p};
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

static int analyse_mail(struct worker *w, const struct raw_mail *mail, const struct feed *feed, bool look_now, struct doc *doc,
	struct row *row, struct err *err)
{
	arena_reset(&w->arena);
	struct extract_input in = {.bytes = mail->bytes,
		.from_line = mail->from_line,
		.anomalies = mail->anomalies,
		.trust = &feed->trust,
		.smtp = feed->smtp,
		.memo = w->memo,
		.look_now = look_now};
	while (analyse(w, &in, doc, row))
		if (!extract_less(&w->arena, &in))
			return err_oom(err, "a message");
	row->feed = feed->name;
	row->source_path = mail->path;
	row->source_member = mail->member;
	row->source_offset = mail->offset;
	row->source_length = mail->length;
	return 0;
}

int worker_analyse(struct worker *w, const struct job *job, struct doc *doc, struct row *row, struct err *err)
{
	return analyse_mail(w, &job->mail, job->feed, false, doc, row, err);
}

static int again(
	void *ctx, const struct raw_mail *mail, const struct feed *feed, struct arena *rows, struct row *to, struct err *err)
{
	struct worker *w = ctx;
	struct doc doc;
	struct row row;
	int rc = analyse_mail(w, mail, feed, true, &doc, &row, err);
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

int sink_put(struct sink *k, const struct job *j, struct err *err)
{
	int rc = store_put(k->p->store, &j->row, j->mail.box, k->p->knowledge ^ j->feed->boundary, err);
	if (rc < 0)
		return rc;
	k->messages++;
	return k->seen(k->ctx, &j->mail, j->feed, &j->row, rc, err);
}
