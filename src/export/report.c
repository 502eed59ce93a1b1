/* report.c - the frame of the HTML report; see report.h. */
#include "export/report.h"

#include "base/limits.h"
#include "base/time.h"
#include "export/assets.h"
#include "export/report_page.h"
#include "export/report_words.h"

#define PAGE_WORK (64 * MIB) /* values of the widest chart: LIM_SERIES_BUCKETS x LIM_SERIES_FEEDS */

static void head(struct page *p)
{
	page_raw(p,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
		"base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"format-detection\" content=\"telephone=no\">\n<title>");
	words_headline(&p->tmp, p->s);
	page_say(p);
	page_raw(p, " - trapline</title>\n<style>\n");
	buf_add(p->out, asset_report_css);
	page_raw(p, "</style>\n</head>\n<body>\n");
}

static void figure(struct page *p, const char *name)
{
	page_raw(p, "<div><dt>");
	page_raw(p, name);
	page_raw(p, "</dt><dd>");
}

static void figures(struct page *p)
{
	const struct summary *s = p->s;
	double rate = words_rate(s);
	page_raw(p, "<dl class=\"figures\">");
	figure(p, "Messages");
	page_count(p, s->messages);
	page_raw(p, "<small>");
	if (rate >= 1) {
		page_raw(p, "about ");
		page_count(p, (int64_t)(rate + 0.5));
		page_raw(p, " a day");
	}
	page_raw(p, "</small></dd></div>");
	figure(p, "Brand known");
	words_part(&p->tmp, s->brand_known, s->messages);
	page_say(p);
	page_raw(p, "<small>");
	if (words_range(&p->tmp, &s->brand_known_share))
		page_say(p);
	page_raw(p, "</small></dd></div>");
	figure(p, "Not attributed");
	words_part(&p->tmp, s->unattributed, s->messages);
	page_say(p);
	page_raw(p, "<small>neither brand nor category</small></dd></div>");
	figure(p, "Time by a trusted host");
	words_part(&p->tmp, s->time_received, s->messages);
	page_say(p);
	page_raw(p, "<small>");
	if (s->undated)
		page_count(p, s->undated);
	page_raw(p, s->undated ? " without any time" : "all have some time");
	page_raw(p, "</small></dd></div>");
	figure(p, "Linked domains");
	page_count(p, (int64_t)s->domains.distinct);
	page_raw(p, "<small>in ");
	page_plural(p, s->with_urls, " message with URLs", " messages with URLs");
	page_raw(p, "</small></dd></div></dl>\n");
}

static void header(struct page *p)
{
	page_raw(p, "<header>\n<p class=\"kicker\">Spam traps");
	int64_t first, last;
	if (words_span(p->s, &first, &last)) {
		page_raw(p, " &middot; ");
		words_period(&p->tmp, first, last);
		page_say(p);
	}
	page_raw(p, "</p>\n<h1>");
	words_headline(&p->tmp, p->s);
	page_say(p);
	page_raw(p, "</h1>\n<p class=\"deck\">");
	words_deck(&p->tmp, p->s);
	page_say(p);
	page_raw(p, "</p>\n");
	if (p->info->filter.n) {
		page_raw(p, "<p class=\"note\">Narrowed to ");
		page_esc(p, p->info->filter, 0);
		page_raw(p, ".</p>\n");
	}
	figures(p);
	page_raw(p, "</header>\n<nav aria-label=\"Contents\"><ul>");
	if (p->info->analysed)
		page_raw(p, "<li><a href=\"#changes\">What changed</a></li>");
	if (report_has_outside(p->info))
		page_raw(p, "<li><a href=\"#outside\">Outside facts</a></li>");
	page_raw(p, "<li><a href=\"#volume\">Volume</a></li><li><a href=\"#brands\">Brands</a></li>");
	page_raw(p, p->info->n_programmes ? "<li><a href=\"#programmes\">Programmes</a></li>" : "");
	page_raw(p, "<li><a href=\"#categories\">Categories</a></li>");
	page_raw(p, p->info->engines && p->info->engines->n ? "<li><a href=\"#engines\">Engines</a></li>" : "");
	page_raw(p, p->info->ncampaigns ? "<li><a href=\"#campaigns\">Campaigns</a></li>" : "");
	page_raw(p, "<li><a href=\"#links\">Domains</a></li>"
		    "<li><a href=\"#senders\">Senders</a></li><li><a href=\"#anomalies\">Anomalies</a></li>"
		    "<li><a href=\"#unknown\">Not known</a></li><li><a href=\"#feeds\">Feeds</a></li>"
		    "<li><a href=\"#messages\">Messages</a></li></ul></nav>\n");
}

static void fact(struct page *p, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	page_raw(p, "<dt>");
	page_raw(p, name);
	page_raw(p, "</dt><dd>");
	page_esc(p, value, 0);
	page_raw(p, "</dd>");
}

static void footer(struct page *p)
{
	const struct report_info *i = p->info;
	char iso[TIME_ISO_SIZE];
	page_raw(p, "<footer><dl class=\"facts\">");
	fact(p, "Made by", S("trapline"));
	fact(p, "Version", str_of(i->version));
	if (i->made_at != TIME_NONE) {
		time_iso(i->made_at, iso);
		fact(p, "Made at", str_of(iso));
	}
	fact(p, "Command", i->command);
	fact(p, "Store", i->store);
	fact(p, "Packs", i->pack_hash);
	fact(p, "Public suffix list", i->psl_version);
	page_raw(p,
		"<dt>Reading it</dt><dd>All times are UTC. Shares are of messages, not of domains; a range is the lowest and the highest "
		"share within one feed of at least 30 messages. What comes from a message is shown escaped, URLs are defanged");
	page_raw(p, i->reveal ? "." : ", trap addresses and what carries them are masked.");
	page_raw(p, "</dd></dl></footer>\n</body>\n</html>\n");
}

int report_html(const struct summary *s, const struct report_info *info, struct buf *out)
{
	struct page p = {.out = out, .s = s, .info = info};
	buf_init(&p.tmp, MIB);
	arena_init(&p.arena, PAGE_WORK);
	head(&p);
	header(&p);
	page_raw(&p, "<main>\n");
	report_changes(&p);
	report_outside(&p);
	report_volume(&p);
	report_brands(&p);
	report_programmes(&p);
	report_categories(&p);
	report_engines(&p);
	report_campaigns(&p);
	report_links(&p);
	report_senders(&p);
	report_anomalies(&p);
	report_unknown(&p);
	report_feeds(&p);
	report_message_list(&p);
	report_messages(&p);
	page_raw(&p, "</main>\n");
	footer(&p);
	buf_free(&p.tmp);
	arena_free(&p.arena);
	return buf_ok(out) ? 0 : -1;
}
