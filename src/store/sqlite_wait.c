/* sqlite_wait.c - rows and words that wait to be written together. See sqlite.h.
 *
 * A statement of SQLite costs as much to begin and to end as one row of it does, so that rows are kept until there are SQ_WAIT_ROWS
 * and go into each table with one INSERT ... SELECT. What waits is a virtual table for SQLite: `waiting` has every column of a
 * message, `waiting_word` the new words. OR FAIL: the default keeps a journal of each page that a statement of many rows changes, to
 * take the statement alone back; here the whole batch is rolled back.
 */
#include <endian.h>

#include "base/mem.h"
#include "store/sqlite.h"

/* ---- values ---- */

static bool holds(const uint32_t *v, size_t n, uint32_t x)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == x)
			return true;
	return false;
}

/* A set of words as ids, in the order given, each once. */
static int pack_words(struct sq *q, struct arena *a, struct strs words, struct str *out, struct err *err)
{
	size_t n = words.n < LIM_URLS ? words.n : LIM_URLS, kept = 0;
	*out = (struct str){0};
	if (!n)
		return 0;
	uint32_t *ids = arena_alloc(a, n * sizeof *ids), id; /* little-endian */
	uint64_t perhaps[16] = {0};                          /* a bit for each id modulo 1024 */
	if (!ids)
		return err_oom(err, "store");
	for (size_t i = 0; i < n; i++) {
		int rc = sq_word_id(q, words.v[i], true, &id, err);
		if (rc < 0)
			return rc;
		uint64_t *bits = &perhaps[id / 64 % 16], bit = (uint64_t)1 << id % 64;
		id = htole32(id);
		if (!id || (*bits & bit && holds(ids, kept, id)))
			continue;
		*bits |= bit;
		ids[kept++] = id;
	}
	*out = str_make(ids, kept * sizeof *ids);
	return 0;
}

static int copy_str(struct arena *a, struct str s, struct str *out, struct err *err)
{
	*out = s.n ? arena_dup(a, s) : (struct str){0};
	return s.n && !out->p ? err_oom(err, "store") : 0;
}

static int copy_list(struct arena *a, struct strs list, struct str *out, struct err *err)
{
	struct buf b;
	buf_init_arena(&b, a, LIM_ARENA);
	pack_list(&b, list);
	*out = buf_str(&b);
	return buf_ok(&b) ? 0 : err_oom(err, "store");
}

int sq_cell(struct sq *q, struct arena *a, const struct row *row, enum feature_id f, struct cell *out, struct err *err)
{
	const void *p = row_get(row, f);
	uint32_t id;
	int rc = 0;
	switch (feature_table[f].kind) {
	case KIND_INT:
	case KIND_BITS:
		*out = (struct cell){.type = CELL_INT, .i = *(const int64_t *)p};
		break;
	case KIND_TIME:
		*out = (struct cell){.type = *(const int64_t *)p == TIME_NONE ? CELL_NULL : CELL_INT, .i = *(const int64_t *)p};
		break;
	case KIND_REAL:
		*out = (struct cell){.type = *(const double *)p != 0 ? CELL_REAL : CELL_NULL, .r = *(const double *)p};
		break;
	case KIND_WORD:
		rc = sq_word_id(q, *(const struct str *)p, true, &id, err);
		*out = (struct cell){.type = id ? CELL_INT : CELL_NULL, .i = id};
		break;
	case KIND_TEXT:
	case KIND_JSON:
		rc = copy_str(a, *(const struct str *)p, &out->s, err);
		out->type = out->s.n ? CELL_TEXT : CELL_NULL;
		break;
	case KIND_IP:
		rc = copy_str(a, *(const struct str *)p, &out->s, err);
		out->type = out->s.n ? CELL_BLOB : CELL_NULL;
		break;
	case KIND_HASH:
		rc = copy_str(a, str_make(p, SHA256_BYTES), &out->s, err);
		out->type = CELL_BLOB;
		break;
	case KIND_WORDS:
		rc = pack_words(q, a, *(const struct strs *)p, &out->s, err);
		out->type = out->s.n ? CELL_BLOB : CELL_NULL;
		break;
	case KIND_LIST:
		rc = copy_list(a, *(const struct strs *)p, &out->s, err);
		out->type = out->s.n ? CELL_BLOB : CELL_NULL;
		break;
	}
	return rc;
}

void give_cell(sqlite3_context *ctx, const struct cell *c)
{
	switch (c->type) {
	case CELL_NULL: /* what a column is until it is given */
		break;
	case CELL_INT:
		sqlite3_result_int64(ctx, c->i);
		break;
	case CELL_REAL:
		sqlite3_result_double(ctx, c->r);
		break;
	case CELL_TEXT:
		sqlite3_result_text64(ctx, (const char *)c->s.p, c->s.n, SQLITE_STATIC, SQLITE_UTF8);
		break;
	case CELL_BLOB:
		sqlite3_result_blob64(ctx, c->s.p, c->s.n, SQLITE_STATIC);
		break;
	}
}

