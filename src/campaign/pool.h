/* pool.h - many different sketches, each once, in little memory; first as they arrive, then in any order, without a second copy.
 *
 * Sketches of about one size share an array of slots, so that they change places within it. Numbers are those of arrival until
 * sketch_pool_order. What is returned points into the pool and is valid until the next put or order. Not thread-safe.
 */
#ifndef TRAPLINE_CAMPAIGN_POOL_H
#define TRAPLINE_CAMPAIGN_POOL_H

#include "campaign/sketch.h"

enum {
	POOL_STEP = 32, /* bytes between the sizes of slots */
	POOL_SIZES = (SKETCH_MAX + 2 + POOL_STEP - 1) / POOL_STEP,
};
struct sketch_slots {
	uint8_t *v;
	uint32_t n, cap;
};
struct sketch_pool {
	struct sketch_slots slots[POOL_SIZES]; /* of POOL_STEP, 2 POOL_STEP ... bytes */
	uint32_t *at;                          /* number -> size and slot */
	uint32_t *tags;                        /* number -> hash; NULL once in order */
	uint32_t *index;                       /* by tag: number + 1, 0 = empty; NULL once in order */
	size_t n, cap, n_index;
};

enum { POOL_SLOT_BITS = 27, POOL_MOST = 1 << POOL_SLOT_BITS }; /* most sketches: memory ends before */
#define POOL_FULL UINT32_MAX

void sketch_pool_init(struct sketch_pool *p);
void sketch_pool_free(struct sketch_pool *p);
/* The number of this blob, which sketch_read accepts; *fresh: it is a new one. POOL_FULL when out of memory. */
uint32_t sketch_pool_put(struct sketch_pool *p, struct str blob, bool *fresh);
/* From now on the i-th is the one that was arrival[i]. Nothing can be put any more. False when out of memory. */
bool sketch_pool_order(struct sketch_pool *p, const uint32_t *arrival);

static inline const uint8_t *sketch_pool_at(const struct sketch_pool *p, uint32_t i)
{
	uint32_t size = p->at[i] >> POOL_SLOT_BITS, slot = p->at[i] & (POOL_MOST - 1);
	return p->slots[size].v + (size_t)slot * (size + 1) * POOL_STEP;
}
struct str sketch_pool_blob(const struct sketch_pool *p, uint32_t i);

#endif
