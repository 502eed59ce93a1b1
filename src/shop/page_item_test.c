#include "shop/page_item.h"

#include "base/limits.h"
#include "base/test.h"

static struct arena arena;

static const char item[] =
	"{\"url\":\"http://a.example/,\\\"tokens\\\":[\",\"kind\":\"storefront\",\"tokens\":[\"tag=a>b\",\"phone=1\"],"
	"\"warc\":{\"file\":\"x\"}}";

static void test_tokens(void **state)
{
	(void)state;
	static const struct {
		struct str json;
		const char *tokens[3];
		bool fields;
	} table[] = {
		{{(const uint8_t *)item, sizeof item - 1}, {"tag=a>b", "phone=1"}, true},
		{T("{\"a\":1,\"tokens\":[]}"), {NULL}, true},
		{T("{\"a\":1,\"tokens\":null}"), {NULL}, true},
		{T("{\"a\":1}"), {NULL}, true},
		{T("{\"tokens\":[\"x\"],\"a\":1}"), {"x"}, true},
		{T("{\"a\":1,\"tokens\":[\"x\",\"say \\\"y\\\"\"]}"), {"x", "say \"y\""}, true},
		{T("{\"a\":1,\"tokens\":[\"x\", \"y\"]}"), {"x", "y"}, true},
		{T("{\"a\":1,\"tokens\":[\"x\",7,\"y\"]}"), {"x", "y"}, true},
		{T("{\"a\":,\"tokens\":[\"x\"]}"), {"x"}, false},
		{T(""), {NULL}, false},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct page_item p;
		size_t n = 0;
		assert_true(page_item_read(&arena, table[i].json, &p));
		assert_int_equal(json_is_object(p.fields), table[i].fields);
		for (; n < p.tokens.n && n < COUNT(table[i].tokens) && table[i].tokens[n]; n++)
			assert_true(str_eq(p.tokens.v[n], str_of(table[i].tokens[n])));
		assert_int_equal(n, p.tokens.n);
		assert_true(n == COUNT(table[i].tokens) || !table[i].tokens[n]);
		json_decref(p.fields);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof item - 1; n++) {
		uint8_t *copy = test_copy(str_make(item, n));
		struct page_item p;
		assert_true(page_item_read(&arena, str_make(copy, n), &p));
		assert_null(p.fields);
		mem_free(copy);
	}
}

static void test_no_memory(void **state)
{
	(void)state;
	struct str both[] = {S("{\"tokens\":[\"x\"]}"), str_make(item, sizeof item - 1)};
	for (size_t i = 0; i < COUNT(both); i++)
		for (long n = 0, failed = 1; failed; n++) {
			struct page_item p;
			arena_free(&arena);
			mem_fail_from(n);
			bool ok = page_item_read(&arena, both[i], &p);
			failed = mem_failed();
			mem_fail_from(-1);
			assert_int_equal(ok, !failed);
			json_decref(p.fields);
		}
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, LIM_ARENA);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tokens, setup, teardown),
		cmocka_unit_test_setup_teardown(test_truncated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
