/* html_stack.c - open elements whose style differs from their parent's, or that fence others in; after WHATWG 13.2.4.2 and
 * 13.2.6.4.7, but only as far as visibility depends on it. An element without effect is not remembered at all. */
#include "codec/html_int.h"

bool same_style(const struct html_style *a, const struct html_style *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->cell_bg == b->cell_bg && a->size == b->size && a->hide == b->hide &&
	       a->pre == b->pre;
}

static const struct html_style *style_below(const struct html_ctx *c, size_t i)
{
	return i ? &c->stack[i - 1].style : &c->root;
}

static void set_depth(struct html_ctx *c, size_t depth)
{
	c->depth = depth;
	html_set_style(c, style_below(c, depth));
}

void stack_push(struct html_ctx *c, enum html_tag tag, const struct html_style *st, bool changed)
{
	bool structural = (html_tag_flags[tag] & TAG_X) || tag == HTML_UL || tag == HTML_OL || tag == HTML_DL;
	if (c->frozen || (!changed && !c->open[tag] && !(structural && c->depth)))
		return;
	struct html_elem *top = c->depth ? &c->stack[c->depth - 1] : NULL;
	if (top && top->tag == tag && !changed && !structural) {
		top->count++;
		return;
	}
	if (c->depth == LIM_HTML_DEPTH) {
		c->skipped[tag]++;
		c->anomalies |= ANOM(html_cap);
		return;
	}
	c->stack[c->depth] = (struct html_elem){.style = *st, .count = 1, .tag = (uint8_t)tag};
	c->open[tag]++;
	set_depth(c, c->depth + 1);
}

static void pop_to(struct html_ctx *c, size_t depth)
{
	for (size_t i = depth; i < c->depth; i++)
		c->open[c->stack[i].tag]--;
	set_depth(c, depth);
}

/* What own, computed under old_parent, would be under new_parent. */
static struct html_style rebase(struct html_style own, const struct html_style *old_parent, const struct html_style *new_parent)
{
	if (own.fg == old_parent->fg)
		own.fg = new_parent->fg;
	if (own.bg == old_parent->bg)
		own.bg = new_parent->bg;
	if (own.cell_bg == old_parent->cell_bg)
		own.cell_bg = new_parent->cell_bg;
	if (own.size == old_parent->size)
		own.size = new_parent->size;
	if (own.pre == old_parent->pre)
		own.pre = new_parent->pre;
	own.hide = (own.hide & (uint8_t)~old_parent->hide) | new_parent->hide;
	style_settle(&own);
	return own;
}

/* <body> or a style sheet changes what all inherit. */
void stack_set_root(struct html_ctx *c, const struct html_style *root)
{
	struct html_style old_parent = c->root;
	c->root = *root;
	for (size_t i = 0; i < c->depth; i++) {
		struct html_style own = c->stack[i].style;
		c->stack[i].style = rebase(own, &old_parent, style_below(c, i));
		old_parent = own;
	}
	c->out->work += c->depth;
	set_depth(c, c->depth);
}

/* Takes out element i; of those above it formatting survives, and the others too with keep_all. */
static void take_out(struct html_ctx *c, size_t i, bool keep_all)
{
	struct html_style old_parent = *style_below(c, i);
	size_t to = i;
	for (size_t j = i; j < c->depth; j++) {
		struct html_elem e = c->stack[j];
		struct html_style old_own = e.style;
		if (j == i || !(keep_all || (html_tag_flags[e.tag] & TAG_F))) {
			c->open[e.tag]--;
			old_parent = old_own;
			continue;
		}
		e.style = rebase(e.style, &old_parent, style_below(c, to));
		old_parent = old_own;
		struct html_elem *below = to > i ? &c->stack[to - 1] : NULL;
		if (below && below->tag == e.tag && same_style(&below->style, &e.style)) {
			below->count += e.count;
			c->open[e.tag]--;
			continue;
		}
		c->stack[to++] = e;
	}
	c->out->work += c->depth - i;
	set_depth(c, to);
}

