/* report_tables.c - the report's tables of values, anomalies and feeds, and what is not known. */
#include <stdlib.h>

#include "base/anomaly.h"
#include "base/json_read.h"
#include "base/time.h"
#include "export/escape.h"
#include "export/report_page.h"
#include "export/report_words.h"
#include "export/svg.h"

enum { NAME_COLUMNS = 80, SMALL_ROWS = 10, SOURCES_MAX = 20, NOTE_LINES = 5, TRUST_MAX = 6 };

struct top {
	const char *caption, *head;
	const struct summary_top *t;
	const char *many, *none; /* "other brands", "no brand known" */
	size_t max_rows;
	bool coloured; /* as in the chart above: the first eight have its colours */
	bool host;     /* defang */
	bool range;    /* by feed */
};

static double scale_of(const struct summary_top *t, size_t rows)
{
	double max = 0.0001;
	for (size_t k = 0; k < rows; k++) {
		const struct summary_share *s = &t->v[k].share;
		max = s->all > max ? s->all : max;
		max = s->feeds >= 2 && s->max > max ? s->max : max;
	}
	return max;
}

/* Of hosts, "others" counts pairs of message and host: no share of the messages. */
static void rest(struct page *p, const struct top *t, const char *what, size_t values, int64_t n)
{
	if (n == 0)
		return;
	page_raw(p, "<tr class=\"rest\"><td class=\"v\">");
	if (values) {
		page_count(p, (int64_t)values);
		page_raw(p, " ");
	}
	page_raw(p, what);
	page_raw(p, "</td><td class=\"b\"></td><td class=\"n\">");
	if (!values || !t->host)
		page_share(p, p->s->messages ? (double)n / (double)p->s->messages : 0);
	page_raw(p, "</td><td class=\"n\">");
	page_count(p, n);
	page_raw(p, t->range ? "</td><td class=\"r more\"></td></tr>" : "</td></tr>");
}

static void top_row(struct page *p, const struct top *t, size_t k, double scale)
{
	const struct summary_value *v = &t->t->v[k];
	bool spread = v->share.feeds >= 2;
	page_raw(p, "<tr><td class=\"v\">");
	if (t->host)
		defang_host(v->name, &p->tmp);
	else
		buf_add(&p->tmp, v->name);
	page_esc(p, buf_str(&p->tmp), NAME_COLUMNS);
	buf_clear(&p->tmp);
	page_raw(p, "</td><td class=\"b\">");
	svg_bar(v->share.all / scale, spread && t->range ? v->share.min / scale : 0, spread && t->range ? v->share.max / scale : 0,
		t->coloured && k < SVG_COLOURS ? (int)k + 1 : SVG_OTHER, p->out);
	page_raw(p, "</td><td class=\"n\">");
	page_share(p, v->share.all);
	page_raw(p, "</td><td class=\"n\">");
	page_count(p, v->n);
	if (t->range) {
		page_raw(p, "</td><td class=\"r more\">");
		if (spread)
			buf_printf(p->out, "%.1f to %.1f&nbsp;%%", v->share.min * 100, v->share.max * 100);
	}
	page_raw(p, "</td></tr>\n");
}

static void top_table(struct page *p, const struct top *t)
{
	size_t rows = t->t->n < t->max_rows ? t->t->n : t->max_rows;
	int64_t other = t->t->other;
	double scale = scale_of(t->t, rows);
	for (size_t k = rows; k < t->t->n; k++)
		other += t->t->v[k].n;
	page_table(p, t->caption, rows, t->t->distinct);
	page_raw(p, "<thead><tr><th>");
	page_raw(p, t->head);
	page_raw(p, "</th><th></th><th class=\"n\">share</th><th class=\"n\">messages</th>");
	page_raw(p, t->range ? "<th class=\"more\">lowest to highest feed</th></tr></thead><tbody>\n" : "</tr></thead><tbody>\n");
	for (size_t k = 0; k < rows; k++)
		top_row(p, t, k, scale);
	rest(p, t, t->many, t->t->distinct - rows, t->t->distinct > rows ? other : 0);
	rest(p, t, t->none, 0, t->t->none);
	page_raw(p, "</tbody></table>\n");
}

void report_brands(struct page *p)
{
	const struct summary *s = p->s;
	bool several = s->nfeeds > 1;
	page_raw(p,
		"<section id=\"brands\"><h2>Brands</h2><p>The storefront a message advertises, or the name it impersonates. No brand is a "
		"valid answer.</p>\n");
	report_shares(p, &s->by_brand, "brand", "brand", "brands");
	top_table(p, &(struct top){"Brands", "brand", &s->brands, "other brands", "no brand known", 25, true, false, several});
	if (several)
		page_raw(p,
			"<p class=\"note\">Bar: share over all feeds; line across it: lowest and highest share within one feed.</p>\n");
	if (s->programmes.n)
		top_table(p, &(struct top){"Affiliate programmes", "programme", &s->programmes, "other programmes",
				     "no programme known", 15, false, false, several});
	page_raw(p, "</section>\n");
}

