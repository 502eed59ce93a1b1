/* rank.h - the most frequent words, by count, then by name. */
#ifndef TRAPLINE_QUERY_RANK_H
#define TRAPLINE_QUERY_RANK_H

#include "store/store.h"

struct ranked {
	uint32_t id;
	int64_t n;
	struct str name;
};

/* The first `top` of v[0..n) in out[0..*nout), names in the arena; v is reordered. Ties at the end are decided by name, so the
 * choice does not depend on the store's ids. */
int rank_words(struct store *s, struct ranked *v, size_t n, size_t top, struct arena *a, struct ranked **out, size_t *nout,
	struct err *err);

/* The same for totals[id], id 1..max, 0 = does not occur; *distinct = how many do. Needs little memory beside totals, however many
 * there are. */
int rank_totals(struct store *s, const uint32_t *totals, uint32_t max, size_t top, struct arena *a, struct ranked **out,
	size_t *nout, size_t *distinct, struct err *err);

#endif
