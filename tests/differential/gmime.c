/* gmime PATH...: our mail parser against GMime 3.2 over files that hold one message each (folders are walked).
 *
 * Compared for each message: header fields (name and raw value), the decoded Subject, the addresses of From, To and Cc, the
 * shape of the MIME tree (type, depth, order), the decoded bytes of each leaf and the UTF-8 text of each text leaf. Each
 * difference falls into a class; the classes and why each of them is not our fault are in the table below. What fits none is
 * unexplained: it is shown, and the exit code is 1.
 */
#include <ctype.h>
#include <fts.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/anomaly.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "codec/rfc2047.h"
#include "codec/flowed.h"
#include "mail/address.h"
#include "mail/message.h"

/* The explained classes: CLASS(name, why). */
/* clang-format off */
#define CLASSES(CLASS) \
	CLASS(unexplained, "") \
	CLASS(bad_address, "the list follows no standard (our bad_address): each reader guesses") \
	CLASS(comment, "GMime drops a comment at the end of a name and keeps one in its middle; here names are shown as written") \
	CLASS(bare_cr, "GMime takes a CR without LF out of a value; it is white space here") \
	CLASS(raw_8bit, "raw 8-bit text in a field: each reader guesses its charset") \
	CLASS(no_header, "GMime refuses what has no header; here it is a body") \
	CLASS(line_end, "GMime cuts the line end before a delimiter by the line end behind it") \
	CLASS(boundary_blank, "a boundary that ends in a blank, which RFC 2046 5.1.1 forbids, is trimmed here") \
	CLASS(bad_parameter, "a damaged parameter that is understood here") \
	CLASS(address_8bit, "GMime drops addresses with 8-bit bytes") \
	CLASS(encoded_words, "GMime loses text where several encoded words stand side by side") \
	CLASS(bad_encoded_word, "a damaged encoded word: each reader guesses") \
	CLASS(bad_content_type, "GMime takes an unreadable type for application/octet-stream; RFC 2045 5.2 says text/plain") \
	CLASS(duplicate_field, "a MIME field stands there twice: the first counts here, the last there") \
	CLASS(no_separator, "GMime drops or misreads the line that ends a header without an empty line; it is body here") \
	CLASS(qp_trailing, "GMime keeps white space before line ends in quoted-printable; RFC 2045 6.7 (3) has it deleted") \
	CLASS(qp_bad, "a damaged escape in quoted-printable: it stands as it is here") \
	CLASS(base64_chunks, "GMime stops or stumbles at padding inside base64") \
	CLASS(uu, "GMime decodes uuencode by another idea of its damage") \
	CLASS(nul, "GMime cuts text at NUL") \
	CLASS(not_utf8, "GMime hands out bytes that are no UTF-8: it gives up on the charset") \
	CLASS(charset_unknown, "a charset that nobody knows: each reader guesses") \
	CLASS(charset_bad_bytes, "bytes outside the charset: U+FFFD here, dropped or '?' there") \
	CLASS(charset_mismatch, "UTF-8 under another label is read as UTF-8 here") \
	CLASS(c1, "0x80..0x9f under a Latin label are windows-125x here (WHATWG), C1 controls or nothing there") \
	CLASS(vendor_rows, "East Asian charsets are read with the vendors' rows and glyphs (WHATWG)") \
	CLASS(html_meta, "the charset of the HTML's own <meta> counts here") \
	CLASS(bom, "a byte order mark is dropped here") \
	CLASS(flowed, "lines of format=flowed, delsp=yes are joined here (RFC 3676); GMime leaves that to its callers") \
	CLASS(text_cap, "our cap on text")
/* clang-format on */

enum kind {
#define CLASS(name, why) CLASS_##name,
	CLASSES(CLASS)
#undef CLASS
		CLASS_COUNT
};

static const struct {
	const char *name, *why;
} classes[CLASS_COUNT] = {
#define CLASS(name, why) {#name, why},
	CLASSES(CLASS)
#undef CLASS
};

/* What is compared, and how often it was equal and not. */
enum what { WHAT_FIELDS, WHAT_SUBJECT, WHAT_ADDRESSES, WHAT_TREE, WHAT_BYTES, WHAT_TEXT, WHAT_COUNT };
static const char *const what_names[WHAT_COUNT] = {"fields", "subject", "addresses", "tree", "bytes", "text"};

