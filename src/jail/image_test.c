/* image_test.c - images of every format, whole, cut, hostile, through the jailed child; and children that misbehave. The images
 * are written here; this program re-executes itself as the server. */
#include "base/test.h"

#include <gif_lib.h>
#include <jpeglib.h>
#include <png.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "jail/qr_samples.h"
#include "jail/decode.h"
#include "jail/frame.h"
#include "jail/image.h"
#include "jail/jail.h"

enum { W = 200, H = 120, NEAR = 24, USUAL = -1, SOON = 500, USUAL_MS = 120000, CODE = 1000 };
static struct arena memory;
static struct images *images;

/* ---- writing images ---- */

/* A QR code on about half of the width. */
static void draw_code(uint8_t *p, uint32_t w, uint32_t h)
{
	uint32_t module = w / 60;
	for (uint32_t y = 0; y < h; y++)
		for (uint32_t x = 0; x < w; x++)
			p[(size_t)y * w + x] =
				qr_sample_at(QR_URL, qr_sample_size(QR_URL), (int)(x / module) - 8, (int)(y / module) - 12);
}

/* Pixels 0 or 1: blocks on a ground, as drawn by which, or a code. */
static uint8_t *picture(unsigned which, uint32_t w, uint32_t h)
{
	uint8_t *p = arena_zalloc(&memory, (size_t)w * h, 1);
	assert_non_null(p);
	if (which == CODE) {
		draw_code(p, w, h);
		return p;
	}
	uint64_t z = which * 0x9e3779b97f4a7c15u + 1;
	for (unsigned block = 0; block < 60; block++) {
		z = (z ^ z >> 29) * 0xbf58476d1ce4e5b9u;
		uint32_t x = (uint32_t)(z >> 40) % 1000 * w * 9 / 10000, y = (uint32_t)(z >> 20) % 1000 * h * 9 / 10000;
		for (uint32_t k = y; k < y + h / 14; k++)
			memset(p + (size_t)k * w + x, block % 3 != 0, w / 12);
	}
	return p;
}

static int on_gif(GifFileType *g, const GifByteType *p, int n)
{
	buf_add(g->UserData, str_make(p, (size_t)n));
	return n;
}

struct frame_spec {
	unsigned which;
	uint32_t left, top, w, h;
	int disposal, transparent;
	bool blank;
};

static struct str gif(uint32_t w, uint32_t h, const struct frame_spec *f, size_t n)
{
	static const GifColorType colours[2] = {{250, 250, 240}, {30, 20, 40}};
	struct buf out;
	int error;
	buf_init_arena(&out, &memory, 8 * MIB);
	GifFileType *g = EGifOpen(&out, on_gif, &error);
	ColorMapObject *map = GifMakeMapObject(2, colours);
	EGifSetGifVersion(g, true);
	assert_int_equal(EGifPutScreenDesc(g, (int)w, (int)h, 1, 0, map), GIF_OK);
	for (size_t i = 0; i < n; i++) {
		GraphicsControlBlock control = {f[i].disposal, false, 10, f[i].transparent};
		GifByteType block[4];
		EGifGCBToExtension(&control, block);
		EGifPutExtension(g, GRAPHICS_EXT_FUNC_CODE, sizeof block, block);
		assert_int_equal(EGifPutImageDesc(g, (int)f[i].left, (int)f[i].top, (int)f[i].w, (int)f[i].h, false, NULL), GIF_OK);
		uint8_t *p = picture(f[i].which, f[i].w, f[i].h);
		for (uint32_t y = 0; y < f[i].h; y++) {
			if (f[i].blank)
				memset(p + (size_t)y * f[i].w, 0, f[i].w);
			assert_int_equal(EGifPutLine(g, p + (size_t)y * f[i].w, (int)f[i].w), GIF_OK);
		}
	}
	EGifCloseFile(g, &error);
	GifFreeMapObject(map);
	return buf_str(&out);
}

static struct str gif_of(unsigned which, uint32_t w, uint32_t h)
{
	return gif(w, h, &(struct frame_spec){.which = which, .w = w, .h = h, .transparent = NO_TRANSPARENT_COLOR}, 1);
}

