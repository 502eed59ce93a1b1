/* html_sheet.c - the rules of <style> elements: tag, .class, #id and tag.class selectors. */
#include "codec/html_int.h"

/* Names chosen to collide must not make every tag walk the table: a rule that finds no slot nearby is dropped. */
enum { SLOTS = 2 * LIM_HTML_RULES, MAX_PROBES = 16 };

static uint32_t rule_hash(uint8_t kind, uint8_t tag, struct str name)
{
	uint32_t h = 2166136261u ^ kind ^ (uint32_t)tag << 8; /* FNV-1a over lower case: classes ignore case in quirks mode */
	for (size_t i = 0; i < name.n; i++)
		h = (h ^ ascii_lower(name.p[i])) * 16777619u;
	return h ^ h >> 15;
}

/* The slot of the rule, or the free one where it would go, or NULL. */
static struct html_rule *find_rule(struct html_ctx *c, uint8_t kind, uint8_t tag, struct str name)
{
	uint32_t i = rule_hash(kind, tag, name) % SLOTS;
	for (int n = 0; n < MAX_PROBES; n++, i = (i + 1) % SLOTS) {
		struct html_rule *r = &c->sheet->rules[i];
		c->out->work++;
		if (!r->kind || (r->kind == kind && r->tag == tag && str_ieq(r->name, name)))
			return r;
	}
	return NULL;
}

static bool css_empty(const struct html_css *css)
{
	return !css->set && !css->hide_on && !css->hide_off && !css->box;
}

/* A rule for elements that we cannot tell apart: it may not hide, but what it colours is not known any more. */
static struct html_css weaken(struct html_css css)
{
	css.fg = css.bg = COLOR_NONE;
	css.hide_on = css.box = 0;
	if ((css.set & CSS_SIZE) && css.size < SIZE_TINY)
		css.set &= (uint8_t)~CSS_SIZE;
	css.set &= (uint8_t)~CSS_SCALE;
	return css;
}

static void add_rule(struct html_ctx *c, uint8_t kind, uint8_t tag, struct str name, const struct html_css *css)
{
	struct html_sheet *sh = c->sheet;
	if (!kind) {
		css_merge(&sh->tag[tag], css);
		sh->has_tag[tag] = true;
		return;
	}
	if (!sh->rules)
		sh->rules = arena_zalloc(c->arena, SLOTS, sizeof *sh->rules);
	if (!sh->rules) {
		c->oom = true;
		return;
	}
	struct html_rule *r = find_rule(c, kind, tag, name);
	if (!r || (!r->kind && sh->n == LIM_HTML_RULES)) {
		c->anomalies |= ANOM(html_cap);
		return;
	}
	if (!r->kind) {
		sh->n++;
		*r = (struct html_rule){.name = name, .kind = kind, .tag = tag};
	}
	css_merge(&r->css, css);
}

static size_t name_length(struct str s)
{
	size_t n = 0;
	while (n < s.n && (ascii_alnum(s.p[n]) || s.p[n] == '-' || s.p[n] == '_' || s.p[n] == '\\' || s.p[n] >= 0x80))
		n++;
	return n;
}

static enum html_tag tag_by_name(struct str name)
{
	uint64_t key = 0;
	for (size_t i = 0; i < name.n && i < 8; i++)
		key = key << 8 | ascii_lower(name.p[i]);
	return html_tag_lookup(key, name);
}

/* One selector of a rule's list. Anything but tag, .class, #id, tag.class or tag#id (":link" is dropped) is weakened to its last part. */
static void add_selector(struct html_ctx *c, struct str sel, struct html_css css)
{
	sel = str_trim(sel);
	size_t last = sel.n;
	while (last > 0 && !ascii_space(sel.p[last - 1]) && sel.p[last - 1] != '>' && sel.p[last - 1] != '+' &&
		sel.p[last - 1] != '~')
		last--;
	bool weak = last > 0;
	sel = str_from(sel, last);
	size_t n = name_length(sel);
	bool star = n == 0 && sel.n && sel.p[0] == '*';
	enum html_tag tag = n ? tag_by_name(str_first(sel, n)) : HTML_OTHER;
	if ((n && tag == HTML_OTHER) || (star && sel.n == 1))
		return;
	sel = str_from(sel, n + star);
	uint8_t kind = 0;
	struct str name = {0};
	if (sel.n && (sel.p[0] == '.' || sel.p[0] == '#')) {
		kind = sel.p[0];
		sel = str_from(sel, 1);
		name = str_first(sel, name_length(sel));
		sel = str_from(sel, name.n);
		if (!name.n)
			return;
	}
	if (sel.n && !str_ieq(sel, S(":link"))) {
		if (sel.p[0] == ':') /* hover, visited, before ... */
			return;
		weak = true;
	}
	if (weak)
		css = weaken(css);
	if ((kind || tag) && !css_empty(&css))
		add_rule(c, kind, (uint8_t)tag, name, &css);
}

