/* finding_test.c - findings as JSON and back; ids that last. */
#include "finding/finding.h"

#include "base/limits.h"
#include "base/test.h"
#include "finding/say.h"

static struct finding sample(void)
{
	struct finding f = FINDING_BLANK;
	f.kind = FINDING_SWITCH;
	f.engine = S("rus\"tock");
	f.from = S("GlavMed");
	f.to = S("ZedCash");
	f.start = (struct finding_date){1285372800, 1285372800 - 3600, 1285372800 + 7200};
	f.before = 20;
	f.after = 19.5;
	f.confidence = 0.97;
	f.advertised = (struct finding_goods){.category = S("sto\"ck"), .share = 0.75};
	f.category = S("loan");
	f.reading = S("rus\"tock went over.");
	f.evidence = S("[{\"kind\":\"query\"}]");
	return f;
}

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	struct finding f = sample(), g;
	struct buf b;
	struct arena a;
	buf_init(&b, MIB);
	arena_init(&a, MIB);
	struct json j = json_to(&b);
	finding_json(&j, &f);
	assert_true(finding_read(buf_str(&b), &a, &g));
	assert_int_equal(g.kind, f.kind);
	assert_true(str_eq(g.engine, f.engine) && str_eq(g.from, f.from) && str_eq(g.to, f.to) && str_eq(g.reading, f.reading));
	assert_true(str_eq(g.evidence, f.evidence) && str_eq(g.category, f.category));
	assert_true(str_eq(g.advertised.category, f.advertised.category) && g.advertised.share == 0.75 && !g.advertised.brand.n);
	assert_memory_equal(&g.start, &f.start, sizeof f.start);
	assert_true(g.end.time == TIME_NONE && isnan(g.effect) && g.feed.n == 0);
	assert_true(g.before == 20 && g.after == 19.5);
	for (size_t n = 0; n < b.n; n++)
		assert_false(finding_read(str_make(b.p, n), &a, &g));
	buf_free(&b);
	arena_free(&a);
}

static void what_memory_lacked_for_is_told(void **state)
{
	(void)state;
	struct finding f = sample(), g;
	struct buf b;
	struct arena a;
	buf_init(&b, MIB);
	struct json j = json_to(&b);
	finding_json(&j, &f);
	for (int only = 0; only < 2; only++)
		for (long n = 0;; n++) {
			arena_init(&a, MIB);
			(only ? mem_fail_only : mem_fail_from)(n);
			finding_read(buf_str(&b), &a, &g);
			bool hit = mem_failed();
			mem_fail_from(-1);
			assert_int_equal(a.failed, hit);
			arena_free(&a);
			if (!hit)
				break;
		}
	buf_free(&b);
}

static void the_id_is_of_the_claim(void **state)
{
	(void)state;
	struct finding f = sample(), g = sample();
	char x[FINDING_ID_SIZE], y[FINDING_ID_SIZE];
	g.confidence = 0.5;
	g.start.time += 600;
	g.reading = S("other words");
	finding_id(&f, x);
	finding_id(&g, y);
	assert_string_equal(x, y);
	assert_int_equal(strlen(x), 14);
	g.to = S("x");
	finding_id(&g, y);
	assert_string_not_equal(x, y);
}

/* Ids of before there were categories hold. */
static void old_ids_hold(void **state)
{
	(void)state;
	struct finding f = FINDING_BLANK;
	char id[FINDING_ID_SIZE], same[FINDING_ID_SIZE];
	f.kind = FINDING_VOLUME_CHANGE;
	f.engine = S("engine-66a8");
	f.start.time = 1177693615;
	finding_id(&f, id);
	assert_string_equal(id, "f-884b0e370d0b");
	f.advertised.category = S("stock");
	finding_id(&f, same);
	assert_string_equal(id, same);
	f.category = S("stock");
	finding_id(&f, same);
	assert_string_not_equal(id, same);
}

static void categories_are_said_in_words(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, KIB);
	say_category(&b, S("advance_fee"));
	assert_true(str_eq(buf_str(&b), S("advance fee spam")));
	buf_free(&b);
}

static void a_moment_holds_all_of_what_was_sudden(void **state)
{
	(void)state;
	struct finding f = FINDING_BLANK;
	f.start = (struct finding_date){50, 40, 60};
	assert_true(finding_is_sudden(&f) && finding_moment(&f).lo == 40 && finding_moment(&f).hi == 60);
	f.end = (struct finding_date){50, 45, 90};
	assert_true(finding_is_sudden(&f) && finding_moment(&f).time == 50 && finding_moment(&f).lo == 40);
	assert_true(finding_moment(&f).hi == 90);
	f.end.time = 70;
	assert_false(finding_is_sudden(&f));
}

static void kinds_have_names(void **state)
{
	(void)state;
	enum finding_kind k;
	for (int i = 0; i < FINDING_KINDS; i++) {
		assert_true(finding_kind_find(str_of(finding_kind_names[i]), &k));
		assert_int_equal(k, i);
	}
	assert_false(finding_kind_find(S("volume"), &k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(what_memory_lacked_for_is_told),
		cmocka_unit_test(the_id_is_of_the_claim),
		cmocka_unit_test(old_ids_hold),
		cmocka_unit_test(categories_are_said_in_words),
		cmocka_unit_test(a_moment_holds_all_of_what_was_sudden),
		cmocka_unit_test(kinds_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
