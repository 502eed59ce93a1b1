/* base64.c - see base64.h. Clean stretches go sixteen bytes at a time where the processor can (SSSE3), clean groups through
 * four tables that hold each sextet already shifted; the rest, line ends included, one character at a time. */
#include "codec/base64.h"

#ifdef __x86_64__
#include <tmmintrin.h>
#endif

#include "base/anomaly.h"

/* X(c, v) for every character c of the alphabet and its value v. */
#define X8(X, c, v) \
	X(c, v), X(c + 1, v + 1), X(c + 2, v + 2), X(c + 3, v + 3), X(c + 4, v + 4), X(c + 5, v + 5), X(c + 6, v + 6), \
		X(c + 7, v + 7)
#define X26(X, c, v) X8(X, c, v), X8(X, c + 8, v + 8), X8(X, c + 16, v + 16), X(c + 24, v + 24), X(c + 25, v + 25)
#define ALPHABET(X) X26(X, 'A', 0), X26(X, 'a', 26), X8(X, '0', 52), X('8', 60), X('9', 61), X('+', 62), X('/', 63)

/* class[c]: JUNK, PAD, SPACE, or the sextet with DATA added. */
enum { JUNK, PAD, SPACE, DATA = 64 };
#define VALUE(c, v) [c] = DATA + (v)
static const uint8_t class[256] = {
	ALPHABET(VALUE),
	['='] = PAD,
	[' '] = SPACE,
	['\t'] = SPACE,
	['\n'] = SPACE,
	['\v'] = SPACE,
	['\f'] = SPACE,
	['\r'] = SPACE,
};

/* sextet[k][c]: the kth sextet of a group where it goes in a word whose low three bytes are the output, first byte lowest;
 * bit 24 + k says that c is of the alphabet. */
#define GOOD 0x0F000000u
#define FIRST(c, v) [c] = 1u << 24 | (v) << 2
#define SECOND(c, v) [c] = 1u << 25 | (v) >> 4 | ((v)&15) << 12
#define THIRD(c, v) [c] = 1u << 26 | (v) >> 2 << 8 | ((v)&3) << 22
#define FOURTH(c, v) [c] = 1u << 27 | (v) << 16
static const uint32_t sextet[4][256] = {{ALPHABET(FIRST)}, {ALPHABET(SECOND)}, {ALPHABET(THIRD)}, {ALPHABET(FOURTH)}};

static inline void put3(uint8_t *o, uint32_t w)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(o, &w, 4);
#else
	o[0] = (uint8_t)w, o[1] = (uint8_t)(w >> 8), o[2] = (uint8_t)(w >> 16);
#endif
}

static inline uint32_t group(const uint8_t *p)
{
	return sextet[0][p[0]] | sextet[1][p[1]] | sextet[2][p[2]] | sextet[3][p[3]];
}

#ifdef __x86_64__
/* Sixteen clean bytes a step, after W. Mula and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions"
 * (2018): a byte's high half tells which low halves go with it, and what to add to get its sextet. Stops at the first
 * sixteen that hold anything else; may write four bytes past what counts, for which the input left owes room. */
__attribute__((target("ssse3"))) static const uint8_t *decode_blocks(const uint8_t *p, const uint8_t *end, uint8_t **o)
{
	const __m128i low_kinds = _mm_setr_epi8(21, 17, 17, 17, 17, 17, 17, 17, 17, 17, 19, 26, 27, 27, 27, 26);
	const __m128i high_kinds = _mm_setr_epi8(16, 16, 1, 2, 4, 8, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16);
	const __m128i offsets = _mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m128i order = _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
	const __m128i half = _mm_set1_epi8(15), slash = _mm_set1_epi8('/');
	uint8_t *out = *o;
	for (; end - p >= 24; p += 16, out += 12) {
		__m128i in = _mm_loadu_si128((const __m128i *)p);
		__m128i high = _mm_and_si128(_mm_srli_epi32(in, 4), half), low = _mm_and_si128(in, half);
		__m128i odd = _mm_and_si128(_mm_shuffle_epi8(low_kinds, low), _mm_shuffle_epi8(high_kinds, high));
		if (_mm_movemask_epi8(_mm_cmpeq_epi8(odd, _mm_setzero_si128())) != 0xFFFF)
			break;
		__m128i offset = _mm_shuffle_epi8(offsets, _mm_add_epi8(_mm_cmpeq_epi8(in, slash), high));
		__m128i sextets = _mm_add_epi8(in, offset);
		__m128i pairs = _mm_maddubs_epi16(sextets, _mm_set1_epi32(0x01400140));
		__m128i words = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
		_mm_storeu_si128((__m128i *)out, _mm_shuffle_epi8(words, order));
	}
	*o = out;
	return p;
}
#endif

