/* psl_test.c - against a small list of our own, so that the system's list may change. */
#include "codec/psl.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"

static const char list[] =
	"// VERSION: test\n// ===BEGIN ICANN DOMAINS===\ncom\nuk\nco.uk\n*.ck\n!www.ck\nhk\n"
	"// ===END ICANN DOMAINS===\n// ===BEGIN PRIVATE DOMAINS===\nblogspot.com\n// ===END PRIVATE DOMAINS===\n";

static void write_list(char path[64], const char *text)
{
	snprintf(path, 64, "/tmp/psl_test.XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_domains(void **state)
{
	static const struct {
		const char *host, *domain, *icann;
	} cases[] = {
		{"www.shop.com", "shop.com", "shop.com"},
		{"shop.com", "shop.com", "shop.com"},
		{"com", "", ""},
		{"a.b.shop.co.uk", "shop.co.uk", "shop.co.uk"},
		{"co.uk", "", ""},
		{"my.blogspot.com", "my.blogspot.com", "blogspot.com"},
		{"x.my.blogspot.com", "my.blogspot.com", "blogspot.com"},
		{"blogspot.com", "", "blogspot.com"},
		{"a.b.ck", "a.b.ck", "a.b.ck"},
		{"b.ck", "", ""},
		{"www.ck", "www.ck", "www.ck"},
		{"x.www.ck", "www.ck", "www.ck"},
		{"pills.example", "pills.example", "pills.example"},
		{"a.pills.test", "pills.test", "pills.test"},
		{"example", "", ""},
		{"", "", ""},
		{".", "", ""},
		{"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.shop.hk", "shop.hk", "shop.hk"},
	};
	char path[64];
	struct psl *p;
	struct err e = {0};
	(void)state;
	write_list(path, list);
	assert_int_equal(psl_load(&p, path, &e), 0);
	for (int round = 0; round < 2; round++) /* the second from the cache */
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
			struct psl_domains d = psl_domains(p, str_of(cases[i].host));
			if (!str_eq(d.domain, str_of(cases[i].domain)) || !str_eq(d.icann, str_of(cases[i].icann)))
				fail_msg("%s: %.*s, %.*s", cases[i].host, STR_FMT(d.domain), STR_FMT(d.icann));
		}
	assert_true(psl_known_tld(p, S("com")) && psl_known_tld(p, S("uk")));
	assert_false(psl_known_tld(p, S("example")) || psl_known_tld(p, S("c")) || psl_known_tld(p, S("")));
	assert_non_null(strstr(psl_version(p), " sha256:"));
	char long_host[400];
	memset(long_host, 'a', sizeof long_host);
	memcpy(long_host + 390, ".shop.com", 9);
	assert_int_equal(psl_domains(p, str_make(long_host, 399)).domain.n, 0);
	assert_int_equal(psl_domains(p, S("a\0b.com")).domain.n, 0);
	psl_unload(p);
	unlink(path);
}

/* Two lists in one process do not see each other's cached answers. */
static void test_two_lists(void **state)
{
	char path[64];
	struct psl *a, *b;
	struct err e = {0};
	(void)state;
	write_list(path, list);
	assert_int_equal(psl_load(&a, path, &e), 0);
	unlink(path);
	write_list(path, "// ===BEGIN ICANN DOMAINS===\ncom\nshop.com\n// ===END ICANN DOMAINS===\n");
	assert_int_equal(psl_load(&b, path, &e), 0);
	unlink(path);
	assert_true(str_eq(psl_domains(a, S("x.y.shop.com")).domain, S("shop.com")));
	assert_true(str_eq(psl_domains(b, S("x.y.shop.com")).domain, S("y.shop.com")));
	assert_true(str_eq(psl_domains(a, S("x.y.shop.com")).domain, S("shop.com")));
	assert_string_not_equal(psl_version(a), psl_version(b));
	psl_unload(a);
	psl_unload(b);
}

static void test_loading(void **state)
{
	char path[64];
	struct psl *p = NULL;
	struct err e = {0};
	(void)state;
	assert_int_equal(psl_load(&p, NULL, &e), 0);
	assert_true(str_eq(psl_domains(p, S("www.bbc.co.uk")).domain, S("bbc.co.uk")));
	assert_true(strlen(psl_version(p)) > 10);
	psl_unload(p);
	p = NULL;
	assert_true(psl_load(&p, "/nonexistent/list", &e) < 0);
	assert_non_null(strstr(e.text, "/nonexistent/list"));
	assert_null(p);
	e = (struct err){0};
	write_list(path, "// nothing\n");
	assert_true(psl_load(&p, path, &e) < 0);
	assert_non_null(strstr(e.text, "no such rules"));
	mem_fail_from(0);
	e = (struct err){0};
	assert_true(psl_load(&p, path, &e) < 0);
	mem_fail_from(-1);
	unlink(path);
	psl_unload(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_two_lists),
		cmocka_unit_test(test_loading),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
