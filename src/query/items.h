/* items.h - all items of a kind in memory, for lists and reports. */
#ifndef TRAPLINE_QUERY_ITEMS_H
#define TRAPLINE_QUERY_ITEMS_H

#include "store/store.h"

struct item {
	struct str id, json;
	double rank;
};
/* By the number `member` of the document, largest first, then by id; member NULL: by id. In the arena. */
int items_load(
	struct store *s, const char *kind, const char *member, struct arena *a, struct item **out, size_t *n, struct err *err);

#endif
