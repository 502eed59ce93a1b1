/* former_record_test.c - what analyses leave of names that go. */
#include "analyse/former_record.h"

#include "store/store_world_test.h"

static void add(struct world *w, uint64_t key, const char *campaign)
{
	add_message(w, key, S(""), &(struct row){.campaign = str_of(campaign)});
}

static void samples(void **unused)
{
	(void)unused;
	struct former_sample s = {.n = 0};
	for (uint64_t i = 0; i < 1000; i++)
		former_sample_add(&s, i * 379 % 500);
	assert_int_equal(s.n, FORMER_SAMPLE);
	for (uint64_t i = 0; i < FORMER_SAMPLE; i++)
		assert_int_equal(s.v[i], i);
}

/* What the store says, and what the analysis found: A whole, B apart, C with a message that is in none. */
static void an_analysis_leaves_records(void **unused)
{
	(void)unused;
	static const struct {
		const char *was, *is;
	} mails[] = {
		{"A", "X"}, {"A", "X"}, {"B", "X"}, {"B", "Y"}, {"B", "Y"}, {"C", ""}, {"C", "X"}, {"", ""}, {"D", "D"}, {"", "D"}};
	struct world w;
	begin(&w);
	struct analysis an = {.store = w.s, .n_messages = COUNT(mails)};
	arena_init(&an.arena, MIB);
	map_init(&an.name_ids, SIZE_MAX);
	vec_push(&an.arena, &an.names, 1);
	an.messages = arena_zalloc(&an.arena, COUNT(mails), sizeof *an.messages);
	for (size_t i = 0; i < COUNT(mails); i++) {
		add(&w, i + 1, mails[i].was);
		an.messages[i] = (struct analysed){
			.n = (int64_t)i + 1, .key = i + 1, .campaign = analysis_name_of(&an, str_of(mails[i].is), &w.err)};
	}
	assert_int_equal(former_step(&an, &w.err), 0);
	struct str json;
	static const struct {
		const char *id, *json;
	} want[] = {{"A", NULL}, {"D", NULL}, {"X", NULL},
		{"B", "{\"turn\":1,\"what\":{\"messages\":3,\"sample\":[\"0000000000000003\",\"0000000000000004\",\"0000000000000005\"]}}"},
		{"C", "{\"turn\":1,\"what\":{\"messages\":2,\"sample\":[\"0000000000000006\",\"0000000000000007\"]}}"}};
	for (size_t i = 0; i < COUNT(want); i++) {
		int found = store_item(w.s, "former", str_of(want[i].id), &w.a, &json, &w.err);
		assert_int_equal(found, want[i].json != NULL);
		if (found && !str_eq(json, str_of(want[i].json)))
			fail_msg("%s: %.*s", want[i].id, STR_FMT(json));
	}
	map_free(&an.name_ids);
	arena_free(&an.arena);
	end(&w);
}

/* More than are kept fall apart at once: the one too many is not the one that the store happens to read last. */
static void which_stay_is_not_by_rows(void **unused)
{
	(void)unused;
	struct world w;
	struct str json;
	begin(&w);
	struct analysis an = {.store = w.s, .n_messages = LIM_FORMER + 1};
	arena_init(&an.arena, SIZE_MAX);
	an.messages = arena_zalloc(&an.arena, an.n_messages, sizeof *an.messages);
	for (size_t i = 0; i < an.n_messages; i++) {
		char was[24];
		uint64_t key = an.n_messages - i;
		snprintf(was, sizeof was, "c-%06llu", (unsigned long long)key);
		add(&w, key, was);
		an.messages[i] = (struct analysed){.n = (int64_t)i + 1, .key = key};
	}
	assert_int_equal(former_step(&an, &w.err), 0);
	assert_int_equal(store_item(w.s, "former", S("c-000001"), &w.a, &json, &w.err), 1);
	assert_int_equal(store_item(w.s, "former", S("c-020000"), &w.a, &json, &w.err), 1);
	assert_int_equal(store_item(w.s, "former", S("c-020001"), &w.a, &json, &w.err), 0);
	arena_free(&an.arena);
	end(&w);
}

static bool is_robo(void *ctx, struct str name)
{
	(void)ctx;
	return str_eq(name, S("robo"));
}

static void engines_that_go_leave_records(void **unused)
{
	(void)unused;
	struct world w;
	struct str json;
	begin(&w);
	struct analysis an = {.store = w.s};
	put(&w, "engine", "robo", "{\"messages\":5,\"sample\":[\"01\"]}");
	put(&w, "engine", "gone", "{\"messages\":7,\"sample\":[\"0000000000000001\"]}");
	put(&w, "engine", "old", "{\"messages\":7}"); /* of a version that kept none */
	assert_int_equal(former_keep_engines(&an, is_robo, NULL, &w.err), 0);
	assert_int_equal(store_item(w.s, "former", S("robo"), &w.a, &json, &w.err), 0);
	assert_int_equal(store_item(w.s, "former", S("old"), &w.a, &json, &w.err), 0);
	assert_int_equal(store_item(w.s, "former", S("gone"), &w.a, &json, &w.err), 1);
	assert_true(str_eq(json, S("{\"turn\":1,\"what\":{\"messages\":7,\"sample\":[\"0000000000000001\"]}}")));
	end(&w);
}

static int count_item(void *ctx, struct str id, struct str json)
{
	int *n = ctx;
	(void)json;
	n[0]++;
	n[1] += str_starts(id, S("new"));
	return 0;
}

static void write_many(struct world *w, const char *what, int n)
{
	struct former_records r = {.list = {0}};
	arena_init(&r.arena, SIZE_MAX);
	for (int i = 0; i < n; i++) {
		struct former_record *to = vec_push(&r.arena, &r.list, SIZE_MAX);
		struct buf b;
		buf_init_arena(&b, &r.arena, 64);
		buf_printf(&b, "%s-%05d", what, i);
		*to = (struct former_record){buf_str(&b), S("{}")};
	}
	assert_int_equal(former_write(w->s, &r, &w->err), 0);
}

static void the_newest_records_stay(void **unused)
{
	(void)unused;
	struct world w;
	int n[2] = {0};
	begin(&w);
	write_many(&w, "old", LIM_FORMER - 10);
	write_many(&w, "new", 100);
	assert_int_equal(store_items(w.s, "former", count_item, n, &w.err), 0);
	assert_int_equal(n[0], LIM_FORMER);
	assert_int_equal(n[1], 100);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples),
		cmocka_unit_test(an_analysis_leaves_records),
		cmocka_unit_test(which_stay_is_not_by_rows),
		cmocka_unit_test(engines_that_go_leave_records),
		cmocka_unit_test(the_newest_records_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
