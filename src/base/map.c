/* map.c - see map.h. */
#include "base/map.h"

#include <stdatomic.h>
#include <sys/random.h>

#include "base/hash.h"
#include "base/mem.h"

enum { FIRST_SLOTS = 64 };

uint64_t map_seed(void)
{
	static _Atomic uint64_t seed;
	uint64_t v = atomic_load_explicit(&seed, memory_order_relaxed);
	if (v)
		return v;
	if (getrandom(&v, sizeof v, GRND_NONBLOCK) != sizeof v)
		v = (uint64_t)(uintptr_t)&v;
	v |= 1;
	uint64_t none = 0;
	if (!atomic_compare_exchange_strong(&seed, &none, v))
		v = none;
	return v;
}

void map_init(struct map *m, size_t max_key_bytes)
{
	*m = (struct map){0};
	arena_init(&m->keys, max_key_bytes);
}

void map_free(struct map *m)
{
	mem_free(m->entries);
	mem_free(m->slots);
	arena_free(&m->keys);
	*m = (struct map){.keys.max = m->keys.max};
}

void map_clear(struct map *m)
{
	m->n = 0;
	if (m->slots)
		memset(m->slots, 0, m->nslots * sizeof *m->slots);
	arena_reset(&m->keys);
}

/* The slot that holds key, or the empty one where it would go. */
static size_t find_slot(const struct map *m, struct str key, uint64_t h)
{
	size_t mask = m->nslots - 1;
	size_t i = h & mask;
	for (;; i = (i + 1) & mask) {
		uint32_t at = m->slots[i];
		if (!at)
			return i;
		const struct map_entry *e = &m->entries[at - 1];
		if (e->hash == h && str_eq(e->key, key))
			return i;
	}
}

struct map_entry *map_get(const struct map *m, struct str key)
{
	if (!m->n)
		return NULL;
	uint32_t at = m->slots[find_slot(m, key, hash64(key, map_seed()))];
	return at ? &m->entries[at - 1] : NULL;
}

static int rehash(struct map *m)
{
	size_t nslots = m->nslots ? m->nslots * 2 : FIRST_SLOTS;
	uint32_t *slots = mem_zalloc(nslots, sizeof *slots);
	if (!slots)
		return -1;
	for (size_t e = 0; e < m->n; e++) {
		size_t i = m->entries[e].hash & (nslots - 1);
		while (slots[i])
			i = (i + 1) & (nslots - 1);
		slots[i] = (uint32_t)(e + 1);
	}
	mem_free(m->slots);
	m->slots = slots;
	m->nslots = nslots;
	return 0;
}

struct map_entry *map_put(struct map *m, struct str key, bool *fresh)
{
	bool unused;
	if (!fresh)
		fresh = &unused;
	*fresh = false;
	if ((m->n + 1) * 2 > m->nslots && rehash(m))
		return NULL;
	uint64_t h = hash64(key, map_seed());
	size_t i = find_slot(m, key, h);
	if (m->slots[i])
		return &m->entries[m->slots[i] - 1];
	if (m->n == UINT32_MAX - 1)
		return NULL;
	if (m->n == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : FIRST_SLOTS;
		void *p = mem_realloc(m->entries, cap * sizeof *m->entries);
		if (!p)
			return NULL;
		m->entries = p;
		m->cap = cap;
	}
	struct str copy = arena_dup(&m->keys, key);
	if (!copy.p)
		return NULL;
	m->entries[m->n] = (struct map_entry){copy, 0, h};
	m->slots[i] = (uint32_t)++m->n;
	*fresh = true;
	return &m->entries[m->n - 1];
}
