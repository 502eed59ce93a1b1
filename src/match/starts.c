/* starts.c - see starts.h. */
#include "match/starts.h"

#include "match/gather.h"
#include "match/normalise.h"

enum { BLOCK = 64 };

/* *run_end: of the last start that was looked at so. */
static bool known_plain(const struct phrase_index *x, const struct cut *c, size_t at, size_t *run_end)
{
	if (!c->class[at] || at < *run_end)
		return false;
	*run_end = cut_run_end(c, at);
	return keys_perhaps(&x->squeezed, key_short(cut_letters(c, at)));
}

static size_t starts_plain(const struct phrase_index *x, const struct cut *c, uint32_t *out)
{
	size_t n = 0, run_end = 0;
	for (size_t i = 0; i < c->text.n; i += BLOCK)
		for (uint64_t bits = c->start[i / BLOCK]; bits; bits &= bits - 1) {
			size_t at = i + (size_t)__builtin_ctzll(bits);
			if (known_plain(x, c, at, &run_end) || literal_perhaps(x, c->text.p + at))
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
	size_t run_end = 0;
	for (size_t i = 0; i < c->text.n; i += BLOCK)
		for (uint64_t bits = c->start[i / BLOCK]; bits; bits &= bits - 1) {
			unsigned n;
			size_t at = i + (size_t)__builtin_ctzll(bits);
			__m128i v = gather_fresh(g, _mm_loadl_epi64((const __m128i *)(const void *)(class + at)), 0, &n);
			bool known = n < KEY_SHORT ? known_plain(x, c, at, &run_end)
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
