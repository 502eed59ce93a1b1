/* drift.c - see drift.h.
 *
 * About lines, a walk forgets so slowly that no change of them is likely. But its steps are noise about its drift, and whether
 * that changes is a question for them: the best parts of level steps (PELT with one variance), against none and against a drift that itself
 * changes steadily.
 */
#include "change/drift.h"

#include "change/rhythm.h"

enum {
	PART_ROWS = 8,    /* a drift of fewer rows is a bend of the walk */
	ROWS_MOST = 6000, /* looked at; their square is the time it takes */
	CUT = 4,          /* deviations: a step farther out is a leap */
};

/* The steps of one walk: how far each is from the usual one, in deviations; their sums over [0,i) at i. */
struct steps {
	size_t n;
	double *d, *s, *best;
	size_t *from;
};

static int steps_make(struct steps *st, const double *x, size_t n, struct arena *a)
{
	size_t m = st->n = n - 1;
	double sd, squares = 0, usual;
	st->d = arena_zalloc(a, 3 * (m + 1), sizeof *st->d);
	st->from = arena_zalloc(a, m + 1, sizeof *st->from);
	if (!st->d || !st->from)
		return -1;
	st->s = st->d + m + 1;
	st->best = st->s + m + 1;
	for (size_t i = 0; i < m; i++)
		st->s[i] = x[i + 1] - x[i];
	usual = change_median(st->s, m);
	for (size_t i = 0; i < m; i++)
		st->s[i] = fabs(x[i + 1] - x[i] - usual);
	sd = MAD_SD * change_median(st->s, m);
	for (size_t i = 0; i < m; i++) {
		st->d[i] = fmin(fmax(x[i + 1] - x[i] - usual, -CUT * sd), CUT * sd);
		squares += st->d[i] * st->d[i];
	}
	sd = sqrt(squares / (double)m);
	st->s[0] = 0;
	for (size_t i = 0; i < m; i++) {
		st->d[i] = sd > 0 ? st->d[i] / sd : 0;
		st->s[i + 1] = st->s[i] + st->d[i];
	}
	return 0;
}

/* What one level takes from the squares of steps [s,e). */
static double level(const struct steps *st, size_t s, size_t e)
{
	double sum = st->s[e] - st->s[s];
	return sum * sum / (double)(e - s);
}

/* What a line takes from the squares of all steps. */
static double line(const struct steps *st)
{
	double n = (double)st->n, mid = (n - 1) / 2, tx = 0;
	for (size_t i = 0; i < st->n; i++)
		tx += ((double)i - mid) * st->d[i];
	return level(st, 0, st->n) + tx * tx / (n * (n * n - 1) / 12);
}

/* Where the drift changes: at[0..*n), last one first; none unless that is better told than a drift that changes steadily. */
static int places(const double *x, size_t rows, double log_n, size_t *at, size_t *n, struct arena *a)
{
	struct steps st;
	double price = CHANGE_TREND_PARAMS * log_n;
	*n = 0;
	if (steps_make(&st, x, rows, a))
		return -1;
	size_t m = st.n;
	for (size_t e = PART_ROWS; e <= m; e++) {
		st.best[e] = -level(&st, 0, e);
		for (size_t s = PART_ROWS; s + PART_ROWS <= e; s++) {
			double cost = st.best[s] - level(&st, s, e) + price;
			if (cost < st.best[e]) {
				st.best[e] = cost;
				st.from[e] = s;
			}
		}
	}
	if (st.best[m] >= log_n - line(&st))
		return 0;
	for (size_t e = m; st.from[e]; e = st.from[e])
		at[(*n)++] = st.from[e];
	return 0;
}

/* The same of sizes, where it changes in their logarithms as well: constant growth is no change. Places are those of what was measured. */
static int places_both(
	const struct change_sums *c, const struct change_series *cs, bool logs, size_t *at, size_t *n, struct arena *a)
{
	size_t rows = c->n, others, *tmp = arena_zalloc(a, rows, sizeof *tmp);
	double *x = arena_zalloc(a, 2 * rows, sizeof *x), *other, log_n = log((double)rows);
	if (!tmp || !x)
		return -1;
	other = x + rows;
	for (size_t i = 0; i < rows; i++) {
		double v = (c->x[i] + c->centre) * cs->scale + cs->centre;
		if (!logs && v <= 0)
			return 0;
		x[i] = logs ? exp(v) : v;
		other[i] = logs ? v : log(v);
	}
	if (places(x, rows, log_n, at, n, a) || places(other, rows, log_n, tmp, &others, a))
		return -1;
	*n = others ? *n : 0;
	return 0;
}

int change_drifts(const struct change_sums *c, const struct change_series *cs, bool logs, struct arena *a,
	struct change_segment **seg, size_t *n_seg)
{
	size_t n = 0, *at = arena_zalloc(a, c->n + 1, sizeof *at);
	struct change_segment *out;
	if (!at)
		return -1;
	if ((*seg)->phi <= CHANGE_WALK || c->n <= 2 * PART_ROWS || c->n > ROWS_MOST)
		return 0;
	if (places_both(c, cs, logs, at, &n, a) || !(out = arena_zalloc(a, n + 1, sizeof *out)))
		return -1;
	for (size_t k = 0; k <= n; k++) {
		change_cost_line(c, k ? at[n - k] : 0, k < n ? at[n - k - 1] : c->n, &out[k]);
		out[k].hinge = k ? 1 : 0;
	}
	*seg = out;
	*n_seg = n + 1;
	return 0;
}
