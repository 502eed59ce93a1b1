/* url.h - URLs in text and HTML, and their registrable domains (public suffix list, by libpsl).
 * CONTRACT SKETCH: the url helper completes this header; struct url's members below are relied on elsewhere.
 */
#ifndef TRAPLINE_CODEC_URL_H
#define TRAPLINE_CODEC_URL_H

#include "base/str.h"

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
	URL_HIDDEN = 1 << 9,         /* in text or an element that the reader does not see */
	URL_TEXT_MISMATCH = 1 << 10, /* the visible link text names another registrable domain */
	URL_MAILTO = 1 << 11,
};

struct url {
	struct str raw;          /* normalised: scheme and host lower case, entities and white space resolved; valid UTF-8 */
	struct str host;         /* lower case, ASCII (punycode) where possible; addresses canonical */
	struct str domain;       /* registrable domain, private section included (myshop.blogspot.com); empty for addresses */
	struct str domain_icann; /* the same by the ICANN section only (blogspot.com) */
	struct str tld;          /* last label; empty for addresses */
	struct str text;         /* visible text of the link, first 256 bytes; empty elsewhere */
	unsigned flags;          /* enum url_flag */
};

#endif
