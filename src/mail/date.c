/* date.c - see date.h. One walk over the text: words, numbers, dates with separators, times, zones, in any order. */
#include "mail/date.h"

#include "base/anomaly.h"
#include "base/time.h"

enum { DATE_WINDOW = 256, UNSET = -1, NO_ZONE = 9999 };

struct reading {
	struct str s;
	size_t at;
	int day, month, weekday;
	int64_t year;
	int hour, minute, second;
	int zone;         /* minutes, NO_ZONE */
	bool zone_number; /* as digits, not as a name */
	bool pm, am;
	bool perhaps_day; /* the month is "mar" with a comma: Tuesday in French, Spanish and Italian, if a month follows */
	uint64_t anomalies;
};

static int peek(const struct reading *r, size_t ahead)
{
	return r->at + ahead < r->s.n ? r->s.p[r->at + ahead] : -1;
}

static bool digit_at(const struct reading *r, size_t ahead)
{
	int c = peek(r, ahead);
	return c >= '0' && c <= '9';
}

/* Reads digits, *n how many; the value stops growing at nine digits. */
static int64_t number(struct reading *r, size_t *n)
{
	int64_t v = 0;
	for (*n = 0; digit_at(r, 0); ++*n, r->at++)
		if (*n < 9)
			v = v * 10 + (peek(r, 0) - '0');
	return v;
}

static struct str word(struct reading *r)
{
	size_t start = r->at;
	while (r->at < r->s.n && ascii_alpha(r->s.p[r->at]))
		r->at++;
	return str_sub(r->s, start, r->at - start);
}

static const char day_names[] = "sunmontuewedthufrisat";

/* 0-based place of the first three letters of w in a list of three-letter names; -1. */
static int name_index(struct str w, const char *list)
{
	if (w.n < 3)
		return -1;
	const char a = (char)ascii_lower(w.p[0]), b = (char)ascii_lower(w.p[1]), c = (char)ascii_lower(w.p[2]);
	for (int i = 0; list[i * 3]; i++)
		if (list[i * 3] == a && list[i * 3 + 1] == b && list[i * 3 + 2] == c)
			return i;
	return -1;
}

static int month_of(struct str w, bool *foreign)
{
	/* German, French, Spanish, Portuguese, Italian abbreviations that differ from the English ones */
	static const char foreign_names[] = "enegenfevmrzavrabrmaimaggiulugagoaousetoutoktottdezdic";
	static const uint8_t foreign_month[] = {1, 1, 2, 3, 4, 4, 5, 5, 6, 7, 8, 8, 9, 10, 10, 10, 12, 12};
	int i = name_index(w, "janfebmaraprmayjunjulaugsepoctnovdec");
	*foreign = false;
	if (i >= 0)
		return i + 1;
	i = name_index(w, foreign_names);
	*foreign = i >= 0;
	return i >= 0 ? foreign_month[i] : UNSET;
}

static bool zone_of(struct str w, int *minutes)
{
	static const struct {
		char name[5];
		int16_t minutes;
	} zones[] = {{"GMT", 0}, {"UTC", 0}, {"UT", 0}, {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420},
		{"MDT", -360}, {"PST", -480}, {"PDT", -420}, {"CET", 60}, {"CEST", 120}, {"MET", 60}, {"MEST", 120}, {"MESZ", 120},
		{"MEZ", 60}, {"BST", 60}, {"WET", 0}, {"WEST", 60}, {"EET", 120}, {"EEST", 180}, {"MSK", 180}, {"MSD", 240},
		{"IST", 330}, {"JST", 540}, {"KST", 540}, {"HKT", 480}, {"SGT", 480}, {"AEST", 600}, {"AEDT", 660}, {"NZST", 720},
		{"NZDT", 780}, {"HST", -600}, {"AKST", -540}, {"AKDT", -480}, {"AST", -240}, {"ADT", -180}, {"BRT", -180},
		{"SAST", 120}};
	*minutes = 0;
	if (w.n == 1)
		return true;
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		if (str_ieq(w, str_of(zones[i].name))) {
			*minutes = zones[i].minutes;
			return true;
		}
	return false;
}

static void set_year(struct reading *r, int64_t v, size_t digits)
{
	if (digits < 4)
		r->anomalies |= ANOM(bad_date);
	if (digits <= 2) /* RFC 5322 4.3 */
		v += v < 50 ? 2000 : 1900;
	else if (v < 1000) { /* three digits, and "0102" from software that printed years since 1900 */
		v += 1900;
		r->anomalies |= ANOM(bad_date);
	}
	r->year = v;
}

static void take_word(struct reading *r)
{
	struct str w = word(r);
	bool foreign;
	int day = r->weekday == UNSET ? name_index(w, day_names) : -1, month, minutes;
	if (day >= 0) {
		r->weekday = day;
	} else if ((r->month == UNSET || r->perhaps_day) && (month = month_of(w, &foreign)) != UNSET) {
		foreign |= r->perhaps_day;
		r->perhaps_day = r->month == UNSET && str_ieq(w, S("mar")) && peek(r, peek(r, 0) == '.') == ',';
		r->month = month;
		if (foreign)
			r->anomalies |= ANOM(bad_date);
	} else if (str_ieq(w, S("pm"))) {
		r->pm = true;
	} else if (str_ieq(w, S("am"))) {
		r->am = true;
	} else if (r->hour != UNSET && zone_of(w, &minutes)) {
		if (r->zone == NO_ZONE)
			r->zone = minutes;
	} else if (!str_ieq(w, S("T"))) {
		r->anomalies |= ANOM(bad_date);
	}
}

