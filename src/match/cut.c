/* cut.c - see cut.h. */
#include "match/cut.h"

#include <endian.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/mem.h"
#include "match/normalise.h"

enum { BLOCK = 64 };

void cut_table_init(struct cut_table *t)
{
	for (int c = 0; c < 256; c++) {
		bool sign = c == '!' || c == '|'; /* they often end a word and are no letters of it */
		t->begins[c] = norm_letter[c] != 0;
		t->set[c] = norm_letter[c] && !sign ? (uint32_t)1 << (norm_letter[c] - 'a') : 0;
	}
}

void cut_table_begin(struct cut_table *t, uint8_t c)
{
	t->begins[c] = true;
}

bool cut_init(struct cut *c, struct arena *a, size_t bytes)
{
	must(bytes < UINT32_MAX / 2);
	size_t n = bytes + 1; /* the loops write first and decide then what counts */
	*c = (struct cut){.room = bytes};
	c->squeeze = arena_alloc(a, n + CUT_END);
	c->squeeze_at = arena_alloc(a, n * sizeof *c->squeeze_at);
	c->start = arena_alloc(a, n * sizeof *c->start);
	c->word = arena_alloc(a, n * sizeof *c->word);
	c->set = arena_alloc(a, n * sizeof *c->set);
	return c->squeeze && c->squeeze_at && c->start && c->word && c->set;
}

void cut_squeeze(struct cut *c, struct str fold)
{
	uint8_t *restrict squeeze = c->squeeze;
	uint32_t *restrict at = c->squeeze_at;
	uint32_t k = 0, last = 0;
	must(fold.n <= c->room);
	for (size_t i = 0; i < fold.n; i++) {
		uint32_t letter = norm_letter[fold.p[i]], is_letter = letter != 0;
		squeeze[k] = (uint8_t)letter;
		at[i] = k;
		k += is_letter & (letter != last);
		last ^= (last ^ letter) & -is_letter; /* no branch: what stands at the end of a word cannot be foretold */
	}
	memset(squeeze + k, NORM_SEP, CUT_END);
	c->n_squeeze = k;
}

/* One bit for each of BLOCK bytes. */
struct bits {
	uint64_t blank, word; /* ' '; ASCII letters and digits */
};

#ifdef __SSE2__
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
	c->set[c->n_words++] =
		fold.n - begin >= n + 8 ? set_within(t, fold.p + begin, n) : cut_set(t, str_sub(fold, begin, n));
	if (c->n_words <= c->room)
		c->word[c->n_words] = (uint32_t)end + 1;
}

void cut_text(struct cut *c, const struct cut_table *t, struct str fold)
{
	uint64_t inside = 0; /* the block before ended within a word */
	cut_squeeze(c, fold);
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

size_t cut_letter(const struct cut *c, struct str fold, size_t at)
{
	size_t k = c->squeeze_at[at];
	return k - (k && c->squeeze[k - 1] == norm_letter[fold.p[at]]);
}

size_t cut_source(const struct cut *c, struct str fold, size_t pos)
{
	size_t lo = 0, hi = fold.n; /* the last place with at most pos letters before it */
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (c->squeeze_at[mid] <= pos)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}
