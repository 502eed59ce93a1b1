/* series_test.c - series and summary against a plain recount of the same rows. */
#include "base/buf.h"
#include "base/limits.h"
#include "base/tally.h"
#include "base/test.h"
#include "query/campaign_list.h"
#include "query/campaign_template.h"
#include "query/rank.h"
#include "query/summary.h"
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

static struct row *add(struct fixture *x, struct str feed)
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

static struct series build(struct fixture *x, enum series_unit unit, enum series_dim dim, size_t top)
{
	struct series_params p = {.filter = STORE_FILTER_ALL, .unit = unit, .dim = dim, .top_n = top};
	struct series out;
	int rc = series_build(x->s, &p, &x->a, &out, &err);
	if (rc)
		fail_msg("%s", err.text);
	return out;
}

/* Everything of a series as text: two builds are equal when this is. */
static struct str dump(struct fixture *x, const struct series *s)
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

static const struct str *values(const struct row *r, enum series_dim dim, size_t *n)
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

static size_t key_of(const struct series *s, struct str value)
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
	assert_true(s.stray > 800 && s.stray < 1000);
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

/* ---- the summary ---- */

static void test_summary(void **state)
{
	struct fixture *x = *state;
	struct summary_params p = {.filter = STORE_FILTER_ALL, .top_table = 3};
	struct store_feed declared = {.name = S("trap-a"), .kind = S("lab")};
	struct summary s;
	int64_t brand = 0, domains = 0, sum = 0, bytes = 0, shown = 0;
	for (int i = 0; i < 1200; i++) {
		struct row *r = add(x, i % 3 ? S("trap-b") : S("trap-a"));
		r->domains.n = (size_t)i % 3;
		r->anomalies = i % 10 ? 0 : (int64_t)(ANOM(doubtful_split) | ANOM(bad_date));
		if (i % 40 == 0)
			r->time = TIME_NONE, r->time_source = S("none");
		if (i % 50 == 1)
			r->time_source = S("from_line");
		brand += r->brand.n > 0;
		domains += (int64_t)r->domains.n;
		bytes += r->size;
	}
	put_all(x, false);
	assert_int_equal(store_begin(x->s, &err), 0);
	assert_int_equal(store_put_feed(x->s, &declared, &err), 2);
	assert_int_equal(store_commit(x->s, &err), 0);
	assert_int_equal(summary_build(x->s, &p, &x->a, &s, &err), 0);
	assert_int_equal(s.messages, 1200);
	assert_int_equal(s.bytes, bytes);
	assert_int_equal(s.undated, 30);
	assert_int_equal(s.doubtful, 120);
	assert_int_equal(s.anomalies[ANOMALY_BIT_bad_date], 120);
	assert_int_equal(s.no_anomaly, 1080);
	assert_int_equal(s.brand_known, brand);
	assert_int_equal(s.brand_known + s.category_only + s.unattributed, 1200);
	assert_int_equal(s.time_received + s.time_from_line + s.time_date + s.undated, 1200);
	assert_int_equal(s.time_from_line, 24);
	assert_int_equal(s.nfeeds, 2);
	assert_true(str_eq(s.feeds[0].kind, S("lab")) && !s.feeds[0].trust_guessed && s.feeds[1].trust_guessed);
	for (size_t i = 0; i < s.domains.n; i++)
		shown += s.domains.v[i].n;
	assert_int_equal(s.domains.n, 3);
	assert_int_equal(s.domains.none, 400);
	assert_int_equal(shown + s.domains.other, domains);
	for (size_t i = 0; i < s.countries.n; i++) {
		const struct summary_value *v = &s.countries.v[i];
		assert_int_equal(v->by_feed[0] + v->by_feed[1], v->n);
		assert_true(v->share.min <= v->share.all && v->share.all <= v->share.max && v->share.feeds == 2);
		sum += v->n;
	}
	assert_int_equal(sum + s.countries.other + s.countries.none, 1200);
	assert_int_equal(s.countries.distinct, 6);
	check(x, &s.by_feed);
	check(x, &s.by_brand);
	check(x, &s.by_category);
	/* One feed: the short cut for domains agrees with the scan. */
	struct str only = S("trap-b");
	struct summary t;
	p.filter.feeds = &only;
	p.filter.nfeeds = 1;
	assert_int_equal(summary_build(x->s, &p, &x->a, &t, &err), 0);
	assert_int_equal(t.messages, 800);
	for (size_t i = 0; i < t.domains.n; i++)
		assert_int_equal(t.domains.v[i].by_feed[0], t.domains.v[i].n);
	p.filter.since = INT64_MAX;
	assert_int_equal(summary_build(x->s, &p, &x->a, &t, &err), 0);
	assert_int_equal(t.messages + (int64_t)t.nfeeds + (int64_t)t.by_brand.nbuckets, 0);
}

