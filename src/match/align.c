/* align.c - see align.h. Positions are offsets into one field's folded text. */
#include "match/align.h"

#include "match/normalise.h"

enum {
	PIECE_MAX = 3,    /* letters of a piece when a word is torn by blanks; */
	PIECES_MIN = 3,   /* and how many pieces: "log in" is not "login" */
	SIGNS_MIN = 5,    /* shorter words have signs of their own: e-bay, u.s.p.s. */
	SIGNS_HONEST = 1, /* hyphens and apostrophes that honest words have: on-line, bachelor's */
	TOKEN_MAX = 64,   /* letters of a text word that are looked at */
	LETTERS_MIN =
		6, /* shorter words turn into other words by a doubled, exchanged or like letter: loves, Lowe's; venom, Venmo */
};

/* A letter or digit of any script but those that write without blanks. */
static bool in_word_before(struct str f, size_t at)
{
	if (at == 0)
		return false;
	uint8_t c = f.p[at - 1];
	if (c < 0x80)
		return ascii_alnum(c);
	for (size_t k = 1; k <= 3 && k <= at; k++)
		if (f.p[at - k] >= 0xC0)
			return f.p[at - k] >= 0xC3 && f.p[at - k] < 0xE0;
	return false;
}

bool word_begins(struct str f, size_t at)
{
	return !in_word_before(f, at);
}

bool word_ends(struct str f, size_t at)
{
	if (at >= f.n)
		return true;
	uint8_t c = f.p[at];
	if (c < 0x80)
		return !ascii_alnum(c);
	return !(c >= 0xC3 && c < 0xE0);
}

/* Also true before digits: "viagra100mg". */
static bool phrase_ends(const struct phrase *p, struct str f, size_t at)
{
	return word_ends(f, at) || (p->n_letters >= SIGNS_MIN && ascii_digit(f.p[at]) && ascii_alpha(f.p[at - 1]));
}

bool align_exact(const struct phrase *p, struct str f, size_t from)
{
	return word_begins(f, from) && phrase_ends(p, f, from + p->fold.n);
}

/* ---- letters in order, with anything the squeezed view ignores between them ---- */
struct walk {
	const struct phrase *p;
	struct str f;
	size_t at;  /* next text byte */
	uint32_t j; /* next phrase letter */
	unsigned how;
	uint32_t piece;  /* letters since the last blank within the present word */
	uint32_t pieces; /* of the present word before that blank; 0 = not torn */
	uint32_t signs;  /* within words */
};

/* A sign that parts sentences or clauses rather than letters. */
static bool parts_clauses(const struct walk *w, size_t at, size_t to)
{
	uint8_t c = w->f.p[at];
	if (c == '.')
		return at + 1 < to && w->f.p[at + 1] == ' ' && w->piece > 1;
	return c == ',' || c == ';' || c == ':' || c == '?' || c == '(' || c == ')' || c == '"';
}

/* Of a short word only single letters are pieces: "1 on OS" is not IONOS. */
static uint32_t piece_max(const struct phrase *p)
{
	return p->n_letters < LETTERS_MIN ? 1 : PIECE_MAX;
}

/* The present word ends here: in one piece, or torn into enough small ones. */
static bool word_whole(const struct walk *w)
{
	return w->pieces == 0 || (w->piece <= piece_max(w->p) && w->pieces + 1 >= PIECES_MIN);
}

/* What stands between the last letter and the one at `to`: allowed, and of what kind? */
static bool step_gap(struct walk *w, size_t to)
{
	size_t n = to - w->at;
	bool blank = false, hard = false;
	if (n > CUT_GAP_MAX)
		return false;
	for (size_t i = w->at; i < to; i++) {
		blank |= w->f.p[i] == ' ';
		hard |= parts_clauses(w, i, to);
	}
	if (w->p->gap[w->j]) {
		if (!word_whole(w))
			return false;
		w->piece = w->pieces = 0;
		w->how |= n != 1 || !blank ? ALIGN_JOINED : 0;
		return !hard;
	}
	if (n == 0)
		return true;
	if (!blank) {
		w->signs += n == 1 && (w->f.p[w->at] == '-' || w->f.p[w->at] == '\'') ? 1 : SIGNS_HONEST + 1;
		return !hard;
	}
	if (w->piece > piece_max(w->p))
		return false;
	w->pieces++;
	w->piece = 0;
	w->how |= ALIGN_SPACED;
	return !hard;
}

