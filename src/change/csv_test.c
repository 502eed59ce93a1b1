#include "base/test.h"

#include <math.h>

#include "change/csv.h"
#include "base/limits.h"
#include "base/time.h"

static int read_text(struct str text, struct arena *a, struct series_csv *out, struct err *err)
{
	*err = (struct err){0};
	*out = (struct series_csv){0};
	return series_csv_read("f.csv", text, a, out, err);
}

static void test_rows(void **state)
{
	struct arena a;
	struct series_csv s;
	struct err err;
	(void)state;
	arena_init(&a, MIB);
	assert_int_equal(read_text(S("index,value\r\n0,5\r\n1,\r\n\r\n2,-1.5e2\n3,NaN\n\"4\",\"7\"\n"), &a, &s, &err), 0);
	assert_int_equal(s.n, 5);
	assert_null(s.time);
	assert_true(s.value[0] == 5 && isnan(s.value[1]) && s.value[2] == -150 && isnan(s.value[3]) && s.value[4] == 7);
	assert_int_equal(
		read_text(S("\xEF\xBB\xBFTime,messages\n2010-09-20,3\n2010-09-20T06:00:00Z,4\n1285027200,5"), &a, &s, &err), 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(s.time[0], 1284940800);
	assert_int_equal(s.time[1] - s.time[0], 6 * SECONDS_AN_HOUR);
	assert_int_equal(read_text(S("time,value\n2010-01,3\n2010-02,null\n"), &a, &s, &err), 0);
	assert_int_equal(s.time[1] - s.time[0], 31 * SECONDS_A_DAY);
	assert_true(isnan(s.value[1]));
	assert_int_equal(read_text(S("time,value\n1969,3\n1971,4\n"), &a, &s, &err), 0); /* years */
	assert_int_equal(s.time[1], 365 * SECONDS_A_DAY);
	assert_int_equal(read_text(S("time,value\n0,3\n1971,4\n"), &a, &s, &err), 0); /* seconds */
	assert_int_equal(s.time[1], 1971);
	assert_int_equal(read_text(S("time,feed,messages\n2010-09-20,\"a,b\",3\n"), &a, &s, &err), 0); /* as series writes it */
	assert_true(s.n == 1 && s.value[0] == 3);
	assert_int_equal(read_text(S("index,value\n"), &a, &s, &err), 0);
	assert_int_equal(s.n, 0);
	arena_free(&a);
}

static void test_errors(void **state)
{
	static const struct {
		struct str text;
		const char *want;
	} table[] = {
		{T(""), "f.csv: empty"},
		{T("\n"), "f.csv:1: the header"},
		{T("1,2\n3,4\n"), "f.csv:1: the header"},
		{T("index,5\n"), "f.csv:1: the header"},
		{T("index\n1\n"), "f.csv:1: the header"},
		{T("\x7F"
		   "ELF\0\0"),
			"f.csv:1: the header"},
		{T("index,value\n0,1\n1,inf\n"), "f.csv:3: \"inf\" is no number"},
		{T("index,value\n0,1e999\n"), "f.csv:2: \"1e999\" is no number"},
		{T("index,value\n0,0x10\n"), "f.csv:2: \"0x10\" is no number"},
		{T("index,value\n0,1 2\n"), "f.csv:2: \"1 2\" is no number"},
		{T("index,value\n0,1\0\n"), "f.csv:2:"},
		{T("index,value\n0,1,2\n"), "f.csv:2: 2 fields"},
		{T("index,value\n\n7\n"), "f.csv:3: 2 fields"},
		{T("time,value\nyesterday,1\n"), "f.csv:2: \"yesterday\" is no time"},
		{T("time,value\n2010-01-02,1\n2010-01-02,1\n"), "f.csv:3: the time is not after"},
		{T("time,value\n2010-13,1\n"), "f.csv:2: \"2010-13\" is no time"},
		{T("time,value\n2010-02-30,1\n"), "f.csv:2: \"2010-02-30\" is no time"},
	};
	struct arena a;
	struct series_csv s;
	struct err err;
	(void)state;
	arena_init(&a, MIB);
	for (size_t i = 0; i < COUNT(table); i++) {
		assert_int_equal(read_text(table[i].text, &a, &s, &err), ERR_INPUT);
		if (strncmp(err.text, table[i].want, strlen(table[i].want)) != 0)
			fail_msg("%s: %s", table[i].want, err.text);
		assert_null(s.value);
	}
	arena_free(&a);
}

/* Every beginning of a good file is a good file or a told error; a line may be very long. */
static void test_hostile(void **state)
{
	static const char text[] = "\xEF\xBB\xBF\"time\",value\n2010-09-20T00:00:00Z,\"3\"\r\n2010-09-21,\n2010-09-22,-4.25e-3\n";
	struct arena a;
	struct series_csv s;
	struct err err;
	(void)state;
	arena_init(&a, MIB);
	for (size_t n = 0; n < sizeof text; n++) {
		uint8_t *p = test_copy(str_make(text, n));
		int rc = read_text(str_make(p, n), &a, &s, &err);
		assert_true(rc == 0 || (rc == ERR_INPUT && err.text[0]));
		mem_free(p);
	}
	uint8_t *big = mem_alloc(4 * MIB);
	memset(big, '9', 4 * MIB);
	memcpy(big, "index,value\n0,", 14);
	assert_int_equal(read_text(str_make(big, 4 * MIB), &a, &s, &err), ERR_INPUT);
	mem_free(big);
	arena_free(&a);
}

static void test_memory(void **state)
{
	struct series_csv s;
	struct err err;
	(void)state;
	for (long n = 0;; n++) {
		struct arena a;
		arena_init(&a, MIB);
		mem_fail_from(n);
		int rc = read_text(S("index,value\n0,5\n1,2\n"), &a, &s, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&a);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
