/* shingle.c - see shingle.h. */
#include "campaign/shingle.h"

#include <pthread.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/limits.h"
#include "base/utf8.h"
#include "match/normalise.h"
#include "match/normalise_tab.h"

enum { SALAD_WORDS = 6, SHORT_LETTERS = 3, SALAD_SHORTEST = 3 };

/* What the characters of a token were. */
struct token {
	struct str text;
	uint32_t set, look_set;     /* a bit for each letter class; of characters that pass for ASCII beside Latin letters */
	uint64_t other, look_other; /* sum over the others; over those that pass for ASCII */
	uint64_t digits;            /* hash */
	unsigned letters, looks, n_other, n_digits;
	bool round, signs; /* nothing but zeros behind the first digit; there is an @ or a / */
};

struct scan {
	struct words *out;
	size_t paragraph; /* its first word */
	size_t salad;     /* words dropped */
	bool keep_salad;
	bool plain;     /* a capital, digit, short word or punctuation seen in the paragraph */
	uint8_t last;   /* of the token before; '.' at the start of a line */
	unsigned lines; /* line ends behind the token before */
};

static void push(struct scan *s, uint64_t hash, enum word_kind kind)
{
	struct words *w = s->out;
	w->hash[w->n] = (uint32_t)(hash >> 32);
	w->kind[w->n++] = (uint8_t)kind;
}

static void end_paragraph(struct scan *s)
{
	if (!s->plain && !s->keep_salad && s->out->n - s->paragraph >= SALAD_WORDS) {
		s->salad += s->out->n - s->paragraph;
		s->out->n = s->paragraph;
	}
	s->paragraph = s->out->n;
	s->plain = false;
}

