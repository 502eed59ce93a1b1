/* script_eval.c - the value of a string expression as far as it can be read off; see script_int.h. */
#include "base/limits.h"
#include "base/utf8.h"
#include "codec/base64.h"
#include "page/script_int.h"

enum { FRAMES = 16, SEPARATOR = 0x1F };
enum fn { FN_NONE, FN_UNESCAPE, FN_ATOB, FN_CHARS, FN_ARRAY };

struct frame {
	enum fn fn;
	size_t from; /* in out: where its value begins */
	bool call;   /* opened by '(' */
};
struct eval {
	struct js *js;
	const struct js_vars *vars;
	struct buf out;
	struct frame frames[FRAMES];
	size_t depth;
	size_t i;
};

static struct str tail(const struct eval *e, size_t from)
{
	return str_from(buf_str(&e->out), from);
}

/* Puts text in place of what stands from `from` on. */
static void replace(struct eval *e, size_t from, struct str text)
{
	e->out.n = from;
	buf_add(&e->out, text);
}

/* %XX and %uXXXX. */
static void percent(struct eval *e, size_t from)
{
	struct buf b;
	struct str s = tail(e, from);
	buf_init_arena(&b, e->js->arena, LIM_SCRIPT);
	for (size_t i = 0; i < s.n; i++) {
		uint32_t c = 0;
		size_t n = s.p[i] == '%' && i + 1 < s.n && s.p[i + 1] == 'u' ? 4 : 2, at = i + (n == 4 ? 2 : 1), k = 0;
		while (s.p[i] == '%' && k < n && at + k < s.n && ascii_hex(s.p[at + k]) >= 0)
			c = c << 4 | (uint32_t)ascii_hex(s.p[at + k++]);
		if (k == n && n == 2)
			buf_byte(&b, (uint8_t)c);
		else if (k == n)
			buf_utf8(&b, c);
		else
			buf_byte(&b, s.p[i]);
		i = k == n ? at + n - 1 : i;
	}
	e->js->oom |= b.oom;
	replace(e, from, buf_str(&b));
}

static void base64(struct eval *e, size_t from)
{
	struct str in = tail(e, from);
	uint64_t bits = 0;
	uint8_t *p = arena_alloc(e->js->arena, BASE64_OUT_MAX(in.n));
	if (!p)
		e->js->oom = true;
	else
		replace(e, from, str_make(p, base64_decode(in, p, &bits)));
}

/* The closing of the innermost bracket. */
static void close_frame(struct eval *e)
{
	struct frame f = e->frames[--e->depth];
	if (f.fn == FN_UNESCAPE)
		percent(e, f.from);
	else if (f.fn == FN_ATOB)
		base64(e, f.from);
}

static bool open_frame(struct eval *e, enum fn fn, bool call)
{
	if (e->depth == FRAMES)
		return false;
	e->frames[e->depth++] = (struct frame){.fn = fn, .from = e->out.n, .call = call};
	return true;
}

/* A call of a function whose value can be told, or a bracket: past its '('. */
static bool open_call(struct eval *e)
{
	static const struct {
		const char *name;
		enum fn fn;
	} known[] = {{"unescape", FN_UNESCAPE}, {"decodeURIComponent", FN_UNESCAPE}, {"decodeURI", FN_UNESCAPE}, {"atob", FN_ATOB},
		{"encodeURI", FN_NONE}, {"String", FN_NONE}};
	const struct js *js = e->js;
	size_t i = e->i;
	if (js_named(js, i, S("window")) && js_is(js, i + 1, '.'))
		i += 2;
	if (js_named(js, i, S("String")) && js_is(js, i + 1, '.') && js_named(js, i + 2, S("fromCharCode")) &&
		js_is(js, i + 3, '(')) {
		e->i = i + 4;
		return open_frame(e, FN_CHARS, true);
	}
	for (size_t k = 0; k < sizeof known / sizeof *known; k++)
		if (js_named(js, i, str_of(known[k].name)) && js_is(js, i + 1, '(')) {
			e->i = i + 2;
			return open_frame(e, known[k].fn, true);
		}
	return false;
}

static const struct js_var *find_var(const struct js_vars *vars, struct str name)
{
	for (size_t i = 0; i < vars->n; i++)
		if (str_eq(vars->v[i].name, name))
			return &vars->v[i];
	return NULL;
}

static bool put_char_code(struct eval *e, struct str number)
{
	uint64_t c = 0;
	if (str_istarts(number, S("0x")))
		for (size_t i = 2; i < number.n && ascii_hex(number.p[i]) >= 0 && c < 0x110000; i++)
			c = c << 4 | (uint64_t)ascii_hex(number.p[i]);
	else if (!str_u64(number, &c))
		return false;
	buf_utf8(&e->out, c < 0x110000 ? (uint32_t)c : UTF8_REPLACEMENT);
	return true;
}

/* One operand: literal, variable, or the opening of a bracket (*opened). False: its value is not known. */
static bool operand(struct eval *e, bool *opened)
{
	const struct js_token *t = js_at(e->js, e->i);
	*opened = true;
	if (js_is(e->js, e->i, '(') || js_is(e->js, e->i, '[')) {
		e->i++;
		return open_frame(e, t->punct == '[' ? FN_ARRAY : FN_NONE, t->punct == '(');
	}
	if (t->kind == JS_NAME && js_is(e->js, e->i + 1, '(')) {
		return open_call(e);
	}
	if (t->kind == JS_NAME && open_call(e))
		return true;
	*opened = false;
	if (t->kind == JS_STRING) {
		js_unescape(t->text, &e->out);
	} else if (t->kind == JS_NUMBER) {
		if (e->depth && e->frames[e->depth - 1].fn == FN_CHARS) {
			if (!put_char_code(e, t->text))
				return false;
		} else {
			buf_add(&e->out, t->text);
		}
	} else {
		const struct js_var *v = t->kind == JS_NAME ? find_var(e->vars, t->text) : NULL;
		if (!v || !v->known || js_is(e->js, e->i + 1, '['))
			return false;
		buf_add(&e->out, v->value);
	}
	e->i++;
	return true;
}

