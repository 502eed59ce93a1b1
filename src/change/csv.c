/* csv.c - see csv.h. */
#include "change/csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/time.h"

enum { NUMBER_MAX = 64, SHOWN_MAX = 40 };

struct reader {
	const char *name;
	size_t line;
	bool timed, years;       /* years: every time so far is one */
	size_t fields, value_at; /* of the header: how many, and which is the value */
	struct series_csv s;
	size_t cap;
};

/* What of a field an error message shows. */
static int shown(struct str s)
{
	return (int)(s.n < SHOWN_MAX ? s.n : SHOWN_MAX);
}

static struct str unquote(struct str s)
{
	s = str_trim(s);
	return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_trim(str_sub(s, 1, s.n - 2)) : s;
}

/* Where the first field of a line ends: its comma, or the line's end. */
static size_t field_end(struct str line)
{
	bool quoted = false;
	for (size_t i = 0; i < line.n; i++) {
		quoted ^= line.p[i] == '"';
		if (line.p[i] == ',' && !quoted)
			return i;
	}
	return line.n;
}

/* The first field and number `at`; how many there are. */
static size_t fields(struct str line, size_t at, struct str *first, struct str *second)
{
	size_t n = 0;
	for (bool more = true; more; n++) {
		size_t end = field_end(line);
		struct str f = unquote(str_first(line, end));
		if (n == 0)
			*first = f;
		if (n == at)
			*second = f;
		more = end < line.n;
		line = str_from(line, more ? end + 1 : end);
	}
	return n;
}

static bool number(struct str s, double *v)
{
	char text[NUMBER_MAX], *end;
	if (s.n == 0 || s.n >= sizeof text || memchr(s.p, 0, s.n))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	if (text[s.n - 1] == ' ' || strpbrk(text, "xXpPiI")) /* neither hexadecimal nor infinity */
		return false;
	double got = strtod(text, &end);
	if (*end || !isfinite(got))
		return false;
	*v = got;
	return true;
}

static bool is_missing(struct str s)
{
	return s.n == 0 || str_ieq(s, S("nan")) || str_ieq(s, S("na")) || str_ieq(s, S("null"));
}

/* Which of several columns is the value: the one that is called so. */
static bool find_value(struct reader *r, struct str line)
{
	struct str a, name;
	for (r->value_at = 1; r->value_at < r->fields; r->value_at++) {
		fields(line, r->value_at, &a, &name);
		if (str_ieq(name, S("value")) || str_ieq(name, S("messages")))
			return true;
	}
	return false;
}

static int header(struct reader *r, struct str line, struct err *err)
{
	struct str a, b = S("");
	double v;
	if (str_starts(line, S("\xEF\xBB\xBF")))
		line = str_from(line, 3);
	r->value_at = 1;
	r->fields = fields(line, 1, &a, &b);
	r->timed = str_ieq(a, S("time")) || str_ieq(a, S("date")) || str_ieq(a, S("day"));
	if ((r->timed || str_ieq(a, S("index"))) && (r->fields == 2 ? !is_missing(b) && !number(b, &v) : find_value(r, line)))
		return 0;
	return err_set(err, ERR_INPUT,
		"%s:%zu: the header must be \"index,value\" or \"time,value\" (of more columns one is called value or messages), not \"%.*s\"",
		r->name, r->line, shown(line), (const char *)line.p);
}

/* ISO, also without the day; or a number. */
static bool read_time(struct str s, int64_t *t)
{
	char month[] = "YYYY-MM-01";
	double v;
	if (s.n == 7) {
		memcpy(month, s.p, s.n);
		if (time_parse_iso(str_make(month, sizeof month - 1), t))
			return true;
	}
	if (time_parse_iso(s, t))
		return true;
	if (!number(s, &v) || fabs(v) > 1e14)
		return false;
	*t = (int64_t)floor(v);
	return true;
}

/* Seconds of an afternoon in 1970 they are not. */
static bool is_year(struct str s, int64_t t)
{
	return s.n == 4 && t >= 1000 && t < 3000;
}

static void years_to_times(struct series_csv *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->time[i] = time_from_civil((struct civil){.year = s->time[i], .month = 1, .day = 1});
}

static int grow(struct reader *r, struct arena *a, struct err *err)
{
	size_t cap = r->cap ? 2 * r->cap : 1024;
	if (r->s.n < r->cap)
		return 0;
	double *value = arena_grow(a, r->s.value, r->cap * sizeof *value, cap * sizeof *value);
	int64_t *time = arena_grow(a, r->s.time, r->cap * sizeof *time, cap * sizeof *time);
	if (!value || !time)
		return err_oom(err, "series");
	r->s.value = value;
	r->s.time = time;
	r->cap = cap;
	return 0;
}

static int one_row(struct reader *r, struct str line, struct arena *a, struct err *err)
{
	struct str first, second = S("");
	double v = NAN;
	int64_t t = 0;
	size_t n = r->s.n;
	if (fields(line, r->value_at, &first, &second) != r->fields)
		return err_set(err, ERR_INPUT, "%s:%zu: %zu fields wanted, as in the header, not \"%.*s\"", r->name, r->line,
			r->fields, shown(line), (const char *)line.p);
	if (!is_missing(second) && !number(second, &v))
		return err_set(err, ERR_INPUT, "%s:%zu: \"%.*s\" is no number; leave the value empty where it is missing", r->name,
			r->line, shown(second), (const char *)second.p);
	if (r->timed && !read_time(first, &t))
		return err_set(err, ERR_INPUT,
			"%s:%zu: \"%.*s\" is no time; wanted: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS, UTC", r->name,
			r->line, shown(first), (const char *)first.p);
	if (r->timed && n && t <= r->s.time[n - 1])
		return err_set(err, ERR_INPUT,
			"%s:%zu: the time is not after that of the row before: a file holds one series, oldest first", r->name,
			r->line);
	if (n >= LIM_CHANGE_ROWS)
		return err_set(err, ERR_INPUT, "%s:%zu: more than %d rows", r->name, r->line, LIM_CHANGE_ROWS);
	if (grow(r, a, err))
		return err->kind;
	r->years &= r->timed && is_year(first, t);
	r->s.value[n] = v;
	r->s.time[n] = t;
	r->s.n++;
	return 0;
}

int series_csv_read(const char *name, struct str text, struct arena *a, struct series_csv *out, struct err *err)
{
	struct reader r = {.name = name, .years = true};
	struct str line;
	for (r.line = 1; str_line(&text, &line); r.line++) {
		if (r.line == 1 ? header(&r, line, err) : str_trim(line).n && one_row(&r, line, a, err))
			return err->kind;
	}
	if (r.line == 1)
		return err_set(err, ERR_INPUT, "%s: empty; wanted: a header \"index,value\" or \"time,value\", then rows", name);
	if (!r.timed)
		r.s.time = NULL;
	else if (r.years)
		years_to_times(&r.s);
	*out = r.s;
	return 0;
}
