/* base64.c - see base64.h. Clean groups go through four tables that hold each sextet already shifted; the rest, line ends
 * included, one character at a time. */
#include "codec/base64.h"

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

/* Whole clean groups from p on; returns where it stopped and moves *o on. May write one byte past what counts. */
static const uint8_t *decode_groups(const uint8_t *p, const uint8_t *end, uint8_t **o)
{
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
