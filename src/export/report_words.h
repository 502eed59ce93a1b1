/* report_words.h - the numbers of a summary in plain English, for page and terminal alike. Private to src/export/report*.c.
 *
 * The text is plain UTF-8 with hostile names in it: whoever shows it escapes the whole sentence.
 */
#ifndef TRAPLINE_EXPORT_REPORT_WORDS_H
#define TRAPLINE_EXPORT_REPORT_WORDS_H

#include "export/report.h"

/* "61.5 %"; "under 0.1 %" and "over 99.9 %" rather than a rounded 0 or 100. */
void words_share(struct buf *out, double share);
void words_part(struct buf *out, int64_t n, int64_t of);
/* "58.0 to 66.1 % by feed"; nothing when fewer than two feeds were large enough to ask. */
bool words_range(struct buf *out, const struct summary_share *share);
void words_bytes(struct buf *out, int64_t bytes);                /* "196 MB" */
void words_period(struct buf *out, int64_t first, int64_t last); /* "8 April to 6 July 2007" */
/* "4 feeds (trap-a, trap-b, trap-c, trap-d)", "feed trap-a", "12 feeds". */
void words_feeds(struct buf *out, const struct summary *s);

/* Earliest and latest dated message; false: none. */
bool words_span(const struct summary *s, int64_t *first, int64_t *last);
/* Messages a day over the axis; negative: not to be told. */
double words_rate(const struct summary *s);

void words_headline(struct buf *out, const struct summary *s);
void words_deck(struct buf *out, const struct summary *s);
/* What is not known, a sentence each: k = 0, 1, ... until false. A k that does not apply appends nothing. */
bool words_unknown(struct buf *out, const struct summary *s, unsigned k);

#endif
