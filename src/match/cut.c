/* cut.c - see cut.h. */
#include "match/cut.h"

#include <endian.h>

#include "base/mem.h"
#include "match/gather.h"
#include "match/normalise.h"

enum { BLOCK = 64, GROUP = 8, STEP = 16 };

void cut_table_init(struct cut_table *t)
{
	for (int c = 0; c < 256; c++) {
		bool sign = c == '!' || c == '|';                      /* they often end a word and are no letters of it */
		bool counts = norm_letter[c] && norm_letter[c] != 's'; /* nor is the s of a genitive */
		t->set[c] = counts && !sign ? (uint32_t)1 << (norm_letter[c] - 'a') : 0;
	}
}

static bool init_squeeze(struct cut *c, struct arena *a, size_t bytes)
{
	size_t groups = (bytes / STEP + 1) * (STEP / GROUP);
	*c = (struct cut){.room = bytes};
	uint8_t *p = arena_alloc(a, 1 + bytes + STEP);
	c->ahead = arena_alloc(a, groups * GROUP);
	c->base = arena_alloc(a, groups * sizeof *c->base);
	if (!p || !c->ahead || !c->base)
		return false;
	*p = 0; /* before the first letter */
	c->squeeze = p + 1;
	return true;
}

bool cut_init(struct cut *c, struct arena *a, size_t bytes)
{
	must(bytes < UINT32_MAX / 2);
	if (!init_squeeze(c, a, bytes))
		return false;
	c->start = arena_alloc(a, (bytes / BLOCK + 1) * sizeof *c->start);
	c->word = arena_alloc(a, (bytes + 2) * sizeof *c->word);
	return c->start && c->word;
}

/* Where the squeezing stands; before the first letter comes a byte that is none. */
struct squeezer {
	const struct gather *gather;
	uint8_t *out;
	int8_t *ahead;
	uint32_t *base;
	uint32_t k;
};

static void squeeze_plain(struct squeezer *q, const uint8_t *p)
{
	for (unsigned half = 0; half < STEP / GROUP; half++) {
		uint32_t base = q->k;
		for (unsigned i = 0; i < GROUP; i++) {
			uint8_t letter = norm_letter[*p++];
			if (letter && letter != q->out[(size_t)q->k - 1])
				q->out[q->k++] = letter;
			*q->ahead++ = (int8_t)(q->k - 1 - base);
		}
		*q->base++ = base;
	}
}

#ifdef HAVE_SSSE3
/* The letter classes of 16 bytes: one look-up for each row of ASCII that has any. */
SSSE3 static __m128i classes(__m128i c)
{
	static const uint8_t rows[] = {0x20, 0x30, 0x40, 0x50, 0x60, 0x70};
	__m128i out = _mm_setzero_si128();
	for (unsigned i = 0; i < sizeof rows; i++) {
		__m128i row = _mm_loadu_si128((const __m128i *)(const void *)(norm_letter + rows[i]));
		__m128i at = _mm_adds_epu8(_mm_xor_si128(c, _mm_set1_epi8((char)rows[i])), _mm_set1_epi8(0x70));
		out = _mm_or_si128(out, _mm_shuffle_epi8(row, at)); /* not of this row: top bit set, zero */
	}
	return out;
}

SSSE3 static void squeeze_ssse3(struct squeezer *q, const uint8_t *p)
{
	const struct gather *g = q->gather;
	__m128i class = classes(_mm_loadu_si128((const __m128i *)(const void *)p));
	unsigned letters = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(class, _mm_setzero_si128()));
	for (unsigned half = 0; half < STEP / GROUP; half++, letters >>= GROUP, class = _mm_srli_si128(class, GROUP)) {
		unsigned m = letters & 0xFF;
		uint8_t *out = q->out + q->k;
		__m128i v = gathered(class, g->places[m]),
			one_before = _mm_or_si128(_mm_slli_si128(v, 1), _mm_cvtsi32_si128(out[-1]));
		unsigned fresh = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, one_before)) & ((1u << g->count[m]) - 1);
		_mm_storel_epi64((__m128i *)(void *)out, gathered(v, g->places[fresh]));
		_mm_storel_epi64((__m128i *)(void *)q->ahead, gathered(_mm_cvtsi64_si128((int64_t)g->latest[fresh]), g->before[m]));
		*q->base++ = q->k;
		q->ahead += GROUP;
		q->k += g->count[fresh];
	}
}

SSSE3 static size_t squeeze_fast(struct squeezer *q, struct str fold)
{
	size_t i = 0;
	for (; fold.n - i >= STEP; i += STEP)
		squeeze_ssse3(q, fold.p + i);
	return i;
}
#endif

