/* outside_test.c - outside facts laid over a small invented world: alpha stops on day 30.5, beta goes on; three feeds. */
#include "finding/findings_test.h"

#include "analyse/findings.h"
#include "analyse/infections.h"
#include "base/limits.h"
#include "store/store_test.h"

enum { DAYS = 50 };

struct world {
	struct analysis a;
	const char *dir;
};

/* Feeds without mail. */
static void begin_mail(struct analysis *a)
{
	arena_init(&a->arena, SIZE_MAX);
	map_init(&a->name_ids, SIZE_MAX);
	assert_non_null(vec_push(&a->arena, &a->names, 1));
	a->feeds = arena_zalloc(&a->arena, FEEDS + 1, sizeof *a->feeds);
	a->messages = arena_zalloc(&a->arena, ROOM, sizeof *a->messages);
	a->n_feeds = FEEDS + 1;
	memcpy(a->feeds, feeds, sizeof feeds);
}

static struct analysed *add_mail(struct analysis *a, double day, uint32_t feed, name_id engine)
{
	struct analysed *m = &a->messages[a->n_messages++];
	assert_true(a->n_messages < ROOM);
	*m = (struct analysed){.n = (int64_t)a->n_messages,
		.key = a->n_messages * 2654435761u,
		.time = time_of(day),
		.time_trusted = 1,
		.feed = feed,
		.engine = engine,
		.engine_source = ENGINE_LEARNED};
	return m;
}

static void begin(struct world *w)
{
	struct err err = {0};
	char path[96];
	*w = (struct world){.dir = make_dir()};
	snprintf(path, sizeof path, "%s/t.db", w->dir);
	assert_int_equal(store_open(&w->a.store, path, STORE_WRITE, &err), 0);
	assert_int_equal(store_begin(w->a.store, &err), 0);
	begin_mail(&w->a);
	name_id engine[] = {analysis_name_of(&w->a, S("alpha"), &err), analysis_name_of(&w->a, S("Beta-B"), &err)};
	seed = 3;
	for (size_t e = 0; e < 2; e++)
		for (double t = 0; t < (e ? DAYS : 30.5); t -= log(draw()) / 60) {
			struct analysed *m = add_mail(&w->a, t, any_feed(), engine[e]);
			m->ip[0] = 192;
			m->ip[2] = 2;
			m->ip[3] = (uint8_t)(e * 100 + (uint8_t)(draw() * 100));
			m->ip_len = 4;
		}
}

static void end(struct world *w)
{
	store_close(w->a.store);
	map_free(&w->a.name_ids);
	arena_free(&w->a.arena);
	rm_dir(w->dir);
}

static void add(struct world *w, const char *line)
{
	struct arena a;
	struct buf b;
	struct observation o;
	struct err err = {0};
	const char *why = "";
	char id[OBSERVATION_ID_SIZE];
	arena_init(&a, MIB);
	buf_init(&b, MIB);
	struct json j = json_to(&b);
	if (observation_parse(str_of(line), &a, &o, &why) != 1)
		fail_msg("%s: %s", line, why);
	observation_json(&j, &o);
	observation_id(o.kind, buf_str(&b), id);
	assert_int_equal(store_put_item(w->a.store, "observation", str_of(id), buf_str(&b), &err), 0);
	buf_free(&b);
	arena_free(&a);
}

static void has_item(struct world *w, const char *kind, struct str id, const char *beginning)
{
	struct arena a;
	struct str json = S("");
	struct err err = {0};
	arena_init(&a, MIB);
	assert_int_equal(store_item(w->a.store, kind, id, &a, &json, &err), 1);
	if (!str_starts(json, str_of(beginning)))
		fail_msg("%.*s, not %s", STR_FMT(json), beginning);
	arena_free(&a);
}

static const struct finding *fall(const struct world *w)
{
	for (size_t i = 0; i < w->a.findings.n; i++)
		if (w->a.findings.v[i].kind == FINDING_VOLUME_CHANGE && str_eq(w->a.findings.v[i].engine, S("alpha")))
			return &w->a.findings.v[i];
	fail_msg("alpha's fall is missing");
	return NULL;
}

