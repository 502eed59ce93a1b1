/* url.h - URLs in text and HTML, and their registrable domains.
 *
 * Parsing follows the WHATWG URL standard for http, https and ftp as far as a mail reader does (white space and backslashes,
 * userinfo, percent-encoded and IDN hosts, IPv4 in any notation); paths are kept, redirectors are not followed. What lies in
 * plain text is found by a few conservative rules (url_set_add_text). A set holds links as they were before mail filters of the
 * receiving side rewrote them (url_unwrap.c).
 *
 * All strings lie in the arena and are valid UTF-8. Hostile input gives flags and anomaly bits, never errors.
 */
#ifndef TRAPLINE_CODEC_URL_H
#define TRAPLINE_CODEC_URL_H

#include "base/arena.h"
#include "base/str.h"

struct psl;
struct html_result;

enum url_flag {
	URL_FROM_HTML = 1 << 0,      /* an attribute of a tag */
	URL_LINK = 1 << 1,           /* something to click: a href, area, form action */
	URL_IMAGE = 1 << 2,          /* loaded by itself: img src, background, css */
	URL_FORM = 1 << 3,           /* form action */
	URL_SCHEMELESS = 1 << 4,     /* "www.example.com/x" in text */
	URL_IP_HOST = 1 << 5,        /* the host is an address, in whatever notation */
	URL_USERINFO = 1 << 6,       /* http://paypal.com@evil.example/ */
	URL_ENCODED_HOST = 1 << 7,   /* percent-, entity- or otherwise encoded host */
	URL_IDN = 1 << 8,            /* non-ASCII or xn-- host */
	URL_HIDDEN = 1 << 9,         /* in text or an element that the reader does not see; cleared when it also occurs visibly */
	URL_TEXT_MISMATCH = 1 << 10, /* the visible link text names another registrable domain */
	URL_MAILTO = 1 << 11,
	URL_BARE = 1 << 12,      /* with SCHEMELESS: no "www." either, "example.com/x" */
	URL_FROM_TEXT = 1 << 13, /* found in text (may come with FROM_HTML: it occurs in both) */
	URL_PORT = 1 << 14,      /* a port that is not the scheme's own */
	URL_BAD_HOST = 1 << 15,  /* the host breaks the rules of names: no domain is given */
	URL_FROM_CODE = 1 << 16, /* in a QR code of an image, and nowhere else */
};

struct url {
	struct str raw;          /* normalised: scheme and host lower case, entities and white space resolved; valid UTF-8 */
	struct str host;         /* lower case, ASCII (punycode) where possible; addresses canonical, IPv6 without brackets */
	struct str domain;       /* registrable domain, private section included (myshop.blogspot.com); empty for addresses */
	struct str domain_icann; /* the same by the ICANN section only (blogspot.com) */
	struct str tld;          /* last label; empty for addresses */
	struct str text;         /* visible text of the link, first LIM_LINK_TEXT bytes; empty elsewhere */
	unsigned flags;          /* enum url_flag */
};

/* One URL with its scheme. 1: *out is filled (flags are those of the host), also for mailto (raw only). 0: no URL that leads
 * to a host (relative, javascript:, cid:, data: ...). -1: out of memory. psl may be NULL: no domains. *out is untouched
 * unless 1. */
int url_parse(struct arena *arena, const struct psl *psl, struct str in, struct url *out);

/* ref against an absolute base (RFC 3986 5.2, without dot segments): ref itself when absolute. {NULL,0} on out of memory. */
struct str url_resolve(struct arena *arena, struct str base, struct str ref);

/* The URLs of one message, each once, by raw. */
struct url_set {
	struct arena *arena;
	const struct psl *psl;
	struct url *urls; /* in order of occurrence, first occurrence only; flags of all occurrences; at most LIM_URLS */
	size_t n;
	uint64_t anomalies; /* url_cap, url_obfuscated, url_text_mismatch */
	bool oom;           /* something is missing for want of memory */
	uint64_t work;      /* bytes looked at: for tests of linearity */
	size_t cap, n_slots;
	uint32_t *slots;
};

void url_set_init(struct url_set *set, struct arena *arena, const struct psl *psl);
/* The links of r, then the URLs that its text (outside of links) and hidden text name. */
void url_set_add_html(struct url_set *set, const struct html_result *r);
/* Where something other than HTML leads, as written there: something to click. flags are added. */
void url_set_add_link(struct url_set *set, struct str url, unsigned flags);
/* URLs of another set, whose strings must stay. */
void url_set_add_all(struct url_set *set, const struct url *urls, size_t n);
/* URLs in UTF-8 text: http, https, ftp; "www."; example.com/path and example.com when the top-level domain is in the list and
 * it looks meant. flags (URL_HIDDEN) are added to each. */
void url_set_add_text(struct url_set *set, struct str text, unsigned flags);

#endif
