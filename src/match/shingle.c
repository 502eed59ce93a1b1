/* shingle.c - see shingle.h. */
#include "match/shingle.h"

#include <pthread.h>

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
	bool plain;    /* a capital, digit, short word or punctuation seen in the paragraph */
	bool sentence; /* the next word begins one */
};

static void push(struct scan *s, uint64_t hash, enum word_kind kind)
{
	struct words *w = s->out;
	if (w->n == LIM_WORDS)
		return;
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
	s->sentence = true;
}

/* Scripts that put no blanks between words: Thai to Tibetan, Myanmar, Khmer, kana, Han and their extensions. Hangul has blanks. */
static bool without_blanks(uint32_t c)
{
	return (c >= 0x0E00 && c <= 0x0FFF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) ||
	       (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
	       (c >= 0x20000 && c <= 0x3FFFF);
}

/* What a byte is within a token: bit of its letter class; how much it counts; or that it is no ASCII, or a blank. */
#define KIND_LETTER ((uint64_t)1 << 32)
#define KIND_DIGIT ((uint64_t)1 << 31)
#define KIND_SIGN ((uint64_t)1 << 30) /* @ or / */
#define KIND_END ((uint64_t)1 << 63)
#define KIND_SET (((uint64_t)1 << 26) - 1)
static uint64_t kinds[256];
static pthread_once_t kinds_once = PTHREAD_ONCE_INIT;

static void build_kinds(void)
{
	for (int c = 0; c < 256; c++) {
		/* of the signs only two are letters: an exclamation mark ends more sentences than it replaces an i */
		uint8_t b = (uint8_t)c, letter = ascii_alnum(b) || b == '@' || b == '$' ? norm_letter[ascii_lower(b)] : 0;
		kinds[c] = (letter >= 'a' ? (uint64_t)1 << (letter - 'a') : 0) | (ascii_alpha(b) ? KIND_LETTER : 0) |
		           (ascii_digit(b) ? KIND_DIGIT : 0) | (b == '@' || b == '/' ? KIND_SIGN : 0) |
		           (b <= ' ' || b >= 0x80 ? KIND_END : 0);
	}
}

/* The ASCII from *i on, up to a blank: what its bytes are, together, and how many letters there are. */
static uint64_t read_ascii(struct str text, size_t *i, uint32_t *letters)
{
	uint64_t all = 0, sum = 0, k;
	size_t at = *i;
	for (; at < text.n && !((k = kinds[text.p[at]]) & KIND_END); at++) {
		all |= k;
		sum += k >> 32;
	}
	*i = at;
	*letters = (uint32_t)sum;
	return all;
}

static void add_digits(struct token *t, struct str run)
{
	for (size_t i = 0; i < run.n; i++) {
		uint8_t c = run.p[i];
		if (!ascii_digit(c))
			continue;
		t->round = t->n_digits == 0 || (t->round && c == '0');
		t->digits = (t->digits ^ c) * 0x100000001b3u;
		t->n_digits++;
	}
}

static void add_ascii(struct token *t, struct str text, size_t *i)
{
	size_t from = *i;
	uint32_t letters;
	uint64_t all = read_ascii(text, i, &letters);
	t->set |= (uint32_t)(all & KIND_SET);
	t->signs |= (all & KIND_SIGN) != 0;
	t->letters += letters;
	if (all & KIND_DIGIT)
		add_digits(t, str_sub(text, from, *i - from));
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

/* Reads the token at *i and moves *i behind it. It ends at a blank, and before and behind a character that is a word of its own. */
static void read_token(struct scan *s, struct str text, size_t *i, struct token *t)
{
	size_t from = *i, end = *i;
	while (*i < text.n && text.p[*i] > ' ') {
		if (text.p[*i] < 0x80) {
			add_ascii(t, text, i);
		} else {
			uint32_t c = utf8_next(text, i);
			struct look l = look_of(c);
			if (l.kind == LOOK_SPACE)
				break;
			if (without_blanks(c) && end > from) {
				*i = end;
				break;
			}
			if (without_blanks(c)) {
				s->plain = true;
				push(s, mix64(c), WORD_PLAIN);
				s->out->dense++;
				break;
			}
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

/* A capital, and then a letter that is none. */
static bool is_name(struct str t)
{
	return t.n > 1 && (uint8_t)(t.p[0] - 'A') < 26 && (uint8_t)(t.p[1] - 'A') >= 26;
}

/* At most SHORT_LETTERS different ones. */
static bool few_letters(uint32_t set, unsigned others)
{
	for (; set && others <= SHORT_LETTERS; others++)
		set &= set - 1;
	return others <= SHORT_LETTERS;
}

static void push_word(struct scan *s, struct str text, uint64_t hash, size_t letters, bool few)
{
	enum word_kind kind = few ? WORD_SHORT : WORD_PLAIN;
	if (kind == WORD_PLAIN && !s->sentence && is_name(text))
		kind = WORD_NAME;
	s->plain |= (uint8_t)(text.p[0] - 'A') < 26 || letters < SALAD_SHORTEST;
	push(s, mix64(hash), kind);
}

static void end_sentence(struct scan *s, uint8_t last)
{
	s->sentence = last == '.' || last == '!' || last == '?' || last == ':';
	s->plain |= s->sentence || last == ',' || last == ';';
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
		push_word(s, t->text, t->set + t->other, t->letters + t->n_other, few_letters(t->set, t->n_other));
	end_sentence(s, t->text.p[t->text.n - 1]);
}

/* Most tokens are of ASCII letters and signs only: the short way. False: *i is as it was. */
static bool plain_token(struct scan *s, struct str text, size_t *i)
{
	size_t end = *i;
	uint32_t letters;
	uint64_t all = read_ascii(text, &end, &letters);
	struct str token = str_sub(text, *i, end - *i);
	if (!token.n || all & (KIND_DIGIT | KIND_SIGN) || (end < text.n && text.p[end] >= 0x80) ||
		(token.n > 3 && (token.p[0] | 0x20) == 'w' && (token.p[1] | 0x20) == 'w'))
		return false;
	uint32_t set = (uint32_t)(all & KIND_SET), rest = set & (set - 1);
	_Static_assert(SHORT_LETTERS == 3, "three letters are taken away below");
	rest &= rest - 1;
	if (letters)
		push_word(s, token, set, letters, !(rest & (rest - 1)));
	end_sentence(s, token.p[token.n - 1]);
	*i = end;
	return true;
}

static void scan_text(struct scan *s, struct str text)
{
	for (size_t i = 0; i < text.n && s->out->n < LIM_WORDS;) {
		unsigned lines = 0;
		for (; i < text.n && text.p[i] <= ' '; i++)
			lines += text.p[i] == '\n';
		if (lines > 1)
			end_paragraph(s);
		else if (lines)
			s->sentence = true;
		if (plain_token(s, text, &i))
			continue;
		struct token t = {.digits = 0xcbf29ce484222325u};
		read_token(s, text, &i, &t);
		end_token(s, &t);
	}
	end_paragraph(s);
}

bool words_of(struct arena *a, struct str text, struct words *out)
{
	size_t max = text.n / 2 + 1 < LIM_WORDS ? text.n / 2 + 1 : LIM_WORDS; /* a word takes a byte and a blank, or three bytes */
	*out = (struct words){arena_alloc(a, max * sizeof *out->hash), arena_alloc(a, max), 0, 0};
	if (!out->hash || !out->kind)
		return false;
	struct scan s = {.out = out, .sentence = true};
	pthread_once(&kinds_once, build_kinds);
	scan_text(&s, text);
	if (!out->n && s.salad) {
		out->dense = 0;
		s = (struct scan){.out = out, .sentence = true, .keep_salad = true};
		scan_text(&s, text);
	}
	arena_shrink(a, out->kind, max, out->n);
	return true;
}
