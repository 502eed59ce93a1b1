/* body.c - what the message shows: text as a reader sees it, URLs, attachments.
 *
 * Of the children of a multipart/alternative a reader sees one: HTML when it shows something, else plain text. The plain
 * alternative of a visible HTML part is not shown, and often holds what should mislead filters; it does not go into the text.
 *
 * A page or drawing sent as a file is one click away: where it leads counts as where the message leads, its words are not the message's.
 * So does what the QR codes of images say, one scan away. So does an invitation, which is the message's text where there is no other. A message that is nothing but a file of text is read as text.
 */
#include "base/anomaly.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "codec/charset.h"
#include "codec/html.h"
#include "codec/image_size.h"
#include "codec/uuencode.h"
#include "feature/extract.h"
#include "feature/language.h"
#include "feature/opened.h"

enum { KEEP_URLS = 100, KEEP_ATTACHMENTS = 100, ATTACHMENTS_JSON = 32 << 10, ENOUGH_TEXT = 24 };

struct body {
	struct arena *a;
	struct doc *doc;
	struct row *row;
	struct url_set urls;
	struct buf text, hidden;
	uint64_t anomalies;
	struct str html_tags;
	struct str charset;
	int64_t html_bytes;
	VEC(struct doc_attachment) attachments;
	enum opened *opened; /* of each part */
	struct images *images;
	bool look_now;
	int looked; /* at images */
	size_t codes;
};

void extract_paragraph(struct buf *b, struct str s)
{
	s = str_trim(s);
	if (s.n && b->n)
		buf_add(b, S("\n\n"));
	buf_add(b, s);
}

static int add_html(struct body *b, struct str html, bool *shown)
{
	struct html_result r;
	struct html_settings settings = {.valid_utf8 = true};
	if (html_scan(b->a, html, &settings, &r, &b->anomalies))
		return ERR_ENV;
	*shown = str_trim(r.text).n >= ENOUGH_TEXT;
	b->html_bytes += (int64_t)html.n;
	extract_paragraph(&b->text, r.text);
	extract_paragraph(&b->hidden, r.hidden);
	if (!b->html_tags.n)
		b->html_tags = str_make(r.tags, r.n_tags);
	url_set_add_html(&b->urls, &r);
	return b->urls.oom ? ERR_ENV : 0;
}

uint64_t extract_look(struct doc_attachment *t, const struct image_look *look)
{
	t->looked = look->state == IMAGE_LOOK;
	t->look = look->digest;
	if (t->looked) { /* a GIF may declare less than it shows */
		t->width = look->width;
		t->height = look->height;
	}
	return look->state == IMAGE_CAP     ? ANOM(image_cap)
	       : look->state == IMAGE_BROKE ? ANOM(image_broke)
	       : look->damaged              ? ANOM(image_damaged)
	                                    : 0;
}

static int keep_codes(struct body *b, struct doc_attachment *t, const struct qr_texts *codes)
{
	VEC(struct str) texts = {0};
	struct str raw;
	for (size_t at = 0; qr_next(codes, &at, &raw);) {
		struct str *text = vec_push(b->a, &texts, QR_TEXT), copy = arena_dup(b->a, raw);
		if (!text || !copy.p || extract_text(b->a, copy, text))
			return ERR_ENV;
	}
	if (texts.n)
		b->anomalies |= ANOM(qr_code);
	b->codes += texts.n;
	t->codes = texts.v;
	t->n_codes = texts.n;
	return 0;
}

static int look_at(struct body *b, struct str bytes, struct doc_attachment *t)
{
	struct image_look look;
	if (!b->images || !t->width || !t->height)
		return 0;
	if (b->looked++ == LIM_MESSAGE_IMAGES)
		b->anomalies |= ANOM(image_cap);
	if (b->looked > LIM_MESSAGE_IMAGES)
		return 0;
	if (b->look_now) {
		images_look(b->images, bytes, t->sha256, &look);
	} else if (!images_known(b->images, bytes, t->sha256, &look)) {
		t->unseen = bytes;
		return 0;
	}
	b->anomalies |= extract_look(t, &look);
	return keep_codes(b, t, &look.codes);
}

