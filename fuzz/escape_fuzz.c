/* escape_fuzz.c - any bytes to every kind of reader: nothing that acts gets through, no recipient, no cap is passed.
 * The first line is a recipient's address, the rest the text. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "export/escape.h"
#include "export/message_json.h"
#include "export/width.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_quiet(struct str s)
{
	must(utf8_valid(s));
	for (size_t i = 0; i < s.n;) {
		uint32_t c = utf8_next(s, &i);
		must(!unicode_is_control(c) && !unicode_is_invisible(c) && !char_unseen(c));
	}
}

static void check_html(struct str text, size_t cap, struct buf *b)
{
	buf_clear(b);
	size_t w = esc_html_text(text, cap, b);
	must(cap == 0 || w <= cap);
	check_quiet(buf_str(b));
	for (size_t i = 0; i < b->n; i++)
		must(b->p[i] != '<' && b->p[i] != '>' && b->p[i] != '"' && b->p[i] != '\'' && b->p[i] != '`');
	must(str_ifind(buf_str(b), S("http://")) == STR_NPOS && str_ifind(buf_str(b), S("https://")) == STR_NPOS);
}

static void check_term(struct str text, size_t cap, unsigned flags, struct buf *b)
{
	buf_clear(b);
	size_t w = esc_term(text, cap, flags, b);
	must(cap == 0 || w <= cap);
	must(w == str_width(buf_str(b)));
	must(!(flags & ESCAPE_ASCII) || ascii_only(buf_str(b)));
	check_quiet(buf_str(b));
}

static void check_csv(struct str text, struct buf *b)
{
	buf_clear(b);
	esc_csv(text, b);
	check_quiet(buf_str(b));
	size_t at = b->n && b->p[0] == '"';
	must(b->n <= at || !strchr("=+-@", b->p[at]));
	for (size_t i = 0; i < b->n; i++)
		must(b->p[i] != ',' || at);
}

static void check_defang(struct str text, struct buf *b)
{
	struct buf again;
	buf_init(&again, 64 * MIB);
	buf_clear(b);
	defang_url(text, b);
	must(str_ifind(buf_str(b), S("http://")) == STR_NPOS);
	defang_url(buf_str(b), &again);
	must(str_eq(buf_str(b), buf_str(&again)));
	buf_free(&again);
}

static void check_mask(struct str address, struct str text, struct buf *b)
{
	struct mask m;
	mask_init(&m);
	mask_add(&m, address);
	buf_clear(b);
	mask_tokens(&m, text, b);
	if (m.n && m.needle[0].local.n >= 6 && m.needle[0].local.n < 100 && str_find_byte(m.needle[0].local, '*') == STR_NPOS)
		must(str_ifind(buf_str(b), m.needle[0].local) == STR_NPOS);
	buf_clear(b);
	mask_json(&m, text, b);
	buf_clear(b);
	mask_addr(address, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make(data, size), address;
	struct buf b;
	if (!str_line(&rest, &address))
		return 0;
	buf_init(&b, 64 * MIB);
	for (size_t cap = 0; cap < 40; cap += 13) {
		check_html(rest, cap, &b);
		check_term(rest, cap, 0, &b);
		check_term(rest, cap, ESCAPE_ASCII, &b);
	}
	check_csv(rest, &b);
	check_defang(rest, &b);
	check_mask(address, rest, &b);
	must(!b.oom);
	buf_free(&b);
	return 0;
}
