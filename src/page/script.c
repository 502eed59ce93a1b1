/* script.c - see script.h. Gathers what a page runs at load, then looks for the forms that lead elsewhere. */
#include "page/script.h"

#include "base/limits.h"
#include "codec/html.h"
#include "page/fact.h"
#include "page/http.h"
#include "page/script_int.h"
#include "page/tags.h"

struct scan {
	struct arena *arena;
	struct leads *out;
	VEC(struct lead) leads;
	struct js js;
	struct js_vars vars;
	VEC(struct str) html; /* still to be searched: the page, what scripts write */
	VEC(struct str) code; /* strings that are run */
	struct str action;    /* of the first form */
	size_t n_forms, script_bytes;
	bool submits, submits_maybe, oom;
	int frame_share; /* of the frame taken so far, 0..100 */
	size_t frame_at; /* index + 1 in leads */
};

const char *lead_name(enum lead_how how)
{
	static const char *const names[] = {"none", "http", "refresh", "meta", "script", "frame", "form", "open"};
	return names[how];
}

static struct lead *add(struct scan *s, enum lead_how how, struct str url)
{
	url = str_trim(url);
	if (!url.n || url.p[0] == '#' || str_istarts(url, S("javascript:")) || str_istarts(url, S("about:")) ||
		str_istarts(url, S("data:")))
		return NULL;
	struct lead *l = vec_push(s->arena, &s->leads, LIM_SCRIPT_TARGETS);
	if (!l) {
		s->oom |= s->leads.n < LIM_SCRIPT_TARGETS;
		return NULL;
	}
	*l = (struct lead){.how = how, .url = str_first(url, LIM_URL), .delay = -1};
	return l;
}

/* ---- markup ---- */

static struct str unescaped(struct scan *s, struct str v)
{
	struct str u = html_unescape(s->arena, v);
	s->oom |= v.n && !u.p;
	return u;
}

static void meta(struct scan *s, const struct tag *t)
{
	int delay;
	if (!str_ieq(str_trim(tag_value(t, S("http-equiv"))), S("refresh")))
		return;
	struct str url = http_refresh(unescaped(s, tag_value(t, S("content"))), &delay);
	struct lead *l = add(s, LEAD_META, url);
	if (l)
		l->delay = delay;
}

/* A length in a style or attribute: percent as it is, "*" as 100, pixels against a window of 1000. */
static int share_of(struct str v)
{
	uint64_t n = 0;
	size_t i = 0;
	v = str_trim(v);
	while (i < v.n && ascii_digit(v.p[i]))
		i++;
	if (!i)
		return v.n && v.p[0] == '*' ? 100 : -1;
	if (!str_u64(str_first(v, i), &n) || n > 10000)
		n = 10000;
	if (i == v.n || v.p[i] != '%')
		n /= 10;
	return n > 100 ? 100 : (int)n;
}

static int style_share(struct str style, struct str name)
{
	size_t i = str_ifind(style, name);
	if (i == STR_NPOS)
		return -1;
	struct str v = str_from(style, i + name.n);
	size_t colon = str_find_byte(v, ':');
	return colon == STR_NPOS || colon > 2 ? -1 : share_of(str_from(v, colon + 1));
}

/* The share of the page that an iframe covers, in per cent. */
static int iframe_share(const struct tag *t)
{
	struct str style = tag_value(t, S("style"));
	int w = share_of(tag_value(t, S("width"))), h = share_of(tag_value(t, S("height")));
	w = w < 0 ? style_share(style, S("width")) : w;
	h = h < 0 ? style_share(style, S("height")) : h;
	return (w < 0 ? 30 : w) * (h < 0 ? 15 : h) / 100; /* 300 x 150 pixels unless said */
}

/* The frame that covers most; the first of equals. */
static void frame(struct scan *s, const struct tag *t, int share, int least)
{
	struct str src = unescaped(s, tag_value(t, S("src")));
	if (share < least || share <= s->frame_share)
		return;
	if (s->frame_at) {
		s->leads.v[s->frame_at - 1].url = str_first(str_trim(src), LIM_URL);
	} else if (add(s, LEAD_FRAME, src)) {
		s->frame_at = s->leads.n;
	} else {
		return;
	}
	s->frame_share = share;
}

/* Shares of the frames of a frameset, by its rows or cols. */
struct frameset {
	struct str shares;
	bool open;
};

static void frame_tag(struct scan *s, struct frameset *set, const struct tag *t)
{
	struct str mine;
	int share = 50;
	if (str_ieq(t->name, S("frameset"))) {
		struct str rows = tag_value(t, S("rows"));
		set->shares = rows.n ? rows : tag_value(t, S("cols"));
		set->open = set->shares.n != 0;
		return;
	}
	if (set->open && (set->open = str_next(&set->shares, ',', &mine))) {
		share = share_of(mine);
		share = str_find_byte(mine, '*') != STR_NPOS ? 99 : share;
	}
	frame(s, t, share, 1);
}