/* Scripts that put no blanks between words: Thai to Tibetan, Myanmar, Khmer, kana, Han and their extensions. Hangul has blanks. */
static bool without_blanks(uint32_t c)
{
	return (c >= 0x0E00 && c <= 0x0FFF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||
	       (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
	       (c >= 0x20000 && c <= 0x3FFFF);
}

/* What a byte is within a token: the bit of its letter class, and */
#define KIND_SET (((uint32_t)1 << 26) - 1)
#define KIND_DIGIT ((uint32_t)1 << 26)
#define KIND_SIGN ((uint32_t)1 << 27)     /* @ or / */
#define KIND_STOP ((uint32_t)1 << 28)     /* no ASCII, or a blank */
#define KIND_PAUSE ((uint32_t)1 << 29)    /* as the last byte: there is punctuation */
#define KIND_SENTENCE ((uint32_t)1 << 30) /* as the last byte: the sentence ends */
#define KIND_LETTER ((uint32_t)1 << 31)
static uint32_t kinds[256];
static pthread_once_t kinds_once = PTHREAD_ONCE_INIT;

static void build_kinds(void)
{
	for (int c = 0; c < 256; c++) {
		/* of the signs only two are letters: an exclamation mark ends more sentences than it replaces an i */
		uint8_t b = (uint8_t)c, letter = ascii_alnum(b) || b == '@' || b == '$' ? norm_letter[ascii_lower(b)] : 0;
		bool sentence = b == '.' || b == '!' || b == '?' || b == ':';
		kinds[c] = (letter >= 'a' ? (uint32_t)1 << (letter - 'a') : 0) | (ascii_alpha(b) ? KIND_LETTER : 0) |
		           (ascii_digit(b) ? KIND_DIGIT : 0) | (b == '@' || b == '/' ? KIND_SIGN : 0) |
		           (b <= ' ' || b >= 0x80 ? KIND_STOP : 0) | (sentence ? KIND_SENTENCE : 0) |
		           (sentence || b == ',' || b == ';' ? KIND_PAUSE : 0);
	}
}

static void add_digit(struct token *t, uint8_t c)
{
	t->round = t->n_digits == 0 || (t->round && c == '0');
	t->digits = (t->digits ^ c) * 0x100000001b3u;
	t->n_digits++;
}

/* The ASCII from *i on, up to a blank. */
static void add_ascii(struct token *t, struct str text, size_t *i)
{
	uint32_t all = 0, letters = 0, k;
	size_t at = *i;
	for (; at < text.n && !((k = kinds[text.p[at]]) & KIND_STOP); at++) {
		all |= k;
		letters += k >> 31;
		if (k & KIND_DIGIT)
			add_digit(t, text.p[at]);
	}
	*i = at;
	t->set |= all & KIND_SET;
	t->signs |= (all & KIND_SIGN) != 0;
	t->letters += letters;
}

static uint32_t letter_set(const uint8_t ascii[4])
{
	uint32_t set = 0;
	for (size_t k = 0; k < 3 && ascii[k]; k++)
		if (norm_letter[ascii[k]] >= 'a')
			set |= (uint32_t)1 << (norm_letter[ascii[k]] - 'a');
	return set;
}

static void add_high(struct token *t, const struct look *l)
{
	if (l->kind == LOOK_LATIN) {
		t->letters += ascii_alpha(l->ascii[0]);
		t->set |= letter_set(l->ascii);
	} else if (l->kind == LOOK_CONFUSABLE) {
		t->looks++;
		t->look_set |= letter_set(l->ascii);
		t->look_other += mix64(l->lower);
	} else if (l->kind == LOOK_LETTER) {
		t->n_other++;
		t->other += mix64(l->lower);
	}
}

static void push_character(struct scan *s, uint32_t c)
{
	s->plain = true;
	push(s, mix64(c), WORD_PLAIN);
	s->out->dense++;
}

/* Reads the token at *i and moves *i behind it. It ends at a blank, and before and behind a character that is a word of its own. */
static void read_token(struct scan *s, struct str text, size_t *i, struct token *t)
{
	size_t from = *i, end = *i;
	while (*i < text.n && text.p[*i] > ' ') {
		if (text.p[*i] < 0x80) {
			add_ascii(t, text, i);
		} else {
			uint32_t c = utf8_next(text, i);
			if (without_blanks(c)) {
				if (end > from)
					*i = end;
				else
					push_character(s, c);
				break;
			}
			struct look l = look_of(c);
			if (l.kind == LOOK_SPACE)
				break;
			add_high(t, &l);
		}
		end = *i;
	}
	t->text = str_sub(text, from, end - from);
	if (t->letters) {
		t->set |= t->look_set;
		t->letters += t->looks;
	} else {
		t->n_other += t->looks;
		t->other += t->look_other;
	}
}

static bool is_link(struct str t)
{
	size_t at = str_find_byte(t, '@');
	size_t slash = str_find_byte(t, '/');
	if (at != STR_NPOS && at && str_find_byte(str_from(t, at), '.') != STR_NPOS)
		return true;
	if (slash != STR_NPOS && ((slash && t.p[slash - 1] == ':') || str_find_byte(str_first(t, slash), '.') != STR_NPOS))
		return true;
	return str_istarts(t, S("www."));
}

/* Years, and numbers that language is full of: hours, months, ages, prices. Round ones are known already. */
static bool common_number(const struct token *t)
{
	unsigned v = 0;
	for (size_t i = 0; i < t->text.n && t->n_digits <= 4; i++)
		v = ascii_digit(t->text.p[i]) ? 10 * v + t->text.p[i] - '0' : v;
	return (v >= 1900 && v <= 2099) || v == 12 || v == 18 || v == 24 || v == 36 || v == 48 || v == 72 || v == 99 || v == 365;
}

static void push_number(struct scan *s, const struct token *t)
{
	bool fact = t->n_digits >= 2 && !t->round && !common_number(t);
	uint64_t digits = t->n_digits <= 2 ? 0 : t->n_digits == 3 ? 1 : t->n_digits <= 5 ? 2 : 3;
	s->plain = true;
	push(s, (mix64(t->digits + t->n_digits) >> 34 << 2 | digits) << 32, fact ? WORD_FACT : WORD_NUMBER);
}

static bool is_capital(uint8_t c)
{
	return (uint8_t)(c - 'A') < 26;
}

/* A capital, and then a letter that is none. */
static bool is_name(struct str t)
{
	return t.n > 1 && is_capital(t.p[0]) && !is_capital(t.p[1]);
}

/* At most SHORT_LETTERS different ones. */
static bool few_letters(uint32_t set, unsigned others)
{
	for (; set && others <= SHORT_LETTERS; others++)
		set &= set - 1;
	return others <= SHORT_LETTERS;
}

/* last: the byte that ended the token before. Whether there are few letters is a toss-up: no branch on it. */
static inline enum word_kind kind_of(struct str word, bool few, uint8_t last)
{
	enum word_kind kind = few ? WORD_SHORT : WORD_PLAIN;
	if (is_name(word) && !(kinds[last] & KIND_SENTENCE))
		kind = few ? kind : WORD_NAME;
	return kind;
}

static void push_word(struct scan *s, const struct token *t)
{
	size_t letters = t->letters + t->n_other;
	s->plain |= is_capital(t->text.p[0]) || letters < SALAD_SHORTEST;
	push(s, mix64(t->set + t->other), kind_of(t->text, few_letters(t->set, t->n_other), s->last));
}

static void end_token(struct scan *s, const struct token *t)
{
	if (!t->text.n)
		return;
	if ((t->signs && is_link(t->text)) || ((t->text.p[0] | 0x20) == 'w' && str_istarts(t->text, S("www."))))
		s->plain = true;
	else if (t->n_digits && !t->letters && !t->n_other)
		push_number(s, t);
	else if (t->letters + t->n_other > t->n_digits)
		push_word(s, t);
	s->last = t->text.p[t->text.n - 1];
	s->plain |= (kinds[s->last] & KIND_PAUSE) != 0;
}

/* Any token, at *i. */
static __attribute__((noinline)) void odd_token(struct scan *s, struct str text, size_t *i)
{
	struct token t = {.digits = 0xcbf29ce484222325u};
	read_token(s, text, i, &t);
	end_token(s, &t);
}

/* ---- most tokens are of ASCII letters and signs only: the short way ---- */

enum { BLOCK = 64, GROUP = 8 };

/* What BLOCK bytes of the text are, a bit each; behind the end of the text they are blank. */
struct block {
	size_t at;
	const uint8_t *p;            /* GROUP bytes more can be read */
	uint64_t text, newline, odd; /* no blanks; '\n'; digits, '/', '@' and what is beyond ASCII */
	uint64_t w;                  /* in either case */
	uint8_t tail[BLOCK + GROUP];
};

#ifdef __SSE2__
static uint64_t bits(__m128i flags)
{
	return (uint32_t)_mm_movemask_epi8(flags);
}

static void read_bits(struct block *b)
{
	const __m128i blank = _mm_set1_epi8(' '), newline = _mm_set1_epi8('\n'), at = _mm_set1_epi8('@');
	uint64_t blanks = 0;
	b->newline = b->odd = b->w = 0;
	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)(b->p + i));
		__m128i digit = _mm_cmplt_epi8(_mm_add_epi8(c, _mm_set1_epi8(128 - '/')), _mm_set1_epi8(-128 + '9' + 1 - '/'));
		blanks |= bits(_mm_cmpeq_epi8(_mm_min_epu8(c, blank), c)) << i;
		b->newline |= bits(_mm_cmpeq_epi8(c, newline)) << i;
		b->odd |= bits(_mm_or_si128(_mm_or_si128(c, digit), _mm_cmpeq_epi8(c, at))) << i;
		b->w |= bits(_mm_cmpeq_epi8(_mm_or_si128(c, blank), _mm_set1_epi8('w')))
		        << i; /* a blank is the bit of lower case */
	}
	b->text = ~blanks;
}
#else
static void read_bits(struct block *b)
{
	b->text = b->newline = b->odd = b->w = 0;
	for (unsigned i = 0; i < BLOCK; i++) {
		uint8_t c = b->p[i];
		b->text |= (uint64_t)(c > ' ') << i;
		b->newline |= (uint64_t)(c == '\n') << i;
		b->odd |= (uint64_t)(c >= 0x80 || (kinds[c] & (KIND_DIGIT | KIND_SIGN))) << i;
		b->w |= (uint64_t)((c | 0x20) == 'w') << i;
	}
}
#endif

