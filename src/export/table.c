/* table.c - see table.h. */
#include "export/table.h"

#include <errno.h>
#include <math.h>

#include "base/limits.h"
#include "base/mem.h"
#include "export/escape.h"

enum { CELL_BYTES = 1024, FLUSH_BYTES = 65536, TEXT_LEAST = 10, FLOW_LEAST = 40, DAY = 10 /* YYYY-MM-DD */, GAP = 2 };
#define TABLE_MEMORY (64 * MIB)

bool table_format_parse(struct str name, enum table_format *f)
{
	static const char *const names[] = {"table", "json", "jsonl", "csv"};
	for (int k = 0; k < 4; k++)
		if (str_eq(name, str_of(names[k]))) {
			*f = (enum table_format)k;
			return true;
		}
	return false;
}

static void flush(struct table *t, size_t keep_below)
{
	if (t->buf.n < keep_below)
		return;
	t->oom |= !buf_ok(&t->buf);
	if (!t->failed && t->buf.n && fwrite(t->buf.p, 1, t->buf.n, t->out) != t->buf.n) {
		t->failed = true;
		t->write_errno = errno;
	}
	buf_clear(&t->buf);
}

void table_begin(struct table *t, const struct column *cols, size_t n, const struct table_opts *opts, FILE *out)
{
	must(n <= TABLE_COLUMNS_MAX);
	*t = (struct table){.cols = cols, .n_cols = n, .opts = *opts, .out = out};
	buf_init(&t->buf, TABLE_MEMORY);
	buf_init(&t->tmp, TABLE_MEMORY);
	arena_init(&t->arena, TABLE_MEMORY);
	t->json = json_to(&t->buf);
	if (t->opts.max_rows == 0)
		t->opts.max_rows = TABLE_ROWS;
	if (opts->format == FORMAT_JSON) {
		json_obj(&t->json);
		json_key(&t->json, "version");
		json_int(&t->json, TABLE_VERSION);
		json_key(&t->json, opts->what);
		json_arr(&t->json);
	} else if (opts->format == FORMAT_CSV) {
		for (size_t k = 0; k < n; k++) {
			if (k)
				buf_byte(&t->buf, ',');
			buf_add(&t->buf, str_of(cols[k].name));
		}
		buf_byte(&t->buf, '\n');
	}
}

static void end_row(struct table *t)
{
	if (t->rows == 0)
		return;
	bool json = t->opts.format == FORMAT_JSON || t->opts.format == FORMAT_JSONL;
	must(t->own_row ? json : t->at == t->n_cols);
	if (json && !t->own_row)
		json_obj_end(&t->json);
	if (t->opts.format != FORMAT_TABLE && t->opts.format != FORMAT_JSON)
		buf_byte(&t->buf, '\n');
	if (t->opts.format == FORMAT_JSONL)
		t->json.comma = false;
	t->mask = NULL;
	flush(t, FLUSH_BYTES);
}

/* No room for the current row: at the cap no more rows are kept (and "N of M shown" says so), else the heap is empty. */
static void no_room(struct table *t)
{
	if (t->arena.total > TABLE_MEMORY / 4)
		t->opts.max_rows = t->kept;
	else
		t->oom = true;
}

static void keep_row(struct table *t)
{
	if (t->rows > t->opts.max_rows)
		return;
	if (t->kept == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64, cell = t->n_cols * sizeof *t->cells;
		void *p = arena_grow(&t->arena, t->cells, t->cap * cell, cap * cell);
		if (!p) {
			no_room(t);
			return;
		}
		t->cells = p;
		t->cap = cap;
	}
	memset(t->cells + t->kept * t->n_cols, 0, t->n_cols * sizeof *t->cells);
	t->kept++;
}

void table_row(struct table *t)
{
	end_row(t);
	t->rows++;
	t->at = 0;
	t->own_row = false;
	if (t->opts.format == FORMAT_TABLE) {
		keep_row(t);
	} else if (t->opts.format == FORMAT_JSON) {
		buf_add(&t->buf, t->json.comma ? S(",\n") : S("\n"));
		t->json.comma = false;
	}
}

void table_mask(struct table *t, const struct mask *m)
{
	t->mask = m;
}

struct json *table_json(struct table *t)
{
	if (t->opts.format != FORMAT_JSON && t->opts.format != FORMAT_JSONL)
		return NULL;
	must(t->at == 0);
	t->own_row = true;
	return &t->json;
}

