/* former_test.c - what names of former times lead to: by what they say themselves, and by records. */
#include "query/former.h"

#include "campaign/sketch.h"
#include "feature/doc.h"
#include "store/store_world_test.h"

#include "base/limits.h"
#include "base/test.h"
#include "feature/doc.h"
#include "campaign/sketch.h"
#include "store/store_test.h"

/* A message whose id begins with these bytes; with a text of its own, or one that all such share. */
static void add(struct world *w, uint64_t key, bool alike, const char *campaign, const char *engine)
{
	struct url u = {.raw = S("http://h.example/a/b.php"), .host = S("d.example"), .domain = S("d.example"), .flags = URL_LINK};
	struct doc d = {
		.text = S("Our finest watches are made by hand in a small town, and cost 317 dollars each until the end of May."),
		.subject = S("an offer for you"),
		.urls = &u,
		.n_urls = 1};
	const struct row found = {.campaign = str_of(campaign), .engine = str_of(engine), .engine_source = S("discovered")};
	add_message(w, key, alike ? sketch_of(&w->a, &d) : S(""), &found);
}

static struct former campaign(struct world *w, const char *id)
{
	struct former f;
	assert_int_equal(former_campaign(w->s, str_of(id), &w->a, &f, &w->err), 0);
	return f;
}

static struct former engine(struct world *w, const char *name)
{
	struct former f;
	assert_int_equal(former_engine(w->s, str_of(name), &w->a, &f, &w->err), 0);
	return f;
}

