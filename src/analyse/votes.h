/* votes.h - what the members of groups say: for each group (a domain, a campaign) the name that most of them give.
 *
 * votes_add for each member, votes_count once, then votes_find. Groups and names are numbers of the analysis.
 * The result does not depend on the order of adding, but for the name when two have equally many: ask for a majority.
 */
#ifndef TRAPLINE_ANALYSE_VOTES_H
#define TRAPLINE_ANALYSE_VOTES_H

#include "base/tally.h"

struct verdict {
	uint64_t group;
	uint32_t name;  /* the most frequent; 0: nobody gave one */
	uint32_t n;     /* members that gave it */
	uint32_t named; /* members that gave any */
	uint32_t all;   /* members */
};
struct votes {
	struct tally tally;
	struct verdict *verdicts; /* by group */
	size_t n;
};

void votes_free(struct votes *v);                               /* as after zeroing */
bool votes_add(struct votes *v, uint64_t group, uint32_t name); /* name 0: a member that gives none; false: out of memory */
bool votes_count(struct votes *v);
const struct verdict *votes_find(const struct votes *v, uint64_t group); /* NULL: no such group */

#endif
