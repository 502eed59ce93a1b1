/* feed_name_test.c - names of feeds, with and without dates. */
#include "base/test.h"
#include "source/feed_name.h"

static void names_without_dates(void **state)
{
	(void)state;
	static const char *const names[][2] = {{"a/trap-a.mbox.zst", "trap-a"}, {"x.TAR.gz", "x"}, {"a/b/", "b"},
		{".mbox", ".mbox"}, {"/", "/"}, {"", ""}, {".", "."}, {"a.b.txt.mbx", "a.b"}, {"Spam.mbox/mbox", "Spam"},
		{"mbox", "mbox"}, {"/d/trap-2004-01.mbox", "trap"}, {"/d/trap-2004-01-31.tar.gz", "trap"},
		{"/d/trap_20040131.zip", "trap"}, {"/d/trap-200401.7z", "trap"}, {"/d/trap.2004.mbox", "trap"},
		{"/d/trap-Jan-2004.mbox", "trap"}, {"/d/trap-2004-january.txt", "trap"}, {"/d/trap-2004Q1.mbox", "trap"},
		{"/d/trap-2004-w07.mbox", "trap"}, {"/d/trap-20040101-20040131.mbox", "trap"},
		{"/d/20030228_easy_ham_2.tar.bz2", "easy_ham_2"}, {"/d/2004-01-31 trap.mbox", "trap"},
		{"/d/31.Jan.2004-trap.mbox", "trap"}, {"/d/trap-2-2004-01.mbox", "trap-2"}, {"/data/feed/2004-01.mbox", "feed"},
		{"/data/feed/2004/01.mbox", "feed"}, {"/data/feed/2004/01/31.mbox.gz", "feed"}, {"/data/feed/2004/Jan/", "feed"},
		{"/data/feed-2003/2004-January.txt.gz", "feed"}, {"/data/feed.tar/2004/01/31", "feed"},
		{"/data/feed/2004-01.mbox/mbox", "feed"}, {"/data/feed/2004/01-31.mbox", "feed"},
		/* no dates */
		{"/d/trap-1.mbox", "trap-1"}, {"/d/12.mbox", "12"}, {"/d/may.mbox", "may"},
		{"/d/trap-1899-01.mbox", "trap-1899-01"}, {"/d/trap-200413.mbox", "trap-200413"}, {"/d/trap2004.mbox", "trap2004"},
		{"/d/trec07p.mbox", "trec07p"}, {"/d/1280711000.mbox", "1280711000"}, {"/d/trap-5-may.mbox", "trap-5-may"},
		{"/d/feed/trap/01.mbox", "01"},
		/* nothing but dates: as it is */
		{"2004-01.mbox", "2004-01"}, {"/2004/01.mbox", "01"}, {"2004/01", "01"}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str got = feed_name_of(str_of(names[i][0]));
		if (!str_eq(got, str_of(names[i][1])))
			fail_msg("%s: %.*s", names[i][0], STR_FMT(got));
	}
}

static void names_with_dates(void **state)
{
	(void)state;
	static const char *const names[][2] = {{"/d/trap-2004-01.mbox", "trap-2004-01"},
		{"/d/20030228_easy_ham_2.tar.bz2", "20030228_easy_ham_2"}, {"/d/trap/2004-01.mbox", "2004-01"},
		{"/d/trap/2004/01.mbox", "trap"}, {"/d/trap.mbox", "trap"}, {"/d/trap/01.mbox", "01"}, {"", ""}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_true(str_eq(feed_name_dated(str_of(names[i][0])), str_of(names[i][1])));
}

static void names_of_boxes(void **state)
{
	(void)state;
	static const char *const boxes[] = {"/d/trap.mbox", "trap.MBX", "Spam.mbox/mbox", "trap.mbox.gz", "mbox.zst"};
	static const char *const others[] = {"trap", "1.eml", "d.mbox/1", "mbox.txt", "trap.gz", "xmbox", ""};
	for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++)
		assert_true(feed_name_is_box(str_of(boxes[i])));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(feed_name_is_box(str_of(others[i])));
}

/* Every name of few letters of a small alphabet: a name is never empty where the path is not, and a slice of it. */
static void a_name_is_always_found(void **state)
{
	(void)state;
	static const char *const words[] = {"2004", "-", "01", "/", "Jan", "x", ".mbox", "200401"};
	enum { N = sizeof words / sizeof *words, LONG = 5 };
	int total = 1;
	for (int k = 0; k < LONG; k++)
		total *= N;
	for (int i = 0; i < total; i++) {
		char path[64] = "";
		for (int k = 0, r = i; k < LONG; k++, r /= N)
			strcat(path, words[r % N]);
		struct str got = feed_name_of(str_of(path));
		if (!got.n || got.p < (const uint8_t *)path || got.p + got.n > (const uint8_t *)path + strlen(path))
			fail_msg("%s: %.*s", path, STR_FMT(got));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_without_dates),
		cmocka_unit_test(names_with_dates),
		cmocka_unit_test(names_of_boxes),
		cmocka_unit_test(a_name_is_always_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
