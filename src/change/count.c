/* count.c - see count.h. */
#include "change/count.h"

#include <math.h>

enum {
	ROWS_EXACT = 6000,
	STRIDE = 32, /* ends between two at which all starts are reckoned: as many starts at most are too new for a bound */
};

bool change_count_low(const struct change_series *cs)
{
	size_t low = 0;
	for (size_t i = 0; cs->counts && i < cs->n; i++)
		low += cs->y[cs->row[i]] < CHANGE_LOW;
	return cs->counts && 2 * low > cs->n;
}

static double count_mean(const struct change_series *cs, size_t s, size_t e)
{
	double y = 0;
	for (size_t i = s; i < e; i++)
		y += change_count(cs, i);
	return y / (double)(e - s);
}

struct change_noise change_count_noise(const struct change_series *cs, const struct change_segment *seg, size_t n_seg)
{
	enum { BLOCK = 14 }; /* without segments: pieces so short that few hold a change */
	double over = 0, squares = 0, prod = 0, sum = 0, last = 0, rows = 0;
	size_t n = n_seg ? n_seg : (cs->n + BLOCK - 1) / BLOCK;
	for (size_t b = 0; b < n; b++) {
		size_t s = n_seg ? seg[b].s : b * BLOCK, e = n_seg ? seg[b].e : s + BLOCK < cs->n ? s + BLOCK : cs->n;
		double level = count_mean(cs, s, e), m = (double)(e - s);
		for (size_t i = s; i < e && m > 1; i++) {
			double mu = fmax(level, 1e-3), d = change_count(cs, i) - mu, z = d / sqrt(mu);
			over += d * d * m / (m - 1) - mu;
			squares += mu * mu;
			prod += i > s ? z * last : 0;
			sum += z * z;
			rows++;
			last = z;
		}
	}
	return (struct change_noise){.slow = 1,
		.k = over > 0 ? fmin(fmax(squares / over, 0.3), DISPERSION_MAX) : DISPERSION_MAX,
		.phi = rows > 0 ? fmin(fmax(prod / fmax(sum, rows) - 1 / sqrt((double)cs->n), 0), 0.9)
	                        : 0}; /* Poisson's scatter is there */
}

struct count_sums {
	double *y;
	double k, temper;
};

static double cost_between(const struct count_sums *c, size_t s, size_t e)
{
	double y = c->y[e] - c->y[s], m = (double)(e - s), mu = (y + 1e-9) / m;
	return -2 * (y * log(mu / (c->k + mu)) + c->k * m * log(c->k / (c->k + mu))) / c->temper;
}

static void segment_of(const struct change_series *cs, size_t s, size_t e, double phi, struct change_segment *seg)
{
	double level = count_mean(cs, s, e), ss = 0;
	for (size_t i = s; i < e; i++)
		ss += (cs->x[i] - log(level + 0.5)) * (cs->x[i] - log(level + 0.5));
	*seg = (struct change_segment){
		.s = s, .e = e, .mean = log(level + 0.5), .phi = phi, .var = fmax(ss / (double)(e - s), 0.01)};
}

/* How many times fewer rows those that follow one another are worth. */
static double temper(const struct change_noise *noise)
{
	return (1 + noise->phi) / (1 - noise->phi);
}

/* Rows [s,e) to be parted, about a trend that stays. */
struct stretch {
	const struct change_series *cs;
	size_t s, e;
	const struct change_segment *trend; /* NULL: none */
};

/* What the trend makes of row i. */
static double trend_factor(const struct stretch *st, size_t i)
{
	return st->trend && change_has_trend(st->trend) ? exp(change_trend(st->trend, (double)i)) : 1;
}

/* Starts still in play. Two levels cost no more than one through both: `base`, at the row `at`, and what a level from there to the end
 * costs are a bound from below. Where that is above what a start is known to reach, the cost itself is of no matter: no logarithms. */
struct starts {
	size_t n, at;
	uint32_t *row;
	double *base, *cost; /* base: -INFINITY where the start is newer */
};

