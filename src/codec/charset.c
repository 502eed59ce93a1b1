/* charset.c - see charset.h. The single-byte charsets have tables of their own; iconv(3) does the rest, by names from our
 * table only, never by a label out of a mail.
 *
 * Known limits: ISO-2022-CN-EXT and the EBCDIC charsets are unknown on purpose; Big5 is the HKSCS superset.
 */
#include "codec/charset.h"

#include <errno.h>
#include <iconv.h>
#include <pthread.h>

#include "base/anomaly.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "codec/charset_shift.h"
#include "codec/charset_tables.h"

enum {
	N_CHARSETS = sizeof charsets / sizeof *charsets,
	N_LABELS = sizeof labels / sizeof *labels,
	KEY_MAX = 32, /* the longest key is shorter */
};

#define UTF8_BOM S("\xEF\xBB\xBF")
#define UTF8_BAD S("\xEF\xBF\xBD")

/* ---- labels ---- */

/* Letters and digits of the label, lower case, as a C string. 0 when it has none or too many to be known. */
static size_t label_key(struct str label, char key[KEY_MAX])
{
	size_t n = 0;
	for (size_t i = 0; i < label.n; i++) {
		if (!ascii_alnum(label.p[i]))
			continue;
		if (n == KEY_MAX - 1)
			return 0;
		key[n++] = (char)ascii_lower(label.p[i]);
	}
	key[n] = 0;
	return n;
}