struct tally {
	size_t messages, same[WHAT_COUNT], differs[WHAT_COUNT][CLASS_COUNT];
	size_t shown;
};
static struct tally tally;
static const char *current_path;
static struct str file_end; /* behind the last byte */
enum { SHOW_AT_MOST = 4000, SHOW_BYTES = 300, LONGEST_ADDRESS_FIELD = 20000 };

static void show(const char *label, struct str s)
{
	struct str head = str_first(s, SHOW_BYTES);
	printf("    %s (%zu): ", label, s.n);
	for (size_t i = 0; i < head.n; i++)
		printf(head.p[i] < ' ' || head.p[i] == 0x7F ? "\\x%02x" : "%c", head.p[i]);
	printf("\n");
}

static void report(enum what what, enum kind kind, struct str ours, struct str theirs)
{
	tally.differs[what][kind]++;
	const char *only = getenv("SHOW_CLASS");
	if (only ? strcmp(only, classes[kind].name) != 0 : kind != CLASS_unexplained)
		return;
	if (tally.shown++ >= SHOW_AT_MOST)
		return;
	size_t i = 0;
	while (i < ours.n && i < theirs.n && ours.p[i] == theirs.p[i])
		i++;
	i = i > 40 ? i - 40 : 0;
	printf("%s: %s differ\n", current_path, what_names[what]);
	show("ours ", str_from(ours, i));
	show("GMime", str_from(theirs, i));
}

/* A copy with each run of white space as one space, trimmed. */
static struct str squeeze(struct arena *a, struct str s)
{
	uint8_t *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; p && i < s.n; i++)
		if (!ascii_space(s.p[i]))
			p[n++] = s.p[i];
		else if (n && p[n - 1] != ' ')
			p[n++] = ' ';
	return str_trim(str_make(p, n));
}

static void compare(enum what what, enum kind if_not, struct str ours, struct str theirs)
{
	if (str_eq(ours, theirs))
		tally.same[what]++;
	else
		report(what, if_not, ours, theirs);
}

/* ---- header fields ---- */

struct field {
	struct str name, value;
	size_t order;
};

static int by_name(const void *x, const void *y)
{
	const struct field *a = x, *b = y;
	int c = strncasecmp((const char *)a->name.p, (const char *)b->name.p, a->name.n < b->name.n ? a->name.n : b->name.n);
	c = c ? c : (a->name.n > b->name.n) - (a->name.n < b->name.n);
	return c ? c : (a->order > b->order) - (a->order < b->order);
}

/* "Name: value" lines, sorted by name: GMime keeps Content-* fields in another list than the rest. */
static struct str join_fields(struct arena *a, struct field *f, size_t n)
{
	struct buf out;
	qsort(f, n, sizeof *f, by_name);
	buf_init_arena(&out, a, LIM_ARENA);
	for (size_t i = 0; i < n; i++) {
		buf_add(&out, f[i].name);
		buf_add(&out, S(": "));
		buf_add(&out, str_trim(f[i].value));
		buf_byte(&out, '\n');
	}
	return buf_str(&out);
}

static void take_list(struct arena *a, GMimeHeaderList *list, struct field **f, size_t *n)
{
	int count = g_mime_header_list_get_count(list);
	*f = arena_grow(a, *f, *n * sizeof **f, (*n + (size_t)count) * sizeof **f);
	for (int i = 0; i < count; i++, ++*n) {
		GMimeHeader *h = g_mime_header_list_get_header_at(list, i);
		const char *value = g_mime_header_get_raw_value(h);
		(*f)[*n] = (struct field){str_of(g_mime_header_get_name(h)), str_of(value ? value : ""), *n};
	}
}

static void compare_fields(struct arena *a, const struct message *m, GMimeMessage *message)
{
	struct field *theirs = NULL, *ours = arena_alloc(a, (m->headers.n + 1) * sizeof *ours);
	size_t n = 0, n_theirs = 0;
	for (size_t i = 0; i < m->headers.n; i++)
		if (m->headers.v[i].name.n)
			ours[n] = (struct field){m->headers.v[i].name, m->headers.v[i].value, n}, n++;
	take_list(a, g_mime_object_get_header_list((GMimeObject *)message), &theirs, &n_theirs);
	if (g_mime_message_get_mime_part(message))
		take_list(a, g_mime_object_get_header_list(g_mime_message_get_mime_part(message)), &theirs, &n_theirs);
	compare(WHAT_FIELDS, m->anomalies & ANOM(no_body_separator) ? CLASS_no_separator : CLASS_unexplained,
		join_fields(a, ours, n), join_fields(a, theirs, n_theirs));
}