/* The best start for a level that ends at e; last: that of the end before. Drops starts that can never win. */
static uint32_t best_start(const struct count_sums *c, struct starts *st, const double *best, double penalty, size_t e,
	uint32_t last, bool all, double *least)
{
	double reached = best[last] + penalty + cost_between(c, last, e), near = st->at < e ? cost_between(c, st->at, e) : 0;
	double enough = reached + 1e-6 + 1e-9 * fabs(reached); /* rounding */
	size_t kept = 0;
	*least = INFINITY;
	for (size_t i = 0; i < st->n; i++) {
		st->cost[i] = st->base[i] + near;
		if (!all && st->cost[i] > enough)
			continue;
		st->cost[i] = best[st->row[i]] + penalty + cost_between(c, st->row[i], e);
		if (st->cost[i] < *least) {
			*least = st->cost[i];
			last = st->row[i];
		}
	}
	for (size_t i = 0; i < st->n; i++)
		if (st->cost[i] < *least + penalty) {
			st->row[kept] = st->row[i];
			st->base[kept++] = all ? st->cost[i] : st->base[i];
		}
	st->n = kept;
	st->at = all ? e : st->at;
	return last;
}

/* The stretch as levels. */
static int part(
	const struct stretch *st, const struct change_noise *noise, struct arena *a, struct change_segment **seg, size_t *n_seg)
{
	size_t n = st->e - st->s, grid = 1 + n / ROWS_EXACT, count = 0, ends = 0;
	double penalty = CHANGE_COUNT_PARAMS * log((double)st->cs->n), *m = arena_zalloc(a, 4 * (n + 1), sizeof *m);
	uint32_t *from = arena_zalloc(a, 2 * (n + 1), sizeof *from), last = 0;
	if (!m || !from)
		return -1;
	struct starts in = {.n = 1, .row = from + n + 1, .base = m + 2 * (n + 1), .cost = m + 3 * (n + 1)};
	struct count_sums c = {.y = m, .k = noise->k, .temper = temper(noise)};
	double *best = m + n + 1;
	for (size_t i = 0; i < n; i++)
		c.y[i + 1] = c.y[i] + change_count(st->cs, st->s + i) / trend_factor(st, st->s + i);
	best[0] = -penalty;
	for (size_t e = CHANGE_MIN_ROWS; e <= n; e++) {
		if (e % grid && e != n)
			continue;
		size_t row = grid == 1 ? e - CHANGE_MIN_ROWS : (e - 1) / grid * grid;
		if (row >= CHANGE_MIN_ROWS && row + CHANGE_MIN_ROWS <= e) {
			in.base[in.n] = -INFINITY;
			in.row[in.n++] = (uint32_t)row;
		}
		last = from[e] = best_start(&c, &in, best, penalty, e, last, ends++ % STRIDE == 0, &best[e]);
	}
	for (size_t e = n; e > 0; e = from[e])
		count++;
	*n_seg = count;
	*seg = arena_zalloc(a, count, sizeof **seg);
	if (!*seg)
		return -1;
	for (size_t e = n; e > 0; e = from[e])
		segment_of(st->cs, st->s + from[e], st->s + e, noise->phi, &(*seg)[--count]);
	return 0;
}

int change_count_segments(const struct change_series *cs, const struct change_noise *noise, struct arena *a,
	struct change_segment **seg, size_t *n_seg)
{
	return part(&(struct stretch){cs, 0, cs->n, NULL}, noise, a, seg, n_seg);
}

/* Are neighbouring rows so low that they may be a low level? */
static bool has_low(const struct change_series *cs, const struct change_segment *seg)
{
	for (size_t i = seg->s + 1; i < seg->e; i++)
		if (change_count(cs, i) + change_count(cs, i - 1) < 2 * CHANGE_LOW)
			return true;
	return false;
}

/* ln of the chance that a standard normal number lies between lo and hi. */
static double log_between(double lo, double hi)
{
	if (lo > 0) { /* the tail that is not near 1 */
		double t = -lo;
		lo = -hi;
		hi = t;
	}
	return log(fmax(0.5 * (erfc(-hi / M_SQRT2) - erfc(-lo / M_SQRT2)), 1e-300));
}

