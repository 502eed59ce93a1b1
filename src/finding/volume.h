/* volume.h - what the feeds watched, and volumes over a fixed panel of them.
 *
 * A dead sensor must not look like a takedown. volume_sensors finds, from the times of all messages of each feed, when it was
 * silent longer than its own habit explains (its rate by the hour of the week, and the tail of its own gaps): an outage; and
 * whether it began later or ended earlier than the others.
 *
 * volume_fit then gives the level of any part of the mail (all, an engine, a programme) as if the whole panel had watched all
 * the time: count of feed f on day d = level[d] x share[f] x watched[d][f] x gain[d][f], solved for levels and shares by turns
 * (the time-product-dummy index: each day is linked to every other through the feeds that watched both, so that feeds may
 * begin, end and fail, and links do not pile up errors as a chain of daily ratios does).
 *
 * Pure; memory in the caller's arena.
 */
#ifndef TRAPLINE_FINDING_VOLUME_H
#define TRAPLINE_FINDING_VOLUME_H

#include "base/arena.h"
#include "base/time.h"

/* A time between lo and hi. */
struct volume_date {
	int64_t time, lo, hi;
};

struct volume_outage {
	struct volume_date from, to;
	double expected; /* messages that the feed would have received */
	double others;   /* what the other feeds received meanwhile, of what they should have: 1 = as ever; NAN: no other watched */
};

/* From `at` on the feed received `factor` times what it had of everybody's mail. */
struct volume_gain {
	struct volume_date at;
	double factor, lo, hi; /* with its 95 % interval */
	double before, after;  /* messages a day, of all senders */
	double sure;           /* 0..1 */
};

struct volume_feed {
	struct volume_outage *outages;
	size_t n_outages;
	struct volume_gain *gains; /* by time (gain.c) */
	size_t n_gains;
	double gain;                     /* before the first of them: in the stretch with most of its messages it is 1 */
	int64_t from, to;                /* watched [from, to) but for the outages */
	bool starts, ends;               /* later, earlier than the others: not by chance */
	struct volume_date begun, ended; /* where it starts, ends: before its first message, after its last */
	int64_t messages;
	double rate; /* messages a day while it watched */
};

struct volume {
	int64_t day0; /* days since 1970 */
	size_t n_days, n_feeds;
	struct volume_feed *feeds;
	double *watched; /* [n_days][n_feeds], 0..1 */
	double *alive;   /* the same without outages */
	double *gain;    /* what a feed received of what it did in its best stretch: [n_days][n_feeds] */
};

/* A message: when, and which feed (0 .. n_feeds-1). */
struct volume_event {
	int64_t time;
	uint32_t feed;
};

/* ev: ascending by time, all of them within [day0, day0 + n_days). 0, or -1: the arena is full. */
int volume_sensors(
	struct volume *out, const struct volume_event *ev, size_t n, int64_t day0, size_t n_days, size_t n_feeds, struct arena *a);

/* Sets `gain` of v and its feeds by the feeds' gains. counts: of all messages, [n_days][n_feeds]. */
void volume_apply_gains(struct volume *v, const uint32_t *counts);
/* Of feed f at a time, of its gains alone. */
double volume_gain_at(const struct volume_feed *f, int64_t t);

struct volume_series {
	double *level;    /* [n_days] messages a day over the whole panel; NAN: too little was watched */
	double *watched;  /* [n_days] the part of the panel that watched, 0..1 */
	double *exposure; /* [n_days] the same by the feeds' gain: count / level */
	uint32_t *count;  /* [n_days] as received */
	double *share;    /* [n_feeds] of the panel's volume; their sum is 1 */
};
/* A day counts when at least this part watched of what watches without outages, and that of the whole panel. */
#define VOLUME_MIN_WATCHED 0.5
#define VOLUME_MIN_EXPOSURE 0.1

/* counts: [n_days][n_feeds]. prior: shares to lean on where little is known, e.g. those of all messages; NULL: none. */
int volume_fit(const struct volume *v, const uint32_t *counts, const double *prior, struct arena *a, struct volume_series *out);

/* Index of s, 100 = the mean level of the first full week watched, with a 95 % interval over feeds (jackknife; NAN with one feed). */
struct volume_index {
	double base;             /* level that is 100 */
	double *index, *lo, *hi; /* [n_days], NAN: not known */
};
int volume_index_make(
	const struct volume *v, const uint32_t *counts, const struct volume_series *s, struct arena *a, struct volume_index *out);

#endif
