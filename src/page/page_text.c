/* page_text.c - tokens from the title and the visible text; see page.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "page/page_int.h"

enum { TEXT_MAX = 64 * 1024, SHINGLE = 4, SAMPLE = 32, PHONES = 8, ORDERS = 8, NEAR = 48 };

/* ---- shingles ---- */

/* The smallest SAMPLE hashes, as a max-heap. */
struct sample {
	uint64_t h[SAMPLE];
	size_t n;
};

static void sample_add(struct sample *s, uint64_t h)
{
	size_t i;
	for (i = 0; i < s->n; i++)
		if (s->h[i] == h)
			return;
	if (s->n == SAMPLE && h >= s->h[SAMPLE - 1])
		return;
	i = s->n < SAMPLE ? s->n++ : SAMPLE - 1;
	for (; i && s->h[i - 1] > h; i--)
		s->h[i] = s->h[i - 1];
	s->h[i] = h;
}

/* Means of payment as single words. */
static const char *payment(struct str word)
{
	static const char *const names[] = {"visa", "mastercard", "amex", "paypal", "webmoney", "moneybookers", "skrill",
		"neteller", "echeck", "diners", "jcb", "maestro", "bitcoin", "unionpay", "moneygram", "paysafecard", "eurodebit",
		"ukash"};
	if (word.n < 3 || word.n > 12)
		return NULL;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i][0] == (char)word.p[0] && str_eq(word, str_of(names[i])))
			return names[i];
	return NULL;
}

/* low: lower case. Words are runs of letters and bytes beyond ASCII; a number is the word "0". */
static void shingles(struct page_work *w, struct str low)
{
	struct sample sample = {.n = 0};
	uint64_t last[SHINGLE] = {0};
	size_t n = 0;
	for (size_t i = 0; i < low.n;) {
		size_t from = i;
		bool digits = ascii_digit(low.p[i]);
		while (i < low.n && (digits ? ascii_digit(low.p[i]) : ascii_alpha(low.p[i]) || low.p[i] >= 0x80))
			i++;
		if (i == from) {
			i++;
			continue;
		}
		struct str word = str_sub(low, from, i - from);
		const char *pay = digits ? NULL : payment(word);
		if (pay) {
			page_token(w, "pay", "", str_of(pay), false);
			w->signs |= SHOP_PAY;
		}
		memmove(last, last + 1, sizeof last - sizeof *last);
		last[SHINGLE - 1] = digits ? 1 : hash64(word, 0);
		if (++n >= SHINGLE)
			sample_add(&sample, hash64(str_make(last, sizeof last), 0));
	}
	for (size_t i = 0; i < sample.n; i++)
		page_token_hash(w, "text", sample.h[i]);
}

/* ---- numbers ---- */

static bool near_before(struct str low, size_t at, const char *const *words, size_t n)
{
	struct str before = str_sub(low, at > NEAR ? at - NEAR : 0, at > NEAR ? NEAR : at);
	for (size_t i = 0; i < n; i++)
		if (str_find(before, str_of(words[i])) != STR_NPOS)
			return true;
	return false;
}

/* Each digit as 0: the format. */
static struct str format_of(struct str s, uint8_t *out, size_t max)
{
	size_t n = s.n < max ? s.n : max;
	for (size_t i = 0; i < n; i++)
		out[i] = ascii_digit(s.p[i]) ? '0' : s.p[i];
	return str_make(out, n);
}

static bool phone_char(uint8_t c)
{
	return ascii_digit(c) || c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '/' || c == '+';
}

/* "2005-2010" */
static bool years(struct str s)
{
	uint64_t a, b;
	return s.n == 9 && s.p[4] == '-' && str_u64(str_first(s, 4), &a) && str_u64(str_from(s, 5), &b) && a >= 1900 && a <= b &&
	       b < 2100;
}

