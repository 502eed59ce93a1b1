/* sample.h - a few messages to show for each brand, each category and what is neither: the same for the same set of messages.
 *
 * Of each group the messages with the smallest ids are taken: ids are hashes, so the choice is as good as drawn by lot.
 */
#ifndef TRAPLINE_QUERY_SAMPLE_H
#define TRAPLINE_QUERY_SAMPLE_H

#include "query/readers.h"

/* A reader (to be freed in any case) that leaves rows with all columns, in the arena: brands first (largest first), then
 * categories without a brand, then the rest. */
int sample_reader(struct reader **r, struct store *s, struct arena *a, struct row **rows, size_t *n, struct err *err);

#endif
