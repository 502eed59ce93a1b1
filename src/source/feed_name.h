/* feed_name.h - what a feed is called when nobody said it: by the name of its file or folder.
 *
 * Archives are cut by time: trap-2004-01.mbox and trap-2004-02.mbox are one trap's. So a date at either end of the name is no
 * part of the feed's, and what is called by a date alone (2004/01.mbox, 2004-January.txt.gz) has the name of the folder or
 * archive that it lies in. A date has a year of 1970 to 2069: YYYY, YYYY-MM, YYYY-MM-DD, YYYYMM, YYYYMMDD, YYYY-Month,
 * YYYYQ1, YYYYW01, or a month's name before the year; a number beside a date is none (trap-2-2004 is trap-2).
 */
#ifndef TRAPLINE_SOURCE_FEED_NAME_H
#define TRAPLINE_SOURCE_FEED_NAME_H

#include "base/str.h"

/* The last name of a path, and what stands before it. Slices of it. */
struct str path_base(struct str path);
struct str path_parent(struct str path);

/* Whether who named the file called it a box: NAME.mbox, NAME.mbx, mbox, also packed. */
bool feed_name_is_box(struct str path);

/* The file's name without extensions of mail and archives and without dates; where nothing is left that of what it lies in;
 * where nothing is left at all the name with its dates. A slice of the path. */
struct str feed_name_of(struct str path);
/* The same, but with the dates of the file's own name: what older programs called the feed. (What has its date from the folders above has been called by
 * a month's or a day's number then, which may be any feed's: that is not told.) A slice of the path. */
struct str feed_name_dated(struct str path);

#endif
