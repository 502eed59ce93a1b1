/* fingerprint_mime.c - how the MIME parts are written: parameters, encodings, line widths, the gaps between parts. */
#include "base/anomaly.h"
#include "base/limits.h"
#include "codec/charset.h"
#include "feature/fingerprint_int.h"

/* ---- Content-Type as written ---- */

/* The white space behind ';': "/t" a fold and TAB, "/1" a fold and a blank, "1" a blank ... */
static size_t blank_form(struct str s, size_t i, struct val *v)
{
	size_t blanks = 0;
	bool fold = false, tab = false;
	for (; i < s.n && ascii_space(s.p[i]); i++) {
		if (s.p[i] == '\n') {
			fold = true;
			blanks = 0;
		} else if (s.p[i] != '\r') {
			blanks++;
			tab |= s.p[i] == '\t';
		}
	}
	if (fold)
		val_byte(v, '/');
	if (tab)
		val_byte(v, 't');
	else
		val_num(v, blanks);
	return i;
}

/* "text/html;/tcharset=q;1format=": all but the values. The type is shown only where its case is unusual. */
static void put_params(struct print *p, enum print_id id, struct str s)
{
	VAL(v);
	size_t i = str_find_byte(s = str_first(s, LIM_PRINT_FIELD), ';');
	struct str type = str_trim(str_first(s, i));
	bool odd = false;
	for (size_t k = 0; k < type.n; k++)
		odd |= ascii_lower(type.p[k]) != type.p[k];
	val_add(&v, odd ? type : S("."));
	while (i < s.n && !val_full(&v)) {
		val_byte(&v, ';');
		i = blank_form(s, i + 1, &v);
		for (; i < s.n && s.p[i] != '=' && s.p[i] != ';'; i++)
			if (!ascii_space(s.p[i]))
				val_byte(&v, s.p[i]);
		if (i >= s.n || s.p[i] == ';')
			continue;
		val_byte(&v, '=');
		i++;
		while (i < s.n && ascii_space(s.p[i]))
			i++;
		bool quoted = i < s.n && s.p[i] == '"';
		if (quoted)
			val_byte(&v, 'q');
		for (i += quoted; i < s.n && (quoted ? s.p[i] != '"' : s.p[i] != ';'); i++)
			;
		while (i < s.n && s.p[i] != ';')
			i++;
	}
	print_val(p, id, &v);
}

static struct str content_type_of(const struct part *q)
{
	const struct header *h = header_get(q->headers, HDR_content_type);
	return h ? h->value : S("");
}

/* Made-up charsets ("iso-0230-6") by their form. */
static void put_charset(struct print *p, struct str charset)
{
	VAL(v);
	if (charset_canonical(charset).n) {
		print_put(p, PRINT_charset, charset);
		return;
	}
	val_add(&v, S("unknown:"));
	print_digits(charset, &v);
	print_val(p, PRINT_charset, &v);
}

static void put_content_types(struct print *p)
{
	const struct part *top = &p->m->parts[0];
	struct str value = content_type_of(top);
	if (top->kind == PART_MULTIPART && value.n)
		put_params(p, PRINT_ct_multi, value);
	if (p->text && (value = content_type_of(p->text)).n)
		put_params(p, PRINT_ct_text, value);
	if (p->html && (value = content_type_of(p->html)).n)
		put_params(p, PRINT_ct_html, value);
	const struct part *first = p->text ? p->text : p->html;
	if (first && first->charset.n)
		put_charset(p, str_first(first->charset, 40));
	if ((value = print_field(p, HDR_mime_version)).n && !str_eq(value, S("1.0")))
		print_put(p, PRINT_mimever, value);
}

static void put_part_head(struct print *p)
{
	VAL(v);
	if (p->m->n_parts < 2)
		return;
	struct headers h = p->m->parts[1].headers;
	for (size_t i = 0; i < h.n && i < 8; i++) {
		if (i)
			val_byte(&v, ',');
		val_add(&v, h.v[i].name);
	}
	if (!h.n)
		val_byte(&v, '-');
	print_val(p, PRINT_parthead, &v);
}

static void put_cid(struct print *p)
{
	struct shape s;
	VAL(v);
	struct val host;
	for (size_t i = 1; i < p->m->n_parts && i < 16; i++) {
		struct str id = p->m->parts[i].content_id;
		if (!id.n)
			continue;
		size_t at = str_rfind_byte(id, '@');
		print_shape(str_first(id, at), &p->when, &s);
		val_add(&v, val_str(&s.coarse));
		val_byte(&v, '@');
		if (at != STR_NPOS) {
			struct str right = str_from(id, at + 1);
			print_host(p, right, false, &host);
			val_add(&v, str_ieq(right, p->mid_host) ? S("mid") : val_str(&host));
		}
		print_val(p, PRINT_cid, &v);
		return;
	}
}

