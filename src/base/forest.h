/* forest.h - disjoint sets of numbers (union-find). Each number has a parent; a root is its own, and the smallest of its set, so that
 * the result does not depend on the order of joining. Paths are halved (Tarjan and van Leeuwen, 1984): many steps in a row are
 * nearly constant. The caller owns the parents, and begins with parent[i] = i.
 */
#ifndef TRAPLINE_BASE_FOREST_H
#define TRAPLINE_BASE_FOREST_H

#include <stdint.h>

static inline uint32_t forest_root(uint32_t *parent, uint32_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

static inline void forest_join(uint32_t *parent, uint32_t a, uint32_t b)
{
	a = forest_root(parent, a);
	b = forest_root(parent, b);
	parent[a > b ? a : b] = a > b ? b : a;
}

#endif