static bool has_c1(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80 && s.p[i] < 0xA0)
			return true;
	return false;
}

static bool bare_cr(struct str s)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '\r' && s.p[i + 1] != '\n')
			return true;
	return false;
}

/* Two encoded words with nothing but white space between them. */
static bool adjacent_words(struct str raw)
{
	for (size_t i; (i = str_find(raw, S("?="))) != STR_NPOS;) {
		raw = str_trim(str_from(raw, i + 2));
		if (str_starts(raw, S("=?")))
			return true;
	}
	return false;
}

/* The typographic characters that windows-125x has at 0x80..0x9f. */
static bool has_punctuation(struct str utf8)
{
	return str_find(utf8, S("\xE2\x80")) != STR_NPOS || str_find(utf8, S("\xE2\x82\xAC")) != STR_NPOS ||
	       str_find(utf8, S("\xE2\x84\xA2")) != STR_NPOS;
}

static enum kind why_words(struct str raw, struct str ours, uint64_t found)
{
	if (bare_cr(raw))
		return CLASS_bare_cr;
	if (adjacent_words(raw))
		return CLASS_encoded_words;
	if (found & ANOM(bad_encoded_word))
		return CLASS_bad_encoded_word;
	if (found & ANOM(charset_bad_bytes))
		return CLASS_charset_bad_bytes;
	if (found & ANOM(charset_unknown))
		return CLASS_charset_unknown;
	if (found & ANOM(charset_mismatch))
		return CLASS_charset_mismatch;
	if (!ascii_only(raw))
		return CLASS_raw_8bit;
	return str_find(raw, S("=?")) != STR_NPOS && has_punctuation(ours) ? CLASS_c1 : CLASS_unexplained;
}

static void compare_subject(struct arena *a, const struct message *m)
{
	const struct header *h = header_get(m->headers, HDR_subject);
	struct str ours;
	uint64_t found = 0;
	if (!h || rfc2047_decode(a, h->value, &ours, &found))
		return;
	char *z = g_strndup((const char *)h->value.p, h->value.n), *flat = g_mime_utils_header_unfold(z);
	char *theirs = g_mime_utils_header_decode_text(NULL, flat);
	compare(WHAT_SUBJECT, why_words(h->value, ours, found), squeeze(a, ours), squeeze(a, str_of(theirs)));
	g_free(theirs);
	g_free(flat);
	g_free(z);
}

/* ---- addresses ---- */

static void join_theirs(InternetAddressList *list, struct buf *out)
{
	for (int i = 0; i < internet_address_list_length(list); i++) {
		InternetAddress *e = internet_address_list_get_address(list, i);
		if (INTERNET_ADDRESS_IS_GROUP(e)) {
			join_theirs(internet_address_group_get_members((InternetAddressGroup *)e), out);
			continue;
		}
		const char *name = internet_address_get_name(e),
			   *addr = internet_address_mailbox_get_addr((InternetAddressMailbox *)e);
		buf_printf(out, "%s <%s>\n", name ? name : "", addr ? addr : "");
	}
}

