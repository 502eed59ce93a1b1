/* report_flow.c - who sent for whom before and after the changes that matter most: two pictures side by side, their numbers below. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "base/time.h"
#include "export/report_page.h"
#include "export/svg.h"
#include "finding/say.h"

enum { FLOWS_SHOWN = 2, NODES_MAX = 16, ROWS_MAX = 40 };
enum {
	WIDE = 452,
	WIDE_LEFT = 124,
	WIDE_LEFT_COLUMNS = 13,
	WIDE_RIGHT = 170,
	WIDE_RIGHT_COLUMNS = 19,
	SLIM = 360,
	SLIM_LEFT = 114,
	SLIM_LEFT_COLUMNS = 11,
	SLIM_RIGHT = 156,
	SLIM_RIGHT_COLUMNS = 17,
	INK = 250
};
static const int64_t APART = 3 * (int64_t)SECONDS_A_DAY; /* changes nearer than that are one */

struct flow {
	const struct finding *finding;
	int64_t from, start, end, until;
	struct chart_key left[NODES_MAX], right[NODES_MAX];
	size_t n_left, n_right;
	double v[2][NODES_MAX * NODES_MAX];
	double neither[2]; /* messages a day without engine and anything known that it advertised: nothing to draw */
};

/* ---- reading the item ---- */

static struct str text_of(struct page *p, const json_t *o, const char *key)
{
	struct str s = arena_dup(&p->arena, json_text_of(o, key));
	p->out->oom |= !s.p;
	return s;
}

/* That of an engine, a programme or a brand; of a category "stock spam". */
static struct str name_of(struct page *p, const json_t *o)
{
	struct buf b;
	struct str name = json_text_of(o, "name");
	if (!json_is_true(json_object_get(o, "category")))
		return text_of(p, o, "name");
	buf_init_arena(&b, &p->arena, KIB);
	say_category(&b, name);
	return buf_str(&b);
}

static int64_t time_of(const json_t *o, const char *key)
{
	int64_t t = 0;
	const char *z = json_string_value(json_object_get(o, key));
	time_parse_iso(str_of(z ? z : ""), &t);
	return t;
}

/* The colour that the engine has in the chart over time. */
static int colour_of(const struct series *t, struct str name)
{
	for (size_t k = 0; t && k < t->nkeys && k < SVG_COLOURS; k++)
		if (t->keys[k].kind == KEY_VALUE && str_eq(t->keys[k].name, name))
			return (int)k + 1;
	return SVG_OTHER;
}

static size_t nodes(struct page *p, const json_t *list, const char *other, const char *none, struct chart_key *out)
{
	size_t n = json_array_size(list) < NODES_MAX ? json_array_size(list) : NODES_MAX;
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);
		const char *rest = json_string_value(json_object_get(o, "rest"));
		if (!rest)
			out[i] = (struct chart_key){name_of(p, o), colour_of(p->info->by_engine, json_text_of(o, "name"))};
		else if (rest[0] == 'o')
			out[i] = (struct chart_key){str_of(other), SVG_OTHER};
		else
			out[i] = (struct chart_key){str_of(none), SVG_NONE};
	}
	return n;
}

static void matrix(const json_t *rows, const struct flow *f, double *out)
{
	for (size_t i = 0; i < f->n_left; i++)
		for (size_t k = 0; k < f->n_right; k++) {
			double v = json_number_value(json_array_get(json_array_get(rows, i), k));
			out[i * f->n_right + k] = v > 0 && v < 1e12 ? v : 0;
		}
}

static double level(const struct flow *f, size_t side, size_t i, bool left)
{
	double sum = 0;
	for (size_t k = 0; k < (left ? f->n_right : f->n_left); k++)
		sum += f->v[side][left ? i * f->n_right + k : k * f->n_right + i];
	return sum;
}

static void set_neither_apart(struct flow *f)
{
	for (size_t side = 0; side < 2; side++) {
		f->neither[side] = 0;
		for (size_t i = 0; i < f->n_left; i++)
			for (size_t k = 0; k < f->n_right; k++)
				if (f->left[i].colour == SVG_NONE && f->right[k].colour == SVG_NONE) {
					f->neither[side] += f->v[side][i * f->n_right + k];
					f->v[side][i * f->n_right + k] = 0;
				}
	}
}

/* Leaves out nodes that nothing goes through on either side. */
static void drop_empty(struct flow *f, bool left)
{
	size_t *n = left ? &f->n_left : &f->n_right, kept = 0, keep[NODES_MAX] = {0}, n_right = f->n_right;
	struct chart_key *keys = left ? f->left : f->right;
	for (size_t i = 0; i < *n; i++)
		if (level(f, 0, i, left) + level(f, 1, i, left) > 0)
			keep[kept++] = i;
	for (size_t i = 0; i < kept; i++)
		keys[i] = keys[keep[i]];
	for (size_t side = 0; side < 2; side++)
		for (size_t i = 0, at = 0; i < (left ? kept : f->n_left); i++)
			for (size_t k = 0; k < (left ? n_right : kept); k++)
				f->v[side][at++] = f->v[side][(left ? keep[i] : i) * n_right + (left ? k : keep[k])];
	*n = kept;
}

