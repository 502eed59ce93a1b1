/* image_digest.c - see image_digest.h. */
#include "codec/image_digest.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
	STRIP = 4096,    /* columns of pixels summed at once */
	GREY_UNITS = 16, /* of a grid's cell to one grey level */
	COSINE = 16384,
	FREQUENCIES = 19, /* the 256 lowest lie within a quarter of a circle of radius 18.1 */
	/* One grey level of noise in every cell moves a coefficient by this much (standard deviation): a sign nearer to the median
	 * than that says nothing. */
	NOISE = IMAGE_GRID / 2 * GREY_UNITS,
	ROWS = UINT16_MAX / UINT8_MAX, /* so many pixels' sum has 16 bits */
	CLEAR_LEAST = IMAGE_DIGEST_BITS / 2,
};

/* Code for wider vectors, too, where the machine has them. */
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) /* which chooses before its library has started */
#define FAST __attribute__((target_clones("avx2", "default"), flatten))
#else
#define FAST
#endif

/* ---- the grid ---- */

/* The pixels along one side of a cell: the first and the last lie in it with some part only, in units of 1/IMAGE_GRID. */
struct span {
	uint32_t first, last;
	uint16_t first_weight, last_weight; /* of one pixel: all, and none */
};

static void spans_of(uint32_t side, struct span out[IMAGE_GRID])
{
	for (uint32_t c = 0; c < IMAGE_GRID; c++) {
		uint32_t from = c * side, to = from + side, first = from / IMAGE_GRID, last = (to - 1) / IMAGE_GRID;
		bool one = first == last;
		out[c] = (struct span){first, last, (uint16_t)(one ? side : (first + 1) * IMAGE_GRID - from),
			(uint16_t)(one ? 0 : to - last * IMAGE_GRID)};
	}
}

/* A grey image; and a part of it: so many columns of pixels that their sums fit on the stack. */
struct strip {
	const uint8_t *grey;
	size_t stride;
	uint32_t first, n;
};

/* sum[x]: column x of a row of cells. */
static inline void add_rows(const struct strip *s, struct span rows, uint32_t *restrict sum)
{
	const uint8_t *row = s->grey + rows.first * s->stride + s->first;
	const uint8_t *last = row + (rows.last - rows.first) * s->stride;
	for (uint32_t x = 0; x < s->n; x++)
		sum[x] = (uint16_t)(row[x] * rows.first_weight + last[x] * rows.last_weight);
	for (row += s->stride; row < last;) {
		uint16_t whole[STRIP];
		memset(whole, 0, s->n * sizeof *whole);
		for (int i = 0; i < ROWS && row < last; i++, row += s->stride)
			for (uint32_t x = 0; x < s->n; x++)
				whole[x] = (uint16_t)(whole[x] + row[x]);
		for (uint32_t x = 0; x < s->n; x++)
			sum[x] += (uint32_t)whole[x] * IMAGE_GRID;
	}
}

/* A cell, from the sums of its columns. */
static inline uint64_t add_columns(struct span columns, const uint32_t *sum)
{
	const uint32_t *p = sum + columns.first, *last = sum + columns.last;
	uint64_t edges = (uint64_t)*p * columns.first_weight + (uint64_t)*last * columns.last_weight, whole = 0;
	while (++p < last) { /* two ends, or compilers make vectors of it, which costs more: there are few */
		whole += *p;
		if (++p >= last)
			break;
		whole += *p;
	}
	return whole * IMAGE_GRID + edges;
}

/* n / d; reciprocal is UINT64_MAX / d, by which the quotient comes out right or one less. */
__extension__ typedef unsigned __int128 product;
static inline uint64_t divide(uint64_t n, uint64_t d, uint64_t reciprocal)
{
	uint64_t q = (uint64_t)(((product)n * reciprocal) >> 64);
	return q + (n - q * d >= d);
}

