/* cut.h - folded text cut for the phrase index: its letters squeezed, the places where a word begins, the words; private to match/.
 *
 * squeeze  letters a-z only, digits and signs read as the letters they stand for (0 o, 3 e, 4 @ a, 5 $ s ...), all else dropped,
 *          repeated letters once. l and i share one class ('i') because 1, |, I and l pass for both. What is found in it is
 *          only a candidate: look at the folded text to see whether it is really there.
 * start    a place where a phrase may begin: no blank, and no ASCII letter or digit stands before it (align.h knows the exact rule).
 * word     what stands between blanks. Its set of letter classes is the same for every order of its letters.
 *
 * Total on any bytes; nearly without branches on the text, since ordinary words come in no order that a processor can foretell.
 */
#ifndef TRAPLINE_MATCH_CUT_H
#define TRAPLINE_MATCH_CUT_H

#include <endian.h>

#include "base/arena.h"
#include "base/str.h"

enum { CUT_END = 8 }; /* bytes behind the squeezed letters that are no letters */

/* What the letters of a word are: the bit of each byte's letter class. The s is none, for a genitive has one that the word has not. */
struct cut_table {
	uint32_t set[256];
};
void cut_table_init(struct cut_table *t);

struct cut {
	uint8_t *squeeze; /* CUT_END bytes of no letter follow */
	size_t n_squeeze;
	uint32_t *base;  /* letters squeezed before each eight bytes of the text */
	int8_t *ahead;   /* of each letter of the text: how much further its squeezed letter is; -1: it repeats the one before */
	uint64_t *start; /* a bit for each byte of the text, of each 64 bytes the first lowest */
	uint32_t *word;  /* where words begin in the text, ascending; one more behind the last, as if a blank stood at the end */
	size_t n_words;
	size_t room;
	bool slow; /* for tests: as a processor without SSSE3 does it */
};

/* Room for texts of so many bytes (below 4 GiB). False when out of memory. */
bool cut_init(struct cut *c, struct arena *a, size_t bytes);
/* Cuts one text, in place of the one before. */
void cut_text(struct cut *c, struct str fold);
/* Only the squeezed letters. False when out of memory. */
bool cut_squeezed(struct arena *a, struct str fold, struct str *letters);
/* Where in the text the squeezed letter at pos (< n_squeeze) comes from (of a repeated letter: the first). */
size_t cut_source(const struct cut *c, struct str fold, size_t pos);
/* The letter set of a word. */
uint32_t cut_set(const struct cut_table *t, struct str word);

/* The squeezed letter that the letter at `at` of the text is. */
static inline size_t cut_letter(const struct cut *c, size_t at)
{
	return c->base[at / 8] + (uint32_t)c->ahead[at];
}
/* The word w of the text. */
static inline struct str cut_word(const struct cut *c, struct str fold, size_t w)
{
	return str_make(fold.p + c->word[w], c->word[w + 1] - c->word[w] - 1);
}

/* The letters of eight bytes; zero is none. */
static inline uint32_t cut_set_of_eight(const struct cut_table *t, uint64_t w)
{
	const uint32_t *set = t->set;
	return set[w & 0xFF] | set[w >> 8 & 0xFF] | set[w >> 16 & 0xFF] | set[w >> 24 & 0xFF] | set[w >> 32 & 0xFF] |
	       set[w >> 40 & 0xFF] | set[w >> 48 & 0xFF] | set[w >> 56];
}
/* The letter set of the word w of the text. */
static inline uint32_t cut_word_set(const struct cut *c, const struct cut_table *t, struct str fold, size_t w)
{
	struct str word = cut_word(c, fold, w);
	uint64_t v;
	if (word.n == 0 || word.n > sizeof v || fold.n - c->word[w] < sizeof v)
		return cut_set(t, word);
	memcpy(&v, word.p, sizeof v); /* with what follows, which then goes */
	return cut_set_of_eight(t, le64toh(v) << (64 - 8 * word.n));
}

#endif