static void on_png(png_structp png, png_bytep p, size_t n)
{
	buf_add(png_get_io_ptr(png), str_make(p, n));
}

static void on_flush(png_structp png)
{
	(void)png;
}

static void on_png_error(png_structp png, png_const_charp text)
{
	(void)png;
	fprintf(stderr, "%s\n", text);
	abort();
}

static struct str png(unsigned which, uint32_t w, uint32_t h, int type, bool interlaced)
{
	struct buf out;
	uint8_t *p = picture(which, w, h), *row = arena_alloc(&memory, 8 * (size_t)w);
	size_t channels = type == PNG_COLOR_TYPE_RGB_ALPHA ? 4 : type == PNG_COLOR_TYPE_RGB ? 3 : 1;
	buf_init_arena(&out, &memory, 8 * MIB);
	png_structp g = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_png_error, NULL);
	png_infop info = png_create_info_struct(g);
	png_set_write_fn(g, &out, on_png, on_flush);
	png_set_IHDR(g, info, w, h, 8, type, interlaced, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	if (type == PNG_COLOR_TYPE_PALETTE)
		png_set_PLTE(g, info, (png_color[]){{250, 250, 240}, {30, 20, 40}}, 2);
	png_write_info(g, info);
	int passes = png_set_interlace_handling(g);
	for (int pass = 0; pass < passes; pass++)
		for (uint32_t y = 0; y < h; y++) {
			for (uint32_t x = 0; x < w; x++)
				for (size_t c = 0; c < channels; c++) {
					uint8_t ink = p[(size_t)y * w + x];
					/* with alpha: black everywhere, the ground transparent */
					row[x * channels + c] = type == PNG_COLOR_TYPE_PALETTE ? ink
					                        : channels == 4                ? (c == 3 && ink ? 255 : 0)
					                        : ink                          ? 20
					                                                       : 250;
				}
			png_write_row(g, row);
		}
	png_write_end(g, info);
	png_destroy_write_struct(&g, &info);
	return buf_str(&out);
}

/* scans: 0 for a baseline file, USUAL or a number of them for a progressive one. */
static struct str jpeg(unsigned which, uint32_t w, uint32_t h, int scans)
{
	struct jpeg_compress_struct j = {0};
	struct jpeg_error_mgr errors;
	unsigned char *mem = NULL;
	unsigned long n = 0;
	uint8_t *p = picture(which, w, h);
	static jpeg_scan_info script[600];
	j.err = jpeg_std_error(&errors);
	jpeg_create_compress(&j);
	jpeg_mem_dest(&j, &mem, &n);
	j.image_width = w;
	j.image_height = h;
	j.input_components = 1;
	j.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&j);
	if (scans == USUAL)
		jpeg_simple_progression(&j);
	else if (scans) {
		script[0] = (jpeg_scan_info){1, {0}, 0, 0, 0, 0};
		for (int i = 1; i < scans; i++) /* each a bit of one frequency */
			script[i] = (jpeg_scan_info){
				1, {0}, 1 + (i - 1) / 9, 1 + (i - 1) / 9, (i - 1) % 9 ? 9 - (i - 1) % 9 : 0, 8 - (i - 1) % 9};
		j.scan_info = script;
		j.num_scans = scans;
	}
	jpeg_start_compress(&j, TRUE);
	while (j.next_scanline < h) {
		uint8_t *row = p + (size_t)j.next_scanline * w;
		for (uint32_t x = 0; x < w; x++)
			row[x] = row[x] ? 20 : 250;
		jpeg_write_scanlines(&j, &row, 1);
	}
	jpeg_finish_compress(&j);
	struct str out = arena_dup(&memory, str_make(mem, n));
	jpeg_destroy_compress(&j);
	free(mem);
	return out;
}

/* ---- looking at them ---- */

static struct image_look look(struct str file)
{
	struct image_look l;
	uint8_t digest[SHA256_BYTES];
	uint8_t *copy = test_copy(file);
	sha256(file, digest);
	images_look(images, str_make(copy, file.n), digest, &l);
	mem_free(copy);
	return l;
}

