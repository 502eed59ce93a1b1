/* sqlite_item.c - JSON documents by kind and id; what the analysis has not seen. See sqlite.h. */
#include "base/mem.h"
#include "store/sqlite.h"

static int step_item(
	struct sq *q, enum sq_stmt which, const char *kind, const struct str *id, const struct str *json, struct err *err)
{
	sqlite3_stmt *st = sq_stmt(q, which, err);
	if (!st)
		return err->kind;
	bind_text(st, 1, str_of(kind));
	if (id)
		sqlite3_bind_blob64(st, 2, id->n ? id->p : (const void *)"", id->n, SQLITE_STATIC);
	if (json)
		bind_text(st, 3, *json);
	return sq_step(q, st, "storing what was found", err);
}

int sq_put_item(struct store *s, const char *kind, struct str id, struct str json, struct err *err)
{
	return step_item(sq_of(s), SQ_ITEM_PUT, kind, &id, &json, err);
}

int sq_del_item(struct store *s, const char *kind, struct str id, struct err *err)
{
	return step_item(sq_of(s), SQ_ITEM_DEL, kind, &id, NULL, err);
}

int sq_clear_items(struct store *s, const char *kind, struct err *err)
{
	return step_item(sq_of(s), SQ_ITEM_CLEAR, kind, NULL, NULL, err);
}

int sq_item(struct store *s, const char *kind, struct str id, struct arena *a, struct str *json, struct err *err)
{
	struct sq *q = sq_of(s);
	sqlite3_stmt *st = sq_stmt(q, SQ_ITEM_GET, err);
	if (!st)
		return err->kind;
	bind_text(st, 1, str_of(kind));
	sqlite3_bind_blob64(st, 2, id.n ? id.p : (const void *)"", id.n, SQLITE_STATIC);
	int rc = sqlite3_step(st), found = rc == SQLITE_ROW;
	struct str copy = found ? arena_dup(a, column_str(st, 0)) : S("");
	sqlite3_reset(st);
	if (!copy.p)
		return err_oom(err, "store");
	if (found)
		*json = copy;
	return found || rc == SQLITE_DONE ? found : sq_error(q, rc, "reading it", err);
}

int sq_items(struct store *s, const char *kind, store_item_fn fn, void *ctx, struct err *err)
{
	struct sq *q = sq_of(s);
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q, S("SELECT id, json FROM item WHERE kind = ? ORDER BY id"), &st, err);
	if (rc < 0)
		return rc;
	bind_text(st, 1, str_of(kind));
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if ((rc = fn(ctx, column_str(st, 0), column_str(st, 1))))
			return rc;
	return rc == SQLITE_DONE ? 0 : sq_error(q, rc, "reading it", err);
}

int sq_unanalysed(struct store *s, int64_t *messages, struct err *err)
{
	struct sq *q = sq_of(s);
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q, S("SELECT count(*) FROM message NOT INDEXED WHERE via IS NULL"), &st, err);
	if (rc < 0)
		return rc;
	if ((rc = sqlite3_step(st)) != SQLITE_ROW)
		return sq_error(q, rc, "reading it", err);
	*messages = sqlite3_column_int64(st, 0);
	return 0;
}
