/* page_item.h - reads the item of a captured page: its fields, and its tokens.
 *
 * Most of such an item is its tokens, and most of the time to read it went into a value for each of them. Where they stand as they
 * are, without escapes, they are read in place; else like the rest. Total on any bytes.
 */
#ifndef TRAPLINE_SHOP_PAGE_ITEM_H
#define TRAPLINE_SHOP_PAGE_ITEM_H

#include "base/arena.h"
#include "base/json_read.h"
#include "feature/row.h"

struct page_item {
	json_t *fields;     /* to be given to json_decref; may lack the tokens; NULL: damaged */
	struct strs tokens; /* point into the item, the arena or the fields */
};
/* False when out of memory (fields is then NULL). */
bool page_item_read(struct arena *a, struct str json, struct page_item *out);

#endif