static bool read_flow(struct page *p, struct str json, struct flow *f)
{
	json_t *o = json_parse(json);
	f->from = time_of(o, "from");
	f->start = time_of(o, "start");
	f->end = time_of(o, "end");
	f->until = time_of(o, "until");
	f->n_left = nodes(p, json_object_get(o, "engines"), "others", "not known", f->left);
	f->n_right = nodes(p, json_object_get(o, "programmes"), "others", "not known", f->right);
	matrix(json_object_get(o, "before"), f, f->v[0]);
	matrix(json_object_get(o, "after"), f, f->v[1]);
	json_decref(o);
	set_neither_apart(f);
	drop_empty(f, true);
	drop_empty(f, false);
	return f->n_left && f->n_right;
}

/* The item that belongs to a finding; n 0: none. */
static struct str item_of(const struct report_info *info, const struct finding *x)
{
	char id[FINDING_ID_SIZE + 32];
	char bare[FINDING_ID_SIZE];
	finding_id(x, bare);
	int n = snprintf(id, sizeof id, "{\"finding\":\"%s\"", bare);
	for (size_t i = 0; i < info->n_flows; i++)
		if (str_starts(info->flows[i], str_make(id, (size_t)n)))
			return info->flows[i];
	return S("");
}

/* ---- pictures ---- */

static double largest(const struct flow *f)
{
	double sum[2] = {0};
	for (size_t side = 0; side < 2; side++)
		for (size_t i = 0; i < f->n_left; i++)
			sum[side] += level(f, side, i, true);
	return fmax(fmax(sum[0], sum[1]), 1e-9);
}

static double picture(const struct flow *f, size_t side, bool wide, const char *id, struct str title, struct svg_flow *out)
{
	*out = (struct svg_flow){.id = id,
		.title = title,
		.head_left = "engine",
		.head_right = "advertised",
		.left = f->left,
		.right = f->right,
		.n_left = f->n_left,
		.n_right = f->n_right,
		.v = f->v[side],
		.px = INK / largest(f),
		.width = wide ? WIDE : SLIM,
		.columns_left = wide ? WIDE_LEFT_COLUMNS : SLIM_LEFT_COLUMNS,
		.columns_right = wide ? WIDE_RIGHT_COLUMNS : SLIM_RIGHT_COLUMNS,
		.room_left = wide ? WIDE_LEFT : SLIM_LEFT,
		.room_right = wide ? WIDE_RIGHT : SLIM_RIGHT};
	return svg_flow_height(out);
}

static void say_days(struct page *p, int64_t from, int64_t to)
{
	/* the whole days within */
	int64_t first = time_day(from + SECONDS_A_DAY - 1) * SECONDS_A_DAY, last = (time_day(to) - 1) * SECONDS_A_DAY;
	put_date(&p->tmp, first);
	if (last > first) {
		buf_add(&p->tmp, S(" to "));
		put_date(&p->tmp, last);
	}
	page_say(p);
}

static void side_of(struct page *p, const struct flow *f, size_t number, size_t side, bool wide)
{
	struct svg_flow s, other;
	char id[32], title[96];
	snprintf(id, sizeof id, "flow%zu%c%c", number, wide ? 'w' : 'n', side ? 'b' : 'a');
	snprintf(title, sizeof title, "Messages a day by engine and what was advertised, %s the change", side ? "after" : "before");
	double height = picture(f, side, wide, id, str_of(title), &s), beside = picture(f, !side, wide, id, str_of(title), &other);
	page_raw(p, side ? "<div><h4>After <small>" : "<div><h4>Before <small>");
	say_days(p, side ? f->end : f->from, side ? f->until : f->start);
	page_raw(p, "</small></h4>");
	svg_flow(&s, wide ? fmax(height, beside) : height, p->out);
	page_raw(p, "</div>");
}

static void put_moment(struct page *p, const char *what, const struct finding_date *d)
{
	struct civil at = civil_from_time(d->time), lo = civil_from_time(d->lo), hi = civil_from_time(d->hi);
	if (d->time == TIME_NONE)
		return;
	page_raw(p, "<dt>");
	page_raw(p, what);
	page_raw(p, "</dt><dd>");
	buf_printf(&p->tmp, "%d %.3s %lld", at.day, time_months[at.month - 1], (long long)at.year);
	page_say(p);
	if (d->lo != TIME_NONE && d->hi != TIME_NONE && d->lo < d->hi) {
		buf_printf(&p->tmp, "95 %%: %d %.3s %02d:%02d to %d %.3s %02d:%02d", lo.day, time_months[lo.month - 1], lo.hour,
			lo.minute, hi.day, time_months[hi.month - 1], hi.hour, hi.minute);
		page_raw(p, "<small>");
		page_say(p);
		page_raw(p, "</small>");
	}
	page_raw(p, "</dd>");
}

