/* sqlite_schema.c - the tables, their version and how an older store becomes a newer one. See sqlite.h.
 *
 * user_version counts the migrations below; columns that registry.def gained need no migration of their own. A column that
 * changes its kind or place does.
 */
#include "store/sqlite.h"

#include "base/mem.h"

static const char *const sql_types[] = {
	[KIND_INT] = "INTEGER",
	[KIND_TIME] = "INTEGER",
	[KIND_BITS] = "INTEGER",
	[KIND_REAL] = "REAL",
	[KIND_TEXT] = "TEXT",
	[KIND_WORD] = "INTEGER",
	[KIND_WORDS] = "BLOB",
	[KIND_LIST] = "BLOB",
	[KIND_HASH] = "BLOB",
	[KIND_IP] = "BLOB",
	[KIND_JSON] = "TEXT",
};
static const char *const place_tables[] = {[PLACE_HOT] = "message", [PLACE_COLD] = "detail"};

static void add_columns(struct buf *b, enum feature_place place)
{
	for (int f = 0; f < FEAT_COUNT; f++)
		if (feature_table[f].place == place)
			buf_printf(b, ", \"%s\" %s", feature_table[f].name, sql_types[feature_table[f].kind]);
}

static void migrate_1(struct buf *b)
{
	buf_add(b, S("CREATE TABLE message (n INTEGER PRIMARY KEY, feed INTEGER NOT NULL, occurrence INTEGER NOT NULL, "
		     "key INTEGER NOT NULL"));
	add_columns(b, PLACE_HOT);
	buf_add(b, S("); CREATE INDEX message_key ON message (key, feed, occurrence);"
		     "CREATE TABLE detail (n INTEGER PRIMARY KEY"));
	add_columns(b, PLACE_COLD);
	buf_add(b, S(");"
		     "CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
		     "CREATE TABLE feed (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, trust BLOB, "
		     "name_guessed INTEGER NOT NULL, trust_guessed INTEGER NOT NULL);"
		     "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"));
}

/* What was read, so that a report can say what is not known. */
static void migrate_2(struct buf *b)
{
	buf_add(b, S("CREATE TABLE source (feed INTEGER NOT NULL, path TEXT NOT NULL, read_at INTEGER, messages INTEGER NOT NULL, "
		     "fresh INTEGER NOT NULL, doubtful INTEGER NOT NULL, problems INTEGER NOT NULL, note TEXT, "
		     "complete INTEGER NOT NULL, PRIMARY KEY (feed, path)) WITHOUT ROWID;"));
}

/* Which copy of a message a box holds (store_put), and with what knowledge it was attributed (store_start). */
static void migrate_3(struct buf *b)
{
	buf_add(b, S("ALTER TABLE message ADD COLUMN box INTEGER NOT NULL DEFAULT 0;"
		     "ALTER TABLE message ADD COLUMN knowledge INTEGER NOT NULL DEFAULT 0;"));
}

/* What the analysis compares messages by, and what it finds. An older store gets it by reading the mail again (knowledge). */
static void migrate_4(struct buf *b)
{
	buf_add(b,
		S("CREATE TABLE print (n INTEGER PRIMARY KEY, fingerprint BLOB, sketch BLOB);"
		  "CREATE TABLE item (kind TEXT NOT NULL, id BLOB NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;"));
}

static void migrate_5(struct buf *b)
{
	buf_add(b, S("CREATE TABLE body (n INTEGER PRIMARY KEY, text TEXT);"));
}

/* Words without an index over their text: writers have one in memory (sqlite_word.c). */
static void migrate_6(struct buf *b)
{
	buf_add(b, S("ALTER TABLE word RENAME TO word_5;"
		     "CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"
		     "INSERT INTO word (id, text) SELECT id, text FROM word_5 ORDER BY id; DROP TABLE word_5;"));
}