/* Pictures whose name says another format than their type: "png as jpeg". That there are pictures is the campaign's. */
static void put_file(struct print *p)
{
	VAL(v);
	for (size_t i = 0; i < p->m->n_parts && i < 16; i++) {
		const struct part *q = &p->m->parts[i];
		size_t dot = str_rfind_byte(q->filename, '.');
		struct str ending = dot == STR_NPOS ? S("") : str_from(q->filename, dot + 1);
		if (!q->is_attachment || !str_eq(q->type, S("image")) || !ending.n || ending.n > 4)
			continue;
		if (str_ieq(ending, q->subtype) || (str_ieq(ending, S("jpg")) && str_iends(q->subtype, S("jpeg"))))
			return;
		for (size_t k = 0; k < ending.n; k++)
			val_byte(&v, ascii_lower(ending.p[k]));
		val_add(&v, S(" as "));
		val_add(&v, str_first(q->subtype, 16));
		print_val(p, PRINT_file, &v);
		return;
	}
}

/* ---- the tree and what stands between parts ---- */

static void short_type(const struct part *q, struct val *v)
{
	if (str_eq(q->type, S("text")) || q->kind == PART_MULTIPART)
		val_add(v, str_first(q->subtype, 16));
	else
		val_add(v, str_first(q->type, 12));
	if (q->disposition == DISPOSITION_ATTACHMENT)
		val_byte(v, '!');
}

static void put_tree(struct print *p)
{
	enum { SHOWN = 12 };
	VAL(v);
	size_t n = p->m->n_parts < SHOWN ? p->m->n_parts : SHOWN;
	unsigned depth = 0;
	for (size_t i = 0; i < n; i++) {
		const struct part *q = &p->m->parts[i];
		for (; depth > q->depth; depth--)
			val_byte(&v, ')');
		if (i)
			val_byte(&v, depth < q->depth ? '(' : ',');
		depth = q->depth;
		short_type(q, &v);
	}
	if (n < p->m->n_parts)
		val_add(&v, S(" ..."));
	print_val(p, PRINT_tree, &v);
}

static size_t line_ends(struct str s, bool from_end)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[from_end ? s.n - 1 - i : i];
		if (c == '\n')
			n++;
		else if (c != '\r')
			break;
	}
	return n < 9 ? n : 9;
}

static void put_gaps(struct print *p)
{
	VAL(v);
	const struct part *top = &p->m->parts[0];
	bool multi = top->kind == PART_MULTIPART && p->m->n_parts > 1;
	if (multi) {
		struct str pre = top->preamble;
		if (str_trim(pre).n)
			print_put(p, PRINT_preamble, str_first(str_trim(pre), 90));
		val_num(&v, line_ends(pre, false));
		val_byte(&v, '-');
		val_num(&v, line_ends(pre, true));
		val_byte(&v, '-');
		val_num(&v, line_ends(p->m->parts[1].body, true));
		val_byte(&v, '-');
		val_add(&v, top->closed ? S("") : S("open"));
	} else {
		val_num(&v, line_ends(top->body, false));
		val_byte(&v, '-');
	}
	struct str raw = p->m->raw;
	val_num(&v, line_ends(raw, true));
	print_val(p, PRINT_gaps, &v);
}

/* ---- encodings ---- */

static void put_transfer(struct print *p, enum print_id id, const struct part *q)
{
	const struct header *h = q ? header_get(q->headers, HDR_content_transfer_encoding) : NULL;
	if (q)
		print_put(p, id, h ? str_first(str_trim(h->value), 30) : S("-"));
}

static const struct part *first_with(const struct print *p, enum part_transfer transfer)
{
	for (size_t i = 0; i < p->m->n_parts && i < 16; i++)
		if (p->m->parts[i].kind == PART_LEAF && p->m->parts[i].transfer == transfer)
			return &p->m->parts[i];
	return NULL;
}

