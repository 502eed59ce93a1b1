/* normalise_tab.h - what characters look like; private to match/. */
#ifndef TRAPLINE_MATCH_NORMALISE_TAB_H
#define TRAPLINE_MATCH_NORMALISE_TAB_H

#include "base/str.h"

/* What an ASCII byte folds to; 0 = dropped. */
extern const uint8_t norm_ascii[128];

enum look_kind {
	LOOK_KEEP,       /* not a letter and no disguise: kept as it is */
	LOOK_LETTER,     /* a letter of no Latin look: kept, lower-cased */
	LOOK_LATIN,      /* reads as ASCII whatever stands beside it */
	LOOK_CONFUSABLE, /* a Cyrillic or Greek letter that reads as ASCII among Latin letters */
	LOOK_DROP,       /* shown as nothing, or an accent of its own */
	LOOK_SPACE,
};
struct look {
	enum look_kind kind;
	uint32_t lower;   /* LOOK_LETTER, LOOK_CONFUSABLE: the lower-case character */
	uint8_t ascii[4]; /* LOOK_LATIN, LOOK_CONFUSABLE: up to three ASCII bytes, zero-terminated */
};
/* c >= 0x80 */
struct look look_of(uint32_t c);

#endif
