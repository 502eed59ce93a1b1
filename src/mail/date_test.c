#include <stdio.h>

#include "base/anomaly.h"
#include "base/test.h"
#include "base/time.h"
#include "mail/date.h"

#define BAD ANOM(bad_date)
#define ZONE ANOM(bad_zone)

static const struct {
	const char *text, *want; /* UTC; NULL: unreadable */
	int zone;
	uint64_t anomalies;
} cases[] = {
	{"Fri, 13 Apr 2007 21:02:57 -0400", "2007-04-14T01:02:57Z", -240, 0},
	{"Thu, 5 Apr 2007 21:02:57 -0400 (EDT)", "2007-04-06T01:02:57Z", -240, 0},
	{"Fri, 13 Apr 2007 21:02:57  +0000", "2007-04-13T21:02:57Z", 0, 0},
	{"Fri, 13 Apr 2007 21:02:57 PM +0000", "2007-04-13T21:02:57Z", 0, BAD},
	{"Fri, 13 Apr 2007 25:02:57 +0000", "2007-04-13T00:00:00Z", 0, BAD},
	{"Fri, 13 Apr 0107 21:02:57 +0000", "2007-04-13T21:02:57Z", 0, BAD},
	{"Vie, 13 Abr 2007 21:02:57 +0000", "2007-04-13T21:02:57Z", 0, BAD},
	{"mar., 10 avr. 2007 03:05:42 +0200", "2007-04-10T01:05:42Z", 120, BAD}, /* mardi, martes */
	{"mar, 10 abr 2007 13:33:05 -0400", "2007-04-10T17:33:05Z", -240, BAD},
	{"Mar, 16 2007 11:14:53 +0000", "2007-03-16T11:14:53Z", 0, 0},
	{"mar, 13 mar 2007 11:14:53 +0000", "2007-03-13T11:14:53Z", 0, BAD},
	{" Fri, 13 Apr 2007 21:02:57 -0400 (EDT)\r\n", "2007-04-14T01:02:57Z", -240, 0},
	{"13 Apr 2007 21:02 GMT", "2007-04-13T21:02:00Z", 0, 0},
	{"28 Aug 2010 00:05:39 -0000", "2010-08-28T00:05:39Z", 0, 0},
	{"Fri,13 Apr 2007 21:02:57 EST", "2007-04-14T02:02:57Z", -300, 0},
	{"Fri, 13 Apr 07 21:02:57 Z", "2007-04-13T21:02:57Z", 0, BAD},
	{"Fri, 13 Apr 99 21:02:57 +0000", "1999-04-13T21:02:57Z", 0, BAD},
	{"Fri, 13 Apr 107 21:02:57 +0000", "2007-04-13T21:02:57Z", 0, BAD},
	{"11 Sep 0102 03:16:35 +0400", "2002-09-10T23:16:35Z", 240, BAD},
	{"Mon, 13 Apr 2007 21:02:57 +0000", "2007-04-13T21:02:57Z", 0, BAD},
	{"Fri, 13 Apr 2007 21:02:57 -1600", "2007-04-14T13:02:57Z", -960, ZONE},
	{"Fri, 13 Apr 2007 21:02:57 +9999", "2007-04-13T21:02:57Z", 0, ZONE},
	{"Fri, 13 Apr 2007 21:02:57 +0507", "2007-04-13T15:55:57Z", 307, ZONE},
	{"Fri, 13 Apr 2007 21:02:57 0530", "2007-04-13T15:32:57Z", 330, ZONE},
	{"Fri, 13 Apr 2007 21:02:57 1800", "2007-04-13T21:02:57Z", 0, BAD},
	{"Fri Apr 13 21:02:57 2007 0200", "2007-04-13T19:02:57Z", 120, ZONE},
	{"Fri, 13 Apr 2007 21:02:57 +05:30", "2007-04-13T15:32:57Z", 330, 0},
	{"Fri, 13 Apr 2007 21:02:57 GMT+0100", "2007-04-13T20:02:57Z", 60, 0},
	{"Fri, 13 Apr 2007 21:02:57", "2007-04-13T21:02:57Z", 0, BAD},
	{"Fri Apr 13 21:02:57 2007", "2007-04-13T21:02:57Z", 0, BAD},
	{"Fri Apr 13 21:02:57 EDT 2007", "2007-04-14T01:02:57Z", -240, 0},
	{"Friday, 13 April 2007 21:02:57 +0000", "2007-04-13T21:02:57Z", 0, 0},
	{"Friday, 13-Apr-07 21:02:57 GMT", "2007-04-13T21:02:57Z", 0, BAD},
	{"13-Apr-2007 21:02:57 GMT", "2007-04-13T21:02:57Z", 0, 0},
	{"2007-04-13T21:02:57Z", "2007-04-13T21:02:57Z", 0, 0},
	{"2007-04-13 21:02:57.123+02:00", "2007-04-13T19:02:57Z", 120, 0},
	{"04/13/2007 21:02:57 +0000", "2007-04-13T21:02:57Z", 0, BAD},
	{"13/04/2007 21:02:57 +0000", "2007-04-13T21:02:57Z", 0, BAD},
	{"13.04.2007 21:02:57 +0000", "2007-04-13T21:02:57Z", 0, BAD},
	{"Aug, 31 2002 8:37:38 PM +1200", "2002-08-31T08:37:38Z", 720, BAD},
	{"Fri, 13 Apr 2007 12:00:00 AM +0000", "2007-04-13T00:00:00Z", 0, BAD},
	{"Fri, 13 Apr 2007 24:00:01 +0000", "2007-04-14T00:00:01Z", 0, BAD},
	{"Fri, 13 Apr 2007 21(a) :  02(b(c)) :57 -0400", "2007-04-14T01:02:57Z", -240, 0},
	{"Fri, 13 Apr 2007 21 : 02 GMT", "2007-04-13T21:02:00Z", 0, 0},
	{"Fri, 13 Apr 2007 21.02.57 -0400", "2007-04-14T01:02:57Z", -240, BAD},
	{"Fri, 13 Apr 2007 21.02 -0400", "2007-04-14T01:02:00Z", -240, BAD},
	{"13.04.2007 21.02.57 +0000", "2007-04-13T21:02:57Z", 0, BAD},
	{"Fri, 13 Apr 2007 v1.2", "2007-04-13T00:00:00Z", 0, BAD},
	{"Sat, 31 Dec 2005 23:59:60 +0000", "2006-01-01T00:00:00Z", 0, 0},
	{"Fr, 13 Apr 2007 21:02:57 +0200", "2007-04-13T19:02:57Z", 120, BAD},
	{"Sa, 5 Mai 2007 21:02:57 +0200", "2007-05-05T19:02:57Z", 120, BAD},
	{"(comment) Fri, (x(y)) 13 Apr 2007 21:02:57 (a) +0000", "2007-04-13T21:02:57Z", 0, 0},
	{"sent on Fri, 13 Apr 2007 21:02:57 +0000 by me", "2007-04-13T21:02:57Z", 0, BAD},
	{"Mon, 22 Jul 2002 10:32:23    +0200", "2002-07-22T08:32:23Z", 120, 0},
	{"Wed, 24 Jul 2002 02:25:06 -08:00", "2002-07-24T10:25:06Z", -480, 0},
	{"Fri, 13 Apr 2007", "2007-04-13T00:00:00Z", 0, BAD},
	{"Fri, 31 Apr 2007 21:02:57 +0000", NULL, 0, BAD},
	{"21:02:57 +0000", NULL, 0, BAD},
	{"", NULL, 0, BAD},
	{"today", NULL, 0, BAD},
	{"((((((", NULL, 0, BAD},
	{"99999999999999999999 Apr 99999999999999999999", NULL, 0, BAD},
	{"1 Jan 1800 00:00:00 +0000", NULL, 0, BAD},
};

