/* buf.h - a growing byte buffer, born with a maximum.
 *
 * Appends never fail loudly: the first one that does not fit appends what fits and sets `full`, the first one without
 * memory sets `oom`; both are sticky, so a writer checks once, at the end. On the heap (buf_free owed) or in an arena
 * (dies with it). Never holds more than max bytes. The bytes are not NUL-terminated; buf_z adds one outside n.
 */
#ifndef TRAPLINE_BASE_BUF_H
#define TRAPLINE_BASE_BUF_H

#include "base/arena.h"
#include "base/str.h"

struct buf {
	uint8_t *p;
	size_t n, cap, max;  /* bytes */
	struct arena *arena; /* NULL: heap */
	bool full, oom;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_init_arena(struct buf *b, struct arena *a, size_t max_bytes);
void buf_free(struct buf *b);  /* heap memory back; the buffer is as after init */
void buf_clear(struct buf *b); /* n = 0, flags off, memory kept */
/* Room for `bytes` more (fewer when max is near): the place to write to, with *room set; then add to b->n. NULL on oom. */
uint8_t *buf_room(struct buf *b, size_t bytes, size_t *room);
void buf_add(struct buf *b, struct str s);
void buf_byte_slow(struct buf *b, uint8_t c);
void buf_z(struct buf *b);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_u64(struct buf *b, uint64_t v);
static inline void buf_byte(struct buf *b, uint8_t c)
{
	if (b->n < b->cap)
		b->p[b->n++] = c;
	else
		buf_byte_slow(b, c);
}
static inline bool buf_ok(const struct buf *b)
{
	return !b->full && !b->oom;
}
static inline struct str buf_str(const struct buf *b)
{
	return str_make(b->p, b->n);
}

#endif
