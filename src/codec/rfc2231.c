/* rfc2231.c - see rfc2231.h. The field is cut into segments ("name*0*=value") first; segments of one name are then joined
 * and decoded. */
#include "codec/rfc2231.h"

#include "base/anomaly.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "codec/charset.h"
#include "codec/rfc2047.h"

enum { PLAIN = -1, LAST_INDEX = 9999 };

struct segment {
	struct str raw_name;
	struct str name;  /* raw_name without its stars */
	struct str value; /* unquoted */
	int index;        /* of a continuation, or PLAIN */
	bool percent;     /* ends in a star: percent-encoded */
	bool quoted;
	bool taken; /* its parameter is made */
};

struct reader {
	struct arena *arena;
	struct str s;
	size_t i;
	uint64_t *anomalies;
};

/* ---- lexing ---- */

static bool at_end(const struct reader *r)
{
	return r->i >= r->s.n;
}

/* At a '(': behind the comment that starts here, nested ones included; to the end of the field when it is not closed. */
static void skip_comment(struct reader *r)
{
	size_t depth = 0;
	for (; !at_end(r); r->i++) {
		uint8_t c = r->s.p[r->i];
		if (c == '\\') {
			r->i++;
		} else if (c == '(') {
			depth++;
		} else if (c == ')' && --depth == 0) {
			r->i++;
			return;
		}
	}
	r->i = r->s.n;
	*r->anomalies |= ANOM(bad_parameter);
}

static void skip_blank(struct reader *r)
{
	while (!at_end(r)) {
		if (r->s.p[r->i] == '(')
			skip_comment(r);
		else if (ascii_space(r->s.p[r->i]))
			r->i++;
		else
			return;
	}
}

/* Does s look like "name=", so that a missing ';' explains it? */
static bool starts_parameter(struct str s)
{
	size_t i = 0;
	while (i < s.n && (ascii_alnum(s.p[i]) || s.p[i] == '-' || s.p[i] == '_' || s.p[i] == '*'))
		i++;
	return i > 0 && i < s.n && s.p[i] == '=' && ascii_alpha(s.p[0]);
}

/* The end of a quoted string that starts behind its '"' at i: the place of the closing one, or STR_NPOS. */
static size_t closing_quote(struct str s, size_t i)
{
	for (; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i;
	}
	return STR_NPOS;
}

/* Takes the folds out, and the backslash before '"' and '\'. Senders write Windows paths unescaped: other backslashes stay. */
static struct str unquote(struct reader *r, struct str s)
{
	if (str_find_byte(s, '\\') == STR_NPOS && str_find_byte(s, '\n') == STR_NPOS)
		return s;
	uint8_t *start = arena_alloc(r->arena, s.n), *o = start;
	if (!start)
		return (struct str){NULL, 0};
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' || (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n'))
			continue;
		if (s.p[i] == '\\' && i + 1 < s.n && (s.p[i + 1] == '"' || s.p[i + 1] == '\\'))
			i++;
		*o++ = s.p[i];
	}
	return str_make(start, (size_t)(o - start));
}

/* At a '"'. Without a closing one the string ends at the next ';' or line end. */
static struct str take_quoted(struct reader *r)
{
	size_t start = r->i + 1, end = closing_quote(r->s, start);
	if (end != STR_NPOS) {
		r->i = end + 1;
		return unquote(r, str_sub(r->s, start, end - start));
	}
	*r->anomalies |= ANOM(bad_parameter);
	struct str rest = str_from(r->s, start);
	for (end = 0; end < rest.n && rest.p[end] != ';' && rest.p[end] != '\n'; end++)
		;
	r->i = start + end;
	return unquote(r, str_rtrim(str_first(rest, end)));
}

/* An unquoted value: to the ';'. White space inside stays, as in file names that should have been quoted, unless what
 * follows is a comment or the next parameter. */