FAST void image_grid(const uint8_t *grey, uint32_t width, uint32_t height, size_t stride, uint16_t grid[IMAGE_GRID * IMAGE_GRID])
{
	must(width && height && width <= UINT16_MAX && height <= UINT16_MAX);
	uint64_t area = (uint64_t)width * height, reciprocal = UINT64_MAX / area;
	uint32_t sum[STRIP];
	struct span rows[IMAGE_GRID], columns[IMAGE_GRID];
	spans_of(height, rows);
	spans_of(width, columns);
	uint32_t cells = width <= STRIP ? IMAGE_GRID : (STRIP - 2) * IMAGE_GRID / width;
	for (uint32_t cell = 0; cell < IMAGE_GRID; cell += cells) {
		uint32_t end = cell + cells < IMAGE_GRID ? cell + cells : IMAGE_GRID;
		const struct span *all = columns + cell, *last = columns + end - 1;
		struct strip s = {grey, stride, all->first, last->last - all->first + 1};
		for (uint32_t x = cell; x < end; x++) {
			columns[x].first -= s.first;
			columns[x].last -= s.first;
		}
		for (uint32_t y = 0; y < IMAGE_GRID; y++) {
			add_rows(&s, rows[y], sum);
			for (uint32_t x = cell; x < end; x++)
				grid[y * IMAGE_GRID + x] =
					(uint16_t)divide(add_columns(columns[x], sum) * GREY_UNITS, area, reciprocal);
		}
	}
}

uint32_t image_detail(const uint16_t grid[IMAGE_GRID * IMAGE_GRID])
{
	uint32_t steps = 0;
	for (int y = 1; y < IMAGE_GRID; y++)
		for (int x = 1; x < IMAGE_GRID; x++) {
			const uint16_t *g = grid + y * IMAGE_GRID + x;
			steps += (uint32_t)(abs(g[0] - g[-1]) + abs(g[0] - g[-IMAGE_GRID]));
		}
	return steps / (IMAGE_GRID * GREY_UNITS);
}

/* ---- the transform ---- */

/* COSINE * cos(pi * m / 128) */
static int32_t cosine(unsigned m)
{
	static const int16_t quarter[IMAGE_GRID + 1] = {16384, 16379, 16364, 16340, 16305, 16261, 16207, 16143, 16069, 15986, 15893,
		15791, 15679, 15557, 15426, 15286, 15137, 14978, 14811, 14635, 14449, 14256, 14053, 13842, 13623, 13395, 13160,
		12916, 12665, 12406, 12140, 11866, 11585, 11297, 11003, 10702, 10394, 10080, 9760, 9434, 9102, 8765, 8423, 8076,
		7723, 7366, 7005, 6639, 6270, 5897, 5520, 5139, 4756, 4370, 3981, 3590, 3196, 2801, 2404, 2006, 1606, 1205, 804,
		402, 0};
	m %= 256;
	m = m > 128 ? 256 - m : m;
	return m <= IMAGE_GRID ? quarter[m] : -quarter[128 - m];
}

/* The lowest waves. Those of even number are the same from either end, the others but for the sign: half of one is enough, along the
 * sums or the differences of what stands as far from either end. */
enum { HALF = IMAGE_GRID / 2, ODD = 1, MIDDLE = UINT8_MAX * GREY_UNITS };
static int16_t wave[FREQUENCIES][HALF];
static int64_t grey_wave[FREQUENCIES]; /* what an even row of middle grey comes to */
/* Which of the coefficients make the digest: the 256 lowest but for the mean, lowest first; of equal ones those along x first. */
static struct place {
	uint8_t u, v;
} places[IMAGE_DIGEST_BITS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void)
{
	size_t n = 0;
	for (unsigned u = 0; u < FREQUENCIES; u++)
		for (unsigned x = 0; x < HALF; x++) {
			wave[u][x] = (int16_t)cosine((2 * x + 1) * u);
			grey_wave[u] += u & ODD ? 0 : MIDDLE * wave[u][x];
		}
	for (unsigned square = 1; n < IMAGE_DIGEST_BITS; square++)
		for (unsigned v = 0; v < FREQUENCIES; v++)
			for (unsigned u = 0; u < FREQUENCIES && n < IMAGE_DIGEST_BITS; u++)
				if (u * u + v * v == square)
					places[n++] = (struct place){(uint8_t)u, (uint8_t)v};
}

/* Coefficients of the rows, folded: [u][of odd waves along y]. They have 19 bits: high is in units of 256, low what is left, so that
 * products of 16 bits do. */
