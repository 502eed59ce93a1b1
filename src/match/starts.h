/* starts.h - where in a cut text the index knows a phrase; private to match/.
 *
 * Bits as in cut.h, one for each byte of the text. What is marked is only perhaps a phrase's beginning, or its longest word; what is not
 * surely is none.
 */
#ifndef TRAPLINE_MATCH_STARTS_H
#define TRAPLINE_MATCH_STARTS_H

#include "match/index.h"

struct starts {
	uint64_t *literal;  /* starts of what the index has by its first bytes */
	uint64_t *squeezed; /* of what it has by its first squeezed letters (where the byte has a class) */
	struct start_word {
		uint32_t at, set;
	} * word; /* those that have the letters of a phrase's longest, and their letters */
	size_t n_words;
};

/* Room for texts of so many bytes. False when out of memory. */
bool starts_init(struct starts *s, struct arena *a, size_t bytes);
/* Fills literal and squeezed. */
void starts_find(const struct phrase_index *x, const struct cut *c, struct starts *out);
/* Fills word. */
void starts_find_words(const struct phrase_index *x, const struct cut *c, struct starts *out);

#endif
