/* votes.c - see votes.h. */
#include "analyse/votes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void votes_free(struct votes *v)
{
	tally_free(&v->tally);
	mem_free(v->verdicts);
	*v = (struct votes){0};
}

bool votes_add(struct votes *v, uint64_t group, uint32_t name)
{
	return tally_add(&v->tally, group, name, 1);
}

static int by_group(const void *a, const void *b)
{
	const struct tally_cell *x = a, *y = b;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

bool votes_count(struct votes *v)
{
	size_t n = v->tally.n;
	struct tally_cell *cells = mem_alloc(n * sizeof *cells + 1);
	v->verdicts = cells ? mem_alloc(n * sizeof *v->verdicts + 1) : NULL;
	if (v->verdicts && n) {
		memcpy(cells, v->tally.cells, n * sizeof *cells);
		qsort(cells, n, sizeof *cells, by_group);
	}
	for (size_t i = 0; v->verdicts && i < n; i++) {
		const struct tally_cell *c = &cells[i];
		if (!v->n || v->verdicts[v->n - 1].group != c->a)
			v->verdicts[v->n++] = (struct verdict){.group = c->a};
		struct verdict *to = &v->verdicts[v->n - 1];
		to->all += c->n;
		to->named += c->b ? c->n : 0;
		if (c->b && c->n > to->n) {
			to->n = c->n;
			to->name = c->b;
		}
	}
	mem_free(cells);
	return v->verdicts != NULL;
}

static int find_group(const void *key, const void *member)
{
	uint64_t group = *(const uint64_t *)key;
	const struct verdict *v = member;
	return (group > v->group) - (group < v->group);
}

const struct verdict *votes_find(const struct votes *v, uint64_t group)
{
	return v->n ? bsearch(&group, v->verdicts, v->n, sizeof *v->verdicts, find_group) : NULL;
}
