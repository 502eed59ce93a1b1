/* qr_read.c - the modules of a QR code to its text; see qr_int.h. Numbers in comments are sections of ISO/IEC 18004:2015. */
#include "codec/qr_int.h"

enum {
	BLOCK_MOST = 153,      /* codewords of one block */
	CODEWORDS_MOST = 3706, /* of one code */
	ECC_MOST = 30,
	FIELD = 255,
	FIELD_POLYNOMIAL = 0x11D,
	FORMAT_BITS = 15,
	FORMAT_POLYNOMIAL = 0x537,
	FORMAT_MASK = 0x5412,
	FORMAT_WRONG = 3, /* bits that can be mended */
};

/* Table 9: codewords for correction of each block, and blocks; by level (L, M, Q, H) and version - 1. */
static const uint8_t ecc_of[4][QR_VERSIONS] = {
	{7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30,
		30, 30, 30, 30, 30, 30, 30, 30, 30},
	{10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
		28, 28, 28, 28, 28, 28, 28, 28, 28},
	{13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30,
		30, 30, 30, 30, 30, 30, 30, 30, 30},
	{17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30,
		30, 30, 30, 30, 30, 30, 30, 30, 30},
};
static const uint8_t blocks_of[4][QR_VERSIONS] = {
	{1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20,
		21, 22, 24, 25},
	{1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37,
		38, 40, 43, 45, 47, 49},
	{1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48,
		51, 53, 56, 59, 62, 65, 68},
	{1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57,
		60, 63, 66, 70, 74, 77, 81},
};

struct code {
	const struct qr_grid *g;
	bool turned; /* rows and columns are exchanged */
	int version, level, mask;
	uint8_t words[CODEWORDS_MOST];
	size_t n_words;
};

static bool module_at(const struct code *c, int x, int y)
{
	return c->turned ? c->g->m[x][y] : c->g->m[y][x];
}

/* ---- format (7.9) ---- */

static unsigned format_code(unsigned data)
{
	unsigned rest = data;
	for (int i = 0; i < 10; i++)
		rest = rest << 1 ^ (rest >> 9) * FORMAT_POLYNOMIAL;
	return (data << 10 | rest) ^ FORMAT_MASK;
}

/* Both copies: the bits around the first finder, and those along the two others. */
static void format_bits(const struct code *c, unsigned bits[2])
{
	int size = c->g->size;
	bits[0] = bits[1] = 0;
	for (int i = 0; i < FORMAT_BITS; i++) {
		int x = i < 8 ? 8 : i == 8 ? 7 : 14 - i, y = i < 6 ? i : i < 8 ? i + 1 : 8;
		bits[0] |= (unsigned)module_at(c, x, y) << i;
		bits[1] |= (unsigned)(i < 8 ? module_at(c, size - 1 - i, 8) : module_at(c, 8, size - FORMAT_BITS + i)) << i;
	}
}

static bool read_format(struct code *c)
{
	static const uint8_t levels[] = {1, 0, 3, 2};
	unsigned bits[2];
	int least = FORMAT_WRONG + 1;
	format_bits(c, bits);
	for (unsigned data = 0; data < 32; data++)
		for (int copy = 0; copy < 2; copy++) {
			int wrong = __builtin_popcount(format_code(data) ^ bits[copy]);
			if (wrong >= least)
				continue;
			least = wrong;
			c->level = levels[data >> 3];
			c->mask = (int)(data & 7);
		}
	return least <= FORMAT_WRONG;
}

/* ---- codewords (7.7.3, 7.8) ---- */

/* Whether the rows or columns of alignment patterns have one that covers this one (6.3.6, annex E). */
static bool near_alignment(const struct code *c, int at, bool *first, bool *last)
{
	int n = c->version / 7 + 2, size = c->g->size;
	int step = c->version == 32 ? 26 : (c->version * 4 + n * 2 + 1) / (n * 2 - 2) * 2;
	*first = at >= 4 && at <= 8;
	*last = at >= size - 9 && at <= size - 5;
	if (*first || *last)
		return true;
	for (int i = 1, centre = size - 7 - step; i < n - 1; i++, centre -= step)
		if (at >= centre - 2 && at <= centre + 2)
			return true;
	return false;
}

/* No data: finders and format, timing, alignment, version. */
static bool is_function(const struct code *c, int x, int y)
{
	int size = c->g->size;
	bool x_first, x_last, y_first, y_last;
	if (x == 6 || y == 6 || (x < 9 && y < 9) || (x < 9 && y >= size - 8) || (x >= size - 8 && y < 9))
		return true;
	if (c->version >= 7 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11)))
		return true;
	if (c->version < 2 || !near_alignment(c, x, &x_first, &x_last) || !near_alignment(c, y, &y_first, &y_last))
		return false;
	return !((x_first && (y_first || y_last)) || (x_last && y_first)); /* finders are there */
}