static void campaigns_by_their_message(void **unused)
{
	(void)unused;
	struct world w;
	begin(&w);
	add(&w, 0x1000000000000001, false, "c-100000000000", "");
	add(&w, 0x2000000000000002, false, "c-100000000000", "");
	add(&w, 0x3000000000000003, false, "", "");
	add(&w, 0x4000000000004444, false, "c-100000000000", ""); /* ids that begin alike */
	add(&w, 0x4000000000005555, false, "", "");
	add(&w, 0x6000000000006666, false, "c-6000000000006666", "");
	add(&w, 0x6000000000007777, false, "c-6000000000007777", "");
	static const struct {
		const char *id;
		enum former_state state;
		const char *now;
	} cases[] = {
		{"c-100000000000", FORMER_CURRENT, "c-100000000000"},
		{"c-200000000000", FORMER_MOVED, "c-100000000000"},
		{"c-300000000000", FORMER_NONE, ""},
		{"c-400000000000", FORMER_SEVERAL, ""},
		{"c-4000000000004444", FORMER_MOVED, "c-100000000000"},
		{"c-4000000000005555", FORMER_NONE, ""},
		{"c-600000000000", FORMER_SEVERAL, ""},
		{"c-6000000000006666", FORMER_CURRENT, "c-6000000000006666"},
		{"c-700000000000", FORMER_UNKNOWN, ""},
		{"c-70000000000", FORMER_UNKNOWN, ""},
		{"c-7000000000000", FORMER_UNKNOWN, ""},
		{"c-xxxxxxxxxxxx", FORMER_UNKNOWN, ""},
		{"c-", FORMER_UNKNOWN, ""},
		{"", FORMER_UNKNOWN, ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct former f = campaign(&w, cases[i].id);
		if (f.state != cases[i].state || !str_eq(f.now, str_of(cases[i].now)))
			fail_msg("%s: %d, %.*s", cases[i].id, f.state, STR_FMT(f.now));
	}
	assert_int_equal(campaign(&w, "c-400000000000").n_members, 2);
	end(&w);
}

/* A member that stands alone: its record tells where the others are, else what belongs with it. */
static void campaigns_that_fell_apart(void **unused)
{
	(void)unused;
	struct world w;
	begin(&w);
	add(&w, 0x1000000000000001, true, "", "");
	add(&w, 0x2000000000000002, true, "c-200000000000", "");
	add(&w, 0x3000000000000003, true, "c-200000000000", "");
	add(&w, 0x4000000000000004, false, "c-400000000000", "");
	add(&w, 0x5000000000000005, false, "c-400000000000", "");
	struct former f = campaign(&w, "c-100000000000");
	assert_int_equal(f.state, FORMER_NONE);
	assert_false(f.recorded);
	assert_int_equal(f.looked_at, 2);
	assert_true(str_eq(former_most(&f), S("c-200000000000")));
	put(&w, "former", "c-100000000000",
		"{\"turn\":1,\"what\":{\"messages\":9,\"sample\":[\"1000000000000001\",\"2000000000000002\",\"4000000000000004\",\"5000000000000005\","
		"\"7000000000000007\",\"\",\"x\",5]}}");
	f = campaign(&w, "c-100000000000");
	assert_int_equal(f.state, FORMER_NONE);
	assert_true(f.recorded);
	assert_int_equal(f.messages, 9);
	assert_int_equal(f.looked_at, 3); /* without the message itself and what is not there */
	assert_true(str_eq(former_most(&f), S("c-400000000000")));
	put(&w, "former", "c-100000000000", "[]");
	assert_int_equal(campaign(&w, "c-100000000000").looked_at, 2); /* what is no record does not stand in the way */
	end(&w);
}

static void engines(void **unused)
{
	(void)unused;
	struct world w;
	begin(&w);
	for (uint64_t i = 1; i <= 9; i++)
		add(&w, i << 60, false, "", i < 6 ? "robo" : i < 8 ? "engine-abcd" : "");
	put(&w, "engine", "robo", "{\"messages\":5}");
	put(&w, "engine", "engine-abcd", "{\"messages\":2,\"names\":[\"engine-abcd00000000\",\"engine-123400000000\"]}");
	put(&w, "engine", "engine-beef",
		"{\"messages\":7,\"names\":[\"engine-beef00000000\",\"engine-12345555\",\"engine-777711111111\"]}");
	put(&w, "former", "engine-0001",
		"{\"what\":{\"messages\":99,\"sample\":[\"1000000000000000\",\"2000000000000000\",\"7000000000000000\"]}}");
	put(&w, "former", "engine-0002",
		"{\"what\":{\"messages\":99,\"sample\":[\"8000000000000000\",\"9000000000000000\",\"7000000000000000\"]}}");
	put(&w, "former", "engine-7777", "{\"what\":{\"messages\":99,\"sample\":[]}}");
	put(&w, "former", "engine-1234", "{\"what\":{\"messages\":99,\"sample\":[\"1000000000000000\"]}}");
	put(&w, "former", "engine-123400000000", "{\"what\":{\"messages\":99,\"sample\":[\"1000000000000000\"]}}");
	static const struct {
		const char *name;
		enum former_state state;
		const char *now;
	} cases[] = {
		{"robo", FORMER_CURRENT, "robo"},
		{"engine-abcd", FORMER_CURRENT, "engine-abcd"},
		{"engine-0001", FORMER_MOVED, "robo"},
		{"engine-0002", FORMER_NONE, ""},
		{"engine-1234", FORMER_SEVERAL, ""}, /* what the name says goes before any record */
		{"engine-123400000000", FORMER_MOVED, "engine-abcd"},
		{"engine-abcd00000000", FORMER_MOVED, "engine-abcd"},
		{"engine-7777", FORMER_MOVED, "engine-beef"}, /* the record is of messages that are gone */
		{"engine-dead", FORMER_UNKNOWN, ""},
		{"engine-be", FORMER_UNKNOWN, ""},
		{"engine-", FORMER_UNKNOWN, ""},
		{"nobody", FORMER_UNKNOWN, ""},
		{"", FORMER_UNKNOWN, ""},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct former f = engine(&w, cases[i].name);
		if (f.state != cases[i].state || !str_eq(f.now, str_of(cases[i].now)))
			fail_msg("%s: %d, %.*s", cases[i].name, f.state, STR_FMT(f.now));
	}
	struct former f = engine(&w, "engine-123400000000");
	assert_true(f.recorded);
	assert_true(str_eq(former_most(&f), S("robo")));
	f = engine(&w, "engine-0002");
	assert_int_equal(f.looked_at, 3);
	assert_true(str_eq(former_most(&f), S("engine-abcd")));
	assert_true(str_eq(engine(&w, "engine-1234").fellows[0].name, S("engine-beef")));
	end(&w);
}

static void no_memory(void **unused)
{
	(void)unused;
	struct world w;
	begin(&w);
	add(&w, 0x1000000000000001, true, "", "robo");
	add(&w, 0x2000000000000002, true, "c-200000000000", "robo");
	put(&w, "former", "gone", "{\"what\":{\"messages\":9,\"sample\":[\"1000000000000001\",\"2000000000000002\"]}}");
	assert_int_equal(store_commit(w.s, &w.err), 0);
	for (long n = 0;; n++) {
		struct err err = {0};
		struct former f;
		mem_fail_from(n);
		int rc = former_campaign(w.s, S("c-100000000000"), &w.a, &f, &err);
		rc = rc ? rc : former_engine(w.s, S("gone"), &w.a, &f, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&w.a);
		arena_init(&w.a, 64 * MIB);
		if (rc != (hit ? ERR_ENV : 0) || err.kind != rc)
			fail_msg("allocation %ld: %d, %d %s", n, rc, err.kind, err.text);
		if (!hit)
			break;
	}
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(campaigns_by_their_message),
		cmocka_unit_test(campaigns_that_fell_apart),
		cmocka_unit_test(engines),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