/* The run of equal letter classes in the phrase that begins at j: its end. */
static uint32_t run_end(const struct phrase *p, uint32_t j)
{
	uint32_t e = j + 1;
	while (e < p->n_letters && norm_letter[p->letter[e]] == norm_letter[p->letter[j]])
		e++;
	return e;
}

/* The next byte that counts as a letter, at or after `at`. */
static size_t next_letter(struct str f, size_t at)
{
	while (at < f.n && !norm_letter[f.p[at]] && f.p[at] != NORM_SEP)
		at++;
	return at;
}

/* The text's byte stands for the phrase's letter (of the same class): itself, a digit or sign, or l for i. */
static bool like_letter(uint8_t text, uint8_t letter, uint32_t n_letters, unsigned *how)
{
	if (text == letter)
		return true;
	*how |= ALIGN_SWAPPED;
	return !ascii_alpha(text) || n_letters >= LETTERS_MIN;
}

/* A word of one letter: nothing else stands for it ("3 gold" is not e-gold). */
static bool lone_letter(const struct phrase *p, uint32_t j)
{
	return (j == 0 || p->gap[j]) && (j + 1 == p->n_letters || p->gap[j + 1]);
}

/* Takes one run: as many letters as the phrase has, then repetitions that directly follow. */
static bool step_run(struct walk *w)
{
	uint32_t end = run_end(w->p, w->j);
	uint8_t class = norm_letter[w->p->letter[w->j]];
	for (; w->j < end; w->j++) {
		size_t at = next_letter(w->f, w->at);
		if (at >= w->f.n || norm_letter[w->f.p[at]] != class || (w->j && !step_gap(w, at)))
			return false;
		if (w->f.p[at] != w->p->letter[w->j] && lone_letter(w->p, w->j))
			return false;
		if (!like_letter(w->f.p[at], w->p->letter[w->j], w->p->n_letters, &w->how))
			return false;
		w->piece++;
		w->at = at + 1;
	}
	for (; w->at < w->f.n && norm_letter[w->f.p[w->at]] == class; w->at++) {
		if (w->p->n_letters < LETTERS_MIN || w->f.p[w->at] != w->f.p[w->at - 1]) /* codeline is not codeine */
			return false;
		w->how |= ALIGN_REPEATED;
	}
	return true;
}

static bool walk_from(const struct phrase *p, struct str f, size_t from, bool bounded, struct span *out)
{
	struct walk w = {.p = p, .f = f, .at = from};
	while (w.j < p->n_letters)
		if (!step_run(&w))
			return false;
	if (!word_whole(&w) || (bounded && !phrase_ends(p, f, w.at)))
		return false;
	if (w.signs)
		w.how |= w.signs > SIGNS_HONEST && p->n_letters >= SIGNS_MIN ? ALIGN_SIGNS : ALIGN_JOINED;
	*out = (struct span){from, w.at, w.how};
	return true;
}

/* The first letter of a repeated run may belong to what stands before: tries each place within the run. */
static bool walk_run(const struct phrase *p, struct str f, size_t near, bool bounded, struct span *out)
{
	uint8_t class = norm_letter[p->letter[0]];
	for (size_t at = near; at < f.n && norm_letter[f.p[at]] == class; at = next_letter(f, at + 1))
		if ((!bounded || word_begins(f, at)) && walk_from(p, f, at, bounded, out))
			return true;
	return false;
}

bool align_squeezed(const struct phrase *p, struct str f, size_t near, struct span *out)
{
	return walk_run(p, f, near, true, out);
}

bool align_inside(const struct phrase *p, struct str f, size_t near, struct span *out)
{
	return walk_run(p, f, near, false, out);
}

/* ---- word by word, where neighbouring letters may be exchanged ---- */
struct text_word {
	uint8_t raw[TOKEN_MAX];
	size_t n;
	size_t from, to; /* without signs around it */
	size_t end;      /* with them */
	uint32_t signs;  /* within it */
};

