/* sqlite_item.c - JSON documents by kind and id. See sqlite.h. */
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
	return sq_get_text(q, st, a, json, err);
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
