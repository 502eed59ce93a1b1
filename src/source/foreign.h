/* foreign.h - what a stream is that is not read as mail, in words that say what to do. By its first bytes. Pure. */
#ifndef TRAPLINE_SOURCE_FOREIGN_H
#define TRAPLINE_SOURCE_FOREIGN_H

#include "base/str.h"

/* A sentence part, static: "not read: ..." of what holds mail or may (*mail), else "not mail". first: SNIFF_BYTES, or the whole. */
const char *foreign_words(struct str first, bool *mail);

#endif