static void script_tag(struct scan *s, const struct tag *t)
{
	struct str type = tag_value(t, S("type"));
	if (type.n && str_ifind(type, S("javascript")) == STR_NPOS && str_ifind(type, S("ecmascript")) == STR_NPOS &&
		!str_ieq(type, S("module")))
		return;
	size_t left = LIM_SCRIPT - s->script_bytes;
	if (t->text.n > left)
		s->out->facts |= FACT(script_cut);
	s->script_bytes += t->text.n < left ? t->text.n : left;
	js_lex(&s->js, str_first(t->text, left));
}

static void onload(struct scan *s, const struct tag *t)
{
	struct str code = unescaped(s, tag_value(t, S("onload")));
	if (code.n && code.n < LIM_SCRIPT - s->script_bytes) {
		s->script_bytes += code.n;
		js_lex(&s->js, code);
	}
}

static void markup(struct scan *s, struct str html)
{
	struct tag t;
	struct frameset set = {0};
	while (!s->oom && tag_next(&html, &t)) {
		if (t.end)
			continue;
		if (str_ieq(t.name, S("script")))
			script_tag(s, &t);
		else if (str_ieq(t.name, S("meta")))
			meta(s, &t);
		else if (str_ieq(t.name, S("base")) && !s->out->base.n)
			s->out->base = str_trim(unescaped(s, tag_value(&t, S("href"))));
		else if (str_ieq(t.name, S("frameset")) || str_ieq(t.name, S("frame")))
			frame_tag(s, &set, &t);
		else if (str_ieq(t.name, S("iframe")))
			frame(s, &t, iframe_share(&t), 60);
		else if (str_ieq(t.name, S("body")))
			onload(s, &t);
		else if (str_ieq(t.name, S("form")) && !s->n_forms++)
			s->action = unescaped(s, tag_value(&t, S("action")));
	}
}

/* ---- scripts ---- */

static bool window_name(const struct js_token *t)
{
	static const char *const names[] = {
		"window", "document", "top", "self", "parent", "this", "globalThis", "content", "frames", "opener"};
	if (t->kind == JS_NAME)
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			if (str_eq(t->text, str_of(names[i])))
				return true;
	return false;
}

/* The name at i stands alone or behind a name of the window. */
static bool of_window(const struct js *js, size_t i)
{
	return !js_is(js, i - 1, '.') || window_name(js_at(js, i - 2)) ||
	       (js_named(js, i - 2, S("defaultView")) || js_is(js, i - 2, ']'));
}

/* A known value gives a URL; of an unknown one the beginning, when it holds the whole host. */
static void lead_to(struct scan *s, enum lead_how how, const struct js_value *v, size_t at)
{
	struct str url = str_trim(v->text);
	if (v->partial) {
		size_t i = str_find(url, S("//"));
		s->out->facts |= FACT(script_dynamic);
		if (i == STR_NPOS || str_find_byte(str_from(url, i + 2), '/') == STR_NPOS)
			return;
	}
	struct lead *l = add(s, how, url);
	if (!l)
		return;
	l->conditional = js_at(&s->js, at)->conditional;
	l->partial = v->partial;
}

/* location, [href], then = or .replace( ...: the token behind the name of location. */
static void location(struct scan *s, size_t at, size_t i)
{
	struct js *js = &s->js;
	const struct js_token *member = js_at(js, i + 1);
	bool call = false;
	if ((js_is(js, i, '.') && member->kind == JS_NAME) ||
		(js_is(js, i, '[') && member->kind == JS_STRING && js_is(js, i + 2, ']'))) {
		call = str_eq(member->text, S("replace")) || str_eq(member->text, S("assign"));
		if (!call && !str_eq(member->text, S("href")))
			return;
		i += js_is(js, i, '.') ? 2 : 3;
	}
	if (!js_is(js, i, call ? '(' : '='))
		return;
	struct js_value v = js_eval(js, &s->vars, i + 1);
	lead_to(s, LEAD_SCRIPT, &v, at);
}

static void queue(struct scan *s, struct str text, bool html)
{
	if (!text.n)
		return;
	for (size_t i = 0; i < (html ? s->html.n : s->code.n); i++)
		if (str_eq(html ? s->html.v[i] : s->code.v[i], text))
			return; /* the scripts are looked at again for what they bring */
	struct str *p = html ? vec_push(s->arena, &s->html, LIM_SCRIPT_TARGETS) : vec_push(s->arena, &s->code, LIM_SCRIPT_TARGETS);
	if (p)
		*p = text;
}

