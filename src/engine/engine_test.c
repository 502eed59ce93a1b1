/* engine_test.c - the model of engines: learning, its file, scores, strangeness, clusters, no memory. */
#include "base/test.h"

#include <math.h>

#include "base/hash.h"
#include "engine/client.h"
#include "engine/cluster.h"
#include "engine/learn.h"
#include "engine/mark.h"
#include "engine/packed.h"
#include "match/gather.h"

enum { MESSAGES = 40 };

/* A message of an invented engine: what never changes, what its campaign decides, what is drawn each time. */
static int add(struct engine_capture *c, const char *order, const char *mid, unsigned i)
{
	char core[64], id[64], tree[64], seq[64], helo[64];
	snprintf(core, sizeof core, "core=%s", order);
	snprintf(id, sizeof id, "mid_c=%s", mid);
	snprintf(tree, sizeof tree, "tree=t%u", i % 4);
	snprintf(seq, sizeof seq, "mid_seq=%04x", i * 7919);
	snprintf(helo, sizeof helo, "helo=word:w%u", i % 3);
	struct str t[] = {str_of(core), str_of(id), str_of(tree), str_of(seq), str_of(helo), S("date=d Mmm y"), S("from=n <a>")};
	return engine_capture_add(c, &(struct strs){t, COUNT(t)}, i % 4 + 1);
}

static int learn(struct engine_model *m, const char *name, const char *order, const char *mid)
{
	struct engine_capture c;
	struct learn_advice advice;
	engine_capture_init(&c, m);
	for (unsigned i = 0; i < MESSAGES; i++)
		if (add(&c, order, mid, i))
			return ERR_ENV;
	int rc = engine_learn(m, str_of(name), &c, &advice);
	return rc ? rc : advice.outcome == LEARN_DONE ? 0 : 1;
}

static void two_engines(struct engine_model *m)
{
	engine_model_init(m);
	assert_int_equal(learn(m, "alpha", "FTSDM", "w.w"), 0);
	assert_int_equal(learn(m, "beta", "DSMTF", "d-d"), 0);
}

static struct engine_verdict judge(struct engine_model *m, const char *const *texts, size_t n)
{
	struct engine_scorer *s;
	struct engine_verdict v, plain;
	uint32_t tokens[16];
	uint8_t families[16];
	assert_int_equal(engine_scorer_new(&s, m), 0);
	for (size_t i = 0; i < n; i++) {
		tokens[i] = engine_model_token(m, str_of(texts[i]));
		families[i] = (uint8_t)engine_family(str_of(texts[i]));
	}
	gather_off(true); /* wide lanes and none give the same odds */
	engine_score(s, &(struct engine_tokens){tokens, families, n}, &plain);
	gather_off(false);
	engine_score(s, &(struct engine_tokens){tokens, families, n}, &v);
	assert_true(v.engine == plain.engine && v.client == plain.client && v.nearest == plain.nearest && v.rival == plain.rival);
	assert_true(v.margin == plain.margin || (isnan(v.margin) && isnan(plain.margin)));
	engine_scorer_del(s);
	return v;
}

static void own_messages_are_named_strange_ones_are_not(void **state)
{
	struct engine_model m;
	struct err err = {0};
	(void)state;
	two_engines(&m);
	assert_int_equal(engine_model_shipped(&m, &err), 0); /* the contrast */
	static const char *const own[] = {"core=FTSDM", "mid_c=w.w", "tree=t1", "date=d Mmm y", "from=n <a>"};
	static const char *const fresh[] = {"core=FTSDM", "mid_c=w.w", "tree=new", "helo=ip", "date=d Mmm y", "from=n <a>"};
	static const char *const other[] = {"core=FTSDM", "mid_c=x", "tree=t1", "date=Www, d", "from=n <a>"};
	static const char *const nothing[] = {"tree=t1"};
	struct engine_verdict v = judge(&m, own, COUNT(own));
	assert_non_null(v.engine);
	assert_same(v.engine->name, S("alpha"), S("own"));
	assert_true(v.confidence > 0.9);
	v = judge(&m, fresh, COUNT(fresh)); /* what a campaign decides may be new */
	assert_non_null(v.engine);
	v = judge(&m, other, COUNT(other)); /* two constants contradicted: an imitation */
	assert_null(v.engine);
	assert_true(v.strangeness > engine_limit(v.nearest));
	v = judge(&m, nothing, COUNT(nothing));
	assert_null(v.engine);
	engine_model_free(&m);
}