/* The phone number that begins at `from` (a digit, + or parenthesis); its length, 0 when it is none. */
static size_t phone_at(struct str text, struct str low, size_t from)
{
	static const char *const words[] = {"phone", "tel", "call", "fax", "toll", "support", "contact", "mobile", "whatsapp"};
	size_t digits = 0, gaps = 0, end = from;
	for (size_t i = from; i < text.n && i - from < 30 && phone_char(text.p[i]); i++) {
		if (ascii_digit(text.p[i])) {
			digits++;
			end = i + 1;
		} else if (i > from && !ascii_digit(text.p[i - 1]) && text.p[i] == ' ' && text.p[i - 1] == ' ') {
			break;
		} else if (i > from) {
			gaps++;
		}
	}
	if (digits < 7 || digits > 15 || !gaps || years(str_sub(text, from, end - from)))
		return 0;
	if (text.p[from] != '+' && !near_before(low, from, words, sizeof words / sizeof *words))
		return 0;
	return end - from;
}

static void phones(struct page_work *w, struct str text, struct str low)
{
	uint8_t format[32];
	for (size_t i = 0, found = 0; i < text.n && found < PHONES; i++) {
		uint8_t c = text.p[i];
		if (!(ascii_digit(c) || c == '+' || c == '('))
			continue;
		size_t n = i && ascii_alnum(text.p[i - 1]) ? 0 : phone_at(text, low, i);
		if (n) {
			struct str s = str_sub(text, i, n);
			page_token(w, "phone", "", s, true);
			page_token(w, "phone", "~", format_of(s, format, sizeof format), true);
			w->signs |= SHOP_PHONE;
			found++;
			i += n;
		} else {
			while (i + 1 < text.n && ascii_digit(text.p[i + 1]))
				i++;
		}
	}
}

static bool order_char(uint8_t c)
{
	return ascii_alnum(c) || c == '#' || c == '/' || c == '-' || c == '_';
}

/* The first word with three digits or more behind `from`, within NEAR bytes. */
static struct str number_behind(struct str text, size_t from)
{
	size_t stop = from + NEAR < text.n ? from + NEAR : text.n;
	for (size_t i = from; i < stop;) {
		size_t start = i, digits = 0;
		while (i < text.n && i - start < 25 && order_char(text.p[i]))
			digits += ascii_digit(text.p[i++]);
		if (digits >= 3 && i - start < 25)
			return str_sub(text, start, i - start);
		i += i == start;
	}
	return S("");
}

/* "order number", "invoice no", "order id" ... and an example behind. */
static void orders(struct page_work *w, struct str text, struct str low)
{
	static const char *const heads[] = {"order n", "order id", "order #", "order code", "invoice n", "tracking n", "order: #"};
	uint8_t format[32];
	for (size_t h = 0; h < sizeof heads / sizeof *heads; h++) {
		size_t at = 0;
		for (int k = 0; k < ORDERS; k++) {
			size_t i = str_find(str_from(low, at), str_of(heads[h]));
			if (i == STR_NPOS)
				break;
			at += i + strlen(heads[h]) - 1;
			struct str number = number_behind(text, at);
			if (number.n) {
				page_token(w, "order", "", format_of(number, format, sizeof format), true);
				w->signs |= SHOP_NUMBER;
			}
		}
	}
}

/* Three amounts of money or more. */
static void prices(struct page_work *w, struct str text)
{
	static const struct str signs[] = {STR_INIT("$"), STR_INIT("\xE2\x82\xAC"), STR_INIT("\xC2\xA3"), STR_INIT("\xC2\xA5")};
	static const char *const codes[] = {"USD", "EUR", "GBP"};
	size_t n = 0;
	for (size_t k = 0; k < sizeof signs / sizeof *signs && n < 3; k++)
		for (size_t at = 0, i; n < 3 && (i = str_find(str_from(text, at), signs[k])) != STR_NPOS;) {
			at += i + signs[k].n;
			struct str behind = str_trim(str_sub(text, at, 3));
			n += (behind.n && ascii_digit(behind.p[0])) ||
			     (at > signs[k].n && ascii_digit(text.p[at - signs[k].n - 1]));
		}
	for (size_t k = 0; k < sizeof codes / sizeof *codes && n < 3; k++)
		for (size_t at = 0, i; n < 3 && (i = str_find(str_from(text, at), str_of(codes[k]))) != STR_NPOS; at += i + 3)
			n++;
	if (n >= 3)
		w->signs |= SHOP_PRICES;
}

