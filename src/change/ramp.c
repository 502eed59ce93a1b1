/* ramp.c - see ramp.h. */
#include "change/ramp.h"

#include <math.h>

#include "change/date.h"

enum {
	RAMP_ROWS = 2 * CHANGE_RAMP_DAYS,            /* a line between levels may reach beyond the ramp that it is */
	RAMP_SEGMENTS = RAMP_ROWS / CHANGE_MIN_ROWS, /* most that one ramp replaces */
};

struct stairs {
	const struct change_series *cs;
	const struct change_noise *noise;
	struct change_segment *seg;
	size_t n_seg;
};

static bool rising(const struct change_segment *l, const struct change_segment *r)
{
	return r->mean > l->mean;
}

/* May the changes between segments i and j (i + 1 < j) be one ramp? All one way, within a ramp's length. */
static bool may_be_ramp(const struct stairs *f, size_t i, size_t j)
{
	const struct change_segment *s = f->seg;
	bool levels = !change_has_trend(&s[i]) && !change_has_trend(&s[j]);
	size_t most = CHANGE_RAMP_DAYS;
	for (size_t k = i + 1; k < j; k++)
		most = levels && change_has_trend(&s[k]) ? RAMP_ROWS : most;
	if (f->cs->row[s[j].s] - f->cs->row[s[i].e] > most)
		return false;
	for (size_t k = i + 1; k < j; k++)
		if (rising(&s[k], &s[k + 1]) != rising(&s[i], &s[i + 1]))
			return false;
	return true;
}

/* How much lower the BIC is with one ramp in place of the steps from segment i to j. */
static int ramp_gain(struct stairs *f, size_t i, size_t j, struct arena *a, double *gain)
{
	struct change_fit fit;
	double stairs;
	if (change_date_stairs(f->cs, &f->seg[i], j - i + 1, f->noise, a, &stairs) ||
		change_date(f->cs, &f->seg[i], &f->seg[j], f->noise, a, &fit))
		return -1;
	bool whole = fit.end.at - fit.start.at < CHANGE_RAMP_DAYS - 1; /* else it is a line that takes longer */
	double params = CHANGE_PARAMS * (double)(j - i - 1) - CHANGE_RAMP_PARAMS;
	for (size_t k = i + 1; k < j; k++)
		params += f->seg[k].bend != 0 ? CHANGE_CURVE_PARAMS : f->seg[k].slope != 0 ? CHANGE_TREND_PARAMS : 0;
	*gain = whole ? stairs - fit.cost + params * log((double)f->cs->n) : 0;
	return 0;
}

static void drop_segments(struct stairs *f, size_t i, size_t j)
{
	for (size_t k = j; k < f->n_seg; k++)
		f->seg[k - (j - i - 1)] = f->seg[k];
	f->n_seg -= j - i - 1;
}

/* The ramp from a segment that gains most: to which segment. */
struct ramp {
	size_t to;
	double gain;
};

static int best_ramp(struct stairs *f, size_t i, struct ramp *best, struct arena *a)
{
	*best = (struct ramp){0};
	for (size_t j = i + 2; j < f->n_seg && may_be_ramp(f, i, j); j++) {
		double gain;
		if (ramp_gain(f, i, j, a, &gain))
			return -1;
		if (gain > best->gain)
			*best = (struct ramp){j, gain};
	}
	return 0;
}

/* Staircases that are better told as one ramp: the best first. */
static int join(struct stairs *f, struct arena *a)
{
	struct ramp *ramps = arena_zalloc(a, f->n_seg + 1, sizeof *ramps);
	size_t first = 0, last = f->n_seg; /* those to be looked at anew */
	for (;;) {
		size_t at = 0;
		for (size_t i = first; ramps && i < last; i++)
			if (best_ramp(f, i, &ramps[i], a))
				return -1;
		for (size_t i = 1; ramps && i < f->n_seg; i++)
			at = ramps[i].gain > ramps[at].gain ? i : at;
		if (!ramps || ramps[at].gain <= 0)
			return ramps ? 0 : -1;
		size_t to = ramps[at].to, gone = to - at - 1;
		memmove(ramps + at + 1, ramps + to, (f->n_seg - to) * sizeof *ramps);
		drop_segments(f, at, to);
		for (size_t i = 0; i < at; i++) /* of those before it, segments have moved under them */
			ramps[i].to -= ramps[i].to > at ? gone : 0;
		for (size_t i = at + 1; i < f->n_seg; i++)
			ramps[i].to -= gone;
		first = at > RAMP_SEGMENTS ? at - RAMP_SEGMENTS : 0;
		last = at + 1;
	}
}

int change_ramps(const struct change_series *cs, const struct change_noise *noise, struct change_segment *seg, size_t *n_seg,
	struct arena *a)
{
	struct stairs f = {cs, noise, seg, *n_seg};
	int rc = join(&f, a);
	*n_seg = f.n_seg;
	return rc;
}
