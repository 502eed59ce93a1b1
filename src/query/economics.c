/* economics.c - see economics.h. */
#include "query/economics.h"

#include <math.h>
#include <stdlib.h>

enum { DRAWS = 20000 };
#define SEED 20100923u
#define MILLION 1e6
#define DAY 86400.0

/* ---- random numbers: splitmix64, Marsaglia's polar method, Marsaglia and Tsang's gamma (ACM TOMS 2000) ---- */

struct dice {
	uint64_t state;
};

static double uniform(struct dice *d)
{
	uint64_t x = d->state += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return ((double)((x ^ x >> 31) >> 11) + 0.5) * 0x1p-53;
}

static double normal(struct dice *d)
{
	for (;;) {
		double u = 2 * uniform(d) - 1, v = 2 * uniform(d) - 1, s = u * u + v * v;
		if (s > 0 && s < 1)
			return u * sqrt(-2 * log(s) / s);
	}
}

/* shape >= 1 */
static double gamma_above_1(struct dice *d, double shape)
{
	double k = shape - 1.0 / 3, c = 1 / sqrt(9 * k);
	for (;;) {
		double x = normal(d), v = 1 + c * x;
		if (v <= 0)
			continue;
		v = v * v * v;
		if (log(uniform(d)) < 0.5 * x * x + k - k * v + k * log(v))
			return k * v;
	}
}

static double gamma_draw(struct dice *d, double shape)
{
	return shape < 1 ? gamma_above_1(d, shape + 1) * pow(uniform(d), 1 / shape) : gamma_above_1(d, shape);
}

static double beta_draw(struct dice *d, double a, double b)
{
	double x = gamma_draw(d, a), y = gamma_draw(d, b);
	return x / (x + y);
}

static double draw_input(struct dice *d, const struct economics_input *in)
{
	if (in->counted)
		return beta_draw(d, in->successes + 0.5, in->trials - in->successes + 0.5);
	return in->low + (in->high - in->low) * uniform(d);
}

/* ---- intervals ---- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Sorts the draws. */
static struct interval interval_of(double *v, size_t n)
{
	qsort(v, n, sizeof *v, by_value);
	return (struct interval){v[(size_t)(0.025 * (double)n)], v[n / 2], v[(size_t)(0.975 * (double)n)]};
}

/* ---- the programme ---- */

/* Feeds drawn with replacement; within them, what was counted. */
static double draw_share(struct dice *d, const struct economics_question *q)
{
	double programme = 0, all = 0;
	for (size_t i = 0; i < q->n_feeds; i++) {
		const struct economics_feed *f = &q->feeds[(size_t)(uniform(d) * (double)q->n_feeds)];
		programme += f->programme;
		all += f->all;
	}
	return all > 0 ? beta_draw(d, programme + 0.5, all - programme + 0.5) : 0;
}

int economics_answer(const struct economics_question *q, struct arena *a, struct economics_answer *out)
{
	enum { SHARE, VISITS, SALES, GROSS, COMMISSION, MAILS_DAY, SALES_DAY, GROSS_DAY, COMMISSION_DAY, N };
	struct dice d = {SEED};
	double *v[N];
	for (int k = 0; k < N; k++)
		if (!(v[k] = arena_alloc(a, DRAWS * sizeof **v)))
			return ERR_ENV;
	for (size_t i = 0; i < DRAWS; i++) {
		double share = draw_share(&d, q), visits = draw_input(&d, &q->inputs->v[INPUT_VISITS]);
		double sales = visits * draw_input(&d, &q->inputs->v[INPUT_SALES]);
		double gross = sales * draw_input(&d, &q->inputs->v[INPUT_BASKET]);
		double commission = gross * draw_input(&d, &q->inputs->v[INPUT_COMMISSION]);
		double mails = (q->volume_lo + (q->volume_hi - q->volume_lo) * uniform(&d)) * share;
		const double drawn[N] = {share, MILLION * visits, MILLION * sales, MILLION * gross, MILLION * commission, mails,
			mails * sales, mails * gross, mails * commission};
		for (int k = 0; k < N; k++)
			v[k][i] = drawn[k];
	}
	struct interval *const answers[N] = {&out->share, &out->visits, &out->sales, &out->gross, &out->commission, &out->mails_day,
		&out->sales_day, &out->gross_day, &out->commission_day};
	for (int k = 0; k < N; k++)
		*answers[k] = interval_of(v[k], DRAWS);
	out->daily = q->volume_hi > 0;
	return 0;
}

/* ---- orders ---- */

/* How much more than Poisson the pairs' rates vary (at least 1). */
static double dispersion(const struct order *o, size_t pairs, double rate)
{
	double chi = 0;
	for (size_t i = 0; i < pairs; i++) {
		double expected = rate * (double)(o[i + 1].time - o[i].time) / DAY, got = o[i + 1].number - o[i].number;
		if (expected > 0)
			chi += (got - expected) * (got - expected) / expected;
	}
	return pairs > 1 && chi > (double)(pairs - 1) ? chi / (double)(pairs - 1) : 1;
}

int economics_orders(const struct economics_inputs *in, const struct order *o, size_t n, struct arena *a, struct orders_answer *out)
{
	struct dice d = {SEED};
	double *rate = arena_alloc(a, DRAWS * sizeof *rate), *gross = arena_alloc(a, DRAWS * sizeof *gross);
	*out = (struct orders_answer){0};
	if (!rate || !gross)
		return ERR_ENV;
	if (n < 2 || o[n - 1].time <= o[0].time)
		return 0;
	double days = (double)(o[n - 1].time - o[0].time) / DAY, orders = o[n - 1].number - o[0].number;
	double phi = dispersion(o, n - 1, orders / days);
	for (size_t i = 0; i < DRAWS; i++) {
		/* Quasi-Poisson: orders / phi events, each worth phi */
		rate[i] = gamma_draw(&d, orders / phi + 0.5) * phi / days;
		gross[i] = rate[i] * draw_input(&d, &in->v[INPUT_BASKET]);
	}
	out->pairs = n - 1;
	out->per_day = interval_of(rate, DRAWS);
	out->gross_day = interval_of(gross, DRAWS);
	return 0;
}
