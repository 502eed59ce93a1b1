/* fingerprint_shape.c - the form of an identifier: runs of letters and digits become their alphabet and length.
 *
 * One and the same generator must give one form although its random characters fall differently: a run of digits beside runs of
 * hex is hex, a run of a-f letters too. Times are found first (they must agree with Date or arrival), so that
 * a number of seconds is no digit run like others.
 */
#include "feature/fingerprint_int.h"

enum { PIECES = 48, NEAR_S = 3 * SECONDS_A_DAY, SHORT_RUN = 6, SEPARATORS = 3 };

enum { C_DIGIT = 1, C_HEXL = 2, C_LOWER = 4, C_HEXU = 8, C_UPPER = 16 };

struct piece {
	char kind; /* d h H l u a A x: a run; w: word; s: separator; t: time */
	struct str s;
	const char *time; /* how it is shown */
};

struct cut {
	const struct when *w;
	struct shape *out;
	struct piece v[PIECES];
	size_t n;
};

static unsigned char_class(uint8_t c)
{
	if (ascii_digit(c))
		return C_DIGIT;
	if (!ascii_alpha(c))
		return 0;
	bool hex = (c | 0x20) <= 'f';
	return c & 0x20 ? hex ? C_HEXL : C_LOWER : hex ? C_HEXU : C_UPPER;
}

static unsigned classes_of(struct str s)
{
	unsigned seen = 0;
	for (size_t i = 0; i < s.n; i++)
		seen |= char_class(s.p[i]);
	return seen;
}

/* seen: its classes */
static char run_kind(struct str s, unsigned seen)
{
	bool lower = seen & (C_HEXL | C_LOWER), upper = seen & (C_HEXU | C_UPPER), digit = seen & C_DIGIT;
	if (lower && upper)
		return 'x';
	if (!lower && !upper)
		return 'd';
	if (seen & (C_LOWER | C_UPPER))
		return digit ? (lower ? 'a' : 'A') : (lower ? 'l' : 'u');
	return digit || s.n >= SHORT_RUN ? (lower ? 'h' : 'H') : (lower ? 'l' : 'u');
}

bool print_listed(const char *const *by_length, size_t lengths, struct str s)
{
	const char *list = s.n && s.n < lengths ? by_length[s.n] : NULL;
	for (; list && *list; list += s.n)
		if ((uint8_t)*list == s.p[0] && memcmp(list, s.p, s.n) == 0)
			return true;
	return false;
}

/* Words that generators put into their ids. */
static bool is_word(struct str s)
{
	static const char *const words[] = {
		[2] = "qm",
		[3] = "altALTLNXGSOWNTOSFBSFphpPHPmsgwwwREL",
		[4] = "NextPartMailpartMIMEmimePinemailsmtpuserhomehostnone",
		[5] = "AppleboundmixedcamelqmailswiftMulti",
		[6] = "ThreadSenderserver",
		[7] = "relatedwebmailMessagemessagemailmanunknown",
		[8] = "NextPartBoundaryboundaryBOUNDARYmimepartJavaMailsquirrel",
		[9] = "phpmailermultipartevolutionlocalhost",
	};
	return print_listed(words, sizeof words / sizeof *words, s);
}

static bool near_time(const struct when *w, int64_t v, int64_t slack)
{
	if (!w)
		return false;
	if (w->date != TIME_NONE && v - w->date <= slack && w->date - v <= slack)
		return true;
	return w->arrival != TIME_NONE && v - w->arrival <= slack && w->arrival - v <= slack;
}