/* The next cell's column; a JSON object is opened and its key written, a CSV comma set. */
static const struct column *next(struct table *t)
{
	must(t->at < t->n_cols && !t->own_row);
	const struct column *c = &t->cols[t->at++];
	if (t->opts.format == FORMAT_CSV && t->at > 1)
		buf_byte(&t->buf, ',');
	if (t->opts.format == FORMAT_JSON || t->opts.format == FORMAT_JSONL) {
		if (t->at == 1)
			json_obj(&t->json);
		json_key(&t->json, c->name);
	}
	return c;
}

static void keep(struct table *t, struct str text)
{
	if (t->kept != t->rows)
		return;
	struct str copy = arena_dup(&t->arena, str_first(text, CELL_BYTES));
	t->cells[(t->kept - 1) * t->n_cols + t->at - 1].text = copy;
	if (!copy.p) {
		t->kept--;
		no_room(t);
	}
}

/* A number or a time as text of our own: no escaping needed. */
static void number(struct table *t, const char *json, const char *people)
{
	next(t);
	if (t->opts.format == FORMAT_TABLE)
		keep(t, str_of(people));
	else if (t->opts.format == FORMAT_CSV)
		buf_add(&t->buf, str_of(json));
	else
		json_raw(&t->json, str_of(json));
}

void table_null(struct table *t)
{
	next(t);
	if (t->opts.format == FORMAT_JSON || t->opts.format == FORMAT_JSONL)
		json_nil(&t->json);
}

/* What the column lets a reader see of s, appended to tmp. */
static void show(struct table *t, const struct column *c, struct str s)
{
	struct buf masked;
	bool people = t->opts.format == FORMAT_TABLE || t->opts.format == FORMAT_CSV;
	buf_init(&masked, TABLE_MEMORY);
	if (!t->opts.reveal && c->show == SHOW_MASK)
		mask_addr(s, &masked);
	else if (!t->opts.reveal && t->mask)
		mask_tokens(t->mask, s, &masked);
	else
		buf_add(&masked, s);
	if (people && c->show == SHOW_URL && c->kind != KIND_JSON)
		defang_url(buf_str(&masked), &t->tmp);
	else if (people && (c->kind == KIND_TEXT || c->kind == KIND_LIST || c->kind == KIND_JSON))
		defang_text(buf_str(&masked), &t->tmp);
	else
		buf_add(&t->tmp, buf_str(&masked));
	t->oom |= !buf_ok(&masked);
	buf_free(&masked);
}

void table_str(struct table *t, struct str s)
{
	const struct column *c = next(t);
	buf_clear(&t->tmp);
	show(t, c, s);
	t->oom |= !buf_ok(&t->tmp);
	if (t->opts.format == FORMAT_TABLE)
		keep(t, buf_str(&t->tmp));
	else if (t->opts.format == FORMAT_CSV)
		esc_csv(buf_str(&t->tmp), &t->buf);
	else
		json_str(&t->json, buf_str(&t->tmp));
}

void table_text(struct table *t, struct str s)
{
	if (s.n)
		table_str(t, s);
	else
		table_null(t);
}

void table_z(struct table *t, const char *z)
{
	if (z)
		table_str(t, str_of(z));
	else
		table_null(t);
}

void table_strs(struct table *t, struct strs list)
{
	const struct column *c = next(t);
	bool json = t->opts.format == FORMAT_JSON || t->opts.format == FORMAT_JSONL;
	buf_clear(&t->tmp);
	if (json)
		json_arr(&t->json);
	for (size_t k = 0; k < list.n; k++) {
		if (json)
			buf_clear(&t->tmp);
		else if (k)
			buf_byte(&t->tmp, ' ');
		show(t, c, list.v[k]);
		if (json)
			json_str(&t->json, buf_str(&t->tmp));
	}
	t->oom |= !buf_ok(&t->tmp);
	if (json)
		json_arr_end(&t->json);
	else if (t->opts.format == FORMAT_CSV)
		esc_csv(buf_str(&t->tmp), &t->buf);
	else
		keep(t, buf_str(&t->tmp));
}

void table_int(struct table *t, int64_t v)
{
	char plain[24], grouped[32];
	snprintf(plain, sizeof plain, "%lld", (long long)v);
	size_t n = strlen(plain), from = plain[0] == '-', k = 0;
	for (size_t i = 0; i < n; i++) {
		if (i > from && (n - i) % 3 == 0)
			grouped[k++] = ',';
		grouped[k++] = plain[i];
	}
	grouped[k] = 0;
	number(t, plain, grouped);
}

