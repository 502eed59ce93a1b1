/* fingerprint_id.c - Message-ID, boundary, Date: their forms, and the times and texts inside them. */
#include "base/ip.h"
#include "feature/fingerprint_int.h"

static void put_shape(struct print *p, const struct shape *s, enum print_id exact, enum print_id coarse, enum print_id time)
{
	VAL(v);
	print_val(p, exact, &s->exact);
	print_val(p, coarse, &s->coarse);
	if (s->stamp) {
		print_time_relation(p, s->stamp, s->time, s->day_only, &v);
		print_val(p, time, &v);
	}
}

/* "000c01caa940$ffca53ac$c602a8c0": what stands before the time, and the address at the end, lowest byte first. */
static void put_outlook(struct print *p)
{
	struct str s = p->mid_local, head = str_first(s, str_find_byte(s, '$'));
	uint8_t ip[4];
	if (p->mid_shape.stamp != STAMP_FILETIME || head.n == s.n || head.n < 8)
		return;
	print_put(p, PRINT_mid_seq, head.n == 8 ? S("-") : str_first(head, head.n - 8 < 4 ? head.n - 8 : 4));
	struct str tail = str_from(s, head.n + 1);
	tail = str_from(tail, str_find_byte(tail, '$') + 1);
	if (tail.n < 8 || !hex_decode(str_first(tail, 8), ip, 4))
		return;
	uint8_t order[4] = {ip[3], ip[2], ip[1], ip[0]};
	VAL(v);
	if (p->t->ip_len == 4 && memcmp(order, p->t->ip, 4) == 0)
		val_add(&v, S("peer"));
	else if (p->t->ip_len == 4 && memcmp(ip, p->t->ip, 4) == 0)
		val_add(&v, S("peer-reversed"));
	else if (order[0] == 127)
		val_add(&v, S("loopback"));
	else
		val_add(&v, ip_is_private(order, 4) ? S("private") : order[0] == 0 || order[0] >= 224 ? S("none") : S("public"));
	print_val(p, PRINT_mid_ip, &v);
}

/* Four numbers in a row that make an address: where in s, and its length there. */
static struct str dotted_quad(struct str s)
{
	uint8_t ip[16];
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_digit(s.p[i]) || (i && (ascii_alnum(s.p[i - 1]))))
			continue;
		size_t end = i, dots = 0;
		while (end < s.n && (ascii_digit(s.p[end]) || (s.p[end] == '.' && ++dots < 4)))
			end++;
		struct str quad = str_sub(s, i, end - i);
		if (dots >= 3 && quad.n >= 7 && quad.n <= 15 && ip_parse(quad, ip) == 4)
			return quad;
	}
	return S("");
}

/* Webmail writes its user's address into the Message-ID and into the Received that it makes. */
static void put_dotted(struct print *p)
{
	struct str quad = p->mid_local.n >= 7 ? dotted_quad(p->mid_local) : S("");
	uint8_t ip[16];
	VAL(v);
	if (!quad.n || p->mid_shape.stamp == STAMP_FILETIME)
		return;
	ip_parse(quad, ip);
	val_add(&v, S("dotted:"));
	if (p->t->ip_len == 4 && memcmp(ip, p->t->ip, 4) == 0)
		val_add(&v, S("peer"));
	else if (str_find(print_field(p, HDR_received), quad) != STR_NPOS)
		val_add(&v, S("received"));
	else
		val_add(&v, ip_is_private(ip, 4) ? S("private") : S("other"));
	print_val(p, PRINT_mid_ip, &v);
}

/* Other fields' text, three characters at least: shorter ones meet by chance. */
static void put_contained(struct print *p)
{
	const struct {
		const char *name;
		struct str s;
	} other[] = {{"from-local", p->from.local}, {"to-local", p->to.local}, {"from-domain", p->from.domain},
		{"to-domain", p->to.domain}, {"helo", p->t->helo}, {"ip", p->t->ip_text}};
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (other[i].s.n >= 3 && p->mid_local.n > other[i].s.n && str_ifind(p->mid_local, other[i].s) != STR_NPOS)
			print_put(p, PRINT_mid_has, str_of(other[i].name));
}

