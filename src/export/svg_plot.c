/* svg_plot.c - see svg_plot.h. */
#include "export/svg_plot.h"

#include <math.h>
#include <stdio.h>

#include "base/time.h"
#include "export/escape.h"

enum { TEXT_PX = 6, ROW_1 = 15, ROW_2 = 28, HATCH_PX = 5 };
static const double MIN_BIN_PX = 1.4;

void svg_num(struct buf *out, double v)
{
	long long t = llround(v * 10);
	if (t < 0)
		buf_byte(out, '-');
	t = t < 0 ? -t : t;
	buf_u64(out, (uint64_t)t / 10);
	if (t % 10) {
		buf_byte(out, '.');
		buf_byte(out, (uint8_t)('0' + t % 10));
	}
}

void svg_attr(struct buf *out, const char *name, double v)
{
	buf_byte(out, ' ');
	buf_add(out, str_of(name));
	buf_add(out, S("=\""));
	svg_num(out, v);
	buf_byte(out, '"');
}

void svg_class(struct buf *out, int colour)
{
	buf_byte(out, 'k');
	if (colour == SVG_NONE)
		buf_byte(out, 'n');
	else if (colour == SVG_OTHER)
		buf_byte(out, 'o');
	else
		buf_u64(out, (uint64_t)((colour - 1) % SVG_COLOURS + 1));
}

void svg_text(struct buf *out, const char *cls, double x, double y, struct str text)
{
	buf_printf(out, "<text class=\"%s\"", cls);
	svg_attr(out, "x", x);
	svg_attr(out, "y", y);
	buf_byte(out, '>');
	esc_html(text, 0, out);
	buf_add(out, S("</text>"));
}

void svg_date(struct buf *out, int64_t unix_s, bool year)
{
	struct civil d = civil_from_time(unix_s);
	buf_printf(out, "%d %.3s", d.day, time_months[d.month - 1]);
	if (year)
		buf_printf(out, " %lld", (long long)d.year);
}

void put_date(struct buf *out, int64_t unix_s)
{
	struct civil d = civil_from_time(unix_s);
	buf_printf(out, "%d %s %lld", d.day, time_months[d.month - 1], (long long)d.year);
}

void put_count(struct buf *out, int64_t n)
{
	char t[24];
	int len = snprintf(t, sizeof t, "%lld", (long long)n);
	for (int i = 0; i < len; i++) {
		if (i > (t[0] == '-') && (len - i) % 3 == 0)
			buf_byte(out, ',');
		buf_byte(out, (uint8_t)t[i]);
	}
}

/* ---- bins ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static const int64_t step_seconds[STEP_COUNT] = {
	[STEP_BUCKET] = 0,
	[STEP_6H] = 6 * SECONDS_AN_HOUR,
	[STEP_DAY] = SECONDS_A_DAY,
	[STEP_WEEK] = 7 * SECONDS_A_DAY,
	[STEP_MONTH] = 30 * SECONDS_A_DAY,
	[STEP_QUARTER] = 91 * SECONDS_A_DAY,
	[STEP_YEAR] = 365 * SECONDS_A_DAY,
};

/* The number of the 6 hours, day, week (from Monday), month, quarter or year that holds t. */
static int64_t step_of(int64_t t, enum svg_step step)
{
	struct civil d;
	switch (step) {
	case STEP_BUCKET:
	case STEP_6H:
	case STEP_DAY:
		return floor_div(t, step == STEP_6H ? 6 * SECONDS_AN_HOUR : SECONDS_A_DAY);
	case STEP_WEEK:
		return floor_div(time_day(t) + 3, 7); /* 1970-01-01 was a Thursday */
	default:
		d = civil_from_time(t);
		return step == STEP_YEAR      ? d.year
		       : step == STEP_QUARTER ? d.year * 4 + (d.month - 1) / 3
		                              : d.year * 12 + d.month - 1;
	}
}

