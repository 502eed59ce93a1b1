/* qr_test.c - QR codes drawn in every way that mail shows them, hostile pictures, and what must not be taken for one. */
#include "jail/qr.h"

#include <math.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/test.h"
#include "jail/frame.h"
#include "jail/qr_int.h"
#include "jail/qr_read.h"
#include "jail/qr_samples.h"

enum { ROOM = 1200, MARGIN = 4, PAPER = 255, INK = 0 };

/* How a code is drawn: pixels a module, quarters of a right angle's ninetieth (degrees), where its middle is. */
struct drawing {
	const char *rows, *text;
	double module, degrees, x, y; /* x, y: 0 for the middle of the picture */
	uint32_t width, height;
	uint8_t ink, paper; /* of the code and its margin */
	uint8_t around;
	bool mirrored;
	unsigned blur, speckles; /* rounds; of 1000 pixels */
	double lean;             /* perspective */
};

static uint8_t grey[ROOM * ROOM], other[ROOM * ROOM];

/* The shade of one point: that of the module there, or of what is around. */
static uint8_t shade(const struct drawing *d, double px, double py)
{
	double turn = d->degrees * M_PI / 180, size = qr_sample_size(d->rows);
	double dx = px - (d->x != 0 ? d->x : d->width / 2.0), dy = py - (d->y != 0 ? d->y : d->height / 2.0);
	double u = (dx * cos(turn) + dy * sin(turn)) / d->module, v = (dy * cos(turn) - dx * sin(turn)) / d->module;
	double far = 1 + d->lean * v / size;
	u = u * far * (d->mirrored ? -1 : 1) + size / 2;
	v = v * far + size / 2;
	if (u < -MARGIN || v < -MARGIN || u >= size + MARGIN || v >= size + MARGIN)
		return d->around;
	return qr_sample_at(d->rows, (int)size, (int)floor(u), (int)floor(v)) ? d->ink : d->paper;
}

static void soften(const struct drawing *d)
{
	memcpy(other, grey, sizeof grey);
	for (uint32_t y = 1; y + 1 < d->height; y++)
		for (uint32_t x = 1; x + 1 < d->width; x++) {
			const uint8_t *p = other + (size_t)y * d->width + x;
			unsigned sum = 4u * p[0] + p[-1] + p[1] + p[-(int)d->width] + p[d->width];
			grey[(size_t)y * d->width + x] = (uint8_t)(sum / 8);
		}
}

/* Each pixel is the mean of nine points. */
static void draw(const struct drawing *d)
{
	uint64_t z = 1;
	assert_true(d->width * d->height <= sizeof grey);
	for (uint32_t y = 0; y < d->height; y++)
		for (uint32_t x = 0; x < d->width; x++) {
			unsigned sum = 0;
			for (int i = 0; i < 9; i++)
				sum += shade(d, x + (i % 3 + 0.5) / 3, y + (i / 3 + 0.5) / 3);
			z = z * 6364136223846793005u + 1442695040888963407u;
			grey[(size_t)y * d->width + x] = (uint8_t)((z >> 40) % 1000 < d->speckles ? z >> 56 : sum / 9);
		}
	for (unsigned i = 0; i < d->blur; i++)
		soften(d);
}

/* In memory of exactly that size. */
static struct qr_texts texts_of(uint32_t width, uint32_t height)
{
	struct qr_search s = {.tries = 0};
	uint8_t *p = test_copy(str_make(grey, (size_t)width * height));
	qr_look(&s, p, width, height);
	mem_free(p);
	assert_true(s.tries <= QR_TRIES && s.sketches <= QR_SKETCHES);
	return s.texts;
}

static void reads(const struct drawing *d)
{
	struct str text = S("");
	size_t at = 0;
	draw(d);
	struct qr_texts t = texts_of(d->width, d->height);
	qr_next(&t, &at, &text);
	assert_same(text, str_of(d->text), str_of(d->text));
	assert_false(qr_next(&t, &at, &text));
}

static struct drawing usual(const char *rows, const char *text)
{
	return (struct drawing){
		.rows = rows, .text = text, .module = 4, .width = 420, .height = 400, .paper = PAPER, .around = PAPER};
}

#define CODES \
	{ \
		{QR_URL, QR_URL_TEXT}, {QR_UPPER, QR_UPPER_TEXT}, {QR_NUMBERS, QR_NUMBERS_TEXT}, {QR_LONG, QR_LONG_TEXT}, \
		{ \
			QR_LARGE, QR_LARGE_TEXT \
		} \
	}
static const char *const codes[][2] = CODES;

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++)
		for (double module = 2; module < 9; module += 1.7) {
			struct drawing d = usual(codes[i][0], codes[i][1]);
			d.module = module;
			d.width = d.height = (uint32_t)(module * (qr_sample_size(d.rows) + 2 * MARGIN)) + 3;
			reads(&d);
		}
}