static int keep_attachment(struct body *b, struct str type, struct str name, struct str bytes)
{
	b->row->n_attachments++;
	if (b->attachments.n == KEEP_ATTACHMENTS)
		return 0;
	struct doc_attachment *t = vec_push(b->a, &b->attachments, KEEP_ATTACHMENTS);
	if (!t || extract_text(b->a, name, &t->name))
		return ERR_ENV;
	t->type = type;
	t->size = bytes.n;
	image_size(bytes, &t->width, &t->height);
	sha256(bytes, t->sha256);
	return look_at(b, bytes, t);
}

static int add_stretch(struct body *b, struct str text)
{
	extract_paragraph(&b->text, text);
	url_set_add_text(&b->urls, text, 0);
	return b->urls.oom ? ERR_ENV : 0;
}

/* Files that stand uuencoded in the text are attachments, not text. */
static int add_plain(struct body *b, struct str text)
{
	struct uu_block block;
	size_t at = 0, done = 0;
	int found = 0;
	while ((found = uu_next(b->a, text, &at, &block, &b->anomalies)) > 0) {
		if (add_stretch(b, str_sub(text, done, block.start - done)) ||
			keep_attachment(b, S("application/octet-stream"), block.name, block.data))
			return ERR_ENV;
		done = block.end;
	}
	return found ? ERR_ENV : add_stretch(b, str_from(text, done));
}

static bool is_html(const struct part *p)
{
	return part_is(p, "text", "html");
}

static bool is_shown(const struct message *m, const struct part *p)
{
	return p->is_text || (m->n_parts == 1 && str_eq(p->type, S("text")));
}

static int find_opened(struct body *b, const struct message *m)
{
	b->opened = arena_zalloc(b->a, m->n_parts, sizeof *b->opened);
	for (size_t i = 0; b->opened && i < m->n_parts; i++)
		if (opened_kind(b->a, &m->parts[i], is_shown(m, &m->parts[i]), &b->opened[i]))
			return ERR_ENV;
	return b->opened ? 0 : ERR_ENV;
}

/* The multipart/alternative around part i, as its index, or -1. */
static int alternative_of(const struct message *m, size_t i)
{
	for (int p = m->parts[i].parent; p >= 0; p = m->parts[p].parent)
		if (part_is(&m->parts[p], "multipart", "alternative"))
			return p;
	return -1;
}

static int part_utf8(struct body *b, const struct part *p, struct str *text)
{
	if (!b->charset.n && p->charset.n)
		b->charset = charset_canonical(p->charset);
	return part_text(b->a, p, text, &b->anomalies);
}

/* HTML parts first, then plain text, without the alternatives of an HTML part that shows something. */
static int add_texts(struct body *b, const struct message *m)
{
	bool *shown = arena_zalloc(b->a, m->n_parts, sizeof *shown); /* by index of the alternative */
	struct str text;
	if (!shown)
		return ERR_ENV;
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		bool visible = false;
		if (!is_shown(m, p) || !is_html(p))
			continue;
		if (part_utf8(b, p, &text) || add_html(b, text, &visible))
			return ERR_ENV;
		int alt = alternative_of(m, i);
		if (visible && alt >= 0)
			shown[alt] = true;
	}
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		if (!is_shown(m, p) || is_html(p) || b->opened[i])
			continue;
		int alt = alternative_of(m, i);
		if (alt >= 0 && shown[alt])
			continue;
		if (part_utf8(b, p, &text) || add_plain(b, text))
			return ERR_ENV;
	}
	return 0;
}

/* Where files lead that are opened with a click. */
static int add_opened(struct body *b, const struct message *m)
{
	struct opener o = {.urls = &b->urls, .text = str_trim(buf_str(&b->text)).n ? NULL : &b->text};
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		if (b->opened[i] && !p->is_attachment && !b->charset.n && p->charset.n)
			b->charset = charset_canonical(p->charset);
		if (opened_read(&o, p, b->opened[i]))
			return ERR_ENV;
	}
	b->anomalies |= o.anomalies;
	return 0;
}

static int add_attachment(struct body *b, const struct part *p)
{
	struct str bytes = S("");
	struct buf type;
	b->row->n_images += str_eq(p->type, S("image"));
	if (b->attachments.n < KEEP_ATTACHMENTS && part_decode(b->a, p, &bytes, &b->anomalies))
		return ERR_ENV;
	buf_init_arena(&type, b->a, 256);
	buf_add(&type, p->type);
	buf_byte(&type, '/');
	buf_add(&type, p->subtype);
	return type.oom ? ERR_ENV : keep_attachment(b, buf_str(&type), p->filename, bytes);
}

