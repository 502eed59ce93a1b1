/* feed_name.c - see feed_name.h. */
#include "source/feed_name.h"

#include "base/time.h"

struct str path_base(struct str path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	size_t slash = str_rfind_byte(path, '/');
	return slash == STR_NPOS || path.n == 1 ? path : str_from(path, slash + 1);
}

struct str path_parent(struct str path)
{
	size_t slash = str_rfind_byte(path, '/');
	return slash == STR_NPOS ? path : str_first(path, slash ? slash : 1);
}

static struct str without_extensions(struct str name)
{
	static const struct str extensions[] = {STR_INIT(".mbox"), STR_INIT(".mbx"), STR_INIT(".mail"), STR_INIT(".txt"),
		STR_INIT(".eml"), STR_INIT(".gz"), STR_INIT(".xz"), STR_INIT(".bz2"), STR_INIT(".zst"), STR_INIT(".lzma"),
		STR_INIT(".tar"), STR_INIT(".tgz"), STR_INIT(".txz"), STR_INIT(".tbz"), STR_INIT(".tbz2"), STR_INIT(".tzst"),
		STR_INIT(".zip"), STR_INIT(".7z")};
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
		if (name.n > extensions[i].n && str_iends(name, extensions[i])) {
			name.n -= extensions[i].n;
			i = (size_t)-1; /* again: .mbox.gz */
		}
	}
	return name;
}

bool feed_name_is_box(struct str path)
{
	static const struct str packed[] = {
		STR_INIT(".gz"), STR_INIT(".xz"), STR_INIT(".bz2"), STR_INIT(".zst"), STR_INIT(".lzma")};
	struct str name = path_base(path);
	for (size_t i = 0; i < sizeof packed / sizeof *packed; i++)
		if (str_iends(name, packed[i]))
			name.n -= packed[i].n;
	return str_ieq(name, S("mbox")) || str_iends(name, S(".mbox")) || str_iends(name, S(".mbx"));
}

static struct str plain(struct str path)
{
	struct str base = path_base(path), up = str_first(path, path.n - base.n);
	if (str_eq(base, S("mbox")) && str_iends(up, S(".mbox/")))
		base = path_base(up); /* Apple Mail: NAME.mbox/mbox */
	return without_extensions(base);
}

/* ---- dates ---- */

enum word { WORD_NONE, WORD_NUMBER /* of a month, a week or a day */, WORD_MONTH, WORD_YEAR, WORD_DATE /* with its year */ };

static bool separator(uint8_t c)
{
	return c == '-' || c == '_' || c == '.' || c == ' ' || c == ',' || c == '+';
}

static int number(struct str s)
{
	int n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_digit(s.p[i]))
			return -1;
		n = n * 10 + s.p[i] - '0';
	}
	return s.n ? n : -1;
}

static bool within(int n, int lo, int hi)
{
	return n >= lo && n <= hi;
}

static bool month_name(struct str s)
{
	for (size_t m = 0; m < 12; m++) {
		struct str name = str_of(time_months[m]);
		if (str_ieq(s, name) || str_ieq(s, str_first(name, 3)))
			return true;
	}
	return false;
}

/* YYYY, YYYYMM, YYYYMMDD, YYYYQn, YYYYWnn */
static enum word year_word(struct str s)
{
	struct str rest = str_from(s, 4);
	if (s.n < 4 || s.n > 8 || !within(number(str_first(s, 4)), 1970, 2069))
		return WORD_NONE;
	if (rest.n == 0)
		return WORD_YEAR;
	int n = number(rest);
	if (rest.n == 2 && within(n, 1, 12))
		return WORD_DATE;
	if (rest.n == 4 && within(n / 100, 1, 12) && within(n % 100, 1, 31))
		return WORD_DATE;
	n = number(str_from(rest, 1));
	if ((str_istarts(rest, S("q")) && rest.n == 2 && within(n, 1, 4)) ||
		(str_istarts(rest, S("w")) && rest.n == 3 && within(n, 1, 53)))
		return WORD_DATE;
	return WORD_NONE;
}

