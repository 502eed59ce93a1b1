/* summary.h - all the numbers of the report, from one pass over the hot table (with several feeds a second one for domains).
 *
 * Deterministic for a set of messages. Strings are hostile (escape, defang); everything lives in the arena given.
 * Message-weighted throughout: a message counts once for each of its distinct domains, and domain tables count such pairs.
 */
#ifndef TRAPLINE_QUERY_SUMMARY_H
#define TRAPLINE_QUERY_SUMMARY_H

#include "base/anomaly.h"
#include "query/readers.h"
#include "query/series.h"

/* A share with its spread over the feeds. Feeds with fewer than SUMMARY_SHARE_MIN messages are not asked for theirs. */
enum { SUMMARY_SHARE_MIN = 30 };
struct summary_share {
	double all;      /* over all feeds together, 0..1 */
	double min, max; /* lowest and highest share within one feed; both = all when no feed is large enough */
	size_t feeds;    /* feeds that min..max spans; say nothing about spread when under 2 */
};

struct summary_value {
	struct str name;
	int64_t n;                  /* messages */
	const int64_t *by_feed;     /* [summary.nfeeds] */
	struct summary_share share; /* of all messages */
};

/* The most frequent values, by count, then by name. "n of distinct shown". */
struct summary_top {
	const struct summary_value *v;
	size_t n, distinct;
	int64_t other; /* messages (domains: message-domain pairs) of the values not shown */
	int64_t none;  /* messages without a value */
};

struct summary_feed {
	struct str name; /* empty when merged */
	size_t merged;   /* how many feeds this is: 1, but for the last, when there are more than LIM_SERIES_FEEDS */
	struct str kind; /* trap, lab, customer, list */
	bool name_guessed, trust_guessed;
	int64_t messages;
	int64_t bytes;
	int64_t time_received, time_from_line, time_date, undated; /* where the time comes from; they add up to messages */
	int64_t stray;                                    /* dated, but off the time axis: forged or broken dates (series.h) */
	int64_t first, last;                              /* on the axis; TIME_NONE when there is none */
	int64_t doubtful;                                 /* messages with anomaly doubtful_split */
	int64_t brand_known, category_only, unattributed; /* add up to messages */
};

struct summary {
	int64_t messages, bytes;
	int64_t time_received, time_from_line, time_date, undated, stray, doubtful;
	int64_t with_urls, with_attachments, with_hidden_text;
	const struct summary_feed *feeds; /* by name; the same order as in every by_feed and in the series */
	size_t nfeeds;
	int64_t feeds_all, names_guessed, trusts_guessed; /* feeds, those that are merged each by itself */

	/* What is attributed: a brand; a category but no brand; neither. They add up to messages. */
	int64_t brand_known, category_only, unattributed;
	struct summary_share brand_known_share, category_only_share, unattributed_share;

	struct series by_feed;  /* DIM_NONE */
	struct series by_brand; /* top N, other, none */
	struct series by_category;

	struct summary_top brands, programmes, categories, domains, countries, tlds, charsets, languages, content_types;

	/* Messages with each anomaly, by bit; anomaly_name(bit) names it. */
	int64_t anomalies[ANOMALY_COUNT];
	int64_t no_anomaly;

	/* What was read (store_sources), by feed, path. */
	const struct store_source *sources;
	size_t nsources;
};

struct summary_params {
	struct store_filter filter;
	enum series_unit unit;
	size_t top_series; /* brands and categories in the series; 0: 8 */
	size_t top_table;  /* rows of the tables; 0: 25 */
};
/* 0, with everything in *out in the arena. 1 M messages: under a second. */
int summary_build(struct store *s, const struct summary_params *p, struct arena *a, struct summary *out, struct err *err);
/* The same as a reader (to be freed in any case), whose run decides on the filter. */
int summary_reader(
	struct reader **r, struct store *s, const struct summary_params *p, struct arena *a, struct summary *out, struct err *err);

#endif