/* A local part of three characters and more is '@' in the form: its length is not the software's doing. */
static struct str without_local(struct str id, struct str local, struct val *out)
{
	size_t at = local.n >= 3 ? str_ifind(id, local) : STR_NPOS, end = at + local.n;
	if (at == STR_NPOS || (at && ascii_alnum(id.p[at - 1])) || (end < id.n && ascii_alnum(id.p[end])))
		return id;
	out->n = 0;
	val_add(out, str_first(id, at));
	val_byte(out, '@');
	val_add(out, str_from(id, end));
	return val_str(out);
}

static void put_mid(struct print *p)
{
	VAL(v);
	VAL(from);
	VAL(to);
	p->mid_shape.stamp = STAMP_NONE;
	p->mid_shape.exact.n = p->mid_shape.coarse.n = 0;
	if (!print_has(p, HDR_message_id))
		return;
	print_shape(without_local(without_local(p->mid_local, p->from.local, &from), p->to.local, &to), &p->when, &p->mid_shape);
	if (!p->mid_local.n)
		val_add(&p->mid_shape.exact, S("-"));
	struct str raw = p->mid_field;
	if (raw.n && (raw.p[0] != '<' || raw.p[raw.n - 1] != '>'))
		val_add(&p->mid_shape.exact, S(" unbracketed"));
	put_shape(p, &p->mid_shape, PRINT_mid, PRINT_mid_c, PRINT_mid_time);
	put_outlook(p);
	put_dotted(p);
	print_host(p, p->mid_host, false, &v);
	print_val(p, PRINT_mid_host, &v);
	put_contained(p);
}

/* The longest run of letters and digits. */
static struct str longest_run(struct str s)
{
	struct str best = S("");
	for (size_t i = 0; i < s.n;) {
		size_t end = i;
		while (end < s.n && ascii_alnum(s.p[end]))
			end++;
		if (end - i > best.n)
			best = str_sub(s, i, end - i);
		i = end + 1;
	}
	return best;
}

/* Do they share a token, whole or in part? A part must be too long for chance. */
static void put_shared(struct print *p)
{
	enum { PART = 8, TOKEN = 6 };
	struct str b = p->boundary, run = longest_run(b), id = p->mid_local;
	VAL(v);
	if (!id.n || !b.n)
		return;
	if (p->mid_shape.stamp && p->bnd_shape.stamp && p->mid_shape.stamp == p->bnd_shape.stamp) {
		int64_t d = p->bnd_shape.time - p->mid_shape.time;
		val_add(&v, S("time"));
		if (d == 0)
			val_byte(&v, '=');
		else if (p->when.zone_s && d >= p->when.zone_s - 60 && d <= p->when.zone_s + 60)
			val_add(&v, d == p->when.zone_s ? S(":zone=") : S(":zone~"));
		else
			val_add(&v, d >= -60 && d <= 60 ? S("~") : S("-other"));
	} else if (run.n >= TOKEN && str_ifind(id, run) != STR_NPOS) {
		val_add(&v, S("token"));
	} else if ((run = longest_run(id)).n >= TOKEN && str_ifind(b, run) != STR_NPOS) {
		val_add(&v, S("id-token"));
	} else if (run.n >= PART &&
		   (str_ifind(b, str_first(run, PART)) != STR_NPOS || str_ifind(b, str_from(run, run.n - PART)) != STR_NPOS)) {
		val_add(&v, S("part"));
	}
	print_val(p, PRINT_bnd_mid, &v);
}