/* The Unix time at which that number begins. */
static int64_t step_start(int64_t k, enum svg_step step)
{
	switch (step) {
	case STEP_BUCKET:
	case STEP_6H:
	case STEP_DAY:
		return k * (step == STEP_6H ? 6 * SECONDS_AN_HOUR : SECONDS_A_DAY);
	case STEP_WEEK:
		return (k * 7 - 3) * SECONDS_A_DAY;
	case STEP_MONTH:
		return days_from_civil(floor_div(k, 12), (int)(k - floor_div(k, 12) * 12) + 1, 1) * SECONDS_A_DAY;
	case STEP_QUARTER:
		return days_from_civil(floor_div(k, 4), (int)(k - floor_div(k, 4) * 4) * 3 + 1, 1) * SECONDS_A_DAY;
	default:
		return days_from_civil(k, 1, 1) * SECONDS_A_DAY;
	}
}

static int64_t bucket_time(const struct chart *c, size_t i)
{
	return c->buckets[i] * c->unit_s;
}

/* Walks the bins of that step; fills bins when it is not NULL. Returns how many there are. */
static size_t each_bin(const struct chart *c, enum svg_step step, struct plot_bin *bins)
{
	size_t n = 0;
	for (size_t r = 0; r < c->nruns; r++) {
		size_t end = c->runs[r].first + c->runs[r].n;
		for (size_t i = c->runs[r].first; i < end; n++) {
			size_t first = i++;
			int64_t k = step_of(bucket_time(c, first), step);
			while (step != STEP_BUCKET && i < end && step_of(bucket_time(c, i), step) == k)
				i++;
			if (bins)
				bins[n] = (struct plot_bin){.first = first, .n = i - first};
		}
	}
	return n;
}

enum svg_step plot_step(const struct chart *c, double width)
{
	enum svg_step step = STEP_BUCKET;
	while (step < STEP_YEAR &&
		((step != STEP_BUCKET && step_seconds[step] <= c->unit_s) || (double)each_bin(c, step, NULL) * MIN_BIN_PX > width))
		step++;
	return step;
}

const char *svg_joined(const struct chart *c)
{
	static const char *const name[STEP_COUNT] = {
		"", "6-hour means", "daily means", "weekly means", "monthly means", "quarterly means", "yearly means"};
	return name[plot_step(c, c->width)];
}

/* A step of 1, 2 or 5 times a power of ten that gives at most max_ticks. */
static double nice_tick(double max, size_t max_ticks)
{
	double raw = max / (double)max_ticks, p = pow(10, floor(log10(raw)));
	double f = raw / p;
	return (f <= 1.0001 ? 1 : f <= 2.0001 ? 2 : f <= 5.0001 ? 5 : 10) * p;
}

static void fill_bin(struct plot *p, size_t b, size_t run)
{
	const struct chart *c = p->c;
	struct plot_bin *bin = &p->bins[b];
	for (size_t i = bin->first; i < bin->first + bin->n; i++) {
		if (c->watched && !c->watched[i])
			continue;
		bin->watched++;
		for (size_t k = 0; k < c->nkeys; k++)
			p->v[b * c->nkeys + k] += (double)c->values[i * c->nkeys + k];
	}
	for (size_t k = 0; k < c->nkeys && bin->watched; k++) {
		p->v[b * c->nkeys + k] /= (double)bin->watched;
		bin->total += p->v[b * c->nkeys + k];
	}
	bin->x = plot_x(p, run, bin->first);
	bin->w = p->px * (double)bin->n;
	if (c->share && bin->total > 0) {
		for (size_t k = 0; k < c->nkeys; k++)
			p->v[b * c->nkeys + k] *= 100 / bin->total;
	}
	double top = c->share ? 0 : bin->total;
	for (size_t k = 0; c->share && k < plot_drawn(c); k++)
		top += p->v[b * c->nkeys + k];
	if (top > p->max)
		p->max = top;
}

size_t plot_drawn(const struct chart *c)
{
	return c->nkeys - (c->rest_hidden && c->nkeys > 1);
}

