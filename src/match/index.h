/* index.h - the phrases of a lexicon by what a text shows where one begins; private to match/.
 *
 * A phrase begins where a word begins, so that a text is asked once a word, not once a byte: a filter of bits answers nearly
 * always no, and only then a table is asked. What the index gives are candidates. Immutable once built.
 */
#ifndef TRAPLINE_MATCH_INDEX_H
#define TRAPLINE_MATCH_INDEX_H

#include <endian.h>

#include "base/arena.h"
#include "match/cut.h"

struct phrase;
struct key_entry {
	uint64_t key;
	uint32_t phrase;
	uint32_t more; /* of keys of words: the token; of squeezed letters: key_more */
};
struct key_filter {
	uint64_t *bits;
	unsigned shift;
};
/* Keys with their phrases. */
struct key_set {
	struct key_entry *entries; /* sorted by key */
	size_t n;
	uint32_t *slots; /* open addressing: 1-based index of the key's first entry, 0 = empty */
	unsigned slot_shift;
	struct key_filter filter;
};

enum { KEY_LONG = CUT_KEY, KEY_SHORT = 5 }; /* squeezed letters that make a key: SQUEEZE_MIN at least */
enum { INSIDE_MIN = 9 };                    /* a brand's name this long is found inside a longer host name */

/* What of a phrase's longest word tells in most cases that the text's word is none of its disguises, without a look at the phrase. */
struct word_head {
	uint64_t letters; /* its first eight, the first lowest */
	uint8_t n;        /* all of them, 255: that or more */
	bool alone;       /* the phrase has no other word, and no sign */
};

struct phrase_index {
	struct key_set literal;           /* phrases that squeezed letters do not lead to: by their first four bytes */
	struct key_filter heads;          /* of the first three bytes of those */
	bool signs;                       /* one of those begins with a byte that has no class */
	struct key_set squeezed;          /* by the first KEY_SHORT squeezed letters */
	struct key_set inside;            /* by the first KEY_LONG */
	struct key_set words;             /* by the letters of a phrase's longest word and of the one beside it */
	struct word_head *heads_of_words; /* one for each of those entries */
	struct key_filter longest;        /* of the letters of a phrase's longest word */
	struct key_filter anchors, ends;  /* of those that have others behind them; before them */
};

/* Fills the tokens' sets, too. False when out of memory. */
bool index_build(struct phrase_index *x, struct arena *a, struct phrase *phrases, size_t n);
/* Room for so many keys. False when out of memory. */
bool filter_init(struct key_filter *f, struct arena *a, size_t most);
void filter_add(struct key_filter *f, uint64_t key);
/* The entries of a key; NULL when there are none. */
const struct key_entry *keys_find(const struct key_set *k, uint64_t key, size_t *n);

static inline uint64_t key_hash(uint64_t key)
{
	return key * 0x9E3779B97F4A7C15u;
}

/* False: surely not in it. */
static inline bool key_perhaps(const struct key_filter *f, uint64_t key)
{
	uint64_t bit = key_hash(key) >> f->shift;
	return f->bits[bit / 64] >> bit % 64 & 1;
}

static inline bool keys_perhaps(const struct key_set *k, uint64_t key)
{
	return key_perhaps(&k->filter, key);
}

/* Of the eight bytes at p. */
static inline uint64_t key_long(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
	return le64toh(v);
}

static inline uint64_t key_short(uint64_t key_of_eight)
{
	return key_of_eight & (((uint64_t)1 << 8 * KEY_SHORT) - 1);
}

/* The letters behind key_short, of n in all (KEY_SHORT..KEY_LONG), and how many they are. */
static inline uint32_t key_more(uint64_t key_of_eight, size_t n)
{
	return (uint32_t)(key_of_eight >> 8 * KEY_SHORT) | (uint32_t)(n - KEY_SHORT) << 24;
}

/* Does a text with this key go on so? */
static inline bool key_goes_on(uint64_t key_of_eight, uint32_t more)
{
	uint32_t wanted = ((uint32_t)1 << 8 * (more >> 24)) - 1;
	return !(((uint32_t)(key_of_eight >> 8 * KEY_SHORT) ^ more) & wanted);
}

/* Of the first n (2..4) of the four bytes at p. */
static inline uint64_t key_literal(const uint8_t *p, size_t n)
{
	uint32_t v;
	memcpy(&v, p, sizeof v);
	return (le32toh(v) & (((uint64_t)1 << 8 * n) - 1)) | (uint64_t)n << 32;
}

/* Of the letters of a word; of it and the one behind it; of it and, when it is a phrase's last, the one before it. */
static inline uint64_t key_word(uint32_t set)
{
	return set;
}

static inline uint64_t key_words(uint32_t set, uint32_t next)
{
	return (uint64_t)set << 32 | next | (uint64_t)1 << 31;
}

static inline uint64_t key_last_words(uint32_t set, uint32_t previous)
{
	return (uint64_t)set << 32 | previous | (uint64_t)1 << 30;
}

/* Of four bytes at p the first three tell. */
static inline bool literal_perhaps(const struct phrase_index *x, const uint8_t *p)
{
	return key_perhaps(&x->heads, key_literal(p, 3));
}

#endif