/* A reader that has enough after some rows of its first pass, and takes another pass. */
struct brief {
	struct reader reader;
	int64_t rows, enough, passes;
};

static int brief_row(void *ctx, const struct store_row *r)
{
	struct brief *b = ctx;
	(void)r;
	return ++b->rows == b->enough;
}

static int brief_next(struct reader *r, struct err *e)
{
	struct brief *b = (struct brief *)r;
	(void)e;
	b->enough = 0;
	if (++b->passes == 2)
		r->row = NULL;
	return 0;
}

/* Readers of different columns, passes and patience find the same together as alone. */
static void test_readers(void **state)
{
	struct fixture *x = *state;
	for (int i = 0; i < 1200; i++) {
		struct row *r = add(x, i % 3 ? S("trap-b") : S("trap-a"));
		r->campaign = i % 4 ? r->brand : S("");
	}
	put_all(x, false);
	struct brief brief = {.reader = {0, brief_row, brief_next, NULL}, .enough = 7};
	struct summary_params p = {.filter = STORE_FILTER_ALL};
	struct series_params q = {.dim = DIM_DOMAIN, .unit = SERIES_HOUR, .top_n = 4};
	struct campaign_list_params c = {.by = FEAT_campaign, .most = 2, .members = true};
	struct summary sum, alone;
	struct series series, domains = build(x, SERIES_HOUR, DIM_DOMAIN, 4);
	struct campaign_list list;
	struct campaign_members *members;
	struct reader *r[5] = {&brief.reader};
	size_t n;
	assert_int_equal(summary_reader(&r[1], x->s, &p, &x->a, &sum, &err), 0);
	assert_int_equal(series_reader(&r[3], x->s, &q, &x->a, &series, &err), 0);
	assert_int_equal(campaign_list_reader(&r[4], x->s, &c, &x->a, &list, &err), 0);
	assert_int_equal(readers_run(x->s, &p.filter, r, 5, &err), 0);
	for (int i = 1; i < 5; i++)
		reader_free(r[i]);
	assert_int_equal(brief.rows, 7 + 1200);
	assert_true(str_eq(dump(x, &series), dump(x, &domains)));
	assert_int_equal(summary_build(x->s, &p, &x->a, &alone, &err), 0);
	assert_true(str_eq(dump(x, &sum.by_brand), dump(x, &alone.by_brand)));
	for (size_t i = 0; i < sum.domains.n; i++)
		assert_memory_equal(
			sum.domains.v[i].by_feed, alone.domains.v[i].by_feed, sum.nfeeds * sizeof *sum.domains.v[i].by_feed);
	assert_int_equal(campaign_members(x->s, &p.filter, 1, &x->a, &members, &n, &err), 0);
	assert_true(list.n == 2 && list.distinct == n && n > 2);
	for (size_t i = 0; i < list.n; i++) {
		const struct campaign_members *m = list.v[i].members;
		assert_true(str_eq(members[i].campaign, list.v[i].id) && str_eq(m->campaign, list.v[i].id));
		assert_int_equal(m->n_sample, members[i].n_sample);
		assert_memory_equal(m->sample, members[i].sample, m->n_sample * sizeof *m->sample);
		assert_int_equal(list.v[i].sample, m->sample[0].key);
	}
}