bool plot_init(struct plot *p, const struct chart *c, double left, double top, double right, double bottom, struct arena *a)
{
	*p = (struct plot){
		.c = c, .left = left, .top = top, .right = right, .bottom = bottom, .max = c->share && !c->rest_hidden ? 100 : 0};
	if (c->nbuckets == 0 || c->nruns == 0 || c->nkeys == 0 || c->nkeys > SVG_KEYS_MAX)
		return false;
	double width = right - left;
	if (c->nruns > 1) {
		p->gap = width * 0.3 / (double)(c->nruns - 1);
		p->gap = p->gap > 22 ? 22 : p->gap;
	}
	p->px = (width - p->gap * (double)(c->nruns - 1)) / (double)c->nbuckets;
	p->step = plot_step(c, width);
	p->nbins = each_bin(c, p->step, NULL);
	p->bins = arena_zalloc(a, p->nbins, sizeof *p->bins);
	p->v = arena_zalloc(a, p->nbins * c->nkeys, sizeof *p->v);
	if (!p->bins || !p->v)
		return false;
	each_bin(c, p->step, p->bins);
	for (size_t b = 0, run = 0; b < p->nbins; b++) {
		while (p->bins[b].first >= c->runs[run].first + c->runs[run].n)
			run++;
		fill_bin(p, b, run);
	}
	return true;
}

double plot_y(const struct plot *p, double value)
{
	return p->bottom - (p->max > 0 ? value / p->max : 0) * (p->bottom - p->top);
}

double plot_x(const struct plot *p, size_t run, size_t bucket)
{
	return p->left + p->gap * (double)run + p->px * (double)bucket;
}

/* ---- drawing ---- */

void plot_open(const struct plot *p, struct buf *out)
{
	const struct chart *c = p->c;
	buf_printf(out, "<svg viewBox=\"0 0 %u %u\" role=\"img\" aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">", c->width,
		c->height, c->id, c->id, c->id);
	esc_html(str_of(c->title), 0, out);
	buf_printf(out, "</title><desc id=\"%s-d\">", c->id);
	esc_html(str_of(c->share ? "Share of the total, in per cent" : c->unit), 0, out);
	buf_add(out, S(", "));
	put_date(out, bucket_time(c, 0));
	buf_add(out, S(" to "));
	put_date(out, bucket_time(c, c->nbuckets - 1));
	buf_add(out, S(" (UTC)"));
	const char *joined = svg_joined(c);
	if (joined[0])
		buf_printf(out, ", %s", joined);
	buf_add(out, S("</desc>"));
}

/* Diagonal lines in a rectangle, as path data: a pattern would need a reference. */
static void hatch(struct buf *out, double x, double y, double w, double h)
{
	for (double d = HATCH_PX; d < w + h; d += HATCH_PX) {
		double x1 = d > h ? d - h : 0, y1 = d > h ? h : d, x2 = d > w ? w : d, y2 = d > w ? d - w : 0;
		buf_byte(out, 'M');
		svg_num(out, x + x1);
		buf_byte(out, ' ');
		svg_num(out, y + y1);
		buf_byte(out, 'L');
		svg_num(out, x + x2);
		buf_byte(out, ' ');
		svg_num(out, y + y2);
	}
}

static void gap(const struct plot *p, double x, double w, int64_t from, int64_t to, struct buf *out)
{
	buf_add(out, S("<g class=\"gap\"><title>no data, "));
	svg_date(out, from, true);
	buf_add(out, S(" to "));
	svg_date(out, to, true);
	buf_add(out, S("</title><rect"));
	svg_attr(out, "x", x);
	svg_attr(out, "y", p->top);
	svg_attr(out, "width", w);
	svg_attr(out, "height", p->bottom - p->top);
	buf_add(out, S("/><path d=\""));
	hatch(out, x, p->top, w, p->bottom - p->top);
	buf_add(out, S("\"/></g>"));
}

/* Where a time is on the axis; clamped to the run it is nearest to from the left. */
static double time_x(const struct plot *p, int64_t t)
{
	const struct chart *c = p->c;
	size_t r = 0;
	while (r + 1 < c->nruns && bucket_time(c, c->runs[r + 1].first) <= t)
		r++;
	const struct series_run *run = &c->runs[r];
	double buckets = (double)(t - bucket_time(c, run->first)) / (double)c->unit_s;
	buckets = buckets < 0 ? 0 : buckets > (double)run->n ? (double)run->n : buckets;
	return plot_x(p, r, run->first) + p->px * buckets;
}

