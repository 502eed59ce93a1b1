/* page.h - what one capture of a page is, where it leads, and its features.
 *
 * Features are tokens "family=value": printable ASCII, lower case unless case matters, runs of digits as one 0 (in phone and order
 * formats each digit as 0), at most LIM_PAGE_TOKEN bytes, each once, sorted. Families, after Der et al., "Knock It Off" (KDD 2014):
 *   tag        names with class, id and input name; pairs of neighbouring start tags; meta generator
 *   path       paths of links, scripts and style sheets on the page's own host
 *   form       method:path:names of inputs
 *   title      the title; ^ in front: what stands before its first dash, without a greeting
 *   text       bottom-32 sample of hashed shingles of four words; ^ in front: who claims the copyright
 *   image      paths of images; sha: the beginning of the digest of an image that the crawl holds; icon: of the favicon; look: its
 *              perceptual digest (codec/image_digest.h), of the first LIM_PAGE_LOOKS that show something
 *   phone      numbers; ~ in front: the format
 *   order      format of order numbers
 *   pay        means of payment that are named
 *   host       registrable domains of other sites that the page uses (js: css: img: form: frame:) or links to (a:)
 *   analytics  accounts of counters
 *   script     hash of the shape of an inline script
 * Kinds are judged by what stands on the page, with the reasons; rules in page_kind.c. Hostile input; damage is a fact.
 */
#ifndef TRAPLINE_PAGE_PAGE_H
#define TRAPLINE_PAGE_PAGE_H

#include "base/hash.h"
#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/html.h"
#include "codec/image_digest.h"
#include "codec/psl.h"
#include "codec/url.h"
#include "page/http.h"
#include "page/script.h"

enum page_kind {
	PAGE_OTHER,      /* a page that is none of these: a third party's site, news ... */
	PAGE_STOREFRONT, /* sells */
	PAGE_REDIRECT,   /* leads elsewhere by itself */
	PAGE_PARKED,     /* a domain without a site: for sale, advertising */
	PAGE_DEAD,       /* an error, a suspended account, nothing */
	PAGE_FILE,       /* no HTML: an image, a style sheet, a download */
	PAGE_REVISIT,    /* the same as an earlier capture (page.same_url), whose kind it has */
};
const char *page_kind_name(enum page_kind k);

enum { PAGE_REASONS = 8 };

/* What images of the crawl look like. */
struct page_looks {
	struct map urls; /* URL -> number in v, plus 1 */
	VEC(struct image_digest) v;
};

struct page_input {
	struct str url; /* as the crawler wrote it */
	struct str ip;  /* text, may be empty */
	int64_t time;
	const struct http_response *http;
	struct str outcome; /* "refused: loopback": the crawler got no answer; empty: it did */
	bool revisit;       /* the crawler found the same content as before and kept only the header */
	struct str same_url;
	int64_t same_time;
	const struct map *images;       /* URL -> first 8 bytes of the SHA-256 of that image, big-endian; may be NULL */
	const struct page_looks *looks; /* may be NULL */
};

struct page {
	struct url url;
	struct str ip;
	int64_t time;
	int status; /* 0 unknown */
	enum page_kind kind;
	struct str reasons[PAGE_REASONS]; /* of the kind */
	size_t n_reasons;
	struct str title;
	struct str type;  /* media type */
	struct lead next; /* .how LEAD_NONE: it leads nowhere. url is absolute and normalised */
	struct str *tokens;
	size_t n_tokens;
	size_t bytes;                 /* of the body, decoded */
	size_t text_bytes;            /* of visible text */
	uint8_t sha256[SHA256_BYTES]; /* of the body, decoded, as far as it is looked at */
	uint64_t facts;
	bool revisit;        /* the body is that of an earlier capture */
	struct str same_url; /* which one; may be empty */
	int64_t same_time;
};

/* 1: *out is filled (strings in the arena or the input). 0: url is no URL that leads to a host. -1: out of memory. */
int page_build(struct arena *a, const struct psl *psl, const struct page_input *in, struct page *out);
/* What a title calls its page: what stands before its first dash, without a greeting; part of the title. */
struct str page_title_name(struct str title);
/* Whether a media type is HTML, by its name, else (type empty) by the body. */
bool page_is_html(struct str type, struct str body);

/* The item that is stored: an object with url, host, domain, time, ip, status, type, kind, reasons, title, next, bytes, text_bytes,
 * sha256, facts, revisit, tokens. The caller may add keys before the closing brace: json_obj is open when this returns. */
void page_json(const struct page *p, struct json *j);
/* "URL TIME": what a capture is stored under. In the arena; {NULL,0} when out of memory. */
struct str page_id(struct arena *a, struct str url, int64_t time);

#endif
