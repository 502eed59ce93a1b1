/* table.c - see table.h. */
#include "export/table.h"

#include <errno.h>
#include <math.h>

#include "base/limits.h"
#include "base/mem.h"
#include "export/escape.h"
#include "export/table_int.h"

enum { CELL_BYTES = 1024 };
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

void table_flush(struct table *t, size_t keep_below)
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
	table_flush(t, FLUSH_BYTES);
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
		table_draw(t, total);
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
	table_flush(t, 0);
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
