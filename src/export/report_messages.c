/* report_messages.c - the sample of messages, and for each the evidence: what matched, and where. */
#include <jansson.h>

#include "base/anomaly.h"
#include "base/ip.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/time.h"
#include "export/escape.h"
#include "export/message_json.h"
#include "export/report_page.h"
#include "export/svg.h"

enum { SUBJECT_COLUMNS = 110, TEXT_COLUMNS = 400, URL_COLUMNS = 240, URLS_MAX = 12, EVIDENCE_MAX = 40, ID_SHORT = 12 };

/* One message under way. */
struct letter {
	struct page *p;
	const struct row *r;
	struct mask mask;
	size_t number;
};

static void anchor(struct letter *l)
{
	char hex[SHA256_HEX];
	hex_encode(l->r->id, SHA256_BYTES, hex);
	buf_printf(l->p->out, "m%zu-%.*s", l->number, ID_SHORT, hex);
}

/* Text of the message: masked, then escaped. */
static void text(struct letter *l, struct str s, size_t columns)
{
	struct page *p = l->p;
	if (p->info->reveal)
		buf_add(&p->tmp, s);
	else
		mask_tokens(&l->mask, s, &p->tmp);
	page_esc(p, buf_str(&p->tmp), columns);
	p->out->oom |= p->tmp.oom;
	buf_clear(&p->tmp);
}

static void subject(struct letter *l, size_t columns)
{
	if (str_trim(l->r->subject).n)
		text(l, l->r->subject, columns);
	else
		page_raw(l->p, "(no subject)");
}

static void short_time(struct page *p, int64_t t)
{
	char iso[TIME_ISO_SIZE];
	if (t == TIME_NONE) {
		page_raw(p, "no time");
		return;
	}
	time_iso(t, iso);
	buf_printf(p->out, "%.10s", iso);
	buf_printf(p->out, "<span class=\"more\"> %.5s</span>", iso + 11);
}

static void list_row(struct letter *l)
{
	struct page *p = l->p;
	page_raw(p, "<tr><td class=\"t\">");
	short_time(p, l->r->time);
	page_raw(p, "</td><td class=\"v\"><a href=\"#");
	anchor(l);
	page_raw(p, "\">");
	subject(l, SUBJECT_COLUMNS);
	page_raw(p, "</a></td><td class=\"c\">");
	page_esc(p, l->r->brand.n ? l->r->brand : S("\xE2\x80\x93"), 40);
	page_raw(p, "</td><td class=\"c more\">");
	page_esc(p, l->r->category.n ? l->r->category : S("\xE2\x80\x93"), 40);
	page_raw(p, "</td><td class=\"f more\">");
	page_esc(p, l->r->feed, 40);
	page_raw(p, "</td></tr>\n");
}

static void begin(struct letter *l, struct page *p, size_t k)
{
	l->p = p;
	l->r = &p->info->messages[k];
	l->number = k + 1;
	mask_of_row(&l->mask, l->r);
}

void report_message_list(struct page *p)
{
	struct letter l;
	bool all = p->info->nmessages == (size_t)p->s->messages;
	page_raw(p, "<section id=\"messages\"><h2>Messages</h2><p>");
	page_raw(p, all ? "All of them" : "A sample");
	if (p->info->sample && !all) {
		page_raw(p, ": ");
		page_esc(p, str_of(p->info->sample), 0);
	}
	page_raw(p, ". Each subject leads to what is known about that message, and why.</p>\n");
	page_table(p, "", p->info->nmessages, (size_t)p->s->messages);
	page_raw(p,
		"<thead><tr><th>time</th><th>subject</th><th>brand</th><th class=\"more\">category</th><th class=\"more\">feed</th></tr>"
		"</thead><tbody>\n");
	for (size_t k = 0; k < p->info->nmessages; k++) {
		begin(&l, p, k);
		list_row(&l);
	}
	page_raw(p, "</tbody></table></section>\n");
}

/* ---- one message ---- */

static void term(struct letter *l, const char *name)
{
	page_raw(l->p, "<dt>");
	page_raw(l->p, name);
	page_raw(l->p, "</dt><dd>");
}

static void fact(struct letter *l, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	term(l, name);
	text(l, value, TEXT_COLUMNS);
	page_raw(l->p, "</dd>");
}

static void addresses(struct letter *l, const char *name, const struct strs *list)
{
	struct page *p = l->p;
	if (list->n == 0)
		return;
	term(l, name);
	for (size_t k = 0; k < list->n; k++) {
		page_raw(p, k ? ", " : "");
		if (p->info->reveal)
			buf_add(&p->tmp, list->v[k]);
		else
			mask_addr(list->v[k], &p->tmp);
		page_esc(p, buf_str(&p->tmp), 100);
		buf_clear(&p->tmp);
	}
	page_raw(p, "</dd>");
}

