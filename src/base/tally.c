/* tally.c - see tally.h. The keys are ids that the store gives out, not bytes that a sender chooses: a fixed mixer will do. */
#include "base/tally.h"

#include <string.h>

#include "base/mem.h"

enum { FIRST_CELLS = 64 };

static size_t hash(uint64_t a, uint32_t b)
{
	uint64_t x = (a ^ (uint64_t)b * 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
	return (size_t)(x ^ x >> 29);
}

void tally_free(struct tally *t)
{
	mem_free(t->cells);
	mem_free(t->slots);
	*t = (struct tally){0};
}

static bool grow(struct tally *t)
{
	size_t cap = t->cap ? t->cap * 2 : FIRST_CELLS, nslots = cap * 2;
	if (cap >= UINT32_MAX / 2)
		return false;
	struct tally_cell *cells = mem_realloc(t->cells, cap * sizeof *cells);
	if (!cells)
		return false;
	t->cells = cells;
	uint32_t *slots = mem_zalloc(nslots, sizeof *slots);
	if (!slots)
		return false;
	for (size_t i = 0; i < t->n; i++) {
		size_t at = hash(cells[i].a, cells[i].b) & (nslots - 1);
		while (slots[at])
			at = (at + 1) & (nslots - 1);
		slots[at] = (uint32_t)i + 1;
	}
	mem_free(t->slots);
	t->slots = slots;
	t->nslots = nslots;
	t->cap = cap;
	return true;
}

/* The slot that holds (a, b), or the empty one where it would go. There is always an empty one. */
static size_t find(const struct tally *t, uint64_t a, uint32_t b)
{
	size_t at = hash(a, b) & (t->nslots - 1);
	for (; t->slots[at]; at = (at + 1) & (t->nslots - 1)) {
		const struct tally_cell *c = &t->cells[t->slots[at] - 1];
		if (c->a == a && c->b == b)
			break;
	}
	return at;
}

size_t tally_cell(struct tally *t, uint64_t a, uint32_t b)
{
	if (t->n == t->cap && !grow(t))
		return SIZE_MAX;
	size_t at = find(t, a, b);
	if (!t->slots[at]) {
		t->cells[t->n] = (struct tally_cell){a, b, 0};
		t->slots[at] = (uint32_t)++t->n;
	}
	return t->slots[at] - 1;
}

uint32_t tally_get(const struct tally *t, uint64_t a, uint32_t b)
{
	size_t at = t->nslots ? find(t, a, b) : 0;
	return t->nslots && t->slots[at] ? t->cells[t->slots[at] - 1].n : 0;
}
