/* count.c - see count.h. */
#include "change/count.h"

#include <math.h>

enum { ROWS_EXACT = 6000 };

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

int change_count_segments(const struct change_series *cs, const struct change_noise *noise, struct arena *a,
	struct change_segment **seg, size_t *n_seg)
{
	size_t n = cs->n, grid = 1 + n / ROWS_EXACT, n_starts = 1, kept, count = 0;
	double penalty = CHANGE_COUNT_PARAMS * log((double)n), *m = arena_zalloc(a, 3 * (n + 1), sizeof *m);
	uint32_t *from = arena_zalloc(a, 2 * (n + 1), sizeof *from), *start;
	if (!m || !from)
		return -1;
	start = from + n + 1;
	struct count_sums c = {.y = m, .k = noise->k, .temper = (1 + noise->phi) / (1 - noise->phi)};
	double *best = m + n + 1, *cost = m + 2 * (n + 1);
	for (size_t i = 0; i < n; i++)
		c.y[i + 1] = c.y[i] + change_count(cs, i);
	best[0] = -penalty;
	for (size_t e = CHANGE_MIN_ROWS; e <= n; e++) {
		if (e % grid && e != n)
			continue;
		size_t row = grid == 1 ? e - CHANGE_MIN_ROWS : (e - 1) / grid * grid;
		if (row >= CHANGE_MIN_ROWS && row + CHANGE_MIN_ROWS <= e)
			start[n_starts++] = (uint32_t)row;
		best[e] = INFINITY;
		for (size_t i = 0; i < n_starts; i++) {
			cost[i] = best[start[i]] + penalty + cost_between(&c, start[i], e);
			if (cost[i] < best[e]) {
				best[e] = cost[i];
				from[e] = start[i];
			}
		}
		kept = 0;
		for (size_t i = 0; i < n_starts; i++)
			if (cost[i] < best[e] + penalty)
				start[kept++] = start[i];
		n_starts = kept;
	}
	for (size_t e = n; e > 0; e = from[e])
		count++;
	*n_seg = count;
	*seg = arena_zalloc(a, count, sizeof **seg);
	if (!*seg)
		return -1;
	for (size_t e = n; e > 0; e = from[e])
		segment_of(cs, from[e], e, noise->phi, &(*seg)[--count]);
	return 0;
}
