/* qr_find.c - the finder patterns of QR codes in a picture; see qr_int.h.
 *
 * Every sixth row (of small pictures every third) is cut into runs of dark and light. Where five of them stand as 1:1:3:1:1, which a finder pattern
 * shows at any turn, its column is looked at, too, the row once more, and both diagonals. Few rows of ordinary pictures get that far, and few
 * pictures have three such places.
 */
#include "jail/qr_int.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	STEP = 6,       /* rows: the core of a pattern of two pixels a module has as many */
	STEP_SMALL = 3, /* that of one pixel a module, which nothing larger than a code and its margin is drawn with */
	SMALL = QR_MOST + 16,
	WORD = 64,     /* pixels that are compared at once */
	STRETCHES = 8, /* of a row: what is dark is told from a stretch and its two neighbours */
	CONTRAST = 24, /* grey levels between the darkest and the lightest there: with less all is one colour */
	WORDS = UINT16_MAX / WORD + 1,
	LEAST = 7,  /* pixels of a pattern */
	PLACES = 16 /* that are looked at together */
};

/* The dark pixels of a row, a bit each, and what is dark: below these, by stretch. */
struct row {
	uint64_t dark[WORDS];
	uint32_t stretch; /* words */
	uint8_t level[STRETCHES];
	uint16_t edge[UINT16_MAX + 2 + PLACES + 5];
};

struct span {
	uint8_t least, most;
};

/* Of WORD pixels: takes the extremes into account; and which are below a level. */
#ifdef __SSE2__
enum { LANES = 16 };

static inline __m128i lanes(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static void widen(const uint8_t *p, struct span *s)
{
	__m128i low = lanes(p), high = low;
	for (int i = LANES; i < WORD; i += LANES) {
		low = _mm_min_epu8(low, lanes(p + i));
		high = _mm_max_epu8(high, lanes(p + i));
	}
	low = _mm_min_epu8(low, _mm_srli_si128(low, 8)), high = _mm_max_epu8(high, _mm_srli_si128(high, 8));
	low = _mm_min_epu8(low, _mm_srli_si128(low, 4)), high = _mm_max_epu8(high, _mm_srli_si128(high, 4));
	low = _mm_min_epu8(low, _mm_srli_si128(low, 2)), high = _mm_max_epu8(high, _mm_srli_si128(high, 2));
	low = _mm_min_epu8(low, _mm_srli_si128(low, 1)), high = _mm_max_epu8(high, _mm_srli_si128(high, 1));
	uint8_t least = (uint8_t)_mm_cvtsi128_si32(low), most = (uint8_t)_mm_cvtsi128_si32(high);
	s->least = least < s->least ? least : s->least;
	s->most = most > s->most ? most : s->most;
}

static uint64_t below(const uint8_t *p, uint8_t level)
{
	uint64_t light = 0;
	for (int i = 0; i < WORD; i += LANES) {
		__m128i v = lanes(p + i), high = _mm_max_epu8(v, _mm_set1_epi8((char)level));
		light |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(high, v)) << i;
	}
	return ~light;
}
#else
static void widen(const uint8_t *p, struct span *s)
{
	for (int i = 0; i < WORD; i++) {
		s->least = p[i] < s->least ? p[i] : s->least;
		s->most = p[i] > s->most ? p[i] : s->most;
	}
}

static uint64_t below(const uint8_t *p, uint8_t level)
{
	uint64_t dark = 0;
	for (int i = 0; i < WORD; i++)
		dark |= (uint64_t)(p[i] < level) << i;
	return dark;
}
#endif

/* A word's pixels; those behind the row's end are as its last. */
static inline const uint8_t *word_of(const uint8_t *row, uint32_t word, uint32_t width, uint8_t room[WORD])
{
	uint32_t x = word * WORD, n = width - x;
	if (n >= WORD)
		return row + x;
	memcpy(room, row + x, n);
	memset(room + n, row[width - 1], WORD - n);
	return room;
}

/* Below this a pixel is dark: half way between the extremes, 0 where these are near. */
static inline uint8_t level_of(struct span s)
{
	return s.most - s.least < CONTRAST ? 0 : (uint8_t)((s.least + s.most + 1) / 2);
}

static inline struct span both(struct span a, struct span b)
{
	return (struct span){a.least < b.least ? a.least : b.least, a.most > b.most ? a.most : b.most};
}

