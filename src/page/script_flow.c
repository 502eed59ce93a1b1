/* script_flow.c - which tokens run at load; see script_int.h. */
#include "base/limits.h"
#include "base/map.h"
#include "page/script_int.h"

enum { ROUNDS = 4 };

/* An open bracket, while pairs are sought. */
struct open {
	uint32_t at;
	uint32_t function; /* owner before it */
	bool conditional;  /* before it */
};

static uint8_t partner(uint8_t c)
{
	return c == ')' ? '(' : c == ']' ? '[' : '{';
}

static bool any_of(struct str s, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(s, str_of(names[i])))
			return true;
	return false;
}

/* Events that need no user. */
static bool load_event(struct str s)
{
	static const char *const names[] = {
		"load", "onload", "DOMContentLoaded", "ready", "pageshow", "onpageshow", "readystatechange"};
	return any_of(s, names, sizeof names / sizeof *names);
}

static bool user_event(struct str s)
{
	static const char *const names[] = {"click", "submit", "change", "hover", "focus", "blur", "keyup", "keydown", "keypress",
		"mouseover", "mouseout", "mousedown", "mouseup", "dblclick", "select", "unload", "beforeunload"};
	if (str_starts(s, S("on")) && !load_event(s))
		return true;
	return any_of(s, names, sizeof names / sizeof *names);
}

/* The beginning of a function at token i (its keyword, or its first parameter): name and whether it runs without being called. */
static struct js_function describe(const struct js *js, size_t i)
{
	struct js_function f = {.runs = true};
	const struct js_token *before = js_at(js, i - 1), *two = js_at(js, i - 2);
	if (js_named(js, i, S("function")) && js_at(js, i + 1)->kind == JS_NAME) {
		f.name = js_at(js, i + 1)->text;
		f.runs = js_is(js, i - 1, '('); /* (function name() {...})() */
	} else if (before->kind == JS_PUNCT && (before->punct == '=' || before->punct == ':') && two->kind == JS_NAME) {
		f.name = two->text;
		f.runs = load_event(two->text);
	} else if (js_is(js, i - 1, '(') && two->kind == JS_NAME) {
		f.runs = !user_event(two->text);
	} else if (js_is(js, i - 1, ',') && two->kind == JS_STRING) {
		f.runs = load_event(two->text);
	}
	return f;
}

/* Where the function whose body begins with the '{' at i begins; 0: it is no function's body. */
static size_t function_start(const struct js *js, size_t i)
{
	size_t close = i - 1;
	bool arrow = js_is(js, i - 1, JS_ARROW);
	if (arrow)
		close = i - 2;
	if (arrow && js_at(js, close)->kind == JS_NAME)
		return close; /* e => {...} */
	if (!js_is(js, close, ')') || !js_at(js, close)->pair)
		return 0;
	size_t open = js_at(js, close)->pair - 1;
	if (arrow)
		return open;
	if (open >= 1 && js_named(js, open - 1, S("function")))
		return open - 1;
	return open >= 2 && js_named(js, open - 2, S("function")) ? open - 2 : 0;
}

/* if (...) { or else { and the like in front of i. */
static bool condition_before(const struct js *js, size_t i)
{
	static const char *const words[] = {"if", "while", "for", "switch"};
	if (js_named(js, i - 1, S("else")))
		return true;
	if (!js_is(js, i - 1, ')') || !js_at(js, i - 1)->pair)
		return false;
	size_t open = js_at(js, i - 1)->pair - 1;
	const struct js_token *t = js_at(js, open - 1);
	return open && t->kind == JS_NAME && any_of(t->text, words, sizeof words / sizeof *words);
}

struct walk {
	struct js *js;
	VEC(struct open) stack;
	uint32_t function; /* index + 1 */
	bool conditional;
};

