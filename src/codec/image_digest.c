/* image_digest.c - see image_digest.h. */
#include "codec/image_digest.h"

#include <stdlib.h>

#include "base/mem.h"

enum {
	GREY_UNITS = 16, /* of a grid's cell to one grey level */
	COSINE = 16384,
	FREQUENCIES = 19, /* the 256 lowest lie within a quarter of a circle of radius 18.1 */
	/* One grey level of noise in every cell moves a coefficient by this much (standard deviation): a sign nearer to the median
	 * than that says nothing. */
	NOISE = IMAGE_GRID / 2 * GREY_UNITS,
	CLEAR_LEAST = IMAGE_DIGEST_BITS / 2,
};

/* ---- the grid ---- */

/* Sums of one row over the cells, weighted by the part of each pixel that lies in a cell, in units of 1/IMAGE_GRID pixel. */
static void row_sums(const uint8_t *p, uint32_t width, uint32_t sum[IMAGE_GRID])
{
	for (uint32_t c = 0; c < IMAGE_GRID; c++) {
		uint32_t from = c * width, to = from + width, first = from / IMAGE_GRID, last = to / IMAGE_GRID;
		if (first == last) {
			sum[c] = p[first] * width;
			continue;
		}
		uint32_t whole = 0;
		for (uint32_t i = first + 1; i < last; i++)
			whole += p[i];
		sum[c] = whole * IMAGE_GRID + p[first] * ((first + 1) * IMAGE_GRID - from);
		if (to > last * IMAGE_GRID)
			sum[c] += p[last] * (to - last * IMAGE_GRID);
	}
}

void image_grid(const uint8_t *grey, uint32_t width, uint32_t height, size_t stride, uint16_t grid[IMAGE_GRID * IMAGE_GRID])
{
	must(width && height && width <= UINT16_MAX && height <= UINT16_MAX);
	uint64_t area = (uint64_t)width * height;
	uint32_t sum[IMAGE_GRID];
	for (uint32_t c = 0; c < IMAGE_GRID; c++) {
		uint64_t cell[IMAGE_GRID] = {0};
		uint32_t from = c * height, to = from + height;
		for (uint32_t y = from / IMAGE_GRID; y * IMAGE_GRID < to; y++) {
			uint32_t top = y * IMAGE_GRID > from ? y * IMAGE_GRID : from;
			uint32_t end = (y + 1) * IMAGE_GRID < to ? (y + 1) * IMAGE_GRID : to;
			row_sums(grey + y * stride, width, sum);
			for (size_t x = 0; x < IMAGE_GRID; x++)
				cell[x] += (uint64_t)sum[x] * (end - top);
		}
		for (size_t x = 0; x < IMAGE_GRID; x++)
			grid[c * IMAGE_GRID + x] = (uint16_t)(cell[x] * GREY_UNITS / area);
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

/* Coefficients of the rows: [u][y], times COSINE. */
static void transform_rows(const uint16_t *grid, int64_t out[FREQUENCIES][IMAGE_GRID])
{
	for (unsigned u = 0; u < FREQUENCIES; u++) {
		int32_t wave[IMAGE_GRID];
		for (unsigned x = 0; x < IMAGE_GRID; x++)
			wave[x] = cosine((2 * x + 1) * u);
		for (size_t y = 0; y < IMAGE_GRID; y++) {
			int64_t sum = 0;
			for (size_t x = 0; x < IMAGE_GRID; x++)
				sum += (int64_t)grid[y * IMAGE_GRID + x] * wave[x];
			out[u][y] = sum;
		}
	}
}

/* In units of the grid, as an orthogonal transform has them but for one common factor. */
static int32_t coefficient(int64_t rows[FREQUENCIES][IMAGE_GRID], unsigned u, unsigned v)
{
	int64_t sum = 0;
	for (unsigned y = 0; y < IMAGE_GRID; y++)
		sum += rows[u][y] / COSINE * cosine((2 * y + 1) * v);
	if (!u || !v)
		sum = sum / COSINE * 11585; /* 1 / sqrt 2 */
	return (int32_t)(sum / COSINE);
}

/* The 256 lowest frequencies but for the mean, lowest first; of equal ones those along x first. */
static void lowest(int64_t rows[FREQUENCIES][IMAGE_GRID], int32_t out[IMAGE_DIGEST_BITS])
{
	size_t n = 0;
	for (unsigned square = 1; n < IMAGE_DIGEST_BITS; square++)
		for (unsigned v = 0, u = FREQUENCIES - 1; v < FREQUENCIES && n < IMAGE_DIGEST_BITS; v++) {
			while (u && u * u + v * v > square)
				u--;
			if (u * u + v * v == square)
				out[n++] = coefficient(rows, u, v);
		}
}

/* Half of the values are less, or equal. No qsort: glibc's asks the system for its memory, which the jail forbids. */
static int32_t median_of(const int32_t c[IMAGE_DIGEST_BITS])
{
	int32_t v[IMAGE_DIGEST_BITS] = {0};
	for (size_t i = 0, k; i < IMAGE_DIGEST_BITS; i++) {
		for (k = i; k && v[k - 1] > c[i]; k--)
			v[k] = v[k - 1];
		v[k] = c[i];
	}
	return v[IMAGE_DIGEST_BITS / 2];
}

bool image_digest_of(const uint16_t grid[IMAGE_GRID * IMAGE_GRID], struct image_digest *out)
{
	int64_t rows[FREQUENCIES][IMAGE_GRID];
	int32_t c[IMAGE_DIGEST_BITS];
	struct image_digest d = {.bits = {0}};
	size_t clear = 0;
	transform_rows(grid, rows);
	lowest(rows, c);
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
