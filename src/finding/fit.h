/* fit.h - when something went from one level to another, from the times of single messages.
 *
 * The change runs from t1 to t2 (t1 = t2: a step). Its likelihood is put on a grid of t1 and t2 that zooms in on where it is high.
 * Beforehand a ramp of up to FIT_RAMP_DAYS is as likely as a step, every place as any other, and lengths are alike on the scale of
 * log(1 + days), as change/date.c has it. A date is where both shapes' weight has its middle, less what lies more than three days
 * from there; intervals are the middle 95 %. Likelihoods of bursty mail are tempered by its scatter.
 */
#ifndef TRAPLINE_FINDING_FIT_H
#define TRAPLINE_FINDING_FIT_H

#include "finding/finding.h"

enum { FIT_RAMP_DAYS = 14, FIT_SLOT = 300, FIT_SLOTS_A_DAY = SECONDS_A_DAY / FIT_SLOT, FIT_SLOTS_AN_HOUR = FIT_SLOTS_A_DAY / 24 };

/* Log-likelihood of a change from t1 to t2 (t1 <= t2). */
typedef double fit_fn(const void *ctx, int64_t t1, int64_t t2);

struct fit {
	struct finding_date start, end;
	bool ramp;   /* it took more than a day, more likely than not; else end is start */
	double logl; /* the highest seen */
	double mean; /* the logarithm of the likelihood's mean over all dates, as likely as they are beforehand */
};
/* Over lo <= t1 <= t2 <= hi. False: out of memory. */
bool fit_dates(fit_fn *fn, const void *ctx, int64_t lo, int64_t hi, struct arena *a, struct fit *out);

/* A volume: messages in each slot of FIT_SLOT seconds, and what there would have been at level 1 (exposure x weekly rhythm x what is explained).
 * Days have a noise of their own (gamma, mean 1, variance `noise`), parts of a day only chance: negative binomial days. */
struct fit_volume {
	int64_t start;                /* Unix time of slot 0, a midnight */
	size_t n;                     /* slots, whole days */
	const double *count, *offset; /* running sums: [0] = 0, n + 1 of each */
	double noise;
	struct fit_memo *memo; /* of this volume alone, for one thread */
};
/* What t1 alone and t2 alone say, kept: a grid asks for each of them many times. For so many slots; NULL: out of memory. */
struct fit_memo *fit_memo_new(struct arena *a, size_t slots);
fit_fn fit_volume_logl;

/* Messages of two sorts: the share of the second goes from one value to another (linear), the same for all. */
struct fit_mix {
	const int64_t *t; /* ascending */
	const uint8_t *z; /* 1: of the second sort */
	size_t n;
	const uint32_t *sum; /* running sums of z from anywhere, n + 1 */
	double scatter;
};
fit_fn fit_mix_logl;

/* The mail of one of the senders of a trade that fades out. */
struct fit_sender {
	const int64_t *t;    /* ascending */
	const uint8_t *z;    /* 1: of the trade */
	const uint32_t *sum; /* running sums of z, n + 1 */
	size_t n;
	double share;   /* of the trade before */
	double scatter; /* how much more that share varies than chance would have it */
	double own;     /* as fit_shared asks; -INFINITY: it has no dates but those of all */
};
/* The log-likelihood of dates that all share, for one of them, who may as well have had dates of its own; own: struct fit's `mean` of these. */
double fit_shared(double logl, double own);

/* The trade fades out to nothing for all of them at once, from each one's own share, which is known the less the less mail tells it. */
struct fit_fade {
	const struct fit_sender *senders;
	size_t n;
};
fit_fn fit_fade_logl;
#define FIT_FADE_REST 0.01 /* of a faded trade's mail is still to be expected: late and misread messages */
/* How much of what fades from t1 to t2 is left at t, 0..1. */
double fit_left(int64_t t, int64_t t1, int64_t t2);

#endif
