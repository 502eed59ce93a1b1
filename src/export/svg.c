/* svg.c - see svg.h. */
#include "export/svg.h"

#include <math.h>

#include "base/time.h"
#include "export/escape.h"
#include "export/svg_plot.h"

enum {
	LABEL_ROOM = 204,
	LABEL_PX = 16,
	LABEL_COLUMNS = 22,
	LEADER_PX = 20,
	SWATCH_PX = 9,
	AXIS_ROOM = 34,
	LEFT = 52,
	LEFT_PANEL = 44,
	TOP = 24,
	HOVER_KEYS = 5,
};

static void unit_text(const struct plot *p, struct buf *out)
{
	struct str joined = str_of(svg_joined(p->c));
	struct buf b;
	buf_init(&b, 256);
	buf_add(&b, str_of(p->c->share ? "share of the messages" : p->c->unit));
	buf_add(&b, joined.n ? S(", ") : joined);
	buf_add(&b, joined);
	svg_text(out, "unit", p->left, p->top - 10, buf_str(&b));
	out->oom |= b.oom;
	buf_free(&b);
}

static void empty(const struct chart *c, struct buf *out)
{
	buf_printf(out, "<p class=\"nodata\">No dated messages to draw (%s).</p>", c->share ? "share over time" : c->unit);
}

/* One key: a path with one rectangle a bin. */
static void put_key(const struct plot *p, size_t key, const double *base, struct buf *out)
{
	size_t nk = p->c->nkeys;
	buf_add(out, S("<path class=\""));
	svg_class(out, p->c->keys[key].colour);
	buf_add(out, S("\" d=\""));
	for (size_t b = 0; b < p->nbins; b++) {
		const struct plot_bin *bin = &p->bins[b];
		double v = p->v[b * nk + key], air = bin->w >= 8 ? 1 : 0;
		if (v <= 0)
			continue;
		double y0 = plot_y(p, base[b]), y1 = plot_y(p, base[b] + v);
		buf_byte(out, 'M');
		svg_num(out, bin->x + air / 2);
		buf_byte(out, ' ');
		svg_num(out, y0);
		buf_byte(out, 'V');
		svg_num(out, y1);
		buf_byte(out, 'H');
		svg_num(out, bin->x + bin->w - air / 2);
		buf_byte(out, 'V');
		svg_num(out, y0);
		buf_byte(out, 'z');
	}
	buf_add(out, S("\"/>"));
}

static void when(const struct plot *p, const struct plot_bin *bin, struct buf *out)
{
	int64_t t = p->c->buckets[bin->first] * p->c->unit_s;
	svg_date(out, t, true);
	if (p->c->unit_s < SECONDS_A_DAY)
		buf_printf(out, " %02d:00", civil_from_time(t).hour);
	if (bin->n > 1) {
		buf_add(out, S(" to "));
		svg_date(out, p->c->buckets[bin->first + bin->n - 1] * p->c->unit_s, true);
	}
}

/* What a reader gets who points at a bin: the date, the total, the largest keys. */
static void put_hover(const struct plot *p, const struct plot_bin *bin, const double *v, struct buf *out)
{
	const struct chart *c = p->c;
	uint64_t told = 0;
	buf_add(out, S("<rect"));
	svg_attr(out, "x", bin->x);
	svg_attr(out, "y", p->top);
	svg_attr(out, "width", bin->w);
	svg_attr(out, "height", p->bottom - p->top);
	buf_add(out, S("><title>"));
	when(p, bin, out);
	buf_add(out, S(": "));
	put_count(out, llround(bin->total));
	buf_printf(out, " %s", c->unit);
	for (int n = 0; c->nkeys > 1 && n < HOVER_KEYS; n++) {
		size_t best = c->nkeys;
		for (size_t k = 0; k < c->nkeys; k++)
			if (!(told >> k & 1) && v[k] > 0 && (best == c->nkeys || v[k] > v[best]))
				best = k;
		if (best == c->nkeys)
			break;
		told |= (uint64_t)1 << best;
		buf_add(out, S("\n"));
		esc_html_text(c->keys[best].name, LABEL_COLUMNS, out);
		buf_add(out, S(" "));
		if (c->share)
			buf_printf(out, "%.1f %%", v[best]);
		else
			put_count(out, llround(v[best]));
	}
	buf_add(out, S("</title></rect>"));
}

