/* store_fault_test.c - what store.h promises when things go wrong: death at any moment, full disk, no memory, damaged, foreign,
 * newer, older and locked files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/sqlite.h"
#include "store/store_test.h"

struct fixture {
	char dir[64], path[96];
};

static int setup(void **state)
{
	struct fixture *x = mem_zalloc(1, sizeof *x);
	snprintf(x->dir, sizeof x->dir, "%s", make_dir());
	snprintf(x->path, sizeof x->path, "%s/t.db", x->dir);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;
	rm_dir(x->dir);
	mem_free(x);
	return 0;
}

static struct store *open_store(const char *path, enum store_mode mode)
{
	struct store *s;
	struct err err = {0};
	if (store_open(&s, path, mode, &err))
		fail_msg("%s", err.text);
	return s;
}

/* Opening must fail with this kind and a text that names the file and holds `part`. */
static void refuse(const char *path, enum store_mode mode, int kind, const char *part)
{
	struct store *s = NULL;
	struct err err = {0};
	int rc = store_open(&s, path, mode, &err);
	if (rc != kind || !strstr(err.text, part) || !strstr(err.text, path))
		fail_msg("%d, wanted %d with \"%s\": %s", rc, kind, part, err.text);
	assert_null(s);
}

static int put_range(struct store *s, uint64_t from, uint64_t to, uint64_t batch, struct err *err)
{
	int rc = 0;
	for (uint64_t i = from; rc >= 0 && i < to;) {
		if ((rc = store_begin(s, err)) < 0)
			return rc;
		if (i == from)
			rc = store_start(s, err);
		for (uint64_t end = i + batch; rc >= 0 && i < to && i < end; i++) {
			struct fake f;
			rc = store_put(s, fake_row(&f, i, S("trap")), 1, 1, err);
		}
		if (rc >= 0)
			rc = store_commit(s, err);
	}
	if (rc < 0)
		store_rollback(s);
	return rc;
}

struct seen {
	uint8_t *rows; /* how often each row was seen */
	uint64_t n, limit;
};

static int see(void *ctx, const struct store_row *r)
{
	struct seen *seen = ctx;
	uint64_t i = (uint64_t)r->row->source_offset / 4000;
	struct fake f;
	if (i >= seen->limit)
		return ERR_INPUT;
	const struct row *want = fake_row(&f, i, S("trap"));
	seen->rows[i]++;
	seen->n++;
	return memcmp(want->id, r->row->id, SHA256_BYTES) || !str_eq(want->subject, r->row->subject) ||
	                       !str_eq(want->brand, r->row->brand) || want->domains.n != r->row->domains.n ||
	                       !str_eq(want->domains.v[0], r->row->domains.v[0])
	               ? ERR_INPUT
	               : 0;
}

