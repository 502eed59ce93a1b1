/* report_charts.c - the report's charts over time: volume by feed, shares of brands and categories. */
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "export/report_page.h"
#include "export/report_words.h"
#include "export/svg.h"

enum { FEEDS_STACKED = 8, PANELS_MAX = 12 };
enum { WIDE = 1040, WIDE_HEIGHT = 320, SLIM = 350, SLIM_HEIGHT = 240, PANEL = 280, PANEL_HEIGHT = 130 };

static const double HIDE_FROM = 0.66; /* a larger share of messages without a value would press the others flat */

static const char *unit_of(const struct series *t)
{
	return t->unit_s == SECONDS_AN_HOUR ? "messages an hour" : "messages a day";
}

static void all_feeds(struct page *p)
{
	if (p->s->nfeeds == 1)
		words_feeds(&p->tmp, p->s);
	else
		buf_printf(&p->tmp, p->s->feeds_all == 2 ? "both feeds" : "all %lld feeds", (long long)p->s->feeds_all);
}

void page_stack(struct page *p, struct chart *c, const char *id)
{
	char wide[32], slim[32];
	snprintf(wide, sizeof wide, "%sw", id);
	snprintf(slim, sizeof slim, "%sn", id);
	c->id = wide;
	c->width = WIDE;
	c->height = WIDE_HEIGHT;
	c->labels = true;
	page_raw(p, "<div class=\"wide\">");
	svg_stack(c, &p->arena, p->out);
	c->id = slim;
	c->width = SLIM;
	c->height = SLIM_HEIGHT;
	c->labels = false;
	page_raw(p, "</div><div class=\"slim\">");
	svg_stack(c, &p->arena, p->out);
	c->id = NULL;
	if (c->nkeys > 1)
		svg_legend(c->keys, c->nkeys - c->rest_hidden, p->out);
	page_raw(p, "</div>");
}

static void caption(struct page *p, const char *heading)
{
	page_raw(p, "<figure><figcaption><h3>");
	page_raw(p, heading);
	page_raw(p, "</h3><p>");
	page_say(p);
	page_raw(p, "</p></figcaption>");
}

static struct chart chart_of(const struct series *t)
{
	return (struct chart){.unit = unit_of(t),
		.buckets = t->buckets,
		.nbuckets = t->nbuckets,
		.unit_s = t->unit_s,
		.runs = t->runs,
		.nruns = t->nruns};
}

/* Feeds watching in each bucket (at most 255): of all feeds, or of one. NULL: out of memory. */
static uint8_t *watched(struct page *p, const struct series *t, size_t only)
{
	uint8_t *w = arena_zalloc(&p->arena, t->nbuckets, 1);
	for (size_t b = 0; w && b < t->nbuckets; b++)
		for (size_t f = 0; f < t->nfeeds; f++)
			if ((only == STR_NPOS || f == only) && w[b] < 255 && series_watched(t, b, f))
				w[b]++;
	return w;
}

static int by_messages(const void *a, const void *b)
{
	const struct series_feed *x = *(const struct series_feed *const *)a, *y = *(const struct series_feed *const *)b;
	if (x->merged > 1 || y->merged > 1)
		return x->merged > 1 ? 1 : -1; /* there is one at most */
	if (x->messages != y->messages)
		return x->messages > y->messages ? -1 : 1;
	return x < y ? -1 : x > y; /* one array, sorted by name */
}

/* The feeds, largest first, those that are merged last; NULL: out of memory. */
static const struct series_feed **ranked(struct page *p, const struct series *t)
{
	const struct series_feed **order = arena_zalloc(&p->arena, t->nfeeds, sizeof(struct series_feed *));
	for (size_t f = 0; order && f < t->nfeeds; f++)
		order[f] = &t->feeds[f];
	if (order)
		qsort(order, t->nfeeds, sizeof *order, by_messages);
	return order;
}

