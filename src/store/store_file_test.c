/* store_file_test.c - what store.h promises of files that are no store, or not as it should be: foreign, newer, older, locked, damaged. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "store/store_fault_test.h"

/* ---- files that are something else ---- */

static void sql(const char *path, const char *text)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL))
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void test_refusals(void **state)
{
	struct fixture *x = *state;
	static const char text[] = "From nobody Mon Sep  6 00:01:48 2010\nSubject: no database at all\n\nreally not\n";
	refuse(x->path, STORE_READ, ERR_INPUT, "trapline ingest");
	refuse(x->dir, STORE_READ, ERR_INPUT, "not a regular file");
	refuse(x->dir, STORE_WRITE, ERR_INPUT, "not a regular file");
	refuse("/nonexistent/folder/t.db", STORE_WRITE, ERR_ENV, "cannot be opened");
	refuse("clickhouse://localhost/trapline", STORE_WRITE, ERR_USAGE, "not built yet");
	refuse("redis://localhost", STORE_READ, ERR_USAGE, "unknown kind");
	refuse("", STORE_READ, ERR_USAGE, "--store");
	for (size_t n = 1; n < sizeof text; n += 20) {
		write_file(x->path, text, n);
		refuse(x->path, STORE_READ, ERR_INPUT, "not a trapline store");
		refuse(x->path, STORE_WRITE, ERR_INPUT, "not a trapline store");
		uint8_t *after;
		assert_int_equal(read_file(x->path, &after), n); /* not touched */
		assert_memory_equal(after, text, n);
		mem_free(after);
	}
	write_file(x->path, "", 0);
	refuse(x->path, STORE_READ, ERR_INPUT, "an empty file");
	sql(x->path, "CREATE TABLE message (n INTEGER); INSERT INTO message VALUES (1)");
	uint8_t *before, *after;
	size_t n = read_file(x->path, &before);
	refuse(x->path, STORE_READ, ERR_INPUT, "no trapline store");
	refuse(x->path, STORE_WRITE, ERR_INPUT, "no trapline store");
	assert_int_equal(read_file(x->path, &after), n);
	assert_memory_equal(before, after, n);
	mem_free(before);
	mem_free(after);
}

static void test_newer(void **state)
{
	struct fixture *x = *state;
	store_close(open_store(x->path, STORE_WRITE));
	sql(x->path, "ALTER TABLE message ADD COLUMN \"from_the_future\" INTEGER");
	refuse(x->path, STORE_READ, ERR_INPUT, "newer trapline");
	refuse(x->path, STORE_WRITE, ERR_INPUT, "newer trapline");
	sql(x->path, "ALTER TABLE message DROP COLUMN \"from_the_future\"");
	store_close(open_store(x->path, STORE_READ));
	sql(x->path, "PRAGMA user_version = 4711");
	refuse(x->path, STORE_READ, ERR_INPUT, "schema 4711");
	refuse(x->path, STORE_WRITE, ERR_INPUT, "schema 4711");
}

