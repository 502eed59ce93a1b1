/* flowed_test.c */
#include "codec/flowed.h"

#include "base/limits.h"
#include "base/test.h"

static const struct {
	struct str text, want;
} cases[] = {
	{T(""), T("")},
	{T("one\ntwo\r\n"), T("one\ntwo\r\n")},
	/* a word, an address, a space that was doubled */
	{T("straw \r\nberry http://a.example/b- \nc.\n"), T("strawberry http://a.example/b-c.\n")},
	{T("one  \ntwo  \nthree"), T("one two three")},
	/* stuffed spaces */
	{T("one \n two\n three\n"), T("onetwo\n three\n")},
	{T("one \n  two"), T("one two")},
	{T(" \nx"), T(" \nx")}, /* stuffed, and empty */
	/* quotations */
	{T("> on \n> e\n>> tw \n>> o \n> three \nfour"), T("> one\n>> two \n> three \nfour")},
	{T(">on \n>e"), T(">one")},
	/* signatures */
	{T("end \n-- \nme \ntoo"), T("end \n-- \nmetoo")},
	{T("> end \n> -- \n> me"), T("> end \n> -- \n> me")},
	{T("--  \nx"), T("-- x")},
	/* no end, and more than one */
	{T("one \n"), T("one \n")},
	{T("one "), T("one ")},
	{T("one \n\ntwo"), T("one \n\ntwo")},
	{T("one \r\ntwo \n \r\nthree\r"), T("onetwo \n \r\nthree\r")},
};

static void joins(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t n = cases[i].text.n + 1; n-- > 0;) { /* each beginning, the whole first */
			struct arena a;
			struct str out;
			uint8_t *copy = test_copy(str_first(cases[i].text, n));
			arena_init(&a, LIM_ARENA);
			assert_int_equal(flowed_join(&a, str_make(copy, n), &out), 0);
			assert_true(out.n <= n);
			if (n == cases[i].text.n)
				assert_same(out, cases[i].want, cases[i].text);
			arena_free(&a);
			mem_free(copy);
		}
}

static int join_any(struct arena *a, struct str text)
{
	struct str out;
	return flowed_join(a, text, &out);
}

static void out_of_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		test_failing_memory(LIM_ARENA, join_any, cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(joins), cmocka_unit_test(out_of_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