/* ---- what waits, as SQLite sees it ---- */

/* n, feed, occurrence, key, box, knowledge, features, and the three that are no columns: as struct waiting_row has them */
static void row_columns(struct buf *b)
{
	buf_add(b, S("CREATE TABLE x (n, feed, occurrence, key, box, knowledge"));
	for (int f = 0; f < FEAT_COUNT; f++)
		buf_printf(b, ", \"%s\"", feature_table[f].name);
	buf_add(b, S(", _fingerprint, _sketch, _text)"));
}

static void row_column(const struct sq *q, size_t row, int col, sqlite3_context *ctx)
{
	const struct waiting_row *r = &q->wait.rows[row];
	if (col < WAIT_FIXED)
		sqlite3_result_int64(ctx, r->fixed[col]);
	else
		give_cell(ctx, &r->cells[col - WAIT_FIXED]);
}

static size_t row_count(const struct sq *q)
{
	return q->wait.n;
}

static void word_columns(struct buf *b)
{
	buf_add(b, S("CREATE TABLE x (id, text)"));
}

static void word_column(const struct sq *q, size_t row, int col, sqlite3_context *ctx)
{
	const struct word_slot *w = &q->new_words[row];
	if (col == 0)
		sqlite3_result_int64(ctx, w->id);
	else
		sqlite3_result_text64(ctx, (const char *)w->text.p, w->text.n, SQLITE_STATIC, SQLITE_UTF8);
}

static size_t word_count(const struct sq *q)
{
	return q->n_new;
}

static const struct wait_source {
	void (*columns)(struct buf *b);
	void (*column)(const struct sq *q, size_t row, int col, sqlite3_context *ctx);
	size_t (*count)(const struct sq *q);
} sources[SQ_WAITING] = {
	{row_columns, row_column, row_count},
	{word_columns, word_column, word_count},
};

struct wait_table {
	sqlite3_vtab base;
	const struct sq *q;
	const struct wait_source *source;
};

struct wait_cursor {
	sqlite3_vtab_cursor base;
	size_t row;
};

static int wait_connect(sqlite3 *db, void *ctx, int argc, const char *const *argv, sqlite3_vtab **out, char **text)
{
	(void)argc, (void)argv, (void)text;
	const struct wait_module *m = ctx;
	CLEANUP(buf_free) struct buf b;
	buf_init(&b, 64 * KIB);
	sources[m->source].columns(&b);
	buf_z(&b);
	int rc = buf_ok(&b) ? sqlite3_declare_vtab(db, (const char *)b.p) : SQLITE_NOMEM;
	if (rc != SQLITE_OK)
		return rc;
	struct wait_table *t = sqlite3_malloc(sizeof *t);
	if (!t)
		return SQLITE_NOMEM;
	*t = (struct wait_table){.q = m->q, .source = &sources[m->source]};
	*out = &t->base;
	return SQLITE_OK;
}

static int wait_disconnect(sqlite3_vtab *t)
{
	sqlite3_free(t);
	return SQLITE_OK;
}

static int wait_best(sqlite3_vtab *t, sqlite3_index_info *info)
{
	(void)t;
	info->estimatedCost = info->estimatedRows = SQ_WAIT_ROWS;
	return SQLITE_OK;
}

static int wait_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	(void)t;
	struct wait_cursor *c = sqlite3_malloc(sizeof *c);
	if (!c)
		return SQLITE_NOMEM;
	*c = (struct wait_cursor){0};
	*out = &c->base;
	return SQLITE_OK;
}

static int wait_close(sqlite3_vtab_cursor *c)
{
	sqlite3_free(c);
	return SQLITE_OK;
}

static int wait_filter(sqlite3_vtab_cursor *c, int num, const char *text, int argc, sqlite3_value **argv)
{
	(void)num, (void)text, (void)argc, (void)argv;
	((struct wait_cursor *)c)->row = 0;
	return SQLITE_OK;
}

static int wait_next(sqlite3_vtab_cursor *c)
{
	((struct wait_cursor *)c)->row++;
	return SQLITE_OK;
}

static int wait_eof(sqlite3_vtab_cursor *c)
{
	const struct wait_table *t = (const struct wait_table *)c->pVtab;
	return ((const struct wait_cursor *)c)->row >= t->source->count(t->q);
}