/* The innermost open `tag` that an end tag for it may close; STR_NPOS when there is none. */
static size_t find_open(struct html_ctx *c, enum html_tag tag)
{
	bool table_part = tag == HTML_TD || tag == HTML_TH || tag == HTML_TR || tag == HTML_TBODY || tag == HTML_THEAD ||
	                  tag == HTML_TFOOT || tag == HTML_CAPTION;
	for (size_t i = c->depth; i-- > 0;) {
		enum html_tag t = c->stack[i].tag;
		c->out->work++;
		if (t == tag)
			return i;
		if (tag == HTML_TEMPLATE || (tag == HTML_TABLE && t != HTML_TEMPLATE))
			continue;
		if (t == HTML_TABLE || t == HTML_TEMPLATE || (!table_part && (html_tag_flags[t] & TAG_X)))
			break;
	}
	return STR_NPOS;
}

bool stack_end(struct html_ctx *c, enum html_tag tag)
{
	if (c->skipped[tag]) {
		c->skipped[tag]--;
		return true;
	}
	size_t i = c->open[tag] ? find_open(c, tag) : STR_NPOS;
	if (i == STR_NPOS)
		return false;
	struct html_elem *e = &c->stack[i];
	bool fence = html_tag_flags[tag] & TAG_X;
	if (e->count > 1 && !fence) {
		e->count--;
		return true;
	}
	if (fence || i + 1 == c->depth)
		pop_to(c, i);
	else
		take_out(c, i, html_tag_flags[tag] & TAG_F);
	return true;
}

/* Closes all down to the lowest element of set a or b that lies above the next table. */
static void close_cells(struct html_ctx *c, bool row)
{
	size_t lowest = c->depth;
	for (size_t i = c->depth; i-- > 0;) {
		enum html_tag t = c->stack[i].tag;
		c->out->work++;
		if (t == HTML_TABLE)
			break;
		if (t == HTML_TD || t == HTML_TH || (row && t == HTML_TR))
			lowest = i;
	}
	if (lowest < c->depth)
		pop_to(c, lowest);
}

static void close_item(struct html_ctx *c, enum html_tag item)
{
	for (size_t i = c->depth; i-- > 0;) {
		enum html_tag t = c->stack[i].tag;
		c->out->work++;
		if (t == item || (item == HTML_DT && t == HTML_DD) || (item == HTML_DD && t == HTML_DT)) {
			c->stack[i].count = 1;
			take_out(c, i, false);
			return;
		}
		if (t == HTML_UL || t == HTML_OL || t == HTML_DL || (html_tag_flags[t] & TAG_X))
			return;
	}
}

void stack_implied_ends(struct html_ctx *c, enum html_tag start)
{
	uint8_t flags = html_tag_flags[start];
	if (!c->depth || c->frozen)
		return;
	switch (start) {
	case HTML_TD:
	case HTML_TH:
	case HTML_TR:
	case HTML_TBODY:
	case HTML_THEAD:
	case HTML_TFOOT:
		if (c->open[HTML_TD] || c->open[HTML_TH] || c->open[HTML_TR])
			close_cells(c, start != HTML_TD && start != HTML_TH);
		return;
	case HTML_LI:
	case HTML_OPTION:
		if (c->open[start])
			close_item(c, start);
		break;
	case HTML_DT:
	case HTML_DD:
		if (c->open[HTML_DT] || c->open[HTML_DD])
			close_item(c, start);
		break;
	case HTML_A:
		if (c->open[HTML_A])
			stack_end(c, HTML_A);
		return;
	default:
		break;
	}
	bool quirks_table = start == HTML_TABLE && !c->out->dialect.doctypes;
	if (c->open[HTML_P] && (flags & (TAG_B | TAG_P)) && !quirks_table)
		while (c->open[HTML_P] && stack_end(c, HTML_P))
			;
}

void stack_freeze(struct html_ctx *c)
{
	c->frozen = true;
	memset(c->open, 0, sizeof c->open);
	memset(c->skipped, 0, sizeof c->skipped);
	struct html_style plain = {.fg = 0, .bg = 0xFFFFFF, .cell_bg = COLOR_UNSET, .size = SIZE_DEFAULT};
	c->root = plain;
	set_depth(c, 0);
}