/* Every row that is there is whole and there once; how many. */
static uint64_t check_rows(const char *path, uint64_t limit)
{
	struct store *s = open_store(path, STORE_READ);
	struct err err = {0};
	struct seen seen = {.rows = mem_zalloc(limit, 1), .limit = limit};
	sqlite3_stmt *st;
	assert_int_equal(sqlite3_prepare_v2(sq_of(s)->db, "PRAGMA integrity_check", -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(st, 0), "ok");
	sqlite3_finalize(st);
	int rc = store_scan(s, &STORE_FILTER_ALL, STORE_ALL_COLUMNS, STORE_UNORDERED, see, &seen, &err);
	if (rc)
		fail_msg("%d %s", rc, err.text);
	for (uint64_t i = 0; i < limit; i++)
		assert_true(seen.rows[i] <= 1);
	mem_free(seen.rows);
	store_close(s);
	return seen.n;
}

/* ---- death ---- */

static pid_t start_writer(const char *path, uint64_t rows, uint64_t batch)
{
	pid_t pid = fork();
	if (pid)
		return pid;
	struct err err = {0};
	for (int attempt = 0; attempt < 5;
		attempt++) { /* on a loaded machine others may hold the lock for long: as we tell people to */
		struct store *s = NULL;
		err = (struct err){0};
		int rc = store_open(&s, path, STORE_WRITE, &err);
		if (rc == 0)
			rc = put_range(s, 0, rows, batch, &err);
		store_close(s);
		if (rc >= 0)
			_exit(0);
		if (!strstr(err.text, "another process"))
			break;
	}
	fprintf(stderr, "%s\n", err.text);
	_exit(1);
}

static void test_kill(void **state)
{
	enum { ROWS = 12000, BATCH = 150, ROUNDS = 14 };
	struct fixture *x = *state;
	uint64_t before = 0;
	for (int round = 0; round < ROUNDS; round++) {
		pid_t pid = start_writer(x->path, ROWS, BATCH);
		int status;
		usleep((useconds_t)(mix((uint64_t)getpid() + (uint64_t)round) % (round < 4 ? 4000 : 60000)));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
		struct stat st;
		if (stat(x->path, &st) || st.st_size == 0)
			continue; /* killed before the store existed */
		struct store *probe;
		struct err err = {0};
		assert_int_equal(store_open(&probe, x->path, STORE_WRITE, &err), 0); /* it may have been killed inside its making */
		store_close(probe);
		uint64_t n = check_rows(x->path, ROWS);
		assert_true(n >= before); /* what was committed stays */
		assert_true(n % BATCH == 0);
		before = n;
	}
	struct store *s = open_store(x->path, STORE_WRITE);
	struct err err = {0};
	assert_true(put_range(s, 0, ROWS, BATCH, &err) >= 0);
	store_close(s);
	assert_int_equal(check_rows(x->path, ROWS), ROWS);
}

static bool beside(const char *path, const char *suffix)
{
	char name[128];
	struct stat st;
	snprintf(name, sizeof name, "%s%s", path, suffix);
	return stat(name, &st) == 0 && st.st_size > 0;
}

static void mode_is(struct store *s, const char *mode)
{
	sqlite3_stmt *st;
	assert_int_equal(sqlite3_prepare_v2(sq_of(s)->db, "PRAGMA journal_mode", -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(st, 0), mode);
	sqlite3_finalize(st);
}

/* Puts more than SQLite's cache holds into a new store and dies before it is committed. */
static _Noreturn void die_in_first_batch(const char *path)
{
	struct store *s;
	struct err err = {0};
	must(store_open(&s, path, STORE_WRITE, &err) == 0);
	must(sqlite3_exec(sq_of(s)->db, "PRAGMA cache_size = 10", NULL, NULL, NULL) == SQLITE_OK);
	must(store_begin(s, &err) == 0 && store_start(s, &err) == 0);
	for (uint64_t i = 0; i < 3000; i++) {
		struct fake f;
		must(store_put(s, fake_row(&f, i, S("trap")), 1, 1, &err) == 1);
	}
	raise(SIGKILL);
	_exit(1);
}

/* The first messages of a new store are not written to a log: the journal takes them back. */
static void test_kill_in_first_batch(void **state)
{
	struct fixture *x = *state;
	struct err err = {0};
	struct stat st;
	pid_t pid = fork();
	if (!pid)
		die_in_first_batch(x->path);
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_true(beside(x->path, "-journal") && !beside(x->path, "-wal"));
	assert_true(stat(x->path, &st) == 0 && st.st_size > 1000000);
	/* Where it cannot be taken back, nothing half-written is read. */
	assert_int_equal(chmod(x->path, 0444) | chmod(x->dir, 0555), 0);
	if (!(pid = fork())) {
		struct store *s;
		if (getuid() == 0 && setuid(65534))
			_exit(9);
		_exit(store_open(&s, x->path, STORE_READ, &err) == ERR_ENV && strstr(err.text, "unfinished log")
				? 0
				: (fprintf(stderr, "%s\n", err.text), 1));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(chmod(x->path, 0644) | chmod(x->dir, 0755), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(check_rows(x->path, 10), 0);
	struct store *s = open_store(x->path, STORE_WRITE);
	assert_true(put_range(s, 0, 3000, 1000, &err) >= 0);
	store_close(s);
	assert_int_equal(check_rows(x->path, 3000), 3000);
}

/* Readers are not stopped, and somebody who reads only puts the log off. */
static void test_log_of_new_store(void **state)
{
	struct fixture *x = *state;
	struct err err = {0};
	int64_t n = -1;
	struct store *s = open_store(x->path, STORE_WRITE), *r = open_store(x->path, STORE_READ);
	assert_true(put_range(s, 0, 0, 1, &err) >= 0);
	mode_is(s, "delete");
	assert_int_equal(sqlite3_exec(sq_of(r)->db, "BEGIN; SELECT count(*) FROM message", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(store_begin(s, &err), 0);
	struct fake f;
	assert_int_equal(store_put(s, fake_row(&f, 1, S("trap")), 0, 1, &err), 1);
	sqlite3_busy_timeout(sq_of(s)->db, 50);
	assert_int_equal(store_commit(s, &err), ERR_ENV); /* its snapshot is the file itself */
	assert_non_null(strstr(err.text, "another process is using"));
	store_rollback(s);
	assert_int_equal(sqlite3_exec(sq_of(r)->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	err = (struct err){0};
	assert_true(put_range(s, 0, 10, 10, &err) >= 0);
	mode_is(s, "wal");
	assert_int_equal(sqlite3_exec(sq_of(r)->db, "BEGIN; SELECT count(*) FROM message", NULL, NULL, NULL), SQLITE_OK);
	assert_true(put_range(s, 10, 20, 10, &err) >= 0);
	assert_int_equal(store_count(r, &n, &err), 0);
	assert_int_equal(n, 10);
	store_close(r);
	store_close(s);
	assert_int_equal(check_rows(x->path, 20), 20);
}

static void test_made_by_several(void **state)
{
	enum { WRITERS = 4, ROWS = 900 };
	struct fixture *x = *state;
	pid_t pids[WRITERS];
	for (int i = 0; i < WRITERS; i++)
		pids[i] = start_writer(x->path, ROWS, 50);
	for (int i = 0; i < WRITERS; i++) {
		int status;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	assert_int_equal(check_rows(x->path, ROWS), ROWS);
}

/* ---- a full disk ---- */

static void test_file_size_limit(void **state)
{
	enum { ROWS = 20000, BATCH = 100 };
	struct fixture *x = *state;
	static const rlim_t limits[] = {0, 5000, 20000, 100000, 300000, 1000000, 3000000};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		pid_t pid = fork();
		if (!pid) {
			struct rlimit lim = {limits[i], limits[i]};
			struct store *s;
			struct err err = {0};
			signal(SIGXFSZ, SIG_IGN);
			setrlimit(RLIMIT_FSIZE, &lim);
			int rc = store_open(&s, x->path, STORE_WRITE, &err);
			if (rc == 0) {
				rc = put_range(s, 0, ROWS, BATCH, &err);
				store_close(s);
			}
			_exit(rc != ERR_ENV ? 1 : strstr(err.text, "no space left") ? 0 : (fprintf(stderr, "%s\n", err.text), 2));
		}
		int status;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		store_close(open_store(x->path, STORE_WRITE));
		assert_int_equal(check_rows(x->path, ROWS) % BATCH, 0);
	}
	struct store *s = open_store(x->path, STORE_WRITE);
	struct err err = {0};
	assert_true(put_range(s, 0, 3000, BATCH, &err) >= 0);
	store_close(s);
	assert_true(check_rows(x->path, ROWS) >= 3000);
}

static void test_database_full(void **state)
{
	struct fixture *x = *state;
	struct store *s = open_store(x->path, STORE_WRITE);
	struct err err = {0};
	assert_int_equal(sqlite3_exec(sq_of(s)->db, "PRAGMA max_page_count = 60", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(put_range(s, 0, 5000, 50, &err), ERR_ENV);
	assert_non_null(strstr(err.text, "no space left"));
	/* The same handle goes on when there is room again. */
	err = (struct err){0};
	assert_int_equal(sqlite3_exec(sq_of(s)->db, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL), SQLITE_OK);
	assert_true(put_range(s, 0, 2000, 50, &err) >= 0);
	store_close(s);
	assert_int_equal(check_rows(x->path, 5000), 2000);
}

/* ---- no memory ---- */

/* SQLite's heap through ours, so that its allocations fail too. */
static void *lib_alloc(int n)
{
	uint64_t *p = mem_alloc((size_t)n + 16);
	if (!p)
		return NULL;
	p[0] = (uint64_t)n;
	return p + 2;
}

static void lib_free(void *p)
{
	mem_free(p ? (uint64_t *)p - 2 : NULL);
}

static void *lib_realloc(void *p, int n)
{
	uint64_t *q = mem_realloc((uint64_t *)p - 2, (size_t)n + 16);
	if (!q)
		return NULL;
	q[0] = (uint64_t)n;
	return q + 2;
}

static int lib_size(void *p)
{
	return p ? (int)((uint64_t *)p)[-2] : 0;
}

static int lib_roundup(int n)
{
	return (n + 7) & ~7;
}

static int lib_init(void *ctx)
{
	(void)ctx;
	return SQLITE_OK;
}

static void lib_shutdown(void *ctx)
{
	(void)ctx;
}

static int every_operation(const char *path, uint64_t i, struct err *err)
{
	struct store *s;
	struct arena a;
	struct row got;
	struct seen seen = {.rows = (uint8_t[64]){0}, .limit = 64};
	struct store_feed *feeds;
	size_t n;
	arena_init(&a, 8 * MIB);
	int rc = store_open(&s, path, STORE_WRITE, err);
	if (rc < 0) {
		arena_free(&a);
		return rc;
	}
	rc = put_range(s, i, i + 2, 2, err);
	if (rc >= 0)
		rc = store_scan(s, &STORE_FILTER_ALL, STORE_ALL_COLUMNS, 0, see, &seen, err);
	if (rc >= 0)
		rc = store_get(s, S("0"), &a, &got, err);
	if (rc >= 0)
		rc = store_feeds(s, &a, &feeds, &n, err);
	store_close(s);
	arena_free(&a);
	return rc;
}

static void test_out_of_memory(void **state)
{
	struct fixture *x = *state;
	for (int fresh = 0; fresh < 2; fresh++)
		for (long n = 0;; n += n < 400 ? 1 : 13) {
			struct err err = {0};
			if (!fresh)
				unlink(x->path);
			mem_fail_from(n);
			int rc = every_operation(x->path, 0, &err);
			int hit = mem_failed();
			mem_fail_from(-1);
			if (hit && rc >= 0) /* SQLite does without some of its allocations */
				assert_int_equal(err.kind, 0);
			else
				assert_int_equal(rc < 0 ? rc : 0, hit ? ERR_ENV : 0);
			if (rc < 0)
				assert_int_equal(err.kind, rc);
			if (!hit)
				break;
		}
	assert_int_equal(check_rows(x->path, 64), 2);
}

static void write_file(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
}

static size_t read_file(const char *path, uint8_t **out)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	*out = mem_alloc((size_t)st.st_size + 1);
	assert_true(read(fd, *out, (size_t)st.st_size) == st.st_size);
	close(fd);
	return (size_t)st.st_size;
}

static int count_word(void *ctx, uint32_t id, struct str word)
{
	(void)id, (void)word;
	++*(size_t *)ctx;
	return 0;
}

/* Messages made anew and new ones, what was found, and reading what waits; all of it in one batch. */
static int one_batch(struct store *s, struct err *err)
{
	struct fake f;
	size_t words = 0;
	int64_t n = 0;
	int rc = store_begin(s, err);
	if (rc < 0)
		return rc;
	rc = store_start(s, err);
	for (uint64_t i = 0; rc >= 0 && i < 12; i++)
		rc = store_put(s, fake_row(&f, i, S("trap")), 1, 2, err);
	if (rc >= 0) {
		struct row *r = fake_row(&f, 0, S("trap")); /* number 11 by now */
		r->engine = S("an-engine");
		rc = store_put_attribution(s, 11, r, err);
	}
	if (rc >= 0)
		rc = store_put_item(s, "engine", S("an-engine"), S("{}"), err);
	if (rc >= 0)
		rc = store_put(s, fake_row(&f, 12, S("trap")), 1, 2, err);
	if (rc >= 0)
		rc = store_words(s, count_word, &words, err);
	if (rc >= 0)
		rc = store_count(s, &n, err);
	return rc < 0 ? rc : store_commit(s, err);
}

/* The batch is there or is not, and the same handle stores it when there is memory again. */
static void test_out_of_memory_in_batch(void **state)
{
	struct fixture *x = *state;
	uint8_t *before;
	struct err err = {0};
	struct store *s = open_store(x->path, STORE_WRITE);
	assert_true(put_range(s, 0, 10, 10, &err) >= 0);
	store_close(s);
	size_t size = read_file(x->path, &before);
	for (long n = 0, hit = 1; hit; n += n < 300 ? 1 : 5) {
		write_file(x->path, before, size);
		s = open_store(x->path, STORE_WRITE);
		err = (struct err){0};
		mem_fail_from(n);
		int rc = one_batch(s, &err);
		hit = mem_failed();
		mem_fail_from(-1);
		if (rc < 0) {
			assert_int_equal(rc, ERR_ENV);
			store_rollback(s);
			err = (struct err){0};
			if ((rc = one_batch(s, &err)) < 0)
				fail_msg("after allocation %ld: %s", n, err.text);
		}
		store_close(s);
		assert_int_equal(check_rows(x->path, 64), 13);
	}
	mem_free(before);
}

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
	static const sqlite3_mem_methods heap = {
		lib_alloc, lib_free, lib_realloc, lib_size, lib_roundup, lib_init, lib_shutdown, NULL};
	must(sqlite3_config(SQLITE_CONFIG_MALLOC, &heap) == SQLITE_OK);
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_kill),
		CASE(test_kill_in_first_batch),
		CASE(test_log_of_new_store),
		CASE(test_made_by_several),
		CASE(test_file_size_limit),
		CASE(test_database_full),
		CASE(test_out_of_memory),
		CASE(test_out_of_memory_in_batch),
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
