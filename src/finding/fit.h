/* fit.h - when something went from one level to another, from the times of single messages.
 *
 * The change runs from t1 to t2 (t1 = t2: a step). Its likelihood is put on a grid of t1 and t2 that zooms in on where it is high.
 * Beforehand a ramp of up to FIT_RAMP_DAYS is as likely as a step, every place as any other, and lengths are alike on the scale of
 * log(1 + days), as change/date.c has it. A date is where both shapes' weight has its middle, less what lies more than three days
 * from there; intervals are the middle 95 %, of fit_dates_or with that of each shape that is left open. Likelihoods of bursty
 * mail are tempered by its scatter.
 */
#ifndef TRAPLINE_FINDING_FIT_H
#define TRAPLINE_FINDING_FIT_H

#include "finding/finding.h"

enum { FIT_RAMP_DAYS = 14, FIT_SLOT = 300, FIT_SLOTS_A_DAY = SECONDS_A_DAY / FIT_SLOT, FIT_SLOTS_AN_HOUR = FIT_SLOTS_A_DAY / 24 };

/* Log-likelihood of a change from t1 to t2 (t1 <= t2). */
typedef double fit_fn(const void *ctx, int64_t t1, int64_t t2);

struct fit {
	struct finding_date start, end;
	bool ramp; /* it took more than a day, more likely than not; else the end's time is the start's, within an interval of its own */
	double other; /* how likely the third shape is that fit_dates_or was given, 0..1 */
	double logl;  /* the highest seen */
	double mean;  /* the logarithm of the likelihood's mean over all dates, as likely as they are beforehand */
};
/* Over lo <= t1 <= t2 <= hi. False: out of memory. */
bool fit_dates(fit_fn *fn, const void *ctx, int64_t lo, int64_t hi, struct arena *a, struct fit *out);
/* The same for what one decided, and none drew by lot whether it be sudden (closures, switches): each shape that is left open is held by itself. A third
 * shape is as likely beforehand as each of these two, dated by its own likelihood (t1 < t2); other NULL: there is none. */
bool fit_dates_or(fit_fn *fn, const void *ctx, fit_fn *other, const void *other_ctx, int64_t lo, int64_t hi, struct arena *a,
	struct fit *out);

/* A volume: messages in each slot of FIT_SLOT seconds, and what there would have been at level 1 (exposure x weekly rhythm x what is explained).
 * Mail comes by so many messages at once (`clumps`, 1 or more): these are the units that chance counts. Days have a noise of their own (gamma, mean 1,
 * variance `noise`), parts of a day only chance: negative binomial days. */
struct fit_volume {
	int64_t start;                /* Unix time of slot 0, a midnight */
	size_t n;                     /* slots, whole days */
	const double *count, *offset; /* running sums: [0] = 0, n + 1 of each */
	double noise, clumps;
	struct fit_memo *memo; /* of this volume alone, for one thread */
};
/* What t1 alone and t2 alone say, kept: a grid asks for each of them many times. For so many slots; NULL: out of memory. */
struct fit_memo *fit_memo_new(struct arena *a, size_t slots);
fit_fn fit_volume_logl;

#endif