/* ---- names ---- */

/* "Welcome to Best Pills!" */
static struct str without_greeting(struct str s)
{
	static const struct str greeting = STR_INIT("welcome to ");
	if (!str_istarts(s, greeting))
		return s;
	struct str name = str_trim(str_from(s, greeting.n));
	while (name.n && (name.p[name.n - 1] == '!' || name.p[name.n - 1] == '.'))
		name.n--;
	return name.n ? name : s;
}

struct str page_title_name(struct str title)
{
	static const struct str dashes[] = {
		STR_INIT(" - "), STR_INIT(" | "), STR_INIT(" \xE2\x80\x93 "), STR_INIT(": "), STR_INIT(" \xC2\xBB ")};
	struct str t = str_trim(title);
	size_t cut = t.n;
	for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
		size_t at = str_find(t, dashes[i]);
		cut = at < cut ? at : cut;
	}
	return without_greeting(str_first(t, cut));
}

static void title(struct page_work *w)
{
	page_token(w, "title", "", str_trim(w->r.title), false);
	page_token(w, "title", "^", page_title_name(w->r.title), false);
}

/* Who stands behind "copyright" or its sign and the years. */
static void copyright(struct page_work *w, struct str text, struct str low)
{
	size_t i = str_find(low, S("copyright"));
	i = i == STR_NPOS ? str_find(low, S("\xC2\xA9")) : i + 9;
	if (i == STR_NPOS)
		return;
	struct str s = str_from(text, i);
	size_t skip = 0;
	while (skip < s.n && skip < 24 && !ascii_alpha(s.p[skip]))
		skip++;
	s = str_from(s, skip);
	size_t end = 0;
	while (end < s.n && end < 60 && s.p[end] != '\n' && s.p[end] != '.' && s.p[end] != ',' && s.p[end] != '|')
		end++;
	page_token(w, "text", "^", str_first(s, end), false);
}

/* ---- counters ---- */

static bool id_char(uint8_t c)
{
	return ascii_alnum(c) || c == '-' || c == '_';
}

/* Accounts of the common counters, as they stand in scripts. */
static void analytics(struct page_work *w)
{
	static const struct {
		const char *mark, *name;
		size_t least;
		bool keep_mark;
	} marks[] = {
		{"UA-", "", 7, true},
		{"'G-", "", 8, true},
		{"GTM-", "", 8, true},
		{"sc_project=", "statcounter:", 5, false},
		{"yaCounter", "metrika:", 5, false},
		{"mc.yandex.ru/watch/", "metrika:", 5, false},
		{"Histats.start(", "histats:", 1, false},
		{"siteId=", "site:", 4, false},
		{"quantserve.com/pixel/", "quantcast:", 6, false},
		{"hotlog.ru/", "hotlog:", 3, false},
		{"liveinternet.ru/click", "liveinternet:", 1, false},
	};
	for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
		size_t at = str_find(w->html, str_of(marks[m].mark));
		if (at == STR_NPOS)
			continue;
		size_t from = at + (marks[m].keep_mark ? 0 : strlen(marks[m].mark));
		from += from < w->html.n && (w->html.p[from] == '\'' || w->html.p[from] == ' ');
		size_t n = 0, digits = 0;
		while (from + n < w->html.n && n < 24 && id_char(w->html.p[from + n]))
			digits += ascii_digit(w->html.p[from + n++]) != 0;
		if (n >= marks[m].least && digits)
			page_token(w, "analytics", marks[m].name, str_sub(w->html, from, n), true);
	}
}

void page_text(struct page_work *w)
{
	struct str text = str_first(w->r.text, TEXT_MAX);
	uint8_t *p = arena_alloc(w->arena, text.n + 1);
	if (!p) {
		w->oom = true;
		return;
	}
	for (size_t i = 0; i < text.n; i++)
		p[i] = ascii_lower(text.p[i]);
	struct str low = str_make(p, text.n);
	title(w);
	shingles(w, low);
	phones(w, text, low);
	orders(w, text, low);
	prices(w, text);
	copyright(w, text, low);
	analytics(w);
}