/* .split("").reverse().join("") */
static bool reverse_idiom(struct eval *e, size_t from)
{
	static const char *const words[] = {"split", "reverse", "join"};
	size_t i = e->i;
	for (int w = 0; w < 3; w++) {
		if (!js_is(e->js, i, '.') || !js_named(e->js, i + 1, str_of(words[w])) || !js_is(e->js, i + 2, '('))
			return false;
		i += 3;
		i += js_at(e->js, i)->kind == JS_STRING && !js_at(e->js, i)->text.n;
		if (!js_is(e->js, i++, ')'))
			return false;
	}
	for (size_t a = from, b = e->out.n; a + 1 < b; a++, b--) {
		uint8_t c = e->out.p[a];
		e->out.p[a] = e->out.p[b - 1];
		e->out.p[b - 1] = c;
	}
	e->i = i;
	return true;
}

/* [..].join("sep") */
static bool join_idiom(struct eval *e, size_t from)
{
	const struct js_token *sep = js_at(e->js, e->i + 3);
	if (!js_is(e->js, e->i, '.') || !js_named(e->js, e->i + 1, S("join")) || !js_is(e->js, e->i + 2, '(') ||
		sep->kind != JS_STRING || !js_is(e->js, e->i + 4, ')') || sep->text.n > 1)
		return false;
	size_t to = from;
	for (size_t i = from; i < e->out.n; i++) {
		if (e->out.p[i] != SEPARATOR)
			e->out.p[to++] = e->out.p[i];
		else if (sep->text.n)
			e->out.p[to++] = sep->text.p[0];
	}
	e->out.n = to;
	e->i += 5;
	return true;
}

/* Methods behind a value that we know: all others make it unknown. */
static bool methods(struct eval *e, size_t from, bool array)
{
	if (array)
		return join_idiom(e, from);
	while (js_is(e->js, e->i, '.')) {
		if (js_named(e->js, e->i + 1, S("toString")) && js_is(e->js, e->i + 2, '(') && js_is(e->js, e->i + 3, ')'))
			e->i += 4;
		else if (!reverse_idiom(e, from))
			return false;
	}
	return !js_is(e->js, e->i, '[') && !js_is(e->js, e->i, '(');
}

/* Behind an operand: closing brackets, then '+' or ',' or the end. 1: another operand follows, 0: done, -1: unknown. */
static int behind(struct eval *e, size_t from)
{
	if (!methods(e, from, false))
		return -1;
	while (e->depth) {
		struct frame f = e->frames[e->depth - 1];
		if (js_is(e->js, e->i, ',')) {
			if (f.fn != FN_CHARS && f.fn != FN_ARRAY)
				return -1;
			if (f.fn == FN_ARRAY)
				buf_byte(&e->out, SEPARATOR);
			e->i++;
			return 1;
		}
		if (!js_is(e->js, e->i, f.call ? ')' : ']'))
			break;
		e->i++;
		close_frame(e);
		if (!methods(e, f.from, f.fn == FN_ARRAY))
			return -1;
	}
	if (js_is(e->js, e->i, '+')) {
		e->i++;
		return 1;
	}
	const struct js_token *t = js_at(e->js, e->i);
	const bool stop = t->kind != JS_PUNCT || (t->punct != '?' && t->punct != '-' && t->punct != '*' && t->punct != '%');
	return e->depth || !stop ? -1 : 0;
}

struct js_value js_eval(struct js *js, const struct js_vars *vars, size_t i)
{
	struct eval e = {.js = js, .vars = vars, .i = i};
	int state = 1;
	buf_init_arena(&e.out, js->arena, LIM_SCRIPT);
	while (state == 1) {
		bool opened;
		size_t from = e.out.n;
		if (!js->budget || !operand(&e, &opened))
			state = -1;
		else if (!opened)
			state = behind(&e, from);
		size_t cost = e.out.n > from ? e.out.n - from + 1 : 1;
		js->budget -= cost < js->budget ? cost : js->budget;
	}
	js->oom |= e.out.oom;
	struct js_value v = {.text = buf_str(&e.out), .partial = state < 0, .end = e.i};
	if (state < 0 && e.depth)
		v.text = str_first(v.text, e.frames[0].from); /* what stands in brackets may yet change */
	return v;
}

void js_assign(struct js *js, struct js_vars *vars, struct str name, struct js_value v, bool add)
{
	struct js_var *var = (struct js_var *)(uintptr_t)find_var(vars, name);
	if (!var) {
		if (vars->n == sizeof vars->v / sizeof *vars->v)
			return;
		var = &vars->v[vars->n++];
		*var = (struct js_var){.name = name, .known = !add};
	}
	if (!add) {
		var->value = v.text;
		var->known = !v.partial;
		return;
	}
	struct buf b;
	size_t n = var->value.n + v.text.n;
	if (!var->known || v.partial || n > js->budget) {
		var->known = false;
		return;
	}
	js->budget -= n;
	buf_init_arena(&b, js->arena, LIM_SCRIPT);
	buf_add(&b, var->value);
	buf_add(&b, v.text);
	var->known = buf_ok(&b);
	var->value = buf_str(&b);
	js->oom |= b.oom;
}
