/* shingle.h - visible text as a sequence of words that survive the usual disguises.
 *
 * A word is the set of its letters after folding (normalise.h): letters exchanged, doubled, parted by signs, replaced by digits,
 * signs or look-alikes give the same word. Anagrams collide, which costs little: what is compared is sequences of words.
 * Scripts without blanks (Chinese, Japanese, Thai ...) give one word a character. Left out: URLs and addresses (families of their
 * own), tokens of digits and letters mixed (counters, hash-busters), and paragraphs that are a salad of words: six or more,
 * none shorter than three letters, no capital, digit or punctuation, while other paragraphs are not like that.
 *
 * Everything lies in the arena. At most LIM_WORDS words are looked at. Total on any bytes, linear, pure.
 * Known limits: a salad made of sentences is taken for text.
 */
#ifndef TRAPLINE_CAMPAIGN_SHINGLE_H
#define TRAPLINE_CAMPAIGN_SHINGLE_H

#include "base/arena.h"
#include "base/str.h"

enum word_kind {
	WORD_PLAIN,
	WORD_SHORT,  /* three different letters or fewer: mostly grammar */
	WORD_NUMBER, /* hash of the digits, signs left out; its low two bits tell how many: one or two, three, four or five, more */
	WORD_FACT,   /* such a number of two digits or more that is not round, a year or common (24 hours) */
	WORD_NAME,   /* a capital in the middle of a sentence */
};

struct words {
	uint32_t *hash;
	uint8_t *kind; /* enum word_kind */
	size_t n;
	size_t dense; /* words that are one character, of scripts without blanks */
};

/* A fact's digits: 0 for two, 1 for three, 2 for four or five, 3 for more. */
static inline unsigned fact_class(uint32_t hash)
{
	return hash & 3;
}

/* The words of UTF-8 text. False when out of memory. */
bool words_of(struct arena *a, struct str text, struct words *out);

/* A 64-bit mixer (splitmix64's): every bit of the result depends on every bit of x. */
static inline uint64_t mix64(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}
/* A hash of three words in their order. */
static inline uint64_t shingle3(uint32_t a, uint32_t b, uint32_t c)
{
	return mix64(((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15u + c);
}

#endif