/* Files that need not be read again (store_put_file). An older store gets them with the next reading. */
static void migrate_7(struct buf *b)
{
	buf_add(b,
		S("CREATE TABLE file (feed INTEGER NOT NULL, path TEXT NOT NULL, feed_guessed INTEGER NOT NULL, "
		  "own_boxes INTEGER NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL, "
		  "inode INTEGER NOT NULL, place INTEGER NOT NULL, mark INTEGER NOT NULL, messages INTEGER NOT NULL, doubtful INTEGER NOT NULL, "
		  "believed INTEGER NOT NULL, problems BLOB, PRIMARY KEY (feed, path)) WITHOUT ROWID;"));
}

static void (*const migrations[SQ_VERSION])(struct buf *b) = {
	migrate_1, migrate_2, migrate_3, migrate_4, migrate_5, migrate_6, migrate_7};

static void insert_columns(struct buf *b, enum feature_place place, uint64_t empty)
{
	buf_add(b, place == PLACE_HOT ? S("n, feed, occurrence, key") : S("n"));
	for (int f = 0; f < FEAT_COUNT; f++)
		if (feature_table[f].place == place)
			buf_printf(b, empty >> f & 1 ? ", NULL" : ", \"%s\"", feature_table[f].name);
	if (place == PLACE_HOT)
		buf_add(b, S(", box, knowledge"));
}

void sq_insert_sql(struct buf *b, enum feature_place place, uint64_t empty)
{
	buf_printf(b, "INSERT OR FAIL INTO %s (", place_tables[place]);
	insert_columns(b, place, 0);
	buf_add(b, S(") SELECT "));
	insert_columns(b, place, empty);
	buf_add(b, S(" FROM waiting"));
}

static int pragma_int(struct sq *q, struct str sql, int64_t *out, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q, sql, &st, err);
	if (rc < 0)
		return rc;
	if ((rc = sqlite3_step(st)) != SQLITE_ROW)
		return sq_error(q, rc, "opening it", err);
	*out = sqlite3_column_int64(st, 0);
	return 0;
}

static bool base_column(struct str name)
{
	static const char *const base[] = {"n", "feed", "occurrence", "key", "box", "knowledge"};
	for (size_t i = 0; i < sizeof base / sizeof *base; i++)
		if (str_eq(name, str_of(base[i])))
			return true;
	return false;
}

/* The features that the table of a place has, as a mask. A column that nobody here knows is a newer version's. */
static int table_columns(struct sq *q, enum feature_place place, uint64_t *have, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q,
		place == PLACE_HOT ? S("SELECT name FROM pragma_table_info('message')")
				   : S("SELECT name FROM pragma_table_info('detail')"),
		&st, err);
	if (rc < 0)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct str name = column_str(st, 0);
		if (base_column(name))
			continue;
		enum feature_id f = feature_find(name);
		if (f == FEAT_COUNT)
			return err_set(err, ERR_INPUT,
				"%s: the store was written by a newer trapline (it has columns that this one does not "
				"know): use that version, or name another file with --store",
				q->path);
		if (feature_table[f].place == place)
			*have |= (uint64_t)1 << f;
	}
	return rc == SQLITE_DONE ? 0 : sq_error(q, rc, "opening it", err);
}

/* ALTER TABLE for every feature that the tables do not have yet. */
static int missing_columns(struct sq *q, struct buf *sql, struct err *err)
{
	uint64_t have = 0;
	int rc = table_columns(q, PLACE_HOT, &have, err);
	if (rc == 0)
		rc = table_columns(q, PLACE_COLD, &have, err);
	for (int f = 0; rc == 0 && f < FEAT_COUNT; f++)
		if (!(have >> f & 1))
			buf_printf(sql, "ALTER TABLE %s ADD COLUMN \"%s\" %s;", place_tables[feature_table[f].place],
				feature_table[f].name, sql_types[feature_table[f].kind]);
	return rc;
}

