/* doc.h - a message decoded for reading: what features measure and what patterns are matched against.
 *
 * All text is valid UTF-8 (bad bytes replaced), may hold anything else, and lives in the message's arena.
 */
#ifndef TRAPLINE_FEATURE_DOC_H
#define TRAPLINE_FEATURE_DOC_H

#include "base/arena.h"
#include "base/str.h"
#include "codec/image_digest.h"
#include "codec/url.h"

struct doc_attachment {
	struct str type;        /* "image/gif", lower case */
	struct str name;        /* UTF-8, may be empty */
	size_t size;            /* decoded bytes */
	uint32_t width, height; /* of an image, as its header declares them; 0: not known */
	uint8_t sha256[32];
	bool looked; /* it is an image that shows something: */
	struct image_digest look;
	struct str *codes; /* what its QR codes say, UTF-8 */
	size_t n_codes;
	struct str unseen; /* the bytes of an image that is still to be looked at (ingest/unseen.h); else empty */
};

/* What later stages make of text, hidden, html_tags and urls alone, kept for when these come again (memo.h). NULL: not known. */
struct doc_notes {
	struct arena *arena; /* to keep it in, not the message's; when it is full it is not kept */
	const void *sketch;  /* campaign/sketch.c */
	const void *hits;    /* match/hits.c */
};

struct doc {
	struct str subject;
	struct str from_name, from_addr; /* of the first From address */
	struct str text;      /* what a reader sees: all text parts, alternatives once (HTML wins), blank-line separated */
	struct str hidden;    /* what HTML hides from a reader */
	struct str html_tags; /* tag stream of the first HTML part (html.h); empty without one */
	struct url *urls;     /* in order of occurrence, first occurrence only */
	size_t n_urls;
	struct doc_attachment *attachments;
	size_t n_attachments;
	struct doc_notes *notes; /* NULL: nothing is to be kept */
};

#endif
