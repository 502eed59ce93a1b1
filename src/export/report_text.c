/* report_text.c - the summary for a terminal; see report.h. */
#include <stdlib.h>

#include "base/anomaly.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/time.h"
#include "export/escape.h"
#include "export/report.h"
#include "export/report_page.h"
#include "export/report_words.h"
#include "export/svg.h"
#include "export/width.h"

enum { WIDTH = 80, WIDTH_MIN = 40, NAME = 24, BAR = 20, BRANDS = 5, CATEGORIES = 3, DOMAINS = 3, FEEDS = 4, SPARK_MAX = 48 };

struct sheet {
	struct buf *out;
	struct buf tmp;
	const struct summary *s;
	size_t width;
	bool ascii;
};

static void pad(struct sheet *t, size_t n)
{
	while (n--)
		buf_byte(t->out, ' ');
}

static size_t put(struct sheet *t, struct str s, size_t cap)
{
	return esc_term(s, cap, t->ascii ? ESCAPE_ASCII : 0, t->out);
}

/* tmp as a paragraph, broken at blanks; empties it. */
static void say(struct sheet *t, size_t indent)
{
	pad(t, indent);
	esc_paragraph(buf_str(&t->tmp), indent, t->width, t->ascii ? ESCAPE_ASCII : 0, t->out);
	buf_byte(t->out, '\n');
	buf_clear(&t->tmp);
}

/* 0..1 of BAR columns, in eighths. */
static void bar(struct sheet *t, double v)
{
	static const char *const eighth[] = {"", "\u258F", "\u258E", "\u258D", "\u258C", "\u258B", "\u258A", "\u2589"};
	size_t e = (size_t)(v * BAR * 8 + 0.5), full = e / 8 > BAR ? BAR : e / 8, used = full;
	for (size_t k = 0; k < full; k++)
		buf_add(t->out, t->ascii ? S("#") : S("\u2588"));
	if (full < BAR && e % 8 && !t->ascii) {
		buf_add(t->out, str_of(eighth[e % 8]));
		used++;
	}
	pad(t, BAR - used);
}

static void right(struct sheet *t, size_t width)
{
	size_t n = str_width(buf_str(&t->tmp));
	pad(t, n < width ? width - n : 0);
	buf_add(t->out, buf_str(&t->tmp));
	buf_clear(&t->tmp);
}

static void value_row(struct sheet *t, struct str name, int64_t n, const struct summary_share *share, double scale)
{
	double part = t->s->messages ? (double)n / (double)t->s->messages : 0;
	pad(t, 2);
	size_t w = put(t, name, NAME);
	pad(t, NAME - w + 1);
	bar(t, scale > 0 ? part / scale : 0);
	words_share(&t->tmp, part);
	right(t, 13);
	if (t->width >= 76) {
		put_count(&t->tmp, n);
		right(t, 12);
	}
	if (share && share->feeds >= 2 && t->width >= 100) {
		pad(t, 2);
		words_range(t->out, share);
	}
	buf_byte(t->out, '\n');
}

static void shown(struct sheet *t, size_t n, size_t of)
{
	buf_printf(t->out, " (%zu of ", n);
	put_count(t->out, (int64_t)of);
	buf_add(t->out, S(" shown)"));
}

static void top(struct sheet *t, const char *title, const char *none, const struct summary_top *v, size_t max, bool host)
{
	size_t n = v->n < max ? v->n : max;
	if (v->n == 0)
		return;
	buf_add(t->out, str_of(title));
	if (n < v->distinct)
		shown(t, n, v->distinct);
	buf_byte(t->out, '\n');
	double scale = v->v[0].share.all;
	if (none && t->s->messages && (double)v->none / (double)t->s->messages > scale)
		scale = (double)v->none / (double)t->s->messages;
	for (size_t k = 0; k < n; k++) {
		struct buf name;
		buf_init(&name, 8192);
		if (host)
			defang_host(v->v[k].name, &name);
		else
			buf_add(&name, v->v[k].name);
		value_row(t, buf_str(&name), v->v[k].n, &v->v[k].share, scale);
		t->out->oom |= name.oom;
		buf_free(&name);
	}
	if (none && v->none)
		value_row(t, str_of(none), v->none, NULL, scale);
}