static void compare_addresses(struct arena *a, const struct message *m, enum hdr_id id)
{
	const struct header *h = header_get(m->headers, id);
	struct address_list list;
	struct buf ours, theirs;
	uint64_t found = 0;
	if (!h || h->value.n > LONGEST_ADDRESS_FIELD || address_parse(a, h->value, &list, &found))
		return;
	buf_init_arena(&ours, a, LIM_ARENA);
	buf_init_arena(&theirs, a, LIM_ARENA);
	for (size_t i = 0; i < list.n; i++) {
		buf_add(&ours, list.v[i].name);
		buf_add(&ours, S(" <"));
		buf_add(&ours, list.v[i].addr);
		buf_add(&ours, S(">\n"));
	}
	char *z = g_strndup((const char *)h->value.p, h->value.n);
	InternetAddressList *l = internet_address_list_parse(NULL, z);
	if (l) {
		join_theirs(l, &theirs);
		g_object_unref(l);
	}
	g_free(z);
	for (size_t i = 0; i < ours.n; i++) /* domains are in lower case here */
		ours.p[i] = ascii_lower(ours.p[i]);
	for (size_t i = 0; i < theirs.n; i++)
		theirs.p[i] = ascii_lower(theirs.p[i]);
	enum kind why = found & ANOM(bad_address) ? CLASS_bad_address : why_words(h->value, buf_str(&ours), found);
	if (why == CLASS_raw_8bit && theirs.n == 0)
		why = CLASS_address_8bit;
	if (why == CLASS_unexplained && str_find_byte(h->value, '(') != STR_NPOS)
		why = CLASS_comment;
	compare(WHAT_ADDRESSES, why, squeeze(a, buf_str(&ours)), squeeze(a, buf_str(&theirs)));
}

/* ---- tree and content ---- */

struct theirs {
	GMimeObject *v[LIM_PARTS];
	size_t n;
	struct buf shape;
};

static void walk(struct theirs *t, GMimeObject *o, unsigned depth)
{
	GMimeContentType *type = g_mime_object_get_content_type(o);
	if (t->n == LIM_PARTS)
		return;
	char *name = g_ascii_strdown(g_mime_content_type_get_media_type(type), -1);
	char *sub = g_ascii_strdown(g_mime_content_type_get_media_subtype(type), -1);
	buf_printf(&t->shape, "%u:%s/%s ", depth, name, sub);
	g_free(name);
	g_free(sub);
	t->v[t->n++] = o;
	if (GMIME_IS_MESSAGE_PART(o)) {
		GMimeMessage *inner = g_mime_message_part_get_message((GMimeMessagePart *)o);
		if (inner && g_mime_message_get_mime_part(inner))
			walk(t, g_mime_message_get_mime_part(inner), depth + 1);
	} else if (GMIME_IS_MULTIPART(o)) {
		for (int i = 0; i < g_mime_multipart_get_count((GMimeMultipart *)o); i++)
			walk(t, g_mime_multipart_get_part((GMimeMultipart *)o, i), depth + 1);
	}
}

/* A copy without blanks before line ends and at the end. */
static struct str without_trailing_blanks(struct arena *a, struct str s)
{
	uint8_t *p = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\n' || s.p[i] == '\r')
			while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
				n--;
		p[n++] = s.p[i];
	}
	return str_rtrim(str_make(p, n));
}

/* Both without what GMime keeps in quoted-printable: blanks before line ends, and soft line breaks with such blanks. */
static bool same_but_blanks(struct arena *a, struct str ours, struct str theirs)
{
	struct buf b;
	buf_init_arena(&b, a, LIM_ARENA);
	for (size_t i = 0; i < theirs.n; i++) {
		size_t k = i + 1;
		while (theirs.p[i] == '=' && k < theirs.n && (theirs.p[k] == ' ' || theirs.p[k] == '\t'))
			k++;
		bool soft = k > i + 1 && k < theirs.n && theirs.p[k] == '\n';
		if (soft)
			i = k;
		else
			buf_byte(&b, theirs.p[i]);
	}
	return str_eq(without_trailing_blanks(a, ours), without_trailing_blanks(a, buf_str(&b)));
}

static bool east_asian(struct str charset)
{
	static const char *const names[] = {
		"iso-2022", "shift", "sjis", "euc-", "big5", "gb", "ks_c", "windows-31j", "cp932", "x-sjis"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_istarts(charset, str_of(names[i])))
			return true;
	return false;
}

/* The line behind the body, a delimiter, ends with a line end: it is not the last one of the file. */
static bool at_line_end(const struct part *p)
{
	return file_end.p[-1] == '\n' || (size_t)(file_end.p - (p->body.p + p->body.n)) > 200;
}

