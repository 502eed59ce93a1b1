/* sniff.h - what a stream is, by its first bytes; and the name of a feed, by a file's name. Pure. */
#ifndef TRAPLINE_SOURCE_SNIFF_H
#define TRAPLINE_SOURCE_SNIFF_H

#include "base/str.h"

enum { SNIFF_BYTES = 16 * 1024 }; /* this many first bytes decide */

enum sniff { SNIFF_EMPTY, SNIFF_BOX, SNIFF_MESSAGE, SNIFF_OTHER };

/* SNIFF_BOX: begins with a From_ line. SNIFF_MESSAGE: begins with header fields, one of which only mail has. White space
 * alone is SNIFF_EMPTY. Archives are for magic_of, before. */
enum sniff sniff_mail(struct str first);
/* The file name without .mbox .mbx .mail .txt .eml and archive extensions; the whole name when nothing would be left. */
struct str sniff_feed_name(struct str path);
/* "cur/NAME" or "new/NAME" with a name as Maildir writes them (digits, a dot, two parts): the folder itself is not at hand. */
bool sniff_maildir_path(struct str path);
/* The same below "tmp/": mail that is still being delivered. */
bool sniff_maildir_tmp(struct str path);

#endif