static struct str take_bare(struct reader *r)
{
	size_t start = r->i, end = start;
	while (!at_end(r) && r->s.p[r->i] != ';') {
		if (!ascii_space(r->s.p[r->i])) {
			end = ++r->i;
			continue;
		}
		while (!at_end(r) && ascii_space(r->s.p[r->i]))
			r->i++;
		struct str rest = str_from(r->s, r->i);
		if (!rest.n || rest.p[0] == ';' || rest.p[0] == '(')
			break;
		*r->anomalies |= ANOM(bad_parameter);
		if (starts_parameter(rest))
			break;
	}
	return unquote(r, str_sub(r->s, start, end - start));
}

/* ---- segments ---- */

/* Takes "*", "*3", "*3*" off the name. */
static void read_stars(struct segment *g)
{
	uint64_t index;
	g->index = PLAIN;
	g->name = g->raw_name;
	if (str_ends(g->name, S("*"))) {
		g->percent = true;
		g->name.n--;
	}
	size_t star = str_rfind_byte(g->name, '*');
	if (star != STR_NPOS && str_u64(str_from(g->name, star + 1), &index) && index <= LAST_INDEX) {
		g->index = (int)index;
		g->name.n = star;
	}
}

static bool is_name_end(uint8_t c)
{
	return c == '=' || c == ';' || c == '"' || c == '(' || ascii_space(c);
}

/* 1: a segment; 0: nothing that reads as one stood between two ';'; ERR_ENV when out of memory. */
static int take_segment(struct reader *r, struct segment *g)
{
	*g = (struct segment){0};
	size_t start = r->i;
	while (!at_end(r) && !is_name_end(r->s.p[r->i]))
		r->i++;
	g->raw_name = str_sub(r->s, start, r->i - start);
	skip_blank(r);
	if (!g->raw_name.n || at_end(r) || r->s.p[r->i] != '=') {
		*r->anomalies |= ANOM(bad_parameter);
		size_t semicolon = str_find_byte(str_from(r->s, r->i), ';');
		r->i = semicolon == STR_NPOS ? r->s.n : r->i + semicolon;
		return 0;
	}
	r->i++;
	skip_blank(r);
	g->quoted = !at_end(r) && r->s.p[r->i] == '"';
	g->value = g->quoted ? take_quoted(r) : take_bare(r);
	read_stars(g);
	return g->value.p || !g->value.n ? 1 : ERR_ENV;
}

/* All segments behind the value. Returns their number, or ERR_ENV. */
static int take_segments(struct reader *r, struct segment g[LIM_PARAMS])
{
	int n = 0;
	for (;;) {
		skip_blank(r);
		if (at_end(r))
			return n;
		if (r->s.p[r->i] == ';') {
			r->i++;
			continue;
		}
		if (n == LIM_PARAMS) {
			*r->anomalies |= ANOM(bad_parameter);
			return n;
		}
		int rc = take_segment(r, &g[n]);
		if (rc < 0)
			return rc;
		n += rc;
	}
}

/* ---- joining ---- */

/* Percent-decoded bytes of s to o; a damaged escape stays. */
static uint8_t *percent_decode(struct str s, uint8_t *o, uint64_t *anomalies)
{
	for (size_t i = 0; i < s.n; i++) {
		int hi = i + 2 < s.n ? ascii_hex(s.p[i + 1]) : -1, lo = i + 2 < s.n ? ascii_hex(s.p[i + 2]) : -1;
		if (s.p[i] != '%') {
			*o++ = s.p[i];
		} else if ((hi | lo) >= 0) {
			*o++ = (uint8_t)(hi << 4 | lo);
			i += 2;
		} else {
			*anomalies |= ANOM(bad_parameter);
			*o++ = '%';
		}
	}
	return o;
}