static enum kind why_bytes(struct arena *a, const struct part *p, struct str ours, struct str theirs, uint64_t found)
{
	if (p->transfer == TRANSFER_BASE64 && found & (ANOM(base64_after_padding) | ANOM(base64_truncated) | ANOM(base64_junk)))
		return CLASS_base64_chunks;
	if (p->transfer == TRANSFER_QP && same_but_blanks(a, ours, theirs))
		return CLASS_qp_trailing;
	if (found & ANOM(qp_bad))
		return CLASS_qp_bad;
	if (p->transfer == TRANSFER_UU)
		return CLASS_uu;
	if (found & ANOM(no_body_separator))
		return CLASS_no_separator;
	if (found & ANOM(mixed_line_ends) || !at_line_end(p))
		return CLASS_line_end;
	return found & ANOM(duplicate_field) ? CLASS_duplicate_field : CLASS_unexplained;
}

static bool same_but_joined(struct arena *a, const struct part *p, struct str ours, struct str theirs)
{
	struct str joined;
	return part_joins_lines(p) && !flowed_join(a, theirs, &joined) && str_eq(joined, ours);
}

static enum kind why_text(
	struct arena *a, const struct part *p, struct str bytes, struct str ours, struct str theirs, uint64_t found)
{
	if (same_but_joined(a, p, ours, theirs))
		return CLASS_flowed;
	if (p->transfer == TRANSFER_QP && same_but_blanks(a, ours, theirs))
		return CLASS_qp_trailing;
	if (p->transfer == TRANSFER_BASE64 && found & (ANOM(base64_after_padding) | ANOM(base64_truncated) | ANOM(base64_junk)))
		return CLASS_base64_chunks;
	if (found & ANOM(qp_bad))
		return CLASS_qp_bad;
	if (found & ANOM(body_nul))
		return CLASS_nul;
	if (!utf8_valid(theirs))
		return CLASS_not_utf8;
	if (found & ANOM(charset_unknown))
		return CLASS_charset_unknown;
	if (found & ANOM(charset_bad_bytes))
		return CLASS_charset_bad_bytes;
	if (found & ANOM(charset_mismatch))
		return CLASS_charset_mismatch;
	if (found & ANOM(text_cap))
		return CLASS_text_cap;
	if (str_starts(bytes, S("\xEF\xBB\xBF")))
		return CLASS_bom;
	if (p->charset.n == 0 && str_ifind(str_first(bytes, 1024), S("charset")) != STR_NPOS)
		return CLASS_html_meta;
	if (east_asian(p->charset))
		return CLASS_vendor_rows;
	if (found & ANOM(no_body_separator))
		return CLASS_no_separator;
	if (found & ANOM(duplicate_field))
		return CLASS_duplicate_field;
	if (has_c1(bytes))
		return CLASS_c1;
	return found & ANOM(mixed_line_ends) || !at_line_end(p) ? CLASS_line_end : CLASS_unexplained;
}

static void compare_leaf(struct arena *a, const struct part *p, GMimeObject *o, uint64_t found)
{
	struct str ours, text;
	if (p->kind != PART_LEAF || !GMIME_IS_PART(o) || part_decode(a, p, &ours, &found) || part_text(a, p, &text, &found))
		return;
	GMimeDataWrapper *content = g_mime_part_get_content((GMimePart *)o);
	GMimeStream *mem = g_mime_stream_mem_new();
	if (content)
		g_mime_data_wrapper_write_to_stream(content, mem);
	GByteArray *raw = g_mime_stream_mem_get_byte_array((GMimeStreamMem *)mem);
	struct str bytes = str_make(raw->data, raw->len);
	compare(WHAT_BYTES, str_eq(ours, bytes) ? 0 : why_bytes(a, p, ours, bytes, found), ours, bytes);
	if (GMIME_IS_TEXT_PART(o)) {
		char *z = g_mime_text_part_get_text((GMimeTextPart *)o);
		struct str theirs = str_of(z ? z : "");
		compare(WHAT_TEXT, str_eq(text, theirs) ? 0 : why_text(a, p, ours, text, theirs, found), text, theirs);
		g_free(z);
	}
	g_object_unref(mem);
}

static enum kind why_tree(const struct message *m)
{
	for (size_t i = 0; i < m->n_parts; i++) {
		const struct header *type = header_get(m->parts[i].headers, HDR_content_type);
		const struct headers *h = &m->parts[i].headers;
		if (type && str_find(type->value, S(" \"")) != STR_NPOS)
			return CLASS_boundary_blank;
		for (size_t k = 0; k < h->n; k++)
			if (h->v[k].id == HDR_content_type && &h->v[k] != type)
				return CLASS_duplicate_field;
	}
	if (m->anomalies & ANOM(bad_content_type))
		return CLASS_bad_content_type;
	if (m->anomalies & ANOM(bad_parameter))
		return CLASS_bad_parameter;
	return m->anomalies & ANOM(no_body_separator) ? CLASS_no_separator : CLASS_unexplained;
}

