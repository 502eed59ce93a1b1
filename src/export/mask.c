/* mask.c - see mask.h. */
#include "export/mask.h"

#include "base/limits.h"

#include <openssl/evp.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"

enum {
	LOCAL_MAX = 128,
	DOMAIN_MAX = 255, /* RFC 5321 4.5.3.1: 64 and 255; a longer one is recognised by its beginning */
	GAP_MAX = 6,      /* between local part and domain: "@", "%40", "=40", " at ", "_at_" */
	ALONE_MIN = 3,    /* a shorter local part is hidden only together with its domain */
	ANYWHERE_MIN = 6, /* a local part this long needs no boundary */
	DECODED_MIN = 4,  /* bytes of a local part searched for in base64 and hex */
	WINDOW = 1536,    /* bytes decoded at a time */
	OVERLAP = 402,    /* >= LOCAL_MAX + GAP_MAX + DOMAIN_MAX, a multiple of 3 */
	DIGEST_NEEDLES = 8,
	BUDGET_FREE = 1 << 18,
	BUDGET_PER_BYTE = 64, /* bytes compared for one text: 256 KiB and 64 for each of its own */
};
_Static_assert(OVERLAP >= LOCAL_MAX + GAP_MAX + DOMAIN_MAX && OVERLAP % 3 == 0 && WINDOW % 3 == 0, "windows overlap by one token");

enum mark { MARK_NONE, MARK_TOKEN, MARK_ADDRESS };

/* The work on one text. */
struct work {
	const struct mask *m;
	struct str text;
	uint8_t *marks; /* enum mark for each byte of text; NULL until something is found */
	size_t budget;  /* bytes that may still be compared: addresses made of one letter must not cost seconds */
	bool oom;
};

/* What is searched: the text itself (map NULL) or a percent-decoded form (map[k] = offset in the text of byte k). */
struct view {
	struct str s;
	const uint32_t *map;
};

void mask_init(struct mask *m)
{
	*m = (struct mask){.n = 0};
}

static struct str strip(struct str a)
{
	a = str_trim(a);
	if (a.n >= 2 && a.p[0] == '<' && a.p[a.n - 1] == '>')
		a = str_sub(a, 1, a.n - 2);
	return a;
}

void mask_add(struct mask *m, struct str address)
{
	address = strip(address);
	size_t at = str_rfind_byte(address, '@');
	struct mask_needle d = {str_first(address, at), {NULL, 0}};
	if (at != STR_NPOS)
		d.domain = str_first(str_from(address, at + 1), DOMAIN_MAX);
	if (d.local.n >= 2 && d.local.p[0] == '"' && d.local.p[d.local.n - 1] == '"')
		d.local = str_sub(d.local, 1, d.local.n - 2);
	d.local = str_first(d.local, LOCAL_MAX);
	if (m->n == MASK_MAX || d.local.n == 0)
		return;
	for (size_t k = 0; k < m->n; k++)
		if (str_ieq(m->needle[k].local, d.local) && str_ieq(m->needle[k].domain, d.domain))
			return;
	uint8_t c = d.local.p[0], lower = ascii_lower(c), upper = ascii_alpha(c) ? (uint8_t)(c & ~0x20) : c;
	m->first[lower] |= (uint64_t)1 << m->n;
	m->first[upper] |= (uint64_t)1 << m->n;
	m->needle[m->n++] = d;
}

void mask_of_row(struct mask *m, const struct row *r)
{
	mask_init(m);
	for (size_t k = 0; k < r->rcpt_to.n; k++)
		mask_add(m, r->rcpt_to.v[k]);
	for (size_t k = 0; k < r->to.n; k++)
		mask_add(m, r->to.v[k]);
}

static void put_first_char(struct str s, struct buf *out)
{
	size_t i = 0;
	if (s.n)
		buf_utf8(out, utf8_next(s, &i));
	buf_add(out, S("***"));
}

static bool has_alpha(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_alpha(s.p[i]))
			return true;
	return false;
}

