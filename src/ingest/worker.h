/* worker.h - what is done with one message between reader and store; for pipeline.c and inline.c only. A worker belongs to one thread. */
#ifndef TRAPLINE_INGEST_WORKER_H
#define TRAPLINE_INGEST_WORKER_H

#include <pthread.h>

#include "ingest/pipeline.h"
#include "ingest/unseen.h"

/* One message on its way: what the reader knew, then what the worker found. */
struct job {
	struct raw_mail mail;
	const struct feed *feed;
	struct row row;
	enum { JOB_NEW, JOB_KNOWN, JOB_WORSE } stored; /* what store_has said of it */
	bool seen; /* of row there is only what store_see reads, and received_by: it seems to be stored as it is */
};

struct worker {
	const struct pipeline *p;
	struct arena arena;
	struct matcher_scratch *scratch;
	struct memo *memo;
	struct unseen *unseen;
	pthread_mutex_t *lock; /* of the store, where others write it */
};

int worker_init(struct worker *w, const struct pipeline *p, pthread_mutex_t *lock, struct err *err);
void worker_release(struct worker *w);
/* Looks which of them are stored already, if the store held mail when the run began. Once, before each is analysed. */
int worker_ask(struct worker *w, struct job *jobs, size_t n, struct err *err);
/* bytes -> doc and row, or, with job->seen, what there is of a row that is stored; their strings live in the worker's arena and memo until its next message, or until it looks at images. */
int worker_analyse(struct worker *w, struct job *job, struct doc *doc, struct row *row, struct err *err);
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
	struct worker late; /* for what seemed to be stored and is not; made with the first of them */
};

int sink_put(struct sink *k, const struct job *j, struct err *err);
void sink_release(struct sink *k);

#endif
