/* looks.c - see looks.h. */
#include "shop/looks.h"

#include "base/forest.h"
#include "base/mem.h"
#include "campaign/lsh.h"

struct grouping {
	const struct image_digest *v;
	uint32_t *of;
};

static void look_at_pair(void *ctx, uint32_t a, uint32_t b)
{
	struct grouping *g = ctx;
	uint32_t x = forest_root(g->of, a), y = forest_root(g->of, b);
	if (x == y || image_digest_distance(&g->v[a], &g->v[b]) > IMAGE_DIGEST_NEAR)
		return;
	forest_join(g->of, x, y);
}

static void look_at_bucket(void *ctx, const struct lsh_entry *e, size_t n)
{
	for (size_t i = 1; i < n; i++)
		lsh_pairs(e, n, i, look_at_pair, ctx);
}

bool looks_group(const struct image_digest *v, size_t n, uint32_t *of)
{
	struct grouping g = {v, of};
	struct lsh_entry *e = mem_alloc(2 * (n + 1) * sizeof *e);
	if (!e)
		return false;
	for (size_t i = 0; i < n; i++)
		of[i] = (uint32_t)i;
	for (unsigned band = 0; band < LSH_LOOK_BANDS; band++) {
		for (size_t i = 0; i < n; i++)
			e[i] = (struct lsh_entry){v[i].bits[band / 4] >> band % 4 * 16 & 0xFFFF, (uint32_t)i};
		lsh_sort(e, e + n, n);
		lsh_buckets(e, n, look_at_bucket, &g);
	}
	for (size_t i = 0; i < n; i++)
		of[i] = forest_root(of, (uint32_t)i);
	mem_free(e);
	return true;
}

int looks_order(const struct image_digest *a, const struct image_digest *b)
{
	for (size_t i = 0; i < IMAGE_DIGEST_BITS / 64; i++)
		if (a->bits[i] != b->bits[i])
			return a->bits[i] < b->bits[i] ? -1 : 1;
	return 0;
}

bool look_parse(struct str hex, struct image_digest *out)
{
	struct image_digest d = {.bits = {0}};
	if (hex.n != IMAGE_DIGEST_BITS / 4)
		return false;
	for (size_t i = 0; i < hex.n; i++) {
		int digit = ascii_hex(hex.p[i]);
		if (digit < 0)
			return false;
		d.bits[i / 16] = d.bits[i / 16] << 4 | (uint64_t)digit;
	}
	*out = d;
	return true;
}