void mask_addr(struct str address, struct buf *out)
{
	address = strip(address);
	if (address.n == 0)
		return;
	size_t at = str_rfind_byte(address, '@');
	put_first_char(str_first(address, at), out);
	if (at == STR_NPOS)
		return;
	buf_byte(out, '@');
	struct str domain = str_from(address, at + 1);
	size_t dot = str_rfind_byte(domain, '.');
	put_first_char(str_first(domain, dot), out);
	if (dot != STR_NPOS && has_alpha(str_from(domain, dot)))
		buf_add(out, str_from(domain, dot));
}

/* Local parts that every URL contains: alone they hide nothing and would make reports unreadable. */
static bool too_common(struct str local)
{
	static const char *const word[] = {"http", "https", "www", "com", "net", "org", "html", "htm", "php", "mailto"};
	return str_is_one_of(local, word, sizeof word / sizeof *word);
}

static bool alone(struct str s, size_t i, size_t n)
{
	return (i == 0 || !ascii_alnum(s.p[i - 1])) && (i + n == s.n || !ascii_alnum(s.p[i + n]));
}

/* Does s begin with the needle's local part? Pays for the bytes looked at. */
static bool starts_local(struct work *w, struct str s, struct str local)
{
	size_t k = 0;
	while (k < local.n && k < s.n && ascii_lower(s.p[k]) == ascii_lower(local.p[k]))
		k++;
	w->budget -= k < w->budget ? k : w->budget;
	return k == local.n;
}

/* Bytes at i that carry needle d, 0 = none. */
static size_t carries(struct work *w, const struct mask_needle *d, struct str s, size_t i, bool decoded, enum mark *mark)
{
	struct str here = str_from(s, i);
	if (w->budget == 0 || !starts_local(w, here, d->local))
		return 0;
	for (size_t gap = 1; d->domain.n && gap <= GAP_MAX; gap++) {
		if (!str_istarts(str_from(here, d->local.n + gap), d->domain))
			continue;
		*mark = gap == 1 && here.p[d->local.n] == '@' ? MARK_ADDRESS : MARK_TOKEN;
		return d->local.n + gap + d->domain.n;
	}
	*mark = MARK_TOKEN;
	if (too_common(d->local))
		return 0;
	if (d->local.n >= (decoded ? DECODED_MIN : ANYWHERE_MIN))
		return d->local.n;
	return d->local.n >= ALONE_MIN && !decoded && alone(s, i, d->local.n) ? d->local.n : 0;
}

/* The longest match at i. */
static size_t match_at(struct work *w, struct str s, size_t i, bool decoded, enum mark *mark)
{
	size_t best = 0;
	for (uint64_t left = w->m->first[s.p[i]]; left; left &= left - 1) {
		enum mark mk;
		size_t n = carries(w, &w->m->needle[__builtin_ctzll(left)], s, i, decoded, &mk);
		if (n > best)
			best = n, *mark = mk;
	}
	return best;
}

static void mark_range(struct work *w, const struct view *v, size_t from, size_t to, enum mark mark)
{
	if (!w->marks && !w->oom)
		w->marks = mem_zalloc(w->text.n, 1);
	if (!w->marks) {
		w->oom = true;
		return;
	}
	size_t a = v->map ? v->map[from] : from, b = v->map ? v->map[to] : to;
	for (size_t i = a; i < b; i++)
		if (w->marks[i] == MARK_NONE)
			w->marks[i] = (uint8_t)mark;
}

static void search_clear(struct work *w, const struct view *v)
{
	for (size_t i = 0; i < v->s.n;) {
		enum mark mark;
		size_t n = w->m->first[v->s.p[i]] ? match_at(w, v->s, i, false, &mark) : 0;
		if (n)
			mark_range(w, v, i, i + n, v->map ? MARK_TOKEN : mark);
		i += n ? n : 1;
	}
}

/* ---- base64 and hex ---- */