/* -2 log of the chance of a segment's counts, their logarithms an AR(1): that they lie within what is rounded to them. */
static double cost_of_logs(const struct change_series *cs, const struct change_segment *seg)
{
	double cost = 0, last = 0, first = 1 / sqrt(1 - seg->phi * seg->phi);
	for (size_t i = seg->s; i < seg->e; i++) {
		double y = cs->y[cs->row[i]], x = cs->x[i], left = x - seg->mean - change_trend(seg, (double)i);
		double off = left - seg->phi * last - log(y + 0.5), sd = sqrt(seg->var) * (i > seg->s ? 1 : first);
		cost -= 2 * log_between(y > 0 ? (log(y) + off) / sd : -INFINITY, (log(y + 1) + off) / sd);
		last = left;
	}
	return cost;
}

/* -2 log of the chance of negative binomial counts about one level. That neighbours are alike is left out: it would make them likelier. */
static double cost_of_level(const struct stretch *st, size_t s, size_t e, double k)
{
	double level = 0, cost = 0;
	int sign;
	for (size_t i = s; i < e; i++)
		level += change_count(st->cs, i) / trend_factor(st, i) / (double)(e - s);
	for (size_t i = s; i < e; i++) {
		uint32_t row = st->cs->row[i];
		double y = st->cs->y[row],
		       mu = fmax(level, 1e-9) * trend_factor(st, i) * (st->cs->rhythm ? exp(st->cs->rhythm[row]) : 1);
		cost -= 2 * (lgamma_r(y + k, &sign) - lgamma_r(k, &sign) - lgamma_r(y + 1, &sign) - k * log1p(mu / k) +
				    y * log(mu / (k + mu)));
	}
	return cost;
}

/* Levels in place of a segment, one of them low; out[0..): how many; 0: it stays, -1: the arena is full. As the BIC has it: to the segment
 * belong a mean, a coefficient and a variance, to levels a mean each, a place between two, and their dispersion; dearer where noise follows itself. All keep its trend. */
static int rival(const struct change_series *cs, const struct change_segment *seg, const struct change_noise *noise, bool sure,
	struct arena *a, struct change_segment *out)
{
	struct stretch st = {cs, seg->s, seg->e, seg};
	struct change_segment *levels;
	bool low = false;
	size_t n;
	if (!has_low(cs, seg))
		return 0;
	if (part(&st, noise, a, &levels, &n))
		return -1;
	double cost = (2 * (double)n - 3) * log((double)cs->n) * temper(noise);
	for (size_t k = 0; k < n; k++) {
		cost += cost_of_level(&st, levels[k].s, levels[k].e, noise->k);
		low |= count_mean(cs, levels[k].s, levels[k].e) < CHANGE_LOW;
	}
	if (n < 2 || !low || (sure && cost >= cost_of_logs(cs, seg)))
		return 0;
	memcpy(out, levels, n * sizeof *out);
	return (int)n;
}

int change_count_rivals(const struct change_series *cs, struct arena *a, struct change_segment **seg, size_t *n_seg)
{
	struct change_noise noise = change_count_noise(cs, NULL, 0);
	struct change_segment *out = NULL;
	size_t n = 0;
	for (int round = 0; round < 2; round++) { /* the first for the noise about levels */
		out = arena_zalloc(a, cs->n / CHANGE_MIN_ROWS + 1, sizeof *out);
		n = 0;
		for (size_t k = 0; out && k < *n_seg; k++) {
			int levels = rival(cs, &(*seg)[k], &noise, round > 0, a, out + n);
			if (levels < 0)
				return -1;
			if (!levels)
				out[n] = (*seg)[k];
			n += levels ? (size_t)levels : 1;
		}
		if (!out)
			return -1;
		noise = change_count_noise(cs, out, n);
	}
	*seg = out;
	*n_seg = n;
	return 0;
}