static int attachments_json(struct body *b)
{
	struct buf out;
	struct json j = json_to(&out);
	buf_init_arena(&out, b->a, LIM_MESSAGE);
	json_arr(&j);
	for (size_t i = 0; i < b->attachments.n && out.n < ATTACHMENTS_JSON; i++) {
		const struct doc_attachment *t = &b->attachments.v[i];
		char hex[SHA256_HEX];
		hex_encode(t->sha256, SHA256_BYTES, hex);
		json_obj(&j);
		json_key(&j, "type"), json_str(&j, t->type);
		json_key(&j, "name"), json_str(&j, t->name);
		json_key(&j, "size"), json_int(&j, (int64_t)t->size);
		json_key(&j, "sha256"), json_str(&j, str_make(hex, sizeof hex));
		if (t->n_codes)
			json_key(&j, "qr"), json_arr(&j);
		for (size_t k = 0; k < t->n_codes; k++)
			json_str(&j, t->codes[k]);
		if (t->n_codes)
			json_arr_end(&j);
		json_obj_end(&j);
	}
	json_arr_end(&j);
	b->row->attachments = b->attachments.n ? buf_str(&out) : S("");
	return buf_ok(&out) ? 0 : ERR_ENV;
}

/* Adds s to a list that already holds it only once. Few entries: a linear look is fine. */
static void add_distinct(struct strs *list, struct str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->v[i], s))
			return;
	list->v[list->n++] = s;
}

static int list_urls(struct body *b, struct shown *s)
{
	const struct url_set *u = &b->urls;
	size_t n = u->n < KEEP_URLS ? u->n : KEEP_URLS;
	struct str *room = arena_alloc(b->a, 3 * n * sizeof *room);
	if (!room)
		return ERR_ENV;
	s->raw = (struct strs){room, 0};
	s->domains = (struct strs){room + n, 0};
	s->domains_icann = (struct strs){room + 2 * n, 0};
	s->tld = S("");
	s->counted = 0;
	for (size_t i = 0; i < u->n; i++) {
		const struct url *url = &u->urls[i];
		if (url->flags & URL_MAILTO)
			continue;
		s->counted++;
		if (s->raw.n < n)
			s->raw.v[s->raw.n++] = url->raw;
		if (url->domain.n && s->domains.n < n)
			add_distinct(&s->domains, url->domain);
		if (url->domain_icann.n && s->domains_icann.n < n)
			add_distinct(&s->domains_icann, url->domain_icann);
		if (!s->tld.n)
			s->tld = url->tld;
	}
	s->urls = u->urls;
	s->n_urls = u->n;
	return 0;
}

static int content_type(struct body *b, const struct part *top)
{
	struct buf t;
	buf_init_arena(&t, b->a, 128);
	buf_add(&t, top->type);
	buf_byte(&t, '/');
	buf_add(&t, top->subtype);
	b->row->content_type = buf_str(&t);
	return t.oom ? ERR_ENV : 0;
}

/* What went in was valid UTF-8; the cap may have cut the last character. */
static struct str whole_characters(const struct buf *b)
{
	struct str s = buf_str(b);
	return b->full ? str_first(s, utf8_valid_prefix(s)) : s;
}

/* What the text parts show, and where files lead. */
static int show(struct body *b, const struct message *m, struct shown *s)
{
	if (add_texts(b, m) || add_opened(b, m) || list_urls(b, s) || b->text.oom || b->hidden.oom)
		return ERR_ENV;
	if (b->text.full || b->hidden.full)
		b->anomalies |= ANOM(text_cap);
	s->text = whole_characters(&b->text);
	s->hidden = whole_characters(&b->hidden);
	s->html_tags = b->html_tags;
	s->html_bytes = b->html_bytes;
	s->charset = b->charset;
	s->language = language_guess(s->text);
	s->anomalies = b->anomalies | b->urls.anomalies;
	return 0;
}

/* All that the text parts and opened files are read by. */
static struct str key_of(const struct body *b, const struct message *m)
{
	struct buf key;
	buf_init_arena(&key, b->a, MEMO_KEY);
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct part *p = &m->parts[i];
		if (!is_shown(m, p) && !b->opened[i])
			continue;
		uint64_t how = (uint64_t)b->opened[i] << 4 | (uint64_t)part_joins_lines(p) << 3 | (uint64_t)p->is_attachment << 2 |
		               (uint64_t)is_html(p) << 1 | str_eq(p->subtype, S("html"));
		const uint64_t about[] = {p->charset.n, p->body.n, (uint64_t)alternative_of(m, i), (uint64_t)p->transfer, how};
		buf_add(&key, str_make(about, sizeof about));
		buf_add(&key, p->charset);
		buf_add(&key, p->body);
	}
	return buf_ok(&key) ? buf_str(&key) : S("");
}

