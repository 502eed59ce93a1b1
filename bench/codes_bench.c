/* codes_bench [SEED...]: how many of 700 invented QR codes are read, by kind [read, made]; one JSON line a seed. Then one with the codes of all versions
 * and levels that are read, and the processor time that hostile pictures take, in ms. Codes are made by qrencode.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jpeglib.h>

#include "base/mem.h"
#include "campaign/shingle.h"
#include "jail/qr.h"

enum { CODES = 700, ROOM = 4096, SIDE = 1000, MODULES = 177, MARGIN = 4, URL_ROOM = 200, POINTS = 4, VERSIONS = 40 };

static uint8_t grey[ROOM * ROOM], other[SIDE * SIDE];
static uint64_t state;

/* codes_zxing.cpp: whether a code that says text is found, dark on light or the other way round. */
bool zxing_finds(const uint8_t *pixels, uint32_t width, uint32_t height, const char *text, bool inverted);

static uint64_t next_random(void)
{
	return mix64(state += 0x9e3779b97f4a7c15u);
}

static double between(double a, double b)
{
	return a + (b - a) * (double)(next_random() >> 11) * 0x1p-53;
}

static unsigned below(unsigned n)
{
	return (unsigned)(next_random() % n);
}

static double cpu_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- codes ---- */

struct code {
	char text[URL_ROOM];
	int size;
	bool dark[MODULES][MODULES];
};

static void invent_url(char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_=&%/";
	size_t n = 30 + below(141), at = (size_t)sprintf(text, "https://%c%c%c.example/", 'a' + (int)below(26),
					    'a' + (int)below(26), 'a' + (int)below(26));
	for (; at < n; at++)
		text[at] = letters[below(sizeof letters - 1)];
	text[at] = 0;
}

/* qrencode's rows: two characters a module. */
static void encode(struct code *c, const char *options)
{
	char command[URL_ROOM + 100], line[2 * MODULES + 4];
	snprintf(command, sizeof command, "qrencode -t ASCII -m 0 %s -o - -- '%s'", options, c->text);
	FILE *f = popen(command, "r");
	must(f);
	for (c->size = 0; c->size < MODULES && fgets(line, sizeof line, f); c->size++)
		for (int x = 0; x < MODULES && line[2 * x] >= ' '; x++)
			c->dark[c->size][x] = line[2 * x] == '#';
	must(pclose(f) == 0 && c->size >= 21);
}

/* ---- how they are drawn ---- */

enum kind { DRAWN, RESIZED, JPEG, PAGE, SMALL, TURNED, COLOURED, PALE, NOISY, LOGO, MIRRORED, LIGHT, SLANTED, BLURRED, KINDS };
static const char *const kind_names[KINDS] = {"drawn", "resized", "jpeg", "page", "small_in_page", "turned", "coloured", "pale",
	"noise", "logo", "mirrored", "light_on_dark", "slanted", "blurred"};

struct drawing {
	const struct code *code;
	double module, degrees, x, y, lean_x, lean_y;
	uint32_t width, height;
	uint8_t ink, paper;
	bool mirrored;
};

static uint8_t shade(const struct drawing *d, double px, double py, uint8_t around)
{
	double turn = d->degrees * M_PI / 180, size = d->code->size, dx = px - d->x, dy = py - d->y;
	double u = (dx * cos(turn) + dy * sin(turn)) / d->module, v = (dy * cos(turn) - dx * sin(turn)) / d->module;
	double far = 1 + d->lean_x * u / size + d->lean_y * v / size;
	u = u * far * (d->mirrored ? -1 : 1) + size / 2;
	v = v * far + size / 2;
	if (u < -MARGIN || v < -MARGIN || u >= size + MARGIN || v >= size + MARGIN)
		return around;
	return u >= 0 && v >= 0 && u < size && v < size && d->code->dark[(int)v][(int)u] ? d->ink : d->paper;
}

