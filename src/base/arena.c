/* arena.c - see arena.h. Chunks double from 64 KiB; a larger request gets a chunk of its own size. */
#include "base/arena.h"

#include "base/mem.h"

enum { ALIGN = 16, FIRST_CHUNK = 64 << 10, KEEP_CHUNK = 1 << 20, LARGEST_STEP = 4 << 20 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t size; /* bytes of data */
	_Alignas(ALIGN) uint8_t data[];
};

static size_t round_up(size_t n)
{
	return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

void arena_init(struct arena *a, size_t max_bytes)
{
	*a = (struct arena){.max = max_bytes};
}

static void release_chunks(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *next = c->next;
		mem_free(c);
		c = next;
	}
}

void arena_reset(struct arena *a)
{
	struct arena_chunk *keep = a->chunk;
	if (keep && keep->size <= KEEP_CHUNK) {
		release_chunks(keep->next);
		keep->next = NULL;
	} else {
		release_chunks(keep);
		keep = NULL;
	}
	a->chunk = keep;
	a->used = 0;
	a->total = keep ? keep->size : 0;
	a->failed = a->full = false;
}

void arena_free(struct arena *a)
{
	release_chunks(a->chunk);
	*a = (struct arena){.max = a->max};
}

static int try_chunk(struct arena *a, size_t need)
{
	size_t size = a->chunk ? a->chunk->size * 2 : FIRST_CHUNK;
	if (size > LARGEST_STEP)
		size = LARGEST_STEP;
	if (size < need)
		size = need;
	size_t left = a->max - a->total;
	if (need > left) {
		a->full = true;
		return -1;
	}
	if (size > left)
		size = left;
	struct arena_chunk *c = mem_alloc(sizeof *c + size);
	if (!c)
		return -1;
	c->next = a->chunk;
	c->size = size;
	a->chunk = c;
	a->used = 0;
	a->total += size;
	return 0;
}

static int add_chunk(struct arena *a, size_t need)
{
	int r = try_chunk(a, need);
	a->failed |= r != 0;
	return r;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	if (bytes > SIZE_MAX / 2) {
		a->failed = true;
		return NULL;
	}
	size_t need = round_up(bytes ? bytes : 1);
	if (!a->chunk || a->chunk->size - a->used < need)
		if (add_chunk(a, need))
			return NULL;
	void *p = a->chunk->data + a->used;
	a->used += need;
	return p;
}

void *arena_zalloc(struct arena *a, size_t count, size_t bytes)
{
	size_t n;
	if (__builtin_mul_overflow(count, bytes, &n))
		return NULL;
	void *p = arena_alloc(a, n);
	return p ? memset(p, 0, n) : NULL;
}

static bool is_newest(const struct arena *a, const void *p, size_t bytes)
{
	return p && a->chunk && (const uint8_t *)p + round_up(bytes ? bytes : 1) == a->chunk->data + a->used;
}

void *arena_grow(struct arena *a, void *p, size_t old_bytes, size_t new_bytes)
{
	must(new_bytes >= old_bytes);
	if (new_bytes > SIZE_MAX / 2)
		return NULL;
	if (is_newest(a, p, old_bytes)) {
		size_t start = (size_t)((uint8_t *)p - a->chunk->data);
		if (a->chunk->size - start >= round_up(new_bytes)) {
			a->used = start + round_up(new_bytes ? new_bytes : 1);
			return p;
		}
	}
	void *q = arena_alloc(a, new_bytes);
	if (q && old_bytes)
		memcpy(q, p, old_bytes);
	return q;
}

void arena_shrink(struct arena *a, void *p, size_t old_bytes, size_t new_bytes)
{
	if (new_bytes <= old_bytes && is_newest(a, p, old_bytes))
		a->used = (size_t)((uint8_t *)p - a->chunk->data) + round_up(new_bytes ? new_bytes : 1);
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){a->chunk, a->used};
}

void arena_release(struct arena *a, struct arena_mark mark)
{
	while (a->chunk != mark.chunk) {
		struct arena_chunk *next = a->chunk->next;
		a->total -= a->chunk->size;
		mem_free(a->chunk);
		a->chunk = next;
	}
	a->used = mark.used;
}

struct str arena_dup(struct arena *a, struct str s)
{
	uint8_t *p = arena_alloc(a, s.n + 1);
	if (!p)
		return (struct str){NULL, 0};
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = 0;
	return str_make(p, s.n);
}