/* "_000_0009_01CB...": the count before the time. Outlook counts parts before it makes the Message-ID. */
static void put_sequence(struct print *p)
{
	enum { NEAR = 16 };
	struct str b = p->boundary, id = str_first(p->mid_local, str_find_byte(p->mid_local, '$'));
	size_t dot = str_rfind_byte(b, '.');
	uint8_t mine[2], its[2];
	VAL(v);
	if (p->mid_shape.stamp != STAMP_FILETIME || p->bnd_shape.stamp != STAMP_FILETIME || id.n < 12 || dot == STR_NPOS ||
		dot < 13)
		return;
	if (!hex_decode(str_sub(id, id.n - 12, 4), mine, 2) || !hex_decode(str_sub(b, dot - 13, 4), its, 2))
		return;
	int d = (mine[0] << 8 | mine[1]) - (its[0] << 8 | its[1]);
	if (d > NEAR || d < -NEAR) {
		val_add(&v, S("far"));
	} else {
		if (d < 0)
			val_byte(&v, '-');
		val_num(&v, (uint64_t)(d < 0 ? -d : d));
	}
	print_val(p, PRINT_bnd_seq, &v);
}

static void put_boundary(struct print *p)
{
	p->bnd_shape.stamp = STAMP_NONE;
	p->bnd_shape.exact.n = p->bnd_shape.coarse.n = 0;
	if (!p->boundary.n)
		return;
	print_shape(p->boundary, &p->when, &p->bnd_shape);
	put_shape(p, &p->bnd_shape, PRINT_bnd, PRINT_bnd_c, PRINT_bnd_time);
	put_sequence(p);
	put_shared(p);
}

/* ---- Date ---- */

#define THREE(a, b, c) ((uint32_t)(a) << 16 | (b) << 8 | (c))
static const uint32_t day_names[] = {THREE('m', 'o', 'n'), THREE('t', 'u', 'e'), THREE('w', 'e', 'd'), THREE('t', 'h', 'u'),
	THREE('f', 'r', 'i'), THREE('s', 'a', 't'), THREE('s', 'u', 'n')};
static const uint32_t month_names[] = {THREE('j', 'a', 'n'), THREE('f', 'e', 'b'), THREE('m', 'a', 'r'), THREE('a', 'p', 'r'),
	THREE('m', 'a', 'y'), THREE('j', 'u', 'n'), THREE('j', 'u', 'l'), THREE('a', 'u', 'g'), THREE('s', 'e', 'p'),
	THREE('o', 'c', 't'), THREE('n', 'o', 'v'), THREE('d', 'e', 'c')};

/* *form: how its letters are written */
static bool is_name(struct str w, const uint32_t *names, size_t n, char *form)
{
	if (w.n < 3 || !ascii_alpha(w.p[0]))
		return false;
	*form = !(w.p[1] & 0x20) ? 'U' : w.p[0] & 0x20 ? 'l' : 'n';
	uint32_t start = THREE(ascii_lower(w.p[0]), ascii_lower(w.p[1]), ascii_lower(w.p[2]));
	for (size_t i = 0; i < n; i++)
		if (start == names[i])
			return true;
	return false;
}
#define IS_NAME(w, names, form) is_name(w, names, sizeof(names) / sizeof *(names), form)

/* One word of a date: its kind, so that all dates of one writer look the same. */
static void date_word(struct str w, size_t index, struct val *out)
{
	char form;
	size_t digits = 0, colons = 0;
	for (size_t i = 0; i < w.n; i++) {
		digits += ascii_digit(w.p[i]);
		colons += w.p[i] == ':';
	}
	if (IS_NAME(w, day_names, &form)) {
		val_add(out, form == 'n' ? S("Www") : form == 'U' ? S("WWW") : S("www"));
		val_add(out, w.n > 4 ? S("-long") : w.p[w.n - 1] == ',' ? S(",") : S(""));
	} else if (IS_NAME(w, month_names, &form)) {
		val_add(out, form == 'n' ? S("Mmm") : form == 'U' ? S("MMM") : S("mmm"));
		val_add(out, w.n > 3 ? S("-long") : S(""));
	} else if (colons) {
		val_add(out, colons == 1 ? S("h:m") : S("h:m:s"));
		val_add(out, digits + colons < w.n ? S("*") : w.n > 1 && w.p[1] == ':' && index ? S("1") : S(""));
	} else if (w.p[0] == '+' || w.p[0] == '-') {
		val_byte(out, 'z');
		val_add(out, w.n != 5 || digits != 4 ? S("*") : S(""));
	} else if (w.p[0] == '(') {
		val_add(out, S("(z)"));
	} else if (digits == w.n && w.n <= 2) {
		val_byte(out, 'd');
	} else if (digits == w.n) {
		val_byte(out, 'y');
		val_add(out, w.n != 4 ? S("*") : S(""));
	} else {
		bool upper = w.n <= 4;
		for (size_t i = 0; i < w.n; i++)
			upper &= w.p[i] >= 'A' && w.p[i] <= 'Z';
		val_add(out, upper ? S("Z") : S("?"));
	}
}

