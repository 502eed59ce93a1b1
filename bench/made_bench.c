/* bench-made ROWS STORE: a store of ROWS made-up messages with all that the analysis reads, and learned engines in STORE.model.
 *
 * Rows are store_test.h's, their brands the words' own. On top of them: texts of ROWS/50 templates, few of them large, each with a domain of its own, sent by one engine; nine in ten messages by
 * ENGINES botnets, the others by ROWS/1000 kits with a few hosts each and, one in twenty, by software that is never seen again. Every third
 * of these changes its writing at the middle of the month, on the same hosts. One in five botnets is learned; every seventh kit writes as one of those does, but for
 * two habits. As the store grows, so do its templates, kits and hosts.
 */
#include <time.h>

#include "base/limits.h"
#include "campaign/sketch.h"
#include "engine/learn.h"
#include "made.h"
#include "store/store_test.h"

enum { ENGINES = 60, KIT_HOSTS = 16, LEARNED_EVERY = 5, LEARN_FROM = 200, TOKEN = 40 };

struct sender {
	uint64_t writes; /* number of its habits */
	uint64_t like;   /* those of another, but for two; or its own */
	uint64_t host;
	bool once;
};

static struct sender sender_of(uint64_t i, uint64_t rows, uint64_t template, bool late)
{
	struct sender s = {0};
	uint64_t kits = rows / 1000 + 1, r = mix(i ^ 0x5e4d);
	if (r % 20 == 0) {
		s.writes = s.like = 1000000 + i;
		s.host = s.writes << 24;
		s.once = true;
		return s;
	}
	bool kit = template % 20 == 0;
	s.writes = kit ? 1000 + template / 20 % kits : template % ENGINES;
	s.host = s.writes << 24 | (r >> 8) % (kit ? KIT_HOSTS : 200 + rows / 500);
	s.like = kit && s.writes % 7 == 0 ? s.writes / 7 % (ENGINES / LEARNED_EVERY) * LEARNED_EVERY : s.writes;
	s.writes += late && s.writes % 3 == 0 ? 500000000 : 0;
	s.like = s.like >= 1000 || s.writes >= 500000000 ? s.writes : s.like;
	return s;
}

/* The tokens of one message. */
static struct strs print_of(const struct sender *s, uint64_t i, char text[PRINT_COUNT][TOKEN], struct str out[PRINT_COUNT])
{
	struct strs list = {out, 0};
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		uint64_t own = mix(s->writes << 8 | f), habit = own % PRINT_COUNT < 2 ? own : mix(s->like << 8 | f);
		if (print_table[f].many || habit % 4 == 0)
			continue;
		uint64_t v = engine_freedom(f) == FREEDOM_FREE ? mix(i << 8 | f) % 6 : habit / 4 % 12;
		if (f == PRINT_mid_seq && i % 3 == 0)
			v = 1000 + i;
		snprintf(text[f], TOKEN, "%s=v%llx", (const char *)print_table[f].name.p, (unsigned long long)v);
		out[list.n++] = str_of(text[f]);
	}
	return list;
}

static void must_rc(int rc, const struct err *err)
{
	if (rc < 0) {
		fprintf(stderr, "%s\n", err->text);
		exit(1);
	}
}

static void learn(const char *store)
{
	struct engine_model m;
	struct err err = {0};
	char path[4096];
	engine_model_init(&m);
	must_rc(engine_model_shipped(&m, &err), &err);
	for (uint64_t e = 0; e < ENGINES; e += LEARNED_EVERY) {
		struct engine_capture c;
		struct learn_advice advice;
		char name[32];
		engine_capture_init(&c, &m);
		for (uint64_t i = 0; i < LEARN_FROM; i++) {
			char text[PRINT_COUNT][TOKEN];
			struct str tokens[PRINT_COUNT];
			struct sender s = {e, e, 0, false};
			struct strs list = print_of(&s, i * 7, text, tokens);
			must(engine_capture_add(&c, &list, i % 10) == 0);
		}
		snprintf(name, sizeof name, "Botnet %llu", (unsigned long long)e);
		must(engine_learn(&m, str_of(name), &c, &advice) == 0 && advice.outcome == LEARN_DONE);
	}
	snprintf(path, sizeof path, "%s.model", store);
	must_rc(engine_model_save(&m, path, &err), &err);
	engine_model_free(&m);
}

static void put(struct store *store, struct arena *a, uint64_t i, uint64_t rows, struct err *err)
{
	struct fake f;
	struct row *w = fake_row(&f, i, i % 3 ? S("trap-1") : S("trap-2"));
	double u = unit();
	uint64_t t = (uint64_t)((double)(rows / 50 + 1) * u * u * u), host;
	struct sender s = sender_of(i, rows, t, w->time > 1280620800 + 15 * 86400);
	char text[PRINT_COUNT][TOKEN];
	struct str tokens[PRINT_COUNT];
	struct buf b;
	arena_reset(a);
	buf_init_arena(&b, a, 64 * KIB);
	from_template(t, &b);
	w->text = buf_str(&b);
	w->own_brand = w->brand, w->own_brand_confidence = w->brand_confidence;
	w->own_programme = w->programme, w->own_programme_confidence = w->programme_confidence;
	w->own_category = w->category, w->own_category_confidence = w->category_confidence;
	w->fingerprint = print_of(&s, i, text, tokens);
	host = mix(s.host);
	memcpy(f.ip, &host, sizeof f.ip);
	snprintf(f.domain[0], sizeof f.domain[0], "d%llu.example", (unsigned long long)(t * 4 + i % 3));
	struct url link = {.raw = S("http://h.example/a/b.php"), .host = f.domains[0], .domain = f.domains[0], .flags = URL_LINK};
	f.domains[0] = link.host = link.domain = str_of(f.domain[0]);
	struct doc d = {.text = w->text, .subject = S("your order"), .urls = &link, .n_urls = 1};
	w->sketch = sketch_of(a, &d);
	must(w->sketch.p);
	must_rc(store_put(store, w, 1, 1, err), err);
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: bench-made ROWS STORE\n");
		return 2;
	}
	uint64_t rows = strtoull(argv[1], NULL, 10);
	struct err err = {0};
	struct store *s;
	struct arena a;
	arena_init(&a, LIM_ARENA);
	make_vocabulary();
	must_rc(store_open(&s, argv[2], STORE_WRITE, &err), &err);
	for (uint64_t i = 0; i < rows;) {
		must_rc(store_begin(s, &err), &err);
		if (i == 0)
			must_rc(store_start(s, &err), &err);
		for (uint64_t end = i + STORE_BATCH; i < rows && i < end; i++)
			put(s, &a, i, rows, &err);
		must_rc(store_commit(s, &err), &err);
	}
	store_close(s);
	arena_free(&a);
	learn(argv[2]);
	return 0;
}
