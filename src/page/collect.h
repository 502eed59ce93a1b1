/* collect.h - the pages of a WARC file: records in, captures out.
 *
 * Two passes over a file: collect_images takes the digests of images (a page names them before the crawler fetched them),
 * collect_pages builds the pages and gives each to fn with the record it came from. Damage is counted and stays with the record.
 */
#ifndef TRAPLINE_PAGE_COLLECT_H
#define TRAPLINE_PAGE_COLLECT_H

#include "jail/image.h"
#include "page/page.h"
#include "page/warc.h"

struct collect {
	const struct psl *psl;
	struct map images; /* URL -> first 8 bytes of the digest */
	struct page_looks looks;
	struct images *decoder; /* the caller's; NULL: images are not looked at */
	struct map seen;        /* payload digest -> index + 1 in urls: what revisits point to */
	struct arena arena, page;
	VEC(struct str) urls; /* "TIME URL" by number, of payloads */
	/* counts over all files */
	uint64_t records, responses, pages, skipped; /* skipped: records that are no capture of an http URL */
	uint64_t damaged;                            /* records with a fact of damage */
	uint64_t facts;                              /* all facts seen in records */
};

/* 0 = go on, 1 = enough, negative = err_kind. Strings live until it returns. */
typedef int (*collect_fn)(void *ctx, const struct page *p, const struct warc_record *r);

void collect_init(struct collect *c, const struct psl *psl, struct images *decoder);
void collect_free(struct collect *c);
int collect_images(struct collect *c, unzip_read_fn read, void *ctx, struct err *err);
int collect_pages(struct collect *c, unzip_read_fn read, void *ctx, collect_fn fn, void *fn_ctx, struct err *err);

#endif
