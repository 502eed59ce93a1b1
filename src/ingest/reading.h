/* reading.h - mail read for its content alone: nothing is stored. For captures to learn from, ham to measure with.
 *
 * Sources are what ingest takes; each message is decoded as ingest does it. One thread.
 */
#ifndef TRAPLINE_INGEST_READING_H
#define TRAPLINE_INGEST_READING_H

#include "feature/extract.h"
#include "ingest/feed_set.h"
#include "source/source.h"

struct reading;
struct reading_settings {
	struct feed_settings feeds;
	const char *psl; /* the suffix list; NULL: as built */
	bool quiet;      /* nothing on stderr */
};
/* Starts the jail: before other files are open. set's strings outlive it. */
int reading_open(struct reading **out, const struct reading_settings *set, struct err *err);
void reading_close(struct reading *r); /* NULL-safe */

/* 0 = go on, negative = err_kind with *err filled. What it is given lives until it returns; scratch is reset then. */
typedef int reading_fn(void *ctx, struct arena *scratch, const struct raw_mail *mail, const struct doc *doc, const struct row *row,
	struct err *err);
/* *messages: how many were read. Problems of the sources are said on stderr, unless quiet. Nothing that is mail: ERR_INPUT. */
int reading_run(
	struct reading *r, const char *const *paths, size_t n, reading_fn *fn, void *ctx, uint64_t *messages, struct err *err);

#endif