static int wait_column(sqlite3_vtab_cursor *c, sqlite3_context *ctx, int col)
{
	const struct wait_table *t = (const struct wait_table *)c->pVtab;
	t->source->column(t->q, ((const struct wait_cursor *)c)->row, col, ctx);
	return SQLITE_OK;
}

static int wait_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((const struct wait_cursor *)c)->row;
	return SQLITE_OK;
}

/* Without xCreate: there under its name, in no schema. */
static const sqlite3_module module = {
	.xConnect = wait_connect,
	.xBestIndex = wait_best,
	.xDisconnect = wait_disconnect,
	.xOpen = wait_open,
	.xClose = wait_close,
	.xFilter = wait_filter,
	.xNext = wait_next,
	.xEof = wait_eof,
	.xColumn = wait_column,
	.xRowid = wait_rowid,
};

int sq_wait_init(struct sq *q, struct err *err)
{
	static const char *const names[SQ_WAITING] = {"waiting", "waiting_word"};
	for (int i = 0; i < SQ_WAITING; i++) {
		q->wait.modules[i] = (struct wait_module){q, i};
		int rc = sqlite3_create_module(q->db, names[i], &module, &q->wait.modules[i]);
		if (rc != SQLITE_OK)
			return sq_error(q, rc, "opening it", err);
	}
	return 0;
}

/* ---- in and out ---- */

int sq_wait(struct sq *q, const struct row *row, const int64_t fixed[WAIT_FIXED], struct err *err)
{
	struct wait *w = &q->wait;
	struct arena *a = &w->arena;
	struct str ids = {0};
	if (!w->rows && !(w->rows = mem_alloc(SQ_WAIT_ROWS * sizeof *w->rows)))
		return err_oom(err, "store");
	struct waiting_row *r = &w->rows[w->n];
	memcpy(r->fixed, fixed, sizeof r->fixed);
	int rc = 0;
	for (int f = 0; f < FEAT_COUNT && rc == 0; f++) {
		rc = sq_cell(q, a, row, (enum feature_id)f, &r->cells[f], err);
		w->analysed |= SQ_ANALYSED >> f & 1 && r->cells[f].type;
	}
	struct cell *c = &r->cells[FEAT_COUNT];
	if (rc == 0)
		rc = pack_words(q, a, row->fingerprint, &ids, err);
	if (rc < 0)
		return rc;
	c[0] = (struct cell){.type = ids.n ? CELL_BLOB : CELL_NULL, .s = ids};
	rc = copy_str(a, row->sketch, &c[1].s, err);
	c[1].type = row->sketch.n ? CELL_BLOB : CELL_NULL;
	if (rc == 0)
		rc = copy_str(a, row->text, &c[2].s, err);
	c[2].type = row->text.n ? CELL_TEXT : CELL_NULL;
	if (rc < 0)
		return rc;
	w->n++;
	return w->n == SQ_WAIT_ROWS || a->total > SQ_WAIT_BYTES ? sq_flush(q, err) : 0;
}

bool sq_waits(const struct sq *q, int64_t key)
{
	for (size_t i = 0; i < q->wait.n; i++)
		if (q->wait.rows[i].fixed[WAIT_KEY] == key)
			return true;
	return false;
}

void sq_wait_forget(struct sq *q)
{
	q->wait.n = q->found.n = 0;
	q->wait.analysed = false;
	q->n_new = 0;
	arena_reset(&q->wait.arena);
}

void sq_wait_free(struct sq *q)
{
	mem_free(q->wait.rows);
	mem_free(q->found.rows);
	arena_free(&q->wait.arena);
}

int sq_flush_words(struct sq *q, struct err *err)
{
	sqlite3_stmt *st = q->n_new && !q->failed ? sq_stmt(q, SQ_WORD_PUT, err) : NULL;
	if (!q->n_new || q->failed)
		return 0;
	if (!st || sq_step(q, st, "storing a message", err) < 0)
		return err->kind;
	q->n_new = 0;
	return 0;
}

int sq_flush(struct sq *q, struct err *err)
{
	const enum sq_stmt rows[] = {q->wait.analysed ? SQ_PUT_ANALYSED : SQ_PUT_HOT, SQ_PUT_COLD, SQ_PUT_PRINT, SQ_PUT_TEXT};
	if (q->failed) /* only a rollback is left */
		return 0;
	int rc = sq_flush_words(q, err);
	for (size_t i = 0; rc == 0 && q->wait.n && i < sizeof rows / sizeof *rows; i++) {
		sqlite3_stmt *st = sq_stmt(q, rows[i], err);
		rc = st ? sq_step(q, st, "storing a message", err) : err->kind;
	}
	if (rc < 0)
		return rc;
	q->wait.n = 0;
	q->wait.analysed = false;
	arena_reset(&q->wait.arena);
	return sq_flush_attributions(q, err);
}