void table_real(struct table *t, double v)
{
	char plain[64], people[64];
	if (!isfinite(v) || fabs(v) > 1e18) {
		table_null(t);
		return;
	}
	const struct column *c = &t->cols[t->at < t->n_cols ? t->at : 0];
	if (c->decimals < 0)
		snprintf(plain, sizeof plain, "%.*g", -c->decimals, v);
	else
		snprintf(plain, sizeof plain, "%.*f", c->decimals, v);
	if (c->share)
		snprintf(people, sizeof people, "%.*f %%", c->decimals > 2 ? c->decimals - 2 : 0, v * 100);
	number(t, plain, c->share ? people : plain);
}

void table_time(struct table *t, int64_t unix_s)
{
	if (unix_s == TIME_NONE) {
		table_null(t);
		return;
	}
	char iso[TIME_ISO_SIZE], quoted[TIME_ISO_SIZE + 2];
	time_iso(unix_s, iso);
	snprintf(quoted, sizeof quoted, "\"%s\"", iso);
	number(t, t->opts.format == FORMAT_CSV ? iso : quoted, iso);
}

/* ---- table format ---- */

static bool is_number(const struct column *c)
{
	return c->kind == KIND_INT || c->kind == KIND_REAL;
}

static struct str text_of(const struct table_cell *cell)
{
	return cell->text.p ? cell->text : S("-");
}

static size_t put_cell(struct table *t, struct str text, size_t cap, struct buf *out)
{
	return esc_term(text, cap, t->opts.ascii ? ESCAPE_ASCII : 0, out);
}

