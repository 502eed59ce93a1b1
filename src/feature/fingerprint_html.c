/* fingerprint_html.c - how the first HTML part is written. A small scan of its beginning and end, as written: the full
 * tokenizer (codec/html.h) counts habits over the whole text, but does not keep how a tag was spelled. */
#include "base/limits.h"
#include "feature/fingerprint_int.h"

enum { TAGS = 160, GAPS = 48, HEAD = 9, FOOT = 4, TAIL = 400, GAP_TAGS = 8, SHOWN = 12 };

struct tag {
	struct str name; /* as written, "!--" for comments */
	bool end;
	bool text_before, line_before; /* visible bytes, a line end, between the tag before and this one */
};

struct scan {
	size_t n;
	struct str doctype, generator, body_tag;
	bool tag_lower, tag_upper, attr_lower, attr_upper, attr_mixed, value_double, value_single, value_bare, closing,
		closing_blank;
	struct tag v[TAGS];
};

/* What a byte of a name is; 0 for others. */
enum { NAME = 1, LOWER = 2, UPPER = 4, L = NAME | LOWER, U = NAME | UPPER };
static const uint8_t name_class[256] = {['-'] = NAME,
	[':'] = NAME,
	['_'] = NAME,
	['0'] = NAME,
	NAME,
	NAME,
	NAME,
	NAME,
	NAME,
	NAME,
	NAME,
	NAME,
	NAME,
	['A'] = U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	U,
	['a'] = L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L,
	L};

/* The name at *i, which is moved behind it; *cases: LOWER and UPPER letters in it. */
static struct str name_at(struct str in, size_t *i, unsigned *cases)
{
	unsigned seen = 0, class;
	size_t from = *i, end = from;
	for (; end < in.n && (class = name_class[in.p[end]]); end++)
		seen |= class;
	*i = end;
	*cases = seen;
	return str_sub(in, from, end - from);
}

static size_t skip_to_name(struct str in, size_t i)
{
	while (i < in.n && !name_class[in.p[i]])
		i++;
	return i;
}

/* The value behind '='; *quote: what stands around it, 0 for nothing. */
static struct str value_at(struct str in, size_t *i, uint8_t *quote)
{
	size_t from = *i;
	*quote = from < in.n && (in.p[from] == '"' || in.p[from] == '\'') ? in.p[from] : 0;
	if (*quote) {
		size_t n = str_find_byte(str_from(in, from + 1), *quote);
		*i = n == STR_NPOS ? in.n : from + n + 2;
		return str_sub(in, from + 1, n == STR_NPOS ? in.n : n);
	}
	while (*i < in.n && !ascii_space(in.p[*i]))
		(*i)++;
	return str_sub(in, from, *i - from);
}

static struct str see_value(struct scan *s, struct str in, size_t *i)
{
	uint8_t quote;
	struct str value = value_at(in, i, &quote);
	s->value_double |= quote == '"';
	s->value_single |= quote == '\'';
	s->value_bare |= !quote && value.n;
	return value;
}

static void see_attribute_case(struct scan *s, unsigned cases)
{
	bool lower = cases & LOWER, upper = cases & UPPER;
	s->attr_mixed |= lower && upper;
	s->attr_lower |= lower && !upper;
	s->attr_upper |= upper && !lower;
}

/* The attributes in `in`: what stands in the tag behind its name. */
static void see_attributes(struct scan *s, struct str name, struct str in)
{
	bool generator = false;
	struct str content = S("");
	size_t i = 0;
	if (in.n && in.p[in.n - 1] == '/') {
		s->closing = true;
		s->closing_blank |= in.n > 1 && ascii_space(in.p[in.n - 2]);
		in = str_first(in, in.n - 1);
	}
	while ((i = skip_to_name(in, i)) < in.n) {
		unsigned cases;
		struct str attr = name_at(in, &i, &cases), value = S("");
		see_attribute_case(s, cases);
		if (i < in.n && in.p[i] == '=') {
			i++;
			value = see_value(s, in, &i);
		}
		generator |= str_ieq(value, S("generator"));
		if (str_ieq(attr, S("content")))
			content = value;
	}
	if (generator && content.n && str_ieq(name, S("meta")))
		s->generator = content;
}