/* The same by the memo. Text with files in it is not kept. */
static int recall(struct body *b, struct memo *memo, const struct message *m, struct shown *s)
{
	bool again;
	struct str key = key_of(b, m);
	const struct shown *known = key.n ? memo_get(memo, key, &again, &b->doc->notes) : NULL;
	if (known) {
		*s = *known;
		return 0;
	}
	if (show(b, m, s))
		return ERR_ENV;
	if (key.n && again && !b->row->n_attachments)
		b->doc->notes = memo_put(memo, key, s);
	return 0;
}

static bool is_web_url(struct str text)
{
	bool blank = false;
	for (size_t i = 0; i < text.n; i++)
		blank |= ascii_space(text.p[i]);
	return !blank && (str_istarts(text, S("http://")) || str_istarts(text, S("https://")));
}

/* A phone opens what is a URL, also without a scheme, and shows links in other text. */
static void add_code(struct body *b, struct str text)
{
	struct url_set found;
	if (is_web_url(text)) {
		url_set_add_link(&b->urls, text, URL_FROM_CODE);
		return;
	}
	url_set_init(&found, b->a, b->urls.psl);
	url_set_add_text(&found, text, 0);
	for (size_t i = 0; i < found.n; i++)
		if (!(found.urls[i].flags & URL_MAILTO))
			url_set_add_link(&b->urls, found.urls[i].raw, URL_FROM_CODE);
	b->urls.oom |= found.oom;
}

/* Where the codes of images lead, behind all else. */
static int add_codes(struct body *b, struct shown *s)
{
	if (!b->codes)
		return 0;
	if (!b->urls.n) /* recalled */
		url_set_add_all(&b->urls, s->urls, s->n_urls);
	for (size_t i = 0; i < b->attachments.n; i++)
		for (size_t k = 0; k < b->attachments.v[i].n_codes; k++)
			add_code(b, str_trim(b->attachments.v[i].codes[k]));
	if (b->urls.n > s->n_urls)
		b->doc->notes = NULL; /* they are of the text's own links */
	s->anomalies |= b->urls.anomalies;
	return b->urls.oom ? ERR_ENV : list_urls(b, s);
}

static void take_shown(const struct shown *s, struct doc *doc, struct row *row)
{
	doc->text = s->text;
	doc->hidden = s->hidden;
	doc->html_tags = s->html_tags;
	doc->urls = s->urls;
	doc->n_urls = s->n_urls;
	row->text_bytes = (int64_t)s->text.n;
	row->hidden_bytes = (int64_t)s->hidden.n;
	row->html_bytes = s->html_bytes;
	row->charset = s->charset;
	row->language = s->language;
	row->urls = s->raw;
	row->n_urls = s->counted;
	row->domains = s->domains;
	row->domains_icann = s->domains_icann;
	row->tld = s->tld;
	row->anomalies |= (int64_t)s->anomalies;
}

int extract_body(struct arena *a, const struct extract_settings *set, const struct extract_input *in, const struct message *m,
	struct doc *doc, struct row *row)
{
	struct body b = {.a = a, .doc = doc, .row = row, .images = set->images, .look_now = in->look_now};
	struct shown s = {.anomalies = 0};
	url_set_init(&b.urls, a, set->psl);
	buf_init_arena(&b.text, a, LIM_TEXT);
	buf_init_arena(&b.hidden, a, LIM_TEXT);
	if (find_opened(&b, m) || (in->memo ? recall(&b, in->memo, m, &s) : show(&b, m, &s)) || content_type(&b, &m->parts[0]))
		return ERR_ENV;
	for (size_t i = 0; i < m->n_parts; i++)
		if (m->parts[i].is_attachment && add_attachment(&b, &m->parts[i]))
			return ERR_ENV;
	if (add_codes(&b, &s) || attachments_json(&b))
		return ERR_ENV;
	take_shown(&s, doc, row);
	doc->attachments = b.attachments.v;
	doc->n_attachments = b.attachments.n;
	row->n_parts = (int64_t)m->n_parts;
	row->anomalies |= (int64_t)b.anomalies;
	return 0;
}