/* charset'language'text: takes the first two off. */
static struct str take_charset(struct str *s)
{
	size_t first = str_find_byte(*s, '\'');
	size_t second = first == STR_NPOS ? STR_NPOS : str_find_byte(str_from(*s, first + 1), '\'');
	if (second == STR_NPOS)
		return (struct str){NULL, 0};
	struct str charset = str_first(*s, first);
	*s = str_from(*s, first + 1 + second + 1);
	return charset;
}

static bool same_parameter(const struct segment *a, const struct segment *b)
{
	return str_ieq(a->name, b->name);
}

/* The segment of first's parameter with this index that came first; NULL when there is none. */
static struct segment *find_segment(struct segment *g, int n, const struct segment *first, int index)
{
	for (int i = 0; i < n; i++)
		if (g[i].index == index && same_parameter(&g[i], first))
			return &g[i];
	return NULL;
}

/* The smallest index above `index` of first's parameter, or -1. */
static int next_index(const struct segment *g, int n, const struct segment *first, int index)
{
	int best = -1;
	for (int i = 0; i < n; i++)
		if (g[i].index > index && same_parameter(&g[i], first) && (best < 0 || g[i].index < best))
			best = g[i].index;
	return best;
}

/* The value of a parameter in the form name*= or name*0=. */
static int join_extended(struct reader *r, struct segment *g, int n, const struct segment *first, int start, struct str *value)
{
	struct str charset = {NULL, 0};
	size_t room = 1;
	for (int i = 0; i < n; i++)
		if (same_parameter(&g[i], first))
			room += g[i].value.n;
	uint8_t *bytes = arena_alloc(r->arena, room), *o = bytes;
	if (!bytes)
		return ERR_ENV;
	int due = start;
	for (int index = start; index >= start; index = start == PLAIN ? PLAIN - 1 : next_index(g, n, first, index)) {
		const struct segment *s = find_segment(g, n, first, index);
		struct str text = s->value;
		if (s->percent && index == start)
			charset = take_charset(&text);
		if ((s->percent && index == start && !charset.p) || index != due++)
			*r->anomalies |= ANOM(bad_parameter);
		if (s->percent)
			o = percent_decode(text, o, r->anomalies);
		else if (text.n)
			o = (uint8_t *)memcpy(o, text.p, text.n) + text.n;
	}
	struct str joined = str_make(bytes, (size_t)(o - bytes));
	if (!charset.n && str_find(joined, S("=?")) != STR_NPOS)
		return rfc2047_decode(r->arena, joined, value, r->anomalies);
	return charset_to_utf8(r->arena, joined, charset, value, r->anomalies);
}

/* Makes the parameter that g[at] belongs to and marks its other segments. The extended single form wins over continuations,
 * these over the plain form. */
static int make_param(struct reader *r, struct segment *g, int n, int at, struct param *p)
{
	struct segment *first = &g[at];
	int plain = 0, extended = 0, lowest = next_index(g, n, first, PLAIN);
	struct segment *single = NULL, *literal = NULL;
	for (int i = at; i < n; i++) {
		if (!same_parameter(&g[i], first))
			continue;
		g[i].taken = true;
		if (g[i].index != PLAIN) {
			if (find_segment(g, n, first, g[i].index) != &g[i])
				*r->anomalies |= ANOM(bad_parameter);
		} else if (g[i].percent) {
			single = extended++ ? single : &g[i];
		} else {
			literal = plain++ ? literal : &g[i];
		}
	}
	if (plain > 1 || extended > 1)
		*r->anomalies |= ANOM(bad_parameter);
	p->raw_name = first->raw_name;
	p->quoted = first->quoted;
	p->extended = single || lowest >= 0;
	if (single) {
		struct segment copy = *single;
		return join_extended(r, &copy, 1, &copy, PLAIN, &p->value);
	}
	if (lowest >= 0)
		return join_extended(r, g, n, first, lowest, &p->value);
	must(literal);
	if (str_ieq(first->name, S("boundary")) &&
		ascii_only(literal->value)) { /* stands in the body as it is: blanks in front count */
		p->value = literal->value;
		return 0;
	}
	return rfc2047_decode(r->arena, literal->value, &p->value, r->anomalies);
}