static const struct charset *find_charset(struct str label)
{
	char key[KEY_MAX];
	size_t lo = 0, hi = label_key(label, key) ? N_LABELS : 0;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = strcmp(key, labels[mid].key);
		if (c == 0)
			return &charsets[labels[mid].index];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

struct str charset_canonical(struct str label)
{
	const struct charset *cs = find_charset(label);
	return cs ? str_of(cs->name) : (struct str){NULL, 0};
}

/* ---- iconv descriptors, one set a thread ---- */

struct descriptors {
	iconv_t cd[N_CHARSETS];
	bool open[N_CHARSETS];
};

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key_of_thread;

static void close_descriptors(void *p)
{
	struct descriptors *d = p;
	for (size_t i = 0; i < N_CHARSETS; i++)
		if (d->open[i] && d->cd[i] != (iconv_t)-1)
			iconv_close(d->cd[i]);
	mem_free(d);
}

static void make_key(void)
{
	must(pthread_key_create(&key_of_thread, close_descriptors) == 0);
}

/* (iconv_t)-1 in *cd when the C library lacks the charset; ERR_ENV when out of memory. */
static int descriptor(const struct charset *cs, iconv_t *cd)
{
	pthread_once(&key_once, make_key);
	struct descriptors *d = pthread_getspecific(key_of_thread);
	if (!d) {
		d = mem_zalloc(1, sizeof *d);
		if (!d)
			return ERR_ENV;
		if (pthread_setspecific(key_of_thread, d)) {
			mem_free(d);
			return ERR_ENV;
		}
	}
	size_t i = (size_t)(cs - charsets);
	if (!d->open[i]) {
		d->cd[i] = iconv_open("UTF-8", cs->iconv);
		d->open[i] = true;
	}
	*cd = d->cd[i];
	return 0;
}

/* ---- output ---- */

/* The text of b; cut at a whole character when it hit its maximum. */
static int finish(struct buf *b, struct str *out, uint64_t *anomalies)
{
	if (b->oom)
		return ERR_ENV;
	size_t cap = b->cap;
	if (b->full) {
		*anomalies |= ANOM(text_cap);
		b->n = utf8_valid_prefix(buf_str(b));
	}
	arena_shrink(b->arena, b->p, cap, b->n);
	*out = buf_str(b);
	return 0;
}

/* ---- UTF-8 with damage ---- */

static int repair_utf8(struct arena *a, struct str bytes, struct str *out, uint64_t *anomalies)
{
	struct buf b;
	size_t room;
	buf_init_arena(&b, a, LIM_TEXT);
	buf_room(&b, bytes.n + bytes.n / 16 + 64, &room);
	utf8_sanitize(bytes, &b);
	*anomalies |= ANOM(charset_bad_bytes);
	return finish(&b, out, anomalies);
}

/* ---- single-byte charsets ---- */

/* Characters of two and three bytes; no table reaches beyond U+FFFF. Returns behind what was written. */
static inline uint8_t *put_high(uint8_t *o, uint16_t c)
{
	if (c < 0x800) {
		o[0] = (uint8_t)(0xC0 | c >> 6);
		o[1] = (uint8_t)(0x80 | (c & 0x3F));
		return o + 2;
	}
	o[0] = (uint8_t)(0xE0 | c >> 12);
	o[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
	o[2] = (uint8_t)(0x80 | (c & 0x3F));
	return o + 3;
}

static size_t count_high(struct str s)
{
	const uint64_t ones = 0x0101010101010101u;
	size_t n = 0, i = 0;
	for (uint64_t w; i + 8 <= s.n; i += 8) {
		memcpy(&w, s.p + i, 8);
		n += ((w >> 7 & ones) * ones) >> 56;
	}
	for (; i < s.n; i++)
		n += s.p[i] >> 7;
	return n;
}

static int from_single(struct arena *a, const uint16_t *high, struct str in, struct str *out, uint64_t *anomalies)
{
	if (in.n > LIM_TEXT) {
		in.n = LIM_TEXT;
		*anomalies |= ANOM(text_cap);
	}
	size_t cap = in.n + 2 * count_high(in) + 8;
	uint8_t *start = arena_alloc(a, cap), *o = start;
	const uint8_t *p = in.p, *end = in.p + in.n;
	bool bad = false;
	if (!start)
		return ERR_ENV;
	while (p < end) {
		uint64_t w;
		if (end - p >= 8 && (memcpy(&w, p, 8), !(w & 0x8080808080808080u))) {
			memcpy(o, &w, 8);
			p += 8;
			o += 8;
		} else if (*p < 0x80) {
			*o++ = *p++;
		} else {
			uint16_t c = high[*p++ - 0x80];
			bad |= c == UTF8_REPLACEMENT;
			o = put_high(o, c);
		}
	}
	if (bad)
		*anomalies |= ANOM(charset_bad_bytes);
	arena_shrink(a, start, cap, (size_t)(o - start));
	*out = str_make(start, (size_t)(o - start));
	return 0;
}

/* ---- iconv ---- */

/* Stops at the first byte that iconv does not take; what came of the call goes to errno-like *why (0: all taken). */
static bool convert_some(iconv_t cd, struct buf *b, char **src, size_t *left, int *why)
{
	size_t room, want = *left + *left / 2 + 64;
	uint8_t *dst = buf_room(b, want, &room);
	if (!dst || room < 16) {
		b->full = true;
		return false;
	}
	char *d = (char *)dst;
	size_t space = room;
	size_t r = iconv(cd, *left ? src : NULL, left, &d, &space);
	*why = r == (size_t)-1 ? errno : 0;
	b->n += room - space;
	return true;
}

/* How much of rest, whose start iconv refused, one U+FFFD stands for: a unit of a wide charset, a single shift of EUC-JP with
 * its bytes, else one byte, so that what follows a stray byte is read right. */
static size_t bad_length(const struct charset *cs, struct str rest)
{
	if (cs->kind == CHARSET_WIDE)
		return strstr(cs->name, "32") ? 4 : 2;
	size_t n = 1, shift = rest.p[0] == 0x8E ? 2 : rest.p[0] == 0x8F ? 3 : 1;
	if (strcmp(cs->iconv, "EUC-JP-MS") == 0)
		while (n < shift && n < rest.n && rest.p[n] >= 0xA1)
			n++;
	return n;
}

/* What others read where glibc refuses: the euro of Windows' GBK, what Big5 of Microsoft and ETEN has. 0 for all else; *n is its
 * length. */
static uint32_t refused_symbol(const struct charset *cs, struct str rest, size_t *n)
{
	static const uint16_t t[][2] = {{0xA15A, 0x2574}, {0xA1C3, 0xFFE3}, {0xA1C5, 0x02CD}, {0xA1FE, 0xFF0F}, {0xA240, 0xFF3C},
		{0xA2CC, 0x5341}, {0xA2CE, 0x5345}, {0xA3E1, 0x20AC}};
	*n = 1;
	if (rest.n && rest.p[0] == 0x80 && strcmp(cs->iconv, "GB18030") == 0)
		return 0x20AC;
	*n = 2;
	if (rest.n < 2 || strcmp(cs->iconv, "BIG5-HKSCS") != 0)
		return 0;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		if ((rest.p[0] << 8 | rest.p[1]) == t[i][0])
			return t[i][1];
	return 0;
}

/* At what iconv refused: writes what it stands for, returns its length. */
static size_t step_over(const struct charset *cs, struct str rest, bool cut_off, struct buf *b, uint64_t *anomalies)
{
	size_t n;
	uint32_t c = refused_symbol(cs, rest, &n);
	if (c) {
		buf_utf8(b, c);
		return n;
	}
	*anomalies |= ANOM(charset_bad_bytes);
	buf_add(b, UTF8_BAD);
	n = cut_off || !rest.n ? rest.n : bad_length(cs, rest);
	return n < rest.n ? n : rest.n;
}

/* 0xA3A0 is a space that Chinese software writes (WHATWG); to glibc it is the private U+E5E5, of as many bytes as U+3000. */
static void chinese_space(struct buf *b)
{
	struct str rest = buf_str(b);
	for (size_t i; b->n && (i = str_find(rest, S("\xEE\x97\xA5"))) != STR_NPOS; rest = str_from(rest, i + 3))
		memcpy(b->p + (size_t)(rest.p - b->p) + i, "\xE3\x80\x80", 3);
}

/* Rows 89 to 92 are where NEC put IBM's characters, some of which names are written with; Windows and browsers (WHATWG) have them
 * there. To glibc they are private, from U+E178 on, of as many bytes as the right ones. */
static void japanese_rows(struct buf *b)
{
	enum { FIRST = 0xE178, LEAD = 0xEE };
	struct str rest = buf_str(b);
	for (size_t i; (i = str_find_byte(rest, LEAD)) != STR_NPOS && i + 2 < rest.n; rest = str_from(rest, i + 3)) {
		uint8_t *p = b->p + (size_t)(rest.p - b->p) + i;
		size_t at = (size_t)(0xE000 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F)) - FIRST;
		if (at < sizeof nec_rows / sizeof *nec_rows && nec_rows[at])
			(void)utf8_encode(nec_rows[at], p);
	}
}

/* Every turn either takes input, finds the output short (it then grows up to its cap), or is the last. */
static int from_iconv(struct arena *a, const struct charset *cs, iconv_t cd, struct str in, struct str *out, uint64_t *anomalies)
{
	struct buf b;
	buf_init_arena(&b, a, LIM_TEXT + 64);
	iconv(cd, NULL, NULL, NULL, NULL);
	char *src = (char *)(uintptr_t)in.p;
	size_t left = in.n;
	bool flushed = false;
	int why;
	while (!flushed) {
		flushed = left == 0;
		if (!convert_some(cd, &b, &src, &left, &why))
			break;
		if (why == E2BIG) {
			flushed = false;
		} else if (why) {
			size_t skip = step_over(cs, str_make(src, left), why != EILSEQ, &b, anomalies);
			src += skip;
			left -= skip;
		}
	}
	if (strcmp(cs->iconv, "GB18030") == 0)
		chinese_space(&b);
	if (strcmp(cs->iconv, "EUC-JP-MS") == 0)
		japanese_rows(&b);
	return finish(&b, out, anomalies);
}

static int from_multi(struct arena *a, const struct charset *cs, struct str in, struct str *out, uint64_t *anomalies)
{
	iconv_t cd;
	if (descriptor(cs, &cd))
		return ERR_ENV;
	if (cd == (iconv_t)-1) {
		*anomalies |= ANOM(charset_unknown);
		return repair_utf8(a, in, out, anomalies);
	}
	if (cs->kind == CHARSET_SEVEN && !unshift(a, str_of(cs->name), &in))
		return ERR_ENV;
	return from_iconv(a, cs, cd, in, out, anomalies);
}

/* Japanese spam often sends Shift_JIS, sometimes EUC-JP, under the label iso-2022-jp: eight-bit text without escapes is read as
 * the one that it fits wholly. EUC-JP first, for most of it is kana to Shift_JIS. */
static int from_seven(struct arena *a, const struct charset *cs, struct str in, struct str *out, uint64_t *anomalies)
{
	static const struct str guesses[] = {STR_INIT("euc-jp"), STR_INIT("shift_jis")};
	bool eight = str_starts(str_of(cs->name), S("iso-2022-jp")) && str_find_byte(in, 0x1B) == STR_NPOS && !ascii_only(in);
	for (size_t i = 0; eight && i < sizeof guesses / sizeof *guesses; i++) {
		uint64_t found = 0;
		struct arena_mark mark = arena_mark(a);
		if (from_multi(a, find_charset(guesses[i]), in, out, &found))
			return ERR_ENV;
		if (!(found & ANOM(charset_bad_bytes))) {
			*anomalies |= found | ANOM(charset_bad_bytes);
			return 0;
		}
		arena_release(a, mark);
		*out = (struct str){NULL, 0};
	}
	return from_multi(a, cs, in, out, anomalies);
}

/* UTF-16 and UTF-32 without a stated byte order: by the mark, else by where the zero bytes of the first unit are. Longer text
 * without a NUL that is valid UTF-8 is that: the label is what is wrong (browsers have it so too), for no language fills
 * sixteen units with such bytes. */
static int from_wide(struct arena *a, const struct charset *cs, struct str in, struct str *out, uint64_t *anomalies)
{
	enum { PROOF = 32 };
	bool four = strstr(cs->name, "32") != NULL;
	size_t unit = four ? 4 : 2;
	struct str le = four ? S("\xFF\xFE\0\0") : S("\xFF\xFE"), be = four ? S("\0\0\xFE\xFF") : S("\xFE\xFF");
	bool marked = str_starts(in, le) || str_starts(in, be);
	if (!marked && (in.n >= PROOF || in.n % unit) && str_find_byte(in, 0) == STR_NPOS && utf8_valid(in)) {
		*anomalies |= ANOM(charset_mismatch);
		*out = in;
		return 0;
	}
	bool big = str_ends(str_of(cs->name), S("be"));
	if (marked)
		big = str_starts(in, be);
	else if (!big && !str_ends(str_of(cs->name), S("le")))
		big = in.n >= unit && in.p[0] == 0 && in.p[unit - 1] != 0;
	if (marked)
		in = str_from(in, unit);
	struct str name = four ? (big ? S("utf-32be") : S("utf-32le")) : (big ? S("utf-16be") : S("utf-16le"));
	return from_multi(a, find_charset(name), in, out, anomalies);
}

/* ---- the choice ---- */

/* Seven-bit charsets: does the text do without shifts, so that its ASCII bytes are ASCII? */
static bool no_shifts(struct str s)
{
	return str_find_byte(s, 0x1B) == STR_NPOS && str_find_byte(s, 0x0E) == STR_NPOS && str_find_byte(s, '~') == STR_NPOS &&
	       str_find_byte(s, '+') == STR_NPOS;
}

/* Valid UTF-8 that is not ASCII: may it be taken as such under the label of cs (NULL: unknown or none)? */
static bool proves_utf8(const struct charset *cs, struct str s)
{
	if (!cs || cs->kind == CHARSET_UTF8 || cs->kind == CHARSET_ASCII)
		return true;
	if (cs->kind == CHARSET_SEVEN)
		return str_find_byte(s, 0x1B) == STR_NPOS;
	size_t need = cs->utf8_proof;
	if (!need)
		return false;
	for (size_t i = 0; i < s.n && need; i++)
		need -= s.p[i] >= 0xC0;
	return need == 0;
}

static struct str without_bom(struct str s)
{
	return str_starts(s, UTF8_BOM) ? str_from(s, UTF8_BOM.n) : s;
}

int charset_to_utf8(struct arena *a, struct str bytes, struct str label, struct str *out, uint64_t *anomalies)
{
	const struct charset *cs = label.n ? find_charset(label) : NULL;
	unsigned kind = cs ? cs->kind : CHARSET_ASCII;
	*out = (struct str){NULL, 0};
	if (!cs && str_trim(label).n)
		*anomalies |= ANOM(charset_unknown);
	if (kind == CHARSET_WIDE && bytes.n)
		return from_wide(a, cs, bytes, out, anomalies);
	size_t ascii = ascii_prefix(bytes);
	if (ascii == bytes.n && (kind != CHARSET_SEVEN || no_shifts(bytes))) {
		*out = bytes;
		return 0;
	}
	if (ascii < bytes.n && utf8_valid(str_from(bytes, ascii)) && proves_utf8(cs, bytes)) {
		if (kind != CHARSET_UTF8 && str_trim(label).n)
			*anomalies |= ANOM(charset_mismatch);
		*out = without_bom(bytes);
		return 0;
	}
	if (kind == CHARSET_UTF8)
		return repair_utf8(a, without_bom(bytes), out, anomalies);
	if (kind == CHARSET_ASCII && cs)
		*anomalies |= ANOM(charset_bad_bytes);
	if (kind == CHARSET_ASCII || kind == CHARSET_SINGLE)
		return from_single(a, cs ? cs->high : high_half[0], bytes, out, anomalies);
	return kind == CHARSET_SEVEN ? from_seven(a, cs, bytes, out, anomalies) : from_multi(a, cs, bytes, out, anomalies);
}