static void servers_beside_a_fall(void **state)
{
	static const struct {
		const char *facts[3], *verdict; /* NULL: nothing to say */
	} cases[] = {
		{{NULL}, NULL},
		{{"{\"time\":\"2010-10-03\",\"kind\":\"control_up\",\"engine\":\"ALPHA\",\"source\":\"s\"}"}, "still_up"},
		{{"{\"time\":\"2010-09-20\",\"kind\":\"control_down\",\"engine\":\"alpha\",\"source\":\"s\"}"}, "down_before"},
		{{"{\"time\":\"2010-10-04\",\"kind\":\"control_down\",\"engine\":\"alpha\",\"source\":\"s\"}"}, "down_after"},
		/* the day of it: before or after cannot be told */
		{{"{\"time\":\"2010-10-01\",\"kind\":\"control_down\",\"engine\":\"alpha\",\"source\":\"s\"}"}, "not_ordered"},
		/* up again before the fall */
		{{"{\"time\":\"2010-09-20\",\"kind\":\"control_down\",\"engine\":\"alpha\",\"source\":\"s\"}",
			 "{\"time\":\"2010-09-21\",\"kind\":\"control_up\",\"engine\":\"alpha\",\"source\":\"s\"}"},
			NULL},
		/* of two reports that they are down the first is when they went */
		{{"{\"time\":\"2010-09-20\",\"kind\":\"control_down\",\"engine\":\"alpha\",\"source\":\"s\"}",
			 "{\"time\":\"2010-10-02\",\"kind\":\"control_down\",\"engine\":\"alpha\",\"source\":\"s\"}"},
			"down_before"},
		/* another engine's, and too far away */
		{{"{\"time\":\"2010-09-20\",\"kind\":\"control_down\",\"engine\":\"beta b\",\"source\":\"s\"}",
			 "{\"time\":\"2010-01-01\",\"kind\":\"control_down\",\"engine\":\"alpha\",\"source\":\"s\"}"},
			NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct world w;
		struct err err = {0};
		char want[64];
		begin(&w);
		for (size_t k = 0; k < 3 && cases[i].facts[k]; k++)
			add(&w, cases[i].facts[k]);
		assert_int_equal(findings_step(&w.a, &err), 0);
		const struct finding *f = fall(&w);
		int n = snprintf(want, sizeof want, "\"verdict\":\"%s\"", cases[i].verdict ? cases[i].verdict : "");
		bool told = str_find(f->evidence, S("control_servers")) != STR_NPOS;
		if (told != (cases[i].verdict != NULL) || (told && str_find(f->evidence, str_make(want, (size_t)n)) == STR_NPOS))
			fail_msg("case %zu: %.*s", i, STR_FMT(f->evidence));
		assert_int_equal(told, str_find(f->reading, S("; its control servers")) != STR_NPOS);
		if (i == 0) {
			char id[FINDING_ID_SIZE];
			finding_id(f, id);
			has_item(&w, "flow", str_of(id), "{\"finding\":\"f-");
		}
		end(&w);
	}
}

static void claims_are_judged(void **state)
{
	static const struct {
		const char *line, *verdict;
	} cases[] = {
		{"{\"time\":\"2010-09\",\"kind\":\"claim\",\"engine\":\"Alpha\",\"value\":\"50 %\",\"source\":\"s\"}", "agrees"},
		{"{\"time\":\"2010-09\",\"kind\":\"claim\",\"engine\":\"Alpha\",\"value\":\"70 %\",\"source\":\"s\"}",
			"contradicts"},
		{"{\"time\":\"2010-09-20\",\"kind\":\"claim\",\"engine\":\"beta b\",\"value\":0.5,\"source\":\"s\"}", "agrees"},
		{"{\"time\":\"2010-10-05\",\"end\":\"2010-10-18\",\"kind\":\"claim\",\"engine\":\"alpha\",\"value\":\"0 %\",\"source\":\"s\"}",
			"agrees"},
		{"{\"time\":\"2010-10-05\",\"end\":\"2010-10-18\",\"kind\":\"claim\",\"engine\":\"beta-b\",\"value\":\">90 %\",\"source\":\"s\"}",
			"agrees"},
		{"{\"time\":\"2010\",\"kind\":\"claim\",\"engine\":\"Alpha\",\"value\":\"50 %\",\"source\":\"s\"}", "cannot_say"},
		{"{\"time\":\"2010-09\",\"kind\":\"claim\",\"engine\":\"gamma\",\"value\":\"50 %\",\"source\":\"s\"}",
			"cannot_say"},
		{"{\"time\":\"2010-09\",\"kind\":\"claim\",\"programme\":\"alpha\",\"value\":\"50 %\",\"source\":\"s\"}",
			"cannot_say"},
		{"{\"time\":\"2010-09\",\"kind\":\"claim\",\"engine\":\"Alpha\",\"value\":\"50 %\",\"of\":\"pharma\",\"source\":\"s\"}",
			"cannot_say"},
		{"{\"time\":\"2010-09\",\"kind\":\"claim\",\"engine\":\"Alpha\",\"value\":44,\"unit\":\"bn/day\",\"source\":\"s\"}",
			"cannot_say"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct world w;
		struct err err = {0};
		begin(&w);
		add(&w, cases[i].line);
		assert_int_equal(published_claims(&w.a, &err), 0);
		assert_int_equal(w.a.findings.n, 1);
		const struct finding *f = &w.a.findings.v[0];
		assert_int_equal(f->kind, FINDING_CLAIM);
		if (!str_eq(f->verdict, str_of(cases[i].verdict)))
			fail_msg("%s: %.*s", cases[i].line, STR_FMT(f->reading));
		assert_true(finding_weight(f) <= 0);
		end(&w);
	}
}

static void add_infections(struct world *w)
{
	char line[160];
	for (int i = 0; i < 20; i++) {
		snprintf(line, sizeof line,
			"{\"time\":\"2010-09-10\",\"kind\":\"infection\",\"ip\":\"192.0.2.%d\",\"engine\":\"%s\",\"source\":\"s\"}",
			90 + i, i % 2 ? "ALPHA" : "alpha");
		add(w, line);
	}
	add(w, "{\"time\":\"2010-09-10\",\"kind\":\"infection\",\"ip\":\"192.0.2.1\",\"source\":\"s\"}");
	add(w, "{\"time\":\"2009-09-10\",\"kind\":\"infection\",\"ip\":\"192.0.2.2\",\"engine\":\"alpha\",\"source\":\"s\"}");
	add(w, "{\"time\":\"2010-09-10\",\"kind\":\"infection\",\"ip\":\"2001:db8::1\",\"engine\":\"other\",\"source\":\"s\"}");
}

static void peers_are_matched(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	begin(&w);
	add_infections(&w);
	assert_int_equal(infections_step(&w.a, &err), 0);
	/* .90 to .99 are alpha's, .100 to .109 Beta-B's; of the former all sent within two days of the tenth, or nearly */
	has_item(&w, "infection", S("alpha"), "{\"engine\":\"alpha\",\"peers\":100,\"infected\":1");
	has_item(&w, "infection", S("Beta-B"), "{\"engine\":\"Beta-B\",\"peers\":100,\"infected\":");
	has_item(&w, "infected", S("alpha"), "{\"name\":\"alpha\",\"engine\":\"alpha\",\"addresses\":21,\"seen\":");
	has_item(&w, "infected", S("other"), "{\"name\":\"other\",\"engine\":null,\"addresses\":1,\"seen\":0,\"senders\":[]}");
	end(&w);
}

/* Facts come in the order of their ids, and the cap is on each kind. */
static void facts_beyond_a_cap_are_left_out_and_that_is_said(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	char line[160];
	begin(&w);
	for (int i = 0; i < LIM_CLAIMS + 2; i++) {
		snprintf(line, sizeof line,
			"{\"time\":\"2010-09\",\"kind\":\"claim\",\"engine\":\"Alpha\",\"value\":\"50 %%\",\"source\":\"s%d\"}", i);
		add(&w, line);
	}
	for (int i = 0; i < LIM_CONTROLS + 3; i++) {
		snprintf(line, sizeof line,
			"{\"time\":\"2010-09-10\",\"kind\":\"control_down\",\"engine\":\"alpha\",\"source\":\"s%d\"}", i);
		add(&w, line);
	}
	assert_int_equal(findings_step(&w.a, &err), 0);
	has_item(&w, "limit", S("claims"),
		"{\"id\":\"claims\",\"reading\":\"Of the published claims the first 1000 are compared with the mail; 2 are left out.\"}");
	has_item(&w, "limit", S("control servers"),
		"{\"id\":\"control servers\",\"reading\":\"Of the facts about control servers the first 10000 are laid over the findings; 3 ");
	end(&w);
}

static void no_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct world w;
		struct err err = {0};
		begin(&w);
		add_infections(&w);
		add(&w, "{\"time\":\"2010-09\",\"kind\":\"claim\",\"engine\":\"Alpha\",\"value\":\"50 %\",\"source\":\"s\"}");
		mem_fail_from(n);
		int rc = infections_step(&w.a, &err);
		rc = rc ? rc : published_claims(&w.a, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		end(&w);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_beside_a_fall),
		cmocka_unit_test(claims_are_judged),
		cmocka_unit_test(peers_are_matched),
		cmocka_unit_test(facts_beyond_a_cap_are_left_out_and_that_is_said),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
