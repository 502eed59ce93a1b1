/* lsh.h - which pairs of sketches are worth a look: locality-sensitive hashing.
 *
 * A sketch has keys in LSH_SLOTS slots; two sketches that agree in a key of one slot are candidates. Slots:
 *   bands of three MinHash bins        resemblance 0.5 meets with probability 0.96, 0.3 with 0.48, 0.05 with 0.003
 *   bands of four minima over the sampled words     for what runs of words cannot see: 0.5 with 0.46, 0.2 with 0.02
 *   facts of three digits or more; neighbours among the facts; neighbours among the names
 *   domains; the subject; images, their sizes, and files
 *   bands of 16 bits of the looks of images, lowest frequencies first: of digests that differ in 32 bits 0.96 meet, in 64 bits 0.6
 *   (measured on spam, where the high frequencies take most of the changes)
 *
 * What many sketches share says little, and would make ever more unrelated ones meet as the store grows. A band whose values are common in
 * the set takes further bins until LSH_CHANCE others are left by chance (as the lengths of an LSH forest: Bawa, Condie and Ganesan, WWW 2005, but
 * known from the counts beforehand). Two that agree in all of the bins take the same ones.
 *
 * Sketches must be numbered in an order that depends on their content alone: then so does the set of pairs. Of a bucket of more than
 * LSH_BUCKET sketches not all pairs are looked at (analyse/campaign_set.c): each with the LSH_NEXT before it; then LSH_SPEAKERS of each
 * component that is left. Of numbers, names, subjects and links these are parted, if they are still too many, by one or two bins in LSH_ROUNDS ways, up to
 * LSH_SPLIT of them; else each meets the LSH_FIRST. lsh_pairs is the same for images, without components.
 */
#ifndef TRAPLINE_CAMPAIGN_LSH_H
#define TRAPLINE_CAMPAIGN_LSH_H

#include "campaign/sketch.h"

enum {
	LSH_BANDS = 24,
	LSH_WORD_BANDS = 10,
	LSH_AT_ONCE = LSH_WORD_BANDS,
	LSH_LOOK_BANDS = 16,
	LSH_OTHERS = 4 + 2,
	LSH_SLOTS = LSH_BANDS + LSH_WORD_BANDS + LSH_OTHERS,
	LSH_LOOKS = LSH_SLOTS - 2,   /* the first slot of looks of images */
	LSH_KEYS = 2 * SKETCH_FACTS, /* most keys of one slot */
	LSH_CHANCE = 1,
	LSH_BUCKET = 32,
	LSH_SPEAKERS = 4,
	LSH_SPLIT = 1 << 14,
	LSH_ROUNDS = 6,
	LSH_FIRST = 2,
	LSH_NEXT = 4,
};

/* How rare the values of bins are in a set of sketches: 8 log2(sketches / those with this value in this bin). */
struct lsh_rarity {
	uint8_t bits[MINHASH_BINS][256];
	uint32_t need; /* of a band, in the same unit: as many as leave LSH_CHANCE others by chance */
};
/* count[bin][value], of n sketches. */
void lsh_rarity_of(uint32_t (*count)[256], size_t n, struct lsh_rarity *out);
/* The keys of the first LSH_BANDS slots from `from` on, LSH_AT_ONCE or fewer, one each; false when there are no bins. */
bool lsh_bands(const struct lsh_rarity *r, const struct sketch_text *t, unsigned from, uint32_t out[LSH_AT_ONCE]);
/* A key that parts a bucket of n: as many bins as leave LSH_CHANCE others by chance, one or two; other ones each round. False when these
 * do not do. Those without bins are one part, once. */
bool lsh_part(const struct lsh_rarity *r, const struct sketch_text *t, size_t n, unsigned round, uint32_t *key);
/* The keys of the LSH_WORD_BANDS slots that follow, all at once; false when there are too few words. */
bool lsh_words(const struct sketch_text *t, unsigned from, uint32_t out[LSH_AT_ONCE]);
/* The keys of one of the slots after these, at most LSH_KEYS of them; their number. */
size_t lsh_keys(const struct sketch *s, unsigned slot, uint32_t out[LSH_KEYS]);
/* In which of these it can have keys: a bit for each. */
uint8_t lsh_has_keys(const struct sketch *s);

/* Where to put a sketch among others, so that those that are alike stand close together and meet in large buckets: by domain, shape of
 * the link and some bins. */
uint64_t lsh_place(const struct sketch *s);

/* A key of a sketch. */
struct lsh_entry {
	uint32_t key, who;
};
/* Sorts by key, then by who; scratch has room for n. Entries must come in ascending order of who. */
void lsh_sort(struct lsh_entry *e, struct lsh_entry *scratch, size_t n);
/* Visits the buckets of sorted entries: all of one key, two or more. */
typedef void lsh_bucket_fn(void *ctx, const struct lsh_entry *e, size_t n);
void lsh_buckets(const struct lsh_entry *e, size_t n, lsh_bucket_fn *fn, void *ctx);
/* Visits the pairs of the i-th of a bucket with those before it that are worth a look; a < b. */
typedef void lsh_pair_fn(void *ctx, uint32_t a, uint32_t b);
void lsh_pairs(const struct lsh_entry *bucket, size_t n, size_t i, lsh_pair_fn *fn, void *ctx);

#endif
