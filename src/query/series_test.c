/* series_test.c - series against a recount; their time axis, ranks and tallies. */
#include "base/tally.h"
#include "query/rank.h"
#include "query/series_fixture_test.h"

static void test_recount(void **state)
{
	struct fixture *x = *state;
	for (int i = 0; i < 1500; i++)
		add(x, i % 3 ? S("trap-b") : S("trap-a"))->domains.n = (size_t)i % 3;
	put_all(x, false);
	for (int unit = 0; unit < 2; unit++)
		for (int dim = 0; dim < DIM_COUNT; dim++) {
			struct series s = build(x, (enum series_unit)unit, (enum series_dim)dim, dim % 2 ? 3 : 40);
			assert_int_equal(s.messages, 1500);
			assert_int_equal(s.undated + s.stray, 0);
			assert_int_equal(s.nruns, 1);
			assert_int_equal(s.nfeeds, 2);
			assert_true(unit ? s.nbuckets > 700 : s.nbuckets == 30);
			check(x, &s);
		}
}

static void test_order_does_not_matter(void **state)
{
	struct fixture *x = *state;
	struct store *second, *first = x->s;
	char path[128];
	snprintf(path, sizeof path, "%s/second.db", x->dir);
	assert_int_equal(store_open(&second, path, STORE_WRITE, &err), 0);
	for (int i = 0; i < 900; i++)
		add(x, i % 2 ? S("b") : S("a"));
	for (int dim = 0; dim < DIM_COUNT; dim++) {
		if (!dim)
			put_all(x, false);
		struct series s = build(x, SERIES_DAY, (enum series_dim)dim, 5);
		struct str one = dump(x, &s);
		x->s = second;
		if (!dim)
			put_all(x, true);
		s = build(x, SERIES_DAY, (enum series_dim)dim, 5);
		assert_true(str_eq(one, dump(x, &s)));
		x->s = first;
	}
	store_close(second);
}

/* ---- the axis ---- */

static struct row *dated(struct fixture *x, int64_t day, bool trusted)
{
	struct row *r = add(x, S("t"));
	r->time = day * SECONDS_A_DAY + 3600;
	r->time_source = trusted ? S("received") : S("date");
	return r;
}

/* Messages for each of: a day, how many, trusted or not; then what the axis must be. */
static void test_axis(void **state)
{
	enum { D0 = 14800 };
	static const struct {
		const char *what;
		struct {
			int64_t day;
			int n;
			bool trusted;
		} in[4];
		size_t nbuckets, nruns;
		int64_t stray;
	} cases[] = {
		{"nothing", {{0, 0, false}}, 0, 0, 0},
		{"one day", {{D0, 5, true}}, 1, 1, 0},
		{"zeros are explicit", {{D0, 5, true}, {D0 + 10, 5, true}}, 11, 1, 0},
		{"a long silence is a gap", {{D0, 100, true}, {D0 + 61, 100, true}, {D0 + 123, 100, true}}, 63, 2, 0},
		{"one forged date in 1970", {{D0, 300, true}, {1, 1, false}}, 1, 1, 1},
		{"one forged date in 2105", {{D0, 300, true}, {49600, 1, false}}, 1, 1, 1},
		{"one forged date near", {{D0, 300, true}, {D0 + 100, 1, false}}, 1, 1, 1},
		{"one trusted date far off stays", {{D0, 300, true}, {1, 1, true}}, 2, 2, 0},
		{"outside 32 bits", {{D0, 300, true}, {80000, 7, true}, {-5, 3, true}}, 1, 1, 10},
		{"many untrusted ones stay", {{D0, 300, true}, {D0 + 100, 50, false}}, 2, 2, 0},
		{"no main body, nothing dropped", {{D0, 100, false}, {D0 + 100, 100, false}, {D0 + 300, 1, false}}, 3, 3, 0},
	};
	struct fixture *x = *state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		x->n = 0;
		for (int k = 0; k < 4; k++)
			for (int n = 0; n < cases[i].in[k].n; n++)
				dated(x, cases[i].in[k].day, cases[i].in[k].trusted);
		void *inner;
		setup(&inner);
		struct fixture *y = inner;
		memcpy(y->fakes, x->fakes, sizeof y->fakes);
		y->n = x->n;
		put_all(y, false);
		struct series s = build(y, SERIES_DAY, DIM_NONE, 1);
		if (s.nbuckets != cases[i].nbuckets || s.nruns != cases[i].nruns || s.stray != cases[i].stray)
			fail_msg("%s: %zu buckets, %zu runs, %lld stray", cases[i].what, s.nbuckets, s.nruns, (long long)s.stray);
		int64_t sum = s.stray + s.undated;
		for (size_t b = 0; b < s.nbuckets; b++)
			sum += series_sum(&s, b, 0);
		assert_int_equal(sum, s.messages);
		s = build(y, SERIES_HOUR, DIM_BRAND, 3);
		assert_int_equal(s.stray, cases[i].stray);
		teardown(&inner);
	}
}

