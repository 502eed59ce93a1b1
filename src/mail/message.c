/* message.c - see message.h. One pass: read a header, push the entity, look for the next delimiter line of any open
 * multipart, pop what it ends. Delimiters are compared whole, so that boundaries may be prefixes of each other; the
 * innermost open multipart wins. Known limits: parts behind a closing delimiter stay epilogue; a boundary that the
 * header does not tell is not guessed.
 */
#include "mail/message.h"

#include "base/anomaly.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"

struct frame {
	size_t part;
	struct str boundary; /* empty: no multipart, or closed */
	size_t children;
};

struct parser {
	struct arena *a;
	struct str raw;
	size_t at; /* start of a line */
	VEC(struct part) parts;
	struct frame stack[LIM_DEPTH + 1]; /* the entities that are open; the last one gets the bytes */
	size_t depth;
	uint64_t anomalies;
};

/* ---- delimiter lines ---- */

/* The next line at or after `at` (a line start) that begins with "--"; STR_NPOS when there is none. */
static size_t next_dashes(struct str s, size_t at)
{
	if (str_starts(str_from(s, at), S("--")))
		return at;
	while ((at = str_find_pair(s, at, '\n', '-')) != STR_NPOS) {
		at++;
		if (at + 1 < s.n && s.p[at + 1] == '-')
			return at;
	}
	return STR_NPOS;
}

/* The open multipart whose delimiter `line` is: its place in the stack, or STR_NPOS. */
static size_t match_delimiter(const struct parser *p, struct str line, bool *closing)
{
	line = str_rtrim(str_from(line, 2));
	for (size_t k = p->depth; k-- > 0;) {
		struct str b = p->stack[k].boundary;
		if (b.n == 0 || (line.n != b.n && line.n != b.n + 2) || !str_starts(line, b))
			continue;
		*closing = line.n != b.n;
		if (!*closing || str_ends(line, S("--")))
			return k;
	}
	return STR_NPOS;
}

static bool stop_at_delimiter(const void *ctx, struct str line)
{
	bool closing;
	return match_delimiter(ctx, line, &closing) != STR_NPOS;
}

static size_t line_end(struct str s, size_t at)
{
	size_t i = str_find_byte(str_from(s, at), '\n');
	return i == STR_NPOS ? s.n : at + i + 1;
}

static bool has_boundary(const struct parser *p)
{
	for (size_t k = 0; k < p->depth; k++)
		if (p->stack[k].boundary.n)
			return true;
	return false;
}

struct delimiter {
	size_t start, end; /* of the line, with its line end */
	size_t frame;
	bool closing;
};

static bool next_delimiter(const struct parser *p, struct delimiter *d)
{
	if (!has_boundary(p))
		return false;
	for (size_t at = p->at; (at = next_dashes(p->raw, at)) != STR_NPOS;) {
		size_t end = line_end(p->raw, at);
		d->frame = match_delimiter(p, str_sub(p->raw, at, end - at), &d->closing);
		d->start = at;
		d->end = end;
		if (d->frame != STR_NPOS)
			return true;
		at = end;
	}
	return false;
}

/* ---- an entity's header ---- */

/* RFC 2045 5.1: printable ASCII but the specials. */
static bool is_token(struct str s)
{
	static const bool special[256] = {['('] = true,
		[')'] = true,
		['<'] = true,
		['>'] = true,
		['@'] = true,
		[','] = true,
		[';'] = true,
		[':'] = true,
		['\\'] = true,
		['"'] = true,
		['/'] = true,
		['['] = true,
		[']'] = true,
		['?'] = true,
		['='] = true};
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7F || special[s.p[i]])
			return false;
	return s.n > 0;
}