void report_categories(struct page *p)
{
	const struct summary *s = p->s;
	page_raw(p, "<section id=\"categories\"><h2>Categories</h2><p>What the messages are about: the goods, or the lure.</p>\n");
	report_shares(p, &s->by_category, "category", "category", "categories");
	top_table(p, &(struct top){"Categories", "category", &s->categories, "other categories", "no category known", 25, true,
			     false, s->nfeeds > 1});
	page_raw(p, "</section>\n");
}

void report_links(struct page *p)
{
	const struct summary *s = p->s;
	page_raw(p,
		"<section id=\"links\"><h2>Where the links lead</h2><p>Registrable domains of the URLs, by the public suffix list. A message "
		"counts once for each of its domains, so that shares may add up to more than 100&nbsp;%.</p>\n<div class=\"split\"><div>");
	top_table(
		p, &(struct top){"Domains", "domain", &s->domains, "other domains", "no link to a domain", 25, false, true, false});
	page_raw(p, "</div><div>");
	top_table(p, &(struct top){"Top-level domains of the first link", "TLD", &s->tlds, "others", "no link", SMALL_ROWS, false,
			     false, false});
	page_raw(p, "</div></div></section>\n");
}

void report_senders(struct page *p)
{
	const struct summary *s = p->s;
	page_raw(p,
		"<section id=\"senders\"><h2>Who sends, and how it is written</h2><p>Countries are those of the address that handed the "
		"message to the feed's own hosts: of the sending machine, not of its master.</p>\n<div class=\"columns\">");
	const struct top small[] = {
		{"Countries of the sending address", "country", &s->countries, "others", "not known", SMALL_ROWS, false, false,
			false},
		{"Languages, guessed", "language", &s->languages, "others", "unsure", SMALL_ROWS, false, false, false},
		{"Charsets, as declared", "charset", &s->charsets, "others", "none declared", SMALL_ROWS, false, false, false},
		{"Content types", "type", &s->content_types, "others", "none", SMALL_ROWS, false, false, false},
	};
	for (size_t k = 0; k < sizeof small / sizeof *small; k++) {
		if (small[k].t->n == 0)
			continue;
		page_raw(p, "<div>");
		top_table(p, &small[k]);
		page_raw(p, "</div>");
	}
	page_raw(p, "</div>\n<p class=\"note\">");
	page_plural(p, s->with_urls, " message holds URLs, ", " messages hold URLs, ");
	page_count(p, s->with_attachments);
	page_raw(p, " attachments, ");
	page_count(p, s->with_hidden_text);
	page_raw(p, " text that the HTML hides from the reader.</p></section>\n");
}

void report_anomalies(struct page *p)
{
	const struct summary *s = p->s;
	bool told[ANOMALY_COUNT] = {false};
	page_raw(p,
		"<section id=\"anomalies\"><h2>Anomalies</h2><p>Damage and oddities in the mail itself: many are the handwriting of the "
		"software that made it. ");
	page_plural(p, s->no_anomaly, " message (", " messages (");
	words_part(&p->tmp, s->no_anomaly, s->messages);
	page_say(p);
	page_raw(p, s->no_anomaly == 1 ? ") has none.</p>\n" : ") have none.</p>\n");
	if (s->no_anomaly == s->messages) {
		page_raw(p, "</section>\n");
		return;
	}
	page_raw(p, "<table><thead><tr><th>what</th><th class=\"n\">share</th><th class=\"n\">messages</th></tr></thead><tbody>\n");
	for (;;) {
		unsigned best = ANOMALY_COUNT;
		for (unsigned b = 0; b < ANOMALY_COUNT; b++)
			if (!told[b] && s->anomalies[b] > 0 && (best == ANOMALY_COUNT || s->anomalies[b] > s->anomalies[best]))
				best = b;
		if (best == ANOMALY_COUNT)
			break;
		told[best] = true;
		buf_printf(p->out, "<tr><td><code>%s</code> %s</td><td class=\"n\">", anomaly_name(best), anomaly_meaning(best));
		page_share(p, (double)s->anomalies[best] / (double)s->messages);
		page_raw(p, "</td><td class=\"n\">");
		page_count(p, s->anomalies[best]);
		page_raw(p, "</td></tr>\n");
	}
	page_raw(p, "</tbody></table></section>\n");
}

/* The first problems in words, one a line. */
static void notes(struct page *p, struct str note)
{
	struct str line;
	for (int n = 0; n < NOTE_LINES && note.n && str_line(&note, &line); n++) {
		page_raw(p, n ? "<br>" : "");
		page_esc(p, line, 2 * NAME_COLUMNS);
	}
}

