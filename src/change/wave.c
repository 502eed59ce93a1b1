/* wave.c - see wave.h. A periodogram of what a straight line leaves says about how long the wave is, least squares how long and
 * how high. */
#include "change/wave.h"

enum {
	CYCLES = 2,      /* seen twice, or it is no season */
	CYCLES_MAX = 64, /* more of them in a series are short: the noise's AR coefficient sees to them */
	LEAST_ROWS = 16, /* of a period */
	PER_CYCLE = 4,   /* places of the grid */
	FINER = 8,       /* halvings of it */
	LINE = 2,        /* level and slope, */
	TERMS = 4,       /* and a wave */
};

/* Squares left about a line and, if terms are TERMS, a wave of so many cycles in all rows; b: what each term is worth. */
static double squares_left(const struct change_series *cs, const double *left, int terms, double cycles, double *b)
{
	double g[TERMS][TERMS + 1] = {{0}}, all = 0, rows = (double)cs->rows;
	for (size_t i = 0; i < cs->n; i++) {
		double t = (double)cs->row[i] / rows, w = 2 * M_PI * cycles * t;
		double v[TERMS] = {1, t - 0.5, terms > LINE ? cos(w) : 0, terms > LINE ? sin(w) : 0};
		for (int j = 0; j < terms; j++) {
			for (int k = j; k < terms; k++)
				g[j][k] += v[j] * v[k];
			g[j][TERMS] += v[j] * left[i];
		}
		all += left[i] * left[i];
	}
	for (int j = 0; j < terms; j++) {
		if (!(g[j][j] > 1e-9))
			return INFINITY;
		all -= g[j][TERMS] * g[j][TERMS] / g[j][j];
		for (int i = j + 1; i < terms; i++)
			for (int k = TERMS; k >= i; k--)
				g[i][k] -= g[j][i] / g[j][j] * g[j][k];
	}
	for (int j = terms - 1; j >= 0; j--) {
		b[j] = g[j][TERMS];
		for (int k = j + 1; k < terms; k++)
			b[j] -= g[j][k] * b[k];
		b[j] /= g[j][j];
	}
	return all;
}

/* What a wave of so many cycles takes from by[0..rows), but for a factor. */
static double power(const double *by, size_t rows, double cycles)
{
	double w = 2 * M_PI * cycles / (double)rows, c = 1, s = 0, dc = cos(w), ds = sin(w), sc = 0, ss = 0;
	for (size_t r = 0; r < rows; r++) {
		double next = c * dc - s * ds;
		sc += by[r] * c;
		ss += by[r] * s;
		s = s * dc + c * ds;
		c = next;
	}
	return sc * sc + ss * ss;
}

/* The grid's best number of cycles; by: room for all rows. */
static double best_cycles(const struct change_series *cs, const double *left, double most, double *by)
{
	double best = CYCLES, top = 0, b[TERMS] = {0};
	(void)squares_left(cs, left, LINE, 0, b);
	for (size_t r = 0; r < cs->rows; r++)
		by[r] = 0;
	for (size_t i = 0; i < cs->n; i++)
		by[cs->row[i]] = left[i] - b[0] - b[1] * ((double)cs->row[i] / (double)cs->rows - 0.5);
	for (int k = CYCLES * PER_CYCLE; k <= (int)(most * PER_CYCLE); k++) {
		double p = power(by, cs->rows, (double)k / PER_CYCLE);
		best = p > top ? (double)k / PER_CYCLE : best;
		top = fmax(p, top);
	}
	return best;
}

bool change_wave_fit(const struct change_series *cs, const double *left, double *wave)
{
	double most = fmin((double)cs->rows / LEAST_ROWS, CYCLES_MAX), b[TERMS];
	if (most < CYCLES)
		return false;
	double best = best_cycles(cs, left, most, wave), least = squares_left(cs, left, TERMS, best, b), step = 0.5 / PER_CYCLE;
	for (int k = 0; k < FINER; k++, step /= 2) {
		double at = best;
		for (int side = -1; side <= 1; side += 2) {
			double cycles = fmax(at + side * step, CYCLES), over = squares_left(cs, left, TERMS, cycles, b);
			best = over < least ? cycles : best;
			least = fmin(over, least);
		}
	}
	if (!isfinite(squares_left(cs, left, TERMS, best, b)))
		return false;
	for (size_t r = 0; r < cs->rows; r++) {
		double w = 2 * M_PI * best * (double)r / (double)cs->rows;
		wave[r] = b[2] * cos(w) + b[3] * sin(w);
	}
	return true;
}
