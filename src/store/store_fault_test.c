/* store_fault_test.c - what store.h promises when things go wrong: death at any moment, a full disk, no memory. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store/store_fault_test.h"

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

/* Loads full batches into a new store, then puts more than SQLite's cache holds and dies before it is committed. */
static _Noreturn void die_in_first_load(const char *path, uint64_t before)
{
	struct store *s;
	struct err err = {0};
	must(store_open(&s, path, STORE_WRITE, &err) == 0);
	must(sqlite3_exec(sq_of(s)->db, "PRAGMA cache_size = 10", NULL, NULL, NULL) == SQLITE_OK);
	must(put_range(s, 0, before, STORE_BATCH, &err) >= 0);
	must(store_begin(s, &err) == 0 && store_start(s, &err) == 0);
	for (uint64_t i = before; i < before + 3000; i++) {
		struct fake f;
		must(store_put(s, fake_row(&f, i, S("trap")), 1, 1, &err) == 1);
	}
	raise(SIGKILL);
	_exit(1);
}

/* The first messages of a new store are not written to a log: the journal takes them back. */
static void kill_in_first_load(struct fixture *x, uint64_t before)
{
	struct err err = {0};
	struct stat st;
	pid_t pid = fork();
	if (!pid)
		die_in_first_load(x->path, before);
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
	assert_int_equal(check_rows(x->path, before + 10), before);
	struct store *s = open_store(x->path, STORE_WRITE);
	assert_true(put_range(s, before, before + 3000, 1000, &err) >= 0);
	store_close(s);
	assert_int_equal(check_rows(x->path, before + 3000), before + 3000);
}

static void test_kill_in_first_batch(void **state)
{
	kill_in_first_load(*state, 0);
}

static void test_kill_in_second_batch(void **state)
{
	kill_in_first_load(*state, STORE_BATCH);
}

/* Who reads for long keeps the log from being emptied, no longer. */
static void test_log_behind_reader(void **state)
{
	struct fixture *x = *state;
	struct err err = {0};
	struct store *s = open_store(x->path, STORE_WRITE), *r;
	assert_true(put_range(s, 0, 10, 5, &err) >= 0);
	r = open_store(x->path, STORE_READ);
	assert_int_equal(store_read_begin(r, &err), 0);
	assert_true(put_range(s, 0, 500, 100, &err) >= 0);
	sqlite3_busy_timeout(sq_of(s)->db, 10);
	assert_int_equal(sqlite3_wal_checkpoint_v2(sq_of(s)->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL), SQLITE_BUSY);
	assert_true(beside(x->path, "-wal"));
	store_read_end(r);
	assert_int_equal(sqlite3_wal_checkpoint_v2(sq_of(s)->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL), SQLITE_OK);
	assert_false(beside(x->path, "-wal"));
	store_close(r);
	store_close(s);
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

/* The load is over with the first batch that is none of it, though nothing new is in that. */
static void test_log_after_full_batch(void **state)
{
	struct fixture *x = *state;
	struct err err = {0};
	struct store *s = open_store(x->path, STORE_WRITE);
	assert_true(put_range(s, 0, STORE_BATCH, STORE_BATCH, &err) >= 0);
	mode_is(s, "delete");
	assert_int_equal(store_begin(s, &err) | store_put_meta(s, "pack", S("x"), &err) | store_commit(s, &err), 0);
	mode_is(s, "wal");
	store_close(s);
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
		rc = store_read_begin(s, err);
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

int main(void)
{
	static const sqlite3_mem_methods heap = {
		lib_alloc, lib_free, lib_realloc, lib_size, lib_roundup, lib_init, lib_shutdown, NULL};
	must(sqlite3_config(SQLITE_CONFIG_MALLOC, &heap) == SQLITE_OK);
	const struct CMUnitTest tests[] = {
		CASE(test_kill),
		CASE(test_kill_in_first_batch),
		CASE(test_kill_in_second_batch),
		CASE(test_log_behind_reader),
		CASE(test_log_of_new_store),
		CASE(test_log_after_full_batch),
		CASE(test_made_by_several),
		CASE(test_file_size_limit),
		CASE(test_database_full),
		CASE(test_out_of_memory),
		CASE(test_out_of_memory_in_batch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