static void test_mail_of_forty_years_is_one_run(void **state)
{
	struct fixture *x = *state;
	for (int i = 0; i < 1000; i++)
		dated(x, 5475 + i * 15, true);
	put_all(x, false);
	struct series s = build(x, SERIES_DAY, DIM_NONE, 1);
	assert_int_equal(s.nbuckets, 999 * 15 + 1);
	assert_int_equal(s.nruns, 1);
	assert_int_equal(s.stray, 0);
}

/* A message in 40 days, and twice none for 130; then three years of nothing, which is a gap. */
static void test_a_trickle_has_longer_silences(void **state)
{
	struct fixture *x = *state;
	for (int i = 0; i < 60; i++)
		dated(x, 5475 + i * 40 + (i > 20) * 90 + (i > 50) * 90 + (i > 58) * 1100, true);
	put_all(x, false);
	struct series s = build(x, SERIES_DAY, DIM_NONE, 1);
	assert_int_equal(s.nruns, 2);
	assert_int_equal(s.nbuckets, 58 * 40 + 180 + 1 + 1);
	assert_int_equal(s.stray, 0);
}

/* Dates all over the century: the axis stays bounded and keeps where the messages are. */
static void test_axis_is_bounded(void **state)
{
	struct fixture *x = *state;
	for (int i = 0; i < 1000; i++)
		dated(x, i * 49, true);
	for (int i = 0; i < 500; i++)
		dated(x, 20000 + i % 20, true);
	put_all(x, false);
	struct series s = build(x, SERIES_DAY, DIM_NONE, 1);
	assert_true(s.nbuckets <= LIM_SERIES_DAYS);
	assert_true(s.buckets[0] <= 20000 && s.buckets[s.nbuckets - 1] >= 20019);
	assert_true(s.stray > 500 && s.stray < 700);
	s = build(x, SERIES_HOUR, DIM_FROM_DOMAIN, 200);
	assert_true(s.nbuckets <= LIM_SERIES_HOURS);
	assert_true(s.nbuckets * s.nkeys * s.nfeeds <= LIM_SERIES_CELLS);
}

static void test_watched(void **state)
{
	struct fixture *x = *state;
	for (int i = 0; i < 10; i++)
		dated(x, 14800 + i, true);
	for (int i = 0; i < 3; i++)
		dated(x, 14803 + i * 2, true)->feed = S("late");
	struct row *undated = add(x, S("late"));
	undated->time = TIME_NONE;
	put_all(x, false);
	struct series s = build(x, SERIES_DAY, DIM_NONE, 1);
	assert_int_equal(s.undated, 1);
	assert_int_equal(s.nbuckets, 10);
	for (size_t i = 0; i < 10; i++) {
		assert_true(series_watched(&s, i, 1));
		assert_int_equal(series_watched(&s, i, 0), i >= 3 && i <= 7);
	}
	assert_int_equal(series_at(&s, 4, 0, 0), 0);
}

