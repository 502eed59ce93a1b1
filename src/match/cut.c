/* cut.c - see cut.h. */
#include "match/cut.h"

#include "base/mem.h"
#include "match/gather.h"
#include "match/normalise.h"

enum { BLOCK = 64, STEP = 32 };

bool cut_init(struct cut *c, struct arena *a, size_t bytes)
{
	must(bytes < UINT32_MAX / 2);
	size_t blocks = bytes / BLOCK + 1;
	*c = (struct cut){.room = bytes, .gather = gather_tables()};
	c->class = arena_alloc(a, blocks * BLOCK + 2 * CUT_SLACK);
	c->start = arena_alloc(a, blocks * sizeof *c->start);
	c->blank = arena_alloc(a, (blocks + 1) * sizeof *c->blank);
	return c->class && c->start && c->blank;
}

/* One bit for each of BLOCK bytes. */
struct bits {
	uint64_t blank, word, letter; /* ' '; ASCII letters and digits; what has a class */
};

static struct bits cut_plain(const uint8_t *p, uint8_t *class)
{
	struct bits b = {0};
	for (unsigned i = 0; i < BLOCK; i++) {
		class[i] = norm_letter[p[i]];
		b.blank |= (uint64_t)(p[i] == ' ') << i;
		b.word |= (uint64_t)ascii_alnum(p[i]) << i;
		b.letter |= (uint64_t)(class[i] != 0) << i;
	}
	return b;
}

#ifdef HAVE_FAST
/* The classes of the row of 16 bytes from `from` on; no byte with the top bit is of it. */
FAST static inline __m256i row_class(__m256i c, char from)
{
	__m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(norm_letter + from)));
	return _mm256_shuffle_epi8(row, _mm256_adds_epu8(_mm256_xor_si256(c, _mm256_set1_epi8(from)), _mm256_set1_epi8(0x70)));
}

FAST static inline __m256i sign_class(__m256i c, char sign)
{
	return _mm256_and_si256(_mm256_cmpeq_epi8(c, _mm256_set1_epi8(sign)), _mm256_set1_epi8((char)norm_letter[(uint8_t)sign]));
}

/* The classes of 32 bytes that are no capitals; *word: which of them are of letters and digits. */
FAST static inline __m256i classes(__m256i c, __m256i *word)
{
	__m256i l = _mm256_and_si256(_mm256_cmpeq_epi8(c, _mm256_set1_epi8('l')), _mm256_set1_epi8('l' ^ 'i'));
	__m256i letters = _mm256_xor_si256(_mm256_and_si256(c, bytes_within(c, 'a', 'z')), l);
	__m256i signs = _mm256_or_si256(row_class(c, 0x20), sign_class(c, '@'));
	signs = _mm256_or_si256(signs, _mm256_or_si256(sign_class(c, '|'), sign_class(c, '\\')));
	*word = _mm256_or_si256(letters, row_class(c, 0x30));
	return _mm256_or_si256(*word, signs);
}

FAST static struct bits cut_fast(const uint8_t *p, uint8_t *class)
{
	const __m256i zero = _mm256_setzero_si256(), blank = _mm256_set1_epi8(' ');
	__m256i c = load_bytes(p), d = load_bytes(p + STEP), in_c, in_d;
	__m256i v = classes(c, &in_c), w = classes(d, &in_d);
	_mm256_storeu_si256((__m256i *)(void *)class, v);
	_mm256_storeu_si256((__m256i *)(void *)(class + STEP), w);
	return (struct bits){.blank = top_bits(_mm256_cmpeq_epi8(c, blank), _mm256_cmpeq_epi8(d, blank)),
		.word = top_bits(_mm256_cmpgt_epi8(in_c, zero), _mm256_cmpgt_epi8(in_d, zero)),
		.letter = top_bits(_mm256_cmpgt_epi8(v, zero), _mm256_cmpgt_epi8(w, zero))};
}
#else
static struct bits cut_fast(const uint8_t *p, uint8_t *class)
{
	return cut_plain(p, class);
}
#endif

