/* pelt.c - PELT: the best last change for every row, with starts dropped that can never win again.
 *
 * Source: R. Killick, P. Fearnhead, I. A. Eckley, JASA 107 (2012). Under the null no start is ever dropped, so the inner loop
 * runs n^2/2 times: it holds what it needs of each start side by side and takes two at a time (vector extensions of gcc
 * and clang; the logarithm is a series of 1e-9). Above ROWS_EXACT rows starts are looked for on a grid, then moved to the best row.
 */
#include <math.h>

#include "change/cost.h"

typedef double pair __attribute__((vector_size(16)));
typedef int64_t pair_bits __attribute__((vector_size(16)));

enum { ROWS_EXACT = 6000, AT_ONCE = 2 };

/* Sums at each start still in play. */
struct starts {
	size_t n;
	uint32_t *row;
	double *s, *s1, *q, *p1, *x, *v0, *best; /* s1, p1: one row on */
	double *cost;
};

static inline pair pair_of(double v)
{
	return (pair){v, v};
}

static inline pair pair_at(const double *v)
{
	pair r;
	memcpy(&r, v, sizeof r);
	return r;
}

static inline pair pair_max(pair a, pair b)
{
	pair_bits less = a < b;
	return (pair)(((pair_bits)b & less) | ((pair_bits)a & ~less));
}

static inline pair pair_min(pair a, pair b)
{
	pair_bits less = a < b;
	return (pair)(((pair_bits)a & less) | ((pair_bits)b & ~less));
}

/* gcc 12's analyzer takes the vector for one bit. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wanalyzer-shift-count-overflow"
#endif

/* ln of positive normal numbers: exponent, and the series of atanh for the mantissa in sqrt(1/2) .. sqrt(2). */
static inline pair pair_log(pair v)
{
	const pair_bits half = {0x3FE6A09E667F3BCD, 0x3FE6A09E667F3BCD};
	pair_bits bits = (pair_bits)v, e = (bits - half) & ~(pair_bits){0xFFFFFFFFFFFFF, 0xFFFFFFFFFFFFF};
	pair m = (pair)(bits - e);
	pair_bits magic = {0x4338000000000000, 0x4338000000000000};
	pair k = (pair)((pair_bits)((pair_bits)e >> 52) + magic) - (pair)magic;
	pair s = (m - 1) / (m + 1), s2 = s * s;
	pair series = 1 + s2 * (1.0 / 3 + s2 * (1.0 / 5 + s2 * (1.0 / 7 + s2 * (1.0 / 9))));
	return k * 0.693147180559945309 + 2 * s * series;
}

/* best[i] + cost of the segment from start i to e, for all starts: as change_cost_level. */
static void costs(const struct change_sums *c, struct starts *st, size_t e)
{
	const pair se = pair_of(c->s[e]), se1 = pair_of(c->s[e - 1]), qe = pair_of(c->q[e]), pe = pair_of(c->p[e]);
	const pair last = pair_of(c->x[e - 1]), ve = pair_of(c->v0[e]), phi0 = pair_of(CHANGE_LEAN * c->phi);
	const pair own_var = pair_of(CHANGE_LEAN * c->var);
	const pair top = pair_of(CHANGE_PHI_MAX), zero = pair_of(0);
	for (size_t i = 0; i < st->n; i += AT_ONCE) {
		pair m = {(double)(e - st->row[i]), (double)(e - st->row[i + 1])}, per = 1 / m;
		pair s0 = pair_at(st->s + i), mu = (se - s0) * per;
		pair all = pair_max(qe - pair_at(st->q + i) - m * mu * mu, zero);
		pair d0 = pair_at(st->x + i) - mu, d1 = last - mu;
		pair pairs = se - pair_at(st->s1 + i) + se1 - s0;
		pair prod = pe - pair_at(st->p1 + i) - mu * pairs + (m - 1) * mu * mu;
		pair inner = pair_max(all - d0 * d0 - d1 * d1, zero), own = all * per;
		pair phi = (prod + phi0 * own) / ((all + inner) * 0.5 + CHANGE_LEAN * own + 1e-300);
		phi = pair_min(pair_max(phi, -top), top);
		pair rss = pair_max(all - 2 * phi * prod + phi * phi * inner, zero) + ve - pair_at(st->v0 + i);
		pair var = (rss + own_var) / (m + CHANGE_LEAN);
		pair cost = pair_at(st->best + i) + m * (pair_log(var) - 1) + rss / var - pair_log(1 - phi * phi);
		memcpy(st->cost + i, &cost, sizeof cost);
	}
}

