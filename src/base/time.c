/* time.c - see time.h. */
#include "base/time.h"

#include <stdio.h>

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

const char *const time_months[12] = {
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"};

int64_t days_from_civil(int64_t y, int month, int day)
{
	y -= month <= 2;
	int64_t era = floor_div(y, 400);
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

/* Midnight of a day. */
static struct civil civil_from_day(int64_t day)
{
	int64_t z = day + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	return (struct civil){.year = yoe + era * 400 + (month <= 2), .month = month, .day = (int)(doy - (153 * mp + 2) / 5 + 1)};
}

struct civil civil_from_time(int64_t unix_s)
{
	int64_t rest = unix_s % SECONDS_A_DAY;
	if (rest < 0)
		rest += SECONDS_A_DAY;
	struct civil c = civil_from_day(floor_div(unix_s, SECONDS_A_DAY));
	c.hour = (int)(rest / 3600);
	c.minute = (int)(rest / 60 % 60);
	c.second = (int)(rest % 60);
	return c;
}

int64_t time_from_civil(struct civil c)
{
	return days_from_civil(c.year, c.month, c.day) * SECONDS_A_DAY + c.hour * 3600 + c.minute * 60 + c.second;
}

bool civil_valid(struct civil c)
{
	static const int len[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (c.month < 1 || c.month > 12 || c.day < 1)
		return false;
	bool leap = (c.year % 4 == 0 && c.year % 100 != 0) || c.year % 400 == 0;
	if (c.day > len[c.month - 1] + (c.month == 2 && leap))
		return false;
	return c.hour >= 0 && c.hour < 24 && c.minute >= 0 && c.minute < 60 && c.second >= 0 && c.second <= 60;
}

int64_t time_day(int64_t unix_s)
{
	return floor_div(unix_s, SECONDS_A_DAY);
}

void time_iso(int64_t unix_s, char out[TIME_ISO_SIZE])
{
	struct civil c = civil_from_time(unix_s);
	out[0] = 0;
	if (unix_s == TIME_NONE)
		return;
	snprintf(out, TIME_ISO_SIZE, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)c.year, c.month, c.day, c.hour, c.minute,
		c.second);
}

void time_iso_day(int64_t day, char out[TIME_ISO_SIZE])
{
	struct civil c = civil_from_day(day);
	snprintf(out, TIME_ISO_SIZE, "%04lld-%02d-%02d", (long long)c.year, c.month, c.day);
}

/* Exactly n digits at the start of *s, taken off. */
static bool take_digits(struct str *s, size_t n, int64_t *v)
{
	uint64_t u;
	if (s->n < n || !str_u64(str_first(*s, n), &u))
		return false;
	*v = (int64_t)u;
	*s = str_from(*s, n);
	return true;
}

static bool take_byte(struct str *s, uint8_t c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool take_zone(struct str *s, int64_t *offset_s)
{
	int64_t h, m;
	*offset_s = 0;
	if (s->n == 0 || take_byte(s, 'Z') || take_byte(s, 'z'))
		return s->n == 0;
	int sign = s->p[0] == '-' ? -1 : 1;
	if (!take_byte(s, '+') && !take_byte(s, '-'))
		return false;
	if (!take_digits(s, 2, &h))
		return false;
	take_byte(s, ':');
	if (!take_digits(s, 2, &m) || h > 23 || m > 59)
		return false;
	*offset_s = sign * (h * 3600 + m * 60);
	return s->n == 0;
}

bool time_parse_iso(struct str s, int64_t *unix_s)
{
	int64_t y, mo, d, h = 0, mi = 0, sec = 0, offset = 0;
	s = str_trim(s);
	if (!take_digits(&s, 4, &y) || !take_byte(&s, '-') || !take_digits(&s, 2, &mo) || !take_byte(&s, '-') ||
		!take_digits(&s, 2, &d))
		return false;
	if (s.n) {
		if (!take_byte(&s, 'T') && !take_byte(&s, 't') && !take_byte(&s, ' '))
			return false;
		if (!take_digits(&s, 2, &h) || !take_byte(&s, ':') || !take_digits(&s, 2, &mi))
			return false;
		if (take_byte(&s, ':') && !take_digits(&s, 2, &sec))
			return false;
		if (take_byte(&s, '.'))
			while (s.n && ascii_digit(s.p[0]))
				s = str_from(s, 1);
		if (!take_zone(&s, &offset))
			return false;
	}
	struct civil c = {y, (int)mo, (int)d, (int)h, (int)mi, (int)sec};
	if (!civil_valid(c))
		return false;
	*unix_s = time_from_civil(c) - offset;
	return true;
}
