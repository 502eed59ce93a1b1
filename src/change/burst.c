/* burst.c - see burst.h. */
#include "change/burst.h"

enum { STEPS = 6 }; /* of expectation and maximisation: what more of them gain is little beside the price of a change */
static const double K_LEAST = 0.03, K_MOST = 1e3, K_STEP = 3; /* dispersions: the likelihood is flat between neighbours */
static const double SHARE = 0.05;                             /* of rows, a first idea of how many are bursts */
static const double OUT = 3;                                  /* times the lower level: where no row has more, none is a burst */
static const double LEVEL_LEAST = 1e-3;                       /* of no messages at all: so that it has a logarithm */

struct model {
	const struct change_burst_rows *r;
	double *fixed, *burst; /* logarithms: of what no level changes in a row's chance; of a burst's density */
	double k, share, level[2];
	bool flat; /* no change */
};

/* A level's part in the logarithm of a count's chance: none + y * each. */
struct level {
	double mu, none, each;
};

static struct level level_of(const struct model *m, double share)
{
	double mu = m->level[0] + share * (m->level[1] - m->level[0]);
	return (struct level){mu, -m->k * log1p(mu / m->k), log(mu / (m->k + mu))};
}

/* Log-likelihood at the model's state, which then moves uphill. A burst is above the level. */
static double step(struct model *m)
{
	double own = log1p(-m->share), other = log(m->share), l = 0, kept = 0, sum[2] = {0}, weight[2] = {0};
	const struct level side[2] = {level_of(m, 0), level_of(m, 1)};
	for (size_t i = 0; i < m->r->n; i++) {
		double g = m->flat ? 0 : m->r->share[i], y = m->r->y[i], w = 1;
		struct level at = g <= 0 ? side[0] : g >= 1 ? side[1] : level_of(m, g);
		double level = own + m->fixed[i] + at.none + y * at.each, burst = other + m->burst[i];
		l += level;
		if (y > at.mu) {
			double more = exp(-fabs(level - burst));
			w = level > burst ? 1 / (1 + more) : more / (1 + more);
			l += fmax(burst - level, 0) + log1p(more);
		}
		kept += w;
		if (g <= 0 || g >= 1) {
			sum[g >= 1] += w * y;
			weight[g >= 1] += w;
		}
	}
	for (int k = 0; k < 2; k++)
		m->level[k] = weight[k] > 0 ? fmax(sum[k] / weight[k], LEVEL_LEAST) : m->level[k];
	m->share = fmin(fmax(1 - kept / (double)m->r->n, 1e-4), 0.5);
	return l;
}

/* The highest that is reached from these levels. */
static double climb(struct model m, double before, double after)
{
	double best = -INFINITY;
	m.level[0] = before;
	m.level[1] = after;
	m.share = SHARE;
	for (int i = 0; i < STEPS; i++)
		best = fmax(best, step(&m));
	return best;
}

static void set_k(struct model *m, double k)
{
	int sign;
	double of_k = lgamma_r(k, &sign);
	m->k = k;
	for (size_t i = 0; i < m->r->n; i++)
		m->fixed[i] = lgamma_r(m->r->y[i] + k, &sign) - of_k - lgamma_r(m->r->y[i] + 1, &sign);
}

/* The mean of the rows that show from lo to hi of the change. */
static double mean_of(const struct change_burst_rows *r, double lo, double hi)
{
	double sum = 0, n = 0;
	for (size_t i = 0; i < r->n; i++)
		if (r->share[i] >= lo && r->share[i] <= hi) {
			sum += r->y[i];
			n++;
		}
	return n > 0 ? fmax(sum / n, LEVEL_LEAST) : LEVEL_LEAST;
}

static double most_of(const struct change_burst_rows *r)
{
	double most = 0;
	for (size_t i = 0; i < r->n; i++)
		most = fmax(most, r->y[i]);
	return most;
}

double change_burst_gain(const struct change_burst_rows *r, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	struct model m = {.r = r, .fixed = arena_alloc(a, (2 * r->n + 1) * sizeof *m.fixed)};
	double most = most_of(r), with = -INFINITY, without = -INFINITY;
	if (!m.fixed)
		return NAN;
	if (most <= OUT * fmin(r->before, r->after) + CHANGE_LOW)
		return INFINITY;
	m.burst = m.fixed + r->n;
	for (size_t i = 0; i < r->n; i++)
		m.burst[i] = -log((r->y[i] + 1) * log(2 + most));
	for (double k = K_LEAST; k <= K_MOST; k *= K_STEP) {
		set_k(&m, k);
		m.flat = false;
		with = fmax(with, climb(m, r->before, r->after));
		with = fmax(with, climb(m, mean_of(r, 0, 0), mean_of(r, 1, 1)));
		m.flat = true;
		without = fmax(without, climb(m, r->before, 1));
		without = fmax(without, climb(m, r->after, 1));
		without = fmax(without, climb(m, mean_of(r, 0, 1), 1));
	}
	arena_release(a, mark);
	return 2 * (with - without);
}
