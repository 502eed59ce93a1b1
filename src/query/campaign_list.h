/* campaign_list.h - the campaigns among the messages that pass a filter: how many, when, where, for whom, by what.
 *
 * Two passes over the hot table: one to count, one for what is listed. Everything lies in the arena. Largest first, then by id;
 * the same for the same set of messages.
 */
#ifndef TRAPLINE_QUERY_CAMPAIGN_LIST_H
#define TRAPLINE_QUERY_CAMPAIGN_LIST_H

#include "query/readers.h"

enum campaign_word {
	CAMPAIGN_BRANDS,
	CAMPAIGN_PROGRAMMES,
	CAMPAIGN_ENGINES,
	CAMPAIGN_DOMAINS,
	CAMPAIGN_COUNTRIES,
	CAMPAIGN_FEEDS,
	CAMPAIGN_WORDS
};
enum { CAMPAIGN_TOP = 5, CAMPAIGN_BINS = 48 };

struct campaign_value {
	struct str name;
	int64_t n; /* messages */
};
/* The most frequent values, largest first. */
struct campaign_values {
	struct campaign_value v[CAMPAIGN_TOP];
	size_t n, distinct;
};

struct campaign_members;
struct campaign_info {
	struct str id;
	int64_t messages;
	int64_t first, last; /* TIME_NONE: no message has a time */
	uint64_t sample;     /* first eight bytes of the smallest id: the message to show */
	struct campaign_values words[CAMPAIGN_WORDS];
	int64_t *bins;                    /* messages over time, CAMPAIGN_BINS equal parts of first..last of all listed campaigns */
	struct campaign_members *members; /* campaign_template.h; NULL unless asked for */
};

struct campaign_list {
	struct campaign_info *v;
	size_t n, distinct;  /* listed; there are */
	int64_t messages;    /* in campaigns */
	int64_t others;      /* messages of none */
	int64_t first, last; /* the time that the bins span */
};

/* The `most` largest. 0 or negative with *err filled. */
int campaign_list(
	struct store *s, const struct store_filter *f, size_t most, struct arena *a, struct campaign_list *out, struct err *err);

/* The same of another column of words: FEAT_engine lists the engines, with the brands that they send for, and so on. */
int campaign_list_by(struct store *s, enum feature_id by, const struct store_filter *f, size_t most, struct arena *a,
	struct campaign_list *out, struct err *err);

struct campaign_list_params {
	enum feature_id by;
	size_t most;
	bool members;
};
/* The same as a reader (to be freed in any case), whose run decides on the filter. */
int campaign_list_reader(struct reader **r, struct store *s, const struct campaign_list_params *q, struct arena *a,
	struct campaign_list *out, struct err *err);

#endif
