/* table_draw.c - the table format: how wide columns are, what is cut and what is left out. See table.h. */
#include "export/escape.h"
#include "export/table_int.h"

enum { TEXT_LEAST = 10, FLOW_LEAST = 40, DAY = 10 /* YYYY-MM-DD */, GAP = 2 };

static bool is_number(const struct column *c)
{
	return c->kind == KIND_INT || c->kind == KIND_REAL;
}

static struct str text_of(const struct table_cell *cell)
{
	return cell->text.p ? cell->text : S("-");
}

static size_t put_cell(struct table *t, struct str text, size_t cap, struct buf *out)
{
	return esc_term(text, cap, t->opts.ascii ? ESCAPE_ASCII : 0, out);
}

static void natural_widths(struct table *t, size_t *width)
{
	for (size_t k = 0; k < t->n_cols; k++) {
		width[k] = strlen(t->cols[k].name);
		for (size_t r = 0; r < t->kept; r++) {
			buf_clear(&t->tmp);
			size_t w = put_cell(t, text_of(&t->cells[r * t->n_cols + k]), 0, &t->tmp);
			t->oom |= t->tmp.oom;
			if (w > width[k])
				width[k] = w;
		}
	}
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How far column k can be cut; natural is its width uncut. */
static size_t least_width(const struct table *t, size_t k, size_t natural)
{
	const struct column *c = &t->cols[k];
	if (c->flow)
		return least(natural, FLOW_LEAST);
	if (is_number(c))
		return natural;
	if (k == 0 || c->whole)
		return least(natural, t->opts.width / 2);
	return least(natural, c->kind == KIND_TIME ? DAY : TEXT_LEAST);
}

/* All columns with their gaps; a width of 0 is a column left out. */
static size_t line_width(const struct table *t, const size_t *width)
{
	size_t sum = 0;
	for (size_t k = 0; k < t->n_cols; k++)
		sum += width[k] ? width[k] + (sum ? GAP : 0) : 0;
	return sum;
}

/* Leaves columns out, details first and all at once, then from the right, until the others fit when cut as far as they can be. */
static void leave_out(const struct table *t, size_t *width, size_t *cut)
{
	for (size_t k = 0; k < t->n_cols; k++)
		cut[k] = least_width(t, k, width[k]);
	if (t->opts.all_columns || line_width(t, cut) <= t->opts.width)
		return;
	for (size_t k = 0; k < t->n_cols; k++)
		if (t->cols[k].detail)
			cut[k] = width[k] = 0;
	for (size_t k = t->n_cols; k-- > 1 && line_width(t, cut) > t->opts.width;)
		if (!t->cols[k].whole && !t->cols[k].flow)
			cut[k] = width[k] = 0;
}

/* Cuts what is left: times to days, then from the widest text until all fit, or none can give more. */
static void fit(const struct table *t, size_t *width)
{
	size_t cut[TABLE_COLUMNS_MAX];
	if (!t->opts.width)
		return;
	leave_out(t, width, cut);
	for (size_t k = 0; k < t->n_cols; k++)
		if (t->cols[k].flow)
			cut[k] = least(cut[k], TEXT_LEAST);
	bool narrow = line_width(t, width) > t->opts.width;
	for (size_t k = 1; k < t->n_cols; k++)
		if (narrow && t->cols[k].kind == KIND_TIME)
			width[k] = cut[k];
	for (size_t sum = line_width(t, width); sum > t->opts.width; sum--) {
		size_t widest = t->n_cols;
		for (size_t k = 0; k < t->n_cols; k++)
			if (width[k] > cut[k] && (widest == t->n_cols || width[k] > width[widest]))
				widest = k;
		if (widest == t->n_cols)
			return;
		width[widest]--;
	}
}

static void pad(struct buf *out, size_t n)
{
	while (n--)
		buf_byte(out, ' ');
}

static void put_line(struct table *t, const struct table_cell *cells, const size_t *width)
{
	size_t column = 0, all = line_width(t, width);
	for (size_t k = 0; k < t->n_cols; k++) {
		const struct column *c = &t->cols[k];
		struct str text = cells ? text_of(&cells[k]) : str_of(c->name);
		bool right = is_number(c);
		if (width[k] == 0)
			continue;
		if (column)
			pad(&t->buf, GAP);
		column += column ? GAP : 0;
		if (c->flow && t->opts.width) {
			esc_paragraph(text, column, column + width[k], t->opts.ascii ? ESCAPE_ASCII : 0, &t->buf);
			break;
		}
		column += width[k];
		if (c->kind == KIND_TIME && width[k] == DAY)
			text = str_first(text, DAY);
		buf_clear(&t->tmp);
		size_t w = put_cell(t, text, width[k], &t->tmp);
		if (right)
			pad(&t->buf, width[k] - w);
		buf_add(&t->buf, buf_str(&t->tmp));
		t->oom |= t->tmp.oom;
		if (!right && column < all)
			pad(&t->buf, width[k] - w);
	}
	buf_byte(&t->buf, '\n');
	table_flush(t, FLUSH_BYTES);
}

static void put_rule(struct table *t, const size_t *width)
{
	for (size_t k = 0; k < t->n_cols; k++) {
		if (k && width[k])
			pad(&t->buf, GAP);
		for (size_t i = 0; i < width[k]; i++)
			buf_add(&t->buf, t->opts.ascii ? S("-") : S("\xE2\x94\x80"));
	}
	buf_byte(&t->buf, '\n');
}

/* tmp as a paragraph. */
static void put_note(struct table *t)
{
	esc_paragraph(buf_str(&t->tmp), 0, t->opts.width ? t->opts.width : SIZE_MAX, 0, &t->buf);
	buf_byte(&t->buf, '\n');
}

/* What is not there, for lack of rows asked for or of width. */
static void put_rest(struct table *t, const size_t *width, size_t total)
{
	size_t hidden = 0;
	if (total == 0) {
		buf_clear(&t->tmp);
		buf_printf(&t->tmp, "none%s%s", t->opts.hint ? ": " : "", t->opts.hint ? t->opts.hint : "");
		put_note(t);
	}
	if (total > t->kept)
		buf_printf(&t->buf, "%zu of %zu shown\n", t->kept, total);
	buf_clear(&t->tmp);
	for (size_t k = 0; k < t->n_cols; k++)
		if (width[k] == 0)
			buf_printf(&t->tmp, "%s%s", hidden++ ? ", " : "left out for lack of width: ", t->cols[k].name);
	if (hidden)
		put_note(t);
}

void table_draw(struct table *t, size_t total)
{
	size_t width[TABLE_COLUMNS_MAX] = {0};
	natural_widths(t, width);
	fit(t, width);
	put_line(t, NULL, width);
	put_rule(t, width);
	for (size_t r = 0; r < t->kept; r++)
		put_line(t, t->cells + r * t->n_cols, width);
	put_rest(t, width, total);
}
