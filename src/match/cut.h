/* cut.h - folded text cut for the phrase index: the letter each byte stands for, the places where a word begins, the blanks; private to match/.
 *
 * class    the letter a-z that a byte stands for, digits and signs too (0 o, 3 e, 4 @ a, 5 $ s ...); 0 for all else.
 *          l and i share one class ('i') because 1, |, I and l pass for both.
 * squeeze  the classes of a text, what has none dropped, repeated ones once. What is found in it is only a candidate: look at the
 *          folded text to see whether it is really there.
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

enum {
	CUT_SLACK = 8,    /* bytes that can be read behind a text; twice as many classes, which are 0 there */
	CUT_KEY = 8,      /* squeezed letters that tell where to look */
	CUT_GAP_MAX = 3,  /* bytes that may separate two letters of a phrase: " . " (align.h) */
	CUT_RUN_MAX = 8,  /* letters of one class in a row that a phrase may have */
	CUT_WORD_MIN = 5, /* bytes of words that are asked for: the letters of shorter ones are too many words' letters */
	CUT_NO_LETTERS = 1 | 1 << ('i' & 31) | 1 << ('s' & 31), /* of a set, which has a bit for each class but these */
};

struct gather;
struct cut {
	struct str text;
	uint8_t *class;
	/* a bit for each byte of the text, of each 64 bytes the first lowest */
	uint64_t *start; /* where the byte has no class, only with signs */
	uint64_t *blank; /* behind the text all are blanks, 64 and more */
	size_t room;
	bool signs;                  /* phrases may begin with a byte that has no class */
	const struct gather *gather; /* NULL: an old processor */
};

/* Room for texts of so many bytes (below 4 GiB). False when out of memory. */
bool cut_init(struct cut *c, struct arena *a, size_t bytes);
/* Cuts one text, in place of the one before. CUT_SLACK bytes behind it can be read. */
void cut_text(struct cut *c, struct str fold);
/* The squeezed letters of the text, CUT_SLACK zeros behind them. {NULL,0} when out of memory. */
struct str cut_squeeze(const struct cut *c, struct arena *a);
/* Where in the text the squeezed letter at pos comes from; of repeated ones: the first. From call to call pos may not go back; the cursor
 * begins with zeros. */
struct cut_cursor {
	size_t next, letters; /* of the text; squeezed before it */
	uint8_t last;
};
size_t cut_source(const struct cut *c, struct cut_cursor *k, size_t pos);
/* The first CUT_KEY squeezed letters from `at` on, the first lowest; zeros behind the last that align.h may follow a phrase to. */
uint64_t cut_letters(const struct cut *c, size_t at);
/* Where the letters of one class that begin at `at` end. What a start says is said for all starts before that: align.h tries them too. */
size_t cut_run_end(const struct cut *c, size_t at);
/* Do the squeezed letters from `at` on begin with these, as far as align.h may follow a phrase there? */
bool cut_spells(const struct cut *c, size_t at, struct str letters);

/* The letter set of a folded word. The s is none of it, for a genitive has one that the word has not; nor is the i, for an exclamation mark
 * often ends a word and is no letter of it. */
uint32_t cut_set(struct str word);
/* The same of a word of the text. */
uint32_t cut_word_set(const struct cut *c, struct str word);
/* The words of the text that begin in bytes 64 * block .. and have CUT_WORD_MIN bytes or more, a bit for each. */
uint64_t cut_long_words(const struct cut *c, size_t block);
/* The word that begins at `at` (<= text.n). */
struct str cut_word(const struct cut *c, size_t at);
/* Where the word before the one that begins at `at` begins; STR_NPOS: there is none. */
size_t cut_word_before(const struct cut *c, size_t at);

#endif
