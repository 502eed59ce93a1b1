/* report_outside.c - what others saw, beside what the mail says: published claims, infected addresses, control servers. */
#include <jansson.h>

#include "base/json_read.h"
#include "base/time.h"
#include "export/report_page.h"
#include "export/svg.h"

enum { ROWS = 40, NAMES = 3, NAME_COLUMNS = 40 };

bool report_has_outside(const struct report_info *i)
{
	return i->n_claims || i->n_controls || i->n_infections || i->n_infected;
}

static void name_or(struct page *p, struct str name, const char *none)
{
	if (name.n)
		page_esc(p, name, NAME_COLUMNS);
	else
		page_raw(p, none);
}

/* ---- claims ---- */

static void claim_row(struct page *p, const struct finding *f)
{
	bool agrees = str_eq(f->verdict, S("agrees")), contradicts = str_eq(f->verdict, S("contradicts"));
	page_raw(p, "<tr><td class=\"t\">");
	page_raw(p, agrees ? "&#10003; agrees" : contradicts ? "&#10007; contradicts" : "? cannot say");
	page_raw(p, "</td><td>");
	buf_add(&p->tmp, f->reading);
	page_say(p);
	page_raw(p, "</td></tr>\n");
}

static void claims(struct page *p)
{
	const struct report_info *i = p->info;
	size_t n = i->n_claims < ROWS ? i->n_claims : ROWS;
	if (!n)
		return;
	page_table(p, "Published shares, and what the traps say", n, i->n_claims);
	page_raw(p, "<thead><tr><th>the mail</th><th>claim</th></tr></thead><tbody>\n");
	for (size_t k = 0; k < n; k++)
		claim_row(p, &i->claims[k]);
	page_raw(p,
		"</tbody></table><p class=\"note\">Intervals are over the trap feeds, and reach from no nameless message being the "
		"subject's to as many as of the others. An overlap in part, one feed, few messages, or a period that the store does not "
		"cover is no verdict.</p>\n");
}

/* ---- infections ---- */

static void names(struct page *p, const json_t *list, const char *name, const char *count, const char *none)
{
	size_t n = json_array_size(list);
	for (size_t i = 0; i < n && i < NAMES; i++) {
		const json_t *o = json_array_get(list, i);
		page_raw(p, i ? ", " : "");
		name_or(p, json_text_of(o, name), none);
		page_raw(p, " ");
		page_count(p, json_int_of(o, count));
	}
	if (n > NAMES) {
		page_raw(p, " and ");
		page_count(p, (int64_t)(n - NAMES));
		page_raw(p, " more");
	}
}

static void number_cell(struct page *p, int64_t n)
{
	page_raw(p, "</td><td class=\"n\">");
	page_count(p, n);
}

static void engine_row(struct page *p, struct str json)
{
	json_t *o = json_parse(json);
	int64_t peers = json_int_of(o, "peers"), infected = json_int_of(o, "infected");
	page_raw(p, "<tr><td>");
	name_or(p, json_text_of(o, "engine"), "(no engine known)");
	number_cell(p, peers);
	number_cell(p, infected);
	page_raw(p, "</td><td class=\"n\">");
	page_share(p, peers ? (double)infected / (double)peers : 0);
	number_cell(p, json_int_of(o, "agree"));
	number_cell(p, json_int_of(o, "otherwise"));
	page_raw(p, "</td><td class=\"more\">");
	names(p, json_object_get(o, "names"), "name", "peers", "not named");
	page_raw(p, "</td></tr>\n");
	json_decref(o);
}

static void name_row(struct page *p, struct str json)
{
	json_t *o = json_parse(json);
	page_raw(p, "<tr><td>");
	name_or(p, json_text_of(o, "name"), "(not named)");
	number_cell(p, json_int_of(o, "addresses"));
	number_cell(p, json_int_of(o, "seen"));
	page_raw(p, "</td><td>");
	names(p, json_object_get(o, "senders"), "engine", "addresses", "no engine known");
	page_raw(p, "</td></tr>\n");
	json_decref(o);
}

static void infections(struct page *p)
{
	const struct report_info *i = p->info;
	size_t n = i->n_infections < ROWS ? i->n_infections : ROWS, m = i->n_infected < ROWS ? i->n_infected : ROWS;
	if (n) {
		page_raw(p, "<div class=\"scroll\">");
		page_table(p, "Peers that others saw infected, by the engine that we name", n, i->n_infections);
		page_raw(p,
			"<thead><tr><th>engine</th><th class=\"n\">peers</th><th class=\"n\">infected</th><th class=\"n\">share</th>"
			"<th class=\"n\">same name</th><th class=\"n\">another engine's</th><th class=\"more\">infected with</th></tr></thead><tbody>\n");
		for (size_t k = 0; k < n; k++)
			engine_row(p, i->infections[k]);
		page_raw(p, "</tbody></table></div>\n");
	}
	if (m) {
		page_table(p, "What the infection is called, and which engine its addresses send with", m, i->n_infected);
		page_raw(p, "<thead><tr><th>infection</th><th class=\"n\">addresses</th><th class=\"n\">of these seen here</th>"
			    "<th>sending with</th></tr></thead><tbody>\n");
		for (size_t k = 0; k < m; k++)
			name_row(p, i->infected[k]);
		page_raw(p,
			"</tbody></table><p class=\"note\">A peer counts as infected when it was reported within two days of its mail: an "
			"address is one machine for a day or two. One address may hold several machines.</p>\n");
	}
}

/* ---- control servers ---- */

static void control_row(struct page *p, const struct observation *o)
{
	char t[TIME_ISO_SIZE];
	time_iso(o->from, t);
	page_raw(p, "<tr><td class=\"t\">");
	buf_add(&p->tmp, str_first(str_of(t), 10));
	if (o->to - o->from < SECONDS_A_DAY)
		buf_printf(&p->tmp, " %.5s", t + 11);
	page_say(p);
	page_raw(p, "</td><td>");
	page_esc(p, o->engine.n ? o->engine : o->programme, NAME_COLUMNS);
	page_raw(p, "</td><td class=\"t\">");
	page_raw(p, o->kind == OBSERVED_CONTROL_UP ? "&#9650; up" : "&#9660; down");
	page_raw(p, "</td><td>");
	page_esc(p, o->source, 0);
	page_raw(p, "</td></tr>\n");
}

static void controls(struct page *p)
{
	const struct report_info *i = p->info;
	size_t n = i->n_controls < ROWS ? i->n_controls : ROWS;
	if (!n)
		return;
	page_table(p, "Control servers, as others saw them", n, i->n_controls);
	page_raw(p, "<thead><tr><th>time</th><th>engine</th><th>servers</th><th>source</th></tr></thead><tbody>\n");
	for (size_t k = 0; k < n; k++)
		control_row(p, &i->controls[k]);
	page_raw(p, "</tbody></table>\n");
}

void report_outside(struct page *p)
{
	if (!report_has_outside(p->info))
		return;
	page_raw(p,
		"<section id=\"outside\"><h2>Outside facts</h2><p>What others saw or published, laid over the mail. None of it is evidence of "
		"ours; <code>trapline observe</code> lists it with its sources.</p>\n");
	claims(p);
	controls(p);
	infections(p);
	page_raw(p, "</section>\n");
}