static struct str lower(struct arena *a, struct str s)
{
	size_t i = 0;
	while (i < s.n && s.p[i] == ascii_lower(s.p[i]))
		i++;
	if (i == s.n)
		return s;
	uint8_t *p = arena_alloc(a, s.n);
	if (!p)
		return (struct str){NULL, s.n};
	for (i = 0; i < s.n; i++)
		p[i] = ascii_lower(s.p[i]);
	return str_make(p, s.n);
}

static int make_params(struct reader *r, struct segment *g, int n, struct params *out)
{
	out->v = arena_zalloc(r->arena, (size_t)n, sizeof *out->v);
	if (!out->v)
		return ERR_ENV;
	for (int i = 0; i < n; i++) {
		if (g[i].taken)
			continue;
		struct param *p = &out->v[out->n];
		p->name = lower(r->arena, g[i].name);
		if (!p->name.p || make_param(r, g, n, i, p))
			return ERR_ENV;
		if (!p->value.p)
			p->value = S("");
		out->n++;
	}
	return 0;
}

/* ---- the value ---- */

static struct str take_token(struct reader *r)
{
	size_t start = r->i;
	while (!at_end(r) && r->s.p[r->i] != ';' && r->s.p[r->i] != '(' && !ascii_space(r->s.p[r->i]))
		r->i++;
	return str_sub(r->s, start, r->i - start);
}

/* "text / html" is one value: type, slash and subtype with blanks or comments between. False when out of memory. */
static bool take_split_value(struct reader *r, struct str *value)
{
	*value = take_token(r);
	for (int more = 0; more < 2 && value->n; more++) {
		skip_blank(r);
		if (at_end(r) || r->s.p[r->i] == ';' || (r->s.p[r->i] != '/' && value->p[value->n - 1] != '/'))
			break;
		struct str next = take_token(r);
		uint8_t *p = arena_alloc(r->arena, value->n + next.n);
		if (!p)
			return false;
		memcpy(p, value->p, value->n);
		memcpy(p + value->n, next.p, next.n);
		*value = str_make(p, value->n + next.n);
	}
	return true;
}

static int take_value(struct reader *r, struct str *value)
{
	skip_blank(r);
	size_t start = r->i;
	if (!at_end(r) && r->s.p[start] == '"') {
		*r->anomalies |= ANOM(bad_parameter);
		*value = str_trim(take_quoted(r));
	} else if (starts_parameter(str_from(r->s, start))) {
		*r->anomalies |= ANOM(bad_parameter);
		value->n = 0;
	} else if (!take_split_value(r, value)) {
		return ERR_ENV;
	}
	*value = lower(r->arena, *value);
	return value->n && !value->p ? ERR_ENV : 0;
}

int params_parse(struct arena *a, struct str raw, struct str *value, struct params *out, uint64_t *anomalies)
{
	struct segment g[LIM_PARAMS];
	struct reader r = {.arena = a, .s = str_trim(str_first(raw, LIM_HEADER_VALUE)), .anomalies = anomalies};
	*value = (struct str){NULL, 0};
	*out = (struct params){NULL, 0};
	if (raw.n > LIM_HEADER_VALUE)
		*anomalies |= ANOM(header_cap);
	int rc = take_value(&r, value);
	if (rc)
		return rc;
	skip_blank(&r);
	if (!at_end(&r) && r.s.p[r.i] != ';')
		*anomalies |= ANOM(bad_parameter);
	int n = take_segments(&r, g);
	if (n <= 0)
		return n;
	return make_params(&r, g, n, out);
}

struct str params_get(const struct params *p, struct str name)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_ieq(p->v[i].name, name))
			return p->v[i].value;
	return (struct str){NULL, 0};
}
