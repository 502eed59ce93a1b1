/* tally.h - counts by a pair of numbers: a hash table for what a scan adds up.
 *
 * Cells are in order of first use, which depends on the order of the rows: sort before showing. Not thread-safe.
 */
#ifndef TRAPLINE_BASE_TALLY_H
#define TRAPLINE_BASE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tally_cell {
	uint64_t a;
	uint32_t b;
	uint32_t n;
};
struct tally {
	struct tally_cell *cells;
	size_t n, cap;
	uint32_t *slots; /* index + 1 into cells; 0 = empty */
	size_t nslots;   /* power of two */
};

void tally_free(struct tally *t); /* as after zeroing */
/* Index of the cell (a, b), made with n 0 when absent; SIZE_MAX when out of memory. */
size_t tally_cell(struct tally *t, uint64_t a, uint32_t b);
/* n of the cell, 0 when absent. */
uint32_t tally_get(const struct tally *t, uint64_t a, uint32_t b);
static inline bool tally_add(struct tally *t, uint64_t a, uint32_t b, uint32_t by)
{
	size_t i = tally_cell(t, a, b);
	if (i == SIZE_MAX)
		return false;
	t->cells[i].n += by;
	return true;
}

#endif
