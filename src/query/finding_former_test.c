/* finding_former_test.c - what ids of findings lead to when days and names have moved. */
#include "query/finding_former.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/test.h"
#include "store/store_test.h"

static const int64_t day = 86400, start = 1285372800;

static struct finding told(enum finding_kind kind, struct str engine, int64_t days)
{
	struct finding f = FINDING_BLANK;
	f.kind = kind;
	f.engine = engine;
	f.start.time = start + days * day;
	f.reading = S("It fell.");
	return f;
}

static void put(struct store *s, const char *kind, const char *id, struct str json)
{
	struct err err = {0};
	assert_int_equal(store_put_item(s, kind, str_of(id), json, &err), 0);
}

static void put_record(struct store *s, const struct finding *f)
{
	struct buf b;
	struct json j = json_to(&b);
	char id[FINDING_ID_SIZE];
	buf_init(&b, MIB);
	finding_id(f, id);
	json_obj(&j);
	json_key(&j, "what");
	finding_json(&j, f);
	json_obj_end(&j);
	put(s, "former", id, buf_str(&b));
	buf_free(&b);
}

static void ids(void **unused)
{
	(void)unused;
	const char *dir = make_dir();
	char path[96], id[FINDING_ID_SIZE];
	struct err err = {0};
	struct store *s;
	struct arena a;
	arena_init(&a, 16 * MIB);
	snprintf(path, sizeof path, "%s/t.db", dir);
	assert_int_equal(store_open(&s, path, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin(s, &err), 0);
	put(s, "engine", "engine-abcd", S("{\"names\":[\"engine-abcd00000000\",\"engine-123400000000\"]}"));
	const struct finding all[] = {
		told(FINDING_VOLUME_CHANGE, S("robo"), 0),
		told(FINDING_VOLUME_CHANGE, S("robo"), 10),
		told(FINDING_RESIDUAL, S("robo"), 3),
		told(FINDING_VOLUME_CHANGE, S("engine-abcd"), 0),
		told(FINDING_NEW_ENGINE, S("late"), 40),
	};
	const struct {
		struct finding f;
		bool record;
		enum former_state state;
		int now; /* index into all */
		size_t near;
	} cases[] = {
		{told(FINDING_VOLUME_CHANGE, S("robo"), 0), false, FORMER_CURRENT, 0, 0},
		{told(FINDING_VOLUME_CHANGE, S("robo"), 2), false, FORMER_MOVED, 0, 0},
		{told(FINDING_VOLUME_CHANGE, S("robo"), 9), false, FORMER_MOVED, 1, 0},
		{told(FINDING_VOLUME_CHANGE, S("robo"), 24), false, FORMER_MOVED, 1, 0},
		{told(FINDING_VOLUME_CHANGE, S("robo"), 25), false, FORMER_UNKNOWN, -1, 0},
		{told(FINDING_VOLUME_CHANGE, S("engine-1234"), -3), false, FORMER_MOVED, 3, 0},
		{told(FINDING_VOLUME_CHANGE, S("engine-123400000000"), 0), false, FORMER_MOVED, 3, 0},
		{told(FINDING_CLOSURE, S("robo"), 5), false, FORMER_UNKNOWN, -1, 0},
		{told(FINDING_CLOSURE, S("robo"), 5), true, FORMER_NONE, -1, 3},
		{told(FINDING_CLOSURE, S("engine-1234"), 5), true, FORMER_NONE, -1, 1},
		{told(FINDING_VOLUME_CHANGE, S("late"), 40), true, FORMER_NONE, -1, 1},
		{told(FINDING_VOLUME_CHANGE, S("late"), 90), true, FORMER_NONE, -1, 0},
		{told(FINDING_VOLUME_CHANGE, S("gone"), 0), true, FORMER_NONE, -1, 0},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct finding_former f;
		finding_id(&cases[i].f, id);
		if (cases[i].record)
			put_record(s, &cases[i].f);
		assert_int_equal(finding_former(s, str_of(id), all, COUNT(all), &a, &f, &err), 0);
		int now = f.now ? (int)(f.now - all) : -1;
		if (f.state != cases[i].state || now != cases[i].now || f.n_near != cases[i].near)
			fail_msg("case %zu: state %d, now %d, near %zu", i, f.state, now, f.n_near);
		if (cases[i].record)
			assert_true(f.recorded && str_eq(f.was.reading, S("It fell.")));
	}
	struct finding_former f;
	assert_int_equal(finding_former(s, S("f-000000000000"), NULL, 0, &a, &f, &err), 0);
	assert_int_equal(f.state, FORMER_UNKNOWN);
	finding_id(&cases[8].f, id); /* a record of another finding is none */
	put(s, "former", "f-000000000000", S("{\"what\":{\"kind\":\"closure\"}}"));
	assert_int_equal(finding_former(s, S("f-000000000000"), all, COUNT(all), &a, &f, &err), 0);
	assert_int_equal(f.state, FORMER_UNKNOWN);
	assert_int_equal(store_commit(s, &err), 0);
	for (long n = 0;; n++) {
		struct err failed = {0};
		struct arena own;
		arena_init(&own, 16 * MIB);
		mem_fail_from(n);
		int rc = finding_former(s, str_of(id), all, COUNT(all), &own, &f, &failed);
		bool hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&own);
		if (rc != (hit ? ERR_ENV : 0) || failed.kind != rc)
			fail_msg("allocation %ld: %d %s", n, rc, failed.text);
		if (!hit)
			break;
	}
	arena_free(&a);
	store_close(s);
	rm_dir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ids)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