static void bad_sources(struct page *p)
{
	const struct summary *s = p->s;
	size_t bad = 0, shown = 0;
	for (size_t k = 0; k < s->nsources; k++)
		bad += s->sources[k].problems > 0 || !s->sources[k].complete;
	if (bad == 0)
		return;
	page_table(p, "Sources with problems", bad < SOURCES_MAX ? bad : SOURCES_MAX, bad);
	page_raw(p, "<thead><tr><th>source</th><th>what</th><th class=\"n\">problems</th></tr></thead><tbody>\n");
	for (size_t k = 0; k < s->nsources && shown < SOURCES_MAX; k++) {
		const struct store_source *src = &s->sources[k];
		if (src->problems == 0 && src->complete)
			continue;
		shown++;
		page_raw(p, "<tr><td>");
		page_esc(p, src->path, 2 * NAME_COLUMNS);
		page_raw(p, "</td><td>");
		if (!src->complete)
			page_raw(p, "not read to the end<br>");
		notes(p, src->note);
		page_raw(p, "</td><td class=\"n\">");
		page_count(p, src->problems);
		page_raw(p, "</td></tr>\n");
	}
	page_raw(p, "</tbody></table>\n");
}

void report_unknown(struct page *p)
{
	page_raw(p, "<section id=\"unknown\"><h2>What is not known</h2><ul class=\"open\">\n");
	for (unsigned k = 0; words_unknown(&p->tmp, p->s, k); k++) {
		if (p->tmp.n == 0)
			continue;
		page_raw(p, "<li>");
		page_say(p);
		page_raw(p, "</li>\n");
	}
	for (size_t i = 0; i < p->info->n_limits; i++) {
		json_t *limit = json_parse(p->info->limits[i]);
		page_raw(p, "<li>");
		page_esc(p, json_text_of(limit, "reading"), 0);
		page_raw(p, "</li>\n");
		json_decref(limit);
	}
	page_raw(p, "</ul>\n");
	bad_sources(p);
	page_raw(p, "</section>\n");
}

static const struct store_feed *declared(const struct page *p, struct str name)
{
	for (size_t k = 0; p->info->feeds && k < p->info->nfeeds; k++)
		if (str_eq(p->info->feeds[k].name, name))
			return &p->info->feeds[k];
	return NULL;
}

static void trust(struct page *p, const struct summary_feed *f)
{
	const struct store_feed *d = declared(p, f->name);
	for (size_t k = 0; d && k < d->trust.n && k < TRUST_MAX; k++) {
		page_raw(p, k ? ", " : "");
		page_esc(p, d->trust.v[k], NAME_COLUMNS);
	}
	if (d && d->trust.n > TRUST_MAX)
		buf_printf(p->out, " and %zu more", d->trust.n - TRUST_MAX);
	bool named = d && d->trust.n;
	page_raw(p, f->trust_guessed ? (named ? " (guessed)" : "guessed") : named ? " (given)" : "given");
}

static void feed_row(struct page *p, const struct summary_feed *f)
{
	page_raw(p, "<tr><td class=\"c\">");
	page_esc(p, f->name.n ? f->name : S("further feeds"), NAME_COLUMNS);
	page_raw(p, f->name_guessed ? " <small>(guessed)</small></td><td class=\"c\">" : "</td><td class=\"c\">");
	page_esc(p, f->kind, NAME_COLUMNS);
	page_raw(p, "</td><td class=\"n\">");
	page_count(p, f->messages);
	page_raw(p, "</td><td class=\"t\">");
	if (f->first != TIME_NONE) {
		char day[TIME_ISO_SIZE];
		time_iso_day(time_day(f->first), day);
		page_raw(p, day);
		time_iso_day(time_day(f->last), day);
		page_raw(p, "<br>");
		page_raw(p, day);
	}
	const int64_t parts[] = {f->time_received, f->brand_known, f->unattributed};
	for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
		page_raw(p, "</td><td class=\"n\">");
		words_part(&p->tmp, parts[k], f->messages);
		page_say(p);
	}
	page_raw(p, "</td><td class=\"n\">");
	page_count(p, f->doubtful);
	page_raw(p, "</td><td class=\"v\">");
	trust(p, f);
	page_raw(p, "</td></tr>\n");
}

void report_feeds(struct page *p)
{
	page_raw(p,
		"<section id=\"feeds\"><h2>Feeds</h2><p>Each feed is a trap or gateway with its own trusted hosts: only the Received headers "
		"that these wrote are believed.</p>\n<div class=\"scroll\"><table><thead><tr><th>feed</th><th>kind</th>"
		"<th class=\"n\">messages</th><th>first, last</th><th class=\"n\">trusted<br>time</th><th class=\"n\">brand<br>known</th>"
		"<th class=\"n\">not at-<br>tributed</th><th class=\"n\">doubtful<br>splits</th><th>trusted hosts</th></tr></thead><tbody>\n");
	for (size_t f = 0; f < p->s->nfeeds; f++)
		feed_row(p, &p->s->feeds[f]);
	page_raw(p, "</tbody></table></div></section>\n");
}