/* open(url, target, ...): a window of its own leads the reader, too. */
static void call(struct scan *s, size_t i, struct str name)
{
	struct js *js = &s->js;
	struct js_value v;
	if (str_eq(name, S("open")) && of_window(js, i) && !js_named(js, i - 2, S("document"))) {
		v = js_eval(js, &s->vars, i + 2);
		lead_to(s, LEAD_OPEN, &v, i);
	} else if (str_eq(name, S("navigate")) && js_is(js, i - 1, '.') && window_name(js_at(js, i - 2))) {
		v = js_eval(js, &s->vars, i + 2);
		lead_to(s, LEAD_SCRIPT, &v, i);
	} else if ((str_eq(name, S("write")) || str_eq(name, S("writeln"))) && js_named(js, i - 2, S("document"))) {
		v = js_eval(js, &s->vars, i + 2);
		queue(s, v.text, true);
	} else if ((str_eq(name, S("setTimeout")) || str_eq(name, S("setInterval")) || str_eq(name, S("eval"))) &&
		   of_window(js, i)) {
		if (js_named(js, i + 2, S("function")))
			s->out->facts |= name.n == 4 ? FACT(script_opaque) : 0;
		else if (v = js_eval(js, &s->vars, i + 2), v.partial && name.n == 4)
			s->out->facts |= FACT(script_opaque);
		else if (!v.partial)
			queue(s, v.text, false);
	} else if (str_eq(name, S("submit")) && js_is(js, i - 1, '.') && js_is(js, i + 2, ')')) {
		s->submits = true;
		s->submits_maybe = js_at(js, i)->conditional;
	}
}

/* name = value and name += value: constants for later. */
static void assignment(struct scan *s, size_t i, struct str name)
{
	bool plus = js_is(&s->js, i + 1, JS_ADD_TO);
	if (!js_is(&s->js, i - 1, '.'))
		js_assign(&s->js, &s->vars, name, js_eval(&s->js, &s->vars, i + 2), plus);
}

static void statements(struct scan *s)
{
	struct js *js = &s->js;
	for (size_t i = 0; i < js->tokens.n && !s->oom && !js->oom; i++) {
		const struct js_token *t = js_at(js, i);
		if (t->kind == JS_STRING && js_is(js, i - 1, '[') && js_is(js, i + 1, ']') && str_eq(t->text, S("location")) &&
			window_name(js_at(js, i - 2)) && js_runs(js, i))
			location(s, i, i + 2);
		if (t->kind != JS_NAME)
			continue;
		if (str_eq(t->text, S("location")) && of_window(js, i) && js_runs(js, i))
			location(s, i, i + 1);
		else if (js_is(js, i + 1, '=') || js_is(js, i + 1, JS_ADD_TO))
			assignment(s, i, t->text);
		else if (js_is(js, i + 1, '(') && js_runs(js, i))
			call(s, i, t->text);
	}
}

/* ---- the whole ---- */

static void form_lead(struct scan *s)
{
	if (!s->submits || !s->n_forms)
		return;
	struct lead *l = add(s, LEAD_FORM, s->action);
	if (l)
		l->conditional = s->submits_maybe;
}

/* Leads found by scripts so far are forgotten: the scripts are looked at again, with what they themselves brought. */
static void drop_script_leads(struct scan *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->leads.n; i++) {
		if (s->leads.v[i].how == LEAD_SCRIPT || s->leads.v[i].how == LEAD_OPEN)
			continue;
		s->leads.v[n++] = s->leads.v[i];
		if (s->leads.v[n - 1].how == LEAD_FRAME)
			s->frame_at = n;
	}
	s->leads.n = n;
	s->submits = false;
}

/* What scripts write and run is searched in its turn, LIM_SCRIPT_DEPTH deep. */
static void scripts(struct scan *s)
{
	size_t html = 1, code = 0;
	for (int depth = 0; depth < LIM_SCRIPT_DEPTH && s->js.tokens.n && !s->oom && !s->js.oom; depth++) {
		if (depth)
			drop_script_leads(s);
		s->vars.n = 0;
		s->js.budget = JS_BUDGET;
		js_shape(&s->js);
		statements(s);
		if (html == s->html.n && code == s->code.n)
			return;
		while (html < s->html.n)
			markup(s, s->html.v[html++]);
		for (; code < s->code.n; code++)
			if (s->code.v[code].n < LIM_SCRIPT - s->script_bytes) {
				s->script_bytes += s->code.v[code].n;
				js_lex(&s->js, s->code.v[code]);
			}
	}
}

int leads_scan(struct arena *a, struct str html, struct leads *out)
{
	struct scan *s = arena_zalloc(a, 1, sizeof *s);
	*out = (struct leads){0};
	if (!s)
		return -1;
	s->arena = s->js.arena = a;
	s->out = out;
	queue(s, html, true);
	markup(s, html);
	scripts(s);
	form_lead(s);
	out->v = s->leads.v;
	out->n = s->leads.n;
	return s->oom || s->js.oom ? -1 : 0;
}