static void start_set(struct starts *st, size_t i, const struct change_sums *c, size_t row, double best)
{
	st->row[i] = (uint32_t)row;
	st->s[i] = c->s[row];
	st->s1[i] = c->s[row + 1];
	st->q[i] = c->q[row];
	st->p1[i] = c->p[row + 1];
	st->x[i] = c->x[row];
	st->v0[i] = c->v0[row];
	st->best[i] = best;
}

static void start_move(struct starts *st, size_t to, size_t from)
{
	st->row[to] = st->row[from];
	st->s[to] = st->s[from];
	st->s1[to] = st->s1[from];
	st->q[to] = st->q[from];
	st->p1[to] = st->p1[from];
	st->x[to] = st->x[from];
	st->v0[to] = st->v0[from];
	st->best[to] = st->best[from];
}

static int starts_make(struct starts *st, size_t cap, struct arena *a)
{
	double *m = arena_zalloc(a, 8 * cap, sizeof *m);
	*st = (struct starts){.row = arena_zalloc(a, cap, sizeof *st->row)};
	if (!m || !st->row)
		return -1;
	st->s = m;
	st->s1 = m + cap;
	st->q = m + 2 * cap;
	st->p1 = m + 3 * cap;
	st->x = m + 4 * cap;
	st->v0 = m + 5 * cap;
	st->best = m + 6 * cap;
	st->cost = m + 7 * cap;
	return 0;
}

/* The best start for a segment ending at e; drops starts that can never win: those behind by more than a change costs. */
static double best_start(struct starts *st, double penalty, uint32_t *from)
{
	double best = INFINITY;
	for (size_t i = 0; i < st->n; i++) {
		if (st->cost[i] < best) {
			best = st->cost[i];
			*from = st->row[i];
		}
	}
	size_t kept = 0;
	for (size_t i = 0; i < st->n; i++) {
		if (st->cost[i] < best + penalty) {
			if (kept != i)
				start_move(st, kept, i);
			kept++;
		}
	}
	st->n = kept;
	return best;
}

static void move_ends(const struct change_sums *c, size_t *ends, size_t n, size_t by)
{
	for (size_t i = 0; i + 1 < n; i++) {
		size_t lo = (i ? ends[i - 1] : 0) + CHANGE_MIN_ROWS, hi = ends[i + 1] - CHANGE_MIN_ROWS, at = ends[i];
		size_t from = at > lo + by ? at - by : lo, to = at + by < hi ? at + by : hi;
		double best = INFINITY;
		for (size_t t = from; t <= to; t++) {
			double cost =
				change_cost_level(c, i ? ends[i - 1] : 0, t, NULL) + change_cost_level(c, t, ends[i + 1], NULL);
			if (cost < best) {
				best = cost;
				ends[i] = t;
			}
		}
	}
}

static void trace(const uint32_t *from, size_t n, size_t *ends, size_t *n_ends)
{
	size_t k = 0;
	for (size_t e = n; e > 0; e = from[e])
		ends[k++] = e;
	for (size_t i = 0; i < k / 2; i++) {
		size_t t = ends[i];
		ends[i] = ends[k - 1 - i];
		ends[k - 1 - i] = t;
	}
	*n_ends = k;
}

int change_pelt(const struct change_sums *c, double penalty, struct arena *a, size_t **ends, size_t *n_ends)
{
	struct starts st;
	size_t n = c->n, grid = 1 + n / ROWS_EXACT;
	double *best = arena_zalloc(a, n + 1, sizeof *best);
	uint32_t *from = arena_zalloc(a, n + 1, sizeof *from);
	*ends = arena_zalloc(a, n / CHANGE_MIN_ROWS + 2, sizeof **ends);
	if (!best || !from || !*ends || starts_make(&st, n / grid + 2 * AT_ONCE, a))
		return -1;
	best[0] = -penalty;
	start_set(&st, st.n++, c, 0, -penalty + penalty);
	for (size_t e = CHANGE_MIN_ROWS; e <= n; e++) {
		bool on_grid = e % grid == 0;
		if (!on_grid && e != n)
			continue;
		size_t s = e - CHANGE_MIN_ROWS;
		/* a start joins when a whole segment fits behind it */
		if (grid == 1 ? s >= CHANGE_MIN_ROWS : e >= 2 * grid) {
			size_t row = grid == 1 ? s : e - grid - (e == n ? e % grid : 0);
			if (row && row + CHANGE_MIN_ROWS <= e && best[row] != 0 && (st.n == 0 || st.row[st.n - 1] < row))
				start_set(&st, st.n++, c, row, best[row] + penalty);
		}
		start_set(&st, st.n, c, 0, 0); /* so that a pair is whole */
		costs(c, &st, e);
		best[e] = best_start(&st, penalty, &from[e]);
	}
	trace(from, n, *ends, n_ends);
	if (grid > 1)
		move_ends(c, *ends, *n_ends, grid);
	return 0;
}