static void put_base64(struct print *p)
{
	const struct part *q = first_with(p, TRANSFER_BASE64);
	struct str rest, line;
	VAL(v);
	if (!q)
		return;
	rest = str_trim(str_first(q->body, LIM_PRINT_TEXT));
	if (!str_line(&rest, &line))
		return;
	if (!rest.n && q->body.n < LIM_PRINT_TEXT) { /* one line only: short, or never broken */
		if (line.n > 80)
			print_put(p, PRINT_b64, S("unbroken"));
		return;
	}
	if (line.n > 200)
		val_add(&v, S("unbroken"));
	else
		val_num(&v, line.n);
	print_val(p, PRINT_b64, &v);
}

/* Escapes that nobody needs: of printable characters other than '=' and a blank before a line end. */
static bool is_needless(uint8_t c, struct str behind)
{
	if (c == ' ' || c == '\t')
		return behind.n && behind.p[0] != '\n' && behind.p[0] != '\r' && behind.p[0] != '=';
	return c > ' ' && c < 0x7f && c != '=';
}

static void put_quoted_printable(struct print *p)
{
	const struct part *q = first_with(p, TRANSFER_QP);
	VAL(v);
	size_t longest = 0;
	bool lower = false, upper = false, needless = false, long_hard = false;
	if (!q)
		return;
	struct str body = str_first(q->body, LIM_PRINT_TEXT), rest = body, line;
	while (rest.n && str_line(&rest, &line)) {
		if (line.n && line.p[line.n - 1] == '=' && line.n > longest)
			longest = line.n;
		long_hard |= line.n > 76;
	}
	for (size_t i = 0, at; (at = str_find_byte(str_from(body, i), '=')) != STR_NPOS; i += at + 1) {
		struct str e = str_sub(body, i + at + 1, 2);
		int hi = e.n == 2 ? ascii_hex(e.p[0]) : -1, lo = e.n == 2 ? ascii_hex(e.p[1]) : -1;
		if (hi < 0 || lo < 0)
			continue;
		lower |= e.p[0] >= 'a' || e.p[1] >= 'a';
		upper |= (e.p[0] >= 'A' && e.p[0] <= 'F') || (e.p[1] >= 'A' && e.p[1] <= 'F');
		needless |= is_needless((uint8_t)(hi << 4 | lo), str_from(body, i + at + 3));
	}
	if (longest)
		val_num(&v, longest);
	val_add(&v, lower ? upper ? S("mixed") : S("lower") : S(""));
	val_add(&v, needless ? S("+needless") : S(""));
	val_add(&v, long_hard && longest <= 76 ? S("+long") : S(""));
	print_val(p, PRINT_qp, &v);
}

/* Text that was wrapped has several lines near its longest one. */
static void put_lines(struct print *p)
{
	enum { NEAR = 10, WRAPPED = 3 };
	const struct part *q = p->text && p->text->transfer == TRANSFER_IDENTITY ? p->text : p->html;
	VAL(v);
	size_t longest = 0, lines = 0, blank_ends = 0, blank_lines = 0, full = 0, n = 0;
	uint16_t length[LIM_PRINT_TEXT];
	if (!q || q->transfer != TRANSFER_IDENTITY)
		return;
	struct str body = str_first(q->body, LIM_PRINT_TEXT), rest = body, line;
	while (rest.n && str_line(&rest, &line)) {
		longest = line.n > longest ? line.n : longest;
		length[n++] = (uint16_t)line.n;
		lines += line.n > 0;
		bool ends = line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t');
		blank_ends += ends;
		blank_lines += ends && str_trim(line).n == 0;
	}
	for (size_t i = 0; i < n && longest > NEAR && longest <= 80; i++)
		full += length[i] >= longest - NEAR;
	val_add(&v, q == p->text ? S("text ") : S("html "));
	if (full >= WRAPPED)
		val_num(&v, longest);
	else
		val_add(&v, longest > 998 ? S("huge") : longest > 100 ? S("long") : S("short"));
	if (blank_ends)
		val_add(&v, blank_ends == lines ? S("+all") : blank_lines == blank_ends ? S("+empty") : S("+some"));
	print_val(p, PRINT_lines, &v);
}

void print_mime(struct print *p)
{
	uint64_t bad = p->m->anomalies;
	put_content_types(p);
	put_part_head(p);
	put_cid(p);
	put_tree(p);
	put_file(p);
	put_gaps(p);
	put_transfer(p, PRINT_cte_text, p->text);
	put_transfer(p, PRINT_cte_html, p->html);
	put_base64(p);
	put_quoted_printable(p);
	put_lines(p);
	if (bad & (ANOM(bare_cr) | ANOM(mixed_line_ends)))
		print_put(p, PRINT_eol, bad & ANOM(bare_cr) ? S("bare-cr") : S("mixed"));
}
