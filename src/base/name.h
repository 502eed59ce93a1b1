/* name.h - names of engines, programmes and brands as people write them: Mega-D, mega d. */
#ifndef TRAPLINE_BASE_NAME_H
#define TRAPLINE_BASE_NAME_H

#include "base/arena.h"

/* A name by its place in a list of names that says so; 0: none. */
typedef uint32_t name_id;

/* Without case, blanks and punctuation, in the arena; p NULL: out of memory. */
struct str name_fold(struct str s, struct arena *a);
/* Are they one name but for case, blanks and punctuation? Never for empty names. */
bool name_same(struct str a, struct str b);

#endif