/* In this process: for many small files. */
static struct image_look look_here(struct str file)
{
	struct image_look l;
	uint8_t *copy = test_copy(file);
	decode_image(str_make(copy, file.n), &decode_caps, &l);
	mem_free(copy);
	return l;
}

static void test_formats(void **state)
{
	(void)state;
	const struct str files[] = {gif_of(1, W, H), png(1, W, H, PNG_COLOR_TYPE_RGB, false),
		png(1, W, H, PNG_COLOR_TYPE_GRAY, true), png(1, W, H, PNG_COLOR_TYPE_PALETTE, true),
		png(1, W, H, PNG_COLOR_TYPE_RGB_ALPHA, false), jpeg(1, W, H, 0), jpeg(1, W, H, USUAL), gif_of(1, 2 * W, 2 * H),
		jpeg(1, 10 * W, 10 * H, 0)};
	struct image_look first = look(files[0]), other = look(gif_of(2, W, H));
	for (size_t i = 0; i < COUNT(files); i++) {
		struct image_look l = look(files[i]), here = look_here(files[i]);
		assert_int_equal(l.state, IMAGE_LOOK);
		assert_int_equal(l.damaged, 0);
		assert_int_equal(l.width, i < 7 ? W : i < 8 ? 2 * W : 10 * W);
		assert_int_equal(l.height, i < 7 ? H : i < 8 ? 2 * H : 10 * H);
		assert_in_range(image_digest_distance(&l.digest, &first.digest), 0, NEAR);
		assert_in_range(image_digest_distance(&l.digest, &other.digest), IMAGE_DIGEST_NEAR + 1, IMAGE_DIGEST_BITS);
		assert_memory_equal(&l, &here, sizeof l);
	}
}

/* In every format, when asked for again, in one frame of several, and where a JPEG is decoded at a fraction of its size. */
static void test_codes(void **state)
{
	(void)state;
	enum { SIDE = 260, NONE = NO_TRANSPARENT_COLOR };
	const struct frame_spec flash[] = {{.w = SIDE, .h = SIDE, .transparent = NONE, .blank = true},
		{CODE, 0, 0, SIDE, SIDE, 0, NONE, false}, {1, 0, 0, SIDE, SIDE, 0, NONE, false}};
	const struct str files[] = {gif_of(CODE, SIDE, SIDE), png(CODE, SIDE, SIDE, PNG_COLOR_TYPE_PALETTE, true),
		png(CODE, SIDE, SIDE, PNG_COLOR_TYPE_RGB_ALPHA, false), jpeg(CODE, SIDE, SIDE, 0),
		jpeg(CODE, SIDE, 4 * SIDE, USUAL), jpeg(CODE, 6 * SIDE, 6 * SIDE, 0), gif(SIDE, SIDE, flash, COUNT(flash))};
	for (size_t i = 0; i < 2 * COUNT(files); i++) {
		struct image_look l = look(files[i / 2]), here = look_here(files[i / 2]);
		struct str text = S("");
		size_t at = 0;
		qr_next(&l.codes, &at, &text);
		assert_same(text, S(QR_URL_TEXT), S(QR_URL_TEXT));
		assert_false(qr_next(&l.codes, &at, &text));
		assert_memory_equal(&l, &here, sizeof l);
	}
	assert_int_equal(look(gif_of(1, W, H)).codes.n, 0);
}

static void test_nothing_to_see(void **state)
{
	(void)state;
	struct frame_spec blank = {.w = W, .h = H, .transparent = NO_TRANSPARENT_COLOR, .blank = true};
	assert_int_equal(look(gif(W, H, &blank, 1)).state, IMAGE_PLAIN);
	assert_int_equal(look(png(1, 1, 1, PNG_COLOR_TYPE_GRAY, false)).state, IMAGE_PLAIN);
	assert_int_equal(look(jpeg(1, 300, 15, 0)).state, IMAGE_PLAIN);
	assert_int_equal(look_here(jpeg(1, 300, 15, 0)).state, IMAGE_PLAIN);
	assert_int_equal(look(S("")).state, IMAGE_NOTHING);
	assert_int_equal(look(S("BM and what follows")).state, IMAGE_NOTHING);
	assert_int_equal(look(S("GIF89a")).state, IMAGE_PLAIN);
	assert_int_equal(look_here(S("GIF89a")).state, IMAGE_NOTHING);
}

