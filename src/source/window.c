/* window.c - see window.h. */
#include "source/window.h"

#include "base/limits.h"
#include "base/mem.h"

enum { FIRST = 256 * 1024, LEAST_ROOM = 64 * 1024 };

void window_init(struct window *w, size_t max_bytes)
{
	*w = (struct window){.max = max_bytes};
}

void window_free(struct window *w)
{
	mem_free(w->p);
	*w = (struct window){.max = w->max};
}

void window_reset(struct window *w)
{
	if (w->cap > MIB)
		window_free(w);
	w->from = w->to = 0;
	w->base = w->cut = 0;
	w->eof = false;
}

static bool grow(struct window *w)
{
	size_t cap = w->cap ? w->cap * 2 : FIRST;
	if (cap > w->max)
		cap = w->max;
	uint8_t *p = mem_realloc(w->p, cap);
	if (!p)
		return false;
	w->p = p;
	w->cap = cap;
	return true;
}

uint8_t *window_room(struct window *w, size_t *room)
{
	size_t least = w->max < LEAST_ROOM * 4 ? 1 : LEAST_ROOM;
	if (w->cap - w->to < least && w->from >= w->cap / 2 && w->from) {
		memmove(w->p, w->p + w->from, w->to - w->from);
		w->to -= w->from;
		w->from = 0;
	}
	if (w->cap - w->to < least && w->cap < w->max && !grow(w))
		return NULL;
	if (w->to == w->cap) { /* at max: the user keeps the content below half of it */
		memmove(w->p, w->p + w->from, w->to - w->from);
		w->to -= w->from;
		w->from = 0;
	}
	must(w->to < w->cap);
	*room = w->cap - w->to;
	return w->p + w->to;
}

void window_consume(struct window *w, size_t n)
{
	must(n <= w->to - w->from);
	w->from += n;
	w->base += n + w->cut;
	w->cut = 0;
	if (w->from == w->to)
		w->from = w->to = 0;
}

void window_cut(struct window *w, size_t from, size_t to)
{
	must(from <= to && to <= w->to - w->from);
	memmove(w->p + w->from + from, w->p + w->from + to, w->to - w->from - to);
	w->to -= to - from;
	w->cut += to - from;
}
