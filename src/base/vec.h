/* vec.h - typed growing arrays in an arena, with a cap.
 *
 * VEC(struct x) list = {0};  struct x *e = vec_push(arena, &list, MAX);  NULL when the cap is reached or out of memory
 * (tell apart with list.n == MAX). Elements may move on push; memory dies with the arena. New elements are zeroed.
 */
#ifndef TRAPLINE_BASE_VEC_H
#define TRAPLINE_BASE_VEC_H

#include "base/arena.h"

#define VEC(T) \
	struct { \
		T *v; \
		size_t n, cap; \
	}

#define vec_push(arena, vec, max) \
	((__typeof__((vec)->v))vec_push_((arena), (void **)&(vec)->v, &(vec)->n, &(vec)->cap, sizeof *(vec)->v, (max)))

static inline void *vec_push_(struct arena *a, void **v, size_t *n, size_t *cap, size_t elem, size_t max)
{
	if (*n >= max)
		return NULL;
	if (*n == *cap) {
		size_t want = *cap ? *cap * 2 : 8;
		void *p = arena_grow(a, *v, *cap * elem, want * elem);
		if (!p)
			return NULL;
		*v = p;
		*cap = want;
	}
	return memset((char *)*v + (*n)++ * elem, 0, elem);
}

#endif
