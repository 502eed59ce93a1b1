/* sqlite_attribute.c - what the analysis found out about messages that are stored. See sqlite.h.
 *
 * Attributions wait like new rows (sqlite_wait.c) and are written by one UPDATE over a range of numbers: per row it asks
 * attribution_differs(), which also skips rows that say the same already (an analysis over what the last one saw changes little),
 * then attribution() for each column. Their order is the messages' order, or the range would be wide: what goes back, or far
 * ahead, waits for a range of its own.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "store/sqlite.h"

enum { SPAN = 16 * SQ_WAIT_ROWS }; /* messages between the first and the last that wait, at most */

static int by_number(const void *key, const void *row)
{
	int64_t n = *(const int64_t *)key, m = ((const struct attribution *)row)->n;
	return (n > m) - (n < m);
}

/* The one of message n; mostly the one asked for last, or the next. */
static const struct attribution *find(struct attributions *w, int64_t n)
{
	if (w->at < w->n && w->rows[w->at].n == n)
		return &w->rows[w->at];
	if (w->at + 1 < w->n && w->rows[w->at + 1].n == n)
		return &w->rows[++w->at];
	const struct attribution *a = bsearch(&n, w->rows, w->n, sizeof *w->rows, by_number);
	if (a)
		w->at = (size_t)(a - w->rows);
	return a;
}

static bool equals(const struct cell *c, sqlite3_value *v)
{
	switch (sqlite3_value_type(v)) {
	case SQLITE_NULL:
		return c->type == CELL_NULL;
	case SQLITE_INTEGER:
		return c->type == CELL_INT && c->i == sqlite3_value_int64(v);
	case SQLITE_FLOAT:
		return c->type == CELL_REAL && !(c->r < sqlite3_value_double(v)) && !(c->r > sqlite3_value_double(v));
	default:
		return false;
	}
}

/* attribution_differs(n, columns ...): one waits for message n, and it is not what the columns hold */
static void differs(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct sq *q = sqlite3_user_data(ctx);
	const struct attribution *a = find(&q->found, sqlite3_value_int64(argv[0]));
	bool same = true;
	for (int i = 1; a && same && i < argc && i <= SQ_ATTRIBUTED; i++)
		same = equals(&a->cells[i - 1], argv[i]);
	sqlite3_result_int(ctx, a && !same);
}

/* attribution(n, i): its i-th value */
static void value(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	struct sq *q = sqlite3_user_data(ctx);
	const struct attribution *a = find(&q->found, sqlite3_value_int64(argv[0]));
	int64_t i = sqlite3_value_int64(argv[1]);
	if (a && i >= 0 && i < SQ_ATTRIBUTED)
		give_cell(ctx, &a->cells[i]);
}

int sq_attribute_init(struct sq *q, struct err *err)
{
	const int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;
	int rc = sqlite3_create_function(q->db, "attribution", 2, flags, q, value, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function(q->db, "attribution_differs", SQ_ATTRIBUTED + 1, flags, q, differs, NULL, NULL);
	return rc == SQLITE_OK ? 0 : sq_error(q, rc, "opening it", err);
}

void sq_attribute_sql(struct buf *b)
{
	int i = 0;
	buf_add(b, S("UPDATE OR FAIL message SET "));
	for (int f = 0; f < FEAT_COUNT; f++)
		if (ROW_ANALYSED >> f & 1) {
			buf_printf(b, "%s\"%s\" = attribution(n, %d)", i ? ", " : "", feature_table[f].name, i);
			i++;
		}
	buf_add(b, S(" WHERE n BETWEEN ? AND ? AND attribution_differs(n"));
	for (int f = 0; f < FEAT_COUNT; f++)
		if (ROW_ANALYSED >> f & 1)
			buf_printf(b, ", \"%s\"", feature_table[f].name);
	buf_add(b, S(")"));
}

int sq_flush_attributions(struct sq *q, struct err *err)
{
	struct attributions *w = &q->found;
	sqlite3_stmt *st = w->n && !q->failed ? sq_stmt(q, SQ_ATTRIBUTE, err) : NULL;
	if (!w->n || q->failed)
		return 0;
	if (!st)
		return err->kind;
	w->at = 0;
	sqlite3_bind_int64(st, 1, w->rows[0].n);
	sqlite3_bind_int64(st, 2, w->rows[w->n - 1].n);
	int rc = sq_step(q, st, "storing what was found", err);
	w->n = rc < 0 ? w->n : 0;
	return rc;
}

static bool has_room(const struct attributions *w, int64_t n)
{
	return !w->n || (w->n < SQ_WAIT_ROWS && n > w->rows[w->n - 1].n && (uint64_t)n - (uint64_t)w->rows[0].n < SPAN);
}

/* Numbers and ids of words alone: nothing that would have to live as long as it waits. */
static int fill(struct sq *q, struct attribution *a, int64_t n, const struct row *r, struct err *err)
{
	struct cell *c = a->cells;
	int rc = 0;
	a->n = n;
	for (int f = 0; f < FEAT_COUNT && rc == 0; f++)
		if (ROW_ANALYSED >> f & 1) {
			rc = sq_cell(q, &q->scratch, r, (enum feature_id)f, c, err);
			must(rc < 0 || c->type <= CELL_REAL);
			c++;
		}
	return rc;
}

int sq_put_attribution(struct store *s, int64_t n, const struct row *r, struct err *err)
{
	struct sq *q = sq_of(s);
	struct attributions *w = &q->found;
	int rc = sq_may_put(q, err);
	if (rc < 0)
		return rc;
	if (!w->rows && !(w->rows = mem_alloc(SQ_WAIT_ROWS * sizeof *w->rows)))
		rc = err_oom(err, "store");
	if (rc == 0 && !has_room(w, n))
		rc = sq_flush(q, err);
	if (rc == 0)
		rc = fill(q, &w->rows[w->n], n, r, err);
	w->n += rc == 0;
	q->failed = rc < 0;
	return rc;
}