static void named(struct letter *l, const char *name, struct str value, double confidence)
{
	if (value.n == 0)
		return;
	term(l, name);
	page_esc(l->p, value, 100);
	buf_printf(l->p->out, " <span>confidence %.2f</span></dd>", confidence);
}

static void when_and_who(struct letter *l)
{
	const struct row *r = l->r;
	struct page *p = l->p;
	char t[TIME_ISO_SIZE], ip[IP_TEXT_SIZE];
	struct str from = S("from_line");
	if (r->time != TIME_NONE) {
		time_iso(r->time, t);
		term(l, "Time");
		page_raw(p, t);
		page_raw(p, " <span>");
		if (str_eq(r->time_source, S("received"))) {
			page_raw(p, "recorded by ");
			page_esc(p, r->received_by.n ? r->received_by : S("a trusted host"), 80);
		} else {
			page_raw(p, str_eq(r->time_source, from) ? "from the mailbox's From_ line: not trusted"
								 : "the sender's Date: not trusted");
		}
		page_raw(p, "</span></dd>");
	}
	ip_text(r->ip, ip);
	if (ip[0]) {
		term(l, "Sent by");
		page_raw(p, ip);
		if (r->country.n) {
			page_raw(p, " (");
			page_esc(p, r->country, 8);
			page_raw(p, ")");
		}
		page_raw(p, r->helo.n ? " <span>calling itself</span> " : "");
		text(l, r->helo, 100);
		page_raw(p, r->rdns.n ? " <span>known as</span> " : "");
		text(l, r->rdns, 100);
		page_raw(p, "</dd>");
	}
	if (r->from_addr.n || r->from_name.n) {
		term(l, "From");
		text(l, r->from_name, 120);
		page_raw(p, r->from_name.n ? " &lt;" : "&lt;");
		text(l, r->from_addr, 160);
		page_raw(p, "&gt;</dd>");
	}
	fact(l, "Reply to", r->reply_to);
	addresses(l, "To", &r->to);
	addresses(l, "Envelope to", &r->rcpt_to);
}

static void url(struct letter *l, struct str u)
{
	struct page *p = l->p;
	struct buf masked;
	buf_init(&masked, MIB);
	if (p->info->reveal)
		buf_add(&masked, u);
	else
		mask_tokens(&l->mask, u, &masked);
	defang_url(buf_str(&masked), &p->tmp);
	page_raw(p, "<span class=\"raw\">");
	page_esc(p, buf_str(&p->tmp), URL_COLUMNS);
	page_raw(p, "</span>");
	p->out->oom |= masked.oom || p->tmp.oom;
	buf_free(&masked);
	buf_clear(&p->tmp);
}

static void urls(struct letter *l)
{
	const struct strs *list = &l->r->urls;
	if (list->n == 0)
		return;
	size_t there = (size_t)l->r->n_urls > list->n ? (size_t)l->r->n_urls : list->n;
	size_t shown = list->n < URLS_MAX ? list->n : URLS_MAX;
	term(l, "Links");
	for (size_t k = 0; k < shown; k++) {
		page_raw(l->p, k ? "<br>" : "");
		url(l, list->v[k]);
	}
	if (shown < there)
		buf_printf(l->p->out, "<br><span>%zu of %zu shown</span>", shown, there);
	page_raw(l->p, "</dd>");
}

static void anomalies(struct letter *l)
{
	bool any = false;
	for (unsigned b = 0; b < ANOMALY_COUNT; b++) {
		if (!((uint64_t)l->r->anomalies >> b & 1))
			continue;
		if (!any)
			term(l, "Anomalies");
		else
			page_raw(l->p, "<br>");
		any = true;
		buf_printf(l->p->out, "%s", anomaly_meaning(b));
	}
	if (any)
		page_raw(l->p, "</dd>");
}

static void place(struct letter *l)
{
	const struct row *r = l->r;
	struct page *p = l->p;
	char hex[SHA256_HEX];
	term(l, "Found in");
	page_esc(p, r->source_path, 200);
	if (r->source_member.n) {
		page_raw(p, " <span>member</span> ");
		page_esc(p, r->source_member, 200);
	}
	page_raw(p, " <span>at byte</span> ");
	page_count(p, r->source_offset);
	page_raw(p, "</dd>");
	hex_encode(r->id, SHA256_BYTES, hex);
	term(l, "Id");
	buf_printf(p->out, "<span class=\"raw\">%.*s</span></dd>", SHA256_HEX, hex);
}

/* ---- attachments and evidence: JSON of our own making, its strings hostile ---- */

static json_t *parse(struct letter *l, struct str raw)
{
	struct buf masked;
	json_t *array;
	buf_init(&masked, 16 * MIB);
	if (l->p->info->reveal)
		buf_add(&masked, raw);
	else
		mask_json(&l->mask, raw, &masked);
	array = json_parse(buf_str(&masked));
	l->p->out->oom |= masked.oom;
	buf_free(&masked);
	if (json_is_array(array))
		return array;
	json_decref(array);
	return NULL;
}

