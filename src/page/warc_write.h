/* warc_write.h - writes WARC 1.1 records, each a gzip member of its own (ISO 28500:2017, annex D).
 *
 * Record ids are made from the content, so that the same fetch at the same time gives the same bytes.
 */
#ifndef TRAPLINE_PAGE_WARC_WRITE_H
#define TRAPLINE_PAGE_WARC_WRITE_H

#include "base/buf.h"
#include "page/warc.h"

struct warc_out {
	enum warc_type type;
	struct str target; /* URL; empty: none */
	struct str ip;
	struct str content_type;
	struct str block;
	struct str concurrent; /* id of another record of the same fetch; empty: none */
	const char *truncated; /* "length", "time"; NULL: whole */
	int64_t time;
};
enum { WARC_ID = 45 }; /* "urn:uuid:" and 36 characters */

/* Appends the packed record to out. id (may be NULL) receives the record's id. 0, or -1 when out of memory. */
int warc_write(struct buf *out, const struct warc_out *r, char id[WARC_ID + 1]);

#endif
