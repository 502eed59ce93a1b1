
#include "base/anomaly.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/test.h"
#include "mail/address.h"

#define BAD ANOM(bad_address)

/* want: "name|local@domain|group;" for each address; local and domain as parsed apart. */
static const struct {
	const char *raw, *want;
	uint64_t anomalies;
} cases[] = {
	{"a@b.example", "|a@b.example|;", 0},
	{" <a@B.Example>\n", "|a@b.example|;", 0},
	{"Joe Doe <a@b.example>, c@d.example", "Joe Doe|a@b.example|;|c@d.example|;", 0},
	{"\"Doe, Joe\" <a@b.example>", "Doe, Joe|a@b.example|;", 0},
	{"\"a \\\"q\\\" b\" <a@b.example>", "a \"q\" b|a@b.example|;", 0},
	{"\"x (y, z)\" <a@b.example>", "x (y, z)|a@b.example|;", 0},
	{"\"x\"<a@b.example>", "x|a@b.example|;", 0},
	{"\"a@b.com\" <c@d.com>", "a@b.com|c@d.com|;", 0},
	{"a@b.example (Joe Doe)", "Joe Doe|a@b.example|;", 0},
	{"Joe (the (real) one) <a@b.example>", "Joe (the (real) one)|a@b.example|;", 0},
	{"Joe (J) \"D)\" <a@b.example>", "Joe (J) D)|a@b.example|;", 0},
	{"(Joe Doe) <a@b.example>", "Joe Doe|a@b.example|;", 0},
	{"<a@b.example> (Joe Doe)", "Joe Doe|a@b.example|;", 0},
	{"x y: a@b.example", "x y:|a@b.example|;", BAD},
	{"a@b.example <a@b.example>", "a@b.example|a@b.example|;", BAD},
	{"<a b@c.example>", "|ab@c.example|;", BAD},
	{"=?utf-8?q?J=C3=B6?= <a@b.example>", "J\xC3\xB6|a@b.example|;", 0},
	{"=?utf-8?q?Doe,_J?= <a@b.example>", "Doe, J|a@b.example|;", 0},
	{"\"=?utf-8?b?SsO2?=\" <a@b.example>", "J\xC3\xB6|a@b.example|;", 0},
	{"=?utf-8?q?Joe_=3Ca=40b.example=3E?=", "Joe <a@b.example>|a@b.example|;", BAD},
	{"Friends: a@b.example, \"X\" <c@d.example>; e@f.example", "|a@b.example|Friends;X|c@d.example|Friends;|e@f.example|;", 0},
	{"undisclosed-recipients:;", "", 0},
	{"undisclosed-recipients:", "", BAD},
	{"a:b:c@d.example;", "|c@d.example|b;", 0},
	{"Re: you <a@b.example>", "Re: you|a@b.example|;", BAD},
	{"a@b.example; c@d.example", "|a@b.example|;|c@d.example|;", 0},
	{"\"j d\"@b.example", "|\"j d\"@b.example|;", 0},
	{"<@r.example,@s.example:a@b.example>", "|a@b.example|;", 0},
	{"a . b @ C . example (x)", "a .|b@c.example|;", BAD},
	{"jdoe@B  . Example", "|jdoe@b.example|;", 0},
	{"jdoe@b . example . org , c@d.example", "|jdoe@b.example.org|;|c@d.example|;", 0},
	{"a@b.example . See below", "|a@b.example|;", BAD},
	{"G:c@d.example (x); (end)", "x|c@d.example|G;", 0},
	{"(none)Hidden:(nobody(I know)) ;", "", 0},
	{"a@b.example, (x), (y) ", "|a@b.example|;", 0},
	{"(x)", "x|x@|;", BAD},
	{"<a . b @ C . example (x)>", "|a.b@c.example|;", 0},
	{"\"a\".b.\"c d\"@e.example", "|\"a\".b.\"c d\"@e.example|;", 0},
	{"a\"b\"@c.example", "|a\"b\"@c.example|;", BAD},
	{"\"a\"b@c.example", "|\"a\"b@c.example|;", BAD},
	{".a@c.example", "|.a@c.example|;", BAD},
	{"a.@c.example", "|a.@c.example|;", BAD},
	{"a@[10.0.0.1]", "|a@[10.0.0.1]|;", 0},
	{"a@b.example.", "|a@b.example|;", 0},
	{",, a@b.example ,,", "|a@b.example|;", 0},
	/* as spam has it */
	{"", "", BAD},
	{"<>", "|@|;", BAD},
	{"Joe <>", "Joe|@|;", BAD},
	{"Joe a@b.example", "Joe|a@b.example|;", BAD},
	{"Joe a@b.example>", "Joe|a@b.example|;", BAD},
	{"Joe <a@b.example", "Joe|a@b.example|;", BAD},
	{"Joe <<a@b.example>>", "Joe|a@b.example|;", BAD},
	{"Joe <a@b.example> <c@d.example>", "Joe|a@b.example|;|c@d.example|;", BAD},
	{"<a@b.example c@d.example>", "|a@b.examplec@d.example|;", BAD},
	{"<a@b.example, c@d.example>", "|a@b.example|;|c@d.example|;", BAD},
	{"Doe, Joe <a@b.example>", "|Doe@|;Joe|a@b.example|;", BAD},
	{"a@b@c.example", "|a@b@c.example|;", BAD},
	{"a..b@c.example", "|a..b@c.example|;", BAD},
	{"a@b..example", "|a@b..example|;", BAD},
	{"root", "|root@|;", BAD},
	{"Joe Doe", "Joe Doe|@|;", BAD},
	{"\"a@b.example\"", "|a@b.example|;", BAD},
	{"'a@b.example'", "|a@b.example|;", BAD},
	{"mailto:a@b.example", "|a@b.example|;", BAD},
	{"\"Joe <a@b.example>", "Joe|a@b.example|;", BAD},
	{"Joe (x <a@b.example>", "Joe (x|a@b.example|;", BAD},
	{"J\xF6 <a@b.example>", "J\xC3\xB6|a@b.example|;", 0},
	{"<j\xF6@b.example>", "|j\xC3\xB6@b.example|;", 0},
	{"@", "|@|;", BAD},
	{"Joe\n Doe\n <a@b.example>", "Joe Doe|a@b.example|;", 0},
};

