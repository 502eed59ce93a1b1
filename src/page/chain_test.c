/* chain_test.c */
#include "page/chain.h"

#include "base/limits.h"
#include "base/test.h"
#include "base/time.h"

/* url -> next; kinds: r redirect by HTTP, s by script, S storefront, P parked, D dead, O other */
struct row {
	const char *url;
	char kind;
	const char *next;
	int64_t time;
};

static struct capture capture_of(const struct row *r)
{
	static const struct {
		char c;
		enum page_kind kind;
		enum lead_how how;
	} kinds[] = {{'r', PAGE_REDIRECT, LEAD_HTTP}, {'s', PAGE_REDIRECT, LEAD_SCRIPT}, {'S', PAGE_STOREFRONT, LEAD_NONE},
		{'P', PAGE_PARKED, LEAD_NONE}, {'D', PAGE_DEAD, LEAD_NONE}, {'O', PAGE_OTHER, LEAD_NONE}};
	struct capture c = {.url = str_of(r->url),
		.time = r->time,
		.status = 200,
		.next = str_of(r->next ? r->next : ""),
		.same_time = TIME_NONE};
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (kinds[i].c == r->kind) {
			c.kind = kinds[i].kind;
			c.how = kinds[i].how;
		}
	return c;
}

/* "url role url role ... end" of the chain that begins at url (the first capture). */
static void show(struct chains *c, const char *url, struct buf *out)
{
	struct arena a;
	struct chain chain;
	size_t i = 0;
	arena_init(&a, LIM_PAGE_ARENA);
	while (i < c->n && !str_eq(chain_url(c, i), str_of(url)))
		i++;
	assert_true(i < c->n);
	assert_int_equal(chain_build(c, i, &a, &chain), 0);
	for (size_t h = 0; h < chain.n; h++)
		buf_printf(out, "%.*s %s ", STR_FMT(chain.hops[h].url), hop_role_name(chain.hops[h].role));
	buf_printf(out, "%s", chain_end_name(chain.end));
	arena_free(&a);
}

static const struct row rows[] = {
	{"http://site.example/deep/x.html", 's', "http://tds.example/in.cgi?3", 10},
	{"http://site.example/", 'O', NULL, 10},
	{"http://tds.example/in.cgi?3", 'r', "http://shop.example/", 11},
	{"http://shop.example/", 'S', NULL, 12},
	{"http://shop.example/", 'P', NULL, 900},
	{"http://late.example/a.html", 'r', "http://shop.example/", 800},
	{"http://me.blogspot.com/", 'r', "http://shop.example/", 10},
	{"http://bit.ly/abc", 'r', "http://gone.example/", 10},
	{"http://l1.example/", 'r', "http://l2.example/", 10},
	{"http://l2.example/", 's', "http://l1.example/", 10},
	{"http://self.example/", 'r', "http://self.example/", 10},
	{"http://own.example/", 'r', "http://www.own.example/", 10},
	{"http://www.own.example/", 'D', NULL, 10},
	{"http://a.free.example/", 's', "http://x1.example/", 10},
	{"http://b.free.example/", 's', "http://x2.example/", 10},
	{"http://c.free.example/", 's', "http://x3.example/", 10},
	{"http://p1.example/q.html", 'r', "http://hub.example/", 10},
	{"http://p2.example/q.html", 'r', "http://hub.example/", 10},
	{"http://hub.example/", 'r', "http://shop.example/", 10},
};
static const struct {
	const char *url, *want;
} wants[] = {
	{"http://site.example/deep/x.html",
		"http://site.example/deep/x.html compromised http://tds.example/in.cgi?3 traffic http://shop.example/ storefront page"},
	{"http://late.example/a.html", "http://late.example/a.html compromised http://shop.example/ parked page"},
	{"http://me.blogspot.com/", "http://me.blogspot.com/ free_hosting http://shop.example/ storefront page"},
	{"http://bit.ly/abc", "http://bit.ly/abc shortener http://gone.example/ unseen open"},
	{"http://l1.example/", "http://l1.example/ redirect http://l2.example/ redirect loop"},
	{"http://self.example/", "http://self.example/ redirect loop"},
	{"http://own.example/", "http://own.example/ redirect http://www.own.example/ dead page"},
	{"http://a.free.example/", "http://a.free.example/ free_hosting http://x1.example/ unseen open"},
	{"http://p1.example/q.html",
		"http://p1.example/q.html compromised http://hub.example/ traffic http://shop.example/ storefront page"},
	{"http://shop.example/", "http://shop.example/ storefront page"},
};

