/* say.h - dates and categories as plain text, for readings. */
#ifndef TRAPLINE_FINDING_SAY_H
#define TRAPLINE_FINDING_SAY_H

#include "base/buf.h"

void say_day(struct buf *b, int64_t t, bool year);      /* "29 September 2010" */
void say_span(struct buf *b, int64_t from, int64_t to); /* "on 29 September 2010", "from 20 to 22 September 2010" */
void say_moment(struct buf *b, int64_t t);              /* "29 September 2010 14:00" */

void say_label(struct buf *b, struct str label);       /* "advance fee" */
void say_category(struct buf *b, struct str category); /* "advance fee spam" */

#endif