struct rows {
	int16_t high[FREQUENCIES][2][HALF], low[FREQUENCIES][2][HALF];
};

/* The sums less what is given, so that all coefficients of a row fit into 32 bits. */
static void fold(const int16_t p[IMAGE_GRID], int16_t less, int16_t out[2][HALF])
{
	for (size_t i = 0; i < HALF; i++) {
		out[0][i] = (int16_t)(p[i] + p[IMAGE_GRID - 1 - i] - less);
		out[ODD][i] = (int16_t)(p[i] - p[IMAGE_GRID - 1 - i]);
	}
}

static void transform_rows(const uint16_t *grid, struct rows *out)
{
	int16_t high[FREQUENCIES][IMAGE_GRID], low[FREQUENCIES][IMAGE_GRID];
	for (size_t y = 0; y < IMAGE_GRID; y++) {
		int16_t row[IMAGE_GRID], folded[2][HALF];
		for (size_t x = 0; x < IMAGE_GRID; x++)
			row[x] = (int16_t)grid[y * IMAGE_GRID + x];
		fold(row, MIDDLE, folded);
		for (unsigned u = 0; u < FREQUENCIES; u++) {
			const int16_t *p = folded[u & ODD];
			int32_t sum = 0;
			for (size_t x = 0; x < HALF; x++)
				sum += p[x] * wave[u][x];
			sum = (int32_t)((sum + grey_wave[u]) / COSINE);
			high[u][y] = (int16_t)(sum >> 8);
			low[u][y] = (int16_t)(sum & 0xFF);
		}
	}
	for (unsigned u = 0; u < FREQUENCIES; u++) {
		fold(high[u], 0, out->high[u]);
		fold(low[u], 0, out->low[u]);
	}
}

/* In units of the grid, as an orthogonal transform has them but for one common factor. */
static int32_t coefficient(const struct rows *rows, struct place at)
{
	const int16_t *p_high = rows->high[at.u][at.v & ODD], *p_low = rows->low[at.u][at.v & ODD];
	int32_t high = 0, low = 0;
	for (unsigned y = 0; y < HALF; y++) {
		high += p_high[y] * wave[at.v][y];
		low += p_low[y] * wave[at.v][y];
	}
	int64_t sum = (int64_t)high * 256 + low;
	if (!at.u || !at.v)
		sum = sum / COSINE * 11585; /* 1 / sqrt 2 */
	return (int32_t)(sum / COSINE);
}

/* The least of the values that more than half of them do not exceed, by halving the range. */
static int32_t median_of(const int32_t c[IMAGE_DIGEST_BITS])
{
	int64_t low = INT32_MIN, high = INT32_MAX;
	while (low < high) {
		int32_t middle = (int32_t)((low + high) >> 1);
		unsigned n = 0;
		for (size_t i = 0; i < IMAGE_DIGEST_BITS; i++)
			n += c[i] <= middle;
		if (n > IMAGE_DIGEST_BITS / 2)
			high = middle;
		else
			low = (int64_t)middle + 1;
	}
	return (int32_t)low;
}

FAST bool image_digest_of(const uint16_t grid[IMAGE_GRID * IMAGE_GRID], struct image_digest *out)
{
	struct rows rows = {.high = {{{0}}}};
	int32_t c[IMAGE_DIGEST_BITS];
	struct image_digest d = {.bits = {0}};
	size_t clear = 0;
	pthread_once(&once, make_tables);
	transform_rows(grid, &rows);
	for (size_t i = 0; i < IMAGE_DIGEST_BITS; i++)
		c[i] = coefficient(&rows, places[i]);
	int32_t median = median_of(c);
	for (size_t i = 0; i < IMAGE_DIGEST_BITS; i++) {
		clear += abs(c[i] - median) > NOISE;
		d.bits[i / 64] |= (uint64_t)(c[i] > median) << i % 64;
	}
	if (clear < CLEAR_LEAST)
		return false;
	*out = d;
	return true;
}

unsigned image_digest_distance(const struct image_digest *a, const struct image_digest *b)
{
	unsigned n = 0;
	for (size_t i = 0; i < IMAGE_DIGEST_BITS / 64; i++)
		n += (unsigned)__builtin_popcountll(a->bits[i] ^ b->bits[i]);
	return n;
}