/* The smallest modules, wherever the rows that are looked at fall. */
static void test_small(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++)
		for (int module = 1; module <= 2; module++)
			for (int off = 0; off < 6; off++) {
				struct drawing d = usual(codes[i][0], codes[i][1]);
				uint32_t side = (uint32_t)(module * (qr_sample_size(d.rows) + 2 * MARGIN));
				d.module = module;
				d.width = side;
				d.height = side + 6;
				d.x = side / 2.0;
				d.y = side / 2.0 + off;
				reads(&d);
			}
}

static void test_turned(void **state)
{
	(void)state;
	for (int degrees = 0; degrees < 360; degrees += 11) {
		struct drawing d = usual(QR_URL, QR_URL_TEXT);
		d.module = 5;
		d.degrees = degrees;
		d.mirrored = degrees % 2;
		reads(&d);
	}
}

static void test_colours(void **state)
{
	(void)state;
	static const uint8_t inks[][3] = {
		{0, 255, 255}, {255, 0, 0}, {120, 175, 175}, {200, 140, 140}, {29, 226, 76}, {90, 255, 20}};
	for (size_t i = 0; i < COUNT(inks); i++) {
		struct drawing d = usual(QR_URL, QR_URL_TEXT);
		d.ink = inks[i][0];
		d.paper = inks[i][1];
		d.around = inks[i][2];
		reads(&d);
	}
}

static void test_worn(void **state)
{
	(void)state;
	struct drawing blurred = usual(QR_LONG, QR_LONG_TEXT), speckled = blurred, leaning = blurred,
		       small = usual(QR_URL, QR_URL_TEXT);
	blurred.blur = 3;
	reads(&blurred);
	speckled.speckles = 8;
	reads(&speckled);
	leaning.lean = 0.05;
	reads(&leaning);
	small.module = 2.3;
	small.width = small.height = ROOM;
	small.x = 900;
	small.y = 1050;
	small.speckles = 2;
	reads(&small);
}

/* Two codes, one of them twice. */
static void test_many(void **state)
{
	(void)state;
	const char *const rows[] = {QR_URL, QR_UPPER, QR_URL};
	struct str text;
	size_t at = 0;
	memset(grey, PAPER, sizeof grey);
	for (int i = 0; i < 3; i++)
		for (uint32_t y = 0; y < 300; y++)
			for (uint32_t x = 0; x < 300; x++)
				if (qr_sample_at(rows[i], qr_sample_size(rows[i]), (int)(x / 5) - 8, (int)(y / 5) - 8))
					grey[(y + 20) * 900 + x + (uint32_t)i * 300] = INK;
	struct qr_texts t = texts_of(900, 320);
	assert_true(qr_next(&t, &at, &text));
	assert_same(text, S(QR_URL_TEXT), text);
	assert_true(qr_next(&t, &at, &text));
	assert_same(text, S(QR_UPPER_TEXT), text);
	assert_false(qr_next(&t, &at, &text));
}

/* A text that does not fit is cut, but no link comes to lead to the beginning of its host. */
static void test_no_room(void **state)
{
	(void)state;
	static struct qr_search s;
	struct drawing d = usual(QR_URL, QR_URL_TEXT);
	const size_t all = strlen(QR_URL_TEXT), host = strlen("https://"), path = strlen("https://login.example.com/");
	draw(&d);
	for (size_t room = 0; room <= all; room++) {
		struct str text = S("");
		size_t at = QR_TEXT - 1 - room;
		s = (struct qr_search){.texts = {.n = (uint32_t)at}};
		memset(s.texts.p, 'x', at);
		s.texts.p[at - 1] = 0;
		qr_look(&s, grey, d.width, d.height);
		assert_true(s.texts.n <= QR_TEXT);
		qr_next(&s.texts, &at, &text);
		assert_true(str_starts(str_of(QR_URL_TEXT), text));
		assert_true(text.n <= host || text.n >= path);
		assert_true(text.n == all || room < all);
	}
}

/* What a reader shows, in UTF-8: Kanji, and bytes of a charset that nothing names. */
static void test_charsets(void **state)
{
	(void)state;
	static const char *const texts[][2] = {
		{"fe23f8 828208 ba7ae8 ba42e8 baaae8 820a08 feabf8 003800 aa5090 d10340 02a8d0 d0a320 f3aac8 00d5a8 fe1618 827c30 ba96b8 ba63d0 "
		 "ba8808 824370 feea60",
			"\u65e5\u672c\u306e\u5b57"},
		{"fe9abf8 8260a08 ba2b2e8 ba0cae8 ba56ae8 8228a08 feaabf8 00b4800 da72a08 ccc90f0 37311c8 f07cc78 3ad9308 9c43890 f63d6f8 a530768 "
		 "b762fb0 00fc8b0 fe10a88 824b898 baaff98 ba83e18 ba6b0f8 82825b8 fec6e48",
			"https://a.example/\u00e9t\u00e9"},
		{"fe9abf8 82eea08 ba392e8 ba222e8 baf62e8 8294208 feaabf8 00be800 e6e2f98 0ce5a58 23178e8 3442240 c759308 6d8bb18 cecd268 351cdc0 "
		 "ebc4f90 00e0888 fe12a88 82a7898 ba1bf88 ba0d4b0 baef9d8 82dab80 feaee48",
			"https://a.example/\u00e9t\u00e9"},
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct drawing d = usual(texts[i][0], texts[i][1]);
		reads(&d);
	}
}

