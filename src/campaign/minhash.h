/* minhash.h - one-permutation MinHash with densification: how alike two sets are, from 128 bytes each.
 *
 * Each element falls into one of 128 bins and the smallest hash of a bin stands for it (Li, Owen, Zhang, NIPS 2012); an empty bin
 * takes the value of another one, chosen by hash and the same for every set (optimal densification, Shrivastava, ICML 2017). Of
 * each value eight bits are kept (b-bit minwise hashing, Li and König, WWW 2010). Two sets agree in a bin with the probability
 * J + (1 - J) / 256, J their resemblance (Jaccard); the standard error of the estimate is at most 0.045.
 */
#ifndef TRAPLINE_CAMPAIGN_MINHASH_H
#define TRAPLINE_CAMPAIGN_MINHASH_H

#include "campaign/shingle.h"

enum { MINHASH_BINS = 128 };

struct minhash {
	uint8_t bin[MINHASH_BINS];
};

/* Of the runs of three words; of the pairs or the one word there are when they are fewer than three. Returns the number of
 * runs; 0 leaves *out all zero. */
size_t minhash_words(const struct words *w, struct minhash *out);
/* Of any set of hashes; only bins 0, step, 2 step ... are filled. */
void minhash_set(const uint64_t *hash, size_t n, size_t step, struct minhash *out);

/* Bins that agree. */
unsigned minhash_agree(const uint8_t a[MINHASH_BINS], const uint8_t b[MINHASH_BINS]);
/* The resemblance that so many bins tell, 0..1. */
static inline double minhash_resemblance(unsigned agree)
{
	double j = ((double)agree / MINHASH_BINS - 1.0 / 256) * (256.0 / 255);
	return j > 0 ? j : 0;
}

#endif