static void read_block(struct block *b, struct str text, size_t at)
{
	struct str rest = str_from(text, at);
	b->at = at;
	b->p = rest.p;
	if (rest.n < sizeof b->tail) {
		memset(b->tail, 0, sizeof b->tail);
		memcpy(b->tail, rest.p, rest.n);
		b->p = b->tail;
	}
	read_bits(b);
}

/* What n bytes are, together. */
static uint32_t kinds_of(const uint8_t *p, size_t n)
{
	uint32_t all = 0;
	for (; n > GROUP; p += GROUP, n -= GROUP)
		for (unsigned k = 0; k < GROUP; k++)
			all |= kinds[p[k]];
	uint64_t w = str_load8(str_make(p, GROUP), 0) << (8 * (GROUP - n));
	for (unsigned k = 0; k < GROUP; k++, w >>= 8)
		all |= kinds[w & 0xFF];
	return all;
}

/* There is something about it that a salad of words does not have. */
static bool is_plain(const uint8_t *p, size_t n)
{
	size_t letters = 0;
	for (size_t i = 0; i < n && letters < SALAD_SHORTEST; i++)
		letters += ascii_alpha(p[i]);
	return (letters && letters < SALAD_SHORTEST) || is_capital(p[0]) || (kinds[p[n - 1]] & KIND_PAUSE);
}

/* The lowest bit that is set; BLOCK when none is. */
static size_t first_bit(uint64_t bits)
{
	return bits ? (unsigned)__builtin_ctzll(bits) : BLOCK;
}

/* Those from a place on. */
static uint64_t bits_from(uint64_t bits, size_t at)
{
	return at < BLOCK ? bits & UINT64_MAX << at : 0;
}

