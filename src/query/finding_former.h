/* finding_former.h - what became of a finding whose id is told no more.
 *
 * An id is a hash of kind, subject and day. More mail moves days, and names of engines: what is told now is asked what its id would be
 * some days off, or by another name of its engine (former.h). This needs nothing kept. What is not told any more at all is known by the
 * record that the analysis left: what was claimed, without its evidence.
 */
#ifndef TRAPLINE_QUERY_FINDING_FORMER_H
#define TRAPLINE_QUERY_FINDING_FORMER_H

#include "finding/finding.h"
#include "query/former.h"

/* DAYS: what starts further off is another one. */
enum { FINDING_FORMER_DAYS = 14, FINDING_FORMER_NEAR = 3 };

struct finding_former {
	enum former_state state;   /* FORMER_MOVED: now is it. FORMER_NONE: it is not told any more */
	const struct finding *now; /* one of all */
	bool recorded;             /* was: what was claimed */
	struct finding was;
	const struct finding *near[FINDING_FORMER_NEAR]; /* told about the same subject at that time: nearest first */
	size_t n_near;
};
/* all: finding_load's. 0 or negative; strings in the arena. */
int finding_former(struct store *s, struct str id, const struct finding *all, size_t n, struct arena *a, struct finding_former *out,
	struct err *err);

#endif
