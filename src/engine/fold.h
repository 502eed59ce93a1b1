/* fold.h - which words of a store's fingerprints are told apart when there are too many.
 *
 * Words are folded (engine_model_folded) that few messages have: they teach least. Each family has the same room, and what one leaves goes to the
 * others: whoever floods one family with words costs no other one. Depends on the set of messages only.
 */
#ifndef TRAPLINE_ENGINE_FOLD_H
#define TRAPLINE_ENGINE_FOLD_H

#include "engine/model.h"

/* Distinct words by family and by how many messages have them, the last being so many and more. */
struct fold_census {
	uint32_t n[PRINT_COUNT][UINT8_MAX + 1];
};
/* Words that a model has room for, beside what it holds, with all that may be folded and room for what engine_elsewhere_make adds. */
size_t fold_room(const struct engine_model *m);
/* least[f]: a word of family f that fewer messages have is folded. How many words that are. */
size_t fold_choose(const struct fold_census *c, size_t room, uint16_t least[PRINT_COUNT]);

#endif