/* Blocks with speckles of all colours: strings of many lengths, a table that is full and emptied again. */
static struct str gif_speckled(int bits, uint32_t w, uint32_t h, unsigned every, bool interlaced)
{
	GifColorType colours[256];
	struct buf out;
	int error;
	uint8_t *p = picture((unsigned)bits, w, h);
	uint64_t z = every;
	for (size_t i = 0; i < (size_t)w * h; i++) {
		z = z * 6364136223846793005u + 1442695040888963407u;
		if ((z >> 40) % every == 0)
			p[i] = (uint8_t)((z >> 50) % (1u << bits));
	}
	for (int i = 0; i < 256; i++)
		colours[i] = (GifColorType){(uint8_t)(255 - 255 * i / ((1 << bits) - 1)), (uint8_t)(i * 37), (uint8_t)(i * 91)};
	buf_init_arena(&out, &memory, 8 * MIB);
	GifFileType *g = EGifOpen(&out, on_gif, &error);
	ColorMapObject *map = GifMakeMapObject(1 << bits, colours);
	assert_int_equal(EGifPutScreenDesc(g, (int)w, (int)h, 8, 0, map), GIF_OK);
	assert_int_equal(EGifPutImageDesc(g, 0, 0, (int)w, (int)h, interlaced, NULL), GIF_OK);
	for (uint32_t pass = 0; pass < (interlaced ? 4 : 1); pass++)
		for (uint32_t y = interlaced ? "\0\4\2\1"[pass] : 0; y < h; y += interlaced ? "\10\10\4\2"[pass] : 1)
			assert_int_equal(EGifPutLine(g, p + (size_t)y * w, (int)w), GIF_OK);
	EGifCloseFile(g, &error);
	GifFreeMapObject(map);
	return buf_str(&out);
}

static int from_str(GifFileType *g, GifByteType *p, int n)
{
	struct str *rest = g->UserData;
	struct str s = str_first(*rest, (size_t)n);
	memcpy(p, s.p, s.n);
	*rest = str_from(*rest, s.n);
	return (int)s.n;
}

/* The digest of the only frame as giflib unpacks it by itself. */
static struct image_digest slurped(struct str file)
{
	uint16_t grid[IMAGE_GRID * IMAGE_GRID];
	struct image_digest d;
	GifFileType *g = DGifOpen(&file, from_str, NULL);
	assert_int_equal(DGifSlurp(g), GIF_OK);
	size_t n = (size_t)g->SWidth * (size_t)g->SHeight;
	uint8_t *grey = mem_alloc(n);
	for (size_t i = 0; i < n; i++) {
		const GifColorType *c = &g->SColorMap->Colors[g->SavedImages[0].RasterBits[i]];
		grey[i] = (uint8_t)((c->Red * 299 + c->Green * 587 + c->Blue * 114) / 1000);
	}
	image_grid(grey, (uint32_t)g->SWidth, (uint32_t)g->SHeight, (size_t)g->SWidth, grid);
	assert_true(image_digest_of(grid, &d));
	mem_free(grey);
	DGifCloseFile(g, NULL);
	return d;
}

static void test_gif_as_giflib_has_it(void **state)
{
	(void)state;
	static const unsigned every[] = {2, 7, 50, 1000, 100000};
	for (int bits = 1; bits <= 8; bits++)
		for (size_t i = 0; i < 2 * COUNT(every); i++) {
			struct str file = gif_speckled(bits, 211 + (uint32_t)bits, 173 + (uint32_t)i, every[i / 2], i % 2);
			struct image_look l = look_here(file);
			struct image_digest d = slurped(file);
			assert_int_equal(l.state, IMAGE_LOOK);
			assert_int_equal(l.damaged, 0);
			assert_int_equal(image_digest_distance(&l.digest, &d), 0);
		}
}