static void triangle(double x, double y, bool up, struct buf *out)
{
	buf_add(out, S("<path class=\"tip\" d=\"M"));
	svg_num(out, x - 5);
	buf_byte(out, ' ');
	svg_num(out, y + (up ? 8 : 0));
	buf_printf(out, "h10l-5 %dz\"/>", up ? -8 : 8);
}

void plot_marks(const struct plot *p, struct buf *out)
{
	for (size_t i = 0; i < p->c->nmarks && p->c->nruns; i++) {
		const struct chart_mark *m = &p->c->marks[i];
		double lo = time_x(p, m->lo), hi = time_x(p, m->hi), at = time_x(p, m->at);
		if (m->kind != MARK_CHANGE &&
			(m->at < bucket_time(p->c, 0) || m->at > bucket_time(p->c, p->c->nbuckets - 1) + p->c->unit_s))
			continue;
		buf_add(out, m->kind == MARK_CHANGE ? S("<g class=\"mark\"><title>") : S("<g class=\"mark seen\"><title>"));
		esc_html_text(m->text, 0, out);
		buf_add(out, S("</title><rect"));
		svg_attr(out, "x", lo);
		svg_attr(out, "y", p->top);
		svg_attr(out, "width", hi - lo > 1 ? hi - lo : 1);
		svg_attr(out, "height", p->bottom - p->top);
		buf_add(out, S("/><path d=\"M"));
		svg_num(out, at);
		buf_byte(out, ' ');
		svg_num(out, p->top - 5);
		buf_byte(out, 'V');
		svg_num(out, p->bottom);
		buf_add(out, S("\"/>"));
		if (m->kind != MARK_CHANGE)
			triangle(at, p->top, m->kind == MARK_UP, out);
		buf_add(out, S("</g>"));
	}
}

void plot_gaps(const struct plot *p, struct buf *out)
{
	const struct chart *c = p->c;
	for (size_t r = 1; r < c->nruns; r++) {
		size_t first = c->runs[r].first;
		gap(p, plot_x(p, r - 1, first), p->gap, bucket_time(c, first - 1) + c->unit_s, bucket_time(c, first) - 1, out);
	}
	for (size_t b = 0; b < p->nbins;) {
		const struct plot_bin *bin = &p->bins[b++];
		if (bin->watched)
			continue;
		const struct plot_bin *last = bin;
		while (b < p->nbins && p->bins[b].watched == 0 && p->bins[b].x < last->x + last->w + 0.01)
			last = &p->bins[b++];
		gap(p, bin->x, last->x + last->w - bin->x, bucket_time(c, bin->first), bucket_time(c, last->first + last->n - 1),
			out);
	}
}

static void tick_label(struct buf *out, double v, double tick, bool share)
{
	if (tick < 1 && v > 0 && !share)
		buf_printf(out, "%.*f", (int)ceil(-log10(tick)), v);
	else if (share)
		buf_printf(out, "%.*f\xC2\xA0%%", llround(v * 10) % 10 != 0, v);
	else if (v >= 1e6)
		buf_printf(out, "%.*f\xC2\xA0M", fmod(v, 1e6) != 0, v / 1e6);
	else
		put_count(out, llround(v));
}

void plot_y_axis(const struct plot *p, size_t max_ticks, struct buf *out)
{
	buf_add(out, S("<g class=\"ya\">"));
	double tick = p->max == 100 && p->c->share ? 25 : nice_tick(p->max > 0 ? p->max : 1, max_ticks);
	if (tick < 1 && p->max >= 1 && !p->c->share)
		tick = 1; /* messages come whole; means of fewer than one do not */
	for (double v = 0; v <= p->max + tick / 1000; v += tick) {
		double y = plot_y(p, v);
		buf_printf(out, "<path class=\"%s\" d=\"M", v > 0 ? "grid" : "base");
		svg_num(out, p->left);
		buf_byte(out, ' ');
		svg_num(out, y);
		buf_byte(out, 'H');
		svg_num(out, p->right);
		buf_add(out, S("\"/><text class=\"yt\""));
		svg_attr(out, "x", p->left - 6);
		svg_attr(out, "y", y + 4);
		buf_byte(out, '>');
		tick_label(out, v, tick, p->c->share);
		buf_add(out, S("</text>"));
	}
	buf_add(out, S("</g>"));
}

