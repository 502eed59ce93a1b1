/* arena.h - a region: many allocations, one release. One arena per message, reset rather than freed.
 *
 * arena_alloc returns memory aligned to 16 bytes, uninitialised, valid until the next reset or free; NULL when the cap is
 * reached or the heap is empty. Not thread-safe: one arena belongs to one worker.
 */
#ifndef TRAPLINE_BASE_ARENA_H
#define TRAPLINE_BASE_ARENA_H

#include "base/str.h"

struct arena_chunk;
struct arena {
	struct arena_chunk *chunk; /* newest first */
	size_t used;               /* bytes of the newest chunk in use */
	size_t total;              /* bytes held in all chunks */
	size_t max;                /* cap on total */
	bool failed;               /* an allocation failed since the last reset: for who makes many and asks once */
	bool full;                 /* one failed because of max */
};

void arena_init(struct arena *a, size_t max_bytes);
/* Keeps one chunk of at most 1 MiB for the next message, gives the rest back. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);
void *arena_alloc(struct arena *a, size_t bytes);
void *arena_zalloc(struct arena *a, size_t count, size_t bytes); /* zeroed; NULL on overflow */
/* Grows an allocation: in place when it is the newest, else by copy. p may be NULL when old is 0. */
void *arena_grow(struct arena *a, void *p, size_t old_bytes, size_t new_bytes);
/* Scratch: arena_release gives back everything allocated since the mark, also what arena_grow moved meanwhile. */
struct arena_mark {
	struct arena_chunk *chunk;
	size_t used;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark mark);
/* A copy of s; with a NUL behind it that n does not count. {NULL,0} on failure (check .p). */
struct str arena_dup(struct arena *a, struct str s);
/* Gives back the tail of the newest allocation p of old bytes; elsewhere it does nothing. */
void arena_shrink(struct arena *a, void *p, size_t old_bytes, size_t new_bytes);

#endif
