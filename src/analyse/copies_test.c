/* copies_test.c - the same mail under several feeds. */
#include "base/mem.h"
#include "base/test.h"

#include "analyse/copies.h"

enum { MOST = 4000 };

static struct str names[] = {T(""), T("backup"), T("trap"), T("other")};

static struct world {
	struct analysis a;
	struct arena arena;
	struct copies c;
} w;

static void begin(void)
{
	w = (struct world){0};
	arena_init(&w.arena, SIZE_MAX);
	w.a.messages = arena_zalloc(&w.arena, MOST, sizeof *w.a.messages);
	assert_non_null(w.a.messages);
	w.a.feeds = names;
	w.a.n_feeds = sizeof names / sizeof *names;
}

static void add(uint32_t feed, uint64_t from, uint64_t to, uint32_t occurrence)
{
	for (; from < to; from++) {
		assert_true(w.a.n_messages < MOST);
		w.a.messages[w.a.n_messages++] =
			(struct analysed){.feed = feed, .key = from * 2654435761u, .occurrence = occurrence};
	}
}

static void find(void)
{
	struct err err = {0};
	assert_int_equal(copies_find(&w.a, &w.arena, &w.c, &err), 0);
}

static size_t left(uint32_t feed)
{
	size_t n = 0;
	for (size_t i = 0; i < w.a.n_messages; i++)
		n += w.a.messages[i].feed == feed && !(w.c.again && w.c.again[i]);
	return n;
}

static void end(void)
{
	arena_free(&w.arena);
}

static void mail_that_came_twice_is_no_copy(void **state)
{
	(void)state;
	begin();
	add(1, 0, 100, 0);
	add(1, 0, 100, 1); /* twice in one box */
	add(2, 200, 300, 0);
	find();
	assert_int_equal(w.c.messages, 0);
	assert_int_equal(left(1), 200);
	assert_int_equal(left(2), 100);
	for (uint32_t i = 0; i < w.a.n_feeds; i++)
		assert_int_equal(w.c.one[i], i);
	end();
}

static void an_archive_under_two_names(void **state)
{
	(void)state;
	begin();
	add(1, 0, 500, 0); /* all of the trap's mail but the newest */
	add(2, 0, 600, 0);
	add(2, 0, 10, 1);
	add(3, 1000, 1100, 0);
	add(3, 0, 30, 0); /* in part: not one of them */
	find();
	assert_int_equal(w.c.messages, 500);
	assert_int_equal(w.c.one[1], 2);
	assert_int_equal(w.c.one[2], 2);
	assert_int_equal(w.c.one[3], 3);
	assert_int_equal(w.c.shared[1], 500);
	assert_int_equal(w.c.shared[2], 510);
	assert_int_equal(w.c.shared[3], 30);
	assert_int_equal(left(1), 0);
	assert_int_equal(left(2), 610);
	assert_int_equal(left(3), 130);
	end();
}

static void exports_that_overlap(void **state)
{
	(void)state;
	begin();
	add(1, 0, 300, 0);
	add(2, 100, 400, 0);
	find();
	assert_int_equal(w.c.messages, 200);
	assert_int_equal(w.c.one[2], 1);
	assert_int_equal(left(1) + left(2), 400);
	end();
}

static void no_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct err err = {0};
		begin();
		add(1, 0, 300, 0);
		add(2, 100, 400, 0);
		mem_fail_from(n);
		int rc = copies_find(&w.a, &w.arena, &w.c, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		end();
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_that_came_twice_is_no_copy),
		cmocka_unit_test(an_archive_under_two_names),
		cmocka_unit_test(exports_that_overlap),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
