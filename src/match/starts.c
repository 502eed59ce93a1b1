/* starts.c - see starts.h. */
#include "match/starts.h"

#include "match/gather.h"
#include "match/normalise.h"

enum { BLOCK = 64 };

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

static size_t starts_plain(const struct phrase_index *x, const struct cut *c, uint32_t *out)
{
	size_t n = 0;
	struct last_run last = {0};
	for (size_t i = 0; i < c->text.n; i += BLOCK)
		for (uint64_t bits = c->start[i / BLOCK]; bits; bits &= bits - 1) {
			size_t at = i + (size_t)__builtin_ctzll(bits);
			if (known_plain(x, c, at, &last) || literal_perhaps(x, c->text.p + at))
				out[n++] = (uint32_t)at;
		}
	return n;
}

#ifdef HAVE_FAST
FAST static size_t starts_fast(const struct phrase_index *x, const struct cut *c, uint32_t *out)
{
	const struct gather *g = c->gather;
	const struct key_filter squeezed = x->squeezed.filter, heads = x->heads;
	const uint8_t *class = c->class, *text = c->text.p;
	uint32_t *o = out;
	struct last_run last = {0};
	for (size_t i = 0; i < c->text.n; i += BLOCK)
		for (uint64_t bits = c->start[i / BLOCK]; bits; bits &= bits - 1) {
			unsigned n;
			size_t at = i + (size_t)__builtin_ctzll(bits);
			__m128i v = gather_fresh(g, _mm_loadl_epi64((const __m128i *)(const void *)(class + at)), 0, &n);
			bool known = n < KEY_SHORT ? known_plain(x, c, at, &last)
			                           : key_perhaps(&squeezed, key_short((uint64_t)_mm_cvtsi128_si64(v)));
			*o = (uint32_t)at;
			o += known | key_perhaps(&heads, key_literal(text + at, 3));
		}
	return (size_t)(o - out);
}
#endif

size_t starts_find(const struct phrase_index *x, const struct cut *c, uint32_t *out)
{
#ifdef HAVE_FAST
	if (c->gather)
		return starts_fast(x, c, out);
#endif
	return starts_plain(x, c, out);
}
