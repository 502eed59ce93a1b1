/* sort.h - plain numbers, ascending, in place: several times faster than qsort, which asks a function about every pair.
 *
 * Radix exchange (Hildebrandt and Isbitz, 1959): split by the highest bit in which they differ, then each half by the next; few
 * are sorted by insertion. No memory; at most 32 or 64 passes over the numbers, whatever they are.
 */
#ifndef TRAPLINE_BASE_SORT_H
#define TRAPLINE_BASE_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void sort_u32(uint32_t *v, size_t n);
void sort_u64(uint64_t *v, size_t n);

/* Of sorted numbers each once; returns how many are left. */
size_t unique_u32(uint32_t *v, size_t n);
size_t unique_u64(uint64_t *v, size_t n);

/* Is x among sorted numbers? */
bool has_u64(const uint64_t *v, size_t n, uint64_t x);

#endif