static struct str feed_name(const struct series_feed *f)
{
	return f->name.n ? f->name : S("(unnamed)");
}

static void volume_chart(struct page *p, const struct series *t, const struct series_feed **order)
{
	struct chart c = chart_of(t);
	struct chart_key keys[FEEDS_STACKED];
	size_t alone = t->nfeeds > FEEDS_STACKED ? FEEDS_STACKED - 1 : t->nfeeds;
	c.nkeys = t->nfeeds > FEEDS_STACKED ? FEEDS_STACKED : t->nfeeds;
	int64_t *v = arena_zalloc(&p->arena, t->nbuckets * c.nkeys, sizeof *v);
	c.watched = watched(p, t, STR_NPOS);
	if (!v || !c.watched) {
		p->out->oom = true;
		return;
	}
	for (size_t k = 0; k < c.nkeys; k++)
		keys[k] = k < alone ? (struct chart_key){feed_name(order[k]), (int)k + 1}
		                    : (struct chart_key){S("all other feeds"), SVG_OTHER};
	for (size_t b = 0; b < t->nbuckets; b++)
		for (size_t f = 0; f < t->nfeeds; f++)
			v[b * c.nkeys + (f < alone ? f : alone)] += series_at(t, b, 0, (size_t)(order[f] - t->feeds));
	c.keys = keys;
	c.values = v;
	c.title = "Messages over time, by feed";
	buf_add(&p->tmp, str_of(t->unit_s == SECONDS_AN_HOUR ? "Messages an hour, " : "Messages a day, "));
	all_feeds(p);
	if (alone < t->nfeeds)
		buf_printf(&p->tmp, ", the largest %zu one by one", alone);
	buf_add(&p->tmp, S(". Hatched: no feed was watching."));
	caption(p, "All feeds together");
	page_stack(p, &c, "volume");
	page_raw(p, "</figure>\n");
}

static void panel(struct page *p, const struct series *t, const struct series_feed *feed, size_t rank)
{
	struct chart c = chart_of(t);
	struct chart_key key = {feed_name(feed), 1};
	char id[32];
	size_t f = (size_t)(feed - t->feeds);
	int64_t *v = arena_zalloc(&p->arena, t->nbuckets, sizeof *v);
	c.watched = watched(p, t, f);
	if (!v || !c.watched) {
		p->out->oom = true;
		return;
	}
	for (size_t b = 0; b < t->nbuckets; b++)
		v[b] = series_at(t, b, 0, f);
	snprintf(id, sizeof id, "feed%zu", rank);
	c.id = id;
	c.title = "Messages of one feed over time";
	c.keys = &key;
	c.nkeys = 1;
	c.values = v;
	c.width = PANEL;
	c.height = PANEL_HEIGHT;
	page_raw(p, "<figure><figcaption><h3>");
	page_esc(p, feed_name(feed), 60);
	page_raw(p, "</h3><p>");
	page_count(p, feed->messages);
	page_raw(p, feed->messages == 1 ? " message" : " messages");
	page_raw(p, "</p></figcaption>");
	svg_panel(&c, &p->arena, p->out);
	page_raw(p, "</figure>");
}

