/* calendar.h - what an invitation says and where it leads: iCalendar (RFC 5545), as mail programs show it.
 *
 * Lines are unfolded (3.1). Text is that of SUMMARY, LOCATION, DESCRIPTION and COMMENT with its escapes undone (3.3.11), of all
 * components in order; a line each, a blank line between properties. Links are URL, ATTACH and CONFERENCE (RFC 7986) where they hold
 * a URI, and ALTREP of any property. Pages are X-ALT-DESC, and STYLED-DESCRIPTION (RFC 9073), of type text/html.
 *
 * Text that is read is UTF-8, anything in it; output likewise, in the arena or the input. Linear; caps: LIM_CALENDAR (bytes that are looked at),
 * LIM_URLS links, LIM_CALENDAR_PAGES pages, LIM_TEXT. Known limits: vCalendar 1.0's quoted-printable is not decoded; who reads which
 * of several languages (LANGUAGE=) is not asked, nor are nested components told apart.
 */
#ifndef TRAPLINE_CODEC_CALENDAR_H
#define TRAPLINE_CODEC_CALENDAR_H

#include "base/arena.h"
#include "base/str.h"

struct calendar {
	struct str text;
	struct str *links; /* not empty, as written */
	size_t n_links;
	struct str *pages; /* HTML */
	size_t n_pages;
	bool described; /* a DESCRIPTION says something: what pages say in other words */
	bool cut;       /* a cap was hit */
};

/* Both 0, or -1 when out of memory. The first takes raw bytes, of any charset: folds may divide a character. What it gives lies in
 * the input where nothing is folded. */
int calendar_unfold(struct arena *a, struct str ics, struct str *out);
int calendar_read(struct arena *a, struct str unfolded, struct calendar *out);

#endif