/* Version of the store: 0 for an empty file. One snapshot: another process may be making it. */
static int read_version(struct sq *q, int64_t *version, struct err *err)
{
	int64_t app = 0, tables = 0;
	*version = 0;
	bool own = sqlite3_get_autocommit(q->db);
	int rc = own ? sq_exec(q, "BEGIN", "opening it", err) : 0;
	if (rc == 0)
		rc = pragma_int(q, S("PRAGMA application_id"), &app, err);
	if (rc == 0)
		rc = pragma_int(q, S("PRAGMA user_version"), version, err);
	if (rc == 0)
		rc = pragma_int(q, S("SELECT count(*) FROM sqlite_schema"), &tables, err);
	if (rc < 0) /* the store will be closed; its error code tells whether it can be read otherwise */
		return rc;
	if (own && (rc = sq_exec(q, "ROLLBACK", "opening it", err)) < 0)
		return rc;
	if (app != SQ_APPLICATION_ID && (app || *version || tables))
		return err_set(
			err, ERR_INPUT, "%s: an SQLite database, but no trapline store: name another file with --store", q->path);
	if (*version > SQ_VERSION || *version < 0)
		return err_set(err, ERR_INPUT,
			"%s: the store was written by a newer trapline (schema %lld; this one knows up to %d): use "
			"that version, or name another file with --store",
			q->path, (long long)*version, SQ_VERSION);
	if (*version == 0 && tables)
		return err_set(err, ERR_INPUT,
			"%s: the store is damaged (tables without a version): name another file with --store "
			"and ingest again",
			q->path);
	return 0;
}

/* A table of the file would be taken for what waits, and that would be lost. */
static int refuse_namesakes(struct sq *q, struct err *err)
{
	int64_t n = 0;
	int rc = pragma_int(q, S("SELECT count(*) FROM sqlite_schema WHERE lower(name) IN ('waiting', 'waiting_word')"), &n, err);
	if (rc == 0 && n)
		return err_set(err, ERR_INPUT,
			"%s: the store is damaged (it has tables that no store has): restore a copy, or name a new file with --store "
			"and ingest again",
			q->path);
	return rc;
}

/* One transaction: after a crash the store is the old one or the new one. */
static int update(struct sq *q, int64_t version, struct err *err)
{
	CLEANUP(buf_free) struct buf b;
	buf_init(&b, 1 * MIB);
	buf_printf(&b, "PRAGMA application_id = %d;", SQ_APPLICATION_ID);
	for (int64_t v = version; v < SQ_VERSION; v++)
		migrations[v](&b);
	buf_printf(&b, "PRAGMA user_version = %d;", SQ_VERSION);
	buf_z(&b);
	if (!buf_ok(&b))
		return err_oom(err, "schema");
	int rc = version < SQ_VERSION ? sq_exec(q, (const char *)b.p, "updating its schema", err) : 0;
	buf_clear(&b);
	if (rc == 0)
		rc = missing_columns(q, &b, err);
	buf_z(&b);
	if (rc == 0 && !buf_ok(&b))
		rc = err_oom(err, "schema");
	return rc == 0 && b.n ? sq_exec(q, (const char *)b.p, "updating its schema", err) : rc;
}

static int is_current(struct sq *q, int64_t version, bool *current, struct err *err)
{
	CLEANUP(buf_free) struct buf b;
	buf_init(&b, 1 * MIB);
	if (version < SQ_VERSION)
		return 0;
	int rc = missing_columns(q, &b, err);
	if (rc == 0 && !buf_ok(&b))
		return err_oom(err, "schema");
	*current = b.n == 0;
	return rc;
}

int sq_schema(struct sq *q, bool may_update, bool *needed, struct err *err)
{
	int64_t version;
	bool current = false;
	int rc = read_version(q, &version, err);
	if (rc == 0)
		rc = is_current(q, version, &current, err);
	if (rc < 0)
		return rc;
	*needed = !current;
	if (may_update && (rc = refuse_namesakes(q, err)) < 0)
		return rc;
	if (current || !may_update)
		return 0;
	/* Asked again under the lock: another process may have been faster. */
	if ((rc = sq_exec(q, "BEGIN IMMEDIATE", "updating its schema", err)) < 0)
		return rc;
	rc = read_version(q, &version, err);
	if (rc == 0)
		rc = update(q, version, err);
	if (rc == 0)
		rc = sq_exec(q, "COMMIT", "updating its schema", err);
	if (rc < 0 && !sqlite3_get_autocommit(q->db))
		sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}
