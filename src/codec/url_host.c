/* url_host.c - hosts to one canonical form (WHATWG URL 3.5, host parsing). */
#include <arpa/inet.h>
#include <idn2.h>

#include "base/utf8.h"
#include "codec/psl.h"
#include "codec/url_int.h"

enum { MAX_NAME = 253, MAX_LABEL = 63, MAX_IDN = 1024 };

static bool simple_byte(uint8_t c)
{
	return ascii_alnum(c) || c == '-' || c == '.' || c == '_';
}

/* One number of an IPv4 address: decimal, 0octal, 0xhex; empty after 0x is 0. */
static bool ipv4_number(struct str s, uint64_t *v, bool *plain)
{
	unsigned base = 10;
	if (s.n == 0)
		return false;
	*plain &= s.n < 4 && (s.n == 1 || s.p[0] != '0');
	if (s.n >= 2 && s.p[0] == '0') {
		base = s.p[1] == 'x' ? 16 : 8;
		s = str_from(s, base == 16 ? 2 : 1);
	}
	*v = 0;
	for (size_t i = 0; i < s.n; i++) {
		int d = ascii_hex(s.p[i]);
		if (d < 0 || d >= (int)base)
			return false;
		if (*v <= UINT32_MAX)
			*v = *v * base + (unsigned)d;
	}
	return true;
}

/* A host whose last label is a number is an address or nothing. */
static bool ends_in_number(struct str h)
{
	size_t dot = str_rfind_byte(h, '.');
	struct str last = dot == STR_NPOS ? h : str_from(h, dot + 1);
	bool digits = last.n > 0;
	for (size_t i = 0; i < last.n; i++)
		digits &= ascii_digit(last.p[i]);
	uint64_t v;
	bool plain = true;
	return digits || (last.n >= 2 && last.p[1] == 'x' && ipv4_number(last, &v, &plain));
}

static size_t put_ipv4(uint32_t a, uint8_t *out)
{
	uint8_t *w = out;
	for (int shift = 24; shift >= 0; shift -= 8) {
		unsigned b = a >> shift & 255;
		if (b >= 100)
			*w++ = (uint8_t)('0' + b / 100);
		if (b >= 10)
			*w++ = (uint8_t)('0' + b / 10 % 10);
		*w++ = (uint8_t)('0' + b % 10);
		if (shift)
			*w++ = '.';
	}
	return (size_t)(w - out);
}

/* WHATWG IPv4 parser, in place. */
static size_t ipv4(uint8_t *h, size_t n, unsigned *flags)
{
	uint64_t part[4], address = 0;
	size_t parts = 0;
	bool plain = true;
	for (struct str rest = str_make(h, n), tok; str_next(&rest, '.', &tok);) {
		if (parts == 4 || !ipv4_number(tok, &part[parts++], &plain)) {
			*flags |= URL_BAD_HOST;
			return n;
		}
	}
	for (size_t i = 0; i < parts; i++) {
		bool last = i + 1 == parts;
		uint64_t limit = last ? (uint64_t)1 << 8 * (5 - parts) : 256;
		if (part[i] >= limit) {
			*flags |= URL_BAD_HOST;
			return n;
		}
		address += last ? part[i] : part[i] << 8 * (3 - i);
	}
	*flags |= URL_IP_HOST | (plain && parts == 4 ? 0 : URL_ENCODED_HOST);
	return put_ipv4((uint32_t)address, h);
}

static size_t ipv6(struct str in, uint8_t *out, unsigned *flags)
{
	char z[64], canon[INET6_ADDRSTRLEN];
	struct in6_addr a;
	struct str inner = str_sub(in, 1, in.n >= 2 ? in.n - 2 : 0);
	if (in.n >= 2 && in.p[in.n - 1] == ']' && inner.n < sizeof z && !(inner.n && memchr(inner.p, 0, inner.n))) {
		memcpy(z, inner.p, inner.n);
		z[inner.n] = 0;
		if (inet_pton(AF_INET6, z, &a) == 1 && inet_ntop(AF_INET6, &a, canon, sizeof canon)) {
			*flags |= URL_IP_HOST;
			size_t n = strlen(canon);
			out[0] = '[';
			memcpy(out + 1, canon, n);
			out[n + 1] = ']';
			return n + 2;
		}
	}
	*flags |= URL_BAD_HOST;
	return 0;
}

