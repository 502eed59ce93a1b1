/* qp.c - see qp.h. Line by line; within a line, runs between '=' are copied whole. */
#include "codec/qp.h"

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

/* One line without its end, its trailing white space and its soft break. */
static uint8_t *decode_line(const uint8_t *p, const uint8_t *end, uint8_t *o, uint64_t *anomalies)
{
	while (p < end) {
		const uint8_t *eq = memchr(p, '=', (size_t)(end - p));
		size_t run = (size_t)((eq ? eq : end) - p);
		memcpy(o, p, run);
		o += run;
		if (!eq)
			break;
		p = decode_escapes(eq, end, &o);
		if (p < end && *p == '=') {
			*anomalies |= ANOM(qp_bad);
			*o++ = *p++;
		}
	}
	return o;
}

size_t qp_decode(struct str in, uint8_t *out, uint64_t *anomalies)
{
	const uint8_t *p = in.p, *end = in.n ? in.p + in.n : in.p;
	uint8_t *o = out;
	while (p < end) {
		const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));
		const uint8_t *next = lf ? lf + 1 : end;
		const uint8_t *eol = lf ? lf : end;
		if (lf && eol > p && eol[-1] == '\r')
			eol--;
		const uint8_t *text = eol;
		while (text > p && (text[-1] == ' ' || text[-1] == '\t'))
			text--;
		if (text > p && text[-1] == '=') {
			o = decode_line(p, text - 1, o, anomalies);
		} else {
			o = decode_line(p, text, o, anomalies);
			for (; eol < next; eol++)
				*o++ = *eol;
		}
		p = next;
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
