/* sqlite_open.c - opens the file, prepares statements, turns SQLite's errors into ours. See sqlite.h.
 *
 * WAL with synchronous=NORMAL: a commit is a write to the log without fsync, so it survives the process (kill -9), and a power
 * cut costs the newest batches at most. The schema is made before WAL is switched on, in one rollback-journal transaction: the
 * main file is either empty or a whole, marked store. The first load of a new store goes there in the same way, as long as full
 * batches come and up to LIM_STORE_UNLOGGED: there is little yet for others to read meanwhile, and pages that are new are written
 * once, not to the log and then to the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/sqlite.h"

static int sq_full(const struct sq *q, const char *doing, struct err *err)
{
	return err_set(err, ERR_ENV,
		"%s: no space left while %s: what was committed before is intact; make room and run the same "
		"command again",
		q->path, doing);
}

int(sq_error)(const struct sq *q, int rc, const char *doing, struct err *err)
{
	int sys = q->db ? sqlite3_system_errno(q->db) : 0;
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return err_oom(err, "store");
	case SQLITE_FULL:
		return sq_full(q, doing, err);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_ENV,
			"%s: another process is %s the store (waited %d s while %s): run the command again "
			"when it is done",
			q->path, q->unlogged ? "using" : "writing to", q->busy_ms / 1000, doing);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_set(err, ERR_ENV, "%s: the store cannot be written (permissions, or a read-only file system) while %s",
			q->path, doing);
	case SQLITE_CANTOPEN:
		errno = sys ? sys : EACCES;
		return err_errno(
			err, ERR_ENV, "%s: the store, or the files that SQLite keeps beside it, cannot be opened", q->path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* our SQL is right: the tables are not what they were made as */
	case SQLITE_MISMATCH:
	case SQLITE_CONSTRAINT:
		return err_set(err, ERR_INPUT,
			"%s: the store is damaged (%s, while %s): restore a copy, or name a new file with --store and "
			"ingest again",
			q->path, sqlite3_errstr(rc), doing);
	case SQLITE_IOERR:
		if (rc == SQLITE_IOERR_NOMEM)
			return err_oom(err, "store");
		if (sys == ENOSPC || sys == EFBIG || sys == EDQUOT)
			return sq_full(q, doing, err);
		if (!sys && (rc == SQLITE_IOERR_WRITE || rc == SQLITE_IOERR_SHMSIZE)) /* SQLite lost the reason */
			return err_set(err, ERR_ENV,
				"%s: cannot be written while %s (no space left, a limit on the size of files, or a failing disk): what was "
				"committed before is intact; make room and run the same command again",
				q->path, doing);
		errno = sys ? sys : EIO;
		return err_errno(err, ERR_ENV, "%s: cannot be read or written while %s (what was committed before is intact)",
			q->path, doing);
	default:
		return err_set(err, ERR_ENV, "%s: %s (while %s)", q->path, sqlite3_errstr(rc), doing);
	}
}

