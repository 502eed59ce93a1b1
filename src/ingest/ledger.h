/* ledger.h - the store's log of sources: what was read for each feed out of each path of a run, and the feeds themselves.
 *
 * Feeds and lines are put with their first message, inside its batch, as begun; ledger_close says that they were read to the end.
 */
#ifndef TRAPLINE_INGEST_LEDGER_H
#define TRAPLINE_INGEST_LEDGER_H

#include "base/vec.h"
#include "ingest/feed_set.h"

/* What was read for one feed out of one path. */
struct ledger_line {
	const struct feed *feed;
	const char *path; /* as it was named */
	int64_t messages, fresh, doubtful;
	int64_t believed; /* messages with a Received field of the feed's own hosts */
};

struct ledger {
	struct store *store;
	struct arena *arena; /* of the lines */
	const char *const *paths;
	size_t n_paths;
	VEC(struct ledger_line) lines;
	struct ledger_line *last; /* messages come in runs */
};

/* A message that was put into the store; fresh: it is new there. Inside its batch. */
int ledger_see(
	struct ledger *l, const struct raw_mail *mail, const struct feed *feed, const struct row *row, bool fresh, struct err *err);
/* A file of an earlier run that was passed over: what is said of it is said again. In a batch. */
int ledger_pass(struct ledger *l, const struct store_file *file, const struct feed *feed, struct err *err);
/* The lines with the source's problems. In a batch. */
int ledger_close(struct ledger *l, const struct source *source, struct err *err);

#endif
