/* opened.h - files that a reader opens with a click, or that his program opens for him: where they lead.
 *
 * Pages (HTML) and drawings (SVG) are read as a browser would, scripts included, which are parsed and never run (page/script.h).
 * Messages are read for their texts and their own such files, but for further messages. Invitations are shown by mail programs beside the text; what they say is text only where nothing else is (body.c).
 */
#ifndef TRAPLINE_FEATURE_OPENED_H
#define TRAPLINE_FEATURE_OPENED_H

#include "base/buf.h"
#include "codec/url.h"
#include "mail/message.h"

enum opened {
	OPENED_NONE,
	OPENED_PAGE,     /* a file only: HTML that a mail program shows is text */
	OPENED_DRAWING,  /* likewise */
	OPENED_CALENDAR, /* shown or a file */
	OPENED_MESSAGE,  /* a file: mail that is encoded, or named .eml; what stands open is part of the tree */
};

/* What a part is, by its type, its name, or as its first bytes look; is_shown: a reader sees it as text. 0 or ERR_ENV. */
int opened_kind(struct arena *a, const struct part *p, bool is_shown, enum opened *out);

/* What reads the files of one message. */
struct opener {
	struct url_set *urls; /* in whose arena what it finds stays */
	struct buf *text;     /* of invitations; NULL: it is not wanted */
	uint64_t anomalies;   /* url_cap, html_cap, text_cap, part_cap: of a file's damage nothing is said */
	unsigned pages, calendars, messages;
};
/* Adds where the part leads. 0 or ERR_ENV. */
int opened_read(struct opener *o, const struct part *p, enum opened kind);

#endif