/* A code of all sizes mirrored: larger ones say their version, which is mirrored, too. */
static void test_mirrored(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		struct drawing d = usual(codes[i][0], codes[i][1]);
		d.mirrored = true;
		reads(&d);
	}
}

/* The library throws, and that is no text. */
static int without_memory(const uint8_t *modules, int size)
{
	uint8_t text[QR_TEXT];
	const struct rlimit none = {0, 0};
	setrlimit(RLIMIT_AS, &none);
	for (size_t n = MIB; n; n /= 2)
		while (mem_alloc(n))
			;
	return qr_read(modules, size, 1, size, text, sizeof text);
}

static void test_no_memory(void **state)
{
	(void)state;
	static uint8_t modules[QR_MOST * QR_MOST], text[QR_TEXT];
	int size = qr_sample_size(QR_LARGE), status = 0;
	for (int i = 0; i < size * size; i++)
		modules[i] = !qr_sample_at(QR_LARGE, size, i % size, i / size);
	assert_int_equal(qr_read(modules, size, 1, size, text, sizeof text), strlen(QR_LARGE_TEXT));
	assert_int_equal(qr_read(modules, size, 1, size, text, 5), strlen(QR_LARGE_TEXT));
	if (JAIL_RELAXED)
		skip();
	pid_t pid = fork();
	if (pid == 0)
		_exit(without_memory(modules, size) == -1 ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Damage is mended as far as the level goes, and then nothing is said. */
static void test_damaged(void **state)
{
	(void)state;
	struct drawing d = usual(QR_NUMBERS, QR_NUMBERS_TEXT);
	unsigned read = 0;
	struct str text;
	for (uint32_t side = 0; side < 160; side += 4) {
		size_t at = 0;
		draw(&d);
		for (uint32_t y = 0; y < side; y++)
			memset(grey + (200 - side / 2 + y) * d.width + 210 - side / 2, PAPER, side);
		struct qr_texts t = texts_of(d.width, d.height);
		if (qr_next(&t, &at, &text)) {
			assert_same(text, S(QR_NUMBERS_TEXT), text);
			assert_int_equal(read, side / 4);
			read++;
		}
	}
	assert_in_range(read, 9, 25);
}

/* Finder patterns and nothing else, noise, stripes: no text, in bounded work. */
static void test_hostile(void **state)
{
	(void)state;
	for (uint32_t what = 0; what < 5; what++) {
		uint64_t z = what;
		for (uint32_t y = 0; y < ROOM; y++)
			for (uint32_t x = 0; x < ROOM; x++) {
				uint32_t step = what == 1 ? 9 : 14, i = x / (what ? step / 9 : 1) % 9,
					 k = y / (what ? step / 9 : 1) % 9;
				uint32_t far = (i > 4 ? i - 4 : 4 - i) > (k > 4 ? k - 4 : 4 - k) ? (i > 4 ? i - 4 : 4 - i)
				                                                                 : (k > 4 ? k - 4 : 4 - k);
				z = z * 6364136223846793005u + 1442695040888963407u;
				grey[(size_t)y * ROOM + x] = what == 0   ? (uint8_t)(z >> 56)
				                             : what == 3 ? (uint8_t)(x % 2 ? PAPER : INK)
				                             : what == 4 ? PAPER
				                                         : (uint8_t)(far == 2 || far == 4 ? PAPER : INK);
			}
		assert_int_equal(texts_of(ROOM, ROOM).n, 0);
	}
}

/* Every size down to nothing; a code that is cut off. */
static void test_cut(void **state)
{
	(void)state;
	struct drawing d = usual(QR_URL, QR_URL_TEXT);
	draw(&d);
	for (uint32_t h = 0; h < d.height; h += 7)
		texts_of(d.width, h);
	for (uint32_t w = 0; w < 200; w++)
		texts_of(w, 100);
}

static void test_next(void **state)
{
	(void)state;
	struct qr_texts t = {6, "ab\0\0cd"};
	struct str text;
	size_t at = 0;
	assert_true(qr_next(&t, &at, &text));
	assert_same(text, S("ab"), text);
	assert_true(qr_next(&t, &at, &text));
	assert_same(text, S(""), text);
	assert_true(qr_next(&t, &at, &text)); /* no NUL at the end */
	assert_same(text, S("cd"), text);
	assert_false(qr_next(&t, &at, &text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_turned),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_worn),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_charsets),
		cmocka_unit_test(test_mirrored),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