static int parse(struct str raw, struct address_list *list, struct arena *a, uint64_t *found)
{
	arena_init(a, LIM_ARENA);
	return address_parse(a, raw, list, found);
}

static void test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena a;
		struct address_list l;
		struct buf got;
		uint64_t found = 0;
		buf_init(&got, 1 << 16);
		assert_int_equal(parse(str_of(cases[i].raw), &l, &a, &found), 0);
		for (size_t k = 0; k < l.n; k++) {
			const struct address *e = &l.v[k];
			buf_printf(&got, "%.*s|%.*s@%.*s|%.*s;", STR_FMT(e->name), STR_FMT(e->local), STR_FMT(e->domain),
				STR_FMT(e->group));
			if (e->domain.n)
				assert_int_equal(e->addr.n, e->local.n + 1 + e->domain.n);
		}
		buf_z(&got);
		if (strcmp((char *)got.p, cases[i].want) != 0 || found != cases[i].anomalies)
			fail_msg("%s gives %s (%llx)", cases[i].raw, got.p, (unsigned long long)found);
		buf_free(&got);
		arena_free(&a);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size_t n = 0; n <= strlen(cases[i].raw); n++) {
			struct arena a;
			struct address_list l;
			uint64_t found = 0;
			uint8_t *tight = mem_alloc(n ? n : 1);
			memcpy(tight, cases[i].raw, n);
			assert_int_equal(parse(str_make(tight, n), &l, &a, &found), 0);
			arena_free(&a);
			mem_free(tight);
		}
	}
}

/* Shapes that make naive parsers quadratic or deep. Each ends, and within the caps. */
static void test_hostile(void **state)
{
	(void)state;
	static const char *const pieces[] = {
		"a:", "(", "\"", "<", "=?a?q?", "a,", "\\", "<a@b>", "@", ":;", "(a)", "\"a\"", "a (", "a@b,"};
	struct buf raw;
	buf_init(&raw, 1 << 20);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct arena a;
		struct address_list l;
		uint64_t found = 0;
		buf_clear(&raw);
		for (size_t k = 0; k < 50000; k++)
			buf_add(&raw, str_of(pieces[i]));
		buf_add(&raw, S("a@b.example;"));
		assert_int_equal(parse(buf_str(&raw), &l, &a, &found), 0);
		assert_true(l.n <= LIM_ADDRESSES);
		assert_true(a.total < 2 << 20);
		arena_free(&a);
	}
	buf_free(&raw);
}

static void test_nested_groups(void **state)
{
	(void)state;
	struct arena a;
	struct address_list l;
	uint64_t found = 0;
	struct buf raw;
	buf_init(&raw, 1 << 20);
	for (size_t k = 0; k < 30000; k++)
		buf_add(&raw, S("g:"));
	buf_add(&raw, S("a@b.example;"));
	assert_int_equal(parse(buf_str(&raw), &l, &a, &found), 0);
	assert_int_equal(l.n, 1);
	assert_true(str_eq(l.v[0].group, S("g")));
	arena_free(&a);
	buf_clear(&raw);
	for (size_t k = 0; k < 3000; k++)
		buf_add(&raw, S("a@b.example, "));
	assert_int_equal(parse(buf_str(&raw), &l, &a, &found), 0);
	assert_int_equal(l.n, LIM_ADDRESSES);
	assert_true(found & ANOM(address_cap));
	arena_free(&a);
	buf_free(&raw);
}

static void test_out_of_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (long n = 0;; n++) {
			struct arena a;
			struct address_list l;
			uint64_t found = 0;
			mem_fail_from(n);
			int r = parse(str_of(cases[i].raw), &l, &a, &found);
			bool hit = mem_failed();
			mem_fail_from(-1);
			assert_true(r == 0 || (hit && r == ERR_ENV && l.n == 0));
			arena_free(&a);
			if (!hit)
				break;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_nested_groups),
		cmocka_unit_test(test_out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
