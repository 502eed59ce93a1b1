/* unseen.c - see unseen.h. */
#include "ingest/unseen.h"

#include "base/limits.h"
#include "base/mem.h"
#include "campaign/sketch.h"
#include "feature/extract.h"

_Static_assert(2 * LIM_MESSAGE_IMAGES <= IMAGES_AT_ONCE, "a message more must fit");

struct waiting {
	struct raw_mail mail; /* copies */
	const struct feed *feed;
	struct row *row;
	struct arena *rows;
	struct doc files; /* its attachments alone */
	size_t first;     /* of its questions; in the order of its attachments */
};

struct unseen {
	struct images *images;
	struct arena arena; /* messages, images and attachments */
	struct waiting waiting[IMAGES_AT_ONCE];
	struct image_question questions[IMAGES_AT_ONCE];
	size_t n_waiting, n_questions, bytes, mail_bytes; /* bytes: of images */
};

struct unseen *unseen_new(struct images *images)
{
	struct unseen *l = mem_zalloc(1, sizeof *l);
	if (l) {
		l->images = images;
		arena_init(&l->arena, LIM_ARENA);
	}
	return l;
}

void unseen_del(struct unseen *l)
{
	if (l)
		arena_free(&l->arena);
	mem_free(l);
}

bool unseen_due(const struct doc *doc)
{
	for (size_t i = 0; i < doc->n_attachments; i++)
		if (doc->attachments[i].unseen.n)
			return true;
	return false;
}

static int add_question(struct unseen *l, const struct doc_attachment *t)
{
	must(l->n_questions < IMAGES_AT_ONCE);
	struct image_question *q = &l->questions[l->n_questions++];
	q->bytes = arena_dup(&l->arena, t->unseen);
	memcpy(q->digest, t->sha256, sizeof q->digest);
	l->bytes += t->unseen.n;
	return q->bytes.p ? 0 : ERR_ENV;
}

static bool keep(struct unseen *l, struct str *s)
{
	*s = arena_dup(&l->arena, *s);
	return s->p;
}

int unseen_add(struct unseen *l, const struct raw_mail *mail, const struct feed *feed, const struct doc *doc, struct row *row,
	struct arena *rows)
{
	struct raw_mail m = *mail;
	size_t n = doc->n_attachments * sizeof *doc->attachments;
	struct doc_attachment *t = arena_alloc(&l->arena, n);
	if (!t || !keep(l, &m.bytes) || !keep(l, &m.from_line) || !keep(l, &m.path) || !keep(l, &m.member))
		return ERR_ENV;
	l->mail_bytes += m.bytes.n;
	memcpy(t, doc->attachments, n);
	l->waiting[l->n_waiting++] =
		(struct waiting){m, feed, row, rows, {.attachments = t, .n_attachments = doc->n_attachments}, l->n_questions};
	for (size_t i = 0; i < doc->n_attachments; i++) {
		t[i].name = S("");
		t[i].type = t[i].type.n ? arena_dup(&l->arena, t[i].type) : S("");
		if (!t[i].type.p || (t[i].unseen.n && add_question(l, &t[i])))
			return ERR_ENV;
	}
	return 0;
}

bool unseen_wait(const struct unseen *l)
{
	return l->n_waiting;
}

bool unseen_full(const struct unseen *l)
{
	return l->n_questions + LIM_MESSAGE_IMAGES > IMAGES_AT_ONCE || l->bytes >= LIM_BATCH || l->mail_bytes >= LIM_BATCH;
}

static int complete(const struct unseen *l, const struct waiting *w)
{
	const struct image_question *q = l->questions + w->first;
	for (size_t i = 0; i < w->files.n_attachments; i++)
		if (w->files.attachments[i].unseen.n)
			w->row->anomalies |= (int64_t)extract_look(&w->files.attachments[i], &q++->look);
	w->row->sketch = sketch_with_files(w->rows, w->row->sketch, &w->files);
	return w->row->sketch.p ? 0 : ERR_ENV;
}

static bool has_codes(const struct unseen *l, const struct waiting *w)
{
	const struct image_question *q = l->questions + w->first;
	for (size_t i = 0; i < w->files.n_attachments; i++)
		if (w->files.attachments[i].unseen.n && q++->look.codes.n)
			return true;
	return false;
}

int unseen_take(struct unseen *l, unseen_again_fn *again, void *ctx, struct err *err)
{
	int rc = 0;
	images_look_all(l->images, l->questions, l->n_questions);
	for (size_t i = 0; i < l->n_waiting && !rc; i++) {
		struct waiting *w = &l->waiting[i];
		rc = has_codes(l, w) ? again(ctx, &w->mail, w->feed, w->rows, w->row, err) : complete(l, w);
	}
	l->n_waiting = l->n_questions = l->bytes = l->mail_bytes = 0;
	arena_reset(&l->arena);
	return rc;
}