static void open_bracket(struct walk *w, size_t i)
{
	struct js *js = w->js;
	struct open *o = vec_push(js->arena, &w->stack, LIM_SCRIPT);
	if (!o) {
		js->oom = true;
		return;
	}
	*o = (struct open){.at = (uint32_t)i, .function = w->function, .conditional = w->conditional};
	if (!js_is(js, i, '{'))
		return;
	size_t start = function_start(js, i);
	if (start) {
		struct js_function *f = vec_push(js->arena, &js->functions, LIM_SCRIPT);
		if (!f) {
			js->oom = true;
			return;
		}
		*f = describe(js, start);
		f->parent = w->function;
		w->function = (uint32_t)js->functions.n;
		w->conditional = false;
	} else if (condition_before(js, i)) {
		w->conditional = true;
	}
}

static void close_bracket(struct walk *w, size_t i)
{
	struct js_token *t = &w->js->tokens.v[i];
	if (!w->stack.n)
		return;
	struct open o = w->stack.v[w->stack.n - 1];
	if (w->js->tokens.v[o.at].punct != partner(t->punct))
		return; /* unbalanced: the brackets inside count */
	w->stack.n--;
	t->pair = o.at + 1;
	w->js->tokens.v[o.at].pair = (uint32_t)i + 1;
	w->function = o.function;
	w->conditional = o.conditional;
}

/* A token's statement begins behind ; { } or a condition. Marks what stands in `if (x) statement`. */
static void mark_direct(struct js *js)
{
	bool conditional = false;
	for (size_t i = 0; i < js->tokens.n; i++) {
		struct js_token *t = &js->tokens.v[i];
		if (t->kind == JS_PUNCT && (t->punct == ';' || t->punct == '{' || t->punct == '}'))
			conditional = false;
		else if (i && condition_before(js, i))
			conditional = true;
		t->conditional |= conditional;
	}
}

/* A function within one that does not run does not run. */
static void settle(struct js *js)
{
	for (size_t f = 0; f < js->functions.n; f++) {
		struct js_function *fn = &js->functions.v[f];
		fn->live = fn->runs && (!fn->parent || js->functions.v[fn->parent - 1].live);
	}
}

/* Names that something running refers to make their functions run. */
static bool spread(struct js *js, const struct map *names)
{
	bool changed = false;
	for (size_t i = 0; i < js->tokens.n; i++) {
		const struct js_token *t = &js->tokens.v[i];
		if (t->kind != JS_NAME || js_named(js, i - 1, S("function")) || !js_runs(js, i))
			continue;
		if (js_is(js, i + 1, '=') || js_is(js, i + 1, ':'))
			continue;
		const struct map_entry *e = map_get(names, t->text);
		if (e && !js->functions.v[e->value].runs) {
			js->functions.v[e->value].runs = true;
			changed = true;
		}
	}
	return changed;
}

bool js_runs(const struct js *js, size_t i)
{
	uint32_t owner = js_at(js, i)->owner;
	return !owner || js->functions.v[owner - 1].live;
}

void js_shape(struct js *js)
{
	struct walk w = {.js = js};
	struct map names;
	js->functions.n = 0;
	for (size_t i = 0; i < js->tokens.n && !js->oom; i++) {
		struct js_token *t = &js->tokens.v[i];
		if (t->kind == JS_PUNCT && (t->punct == ')' || t->punct == ']' || t->punct == '}'))
			close_bracket(&w, i);
		t->owner = w.function;
		t->conditional = w.conditional;
		if (t->kind == JS_PUNCT && (t->punct == '(' || t->punct == '[' || t->punct == '{'))
			open_bracket(&w, i);
	}
	mark_direct(js);
	map_init(&names, LIM_SCRIPT);
	for (size_t f = 0; f < js->functions.n; f++) {
		bool fresh;
		if (!js->functions.v[f].name.n)
			continue;
		struct map_entry *e = map_put(&names, js->functions.v[f].name, &fresh);
		if (e && fresh)
			e->value = f;
		js->oom |= !e && names.n < LIM_SCRIPT;
	}
	settle(js);
	for (int round = 0; round < ROUNDS && names.n && spread(js, &names); round++)
		settle(js);
	map_free(&names);
}
