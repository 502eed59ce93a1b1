/* cut.c - see cut.h. */
#include "match/cut.h"

#include <endian.h>

#include <pthread.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_SSSE3 1
#include <tmmintrin.h>
#endif

#include "base/mem.h"
#include "match/normalise.h"

enum { BLOCK = 64, GROUP = 8, STEP = 16 };

static uint8_t count[256];   /* bits set */
static uint64_t gather[256]; /* the places of the bits set, a byte each, then 0x80: what PSHUFB takes */
static pthread_once_t tables_once = PTHREAD_ONCE_INIT;

static void build_tables(void)
{
	for (unsigned m = 0; m < 256; m++) {
		gather[m] = 0x8080808080808080u;
		for (unsigned i = 0; i < GROUP; i++)
			if (m >> i & 1) {
				unsigned at = 8u * count[m]++;
				gather[m] = (gather[m] & ~((uint64_t)0xFF << at)) | (uint64_t)i << at;
			}
	}
}

void cut_table_init(struct cut_table *t)
{
	for (int c = 0; c < 256; c++) {
		bool sign = c == '!' || c == '|';                      /* they often end a word and are no letters of it */
		bool counts = norm_letter[c] && norm_letter[c] != 's'; /* nor is the s of a genitive */
		t->begins[c] = norm_letter[c] != 0;
		t->set[c] = counts && !sign ? (uint32_t)1 << (norm_letter[c] - 'a') : 0;
	}
}

void cut_table_begin(struct cut_table *t, uint8_t c)
{
	t->begins[c] = true;
}

static bool init_squeeze(struct cut *c, struct arena *a, size_t bytes)
{
	pthread_once(&tables_once, build_tables);
	*c = (struct cut){.room = bytes};
	c->squeeze = arena_alloc(a, bytes + STEP);
	c->group = arena_alloc(a, (bytes / STEP + 1) * (STEP / GROUP) * sizeof *c->group);
	return c->squeeze && c->group;
}

bool cut_init(struct cut *c, struct arena *a, size_t bytes)
{
	must(bytes < UINT32_MAX / 2);
	size_t n = bytes + 1; /* the loops write first and decide then what counts */
	if (!init_squeeze(c, a, bytes))
		return false;
	c->start = arena_alloc(a, n * sizeof *c->start);
	c->word = arena_alloc(a, n * sizeof *c->word);
	c->set = arena_alloc(a, n * sizeof *c->set);
	return c->start && c->word && c->set;
}

/* Where the squeezing stands. */
struct squeezer {
	uint8_t *out;
	struct cut_group *group;
	uint32_t k, last;
};

static void squeeze_plain(struct squeezer *q, const uint8_t *p)
{
	for (unsigned half = 0; half < STEP / GROUP; half++) {
		struct cut_group g = {.squeeze = q->k};
		for (unsigned i = 0, rank = 0; i < GROUP; i++) {
			uint32_t letter = norm_letter[*p++];
			if (!letter)
				continue;
			g.letters |= (uint8_t)(1u << i);
			if (letter != q->last)
				g.fresh |= (uint8_t)(1u << rank), q->out[q->k++] = (uint8_t)letter;
			q->last = letter;
			rank++;
		}
		*q->group++ = g;
	}
}

#ifdef HAVE_SSSE3
/* The letter classes of 16 bytes: one look-up for each row of ASCII that has any. */
__attribute__((target("ssse3"))) static __m128i classes(__m128i c)
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

__attribute__((target("ssse3"))) static __m128i gathered(__m128i v, unsigned bits)
{
	return _mm_shuffle_epi8(v, _mm_cvtsi64_si128((int64_t)gather[bits]));
}

