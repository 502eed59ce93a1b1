/* qp.c - see qp.h. What stands between '=' and line ends is copied whole; a line's white space is taken back when its end is seen. */
#include "codec/qp.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/anomaly.h"

/* Escapes in a row, as in text that is not Latin. p points to a '='; returns behind the last good escape. */
static const uint8_t *decode_escapes(const uint8_t *p, const uint8_t *end, uint8_t **o)
{
	while (end - p >= 3 && p[0] == '=') {
		int hi = ascii_hex(p[1]), lo = ascii_hex(p[2]);
		if ((hi | lo) < 0)
			break;
		*(*o)++ = (uint8_t)(hi << 4 | lo);
		p += 3;
	}
	return p;
}

/* Copies up to the next '=' or line feed, or to the end; returns where that is. What o has room for is as long as p..end at least. */
static const uint8_t *copy_plain(const uint8_t *p, const uint8_t *end, uint8_t **o)
{
	uint8_t *out = *o;
#ifdef __SSE2__
	for (; end - p >= 16; p += 16, out += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i stop = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('=')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));
		int stops = _mm_movemask_epi8(stop);
		_mm_storeu_si128((__m128i *)(void *)out, v);
		if (stops) {
			*o = out + __builtin_ctz((unsigned)stops);
			return p + __builtin_ctz((unsigned)stops);
		}
	}
#endif
	while (p < end && *p != '=' && *p != '\n')
		*out++ = *p++;
	*o = out;
	return p;
}

/* Behind the white space and the line end at p; NULL: something else stands there. */
static const uint8_t *behind_line(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == end)
		return end;
	p += *p == '\r' && end - p > 1;
	return *p == '\n' ? p + 1 : NULL;
}

/* Drops the white space that stands before `at` in the line, and so at the end of what is written; puts back the rest of the line's end. */
static uint8_t *end_line(const uint8_t *line, const uint8_t *at, const uint8_t *end, uint8_t *o)
{
	bool lf = at < end, cr = lf && at > line && at[-1] == '\r';
	const uint8_t *text = at - cr;
	while (text > line && (text[-1] == ' ' || text[-1] == '\t'))
		text--;
	o -= at - text;
	if (cr)
		*o++ = '\r';
	if (lf)
		*o++ = '\n';
	return o;
}

size_t qp_decode(struct str in, uint8_t *out, uint64_t *anomalies)
{
	const uint8_t *p = in.p, *end = in.n ? in.p + in.n : in.p, *line = p, *soft;
	uint8_t *o = out;
	while (p < end) {
		p = copy_plain(p, end, &o);
		if (p == end || *p == '\n') {
			o = end_line(line, p, end, o);
			line = p += p < end;
		} else if ((soft = behind_line(p + 1, end))) {
			line = p = soft;
		} else {
			const uint8_t *escapes = p;
			p = decode_escapes(p, end, &o);
			if (p == escapes) {
				*anomalies |= ANOM(qp_bad);
				*o++ = *p++;
			}
		}
	}
	return (size_t)(o - out);
}

size_t q_decode(struct str in, uint8_t *out, uint64_t *anomalies)
{
	uint8_t *o = out;
	for (size_t i = 0; i < in.n; i++) {
		uint8_t c = in.p[i];
		if (c == '_') {
			c = ' ';
		} else if (c == '=') {
			int hi = i + 2 < in.n ? ascii_hex(in.p[i + 1]) : -1;
			int lo = i + 2 < in.n ? ascii_hex(in.p[i + 2]) : -1;
			if ((hi | lo) >= 0) {
				c = (uint8_t)(hi << 4 | lo);
				i += 2;
			} else {
				*anomalies |= ANOM(bad_encoded_word);
			}
		}
		*o++ = c;
	}
	return (size_t)(o - out);
}