void report_volume(struct page *p)
{
	const struct series *t = &p->s->by_feed;
	page_raw(p,
		"<section id=\"volume\"><h2>Volume</h2><p>How many messages each feed received. Feeds differ in size and in when they "
		"watched: compare a feed with itself first.</p>\n");
	arena_reset(&p->arena);
	if (t->nfeeds == 0 || t->nbuckets == 0) {
		page_raw(p, "<p class=\"nodata\">No dated messages to draw.</p></section>\n");
		return;
	}
	const struct series_feed **order = ranked(p, t);
	if (!order) {
		p->out->oom = true;
		return;
	}
	volume_chart(p, t, order);
	if (t->nfeeds > 1) {
		size_t n = t->nfeeds < PANELS_MAX ? t->nfeeds : PANELS_MAX;
		page_raw(p, "<h3>Feed by feed</h3><p class=\"note\">");
		buf_printf(
			p->out, "%s, each on its own scale", t->unit_s == SECONDS_AN_HOUR ? "Messages an hour" : "Messages a day");
		if (n < t->nfeeds)
			buf_printf(p->out, "; the %zu largest of %lld feeds shown", n, (long long)p->s->feeds_all);
		struct chart c = chart_of(t);
		c.width = PANEL;
		const char *joined = svg_joined(&c);
		if (joined[0])
			buf_printf(p->out, "; %s", joined);
		page_raw(p,
			". Hatched: before the feed's first and after its last message, where nothing is known.</p>\n<div class=\"panels\">");
		for (size_t k = 0; k < n; k++)
			panel(p, t, order[k], k);
		page_raw(p, "</div>\n");
	}
	page_raw(p, "</section>\n");
}

/* The keys that occur; which[] tells where each stands in the series. */
static size_t share_keys(
	const struct series *t, const char *many, const char *none, char *other, size_t room, struct chart_key *keys, size_t *which)
{
	size_t n = 0, values = 0;
	for (size_t k = 0; k < t->nkeys && n < SVG_KEYS_MAX; k++) {
		const struct series_key *key = &t->keys[k];
		if (key->kind == KEY_VALUE)
			values++;
		if (key->total == 0)
			continue;
		if (key->kind == KEY_OTHER)
			snprintf(other, room, "%zu other %s", t->distinct - values, many);
		which[n] = k;
		keys[n++] = key->kind == KEY_VALUE   ? (struct chart_key){key->name, (int)values}
		            : key->kind == KEY_OTHER ? (struct chart_key){str_of(other), SVG_OTHER}
		                                     : (struct chart_key){str_of(none), SVG_NONE};
	}
	return n;
}

void report_shares(struct page *p, const struct series *t, const char *id, const char *one, const char *many)
{
	struct chart c = chart_of(t);
	struct chart_key keys[SVG_KEYS_MAX];
	size_t which[SVG_KEYS_MAX];
	char other[64], none[64], title[64];
	arena_reset(&p->arena);
	snprintf(none, sizeof none, "no %s known", one);
	snprintf(title, sizeof title, "Share of each %s over time", one);
	c.nkeys = share_keys(t, many, none, other, sizeof other, keys, which);
	c.watched = watched(p, t, STR_NPOS);
	int64_t *v = arena_zalloc(&p->arena, t->nbuckets * c.nkeys, sizeof *v);
	if (t->nbuckets == 0 || c.nkeys == 0)
		return;
	if (!v || !c.watched) {
		p->out->oom = true;
		return;
	}
	for (size_t b = 0; b < t->nbuckets; b++)
		for (size_t k = 0; k < c.nkeys; k++)
			v[b * c.nkeys + k] = series_sum(t, b, which[k]);
	c.keys = keys;
	c.values = v;
	c.share = true;
	c.title = title;
	buf_add(&p->tmp, S("Per cent of the messages of each day or longer stretch, "));
	all_feeds(p);
	size_t shown = 0;
	for (size_t k = 0; k < t->nkeys; k++)
		shown += t->keys[k].kind == KEY_VALUE;
	if (shown < t->distinct)
		buf_printf(&p->tmp, "; top %zu of %zu %s shown", shown, t->distinct, many);
	const struct series_key *rest = &t->keys[which[c.nkeys - 1]];
	c.rest_hidden = rest->kind == KEY_NONE && c.nkeys > 1 && (double)rest->total > HIDE_FROM * (double)p->s->messages;
	if (c.rest_hidden) {
		buf_printf(&p->tmp, "; not drawn: %s, ", none);
		words_part(&p->tmp, rest->total, p->s->messages);
	}
	buf_add(&p->tmp, S("."));
	caption(p, title);
	page_stack(p, &c, id);
	page_raw(p, "</figure>\n");
}