static int two(const uint8_t *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* digits: 8, 12 or 14 of them at p */
static bool civil_at(const uint8_t *p, size_t digits, int64_t *v)
{
	struct civil c = {.year = two(p) * 100 + two(p + 2), .month = two(p + 4), .day = two(p + 6)};
	if (digits >= 12) {
		c.hour = two(p + 8);
		c.minute = two(p + 10);
	}
	if (digits >= 14)
		c.second = two(p + 12);
	if (c.year < 1980 || c.year > 2100 || !civil_valid(c))
		return false;
	*v = time_from_civil(c);
	return true;
}

static size_t count_digits(struct str s)
{
	size_t n = 0;
	while (n < s.n && ascii_digit(s.p[n]))
		n++;
	return n;
}

static int64_t decimal(struct str s)
{
	int64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v * 10 + (s.p[i] - '0');
	return v;
}

static bool hex8(struct str s, uint32_t *v)
{
	*v = 0;
	if (s.n < 8)
		return false;
	for (size_t i = 0; i < 8; i++) {
		int d = ascii_hex(s.p[i]);
		if (d < 0)
			return false;
		*v = *v << 4 | (uint32_t)d;
	}
	return true;
}

static void found(struct shape *o, enum stamp kind, int64_t v, bool day_only)
{
	if (o->stamp)
		return;
	o->stamp = kind;
	o->time = v;
	o->day_only = day_only;
}

/* A time in decimal digits at the start of s: its length, 0 when there is none. */
static size_t decimal_time(struct cut *c, struct str s, const char **shown)
{
	size_t n = count_digits(s);
	int64_t v;
	if (n >= 14 && civil_at(s.p, 14, &v) && near_time(c->w, v, NEAR_S))
		return found(c->out, STAMP_CIVIL, v, false), *shown = "T14", 14;
	if (n >= 12 && civil_at(s.p, 12, &v) && near_time(c->w, v, NEAR_S))
		return found(c->out, STAMP_CIVIL, v, false), *shown = "T12", 12;
	if (n == 13 && near_time(c->w, decimal(str_first(s, 10)), NEAR_S))
		return found(c->out, STAMP_UNIX, decimal(str_first(s, 10)), false), *shown = "M13", 13;
	if (n >= 10 && near_time(c->w, decimal(str_first(s, 10)), NEAR_S))
		return found(c->out, STAMP_UNIX, decimal(str_first(s, 10)), false), *shown = "U10", 10;
	if (n >= 8 && n <= 10 && civil_at(s.p, 8, &v) && near_time(c->w, v, NEAR_S))
		return found(c->out, STAMP_CIVIL, v, true), *shown = "D8", 8;
	return 0;
}

static void push(struct cut *c, char kind, struct str s, const char *time)
{
	if (c->n < PIECES)
		c->v[c->n++] = (struct piece){kind, s, time};
}

static void push_run(struct cut *c, struct str s)
{
	if (!s.n)
		return;
	unsigned seen = classes_of(s);
	push(c, !(seen & C_DIGIT) && is_word(s) ? 'w' : run_kind(s, seen), s, NULL);
}

/* The last eight digits of run and the eight behind the separator make a FILETIME. */
static bool filetime(struct cut *c, struct str run, struct str behind)
{
	uint32_t hi, lo;
	if (run.n < 8 || run.n > 20 || behind.n < 9 || ascii_alnum(behind.p[0]))
		return false;
	struct str tail = str_from(run, run.n - 8);
	if (tail.p[0] != '0' || tail.p[1] != '1' || !hex8(tail, &hi) || !hex8(str_sub(behind, 1, 8), &lo))
		return false;
	if ((behind.n > 9 && ascii_alnum(behind.p[9])) || hi < 0x01b00000 || hi > 0x01e80000)
		return false;
	int64_t v = (int64_t)(((uint64_t)hi << 32 | lo) / 10000000) - INT64_C(11644473600);
	bool upper = false;
	for (size_t i = 0; i < 8; i++)
		upper |= tail.p[i] >= 'A' && tail.p[i] <= 'F';
	for (size_t i = 1; i < 9; i++)
		upper |= behind.p[i] >= 'A' && behind.p[i] <= 'F';
	found(c->out, STAMP_FILETIME, v, false);
	push_run(c, str_first(run, run.n - 8));
	push(c, 't', tail, upper ? "F" : "f");
	push(c, 's', str_first(behind, 1), NULL);
	push(c, 't', str_sub(behind, 1, 8), upper ? "F" : "f");
	return true;
}

static bool hex_time(struct cut *c, struct str run)
{
	uint32_t v;
	if (run.n != 8 || !hex8(run, &v) || !near_time(c->w, v, NEAR_S))
		return false;
	bool lower = false;
	for (size_t i = 0; i < 8; i++)
		lower |= run.p[i] >= 'a';
	found(c->out, STAMP_UNIX_HEX, v, false);
	push(c, 't', run, lower ? "x8" : "X8");
	return true;
}

/* One run; *used tells how much of behind went with it. */
static void cut_run(struct cut *c, struct str run, struct str behind, size_t *used)
{
	const char *shown;
	size_t n;
	*used = 0;
	if (filetime(c, run, behind)) {
		*used = 9;
		return;
	}
	if (hex_time(c, run))
		return;
	if ((n = decimal_time(c, run, &shown))) {
		push(c, 't', str_first(run, n), shown);
		run = str_from(run, n);
	}
	for (size_t back = 14; back >= 10; back -= 4) /* and at its end */
		if (run.n > back && count_digits(str_from(run, run.n - back)) == back &&
			decimal_time(c, str_from(run, run.n - back), &shown) == back) {
			push_run(c, str_first(run, run.n - back));
			push(c, 't', str_from(run, run.n - back), shown);
			return;
		}
	push_run(c, run);
}

/* base64 with its two other characters: one run, whatever falls into it. */
static bool is_base64(struct str s)
{
	bool upper = false, lower = false, other = false;
	for (size_t i = 0; i < s.n && s.n >= 12; i++) {
		uint8_t c = s.p[i];
		upper |= c >= 'A' && c <= 'Z';
		lower |= c >= 'a' && c <= 'z';
		other |= c == '+' || c == '/';
		if (!ascii_alnum(c) && c != '+' && c != '/' && !(c == '=' && i + 2 >= s.n))
			return false;
	}
	return upper && lower && other;
}

static void cut_up(struct cut *c, struct str s)
{
	if (is_base64(s)) {
		push(c, 'x', s, NULL);
		return;
	}
	for (size_t i = 0; i < s.n && c->n < PIECES;) {
		size_t end = i + 1, used = 0;
		if (!ascii_alnum(s.p[i])) {
			while (end < s.n && s.p[end] == s.p[i])
				end++;
			push(c, 's', str_sub(s, i, end - i), NULL);
		} else {
			while (end < s.n && ascii_alnum(s.p[end]))
				end++;
			cut_run(c, str_sub(s, i, end - i), str_from(s, end), &used);
		}
		i = end + used;
	}
}

static bool all_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_hex(s.p[i]) < 0)
			return false;
	return true;
}