/* Where labels of the x axis end so far, by row. */
struct axis {
	const struct plot *p;
	struct buf *out;
	double end[2];
	int64_t upper; /* the year (or day) last written in the second row */
};

static bool label(struct axis *x, int row, double at, struct str text)
{
	double w = TEXT_PX * (double)text.n;
	if (at < x->end[row] || at + w > (double)x->p->c->width)
		return false;
	svg_text(x->out, "xt", at, x->p->bottom + (row ? ROW_2 : ROW_1), text);
	x->end[row] = at + w + TEXT_PX;
	return true;
}

static void mark(struct axis *x, double at, double length)
{
	buf_add(x->out, S("<path class=\"tick\" d=\"M"));
	svg_num(x->out, at);
	buf_byte(x->out, ' ');
	svg_num(x->out, x->p->bottom);
	buf_byte(x->out, 'v');
	svg_num(x->out, length);
	buf_add(x->out, S("\"/>"));
}

/* A labelled tick: "20 Sep" over "2010", "Sep" over "2010", "06:00" over "20 Sep 2010", "2010". */
static void tick(struct axis *x, double at, int64_t t, enum svg_step step)
{
	char text[48];
	struct civil d = civil_from_time(t);
	const char *month = time_months[d.month - 1];
	int n;
	if (step == STEP_6H)
		n = snprintf(text, sizeof text, "%02d:00", d.hour);
	else if (step == STEP_YEAR)
		n = snprintf(text, sizeof text, "%lld", (long long)d.year);
	else if (step >= STEP_MONTH && d.day == 1)
		n = snprintf(text, sizeof text, "%.3s", month);
	else
		n = snprintf(text, sizeof text, "%d %.3s", d.day, month);
	if (!label(x, 0, at, str_make(text, (size_t)n)))
		return;
	mark(x, at, 5);
	int64_t upper = step == STEP_6H ? time_day(t) : d.year;
	if (step == STEP_YEAR || upper == x->upper)
		return;
	if (step == STEP_6H)
		n = snprintf(text, sizeof text, "%d %.3s %lld", d.day, month, (long long)d.year);
	else
		n = snprintf(text, sizeof text, "%lld", (long long)d.year);
	if (label(x, 1, at, str_make(text, (size_t)n)))
		x->upper = upper;
}

static enum svg_step tick_step(const struct plot *p)
{
	static const double need[STEP_COUNT] = {
		[STEP_6H] = 44, [STEP_DAY] = 54, [STEP_WEEK] = 54, [STEP_MONTH] = 32, [STEP_QUARTER] = 32};
	enum svg_step step = p->c->unit_s < SECONDS_A_DAY ? STEP_6H : STEP_DAY;
	while (step < STEP_YEAR && p->px * (double)step_seconds[step] / (double)p->c->unit_s < need[step])
		step++;
	return step;
}

void plot_x_axis(const struct plot *p, struct buf *out)
{
	const struct chart *c = p->c;
	struct axis x = {.p = p, .out = out, .end = {-1, -1}, .upper = INT64_MIN};
	enum svg_step step = tick_step(p);
	buf_add(out, S("<g class=\"xa\">"));
	for (size_t r = 0; r < c->nruns; r++) {
		size_t first = c->runs[r].first;
		int64_t begin = bucket_time(c, first), end = begin + (int64_t)c->runs[r].n * c->unit_s;
		int64_t k = step_of(begin, step);
		double px_s = p->px / (double)c->unit_s, x0 = plot_x(p, r, first);
		int64_t next = step_start(k, step) == begin ? begin : step_start(++k, step);
		/* The run's own beginning, when the first regular tick is out of its way. */
		if (next > begin && (next >= end || (double)(next - begin) * px_s > 48))
			tick(&x, x0, begin, step == STEP_YEAR && next >= end ? STEP_DAY : step);
		for (; next < end; next = step_start(++k, step))
			tick(&x, x0 + (double)(next - begin) * px_s, next, step);
	}
	buf_add(out, S("</g>"));
}
