/* economics.h - what a programme's mail may earn, as an interval: Monte-Carlo over visits, sales, basket and commission.
 *
 * Counts k in n are drawn from their Jeffreys posterior, Beta(k + 1/2, n - k + 1/2); ranges uniformly. A programme's share of the mail is
 * drawn by resampling feeds (bootstrap): feeds differ more than counting noise does. Everything is deterministic (fixed seed).
 *
 * Orders: a shop that numbers its orders one by one tells its volume to who buys twice (Kanich et al., "Show Me the Money", USENIX
 * Security 2011: the purchase pair): the difference of two numbers over the time between bounds the rate.
 */
#ifndef TRAPLINE_QUERY_ECONOMICS_H
#define TRAPLINE_QUERY_ECONOMICS_H

#include "base/arena.h"
#include "match/economics_pack.h"

struct interval {
	double lo, median, hi; /* 2.5 %, 50 %, 97.5 % */
};

/* Messages of the programme and all messages, by feed. */
struct economics_feed {
	double programme, all;
};
struct economics_question {
	const struct economics_inputs *inputs;
	const struct economics_feed *feeds;
	size_t n_feeds;
	double volume_lo, volume_hi; /* mails of all spam sent a day, uniformly between; 0: not known */
};
/* Of one million mails sent for the programme, and a day when the volume is known. */
struct economics_answer {
	struct interval share;
	struct interval visits, sales, gross, commission; /* of a million mails; USD */
	bool daily;
	struct interval mails_day, sales_day, gross_day, commission_day;
};
/* 0, or ERR_ENV. */
int economics_answer(const struct economics_question *q, struct arena *a, struct economics_answer *out);

struct order {
	int64_t time;
	double number;
};
struct orders_answer {
	size_t pairs;
	struct interval per_day; /* orders; of the mean rate over the whole time */
	struct interval gross_day;
};
/* orders: by time, numbers rising, at least two at different times (else pairs is 0). 0 or ERR_ENV. */
int economics_orders(
	const struct economics_inputs *in, const struct order *orders, size_t n, struct arena *a, struct orders_answer *out);

#endif