static size_t percent_decode(struct str in, uint8_t *out)
{
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		int hi = i + 2 < in.n && in.p[i] == '%' ? ascii_hex(in.p[i + 1]) : -1;
		int lo = hi >= 0 ? ascii_hex(in.p[i + 2]) : -1;
		if (lo >= 0) {
			out[n++] = (uint8_t)(hi << 4 | lo);
			i += 2;
		} else {
			out[n++] = in.p[i];
		}
	}
	return n;
}

/* RFC 3492 6.1 */
static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;
	delta /= first ? 700 : 2;
	for (delta += delta / points; delta > 455; k += 36)
		delta /= 35;
	return k + 36 * delta / (delta + 38);
}

/* RFC 3492 6.3: the label as "xn--..."; its length, 0 when it is too long for a name. */
static size_t punycode(const uint32_t *c, uint32_t n, uint8_t out[MAX_LABEL])
{
	size_t w = 4;
	memcpy(out, "xn--", 4);
	for (uint32_t i = 0; i < n && w < MAX_LABEL; i++)
		if (c[i] < 0x80)
			out[w++] = (uint8_t)c[i];
	uint32_t basic = (uint32_t)w - 4, done = basic, code = 0x80, delta = 0, bias = 72;
	if (basic && w < MAX_LABEL)
		out[w++] = '-';
	while (done < n) {
		uint32_t next = UINT32_MAX;
		for (uint32_t i = 0; i < n; i++)
			if (c[i] >= code && c[i] < next)
				next = c[i];
		delta += (next - code) * (done + 1);
		code = next;
		for (uint32_t i = 0; i < n; i++) {
			delta += c[i] < code;
			if (c[i] != code)
				continue;
			uint32_t q = delta;
			for (uint32_t k = 36;; k += 36) {
				uint32_t t = k <= bias        ? 1
				             : k >= bias + 26 ? 26
				                              : k - bias,
					 digit = q < t ? q : t + (q - t) % (36 - t);
				if (w == MAX_LABEL)
					return 0;
				out[w++] = (uint8_t)(digit < 26 ? 'a' + digit : '0' + digit - 26);
				if (q < t)
					break;
				q = (q - t) / (36 - t);
			}
			bias = adapt(delta, done + 1, done == basic);
			delta = 0;
			done++;
		}
		delta++;
		code++;
	}
	return w;
}

