/* store_world_test.h - a new store in a folder of its own, a batch begun, filled by hand: for tests of what reads or writes beside the analysis. */
#ifndef TRAPLINE_STORE_STORE_WORLD_TEST_H
#define TRAPLINE_STORE_STORE_WORLD_TEST_H

#include "base/limits.h"
#include "base/test.h"
#include "store/store_test.h"

struct world {
	char dir[64];
	struct store *s;
	struct arena a;
	struct err err;
	struct fake fake;
	int64_t n; /* messages */
};

static inline void begin(struct world *w)
{
	char path[96];
	*w = (struct world){.n = 0};
	snprintf(w->dir, sizeof w->dir, "%s", make_dir());
	arena_init(&w->a, 64 * MIB);
	snprintf(path, sizeof path, "%s/t.db", w->dir);
	assert_int_equal(store_open(&w->s, path, STORE_WRITE, &w->err), 0);
	assert_int_equal(store_begin(w->s, &w->err), 0);
}

static inline void end(struct world *w)
{
	store_close(w->s);
	arena_free(&w->a);
	rm_dir(w->dir);
}

/* A message whose id begins with these bytes, and what the analysis found of it. */
static inline void add_message(struct world *w, uint64_t key, struct str sketch, const struct row *found)
{
	struct row *r = fake_row(&w->fake, (uint64_t)w->n, S("trap"));
	uint64_t be = htobe64(key);
	memcpy(r->id, &be, sizeof be);
	r->sketch = sketch;
	assert_int_equal(store_put(w->s, r, 0, 0, &w->err), 1);
	assert_int_equal(store_put_attribution(w->s, ++w->n, found, &w->err), 0);
}

static inline void put(struct world *w, const char *kind, const char *id, const char *json)
{
	assert_int_equal(store_put_item(w->s, kind, str_of(id), str_of(json), &w->err), 0);
}

#endif