static void draw(const struct drawing *d)
{
	for (uint32_t y = 0; y < d->height; y++)
		for (uint32_t x = 0; x < d->width; x++) {
			uint8_t *p = grey + (size_t)y * d->width + x;
			unsigned sum = 0;
			for (int i = 0; i < POINTS * POINTS; i++)
				sum += shade(d, x + (i % POINTS + 0.5) / POINTS, y + (i / POINTS + 0.5) / POINTS, *p);
			*p = (uint8_t)(sum / (POINTS * POINTS));
		}
}

/* Lines of words of letters, each some strokes. */
static void write_page(uint32_t width, uint32_t height, uint8_t ink)
{
	uint32_t tall = 7 + below(8);
	for (uint32_t top = tall; top + 2 * tall < height; top += 2 * tall)
		for (uint32_t left = tall; left + 2 * tall < width - below(width / 3); left += tall) {
			if (below(6) == 0)
				continue;
			for (unsigned k = 0; k < 3; k++) {
				uint32_t from = below(tall), to = below(tall);
				for (uint32_t i = 0; i < tall; i++) {
					uint32_t y = k % 2 ? i : from, x = k % 2 ? to * 2 / 3 : i * 2 / 3;
					grey[(size_t)(top + y) * width + left + x] = ink;
				}
			}
		}
}

static void jpeg_both_ways(uint32_t width, uint32_t height, int quality)
{
	struct jpeg_error_mgr errors;
	struct jpeg_compress_struct c = {.err = jpeg_std_error(&errors)};
	struct jpeg_decompress_struct d = {.err = &errors};
	uint8_t *file = NULL;
	unsigned long n = 0;
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &file, &n);
	c.image_width = width;
	c.image_height = height;
	c.input_components = 1;
	c.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, quality, TRUE);
	jpeg_start_compress(&c, TRUE);
	for (JSAMPROW row; c.next_scanline < height;) {
		row = grey + (size_t)c.next_scanline * width;
		jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	jpeg_create_decompress(&d);
	jpeg_mem_src(&d, file, n);
	jpeg_read_header(&d, TRUE);
	jpeg_start_decompress(&d);
	for (JSAMPROW row; d.output_scanline < height;) {
		row = grey + (size_t)d.output_scanline * width;
		jpeg_read_scanlines(&d, &row, 1);
	}
	jpeg_destroy_decompress(&d);
	free(file);
}

/* A Gaussian of so many pixels, along rows and columns in turn. */
static void blur(uint32_t width, uint32_t height, double sigma)
{
	for (int turn = 0; turn < 2; turn++) {
		int64_t step = turn ? width : 1, reach = (int64_t)ceil(3 * sigma);
		memcpy(other, grey, (size_t)width * height);
		for (int64_t i = 0; i < (int64_t)width * height; i++) {
			double sum = 0, all = 0;
			for (int64_t k = -reach; k <= reach; k++) {
				int64_t at = i + k * step;
				if (at < 0 || at >= (int64_t)width * height || (!turn && at / width != i / width))
					continue;
				double weight = exp(-(double)(k * k) / (2 * sigma * sigma));
				sum += weight * other[at];
				all += weight;
			}
			grey[i] = (uint8_t)lround(sum / all);
		}
	}
}

static void spoil(enum kind kind, const struct drawing *d)
{
	size_t n = (size_t)d->width * d->height;
	double reach = d->code->size * d->module * between(0.08, 0.14);
	if (kind == JPEG || (kind >= TURNED && below(3) == 0))
		jpeg_both_ways(d->width, d->height, 20 + (int)below(56));
	if (kind == BLURRED)
		blur(d->width, d->height, d->module * between(0.2, 0.5));
	for (size_t i = 0; i < n && kind == NOISY; i++)
		grey[i] = (uint8_t)fmin(255, fmax(0, grey[i] + between(-60, 60) + (below(200) == 0 ? between(-255, 255) : 0)));
	for (size_t i = 0; i < n && kind == LOGO; i++)
		if (fabs((double)(i % d->width) - d->x) < reach && fabs((double)(i / d->width) - d->y) < reach)
			grey[i] = (uint8_t)(128 + (i / 7 + i / d->width / 5) % 90);
}

