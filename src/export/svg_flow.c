/* svg_flow.c - a flow between two columns, see svg.h. Read without colours: names and numbers stand at both ends of each ribbon. */
#include <math.h>

#include "export/escape.h"
#include "export/svg.h"
#include "export/svg_plot.h"

enum { SLOT = 17, GAP = 5, BAR = 9, EDGE = 4, HEAD = 20, TEXT_DROP = 4 };
static const double LEAST = 0.75; /* px of the thinnest ribbon: what is there is seen */

static double sum_of(const struct svg_flow *f, size_t i, bool left)
{
	double sum = 0;
	for (size_t k = 0; k < (left ? f->n_right : f->n_left); k++)
		sum += left ? f->v[i * f->n_right + k] : f->v[k * f->n_right + i];
	return sum;
}

static double ribbon(const struct svg_flow *f, double v)
{
	return v > 0 ? fmax(v * f->px, LEAST) : 0;
}

/* The height of a node's bar: its ribbons side by side. */
static double bar_of(const struct svg_flow *f, size_t i, bool left)
{
	double sum = 0;
	for (size_t k = 0; k < (left ? f->n_right : f->n_left); k++)
		sum += ribbon(f, left ? f->v[i * f->n_right + k] : f->v[k * f->n_right + i]);
	return sum;
}

static double slot_of(const struct svg_flow *f, size_t i, bool left)
{
	return fmax(bar_of(f, i, left), SLOT) + GAP;
}

static double column_height(const struct svg_flow *f, bool left)
{
	double sum = 0;
	for (size_t i = 0; i < (left ? f->n_left : f->n_right); i++)
		sum += slot_of(f, i, left);
	return sum;
}

double svg_flow_height(const struct svg_flow *f)
{
	return fmax(column_height(f, true), column_height(f, false)) + HEAD + EDGE;
}

/* Where a node's bar begins: in the middle of its slot. */
static double top_of(const struct svg_flow *f, size_t i, bool left)
{
	double y = HEAD;
	for (size_t k = 0; k < i; k++)
		y += slot_of(f, k, left);
	return y + (slot_of(f, i, left) - GAP - bar_of(f, i, left)) / 2;
}

static void put_level(struct buf *out, double v)
{
	if (v > 0 && v < 9.95)
		buf_printf(out, "%.1f", v);
	else
		put_count(out, llround(v));
}

static void put_point(struct buf *out, const char *command, double x, double y)
{
	buf_add(out, str_of(command));
	svg_num(out, x);
	buf_byte(out, ' ');
	svg_num(out, y);
}

static void put_ribbon(const struct svg_flow *f, size_t i, size_t k, double y0, double y1, struct buf *out)
{
	double v = f->v[i * f->n_right + k], w = ribbon(f, v);
	double x0 = f->room_left + BAR, x1 = (double)f->width - f->room_right - BAR, mid = (x0 + x1) / 2;
	buf_add(out, S("<path class=\""));
	svg_class(out, f->left[i].colour);
	buf_add(out, S("\" d=\""));
	put_point(out, "M", x0, y0);
	put_point(out, "C", mid, y0);
	put_point(out, " ", mid, y1);
	put_point(out, " ", x1, y1);
	buf_byte(out, 'V');
	svg_num(out, y1 + w);
	put_point(out, "C", mid, y1 + w);
	put_point(out, " ", mid, y0 + w);
	put_point(out, " ", x0, y0 + w);
	buf_add(out, S("z\"><title>"));
	esc_html_text(f->left[i].name, 0, out);
	buf_add(out, S(" for "));
	esc_html_text(f->right[k].name, 0, out);
	buf_add(out, S(": "));
	put_level(out, v);
	buf_add(out, S(" messages a day</title></path>"));
}

static void put_node(const struct svg_flow *f, size_t i, bool left, struct buf *out)
{
	const struct chart_key *key = left ? &f->left[i] : &f->right[i];
	double y = top_of(f, i, left), h = bar_of(f, i, left), sum = sum_of(f, i, left);
	double x = left ? f->room_left : (double)f->width - f->room_right - BAR;
	if (h > 0) {
		buf_add(out, S("<rect class=\""));
		if (left)
			svg_class(out, key->colour);
		else
			buf_add(out, S("node"));
		buf_byte(out, '"');
		svg_attr(out, "x", x);
		svg_attr(out, "y", y);
		svg_attr(out, "width", BAR);
		svg_attr(out, "height", h);
		buf_add(out, S("/>"));
	}
	buf_printf(out, "<text class=\"%s%s\"", left ? "yl" : "name", h > 0 ? "" : " gone");
	svg_attr(out, "x", left ? x - 6 : x + BAR + 6);
	svg_attr(out, "y", y + h / 2 + TEXT_DROP);
	buf_byte(out, '>');
	if (!left) {
		put_level(out, sum);
		buf_add(out, S(" "));
	}
	esc_html_text(key->name, left ? f->columns_left : f->columns_right, out);
	if (left) {
		buf_add(out, S(" "));
		put_level(out, sum);
	}
	buf_add(out, S("</text>"));
}

void svg_flow(const struct svg_flow *f, double height, struct buf *out)
{
	double at[SVG_KEYS_MAX] = {0};
	if (f->n_left > SVG_KEYS_MAX || f->n_right > SVG_KEYS_MAX)
		return;
	buf_printf(out, "<svg viewBox=\"0 0 %u %.0f\" role=\"img\" aria-labelledby=\"%s-t\"><title id=\"%s-t\">", f->width,
		ceil(height), f->id, f->id);
	esc_html_text(f->title, 0, out);
	buf_add(out, S("</title>"));
	svg_text(out, "yl unit", f->room_left + BAR, HEAD - 9, str_of(f->head_left));
	svg_text(out, "unit", (double)f->width - f->room_right - BAR, HEAD - 9, str_of(f->head_right));
	buf_add(out, S("<g class=\"flow\">"));
	for (size_t k = 0; k < f->n_right; k++)
		at[k] = top_of(f, k, false);
	for (size_t i = 0; i < f->n_left; i++) {
		double y = top_of(f, i, true);
		for (size_t k = 0; k < f->n_right; k++) {
			double w = ribbon(f, f->v[i * f->n_right + k]);
			if (w <= 0)
				continue;
			put_ribbon(f, i, k, y, at[k], out);
			y += w;
			at[k] += w;
		}
	}
	buf_add(out, S("</g>"));
	for (size_t i = 0; i < f->n_left; i++)
		put_node(f, i, true, out);
	for (size_t k = 0; k < f->n_right; k++)
		put_node(f, k, false, out);
	buf_add(out, S("</svg>"));
}
