/* sqlite_file.c - files that need not be read again. See sqlite.h. */
#include "base/mem.h"
#include "store/sqlite.h"

int sq_put_file(struct store *s, const struct store_file *f, struct err *err)
{
	struct sq *q = sq_of(s);
	uint32_t feed;
	struct buf problems;
	arena_reset(&q->scratch);
	buf_init_arena(&problems, &q->scratch, MIB);
	pack_list(&problems, f->problems);
	if (!buf_ok(&problems))
		return err_oom(err, "store");
	int rc = sq_feed_id(q, f->feed, true, &feed, err);
	sqlite3_stmt *st = rc < 0 ? NULL : sq_stmt(q, SQ_FILE_PUT, err);
	if (!st)
		return err->kind;
	const int64_t numbers[] = {f->feed_guessed, f->own_boxes, f->size, f->modified, f->status_changed, f->inode, f->place,
		f->mark, f->messages, f->doubtful, f->believed};
	int col = 0;
	sqlite3_bind_int64(st, ++col, feed);
	bind_text(st, ++col, f->path);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sqlite3_bind_int64(st, ++col, numbers[i]);
	bind_blob(st, ++col, buf_str(&problems));
	return sq_step(q, st, "storing what was read", err);
}

int sq_forget_files(struct store *s, struct str feed, int64_t mark, struct err *err)
{
	struct sq *q = sq_of(s);
	uint32_t id;
	int rc = sq_feed_id(q, feed, false, &id, err);
	if (rc < 0 || !id)
		return rc;
	sqlite3_stmt *st = sq_stmt(q, SQ_FILE_FORGET, err);
	if (!st)
		return err->kind;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, mark);
	return sq_step(q, st, "storing what was read", err);
}

static int give_file(struct sq *q, sqlite3_stmt *st, store_file_fn fn, void *ctx, struct err *err)
{
	arena_reset(&q->scratch);
	struct store_file f = {.feed = column_str(st, 0),
		.path = column_str(st, 1),
		.feed_guessed = sqlite3_column_int(st, 2),
		.own_boxes = sqlite3_column_int(st, 3),
		.size = sqlite3_column_int64(st, 4),
		.modified = sqlite3_column_int64(st, 5),
		.status_changed = sqlite3_column_int64(st, 6),
		.inode = sqlite3_column_int64(st, 7),
		.place = sqlite3_column_int64(st, 8),
		.mark = sqlite3_column_int64(st, 9),
		.messages = sqlite3_column_int64(st, 10),
		.doubtful = sqlite3_column_int64(st, 11),
		.believed = sqlite3_column_int64(st, 12)};
	return unpack_list(column_str(st, 13), &q->scratch, &f.problems) ? fn(ctx, &f) : err_oom(err, "store");
}

int sq_files(struct store *s, store_file_fn fn, void *ctx, struct err *err)
{
	struct sq *q = sq_of(s);
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q,
		S("SELECT f.name, w.path, w.feed_guessed, w.own_boxes, w.size, w.mtime, w.ctime, w.inode, w.place, w.mark, w.messages, w.doubtful, "
		  "w.believed, w.problems FROM file w JOIN feed f ON f.n = w.feed ORDER BY f.name, w.path"),
		&st, err);
	if (rc < 0)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if ((rc = give_file(q, st, fn, ctx, err)))
			return rc;
	return rc == SQLITE_DONE ? 0 : sq_error(q, rc, "reading it", err);
}
