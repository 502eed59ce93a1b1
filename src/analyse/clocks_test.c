/* clocks_test.c - a feed's wrong times, told by what senders wrote. */
#include "finding/findings_test.h"

#include "analyse/clocks.h"
#include "base/mem.h"

enum { MOST = 4000 };

static struct str names[] = {T(""), T("trap"), T("box"), T("bot")};
static struct str kinds[] = {T(""), T("trap"), T("trap"), T("lab")};

static struct world {
	struct analysis a;
	struct arena arena;
	struct clock_faults list;
} w;

static void begin(void)
{
	w = (struct world){0};
	arena_init(&w.arena, SIZE_MAX);
	w.a.messages = arena_zalloc(&w.arena, MOST, sizeof *w.a.messages);
	assert_non_null(w.a.messages);
	w.a.feeds = names;
	w.a.feed_kinds = kinds;
	w.a.n_feeds = 4;
	seed = 5;
}

/* Mail of `days` days, some an hour apart, whose dates are `late` days later: one in ten has a date of its own. campaigns: 0: none. */
static void add(uint32_t feed, double from, double days, double late, unsigned campaigns)
{
	for (double t = from; t < from + days; t += 1.0 / 24 + draw() / 100) {
		struct analysed *m = &w.a.messages[w.a.n_messages++];
		assert_true(w.a.n_messages < MOST);
		double off = draw() < 0.1 ? draw() * 3000 - 1500 : late - draw() / 100;
		*m = (struct analysed){.feed = feed,
			.key = w.a.n_messages,
			.time = time_of(t),
			.time_trusted = 1,
			.date_late = (int32_t)(off * SECONDS_A_DAY),
			.campaign = campaigns ? 1 + (name_id)(draw() * campaigns) : 0};
	}
}

static void find(size_t n)
{
	struct err err = {0};
	assert_int_equal(clocks_find(&w.a, &w.arena, &w.list, &err), 0);
	assert_int_equal(w.list.n, n);
}

static void end(void)
{
	arena_free(&w.arena);
}

static void right_clocks_are_not_wrong(void **state)
{
	(void)state;
	begin();
	add(1, 0, 40, 0, 3);
	add(2, 0, 20, 0.9, 3); /* a zone mistaken, mail held back */
	add(2, 20, 5, 400, 1); /* a campaign by itself, with the time its sender likes */
	add(3, 0, 20, 400, 9); /* the lab's bot */
	find(0);
	end();
}

static void a_clock_that_was_wrong(void **state)
{
	(void)state;
	begin();
	add(1, 0, 20, 0, 5);
	add(1, 2000, 10, -1980, 5); /* set into the future for ten days */
	add(1, 30, 20, 0, 5);
	add(2, 0, 60, 0, 5);
	find(1);
	const struct clock_fault *f = &w.list.v[0];
	assert_int_equal(f->feed, 1);
	assert_int_equal(f->from, time_day(time_of(2000)));
	assert_int_equal(f->to, time_day(time_of(2009.99)));
	assert_true(f->known && f->late <= -1980 * SECONDS_A_DAY && f->late > -1981 * SECONDS_A_DAY);
	size_t far = 0;
	for (size_t i = 0; i < w.a.n_messages; i++)
		far += clock_fault_of(&w.list, &w.a, &w.a.messages[i]) == f;
	assert_int_equal(far, f->n);
	struct analysed undated = {.feed = 1, .time = time_of(2005), .time_trusted = 1, .date_late = DATE_NONE}, near = undated,
			other = undated;
	near.date_late = 60;
	other.feed = 2;
	assert_ptr_equal(clock_fault_of(&w.list, &w.a, &undated), f);
	assert_null(clock_fault_of(&w.list, &w.a, &near));
	assert_null(clock_fault_of(&w.list, &w.a, &other));
	end();
}

static void old_mail_that_was_copied(void **state)
{
	(void)state;
	begin();
	add(1, 0, 20, 0, 5);
	for (int i = 0; i < 60; i++)
		add(2, 500 + i / 1000.0, 0.001, -i - 5, 0);
	find(1);
	assert_int_equal(w.list.v[0].feed, 2);
	assert_false(w.list.v[0].known);
	end();
}

static void few_messages_say_nothing(void **state)
{
	(void)state;
	begin();
	add(1, 0, 0.9, 500, 0);
	assert_in_range(w.a.n_messages, 10, CLOCK_LEAST - 1);
	find(0);
	end();
}

static void no_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct err err = {0};
		begin();
		add(1, 0, 20, 0, 5);
		add(1, 2000, 10, -1980, 5);
		mem_fail_from(n);
		int rc = clocks_find(&w.a, &w.arena, &w.list, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		end();
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		if (!hit)
			break;
	}
}

/* A trap of mail without dates: the few that are there say nothing of it. */
static void dates_that_few_write(void **state)
{
	static const size_t undated[] = {40, 400};
	(void)state;
	for (size_t k = 0; k < 2; k++) {
		begin();
		add(1, 0, 5, 500, 9);
		size_t dated = w.a.n_messages;
		assert_in_range(dated, undated[0], undated[1]);
		for (size_t i = 0; i < undated[k]; i++)
			w.a.messages[w.a.n_messages++] = (struct analysed){.feed = 1,
				.time = time_of(5.0 * (double)i / (double)undated[k]),
				.time_trusted = 1,
				.date_late = DATE_NONE};
		find(!k);
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_clocks_are_not_wrong),
		cmocka_unit_test(a_clock_that_was_wrong),
		cmocka_unit_test(old_mail_that_was_copied),
		cmocka_unit_test(few_messages_say_nothing),
		cmocka_unit_test(dates_that_few_write),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
