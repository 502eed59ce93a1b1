/* report_programmes.c - the report's part on programmes: shares by message and by domain, and which names are one organisation. */
#include <jansson.h>

#include "base/json_read.h"
#include "export/escape.h"
#include "export/report_page.h"
#include "export/report_words.h"
#include "export/svg.h"

enum { ROWS = 25, NAMES = 3, NAME_COLUMNS = 60, TEXT_COLUMNS = 300 };

static double number(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

static void names(struct page *p, const json_t *list)
{
	size_t n = json_array_size(list);
	for (size_t i = 0; i < n && i < NAMES; i++) {
		page_raw(p, i ? ", " : "");
		page_esc(p, json_text_of(json_array_get(list, i), "name"), NAME_COLUMNS);
	}
	if (n > NAMES) {
		page_raw(p, " and ");
		page_count(p, (int64_t)(n - NAMES));
		page_raw(p, " more");
	}
}

static void share_cells(struct page *p, const json_t *o, const char *share, const char *count)
{
	page_raw(p, "</td><td class=\"n\">");
	page_share(p, number(o, share));
	page_raw(p, "</td><td class=\"n more\">");
	page_count(p, (int64_t)number(o, count));
}

static void programme_row(struct page *p, const json_t *o)
{
	page_raw(p, "<tr><td class=\"v\">");
	page_esc(p, json_text_of(o, "name"), NAME_COLUMNS);
	page_raw(p, json_is_true(json_object_get(o, "in_pack")) ? "" : " <small>(in no pack)</small>");
	page_raw(p, "</td><td class=\"b\">");
	svg_bar(number(o, "message_share"), 0, 0, SVG_OTHER, p->out);
	share_cells(p, o, "message_share", "messages");
	share_cells(p, o, "domain_share", "domains");
	page_raw(p, "</td><td class=\"more c\">");
	names(p, json_object_get(o, "brands"));
	page_raw(p, "</td><td class=\"more c\">");
	names(p, json_object_get(o, "engines"));
	page_raw(p, "</td></tr>\n");
}

static size_t refused(const struct page *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->info->n_programmes; i++) {
		json_t *o = json_parse(p->info->programmes[i]), *seed;
		size_t k;
		json_array_foreach(json_object_get(o, "seeds"), k, seed) n += json_is_false(json_object_get(seed, "accepted"));
		json_decref(o);
	}
	return n;
}

static void programme_table(struct page *p)
{
	size_t n = p->info->n_programmes;
	page_table(p, "Programmes, in the whole store", n < ROWS ? n : ROWS, n);
	page_raw(p,
		"<thead><tr><th>programme</th><th></th><th class=\"n\">of messages</th><th class=\"n more\">messages</th>"
		"<th class=\"n\">of domains</th><th class=\"n more\">domains</th><th class=\"more\">brands</th><th class=\"more\">engines</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < n && i < ROWS; i++) {
		json_t *o = json_parse(p->info->programmes[i]);
		programme_row(p, o);
		json_decref(o);
	}
	page_raw(p, "</tbody></table>\n");
	size_t bad = refused(p);
	if (bad) {
		page_raw(p, "<p class=\"note\">");
		page_count(p, (int64_t)bad);
		page_raw(p, " example domains of the packs are not used: not captured, parked, dead, no storefront, or another's "
			    "(<code>trapline programmes --format json</code>).</p>\n");
	}
}

static void alias_rows(struct page *p, const json_t *o)
{
	const json_t *e;
	size_t i;
	page_raw(p, "<h4>");
	page_esc(p, json_text_of(o, "reading"), TEXT_COLUMNS);
	page_raw(p, "</h4>\n<table><thead><tr><th>evidence</th><th class=\"n\">weight</th><th>what</th></tr></thead><tbody>\n");
	json_array_foreach(json_object_get(o, "evidence"), i, e)
	{
		page_raw(p, "<tr><td>");
		page_esc(p, json_text_of(e, "kind"), NAME_COLUMNS);
		buf_printf(p->out, "</td><td class=\"n\">%+.1f</td><td>", number(e, "weight"));
		defang_text(json_text_of(e, "text"), &p->tmp);
		page_esc(p, buf_str(&p->tmp), TEXT_COLUMNS);
		buf_clear(&p->tmp);
		page_raw(p, "</td></tr>\n");
	}
	buf_printf(p->out, "<tr class=\"rest\"><td>log-odds</td><td class=\"n\">%+.1f</td><td>", number(o, "log_odds"));
	page_esc(p, json_text_of(o, "tier"), NAME_COLUMNS);
	page_raw(p, "</td></tr></tbody></table>\n");
}

void report_programmes(struct page *p)
{
	if (!p->info->n_programmes)
		return;
	page_raw(p,
		"<section id=\"programmes\"><h2>Programmes</h2><p>Whom the mail earns for, by captured pages, domains, the message's own words and "
		"its campaign. Shares are of what is named: of the messages whose programme is known, and of their domains. A programme with "
		"much mail may have few domains: the two are different numbers.</p>\n");
	programme_table(p);
	if (p->info->n_aliases)
		page_raw(p,
			"<h3>Which names are one organisation</h3><p>Log-odds by family of evidence, each capped; at least two have to speak for "
			"it. An analyst's decision wins (<code>trapline decide</code>).</p>\n");
	for (size_t i = 0; i < p->info->n_aliases; i++) {
		json_t *o = json_parse(p->info->aliases[i]);
		alias_rows(p, o);
		json_decref(o);
	}
	page_raw(p, "</section>\n");
}
