/* report_campaigns.c - the report's section on campaigns: the largest, each with its template, days, senders and links. */
#include "base/limits.h"
#include "base/time.h"
#include "export/escape.h"
#include "export/report_page.h"
#include "export/report_words.h"
#include "export/svg.h"

enum { NAME_COLUMNS = 60, SUBJECT_COLUMNS = 160, TEMPLATE_COLUMNS = 1200, SPARK_HEIGHT = 24 };

/* Columns over the time of all campaigns shown, to its own scale. */
static void spark(struct page *p, const int64_t *bins)
{
	int64_t most = 1;
	for (size_t i = 0; i < CAMPAIGN_BINS; i++)
		most = bins[i] > most ? bins[i] : most;
	buf_printf(p->out,
		"<svg class=\"spark\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path class=\"k1\" d=\"",
		CAMPAIGN_BINS * 10, SPARK_HEIGHT);
	for (size_t i = 0; i < CAMPAIGN_BINS; i++) {
		double h = (double)bins[i] / (double)most * SPARK_HEIGHT;
		if (bins[i])
			buf_printf(p->out, "M%zu %dv-%.1fh9v%.1fz", i * 10, SPARK_HEIGHT, h < 1 ? 1 : h, h < 1 ? 1 : h);
	}
	page_raw(p, "\"/></svg>");
}

/* Names with their messages. hosts are defanged. */
static void names(struct page *p, const char *what, const struct campaign_values *v, bool hosts)
{
	if (!v->n)
		return;
	page_raw(p, "<dt>");
	page_raw(p, what);
	page_raw(p, "</dt><dd>");
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			page_raw(p, ", ");
		if (hosts)
			defang_host(v->v[i].name, &p->tmp);
		else
			buf_add(&p->tmp, v->v[i].name);
		page_esc(p, buf_str(&p->tmp), NAME_COLUMNS);
		buf_clear(&p->tmp);
		if (v->distinct > 1) {
			page_raw(p, " <span>");
			page_count(p, v->v[i].n);
			page_raw(p, "</span>");
		}
	}
	if (v->distinct > v->n) {
		page_raw(p, " <span>and ");
		page_count(p, (int64_t)(v->distinct - v->n));
		page_raw(p, " more</span>");
	}
	page_raw(p, "</dd>");
}

static void shared_text(struct page *p, const char *what, struct str text, size_t columns)
{
	if (!text.n)
		return;
	page_raw(p, "<dt>");
	page_raw(p, what);
	page_raw(p, "</dt><dd class=\"raw\">");
	defang_text(text, &p->tmp);
	page_esc(p, buf_str(&p->tmp), columns);
	buf_clear(&p->tmp);
	page_raw(p, "</dd>");
}

static void date(struct page *p, int64_t t)
{
	char iso[TIME_ISO_SIZE];
	time_iso(t, iso);
	buf_printf(p->out, "%.10s", iso);
}

static void campaign(struct page *p, const struct report_campaign *r)
{
	const struct campaign_info *c = r->info;
	page_raw(p, "<article><h3>");
	page_esc(p, c->id, 0);
	page_raw(p, "</h3><p class=\"meta\">");
	page_plural(p, c->messages, " message", " messages");
	if (c->first != TIME_NONE) {
		page_raw(p, ", ");
		date(p, c->first);
		page_raw(p, " to ");
		date(p, c->last);
	}
	page_raw(p, "</p>");
	spark(p, c->bins);
	page_raw(p, "<dl class=\"facts\">");
	shared_text(p, r->is_template ? "Subject, slots in place" : "Subject of one", r->subject, SUBJECT_COLUMNS);
	shared_text(p, "Text, slots in place", r->text, TEMPLATE_COLUMNS);
	names(p, "Brands", &c->words[CAMPAIGN_BRANDS], false);
	names(p, "Programmes", &c->words[CAMPAIGN_PROGRAMMES], false);
	names(p, "Engines", &c->words[CAMPAIGN_ENGINES], false);
	names(p, "Domains", &c->words[CAMPAIGN_DOMAINS], true);
	names(p, "Countries", &c->words[CAMPAIGN_COUNTRIES], false);
	names(p, "Feeds", &c->words[CAMPAIGN_FEEDS], false);
	page_raw(p, "</dl></article>\n");
}

void report_campaigns(struct page *p)
{
	const struct report_info *info = p->info;
	if (!info->ncampaigns)
		return;
	page_raw(p,
		"<section id=\"campaigns\"><h2>Campaigns</h2><p>Messages made from one template, told by their texts, the numbers and "
		"names these state, links, subjects and images. ");
	page_plural(p, (int64_t)info->campaigns_distinct, " campaign holds ", " campaigns hold ");
	page_plural(p, info->in_campaigns, " message", " messages");
	if (info->ncampaigns < info->campaigns_distinct) {
		page_raw(p, "; the ");
		page_plural(p, (int64_t)info->ncampaigns, " largest is shown", " largest are shown");
	}
	page_raw(p, ". Columns: messages over the time of these, each to its own scale.</p>\n");
	for (size_t i = 0; i < info->ncampaigns; i++)
		campaign(p, &info->campaigns[i]);
	page_raw(p, "</section>\n");
}