/* "<!...": a document type or a comment. Its end. */
static size_t see_declaration(struct scan *s, struct str html, size_t at)
{
	struct str rest = str_from(html, at);
	if (str_starts(rest, S("<!--"))) {
		if (s->n < TAGS)
			s->v[s->n++] = (struct tag){.name = S("!--")};
		for (size_t end = 0; (end = str_find_pair(rest, end, '-', '-')) != STR_NPOS; end++)
			if (end + 2 < rest.n && rest.p[end + 2] == '>')
				return at + end + 3;
		return html.n;
	}
	size_t end = str_find_byte(rest, '>');
	if (!s->doctype.n && str_istarts(rest, S("<!doctype")))
		s->doctype = str_first(rest, end == STR_NPOS ? rest.n : end + 1);
	return end == STR_NPOS ? html.n : at + end + 1;
}

/* names: tags by name only. */
static size_t see_tag(struct scan *s, struct str html, size_t at, bool names)
{
	struct tag *t = &s->v[s->n];
	size_t i = at + 1, end;
	bool close = i < html.n && html.p[i] == '/';
	unsigned cases;
	i += close;
	t->name = name_at(html, &i, &cases);
	if (!t->name.n || (end = str_find_byte(str_from(html, i), '>')) == STR_NPOS)
		return i; /* no tag */
	t->end = close;
	s->n++;
	s->tag_lower |= (cases & LOWER) != 0;
	s->tag_upper |= (cases & UPPER) != 0;
	struct str in = str_sub(html, i, end);
	if (!close && in.n && !names)
		see_attributes(s, t->name, in);
	if (!close && str_ieq(t->name, S("body")))
		s->body_tag = in;
	end += i + 1;
	if (!close && (str_ieq(t->name, S("style")) || str_ieq(t->name, S("script")))) { /* raw text: no tags inside */
		size_t over = str_find(str_from(html, end), S("</"));
		return over == STR_NPOS ? html.n : end + over;
	}
	return end;
}

static void see_text(struct tag *t, struct str between)
{
	t->text_before = t->line_before = false;
	for (size_t i = 0; i < between.n && !t->text_before; i++) {
		t->line_before |= between.p[i] == '\n';
		t->text_before = !ascii_space(between.p[i]);
	}
}

static void scan(struct scan *s, struct str html, bool names)
{
	size_t i = 0;
	while (s->n < TAGS && i < html.n) {
		size_t lt = str_find_byte(str_from(html, i), '<');
		if (lt == STR_NPOS)
			break;
		struct tag *t = &s->v[s->n];
		size_t before = s->n;
		lt += i;
		struct str between = str_sub(html, i, lt - i);
		i = lt + 1 < html.n && html.p[lt + 1] == '!' ? see_declaration(s, html, lt) : see_tag(s, html, lt, names);
		if (s->n > before && !names)
			see_text(t, between);
	}
}

static void add_tag(struct val *v, const struct tag *t)
{
	if (t->end)
		val_byte(v, '/');
	val_lower(v, str_first(t->name, SHOWN));
}

static void put_list(struct print *p, enum print_id id, const struct tag *t, size_t n)
{
	VAL(v);
	for (size_t i = 0; i < n; i++) {
		if (i)
			val_byte(&v, ',');
		add_tag(&v, &t[i]);
	}
	print_val(p, id, &v);
}

static void put_body(struct print *p, struct str in)
{
	VAL(v);
	size_t n = 0;
	for (size_t i = 0; n < 8 && (i = skip_to_name(in, i)) < in.n; n++) {
		unsigned cases;
		uint8_t quote;
		if (n)
			val_byte(&v, ',');
		val_add(&v, name_at(in, &i, &cases));
		if (i < in.n && in.p[i] == '=') {
			i++;
			value_at(in, &i, &quote);
		}
	}
	if (!n)
		val_byte(&v, '-');
	print_val(p, PRINT_body, &v);
}

