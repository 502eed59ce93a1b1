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
	CLEAR_LEAST = IMAGE_DIGEST_BITS / 2,
};

/* ---- the grid ---- */

/* A part of the image: so many columns of pixels that their sums fit on the stack. */
struct strip {
	const uint8_t *grey; /* of the whole */
	uint32_t width, height;
	size_t stride;
	uint32_t first, last;
};

/* sum[x - first]: column x of the row of cells c, each pixel weighted by the part of it that lies in there, in units of 1/IMAGE_GRID. */
static void add_rows(const struct strip *s, uint32_t c, uint32_t *sum)
{
	uint32_t from = c * s->height, to = from + s->height, n = s->last - s->first + 1;
	memset(sum, 0, n * sizeof *sum);
	for (uint32_t y = from / IMAGE_GRID; y * IMAGE_GRID < to; y++) {
		const uint8_t *row = s->grey + y * s->stride + s->first;
		uint32_t top = y * IMAGE_GRID > from ? y * IMAGE_GRID : from;
		uint32_t end = (y + 1) * IMAGE_GRID < to ? (y + 1) * IMAGE_GRID : to;
		const uint16_t weight = (uint16_t)(end - top);
		for (uint32_t x = 0; x < n; x++)
			sum[x] += (uint16_t)(row[x] * weight);
	}
}

/* The same for column c of cells, along the sums of add_rows. */
static uint64_t add_columns(const struct strip *s, uint32_t c, const uint32_t *sum)
{
	uint32_t from = c * s->width, to = from + s->width, first = from / IMAGE_GRID, last = to / IMAGE_GRID;
	const uint32_t *p = sum + (first - s->first);
	if (first == last)
		return (uint64_t)p[0] * s->width;
	uint64_t whole = 0;
	for (uint32_t i = 1; i < last - first; i++)
		whole += p[i];
	whole = whole * IMAGE_GRID + (uint64_t)p[0] * ((first + 1) * IMAGE_GRID - from);
	if (to > last * IMAGE_GRID)
		whole += (uint64_t)p[last - first] * (to - last * IMAGE_GRID);
	return whole;
}

void image_grid(const uint8_t *grey, uint32_t width, uint32_t height, size_t stride, uint16_t grid[IMAGE_GRID * IMAGE_GRID])
{
	must(width && height && width <= UINT16_MAX && height <= UINT16_MAX);
	uint64_t area = (uint64_t)width * height;
	uint32_t sum[STRIP];
	uint32_t cells = width <= STRIP ? IMAGE_GRID : (STRIP - 2) * IMAGE_GRID / width;
	for (uint32_t cell = 0; cell < IMAGE_GRID; cell += cells) {
		uint32_t end = cell + cells < IMAGE_GRID ? cell + cells : IMAGE_GRID;
		struct strip s = {grey, width, height, stride, cell * width / IMAGE_GRID, (end * width - 1) / IMAGE_GRID};
		for (uint32_t y = 0; y < IMAGE_GRID; y++) {
			add_rows(&s, y, sum);
			for (uint32_t x = cell; x < end; x++)
				grid[y * IMAGE_GRID + x] = (uint16_t)(add_columns(&s, x, sum) * GREY_UNITS / area);
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

/* The lowest waves; those of even number are the same from either end, the others but for the sign. */
static int16_t wave[FREQUENCIES][IMAGE_GRID];
static pthread_once_t wave_once = PTHREAD_ONCE_INIT;

static void make_waves(void)
{
	for (unsigned u = 0; u < FREQUENCIES; u++)
		for (unsigned x = 0; x < IMAGE_GRID; x++)
			wave[u][x] = (int16_t)cosine((2 * x + 1) * u);
}

/* Coefficients of the rows: [u][y]. They have 19 bits: high is in units of 256, low what is left, so that products of 16 bits do. */
struct rows {
	int16_t high[FREQUENCIES][IMAGE_GRID], low[FREQUENCIES][IMAGE_GRID];
};

/* Half of a row's sum is all that 32 bits hold. */
static void transform_rows(const uint16_t *grid, struct rows *out)
{
	int16_t row[IMAGE_GRID];
	for (size_t y = 0; y < IMAGE_GRID; y++) {
		for (size_t x = 0; x < IMAGE_GRID; x++)
			row[x] = (int16_t)grid[y * IMAGE_GRID + x];
		for (unsigned u = 0; u < FREQUENCIES; u++) {
			int32_t left = 0, right = 0;
			for (size_t x = 0; x < IMAGE_GRID / 2; x++) {
				left += row[x] * wave[u][x];
				right += row[x + IMAGE_GRID / 2] * wave[u][x + IMAGE_GRID / 2];
			}
			int32_t sum = (int32_t)(((int64_t)left + right) / COSINE);
			out->high[u][y] = (int16_t)(sum >> 8);
			out->low[u][y] = (int16_t)(sum & 0xFF);
		}
	}
}

/* In units of the grid, as an orthogonal transform has them but for one common factor. */
static int32_t coefficient(const struct rows *rows, unsigned u, unsigned v)
{
	int32_t high = 0, low = 0;
	for (unsigned y = 0; y < IMAGE_GRID; y++) {
		high += rows->high[u][y] * wave[v][y];
		low += rows->low[u][y] * wave[v][y];
	}
	int64_t sum = (int64_t)high * 256 + low;
	if (!u || !v)
		sum = sum / COSINE * 11585; /* 1 / sqrt 2 */
	return (int32_t)(sum / COSINE);
}

/* The 256 lowest frequencies but for the mean, lowest first; of equal ones those along x first. */
static void lowest(const struct rows *rows, int32_t out[IMAGE_DIGEST_BITS])
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

bool image_digest_of(const uint16_t grid[IMAGE_GRID * IMAGE_GRID], struct image_digest *out)
{
	struct rows rows;
	int32_t c[IMAGE_DIGEST_BITS];
	struct image_digest d = {.bits = {0}};
	size_t clear = 0;
	pthread_once(&wave_once, make_waves);
	transform_rows(grid, &rows);
	lowest(&rows, c);
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
