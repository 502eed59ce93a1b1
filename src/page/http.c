/* http.c - see http.h. */
#include "page/http.h"

#include "base/buf.h"
#include "base/limits.h"
#include "page/fact.h"
#include "page/inflate.h"

/* What steers the decoding of the body. */
struct coding {
	bool chunked, has_length;
	uint64_t length;
	struct str content; /* Content-Encoding */
};

void http_content_type(struct str value, struct str *type, struct str *charset)
{
	struct str rest = value, part;
	*charset = S("");
	str_next(&rest, ';', &part);
	*type = str_trim(part);
	while (str_next(&rest, ';', &part)) {
		part = str_trim(part);
		if (!str_istarts(part, S("charset=")))
			continue;
		part = str_trim(str_from(part, 8));
		if (part.n >= 2 && (part.p[0] == '"' || part.p[0] == '\'') && part.p[part.n - 1] == part.p[0])
			part = str_sub(part, 1, part.n - 2);
		*charset = part;
	}
}

struct str http_refresh(struct str value, int *seconds)
{
	size_t i = 0;
	uint64_t n;
	struct str s = str_trim(value);
	while (i < s.n && (ascii_digit(s.p[i]) || s.p[i] == '.'))
		i++;
	size_t dot = str_find_byte(str_first(s, i), '.');
	*seconds = str_u64(str_first(s, dot < i ? dot : i), &n) && n <= INT32_MAX ? (int)n : -1;
	s = str_trim(str_from(s, i));
	if (s.n && (s.p[0] == ';' || s.p[0] == ','))
		s = str_trim(str_from(s, 1));
	if (str_istarts(s, S("url"))) {
		struct str v = str_trim(str_from(s, 3));
		if (v.n && v.p[0] == '=')
			s = str_trim(str_from(v, 1));
	}
	if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
		size_t end = str_find_byte(str_from(s, 1), s.p[0]);
		s = str_sub(s, 1, end == STR_NPOS ? s.n : end);
	}
	return s;
}

/* ---- header ---- */

static int status_of(struct str line)
{
	uint64_t code;
	size_t blank = str_find_byte(line, ' ');
	if (!str_istarts(line, S("HTTP/")) || blank == STR_NPOS)
		return 0;
	struct str v = str_trim(str_from(line, blank));
	size_t end = str_find_byte(v, ' ');
	if (!str_u64(str_first(v, end == STR_NPOS ? v.n : end), &code) || code < 100 || code > 999)
		return 0;
	return (int)code;
}

static void field(struct http_response *r, struct coding *c, struct str name, struct str v)
{
	if (str_ieq(name, S("Location")))
		r->location = v;
	else if (str_ieq(name, S("Refresh")))
		r->refresh = v;
	else if (str_ieq(name, S("Server")))
		r->server = v;
	else if (str_ieq(name, S("Content-Type")))
		http_content_type(v, &r->type, &r->charset);
	else if (str_ieq(name, S("Content-Encoding")))
		c->content = v;
	else if (str_ieq(name, S("Transfer-Encoding")))
		c->chunked = str_iends(v, S("chunked"));
	else if (str_ieq(name, S("Content-Length")))
		c->has_length = str_u64(v, &c->length);
}

/* Reads the fields; what is left of *rest is the body. */
static void header(struct str *rest, struct http_response *r, struct coding *c)
{
	struct str line;
	for (size_t n = 0; str_line(rest, &line); n++) {
		if (!line.n)
			return;
		size_t colon = str_find_byte(line, ':');
		if (colon == STR_NPOS || !colon || ascii_space(line.p[0]) || n >= LIM_HTTP_HEADERS)
			r->facts |= FACT(http_bad_header);
		else
			field(r, c, str_trim(str_first(line, colon)), str_trim(str_from(line, colon + 1)));
	}
	r->facts |= FACT(http_short);
}

/* ---- body ---- */

/* A chunk's size; false: no hex digits. */
static bool chunk_size(struct str line, uint64_t *size)
{
	size_t i = 0;
	for (*size = 0; i < line.n && ascii_hex(line.p[i]) >= 0; i++) {
		if (*size >> 56)
			return false;
		*size = *size << 4 | (uint64_t)ascii_hex(line.p[i]);
	}
	return i && (i == line.n || line.p[i] == ';' || ascii_space(line.p[i]));
}

/* The chunks joined. Without a first chunk size the crawler has joined them. */
static int unchunk(struct arena *a, struct str in, struct str *out, uint64_t *facts)
{
	struct buf b;
	struct str rest = in, line;
	uint64_t size;
	*out = in;
	if (!in.n)
		return 0;
	if (!str_line(&rest, &line) || !chunk_size(line, &size)) {
		*facts |= FACT(http_decoded);
		return 0;
	}
	buf_init_arena(&b, a, LIM_WARC_BLOCK);
	while (size) {
		buf_add(&b, str_first(rest, size));
		if (rest.n < size) {
			*facts |= FACT(http_short);
			break;
		}
		rest = str_from(rest, (size_t)size);
		if (str_starts(rest, S("\r\n")))
			rest = str_from(rest, 2);
		else if (str_starts(rest, S("\n")))
			rest = str_from(rest, 1);
		if (!str_line(&rest, &line) || !chunk_size(line, &size)) {
			*facts |= FACT(http_bad_chunk);
			break;
		}
	}
	*out = buf_str(&b);
	return b.oom ? -1 : 0;
}

/* Undoes one Content-Encoding. */
static int decode_one(struct arena *a, struct str name, struct http_response *r)
{
	if (str_ieq(name, S("gzip")) || str_ieq(name, S("x-gzip")))
		return inflate_bytes(a, r->body, INFLATE_GZIP, LIM_PAGE, &r->body, &r->facts);
	if (str_ieq(name, S("deflate")))
		return inflate_bytes(a, r->body, INFLATE_DEFLATE, LIM_PAGE, &r->body, &r->facts);
	if (name.n && !str_ieq(name, S("identity")) && !str_ieq(name, S("none")))
		r->facts |= FACT(http_unknown_coding);
	return 0;
}

static int decode(struct arena *a, const struct coding *c, struct http_response *r)
{
	struct str rest = c->content, names[2], name;
	size_t n = 0;
	if (c->chunked && unchunk(a, r->body, &r->body, &r->facts))
		return -1;
	while (c->content.n && str_next(&rest, ',', &name)) {
		if (n == sizeof names / sizeof *names) {
			r->facts |= FACT(http_unknown_coding);
			return 0;
		}
		names[n++] = str_trim(name);
	}
	while (n)
		if (decode_one(a, names[--n], r))
			return -1;
	return 0;
}

int http_response(struct arena *a, struct str block, struct http_response *out)
{
	struct coding c = {0};
	struct str rest = block, line;
	*out = (struct http_response){0};
	if (!str_istarts(block, S("HTTP/"))) {
		out->facts |= FACT(http_no_status);
		out->raw_body = out->body = str_first(block, LIM_PAGE);
		return 0;
	}
	str_line(&rest, &line);
	out->status = status_of(line);
	if (!out->status)
		out->facts |= FACT(http_no_status);
	header(&rest, out, &c);
	out->raw_body = out->body = rest;
	if (c.has_length && !c.chunked && c.length > rest.n && !(out->facts & FACT(http_decoded)))
		out->facts |= FACT(http_short);
	if (decode(a, &c, out))
		return -1;
	if (out->body.n > LIM_PAGE) {
		out->body.n = LIM_PAGE;
		out->facts |= FACT(page_cut);
	}
	return 0;
}