void cut_text(struct cut *c, struct str fold)
{
	uint64_t inside = 0, signs = c->signs ? UINT64_MAX : 0; /* inside: the block before ended within a word */
	struct bits (*cut)(const uint8_t *, uint8_t *) = c->gather ? cut_fast : cut_plain;
	uint8_t tail[BLOCK] = {0};
	size_t i = 0;
	must(fold.n <= c->room);
	c->text = fold;
	for (; fold.n - i >= BLOCK; i += BLOCK) {
		struct bits b = cut(fold.p + i, c->class + i);
		c->start[i / BLOCK] = ~(b.word << 1 | inside | b.blank) & (b.letter | signs);
		c->blank[i / BLOCK] = b.blank;
		inside = b.word >> (BLOCK - 1);
	}
	if (fold.n > i)
		memcpy(tail, fold.p + i, fold.n - i);
	struct bits b = cut(tail, c->class + i);
	uint64_t behind = UINT64_MAX << (fold.n - i);
	c->start[i / BLOCK] = ~(b.word << 1 | inside | b.blank | behind) & (b.letter | signs);
	c->blank[i / BLOCK] = b.blank | behind;
	c->blank[i / BLOCK + 1] = UINT64_MAX;
	memset(c->class + i + BLOCK, 0, 2 * CUT_SLACK);
}

/* ---- squeezed letters ---- */
static size_t squeeze_plain(const struct cut *c, uint8_t *letter)
{
	uint8_t last = 0;
	size_t k = 0;
	for (size_t i = 0; i < c->text.n; i++) {
		letter[k] = c->class[i];
		k += (c->class[i] != 0) & (c->class[i] != last);
		last = c->class[i] ? c->class[i] : last;
	}
	return k;
}

#ifdef HAVE_FAST
FAST static size_t squeeze_fast(const struct cut *c, uint8_t *letter)
{
	uint8_t last = 0;
	size_t k = 0;
	for (size_t i = 0; i < c->text.n; i += CUT_SLACK) {
		unsigned n;
		__m128i eight = _mm_loadl_epi64((const __m128i *)(const void *)(c->class + i));
		_mm_storel_epi64((__m128i *)(void *)(letter + k), gather_fresh(c->gather, eight, last, &n));
		k += n;
		last = k ? letter[k - 1] : 0;
	}
	return k;
}
#else
static size_t squeeze_fast(const struct cut *c, uint8_t *letter)
{
	return squeeze_plain(c, letter);
}
#endif

struct str cut_squeeze(const struct cut *c, struct arena *a)
{
	uint8_t *letter = arena_alloc(a, c->text.n + 2 * CUT_SLACK);
	if (!letter)
		return str_make(NULL, 0);
	size_t n = (c->gather ? squeeze_fast : squeeze_plain)(c, letter);
	memset(letter + n, 0, CUT_SLACK);
	return str_make(letter, n);
}

size_t cut_source(const struct cut *c, struct cut_cursor *k, size_t pos)
{
	for (; k->letters <= pos; k->next++) {
		uint8_t class = c->class[k->next];
		k->letters += class && class != k->last;
		k->last = class ? class : k->last;
	}
	return k->next - 1;
}

/* Squeezed letters one by one. align.h follows a phrase over gaps of CUT_GAP_MAX bytes at most; over letters of one class that differ or have gaps
 * between them only as far as the phrase has them; and over any number of equal ones. It may begin anywhere in the first run. */
struct letter_walk {
	const uint8_t *class, *text;
	size_t at;
	unsigned n; /* letters so far */
	uint8_t last;
};
_Static_assert((int)CUT_SLACK > (int)CUT_GAP_MAX, "no walk goes on behind the text");

static inline uint8_t next_letter(struct letter_walk *w)
{
	unsigned gap = 0, apart = 0;
	for (size_t i = w->at;; i++) {
		if (!w->class[i]) {
			if (gap++ == CUT_GAP_MAX)
				return 0;
			continue;
		}
		if (w->class[i] != w->last) {
			w->at = i + 1;
			w->n++;
			return w->last = w->class[i];
		}
		apart += gap > 0 || (w->n > 1 && w->text[i] != w->text[i - 1]);
		gap = 0;
		if (apart == CUT_RUN_MAX)
			return 0;
	}
}

