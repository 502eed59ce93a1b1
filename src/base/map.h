/* map.h - hash map from bytes to a 64-bit value; open addressing, XXH3 with a per-process seed against crafted keys.
 *
 * Keys are copied into the map's own arena and live until map_free. Iteration order is insertion order, so output that
 * walks a map is deterministic. Not thread-safe.
 */
#ifndef TRAPLINE_BASE_MAP_H
#define TRAPLINE_BASE_MAP_H

#include "base/arena.h"
#include "base/str.h"

struct map_entry {
	struct str key;
	uint64_t value;
	uint64_t hash;
};
struct map {
	struct map_entry *entries; /* in insertion order */
	size_t n, cap;
	uint32_t *slots; /* index + 1 into entries; 0 = empty */
	size_t nslots;   /* power of two */
	struct arena keys;
};

/* One seed a process, for hash64: a sender who knows the code still cannot choose keys that collide. */
uint64_t map_seed(void);
void map_init(struct map *m, size_t max_key_bytes);
void map_free(struct map *m);
void map_clear(struct map *m);
/* NULL when absent. The pointer is valid until the next map_put. */
struct map_entry *map_get(const struct map *m, struct str key);
/* The entry of key, made with value 0 when absent (*fresh tells, may be NULL). NULL when out of memory or full. */
struct map_entry *map_put(struct map *m, struct str key, bool *fresh);

#endif
