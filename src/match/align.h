/* align.h - is this phrase really here? Looks at the folded text where a search says that it may be; private to match/.
 *
 * A phrase is there when its letters stand in their order, it begins and ends at word boundaries, and what differs is one
 * of the known disguises: digits and signs for letters, repeated letters, signs within a word, letters spaced out (pieces of
 * at most three letters), two neighbours swapped (once a word). Text across ordinary words ("via grade") is no phrase.
 * Pure.
 */
#ifndef TRAPLINE_MATCH_ALIGN_H
#define TRAPLINE_MATCH_ALIGN_H

#include "match/lexicon.h"

enum align_how {
	ALIGN_SWAPPED = 1 << 0,   /* digits, signs or twin letters for letters */
	ALIGN_REPEATED = 1 << 1,  /* letters doubled */
	ALIGN_SIGNS = 1 << 2,     /* signs within a word */
	ALIGN_SPACED = 1 << 3,    /* blanks within a word */
	ALIGN_ORDER = 1 << 4,     /* neighbouring letters exchanged */
	ALIGN_LOOKALIKE = 1 << 5, /* not set here: homoglyphs, accents, invisible characters, gone by folding */
	ALIGN_JOINED = 1 << 6,    /* words run together or otherwise separated: no disguise */
};
#define ALIGN_DISGUISE (ALIGN_SWAPPED | ALIGN_REPEATED | ALIGN_SIGNS | ALIGN_SPACED | ALIGN_ORDER | ALIGN_LOOKALIKE)

struct span {
	size_t from, to; /* of the folded view */
	unsigned how;    /* enum align_how */
};

/* Not inside a word: before/after this position of the field's folded text. */
bool word_begins(struct str field, size_t at);
bool word_ends(struct str field, size_t at);

/* The phrase stands literally at `from` (found by an exact search); true when it is bounded by words' ends. */
bool align_exact(const struct phrase *p, struct str field, size_t from);
/* `near` is where the first letter of a squeezed hit comes from. */
bool align_squeezed(const struct phrase *p, struct str field, size_t near, struct span *out);
/* The same, but the phrase may stand inside a longer word (host names). */
bool align_inside(const struct phrase *p, struct str field, size_t near, struct span *out);
/* Token `token` of the phrase is suspected in the text word that begins at `from`. */
bool align_words(const struct phrase *p, struct str field, size_t from, uint32_t token, struct span *out);

#endif