int sq_exec(struct sq *q, const char *sql, const char *doing, struct err *err)
{
	int rc = sqlite3_exec(q->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : sq_error(q, rc, doing, err);
}

void sq_finalize(sqlite3_stmt **st)
{
	sqlite3_finalize(*st);
	*st = NULL;
}

int sq_prepare(struct sq *q, struct str sql, sqlite3_stmt **out, struct err *err)
{
	int rc = sqlite3_prepare_v3(q->db, (const char *)sql.p, (int)sql.n, SQLITE_PREPARE_PERSISTENT, out, NULL);
	return rc == SQLITE_OK ? 0 : sq_error(q, rc, "reading it", err);
}

static const char *const statements[SQ_STMT_COUNT] = {
	[SQ_BEGIN] = "BEGIN IMMEDIATE",
	[SQ_COMMIT] = "COMMIT",
	[SQ_FIND] = "SELECT d.id, m.occurrence, m.box, m.knowledge, m.n FROM message m CROSS JOIN detail d ON d.n = m.n "
		    "WHERE m.key = ? AND m.feed = ? AND m.occurrence BETWEEN ? AND ? ORDER BY m.occurrence",
	[SQ_SEEN] = "UPDATE message SET box = ? WHERE n = ?",
	[SQ_PLACE] = "SELECT t.text, p.text, d.source_member, d.source_offset, d.mail_from FROM message m "
		     "CROSS JOIN detail d ON d.n = m.n LEFT JOIN word t ON t.id = m.time_source "
		     "LEFT JOIN word p ON p.id = d.source_path WHERE m.n = ?",
	[SQ_DROP_HOT] = "DELETE FROM message WHERE n = ?",
	[SQ_DROP_COLD] = "DELETE FROM detail WHERE n = ?",
	[SQ_PUT_PRINT] = "INSERT OR FAIL INTO print (n, fingerprint, sketch) SELECT n, _fingerprint, _sketch FROM waiting "
			 "WHERE _fingerprint IS NOT NULL OR _sketch IS NOT NULL",
	[SQ_DROP_PRINT] = "DELETE FROM print WHERE n = ?",
	[SQ_PUT_TEXT] = "INSERT OR FAIL INTO body (n, text) SELECT n, _text FROM waiting WHERE _text IS NOT NULL",
	[SQ_DROP_TEXT] = "DELETE FROM body WHERE n = ?",
	[SQ_ITEM_PUT] =
		"INSERT INTO item (kind, id, json) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json",
	[SQ_ITEM_DEL] = "DELETE FROM item WHERE kind = ? AND id = ?",
	[SQ_ITEM_CLEAR] = "DELETE FROM item WHERE kind = ?",
	[SQ_ITEM_GET] = "SELECT json FROM item WHERE kind = ? AND id = ?",
	[SQ_WORD_FIND] = "SELECT id FROM word WHERE text = ? LIMIT 1",
	[SQ_WORD_PUT] = "INSERT OR FAIL INTO word (id, text) SELECT id, text FROM waiting_word",
	[SQ_WORD_GET] = "SELECT text FROM word WHERE id = ?",
	[SQ_FEED_FIND] = "SELECT n, kind, trust, name_guessed, trust_guessed FROM feed WHERE name = ?",
	[SQ_FEED_PUT] = "INSERT INTO feed (name, kind, trust, name_guessed, trust_guessed) VALUES (?, ?, ?, ?, ?)",
	[SQ_FEED_SET] = "UPDATE feed SET kind = ?2, trust = ?3, name_guessed = ?4, trust_guessed = ?5 WHERE name = ?1",
	[SQ_SOURCE_PUT] = "INSERT INTO source (feed, path, read_at, messages, fresh, doubtful, problems, note, complete) "
			  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feed, path) DO UPDATE SET read_at = excluded.read_at, "
			  "messages = excluded.messages, fresh = fresh + excluded.fresh, doubtful = excluded.doubtful, "
			  "problems = excluded.problems, note = excluded.note, complete = excluded.complete",
	[SQ_FILE_PUT] =
		"INSERT OR REPLACE INTO file (feed, path, feed_guessed, own_boxes, size, mtime, ctime, inode, place, mark, messages, "
		"doubtful, believed, problems) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQ_FILE_FORGET] = "DELETE FROM file WHERE feed = ? AND mark <> ?",
	[SQ_META_PUT] = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
	[SQ_META_STALE] = "DELETE FROM meta WHERE key = '" STORE_ANALYSIS "'",
	[SQ_META_GET] = "SELECT value FROM meta WHERE key = ?",
	[SQ_VERSION_GET] = "PRAGMA data_version",
};

static int prepare_static(struct sq *q, enum sq_stmt which, struct err *err)
{
	if (statements[which])
		return sq_prepare(q, str_of(statements[which]), &q->stmt[which], err);
	CLEANUP(buf_free) struct buf b;
	buf_init(&b, 64 * KIB);
	if (which == SQ_ATTRIBUTE)
		sq_attribute_sql(&b);
	else
		sq_insert_sql(&b, which == SQ_PUT_COLD ? PLACE_COLD : PLACE_HOT, which == SQ_PUT_HOT ? SQ_ANALYSED : 0);
	return buf_ok(&b) ? sq_prepare(q, buf_str(&b), &q->stmt[which], err) : err_oom(err, "store");
}

