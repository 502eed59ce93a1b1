/* report_changes.c - the findings: the story in five sentences, charts with the changes marked, then all of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/name.h"
#include "base/time.h"
#include "export/report_page.h"
#include "export/svg.h"

enum { STORY = 5, PANELS_MAX = 12, STACKED = 8, MARKS_MAX = 64, LISTED_MAX = 200 };
enum { PANEL = 280, PANEL_HEIGHT = 130 };

/* ---- the story ---- */

size_t report_story(const struct report_info *info, size_t which[STORY])
{
	size_t n = 0;
	for (size_t i = 0; i < info->n_findings; i++) {
		size_t at = n < STORY ? n++ : STORY;
		for (; at > 0 && finding_weight(&info->findings[i]) > finding_weight(&info->findings[which[at - 1]]); at--)
			if (at < STORY)
				which[at] = which[at - 1];
		if (at < STORY)
			which[at] = i;
	}
	for (size_t i = 0; i < n; i++) /* by time: as they are listed */
		for (size_t k = i + 1; k < n; k++)
			if (which[k] < which[i]) {
				size_t t = which[i];
				which[i] = which[k];
				which[k] = t;
			}
	return n;
}

static void story(struct page *p)
{
	size_t which[STORY], n = report_story(p->info, which);
	page_raw(p, "<ul class=\"story\">");
	for (size_t i = 0; i < n; i++) {
		page_raw(p, "<li>");
		buf_add(&p->tmp, p->info->findings[which[i]].reading);
		page_say(p);
		page_raw(p, "</li>");
	}
	page_raw(p, "</ul>\n");
}

/* ---- charts ---- */

static void add_mark(struct chart_mark *m, size_t *n, const struct finding_date *d, struct str text)
{
	if (d->time == TIME_NONE || *n == MARKS_MAX)
		return;
	m[(*n)++] = (struct chart_mark){.at = d->time,
		.lo = d->lo == TIME_NONE ? d->time : d->lo,
		.hi = d->hi == TIME_NONE ? d->time : d->hi,
		.text = text};
}

static bool is_change(const struct finding *f)
{
	return f->kind == FINDING_VOLUME_CHANGE || f->kind == FINDING_CATEGORY_CHANGE || f->kind == FINDING_SWITCH ||
	       f->kind == FINDING_NEW_ENGINE || f->kind == FINDING_DRIFT;
}

enum what { ALL_MAIL, ENGINE, BRAND, CATEGORY };

static bool is_about(const struct finding *f, enum what what, struct str name)
{
	switch (what) {
	case ENGINE:
		return str_eq(f->engine, name);
	case BRAND:
		return str_eq(f->brand, name);
	case CATEGORY:
		return str_eq(f->category, name);
	default:
		return !f->engine.n && !f->programme.n && !f->brand.n && !f->category.n && !f->feed.n;
	}
}

/* The dates of the findings about something. */
static size_t marks_of(const struct page *p, enum what what, struct str name, struct chart_mark *m)
{
	size_t n = 0;
	for (size_t i = 0; i < p->info->n_findings; i++) {
		const struct finding *f = &p->info->findings[i];
		if (!is_change(f) || !is_about(f, what, name))
			continue;
		struct finding_date moment = finding_moment(f);
		add_mark(m, &n, finding_is_sudden(f) ? &moment : &f->start, f->reading);
		if (!finding_is_sudden(f))
			add_mark(m, &n, &f->end, f->reading);
	}
	for (size_t i = 0; i < p->info->n_controls && what == ENGINE && n < MARKS_MAX; i++) {
		const struct observation *o = &p->info->controls[i];
		bool up = o->kind == OBSERVED_CONTROL_UP;
		if (name_same(o->engine, name))
			m[n++] = (struct chart_mark){.kind = up ? MARK_UP : MARK_DOWN,
				.at = o->from + (o->to - o->from) / 2,
				.lo = o->from,
				.hi = o->to,
				.text = up ? S("control servers up, say others") : S("control servers down, say others")};
	}
	return n;
}

