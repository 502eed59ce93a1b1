/* cut.h - folded text cut for the phrase index: its letters squeezed, the places where a word begins, the words; private to match/.
 *
 * squeeze  letters a-z only, digits and signs read as the letters they stand for (0 o, 3 e, 4 @ a, 5 $ s ...), all else dropped,
 *          repeated letters once. l and i share one class ('i') because 1, |, I and l pass for both. What is found in it is
 *          only a candidate: look at the folded text to see whether it is really there.
 * start    a place where a phrase may begin: no ASCII letter or digit stands before it (align.h knows the exact rule).
 * word     what stands between blanks, and the set of letter classes in it: the same for every order of its letters.
 *
 * Total on any bytes; nearly without branches on the text, since ordinary words come in no order that a processor can foretell.
 */
#ifndef TRAPLINE_MATCH_CUT_H
#define TRAPLINE_MATCH_CUT_H

#include "base/arena.h"
#include "base/str.h"

enum { CUT_END = 8 }; /* bytes behind the squeezed letters that are no letters */

/* What a phrase may begin with and what the letters of a word are. */
struct cut_table {
	uint32_t set[256]; /* the bit of its letter class */
	bool begins[256];
};
/* A phrase may begin with a letter class. */
void cut_table_init(struct cut_table *t);
/* ... and with this byte. */
void cut_table_begin(struct cut_table *t, uint8_t c);

/* Eight bytes of the text. */
struct cut_group {
	uint32_t squeeze; /* letters squeezed before them */
	uint8_t letters;  /* a bit for each byte that is one */
	uint8_t fresh;    /* a bit for each of these letters, in order, that is squeezed and no repetition */
};
struct cut {
	uint8_t *squeeze; /* CUT_END bytes of no letter follow */
	size_t n_squeeze;
	struct cut_group *group; /* one for each eight bytes of the text */
	uint32_t *start;         /* in the text, ascending */
	size_t n_starts;
	uint32_t *word, *set; /* where the word begins in the text; its letters */
	size_t n_words;
	size_t room;
};

/* Room for texts of so many bytes (below 4 GiB). False when out of memory. */
bool cut_init(struct cut *c, struct arena *a, size_t bytes);
/* Cuts one text, in place of the one before. */
void cut_text(struct cut *c, const struct cut_table *t, struct str fold);
/* Only the squeezed letters. False when out of memory. */
bool cut_squeezed(struct arena *a, struct str fold, struct str *letters);
/* The squeezed letter that the byte at `at` of the text belongs to, or that follows it. */
size_t cut_letter(const struct cut *c, size_t at);
/* Where in the text the squeezed letter at pos (< n_squeeze) comes from (of a repeated letter: the first). */
size_t cut_source(const struct cut *c, size_t text_bytes, size_t pos);
/* The letter set of a word. */
uint32_t cut_set(const struct cut_table *t, struct str word);

#endif
