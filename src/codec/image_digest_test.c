/* image_digest_test.c - what changes a perceptual digest, what does not, and how far apart unrelated images are. */
#include "base/mem.h"
#include "base/str.h"
#include "base/test.h"
#include "codec/image_digest.h"

enum { SIDE = 400, NEAR = 40 };

struct image {
	uint32_t w, h;
	uint8_t *p;
};

static uint64_t seed;
static uint32_t draw(uint32_t below)
{
	seed += 0x9e3779b97f4a7c15u;
	uint64_t z = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)((z ^ z >> 31) >> 32) % below;
}

static struct image blank(uint32_t w, uint32_t h, uint8_t grey)
{
	struct image i = {w, h, mem_alloc((size_t)w * h)};
	assert_non_null(i.p);
	memset(i.p, grey, (size_t)w * h);
	return i;
}

/* Lines of words of dark letters, as an image that holds an offer has them. */
static struct image page(uint64_t which, uint32_t w, uint32_t h)
{
	struct image i = blank(w, h, 250);
	seed = which;
	for (uint32_t y = 10 + draw(10); y + 12 < h; y += 14 + draw(10))
		for (uint32_t x = 8 + draw(30); x + 30 < w;) {
			uint32_t word = 8 + draw(60);
			for (uint32_t k = 0; k < word && x + k + 8 < w; k++)
				for (uint32_t l = 0; l < 9; l++)
					if (draw(100) < 45)
						i.p[(y + l) * w + x + k] = 20;
			x += word + 6 + (draw(8) ? 0 : draw(90));
		}
	return i;
}

static bool digest(const struct image *i, struct image_digest *out)
{
	uint16_t grid[IMAGE_GRID * IMAGE_GRID];
	image_grid(i->p, i->w, i->h, i->w, grid);
	return image_digest_of(grid, out);
}

static unsigned distance(const struct image *a, const struct image *b)
{
	struct image_digest x, y;
	assert_true(digest(a, &x) && digest(b, &y));
	return image_digest_distance(&x, &y);
}

static struct image scaled(const struct image *a, uint32_t w, uint32_t h)
{
	struct image b = blank(w, h, 0);
	for (uint32_t y = 0; y < h; y++)
		for (uint32_t x = 0; x < w; x++)
			b.p[(size_t)y * w + x] = a->p[(size_t)(y * a->h / h) * a->w + x * a->w / w];
	return b;
}

static struct image framed(const struct image *a, uint32_t left, uint32_t top, uint32_t right, uint32_t bottom)
{
	struct image b = blank(a->w + left + right, a->h + top + bottom, 250);
	for (uint32_t y = 0; y < a->h; y++)
		memcpy(b.p + (size_t)(y + top) * b.w + left, a->p + (size_t)y * a->w, a->w);
	return b;
}

static void test_what_image_spam_does(void **state)
{
	(void)state;
	for (uint64_t which = 1; which <= 10; which++) {
		struct image a = page(which, SIDE, 300), small = scaled(&a, 200, 150), odd = scaled(&a, SIDE + 9, 293);
		struct image frame = framed(&a, 3, 2, 4, 3), speckled = scaled(&a, SIDE, 300), dim = scaled(&a, SIDE, 300);
		for (unsigned k = 0; k < 1200; k++) /* one pixel in a hundred */
			speckled.p[draw(SIDE * 300)] = (uint8_t)draw(256);
		for (size_t k = 0; k < (size_t)SIDE * 300; k++)
			dim.p[k] = (uint8_t)(40 + dim.p[k] * 3 / 5 + draw(3));
		assert_in_range(distance(&a, &small), 0, NEAR);
		assert_in_range(distance(&a, &odd), 0, NEAR);
		assert_in_range(distance(&a, &frame), 0, NEAR);
		assert_in_range(distance(&a, &speckled), 0, NEAR);
		assert_in_range(distance(&a, &dim), 0, NEAR);
		mem_free(a.p), mem_free(small.p), mem_free(odd.p), mem_free(frame.p), mem_free(speckled.p), mem_free(dim.p);
	}
}

static void test_nothing_to_see(void **state)
{
	(void)state;
	struct image_digest d;
	for (int grey = 0; grey < 256; grey += 51) {
		struct image one = blank(1, 1, (uint8_t)grey), bar = blank(600, 2, (uint8_t)grey),
			     wide = blank(300, 200, (uint8_t)grey);
		assert_false(digest(&one, &d) || digest(&bar, &d) || digest(&wide, &d));
		for (size_t y = 0; y < 200; y++) /* one edge; then a gradient */
			memset(wide.p + y * 300, 255 - grey, 100);
		assert_false(digest(&wide, &d));
		for (size_t i = 0; i < 300 * 200; i++)
			wide.p[i] = (uint8_t)(i % 300 * 255 / 300);
		assert_false(digest(&wide, &d));
		mem_free(one.p), mem_free(bar.p), mem_free(wide.p);
	}
}