size_t cut_run_end(const struct cut *c, size_t at)
{
	size_t end = at + 1;
	while (end < c->text.n && c->class[end] == c->class[at])
		end++;
	return end;
}

#ifdef HAVE_FAST
/* Of 16 bytes; false when they hold fewer than CUT_KEY. */
FAST static bool letters_of_step(const struct gather *g, const uint8_t *class, uint64_t *key)
{
	unsigned n;
	*key = letters_of_16(g, class, &n);
	return n >= CUT_KEY;
}
#else
static bool letters_of_step(const struct gather *g, const uint8_t *class, uint64_t *key)
{
	(void)g, (void)class, (void)key;
	return false;
}
#endif

uint64_t cut_letters(const struct cut *c, size_t at)
{
	struct letter_walk w = {.class = c->class, .text = c->text.p, .at = at};
	uint64_t key = 0;
	uint8_t letter;
	if (c->gather && letters_of_step(c->gather, c->class + at, &key))
		return key;
	key = 0;
	for (unsigned i = 0; i < 8 * CUT_KEY && (letter = next_letter(&w)); i += 8)
		key |= (uint64_t)letter << i;
	return key;
}

bool cut_spells(const struct cut *c, size_t at, struct str letters)
{
	struct letter_walk w = {.class = c->class, .text = c->text.p, .at = at};
	for (size_t i = 0; i < letters.n; i++)
		if (next_letter(&w) != letters.p[i])
			return false;
	return true;
}

/* ---- words ---- */
static const uint32_t no_letters = CUT_NO_LETTERS;

static uint32_t set_plain(struct str classes)
{
	uint32_t set = 0;
	for (size_t i = 0; i < classes.n; i++)
		set |= (uint32_t)1 << (classes.p[i] & 31);
	return set & ~no_letters;
}

uint32_t cut_set(struct str word)
{
	uint32_t set = 0;
	for (size_t i = 0; i < word.n; i++)
		set |= set_plain(str_make(&norm_letter[word.p[i]], 1));
	return set;
}

#ifdef HAVE_FAST
FAST static uint32_t set_fast(struct str classes)
{
	return class_set(classes.p, classes.n) & ~no_letters;
}
#else
static uint32_t set_fast(struct str classes)
{
	return set_plain(classes);
}
#endif

uint32_t cut_word_set(const struct cut *c, struct str word)
{
	return (c->gather ? set_fast : set_plain)(str_make(c->class + (word.p - c->text.p), word.n));
}

uint64_t cut_long_words(const struct cut *c, size_t block)
{
	uint64_t word = ~c->blank[block], next = ~c->blank[block + 1], begin = ~(word << 1);
	if (block && !(c->blank[block - 1] >> (BLOCK - 1)))
		begin &= ~(uint64_t)1;
	begin &= word;
	for (unsigned k = 1; k < CUT_WORD_MIN; k++)
		begin &= word >> k | next << (BLOCK - k);
	return begin;
}

struct str cut_word(const struct cut *c, size_t at)
{
	size_t i = at / BLOCK;
	uint64_t blank = c->blank[i] >> at % BLOCK << at % BLOCK;
	while (!blank)
		blank = c->blank[++i];
	return str_make(c->text.p + at, i * BLOCK + (size_t)__builtin_ctzll(blank) - at);
}

size_t cut_word_before(const struct cut *c, size_t at)
{
	if (at == 0)
		return STR_NPOS;
	size_t i = (at - 1) / BLOCK; /* of the blank between the words; look for the one before it */
	uint64_t blank = c->blank[i] & (((uint64_t)1 << (at - 1) % BLOCK) - 1);
	while (!blank && i > 0)
		blank = c->blank[--i];
	return blank ? i * BLOCK + BLOCK - (size_t)__builtin_clzll(blank) : 0;
}
