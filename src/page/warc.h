/* warc.h - a pull reader of WARC 1.0 and 1.1 (ISO 28500): plain, gzip a record, or one gzip over the whole file.
 *
 * struct warc *w; warc_open(&w, read, ctx, &err);
 * while ((rc = warc_next(w, &r, &err)) > 0) ...use r until the next call...
 * warc_close(w);
 *
 * Damage is a fact of the record (r.facts): the reader goes on with the next record that it can find. A record that is longer
 * than LIM_WARC_BLOCK is given cut, the rest skipped; memory stays near that cap whatever the file.
 * Known limits: continuation records (WARC segments) are given as they are, not joined. ARC files are not read.
 */
#ifndef TRAPLINE_PAGE_WARC_H
#define TRAPLINE_PAGE_WARC_H

#include "base/err.h"
#include "base/str.h"
#include "page/inflate.h"

enum warc_type {
	WARC_OTHER,
	WARC_INFO,
	WARC_RESPONSE,
	WARC_RESOURCE,
	WARC_REQUEST,
	WARC_METADATA,
	WARC_REVISIT,
	WARC_CONVERSION,
	WARC_CONTINUATION,
};

struct warc_record {
	enum warc_type type;
	struct str id;           /* WARC-Record-ID without its angle brackets */
	struct str target;       /* WARC-Target-URI without angle brackets (1.0 tools write them); hostile */
	struct str ip;           /* WARC-IP-Address, as text */
	struct str content_type; /* of the block */
	struct str digest;       /* WARC-Payload-Digest, else WARC-Block-Digest */
	struct str refers_uri;   /* revisit: WARC-Refers-To-Target-URI */
	int64_t refers_time;     /* revisit: WARC-Refers-To-Date, TIME_NONE when missing */
	struct str concurrent;   /* WARC-Concurrent-To, the first */
	int64_t time;            /* WARC-Date, TIME_NONE when missing */
	struct str block;        /* what there is of it, at most LIM_WARC_BLOCK bytes */
	uint64_t length;         /* Content-Length */
	uint64_t offset; /* in the file: of the gzip member that holds the beginning of the record, or of the record itself */
	uint64_t facts;  /* FACT bits */
};

struct warc;
int warc_open(struct warc **out, unzip_read_fn read, void *ctx, struct err *err);
void warc_close(struct warc *w); /* NULL-safe */
/* 1: *r is filled. 0: the end; *r holds the facts that belong to no record. Negative: err_kind (reading failed, no memory). */
int warc_next(struct warc *w, struct warc_record *r, struct err *err);

#endif