static bool masked(int mask, int x, int y)
{
	switch (mask) {
	case 0:
		return (x + y) % 2 == 0;
	case 1:
		return y % 2 == 0;
	case 2:
		return x % 3 == 0;
	case 3:
		return (x + y) % 3 == 0;
	case 4:
		return (x / 3 + y / 2) % 2 == 0;
	case 5:
		return x * y % 2 + x * y % 3 == 0;
	case 6:
		return (x * y % 2 + x * y % 3) % 2 == 0;
	default:
		return ((x + y) % 2 + x * y % 3) % 2 == 0;
	}
}

/* By columns of two, from the right, up and down in turn. */
static void read_words(struct code *c)
{
	int size = c->g->size;
	size_t bits = 0;
	memset(c->words, 0, sizeof c->words);
	for (int right = size - 1; right >= 1; right -= right == 8 ? 3 : 2)
		for (int i = 0; i < 2 * size; i++) {
			bool up = ((right + 1) & 2) == 0;
			int x = right - i % 2, y = up ? size - 1 - i / 2 : i / 2;
			if (is_function(c, x, y) || bits / 8 == CODEWORDS_MOST)
				continue;
			c->words[bits / 8] |= (uint8_t)((module_at(c, x, y) ^ masked(c->mask, x, y)) << (7 - bits % 8));
			bits++;
		}
	c->n_words = bits / 8;
}

/* ---- correction: Reed-Solomon over GF(256) ---- */

struct field {
	uint8_t exp[2 * FIELD], log[FIELD + 1];
};

static void field_init(struct field *f)
{
	unsigned x = 1;
	for (int i = 0; i < FIELD; i++) {
		f->exp[i] = f->exp[i + FIELD] = (uint8_t)x;
		f->log[x] = (uint8_t)i;
		x = x << 1 ^ (x >> 7) * FIELD_POLYNOMIAL;
	}
	f->log[0] = 0; /* never asked for */
}

static uint8_t times(const struct field *f, uint8_t a, uint8_t b)
{
	return a && b ? f->exp[f->log[a] + f->log[b]] : 0;
}

static uint8_t over(const struct field *f, uint8_t a, uint8_t b)
{
	return a ? f->exp[f->log[a] + FIELD - f->log[b]] : 0;
}

/* A polynomial, lowest term first, at exp[power]. */
static uint8_t value_at(const struct field *f, const uint8_t *p, int n, int power)
{
	uint8_t sum = 0;
	for (int i = n - 1; i >= 0; i--)
		sum = times(f, sum, f->exp[power]) ^ p[i];
	return sum;
}

/* False: there is something to mend. */
static bool syndromes(const struct field *f, const uint8_t *word, int n, int ecc, uint8_t *s)
{
	bool clean = true;
	for (int i = 0; i < ecc; i++) {
		s[i] = 0;
		for (int k = 0; k < n; k++)
			s[i] = times(f, s[i], f->exp[i]) ^ word[k];
		clean &= !s[i];
	}
	return clean;
}

/* Berlekamp and Massey: the polynomial whose roots tell where the errors are; how many, its degree. */
static int locator_of(const struct field *f, const uint8_t *s, int ecc, uint8_t locator[ECC_MOST + 1])
{
	uint8_t before[ECC_MOST + 1] = {1}, old_gap = 1;
	int errors = 0, shift = 1;
	memset(locator, 0, ECC_MOST + 1);
	locator[0] = 1;
	for (int n = 0; n < ecc; n++, shift++) {
		uint8_t gap = s[n], kept[ECC_MOST + 1];
		for (int i = 1; i <= errors; i++)
			gap ^= times(f, locator[i], s[n - i]);
		if (!gap)
			continue;
		memcpy(kept, locator, sizeof kept);
		uint8_t factor = over(f, gap, old_gap);
		for (int i = shift; i <= ecc; i++)
			locator[i] ^= times(f, factor, before[i - shift]);
		if (2 * errors > n)
			continue;
		errors = n + 1 - errors;
		memcpy(before, kept, sizeof before);
		old_gap = gap;
		shift = 0;
	}
	return errors;
}

/* Mends the n codewords of a block, of which the last ecc are for that (Forney). False: too many are wrong. */
static bool correct(const struct field *f, uint8_t *word, int n, int ecc)
{
	uint8_t s[ECC_MOST], locator[ECC_MOST + 1], evaluator[ECC_MOST] = {0}, slope[ECC_MOST + 1] = {0};
	if (syndromes(f, word, n, ecc, s))
		return true;
	int errors = locator_of(f, s, ecc, locator), found = 0;
	if (errors > ecc / 2)
		return false;
	for (int i = 0; i < ecc; i++)
		for (int k = 0; k <= i; k++)
			evaluator[i] ^= times(f, locator[k], s[i - k]);
	for (int i = 1; i <= errors; i += 2)
		slope[i - 1] = locator[i];
	for (int at = 0; at < n; at++) {
		int power = (FIELD - at) % FIELD;
		if (value_at(f, locator, errors + 1, power))
			continue;
		uint8_t down = value_at(f, slope, errors, power);
		if (!down)
			return false;
		word[n - 1 - at] ^= times(f, f->exp[at], over(f, value_at(f, evaluator, ecc, power), down));
		found++;
	}
	return found == errors && syndromes(f, word, n, ecc, s);
}