static int read_type(struct parser *p, struct part *e)
{
	const struct header *h = header_get(e->headers, HDR_content_type);
	struct str value = {NULL, 0};
	if (!h)
		return 0;
	if (params_parse(p->a, h->value, &value, &e->params, &p->anomalies))
		return ERR_ENV;
	size_t slash = str_find_byte(value, '/');
	struct str type = str_trim(str_first(value, slash)),
		   subtype = str_trim(str_from(value, slash == STR_NPOS ? value.n : slash + 1));
	if (is_token(type) && is_token(subtype)) {
		e->type = type;
		e->subtype = subtype;
	} else {
		p->anomalies |= ANOM(bad_content_type);
	}
	e->charset = params_get(&e->params, S("charset"));
	e->filename = params_get(&e->params, S("name"));
	return 0;
}

static int read_disposition(struct parser *p, struct part *e)
{
	const struct header *h = header_get(e->headers, HDR_content_disposition);
	struct params params = {0};
	struct str value = {NULL, 0};
	if (!h)
		return 0;
	if (params_parse(p->a, h->value, &value, &params, &p->anomalies))
		return ERR_ENV;
	/* RFC 2183 2.8: an unknown disposition is an attachment */
	if (value.n)
		e->disposition = str_ieq(value, S("inline")) ? DISPOSITION_INLINE : DISPOSITION_ATTACHMENT;
	struct str filename = params_get(&params, S("filename"));
	if (filename.n)
		e->filename = filename;
	return 0;
}

static void read_transfer(struct parser *p, struct part *e)
{
	static const struct {
		const char *name;
		enum part_transfer transfer;
	} known[] = {{"7bit", TRANSFER_IDENTITY}, {"8bit", TRANSFER_IDENTITY}, {"binary", TRANSFER_IDENTITY},
		{"quoted-printable", TRANSFER_QP}, {"base64", TRANSFER_BASE64}, {"x-uuencode", TRANSFER_UU}, {"x-uue", TRANSFER_UU},
		{"uuencode", TRANSFER_UU}};
	const struct header *h = header_get(e->headers, HDR_content_transfer_encoding);
	if (!h)
		return;
	struct str v = str_trim(h->value);
	if (str_starts(v, S("\""))) { /* a token is never quoted (RFC 2045 6.1); it means what it says */
		p->anomalies |= ANOM(bad_transfer_encoding);
		v = str_trim(str_from(v, 1));
	}
	size_t n = 0;
	while (n < v.n && v.p[n] > ' ' && v.p[n] != ';' && v.p[n] != '(' && v.p[n] != '"')
		n++;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_ieq(str_first(v, n), str_of(known[i].name))) {
			e->transfer = known[i].transfer;
			return;
		}
	p->anomalies |= ANOM(bad_transfer_encoding);
}

static int read_content_id(struct parser *p, struct part *e)
{
	const struct header *h = header_get(e->headers, HDR_content_id);
	if (!h)
		return 0;
	if (header_unfold(p->a, h->value, &e->content_id))
		return ERR_ENV;
	if (str_starts(e->content_id, S("<")) && str_ends(e->content_id, S(">")))
		e->content_id = str_sub(e->content_id, 1, e->content_id.n - 2);
	return 0;
}

static bool holds_message(const struct part *e)
{
	return str_eq(e->type, S("message")) &&
	       (str_eq(e->subtype, S("rfc822")) || str_eq(e->subtype, S("global")) || str_eq(e->subtype, S("news")));
}

/* Decides what the entity is, by its header and its depth. */
static void classify(struct parser *p, struct part *e)
{
	bool multipart = str_eq(e->type, S("multipart")), message = holds_message(e);
	if (multipart) {
		e->boundary = str_rtrim(params_get(&e->params, S("boundary")));
		if (e->boundary.n == 0)
			p->anomalies |= ANOM(missing_boundary);
	}
	/* RFC 2045 6.4: a composite type is never encoded; readers do not decode a multipart, but show an encoded message as a file */
	if ((multipart || message) && e->transfer != TRANSFER_IDENTITY) {
		p->anomalies |= ANOM(bad_transfer_encoding);
		if (multipart)
			e->transfer = TRANSFER_IDENTITY;
	}
	bool container = multipart ? e->boundary.n > 0 : message && e->transfer == TRANSFER_IDENTITY;
	if (container && e->depth + 1 >= LIM_DEPTH) {
		p->anomalies |= ANOM(depth_cap);
		container = false;
	}
	if (container)
		e->kind = multipart ? PART_MULTIPART : PART_MESSAGE;
	e->is_text = !container && ((multipart && e->boundary.n == 0) || str_eq(e->type, S("text"))) &&
	             e->disposition != DISPOSITION_ATTACHMENT;
	e->is_attachment = !container && !e->is_text;
}

