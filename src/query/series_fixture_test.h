/* series_fixture_test.h - a store of made-up rows, and series against a plain recount of the same rows; for the tests of this folder. */
#ifndef TRAPLINE_QUERY_SERIES_FIXTURE_TEST_H
#define TRAPLINE_QUERY_SERIES_FIXTURE_TEST_H

#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "query/series.h"
#include "store/store_test.h"

static struct err err;

struct fixture {
	char dir[64];
	struct store *s;
	struct arena a;
	struct row rows[3000];
	struct fake fakes[3000];
	size_t n;
};

static int setup(void **state)
{
	struct fixture *x = mem_zalloc(1, sizeof *x);
	char path[96];
	snprintf(x->dir, sizeof x->dir, "%s", make_dir());
	snprintf(path, sizeof path, "%s/t.db", x->dir);
	arena_init(&x->a, 512 * MIB);
	err = (struct err){0};
	assert_int_equal(store_open(&x->s, path, STORE_WRITE, &err), 0);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;
	store_close(x->s);
	arena_free(&x->a);
	rm_dir(x->dir);
	mem_free(x);
	return 0;
}

static inline struct row *add(struct fixture *x, struct str feed)
{
	must(x->n < 3000);
	struct row *row = fake_row(&x->fakes[x->n], x->n, feed);
	x->n++;
	return row;
}

/* Stores the rows made so far, in one order or the other. */
static void put_all(struct fixture *x, bool backwards)
{
	assert_int_equal(store_begin(x->s, &err), 0);
	for (size_t i = 0; i < x->n; i++)
		assert_int_equal(store_put(x->s, &x->fakes[backwards ? x->n - 1 - i : i].row, 0, 0, &err), 1);
	assert_int_equal(store_commit(x->s, &err), 0);
}

static inline struct series build(struct fixture *x, enum series_unit unit, enum series_dim dim, size_t top)
{
	struct series_params p = {.filter = STORE_FILTER_ALL, .unit = unit, .dim = dim, .top_n = top};
	struct series out;
	int rc = series_build(x->s, &p, &x->a, &out, &err);
	if (rc)
		fail_msg("%s", err.text);
	return out;
}

/* Everything of a series as text: two builds are equal when this is. */
static inline struct str dump(struct fixture *x, const struct series *s)
{
	struct buf b;
	buf_init_arena(&b, &x->a, 64 * MIB);
	buf_printf(&b, "%d %d %zu %zu %zu %lld %lld %lld\n", s->unit, s->dim, s->distinct, s->nbuckets, s->nruns,
		(long long)s->messages, (long long)s->undated, (long long)s->stray);
	for (size_t f = 0; f < s->nfeeds; f++)
		buf_printf(&b, "feed %.*s %lld %lld %lld %lld %lld\n", STR_FMT(s->feeds[f].name), (long long)s->feeds[f].messages,
			(long long)s->feeds[f].untrusted, (long long)s->feeds[f].stray, (long long)s->feeds[f].first,
			(long long)s->feeds[f].last);
	for (size_t k = 0; k < s->nkeys; k++)
		buf_printf(&b, "key %.*s %d %lld\n", STR_FMT(s->keys[k].name), s->keys[k].kind, (long long)s->keys[k].total);
	for (size_t i = 0; i < s->nbuckets; i++)
		for (size_t k = 0; k < s->nkeys; k++)
			for (size_t f = 0; f < s->nfeeds; f++)
				buf_printf(&b, "%lld %zu %zu %u\n", (long long)s->buckets[i], k, f, series_at(s, i, k, f));
	return buf_str(&b);
}

/* ---- against a recount ---- */

static inline const struct str *values(const struct row *r, enum series_dim dim, size_t *n)
{
	static const struct str empty = {(const uint8_t *)"", 0};
	*n = 1;
	switch (dim) {
	case DIM_BRAND:
		return &r->brand;
	case DIM_PROGRAMME:
		return &r->programme;
	case DIM_CATEGORY:
		return &r->category;
	case DIM_COUNTRY:
		return &r->country;
	case DIM_TLD:
		return &r->tld;
	case DIM_FROM_DOMAIN:
		return &r->from_domain;
	case DIM_CHARSET:
		return &r->charset;
	case DIM_LANGUAGE:
		return &r->language;
	case DIM_DOMAIN:
		*n = r->domains.n ? r->domains.n : 1;
		return r->domains.n ? r->domains.v : &empty;
	default:
		return &empty;
	}
}

static inline size_t key_of(const struct series *s, struct str value)
{
	if (s->dim == DIM_NONE)
		return 0;
	if (!value.n)
		return s->nkeys - 1;
	for (size_t k = 0; k + 2 < s->nkeys; k++)
		if (str_eq(s->keys[k].name, value))
			return k;
	return s->nkeys - 2;
}

static void check(struct fixture *x, const struct series *s)
{
	uint32_t *want = mem_zalloc(s->nbuckets * s->nkeys * s->nfeeds + 1, sizeof *want);
	int64_t *totals = mem_zalloc(s->nkeys, sizeof *totals);
	for (size_t i = 0; i < x->n; i++) {
		const struct row *r = &x->fakes[i].row;
		size_t n, f = 0;
		const struct str *v = values(r, s->dim, &n);
		while (!str_eq(s->feeds[f].name, r->feed))
			f++;
		for (size_t k = 0; k < n; k++) {
			size_t key = key_of(s, v[k]), b = 0;
			totals[key]++;
			while (b < s->nbuckets && (r->time == TIME_NONE || s->buckets[b] != r->time / s->unit_s))
				b++;
			if (b < s->nbuckets)
				want[(b * s->nkeys + key) * s->nfeeds + f]++;
		}
	}
	assert_memory_equal(want, s->n, s->nbuckets * s->nkeys * s->nfeeds * sizeof *want);
	for (size_t k = 0; k < s->nkeys; k++)
		assert_int_equal(totals[k], s->keys[k].total);
	for (size_t k = 1; k + 2 < s->nkeys; k++) {
		const struct series_key *p = &s->keys[k - 1], *q = &s->keys[k];
		assert_true(p->total > q->total || (p->total == q->total && str_cmp(p->name, q->name) < 0));
	}
	mem_free(want);
	mem_free(totals);
}

#endif
