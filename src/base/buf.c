/* buf.c - see buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

enum { FIRST_CAP = 256 };

void buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){.max = max_bytes};
}

void buf_init_arena(struct buf *b, struct arena *a, size_t max_bytes)
{
	*b = (struct buf){.max = max_bytes, .arena = a};
}

void buf_free(struct buf *b)
{
	if (!b->arena)
		mem_free(b->p);
	*b = (struct buf){.max = b->max, .arena = b->arena};
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = b->oom = false;
}

static bool grow(struct buf *b, size_t want)
{
	size_t cap = b->cap ? b->cap : FIRST_CAP;
	void *p = NULL;
	if (want <= SIZE_MAX / 4) {
		while (cap < want)
			cap *= 2;
		if (cap > b->max)
			cap = b->max;
		p = b->arena ? arena_grow(b->arena, b->p, b->cap, cap) : mem_realloc(b->p, cap);
	}
	if (!p) {
		b->oom = true;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

uint8_t *buf_room(struct buf *b, size_t bytes, size_t *room)
{
	size_t left = b->max - b->n;
	if (b->oom)
		return NULL;
	if (bytes > left)
		bytes = left;
	if ((!b->p || b->cap - b->n < bytes) && !grow(b, b->n + bytes))
		return NULL;
	*room = bytes;
	return b->p + b->n;
}

void buf_add(struct buf *b, struct str s)
{
	size_t room;
	if (s.n == 0)
		return;
	uint8_t *p = buf_room(b, s.n, &room);
	if (!p)
		return;
	if (room)
		memcpy(p, s.p, room);
	b->n += room;
	if (room < s.n)
		b->full = true;
}

void buf_byte_slow(struct buf *b, uint8_t c)
{
	buf_add(b, str_make(&c, 1));
}

void buf_z(struct buf *b)
{
	if (b->n < b->cap || (b->cap < b->max && grow(b, b->n + 1)))
		b->p[b->n] = 0;
	else if (b->n == b->cap && b->n)
		b->p[--b->n] = 0, b->full = true;
}

void buf_u64(struct buf *b, uint64_t v)
{
	uint8_t t[20];
	size_t i = sizeof t;
	do
		t[--i] = (uint8_t)('0' + v % 10);
	while (v /= 10);
	buf_add(b, str_make(t + i, sizeof t - i));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	must(n >= 0);
	if ((size_t)n < sizeof small) {
		buf_add(b, str_make(small, (size_t)n));
		return;
	}
	size_t room;
	char *big = mem_alloc((size_t)n + 1);
	if (!big) {
		b->oom = true;
		return;
	}
	va_start(ap, fmt);
	room = (size_t)vsnprintf(big, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf_add(b, str_make(big, room));
	mem_free(big);
}