/* Draws a code of a kind; its text is in c. */
static struct drawing invent(enum kind kind, struct code *c)
{
	static const char *const levels[] = {"-8 -l L", "-8 -l M", "-8 -l Q"};
	invent_url(c->text);
	encode(c, levels[kind == LOGO ? 2 : below(3)]);
	struct drawing d = {.code = c, .module = 2 + below(7), .paper = 255};
	bool page = kind == PAGE || kind == SMALL;
	if (kind == RESIZED)
		d.module = between(2, 8);
	if (kind == SMALL)
		d.module = 2 + below(2);
	while (d.module * (c->size + 2 * MARGIN) > (page ? 500 : 640))
		d.module--;
	double side = d.module * (c->size + 2 * MARGIN) * (kind == TURNED ? 1.42 : kind == SLANTED ? 1.15 : 1);
	d.width = d.height = (uint32_t)side + 2;
	d.x = d.y = d.module * (c->size / 2.0 + MARGIN);
	if (page) {
		d.width = d.height = 700 + below(200);
		d.x = floor(between(side / 2, d.width - side / 2)), d.y = floor(between(side / 2, d.height - side / 2));
		if (c->size % 2 && (int)d.module % 2)
			d.x += 0.5, d.y += 0.5;
	}
	if (kind == TURNED || kind == SLANTED)
		d.x = d.y = d.width / 2.0;
	if (kind == TURNED)
		d.degrees = between(0, 360);
	if (kind == COLOURED)
		d.ink = (uint8_t)below(110), d.paper = (uint8_t)(d.ink + 100 + below(46));
	if (kind == PALE)
		d.ink = (uint8_t)below(210), d.paper = (uint8_t)(d.ink + 45);
	if (kind == LIGHT)
		d.ink = 255, d.paper = (uint8_t)below(100);
	if (kind == SLANTED)
		d.lean_x = between(-0.125, 0.125), d.lean_y = between(-0.125, 0.125);
	d.mirrored = kind == MIRRORED;
	memset(grey, d.paper, (size_t)d.width * d.height);
	if (page)
		write_page(d.width, d.height, d.ink);
	draw(&d);
	spoil(kind, &d);
	return d;
}

/* ---- who reads them ---- */

static bool we_find(uint32_t width, uint32_t height, const char *text)
{
	struct qr_search s = {.tries = 0};
	struct str found = S("");
	size_t at = 0;
	qr_look(&s, grey, width, height);
	qr_next(&s.texts, &at, &found);
	return str_eq(found, str_of(text));
}

static void say(const char *who, const unsigned *read, const unsigned *made)
{
	unsigned all = 0;
	printf(",\"%s\":{", who);
	for (int k = 0; k < KINDS; k++) {
		printf("\"%s\":[%u,%u],", kind_names[k], read[k], made[k]);
		all += read[k];
	}
	printf("\"all\":%u}", all);
}

static void one_seed(uint64_t seed)
{
	static struct code c;
	unsigned made[KINDS] = {0}, ours[KINDS] = {0}, zxing[KINDS] = {0};
	double ms = 0, ms_zxing = 0;
	state = mix64(seed);
	for (int i = 0; i < CODES; i++) {
		enum kind kind = (enum kind)below(KINDS);
		struct drawing d = invent(kind, &c);
		made[kind]++;
		double start = cpu_ms();
		ours[kind] += we_find(d.width, d.height, c.text);
		double end = cpu_ms();
		ms += end - start;
		zxing[kind] +=
			zxing_finds(grey, d.width, d.height, c.text, false) || zxing_finds(grey, d.width, d.height, c.text, true);
		ms_zxing += cpu_ms() - end;
	}
	printf("{\"seed\":%llu,\"ms\":%.2f,\"ms_zxing\":%.2f", (unsigned long long)seed, ms / CODES, ms_zxing / CODES);
	say("ours", ours, made);
	say("zxing", zxing, made);
	printf("}\n");
}

/* ---- all versions ---- */