/* Unrelated pages: half of the bits differ, and never nearly none. */
static void test_random_pairs(void **state)
{
	(void)state;
	enum { PAGES = 60 };
	struct image_digest d[PAGES];
	unsigned least = IMAGE_DIGEST_BITS, sum = 0, pairs = 0;
	for (unsigned i = 0; i < PAGES; i++) {
		struct image a = page(1000 + i, 200 + i, 150 + i % 7 * 20);
		assert_true(digest(&a, &d[i]));
		mem_free(a.p);
	}
	for (unsigned i = 0; i < PAGES; i++)
		for (unsigned k = 0; k < i; k++, pairs++) {
			unsigned n = image_digest_distance(&d[i], &d[k]);
			least = n < least ? n : least;
			sum += n;
		}
	assert_in_range(sum / pairs, 115, 135);
	assert_in_range(least, 2 * NEAR, IMAGE_DIGEST_BITS);
}

/* Any size works; a grid of a smaller image repeats its pixels; means are exact. */
static void test_grid(void **state)
{
	(void)state;
	static const uint32_t sizes[][2] = {{1, 1}, {1, 300}, {65535, 1}, {63, 65}, {64, 64}, {127, 129}, {4000, 3}};
	uint16_t grid[IMAGE_GRID * IMAGE_GRID];
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct image a = blank(sizes[i][0], sizes[i][1], 255);
		image_grid(a.p, a.w, a.h, a.w, grid);
		for (size_t k = 0; k < COUNT(grid); k++)
			assert_int_equal(grid[k], 255 * 16);
		assert_int_equal(image_detail(grid), 0);
		mem_free(a.p);
	}
	struct image two = blank(2, 2, 0);
	two.p[1] = two.p[2] = 200;
	image_grid(two.p, 2, 2, 2, grid);
	assert_int_equal(grid[0], 0);
	assert_int_equal(grid[31], 0);
	assert_int_equal(grid[32], 3200);
	assert_int_equal(grid[IMAGE_GRID * IMAGE_GRID - 1], 0);
	mem_free(two.p);
}

static uint64_t overlap(uint32_t pixel, uint32_t cell, uint32_t pixels)
{
	uint32_t from = pixel * IMAGE_GRID, to = from + IMAGE_GRID, first = cell * pixels, last = first + pixels;
	from = from > first ? from : first;
	to = to < last ? to : last;
	return from < to ? to - from : 0;
}

/* One cell, pixel by pixel. */
static uint64_t cell_of(const struct image *a, uint32_t cx, uint32_t cy)
{
	uint64_t sum = 0;
	for (uint32_t y = cy * a->h / IMAGE_GRID; y < a->h && y * IMAGE_GRID < (cy + 1) * a->h; y++)
		for (uint32_t x = cx * a->w / IMAGE_GRID; x < a->w && x * IMAGE_GRID < (cx + 1) * a->w; x++)
			sum += a->p[(size_t)y * a->w + x] * overlap(x, cx, a->w) * overlap(y, cy, a->h);
	return sum * 16 / ((uint64_t)a->w * a->h);
}

/* Up to 4096 columns are summed at once, more of them part by part. */
static void test_wide_grid(void **state)
{
	(void)state;
	static const uint32_t sizes[][2] = {
		{65535, 2}, {65535, 70}, {4095, 9}, {4097, 65}, {5000, 130}, {100, 65}, {3, 5000}, {7, 7}};
	uint16_t grid[IMAGE_GRID * IMAGE_GRID];
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct image a = blank(sizes[i][0], sizes[i][1], 0);
		for (size_t k = 0; k < (size_t)a.w * a.h; k++)
			a.p[k] = (uint8_t)draw(256);
		image_grid(a.p, a.w, a.h, a.w, grid);
		for (uint32_t k = 0; k < COUNT(grid); k++)
			assert_int_equal(grid[k], cell_of(&a, k % IMAGE_GRID, k / IMAGE_GRID));
		mem_free(a.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_image_spam_does),
		cmocka_unit_test(test_nothing_to_see),
		cmocka_unit_test(test_random_pairs),
		cmocka_unit_test(test_grid),
		cmocka_unit_test(test_wide_grid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
