/* gain.c - see gain.h. */
#include "change/gain.h"

#include "change/merge.h"

enum {
	NU = 4,      /* degrees of freedom (Lange, Little and Taylor, JASA 1989) */
	ROUNDS = 12, /* of expectation and maximisation */
};
#define DENSITY -0.12378 /* 2 log of its density at 0 against the normal one's: 2 log gamma(5/2) - log 2 */

double change_wild_gain(const double *z, size_t n, double least)
{
	double squares = 0, cost = 0, m = (double)n;
	for (size_t i = 0; i < n; i++)
		squares += z[i] * z[i];
	double var = squares / m + least, normal = m * log(var) + m;
	for (int round = 0; round < ROUNDS; round++) {
		double sum = 0;
		for (size_t i = 0; i < n; i++)
			sum += (NU + 1) * z[i] * z[i] / (NU + z[i] * z[i] / var);
		var = sum / m + least;
	}
	for (size_t i = 0; i < n; i++)
		cost += log(1 + z[i] * z[i] / (NU * var));
	return fmax(normal - (NU + 1) * cost - m * log(var) + m * DENSITY, 0);
}

static double parted(const struct change_pair *p)
{
	const struct change_segment *l = p->l, *r = p->r;
	struct change_segment one, x, y;
	double a = change_shape(p->sums, l->s, l->e, &x) + change_shape(p->sums, l->e, r->e, &y);
	double b = change_shape(p->sums, l->s, r->s, &x) + change_shape(p->sums, r->s, r->e, &y);
	return change_shape(p->sums, l->s, r->e, &one) - fmin(a, b);
}

/* What of it another noise alone gains: one shape through both, but what that leaves has on each side a noise of its own. */
static double of_noise(const struct change_pair *p)
{
	const struct change_segment *l = p->l, *r = p->r;
	struct change_segment one;
	double whole = change_shape(p->sums, l->s, r->e, &one), noises = INFINITY;
	for (size_t i = one.s; i < one.e; i++)
		p->left[i - one.s] = p->sums->x[i] + p->sums->centre - one.mean - change_trend(&one, (double)i);
	double params = whole - change_cost_left(p->sums, one.s, one.e, p->left);
	for (int side = 0; side < 2; side++) {
		size_t at = side ? r->s : l->e;
		double before = change_cost_left(p->sums, l->s, at, p->left);
		noises = fmin(noises, before + change_cost_on(p->sums, at, r->e, p->left + (at - l->s)));
	}
	return fmax(whole - params - noises, 0);
}

/* Innovations of a segment, in its deviations. */
static void innovations(const struct change_sums *c, const struct change_segment *s, double *z)
{
	double last = 0, first = sqrt(1 - s->phi * s->phi), sd = sqrt(s->var);
	for (size_t i = s->s; i < s->e; i++) {
		double left = c->x[i] + c->centre - s->mean - change_trend(s, (double)i);
		*z++ = (i > s->s ? left - s->phi * last : first * left) / sd;
		last = left;
	}
}

/* How many times less certain a variance is than of normal noise: by the fourth moment (Box, Biometrika 1953), and by how far
 * neighbours are wild together (as of an AR(1) of squares). */
static double wildness(const struct change_pair *p)
{
	size_t n = p->l->e - p->l->s, all = n + p->r->e - p->r->s;
	double m = (double)all, two = 0, four = 0, next = 0, last = 1;
	innovations(p->sums, p->l, p->left);
	innovations(p->sums, p->r, p->left + n);
	for (size_t i = 0; i < all; i++) {
		double square = p->left[i] * p->left[i];
		two += square;
		four += square * square;
		next += (square - 1) * (last - 1);
		last = square;
	}
	double spread = four / m - two * two / (m * m), rho = spread > 0 ? fmin(fmax(next / m / spread, 0), CHANGE_PHI_MAX) : 0;
	return fmax(spread / 2 * (1 + rho) / (1 - rho), 1);
}

double change_gain_all(const struct change_sums *c, const struct change_segment *seg, size_t n, double *left)
{
	struct change_segment one;
	double gain = change_shape(c, 0, c->n, &one), rounded = c->v0[c->n] / (double)c->n, least = one.var;
	innovations(c, &one, left);
	gain -= change_wild_gain(left, c->n, rounded / one.var);
	for (size_t k = 0; k < n; k++) {
		gain -= seg[k].cost;
		least = fmin(least, seg[k].var);
		innovations(c, &seg[k], left + seg[k].s);
	}
	return gain + change_wild_gain(left, c->n, rounded / least);
}

double change_gain_shape(const struct change_pair *p)
{
	double noise = of_noise(p);
	return parted(p) - (noise - noise / wildness(p));
}

double change_gain_noise(const struct change_pair *p)
{
	return parted(p) / wildness(p);
}