/* The letters of the blank-delimited word at `from`. False when it is too long. */
static bool read_text_word(struct str f, size_t from, struct text_word *w)
{
	size_t before = from; /* where the last letter but one ends */
	w->n = 0;
	w->signs = 0;
	w->from = w->to = w->end = from;
	for (size_t i = from; i < f.n && f.p[i] > ' '; i++) {
		uint8_t c = f.p[i];
		w->end = i + 1;
		if (!norm_letter[c] || c == '!' || c == '|')
			continue;
		if (w->n == TOKEN_MAX)
			return false;
		if (w->n == 0)
			w->from = i;
		else
			w->signs += i == w->to                                                    ? 0
			            : i == w->to + 1 && (f.p[w->to] == '-' || f.p[w->to] == '\'') ? 1
			                                                                          : SIGNS_HONEST + 1;
		w->raw[w->n++] = c;
		before = w->to;
		w->to = i + 1;
	}
	if (w->n >= 2 && w->to - before == 2 && f.p[before] == '\'' && f.p[before + 1] == 's') { /* the genitive */
		w->n--;
		w->signs--;
		w->to = before;
	}
	return true;
}

/* The same letters save one exchange of neighbours. */
static bool one_exchange(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;
	while (i < n && a[i] == b[i])
		i++;
	return n >= LETTERS_MIN && i + 1 < n && a[i] == b[i + 1] && a[i + 1] == b[i] &&
	       memcmp(a + i + 2, b + i + 2, n - i - 2) == 0;
}

/* The same runs of letter classes; the text may repeat. */
static bool same_runs(const uint8_t *text, size_t n_text, const uint8_t *phrase, size_t n, unsigned *how)
{
	size_t i = 0, j = 0;
	while (j < n) {
		uint8_t class = norm_letter[phrase[j]];
		for (; j < n && norm_letter[phrase[j]] == class; j++, i++) {
			if (i >= n_text || norm_letter[text[i]] != class)
				return false;
			if (!like_letter(text[i], phrase[j], (uint32_t)n, how))
				return false;
		}
		for (; i > 0 && i < n_text && norm_letter[text[i]] == class && text[i] == text[i - 1]; i++)
			*how |= ALIGN_REPEATED;
	}
	return i == n_text && (n >= LETTERS_MIN || !(*how & ALIGN_REPEATED));
}

static bool has_gap(const struct phrase *p, struct phrase_token t)
{
	for (uint32_t j = t.letter + 1; j < t.letter + t.n; j++)
		if (p->gap[j])
			return true;
	return false;
}

static bool same_word(const struct text_word *w, const struct phrase *p, struct phrase_token t, unsigned *how)
{
	unsigned h = 0;
	if (!same_runs(w->raw, w->n, p->letter + t.letter, t.n, &h)) {
		if (w->n != t.n || !one_exchange(w->raw, p->letter + t.letter, t.n))
			return false;
		h = ALIGN_ORDER;
	}
	*how |= h | (w->signs > SIGNS_HONEST && t.n >= SIGNS_MIN && !has_gap(p, t) ? ALIGN_SIGNS : 0);
	return true;
}

static bool word_before(struct str f, size_t *at)
{
	size_t i = *at;
	if (i < 2 || f.p[i - 1] != ' ')
		return false;
	for (i--; i > 0 && f.p[i - 1] > ' '; i--)
		;
	*at = i;
	return true;
}

/* Most words that are asked for differ from the phrase's word by a letter that no disguise explains: "price" in "prices". */
static bool surely_differs(const struct phrase *p, struct phrase_token t, struct str text)
{
	const uint8_t *letter = p->letter + t.letter;
	size_t i = 0;
	while (i < t.n && i < text.n && text.p[i] == letter[i])
		i++;
	if (i == text.n || !ascii_alpha(text.p[i]) || (i > 0 && text.p[i] == letter[i - 1]))
		return false;
	return i == t.n || (norm_letter[text.p[i]] != norm_letter[letter[i]] && (i + 1 == t.n || text.p[i] != letter[i + 1]));
}

bool align_words(const struct phrase *p, struct str f, size_t from, uint32_t token, struct span *out)
{
	struct text_word w;
	struct span s = {0};
	if (surely_differs(p, p->token[token], str_from(f, from)))
		return false;
	for (uint32_t k = 0; k < token; k++)
		if (!word_before(f, &from))
			return false;
	for (uint32_t k = 0; k < p->n_tokens; k++) {
		if (!read_text_word(f, from, &w) || !same_word(&w, p, p->token[k], &s.how))
			return false;
		if (k == 0)
			s.from = w.from;
		else if (w.from != from)
			return false; /* signs between two words end a clause or a quotation */
		s.to = w.to;
		if (k + 1 < p->n_tokens && (w.end != w.to || w.end >= f.n || f.p[w.end] != ' '))
			return false;
		from = w.end + 1;
	}
	*out = s;
	return s.from < s.to && (s.how & ALIGN_DISGUISE); /* the undisguised is found literally */
}