/* Behind the comment at r->at, or one byte on when it has no end. */
static void skip_comment(struct reading *r)
{
	size_t depth = 0, i = r->at;
	for (; i < r->s.n; i++) {
		if (r->s.p[i] == '(')
			depth++;
		else if (r->s.p[i] == ')' && --depth == 0)
			break;
	}
	r->at = i < r->s.n ? i + 1 : r->at + 1;
}

static void skip_blank(struct reading *r)
{
	for (int c; (c = peek(r, 0)) == '(' || (c >= 0 && ascii_space((uint8_t)c));) {
		if (c == '(')
			skip_comment(r);
		else
			r->at++;
	}
}

/* Moves behind `separator`, and the white space and comments around it (RFC 5322 4.3), if a digit follows. */
static bool take_separator(struct reading *r, uint8_t separator)
{
	size_t start = r->at;
	skip_blank(r);
	bool found = peek(r, 0) == separator;
	r->at += found;
	skip_blank(r);
	if (found && digit_at(r, 0))
		return true;
	r->at = start;
	return false;
}

/* The text is behind its hour, the separator (':', or '.' as some write it) and at the minutes. */
static void take_time(struct reading *r, int64_t hour, uint8_t separator)
{
	size_t n;
	int64_t minute = number(r, &n), second = 0;
	if (take_separator(r, separator))
		second = number(r, &n);
	if (peek(r, 0) == '.' && digit_at(r, 1)) {
		r->at++;
		number(r, &n);
	}
	if (r->hour != UNSET || hour > 24 || minute > 59 || second > 60) {
		r->anomalies |= ANOM(bad_date);
		return;
	}
	r->hour = (int)hour;
	r->minute = (int)minute;
	r->second = (int)second;
}

/* "13-Apr-2007", "2007-04-13", "04/13/2007", "13.04.2007": the text is behind its first number and at the separator. */
static void take_date(struct reading *r, int64_t first, size_t digits)
{
	uint8_t sep = r->s.p[r->at++];
	bool foreign = false, named = ascii_alpha((uint8_t)peek(r, 0));
	size_t n2, n3;
	int64_t second = named ? month_of(word(r), &foreign) : number(r, &n2), third;
	if (peek(r, 0) != sep || !digit_at(r, 1)) {
		if (r->day == UNSET && first <= 31)
			r->day = (int)first;
		if (named && second > 0 && r->month == UNSET)
			r->month = (int)second;
		r->anomalies |= ANOM(bad_date);
		return;
	}
	r->at++;
	third = number(r, &n3);
	if (digits >= 4) { /* ISO 8601 */
		r->year = first;
		r->month = (int)second;
		r->day = (int)third;
		return;
	}
	bool month_first = !named && sep == '/' && first <= 12;
	r->month = (int)(month_first ? first : second);
	r->day = (int)(month_first ? second : first);
	set_year(r, third, n3);
	if (!named || foreign)
		r->anomalies |= ANOM(bad_date);
}

/* "0530" behind a whole date and time: a zone that lost its plus sign. */
static bool take_bare_zone(struct reading *r, int64_t v, size_t digits)
{
	if (digits != 4 || v > 1400 || v % 100 >= 60 || v % 100 % 15 || r->day == UNSET || r->year == UNSET || r->hour == UNSET ||
		r->zone != NO_ZONE)
		return false;
	r->zone = (int)(v / 100 * 60 + v % 100);
	r->zone_number = true;
	r->anomalies |= ANOM(bad_zone);
	return true;
}

static void take_number(struct reading *r)
{
	size_t digits;
	int64_t v = number(r, &digits);
	int c = peek(r, 0), next = peek(r, 1);
	bool more = next >= 0 && ascii_alnum((uint8_t)next);
	if (digits <= 2 && take_separator(r, ':'))
		take_time(r, v, ':');
	else if (digits <= 2 && r->year != UNSET && r->hour == UNSET && c == '.' && digit_at(r, 1) && digit_at(r, 2)) {
		r->anomalies |= ANOM(bad_date);
		r->at++;
		take_time(r, v, '.');
	} else if ((c == '-' || c == '/' || c == '.') && more && r->day == UNSET)
		take_date(r, v, digits);
	else if (digits <= 2 && r->day == UNSET)
		r->day = (int)v;
	else if (digits <= 4 && r->year == UNSET)
		set_year(r, v, digits);
	else if (!take_bare_zone(r, v, digits))
		r->anomalies |= ANOM(bad_date);
}