/* Before, the date, after. */
static void sides(struct page *p, const struct flow *f, size_t number, bool wide)
{
	const struct finding *x = f->finding;
	const struct finding_date moment = finding_moment(x);
	bool sudden = finding_is_sudden(x);
	side_of(p, f, number, 0, wide);
	page_raw(p, "<dl class=\"when\">");
	put_moment(p, sudden ? "on" : "from", sudden ? &moment : &x->start);
	if (!sudden)
		put_moment(p, "to", &x->end);
	page_raw(p, "</dl>");
	side_of(p, f, number, 1, wide);
}

/* ---- numbers ---- */

struct edge {
	size_t i, k;
	double before, after;
};

static int by_difference(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;
	double dx = fabs(x->after - x->before), dy = fabs(y->after - y->before);
	if (dx < dy || dx > dy)
		return dx > dy ? -1 : 1;
	return x->i != y->i ? (x->i < y->i ? -1 : 1) : x->k < y->k ? -1 : x->k > y->k;
}

static void cell(struct page *p, double v, bool sign)
{
	page_raw(p, "</td><td class=\"n\">");
	buf_printf(&p->tmp, sign ? "%+.1f" : "%.1f", v);
	page_say(p);
}

static void table(struct page *p, const struct flow *f)
{
	struct edge e[NODES_MAX * NODES_MAX] = {{0}};
	size_t n = 0;
	for (size_t i = 0; i < f->n_left; i++)
		for (size_t k = 0; k < f->n_right; k++) {
			size_t at = i * f->n_right + k;
			if (f->v[0][at] > 0 || f->v[1][at] > 0)
				e[n++] = (struct edge){i, k, f->v[0][at], f->v[1][at]};
		}
	qsort(e, n, sizeof *e, by_difference);
	page_raw(p, "<details><summary>The numbers</summary>");
	page_table(p, "Messages a day, by engine and what was advertised, largest change first", n < ROWS_MAX ? n : ROWS_MAX, n);
	page_raw(p, "<thead><tr><th>engine</th><th>advertised</th><th class=\"n\">before</th><th class=\"n\">after</th>"
		    "<th class=\"n\">change</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n && i < ROWS_MAX; i++) {
		page_raw(p, "<tr><td>");
		page_esc(p, f->left[e[i].i].name, 40);
		page_raw(p, "</td><td>");
		page_esc(p, f->right[e[i].k].name, 40);
		cell(p, e[i].before, false);
		cell(p, e[i].after, false);
		cell(p, e[i].after - e[i].before, true);
		page_raw(p, "</td></tr>\n");
	}
	page_raw(p, "</tbody></table></details>");
}

static void put_flow(struct page *p, const struct flow *f, size_t number)
{
	page_raw(p, "<figure class=\"flows\"><figcaption><h3>Who sent for whom, before and after ");
	put_date(&p->tmp, f->start);
	page_say(p);
	page_raw(p, "</h3><p>");
	buf_add(&p->tmp, f->finding->reading);
	page_say(p);
	page_raw(p, " Widths and numbers are messages a day over the panel of feeds, on one scale.");
	if (f->neither[0] + f->neither[1] >= 0.05) {
		buf_printf(&p->tmp, " Not drawn: %.1f a day before and %.1f after of which neither is known.", f->neither[0],
			f->neither[1]);
		page_say(p);
	}
	page_raw(p, "</p></figcaption>");
	page_raw(p, "<div class=\"wide\"><div class=\"pair\">");
	sides(p, f, number, true);
	page_raw(p, "</div></div><div class=\"slim\">");
	sides(p, f, number, false);
	page_raw(p, "</div>");
	table(p, f);
	page_raw(p, "</figure>\n");
}

void report_flows(struct page *p)
{
	const struct report_info *info = p->info;
	int64_t shown[FLOWS_SHOWN];
	struct flow *f = arena_zalloc(&p->arena, 1, sizeof *f);
	p->out->oom |= !f;
	for (size_t n = 0; f && n < FLOWS_SHOWN; n++) {
		const struct finding *best = NULL;
		for (size_t i = 0; i < info->n_findings; i++) {
			const struct finding *x = &info->findings[i];
			bool near = !item_of(info, x).n;
			for (size_t k = 0; k < n; k++)
				near |= llabs(x->start.time - shown[k]) < APART;
			if (!near && (!best || finding_weight(x) > finding_weight(best)))
				best = x;
		}
		if (!best)
			return;
		shown[n] = best->start.time;
		f->finding = best;
		if (read_flow(p, item_of(info, best), f))
			put_flow(p, f, n);
	}
}
