/* finding_items.h - findings in the store, as items of kind "finding". */
#ifndef TRAPLINE_ANALYSE_FINDING_ITEMS_H
#define TRAPLINE_ANALYSE_FINDING_ITEMS_H

#include "finding/finding.h"
#include "store/store.h"

/* Replaces those that are stored. */
int finding_write(struct store *s, const struct findings *list, struct err *err);
/* All stored findings, by start, then kind, then id; strings in the arena. */
int finding_load(struct store *s, struct arena *a, struct finding **out, size_t *n, struct err *err);

#endif
