/* script_int.h - tokens, functions and string values of scripts; private to script*.c. */
#ifndef TRAPLINE_PAGE_SCRIPT_INT_H
#define TRAPLINE_PAGE_SCRIPT_INT_H

#include "base/buf.h"
#include "base/vec.h"
#include "page/script.h"

enum { JS_BUDGET = 4 * 1024 * 1024 };
enum js_kind { JS_END, JS_NAME, JS_STRING, JS_NUMBER, JS_PUNCT };
enum {
	JS_ARROW = 1,
	JS_EQUALS,
	JS_ADD_TO,
	JS_OTHER_OP
}; /* operators of several characters, in js_token.punct: => == += the rest */

struct js_token {
	struct str text; /* strings: between the quotes, escapes as written */
	uint8_t kind;    /* enum js_kind */
	uint8_t punct;   /* JS_PUNCT: the character, or one of the above */
	bool conditional;
	uint32_t pair;  /* ( [ {: index of its partner; 0 unknown */
	uint32_t owner; /* index + 1 of the innermost function; 0 none */
};
struct js_function {
	struct str name; /* empty: none */
	uint32_t parent; /* index + 1 */
	bool runs;       /* when what is around it does */
	bool live;       /* at load */
};
struct js {
	struct arena *arena;
	VEC(struct js_token) tokens;
	VEC(struct js_function) functions;
	size_t budget; /* bytes of strings that may still be made: `a = a + a` doubles */
	bool oom;
};

/* Appends the tokens of one script. */
void js_lex(struct js *js, struct str code);
/* Once all scripts are there: pairs, functions, what runs. */
void js_shape(struct js *js);
const struct js_token *js_at(const struct js *js, size_t i); /* a JS_END token outside */
bool js_is(const struct js *js, size_t i, uint8_t punct);
bool js_named(const struct js *js, size_t i, struct str name);
bool js_runs(const struct js *js, size_t i); /* the token's function runs at load */
/* A string's escapes undone. */
void js_unescape(struct str text, struct buf *out);

/* ---- values ---- */
struct js_var {
	struct str name, value;
	bool known;
};
struct js_vars {
	struct js_var v[64];
	size_t n;
};
struct js_value {
	struct str text;
	bool partial; /* text is only the beginning */
	size_t end;   /* the token behind the expression */
};
struct js_value js_eval(struct js *js, const struct js_vars *vars, size_t i);
void js_assign(struct js *js, struct js_vars *vars, struct str name, struct js_value v, bool add);

#endif