/* Moves labels apart, keeping their order; y grows downwards, label k+1 stands above label k. */
static void spread(double *y, size_t n, double top, double bottom)
{
	double limit = bottom;
	for (size_t k = 0; k < n; k++) {
		if (y[k] > limit)
			y[k] = limit;
		limit = y[k] - LABEL_PX;
	}
	limit = top;
	for (size_t k = n; k-- > 0;) {
		if (y[k] < limit)
			y[k] = limit;
		limit = y[k] + LABEL_PX;
	}
}

/* Where the stack stands at its right end: the mean of its last few bins, by their weight, so that a last day of one message
 * does not decide. */
static void right_end(const struct plot *p, double *v)
{
	size_t nk = p->c->nkeys, last = p->nbins, left = p->nbins / 20 + 3;
	double weight = 0;
	memset(v, 0, nk * sizeof *v);
	for (; last > 0 && left > 0; last--) {
		const struct plot_bin *bin = &p->bins[last - 1];
		if (bin->total <= 0)
			continue;
		left--;
		weight += bin->total;
		for (size_t k = 0; k < nk; k++)
			v[k] += p->v[(last - 1) * nk + k] * bin->total;
	}
	for (size_t k = 0; k < nk && weight > 0; k++)
		v[k] /= weight;
}

/* Names beside the right end, in the order of the stack. */
static void put_labels(const struct plot *p, struct buf *out)
{
	size_t nk = plot_drawn(p->c);
	double v[SVG_KEYS_MAX], at[SVG_KEYS_MAX], y[SVG_KEYS_MAX], sum = 0;
	right_end(p, v);
	for (size_t k = 0; k < nk; k++) {
		at[k] = y[k] = plot_y(p, sum + v[k] / 2);
		sum += v[k];
	}
	spread(y, nk, p->top + 2, p->bottom - 4);
	for (size_t k = 0; k < nk; k++) {
		double x = p->right + LEADER_PX;
		buf_add(out, S("<path class=\"lead\" d=\"M"));
		svg_num(out, p->right + 2);
		buf_byte(out, ' ');
		svg_num(out, at[k]);
		buf_byte(out, 'L');
		svg_num(out, x - 3);
		buf_byte(out, ' ');
		svg_num(out, y[k]);
		buf_add(out, S("\"/><rect class=\""));
		svg_class(out, p->c->keys[k].colour);
		buf_byte(out, '"');
		svg_attr(out, "x", x);
		svg_attr(out, "y", y[k] - (double)SWATCH_PX / 2);
		svg_attr(out, "width", SWATCH_PX);
		svg_attr(out, "height", SWATCH_PX);
		buf_add(out, S("/><text class=\"name\""));
		svg_attr(out, "x", x + SWATCH_PX + 5);
		svg_attr(out, "y", y[k] + 4);
		buf_byte(out, '>');
		esc_html_text(p->c->keys[k].name, LABEL_COLUMNS, out);
		buf_add(out, S("</text>"));
	}
}

void svg_stack(const struct chart *c, struct arena *a, struct buf *out)
{
	struct plot p;
	double right = c->labels ? (double)c->width - LABEL_ROOM : (double)c->width - 4;
	if (c->nbuckets == 0 || c->nkeys == 0) {
		empty(c, out);
		return;
	}
	double *base = NULL;
	if (plot_init(&p, c, LEFT, TOP, right, (double)c->height - AXIS_ROOM, a))
		base = arena_zalloc(a, p.nbins, sizeof *base);
	if (!base) {
		out->oom = true;
		return;
	}
	plot_open(&p, out);
	plot_y_axis(&p, 5, out);
	plot_gaps(&p, out);
	buf_add(out, S("<g class=\"stack\">"));
	for (size_t k = 0; k < plot_drawn(c); k++) {
		put_key(&p, k, base, out);
		for (size_t b = 0; b < p.nbins; b++)
			base[b] += p.v[b * c->nkeys + k];
	}
	buf_add(out, S("</g>"));
	plot_x_axis(&p, out);
	unit_text(&p, out);
	if (c->labels) {
		put_labels(&p, out);
		buf_add(out, S("<g class=\"hit\">"));
		for (size_t b = 0; b < p.nbins; b++)
			if (p.bins[b].watched)
				put_hover(&p, &p.bins[b], p.v + b * c->nkeys, out);
		buf_add(out, S("</g>"));
	}
	plot_marks(&p, out);
	buf_add(out, S("</svg>"));
}