sqlite3_stmt *sq_stmt(struct sq *q, enum sq_stmt which, struct err *err)
{
	if (!q->stmt[which])
		return prepare_static(q, which, err) < 0 ? NULL : q->stmt[which];
	sqlite3_reset(q->stmt[which]);
	return q->stmt[which];
}

int sq_get_text(struct sq *q, sqlite3_stmt *st, struct arena *a, struct str *out, struct err *err)
{
	int rc = sqlite3_step(st), found = rc == SQLITE_ROW;
	struct str copy = found ? arena_dup(a, column_str(st, 0)) : S("");
	sqlite3_reset(st);
	if (!copy.p)
		return err_oom(err, "store");
	if (found)
		*out = copy;
	return found || rc == SQLITE_DONE ? found : sq_error(q, rc, "reading it", err);
}

static void sq_close(struct store *s)
{
	struct sq *q = sq_of(s);
	sq_rollback(s);
	for (int i = 0; i < SQ_STMT_COUNT; i++)
		sqlite3_finalize(q->stmt[i]);
	if (q->unlogged)
		sq_use_log(q, &(struct err){0});
	sqlite3_close(q->db); /* the last one moves the log into the file and removes it */
	sq_wait_free(q);
	mem_free(q->dict.keys);
	mem_free(q->new_words);
	map_free(&q->feed_ids);
	map_free(&q->copies);
	known_forget(&q->known);
	arena_free(&q->scratch);
	arena_free(&q->word_text);
	mem_free(q->words);
	mem_free(q->path);
	mem_free(q);
}

static const struct store_ops sqlite_ops = {
	.close = sq_close,
	.begin = sq_begin,
	.start = sq_start,
	.batch = sq_batch,
	.commit = sq_commit,
	.rollback = sq_rollback,
	.put = sq_put,
	.has = sq_has,
	.see = sq_see,
	.put_attribution = sq_put_attribution,
	.put_item = sq_put_item,
	.del_item = sq_del_item,
	.clear_items = sq_clear_items,
	.item = sq_item,
	.items = sq_items,
	.put_feed = sq_put_feed,
	.feeds = sq_feeds,
	.put_source = sq_put_source,
	.sources = sq_sources,
	.put_file = sq_put_file,
	.forget_files = sq_forget_files,
	.files = sq_files,
	.put_meta = sq_put_meta,
	.meta = sq_meta,
	.read_begin = sq_read_begin,
	.read_end = sq_read_end,
	.scan = sq_scan,
	.get = sq_get,
	.count = sq_count,
	.word_max = sq_word_max,
	.word = sq_word,
	.words = sq_words,
};

static struct sq *sq_new(const char *path)
{
	struct sq *q = mem_zalloc(1, sizeof *q);
	size_t n = strlen(path) + 1;
	if (!q || !(q->path = mem_alloc(n))) {
		mem_free(q);
		return NULL;
	}
	memcpy(q->path, path, n);
	q->base.ops = &sqlite_ops;
	map_init(&q->feed_ids, LIM_STORE_WORDS);
	map_init(&q->copies, LIM_STORE_WORDS);
	known_forget(&q->known);
	q->dict_bytes = LIM_STORE_DICT;
	q->last = -1;
	arena_init(&q->scratch, LIM_ARENA);
	arena_init(&q->wait.arena, 2 * LIM_ARENA + SQ_WAIT_BYTES);
	arena_init(&q->word_text, SIZE_MAX); /* trimmed between rows */
	return q;
}

