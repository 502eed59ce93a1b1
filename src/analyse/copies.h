/* copies.h - the same mail under several feeds: an archive read under two names, exports that overlap.
 *
 * Two messages that agree in every byte, Received fields and all, came once. A feed that has half of its mail from larger ones is, to findings, one
 * with that of them that has most of it, and what others have, too, is theirs: each message would be taken for two that agree. Of equal messages of one
 * such feed that is kept which has a believed time. Counts elsewhere are of what is stored, and reports say so.
 *
 * Limits: what a copy changed (line ends, fields added by a client) is no copy.
 */
#ifndef TRAPLINE_ANALYSE_COPIES_H
#define TRAPLINE_ANALYSE_COPIES_H

#include "analyse/analysis.h"

struct copies {
	uint32_t *one;   /* by feed: the one that it is a part of, or itself */
	uint8_t *again;  /* by message: it is there already, from another feed; NULL: none is */
	size_t *shared;  /* by feed: messages that another feed has, too */
	size_t *all;     /* by feed: messages */
	size_t messages; /* different ones that several feeds have */
};

/* In the arena. 0, or negative with *err. */
int copies_find(const struct analysis *a, struct arena *arena, struct copies *out, struct err *err);
/* Tells of them in reports, as of what the analysis leaves out. */
int copies_tell(struct analysis *a, const struct copies *c, struct err *err);

#endif