/* At a sign with a digit behind it. */
static void take_zone(struct reading *r)
{
	int sign = r->s.p[r->at++] == '-' ? -1 : 1;
	size_t digits, more = 0;
	int64_t v = number(r, &digits), hours = digits <= 2 ? v : v / 100, minutes = digits <= 2 ? 0 : v % 100;
	if (digits <= 2 && peek(r, 0) == ':' && digit_at(r, 1)) {
		r->at++;
		minutes = number(r, &more);
	}
	if (r->zone_number) {
		r->anomalies |= ANOM(bad_date);
		return;
	}
	int64_t zone = sign * (hours * 60 + minutes);
	r->zone_number = true;
	if ((digits != 4 && more != 2) || minutes > 59 || minutes % 15 || zone < -12 * 60 || zone > 14 * 60)
		r->anomalies |= ANOM(bad_zone);
	r->zone = hours < 24 && minutes < 60 ? (int)zone : 0;
}

static void walk(struct reading *r)
{
	while (r->at < r->s.n) {
		uint8_t c = r->s.p[r->at];
		if (ascii_digit(c))
			take_number(r);
		else if (ascii_alpha(c))
			take_word(r);
		else if ((c == '+' || c == '-') && digit_at(r, 1) && r->hour != UNSET)
			take_zone(r);
		else if (c == '(')
			skip_comment(r);
		else {
			if (!ascii_space(c) && c != ',')
				r->anomalies |= ANOM(bad_date);
			r->at++;
		}
	}
}

static bool finish(struct reading *r, int64_t *unix_s)
{
	if (r->hour == UNSET)
		r->hour = r->minute = r->second = 0;
	if (r->pm && r->hour < 12)
		r->hour += 12;
	if (r->am && r->hour == 12)
		r->hour = 0;
	bool next_day = r->hour == 24;
	if (next_day || r->pm || r->am)
		r->anomalies |= ANOM(bad_date);
	struct civil c = {r->year, r->month, r->day, next_day ? 0 : r->hour, r->minute, r->second};
	if (r->year < 1900 || r->year > 9999 || !civil_valid(c))
		return false;
	int64_t days = days_from_civil(c.year, c.month, c.day), weekday = (days % 7 + 7 + 4) % 7;
	int64_t t = (days + next_day) * SECONDS_A_DAY + c.hour * SECONDS_AN_HOUR + c.minute * 60 + c.second;
	if ((r->weekday != UNSET && weekday != r->weekday) || r->year < 1970)
		r->anomalies |= ANOM(bad_date);
	*unix_s = t - (int64_t)r->zone * 60;
	return true;
}

static bool two_digits(const uint8_t *p, int most, int *v)
{
	if (!ascii_digit(p[0]) || !ascii_digit(p[1]))
		return false;
	*v = (p[0] - '0') * 10 + (p[1] - '0');
	return *v <= most;
}

/* Most dates begin like "Fri, 13 Apr 2007 21:02:57 ": read in one step what the walk would make of that. */
static void take_usual(struct reading *r)
{
	enum { USUAL = 26 };
	const uint8_t *p = r->s.p;
	int weekday, month, day, century, year, hour, minute, second;
	bool foreign;
	if (r->s.n < USUAL || p[3] != ',' || p[4] != ' ' || !ascii_digit(p[5]))
		return;
	bool wide = ascii_digit(p[6]);
	const uint8_t *q = p + 6 + wide; /* behind the day */
	if (q[0] != ' ' || q[4] != ' ' || q[9] != ' ' || q[12] != ':' || q[15] != ':' || q[18] != ' ')
		return;
	if (q[5] == '0' || !two_digits(q + 5, 99, &century) || !two_digits(q + 7, 99, &year) || !two_digits(q + 10, 24, &hour) ||
		!two_digits(q + 13, 59, &minute) || !two_digits(q + 16, 60, &second))
		return;
	day = wide ? (p[5] - '0') * 10 + (p[6] - '0') : p[5] - '0';
	weekday = name_index(str_make(p, 3), day_names);
	month = month_of(str_make(q + 1, 3), &foreign);
	if (weekday < 0 || month == UNSET || foreign)
		return;
	r->weekday = weekday;
	r->day = day;
	r->month = month;
	r->year = century * 100 + year;
	r->hour = hour;
	r->minute = minute;
	r->second = second;
	r->at = (size_t)(q + 18 - p);
}

bool date_parse(struct str s, int64_t *unix_s, int *zone_minutes, uint64_t *anomalies)
{
	struct reading r = {.s = str_first(str_trim(s), DATE_WINDOW),
		.day = UNSET,
		.month = UNSET,
		.weekday = UNSET,
		.year = UNSET,
		.hour = UNSET,
		.zone = NO_ZONE};
	take_usual(&r);
	walk(&r);
	if (r.zone == NO_ZONE || r.hour == UNSET) {
		r.anomalies |= ANOM(bad_date);
		r.zone = r.zone == NO_ZONE ? 0 : r.zone;
	}
	bool ok = finish(&r, unix_s);
	*anomalies |= ok ? r.anomalies : r.anomalies | ANOM(bad_date);
	if (ok && zone_minutes)
		*zone_minutes = r.zone;
	return ok;
}