/* The offer stands in one frame of several; is built up over frames; is shown and taken away. */
static void test_animations(void **state)
{
	(void)state;
	enum { NONE = NO_TRANSPARENT_COLOR };
	const struct frame_spec hidden[] = {{.w = W, .h = H, .transparent = NONE, .blank = true}, {1, 0, 0, W, H, 0, NONE, false},
		{.w = W, .h = H, .transparent = NONE, .blank = true}};
	const struct frame_spec back[] = {
		{1, 0, 0, W, H, DISPOSE_BACKGROUND, NONE, false}, {.w = 20, .h = 20, .transparent = NONE, .blank = true}};
	const struct frame_spec over[] = {{1, 0, 0, W, H, DISPOSE_DO_NOT, NONE, false},
		{.w = W, .h = H, .transparent = 0, .disposal = DISPOSE_PREVIOUS, .blank = true}};
	const struct frame_spec far[] = {{1, 0, 0, W, H, 0, NONE, false}, {2, 60000, 60000, 30, 30, 0, NONE, false}};
	struct image_look plain = look(gif_of(1, W, H));
	struct str files[] = {gif(W, H, hidden, COUNT(hidden)), gif(W, H, back, COUNT(back)), gif(W, H, over, COUNT(over)),
		gif(W, H, far, COUNT(far)), gif(1, 1, far, 1)};
	for (size_t i = 0; i < COUNT(files); i++) {
		struct image_look l = look(files[i]);
		assert_int_equal(l.state, IMAGE_LOOK);
		assert_int_equal(l.damaged, 0);
		assert_int_equal(image_digest_distance(&l.digest, &plain.digest), 0);
	}
}

/* Every beginning of a small file of each format, and each byte of it changed. */
static void test_cut_and_changed(void **state)
{
	(void)state;
	struct str files[] = {
		gif_of(1, 40, 24), png(1, 40, 24, PNG_COLOR_TYPE_PALETTE, true), jpeg(1, 40, 24, 0), jpeg(1, 40, 24, USUAL)};
	for (size_t i = 0; i < COUNT(files); i++) {
		assert_int_equal(look_here(files[i]).damaged, 0);
		for (size_t n = 0; n < files[i].n; n++) {
			struct image_look l = look_here(str_first(files[i], n));
			assert_in_range(l.state, IMAGE_LOOK, IMAGE_NOTHING);
			uint8_t *copy = test_copy(files[i]);
			for (int bit = 0; bit < 8; bit += 3) {
				copy[n] ^= (uint8_t)(1 << bit);
				l = look_here(str_make(copy, files[i].n));
				assert_in_range(l.state, IMAGE_LOOK, IMAGE_CAP);
				copy[n] ^= (uint8_t)(1 << bit);
			}
			mem_free(copy);
		}
		struct image_look half = look_here(str_first(files[i], files[i].n / 2));
		assert_true(half.damaged);
	}
}

