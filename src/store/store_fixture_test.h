/* store_fixture_test.h - a fresh store in a folder of its own, open for writing; for the tests of store.h. */
#ifndef TRAPLINE_STORE_STORE_FIXTURE_TEST_H
#define TRAPLINE_STORE_STORE_FIXTURE_TEST_H

#include "base/limits.h"
#include "base/test.h"
#include "store/store_test.h"

static struct err err;

struct fixture {
	char dir[64], path[96];
	struct store *s;
	struct arena a;
};

static inline int setup(void **state)
{
	struct fixture *x = mem_zalloc(1, sizeof *x);
	snprintf(x->dir, sizeof x->dir, "%s", make_dir());
	snprintf(x->path, sizeof x->path, "%s/t.db", x->dir);
	arena_init(&x->a, 64 * MIB);
	err = (struct err){0};
	assert_int_equal(store_open(&x->s, x->path, STORE_WRITE, &err), 0);
	*state = x;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *x = *state;
	store_close(x->s);
	arena_free(&x->a);
	rm_dir(x->dir);
	mem_free(x);
	return 0;
}

static inline void reopen(struct fixture *x, enum store_mode mode)
{
	store_close(x->s);
	x->s = NULL;
	int rc = store_open(&x->s, x->path, mode, &err);
	if (rc)
		fail_msg("%s", err.text);
}

static inline void put_one(struct fixture *x, const struct row *row, int want)
{
	assert_int_equal(store_begin(x->s, &err), 0);
	int rc = store_put(x->s, row, 0, 0, &err);
	if (rc < 0)
		fail_msg("%s", err.text);
	assert_int_equal(rc, want);
	assert_int_equal(store_commit(x->s, &err), 0);
}

static inline void put_fakes(struct fixture *x, uint64_t from, uint64_t to, struct str feed)
{
	struct fake f;
	assert_int_equal(store_begin(x->s, &err), 0);
	for (uint64_t i = from; i < to; i++)
		assert_int_equal(store_put(x->s, fake_row(&f, i, feed), 0, 0, &err), 1);
	assert_int_equal(store_commit(x->s, &err), 0);
}

static inline struct str hex_of(struct fixture *x, const struct row *r, size_t n)
{
	char *hex = arena_alloc(&x->a, SHA256_HEX);
	hex_encode(r->id, SHA256_BYTES, hex);
	return str_make(hex, n);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
