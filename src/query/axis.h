/* axis.h - the time axis and the feeds of a series; for src/query only. What they promise is in series.h. */
#ifndef TRAPLINE_QUERY_AXIS_H
#define TRAPLINE_QUERY_AXIS_H

#include "base/tally.h"
#include "query/series.h"

/* Where the time of a message comes from: registry.def, time_source. */
enum time_class { TIME_RECEIVED, TIME_FROM_LINE, TIME_DATE, TIME_UNKNOWN, TIME_CLASSES };

/* Buckets that are none. */
#define BUCKET_UNDATED (UINT32_MAX - 1)
#define BUCKET_FAR UINT32_MAX

/* What is known of one feed in one bucket beyond the number of messages. */
struct axis_extra {
	int64_t first, last;
	uint32_t untrusted;
};

struct feed_seen {
	struct str name; /* in the arena; .p NULL: not seen */
	int64_t messages;
};

struct axis {
	/* ---- filled by axis_add ---- */
	enum series_unit unit;
	int64_t unit_s;
	struct arena *arena;
	struct tally cells;       /* (bucket, feed number) -> messages */
	struct axis_extra *extra; /* beside cells.cells */
	size_t nextra;
	struct feed_seen *seen; /* by feed number */
	size_t nseen;
	struct {
		uint32_t id;
		enum time_class c;
	} classes[8]; /* time_source words met so far */
	size_t nclasses;
	/* ---- filled by axis_finish, all in the arena ---- */
	int64_t *buckets;
	size_t nbuckets;
	struct series_run *runs;
	size_t nruns;
	uint32_t *column; /* of a feed, by feed number */
	struct series_feed *feeds;
	size_t nfeeds;
	int64_t messages, undated, stray, stray_first, stray_last;
};

void axis_init(struct axis *x, enum series_unit unit, struct arena *a);
void axis_free(struct axis *x); /* what is on the heap; what axis_finish made lives in the arena */
/* Counts a message of a scan with STORE_IDS over time and time_source. *bucket is where its values are to be counted. */
int axis_add(struct axis *x, struct store *s, const struct store_row *r, uint32_t *bucket, enum time_class *c, struct err *err);
/* max_cells: what nbuckets * nfeeds may come to. */
int axis_finish(struct axis *x, size_t max_cells, struct err *err);
/* Index of a bucket on the axis, SIZE_MAX when it is not there. */
size_t axis_index(const struct axis *x, uint32_t bucket);

/* The values of one dimension: ((bucket << 32) | word id, feed number) -> count. */
#define WORD_NONE ((uint32_t)0)
#define WORD_OTHER UINT32_MAX
static inline bool dim_add(struct tally *t, uint32_t bucket, uint32_t word, uint32_t feed)
{
	return tally_add(t, (uint64_t)bucket << 32 | word, feed, 1);
}
/* dim NULL: DIM_NONE. distinct: of the values counted as WORD_OTHER as well; 0: count them here. */
int series_assemble(struct series *out, struct store *s, const struct axis *x, enum series_dim which, const struct tally *dim,
	size_t top_n, size_t distinct, struct err *err);

#endif