__attribute__((target("ssse3"))) static void squeeze_ssse3(struct squeezer *q, const uint8_t *p)
{
	__m128i class = classes(_mm_loadu_si128((const __m128i *)(const void *)p));
	unsigned letters = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(class, _mm_setzero_si128()));
	for (unsigned half = 0; half < STEP / GROUP; half++, letters >>= GROUP, class = _mm_srli_si128(class, GROUP)) {
		unsigned m = letters & 0xFF, n = count[m];
		__m128i v = gathered(class, m), before = _mm_or_si128(_mm_slli_si128(v, 1), _mm_cvtsi32_si128((int)q->last));
		unsigned fresh = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, before)) & ((1u << n) - 1);
		_mm_storel_epi64((__m128i *)(void *)(q->out + q->k), gathered(v, fresh));
		*q->group++ = (struct cut_group){q->k, (uint8_t)m, (uint8_t)fresh};
		q->k += count[fresh];
		q->last = n ? (uint32_t)((uint64_t)_mm_cvtsi128_si64(v) >> 8 * (n - 1)) & 0xFF : q->last;
	}
}

__attribute__((target("ssse3"))) static size_t squeeze_fast(struct squeezer *q, struct str fold)
{
	size_t i = 0;
	for (; fold.n - i >= STEP; i += STEP)
		squeeze_ssse3(q, fold.p + i);
	return i;
}
#endif

static void squeeze(struct cut *c, struct str fold)
{
	struct squeezer q = {.out = c->squeeze, .group = c->group};
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

/* The same where eight bytes can be read at any place of the text. */
static uint32_t set_within(const struct cut_table *t, const uint8_t *p, size_t n)
{
	uint32_t set = 0;
	uint64_t w;
	for (; n > sizeof w; p += sizeof w, n -= sizeof w) {
		memcpy(&w, p, sizeof w);
		set |= set_of_eight(t->set, w);
	}
	memcpy(&w, p, sizeof w);
	w = le64toh(w);
	return set | (n ? set_of_eight(t->set, w << (64 - 8 * n)) : 0);
}

static void end_word(struct cut *c, const struct cut_table *t, struct str fold, size_t end)
{
	size_t begin = c->word[c->n_words], n = end - begin;
	c->set[c->n_words++] = fold.n - begin >= n + 8 ? set_within(t, fold.p + begin, n) : cut_set(t, str_sub(fold, begin, n));
	if (c->n_words <= c->room)
		c->word[c->n_words] = (uint32_t)end + 1;
}

void cut_text(struct cut *c, const struct cut_table *t, struct str fold)
{
	uint64_t inside = 0; /* the block before ended within a word */
	squeeze(c, fold);
	c->n_starts = c->n_words = 0;
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
		starts &= block.n < BLOCK ? ((uint64_t)1 << block.n) - 1 : UINT64_MAX;
		inside = b.word >> (BLOCK - 1);
		for (; starts; starts &= starts - 1) {
			uint32_t at = (uint32_t)i + (uint32_t)__builtin_ctzll(starts);
			c->start[c->n_starts] = at;
			c->n_starts += t->begins[fold.p[at]];
		}
		for (; b.blank; b.blank &= b.blank - 1)
			end_word(c, t, fold, i + (size_t)__builtin_ctzll(b.blank));
	}
	end_word(c, t, fold, fold.n);
}

size_t cut_letter(const struct cut *c, size_t at)
{
	struct cut_group g = c->group[at / GROUP];
	unsigned i = at % GROUP, rank = count[g.letters & ((1u << i) - 1)];
	bool repeated = (g.letters >> i & 1) && !(g.fresh >> rank & 1);
	return g.squeeze + count[g.fresh & ((1u << rank) - 1)] - repeated;
}

/* The place of the nth bit that is set. */
static unsigned place(uint8_t bits, unsigned n)
{
	return (unsigned)(gather[bits] >> 8 * n) & 0xFF;
}

size_t cut_source(const struct cut *c, size_t text_bytes, size_t pos)
{
	size_t lo = 0, hi = text_bytes / GROUP + 1; /* the last group with at most pos letters before it */
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (c->group[mid].squeeze <= pos)
			lo = mid;
		else
			hi = mid;
	}
	struct cut_group g = c->group[lo];
	return lo * GROUP + place(g.letters, place(g.fresh, (unsigned)(pos - g.squeeze)));
}