static uint64_t lowest_bits(uint64_t bits, size_t n)
{
	uint64_t rest = bits;
	while (rest && n--)
		rest &= rest - 1;
	return bits ^ rest;
}

/* Counts the line ends from one place in the block to another. */
static void see_lines(struct scan *s, const struct block *b, size_t from, size_t to)
{
	uint64_t lines = bits_from(b->newline, from);
	for (; first_bit(lines) < to && s->lines < 2; lines &= lines - 1)
		s->lines++;
}

/* A token begins: what the line ends before it say. */
static void end_lines(struct scan *s)
{
	if (s->lines > 1)
		end_paragraph(s);
	if (s->lines)
		s->last = '.';
	s->lines = 0;
}

/* The word that a plain token is, if it has letters. */
static inline void push_plain(struct words *w, struct str token, uint8_t last)
{
	uint32_t all = kinds_of(token.p, token.n), set = all & KIND_SET, rest = set & (set - 1);
	_Static_assert(SHORT_LETTERS == 3, "so many are taken away");
	rest &= rest - 1;
	if (!(all & KIND_LETTER))
		return;
	w->hash[w->n] = (uint32_t)(mix64(set) >> 32);
	w->kind[w->n++] = (uint8_t)kind_of(token, !(rest & (rest - 1)), last);
}

/* The token at `next`, the first one left, has something bad, or fills the block. */
static bool is_odd(uint64_t text, uint64_t bad, size_t next)
{
	size_t end = next < BLOCK ? first_bit(bits_from(~text & text << 1, next)) : 0;
	return first_bit(bad) < end || (next == 0 && end == BLOCK);
}

/* Takes the plain tokens of a block from `at` on. Returns where it stopped: behind the block, or at a token that is not plain, or
 * that does not end in it. *odd: the other way has to take it. */
static size_t read_tokens(struct scan *s, const struct block *b, size_t at, bool *odd)
{
	struct words w = *s->out;
	bool plain = s->plain;
	uint8_t last = s->last;
	uint64_t text = bits_from(b->text, at), begins = text & ~(text << 1), ends = ~text & text << 1;
	uint64_t bad = (b->odd & text) | (begins & b->w & b->w >> 1); /* in a token that is not plain */
	size_t line = s->lines ? at : first_bit(bits_from(b->newline, at));
	ends &= (bad & -bad) - 1; /* those of plain tokens before the first other one; all when there is none */
	if (LIM_WORDS - w.n < BLOCK / 2)
		ends = lowest_bits(ends, LIM_WORDS - w.n);
	for (; ends; begins &= begins - 1, ends &= ends - 1) {
		size_t begin = (unsigned)__builtin_ctzll(begins);
		if (begin >= line) {
			s->out->n = w.n;
			s->plain = plain;
			s->last = last;
			see_lines(s, b, line, begin);
			end_lines(s);
			w.n = s->out->n;
			plain = s->plain;
			last = s->last;
			line = first_bit(bits_from(b->newline, begin));
		}
		struct str token = str_make(b->p + begin, (unsigned)__builtin_ctzll(ends) - begin);
		push_plain(&w, token, last);
		plain = plain || is_plain(token.p, token.n);
		last = token.p[token.n - 1];
	}
	s->out->n = w.n;
	s->plain = plain;
	s->last = last;
	size_t next = first_bit(begins);
	if (line < next)
		see_lines(s, b, line, next);
	*odd = w.n < LIM_WORDS && is_odd(text, bad, next);
	if (*odd)
		end_lines(s);
	return next;
}

static void scan_text(struct scan *s, struct str text)
{
	struct block b;
	bool odd = false;
	for (size_t i = 0; i < text.n && s->out->n < LIM_WORDS;) {
		if (!odd || i - b.at >= BLOCK)
			read_block(&b, text, i);
		i = b.at + read_tokens(s, &b, i - b.at, &odd);
		if (odd)
			odd_token(s, text, &i);
	}
	end_paragraph(s);
}

bool words_of(struct arena *a, struct str text, struct words *out)
{
	size_t max = text.n / 2 + 1 < LIM_WORDS ? text.n / 2 + 1 : LIM_WORDS; /* a word takes a byte and a blank, or three bytes */
	*out = (struct words){arena_alloc(a, max * sizeof *out->hash), arena_alloc(a, max), 0, 0};
	if (!out->hash || !out->kind)
		return false;
	struct scan s = {.out = out, .last = '.'};
	pthread_once(&kinds_once, build_kinds);
	scan_text(&s, text);
	if (!out->n && s.salad) {
		out->dense = 0;
		s = (struct scan){.out = out, .last = '.', .keep_salad = true};
		scan_text(&s, text);
	}
	arena_shrink(a, out->kind, max, out->n);
	return true;
}
