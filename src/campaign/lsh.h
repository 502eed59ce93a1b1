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
 * lsh_pairs visits the candidates of one slot. Sketches must be numbered in an order that depends on their content alone: then
 * so does the set of pairs. A bucket of more than LSH_BUCKET sketches is not searched through: each of it meets the first
 * few and the few that follow it.
 */
#ifndef TRAPLINE_CAMPAIGN_LSH_H
#define TRAPLINE_CAMPAIGN_LSH_H

#include "campaign/sketch.h"

enum {
	LSH_BANDS = 24,
	LSH_WORD_BANDS = 10,
	LSH_AT_ONCE = LSH_WORD_BANDS,
	LSH_LOOK_BANDS = 16,
	LSH_SLOTS = LSH_BANDS + LSH_WORD_BANDS + 4 + 2,
	LSH_KEYS = 2 * SKETCH_FACTS, /* most keys of one slot */
	LSH_BUCKET = 32,
	LSH_FIRST = 2,
	LSH_NEXT = 4,
};

/* The keys of the first LSH_BANDS slots from `from` on, LSH_AT_ONCE or fewer, one each; false when there are no bins. */
bool lsh_bands(const struct sketch_text *t, unsigned from, uint32_t out[LSH_AT_ONCE]);
/* The keys of the LSH_WORD_BANDS slots that follow, all at once; false when there are too few words. */
bool lsh_words(const struct sketch_text *t, unsigned from, uint32_t out[LSH_AT_ONCE]);
/* The keys of one of the slots after these, at most LSH_KEYS of them; their number. */
size_t lsh_keys(const struct sketch *s, unsigned slot, uint32_t out[LSH_KEYS]);

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
