/* escape.c - see escape.h. */
#include "export/escape.h"

#include <stdio.h>

#include "base/utf8.h"
#include "export/width.h"

enum mode { MODE_HTML, MODE_TERM, MODE_CSV };

struct escaper {
	enum mode mode;
	bool ascii;
	unsigned marks; /* combining marks in a row so far */
	struct buf *out;
};

static size_t put_z(struct buf *out, const char *z, size_t width)
{
	buf_add(out, str_of(z));
	return width;
}

static size_t put_hex(struct buf *out, struct str bytes)
{
	static const char digit[] = "0123456789abcdef";
	for (size_t k = 0; k < bytes.n; k++) {
		char t[4] = {'\\', 'x', digit[bytes.p[k] >> 4], digit[bytes.p[k] & 15]};
		buf_add(out, str_make(t, sizeof t));
	}
	return 4 * bytes.n;
}

static size_t put_code(struct buf *out, uint32_t c)
{
	char t[16];
	int n = snprintf(t, sizeof t, "\\u{%x}", c);
	buf_add(out, str_make(t, (size_t)n));
	return (size_t)n;
}

static size_t put_ascii(struct escaper *e, uint8_t c)
{
	switch (c) {
	case '\n':
		return put_z(e->out, "\\n", 2);
	case '\r':
		return put_z(e->out, "\\r", 2);
	case '\t':
		return put_z(e->out, "\\t", 2);
	case '\\':
		return put_z(e->out, "\\\\", 2);
	case '"':
		return put_z(e->out, e->mode == MODE_HTML ? "&quot;" : e->mode == MODE_CSV ? "\"\"" : "\"", 1);
	default:
		break;
	}
	if (c < 0x20 || c == 0x7F)
		return put_hex(e->out, str_make(&c, 1));
	if (e->mode == MODE_HTML) {
		const char *ref = c == '&'    ? "&amp;"
		                  : c == '<'  ? "&lt;"
		                  : c == '>'  ? "&gt;"
		                  : c == '\'' ? "&#39;"
		                  : c == '`'  ? "&#96;"
		                              : NULL;
		if (ref)
			return put_z(e->out, ref, 1);
	}
	buf_byte(e->out, c);
	return 1;
}

static bool acts(uint32_t c)
{
	return unicode_is_control(c) || unicode_is_invisible(c) || c == 0x2028 || c == 0x2029 || c == 0x2800 || char_unseen(c);
}

/* Writes the character at *i and returns its width. */
static size_t put_char(struct escaper *e, struct str s, size_t *i)
{
	size_t at = *i;
	uint32_t c = utf8_next(s, i);
	struct str raw = str_sub(s, at, *i - at);
	if (c < 0x80) {
		e->marks = 0;
		return put_ascii(e, (uint8_t)c);
	}
	if (c == UTF8_REPLACEMENT && !str_eq(raw, S("\xEF\xBF\xBD")))
		return put_hex(e->out, raw);
	unsigned w = char_width(c);
	e->marks = w ? 0 : e->marks + 1;
	if (e->ascii || acts(c) || e->marks > MARKS_MAX)
		return put_code(e->out, c);
	buf_add(e->out, raw);
	return w;
}

static size_t escape(struct escaper *e, struct str s, size_t max_width)
{
	struct str dots = e->ascii ? S("...") : S("\xE2\x80\xA6");
	size_t dots_width = e->ascii ? 3 : 1;
	size_t width = 0, cut = e->out->n, cut_width = 0;
	for (size_t i = 0; i < s.n;) {
		width += put_char(e, s, &i);
		if (!max_width)
			continue;
		if (width > max_width) {
			e->out->n = cut;
			buf_add(e->out, str_first(dots, max_width < dots_width ? max_width : dots.n));
			return max_width < dots_width ? max_width : cut_width + dots_width;
		}
		if (width + dots_width <= max_width)
			cut = e->out->n, cut_width = width;
	}
	return width;
}

size_t esc_html(struct str s, size_t max_width, struct buf *out)
{
	struct escaper e = {MODE_HTML, false, 0, out};
	return escape(&e, s, max_width);
}

size_t esc_html_text(struct str s, size_t max_width, struct buf *out)
{
	struct buf plain;
	if (str_find(s, S("://")) == STR_NPOS && str_ifind(s, S("www.")) == STR_NPOS)
		return esc_html(s, max_width, out);
	buf_init(&plain, 2 * s.n + 64);
	defang_text(s, &plain);
	size_t width = esc_html(buf_str(&plain), max_width, out);
	out->oom |= plain.oom;
	buf_free(&plain);
	return width;
}

size_t esc_term(struct str s, size_t max_width, unsigned flags, struct buf *out)
{
	struct escaper e = {MODE_TERM, flags & ESCAPE_ASCII, 0, out};
	return escape(&e, s, max_width);
}

void esc_paragraph(struct str s, size_t indent, size_t width, unsigned flags, struct buf *out)
{
	struct str rest = s, word;
	size_t column = indent, cap = width > indent ? width - indent : 1;
	while (rest.n && str_next(&rest, ' ', &word)) {
		for (struct str sign; rest.n && rest.p[0] == '%' && str_next(&rest, ' ', &sign);)
			word.n = (size_t)(sign.p + sign.n - word.p); /* "95 %" stays together */
		size_t at = out->n, w = esc_term(word, cap, flags, out);
		out->n = at;
		if (column > indent && column + 1 + w > width) {
			buf_byte(out, '\n');
			buf_printf(out, "%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			buf_byte(out, ' ');
			column++;
		}
		column += esc_term(word, cap, flags, out);
	}
}

/* Would a spreadsheet calculate what stands at s? */
static bool is_formula(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		uint32_t c = utf8_next(s, &i);
		if (unicode_is_space(c) || unicode_is_control(c) || acts(c))
			continue;
		switch (c) {
		case '=':
		case '+':
		case '-':
		case '@':
		case 0xFF1D:
		case 0xFF0B:
		case 0xFF0D:
		case 0xFF20: /* fullwidth */
		case 0xFE66:
		case 0xFE62:
		case 0xFE63:
		case 0xFE6B: /* small */
		case 0x2212: /* minus sign */
			return true;
		default:
			return false;
		}
	}
	return false;
}

static bool needs_quotes(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '"' || s.p[i] == ',' || s.p[i] == ';')
			return true;
	return s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

void esc_csv(struct str s, struct buf *out)
{
	struct escaper e = {MODE_CSV, false, 0, out};
	bool quoted = needs_quotes(s);
	if (quoted)
		buf_byte(out, '"');
	if (is_formula(s) || (s.n && (s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n')))
		buf_byte(out, '\'');
	for (size_t i = 0; i < s.n;) {
		bool splits = s.p[i] == ';';
		put_char(&e, s, &i);
		if (splits && is_formula(str_from(s, i)))
			buf_byte(out, '\'');
	}
	if (quoted)
		buf_byte(out, '"');
}