/* Ends server and children. CPU time of all that have ended; the clock on the wall tells of other programs. */
static double seconds_spent(void)
{
	struct rusage u;
	images_del(images);
	images = NULL;
	getrusage(RUSAGE_CHILDREN, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6;
}

static double start_anew(void)
{
	struct err err = {0};
	double before = seconds_spent();
	assert_int_equal(images_new(&images, &err), 0);
	return before;
}

static struct str png_header(uint32_t w, uint32_t h)
{
	struct str p = png(1, 16, 16, PNG_COLOR_TYPE_GRAY, false);
	uint8_t *q = test_copy(p), *at = q + 16;
	for (int i = 0; i < 4; i++) {
		at[i] = (uint8_t)(w >> (24 - 8 * i));
		at[4 + i] = (uint8_t)(h >> (24 - 8 * i));
	}
	struct str out = arena_dup(&memory, str_make(q, p.n)); /* the check sum is wrong: it is only looked at */
	mem_free(q);
	return out;
}

/* One frame of a GIF, a million times. */
static struct str gif_of_frames(size_t frames)
{
	struct frame_spec f[2] = {
		{1, 0, 0, W, H, 0, NO_TRANSPARENT_COLOR, false}, {3, 0, 0, 20, 20, 0, NO_TRANSPARENT_COLOR, false}};
	struct str one = gif(W, H, f, 1), two = gif(W, H, f, 2);
	struct str frame = str_make(two.p + one.n - 1, two.n - one.n);
	struct buf out;
	buf_init_arena(&out, &memory, LIM_IMAGE_BYTES);
	buf_add(&out, str_first(one, one.n - 1));
	for (size_t i = 0; i < frames && out.n + frame.n < LIM_IMAGE_BYTES; i++)
		buf_add(&out, frame);
	buf_byte(&out, ';');
	return buf_str(&out);
}

static void test_bombs(void **state)
{
	(void)state;
	double before = start_anew();
	assert_int_equal(look(png_header(30000, 30000)).state, IMAGE_CAP);
	assert_int_equal(look(png_header(0x7FFFFFFF, 0x7FFFFFFF)).state, IMAGE_CAP);
	assert_int_equal(look(png_header(2000000, 16)).state, IMAGE_CAP);
	struct frame_spec wide = {1, 0, 0, 60000, 200, 0, NO_TRANSPARENT_COLOR, false};
	assert_int_equal(look(gif(65000, 65000, &wide, 1)).state, IMAGE_CAP);
	assert_int_equal(look(gif_of_frames(1000000)).state, IMAGE_LOOK);
	assert_int_equal(look(jpeg(1, 3000, 3000, 400)).state, IMAGE_CAP);
	assert_int_equal(look(jpeg(1, 3000, 3000, USUAL)).state, IMAGE_LOOK);
	assert_int_equal(images_count(images).broke, 0);
	double spent = seconds_spent() - before;
	assert_true(JAIL_RELAXED || spent < 60);
}

/* A child that breaks costs the image it had; and each image only once. */
static void test_bad_children(void **state)
{
	(void)state;
	for (enum image_test what = IMAGE_TEST_CRASH; what <= IMAGE_TEST_DRAWL; what++) {
		struct str a = gif_of(100 + what, W, H), b = gif_of(200 + what, W, H);
		uint64_t broke = images_count(images).broke;
		images_test(images, what, what == IMAGE_TEST_HANG || what == IMAGE_TEST_DRAWL ? SOON : USUAL_MS);
		assert_int_equal(look(a).state, IMAGE_BROKE);
		assert_int_equal(look(b).state, IMAGE_LOOK);
		assert_int_equal(look(a).state, IMAGE_BROKE);
		assert_int_equal(images_count(images).broke, broke + 1);
	}
}

static void expect_all(const struct str *files, size_t n)
{
	struct image_question q[IMAGES_AT_ONCE];
	for (size_t i = 0; i < n; i++) {
		q[i] = (struct image_question){.bytes = str_make(test_copy(files[i]), files[i].n)};
		sha256(files[i], q[i].digest);
	}
	images_look_all(images, q, n);
	for (size_t i = 0; i < n; i++) {
		struct image_look one = look_here(files[i]);
		assert_int_equal(q[i].look.state, one.state);
		assert_memory_equal(&q[i].look.digest, &one.digest, sizeof one.digest);
		mem_free((void *)(uintptr_t)q[i].bytes.p);
	}
}

/* Many at once, with some that come twice or are known; and a child that breaks over them: nothing is lost by that. */
static void test_at_once(void **state)
{
	(void)state;
	struct str files[IMAGES_AT_ONCE];
	for (enum image_test what = IMAGE_TEST_NONE; what <= IMAGE_TEST_QUIT; what++) {
		images_test(images, what, what == IMAGE_TEST_HANG ? SOON : USUAL_MS);
		for (unsigned i = 0; i < IMAGES_AT_ONCE; i++)
			files[i] = gif_of(400 + what * 100 + i / 2, W + i / 4, H);
		files[5] = str_first(files[5], files[5].n / 2);
		files[7] = str_first(files[7], 200);
		expect_all(files, IMAGES_AT_ONCE);
		expect_all(files + 3, IMAGES_AT_ONCE - 3);
		assert_int_equal(images_count(images).broke, 0);
		images_test(images, IMAGE_TEST_NONE, USUAL_MS);
	}
	expect_all(files, 0);
}

/* A child that had answered before is gone: the image gets another. */
static void test_gone_between(void **state)
{
	(void)state;
	images_test(images, IMAGE_TEST_QUIT, USUAL_MS);
	assert_int_equal(look(gif_of(300, W, H)).state, IMAGE_LOOK);
	assert_int_equal(look(gif_of(301, W, H)).state, IMAGE_LOOK);
	assert_int_equal(look(gif_of(301, W, H)).state, IMAGE_LOOK);
	assert_int_equal(images_count(images).broke, 0);
	assert_int_equal(images_count(images).asked, 3);
	assert_int_equal(images_count(images).decoded, 2);
}

/* At the end no child works on (its CPU limit is 20 s), and the time of all was counted. A busy machine gives it little of that. */
static void test_end(void **state)
{
	(void)state;
	double spent = 0;
	for (int ms = 500; ms < 60000 && spent < 0.1; ms *= 2) {
		double before = start_anew();
		images_test(images, IMAGE_TEST_HANG, ms);
		assert_int_equal(look(gif_of(1, W, H)).state, IMAGE_BROKE);
		spent = seconds_spent() - before;
	}
	assert_true(spent >= 0.1 && spent < 15);
}

/* A server that was killed costs the image that it had; another takes its place. */
static void test_server_gone(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		images_test(images, IMAGE_TEST_NO_SERVER, USUAL_MS);
		assert_int_equal(look(gif_of(500 + i, W, H)).state, IMAGE_BROKE);
		assert_int_equal(look(gif_of(600 + i, W, H)).state, IMAGE_LOOK);
		assert_int_equal(images_count(images).broke, i + 1);
	}
	assert_null(images_count(images).problem);
}