/* SQLite tries again to read only and says that there is no file. */
static int look_at_folder(const char *path, struct err *err)
{
	CLEANUP(buf_free) struct buf b;
	const char *slash = strrchr(path, '/');
	buf_init(&b, 4 * LIM_PATH);
	buf_add(&b, slash ? str_make(path, (size_t)(slash - path) + 1) : S("."));
	buf_z(&b);
	if (!buf_ok(&b))
		return err_oom(err, "store");
	if (access((const char *)b.p, W_OK) == 0 || (errno != EACCES && errno != EROFS))
		return 0;
	return err_errno(err, ERR_ENV, "%s: no store can be made in this folder", path);
}

/* What can be said before SQLite touches the file. *fresh: it is missing or empty. */
static int look_at_file(const char *path, enum store_mode mode, bool *fresh, struct err *err)
{
	struct stat st;
	*fresh = stat(path, &st) < 0;
	if (*fresh && errno != ENOENT)
		return err_errno(err, ERR_INPUT, "%s", path);
	if (*fresh && mode == STORE_READ)
		return err_set(err, ERR_INPUT,
			"%s: there is no store here: run \"trapline ingest PATH...\" first, or name another file with "
			"--store",
			path);
	if (*fresh)
		return look_at_folder(path, err);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "%s: not a regular file: --store takes the name of a file", path);
	*fresh = st.st_size == 0;
	if (*fresh)
		return mode == STORE_WRITE ? 0
		                           : err_set(err, ERR_INPUT,
						     "%s: an empty file, no store: run \"trapline ingest PATH...\" first, "
						     "or name another file with --store",
						     path);
	uint8_t head[16];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, errno == EACCES ? ERR_ENV : ERR_INPUT, "%s", path);
	ssize_t n = read(fd, head, sizeof head);
	close(fd);
	if (n != sizeof head || memcmp(head, "SQLite format 3", 16))
		return err_set(err, ERR_INPUT, "%s: not a trapline store: name another file with --store", path);
	return 0;
}

