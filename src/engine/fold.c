/* fold.c - see fold.h. */
#include "engine/fold.h"

/* An eighth of all tokens is left to what a class may show on other hosts. */
size_t fold_room(const struct engine_model *m)
{
	size_t taken = m->tokens.n + (size_t)PRINT_COUNT * ENGINE_FOLDS + m->most_tokens / 8;
	return taken < m->most_tokens ? m->most_tokens - taken : 0;
}

/* The commonest words of a family, at most so many; words that are as common as each other stay or go together. */
static size_t kept(const uint32_t n[UINT8_MAX + 1], size_t most, uint16_t *least)
{
	size_t sum = 0;
	*least = UINT8_MAX + 1;
	while (*least && sum + n[*least - 1] <= most)
		sum += n[--*least];
	return sum;
}

static size_t kept_of_all(const struct fold_census *c, size_t most, uint16_t least[PRINT_COUNT])
{
	size_t sum = 0;
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		sum += kept(c->n[f], most, &least[f]);
	return sum;
}

size_t fold_choose(const struct fold_census *c, size_t room, uint16_t least[PRINT_COUNT])
{
	size_t all = kept_of_all(c, SIZE_MAX / 2, least), lo = 0, hi = room + 1;
	if (all <= room)
		return 0;
	while (hi - lo > 1) { /* the most for each that is not too much in all */
		size_t mid = lo + (hi - lo) / 2;
		*(kept_of_all(c, mid, least) <= room ? &lo : &hi) = mid;
	}
	return all - kept_of_all(c, lo, least);
}