struct meddler {
	struct reader reader;
	struct fixture *x;
};

static int no_rows(void *ctx, const struct store_row *r)
{
	(void)ctx;
	(void)r;
	return 1;
}

/* Mail of many feeds, a million years before and after all else. */
static int meddle(struct reader *r, struct err *e)
{
	struct fixture *x = ((struct meddler *)r)->x;
	(void)e;
	r->row = NULL;
	assert_int_equal(store_begin(x->s, &err), 0);
	for (int i = 0; i < 900; i++) {
		char feed[16];
		snprintf(feed, sizeof feed, "late-%d", i);
		struct row *row = add(x, str_of(feed));
		row->time += (i % 2 ? 1 : -1) * ((int64_t)1 << 45);
		row->campaign = S("c");
		assert_int_equal(store_put(x->s, row, 0, 0, &err), 1);
	}
	return store_commit(x->s, &err);
}

/* What is stored between two passes is not in what the first has laid out. */
static void test_mail_between_passes(void **state)
{
	struct fixture *x = *state;
	for (int i = 0; i < 300; i++)
		add(x, i % 2 ? S("trap-b") : S("trap-a"))->campaign = S("c");
	put_all(x, false);
	struct meddler m = {.reader = {0, no_rows, meddle, NULL}, .x = x};
	struct summary_params p = {.filter = STORE_FILTER_ALL};
	struct campaign_list_params c = {.by = FEAT_campaign, .most = 2};
	struct summary sum;
	struct campaign_list list;
	struct reader *r[3] = {&m.reader};
	int64_t bins = 0;
	assert_int_equal(summary_reader(&r[1], x->s, &p, &x->a, &sum, &err), 0);
	assert_int_equal(campaign_list_reader(&r[2], x->s, &c, &x->a, &list, &err), 0);
	assert_int_equal(readers_run(x->s, &p.filter, r, 3, &err), 0);
	reader_free(r[1]);
	reader_free(r[2]);
	for (size_t i = 0; i < CAMPAIGN_BINS; i++)
		bins += list.v[0].bins[i];
	assert_int_equal(bins, list.v[0].messages);
	for (size_t i = 0; i < sum.domains.n; i++)
		assert_int_equal(sum.domains.v[i].by_feed[0] + sum.domains.v[i].by_feed[1], sum.domains.v[i].n);
}

static void test_out_of_memory(void **state)
{
	struct fixture *x = *state;
	for (int i = 0; i < 200; i++)
		add(x, i % 2 ? S("a") : S("b"));
	put_all(x, false);
	for (long n = 0;; n++) {
		struct err e = {0};
		struct summary s;
		struct series d;
		struct series_params q = {.filter = STORE_FILTER_ALL, .dim = DIM_DOMAIN, .top_n = 5};
		struct summary_params p = {.filter = STORE_FILTER_ALL};
		struct campaign_list_params c = {.by = FEAT_brand, .most = 2, .members = true};
		struct campaign_list list;
		struct reader *r = NULL;
		struct arena a;
		arena_init(&a, 64 * MIB);
		mem_fail_from(n);
		int rc = summary_build(x->s, &p, &a, &s, &e);
		if (rc == 0)
			rc = series_build(x->s, &q, &a, &d, &e);
		if (rc == 0) {
			rc = campaign_list_reader(&r, x->s, &c, &a, &list, &e);
			rc = reader_alone(x->s, &q.filter, r, rc, &e);
		}
		int hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&a);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		assert_true(!hit || e.kind == ERR_ENV);
		if (!hit)
			break;
	}
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_recount),
		CASE(test_order_does_not_matter),
		CASE(test_axis),
		CASE(test_axis_is_bounded),
		CASE(test_watched),
		CASE(test_many_feeds),
		CASE(test_rank_ties),
		cmocka_unit_test(test_tally),
		CASE(test_summary),
		CASE(test_readers),
		CASE(test_mail_between_passes),
		CASE(test_out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