/* Controls, spaces, full-width forms (they mean something else), what is no character. */
static bool no_symbol(uint32_t c)
{
	return (c >= 0x80 && c <= 0xA0) || (c >= 0x2000 && c <= 0x206F) || c == 0x3000 || (c >= 0xFF00 && c <= 0xFFFF) ||
	       (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE || c >= 0xE0000;
}

/* Symbols, which IDNA 2008 forbids and registries and browsers take all the same: the label as it stands. 0: no name. */
static size_t encode_symbols(struct str name, uint8_t out[MAX_LABEL])
{
	uint32_t label[MAX_LABEL], n = 0;
	for (size_t i = 0; i < name.n;) {
		uint32_t c = utf8_next(name, &i);
		if (c == 0xFE0F) /* shown as a picture: no part of a name */
			continue;
		if (n == MAX_LABEL || no_symbol(c))
			return 0;
		label[n++] = c < 0x80 ? ascii_lower((uint8_t)c) : c;
	}
	return punycode(label, n, out);
}

static size_t encode_label(struct str name, uint8_t out[MAX_LABEL])
{
	char z[MAX_IDN + 1], *ascii = NULL;
	size_t n = 0;
	memcpy(z, name.p, name.n);
	z[name.n] = 0;
	int status = idn2_to_ascii_8z(z, &ascii, IDN2_NONTRANSITIONAL);
	if (status == IDN2_OK && strlen(ascii) <= MAX_LABEL)
		memcpy(out, ascii, n = strlen(ascii));
	else if (status != IDN2_OK)
		n = encode_symbols(name, out);
	idn2_free(ascii);
	return n;
}

/* Each label by itself: one with a hyphen where IDNA has none, which names in ASCII may have, does not spoil the others. 0: no name. */
static size_t encode_labels(struct str name, uint8_t out[MAX_NAME])
{
	size_t w = 0, start = 0, i = 0, length;
	bool high = false;
	for (;;) {
		size_t at = i;
		uint32_t c = i < name.n ? utf8_next(name, &i) : 0;
		bool dot = c == '.' || c == 0x3002 || c == 0xFF0E || c == 0xFF61;
		high |= c >= 0x80 && !dot;
		if (c && !dot)
			continue;
		struct str label = str_sub(name, start, at - start);
		uint8_t ascii[MAX_LABEL];
		length = high ? encode_label(label, ascii) : label.n;
		if ((high && !length) || w + length + dot > MAX_NAME)
			return 0;
		memcpy(out + w, high ? ascii : label.p, length);
		w += length;
		if (!c)
			return w;
		out[w++] = '.';
		start = i;
		high = false;
	}
}

/* UTS #46 to punycode, in place; a host that it refuses stays in UTF-8. */
static size_t to_ascii(uint8_t *h, size_t n, unsigned *flags)
{
	char z[MAX_IDN + 1], *ascii = NULL;
	uint8_t labels[MAX_NAME];
	*flags |= URL_IDN;
	if (n > MAX_IDN || memchr(h, 0, n) || !utf8_valid(str_make(h, n))) {
		*flags |= URL_BAD_HOST;
		return n;
	}
	memcpy(z, h, n);
	z[n] = 0;
	int status = idn2_to_ascii_8z(z, &ascii, IDN2_NONTRANSITIONAL);
	if (status == IDN2_OK && strlen(ascii) <= MAX_NAME) {
		n = strlen(ascii);
		memcpy(h, ascii, n); /* room for 300 bytes is owed by the caller */
		if (!memmem(h, n, "xn--", 4))
			*flags = (*flags & ~(unsigned)URL_IDN) | URL_ENCODED_HOST; /* full-width letters and the like */
	} else if (status == IDN2_DISALLOWED || status == IDN2_UNASSIGNED || status == IDN2_2HYPHEN ||
		   status == IDN2_HYPHEN_STARTEND) {
		size_t length = encode_labels(str_make(h, n), labels);
		if (length) {
			memcpy(h, labels, length);
			n = length;
		}
	}
	idn2_free(ascii);
	return n;
}

/* What may not stand in a host is percent-encoded, so that raw stays one word; bad UTF-8 likewise. */
static size_t escape_bad(uint8_t *h, size_t n, unsigned *flags)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t bad = 0;
	bool utf8 = utf8_valid(str_make(h, n));
	for (size_t i = 0; i < n; i++)
		bad += !(simple_byte(h[i]) || (utf8 && h[i] >= 0x80));
	if (!bad)
		return n;
	*flags |= URL_BAD_HOST;
	size_t total = n + 2 * bad, w = total;
	for (size_t i = n; i-- > 0;) {
		uint8_t c = h[i];
		if (simple_byte(c) || (utf8 && c >= 0x80)) {
			h[--w] = c;
			continue;
		}
		h[--w] = (uint8_t)hex[c & 15];
		h[--w] = (uint8_t)hex[c >> 4];
		h[--w] = '%';
	}
	return total;
}

static bool labels_fit(struct str h)
{
	size_t len = 0;
	if (h.n > MAX_NAME)
		return false;
	for (size_t i = 0; i <= h.n; i++) {
		if (i < h.n && h.p[i] != '.') {
			len++;
			continue;
		}
		if (len == 0 || len > MAX_LABEL)
			return false;
		len = 0;
	}
	return true;
}

size_t url_host(struct str in, uint8_t *out, unsigned *flags)
{
	if (in.n && in.p[0] == '[')
		return ipv6(in, out, flags);
	size_t n = 0;
	bool high = false;
	while (n < in.n && simple_byte(in.p[n]))
		out[n] = ascii_lower(in.p[n]), n++;
	if (n < in.n) {
		if (memchr(in.p, '%', in.n))
			*flags |= URL_ENCODED_HOST;
		n = percent_decode(in, out);
		for (size_t i = 0; i < n; i++) {
			high |= out[i] >= 0x80;
			out[i] = ascii_lower(out[i]);
		}
		if (high)
			n = to_ascii(out, n, flags);
		n = escape_bad(out, n, flags);
	}
	while (n && out[n - 1] == '.')
		n--;
	if (n && ends_in_number(str_make(out, n)))
		return ipv4(out, n, flags);
	if (n >= 4 && memchr(out, '-', n) && memmem(out, n, "xn--", 4))
		*flags |= URL_IDN;
	if (n && !labels_fit(str_make(out, n)))
		*flags |= URL_BAD_HOST;
	return n;
}

void url_domains(const struct psl *psl, struct url *u)
{
	u->domain = u->domain_icann = u->tld = (struct str){0};
	if (u->flags & (URL_IP_HOST | URL_BAD_HOST))
		return;
	size_t dot = str_rfind_byte(u->host, '.');
	u->tld = dot == STR_NPOS ? (struct str){0} : str_from(u->host, dot + 1);
	if (psl && dot != STR_NPOS) {
		struct psl_domains d = psl_domains(psl, u->host);
		u->domain = d.domain;
		u->domain_icann = d.icann;
	}
}
