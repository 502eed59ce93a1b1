/* copies_test.c - the same mail under several feeds. */
#include "analyse/copies.h"
#include "analyse/made_test.h"

static struct str names[] = {T(""), T("backup"), T("trap"), T("other")};

static struct made w;
static struct copies c;

static void begin(void)
{
	made_begin(&w, names, COUNT(names));
}

static void add_timed(uint32_t feed, uint64_t from, uint64_t to, uint32_t occurrence, bool timed)
{
	for (; from < to; from++)
		made_add(&w, (struct analysed){
				     .feed = feed, .key = from * 2654435761u, .occurrence = occurrence, .time_trusted = timed});
}

static void add(uint32_t feed, uint64_t from, uint64_t to, uint32_t occurrence)
{
	add_timed(feed, from, to, occurrence, true);
}

static int look(struct made *m)
{
	struct err err = {0};
	return copies_find(&m->a, &m->arena, &c, &err);
}

static void find(void)
{
	assert_int_equal(look(&w), 0);
}

static size_t left(uint32_t feed)
{
	size_t n = 0;
	for (size_t i = 0; i < w.a.n_messages; i++)
		n += w.a.messages[i].feed == feed && !(c.again && c.again[i]);
	return n;
}

static void mail_that_came_twice_is_no_copy(void **state)
{
	(void)state;
	begin();
	add(1, 0, 100, 0);
	add(1, 0, 100, 1); /* twice in one box */
	add(2, 200, 300, 0);
	find();
	assert_int_equal(c.messages, 0);
	assert_int_equal(left(1), 200);
	assert_int_equal(left(2), 100);
	for (uint32_t i = 0; i < w.a.n_feeds; i++)
		assert_int_equal(c.one[i], i);
	made_end(&w);
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
	assert_int_equal(c.messages, 500);
	assert_int_equal(c.one[1], 2);
	assert_int_equal(c.one[2], 2);
	assert_int_equal(c.one[3], 3);
	assert_int_equal(c.shared[1], 500);
	assert_int_equal(c.shared[2], 510);
	assert_int_equal(c.shared[3], 30);
	assert_int_equal(left(1), 0);
	assert_int_equal(left(2), 610);
	assert_int_equal(left(3), 130);
	made_end(&w);
}

static void exports_that_overlap(void **state)
{
	(void)state;
	begin();
	add(1, 0, 300, 0);
	add(2, 100, 400, 0);
	find();
	assert_int_equal(c.messages, 200);
	assert_int_equal(c.one[2], 1);
	assert_int_equal(left(1) + left(2), 400);
	made_end(&w);
}

/* A box into which the mail of two traps was sorted: it is the larger one's, and adds nothing to either. */
static void a_box_of_two_feeds(void **state)
{
	static const uint64_t parts[][2] = {{200, 150}, {90, 90}};
	(void)state;
	for (size_t k = 0; k < COUNT(parts); k++) {
		begin();
		add(2, 0, 500, 0);
		add(3, 1000, 1400, 0);
		add(1, 0, parts[k][0], 0);
		add(1, 1000, 1000 + parts[k][1], 0);
		add(1, 2000, 2020, 0);
		find();
		assert_int_equal(c.one[1], 2);
		assert_int_equal(c.one[3], 3);
		assert_int_equal(left(1), 20);
		assert_int_equal(left(2), 500);
		assert_int_equal(left(3), 400);
		made_end(&w);
	}
}

/* Two of them are the same, and a third has a part of both. */
static void the_same_mail_thrice(void **state)
{
	(void)state;
	begin();
	add(2, 0, 500, 0);
	add(2, 0, 5, 1);
	add(1, 300, 600, 0);
	add(3, 300, 600, 0);
	find();
	for (uint32_t i = 1; i < COUNT(names); i++) {
		assert_int_equal(c.one[i], 2);
		assert_int_equal(c.shared[i], i == 2 ? 200 : 300);
	}
	assert_int_equal(left(1) + left(3), 100);
	assert_int_equal(left(2), 505);
	made_end(&w);
}

static void a_copy_that_lost_its_time(void **state)
{
	(void)state;
	begin();
	add(2, 0, 100, 0);
	add_timed(2, 100, 400, 0, false);
	add(1, 50, 350, 0);
	find();
	assert_int_equal(c.one[1], 2);
	assert_int_equal(left(1), 250);
	assert_int_equal(left(2), 150);
	made_end(&w);
}

static void overlapping(void)
{
	begin();
	add(1, 0, 300, 0);
	add(2, 100, 400, 0);
}

static void no_memory(void **state)
{
	(void)state;
	made_failing_memory(&w, overlapping, look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_that_came_twice_is_no_copy),
		cmocka_unit_test(an_archive_under_two_names),
		cmocka_unit_test(exports_that_overlap),
		cmocka_unit_test(a_box_of_two_feeds),
		cmocka_unit_test(the_same_mail_thrice),
		cmocka_unit_test(a_copy_that_lost_its_time),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