static void put_habits(struct print *p, const struct scan *s)
{
	VAL(v);
	val_add(&v, s->tag_upper ? s->tag_lower ? S("tT") : S("T") : S("t"));
	val_byte(&v, ' ');
	val_add(&v, s->attr_lower ? S("a") : S(""));
	val_add(&v, s->attr_upper ? S("A") : S(""));
	val_add(&v, s->attr_mixed ? S("m") : S(""));
	val_byte(&v, ' ');
	val_add(&v, s->value_double ? S("\"") : S(""));
	val_add(&v, s->value_single ? S("'") : S(""));
	val_add(&v, s->value_bare ? S("=") : S(""));
	if (s->closing)
		val_add(&v, s->closing_blank ? S(" _/") : S(" /"));
	print_val(p, PRINT_tags, &v);
}

/* The tags between two stretches of text, where they are most often the same: '_' for a line end between them. */
static void put_unit(struct print *p, const struct scan *s)
{
	struct {
		size_t at, n, count;
		uint64_t hash;
	} gaps[GAPS];
	size_t n = 0, best = 0;
	struct val v;
	for (size_t i = 0; i < s->n;) {
		size_t from = i;
		v.n = 0;
		do {
			if (s->v[i].line_before && !s->v[i].text_before)
				val_byte(&v, '_');
			add_tag(&v, &s->v[i++]);
		} while (i < s->n && !s->v[i].text_before);
		if (!s->v[from].text_before || i == s->n || i - from > GAP_TAGS)
			continue;
		uint64_t hash = hash64(val_str(&v), 0);
		size_t k = 0;
		while (k < n && gaps[k].hash != hash)
			k++;
		if (k < n)
			gaps[k].count++;
		else if (n < GAPS)
			gaps[n].at = from, gaps[n].n = i - from, gaps[n].hash = hash, gaps[n++].count = 1;
	}
	for (size_t k = 1; k < n; k++)
		if (gaps[k].count > gaps[best].count)
			best = k;
	if (!n || gaps[best].count < 2)
		return;
	v.n = 0;
	for (size_t i = gaps[best].at; i < gaps[best].at + gaps[best].n; i++) {
		if (v.n)
			val_byte(&v, ',');
		if (s->v[i].line_before && !s->v[i].text_before)
			val_byte(&v, '_');
		add_tag(&v, &s->v[i]);
	}
	print_val(p, PRINT_unit, &v);
}

/* A stretch of the part, decoded. */
static struct str stretch(struct print *p, struct str body)
{
	struct part q = *p->html;
	struct str text;
	uint64_t ignored = 0;
	q.body = body;
	if (part_decode(p->a, &q, &text, &ignored)) {
		p->oom = true;
		return S("");
	}
	return text;
}

/* The last lines of the part, from the start of a line. */
static struct str last_lines(struct str body)
{
	struct str tail = str_from(body, body.n > 2 * TAIL ? body.n - 2 * TAIL : 0);
	size_t lf = tail.n == body.n ? STR_NPOS : str_find_byte(tail, '\n');
	return lf == STR_NPOS ? tail : str_from(tail, lf + 1);
}

void print_html(struct print *p)
{
	struct scan *s, *end;
	VAL(v);
	if (!p->html)
		return;
	if (!(s = arena_alloc(p->a, 2 * sizeof *s))) {
		p->oom = true;
		return;
	}
	struct str body = p->html->body;
	memset(s, 0, offsetof(struct scan, v));
	scan(s, stretch(p, str_first(body, LIM_PRINT_TEXT)), false);
	end = s;
	if (body.n > LIM_PRINT_TEXT) {
		end = s + 1;
		memset(end, 0, offsetof(struct scan, v));
		scan(end, stretch(p, last_lines(body)), true);
	}
	print_put(p, PRINT_doctype, s->doctype.n ? str_first(s->doctype, 90) : S("-"));
	put_habits(p, s);
	size_t head = 0;
	while (head < s->n && head < HEAD && !(head && str_ieq(s->v[head - 1].name, S("body"))))
		head++;
	put_list(p, PRINT_head, s->v, head);
	size_t foot = end->n < FOOT ? end->n : FOOT;
	put_list(p, PRINT_foot, end->v + (end->n - foot), foot);
	if (s->body_tag.p)
		put_body(p, s->body_tag);
	if (s->generator.n) {
		print_digits(str_first(s->generator, 80), &v);
		print_val(p, PRINT_gen, &v);
	}
	put_unit(p, s);
}
