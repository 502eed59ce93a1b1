/* starts.c - see starts.h. */
#include "match/starts.h"

#include "match/gather.h"
#include "match/normalise.h"

enum { BLOCK = 64 };

bool starts_init(struct starts *s, struct arena *a, size_t bytes)
{
	size_t blocks = bytes / BLOCK + 1;
	s->literal = arena_alloc(a, blocks * sizeof *s->literal);
	s->squeezed = arena_alloc(a, blocks * sizeof *s->squeezed);
	s->word = arena_alloc(a, (bytes / CUT_WORD_MIN + 2) * sizeof *s->word);
	s->n_words = 0;
	return s->literal && s->squeezed && s->word;
}

/* The answer for the letters of one class up to run_end. */
struct last_run {
	size_t run_end;
	bool known;
};

static bool known_plain(const struct phrase_index *x, const struct cut *c, size_t at, struct last_run *last)
{
	if (!c->class[at])
		return false;
	if (at >= last->run_end)
		*last = (struct last_run){cut_run_end(c, at), keys_perhaps(&x->squeezed, key_short(cut_letters(c, at)))};
	return last->known;
}

static void starts_plain(const struct phrase_index *x, const struct cut *c, struct starts *out)
{
	struct last_run last = {0};
	for (size_t i = 0; i < c->text.n; i += BLOCK) {
		uint64_t literal = 0, squeezed = 0;
		for (uint64_t bits = c->start[i / BLOCK]; bits; bits &= bits - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(bits);
			squeezed |= (uint64_t)known_plain(x, c, i + bit, &last) << bit;
			literal |= (uint64_t)literal_perhaps(x, c->text.p + i + bit) << bit;
		}
		out->literal[i / BLOCK] = literal;
		out->squeezed[i / BLOCK] = squeezed;
	}
}

static size_t words_plain(const struct phrase_index *x, const struct cut *c, struct start_word *out)
{
	size_t n = 0;
	for (size_t i = 0; i < c->text.n; i += BLOCK)
		for (uint64_t bits = cut_long_words(c, i / BLOCK); bits; bits &= bits - 1) {
			size_t at = i + (size_t)__builtin_ctzll(bits);
			out[n] = (struct start_word){(uint32_t)at, cut_word_set(c, cut_word(c, at))};
			n += key_perhaps(&x->longest, key_word(out[n].set));
		}
	return n;
}

#ifdef HAVE_FAST
/* Where few letters follow. What stands behind too long a gap is taken for a letter too, so that some are marked for nothing. */
FAST static bool known_apart(const struct phrase_index *x, const struct cut *c, size_t at, struct last_run *last)
{
	unsigned n;
	uint64_t key = letters_of_16(c->gather, c->class + at, &n);
	return n < KEY_SHORT ? known_plain(x, c, at, last) : keys_perhaps(&x->squeezed, key_short(key));
}

FAST static void starts_fast(const struct phrase_index *x, const struct cut *c, struct starts *out)
{
	const struct gather *g = c->gather;
	const struct key_filter filter = x->squeezed.filter, heads = x->heads;
	struct last_run last = {0};
	for (size_t i = 0; i < c->text.n; i += BLOCK) {
		const uint8_t *class = c->class + i, *text = c->text.p + i;
		uint64_t literal = 0, squeezed = 0;
		for (uint64_t bits = c->start[i / BLOCK]; bits; bits &= bits - 1) {
			unsigned n, bit = (unsigned)__builtin_ctzll(bits);
			__m128i v = gather_fresh(g, _mm_loadl_epi64((const __m128i *)(const void *)(class + bit)), 0, &n);
			bool known = n < KEY_SHORT ? known_apart(x, c, i + bit, &last)
			                           : key_perhaps(&filter, key_short((uint64_t)_mm_cvtsi128_si64(v)));
			squeezed |= (uint64_t)known << bit;
			literal |= (uint64_t)key_perhaps(&heads, key_literal(text + bit, 3)) << bit;
		}
		out->literal[i / BLOCK] = literal;
		out->squeezed[i / BLOCK] = squeezed;
	}
}

FAST static size_t words_fast(const struct phrase_index *x, const struct cut *c, struct start_word *out)
{
	const struct key_filter longest = x->longest;
	struct start_word *o = out;
	for (size_t i = 0; i < c->text.n; i += BLOCK)
		for (uint64_t bits = cut_long_words(c, i / BLOCK); bits; bits &= bits - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(bits);
			uint64_t blank = c->blank[i / BLOCK] >> bit;
			size_t n = blank ? (size_t)__builtin_ctzll(blank) : cut_word(c, i + bit).n;
			uint32_t set = class_set(c->class + i + bit, n) & ~(uint32_t)CUT_NO_LETTERS;
			*o = (struct start_word){(uint32_t)(i + bit), set};
			o += key_perhaps(&longest, key_word(set));
		}
	return (size_t)(o - out);
}
#endif

void starts_find(const struct phrase_index *x, const struct cut *c, struct starts *out)
{
#ifdef HAVE_FAST
	if (c->gather) {
		starts_fast(x, c, out);
		return;
	}
#endif
	starts_plain(x, c, out);
}

void starts_find_words(const struct phrase_index *x, const struct cut *c, struct starts *out)
{
#ifdef HAVE_FAST
	if (c->gather) {
		out->n_words = words_fast(x, c, out->word);
		return;
	}
#endif
	out->n_words = words_plain(x, c, out->word);
}