/* What each character of an alphabet stands for, plus 1; 0: it is not of the alphabet. */
#define V4(c, v) [c] = (v) + 1, [(c) + 1] = (v) + 2, [(c) + 2] = (v) + 3, [(c) + 3] = (v) + 4
#define V8(c, v) V4(c, v), V4((c) + 4, (v) + 4)
#define V26(c, v) V8(c, v), V8((c) + 8, (v) + 8), V8((c) + 16, (v) + 16), [(c) + 24] = (v) + 25, [(c) + 25] = (v) + 26
#define DIGITS(v) V8('0', v), ['8'] = (v) + 9, ['9'] = (v) + 10
static const uint8_t base64_values[256] = {V26('A', 0), V26('a', 26), DIGITS(52), ['+'] = 63, ['-'] = 63, ['/'] = 64, ['_'] = 64};
static const uint8_t hex_values[256] = {DIGITS(0), V4('A', 10), ['E'] = 15, ['F'] = 16, V4('a', 10), ['e'] = 15, ['f'] = 16};

struct coding {
	const uint8_t *values;
	unsigned bits; /* a character holds */
	size_t phases; /* characters until a byte begins anew */
	size_t min_run;
};
static const struct coding codings[] = {{base64_values, 6, 4, 6}, {hex_values, 4, 2, 2 * DECODED_MIN}};

static size_t decode(const struct coding *c, struct str chars, uint8_t *out, size_t max)
{
	unsigned acc = 0, held = 0;
	size_t n = 0;
	for (size_t i = 0; i < chars.n && n < max; i++) {
		acc = acc << c->bits | (c->values[chars.p[i]] - 1u);
		held += c->bits;
		if (held >= 8) {
			held -= 8;
			out[n++] = (uint8_t)(acc >> held);
		}
	}
	return n;
}

static bool word_byte(uint8_t c)
{
	return ascii_alnum(c) || c == '+' || c == '-' || c == '_';
}

/* Marks what the decoded bytes [from, to) of a run that begins at `start` came from, and the rest of that word. */
static void mark_coded(struct work *w, const struct view *v, const struct coding *c, size_t start, size_t from, size_t to)
{
	size_t a = start + from * 8 / c->bits, b = start + (to * 8 + c->bits - 1) / c->bits;
	while (a > 0 && word_byte(v->s.p[a - 1]))
		a--;
	while (b < v->s.n && word_byte(v->s.p[b]))
		b++;
	mark_range(w, v, a, b, MARK_TOKEN);
}

static void search_run(struct work *w, const struct view *v, const struct coding *c, size_t start, size_t end)
{
	uint8_t bytes[WINDOW];
	for (size_t base = 0;; base += WINDOW - OVERLAP) {
		size_t from = start + base * 8 / c->bits;
		if (from >= end)
			return;
		struct str d = {bytes, decode(c, str_sub(v->s, from, end - from), bytes, WINDOW)};
		for (size_t i = 0; i < d.n;) {
			enum mark mark;
			size_t n = w->m->first[d.p[i]] ? match_at(w, d, i, true, &mark) : 0;
			if (n)
				mark_coded(w, v, c, start, base + i, base + i + n);
			i += n ? n : 1;
		}
		if (d.n < WINDOW)
			return;
	}
}

static void search_digest(struct work *w, const struct view *v, size_t start, size_t end)
{
	uint8_t want[32], got[EVP_MAX_MD_SIZE];
	size_t n = (end - start) / 2;
	const EVP_MD *md = n == 16 ? EVP_md5() : n == 20 ? EVP_sha1() : n == 32 ? EVP_sha256() : NULL;
	if (!md || !hex_decode(str_sub(v->s, start, end - start), want, n))
		return;
	for (size_t k = 0; k < w->m->n && k < DIGEST_NEEDLES; k++) {
		const struct mask_needle *d = &w->m->needle[k];
		uint8_t address[LOCAL_MAX + 1 + DOMAIN_MAX];
		size_t len = d->local.n + 1 + d->domain.n;
		memcpy(address, d->local.p, d->local.n);
		address[d->local.n] = '@';
		if (d->domain.n)
			memcpy(address + d->local.n + 1, d->domain.p, d->domain.n);
		for (int lower = 0; lower < 2; lower++) {
			for (size_t i = 0; lower && i < len; i++)
				address[i] = ascii_lower(address[i]);
			if (EVP_Digest(address, len, got, NULL, md, NULL) && memcmp(got, want, n) == 0)
				mark_range(w, v, start, end, MARK_TOKEN);
		}
	}
}

