/* report_engines.c - the report's section on engines: shares over time, who sends for which brand, hosts and days. */
#include "base/time.h"
#include "export/escape.h"
#include "export/report_page.h"

enum { BRANDS = 6, NAME_COLUMNS = 40 };

/* The brands that the listed engines send most for. */
static size_t top_brands(const struct campaign_list *l, struct campaign_value out[BRANDS])
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct campaign_values *v = &l->v[i].words[CAMPAIGN_BRANDS];
		for (size_t k = 0; k < v->n; k++) {
			int64_t sum = 0;
			size_t at = 0;
			for (size_t x = 0; x < l->n; x++)
				for (size_t y = 0; y < l->v[x].words[CAMPAIGN_BRANDS].n; y++)
					if (str_eq(l->v[x].words[CAMPAIGN_BRANDS].v[y].name, v->v[k].name))
						sum += l->v[x].words[CAMPAIGN_BRANDS].v[y].n;
			bool there = false;
			for (size_t x = 0; x < n; x++)
				there |= str_eq(out[x].name, v->v[k].name);
			while (at < n && (out[at].n > sum || (out[at].n == sum && str_cmp(out[at].name, v->v[k].name) < 0)))
				at++;
			if (there || at == BRANDS)
				continue;
			n += n < BRANDS;
			memmove(&out[at + 1], &out[at], (n - at - 1) * sizeof *out);
			out[at] = (struct campaign_value){v->v[k].name, sum};
		}
	}
	return n;
}

static void day(struct page *p, int64_t t)
{
	char iso[TIME_ISO_SIZE] = "";
	if (t != TIME_NONE)
		time_iso_day(t / 86400, iso);
	page_raw(p, "<td class=\"t more\">");
	page_esc(p, str_of(iso), 0);
	page_raw(p, "</td>");
}

static void row(struct page *p, const struct campaign_info *c, const struct campaign_value *brands, size_t n)
{
	const struct campaign_values *v = &c->words[CAMPAIGN_BRANDS];
	page_raw(p, "<tr><td class=\"t\">");
	page_esc(p, c->id, NAME_COLUMNS);
	page_raw(p, "</td><td class=\"n\">");
	page_share(p, p->s->messages ? (double)c->messages / (double)p->s->messages : 0);
	page_raw(p, "</td><td class=\"n\">");
	page_count(p, c->messages);
	page_raw(p, "</td>");
	day(p, c->first);
	day(p, c->last);
	for (size_t b = 0; b < n; b++) {
		page_raw(p, "<td class=\"n\">");
		for (size_t k = 0; k < v->n; k++)
			if (str_eq(v->v[k].name, brands[b].name))
				page_count(p, v->v[k].n);
		page_raw(p, "</td>");
	}
	page_raw(p, "</tr>\n");
}

void report_engines(struct page *p)
{
	const struct campaign_list *l = p->info->engines;
	struct campaign_value brands[BRANDS + 1];
	if (!l || !l->n)
		return;
	size_t n = top_brands(l, brands);
	page_raw(p,
		"<section id=\"engines\"><h2>Engines</h2><p>The software that made and sent a message, told by how it writes: named as it was "
		"learned from captures, or, when nobody knows it, after its fingerprint (engine-\xE2\x80\xA6). Real mail clients are none.</p>\n");
	if (p->info->engine_shares)
		report_shares(p, p->info->engine_shares, "engine", "engine", "engines");
	page_raw(p, "<div class=\"scroll\">");
	page_table(p, "Engines, and the messages that each sent for the brands sent most", l->n, l->distinct);
	page_raw(p,
		"<thead><tr><th>engine</th><th class=\"n\">share</th><th class=\"n\">messages</th><th class=\"more\">first day</th>"
		"<th class=\"more\">last day</th>");
	for (size_t b = 0; b < n; b++) {
		page_raw(p, "<th class=\"n h\">");
		page_esc(p, brands[b].name, NAME_COLUMNS);
		page_raw(p, "</th>");
	}
	page_raw(p, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < l->n; i++)
		row(p, &l->v[i], brands, n);
	page_raw(p,
		"</tbody></table></div>\n<p class=\"note\">An engine's five largest brands are counted; an empty cell may hold a few.</p></section>\n");
}