/* A tenth of a capture is another engine's: as if it had not been there. */
static void strays_are_left_out(void **state)
{
	struct engine_model clean, dirty;
	struct engine_capture c;
	struct learn_advice advice;
	(void)state;
	two_engines(&clean);
	engine_model_init(&dirty);
	engine_capture_init(&c, &dirty);
	for (unsigned i = 0; i < MESSAGES; i++) {
		assert_int_equal(add(&c, "FTSDM", "w.w", i), 0);
		if (i % 10 == 0)
			assert_int_equal(add(&c, "XMTSDF", "w_w", i), 0);
	}
	assert_int_equal(engine_learn(&dirty, S("alpha"), &c, &advice), 0);
	assert_int_equal(advice.left_out, MESSAGES / 10);
	assert_int_equal(advice.messages, MESSAGES);
	assert_false(advice.mixed);
	const struct engine_class *a = engine_model_find(&clean, ENGINE_BOT, S("alpha"), false);
	const struct engine_class *b = engine_model_find(&dirty, ENGINE_BOT, S("alpha"), false);
	assert_true(a->n == b->n && a->campaigns == b->campaigns && fabs(a->reach - b->reach) < 1e-9);
	for (size_t i = 0; i < a->n; i++)
		assert_same(dirty.tokens.v[b->counts[i].token].text, clean.tokens.v[a->counts[i].token].text, S("token"));
	engine_model_free(&clean);
	engine_model_free(&dirty);
}

