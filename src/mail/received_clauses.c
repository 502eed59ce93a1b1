/* received_clauses.c - see received_clauses.h. */
#include "mail/received_clauses.h"

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_COMMENT, TOKEN_SEMICOLON };
enum clause { CLAUSE_NONE, CLAUSE_FROM, CLAUSE_BY, CLAUSE_VIA, CLAUSE_WITH, CLAUSE_ID, CLAUSE_FOR };

struct lexer {
	struct str s;
	size_t at;
	bool flat; /* parentheses do not balance: a comment ends at the first closing one */
};

struct token {
	enum token_kind kind;
	struct str text; /* of a comment: without its parentheses */
};

/* ---- tokens ---- */

/* The length of the comment at s.p[0] == '(' with both parentheses; 0 when it does not end. */
static size_t comment_length(struct str s, bool flat)
{
	size_t depth = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '(' && (!flat || i == 0))
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return 0;
}

static struct token next_token(struct lexer *l)
{
	while (l->at < l->s.n && ascii_space(l->s.p[l->at]))
		l->at++;
	struct str rest = str_from(l->s, l->at);
	if (rest.n == 0)
		return (struct token){TOKEN_END, rest};
	if (rest.p[0] == ';') {
		l->at++;
		return (struct token){TOKEN_SEMICOLON, str_from(rest, 1)};
	}
	if (rest.p[0] == '(') {
		size_t n = comment_length(rest, l->flat);
		if (n == 0 && !l->flat) {
			l->flat = true;
			n = comment_length(rest, true);
		}
		if (n == 0) /* nothing closes any more: the rest is one comment */
			n = rest.n + 1;
		l->at = n > rest.n ? l->s.n : l->at + n;
		return (struct token){TOKEN_COMMENT, str_trim(str_sub(rest, 1, n - 2))};
	}
	static const bool ends_word[256] = {['\t'] = true,
		['\n'] = true,
		['\v'] = true,
		['\f'] = true,
		['\r'] = true,
		[' '] = true,
		[';'] = true,
		['('] = true};
	size_t n = 1; /* neither a space nor a ';' nor a '(' */
	while (n < rest.n && !ends_word[rest.p[n]])
		n++;
	l->at += n;
	return (struct token){TOKEN_WORD, str_first(rest, n)};
}

static enum clause keyword(struct str w)
{
	static const struct str names[] = {
		STR_INIT(""), STR_INIT("from"), STR_INIT("by"), STR_INIT("via"), STR_INIT("with"), STR_INIT("id"), STR_INIT("for")};
	if (w.n >= 2 && w.n <= 4)
		for (unsigned i = CLAUSE_FROM; i <= CLAUSE_FOR; i++)
			if (str_ieq(w, names[i]))
				return (enum clause)i;
	return CLAUSE_NONE;
}

/* ---- clauses ---- */

/* From the start of a to the end of b, both in the same bytes. */
static struct str span(struct str a, struct str b)
{
	return a.n ? str_make(a.p, (size_t)(b.p - a.p) + b.n) : b;
}

static void add_comment(struct clauses *c, enum clause at, struct str text)
{
	if (at == CLAUSE_NONE && !c->head.n)
		c->head = text;
	else if (at == CLAUSE_FROM && c->n_from_comments < MAX_COMMENTS)
		c->from_comments[c->n_from_comments++] = text;
	else if (at == CLAUSE_BY && !c->by_comment.n)
		c->by_comment = text;
	else if ((at == CLAUSE_WITH || at == CLAUSE_ID) && !c->with_comment.n)
		c->with_comment = text;
	if (at >= CLAUSE_BY && str_istarts(text, S("Exim")))
		c->exim = text;
}

/* words: how many the clause has already. Several words make one value only in a with clause. */
static void add_word(struct clauses *c, enum clause at, struct str w, size_t words)
{
	struct str *one[] = {NULL, &c->from, &c->by, &c->via, &c->with, &c->id, &c->for_};
	if (at == CLAUSE_WITH && words > 0 && !c->with_comment.n)
		c->with = span(c->with, w);
	else if (at == CLAUSE_FROM && c->from.n && (words == 1 || w.p[0] == '['))
		c->from_second = w;
	else if (at != CLAUSE_NONE && words == 0 && !one[at]->n)
		*one[at] = w;
}

/* "from by mx.example": the clause is empty. "from by (host [ip])": the client said HELO by. "by (Mailer 1.0) with SMTP" names
 * no host. */
static bool is_value(const struct lexer *l, const struct clauses *c, enum clause at, enum clause key, size_t words)
{
	struct lexer ahead = *l;
	if (at == CLAUSE_NONE || words > 0)
		return false;
	if (at == CLAUSE_BY)
		return !c->by_comment.n;
	if (at != CLAUSE_FROM)
		return true;
	return !c->n_from_comments && (key != CLAUSE_BY || next_token(&ahead).kind == TOKEN_COMMENT);
}

/* "from x (user y); by mx with HTTP; DATE" */
static bool goes_on(const struct lexer *l)
{
	struct lexer ahead = *l;
	struct token t = next_token(&ahead);
	return t.kind == TOKEN_WORD && keyword(t.text) > CLAUSE_FROM;
}

void received_clauses(struct str value, struct clauses *c)
{
	struct lexer l = {.s = value};
	enum clause at = CLAUSE_NONE;
	size_t words = 0;
	for (struct token t; (t = next_token(&l)).kind != TOKEN_END;) {
		if (t.kind == TOKEN_SEMICOLON) {
			c->date = t.text;
			if (!goes_on(&l))
				return;
			continue;
		}
		if (t.kind == TOKEN_COMMENT) {
			add_comment(c, at, t.text);
			continue;
		}
		enum clause key = keyword(t.text);
		if (key != CLAUSE_NONE && !is_value(&l, c, at, key, words)) {
			at = key;
			words = 0;
			c->has_from |= key == CLAUSE_FROM;
			c->has_by |= key == CLAUSE_BY;
			continue;
		}
		add_word(c, at, t.text, words++);
	}
}
