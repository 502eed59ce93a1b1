/* analysis_test.c - the frame of the relational analysis: what it reads, what it writes, when it is needed. */
#include "base/anomaly.h"
#include "analyse/analysis.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "engine/model.h"
#include "store/store_test.h"

enum { MESSAGES = 50 };

static struct pack *pack;

static int open_pack(void **state)
{
	struct err err = {0};
	(void)state;
	return pack_open(&pack, true, NULL, 0, &err);
}

static int close_pack(void **state)
{
	(void)state;
	pack_close(pack);
	return 0;
}

static struct store *filled(const char *dir, char path[96])
{
	struct err err = {0};
	struct store *s;
	struct fake f;
	snprintf(path, 96, "%s/t.db", dir);
	assert_int_equal(store_open(&s, path, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin(s, &err), 0);
	for (int i = 0; i < MESSAGES; i++) {
		struct row *r = fake_row(&f, (uint64_t)i, S("trap-a"));
		struct str prints[] = {S("order=a,b"), S("mid=8x.4d")};
		r->own_brand = r->brand;
		r->own_brand_confidence = r->brand_confidence;
		r->fingerprint = (struct strs){prints, 2};
		r->sketch = S("\1\2\3");
		r->text = S("buy pills");
		assert_int_equal(store_put(s, r, 0, 0, &err), 1);
	}
	assert_int_equal(store_commit(s, &err), 0);
	return s;
}

static int check_row(void *ctx, const struct store_row *r)
{
	int *n = ctx;
	assert_true(str_eq(r->row->brand, r->row->own_brand));
	assert_true(r->row->brand.n ? str_eq(r->row->via, S("own")) : str_eq(r->row->via, S("none")));
	assert_int_equal(r->row->fingerprint.n, 2);
	assert_true(str_eq(r->row->fingerprint.v[1], S("mid=8x.4d")));
	assert_true(str_eq(r->row->sketch, S("\1\2\3")));
	assert_true(str_eq(r->row->text, S("buy pills")));
	++*n;
	return 0;
}

static void without_steps_what_a_message_says_itself_stays(void **state)
{
	(void)state;
	const char *dir = make_dir();
	char path[96];
	struct err err = {0};
	struct store *s = filled(dir, path);
	struct analyse_settings set = {.pack = pack};
	int n = 0;
	struct arena a;
	struct str made = S("");
	arena_init(&a, 1 << 20);
	assert_int_equal(store_meta(s, STORE_ANALYSIS, &a, &made, &err), 0);
	assert_int_equal(analyse_run(s, &set, &err), 1);
	assert_int_equal(store_meta(s, STORE_ANALYSIS, &a, &made, &err), 1);
	arena_free(&a);
	assert_int_equal(store_scan(s, &STORE_FILTER_ALL, STORE_ALL_COLUMNS, STORE_FINGERPRINTS | STORE_SKETCHES | STORE_TEXTS,
				 check_row, &n, &err),
		0);
	assert_int_equal(n, MESSAGES);
	store_close(s);
	rm_dir(dir);
}

static void an_analysis_is_needed_when_its_inputs_change(void **state)
{
	(void)state;
	const char *dir = make_dir();
	char path[96];
	struct err err = {0};
	struct store *s = filled(dir, path);
	struct analyse_settings set = {.pack = pack};
	assert_int_equal(analyse_run(s, &set, &err), 1);
	assert_int_equal(analyse_run(s, &set, &err), 0);
	assert_int_equal(store_begin(s, &err), 0);
	assert_int_equal(store_put_item(s, "page", S("http://a.example/"), S("{}"), &err), 0);
	assert_int_equal(store_commit(s, &err), 0);
	assert_int_equal(analyse_run(s, &set, &err), 1);
	assert_int_equal(analyse_run(s, &set, &err), 0);
	struct fake f;
	assert_int_equal(store_begin(s, &err), 0);
	assert_int_equal(store_put(s, fake_row(&f, 0, S("trap-a")), 0, 0, &err), 0); /* known */
	assert_int_equal(store_commit(s, &err), 0);
	assert_int_equal(analyse_run(s, &set, &err), 0);
	assert_int_equal(store_begin(s, &err), 0);
	assert_int_equal(store_put(s, fake_row(&f, MESSAGES, S("trap-a")), 0, 0, &err), 1);
	assert_int_equal(store_commit(s, &err), 0);
	assert_int_equal(analyse_run(s, &set, &err), 1);
	set.force = true;
	assert_int_equal(analyse_run(s, &set, &err), 1);
	set.model = "/nowhere/engines.model";
	assert_int_equal(analyse_run(s, &set, &err), 1); /* nobody asked for it */
	set.model_required = true;
	assert_int_equal(analyse_run(s, &set, &err), ERR_INPUT);
	store_close(s);
	rm_dir(dir);
}

static int add_item(void *ctx, struct str id, struct str json)
{
	buf_add(ctx, id);
	buf_add(ctx, json);
	return 0;
}

/* What one allocation that fails would take away is not left out without a word. */
static void one_allocation_that_fails_is_told(void **state)
{
	(void)state;
	const char *dir = make_dir();
	char path[96];
	struct err err = {0};
	struct store *s = filled(dir, path);
	struct analyse_settings set = {.pack = pack, .force = true};
	struct buf want, got;
	buf_init(&want, MIB);
	buf_init(&got, MIB);
	assert_int_equal(analyse_run(s, &set, &err), 1);
	assert_int_equal(store_items(s, "engine", add_item, &want, &err), 0);
	assert_true(want.n > 0);
	for (long n = 0;; n++) {
		err = (struct err){0};
		mem_fail_only(n);
		int rc = analyse_run(s, &set, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(rc == 1 || (hit && rc == ERR_ENV));
		buf_clear(&got);
		err = (struct err){0};
		assert_int_equal(store_items(s, "engine", add_item, &got, &err), 0);
		assert_true(str_eq(buf_str(&got), buf_str(&want)));
		if (!hit)
			break;
	}
	buf_free(&want);
	buf_free(&got);
	store_close(s);
	rm_dir(dir);
}

static void no_memory_leaves_the_store_as_it_was(void **state)
{
	(void)state;
	const char *dir = make_dir();
	char path[96];
	struct err err = {0};
	struct store *s = filled(dir, path);
	struct analyse_settings set = {.pack = pack, .force = true};
	for (long n = 0;; n++) {
		err = (struct err){0};
		mem_fail_from(n);
		int rc = analyse_run(s, &set, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(hit ? rc == ERR_ENV || rc == 1 : rc == 1); /* a full cache is no failure */
		if (!hit)
			break;
	}
	store_close(s);
	rm_dir(dir);
}

/* Of a store of one engine's mail and of words that come once each. */
static struct store *flooded(const char *path, uint64_t anomalies)
{
	enum { SENT = 60, RARE = 40 };
	struct err err = {0};
	struct store *s;
	struct fake f;
	assert_int_equal(store_open(&s, path, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin(s, &err), 0);
	for (int i = 0; i < SENT; i++) {
		struct row *r = fake_row(&f, (uint64_t)i, S("trap-a"));
		char text[RARE][24];
		struct str prints[RARE + 3] = {S("order=a,b"), S("mid=8x.4d"), S("date=x")};
		for (int k = 0; k < RARE; k++) {
			snprintf(text[k], sizeof text[k], "mid_host=%d", i * RARE + k);
			prints[3 + k] = str_of(text[k]);
		}
		r->fingerprint = (struct strs){prints, RARE + 3};
		r->anomalies |= (int64_t)anomalies;
		assert_int_equal(store_put(s, r, 0, 0, &err), 1);
	}
	assert_int_equal(store_commit(s, &err), 0);
	return s;
}

static int count_item(void *ctx, struct str id, struct str json)
{
	(void)id, (void)json;
	++*(int *)ctx;
	return 0;
}

static int count_engine(void *ctx, const struct store_row *r)
{
	*(int *)ctx += r->row->engine.n > 0;
	return 0;
}

static void with_more_words_than_can_be_held_the_analysis_says_so_and_goes_on(void **state)
{
	(void)state;
	const char *dir = make_dir();
	char path[96];
	struct err err = {0};
	snprintf(path, sizeof path, "%s/t.db", dir);
	struct store *s = flooded(path, 0);
	int limits = 0, all = 0, some = 0;
	struct analyse_settings set = {.pack = pack, .force = true};
	assert_int_equal(analyse_run(s, &set, &err), 1);
	assert_int_equal(store_items(s, "limit", count_item, &limits, &err), 0);
	assert_int_equal(limits, 0);
	assert_int_equal(store_scan(s, &STORE_FILTER_ALL, FEAT_BIT(engine), 0, count_engine, &all, &err), 0);
	assert_true(all > 0);
	set.most_tokens = (size_t)PRINT_COUNT * ENGINE_FOLDS / 7 * 8 + 5000; /* all that is folded may take, and a few thousand */
	while (!limits && set.most_tokens > (size_t)PRINT_COUNT * ENGINE_FOLDS) {
		set.most_tokens -= 500;
		assert_int_equal(analyse_run(s, &set, &err), 1);
		assert_int_equal(store_items(s, "limit", count_item, &limits, &err), 0);
	}
	assert_int_equal(limits, 1);
	assert_int_equal(store_scan(s, &STORE_FILTER_ALL, FEAT_BIT(engine), 0, count_engine, &some, &err), 0);
	assert_int_equal(some, all);
	set.most_tokens = 0;
	assert_int_equal(analyse_run(s, &set, &err), 1);
	limits = 0;
	assert_int_equal(store_items(s, "limit", count_item, &limits, &err), 0);
	assert_int_equal(limits, 0);
	store_close(s);
	rm_dir(dir);
}

static void bounces_make_no_engine_and_are_told(void **state)
{
	(void)state;
	const char *dir = make_dir();
	char path[96];
	struct err err = {0};
	snprintf(path, sizeof path, "%s/t.db", dir);
	struct store *s = flooded(path, ANOM(bounce));
	int limits = 0, named = 0;
	struct analyse_settings set = {.pack = pack, .force = true};
	assert_int_equal(analyse_run(s, &set, &err), 1);
	assert_int_equal(store_scan(s, &STORE_FILTER_ALL, FEAT_BIT(engine), 0, count_engine, &named, &err), 0);
	assert_int_equal(named, 0);
	assert_int_equal(store_items(s, "limit", count_item, &limits, &err), 0);
	assert_int_equal(limits, 1);
	store_close(s);
	rm_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_steps_what_a_message_says_itself_stays),
		cmocka_unit_test(an_analysis_is_needed_when_its_inputs_change),
		cmocka_unit_test(with_more_words_than_can_be_held_the_analysis_says_so_and_goes_on),
		cmocka_unit_test(bounces_make_no_engine_and_are_told),
		cmocka_unit_test(no_memory_leaves_the_store_as_it_was),
		cmocka_unit_test(one_allocation_that_fails_is_told),
	};
	return cmocka_run_group_tests(tests, open_pack, close_pack);
}
