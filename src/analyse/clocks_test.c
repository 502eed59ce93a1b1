/* clocks_test.c - a feed's wrong times, told by what senders wrote. */
#include "analyse/made_test.h"
#include "finding/findings_test.h"

#include "analyse/clocks.h"

static struct str names[] = {T(""), T("trap"), T("box"), T("bot")};
static struct str kinds[] = {T(""), T("trap"), T("trap"), T("lab")};

static struct made w;
static struct clock_faults list;

static void begin(void)
{
	made_begin(&w, names, COUNT(names));
	w.a.feed_kinds = kinds;
	seed = 5;
}

/* Mail of `days` days, some an hour apart, whose dates are `late` days later: one in ten has a date of its own. campaigns: 0: none. */
static void add(uint32_t feed, double from, double days, double late, unsigned campaigns)
{
	for (double t = from; t < from + days; t += 1.0 / 24 + draw() / 100) {
		double off = draw() < 0.1 ? draw() * 3000 - 1500 : late - draw() / 100;
		made_add(&w, (struct analysed){.feed = feed,
				     .key = w.a.n_messages,
				     .time = time_of(t),
				     .time_trusted = 1,
				     .date_late = (int32_t)(off * SECONDS_A_DAY),
				     .campaign = campaigns ? 1 + (name_id)(draw() * campaigns) : 0});
	}
}

static int look(struct made *m)
{
	struct err err = {0};
	return clocks_find(&m->a, &m->arena, &list, &err);
}

static void find(size_t n)
{
	assert_int_equal(look(&w), 0);
	assert_int_equal(list.n, n);
	made_end(&w);
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
}

static void a_clock_that_was_wrong(void **state)
{
	(void)state;
	begin();
	add(1, 0, 20, 0, 5);
	add(1, 2000, 10, -1980, 5); /* set into the future for ten days */
	add(1, 30, 20, 0, 5);
	add(2, 0, 60, 0, 5);
	assert_int_equal(look(&w), 0);
	assert_int_equal(list.n, 1);
	const struct clock_fault *f = &list.v[0];
	assert_int_equal(f->feed, 1);
	assert_int_equal(f->from, time_day(time_of(2000)));
	assert_int_equal(f->to, time_day(time_of(2009.99)));
	assert_true(f->known && f->late <= -1980 * SECONDS_A_DAY && f->late > -1981 * SECONDS_A_DAY);
	size_t far = 0;
	for (size_t i = 0; i < w.a.n_messages; i++)
		far += clock_fault_of(&list, &w.a, &w.a.messages[i]) == f;
	assert_int_equal(far, f->n);
	struct analysed undated = {.feed = 1, .time = time_of(2005), .time_trusted = 1, .date_late = DATE_NONE}, near = undated,
			other = undated;
	near.date_late = 60;
	other.feed = 2;
	assert_ptr_equal(clock_fault_of(&list, &w.a, &undated), f);
	assert_null(clock_fault_of(&list, &w.a, &near));
	assert_null(clock_fault_of(&list, &w.a, &other));
	made_end(&w);
}

static void old_mail_that_was_copied(void **state)
{
	(void)state;
	begin();
	add(1, 0, 20, 0, 5);
	for (int i = 0; i < 60; i++)
		add(2, 500 + i / 1000.0, 0.001, -i - 5, 0);
	assert_int_equal(look(&w), 0);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.v[0].feed, 2);
	assert_false(list.v[0].known);
	made_end(&w);
}

static void few_messages_say_nothing(void **state)
{
	(void)state;
	begin();
	add(1, 0, 0.9, 500, 0);
	assert_in_range(w.a.n_messages, 10, CLOCK_LEAST - 1);
	find(0);
}

static void wrong_for_ten_days(void)
{
	begin();
	add(1, 0, 20, 0, 5);
	add(1, 2000, 10, -1980, 5);
}

static void no_memory(void **state)
{
	(void)state;
	made_failing_memory(&w, wrong_for_ten_days, look);
}

/* Two days of a botnet of which nothing is known, ten times the usual mail: a wrong clock only where the usual mail stopped. */
static void a_forger_beside_usual_mail(void **state)
{
	static const struct {
		double from, stop, days; /* usual mail, before the forger's and after it */
		size_t faults;
	} cases[] = {{20, 30, 20, 0}, {20, 29.9, 0.1, 0}, {30, 30, 0, 1}, {20, 28, 20, 1}, {29.5, 30, 0.5, 1}};
	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++) {
		begin();
		add(1, cases[k].from, cases[k].stop - cases[k].from, 0, 5);
		for (int i = 0; i < 12; i++)
			add(1, 28 + i / 1000.0, 1.9, -385, 0);
		add(1, 30, cases[k].days, 0, 5);
		find(cases[k].faults);
	}
}

/* Of whom nothing is known, but that all wrote the same second: one program sends it. */
static void a_date_that_is_written_into_the_text(void **state)
{
	(void)state;
	for (int varied = 0; varied < 2; varied++) {
		begin();
		add(1, 0, 10, 0, 5);
		for (int i = 0; i < 200; i++) {
			double t = 100 + i / 100.0;
			int64_t date = time_of(-300) + (varied ? i * 60 : 0);
			made_add(&w, (struct analysed){.feed = 1,
					     .time = time_of(t),
					     .time_trusted = 1,
					     .date_late = (int32_t)(date - time_of(t))});
		}
		find((size_t)varied);
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
			made_add(&w, (struct analysed){.feed = 1,
					     .time = time_of(5.0 * (double)i / (double)undated[k]),
					     .time_trusted = 1,
					     .date_late = DATE_NONE});
		find(!k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_clocks_are_not_wrong),
		cmocka_unit_test(a_clock_that_was_wrong),
		cmocka_unit_test(old_mail_that_was_copied),
		cmocka_unit_test(few_messages_say_nothing),
		cmocka_unit_test(a_forger_beside_usual_mail),
		cmocka_unit_test(a_date_that_is_written_into_the_text),
		cmocka_unit_test(dates_that_few_write),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