static void *many(void *arg)
{
	struct str *file = arg;
	struct image_look l = {.state = IMAGE_LOOK};
	uint8_t digest[SHA256_BYTES];
	sha256(*file, digest);
	for (int i = 0; i < 40 && l.state == IMAGE_LOOK; i++) {
		digest[0] = (uint8_t)i; /* as if it were another */
		images_look(images, *file, digest, &l);
	}
	return l.state == IMAGE_LOOK ? NULL : arg;
}

static void test_threads(void **state)
{
	(void)state;
	struct str files[4];
	pthread_t threads[COUNT(files)];
	for (unsigned i = 0; i < COUNT(files); i++)
		files[i] = gif_of(i, W, H);
	for (unsigned i = 0; i < COUNT(files); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, many, &files[i]), 0);
	for (unsigned i = 0; i < COUNT(files); i++) {
		void *bad;
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	struct str file = gif_of(1, W, H);
	for (long n = 0;; n++) {
		struct images *m;
		struct err err = {0};
		struct image_look l;
		uint8_t digest[SHA256_BYTES] = {1};
		mem_fail_from(n);
		int rc = images_new(&m, &err);
		if (rc == 0)
			images_look(m, file, digest, &l);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(rc == 0 || hit);
		images_del(m);
		decode_image(file, &decode_caps, &l);
		if (!hit)
			break;
	}
	for (long n = 0;; n++) {
		struct image_look l;
		mem_fail_from(n);
		decode_image(file, &decode_caps, &l);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(hit || l.state == IMAGE_LOOK);
		if (!hit)
			break;
	}
}

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	arena_init(&memory, 512 * MIB);
	return images_new(&images, &err);
}

static int teardown(void **state)
{
	(void)state;
	images_del(images);
	arena_free(&memory);
	return 0;
}

int main(int argc, char **argv)
{
	if (jail_main_wanted(argc, argv))
		return jail_main(argc, argv);
	signal(SIGPIPE, SIG_IGN);
#define JAILED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {JAILED(test_formats), JAILED(test_codes), JAILED(test_nothing_to_see),
		JAILED(test_animations), JAILED(test_gif_as_giflib_has_it), JAILED(test_cut_and_changed), JAILED(test_bombs),
		JAILED(test_bad_children), JAILED(test_at_once), JAILED(test_gone_between), JAILED(test_end),
		JAILED(test_server_gone), JAILED(test_threads), JAILED(test_no_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