/* A feed's course in at most max columns: the mean of each stretch, of its own highest; a dot where it did not watch. */
static void spark(struct sheet *t, size_t feed, size_t max)
{
	static const char *const level[] = {"\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
	static const char ascii[] = "_.:-=+*#";
	const struct series *d = &t->s->by_feed;
	size_t cols = d->nbuckets < max ? d->nbuckets : max;
	double v[SPARK_MAX], high = 0;
	for (size_t c = 0; c < cols; c++) {
		size_t from = c * d->nbuckets / cols, to = (c + 1) * d->nbuckets / cols, watched = 0;
		v[c] = 0;
		for (size_t b = from; b < to; b++)
			if (series_watched(d, b, feed)) {
				watched++;
				v[c] += series_at(d, b, 0, feed);
			}
		v[c] = watched ? v[c] / (double)watched : -1;
		high = v[c] > high ? v[c] : high;
	}
	for (size_t c = 0; c < cols; c++) {
		size_t k = high > 0 && v[c] > 0 ? (size_t)(v[c] / high * 7.999) : 0;
		if (v[c] < 0)
			buf_byte(t->out, ' ');
		else if (t->ascii)
			buf_byte(t->out, v[c] > 0 ? (uint8_t)ascii[k] : ' ');
		else
			buf_add(t->out, v[c] > 0 ? str_of(level[k]) : S("\u00B7"));
	}
}

static int64_t alone(const struct summary_feed *f)
{
	return f->merged > 1 ? -1 : f->messages;
}

/* The largest feeds, in order of their names; not those that are merged. */
static bool is_large(const struct summary *s, size_t feed)
{
	size_t larger = 0;
	int64_t n = alone(&s->feeds[feed]);
	for (size_t f = 0; f < s->nfeeds; f++)
		larger += alone(&s->feeds[f]) > n || (f < feed && alone(&s->feeds[f]) == n);
	return larger < FEEDS;
}

static void feeds(struct sheet *t)
{
	const struct summary *s = t->s;
	buf_add(t->out, S("Feeds: messages over time, each on its own scale"));
	if (s->nfeeds > FEEDS)
		shown(t, FEEDS, (size_t)s->feeds_all);
	buf_byte(t->out, '\n');
	for (size_t f = 0; f < s->nfeeds; f++) {
		if (!is_large(s, f))
			continue;
		pad(t, 2);
		size_t w = put(t, s->feeds[f].name, NAME);
		pad(t, NAME - w);
		put_count(&t->tmp, s->feeds[f].messages);
		right(t, 11);
		pad(t, 2);
		if (t->width > NAME + 17)
			spark(t, f, t->width - NAME - 16 < SPARK_MAX ? t->width - NAME - 16 : SPARK_MAX);
		buf_byte(t->out, '\n');
	}
}

static void unknown(struct sheet *t, const struct report_info *info)
{
	const struct summary *s = t->s;
	int64_t problems = 0, guessed = s->trusts_guessed, bounces = s->anomalies[ANOMALY_BIT_bounce];
	for (size_t k = 0; k < s->nsources; k++)
		problems += s->sources[k].problems > 0 || !s->sources[k].complete;
	buf_add(&t->tmp, S("Not known: "));
	words_part(&t->tmp, s->unattributed, s->messages);
	buf_add(&t->tmp, S(" neither brand nor category; "));
	words_part(&t->tmp, s->messages - s->time_received, s->messages);
	buf_add(&t->tmp, S(" without a trusted time ("));
	put_count(&t->tmp, s->undated);
	buf_add(&t->tmp, S(" without any"));
	if (s->stray) {
		buf_add(&t->tmp, S(", "));
		put_count(&t->tmp, s->stray);
		buf_add(&t->tmp, S(" far from all others"));
	}
	buf_add(&t->tmp, S("); "));
	put_count(&t->tmp, s->doubtful);
	buf_add(&t->tmp, S(" doubtful splits; "));
	if (bounces) {
		put_count(&t->tmp, bounces);
		buf_add(&t->tmp, bounces == 1 ? S(" bounce, of no engine; ") : S(" bounces, of no engine; "));
	}
	put_count(&t->tmp, problems);
	buf_add(&t->tmp, problems == 1 ? S(" source with problems") : S(" sources with problems"));
	if (guessed) {
		buf_add(&t->tmp, S("; trust guessed for "));
		put_count(&t->tmp, guessed);
		buf_add(&t->tmp, guessed == 1 ? S(" feed (--trust names its hosts)") : S(" feeds (--trust names their hosts)"));
	}
	buf_byte(&t->tmp, '.');
	say(t, 0);
	for (size_t i = 0; i < info->n_limits; i++) {
		json_t *limit = json_parse(info->limits[i]);
		buf_add(&t->tmp, json_text_of(limit, "reading"));
		json_decref(limit);
		say(t, 0);
	}
}

/* The story in five sentences. */
static void changes(struct sheet *t, const struct report_info *info)
{
	size_t which[5], n = report_story(info, which);
	if (!n)
		return;
	buf_add(t->out, S("\nWhat changed"));
	if (n < info->n_findings)
		shown(t, n, info->n_findings);
	buf_byte(t->out, '\n');
	for (size_t i = 0; i < n; i++) {
		buf_add(&t->tmp, info->findings[which[i]].reading);
		say(t, 2);
	}
}

int report_text(const struct summary *s, const struct report_info *info, const struct report_text_opts *opts, struct buf *out)
{
	struct sheet t = {.out = out, .s = s, .width = opts->width ? opts->width : WIDTH, .ascii = opts->ascii};
	buf_init(&t.tmp, MIB);
	if (t.width < WIDTH_MIN)
		t.width = WIDTH_MIN;
	words_headline(&t.tmp, s);
	say(&t, 0);
	words_deck(&t.tmp, s);
	say(&t, 0);
	if (info->filter.n) {
		buf_add(&t.tmp, S("Narrowed to "));
		buf_add(&t.tmp, info->filter);
		say(&t, 0);
	}
	changes(&t, info);
	buf_byte(out, '\n');
	top(&t, "Brands", "(no brand known)", &s->brands, BRANDS, false);
	top(&t, "Categories", "(no category known)", &s->categories, CATEGORIES, false);
	top(&t, "Linked domains", NULL, &s->domains, DOMAINS, true);
	if (s->nfeeds)
		feeds(&t);
	buf_byte(out, '\n');
	if (s->messages)
		unknown(&t, info);
	out->oom |= t.tmp.oom;
	buf_free(&t.tmp);
	return buf_ok(out) ? 0 : -1;
}