/* How many of 160 are read, at two pixels a module. */
static int all_versions(void)
{
	static struct code c;
	int read = 0;
	for (int i = 0; i < VERSIONS * 4; i++) {
		char options[40];
		snprintf(options, sizeof options, "-8 -v %d -l %c", i / 4 + 1, "LMQH"[i % 4]);
		snprintf(c.text, sizeof c.text, "%.*s", i / 4 < 3 ? 7 : 40, "a.bc/de?example=of&a=text&of=forty_bytes");
		encode(&c, options);
		struct drawing d = {.code = &c, .module = 2, .paper = 255};
		d.width = d.height = (uint32_t)(2 * (c.size + 2 * MARGIN));
		d.x = d.y = d.width / 2.0;
		memset(grey, d.paper, (size_t)d.width * d.height);
		draw(&d);
		read += we_find(d.width, d.height, c.text);
	}
	return read;
}

/* ---- hostile pictures ---- */

static bool of_finder(uint32_t x, uint32_t y)
{
	if (x > 6 || y > 6)
		return false;
	uint32_t a = x > 3 ? x - 3 : 3 - x, b = y > 3 ? y - 3 : 3 - y, far = a > b ? a : b;
	return far != 2;
}

/* Finder patterns every so many modules, of so many pixels each. */
static void tile_finders(uint32_t width, uint32_t height, uint32_t module, uint32_t pitch)
{
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			grey[(size_t)y * width + x] = of_finder(x / module % pitch, y / module % pitch) ? 0 : 255;
}

/* The largest codes side by side, that cannot be mended: of their right halves, which are read first, so many thousandths of the modules are inverted,
 * of the left ones a third. */
static void tile_codes(uint32_t width, uint32_t height, uint32_t module, unsigned worn)
{
	static struct code c;
	snprintf(c.text, sizeof c.text, "none");
	encode(&c, "-8 -v 40 -l H");
	uint32_t side = (uint32_t)c.size + 2 * MARGIN;
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++) {
			uint32_t u = x / module % side - MARGIN, v = y / module % side - MARGIN, last = (uint32_t)c.size - 9;
			bool dark = u < (uint32_t)c.size && v < (uint32_t)c.size && c.dark[v][u];
			bool wrong = u > 8 && v > 8 && u < last && v < last &&
			             mix64((uint64_t)u << 32 | v) % 1000 < (u > 20 ? worn : 333);
			grey[(size_t)y * width + x] = dark != wrong ? 0 : 255;
		}
}

static void say_time(const char *name, uint32_t width, uint32_t height)
{
	struct qr_search s = {.tries = 0};
	double start = cpu_ms();
	qr_look(&s, grey, width, height);
	printf(",\"%s_%ux%u\":%.1f", name, width, height, cpu_ms() - start);
	must(s.texts.n == 0);
}

static void hostile(void)
{
	static const uint32_t shapes[][2] = {{270, 270}, {1024, 1024}, {ROOM, ROOM}, {UINT16_MAX, 256}, {256, UINT16_MAX}};
	char name[40];
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		uint32_t width = shapes[i][0], height = shapes[i][1];
		for (uint32_t module = 1; module <= 9; module += 2) {
			for (uint32_t pitch = 8; pitch <= 128; pitch *= 2) {
				snprintf(name, sizeof name, "finders_%u_every_%u", module, pitch);
				tile_finders(width, height, module, pitch);
				say_time(name, width, height);
			}
		}
		for (uint32_t module = 1; module <= 5; module += 2) {
			snprintf(name, sizeof name, "codes_%u", module);
			tile_codes(width, height, module, 333);
			say_time(name, width, height);
			snprintf(name, sizeof name, "worn_codes_%u", module);
			tile_codes(width, height, module, 25);
			say_time(name, width, height);
		}
		for (size_t k = 0; k < (size_t)width * height; k++)
			grey[k] = (uint8_t)next_random();
		say_time("noise", width, height);
		for (size_t k = 0; k < (size_t)width * height; k++)
			grey[k] = (k % width + k / width) % 2 ? 255 : 0;
		say_time("checkers", width, height);
		for (size_t k = 0; k < (size_t)width * height; k++)
			grey[k] = (uint8_t)(k % width * 255 / width);
		say_time("gradient", width, height);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		one_seed(strtoull(argv[i], NULL, 10));
	state = 0;
	printf("{\"versions\":[%d,%d]", all_versions(), VERSIONS * 4);
	hostile();
	printf("}\n");
	return 0;
}