static uint8_t *watched(struct page *p, const struct series *t)
{
	uint8_t *w = arena_zalloc(&p->arena, t->nbuckets, 1);
	for (size_t b = 0; w && b < t->nbuckets; b++)
		for (size_t f = 0; f < t->nfeeds; f++)
			w[b] |= series_watched(t, b, f);
	return w;
}

static struct chart chart_of(struct page *p, const struct series *t)
{
	return (struct chart){.unit = t->unit_s == SECONDS_AN_HOUR ? "messages an hour" : "messages a day",
		.buckets = t->buckets,
		.nbuckets = t->nbuckets,
		.unit_s = t->unit_s,
		.runs = t->runs,
		.nruns = t->nruns,
		.watched = watched(p, t)};
}

static size_t keys_of(const struct series *t, struct chart_key *keys, size_t *which)
{
	size_t n = 0, values = 0;
	for (size_t k = 0; k < t->nkeys; k++) {
		const struct series_key *key = &t->keys[k];
		if (key->total == 0 || (key->kind == KEY_VALUE && values == STACKED))
			continue;
		which[n] = k;
		keys[n++] = key->kind == KEY_VALUE   ? (struct chart_key){key->name, (int)++values}
		            : key->kind == KEY_OTHER ? (struct chart_key){S("other engines"), SVG_OTHER}
		                                     : (struct chart_key){S("no engine known"), SVG_NONE};
	}
	return n;
}

/* Messages of each engine; those beyond the first few go to the key of the others. */
static void all_engines(struct page *p)
{
	const struct series *t = p->info->by_engine;
	struct chart_key keys[STACKED + 2];
	struct chart_mark marks[MARKS_MAX];
	size_t which[STACKED + 2];
	struct chart c = chart_of(p, t);
	c.nkeys = keys_of(t, keys, which);
	int64_t *v = arena_zalloc(&p->arena, t->nbuckets * c.nkeys, sizeof *v);
	if (!v || !c.watched) {
		p->out->oom = true;
		return;
	}
	for (size_t b = 0; b < t->nbuckets; b++)
		for (size_t k = 0; k < c.nkeys; k++)
			v[b * c.nkeys + k] = series_sum(t, b, which[k]);
	c.keys = keys;
	c.values = v;
	c.nmarks = marks_of(p, ALL_MAIL, S(""), marks);
	c.marks = marks;
	c.title = "Messages over time, by sending engine";
	page_raw(p,
		"<figure><figcaption><h3>Who sends it</h3><p>Messages a day as received, by engine. Lines are changes of all mail, with the "
		"95&nbsp;% intervals of their dates shaded; an outage of a feed shows as a dip, and is none of them.</p></figcaption>");
	page_stack(p, &c, "engines");
	page_raw(p, "</figure>\n");
}

static void panel(struct page *p, const struct series *t, enum what what, size_t key, size_t number)
{
	struct chart_key one = {t->keys[key].name, 1};
	struct chart_mark marks[MARKS_MAX];
	struct chart c = chart_of(p, t);
	char id[32];
	int64_t *v = arena_zalloc(&p->arena, t->nbuckets, sizeof *v);
	if (!v || !c.watched) {
		p->out->oom = true;
		return;
	}
	for (size_t b = 0; b < t->nbuckets; b++)
		v[b] = series_sum(t, b, key);
	snprintf(id, sizeof id, "changed%d-%zu", (int)what, number);
	c.id = id;
	c.title = "Messages over time, with changes marked";
	c.keys = &one;
	c.nkeys = 1;
	c.values = v;
	c.nmarks = marks_of(p, what, one.name, marks);
	c.marks = marks;
	c.width = PANEL;
	c.height = PANEL_HEIGHT;
	page_raw(p, "<figure><figcaption><h3>");
	page_esc(p, one.name, 40);
	page_raw(p, "</h3></figcaption>");
	svg_panel(&c, &p->arena, p->out);
	page_raw(p, "</figure>");
}

static void panels_begin(struct page *p, enum what what)
{
	static const char *const headings[] = {
		[ENGINE] = "Engines that changed", [BRAND] = "Brands that changed", [CATEGORY] = "Categories that changed"};
	page_raw(p, "<h3>");
	page_raw(p, headings[what]);
	page_raw(p, "</h3><p class=\"note\">Each on its own scale. Lines: when a change began and ended, intervals shaded.");
	if (p->info->n_controls && what == ENGINE)
		page_raw(p,
			" Dashed, with a triangle: control servers down (\xE2\x96\xBC) or up (\xE2\x96\xB2), as others saw them.");
	page_raw(p, "</p>\n<div class=\"panels\">");
}