/* A store of version 1, with the few columns that a first version might have had, and one message in it. */
static int64_t count(struct store *s, const char *query)
{
	sqlite3_stmt *st;
	assert_int_equal(sqlite3_prepare_v2(sq_of(s)->db, query, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void test_older(void **state)
{
	struct fixture *x = *state;
	static const char v1[] =
		"PRAGMA application_id = 0x5452504c; PRAGMA user_version = 1;"
		"CREATE TABLE message (n INTEGER PRIMARY KEY, feed INTEGER NOT NULL, occurrence INTEGER NOT NULL, key INTEGER NOT NULL, "
		"\"time\" INTEGER, \"size\" INTEGER, \"brand\" INTEGER);"
		"CREATE INDEX message_key ON message (key, feed, occurrence);"
		"CREATE TABLE detail (n INTEGER PRIMARY KEY, \"id\" BLOB, \"subject\" TEXT);"
		"CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
		"CREATE TABLE feed (n INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, trust BLOB, "
		"name_guessed INTEGER NOT NULL, trust_guessed INTEGER NOT NULL);"
		"CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
		"INSERT INTO word VALUES (1, 'Canadian Pharmacy'); INSERT INTO feed VALUES (1, 'old', 'trap', NULL, 0, 0);"
		"INSERT INTO message VALUES (1, 1, 0, -9223372036854775807 - 1 + 255, 1280620800, 900, 1);"
		"INSERT INTO detail VALUES (1, x'00000000000000ff000000000000000000000000000000000000000000000000', 'hello');";
	for (int mode = 0; mode < 2; mode++) {
		struct arena a;
		struct row got;
		struct err err = {0};
		arena_init(&a, 8 * MIB);
		unlink(x->path);
		sql(x->path, v1);
		struct store *s = open_store(x->path, mode ? STORE_WRITE : STORE_READ);
		if (store_get(s, S("00000000000000ff"), &a, &got, &err) != 1)
			fail_msg("%s", err.text);
		assert_true(str_eq(got.brand, S("Canadian Pharmacy")) && str_eq(got.subject, S("hello")) && got.size == 900);
		assert_true(str_eq(got.feed, S("old")) && got.date == TIME_NONE && got.domains.n == 0 && got.text_bytes == 0);
		store_close(s);
		s = open_store(x->path, STORE_WRITE);
		assert_int_equal(put_range(s, 0, 20, 10, &err) < 0, 0);
		assert_int_equal(store_get(s, S("00000000000000FF"), &a, &got, &err), 1);
		assert_int_equal(count(s, "SELECT count(*) - count(DISTINCT text) FROM word"), 0);
		assert_int_equal(count(s, "SELECT id FROM word WHERE text = 'Canadian Pharmacy'"), 1);
		store_close(s);
		arena_free(&a);
	}
	/* Version 0: a file that was begun and no more. */
	unlink(x->path);
	sql(x->path, "PRAGMA application_id = 0x5452504c");
	struct store *s = open_store(x->path, STORE_READ);
	int64_t n = -1;
	struct err err = {0};
	assert_int_equal(store_count(s, &n, &err), 0);
	assert_int_equal(n, 0);
	store_close(s);
}

static void test_locked(void **state)
{
	struct fixture *x = *state;
	struct store *a = open_store(x->path, STORE_WRITE), *b = open_store(x->path, STORE_WRITE), *c;
	struct err err = {0};
	int64_t n;
	assert_int_equal(store_begin(a, &err), 0);
	sqlite3_busy_timeout(sq_of(b)->db, 50);
	assert_int_equal(store_begin(b, &err), ERR_ENV);
	assert_non_null(strstr(err.text, "another process is writing"));
	err = (struct err){0};
	c = open_store(x->path, STORE_READ); /* readers are not stopped */
	assert_int_equal(store_count(c, &n, &err), 0);
	store_close(c);
	struct fake f;
	assert_int_equal(store_put(a, fake_row(&f, 1, S("trap")), 0, 0, &err), 1);
	assert_int_equal(store_commit(a, &err), 0);
	assert_int_equal(store_begin(b, &err), 0);
	assert_int_equal(store_put(b, fake_row(&f, 1, S("trap")), 0, 0, &err), 0);
	assert_int_equal(store_put(b, fake_row(&f, 2, S("trap")), 0, 0, &err), 1);
	assert_int_equal(store_commit(b, &err), 0);
	store_close(a);
	store_close(b);
	assert_int_equal(check_rows(x->path, 10), 2);
}

/* A folder that cannot be written, seen by somebody who is not root. */
static void test_read_only(void **state)
{
	struct fixture *x = *state;
	struct store *s = open_store(x->path, STORE_WRITE);
	struct err err = {0};
	assert_true(put_range(s, 0, 10, 10, &err) >= 0);
	store_close(s);
	assert_int_equal(chmod(x->path, 0444), 0);
	assert_int_equal(chmod(x->dir, 0555), 0);
	pid_t pid = fork();
	if (!pid) {
		if (getuid() == 0 && setuid(65534))
			_exit(9);
		int64_t n = 0;
		if (store_open(&s, x->path, STORE_READ, &err) || store_count(s, &n, &err) || n != 10) {
			fprintf(stderr, "%s\n", err.text);
			_exit(1);
		}
		store_close(s);
		err = (struct err){0};
		if (store_open(&s, x->path, STORE_WRITE, &err) != ERR_ENV || !strstr(err.text, "cannot be written"))
			_exit(2);
		char other[128];
		snprintf(other, sizeof other, "%s/other.db", x->dir);
		err = (struct err){0};
		if (store_open(&s, other, STORE_WRITE, &err) != ERR_ENV || !strstr(err.text, "Permission denied"))
			_exit(3);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	chmod(x->dir, 0755);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- damage ---- */

/* Whatever is in the file: an answer or an error, never a crash. */
static void use_damaged(const char *path)
{
	struct err err = {0};
	struct store *s;
	struct arena a;
	struct row got;
	struct store_feed *feeds;
	struct store_source *sources;
	size_t n;
	uint8_t rows[400] = {0};
	arena_init(&a, 64 * MIB);
	for (int mode = 0; mode < 2; mode++) {
		struct seen seen = {.rows = rows, .limit = sizeof rows};
		err = (struct err){0};
		if (store_open(&s, path, (enum store_mode)mode, &err) < 0) {
			assert_true(err.kind == ERR_INPUT || err.kind == ERR_ENV);
			continue;
		}
		store_scan(s, &STORE_FILTER_ALL, STORE_ALL_COLUMNS, 0, see, &seen, &err);
		store_get(s, S("a"), &a, &got, &err);
		store_feeds(s, &a, &feeds, &n, &err);
		store_sources(s, &a, &sources, &n, &err);
		if (mode == STORE_WRITE)
			put_range(s, 300, 310, 10, &err);
		store_close(s);
	}
	arena_free(&a);
}

static void test_damage(void **state)
{
	struct fixture *x = *state;
	char copy[128], wal[160];
	struct store *s = open_store(x->path, STORE_WRITE);
	struct err err = {0};
	uint8_t *bytes;
	assert_true(put_range(s, 0, 300, 100, &err) >= 0);
	store_close(s);
	size_t n = read_file(x->path, &bytes);
	snprintf(copy, sizeof copy, "%s/copy.db", x->dir);
	snprintf(wal, sizeof wal, "%s-wal", copy);
	for (size_t len = 1; len < n; len += len < 1000 ? 99 : n / 23) { /* cut short */
		write_file(copy, bytes, len);
		unlink(wal);
		if (len + 16384 <= n) /* a short last page may be a checkpoint that died: the log mends it */
			refuse(copy, STORE_READ, ERR_INPUT, "store");
		use_damaged(copy);
	}
	for (uint64_t round = 0; round < 150; round++) { /* bytes changed */
		uint8_t saved[8];
		size_t at[8];
		for (int k = 0; k < 8; k++) {
			at[k] = mix(round * 8 + (uint64_t)k) % (k < 3 ? 700 : n);
			if (at[k] < 100)
				at[k] += 100;
			saved[k] = bytes[at[k]];
		}
		for (int k = 0; k < 8; k++)
			bytes[at[k]] = (uint8_t)mix(round * 77 + (uint64_t)k);
		write_file(copy, bytes, n);
		unlink(wal);
		use_damaged(copy);
		for (int k = 8; k--;)
			bytes[at[k]] = saved[k];
	}
	mem_free(bytes);
	/* Tables that are missing or have other columns. */
	static const char *const harm[] = {"DROP TABLE detail", "DROP TABLE word", "DROP TABLE feed",
		"ALTER TABLE source DROP COLUMN note", "DROP INDEX message_key",
		"UPDATE message SET feed = 99999999999, time = 'x', domains = 5, brand = -1",
		"UPDATE detail SET id = 'short', urls = x'ffffffffffffffff', subject = 17", "UPDATE feed SET n = n + 5000000000"};
	for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
		uint8_t *whole;
		n = read_file(x->path, &whole);
		write_file(copy, whole, n);
		unlink(wal);
		sql(copy, harm[i]);
		use_damaged(copy);
		mem_free(whole);
	}
}

/* What would be lost or miscounted without a word. */
static void test_hostile_contents(void **state)
{
	struct fixture *x = *state;
	static const struct {
		const char *harm, *part;
	} cases[] = {
		{"CREATE TABLE waiting AS SELECT * FROM message LIMIT 0", "tables that no store has"},
		{"CREATE TABLE Waiting_Word (id, text)", "tables that no store has"},
		{"CREATE VIEW waiting_word AS SELECT 1 AS id, 'x' AS text", "tables that no store has"},
		{"INSERT OR REPLACE INTO meta VALUES ('runs', '18446744073709551615')", "number of runs"},
		{"INSERT OR REPLACE INTO meta VALUES ('runs', '549755813887')", "number of runs"},
		{"INSERT INTO message (n, feed, occurrence, key) VALUES (9223372036854775807, 1, 0, 5)", "highest number"},
		{"INSERT INTO word VALUES (4294967295, 'last')", "2^32 distinct words"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		struct store *s = open_store(x->path, STORE_WRITE);
		assert_true(put_range(s, 0, 10, 10, &err) >= 0);
		store_close(s);
		sql(x->path, cases[i].harm);
		int rc = store_open(&s, x->path, STORE_WRITE, &err);
		if (rc == 0) {
			rc = store_begin(s, &err);
			rc = rc ? rc : store_start(s, &err);
			store_rollback(s);
			if (rc == 0)
				rc = put_range(s, 0, 20, 20, &err);
			store_close(s);
		}
		assert_true(rc < 0);
		if (!strstr(err.text, cases[i].part))
			fail_msg("%s: %s", cases[i].harm, err.text);
		unlink(x->path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_refusals),
		CASE(test_newer),
		CASE(test_older),
		CASE(test_locked),
		CASE(test_read_only),
		CASE(test_hostile_contents),
		CASE(test_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