static void test_many_feeds(void **state)
{
	struct fixture *x = *state;
	static char names[200][16];
	int64_t merged = 0, sum = 0;
	for (int i = 0; i < 200; i++) {
		snprintf(names[i], sizeof names[i], "feed-%03d", (i * 7) % 200);
		for (int k = 0; k <= i % 10; k++)
			add(x, str_of(names[i]));
	}
	put_all(x, false);
	struct series s = build(x, SERIES_DAY, DIM_BRAND, 3);
	assert_int_equal(s.nfeeds, LIM_SERIES_FEEDS);
	for (size_t f = 0; f < s.nfeeds; f++) {
		merged += (int64_t)s.feeds[f].merged;
		sum += s.feeds[f].messages;
		if (f && f + 1 < s.nfeeds)
			assert_true(str_cmp(s.feeds[f - 1].name, s.feeds[f].name) < 0);
	}
	assert_int_equal(merged, 200);
	assert_int_equal(sum, (int64_t)x->n);
	assert_int_equal(s.feeds[s.nfeeds - 1].merged, 200 - LIM_SERIES_FEEDS + 1);
}

/* ---- ranking ---- */

static void test_rank_ties(void **state)
{
	struct fixture *x = *state;
	enum { N = 12000 };
	char name[32];
	struct err e = {0};
	assert_int_equal(store_begin(x->s, &err), 0);
	for (int i = 0; i < N; i++) { /* names in an order that is not that of ids */
		struct row row = {.feed = S("f"), .time = i, .date = TIME_NONE};
		snprintf(name, sizeof name, "w%05d", (int)(mix((uint64_t)i) % 90000) + 10000 * (i == N / 2));
		row.brand = str_of(name);
		memcpy(row.id, &i, sizeof i);
		assert_int_equal(store_put(x->s, &row, 0, 0, &err), 1);
	}
	assert_int_equal(store_commit(x->s, &err), 0);
	uint32_t max;
	size_t n, m, distinct;
	struct ranked *a, *b;
	assert_int_equal(store_word_max(x->s, &max, &e), 0);
	uint32_t *totals = mem_alloc((max + 1) * sizeof *totals);
	struct ranked *v = mem_alloc(max * sizeof *v);
	for (uint32_t heavy = 0; heavy < 12; heavy += 5) {
		for (uint32_t i = 0; i <= max; i++) {
			totals[i] = i && i <= heavy ? 9 : 1;
			if (i)
				v[i - 1] = (struct ranked){i, totals[i], {0}};
		}
		assert_int_equal(rank_totals(x->s, totals, max, 10, &x->a, &a, &n, &distinct, &e), 0);
		assert_int_equal(rank_words(x->s, v, max, 10, &x->a, &b, &m, &e), 0);
		assert_int_equal(n, 10);
		assert_int_equal(m, 10);
		assert_int_equal(distinct, max);
		for (size_t i = 0; i < 10; i++) {
			assert_int_equal(a[i].id, b[i].id);
			assert_true(str_eq(a[i].name, b[i].name));
		}
	}
	memset(totals, 0, (max + 1) * sizeof *totals);
	assert_int_equal(rank_totals(x->s, totals, max, 10, &x->a, &a, &n, &distinct, &e), 0);
	assert_int_equal(n + distinct, 0);
	totals[5] = 1;
	assert_int_equal(rank_totals(x->s, totals, max, 10, &x->a, &a, &n, &distinct, &e), 0);
	assert_true(n == 1 && distinct == 1 && a[0].id == 5);
	mem_free(totals);
	mem_free(v);
}

static void test_tally(void **state)
{
	(void)state;
	struct tally t = {0};
	assert_int_equal(tally_get(&t, 1, 2), 0);
	for (uint64_t i = 0; i < 20000; i++)
		assert_true(tally_add(&t, i % 5000 << 32, (uint32_t)(i % 2), (uint32_t)i % 7));
	uint32_t want = 0;
	for (uint64_t i = 0; i < 20000; i++)
		if (i % 5000 == 33 && i % 2 == 1)
			want += (uint32_t)i % 7;
	assert_int_equal(tally_get(&t, (uint64_t)33 << 32, 1), want);
	assert_int_equal(t.n, 5000);
	tally_free(&t);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_recount),
		CASE(test_order_does_not_matter),
		CASE(test_axis),
		CASE(test_mail_of_forty_years_is_one_run),
		CASE(test_a_trickle_has_longer_silences),
		CASE(test_axis_is_bounded),
		CASE(test_watched),
		CASE(test_many_feeds),
		CASE(test_rank_ties),
		cmocka_unit_test(test_tally),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
