/* fade.h - when what was sent went from one sort to another, and when a trade faded out in the mail of its senders, message by message.
 *
 * A sender's mix tells it whatever its volume; its volume, too, where the trade is much of it.
 */
#ifndef TRAPLINE_FINDING_FADE_H
#define TRAPLINE_FINDING_FADE_H

#include "finding/fit.h"

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
	double share;                    /* of the trade before */
	double scatter;                  /* how much more that share varies than chance would have it */
	double own;                      /* as fit_shared asks; -INFINITY: it has no dates but those of all */
	const struct fit_volume *volume; /* NULL: its volume says nothing of the trade */
	double volume_own;
};
/* The log-likelihood of dates that all share, for one of them, who may as well have had dates of its own; own: struct fit's `mean` of these. */
double fit_shared(double logl, double own);

/* The trade fades out to nothing for all of them at once, from each one's own share, which is known the less the less mail tells it. Their dates are those of
 * one of them at least: one sender alone has none of its own. */
struct fit_fade {
	const struct fit_sender *senders;
	size_t n;
};
fit_fn fit_fade_logl;

#define FIT_FADE_REST 0.01 /* of a faded trade's mail is still to be expected: late and misread messages */
/* How much of what fades from t1 to t2 is left at t, 0..1. */
double fit_left(int64_t t, int64_t t1, int64_t t2);
/* When the trade faded out: for all its senders alike (fit_fade_logl), or for each at once at a time of its own, so that t1 is when the first left and
 * t2 when the last did. How likely each is follows from the mail: who stop together by themselves are a coincidence, the more the more they are. */
bool fit_closing(const struct fit_fade *f, int64_t lo, int64_t hi, struct arena *a, struct fit *out);

#endif