/* Learned where the lab's clock runs (tz and a second zone's messages, a fifth of them), asked on a host elsewhere. */
static void what_the_hosts_of_a_lab_decide_is_no_habit(void **state)
{
	static const struct {
		const char *lab[4], *also[4], *host[4];
		bool named;
	} cases[] = {
		{{"tz=+0000", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd=by w; +0000"}, {NULL},
			{"tz=east", "bnd_time=filetime:local=", "bnd_mid=time:zone=", "rcvd=by w; z"}, true},
		{{"tz=-0000", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd_time=~ same zone"}, {NULL},
			{"tz=-0000", "bnd_time=filetime:zone", "bnd_mid=time-other", "rcvd_time=~ other zone"}, true},
		/* no zone makes these of it */
		{{"tz=+0000", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd=by w; +0000"}, {NULL},
			{"tz=east", "bnd_time=filetime:off", "bnd_mid=time=", "rcvd=by w; z"}, false},
		{{"tz=+0000", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd=by w; +0000"}, {NULL},
			{"tz=east", "bnd_time=unix:local=", "bnd_mid=time=", "rcvd=by w; z"}, false},
		/* a lab elsewhere: local time is UTC on some hosts; UTC is never local time where hosts differ, not the software */
		{{"tz=west", "bnd_time=filetime:local=", "bnd_mid=time:zone=", "rcvd=by w; z"}, {NULL},
			{"tz=+0000", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd=by w; +0000"}, true},
		{{"tz=west", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd=by w; z"}, {NULL},
			{"tz=west", "bnd_time=filetime:zone", "bnd_mid=time-other", "rcvd=by w; z"}, true},
		{{"tz=west", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd=by w; z"},
			{"tz=east", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd=by w; z"},
			{"tz=east", "bnd_time=filetime:local=", "bnd_mid=time=", "rcvd=by w; z"}, false},
		{{"tz=west", "bnd_time=filetime:local=", "bnd_mid=time:zone=", "rcvd_time=zone same zone"}, {NULL},
			{"tz=+0000", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd_time=min same zone"}, true},
		/* a lab behind a router: hosts elsewhere are not; no router makes another's address of it */
		{{"tz=+0000", "bnd_time=filetime:=", "mid_ip=private", "rcvd=from I by w; +0000"}, {NULL},
			{"tz=east", "bnd_time=filetime:local=", "mid_ip=peer", "rcvd=from P by w; z"}, true},
		{{"tz=+0000", "bnd_time=filetime:=", "mid_ip=peer", "rcvd=from P ([P]); z"}, {NULL},
			{"tz=+0000", "bnd_time=filetime:=", "mid_ip=private", "rcvd=from I ([I]); z"}, true},
		{{"tz=+0000", "bnd_time=filetime:=", "mid_ip=private", "rcvd=from I by w; +0000"}, {NULL},
			{"tz=east", "bnd_time=filetime:local=", "mid_ip=public", "rcvd=from P by w; z"}, false},
		/* hosts of the lab have no name of their own */
		{{"tz=east", "mid_host=from+helo", "helo=from+rp", "rcvd=from I by M; z"}, {NULL},
			{"tz=east", "mid_host=from", "helo=rdns", "rcvd=from P by S; z"}, true},
		{{"tz=east", "mid_host=from", "helo=rdns", "rcvd=from I by M; z"}, {NULL},
			{"tz=east", "mid_host=from", "helo=rdns", "rcvd=from I by S; z"}, false},
		/* letters in one part, asked of some in several, and the other way round */
		{{"claim=the-bat", "claimok=mid", "rcvd_n=0", "tz=east"}, {NULL},
			{"claim=the-bat", "claimok=mid+bnd", "rcvd_n=0", "ct_multi=.;1boundary=q"}, true},
		{{"claim=the-bat", "claimok=yes", "rcvd_n=0", "tz=east"}, {NULL},
			{"claim=the-bat", "claimok=bnd", "rcvd_n=0", "ct_multi=.;1boundary=q"}, false},
		{{"claim=the-bat", "claimok=mid+bnd", "rcvd_n=0", "ct_multi=.;1boundary=q"}, {NULL},
			{"claim=the-bat", "claimok=mid", "rcvd_n=0", "tz=east"}, true},
		{{"claim=the-bat", "claimok=bnd", "rcvd_n=0", "ct_multi=.;1boundary=q"}, {NULL},
			{"claim=the-bat", "claimok=yes", "rcvd_n=0", "tz=east"}, true},
		/* the capture shows both: it is the software that writes UTC */
		{{"tz=+0000", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd=by w; +0000"},
			{"tz=west", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd=by w; +0000"},
			{"tz=east", "bnd_time=filetime:local=", "bnd_mid=time=", "rcvd=by w; +0000"}, false},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct engine_model m;
		struct engine_capture c;
		struct learn_advice advice;
		struct err err = {0};
		const char *message[] = {"core=FTSDM", "from=n <a>", "mid_c=w.w", "prio=1", "date=d Mmm y", "doctype=-",
			"sm_verbs=ehlo", "sm_end=QUIT", "oddcase=X-w", cases[i].host[0], cases[i].host[1], cases[i].host[2],
			cases[i].host[3]};
		engine_model_init(&m);
		assert_int_equal(engine_model_shipped(&m, &err), 0);
		engine_capture_init(&c, &m);
		for (unsigned n = 0; n < 2 * MESSAGES; n++) {
			const char *const *zone = n % 5 == 0 && cases[i].also[0] ? cases[i].also : cases[i].lab;
			struct str t[COUNT(message)];
			for (size_t k = 0; k < COUNT(t); k++)
				t[k] = str_of(k < COUNT(t) - 4 ? message[k] : zone[k + 4 - COUNT(t)]);
			assert_int_equal(engine_capture_add(&c, &(struct strs){t, COUNT(t)}, n % 4 + 1), 0);
		}
		assert_int_equal(engine_learn(&m, S("gamma"), &c, &advice), 0);
		assert_int_equal(judge(&m, message, COUNT(message)).engine != NULL, cases[i].named);
		engine_model_free(&m);
	}
}

/* One host in five has its clock in UTC, where local time is UTC: no stranger than the others. */
static void what_hosts_in_utc_show_is_as_usual(void **state)
{
	static const char *const hosts[][13] = {
		{"core=FTSDM", "from=n <a>", "mid_c=w.w", "prio=1", "date=d Mmm y", "doctype=-", "sm_verbs=ehlo", "sm_end=QUIT",
			"oddcase=X-w", "tz=east", "bnd_time=filetime:local=", "bnd_mid=time:zone=", "rcvd_n=0"},
		{"core=FTSDM", "from=n <a>", "mid_c=w.w", "prio=1", "date=d Mmm y", "doctype=-", "sm_verbs=ehlo", "sm_end=QUIT",
			"oddcase=X-w", "tz=+0000", "bnd_time=filetime:=", "bnd_mid=time=", "rcvd_n=0"}};
	struct engine_model m;
	struct engine_capture c;
	struct learn_advice advice;
	struct err err = {0};
	(void)state;
	engine_model_init(&m);
	assert_int_equal(engine_model_shipped(&m, &err), 0);
	engine_capture_init(&c, &m);
	for (unsigned n = 0; n < 2 * MESSAGES; n++) {
		struct str t[COUNT(hosts[0])];
		for (size_t k = 0; k < COUNT(t); k++)
			t[k] = str_of(hosts[n % 5 == 0][k]);
		assert_int_equal(engine_capture_add(&c, &(struct strs){t, COUNT(t)}, n % 4 + 1), 0);
	}
	assert_int_equal(engine_learn(&m, S("gamma"), &c, &advice), 0);
	for (size_t h = 0; h < COUNT(hosts); h++)
		assert_non_null(judge(&m, hosts[h], COUNT(hosts[h])).engine);
	engine_model_free(&m);
}

static struct str written(const struct engine_model *m, struct buf *out)
{
	buf_init(out, 1 << 20);
	assert_int_equal(engine_model_write(m, true, out), 0);
	return buf_str(out);
}

static void the_file_is_read_back_and_damage_is_told(void **state)
{
	struct engine_model m, back;
	struct buf first, again;
	struct err err = {0};
	(void)state;
	two_engines(&m);
	struct str text = written(&m, &first);
	engine_model_init(&back);
	assert_int_equal(engine_model_read(&back, "m", text, false, &err), 0);
	assert_same(written(&back, &again), text, S("model"));
	buf_free(&again);
	engine_model_free(&back);
	for (size_t n = 0; n < text.n; n++) {
		err = (struct err){0};
		engine_model_init(&back);
		int rc = engine_model_read(&back, "m", str_first(text, n), false, &err);
		assert_true(rc == ERR_INPUT || (rc == 0 && (n == 0 || text.p[n] == '\n' || text.p[n - 1] == '\n')));
		engine_model_free(&back);
	}
	buf_free(&first);
	engine_model_free(&m);
}

static void older_files_that_tell_more_apart_are_read(void **state)
{
	static const char file[] = "{\"trapline_model\":1,\"fingerprint\":1}\n"
				   "{\"class\":\"a\",\"kind\":\"engine\",\"messages\":9,\"campaigns\":3,\"reach\":1,\"tokens\":"
				   "{\"mid_time=civil:day\":[4,2],\"core=FTSDM\":[9,3],\"mid_time=civil:off\":[2,1],"
				   "\"mid_time=civil:far\":[3,2]}}\n";
	struct engine_model m;
	struct err err = {0};
	(void)state;
	engine_model_init(&m);
	assert_int_equal(engine_model_read(&m, "m", str_of(file), false, &err), 0);
	const struct engine_count *c = m.classes.v[0].counts;
	assert_same(m.tokens.v[c[0].token].text, S("mid_time=civil:off"), S("token"));
	assert_true(c[0].messages == 9 && c[0].campaigns == 3);
	for (size_t i = 1; i < m.classes.v[0].n; i++)
		assert_int_not_equal(c[i].token, c[0].token);
	engine_model_free(&m);
}

static void ids_are_compared_without_their_alphabet(void **state)
{
	struct engine_model m;
	(void)state;
	engine_model_init(&m);
	assert_int_equal(engine_model_token(&m, S("mid=4h$8h")), engine_model_token(&m, S("mid=4d$8d")));
	assert_int_not_equal(engine_model_token(&m, S("mid=4h$8h")), engine_model_token(&m, S("mid=4h$9h")));
	assert_int_not_equal(engine_model_token(&m, S("client=4h")), engine_model_token(&m, S("client=4d")));
	assert_int_equal(engine_model_token(&m, S("mid_time=unix:day")), engine_model_token(&m, S("mid_time=unix:hour")));
	assert_int_not_equal(engine_model_token(&m, S("mid_time=unix:day")), engine_model_token(&m, S("mid_time=unix:zone")));
	assert_int_equal(engine_model_token(&m, S("nosuch=1")), UINT32_MAX);
	assert_int_equal(engine_family(S("pair=a>b")), PRINT_COUNT);
	engine_model_free(&m);
}

static void a_client_is_plain_only_behind_a_server(void **state)
{
	static const struct {
		const char *tokens[4];
		const char *client;
		bool server;
	} cases[] = {
		{{"claim=mutt", "claimok=yes", "helo=mail.from+rdns", "rcvd_n=0"}, "mutt", true},
		{{"claim=outlook", "claimok=yes", "helo=rdns", "rcvd_n=1"}, "outlook", true},
		{{"claim=outlook", "claimok=yes", "helo=rdns", "rcvd_n=0"}, "", false},
		{{"claim=outlook", "claimok=mid", "helo=rdns", "rcvd_n=1"}, "", true},
		{{"claim=mutt", "claimok=yes", "helo=rdns+ip", "rcvd_n=1"}, "", false},
		{{"claim=mutt", "claimok=yes", "helo=word:w", "rcvd_n=1"}, "", false},
		{{"list=Precedence:list,X-Mailman-Version", "core=F", "helo=rdns", "rcvd_n=2"}, "mailman", true},
		{{"claim=outlook", "tz=bad", "helo=rdns", "rcvd_n=1"}, "", false},
		{{"midlike=pine", "core=F", "helo=rdns", "rcvd_n=1"}, "pine", true},
		{{"midlike=javamail", "claim=outlook", "claimok=mid", "helo=rdns"}, "", true},
		{{"midlike=mozilla", "core=F", "helo=rdns", "rcvd_n=1"}, "", true},
		{{"claim=outlook", "tz=west", "helo=rdns", "mid_time=filetime:local="}, "", false},
		{{"claim=outlook", "tz=+0000", "helo=rdns", "mid_time=filetime:local="}, "outlook", true},
		{{"bnd_mid=time=", "bnd_c=-{4}=_NextPart_W_W_F.F", "tz=east", "helo=rdns"}, "", false},
		{{"bnd_mid=time=", "bnd_c=d.U9", "tz=east", "helo=rdns"}, "", true},
		{{"claim=the-bat", "claimok=yes", "helo=rdns", "rcvd=from I (HELO F) by H with esmtp (?) id; z"}, "", false},
		{{"claim=the-bat", "claimok=yes", "helo=rdns", "rcvd=from I (HELO F) by B with (H) ESMTP id; z"}, "", false},
	};
	struct engine_model m;
	(void)state;
	engine_model_init(&m);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t token[4];
		uint8_t family[4];
		struct engine_tokens t = {token, family, 4};
		for (size_t k = 0; k < 4; k++) {
			token[k] = engine_model_token(&m, str_of(cases[i].tokens[k]));
			family[k] = (uint8_t)engine_family(str_of(cases[i].tokens[k]));
		}
		assert_same(engine_plain_client(&m, &t), str_of(cases[i].client), str_of(cases[i].tokens[0]));
		assert_int_equal(engine_from_server(&m, &t), cases[i].server);
	}
	engine_model_free(&m);
}

static void what_a_list_hands_on_is_told_by_its_fields(void **state)
{
	static const struct {
		const char *tokens[3], *client;
	} cases[] = {
		{{"list=Precedence:bulk,List-ID,List-Post", "rcvd_n=4", "helo=name2:w"}, "list software"},
		{{"list=X-Mailman-Version", "rcvd_n=1", "claim=mutt"}, "mutt"},
		{{"list=Precedence:bulk,List-ID,List-Post", "rcvd_n=0", "helo=name2:w"}, ""},
		{{"list=Precedence:bulk,List-Unsubscribe", "rcvd_n=2", "helo=name2:w"}, ""},
		{{"list=X-Mailman-Version", "rcvd_n=1", "tz=bad"}, ""},
	};
	struct engine_model m;
	(void)state;
	engine_model_init(&m);
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t token[3];
		uint8_t family[3];
		struct engine_tokens t = {token, family, 3};
		for (size_t k = 0; k < 3; k++) {
			token[k] = engine_model_token(&m, str_of(cases[i].tokens[k]));
			family[k] = (uint8_t)engine_family(str_of(cases[i].tokens[k]));
		}
		assert_same(engine_list_client(&m, &t), str_of(cases[i].client), str_of(cases[i].tokens[0]));
	}
	engine_model_free(&m);
}

static void published_marks_need_all_their_tokens(void **state)
{
	struct engine_model m;
	struct arena a;
	struct engine_mark *marks;
	struct err err = {0};
	size_t n, fits = 0;
	(void)state;
	engine_model_init(&m);
	arena_init(&a, 1 << 20);
	assert_int_equal(engine_marks_load(&m, &a, &marks, &n, &err), 0);
	assert_true(n >= 5);
	const uint32_t t[] = {engine_model_token(&m, S("bnd_mid=time=")), engine_model_token(&m, S("bnd_c=-{4}=_NextPart_W_W_F.F")),
		engine_model_token(&m, S("rcvd=from I (HELO H) by B with esmtp (?) id; z"))};
	for (size_t i = 0; i < n; i++) {
		assert_true(marks[i].source.n && marks[i].ham.n);
		fits += engine_mark_fits(&marks[i], &m, t, 3);
		assert_false(engine_mark_fits(&marks[i], &m, t, 1));
	}
	assert_int_equal(fits, 2);
	arena_free(&a);
	engine_model_free(&m);
}

/* ---- packed tokens ---- */

static void packed_tokens_come_back(void **state)
{
	static const uint32_t tokens[] = {0, 1, 128, 129, 16512, 2113664, 2113665, UINT32_MAX - 1, UINT32_MAX};
	uint8_t bytes[PACKED_ROOM(sizeof tokens / sizeof *tokens)];
	(void)state;
	for (uint32_t from = 0; from <= sizeof tokens / sizeof *tokens; from++) {
		uint32_t n = (uint32_t)(sizeof tokens / sizeof *tokens) - from, i = 0;
		size_t used = packed_put(tokens + from, n, bytes);
		assert_true(used <= PACKED_ROOM(n));
		struct packed_walk w = packed_begin(bytes);
		for (; packed_next(&w); i++)
			assert_int_equal(w.token, tokens[from + i]);
		assert_int_equal(i, n);
		assert_ptr_equal(w.p, bytes + used);
	}
}

/* ---- clusters ---- */

struct world {
	struct engine_model m;
	struct engine_capture c;
	struct cluster_print prints[400];
	struct cluster_message messages[400];
	size_t n;
};

/* The i-th sample of a capture, in the model's arena; tokens NULL when out of memory. */
static struct cluster_print packed(const struct engine_capture *c, size_t i)
{
	const struct engine_sample *x = &c->samples.v[i];
	uint8_t *p = arena_alloc(&c->model->arena, PACKED_ROOM(x->n));
	if (p)
		packed_put(x->tokens, (uint32_t)x->n, p);
	return (struct cluster_print){p};
}

static void put(struct world *w, const char *order, const char *mid, unsigned i, uint64_t host)
{
	assert_int_equal(add(&w->c, order, mid, i), 0);
	w->prints[w->n] = packed(&w->c, w->n);
	w->messages[w->n] = (struct cluster_message){(uint32_t)w->n, host, host, (int64_t)(i + w->n)};
	w->n++;
}

static void find(struct world *w, struct clusters *out)
{
	assert_int_equal(cluster_messages(out, &w->m, w->prints, w->n, w->messages, w->n), 0);
}

static void fill(struct world *w, bool backwards)
{
	*w = (struct world){0};
	engine_model_init(&w->m);
	engine_capture_init(&w->c, &w->m);
	for (unsigned k = 0; k < 100; k++) {
		unsigned i = backwards ? 99 - k : k;
		put(w, "FTSDM", "w.w", i, 100 + i % 25);
		put(w, "DSMTF", "d-d", i, 200 + i % 25);
		put(w, "XMTSDF", "w_w", i, 300 + i % 3); /* a mailing list: three hosts */
	}
}

static void engines_are_told_apart_lists_are_none(void **state)
{
	struct world w;
	struct clusters found, again;
	(void)state;
	fill(&w, false);
	find(&w, &found);
	assert_int_equal(found.n, 2);
	for (size_t k = 0; k < 2; k++) {
		assert_int_equal(found.v[k].messages, 100);
		assert_int_equal(found.v[k].peers, 25);
		assert_int_equal(strncmp(found.v[k].name, "engine-", 7), 0);
	}
	assert_int_equal(found.of[0], found.of[3]);
	assert_int_not_equal(found.of[0], found.of[1]);
	assert_int_equal(found.of[2], 0);
	engine_model_free(&w.m);
	fill(&w, true); /* the same set in another order: the same names */
	find(&w, &again);
	assert_int_equal(again.n, 2);
	for (size_t k = 0; k < 2; k++)
		assert_string_equal(again.v[k].name, found.v[k].name);
	clusters_free(&found);
	clusters_free(&again);
	engine_model_free(&w.m);
}

static void a_new_version_from_the_same_hosts_keeps_the_name(void **state)
{
	struct world w;
	struct clusters before, after;
	(void)state;
	fill(&w, false);
	find(&w, &before);
	for (unsigned i = 0; i < 60; i++)
		put(&w, "FTSDM", "x+x", i, 100 + i % 25); /* another Message-ID */
	for (unsigned i = 0; i < 3; i++)
		put(&w, "QQ", "z", i, 900 + i); /* strangers */
	find(&w, &after);
	assert_int_equal(after.n, 2);
	assert_int_equal(after.v[0].messages, 160);
	assert_int_equal(after.v[0].n_versions, 2);
	assert_int_equal(after.of[300], after.of[0]);
	assert_string_equal(after.v[0].name, before.v[before.of[0] - 1].name);
	clusters_free(&before);
	clusters_free(&after);
	engine_model_free(&w.m);
}

/* Two imitations of one client: all that makes a bucket is the client's. */
static void perfect_imitations_of_one_client_are_told_apart(void **state)
{
	static const char *const own[2][3] = {
		{"mid_ip=private", "ct_multi=a", "bnd_mid=time="}, {"mid_ip=public", "ct_multi=a", "bnd_mid=time=far"}};
	struct world w = {0};
	struct clusters found;
	(void)state;
	engine_model_init(&w.m);
	engine_capture_init(&w.c, &w.m);
	for (unsigned i = 0; i < 160; i++) {
		bool second = i % 2;
		struct str t[] = {S("core=MFTSDVCX"), S("mid=4h"), S("bnd=4h"), str_of(own[second][0]), str_of(own[second][1]),
			str_of(own[second][2]), S("trail=Subject")};
		assert_int_equal(engine_capture_add(&w.c, &(struct strs){t, second ? 7 : 6}, 1), 0);
		w.prints[i] = packed(&w.c, i);
		w.messages[i] = (struct cluster_message){i, 100 * second + i % 30, 100 * second + i % 30, (int64_t)i};
		w.n++;
	}
	find(&w, &found);
	assert_int_equal(found.n, 2);
	assert_int_equal(found.v[0].messages, 80);
	assert_int_not_equal(found.of[0], found.of[1]);
	assert_string_not_equal(found.v[0].name, found.v[1].name);
	clusters_free(&found);
	engine_model_free(&w.m);
}

/* Two clients are imitated that have nothing in common; hosts are seen once each, or are two sets. */
static size_t disguises(const char *hop, bool once)
{
	static const char *const own[2][5] = {{"core=FTSDM", "mid=w.w", "mid_c=w.w", "claim=outlook", "to=<a>"},
		{"core=DFXMTS", "mid=d.d", "mid_c=d.d", "claim=the-bat", "to=a"}};
	struct world w = {0};
	struct clusters found;
	engine_model_init(&w.m);
	engine_capture_init(&w.c, &w.m);
	for (unsigned i = 0; i < 160; i++) {
		bool second = i % 2;
		struct str t[6];
		for (size_t k = 0; k < 5; k++)
			t[k] = str_of(own[second][k]);
		t[5] = str_of(hop);
		assert_int_equal(engine_capture_add(&w.c, &(struct strs){t, 6}, 1), 0);
		w.prints[i] = packed(&w.c, i);
		uint64_t host = 1 + (once ? i : 100 * second + i % 60);
		w.messages[i] = (struct cluster_message){i, host, host, (int64_t)i};
		w.n++;
	}
	find(&w, &found);
	size_t n = found.n;
	clusters_free(&found);
	engine_model_free(&w.m);
	return n;
}

static void noise_in_received_is_one_program_in_several_disguises(void **state)
{
	(void)state;
	assert_int_equal(disguises("rcvd=from I (HELO H) by B with esmtp (?) id; z", true), 1);
	assert_int_equal(disguises("rcvd=from I (HELO H) by B with esmtp (?) id; z", false), 2);
	assert_int_equal(disguises("rcvd=from I (HELO H) by B with esmtp (H) id; z", true), 2);
}

static void dates_in_the_language_of_the_host_are_one_form(void **state)
{
	struct engine_model m;
	uint32_t t;
	(void)state;
	engine_model_init(&m);
	t = engine_model_token(&m, S("date=? d ? y h:m:s z"));
	assert_int_equal(engine_model_token(&m, S("date=mmm-long d ? y h:m:s z")), t);
	assert_int_equal(engine_model_token(&m, S("date=?")), t);
	assert_int_not_equal(engine_model_token(&m, S("date=Www, d Mmm y h:m:s z ?")), t);
	assert_int_equal(engine_model_token(&m, S("mid_time=filetime:?")), engine_model_token(&m, S("mid_time=filetime:day")));
	engine_model_free(&m);
}

static void what_is_not_there_is_a_token(void **state)
{
	struct engine_model m;
	struct str t[] = {S("core=F"), S("mid=4h"), S("mid=4d"), S("trail=Subject"), S("nosuch=1")};
	uint32_t out[COUNT(t) + PRINT_COUNT], n;
	bool prio = false, trail = false, bnd = false;
	(void)state;
	engine_model_init(&m);
	n = engine_message_tokens(&m, &(struct strs){t, COUNT(t)}, out);
	for (uint32_t i = 0; i < n; i++) {
		assert_true(!i || out[i] > out[i - 1]);
		prio |= str_eq(m.tokens.v[out[i]].text, S("prio=-"));
		trail |= str_eq(m.tokens.v[out[i]].text, S("trail=-"));
		bnd |= str_eq(m.tokens.v[out[i]].text, S("bnd_mid=-"));
	}
	assert_true(prio && !trail && !bnd);
	engine_model_free(&m);
}

static void no_memory_is_told(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct engine_model m;
		struct engine_scorer *s = NULL;
		struct clusters found = {0};
		struct engine_capture c;
		mem_fail_from(n);
		engine_model_init(&m);
		int rc = learn(&m, "alpha", "FTSDM", "w.w");
		rc = rc ? rc : engine_scorer_new(&s, &m);
		engine_capture_init(&c, &m);
		rc = rc ? rc : add(&c, "A", "b", 1);
		struct cluster_print p = {NULL};
		if (!rc && !(p = packed(&c, 0)).tokens)
			rc = ERR_ENV;
		struct cluster_message x = {.time = 1, .peer = 1, .net = 1};
		rc = rc ? rc : cluster_messages(&found, &m, &p, 1, &x, 1);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		clusters_free(&found);
		engine_scorer_del(s);
		engine_model_free(&m);
		if (!hit)
			break;
	}
}

/* One allocation that fails gives no engine another name. */
static void names_do_not_hang_on_memory(void **state)
{
	struct world w;
	struct clusters want, found;
	(void)state;
	fill(&w, false);
	find(&w, &want);
	for (long n = 0;; n++) {
		found = (struct clusters){0};
		mem_fail_only(n);
		int rc = cluster_messages(&found, &w.m, w.prints, w.n, w.messages, w.n);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		assert_true(rc || found.n == want.n);
		for (size_t k = 0; k < want.n && !rc; k++)
			assert_string_equal(found.v[k].name, want.v[k].name);
		clusters_free(&found);
		if (!hit)
			break;
	}
	clusters_free(&want);
	engine_model_free(&w.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_messages_are_named_strange_ones_are_not),
		cmocka_unit_test(names_do_not_hang_on_memory),
		cmocka_unit_test(strays_are_left_out),
		cmocka_unit_test(what_the_hosts_of_a_lab_decide_is_no_habit),
		cmocka_unit_test(what_hosts_in_utc_show_is_as_usual),
		cmocka_unit_test(the_file_is_read_back_and_damage_is_told),
		cmocka_unit_test(older_files_that_tell_more_apart_are_read),
		cmocka_unit_test(ids_are_compared_without_their_alphabet),
		cmocka_unit_test(a_client_is_plain_only_behind_a_server),
		cmocka_unit_test(what_a_list_hands_on_is_told_by_its_fields),
		cmocka_unit_test(published_marks_need_all_their_tokens),
		cmocka_unit_test(engines_are_told_apart_lists_are_none),
		cmocka_unit_test(a_new_version_from_the_same_hosts_keeps_the_name),
		cmocka_unit_test(perfect_imitations_of_one_client_are_told_apart),
		cmocka_unit_test(noise_in_received_is_one_program_in_several_disguises),
		cmocka_unit_test(dates_in_the_language_of_the_host_are_one_form),
		cmocka_unit_test(what_is_not_there_is_a_token),
		cmocka_unit_test(packed_tokens_come_back),
		cmocka_unit_test(no_memory_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
