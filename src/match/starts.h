/* starts.h - the starts of a cut text at which the index knows a phrase; private to match/. */
#ifndef TRAPLINE_MATCH_STARTS_H
#define TRAPLINE_MATCH_STARTS_H

#include "match/index.h"

/* Writes them to out, ascending, which has room for one and a half for every two bytes of the text. Returns how many. Some are no beginning of a phrase. */
size_t starts_find(const struct phrase_index *x, const struct cut *c, uint32_t *out);

#endif
