/* sample.c - see sample.h. */
#include "query/sample.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"

enum { PER_GROUP = 3, BRANDS = 12, CATEGORIES = 12, LIM_GROUPS = 100000 };
enum group_kind { GROUP_BRAND, GROUP_CATEGORY, GROUP_NONE };

struct group {
	enum group_kind kind;
	uint32_t word;
	uint64_t keys[PER_GROUP]; /* ascending */
	size_t n;
	int64_t messages;
};

struct sampler {
	struct reader reader;
	struct store *store;
	struct row **rows;
	size_t *n;
	struct arena *a;
	struct map by_word; /* kind and word -> index + 1 */
	VEC(struct group) groups;
	struct err *err;
};

static struct group *group_of(struct sampler *s, enum group_kind kind, uint32_t word)
{
	uint32_t k[2] = {(uint32_t)kind, word};
	struct map_entry *e = map_put(&s->by_word, str_make(k, sizeof k), NULL);
	if (!e)
		return NULL;
	if (!e->value) {
		struct group *g = vec_push(s->a, &s->groups, LIM_GROUPS);
		if (!g)
			return NULL;
		g->kind = kind;
		g->word = word;
		e->value = s->groups.n;
	}
	return &s->groups.v[e->value - 1];
}

static void keep_smallest(struct group *g, uint64_t key)
{
	size_t at = g->n;
	for (size_t i = 0; i < g->n; i++)
		if (g->keys[i] == key)
			return;
	while (at > 0 && g->keys[at - 1] > key)
		at--;
	if (at == PER_GROUP)
		return;
	if (g->n < PER_GROUP)
		g->n++;
	memmove(&g->keys[at + 1], &g->keys[at], (g->n - at - 1) * sizeof *g->keys);
	g->keys[at] = key;
}

static int see(void *ctx, const struct store_row *r)
{
	struct sampler *s = ctx;
	uint32_t brand = r->word[FEAT_brand], category = r->word[FEAT_category];
	enum group_kind kind = brand ? GROUP_BRAND : category ? GROUP_CATEGORY : GROUP_NONE;
	struct group *g = group_of(s, kind, brand ? brand : category);
	if (!g)
		return s->groups.n < LIM_GROUPS ? err_oom(s->err, "sample") : 0;
	g->messages++;
	keep_smallest(g, r->key);
	return 0;
}

/* Brands before categories before the rest; largest first; the smallest key breaks ties, so that word numbers never show. */
static int by_importance(const void *x, const void *y)
{
	const struct group *a = x, *b = y;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	return (a->keys[0] > b->keys[0]) - (a->keys[0] < b->keys[0]);
}

static int fetch(struct sampler *smp, struct err *err)
{
	size_t shown[3] = {0};
	static const size_t max[3] = {BRANDS, CATEGORIES, 1};
	struct row *rows = *smp->rows = arena_zalloc(smp->a, (BRANDS + CATEGORIES + 1) * PER_GROUP, sizeof *rows);
	size_t *n = smp->n;
	*n = 0;
	if (!rows)
		return err_oom(err, "sample");
	for (size_t i = 0; i < smp->groups.n; i++) {
		const struct group *g = &smp->groups.v[i];
		if (shown[g->kind]++ >= max[g->kind])
			continue;
		for (size_t k = 0; k < g->n; k++) {
			char hex[17];
			snprintf(hex, sizeof hex, "%016llx", (unsigned long long)g->keys[k]);
			int rc = store_get(smp->store, str_of(hex), smp->a, &rows[*n], err);
			if (rc < 0)
				return rc;
			*n += rc > 0;
		}
	}
	return 0;
}

static int choose(struct reader *r, struct err *err)
{
	struct sampler *smp = (struct sampler *)r;
	r->row = NULL;
	if (smp->groups.n)
		qsort(smp->groups.v, smp->groups.n, sizeof *smp->groups.v, by_importance);
	return fetch(smp, err);
}

static void sampler_free(struct reader *r)
{
	map_free(&((struct sampler *)r)->by_word);
	mem_free(r);
}

int sample_reader(struct reader **r, struct store *s, struct arena *a, struct row **rows, size_t *n, struct err *err)
{
	struct sampler *smp = mem_zalloc(1, sizeof *smp);
	*r = (struct reader *)smp;
	if (!smp)
		return err_oom(err, "sample");
	*smp = (struct sampler){.reader = {FEAT_BIT(brand) | FEAT_BIT(category), see, choose, sampler_free},
		.store = s,
		.rows = rows,
		.n = n,
		.a = a,
		.err = err};
	map_init(&smp->by_word, 16 * MIB);
	return 0;
}