/* A short run takes the alphabet of the runs beside it, when its characters are of that. */
static void settle(struct cut *c)
{
	bool has[128] = {false}, hex[33] = {false}; /* hex: runs of that length */
	for (size_t i = 0; i < c->n; i++) {
		has[(unsigned char)c->v[i].kind & 127] = true;
		if (c->v[i].kind == 'h' || c->v[i].kind == 'H')
			hex[c->v[i].s.n < 32 ? c->v[i].s.n : 32] = true;
		if (c->v[i].kind == 't' && (c->v[i].time[0] | 0x20) == 'f')
			hex[8] = has[c->v[i].time[0] == 'f' ? 'h' : 'H'] = true;
		if (c->v[i].kind == 't' && (c->v[i].time[0] | 0x20) == 'x')
			has[c->v[i].time[0] == 'x' ? 'h' : 'H'] = true;
	}
	for (size_t i = 0; i < c->n; i++) {
		struct piece *p = &c->v[i];
		if ((p->s.n > SHORT_RUN && (p->kind != 'd' || p->s.n > 8 || !hex[p->s.n])) || p->kind == 's' || p->kind == 't' ||
			p->kind == 'w' || p->kind == 'x')
			continue;
		bool lower = p->kind != 'u' && p->kind != 'H' && p->kind != 'A', upper = p->kind == 'd' || !lower;
		if (has['a'] && lower)
			p->kind = 'a';
		else if (has['A'] && upper)
			p->kind = 'A';
		else if (has['h'] && lower && all_hex(p->s))
			p->kind = 'h';
		else if (has['H'] && upper && all_hex(p->s))
			p->kind = 'H';
	}
}

static char coarse_kind(const struct piece *p)
{
	if (p->kind == 'd')
		return p->s.n > SHORT_RUN ? 'd' : 'w';
	if (p->kind == 'x')
		return 'x';
	return p->kind == 'H' || p->kind == 'A' || p->kind == 'u' ? 'W' : 'w';
}

static void write_separator(struct val *v, struct str s)
{
	if (s.n <= SEPARATORS) {
		val_add(v, s);
		return;
	}
	val_byte(v, s.p[0]);
	val_byte(v, '{');
	val_num(v, s.n);
	val_byte(v, '}');
}

static void write_piece(const struct piece *p, struct val *exact, struct val *coarse)
{
	if (p->kind == 't') {
		val_add(exact, str_of(p->time));
		val_add(coarse, str_of(p->time));
	} else if (p->kind == 'w') {
		val_add(exact, p->s);
		val_add(coarse, p->s);
	} else if (p->kind == 's') {
		write_separator(exact, p->s);
		write_separator(coarse, p->s);
	} else {
		val_num(exact, p->s.n);
		val_byte(exact, (uint8_t)p->kind);
		val_byte(coarse, (uint8_t)coarse_kind(p));
	}
}

void print_shape(struct str s, const struct when *w, struct shape *out)
{
	struct cut c; /* an initialiser would clear all of it each time */
	c.w = w;
	c.out = out;
	c.n = 0;
	out->exact.n = out->coarse.n = 0;
	out->stamp = STAMP_NONE;
	out->time = TIME_NONE;
	out->day_only = false;
	cut_up(&c, str_first(s, 256));
	settle(&c);
	for (size_t i = 0; i < c.n; i++) {
		if (i && c.v[i].kind != 's' && c.v[i - 1].kind != 's') /* a time and a run without a separator */
			val_byte(&out->exact, '\'');
		write_piece(&c.v[i], &out->exact, &out->coarse);
	}
}

void print_coarse(struct str s, struct val *out)
{
	struct shape sh;
	print_shape(s, NULL, &sh);
	val_add(out, val_str(&sh.coarse));
}

void print_digits(struct str s, struct val *out)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_digit(s.p[i]))
			val_byte(out, s.p[i]);
		else if (i == 0 || !ascii_digit(s.p[i - 1]))
			val_byte(out, '9');
}