static void compare_tree(struct arena *a, const struct message *m, GMimeMessage *message)
{
	static struct theirs t;
	struct buf shape;
	t.n = 0;
	buf_init_arena(&t.shape, a, LIM_ARENA);
	buf_init_arena(&shape, a, LIM_ARENA);
	if (g_mime_message_get_mime_part(message))
		walk(&t, g_mime_message_get_mime_part(message), 0);
	for (size_t i = 0; i < m->n_parts; i++)
		buf_printf(&shape, "%u:%.*s/%.*s ", m->parts[i].depth, STR_FMT(m->parts[i].type), STR_FMT(m->parts[i].subtype));
	enum kind why = str_eq(buf_str(&shape), buf_str(&t.shape)) ? CLASS_unexplained : why_tree(m);
	compare(WHAT_TREE, why, buf_str(&shape), buf_str(&t.shape));
	if (!str_eq(buf_str(&shape), buf_str(&t.shape)))
		return;
	for (size_t i = 0; i < m->n_parts; i++)
		compare_leaf(a, &m->parts[i], t.v[i], m->anomalies);
}

/* ---- messages ---- */

static void compare_message(struct arena *a, struct str raw)
{
	struct message m;
	if (message_parse(a, raw, &m))
		return;
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)raw.p, raw.n);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
	tally.messages++;
	if (message) {
		compare_fields(a, &m, message);
		compare_subject(a, &m);
		compare_addresses(a, &m, HDR_from);
		compare_addresses(a, &m, HDR_to);
		compare_addresses(a, &m, HDR_cc);
		compare_tree(a, &m, message);
		g_object_unref(message);
	} else {
		report(WHAT_TREE, m.anomalies & ANOM(no_header) ? CLASS_no_header : CLASS_unexplained, raw,
			S("(GMime gives nothing)"));
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

/* GMime recurses over address lists and overflows its stack on long ones. */
static bool kills_gmime(struct str raw)
{
	size_t head = str_find(raw, S("\n\n"));
	return (head == STR_NPOS ? raw.n : head) > 90000;
}

static void compare_file(struct arena *a, const char *path)
{
	gchar *bytes;
	gsize n;
	if (!g_file_get_contents(path, &bytes, &n, NULL))
		return;
	struct str raw = str_make(bytes, n);
	if (str_starts(raw, S("From "))) {
		size_t end = str_find_byte(raw, '\n');
		raw = str_from(raw, end == STR_NPOS ? raw.n : end + 1);
	}
	current_path = path;
	file_end = str_from(raw, raw.n);
	if (!kills_gmime(raw))
		compare_message(a, raw);
	arena_reset(a);
	g_free(bytes);
}

static size_t summary(void)
{
	size_t unexplained = 0;
	printf("%zu messages\n%-10s %9s\n", tally.messages, "", "equal");
	for (size_t w = 0; w < WHAT_COUNT; w++) {
		printf("%-10s %9zu\n", what_names[w], tally.same[w]);
		unexplained += tally.differs[w][CLASS_unexplained];
		for (size_t c = 0; c < CLASS_COUNT; c++)
			if (tally.differs[w][c])
				printf("%-10s %9zu %s: %s\n", "", tally.differs[w][c], classes[c].name, classes[c].why);
	}
	printf("%zu unexplained\n", unexplained);
	return unexplained;
}

int main(int argc, char **argv)
{
	struct arena a;
	if (argc < 2) {
		fprintf(stderr, "usage: gmime PATH...\n");
		return 2;
	}
	g_mime_init();
	arena_init(&a, LIM_ARENA);
	FTS *walk_files = fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	for (FTSENT *e; walk_files && (e = fts_read(walk_files));)
		if (e->fts_info == FTS_F)
			compare_file(&a, e->fts_accpath);
	fts_close(walk_files);
	arena_free(&a);
	return summary() ? 1 : 0;
}
