/* time.h - UTC civil time without the C library's zone state. Seconds are Unix seconds, days are days since 1970-01-01.
 *
 * Source of the day arithmetic: H. Hinnant, "chrono-compatible low-level date algorithms".
 */
#ifndef TRAPLINE_BASE_TIME_H
#define TRAPLINE_BASE_TIME_H

#include "base/str.h"

#define TIME_NONE INT64_MIN /* no time known */
enum { TIME_ISO_SIZE = 32, SECONDS_A_DAY = 86400, SECONDS_AN_HOUR = 3600 };

struct civil {
	int64_t year;
	int month, day; /* 1..12, 1..31 */
	int hour, minute, second;
};

int64_t days_from_civil(int64_t year, int month, int day);
struct civil civil_from_time(int64_t unix_s);
int64_t time_from_civil(struct civil c);
bool civil_valid(struct civil c);         /* calendar date that exists, 00:00:00..23:59:60 */
extern const char *const time_months[12]; /* "January" ... */
/* Floor division: also right before 1970. */
int64_t time_day(int64_t unix_s);
/* "2010-08-01T00:19:38Z", "" for TIME_NONE; "2010-08-01" for time_iso_day (days since epoch). */
void time_iso(int64_t unix_s, char out[TIME_ISO_SIZE]);
void time_iso_day(int64_t day, char out[TIME_ISO_SIZE]);
/* Reads YYYY-MM-DD, YYYY-MM-DDTHH:MM[:SS[.frac]][Z|+HH:MM] (blank for T allowed). False leaves *unix_s untouched. */
bool time_parse_iso(struct str s, int64_t *unix_s);

#endif