static void squeeze(struct cut *c, struct str fold)
{
	struct squeezer q = {gather_tables(), c->squeeze, c->ahead, c->base, 0};
	uint8_t tail[STEP] = {0};
	size_t i = 0;
	must(fold.n <= c->room);
#ifdef HAVE_SSSE3
	if (__builtin_cpu_supports("ssse3"))
		i = squeeze_fast(&q, fold);
#endif
	for (; fold.n - i >= STEP; i += STEP)
		squeeze_plain(&q, fold.p + i);
	if (fold.n > i)
		memcpy(tail, fold.p + i, fold.n - i);
	squeeze_plain(&q, tail);
	memset(q.out + q.k, NORM_SEP, CUT_END);
	c->n_squeeze = q.k;
}

bool cut_squeezed(struct arena *a, struct str fold, struct str *letters)
{
	struct cut c;
	if (!init_squeeze(&c, a, fold.n))
		return false;
	squeeze(&c, fold);
	*letters = str_make(c.squeeze, c.n_squeeze);
	return true;
}

/* One bit for each of BLOCK bytes. */
struct bits {
	uint64_t blank, word; /* ' '; ASCII letters and digits */
};

#ifdef HAVE_SSSE3
static __m128i within(__m128i c, char from, char to)
{
	return _mm_cmplt_epi8(_mm_add_epi8(c, _mm_set1_epi8((char)(128 - from))), _mm_set1_epi8((char)(-128 + (to - from + 1))));
}

static struct bits bits_of(const uint8_t *p)
{
	struct bits b = {0};
	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)(p + i)), blank = _mm_set1_epi8(' ');
		__m128i word = _mm_or_si128(within(_mm_or_si128(c, blank), 'a', 'z'), within(c, '0', '9'));
		b.blank |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(c, blank)) << i;
		b.word |= (uint64_t)(uint32_t)_mm_movemask_epi8(word) << i;
	}
	return b;
}
#else
static struct bits bits_of(const uint8_t *p)
{
	struct bits b = {0};
	for (unsigned i = 0; i < BLOCK; i++) {
		b.blank |= (uint64_t)(p[i] == ' ') << i;
		b.word |= (uint64_t)ascii_alnum(p[i]) << i;
	}
	return b;
}
#endif

/* The letters of eight bytes; zero is none. */
static uint32_t set_of_eight(const uint32_t *set, uint64_t w)
{
	return set[w & 0xFF] | set[w >> 8 & 0xFF] | set[w >> 16 & 0xFF] | set[w >> 24 & 0xFF] | set[w >> 32 & 0xFF] |
	       set[w >> 40 & 0xFF] | set[w >> 48 & 0xFF] | set[w >> 56];
}

uint32_t cut_set(const struct cut_table *t, struct str word)
{
	uint32_t set = 0;
	uint64_t w;
	size_t i = 0;
	for (; i + sizeof w <= word.n; i += sizeof w) {
		memcpy(&w, word.p + i, sizeof w);
		set |= set_of_eight(t->set, w);
	}
	for (; i < word.n; i++)
		set |= t->set[word.p[i]];
	return set;
}

uint32_t cut_word_set(const struct cut *c, const struct cut_table *t, struct str fold, size_t w)
{
	struct str word = cut_word(c, fold, w);
	uint64_t v;
	if (word.n == 0 || word.n > sizeof v || fold.n - c->word[w] < sizeof v)
		return cut_set(t, word);
	memcpy(&v, word.p, sizeof v); /* with what follows, which then goes */
	return set_of_eight(t->set, le64toh(v) << (64 - 8 * word.n));
}

void cut_text(struct cut *c, struct str fold)
{
	uint64_t inside = 0; /* the block before ended within a word */
	squeeze(c, fold);
	c->n_words = 1;
	c->word[0] = 0;
	for (size_t i = 0; i < fold.n; i += BLOCK) {
		uint8_t tail[BLOCK];
		struct str block = str_sub(fold, i, BLOCK);
		if (block.n < BLOCK) {
			memset(tail, 0, sizeof tail);
			memcpy(tail, block.p, block.n);
		}
		struct bits b = bits_of(block.n < BLOCK ? tail : block.p);
		uint64_t starts = ~(b.word << 1 | inside | b.blank);
		c->start[i / BLOCK] = starts & (block.n < BLOCK ? ((uint64_t)1 << block.n) - 1 : UINT64_MAX);
		inside = b.word >> (BLOCK - 1);
		for (; b.blank; b.blank &= b.blank - 1)
			c->word[c->n_words++] = (uint32_t)i + (uint32_t)__builtin_ctzll(b.blank) + 1;
	}
	c->word[c->n_words] = (uint32_t)fold.n + 1;
}

size_t cut_source(const struct cut *c, struct str fold, size_t pos)
{
	size_t lo = 0, hi = fold.n / GROUP + 1; /* the last group with at most pos letters before it */
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (c->base[mid] <= pos)
			lo = mid;
		else
			hi = mid;
	}
	size_t at = lo * GROUP;
	while (at + 1 < fold.n && (!norm_letter[fold.p[at]] || cut_letter(c, at) != pos))
		at++;
	return at;
}
