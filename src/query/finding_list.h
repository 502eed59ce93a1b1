/* finding_list.h - the findings of a store. */
#ifndef TRAPLINE_QUERY_FINDING_LIST_H
#define TRAPLINE_QUERY_FINDING_LIST_H

#include "finding/finding.h"
#include "store/store.h"

/* All of them, by start, then kind, then id; strings in the arena. */
int finding_load(struct store *s, struct arena *a, struct finding **out, size_t *n, struct err *err);

#endif
