/* worker.h - what is done with one message between reader and store; for pipeline.c and inline.c only. A worker belongs to one thread. */
#ifndef TRAPLINE_INGEST_WORKER_H
#define TRAPLINE_INGEST_WORKER_H

#include "ingest/pipeline.h"
#include "ingest/unseen.h"

/* One message on its way: what the reader knew, then what the worker found. */
struct job {
	struct raw_mail mail;
	const struct feed *feed;
	struct row row;
};

struct worker {
	const struct pipeline *p;
	struct arena arena;
	struct matcher_scratch *scratch;
	struct memo *memo;
	struct unseen *unseen;
};

int worker_init(struct worker *w, const struct pipeline *p, struct err *err);
void worker_release(struct worker *w);
/* bytes -> doc and row; their strings live in the worker's arena and memo until its next message, or until it looks at images. */
int worker_analyse(struct worker *w, const struct job *job, struct doc *doc, struct row *row, struct err *err);
/* Keeps a row beyond its message; may look at images. */
int worker_keep(struct worker *w, const struct job *job, const struct doc *doc, const struct row *row, struct arena *rows,
	struct row *to, struct err *err);
/* Looks at what images are still to be looked at, and completes the rows that were kept. */
int worker_look(struct worker *w, struct err *err);

/* Copies what *s points to. 0, or -1 when out of memory. */
int job_keep(struct arena *a, struct str *s);

/* Where the writer reports to. */
struct sink {
	const struct pipeline *p;
	pipeline_seen_fn *seen;
	void *ctx;
	uint64_t messages;
};

int sink_put(struct sink *k, const struct job *j, struct err *err);

#endif