/* False: nothing can be told apart in it. */
static bool cut_row(const uint8_t *p, uint32_t width, struct row *r)
{
	static const struct span none = {UINT8_MAX, 0};
	uint8_t room[WORD];
	struct span spans[STRETCHES + 2]; /* none before the first and behind the last */
	uint32_t words = (width + WORD - 1) / WORD;
	bool any = false;
	r->stretch = (words + STRETCHES - 1) / STRETCHES;
	spans[0] = spans[STRETCHES + 1] = none;
	for (uint32_t i = 0, w = 0, end = r->stretch; i < STRETCHES; i++, end += r->stretch)
		for (spans[i + 1] = none; w < end && w < words; w++)
			widen(word_of(p, w, width, room), &spans[i + 1]);
	for (uint32_t i = 0, w = 0, end = r->stretch; w < words; i++, end += r->stretch) {
		uint8_t level = r->level[i] = level_of(both(both(spans[i], spans[i + 1]), spans[i + 2]));
		any |= level;
		for (; w < end && w < words; w++)
			r->dark[w] = level ? below(word_of(p, w, width, room), level) : 0;
	}
	return any;
}

/* ---- a pattern ---- */

/* Five runs as 1:1:3:1:1, each off by some half of a module, which blurring and sampling take: of the whole length the third has 5 to 9 sixteenths,
 * each other one a twentieth to a quarter. */
static bool is_profile(const uint32_t run[5])
{
	uint32_t total = run[0] + run[1] + run[2] + run[3] + run[4];
	bool ok = 16 * run[2] - 5 * total <= 4 * total;
	for (int i = 0; i < 5; i++)
		ok &= i == 2 || 20 * run[i] - total <= 4 * total;
	return ok;
}

/* How many steps there are to the picture's border, the first pixel included; 0 outside of it. */
static int64_t steps_of(int64_t at, uint32_t size, int step)
{
	int64_t left = step > 0 ? size - at : at + 1;
	return at < 0 || at >= size ? 0 : step ? left : INT64_MAX;
}

/* From a pixel of the core on: how much there is of core, ring and rim, in a pattern of at most so many pixels. False: not all of them. */
static bool walk(const struct qr_picture *p, const struct qr_centre *c, int64_t x, int64_t y, int dx, int dy, uint32_t total,
	uint32_t out[3])
{
	int64_t right = steps_of(x, p->width, dx), down = steps_of(y, p->height, dy), left = right < down ? right : down;
	int64_t step = (int64_t)dy * p->width + dx, at = y * p->width + x;
	for (uint32_t k = 0; k < 3; k++) {
		uint32_t most = k ? total / 4 + 1 : total * 9 / 16 + 1, n = 0;
		bool dark = (k != 1) != c->light;
		for (; left && (p->grey[at] < c->level) == dark; left--, at += step)
			if (++n > most)
				return false;
		if (k && !n)
			return false;
		out[k] = n;
	}
	return true;
}

/* The profile through a pixel, along a row (dx) or a column (dy): its length, and how far its middle is from the pixel's. 0: none. */
static uint32_t cross(
	const struct qr_picture *p, const struct qr_centre *c, int64_t x, int64_t y, int dx, int dy, uint32_t total, double *off)
{
	uint32_t back[3], on[3];
	if (!walk(p, c, x, y, -dx, -dy, total, back) || !walk(p, c, x + dx, y + dy, dx, dy, total, on))
		return 0;
	const uint32_t run[5] = {back[2], back[1], back[0] + on[0], on[1], on[2]};
	if (!is_profile(run))
		return 0;
	double core = (double)on[0] - back[0] + 1, ring = core + on[1] - back[1];
	*off = (core + ring) / 4;
	return run[0] + run[1] + run[2] + run[3] + run[4];
}

/* Another row of a pattern that is known. */
static bool is_known(const struct qr_centres *k, double x, double y, bool light)
{
	for (size_t i = 0; i < k->n; i++) {
		const struct qr_centre *c = &k->v[i];
		double near = 3.5 * c->module;
		if (c->light == light && x > c->x - near && x < c->x + near && y > c->y - near && y < c->y + near)
			return true;
	}
	return false;
}

