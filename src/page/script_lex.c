/* script_lex.c - tokens of JavaScript; see script_int.h. */
#include "base/limits.h"
#include "base/utf8.h"
#include "page/script_int.h"

static bool name_char(uint8_t c)
{
	return ascii_alnum(c) || c == '_' || c == '$' || c >= 0x80;
}

static void push(struct js *js, struct js_token t)
{
	struct js_token *p = vec_push(js->arena, &js->tokens, LIM_SCRIPT);
	if (p)
		*p = t;
	else if (js->tokens.n < LIM_SCRIPT)
		js->oom = true;
}

const struct js_token *js_at(const struct js *js, size_t i)
{
	static const struct js_token none = {.kind = JS_END};
	return i < js->tokens.n ? &js->tokens.v[i] : &none;
}

bool js_is(const struct js *js, size_t i, uint8_t punct)
{
	const struct js_token *t = js_at(js, i);
	return t->kind == JS_PUNCT && t->punct == punct;
}

bool js_named(const struct js *js, size_t i, struct str name)
{
	const struct js_token *t = js_at(js, i);
	return t->kind == JS_NAME && str_eq(t->text, name);
}

/* Past a comment at s.p[i] == '/', or i. Also "<!--" and "-->" as browsers read them: to the end of the line. */
static size_t past_comment(struct str s, size_t i)
{
	struct str rest = str_from(s, i);
	if (str_starts(rest, S("/*"))) {
		size_t end = str_find(str_from(rest, 2), S("*/"));
		return end == STR_NPOS ? s.n : i + end + 4;
	}
	if (str_starts(rest, S("//")) || str_starts(rest, S("<!--")) || str_starts(rest, S("-->"))) {
		size_t end = str_find_byte(rest, '\n');
		return end == STR_NPOS ? s.n : i + end;
	}
	return i;
}

/* The closing quote, or the end of the line (strings) or text. */
static size_t string_end(struct str s, size_t i, uint8_t quote)
{
	for (; i < s.n && s.p[i] != quote; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		else if (s.p[i] == '\n' && quote != '`')
			break;
	}
	return i < s.n ? i : s.n;
}

/* A '/' begins a regular expression where no value stands before it. */
static bool regex_here(const struct js *js)
{
	const struct js_token *t = js_at(js, js->tokens.n - 1);
	if (t->kind == JS_END)
		return true;
	if (t->kind == JS_NAME)
		return str_eq(t->text, S("return")) || str_eq(t->text, S("typeof"));
	return t->kind == JS_PUNCT && t->punct != ')' && t->punct != ']' && t->punct != '}';
}

static size_t regex_end(struct str s, size_t i)
{
	bool set = false;
	for (i++; i < s.n && s.p[i] != '\n' && (set || s.p[i] != '/'); i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		else if (s.p[i] == '[' || s.p[i] == ']')
			set = s.p[i] == '[';
	}
	return i < s.n ? i + 1 : s.n;
}

static uint8_t operator_of(struct str s, size_t *n)
{
	static const char *const wide[] = {
		"===", "!==", "==", "!=", "<=", ">=", "&&", "||", "++", "--", "-=", "*=", "/=", "|=", "&="};
	if (str_starts(s, S("=>")) || str_starts(s, S("+="))) {
		*n = 2;
		return s.p[0] == '=' ? JS_ARROW : JS_ADD_TO;
	}
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (str_starts(s, str_of(wide[i]))) {
			*n = strlen(wide[i]);
			return i == 0 || i == 2 ? JS_EQUALS : JS_OTHER_OP;
		}
	*n = 1;
	return s.p[0];
}

void js_lex(struct js *js, struct str s)
{
	static const struct js_token semicolon = {.kind = JS_PUNCT, .punct = ';', .text = STR_INIT(";")};
	if (!js->tokens.n)
		push(js, semicolon); /* so that what begins at 0 is nothing */
	for (size_t i = 0; i < s.n;) {
		uint8_t c = s.p[i];
		size_t n = 1, past = c == '/' || c == '<' || c == '-' ? past_comment(s, i) : i;
		struct js_token t = {.kind = JS_PUNCT, .punct = c};
		if (past > i || ascii_space(c)) {
			i = past > i ? past : i + 1;
			continue;
		}
		if (name_char(c)) {
			while (i + n < s.n && name_char(s.p[i + n]))
				n++;
			t = (struct js_token){.kind = ascii_digit(c) ? JS_NUMBER : JS_NAME, .text = str_sub(s, i, n)};
		} else if (c == '"' || c == '\'' || c == '`') {
			size_t end = string_end(s, i + 1, c);
			t = (struct js_token){.kind = JS_STRING, .text = str_sub(s, i + 1, end - i - 1)};
			n = end - i + 1;
		} else if (c == '/' && regex_here(js)) {
			n = regex_end(s, i) - i;
			t = (struct js_token){.kind = JS_NUMBER, .text = str_sub(s, i, n)};
		} else {
			t.punct = operator_of(str_from(s, i), &n);
			t.text = str_sub(s, i, n);
		}
		push(js, t);
		i += n;
	}
	push(js, semicolon);
}

/* \xNN, \uNNNN, \u{N}: its value and length; 0 when it is none. */
static size_t hex_escape(struct str s, uint32_t *c)
{
	const bool brace = s.n > 1 && s.p[0] == 'u' && s.p[1] == '{';
	size_t from = brace ? 2 : 1, i = from, most = brace ? 6 : s.p[0] == 'x' ? 2 : 4;
	for (*c = 0; i < s.n && i - from < most && ascii_hex(s.p[i]) >= 0; i++)
		*c = *c << 4 | (uint32_t)ascii_hex(s.p[i]);
	if (brace)
		return i > from && i < s.n && s.p[i] == '}' ? i + 1 : 0;
	return i - from == most ? i : 0;
}

void js_unescape(struct str s, struct buf *out)
{
	for (size_t i; (i = str_find_byte(s, '\\')) != STR_NPOS && i + 1 < s.n;) {
		uint32_t c = 0;
		size_t n = 1;
		buf_add(out, str_first(s, i));
		s = str_from(s, i + 1);
		switch (s.p[0]) {
		case 'n':
		case 'r':
		case 't':
			buf_byte(out, ' ');
			break;
		case '\n':
			break;
		case 'x':
		case 'u':
			n = hex_escape(s, &c);
			if (n)
				buf_utf8(out, c);
			n += !n;
			break;
		default: /* octal: \56 */
			for (n = 0; n < 3 && n < s.n && s.p[n] >= '0' && s.p[n] <= '7'; n++)
				c = c * 8 + (uint32_t)(s.p[n] - '0');
			if (n)
				buf_utf8(out, c);
			else
				buf_byte(out, s.p[n++]);
		}
		s = str_from(s, n);
	}
	buf_add(out, s);
}