static int open_db(struct sq *q, const char *name, int flags, struct err *err)
{
	int rc = sqlite3_open_v2(name, &q->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK)
		return sq_error(q, rc, "opening it", err);
	sqlite3_extended_result_codes(q->db, 1);
	q->busy_ms = flags & SQLITE_OPEN_READONLY ? SQ_BUSY_READ_MS : SQ_BUSY_MS;
	sqlite3_busy_timeout(q->db, q->busy_ms);
	/* The file may come from someone else: nothing in its schema is to run code or change SQLite's own tables. */
	sqlite3_db_config(q->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(q->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(q->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(q->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	return sq_functions(q, err);
}

/* Only when the page size is known: SQLite turns KiB into pages when it is told. */
static int bound_cache(struct sq *q, struct err *err)
{
	char sql[64];
	snprintf(sql, sizeof sql, "PRAGMA cache_size = -%zu", (q->unlogged ? LIM_STORE_LOAD : LIM_STORE_CACHE) / KIB);
	return sq_exec(q, sql, "opening it", err);
}

int sq_use_log(struct sq *q, struct err *err)
{
	sqlite3_busy_timeout(q->db, 0);
	int rc = sqlite3_exec(q->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	sqlite3_busy_timeout(q->db, q->busy_ms);
	q->unlogged = rc != SQLITE_OK;
	if (rc == SQLITE_OK)
		return bound_cache(q, err);
	return (rc & 0xff) == SQLITE_BUSY ? 0 : sq_error(q, rc, "opening it", err);
}

static int open_write(struct sq *q, bool fresh, struct err *err)
{
	int rc = open_db(q, q->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, err);
	if (rc < 0)
		return rc;
	if (sqlite3_db_readonly(q->db, "main") == 1) /* SQLite falls back to that silently */
		return sq_error(q, SQLITE_READONLY, "opening it", err);
	bool needed;
	if ((rc = sq_wait_init(q, err)) < 0 || (rc = sq_attribute_init(q, err)) < 0)
		return rc;
	if (fresh && (rc = sq_exec(q, "PRAGMA page_size = 16384", "creating it", err)) < 0)
		return rc;
	if ((rc = sq_schema(q, true, &needed, err)) < 0)
		return rc;
	/* Debian's SQLite writes zeros over all that is freed, and over each new page. */
	if ((rc = sq_exec(q, "PRAGMA secure_delete = OFF; PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 67108864",
		     "opening it", err)) < 0)
		return rc;
	q->unlogged = fresh;
	return fresh ? 0 : sq_use_log(q, err);
}

/* A store on a read-only file system: SQLite cannot make the log's index there; without a log it needs none. */
static int open_immutable(struct sq *q, bool *needed, struct err *err)
{
	CLEANUP(buf_free) struct buf b;
	buf_init(&b, 4 * LIM_PATH);
	struct stat st;
	*err = (struct err){0};
	for (int i = 0; i < 2; i++) {
		buf_clear(&b);
		buf_printf(&b, "%s-%s", q->path, i ? "journal" : "wal");
		buf_z(&b);
		if (!buf_ok(&b))
			return err_oom(err, "store");
		if (stat((const char *)b.p, &st) == 0 && st.st_size)
			return err_set(err, ERR_ENV,
				"%s: the store has an unfinished log beside it and its folder cannot be written: copy both to a "
				"place that can be written",
				q->path);
	}
	buf_clear(&b);
	buf_add(&b, S("file:"));
	for (const char *p = q->path; *p; p++)
		if (*p == '%' || *p == '?' || *p == '#')
			buf_printf(&b, "%%%02X", (unsigned)(uint8_t)*p);
		else
			buf_byte(&b, (uint8_t)*p);
	buf_add(&b, S("?immutable=1"));
	buf_z(&b);
	if (!buf_ok(&b))
		return err_oom(err, "store");
	sqlite3_close(q->db);
	q->db = NULL;
	int rc = open_db(q, (const char *)b.p, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	return rc < 0 ? rc : sq_schema(q, false, needed, err);
}

/* A writer died: the next one takes back what it left. */
static bool roll_back(struct sq *q)
{
	struct store *w = NULL;
	struct err err = {0};
	sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
	if (sqlite_store_open(&w, q->path, STORE_WRITE, &err) < 0)
		return false;
	store_close(w);
	return true;
}

static int open_read(struct sq *q, bool *needed, struct err *err)
{
	int rc = open_db(q, q->path, SQLITE_OPEN_READONLY, err);
	if (rc < 0)
		return rc;
	rc = sq_schema(q, false, needed, err);
	int last = sqlite3_extended_errcode(q->db);
	if (rc < 0 && last == SQLITE_READONLY_ROLLBACK && roll_back(q)) {
		*err = (struct err){0};
		return sq_schema(q, false, needed, err);
	}
	last &= 0xff;
	if (rc < 0 && (last == SQLITE_CANTOPEN || last == SQLITE_READONLY))
		rc = open_immutable(q, needed, err);
	return rc;
}

/* An older store is brought up to date even by those who only read. */
static int update_first(const char *path, struct err *err)
{
	struct store *w = NULL;
	int rc = sqlite_store_open(&w, path, STORE_WRITE, err);
	if (rc < 0) {
		err_prefix(err, "the store is of an older version and has to be updated");
		return rc;
	}
	store_close(w);
	return 0;
}

int sqlite_store_open(struct store **out, const char *path, enum store_mode mode, struct err *err)
{
	bool fresh, needed = false;
	int rc = look_at_file(path, mode, &fresh, err);
	if (rc < 0)
		return rc;
	for (int round = 0; round < 2; round++) {
		struct sq *q = sq_new(path);
		if (!q)
			return err_oom(err, "store");
		rc = mode == STORE_WRITE ? open_write(q, fresh, err) : open_read(q, &needed, err);
		if (rc == 0)
			rc = bound_cache(q, err);
		if (rc == 0 && (mode == STORE_WRITE || !needed)) {
			*out = &q->base;
			return 0;
		}
		sq_close(&q->base);
		if (rc < 0 || (rc = update_first(path, err)) < 0)
			return rc;
	}
	return err_set(err, ERR_ENV, "%s: another process is changing the store: run the command again", path);
}