static void search_coded(struct work *w, const struct view *v, const struct coding *c)
{
	for (size_t i = 0; i < v->s.n;) {
		size_t start = i;
		while (i < v->s.n && c->values[v->s.p[i]])
			i++;
		if (i - start >= c->min_run) {
			for (size_t phase = 0; phase < c->phases; phase++)
				search_run(w, v, c, start + phase, i);
			if (c->bits == 4)
				search_digest(w, v, start, i);
		}
		i++;
	}
}

static void search(struct work *w, const struct view *v)
{
	search_clear(w, v);
	for (size_t k = 0; k < sizeof codings / sizeof *codings; k++)
		search_coded(w, v, &codings[k]);
}

/* Percent-decodes v into bytes and map (v->s.n + 1 of each); v may be made of the same memory. False: nothing to decode. */
static bool percent_decode(const struct view *v, uint8_t *bytes, uint32_t *map, size_t *n)
{
	bool any = false;
	size_t k = 0;
	for (size_t i = 0; i < v->s.n; k++) {
		const uint8_t *p = v->s.p + i;
		bool esc = *p == '%' && i + 2 < v->s.n && ascii_hex(p[1]) >= 0 && ascii_hex(p[2]) >= 0;
		uint8_t byte = esc ? (uint8_t)(ascii_hex(p[1]) << 4 | ascii_hex(p[2])) : *p;
		map[k] = v->map ? v->map[i] : (uint32_t)i;
		bytes[k] = byte;
		i += esc ? 3 : 1;
		any |= esc;
	}
	map[k] = v->map ? v->map[v->s.n] : (uint32_t)v->s.n;
	*n = k;
	return any;
}

static void search_percent(struct work *w)
{
	size_t n = w->text.n;
	uint8_t *bytes = mem_alloc(n + 1);
	uint32_t *map = mem_alloc((n + 1) * sizeof *map);
	struct view v = {w->text, NULL};
	if (!bytes || !map)
		w->oom = true;
	for (int round = 0; round < 2 && !w->oom; round++) {
		if (!percent_decode(&v, bytes, map, &n))
			break;
		v = (struct view){{bytes, n}, map};
		search(w, &v);
	}
	mem_free(bytes);
	mem_free(map);
}

static void write_marked(const struct work *w, struct buf *out)
{
	for (size_t i = 0; i < w->text.n;) {
		size_t from = i;
		while (i < w->text.n && w->marks[i] == w->marks[from])
			i++;
		struct str part = str_sub(w->text, from, i - from);
		if (w->marks[from] == MARK_NONE)
			buf_add(out, part);
		else if (w->marks[from] == MARK_ADDRESS)
			mask_addr(part, out);
		else
			buf_add(out, S("***"));
	}
}

void mask_tokens(const struct mask *m, struct str text, struct buf *out)
{
	struct work w = {.m = m, .text = text, .budget = BUDGET_FREE + BUDGET_PER_BYTE * text.n};
	struct view clear = {text, NULL};
	if (m->n == 0 || text.n == 0 || text.n >= UINT32_MAX) {
		buf_add(out, m->n && text.n ? S("***") : text);
		return;
	}
	search(&w, &clear);
	if (str_find_byte(text, '%') != STR_NPOS)
		search_percent(&w);
	if (w.oom || w.budget == 0) {
		out->oom |= w.oom;
		buf_add(out, S("***"));
	} else if (w.marks) {
		write_marked(&w, out);
	} else {
		buf_add(out, text);
	}
	mem_free(w.marks);
}

int mask_row_text(const struct row *r, struct str text, struct arena *a, struct str *out)
{
	struct mask m;
	struct buf b;
	mask_init(&m);
	mask_of_row(&m, r);
	buf_init_arena(&b, a, 2 * text.n + 64 * KIB);
	mask_tokens(&m, text, &b);
	*out = buf_str(&b);
	return b.oom ? ERR_ENV : 0;
}
