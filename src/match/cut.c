/* cut.c - see cut.h. */
#include "match/cut.h"

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

/* Eight bytes, the low ones of class; m: which of them are letters. Returns the letters squeezed by then. */
SSSE3 static inline uint32_t squeeze_group(
	const struct gather *g, __m128i class, unsigned m, uint8_t *squeezed, uint32_t k, int8_t *ahead)
{
	uint8_t *out = squeezed + k;
	__m128i v = gathered(class, g->places[m]), before = _mm_or_si128(_mm_slli_si128(v, 1), _mm_cvtsi32_si128(out[-1]));
	__m128i letter = _mm_cmpgt_epi8(v, _mm_setzero_si128());
	unsigned fresh = (unsigned)_mm_movemask_epi8(_mm_andnot_si128(_mm_cmpeq_epi8(v, before), letter)) & 0xFF;
	_mm_storel_epi64((__m128i *)(void *)out, gathered(v, g->places[fresh]));
	_mm_storel_epi64((__m128i *)(void *)ahead, gathered(_mm_cvtsi64_si128((int64_t)g->latest[fresh]), g->before[m]));
	return k + g->count[fresh];
}

SSSE3 static inline void squeeze_step(struct squeezer *s, const uint8_t *p)
{
	__m128i class = classes(_mm_loadu_si128((const __m128i *)(const void *)p));
	unsigned letters = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(class, _mm_setzero_si128()));
	s->base[0] = s->k;
	s->k = squeeze_group(s->gather, class, letters & 0xFF, s->out, s->k, s->ahead);
	s->base[1] = s->k;
	s->k = squeeze_group(s->gather, _mm_srli_si128(class, GROUP), letters >> GROUP & 0xFF, s->out, s->k, s->ahead + GROUP);
	s->base += STEP / GROUP;
	s->ahead += STEP;
}

SSSE3 static uint32_t squeeze_fast(struct squeezer s, struct str fold, const uint8_t tail[STEP])
{
	for (size_t i = 0; fold.n - i >= STEP; i += STEP)
		squeeze_step(&s, fold.p + i);
	squeeze_step(&s, tail);
	return s.k;
}
#endif

static uint32_t squeeze_slowly(struct squeezer s, struct str fold, const uint8_t tail[STEP])
{
	for (size_t i = 0; fold.n - i >= STEP; i += STEP)
		squeeze_plain(&s, fold.p + i);
	squeeze_plain(&s, tail);
	return s.k;
}

static void squeeze(struct cut *c, struct str fold)
{
	struct squeezer s = {gather_tables(), c->squeeze, c->ahead, c->base, 0};
	uint8_t tail[STEP] = {0};
	must(fold.n <= c->room);
	if (fold.n % STEP)
		memcpy(tail, fold.p + (fold.n - fold.n % STEP), fold.n % STEP);
#ifdef HAVE_SSSE3
	c->n_squeeze = (!c->slow && __builtin_cpu_supports("ssse3") ? squeeze_fast : squeeze_slowly)(s, fold, tail);
#else
	c->n_squeeze = squeeze_slowly(s, fold, tail);
#endif
	memset(c->squeeze + c->n_squeeze, NORM_SEP, CUT_END);
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

uint32_t cut_set(const struct cut_table *t, struct str word)
{
	uint32_t set = 0;
	uint64_t w;
	size_t i = 0;
	for (; i + sizeof w <= word.n; i += sizeof w) {
		memcpy(&w, word.p + i, sizeof w);
		set |= cut_set_of_eight(t, w);
	}
	for (; i < word.n; i++)
		set |= t->set[word.p[i]];
	return set;
}

void cut_text(struct cut *c, struct str fold)
{
	uint64_t inside = 0; /* the block before ended within a word */
	squeeze(c, fold);
	uint32_t *word = c->word;
	*word++ = 0;
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
			*word++ = (uint32_t)i + (uint32_t)__builtin_ctzll(b.blank) + 1;
	}
	*word = (uint32_t)fold.n + 1;
	c->n_words = (size_t)(word - c->word);
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
