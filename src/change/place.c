/* place.c - see place.h.
 *
 * A row [r,r+1) holds the mean of what goes on in it: a change inside it shows as a value between the levels. Without times a
 * row is a point, and a step lies between two rows. A ramp is a straight line between the levels, of counts as of values.
 */
#include "change/place.h"

#include "change/burst.h"
#include "change/gain.h"

#include <math.h>

/* Rows on each side of a change that are looked at: what is farther adds nothing to its date. */
enum { WINDOW = 150, WINDOW_HOURS = 30 * 24 };

/* Integral of the share reached, from the change's start: 0, then a line to 1 over d rows. */
static double reached(double u, double d)
{
	if (u <= 0)
		return 0;
	return u < d ? u * u / (2 * d) : u - d / 2;
}

/* The share of the change that row r shows. */
static double share(const struct change_local *l, double r, double t1, double t2)
{
	if (!l->spans)
		return r < t1 ? 0 : t2 <= t1 || r >= t2 ? 1 : (r - t1 + 1) / (t2 - t1 + 1);
	if (r + 1 <= t1)
		return 0;
	if (r >= t2)
		return 1;
	return reached(r + 1 - t1, t2 - t1) - reached(r - t1, t2 - t1);
}

/* First row index with row[i] >= at. */
static size_t row_from(const struct change_local *l, double at)
{
	size_t lo = 0, hi = l->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (l->row[mid] < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Rows wholly before (index < *i1) and wholly after (index >= *i2). */
static bool split(const struct change_local *l, double t1, double t2, size_t *i1, size_t *i2)
{
	*i1 = l->spans ? row_from(l, floor(t1)) : row_from(l, t1);
	if (l->spans && *i1 < l->n && l->row[*i1] + 1 <= t1)
		++*i1;
	*i2 = row_from(l, t2 > t1 || l->spans ? ceil(t2) : t2);
	*i2 = *i2 < *i1 ? *i1 : *i2;
	return *i1 >= 1 && *i2 < l->n;
}

struct sums {
	double zz, zc, zd, cc, cd, dd;
	double logw, w; /* sum of log w, but for the product of a few of them: logarithms are slow */
	unsigned n;
};

static void sum_one(struct sums *s, double z, double c, double d, double w)
{
	s->zz += w * z * z;
	s->zc += w * z * c;
	s->zd += w * z * d;
	s->cc += w * c * c;
	s->cd += w * c * d;
	s->dd += w * d * d;
	s->w *= w;
	if (++s->n % 16 == 0) {
		s->logw += log(s->w);
		s->w = 1;
	}
}

/* Variance and position on the way from a to b where the share g is reached. */
static double variance_at(const struct change_local *l, double g, double *q)
{
	*q = g;
	if (!l->counts)
		return l->va + g * (l->vb - l->va);
	double level = l->ea + g * (l->eb - l->ea);
	*q = fabs(l->b - l->a) > 1e-9 ? (log(level) - l->a) / (l->b - l->a) : g;
	return l->c2 + 1 / (level + 0.5);
}

/* Squares left over at the best levels, and how many parameters that took. */
static double squares_left(const struct sums *s)
{
	double det = s->cc * s->dd - s->cd * s->cd;
	if (!(det > 1e-12 * s->cc * s->dd))
		return s->zz - s->zc * s->zc / s->cc;
	double p = (s->zc * s->dd - s->zd * s->cd) / det, q = (s->cc * s->zd - s->cd * s->zc) / det;
	return s->zz - p * s->zc - q * s->zd;
}

/* flat: without the change of level, but with the variances on both sides. */
static double normal_cost(const struct change_local *l, double t1, double t2, bool flat)
{
	size_t i1, i2;
	double f = 1 - l->phi, q = 0, last = 0;
	if (!split(l, t1, t2, &i1, &i2))
		return INFINITY;
	double wa = 1 / l->va, wb = 1 / l->vb, na = (double)(i1 - 1), nb = (double)(l->n - i2 - 1);
	double first = sqrt(1 - l->phi * l->phi);
	struct sums s = {.zz = wa * l->szz[i1],
		.zc = wa * f * (l->sz[i1] - l->z[0]) + wa * first * l->z[0],
		.cc = wa * (na * f * f + first * first),
		.logw = -(na + 1) * l->log_va,
		.w = 1};
	for (size_t i = i1; i <= i2; i++) {
		double v = variance_at(l, i == i2 ? 1 : share(l, l->row[i], t1, t2), &q);
		sum_one(&s, l->z[i], f, q - l->phi * last, 1 / v);
		last = q;
	}
	double post = l->sz[l->n] - l->sz[i2 + 1];
	s.zz += wb * (l->szz[l->n] - l->szz[i2 + 1]);
	s.zc += wb * f * post;
	s.zd += wb * f * post;
	s.cc += wb * nb * f * f;
	s.cd += wb * nb * f * f;
	s.dd += wb * nb * f * f;
	s.logw += log(s.w) - nb * l->log_vb;
	double left = flat ? s.zz - s.zc * s.zc / s.cc : squares_left(&s);
	return ((double)l->n - 2) * log(fmax(left, 1e-12)) - s.logw;
}

/* -2 log L of counts of sum y over m rows at their mean, without what no place changes. */
static double level_cost(const struct change_local *l, double y, double m)
{
	double mu = (y + 1e-9) / m;
	return -2 * (y * log(mu / (l->k + mu)) - l->k * m * log(l->k + mu));
}

/* A grid asks for few places, and for each many times. */
static double kept_cost(const struct change_local *l, double *kept, double y, double m)
{
	if (*kept == 0)
		*kept = level_cost(l, y, m);
	return *kept;
}

static double low_cost(const struct change_local *l, double t1, double t2)
{
	size_t i1, i2;
	if (!split(l, t1, t2, &i1, &i2))
		return INFINITY;
	double ya = l->sy[i1], na = (double)i1, yb = l->sy[l->n] - l->sy[i2], nb = (double)(l->n - i2);
	double cost = kept_cost(l, &l->cost_before[i1], ya, na) + kept_cost(l, &l->cost_behind[i2], yb, nb), ma = (ya + 1e-9) / na,
	       mb = (yb + 1e-9) / nb;
	for (size_t i = i1; i < i2; i++) {
		double mu = ma + share(l, l->row[i], t1, t2) * (mb - ma);
		double seen = l->y[i] > 0 ? l->y[i] * log(mu / (l->k + mu)) : 0;
		cost -= 2 * (seen - l->k * log(l->k + mu));
	}
	return cost / l->temper;
}

double change_local_cost(const struct change_local *l, double t1, double t2)
{
	return l->low ? low_cost(l, t1, t2) : normal_cost(l, t1, t2, false) / l->temper;
}

double change_local_none(const struct change_local *l, double t)
{
	if (l->low)
		return level_cost(l, l->sy[l->n], (double)l->n) / l->temper;
	if (l->va != l->vb && !l->counts)
		return normal_cost(l, t, t, true) / l->temper;
	double f = 1 - l->phi, first = sqrt(1 - l->phi * l->phi), n = (double)l->n;
	double zc = f * (l->sz[l->n] - l->z[0]) + first * l->z[0], cc = (n - 1) * f * f + first * first;
	double v = (l->va + l->vb) / 2; /* of no matter: it cancels but for the two rows that levels cost */
	return ((n - 2) * log(fmax((l->szz[l->n] - zc * zc / cc) / v, 1e-12)) + n * log(v)) / l->temper;
}

static int fill(struct change_local *l, const struct change_series *cs, size_t from, size_t to, const struct change_segment *left,
	const struct change_segment *right, struct arena *a)
{
	size_t n = l->n = to - from, cap = n + 1;
	double *m = arena_zalloc(a, 9 * cap, sizeof *m);
	if (!m)
		return -1;
	l->row = m;
	l->x = m + cap;
	l->z = m + 2 * cap;
	l->sz = m + 3 * cap;
	l->szz = m + 4 * cap;
	l->y = m + 5 * cap;
	l->sy = m + 6 * cap;
	l->cost_before = m + 7 * cap;
	l->cost_behind = m + 8 * cap;
	double edge_l = (double)left->e - 0.5, edge_r = (double)right->s - 0.5;
	for (size_t i = 0; i < n; i++) {
		size_t j = from + i;
		l->row[i] = cs->row[j];
		l->x[i] = cs->x[j];
		if (j < left->e)
			l->x[i] -= change_trend(left, (double)j) - change_trend(left, edge_l);
		else if (j >= right->s)
			l->x[i] -= change_trend(right, (double)j) - change_trend(right, edge_r);
		l->y[i] = change_count(cs, j);
		l->sy[i + 1] = l->sy[i] + l->y[i];
	}
	return 0;
}

/* The counts of all rows that are present, the rhythm taken out. */
static int fill_all(struct change_local *l, const struct change_series *cs, struct arena *a)
{
	size_t from = (size_t)l->row[0], to = (size_t)l->row[l->n - 1];
	l->row_all = arena_alloc(a, 2 * (to - from + 1) * sizeof *l->row_all);
	if (!l->row_all)
		return -1;
	l->y_all = l->row_all + (to - from + 1);
	for (size_t r = from; r <= to; r++) {
		if (!isfinite(cs->y[r]))
			continue;
		l->row_all[l->n_all] = (double)r;
		l->y_all[l->n_all++] = cs->rhythm ? cs->y[r] * exp(-cs->rhythm[r]) : cs->y[r];
	}
	return 0;
}

static void whiten(struct change_local *l, double phi)
{
	l->phi = phi;
	for (size_t i = 0; i < l->n; i++) {
		l->z[i] = i ? l->x[i] - l->phi * l->x[i - 1] : sqrt(1 - l->phi * l->phi) * l->x[0];
		l->sz[i + 1] = l->sz[i] + l->z[i];
		l->szz[i + 1] = l->szz[i] + l->z[i] * l->z[i];
	}
}

/* One coefficient for both sides; variances: of counts what the level makes them, else each its own where the BIC wants two. */
static void set_noise(struct change_local *l, const struct change_series *cs, const struct change_segment *left,
	const struct change_segment *right)
{
	double m1 = (double)(left->e - left->s), m2 = (double)(right->e - right->s), m = m1 + m2;
	double v = (m1 * left->var + m2 * right->var) / m;
	l->phi = fmin(fmax((m1 * left->phi + m2 * right->phi) / m, -0.5), 0.95);
	l->va = l->vb = v;
	if (cs->counts) {
		l->ea = exp(l->a);
		l->eb = exp(l->b);
		double pa = 1 / (l->ea + 0.5), pb = 1 / (l->eb + 0.5);
		l->c2 = fmax(0.1 * v, (m1 * (left->var - pa) + m2 * (right->var - pb)) / m);
		l->va = l->c2 + pa;
		l->vb = l->c2 + pb;
	} else if (m * log(v) - m1 * log(left->var) - m2 * log(right->var) > log(m)) {
		l->va = left->var;
		l->vb = right->var;
	}
	l->log_va = log(l->va);
	l->log_vb = log(l->vb);
}

int change_local_make(struct change_local *l, const struct change_series *cs, const struct change_segment *left,
	const struct change_segment *right, const struct change_noise *n, struct arena *a)
{
	size_t window = cs->unit == 1 ? WINDOW : WINDOW_HOURS;
	size_t from = left->e > left->s + window ? left->e - window : left->s;
	size_t to = right->s + window < right->e ? right->s + window : right->e;
	*l = (struct change_local){.unit = cs->unit, .counts = cs->counts, .spans = cs->time != NULL, .k = n->k, .temper = n->slow};
	l->a = left->mean + change_trend(left, (double)left->e - 0.5);
	l->b = right->mean + change_trend(right, (double)right->s - 0.5);
	l->low = cs->counts && fmin(exp(l->a), exp(l->b)) < CHANGE_LOW && !change_has_trend(left) && !change_has_trend(right);
	set_noise(l, cs, left, right);
	l->least = cs->step * cs->step / 12 / fmax(l->va, l->vb) + 1e-12;
	if (l->low)
		l->temper *= (1 + n->phi) / (1 - n->phi);
	if (fill(l, cs, from, to, left, right, a))
		return -1;
	whiten(l, l->phi);
	return l->counts ? fill_all(l, cs, a) : 0;
}

/* What a change from t1 to t2 (flat: none) leaves of each row, in deviations to a common factor. */
static void leave(const struct change_local *l, double t1, double t2, bool flat, double *left)
{
	double f = 1 - l->phi, first = sqrt(1 - l->phi * l->phi), q, p = 0, level = 0;
	struct sums s = {.w = 1};
	for (int pass = 0; pass < 2; pass++) {
		double last = 0;
		for (size_t i = 0; i < l->n; i++) {
			double v = variance_at(l, share(l, l->row[i], t1, t2), &q), c = i ? f : first,
			       d = flat ? 0 : q - l->phi * last;
			last = q;
			if (pass)
				left[i] = (l->z[i] - level * c - p * d) / sqrt(v);
			else
				sum_one(&s, l->z[i], c, d, 1 / v);
		}
		double det = s.cc * s.dd - s.cd * s.cd;
		bool both = det > 1e-12 * s.cc * s.dd;
		level = both ? (s.zc * s.dd - s.zd * s.cd) / det : s.zc / s.cc;
		p = both ? (s.cc * s.zd - s.cd * s.zc) / det : 0;
	}
}

/* -2 log L of a change from t1 to t2, or of none, where values' noise may be wild. */
static double wild_cost(const struct change_local *l, double t1, double t2, bool flat)
{
	double cost = flat ? change_local_none(l, t1) : change_local_cost(l, t1, t2);
	if (l->counts || !isfinite(cost))
		return cost;
	leave(l, t1, t2, flat, l->y);
	return cost - change_wild_gain(l->y, l->n, l->least) / l->temper;
}

/* Long memory looks like a change of level, and the other way round: each gets the coefficient that suits it, and wild noise
 * where that does: one leap of it is no change. */
double change_local_gain(struct change_local *l, double t1, double t2)
{
	enum { PLACES = 16 };
	double phi = l->phi, with = INFINITY, without = INFINITY;
	if (l->low)
		return change_local_none(l, t1) - change_local_cost(l, t1, t2);
	for (int i = 0; i < PLACES; i++) {
		double p = i ? phi + (CHANGE_PHI_MAX - phi) * i / (PLACES - 1) : phi, more = log(1 - p * p) / l->temper;
		whiten(l, p);
		with = fmin(with, wild_cost(l, t1, t2, false) - more);
		for (int k = 0; k <= 4; k++) { /* where only the noise changes it has a place of its own */
			double t = t1 + (t2 - t1) * k / 4;
			if (k == 0 || t2 > t1)
				without = fmin(without, wild_cost(l, t, t, true) - more);
		}
	}
	whiten(l, phi);
	return without - with;
}

double change_local_burst_gain(const struct change_local *l, double t1, double t2, struct arena *a)
{
	double *g = arena_alloc(a, l->n_all * sizeof *g);
	if (!g)
		return NAN;
	for (size_t i = 0; i < l->n_all; i++)
		g[i] = share(l, l->row_all[i], t1, t2);
	return change_burst_gain(&(struct change_burst_rows){l->n_all, l->y_all, g, exp(l->a), exp(l->b)}, a) / l->temper;
}

/* -2 log L of the same rows as a row of levels; those in the middle may be lines. */
double change_local_stairs(const struct change_local *l, const struct change_segment *seg, size_t n)
{
	double rss = 0, logw = 0, cost = 0, last = 0;
	size_t i = 0, from = seg[0].e > seg[0].s + WINDOW ? seg[0].e - WINDOW : seg[0].s;
	for (size_t k = 0; k < n; k++) {
		double sum = 0, y = 0, q;
		size_t s = i, e = k + 1 == n ? l->n : seg[k].e - from;
		for (size_t j = s; j < e; j++) {
			sum += l->x[j];
			y += l->y[j];
		}
		double mean = sum / (double)(e - s),
		       g = fabs(l->b - l->a) > 1e-9 ? fmin(fmax((mean - l->a) / (l->b - l->a), 0), 1) : 0;
		if (l->counts)
			g = fmin(fmax((exp(mean) - l->ea) / (l->eb - l->ea), 0), 1);
		double v = variance_at(l, g, &q);
		cost += level_cost(l, y, (double)(e - s));
		for (; i < e; i++) {
			double d = l->x[i] - mean - (k && k + 1 < n ? change_trend(&seg[k], (double)(from + i)) : 0),
			       r = i ? d - l->phi * last : sqrt(1 - l->phi * l->phi) * d;
			rss += r * r / v;
			logw -= log(v);
			last = d;
		}
	}
	return (l->low ? cost : ((double)l->n - 2) * log(fmax(rss, 1e-12)) - logw) / l->temper;
}
