/* pool.c - see pool.h. */
#include "campaign/pool.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"

_Static_assert(POOL_SIZES <= 1 << (32 - POOL_SLOT_BITS), "size and slot in one number");

void sketch_pool_init(struct sketch_pool *p)
{
	*p = (struct sketch_pool){.n = 0};
}

void sketch_pool_free(struct sketch_pool *p)
{
	for (size_t i = 0; i < POOL_SIZES; i++)
		mem_free(p->slots[i].v);
	mem_free(p->at);
	mem_free(p->tags);
	mem_free(p->index);
	sketch_pool_init(p);
}

/* The last two bytes of a slot tell how long the blob in it is. */
struct str sketch_pool_blob(const struct sketch_pool *p, uint32_t i)
{
	const uint8_t *v = sketch_pool_at(p, i);
	uint16_t n;
	memcpy(&n, v + ((p->at[i] >> POOL_SLOT_BITS) + 1) * POOL_STEP - sizeof n, sizeof n);
	return str_make(v, n);
}

/* Where the number of this blob stands, or belongs. */
static uint32_t *find(const struct sketch_pool *p, struct str blob, uint32_t tag)
{
	for (size_t k = tag & (p->n_index - 1);; k = (k + 1) & (p->n_index - 1)) {
		uint32_t *i = &p->index[k];
		if (!*i || (p->tags[*i - 1] == tag && str_eq(sketch_pool_blob(p, *i - 1), blob)))
			return i;
	}
}

static bool grow_index(struct sketch_pool *p)
{
	size_t n = p->n_index ? 2 * p->n_index : 1024;
	uint32_t *index = mem_zalloc(n, sizeof *index);
	if (!index)
		return false;
	for (uint32_t i = 0; i < p->n; i++) {
		size_t k = p->tags[i] & (n - 1);
		while (index[k])
			k = (k + 1) & (n - 1);
		index[k] = i + 1;
	}
	mem_free(p->index);
	p->index = index;
	p->n_index = n;
	return true;
}

static bool grow_numbers(struct sketch_pool *p)
{
	size_t cap = p->cap ? p->cap + p->cap / 2 : 1024;
	uint32_t *at = mem_realloc(p->at, cap * sizeof *at);
	p->at = at ? at : p->at;
	uint32_t *tags = at ? mem_realloc(p->tags, cap * sizeof *tags) : NULL;
	p->tags = tags ? tags : p->tags;
	p->cap = tags ? cap : p->cap;
	return tags != NULL;
}

/* Room for one more of a size. Large blocks grow without being copied. */
static bool grow_slots(struct sketch_slots *s, size_t bytes)
{
	uint32_t cap = s->cap ? s->cap + s->cap / 2 : 16;
	uint8_t *v = mem_realloc(s->v, cap * bytes);
	s->v = v ? v : s->v;
	s->cap = v ? cap : s->cap;
	return v != NULL;
}

uint32_t sketch_pool_put(struct sketch_pool *p, struct str blob, bool *fresh)
{
	uint32_t tag = (uint32_t)(hash64(blob, map_seed()) >> 32);
	must((p->tags || !p->n) && blob.n <= SKETCH_MAX);
	if (2 * p->n >= p->n_index && !grow_index(p))
		return POOL_FULL;
	uint32_t *i = find(p, blob, tag);
	*fresh = !*i;
	if (*i)
		return *i - 1;
	uint32_t size = (uint32_t)((blob.n + sizeof(uint16_t) - 1) / POOL_STEP);
	size_t bytes = (size + 1) * POOL_STEP;
	struct sketch_slots *s = &p->slots[size];
	if (p->n == POOL_MOST || (p->n == p->cap && !grow_numbers(p)) || (s->n == s->cap && !grow_slots(s, bytes)))
		return POOL_FULL;
	uint8_t *v = s->v + (size_t)s->n * bytes;
	uint16_t n = (uint16_t)blob.n;
	memcpy(v, blob.p, blob.n);
	memcpy(v + bytes - sizeof n, &n, sizeof n);
	p->at[p->n] = size << POOL_SLOT_BITS | s->n++;
	p->tags[p->n] = tag;
	*i = (uint32_t)++p->n;
	return *i - 1;
}

/* from[i] goes to slot i, circle by circle. */
static void permute(struct sketch_slots *s, uint32_t *from, size_t bytes)
{
	uint8_t kept[POOL_SIZES * POOL_STEP];
	for (uint32_t first = 0; first < s->n; first++) {
		uint32_t i = first;
		memcpy(kept, s->v + i * bytes, bytes);
		while (from[i] != first) {
			uint32_t next = from[i];
			memcpy(s->v + i * bytes, s->v + next * bytes, bytes);
			from[i] = i;
			i = next;
		}
		memcpy(s->v + i * bytes, kept, bytes);
		from[i] = i;
	}
}

bool sketch_pool_order(struct sketch_pool *p, const uint32_t *arrival)
{
	uint32_t begin[POOL_SIZES], have[POOL_SIZES] = {0}, sum = 0;
	mem_free(p->index);
	mem_free(p->tags);
	p->index = p->tags = NULL;
	uint32_t *from = mem_alloc(p->n * sizeof *from), *at = from ? mem_alloc(p->n * sizeof *at) : NULL;
	if (!at) {
		mem_free(from);
		return false;
	}
	for (size_t size = 0; size < POOL_SIZES; size++) {
		begin[size] = sum;
		sum += p->slots[size].n;
	}
	for (size_t i = 0; i < p->n; i++) {
		uint32_t old = p->at[arrival[i]], size = old >> POOL_SLOT_BITS;
		from[begin[size] + have[size]] = old & (POOL_MOST - 1);
		at[i] = size << POOL_SLOT_BITS | have[size]++;
	}
	for (size_t size = 0; size < POOL_SIZES; size++)
		permute(&p->slots[size], from + begin[size], (size + 1) * POOL_STEP);
	mem_free(from);
	mem_free(p->at);
	p->at = at;
	return true;
}
