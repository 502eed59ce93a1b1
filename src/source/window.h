/* window.h - a sliding buffer over a stream: bytes are appended at the end and consumed at the start.
 *
 * It grows by doubling up to max bytes and moves its content only when at least half of it is free, so that a byte is moved
 * a bounded number of times. Memory is heap, owned by the window.
 */
#ifndef TRAPLINE_SOURCE_WINDOW_H
#define TRAPLINE_SOURCE_WINDOW_H

#include "base/str.h"

struct window {
	uint8_t *p;
	size_t cap, max; /* bytes */
	size_t from, to; /* the content is p[from, to) */
	uint64_t base;   /* offset of p[from] in the stream */
	uint64_t cut;    /* bytes cut out since the last consume */
	bool eof;        /* set by the user: nothing more will come */
};

void window_init(struct window *w, size_t max_bytes);
void window_free(struct window *w);
/* A new stream: content gone; memory beyond 1 MiB is given back. */
void window_reset(struct window *w);
/* Where to append, with at least one byte of room; then add to w->to. NULL when out of memory; never full below max / 2. */
uint8_t *window_room(struct window *w, size_t *room);
void window_consume(struct window *w, size_t n);
/* Cuts the bytes [from, to), counted from the content's start, out of the middle. They count as consumed with the next
 * window_consume, which therefore has to reach beyond the place. */
void window_cut(struct window *w, size_t from, size_t to);
static inline struct str window_str(const struct window *w)
{
	return str_make(w->p ? w->p + w->from : NULL, w->to - w->from);
}

#endif
