/* defang.c - URLs that nothing can click: see escape.h. */
#include "base/utf8.h"
#include "export/escape.h"

enum { SCHEME_MAX = 24 };

static bool is_dot(uint32_t c)
{
	return c == '.' || c == 0x3002 || c == 0xFF0E || c == 0xFF61;
}

static bool ends_authority(uint8_t c, bool in_text)
{
	if (c == '/' || c == '?' || c == '#' || c == '\\')
		return true;
	return in_text && (ascii_space(c) || c == '"' || c == '<' || c == '>' || c == '\'');
}

/* Host, with user and port, from i on; returns where it ends. */
static size_t put_authority(struct str s, size_t i, bool in_text, struct buf *out)
{
	while (i < s.n && !ends_authority(s.p[i], in_text)) {
		size_t at = i;
		uint32_t c = utf8_next(s, &i);
		bool done = at && s.p[at - 1] == '[' && i < s.n && s.p[i] == ']';
		if (is_dot(c) && !done)
			buf_add(out, S("[.]"));
		else if (c == '@' && !done)
			buf_add(out, S("[@]"));
		else if (c == ':' && str_starts(str_from(s, i), S("//")))
			buf_add(out, S("[:]")); /* "http:http://evil.example" */
		else
			buf_add(out, str_sub(s, at, i - at));
	}
	return i;
}

static bool scheme_byte(uint8_t c)
{
	return ascii_alnum(c) || c == '+' || c == '-';
}

/* The scheme, its colon and the slashes behind it: colon is the place of ':'. Returns the place behind. */
static size_t put_scheme(struct str s, size_t from, size_t colon, struct buf *out)
{
	struct str name = str_sub(s, from, colon - from);
	if (str_ieq(name, S("http")) || str_ieq(name, S("hxxp")))
		buf_add(out, S("hxxp:"));
	else if (str_ieq(name, S("https")) || str_ieq(name, S("hxxps")))
		buf_add(out, S("hxxps:"));
	else if (str_ieq(name, S("ftp")) || str_ieq(name, S("fxp")))
		buf_add(out, S("fxp:"));
	else {
		buf_add(out, name);
		buf_add(out, S("[:]"));
	}
	size_t i = colon + 1;
	while (i < s.n && (s.p[i] == '/' || s.p[i] == '\\'))
		i++;
	buf_add(out, str_sub(s, colon + 1, i - colon - 1));
	return i;
}

static bool www_at(struct str s, size_t i)
{
	return str_istarts(str_from(s, i), S("www.")) && (i == 0 || !ascii_alnum(s.p[i - 1]));
}

/* The text from i on; nothing before i is looked at or written. */
static void put_text(struct str s, size_t i, struct buf *out)
{
	size_t copied = i;
	while (i < s.n) {
		size_t from = i;
		if (s.p[i] == ':' && str_starts(str_from(s, i), S("://"))) {
			while (from > copied && i - from < SCHEME_MAX && scheme_byte(s.p[from - 1]))
				from--;
			buf_add(out, str_sub(s, copied, from - copied));
			i = copied = put_authority(s, put_scheme(s, from, i, out), true, out);
		} else if ((s.p[i] == 'w' || s.p[i] == 'W') && www_at(s, i)) {
			buf_add(out, str_sub(s, copied, i - copied));
			i = copied = put_authority(s, i, true, out);
		} else {
			i++;
		}
	}
	buf_add(out, str_from(s, copied));
}

void defang_text(struct str text, struct buf *out)
{
	put_text(text, 0, out);
}

void defang_url(struct str url, struct buf *out)
{
	size_t colon = 0, i = 0;
	while (colon < url.n && scheme_byte(url.p[colon]))
		colon++;
	if (colon && colon < url.n && url.p[colon] == ':') {
		i = put_scheme(url, 0, colon, out);
	} else {
		while (i < url.n && (url.p[i] == '/' || url.p[i] == '\\'))
			i++;
		buf_add(out, str_first(url, i));
	}
	put_text(url, put_authority(url, i, false, out), out);
}

void defang_host(struct str host, struct buf *out)
{
	for (size_t i = 0; i < host.n;) {
		size_t at = i;
		uint32_t c = utf8_next(host, &i);
		bool done = at && host.p[at - 1] == '[' && i < host.n && host.p[i] == ']';
		if (is_dot(c) && !done)
			buf_add(out, S("[.]"));
		else
			buf_add(out, str_sub(host, at, i - at));
	}
}
