/* escape.h - what comes from a message is hostile to its reader: how it is written to HTML, a terminal, CSV.
 *
 * All functions take any bytes. What would act instead of being read is shown as a visible escape, the same in all three:
 * \n \r \t, \x1b for the other C0 and DEL, \u{202e} for C1, bidi, invisible, format and private-use characters, for more than
 * MARKS_MAX combining marks in a row and for blanks that break lines, \xNN for bytes that are not UTF-8, and \\ for a backslash
 * (so that an escape is never ambiguous). The order for URLs is: mask (mask.h), then defang, then escape.
 * They append to out, whose own flags tell about a cap or lack of memory.
 */
#ifndef TRAPLINE_EXPORT_ESCAPE_H
#define TRAPLINE_EXPORT_ESCAPE_H

#include "base/buf.h"

enum { MARKS_MAX = 4 };

enum escape_flag {
	ESCAPE_ASCII = 1 << 0, /* everything beyond ASCII as an escape: the terminal is not UTF-8 */
};

/* For element content and for attribute values in either kind of quotes: & < > " ' ` become references.
 * max_width in columns (width.h), 0 = no cap; a cut text ends in U+2026. Returns the width written. */
size_t esc_html(struct str s, size_t max_width, struct buf *out);
/* The same after defang_text: what a report shows of anything. */
size_t esc_html_text(struct str s, size_t max_width, struct buf *out);
/* For terminals; the same cap. An escape is never cut in half. With ESCAPE_ASCII the cut is marked by "...". */
size_t esc_term(struct str s, size_t max_width, unsigned flags, struct buf *out);
/* The same as a paragraph, broken at blanks: the first line begins at column indent (the caller's), the others are indented to it; none passes
 * width. No line end at the end. */
void esc_paragraph(struct str s, size_t indent, size_t width, unsigned flags, struct buf *out);
/* One CSV cell (RFC 4180), quoted where needed. A cell that a spreadsheet would take for a formula (its first visible
 * character is = + - @ or a fullwidth or small variant of them, or it begins with TAB, CR or LF) gets a leading apostrophe;
 * so does what follows a semicolon, which splits cells where the decimal point is a comma. */
void esc_csv(struct str s, struct buf *out);

/* "http://evil.example/a.html" -> "hxxp://evil[.]example/a.html": nothing that a program would make a link of is left: also
 * for URLs within the query, other schemes (javascript[:]...), user names before the host, ideographic full stops and text
 * without a scheme (taken as host and path). Idempotent. */
void defang_url(struct str url, struct buf *out);
/* The URLs within running text: what begins with a scheme and "://" or with "www.". */
void defang_text(struct str text, struct buf *out);
/* Every dot of a host name or address as "[.]". */
void defang_host(struct str host, struct buf *out);

#endif