/* Takes the blocks apart, mends each, and puts their data one behind the other, in place of the codewords. */
static bool correct_all(struct code *c)
{
	struct field f;
	uint8_t data[CODEWORDS_MOST];
	int ecc = ecc_of[c->level][c->version - 1], blocks = blocks_of[c->level][c->version - 1];
	int words = (int)c->n_words, least = words / blocks, n_short = blocks - words % blocks;
	size_t n = 0;
	field_init(&f);
	for (int b = 0; b < blocks; b++) {
		uint8_t block[BLOCK_MOST];
		int size = least + (b >= n_short), n_data = size - ecc;
		for (int i = 0; i < size; i++) {
			int row = i < n_data ? i : least - ecc + (i - n_data); /* as if all were short */
			int from = i < n_data ? row * blocks + b - (row == least - ecc ? n_short : 0)
			                      : row * blocks + b + words % blocks;
			block[i] = c->words[from];
		}
		if (!correct(&f, block, size, ecc))
			return false;
		memcpy(data + n, block, (size_t)n_data);
		n += (size_t)n_data;
	}
	memcpy(c->words, data, n);
	c->n_words = n;
	return true;
}

/* ---- text (7.4) ---- */

enum mode { END = 0, NUMERIC = 1, LETTERS = 2, APPEND = 3, FIRST = 5, BYTES = 4, CHARSET = 7, KANJI = 8, SECOND = 9 };

struct reader {
	const uint8_t *p;
	size_t bits, at;
	uint8_t *text;
	size_t n, room;
};

/* Behind the end there are zeros. */
static unsigned take(struct reader *r, int n)
{
	unsigned v = 0;
	for (; n > 0; n--, r->at++)
		v = v << 1 | (r->at < r->bits && r->p[r->at / 8] >> (7 - r->at % 8) & 1);
	return v;
}

static void put(struct reader *r, unsigned c)
{
	if (r->n < r->room)
		r->text[r->n] = (uint8_t)c;
	r->n++;
}

static void put_digits(struct reader *r, unsigned v, unsigned unit)
{
	for (; unit; unit /= 10)
		put(r, '0' + v / unit % 10);
}

static void put_letters(struct reader *r, unsigned n)
{
	static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
	enum { LETTERS_N = sizeof letters - 1 };
	for (; n; n -= n > 1 ? 2 : 1) {
		unsigned v = take(r, n > 1 ? 11 : 6);
		if (n > 1)
			put(r, (uint8_t)letters[v / LETTERS_N % LETTERS_N]);
		put(r, (uint8_t)letters[v % LETTERS_N]);
	}
}

static void put_numbers(struct reader *r, unsigned n)
{
	for (; n >= 3; n -= 3)
		put_digits(r, take(r, 10), 100);
	if (n)
		put_digits(r, take(r, n == 2 ? 7 : 4), n == 2 ? 10 : 1);
}

/* A segment with a count of characters. False: there is no such mode, or it goes on behind the end. */
static bool read_segment(struct reader *r, enum mode mode, int version)
{
	static const uint8_t count_bits[][3] = {
		[NUMERIC] = {10, 12, 14}, [LETTERS] = {9, 11, 13}, [BYTES] = {8, 16, 16}, [KANJI] = {8, 10, 12}};
	if (mode != NUMERIC && mode != LETTERS && mode != BYTES && mode != KANJI)
		return false;
	unsigned n = take(r, count_bits[mode][version < 10 ? 0 : version < 27 ? 1 : 2]);
	if (mode == NUMERIC)
		put_numbers(r, n);
	else if (mode == LETTERS)
		put_letters(r, n);
	else
		for (; n && r->at < r->bits; n--) {
			unsigned c = take(r, mode == BYTES ? 8 : 13);
			if (mode == BYTES)
				put(r, c);
			else
				put(r, 0xEF), put(r, 0xBF), put(r, 0xBD);
		}
	return r->at <= r->bits;
}

int qr_text(const uint8_t *data, size_t n, int version, uint8_t *text, size_t room)
{
	struct reader r = {.p = data, .bits = 8 * n, .text = text, .room = room};
	enum mode mode;
	while (r.bits - r.at >= 4 && (mode = (enum mode)take(&r, 4)) != END) {
		if (mode == APPEND)
			take(&r, 16);
		else if (mode == SECOND)
			take(&r, 8);
		else if (mode == CHARSET)
			take(&r, take(&r, 1) == 0 ? 7 : take(&r, 1) == 0 ? 14 : 22);
		else if (mode != FIRST && !read_segment(&r, mode, version))
			return -1;
		if (r.at > r.bits)
			return -1;
	}
	return (int)r.n;
}

/* ---- a code ---- */

int qr_read(const struct qr_grid *g, uint8_t *text, size_t room)
{
	struct code c = {.g = g, .version = (g->size - 17) / 4};
	for (int way = 0; way < 2; way++) {
		c.turned = way;
		if (!read_format(&c))
			continue;
		read_words(&c);
		if (!correct_all(&c))
			continue;
		int n = qr_text(c.words, c.n_words, c.version, text, room);
		if (n >= 0)
			return n;
	}
	return -1;
}