static void fill(struct chains *c, const struct psl *psl, size_t from)
{
	chains_init(c, psl);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct capture cap = capture_of(&rows[(i * 7 + from) % COUNT(rows)]);
		assert_int_equal(chains_add(c, &cap), 0);
	}
	assert_int_equal(chains_done(c), 0);
}

static void test_chains(void **state)
{
	struct psl *psl;
	struct err err = {0};
	(void)state;
	assert_int_equal(psl_load(&psl, NULL, &err), 0);
	for (size_t order = 0; order < COUNT(rows); order += 5) { /* the order of adding does not matter */
		struct chains c;
		fill(&c, psl, order);
		for (size_t i = 0; i < COUNT(wants); i++) {
			struct buf got;
			buf_init(&got, 64 * KIB);
			show(&c, wants[i].url, &got);
			assert_same(buf_str(&got), str_of(wants[i].want), str_of(wants[i].url));
			buf_free(&got);
		}
		chains_free(&c);
	}
	psl_unload(psl);
}

static void test_cap(void **state)
{
	struct chains c;
	struct arena a;
	struct chain chain;
	char from[64], to[64];
	(void)state;
	chains_init(&c, NULL);
	arena_init(&a, LIM_PAGE_ARENA);
	for (int i = 0; i < 60; i++) {
		snprintf(from, sizeof from, "http://h%02d.example/", i);
		snprintf(to, sizeof to, "http://h%02d.example/", i + 1);
		struct row r = {from, 'r', to, 1};
		struct capture cap = capture_of(&r);
		assert_int_equal(chains_add(&c, &cap), 0);
	}
	assert_int_equal(chains_done(&c), 0);
	assert_int_equal(chain_build(&c, 0, &a, &chain), 0);
	assert_int_equal(chain.n, LIM_CHAIN_HOPS);
	assert_int_equal(chain.end, CHAIN_CAP);
	arena_free(&a);
	chains_free(&c);
}

/* A capture that repeats an earlier one is what that is; JSON read back is the capture. */
static void test_revisit(void **state)
{
	static const struct str
		first = T("{\"url\":\"http://a.example/\",\"time\":\"2010-08-01T00:00:00Z\",\"status\":200,\"kind\":\"redirect\","
			  "\"next\":{\"url\":\"http://b.example/\",\"how\":\"meta\"},\"revisit\":null}"),
		again = T("{\"url\":\"http://a.example/\",\"time\":\"2010-08-02T00:00:00Z\",\"status\":200,\"kind\":\"revisit\","
			  "\"next\":null,\"revisit\":{\"url\":\"http://a.example/\",\"time\":\"2010-08-01T00:00:00Z\"}}");
	struct chains c;
	struct arena a;
	struct capture cap;
	struct chain chain;
	(void)state;
	chains_init(&c, NULL);
	arena_init(&a, LIM_PAGE_ARENA);
	assert_int_equal(capture_load(&a, first, &cap), 1);
	assert_int_equal(cap.how, LEAD_META);
	assert_int_equal(chains_add(&c, &cap), 0);
	assert_int_equal(capture_load(&a, again, &cap), 1);
	assert_int_equal(chains_add(&c, &cap), 0);
	assert_int_equal(capture_load(&a, S("{\"url\":\"http://a.example/\",\"title\":\"a\\u0000b\"}"), &cap),
		1); /* no way to hide a page */
	assert_int_equal(capture_load(&a, S("{}"), &cap), 0);
	assert_int_equal(capture_load(&a, S("nonsense"), &cap), 0);
	assert_int_equal(chains_done(&c), 0);
	assert_int_equal(chain_build(&c, 1, &a, &chain), 0);
	assert_int_equal(chain.n, 2);
	assert_int_equal(chain.end, CHAIN_OPEN);
	arena_free(&a);
	chains_free(&c);
}

static int run(const struct row *r, size_t n)
{
	struct chains c;
	struct arena a;
	struct chain chain;
	int rc = 0;
	chains_init(&c, NULL);
	arena_init(&a, LIM_PAGE_ARENA);
	for (size_t i = 0; i < n && !rc; i++) {
		struct capture cap = capture_of(&r[i]);
		rc = chains_add(&c, &cap);
	}
	rc = rc ? rc : chains_done(&c);
	for (size_t i = 0; i < c.n && !rc; i++)
		rc = chain_build(&c, i, &a, &chain);
	arena_free(&a);
	chains_free(&c);
	return rc;
}

static void test_out_of_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		mem_fail_from(n);
		int rc = run(rows, COUNT(rows));
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(rc == 0 || hit);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chains),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_revisit),
		cmocka_unit_test(test_out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