static void look_closer(
	const struct qr_picture *p, struct qr_centres *k, uint32_t x, uint32_t y, uint32_t total, uint8_t level, bool light)
{
	struct qr_centre c = {.level = level, .light = light};
	double off_x, off_y;
	if (k->n == QR_CENTRES || is_known(k, x, y, light))
		return;
	uint32_t down = cross(p, &c, x, y, 0, 1, total * 3 / 2, &off_y);
	if (!down || 3 * down < 2 * total)
		return;
	int64_t middle = (int64_t)(y + 0.5 + off_y);
	uint32_t along = cross(p, &c, x, middle, 1, 0, down * 3 / 2, &off_x);
	if (!along || 3 * along < 2 * down)
		return;
	c.x = x + 0.5 + off_x;
	c.y = y + 0.5 + off_y;
	c.module = (along + down) / 14.0;
	uint32_t most = (along > down ? along : down) * 3 / 2;
	int64_t at = (int64_t)c.x;
	if (!cross(p, &c, at, middle, 1, 1, most, &off_x) || !cross(p, &c, at, middle, 1, -1, most, &off_y))
		return;
	if (!is_known(k, c.x, c.y, light))
		k->v[k->n++] = c;
}

/* ---- a row ---- */

/* Where one run ends and the next begins, from 0 to the width; how many. */
static size_t find_edges(struct row *r, uint32_t width)
{
	uint64_t before = r->dark[0] & 1;
	size_t n = 1;
	r->edge[0] = 0;
	for (uint32_t w = 0; w * WORD < width; w++) {
		uint64_t changes = r->dark[w] ^ (r->dark[w] << 1 | before);
		before = r->dark[w] >> (WORD - 1);
		for (; changes; changes &= changes - 1)
			r->edge[n++] = (uint16_t)(w * WORD + (uint32_t)__builtin_ctzll(changes));
	}
	r->edge[n++] = (uint16_t)width;
	return n;
}

/* Five runs between six edges. */
static void look_at(const struct qr_picture *p, struct qr_centres *k, const struct row *r, const uint16_t *e, uint32_t y)
{
	const uint32_t run[5] = {e[1] - e[0], e[2] - e[1], e[3] - e[2], e[4] - e[3], e[5] - e[4]};
	uint32_t middle = (e[2] + e[3]) / 2u, total = e[5] - e[0];
	bool light = !(r->dark[middle / WORD] >> middle % WORD & 1);
	if (total >= LEAST && is_profile(run))
		look_closer(p, k, middle, y, total, r->level[middle / WORD / r->stretch], light);
}

/* Which of the places from an edge on may pass is_profile, a byte each, by the same sums in 16 bits, which are enough for patterns of up to 3,276
 * pixels: a loop that the compiler turns into vectors. */
static void may_pass(const uint16_t *e, uint8_t hit[PLACES])
{
	for (int i = 0; i < PLACES; i++) {
		uint16_t total = (uint16_t)(e[i + 5] - e[i]), most = (uint16_t)(4 * total);
		uint16_t a = (uint16_t)(20 * (uint16_t)(e[i + 1] - e[i]) - total);
		uint16_t b = (uint16_t)(20 * (uint16_t)(e[i + 2] - e[i + 1]) - total);
		uint16_t c = (uint16_t)(16 * (uint16_t)(e[i + 3] - e[i + 2]) - 5 * total);
		uint16_t d = (uint16_t)(20 * (uint16_t)(e[i + 4] - e[i + 3]) - total);
		uint16_t f = (uint16_t)(20 * (uint16_t)(e[i + 5] - e[i + 4]) - total);
		hit[i] = (a <= most) & (b <= most) & (c <= most) & (d <= most) & (f <= most);
	}
}

static void scan_row(const struct qr_picture *p, struct qr_centres *k, struct row *r, uint32_t y)
{
	uint8_t hit[PLACES];
	if (!cut_row(p->grey + (size_t)y * p->width, p->width, r))
		return;
	size_t n = find_edges(r, p->width);
	memset(r->edge + n, 0, sizeof *r->edge * (PLACES + 5));
	for (size_t i = 0; i + 5 < n; i += PLACES) {
		may_pass(r->edge + i, hit);
		for (const uint8_t *at = hit; (at = memchr(at, 1, (size_t)(hit + PLACES - at))); at++)
			if (i + (size_t)(at - hit) + 5 < n)
				look_at(p, k, r, r->edge + i + (at - hit), y);
	}
}

void qr_centres(const struct qr_picture *p, struct qr_centres *k)
{
	struct row r;
	uint32_t step = p->width < SMALL && p->height < SMALL ? STEP_SMALL : STEP;
	k->n = 0;
	for (uint32_t y = step / 2; y < p->height && k->n < QR_CENTRES; y += step)
		scan_row(p, k, &r, y);
}
