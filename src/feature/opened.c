/* opened.c - see opened.h. */
#include "feature/opened.h"

#include "base/anomaly.h"
#include "base/err.h"
#include "base/limits.h"
#include "codec/calendar.h"
#include "codec/charset.h"
#include "codec/html.h"
#include "feature/extract.h"
#include "page/script.h"
#include "page/svg.h"

/* Raw bytes of a part: before its first element a drawing has a licence at most; of a file what its memory allows, twice as encoded. */
enum { SNIFF = 4096, SNIFF_FEW = 32, PAGE_RAW = 2 * LIM_HTML, CALENDAR_RAW = 2 * LIM_CALENDAR };

/* Pages and drawings are sent as application/octet-stream, too. */
static const struct {
	struct str end;
	enum opened kind;
} names[] = {{STR_INIT(".htm"), OPENED_PAGE}, {STR_INIT(".html"), OPENED_PAGE}, {STR_INIT(".shtm"), OPENED_PAGE},
	{STR_INIT(".shtml"), OPENED_PAGE}, {STR_INIT(".xht"), OPENED_PAGE}, {STR_INIT(".xhtml"), OPENED_PAGE},
	{STR_INIT(".svg"), OPENED_DRAWING}, {STR_INIT(".ics"), OPENED_CALENDAR}, {STR_INIT(".eml"), OPENED_MESSAGE}};

static const struct {
	const char *type, *subtype;
	enum opened kind;
} types[] = {{"text", "html", OPENED_PAGE}, {"application", "xhtml+xml", OPENED_PAGE}, {"image", "svg+xml", OPENED_DRAWING},
	{"text", "calendar", OPENED_CALENDAR}, {"application", "ics", OPENED_CALENDAR}, {"message", "rfc822", OPENED_MESSAGE},
	{"message", "global", OPENED_MESSAGE}};

static enum opened declared(const struct part *p)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_iends(p->filename, names[i].end))
			return names[i].kind;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (part_is(p, types[i].type, types[i].subtype))
			return types[i].kind;
	return OPENED_NONE;
}

/* The beginning of a part, decoded: at most this many raw bytes of it. */
static int decode_first(struct arena *a, const struct part *p, size_t raw, struct str *out)
{
	struct part head = *p;
	uint64_t unused = 0;
	head.body = str_first(p->body, raw);
	return part_decode(a, &head, out, &unused);
}

/* By the first bytes, under whatever name. Most files differ in the first of them. */
static int sniff(struct arena *a, const struct part *p, enum opened *out)
{
	struct arena_mark mark = arena_mark(a);
	struct str bytes;
	if (decode_first(a, p, SNIFF_FEW, &bytes))
		return ERR_ENV;
	if (str_starts(bytes, S("\xEF\xBB\xBF")))
		bytes = str_from(bytes, 3);
	bytes = str_trim(bytes);
	if (!bytes.n || bytes.p[0] == '<') {
		if (decode_first(a, p, SNIFF, &bytes))
			return ERR_ENV;
		*out = svg_is(bytes) ? OPENED_DRAWING : OPENED_NONE;
	}
	arena_release(a, mark);
	return 0;
}

int opened_kind(struct arena *a, const struct part *p, bool is_shown, enum opened *out)
{
	bool calendar = part_is(p, "text", "calendar");
	*out = OPENED_NONE;
	if (is_shown || !p->is_attachment) {
		*out = is_shown && calendar ? OPENED_CALENDAR : OPENED_NONE;
		return 0;
	}
	*out = declared(p);
	return *out ? 0 : sniff(a, p, out);
}

/* One file: what it comes to is read in memory of its own, and given back. */
struct file {
	struct arena scratch;
	struct opener *o;
	const struct part *part;
};

/* The visible text of a link is all that the set keeps of the page. */
static int links(struct file *f, struct str html, struct str *text)
{
	struct html_settings settings = {.valid_utf8 = true};
	struct html_result r;
	uint64_t seen = 0;
	if (html_scan(&f->scratch, html, &settings, &r, &seen))
		return ERR_ENV;
	for (size_t i = 0; i < r.n_links; i++)
		if (r.links[i].text.n && !(r.links[i].text = arena_dup(f->o->urls->arena, r.links[i].text)).p)
			return ERR_ENV;
	url_set_add_html(f->o->urls, &r);
	f->o->anomalies |= seen & ANOM(url_cap);
	*text = r.text;
	return 0;
}

