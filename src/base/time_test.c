/* time_test.c - the calendar against the C library's, and ISO 8601 in and out. */
#include "base/test.h"
#include "base/time.h"

#include <time.h>

static void against_libc(void **state)
{
	(void)state;
	for (int64_t t = -12219292800; t < 16725225600; t += 40009 * 13) {
		struct tm tm;
		time_t in = (time_t)t;
		assert_non_null(gmtime_r(&in, &tm));
		struct civil c = civil_from_time(t);
		assert_int_equal(c.year, tm.tm_year + 1900);
		assert_true(c.month == tm.tm_mon + 1 && c.day == tm.tm_mday);
		assert_true(c.hour == tm.tm_hour && c.minute == tm.tm_min && c.second == tm.tm_sec);
		assert_int_equal(time_from_civil(c), t);
		assert_true(civil_valid(c));
		assert_int_equal(time_day(t), days_from_civil(c.year, c.month, c.day));
	}
}

static void ends_of_time(void **state)
{
	static const int64_t t[] = {INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX};
	char text[TIME_ISO_SIZE];
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct civil c = civil_from_time(t[i]);
		assert_true(c.month >= 1 && c.month <= 12 && c.hour >= 0 && c.hour < 24);
		time_iso(t[i], text);
		time_iso_day(time_day(t[i]), text);
	}
	time_iso(TIME_NONE, text);
	assert_string_equal(text, "");
	time_iso(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59Z");
	time_iso_day(-1, text);
	assert_string_equal(text, "1969-12-31");
}

static void validity(void **state)
{
	static const struct {
		struct civil c;
		bool want;
	} t[] = {
		{{2000, 2, 29, 0, 0, 0}, true},
		{{1900, 2, 29, 0, 0, 0}, false},
		{{2012, 2, 29, 23, 59, 60}, true},
		{{2011, 2, 29, 0, 0, 0}, false},
		{{2011, 4, 31, 0, 0, 0}, false},
		{{2011, 0, 1, 0, 0, 0}, false},
		{{2011, 13, 1, 0, 0, 0}, false},
		{{2011, 1, 0, 0, 0, 0}, false},
		{{2011, 1, 1, 24, 0, 0}, false},
		{{2011, 1, 1, 0, 60, 0}, false},
		{{2011, 1, 1, 0, 0, 61}, false},
		{{2011, 1, 1, -1, 0, 0}, false},
		{{2011, 12, 31, 0, 0, 59}, true},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++)
		assert_int_equal(civil_valid(t[i].c), t[i].want);
}

static void parse(void **state)
{
	static const struct {
		const char *in;
		bool ok;
		int64_t want;
	} t[] = {
		{"1970-01-01", true, 0},
		{" 2010-08-01T00:19:38Z ", true, 1280621978},
		{"2010-08-01 00:19:38", true, 1280621978},
		{"2010-08-01t00:19:38.123z", true, 1280621978},
		{"2010-08-01T02:19:38+02:00", true, 1280621978},
		{"2010-07-31T19:49:38-0430", true, 1280621978},
		{"2010-08-01T00:19", true, 1280621940},
		{"", false, 0},
		{"2010", false, 0},
		{"2010-8-1", false, 0},
		{"2010-02-30", false, 0},
		{"2010-08-01T", false, 0},
		{"2010-08-01T00", false, 0},
		{"2010-08-01T00:19:38+2", false, 0},
		{"2010-08-01T00:19:38+24:00", false, 0},
		{"2010-08-01T00:19:38Zx", false, 0},
		{"2010-08-01x", false, 0},
		{"+010-08-01", false, 0},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		int64_t v = 77;
		bool ok = time_parse_iso(str_of(t[i].in), &v);
		if (ok != t[i].ok || v != (t[i].ok ? t[i].want : 77))
			fail_msg("%s: %d %lld", t[i].in, ok, (long long)v);
		for (size_t cut = 0; cut < strlen(t[i].in); cut++)
			time_parse_iso(str_make(t[i].in, cut), &v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_libc),
		cmocka_unit_test(ends_of_time),
		cmocka_unit_test(validity),
		cmocka_unit_test(parse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
