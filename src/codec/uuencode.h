/* uuencode.h - uuencoded files inside text (POSIX uuencode): "begin MODE NAME" ... "end".
 *
 * A block must start at the beginning of a line and its first line must look encoded, so that prose with the word "begin"
 * is none. Damage (a short line, a missing "end") is uu_bad and what can be read is kept.
 */
#ifndef TRAPLINE_CODEC_UUENCODE_H
#define TRAPLINE_CODEC_UUENCODE_H

#include "base/arena.h"

struct uu_block {
	struct str name;   /* as written, raw bytes of the text */
	struct str data;   /* decoded, in the arena */
	unsigned mode;     /* octal permissions */
	size_t start, end; /* the block in the text: from "begin" to behind the line "end" */
};

/* The next block at or after *at; moves *at behind it. 1 found, 0 no more, ERR_ENV when out of memory. */
int uu_next(struct arena *a, struct str text, size_t *at, struct uu_block *out, uint64_t *anomalies);

#endif