/* Where scripts lead; all else that leads says is a link as well. */
static int scripts(struct file *f, struct str html)
{
	struct leads leads;
	if (f->o->pages++ >= LIM_FILES_READ) {
		f->o->anomalies |= ANOM(html_cap);
		return 0;
	}
	if (leads_scan(&f->scratch, str_first(html, LIM_PAGE), &leads))
		return ERR_ENV;
	for (size_t i = 0; i < leads.n; i++) {
		const struct lead *l = &leads.v[i];
		if (l->how != LEAD_SCRIPT && l->how != LEAD_OPEN)
			continue;
		struct str url = url_resolve(&f->scratch, leads.base, l->url);
		if (!url.p)
			return ERR_ENV;
		url_set_add_link(f->o->urls, url, 0);
	}
	return 0;
}

static int page(struct file *f, bool drawing)
{
	struct part cut = *f->part;
	struct str html, text;
	uint64_t seen = 0;
	cut.body = str_first(cut.body, PAGE_RAW);
	if (part_text(&f->scratch, &cut, &html, &seen) || (drawing && svg_html(&f->scratch, html, &html)))
		return ERR_ENV;
	return links(f, html, &text) || scripts(f, html) ? ERR_ENV : 0;
}

static int read_calendar(struct file *f, struct calendar *c)
{
	struct str bytes, text;
	uint64_t seen = 0;
	if (decode_first(&f->scratch, f->part, CALENDAR_RAW, &bytes) || calendar_unfold(&f->scratch, bytes, &bytes) ||
		charset_to_utf8(&f->scratch, bytes, f->part->charset, &text, &seen) || calendar_read(&f->scratch, text, c))
		return ERR_ENV;
	f->o->anomalies |= c->cut || f->part->body.n > CALENDAR_RAW ? ANOM(text_cap) : 0;
	return 0;
}

static int calendar(struct file *f)
{
	struct opener *o = f->o;
	struct calendar c;
	if (o->calendars++ >= LIM_FILES_READ) {
		o->anomalies |= ANOM(text_cap);
		return 0;
	}
	if (read_calendar(f, &c))
		return ERR_ENV;
	if (o->text)
		extract_paragraph(o->text, c.text);
	url_set_add_text(o->urls, c.text, 0);
	for (size_t i = 0; i < c.n_links; i++)
		url_set_add_link(o->urls, c.links[i], 0);
	for (size_t i = 0; i < c.n_pages; i++) {
		struct str text;
		if (links(f, c.pages[i], &text))
			return ERR_ENV;
		if (o->text && !c.described)
			extract_paragraph(o->text, text);
	}
	return 0;
}

static int read_file(struct file *f, enum opened kind)
{
	if (kind == OPENED_PAGE || kind == OPENED_DRAWING)
		return page(f, kind == OPENED_DRAWING);
	return kind == OPENED_CALENDAR ? calendar(f) : 0;
}

/* ---- mail in a file ---- */

static int shown(struct file *f)
{
	struct str text;
	uint64_t seen = 0;
	if (part_text(&f->scratch, f->part, &text, &seen))
		return ERR_ENV;
	if (str_eq(f->part->subtype, S("html")))
		return links(f, text, &text);
	url_set_add_text(f->o->urls, text, 0);
	return 0;
}

/* A part of a message in a file; what is a message again stays closed. */
static int inner(struct file *f, const struct part *p)
{
	enum opened kind;
	f->part = p;
	if (p->kind != PART_LEAF)
		return 0;
	if (opened_kind(&f->scratch, p, p->is_text, &kind))
		return ERR_ENV;
	if (kind == OPENED_NONE && p->is_text)
		return shown(f);
	return read_file(f, kind);
}

static int message(struct file *f)
{
	struct str bytes;
	struct message m;
	struct buf *text = f->o->text;
	if (f->o->messages++ >= LIM_FILES_READ) {
		f->o->anomalies |= ANOM(part_cap);
		return 0;
	}
	if (decode_first(&f->scratch, f->part, PAGE_RAW, &bytes) || message_parse(&f->scratch, bytes, &m))
		return ERR_ENV;
	f->o->text = NULL; /* its words are not the message's */
	for (size_t i = 0; i < m.n_parts; i++) {
		struct arena_mark mark = arena_mark(&f->scratch);
		if (inner(f, &m.parts[i]))
			return ERR_ENV;
		arena_release(&f->scratch, mark);
	}
	f->o->text = text;
	return 0;
}

int opened_read(struct opener *o, const struct part *p, enum opened kind)
{
	struct file f = {.o = o, .part = p};
	if (kind == OPENED_NONE)
		return 0;
	arena_init(&f.scratch, LIM_PAGE_ARENA);
	int rc = kind == OPENED_MESSAGE ? message(&f) : read_file(&f, kind);
	arena_free(&f.scratch);
	return rc || o->urls->oom ? ERR_ENV : 0;
}