static enum word word_of(struct str s)
{
	enum word w = year_word(s);
	if (w)
		return w;
	struct str rest = str_from(s, 1);
	if (s.n <= 2 && within(number(s), 1, 31))
		return WORD_NUMBER;
	if (s.n <= 3 && (str_istarts(s, S("q")) || str_istarts(s, S("w"))) && within(number(rest), 1, 53))
		return WORD_NUMBER;
	return month_name(s) ? WORD_MONTH : WORD_NONE;
}

enum { WORDS = 32 };

struct words {
	struct {
		size_t from, to; /* in the name */
		enum word is;
	} v[WORDS];
	size_t n;
};

/* False: more of them than a name has. */
static bool words_of(struct str name, struct words *w)
{
	w->n = 0;
	for (size_t from = 0, to; from < name.n; from = to + 1) {
		for (to = from; to < name.n && !separator(name.p[to]); to++)
			;
		if (to == from)
			continue;
		if (w->n == WORDS)
			return false;
		w->v[w->n].from = from;
		w->v[w->n].to = to;
		w->v[w->n++].is = word_of(str_sub(name, from, to - from));
	}
	return true;
}

/* Whether the n words from i on are one date, as feed_name.h has them. */
static bool date(const struct words *w, size_t i, size_t n)
{
	enum word a = w->v[i].is, b = n > 1 ? w->v[i + 1].is : WORD_NONE, c = n > 2 ? w->v[i + 2].is : WORD_NONE;
	bool part = b == WORD_NUMBER || b == WORD_MONTH;
	if (n == 1)
		return a == WORD_YEAR || a == WORD_DATE;
	if (n == 2)
		return (a == WORD_YEAR && part) || (a == WORD_MONTH && b == WORD_YEAR);
	return (a == WORD_YEAR && part && c == WORD_NUMBER) || (a == WORD_NUMBER && b == WORD_MONTH && c == WORD_YEAR);
}

/* The length of the longest date that begins, or ends, at word `at`. */
static size_t date_from(const struct words *w, size_t at)
{
	for (size_t n = 3; n; n--)
		if (at + n <= w->n && date(w, at, n))
			return n;
	return 0;
}

static size_t date_to(const struct words *w, size_t at)
{
	for (size_t n = 3; n; n--)
		if (n <= at && date(w, at - n, n))
			return n;
	return 0;
}

/* The name without dates at its ends; empty: it is nothing else. */
static struct str without_dates(struct str name)
{
	struct words w;
	if (!words_of(name, &w) || w.n == 0)
		return name;
	size_t first = 0, last = w.n, n;
	while ((n = date_from(&w, first)))
		first += n;
	while (last > first && (n = date_to(&w, last)) && n <= last - first)
		last -= n;
	if (first == last)
		return S("");
	size_t from = first ? w.v[first].from : 0, to = last < w.n ? w.v[last - 1].to : name.n;
	return str_sub(name, from, to - from);
}

/* A month or a day, as folders within that of a year have: 04, Apr, 04-30. */
static bool part_of_date(struct str name)
{
	struct words w;
	if (!words_of(name, &w) || w.n == 0 || w.n > 2)
		return false;
	for (size_t i = 0; i < w.n; i++)
		if (w.v[i].is != WORD_NUMBER && w.v[i].is != WORD_MONTH)
			return false;
	return true;
}

/* Whether the path's last name is a date: of itself, or with those of the folders above it. */
static bool dated(struct str path)
{
	struct str name = plain(path);
	while (part_of_date(name)) {
		struct str up = path_parent(path);
		if (up.n == path.n)
			return false;
		path = up;
		name = plain(path);
	}
	return name.n && without_dates(name).n == 0;
}

struct str feed_name_of(struct str path)
{
	struct str at = path;
	while (dated(at)) {
		struct str up = path_parent(at);
		if (up.n == at.n || str_eq(up, S("/")))
			return plain(path);
		at = up;
	}
	return without_dates(plain(at));
}

struct str feed_name_dated(struct str path)
{
	struct str name = plain(path);
	return without_dates(name).n == name.n ? feed_name_of(path) : name;
}
