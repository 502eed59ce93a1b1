/* series.h - how many messages, per feed, per UTC day or hour, per value of one dimension.
 *
 * A deterministic function of the set of stored messages: keys are sorted by total (largest first), then by name; feeds by
 * name. Never a count without its feed: the innermost index is the feed, and what a feed did not watch is not a zero:
 * before its first and after its last message a feed is `!series_watched`.
 *
 * Time axis. Buckets are UTC days or hours, numbered from 1970-01-01. The axis is a list of runs; inside a run every bucket is
 * there, also empty ones (explicit zeros). Where no feed received anything for more than SERIES_GAP_DAYS, nor for SERIES_GAP_TIMES the
 * median time between two buckets with messages, the run ends: such a stretch is a gap (not known), not zeros. Where one run holds most messages, another that holds only untrusted times and
 * under 1 % of the messages is made of forged or broken dates: it is left out and its messages are counted in `stray`. So is
 * what would go over LIM_SERIES_DAYS or _HOURS (the lightest runs) and what lies outside 1970..2106. One mail dated 2106
 * costs nothing, hides nothing and squeezes no chart.
 */
#ifndef TRAPLINE_QUERY_SERIES_H
#define TRAPLINE_QUERY_SERIES_H

#include "query/readers.h"

enum {
	SERIES_GAP_DAYS = 60,
	SERIES_GAP_LEAST = 20, /* buckets with messages: of fewer the median says nothing */
	SERIES_GAP_TIMES = 10  /* one silence in a thousand of a steady trickle is longer than ten times the median one */
};

enum series_unit { SERIES_DAY, SERIES_HOUR };

enum series_dim {
	DIM_NONE, /* one key: all messages */
	DIM_BRAND,
	DIM_PROGRAMME,
	DIM_CATEGORY,
	DIM_COUNTRY,
	DIM_TLD,
	DIM_FROM_DOMAIN,
	DIM_DOMAIN, /* message-weighted: a message counts once for each of its distinct domains */
	DIM_ENGINE,
	DIM_CLIENT,
	DIM_CAMPAIGN,
	DIM_CHARSET,
	DIM_LANGUAGE,
	DIM_COUNT
};
extern const char *const series_dim_names[DIM_COUNT]; /* "none", "brand", ... */
bool series_dim_find(struct str name, enum series_dim *out);

enum series_key_kind {
	KEY_VALUE, /* name is the value; for DIM_NONE the only key, with an empty name */
	KEY_OTHER, /* all values that are not shown, together */
	KEY_NONE,  /* messages without a value: unattributed, no URL, no country ... */
};
struct series_key {
	struct str name; /* hostile text; empty unless KEY_VALUE */
	enum series_key_kind kind;
	int64_t total;    /* timed or not, over all feeds */
	int64_t *by_feed; /* nfeeds: the same for each feed */
};

struct series_feed {
	struct str name;     /* hostile text (a file name). Of a merged one: empty */
	size_t merged;       /* how many feeds this is: 1, but for the last, when there are more than LIM_SERIES_FEEDS */
	int64_t messages;    /* that passed the filter */
	int64_t untrusted;   /* of these: time from the From_ line or from Date */
	int64_t undated;     /* of these: no time at all: in no bucket */
	int64_t stray;       /* of these: dated, but off the axis (see above) */
	int64_t first, last; /* first and last time on the axis, Unix seconds; TIME_NONE when there is none */
};

struct series_run {
	size_t first, n; /* buckets[first .. first+n-1] are consecutive */
};

struct series {
	enum series_unit unit;
	enum series_dim dim;
	int64_t unit_s; /* 86400 or 3600: bucket i covers [buckets[i]*unit_s, +unit_s) */
	const struct series_feed *feeds;
	size_t nfeeds;
	struct series_key *keys; /* values, then KEY_OTHER, then KEY_NONE (the latter two always, unless DIM_NONE) */
	size_t nkeys;
	size_t distinct;        /* values there are: "nkeys-2 of distinct shown" */
	const int64_t *buckets; /* ascending */
	size_t nbuckets;
	const struct series_run *runs;
	size_t nruns;
	uint32_t *n;                      /* [nbuckets][nkeys][nfeeds]: read with series_at */
	uint32_t *untrusted;              /* [nbuckets][nfeeds]: messages (not domain pairs) with an untrusted time */
	int64_t messages, undated, stray; /* sums over the feeds */
	int64_t stray_first, stray_last;  /* times of the stray ones; TIME_NONE when there is none */
};

static inline uint32_t series_at(const struct series *s, size_t bucket, size_t key, size_t feed)
{
	return s->n[(bucket * s->nkeys + key) * s->nfeeds + feed];
}
/* Over all feeds. */
static inline int64_t series_sum(const struct series *s, size_t bucket, size_t key)
{
	int64_t sum = 0;
	for (size_t f = 0; f < s->nfeeds; f++)
		sum += series_at(s, bucket, key, f);
	return sum;
}
/* Was the feed watching then: between its first and last message? A zero outside is no observation. */
static inline bool series_watched(const struct series *s, size_t bucket, size_t feed)
{
	const struct series_feed *f = &s->feeds[feed];
	return f->first != TIME_NONE && (s->buckets[bucket] + 1) * s->unit_s > f->first &&
	       s->buckets[bucket] * s->unit_s <= f->last;
}

struct series_params {
	struct store_filter filter;
	enum series_unit unit;
	enum series_dim dim;
	size_t top_n; /* values shown; at most LIM_SERIES_KEYS */
};
/* 0, with everything in *out in the arena. Reads the hot table once, twice for (from_)domain. */
int series_build(struct store *s, const struct series_params *p, struct arena *a, struct series *out, struct err *err);
/* The same as a reader (to be freed in any case), whose run decides on the filter. */
int series_reader(
	struct reader **r, struct store *s, const struct series_params *p, struct arena *a, struct series *out, struct err *err);

#endif
