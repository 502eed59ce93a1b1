/* clocks.h - feeds whose clock was wrong for a while, told by the dates that senders wrote.
 *
 * Of the mail that really comes, most senders' dates are right within hours, whoever they are: in real traps two thirds of each day's mail and more.
 * A stretch of days on which hardly any is near the feed's own time has a wrong time: its clock was set wrong, or the times are of when old
 * mail was handed on or copied. Where the dates agree by how much, and not for one sender's sake, the true time is known.
 * A clock moves all mail: where dates agree, but right ones go on beside them as ever, somebody forges his.
 *
 * Limits: what is wrong by less than CLOCK_NEAR is not seen, nor fewer than CLOCK_LEAST messages, nor a stretch of which most have no date. Where mail with right times lies on the same days,
 * these are seen only as long as it is the lesser part.
 */
#ifndef TRAPLINE_ANALYSE_CLOCKS_H
#define TRAPLINE_ANALYSE_CLOCKS_H

#include "analyse/analysis.h"
#include "base/time.h"

enum {
	CLOCK_NEAR = 2 * SECONDS_A_DAY, /* mail is under way for a day or so, and zones are mistaken */
	CLOCK_LEAST = 30,               /* messages of a stretch */
	CLOCK_GAP = 60,                 /* days without mail that end a stretch, as in finding/ */
};

struct clock_fault {
	uint32_t feed;
	int64_t from, to; /* days of the feed's own time, both included */
	size_t n;         /* messages on them whose date is far from it, */
	size_t agree;     /* those of them whose date is `late` seconds later, within half of CLOCK_NEAR */
	int64_t late;
	bool known; /* late is by how much the clock was wrong */
};

struct clock_faults {
	struct clock_fault *v; /* by feed and days */
	size_t n;
};

/* In the arena. 0, or negative with *err. */
int clocks_find(const struct analysis *a, struct arena *arena, struct clock_faults *out, struct err *err);
/* That of the message's time, or NULL: a message whose date is near has none. */
const struct clock_fault *clock_fault_of(const struct clock_faults *list, const struct analysis *a, const struct analysed *m);
/* Tells of them in reports, as of what the analysis leaves out. */
int clocks_tell(struct analysis *a, const struct clock_faults *list, struct err *err);

#endif
