/* minhash.c - see minhash.h. */
#include "campaign/minhash.h"

#include <pthread.h>

enum { BIN_BITS = 7 };
#define EMPTY UINT64_MAX

static void put(uint64_t bin[MINHASH_BINS], uint64_t h)
{
	uint64_t *b = &bin[h >> (64 - BIN_BITS)];
	uint64_t v = h & (UINT64_MAX >> BIN_BITS); /* never EMPTY */
	*b ^= (*b ^ v) & -(uint64_t)(v < *b);      /* the less; no branch, which nobody could foretell */
}

enum { PROBES = 64 };
static uint8_t probes[MINHASH_BINS][PROBES]; /* the first of each bin */
static pthread_once_t probes_once = PTHREAD_ONCE_INIT;

static size_t probe_of(uint64_t bin, uint64_t probe)
{
	return mix64(bin << 32 | probe) >> (64 - BIN_BITS);
}

static void build_probes(void)
{
	for (size_t i = 0; i < MINHASH_BINS; i++)
		for (size_t k = 0; k < PROBES; k++)
			probes[i][k] = (uint8_t)probe_of(i, k + 1);
}

/* Bins 0, step, 2 step ... At least one of all is not empty. The probes of a bin are the same for every set: that is what keeps the
 * estimate unbiased. */
static void densify(const uint64_t bin[MINHASH_BINS], size_t step, struct minhash *out)
{
	pthread_once(&probes_once, build_probes);
	for (size_t i = 0; i < MINHASH_BINS; i += step) {
		uint64_t v = bin[i];
		for (const uint8_t *probe = probes[i]; v == EMPTY && probe < probes[i] + PROBES; probe++)
			v = bin[*probe];
		for (size_t k = PROBES; v == EMPTY; k++)
			v = bin[probe_of(i, k + 1)];
		out->bin[i] = (uint8_t)v;
	}
}

size_t minhash_words(const struct words *w, struct minhash *out)
{
	uint64_t bin[MINHASH_BINS];
	const uint32_t *h = w->hash;
	memset(bin, 0xFF, sizeof bin);
	memset(out, 0, sizeof *out);
	if (w->n == 0)
		return 0;
	if (w->n < 3)
		put(bin, shingle3(h[0], w->n > 1 ? h[1] : 0, 0));
	for (size_t i = 2; i < w->n; i++)
		put(bin, shingle3(h[i - 2], h[i - 1], h[i]));
	densify(bin, 1, out);
	return w->n < 3 ? 1 : w->n - 2;
}

void minhash_set(const uint64_t *hash, size_t n, size_t step, struct minhash *out)
{
	uint64_t bin[MINHASH_BINS];
	memset(bin, 0xFF, sizeof bin);
	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < n; i++)
		put(bin, mix64(hash[i]));
	if (n)
		densify(bin, step, out);
}

unsigned minhash_agree(const uint8_t a[MINHASH_BINS], const uint8_t b[MINHASH_BINS])
{
	unsigned n = 0;
	for (size_t i = 0; i < MINHASH_BINS; i += 64) {
		uint8_t same = 0; /* of a byte's width: so the loop is done sixteen at a time */
		for (size_t k = i; k < i + 64; k++)
			same += a[k] == b[k];
		n += same;
	}
	return n;
}
