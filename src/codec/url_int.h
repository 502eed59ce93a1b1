/* url_int.h - shared by the url*.c files only. */
#ifndef TRAPLINE_CODEC_URL_INT_H
#define TRAPLINE_CODEC_URL_INT_H

#include "codec/url.h"

/* Writes the canonical form of a host (brackets of IPv6 included) to out, which has room for 3 * in.n + 300 bytes; its length.
 * 0: no host. *flags gains URL_IP_HOST, URL_ENCODED_HOST, URL_IDN, URL_BAD_HOST. */
size_t url_host(struct str in, uint8_t *out, unsigned *flags);
/* host as in struct url: domain, domain_icann and tld are set from it. */
void url_domains(const struct psl *psl, struct url *u);
/* Where a mail filter of the receiving side has rewritten the link *u: as it was before, flags included. -1: out of memory. */
int url_unwrap(struct arena *arena, const struct psl *psl, struct url *u);

/* URLs in text, one after the other (url_text.c). */
struct url_scan {
	struct str text;
	const struct psl *psl;
	size_t at;         /* all before it is done */
	size_t colon, dot; /* the next ones at or behind at; STR_NPOS: no more */
	size_t floor;      /* where the last URL ended */
	int soft_breaks;   /* the text holds undecoded quoted-printable: 0 not looked yet, 1 yes, -1 no */
	uint64_t work;
};
struct url_scan url_scan_start(struct str text, const struct psl *psl);
/* The next URL: *token is as written, *flags URL_SCHEMELESS, URL_BARE. soft_break tells that "=\n" or "=3D" is to be resolved. */
bool url_scan_next(struct url_scan *s, struct str *token, unsigned *flags, bool *soft_break);

/* Browsers take a backslash for a slash (WHATWG). */
static inline bool slash_at(struct str s, size_t i)
{
	return i < s.n && (s.p[i] == '/' || s.p[i] == '\\');
}

#endif