/* Whole clean groups from p on; returns where it stopped and moves *o on. May write one byte past what counts. */
static const uint8_t *decode_groups(const uint8_t *p, const uint8_t *end, uint8_t **o)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("ssse3"))
		p = decode_blocks(p, end, o);
#endif
	uint8_t *out = *o;
	while (end - p >= 8) {
		uint32_t a = group(p), b = group(p + 4);
		if ((a & b & GOOD) != GOOD)
			break;
		put3(out, a);
		put3(out + 3, b);
		p += 8;
		out += 6;
	}
	if (end - p >= 4) {
		uint32_t a = group(p);
		if ((a & GOOD) == GOOD) {
			put3(out, a);
			p += 4;
			out += 3;
		}
	}
	*o = out;
	return p;
}

/* A group in the making. */
struct partial {
	uint32_t bits;
	unsigned n;    /* sextets in bits: 0..3 */
	unsigned pads; /* '=' still due */
	bool padded;   /* padding was seen, and no data since */
};

/* Writes the whole bytes of an unfinished group. */
static uint8_t *flush_partial(struct partial *g, uint8_t *o)
{
	uint32_t w = g->bits << (24 - 6 * g->n);
	for (unsigned k = 0; k + 1 < g->n; k++)
		*o++ = (uint8_t)(w >> (16 - 8 * k));
	g->bits = 0;
	g->n = 0;
	return o;
}

static uint8_t *take_data(struct partial *g, uint8_t v, uint8_t *o, uint64_t *anomalies)
{
	if (g->padded) {
		*anomalies |= ANOM(base64_after_padding);
		if (g->pads)
			*anomalies |= ANOM(base64_truncated);
		g->padded = false;
		g->pads = 0;
	}
	g->bits = g->bits << 6 | v;
	if (++g->n < 4)
		return o;
	*o++ = (uint8_t)(g->bits >> 16);
	*o++ = (uint8_t)(g->bits >> 8);
	*o++ = (uint8_t)g->bits;
	g->bits = 0;
	g->n = 0;
	return o;
}

static uint8_t *take_pad(struct partial *g, uint8_t *o, uint64_t *anomalies)
{
	if (g->n) {
		if (g->n == 1)
			*anomalies |= ANOM(base64_truncated);
		g->pads = g->n == 1 ? 0 : 3 - g->n;
		g->padded = true;
		return flush_partial(g, o);
	}
	if (g->pads)
		g->pads--;
	else
		*anomalies |= ANOM(base64_junk);
	return o;
}

size_t base64_decode(struct str in, uint8_t *out, uint64_t *anomalies)
{
	const uint8_t *p = in.p, *end = in.n ? in.p + in.n : in.p;
	uint8_t *o = out;
	struct partial g = {0};
	while (p < end) {
		if (g.n == 0 && !g.padded) {
			p = decode_groups(p, end, &o);
			if (p == end)
				break;
		}
		uint8_t v = class[*p++];
		if (v >= DATA)
			o = take_data(&g, v - DATA, o, anomalies);
		else if (v == PAD)
			o = take_pad(&g, o, anomalies);
		else if (v == JUNK)
			*anomalies |= ANOM(base64_junk);
	}
	if (g.n || g.pads) {
		*anomalies |= ANOM(base64_truncated);
		o = flush_partial(&g, o);
	}
	return (size_t)(o - out);
}

struct base64_shape base64_look(struct str s)
{
	struct base64_shape shape = {0};
	for (size_t i = 0; i < s.n; i++) {
		uint8_t v = class[s.p[i]];
		if (v >= DATA) {
			shape.sextets++;
			shape.last = v - DATA;
		} else if (v == PAD) {
			shape.padding = true;
			shape.sextets = 0;
		}
	}
	return shape;
}
