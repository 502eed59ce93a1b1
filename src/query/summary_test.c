/* summary_test.c - the numbers of the report against its rows; readers that share passes. */
#include "query/campaign_list.h"
#include "query/campaign_template.h"
#include "query/series_fixture_test.h"
#include "query/summary.h"

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
	assert_int_equal(s.feeds_all, 2);
	assert_int_equal(s.trusts_guessed, 1);
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

static void test_merged_feeds_are_counted(void **state)
{
	struct fixture *x = *state;
	static char names[100][16];
	struct summary_params p = {.filter = STORE_FILTER_ALL, .top_table = 3};
	struct summary s;
	for (int i = 0; i < 100; i++) {
		snprintf(names[i], sizeof names[i], "feed-%03d", i);
		add(x, str_of(names[i]));
	}
	put_all(x, false);
	assert_int_equal(summary_build(x->s, &p, &x->a, &s, &err), 0);
	assert_int_equal(s.nfeeds, LIM_SERIES_FEEDS);
	assert_int_equal(s.feeds_all, 100);
	assert_int_equal(s.trusts_guessed, 100);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {CASE(test_summary), CASE(test_merged_feeds_are_counted), CASE(test_readers),
		CASE(test_mail_between_passes), CASE(test_out_of_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
