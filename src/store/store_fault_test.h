/* store_fault_test.h - a folder for a store that is to fail, and whether what is in it is whole. */
#ifndef TRAPLINE_STORE_STORE_FAULT_TEST_H
#define TRAPLINE_STORE_STORE_FAULT_TEST_H

#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "base/test.h"
#include "store/sqlite.h"
#include "store/store_test.h"

struct fixture {
	char dir[64], path[96];
};

static inline int setup(void **state)
{
	struct fixture *x = mem_zalloc(1, sizeof *x);
	snprintf(x->dir, sizeof x->dir, "%s", make_dir());
	snprintf(x->path, sizeof x->path, "%s/t.db", x->dir);
	*state = x;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *x = *state;
	rm_dir(x->dir);
	mem_free(x);
	return 0;
}

static inline struct store *open_store(const char *path, enum store_mode mode)
{
	struct store *s;
	struct err err = {0};
	if (store_open(&s, path, mode, &err))
		fail_msg("%s", err.text);
	return s;
}

/* Opening must fail with this kind and a text that names the file and holds `part`. */
static inline void refuse(const char *path, enum store_mode mode, int kind, const char *part)
{
	struct store *s = NULL;
	struct err err = {0};
	int rc = store_open(&s, path, mode, &err);
	if (rc != kind || !strstr(err.text, part) || !strstr(err.text, path))
		fail_msg("%d, wanted %d with \"%s\": %s", rc, kind, part, err.text);
	assert_null(s);
}

static inline int put_range(struct store *s, uint64_t from, uint64_t to, uint64_t batch, struct err *err)
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

static inline int see(void *ctx, const struct store_row *r)
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
static inline uint64_t check_rows(const char *path, uint64_t limit)
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

static inline void write_file(const char *path, const void *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
}

static inline size_t read_file(const char *path, uint8_t **out)
{
	struct stat st;
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	*out = mem_alloc((size_t)st.st_size + 1);
	assert_true(read(fd, *out, (size_t)st.st_size) == st.st_size);
	close(fd);
	return (size_t)st.st_size;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