static void test_dates(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t t = 42;
		int zone = 42;
		uint64_t found = 0;
		char iso[TIME_ISO_SIZE];
		bool ok = date_parse(str_of(cases[i].text), &t, &zone, &found);
		time_iso(t, iso);
		if (ok != (cases[i].want != NULL) || (ok && strcmp(iso, cases[i].want) != 0) || found != cases[i].anomalies)
			fail_msg("%s: %d %s %llx", cases[i].text, ok, iso, (unsigned long long)found);
		assert_int_equal(zone, ok ? cases[i].zone : 42);
		if (!ok)
			assert_int_equal(t, 42);
	}
}

/* A comment before a usual date keeps it from being read in one step. */
static void test_usual(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char walked[300];
		int64_t a = 42, b = 42;
		int zone_a = 42, zone_b = 42;
		uint64_t found_a = 0, found_b = 0;
		snprintf(walked, sizeof walked, "() %s", cases[i].text);
		assert_int_equal(date_parse(str_of(cases[i].text), &a, &zone_a, &found_a),
			date_parse(str_of(walked), &b, &zone_b, &found_b));
		assert_true(a == b && zone_a == zone_b && found_a == found_b);
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		for (size_t n = 0; n <= strlen(cases[i].text); n++) {
			uint8_t *tight = mem_alloc(n ? n : 1);
			int64_t t;
			uint64_t found = 0;
			memcpy(tight, cases[i].text, n);
			date_parse(str_make(tight, n), &t, NULL, &found);
			mem_free(tight);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates), cmocka_unit_test(test_usual), cmocka_unit_test(test_truncated)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