static void put_date_form(struct print *p, struct str s)
{
	VAL(v);
	size_t words = 0, i = 0;
	while (i < s.n && words < 10) {
		size_t end = i;
		if (ascii_space(s.p[i])) {
			while (end < s.n && ascii_space(s.p[end]))
				end++;
			val_byte(&v, ' ');
			if (end - i > 1)
				val_byte(&v, '_');
		} else {
			bool comment = s.p[i] == '(';
			while (end < s.n && (comment ? s.p[end - 1 + (end == i)] != ')' || end == i : !ascii_space(s.p[end])))
				end++;
			date_word(str_sub(s, i, end - i), words++, &v);
		}
		i = end;
	}
	print_val(p, PRINT_date, &v);
}

/* A day below ten. */
static void put_day_pad(struct print *p, struct str s)
{
	size_t comma = str_find_byte(s, ',');
	size_t i = comma == STR_NPOS ? 0 : comma + 1;
	while (i < s.n && s.p[i] == ' ')
		i++;
	if (i + 1 >= s.n || !ascii_digit(s.p[i]))
		return;
	if (s.p[i] == '0')
		print_put(p, PRINT_dpad, S("0"));
	else if (!ascii_digit(s.p[i + 1]))
		print_put(p, PRINT_dpad, comma != STR_NPOS && i - comma > 2 ? S("blank") : S("none"));
}

static void put_zone(struct print *p, struct str s)
{
	size_t sign = STR_NPOS;
	for (size_t i = s.n; i-- > 0 && sign == STR_NPOS;)
		if ((s.p[i] == '+' || s.p[i] == '-') && i && ascii_space(s.p[i - 1]))
			sign = i;
	if (sign == STR_NPOS) {
		struct str last = str_from(s, str_rfind_byte(s, ' ') + 1);
		bool name = last.n && last.n <= 4 && ascii_alpha(last.p[0]);
		print_put(p, PRINT_tz, name ? last : S("none"));
		return;
	}
	struct str z = str_sub(s, sign, 5);
	if (str_eq(z, S("+0000")) || str_eq(z, S("-0000"))) {
		print_put(p, PRINT_tz, z);
	} else {
		bool ok = z.n == 5 && ascii_digit(z.p[1]) && ascii_digit(z.p[2]) && z.p[1] <= '1' &&
		          (str_ends(z, S("00")) || str_ends(z, S("30")) || str_ends(z, S("45")));
		print_put(p, PRINT_tz, !ok ? S("bad") : z.p[0] == '+' ? S("east") : S("west"));
	}
}

static void put_date(struct print *p)
{
	struct str s = str_first(p->date, 80);
	if (!s.n)
		return;
	put_date_form(p, s);
	put_day_pad(p, s);
	put_zone(p, s);
	if (p->when.date == TIME_NONE || p->when.arrival == TIME_NONE)
		return;
	int64_t late = p->when.arrival - p->when.date, rest = ((late % 1800) + 1800) % 1800;
	struct str how = S("far");
	if (late >= -5 && late <= 600)
		how = S("now");
	else if (late > -600 && late < 3600)
		how = late < 0 ? S("ahead") : S("late");
	else if (late > -54000 && late < 54000)
		how = rest <= 300 || rest >= 1790 ? S("hours") : S("day");
	print_put(p, PRINT_clock, how);
}

void print_ids(struct print *p)
{
	put_mid(p);
	put_boundary(p);
	put_date(p);
}
