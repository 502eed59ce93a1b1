/* flowed.h - text/plain; format=flowed; delsp=yes (RFC 3676): words and URLs that were broken over lines, whole again.
 *
 * A line that ends in a space goes on in the next one: without that space, the line end, the quote marks and the stuffed space of
 * the next. It does not where the depth of quotation changes, before an empty line and a signature ("-- "), and at the end. All else stays
 * as it is written, stuffed spaces too. Text that is flowed without delsp is not touched: its lines break at spaces, which
 * nobody here tells from line ends.
 */
#ifndef TRAPLINE_CODEC_FLOWED_H
#define TRAPLINE_CODEC_FLOWED_H

#include "base/arena.h"

/* *out is text itself when no line goes on, else in the arena, never longer. 0, or ERR_ENV when out of memory (*out is then empty). */
int flowed_join(struct arena *a, struct str text, struct str *out);

#endif