static int read_header(struct parser *p, struct part *e)
{
	size_t body;
	uint64_t found = 0;
	if (header_split(p->a, str_from(p->raw, p->at), stop_at_delimiter, p, &e->headers, &body, &found))
		return ERR_ENV;
	p->anomalies |= e->parent < 0 ? found : found & ~ANOM(no_header);
	p->at += body;
	e->body = str_from(p->raw, p->at);
	if (read_type(p, e) || read_disposition(p, e) || read_content_id(p, e))
		return ERR_ENV;
	read_transfer(p, e);
	classify(p, e);
	return 0;
}

/* ---- the tree ---- */

/* Opens one entity at p->at as a child of the last open one. */
static int open_entity(struct parser *p)
{
	struct frame *up = p->depth ? &p->stack[p->depth - 1] : NULL;
	struct part *e = vec_push(p->a, &p->parts, LIM_PARTS);
	if (!e)
		return ERR_ENV;
	const struct part *parent = up ? &p->parts.v[up->part] : NULL;
	bool digest = parent && parent->kind == PART_MULTIPART && str_eq(parent->subtype, S("digest"));
	e->parent = up ? (int)up->part : -1;
	e->depth = parent ? parent->depth + 1 : 0;
	e->type = digest ? S("message") : S("text");
	e->subtype = digest ? S("rfc822") : S("plain");
	if (read_header(p, e))
		return ERR_ENV;
	if (up)
		up->children++;
	must(p->depth < LIM_DEPTH);
	p->stack[p->depth++] = (struct frame){.part = p->parts.n - 1, .boundary = e->kind == PART_MULTIPART ? e->boundary : S("")};
	return 0;
}

/* Opens the entity at p->at and, when it encloses a message, that one too. */
static int open_entities(struct parser *p)
{
	do {
		if (p->parts.n == LIM_PARTS) {
			p->anomalies |= ANOM(part_cap);
			return 0;
		}
		if (open_entity(p))
			return ERR_ENV;
	} while (p->parts.v[p->parts.n - 1].kind == PART_MESSAGE);
	return 0;
}

/* Ends the last open entity at offset `end`. */
static void close_entity(struct parser *p, size_t end)
{
	const struct frame *f = &p->stack[--p->depth];
	struct part *e = &p->parts.v[f->part];
	size_t start = (size_t)(e->body.p - p->raw.p);
	e->body.n = end > start ? end - start : 0;
	if (e->kind != PART_MULTIPART)
		return;
	if (e->closed)
		e->epilogue.n = end > (size_t)(e->epilogue.p - p->raw.p) ? end - (size_t)(e->epilogue.p - p->raw.p) : 0;
	else
		p->anomalies |= ANOM(unclosed_multipart);
	if (f->children == 0) {
		p->anomalies |= ANOM(no_parts);
		e->kind = PART_LEAF;
		e->is_text = e->disposition != DISPOSITION_ATTACHMENT;
		e->is_attachment = !e->is_text;
	}
}

/* Where the line before `start` ends without its line end, which belongs to the delimiter (RFC 2046 5.1.1). */
static size_t before_delimiter(struct str raw, size_t start)
{
	if (start && raw.p[start - 1] == '\n')
		start--;
	if (start && raw.p[start - 1] == '\r')
		start--;
	return start;
}

/* Nothing at all, or the next delimiter, right behind a delimiter line: no part, as readers do it. */
static bool is_empty_part(const struct parser *p)
{
	struct str rest = str_from(p->raw, p->at);
	return rest.n == 0 || (str_starts(rest, S("--")) && stop_at_delimiter(p, str_first(rest, line_end(rest, 0))));
}