/* The outline of the watched stretches; closed to the base line for the area. */
static void put_steps(const struct plot *p, bool area, struct buf *out)
{
	buf_printf(out, "<path class=\"%s\" d=\"", area ? "area" : "line");
	bool open = false;
	for (size_t b = 0; b < p->nbins; b++) {
		const struct plot_bin *bin = &p->bins[b];
		bool joined = open && fabs(bin->x - (p->bins[b - 1].x + p->bins[b - 1].w)) < 0.01;
		if (open && (!bin->watched || !joined)) {
			if (area) {
				buf_byte(out, 'V');
				svg_num(out, p->bottom);
				buf_byte(out, 'z');
			}
			open = false;
		}
		if (!bin->watched)
			continue;
		if (!open) {
			buf_byte(out, 'M');
			svg_num(out, bin->x);
			buf_byte(out, ' ');
			svg_num(out, area ? p->bottom : plot_y(p, p->v[b]));
		}
		buf_byte(out, 'V');
		svg_num(out, plot_y(p, p->v[b]));
		buf_byte(out, 'H');
		svg_num(out, bin->x + bin->w);
		open = true;
	}
	if (open && area) {
		buf_byte(out, 'V');
		svg_num(out, p->bottom);
		buf_byte(out, 'z');
	}
	buf_add(out, S("\"/>"));
}

void svg_panel(const struct chart *c, struct arena *a, struct buf *out)
{
	struct plot p;
	if (c->nbuckets == 0 || c->nkeys != 1) {
		empty(c, out);
		return;
	}
	if (!plot_init(&p, c, LEFT_PANEL, 8, (double)c->width - 4, (double)c->height - AXIS_ROOM, a)) {
		out->oom = true;
		return;
	}
	plot_open(&p, out);
	plot_y_axis(&p, 3, out);
	plot_gaps(&p, out);
	put_steps(&p, true, out);
	put_steps(&p, false, out);
	plot_x_axis(&p, out);
	plot_marks(&p, out);
	buf_add(out, S("</svg>"));
}

void svg_legend(const struct chart_key *keys, size_t n, struct buf *out)
{
	buf_add(out, S("<ul class=\"legend\">"));
	for (size_t k = n; k-- > 0;) {
		buf_add(out, S("<li><i class=\""));
		svg_class(out, keys[k].colour);
		buf_add(out, S("\"></i>"));
		esc_html_text(keys[k].name, 2 * LABEL_COLUMNS, out);
		buf_add(out, S("</li>"));
	}
	buf_add(out, S("</ul>"));
}

static double clamp(double v)
{
	return v < 0 || isnan(v) ? 0 : v > 1 ? 1 : v;
}

void svg_bar(double value, double lo, double hi, int colour, struct buf *out)
{
	buf_add(out,
		S("<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\""));
	svg_class(out, colour);
	buf_add(out, S("\" y=\"1\" height=\"8\""));
	svg_attr(out, "width", 1000 * clamp(value));
	buf_add(out, S("/>"));
	if (lo < hi) {
		buf_add(out, S("<path class=\"range\" d=\"M"));
		svg_num(out, 1000 * clamp(lo));
		buf_add(out, S(" 5H"));
		svg_num(out, 1000 * clamp(hi));
		buf_add(out, S("\"/>"));
	}
	buf_add(out, S("</svg>"));
}