static void changed(struct page *p, const struct series *t, enum what what)
{
	struct chart_mark marks[MARKS_MAX];
	size_t n = 0;
	for (size_t k = 0; k < t->nkeys; k++)
		if (t->keys[k].kind == KEY_VALUE && marks_of(p, what, t->keys[k].name, marks) && n++ < PANELS_MAX) {
			if (n == 1)
				panels_begin(p, what);
			panel(p, t, what, k, n);
		}
	if (n)
		page_raw(p, "</div>\n");
}

/* ---- the list ---- */

static void put_level(struct page *p, double v)
{
	if (isnan(v))
		return;
	buf_printf(&p->tmp, v > 0 && v < 9.95 ? "%.1f" : "%.0f", v);
	page_say(p);
}

static void row(struct page *p, const struct finding *f)
{
	char day[TIME_ISO_SIZE] = "", id[FINDING_ID_SIZE];
	finding_id(f, id);
	page_raw(p, "<tr id=\"");
	page_raw(p, id);
	page_raw(p, "\"><td class=\"t\">");
	if (f->start.time != TIME_NONE)
		time_iso_day(time_day(f->start.time), day);
	page_raw(p, day);
	page_raw(p, "</td><td class=\"t more kind\">");
	for (const char *c = finding_kind_names[f->kind]; *c; c++)
		buf_byte(p->out, *c == '_' ? ' ' : (uint8_t)*c);
	page_raw(p, "</td><td>");
	buf_add(&p->tmp, f->reading);
	page_say(p);
	page_raw(p, "</td><td class=\"n more\">");
	put_level(p, f->before);
	page_raw(p, "</td><td class=\"n more\">");
	put_level(p, f->after);
	page_raw(p, "</td><td class=\"n more\">");
	buf_printf(&p->tmp, f->confidence >= 0.995 ? ">0.99" : "%.2f", f->confidence);
	page_say(p);
	page_raw(p, "</td><td class=\"t more\"><span class=\"raw\">");
	page_raw(p, id);
	page_raw(p, "</span></td></tr>\n");
}

static void list(struct page *p)
{
	size_t n = p->info->n_findings < LISTED_MAX ? p->info->n_findings : LISTED_MAX;
	page_raw(p, "<div class=\"scroll\">");
	page_table(p, "All findings, by date", n, p->info->n_findings);
	page_raw(p,
		"<thead><tr><th>date</th><th class=\"more kind\">kind</th><th>finding</th><th class=\"n more\">before</th>"
		"<th class=\"n more\">after</th><th class=\"n more\">confidence</th><th class=\"more\">id</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n; i++)
		row(p, &p->info->findings[i]);
	page_raw(p, "</tbody></table></div>\n");
}

void report_changes(struct page *p)
{
	const struct report_info *i = p->info;
	if (!i->analysed)
		return;
	page_raw(p, "<section id=\"changes\"><h2>What changed</h2>");
	arena_reset(&p->arena);
	if (!i->n_findings) {
		page_raw(p,
			"<p>No change of volume, no outage, no switch and no closure was found. A fortnight of mail and thirty messages of a "
			"kind are the least in which one could be.</p></section>\n");
		return;
	}
	page_raw(p,
		"<p>Levels are messages a day over the whole panel of feeds, as if all of them had watched all the time: what a feed missed "
		"is no change.</p>\n");
	story(p);
	report_flows(p);
	if (i->by_engine && i->by_engine->nbuckets) {
		all_engines(p);
		changed(p, i->by_engine, ENGINE);
	}
	if (p->s->by_brand.nbuckets)
		changed(p, &p->s->by_brand, BRAND);
	if (p->s->by_category.nbuckets)
		changed(p, &p->s->by_category, CATEGORY);
	list(p);
	page_raw(p,
		"<p class=\"note\"><code>trapline explain</code> and an id of this table show the evidence of a finding.</p></section>\n");
}