static int take_delimiter(struct parser *p, const struct delimiter *d)
{
	size_t end = before_delimiter(p->raw, d->start);
	while (p->depth > d->frame + 1)
		close_entity(p, end);
	struct frame *f = &p->stack[d->frame];
	struct part *e = &p->parts.v[f->part];
	if (f->children == 0 && !e->preamble.p) {
		size_t start = (size_t)(e->body.p - p->raw.p);
		e->preamble = str_sub(p->raw, start, end > start ? end - start : 0);
	}
	p->at = d->end;
	if (!d->closing)
		return is_empty_part(p) ? 0 : open_entities(p);
	e->closed = true;
	e->epilogue = str_from(p->raw, d->end);
	f->boundary = S("");
	return 0;
}

static int parse_tree(struct parser *p)
{
	struct delimiter d;
	if (open_entities(p))
		return ERR_ENV;
	while (!(p->anomalies & ANOM(part_cap)) && next_delimiter(p, &d))
		if (take_delimiter(p, &d))
			return ERR_ENV;
	while (p->depth)
		close_entity(p, p->raw.n);
	return 0;
}

/* ---- facts about the whole ---- */

static uint64_t look_at_lines(struct str raw)
{
	enum { LONGEST = 998 };
	uint64_t found = 0;
	for (size_t at = 0; raw.n - at > LONGEST;) {
		size_t last = str_rfind_byte(str_sub(raw, at, LONGEST + 1), '\n');
		if (last == STR_NPOS && !str_starts(str_from(raw, at + LONGEST), S("\r\n"))) {
			found |= ANOM(long_line);
			break;
		}
		at += last == STR_NPOS ? LONGEST + 2 : last + 1;
	}
	if (str_find_byte(raw, '\r') == STR_NPOS)
		return found;
	bool lf = false, crlf = false;
	for (size_t at = 0, i; !(lf && crlf) && (i = str_find_byte(str_from(raw, at), '\n')) != STR_NPOS; at += i + 1)
		*(at + i && raw.p[at + i - 1] == '\r' ? &crlf : &lf) = true;
	return lf && crlf ? found | ANOM(mixed_line_ends) : found;
}

static uint64_t look_at_fields(struct headers h)
{
	static const uint8_t once[] = {HDR_date, HDR_from, HDR_sender, HDR_reply_to, HDR_to, HDR_cc, HDR_bcc, HDR_subject,
		HDR_message_id, HDR_in_reply_to, HDR_references, HDR_mime_version, HDR_content_type, HDR_content_transfer_encoding,
		HDR_content_disposition, HDR_content_id};
	uint8_t seen[HDR_COUNT] = {0};
	uint64_t found = 0;
	for (size_t i = 0; i < h.n; i++)
		if (seen[h.v[i].id] < 2)
			seen[h.v[i].id]++;
	for (size_t i = 0; i < sizeof once; i++)
		if (seen[once[i]] > 1)
			found |= ANOM(duplicate_field);
	if (!seen[HDR_from])
		found |= ANOM(missing_from);
	if (!seen[HDR_date])
		found |= ANOM(missing_date);
	if (!seen[HDR_message_id])
		found |= ANOM(missing_message_id);
	return found;
}

static struct str leading_from_line(struct str raw)
{
	return str_starts(raw, S("From ")) ? str_first(raw, line_end(raw, 0)) : (struct str){NULL, 0};
}

int message_parse(struct arena *a, struct str raw, struct message *out)
{
	struct parser p = {.a = a, .raw = raw};
	*out = (struct message){0};
	if (parse_tree(&p))
		return ERR_ENV;
	*out = (struct message){.raw = raw, .parts = p.parts.v, .n_parts = p.parts.n, .headers = p.parts.v[0].headers};
	out->anomalies = p.anomalies | look_at_lines(raw) | look_at_fields(out->headers);
	out->from_line = leading_from_line(raw);
	return 0;
}
