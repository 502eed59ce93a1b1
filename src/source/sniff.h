/* sniff.h - what a stream is, by its first bytes; and the name of a feed, by a file's name. Pure. */
#ifndef TRAPLINE_SOURCE_SNIFF_H
#define TRAPLINE_SOURCE_SNIFF_H

#include "base/str.h"

enum { SNIFF_BYTES = 16 * 1024 }; /* this many first bytes decide */

enum sniff { SNIFF_EMPTY, SNIFF_BOX, SNIFF_MMDF, SNIFF_MESSAGE, SNIFF_EMLX, SNIFF_OTHER };

/* SNIFF_BOX: begins with a From_ line. SNIFF_MESSAGE: begins with header fields, one of which only mail has. White space
 * alone is SNIFF_EMPTY. What has no line end but CR is SNIFF_OTHER. Archives are for magic_of, before.
 * SNIFF_MMDF: begins with a line of four times ^A. SNIFF_EMLX: Apple Mail's file of one message, a line with its length
 * before it and a property list behind it. */
enum sniff sniff_mail(struct str first);
/* The length of the line that an .emlx begins with, and in *bytes what it says of the message; 0: it is none. first: as for
 * sniff_mail; behind a message that ends within it stands the property list, or nothing. */
size_t sniff_emlx(struct str first, uint64_t *bytes);
/* "cur/NAME" or "new/NAME" with a name as Maildir writes them (digits, a dot, two parts): the folder itself is not at hand. */
bool sniff_maildir_path(struct str path);
/* The same below "tmp/": mail that is still being delivered. */
bool sniff_maildir_tmp(struct str path);

#endif
