/* sample.h - a few messages to show for each brand, each category and what is neither: the same for the same set of messages.
 *
 * Of each group the messages with the smallest ids are taken: ids are hashes, so the choice is as good as drawn by lot.
 */
#ifndef TRAPLINE_CMD_SAMPLE_H
#define TRAPLINE_CMD_SAMPLE_H

#include "store/store.h"

/* Rows with all columns, in the arena: brands first (largest first), then categories without a brand, then the rest. */
int sample_messages(
	struct store *s, const struct store_filter *filter, struct arena *a, struct row **rows, size_t *n, struct err *err);

#endif
