/* html_text.c - text between tags into lines as a reader sees them. */
#include "codec/html_int.h"

#include "base/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum text_class { PLAIN, SPACE, AMP, DROP, NBSP_LEAD };
static const uint8_t text_class[256] = {['\0'] = DROP,
	[' '] = SPACE,
	['\t'] = SPACE,
	['\n'] = SPACE,
	['\r'] = SPACE,
	['\f'] = SPACE,
	['&'] = AMP,
	[0xC2] = NBSP_LEAD};

/* Room for a separator and `bytes` more; what fits of them. */
static size_t sink_reserve(struct html_ctx *c, struct html_sink *k, size_t bytes)
{
	if (k->cap - k->n >= bytes + 2)
		return bytes;
	size_t want = k->n + bytes + 2;
	if (want > k->max)
		want = k->max;
	if (want > k->cap) {
		size_t cap = k->cap ? k->cap : 1024;
		while (cap < want)
			cap *= 2;
		if (cap > k->max)
			cap = k->max;
		uint8_t *p = arena_grow(c->arena, k->p, k->cap, cap);
		if (!p) {
			c->oom = true;
			k->max = k->cap; /* go on with what there is */
		} else {
			k->p = p;
			k->cap = cap;
		}
	}
	size_t room = k->cap - k->n;
	room = room > 2 ? room - 2 : 0;
	return room < bytes ? room : bytes;
}

static uint8_t *put_pend(const struct html_sink *k, uint8_t *w, uint8_t pend)
{
	if (w == k->p)
		return w;
	switch (pend) {
	case PEND_SPACE:
		*w++ = ' ';
		break;
	case PEND_TAB:
		*w++ = '\t';
		break;
	case PEND_LINE:
		*w++ = '\n';
		break;
	default:
		*w++ = '\n';
		*w++ = '\n';
		break;
	}
	return w;
}

static void count_ref(struct html_ctx *c, const uint8_t *p, size_t used)
{
	struct html_dialect *d = &c->out->dialect;
	if (p[1] != '#')
		d->refs_named++;
	else if (ascii_lower(p[2]) == 'x')
		d->refs_hex++;
	else
		d->refs_decimal++;
	d->refs_unclosed += p[used - 1] != ';';
}

/* A reference at p. The character in ch, its length in *n; what it takes of the input is returned. */
static size_t text_ref(struct html_ctx *c, const uint8_t *p, const uint8_t *end, uint8_t ch[8], size_t *n)
{
	size_t used = 1;
	*n = html_ref(str_make(p, (size_t)(end - p)), false, ch, &used);
	if (*n == 0) {
		ch[0] = '&';
		*n = 1;
		return 1;
	}
	count_ref(c, p, used);
	return used;
}

static inline uint8_t pre_break(uint8_t pend)
{
	return pend < PEND_LINE ? PEND_LINE : PEND_BLANK;
}

/* White space at *p, one byte or a no-break space; the separator it leaves. */
static uint8_t space_pend(uint8_t pend, bool pre, uint8_t byte, uint8_t **w)
{
	if (!pre)
		return pend < PEND_SPACE ? PEND_SPACE : pend;
	if (byte == '\n')
		return pre_break(pend);
	if (byte == '\r')
		return pend;
	*(*w)++ = byte;
	return PEND_NONE;
}

/* Plain text of which nothing is to do: up to the first byte that text_class knows, single blanks between plain bytes apart. Where sixteen bytes
 * cannot be read (up to `limit`, behind end) or written (up to `room`), the rest is left for the caller. */
static const uint8_t *copy_plain(const uint8_t *p, const uint8_t *end, const uint8_t *limit, uint8_t **out, const uint8_t *room)
{
	uint8_t *w = *out;
#ifdef __SSE2__
	while (p < end && limit - p >= 16 && room - w >= 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(c, _mm_set1_epi8(0x1F)), c);
		__m128i lead = _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('&')), _mm_cmpeq_epi8(c, _mm_set1_epi8((char)0xC2)));
		unsigned blanks = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(c, _mm_set1_epi8(' ')));
		unsigned stop = (unsigned)_mm_movemask_epi8(_mm_or_si128(control, lead)) | (blanks & blanks << 1) |
		                1u << (end - p < 16 ? end - p : 16);
		unsigned n = (unsigned)__builtin_ctz(stop);
		_mm_storeu_si128((__m128i *)(void *)w, c);
		n -= n > 0 && blanks >> (n - 1) & 1; /* a blank at the end waits for what follows */
		p += n;
		w += n;
		if (n < 15)
			break;
	}
#else
	(void)end, (void)limit, (void)room;
#endif
	*out = w;
	return p;
}

/* Output is never longer than input, but for one separator of two bytes; every further separator stands for white space. */
void sink_text(struct html_ctx *c, struct html_sink *k, struct str s, bool pre)
{
	size_t room = sink_reserve(c, k, s.n);
	c->out->work += s.n;
	if (room < s.n) {
		k->full = true;
		s = utf8_first(s, room);
	}
	if (s.n == 0)
		return;
	const uint8_t *p = s.p, *end = s.p + s.n, *limit = p >= c->p && p < c->end ? c->end : end, *space = k->p + k->cap;
	uint8_t *w = k->p + k->n, pend = k->pend;
	while (p < end) {
		uint8_t ch[8];
		size_t n = 1, used = 1;
		switch (text_class[*p]) {
		case PLAIN:
			if (pend)
				w = put_pend(k, w, pend), pend = PEND_NONE;
			p = copy_plain(p, end, limit, &w, space);
			if (p == end || text_class[*p] != PLAIN)
				continue;
			do /* a single blank between words is copied along with them */
				*w++ = *p++;
			while (p < end && (text_class[*p] == PLAIN || (*p == ' ' && p + 1 < end && text_class[p[1]] == PLAIN)));
			continue;
		case SPACE:
			if (pre && pend && *p != '\n' && *p != '\r')
				w = put_pend(k, w, pend);
			pend = space_pend(pend, pre, *p++, &w);
			while (!pre && p < end && text_class[*p] == SPACE)
				p++;
			continue;
		case DROP:
			p++;
			continue;
		case NBSP_LEAD:
			n = used = p + 1 < end ? 2 : 1;
			memcpy(ch, p, n);
			break;
		default:
			used = text_ref(c, p, end, ch, &n);
			break;
		}
		p += used;
		if ((n == 1 && text_class[ch[0]] == SPACE) || (n == 2 && ch[0] == 0xC2 && ch[1] == 0xA0)) {
			uint8_t byte = n == 2 ? ' ' : ch[0];
			if (pre && pend && byte != '\n' && byte != '\r')
				w = put_pend(k, w, pend);
			pend = space_pend(pend, pre, byte, &w);
			continue;
		}
		if (pend)
			w = put_pend(k, w, pend), pend = PEND_NONE;
		memcpy(w, ch, n);
		w += n;
	}
	k->n = (size_t)(w - k->p);
	k->pend = pend;
}

struct str sink_slice(const struct html_sink *k, size_t from, size_t to)
{
	struct str s = str_trim(str_sub(str_make(k->p, k->n), from, to - from));
	return utf8_first(s, LIM_LINK_TEXT);
}