/* From behind the '{' of an at-rule's block: what follows its matching '}'. */
static struct str skip_block(struct str s)
{
	unsigned depth = 1;
	size_t i = 0;
	for (; i < s.n && depth; i++)
		depth += (s.p[i] == '{') - (s.p[i] == '}');
	return str_from(s, i);
}

/* White space, comments, <!-- and --> in front of a rule. */
static struct str skip_filler(struct str s)
{
	for (;;) {
		struct str t = s;
		while (s.n && ascii_space(s.p[0]))
			s = str_from(s, 1);
		if (str_starts(s, S("/*"))) {
			size_t end = str_find(str_from(s, 2), S("*/"));
			s = str_from(s, end == STR_NPOS ? s.n : end + 4);
		}
		if (str_starts(s, S("<!--")))
			s = str_from(s, 4);
		if (str_starts(s, S("-->")))
			s = str_from(s, 3);
		if (s.n == t.n)
			return s;
	}
}

/* "@import x;" or "@media x { ... }" */
static struct str skip_at_rule(struct str s)
{
	size_t i = 0;
	while (i < s.n && s.p[i] != ';' && s.p[i] != '{')
		i++;
	bool block = i < s.n && s.p[i] == '{';
	s = str_from(s, i + 1);
	return block ? skip_block(s) : s;
}

static void apply_body_rule(struct html_ctx *c)
{
	struct html_style root = c->root;
	if (c->frozen)
		return;
	for (int k = 0; k < 2; k++) {
		enum html_tag tag = k ? HTML_BODY : HTML_HTML;
		if (c->sheet->has_tag[tag])
			css_apply(&root, &c->root, &c->sheet->tag[tag]);
	}
	style_settle(&root);
	stack_set_root(c, &root);
}

void sheet_add(struct html_ctx *c, struct str s)
{
	if (!c->sheet)
		c->sheet = arena_zalloc(c->arena, 1, sizeof *c->sheet);
	if (!c->sheet) {
		c->oom = true;
		return;
	}
	c->out->work += s.n;
	while ((s = skip_filler(s)).n) {
		if (s.p[0] == '@') {
			s = skip_at_rule(s);
			continue;
		}
		size_t open = str_find_byte(s, '{');
		if (open == STR_NPOS)
			break;
		struct str selectors = str_first(s, open);
		s = str_from(s, open + 1);
		size_t close = str_find_byte(s, '}');
		struct html_css css = {0};
		css_declarations(&css, str_first(s, close));
		s = str_from(s, close == STR_NPOS ? s.n : close + 1);
		for (struct str sel; !css_empty(&css) && str_next(&selectors, ',', &sel);)
			add_selector(c, sel, css);
	}
	apply_body_rule(c);
}

static void merge_rule(struct html_ctx *c, uint8_t kind, uint8_t tag, struct str name, struct html_css *css)
{
	const struct html_rule *r = find_rule(c, kind, tag, name);
	if (r && r->kind)
		css_merge(css, &r->css);
}

void sheet_match(struct html_ctx *c, enum html_tag tag, const struct str *attr, uint32_t seen, struct html_css *css)
{
	const struct html_sheet *sh = c->sheet;
	if (sh->has_tag[tag])
		css_merge(css, &sh->tag[tag]);
	if (!sh->rules)
		return;
	if (seen & ATTR_BIT(CLASS)) {
		struct str rest = str_first(attr[ATTR_CLASS], 512), name;
		for (int n = 0; n < 8 && (rest = str_trim(rest)).n; n++) {
			size_t len = 0;
			while (len < rest.n && !ascii_space(rest.p[len]))
				len++;
			name = str_first(rest, len);
			rest = str_from(rest, len);
			merge_rule(c, '.', HTML_OTHER, name, css);
			if (tag)
				merge_rule(c, '.', (uint8_t)tag, name, css);
		}
	}
	if (seen & ATTR_BIT(ID)) {
		struct str id = str_first(str_trim(attr[ATTR_ID]), 128);
		merge_rule(c, '#', HTML_OTHER, id, css);
		if (tag)
			merge_rule(c, '#', (uint8_t)tag, id, css);
	}
}