static void natural_widths(struct table *t, size_t *width)
{
	for (size_t k = 0; k < t->n_cols; k++) {
		width[k] = strlen(t->cols[k].name);
		for (size_t r = 0; r < t->kept; r++) {
			buf_clear(&t->tmp);
			size_t w = put_cell(t, text_of(&t->cells[r * t->n_cols + k]), 0, &t->tmp);
			t->oom |= t->tmp.oom;
			if (w > width[k])
				width[k] = w;
		}
	}
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How far column k can be cut; natural is its width uncut. */
static size_t least_width(const struct table *t, size_t k, size_t natural)
{
	const struct column *c = &t->cols[k];
	if (c->flow)
		return least(natural, FLOW_LEAST);
	if (is_number(c))
		return natural;
	if (k == 0 || c->whole)
		return least(natural, t->opts.width / 2);
	return least(natural, c->kind == KIND_TIME ? DAY : TEXT_LEAST);
}

/* All columns with their gaps; a width of 0 is a column left out. */
static size_t line_width(const struct table *t, const size_t *width)
{
	size_t sum = 0;
	for (size_t k = 0; k < t->n_cols; k++)
		sum += width[k] ? width[k] + (sum ? GAP : 0) : 0;
	return sum;
}

/* Leaves columns out, details first and all at once, then from the right, until the others fit when cut as far as they can be. */
static void leave_out(const struct table *t, size_t *width, size_t *cut)
{
	for (size_t k = 0; k < t->n_cols; k++)
		cut[k] = least_width(t, k, width[k]);
	if (t->opts.all_columns || line_width(t, cut) <= t->opts.width)
		return;
	for (size_t k = 0; k < t->n_cols; k++)
		if (t->cols[k].detail)
			cut[k] = width[k] = 0;
	for (size_t k = t->n_cols; k-- > 1 && line_width(t, cut) > t->opts.width;)
		if (!t->cols[k].whole && !t->cols[k].flow)
			cut[k] = width[k] = 0;
}

/* Cuts what is left: times to days, then from the widest text until all fit, or none can give more. */
static void fit(const struct table *t, size_t *width)
{
	size_t cut[TABLE_COLUMNS_MAX];
	if (!t->opts.width)
		return;
	leave_out(t, width, cut);
	for (size_t k = 0; k < t->n_cols; k++)
		if (t->cols[k].flow)
			cut[k] = least(cut[k], TEXT_LEAST);
	bool narrow = line_width(t, width) > t->opts.width;
	for (size_t k = 1; k < t->n_cols; k++)
		if (narrow && t->cols[k].kind == KIND_TIME)
			width[k] = cut[k];
	for (size_t sum = line_width(t, width); sum > t->opts.width; sum--) {
		size_t widest = t->n_cols;
		for (size_t k = 0; k < t->n_cols; k++)
			if (width[k] > cut[k] && (widest == t->n_cols || width[k] > width[widest]))
				widest = k;
		if (widest == t->n_cols)
			return;
		width[widest]--;
	}
}

static void pad(struct buf *out, size_t n)
{
	while (n--)
		buf_byte(out, ' ');
}

static void put_line(struct table *t, const struct table_cell *cells, const size_t *width)
{
	size_t column = 0, all = line_width(t, width);
	for (size_t k = 0; k < t->n_cols; k++) {
		const struct column *c = &t->cols[k];
		struct str text = cells ? text_of(&cells[k]) : str_of(c->name);
		bool right = is_number(c);
		if (width[k] == 0)
			continue;
		if (column)
			pad(&t->buf, GAP);
		column += column ? GAP : 0;
		if (c->flow && t->opts.width) {
			esc_paragraph(text, column, column + width[k], t->opts.ascii ? ESCAPE_ASCII : 0, &t->buf);
			break;
		}
		column += width[k];
		if (c->kind == KIND_TIME && width[k] == DAY)
			text = str_first(text, DAY);
		buf_clear(&t->tmp);
		size_t w = put_cell(t, text, width[k], &t->tmp);
		if (right)
			pad(&t->buf, width[k] - w);
		buf_add(&t->buf, buf_str(&t->tmp));
		t->oom |= t->tmp.oom;
		if (!right && column < all)
			pad(&t->buf, width[k] - w);
	}
	buf_byte(&t->buf, '\n');
	flush(t, FLUSH_BYTES);
}

static void put_rule(struct table *t, const size_t *width)
{
	for (size_t k = 0; k < t->n_cols; k++) {
		if (k && width[k])
			pad(&t->buf, GAP);
		for (size_t i = 0; i < width[k]; i++)
			buf_add(&t->buf, t->opts.ascii ? S("-") : S("\xE2\x94\x80"));
	}
	buf_byte(&t->buf, '\n');
}

/* tmp as a paragraph. */
static void put_note(struct table *t)
{
	esc_paragraph(buf_str(&t->tmp), 0, t->opts.width ? t->opts.width : SIZE_MAX, 0, &t->buf);
	buf_byte(&t->buf, '\n');
}

/* What is not there, for lack of rows asked for or of width. */
static void put_rest(struct table *t, const size_t *width, size_t total)
{
	size_t hidden = 0;
	if (total == 0) {
		buf_clear(&t->tmp);
		buf_printf(&t->tmp, "none%s%s", t->opts.hint ? ": " : "", t->opts.hint ? t->opts.hint : "");
		put_note(t);
	}
	if (total > t->kept)
		buf_printf(&t->buf, "%zu of %zu shown\n", t->kept, total);
	buf_clear(&t->tmp);
	for (size_t k = 0; k < t->n_cols; k++)
		if (width[k] == 0)
			buf_printf(&t->tmp, "%s%s", hidden++ ? ", " : "left out for lack of width: ", t->cols[k].name);
	if (hidden)
		put_note(t);
}

static void put_table(struct table *t, size_t total)
{
	size_t width[TABLE_COLUMNS_MAX] = {0};
	natural_widths(t, width);
	fit(t, width);
	put_line(t, NULL, width);
	put_rule(t, width);
	for (size_t r = 0; r < t->kept; r++)
		put_line(t, t->cells + r * t->n_cols, width);
	put_rest(t, width, total);
}

/* What the rows were asked for by, where that is no name any more. */
static void put_former(struct table *t)
{
	if (!t->opts.former.n)
		return;
	json_key(&t->json, "former");
	json_arr(&t->json);
	json_raw(&t->json, t->opts.former);
	json_arr_end(&t->json);
}

int table_end(struct table *t, size_t total, struct err *err)
{
	end_row(t);
	if (total < t->rows)
		total = t->rows;
	if (t->opts.format == FORMAT_TABLE) {
		put_table(t, total);
	} else if (t->opts.format == FORMAT_JSON) {
		if (t->rows)
			buf_byte(&t->buf, '\n');
		json_arr_end(&t->json);
		json_key(&t->json, "shown");
		json_int(&t->json, (int64_t)t->rows);
		json_key(&t->json, "total");
		json_int(&t->json, (int64_t)total);
		put_former(t);
		json_obj_end(&t->json);
		buf_byte(&t->buf, '\n');
	}
	flush(t, 0);
	if (!t->failed && fflush(t->out) != 0) {
		t->failed = true;
		t->write_errno = errno;
	}
	buf_free(&t->buf);
	buf_free(&t->tmp);
	arena_free(&t->arena);
	if (t->oom)
		return err_oom(err, "output");
	if (t->failed && t->write_errno != EPIPE) { /* a reader that has seen enough is no error */
		errno = t->write_errno;
		return err_errno(err, ERR_ENV, "cannot write the output");
	}
	return 0;
}
