/* readers.h - several that count messages share scans: what a report shows is counted in as many passes over the hot table as its
 * slowest reader needs, not in as many as there are readers.
 *
 * A reader is made by the module that counts (summary.h, series.h, campaign_list.h ...), run with others, and freed. What it
 * found is in place after readers_run. All of a run see the messages that pass one filter, in no order; a pass also sees what another process
 * has stored since the one before it, new feeds and words among it.
 */
#ifndef TRAPLINE_QUERY_READERS_H
#define TRAPLINE_QUERY_READERS_H

#include "store/store.h"

struct reader {
	uint64_t columns; /* that `row` looks at in the next pass; rows hold ids of words (STORE_IDS) */
	store_row_fn row; /* NULL: needs no further pass. 1: enough of this pass */
	/* After each pass: finishes, or sets columns and row anew. 0 or negative with *err filled. */
	int (*next)(struct reader *r, struct err *err);
	void (*free)(struct reader *r); /* with itself */
};

enum { READERS_MAX = 16 };
/* NULL among them: left out. */
int readers_run(struct store *s, const struct store_filter *f, struct reader *const *r, size_t n, struct err *err);
void reader_free(struct reader *r); /* NULL-safe */
/* Of rc, which tells how making the reader went: runs it alone and frees it. */
int reader_alone(struct store *s, const struct store_filter *f, struct reader *r, int rc, struct err *err);

#endif
