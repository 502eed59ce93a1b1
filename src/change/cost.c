/* cost.c - see cost.h.
 *
 * Exact likelihood of an AR(1): the first row of a segment counts with its marginal variance, so that every row is in it once
 * and none is predicted from the other side of a change. The level is the mean; the coefficient is Burg's, which stays inside
 * the unit circle. It and the variance are drawn to the series' own, four rows' worth: else two or three rows that are alike by chance
 * would be as good as certain. Any value of theirs gives a cost not below the least.
 */
#include "change/cost.h"

#include <math.h>

int change_sums_make(struct change_sums *c, const struct change_series *cs, struct arena *a)
{
	size_t n = cs->n;
	double *m = arena_zalloc(a, 6 * (n + 1), sizeof *m);
	if (!m)
		return -1;
	*c = (struct change_sums){.n = n,
		.x = m,
		.s = m + n + 1,
		.q = m + 2 * (n + 1),
		.p = m + 3 * (n + 1),
		.tx = m + 4 * (n + 1),
		.v0 = m + 5 * (n + 1),
		.phi = cs->phi,
		.var = cs->var};
	for (size_t i = 0; i < n; i++)
		c->centre += cs->x[i] / (double)n;
	for (size_t i = 0; i < n; i++) {
		double x = c->x[i] = cs->x[i] - c->centre;
		c->s[i + 1] = c->s[i] + x;
		c->q[i + 1] = c->q[i] + x * x;
		c->p[i + 1] = c->p[i] + (i ? x * c->x[i - 1] : 0);
		c->tx[i + 1] = c->tx[i] + (double)i * x;
		c->v0[i + 1] = c->v0[i] + cs->v0[i];
	}
	return 0;
}

/* What is left about a level or line: all squares, products of neighbours, squares without the two ends. */
static double finish(
	const struct change_sums *c, size_t s, size_t e, double all, double prod, double inner, struct change_segment *out)
{
	double m = (double)(e - s), floor = (c->v0[e] - c->v0[s]) / m;
	all = fmax(all, 0);
	inner = fmax(inner, 0);
	double denom = (all + inner) / 2 + CHANGE_LEAN * all / m + 1e-300;
	double phi = (prod + CHANGE_LEAN * c->phi * all / m) / denom;
	phi = fmin(fmax(phi, -CHANGE_PHI_MAX), CHANGE_PHI_MAX);
	double rss = fmax(all - 2 * phi * prod + phi * phi * inner, 0) + m * floor;
	double var = (rss + CHANGE_LEAN * c->var) / (m + CHANGE_LEAN);
	double cost = m * log(var) + rss / var - m - log(1 - phi * phi);
	if (out) {
		out->s = s;
		out->e = e;
		out->phi = phi;
		out->var = var;
		out->cost = cost;
	}
	return cost;
}

double change_cost_level(const struct change_sums *c, size_t s, size_t e, struct change_segment *out)
{
	double m = (double)(e - s), mu = (c->s[e] - c->s[s]) / m;
	double all = c->q[e] - c->q[s] - m * mu * mu;
	double d0 = c->x[s] - mu, d1 = c->x[e - 1] - mu;
	double pairs = c->s[e] - c->s[s + 1] + c->s[e - 1] - c->s[s];
	double prod = c->p[e] - c->p[s + 1] - mu * pairs + (m - 1) * mu * mu;
	if (out) {
		out->mean = mu + c->centre;
		out->slope = out->bend = 0;
	}
	return finish(c, s, e, all, prod, all - d0 * d0 - d1 * d1, out);
}

/* The products of neighbours follow from the sums, too: places are counted from the middle, where they cancel. */
double change_cost_line(const struct change_sums *c, size_t s, size_t e, struct change_segment *out)
{
	double m = (double)(e - s), half = (m - 1) / 2, mid = (double)s + half, mu = (c->s[e] - c->s[s]) / m;
	double tt = m * (m * m - 1) / 12, tx = c->tx[e] - c->tx[s] - mid * (c->s[e] - c->s[s]), b = tx / tt;
	double first = c->x[s], last = c->x[e - 1], d0 = first - mu + b * half, d1 = last - mu - b * half;
	double all = c->q[e] - c->q[s] - m * mu * mu - b * tx;
	double s1 = m * mu - first, s0 = m * mu - last, t1 = tx + half * first, t0 = tx - half * last;
	double prod = c->p[e] - c->p[s + 1] - mu * (s1 + s0) - b * (t1 - s1 + t0 + s0) + (m - 1) * mu * mu +
	              b * b * (tt - half * half - half);
	if (out) {
		out->mean = mu + c->centre;
		out->slope = b;
		out->bend = 0;
	}
	return finish(c, s, e, all, prod, all - d0 * d0 - d1 * d1, out);
}

double change_cost_curve(const struct change_sums *c, size_t s, size_t e, struct change_segment *out)
{
	double m = (double)(e - s), mid = (double)(s + e - 1) / 2, mu = (c->s[e] - c->s[s]) / m, square = (m * m - 1) / 12;
	double slope = (c->tx[e] - c->tx[s] - mid * (c->s[e] - c->s[s])) / (m * square), wx = 0;
	for (size_t i = s; i < e; i++) {
		double u = (double)i - mid;
		wx += (u * u - square) * (c->x[i] - mu);
	}
	double bend = wx / (m * (m * m - 1) * (m * m - 4) / 180), all = 0, prod = 0, last = 0, d0 = 0;
	for (size_t i = s; i < e; i++) {
		double u = (double)i - mid, d = c->x[i] - mu - slope * u - bend * (u * u - square);
		all += d * d;
		prod += i > s ? d * last : 0;
		d0 = i == s ? d : d0;
		last = d;
	}
	if (out) {
		out->mean = mu + c->centre;
		out->slope = slope;
		out->bend = bend;
	}
	return finish(c, s, e, all, prod, all - d0 * d0 - last * last, out);
}

double change_cost_left(const struct change_sums *c, size_t s, size_t e, const double *left)
{
	double all = 0, prod = 0, first = left[0], last = left[e - s - 1];
	for (size_t i = 0; i < e - s; i++) {
		all += left[i] * left[i];
		prod += i ? left[i] * left[i - 1] : 0;
	}
	return finish(c, s, e, all, prod, all - first * first - last * last, NULL);
}

double change_cost_on(const struct change_sums *c, size_t s, size_t e, const double *left)
{
	double all = 0, prod = 0, before = 0, m = (double)(e - s), floor = (c->v0[e] - c->v0[s]) / m;
	const double *last = left - 1;
	for (size_t i = 0; i < e - s; i++) {
		all += left[i] * left[i];
		prod += left[i] * last[i];
		before += last[i] * last[i];
	}
	double phi = (prod + CHANGE_LEAN * c->phi * all / m) / ((all + before) / 2 + CHANGE_LEAN * all / m + 1e-300);
	phi = fmin(fmax(phi, -CHANGE_PHI_MAX), CHANGE_PHI_MAX);
	double rss = fmax(all - 2 * phi * prod + phi * phi * before, 0) + m * floor,
	       var = (rss + CHANGE_LEAN * c->var) / (m + CHANGE_LEAN);
	return m * log(var) + rss / var - m;
}

double change_cost_like(
	const struct change_sums *c, const struct change_segment *like, size_t s, size_t e, struct change_segment *out)
{
	if (like->bend != 0 && e - s >= 4)
		return change_cost_curve(c, s, e, out);
	return change_has_trend(like) ? change_cost_line(c, s, e, out) : change_cost_level(c, s, e, out);
}
