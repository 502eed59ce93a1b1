/* pipeline.h - the run-time shape: one reader, a bounded queue of batches, N workers, one writer.
 *
 * The caller's thread writes; the reader and the workers are threads. With one job everything runs on the caller's thread,
 * message by message, but for those that wait for the look of an image (unseen.h). Batches carry a sequence number and are
 * written in that order, so the store's content does not depend on the number of workers. Bytes in flight are bounded
 * (LIM_IN_FLIGHT) whatever the size of the archive.
 */
#ifndef TRAPLINE_INGEST_PIPELINE_H
#define TRAPLINE_INGEST_PIPELINE_H

#include "base/err.h"
#include "feature/extract.h"
#include "ingest/feed_set.h"
#include "match/match.h"
#include "source/source.h"
#include "store/store.h"

struct pipeline {
	struct source *source;
	struct feed_set *feeds;
	const struct extract_settings *extract;
	const struct matcher *matcher;
	struct store *store;
	bool grows;        /* the store holds mail already: some of what is read may be there */
	int64_t knowledge; /* what rows are made with (store_put), the feeds' trust hosts apart */
	int jobs;
	bool show_progress;
};

/* What was done with a message, on the writer's thread: put is 1 for a new one, 0 for one that was there. */
typedef int pipeline_seen_fn(
	void *ctx, const struct raw_mail *mail, const struct feed *feed, const struct row *row, int put, struct err *err);

/* Reads the source to its end and tells seen of every message, in the source's order, inside the batch that stores it. On an
 * error what was committed stays. The store must have been told store_start. */
int pipeline_run(const struct pipeline *p, pipeline_seen_fn *seen, void *ctx, struct err *err);

#endif