static void codes(struct page *p, const json_t *list)
{
	for (size_t k = 0; k < json_array_size(list); k++) {
		page_raw(p, "<br>QR code <span class=\"raw\">");
		defang_text(json_text(json_array_get(list, k)), &p->tmp);
		page_esc(p, buf_str(&p->tmp), URL_COLUMNS);
		buf_clear(&p->tmp);
		page_raw(p, "</span>");
	}
}

static void attachments(struct letter *l)
{
	json_t *list = l->r->attachments.n ? parse(l, l->r->attachments) : NULL;
	for (size_t k = 0; k < json_array_size(list) && k < URLS_MAX; k++) {
		const json_t *a = json_array_get(list, k);
		if (k == 0)
			term(l, "Attachments");
		else
			page_raw(l->p, "<br>");
		page_esc(l->p, json_text_of(a, "type"), 80);
		page_raw(l->p, " ");
		page_esc(l->p, json_text_of(a, "name"), 120);
		page_raw(l->p, " <span>");
		page_count(l->p, json_integer_value(json_object_get(a, "size")));
		page_raw(l->p, " bytes, SHA-256</span> <span class=\"raw\">");
		page_esc(l->p, json_text_of(a, "sha256"), SHA256_HEX);
		page_raw(l->p, "</span>");
		codes(l->p, json_object_get(a, "qr"));
	}
	if (json_array_size(list))
		page_raw(l->p, "</dd>");
	json_decref(list);
}

static void evidence_row(struct page *p, const json_t *e)
{
	page_raw(p, "<tr><td>");
	page_esc(p, json_text_of(e, "kind"), 40);
	page_raw(p, " ");
	page_esc(p, json_text_of(e, "name"), 80);
	page_raw(p, "</td><td class=\"f\">");
	page_esc(p, json_text_of(e, "where"), 40);
	page_raw(p, "</td><td class=\"raw\">");
	defang_text(json_text_of(e, "text"), &p->tmp);
	page_esc(p, buf_str(&p->tmp), TEXT_COLUMNS);
	buf_clear(&p->tmp);
	page_raw(p, "</td><td class=\"more\">");
	page_esc(p, json_text_of(e, "rule"), 120);
	page_raw(p, "</td><td class=\"n\">");
	const json_t *w = json_object_get(e, "weight");
	if (json_is_number(w))
		buf_printf(p->out, "%.2f", json_number_value(w));
	page_raw(p, "</td></tr>\n");
}

static void evidence(struct letter *l)
{
	struct page *p = l->p;
	json_t *list = l->r->evidence.n ? parse(l, l->r->evidence) : NULL;
	size_t n = json_array_size(list), shown = n < EVIDENCE_MAX ? n : EVIDENCE_MAX;
	if (n == 0) {
		page_raw(p, "<p class=\"note\">Nothing in it suffices to name a brand or a category.</p>");
		json_decref(list);
		return;
	}
	page_raw(p, "<table><thead><tr><th>evidence for</th><th>where</th><th>what matched</th><th class=\"more\">rule</th>"
		    "<th class=\"n\">weight</th></tr></thead><tbody>\n");
	for (size_t k = 0; k < shown; k++)
		evidence_row(p, json_array_get(list, k));
	page_raw(p, "</tbody></table>");
	if (shown < n)
		buf_printf(p->out, "<p class=\"note\">%zu of %zu shown.</p>", shown, n);
	json_decref(list);
}

static void letter(struct letter *l)
{
	struct page *p = l->p;
	const struct row *r = l->r;
	page_raw(p, "<article id=\"");
	anchor(l);
	page_raw(p, "\"><h3>");
	subject(l, TEXT_COLUMNS);
	page_raw(p, "</h3><p class=\"meta\">feed ");
	page_esc(p, r->feed, 60);
	page_raw(p, ", ");
	page_count(p, r->size);
	page_raw(p, " bytes</p>\n<dl class=\"facts\">");
	named(l, "Brand", r->brand, r->brand_confidence);
	named(l, "Programme", r->programme, r->programme_confidence);
	named(l, "Category", r->category, r->category_confidence);
	named(l, "Engine", r->engine, r->engine_confidence);
	named(l, "Client", r->client, r->client_confidence);
	fact(l, "Campaign", r->campaign);
	when_and_who(l);
	urls(l);
	attachments(l);
	anomalies(l);
	place(l);
	page_raw(p, "</dl>\n");
	evidence(l);
	page_raw(p, "<p class=\"note back\"><a href=\"#messages\">Back to the list</a></p></article>\n");
}

void report_messages(struct page *p)
{
	struct letter l;
	if (p->info->nmessages == 0)
		return;
	page_raw(p, "<section id=\"explained\"><h2>The messages explained</h2>\n");
	for (size_t k = 0; k < p->info->nmessages; k++) {
		begin(&l, p, k);
		letter(&l);
	}
	page_raw(p, "</section>\n");
}
