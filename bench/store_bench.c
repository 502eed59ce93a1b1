/* store_bench.c - how fast messages go into the store and are counted out of it.
 *
 * bench-store ROWS STORE: makes a store of made-up rows and leaves it there.
 * bench-store [ROWS]: stores ROWS (default 300000) made-up but realistic rows, in batches of STORE_BATCH, then as one row per fact
 * (message, name, value; the layout that this store does not have) with the same pragmas, then scans. One JSON line; rates are
 * per second of CPU and, in brackets of the name, of the clock.
 */
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/limits.h"
#include "query/summary.h"
#include "store/store_test.h"

enum { BATCH = STORE_BATCH };

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double wall_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Making up a row costs too: measured alone and taken off. */
static double fake_cost(uint64_t rows)
{
	struct fake f;
	volatile int64_t sum = 0;
	double start = cpu_s();
	for (uint64_t i = 0; i < rows; i++)
		sum += fake_row(&f, i, S("trap-1"))->time;
	return cpu_s() - start;
}

static void must_rc(int rc, const struct err *err)
{
	if (rc < 0) {
		fprintf(stderr, "%s\n", err->text);
		exit(1);
	}
}

static void put_all(struct store *s, uint64_t rows, int want, struct err *err)
{
	for (uint64_t i = 0; i < rows;) {
		must_rc(store_begin(s, err), err);
		if (i == 0)
			must_rc(store_start(s, err), err);
		for (uint64_t end = i + BATCH; i < rows && i < end; i++) {
			struct fake f;
			int rc = store_put(s, fake_row(&f, i, i % 3 ? S("trap-1") : S("trap-2")), 1, 1, err);
			must_rc(rc, err);
			must(rc == want);
		}
		must_rc(store_commit(s, err), err);
	}
}

/* ---- one row per fact ---- */

static void fact(sqlite3_stmt *st, int64_t message, int f, const struct row *row)
{
	const void *p = row_get(row, (enum feature_id)f);
	const struct str *s = p;
	const struct strs *list = p;
	size_t n = feature_table[f].kind == KIND_WORDS || feature_table[f].kind == KIND_LIST ? list->n : 1;
	for (size_t i = 0; i < n; i++) {
		sqlite3_bind_int64(st, 1, message);
		sqlite3_bind_int(st, 2, f);
		switch (feature_table[f].kind) {
		case KIND_INT:
		case KIND_TIME:
		case KIND_BITS:
			sqlite3_bind_int64(st, 3, *(const int64_t *)p);
			break;
		case KIND_REAL:
			sqlite3_bind_double(st, 3, *(const double *)p);
			break;
		case KIND_HASH:
			sqlite3_bind_blob(st, 3, p, SHA256_BYTES, SQLITE_STATIC);
			break;
		case KIND_WORDS:
		case KIND_LIST:
			sqlite3_bind_text(st, 3, (const char *)list->v[i].p, (int)list->v[i].n, SQLITE_STATIC);
			break;
		default:
			if (!s->n)
				return;
			sqlite3_bind_text(st, 3, (const char *)s->p, (int)s->n, SQLITE_STATIC);
		}
		must(sqlite3_step(st) == SQLITE_DONE);
		sqlite3_reset(st);
	}
}

static double put_facts(const char *path, uint64_t rows)
{
	sqlite3 *db;
	sqlite3_stmt *msg, *st;
	must(sqlite3_open(path, &db) == SQLITE_OK);
	must(sqlite3_exec(db,
		     "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-24576;"
		     "PRAGMA wal_autocheckpoint=4096; CREATE TABLE message (n INTEGER PRIMARY KEY, id BLOB UNIQUE);"
		     "CREATE TABLE fact (n INTEGER, name INTEGER, value, PRIMARY KEY (n, name, value)) WITHOUT ROWID",
		     NULL, NULL, NULL) == SQLITE_OK);
	must(sqlite3_prepare_v2(db, "INSERT OR IGNORE INTO message (id) VALUES (?)", -1, &msg, NULL) == SQLITE_OK);
	must(sqlite3_prepare_v2(db, "INSERT OR IGNORE INTO fact VALUES (?, ?, ?)", -1, &st, NULL) == SQLITE_OK);
	double start = cpu_s();
	for (uint64_t i = 0; i < rows;) {
		sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
		for (uint64_t end = i + BATCH; i < rows && i < end; i++) {
			struct fake f;
			const struct row *row = fake_row(&f, i, S("trap-1"));
			sqlite3_bind_blob(msg, 1, row->id, SHA256_BYTES, SQLITE_STATIC);
			must(sqlite3_step(msg) == SQLITE_DONE);
			sqlite3_reset(msg);
			int64_t n = sqlite3_last_insert_rowid(db);
			for (int k = 0; k < FEAT_COUNT; k++)
				fact(st, n, k, row);
		}
		must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
	}
	double cost = cpu_s() - start;
	sqlite3_finalize(msg);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return cost;
}

/* ---- reading ---- */

struct sums {
	int64_t n, size, words;
};

static int add_row(void *ctx, const struct store_row *r)
{
	struct sums *s = ctx;
	s->n++;
	s->size += r->row->size;
	s->words += r->word[FEAT_brand] + r->word[FEAT_tld] + (int64_t)r->ndomains;
	return 0;
}

static double scan(struct store *s, uint64_t columns, unsigned flags, uint64_t rows, struct err *err)
{
	struct sums sums = {0};
	double start = cpu_s();
	must_rc(store_scan(s, &STORE_FILTER_ALL, columns, flags, add_row, &sums, err), err);
	must((uint64_t)sums.n == rows);
	return cpu_s() - start;
}

static double summary(struct store *s, uint64_t rows, struct err *err)
{
	struct summary_params p = {.filter = STORE_FILTER_ALL};
	struct summary out;
	struct arena a;
	arena_init(&a, 64 * MIB);
	double start = cpu_s();
	must_rc(summary_build(s, &p, &a, &out, err), err);
	must((uint64_t)out.messages == rows);
	arena_free(&a);
	return cpu_s() - start;
}

static double file_mb(const char *path)
{
	struct stat st;
	return stat(path, &st) ? 0 : (double)st.st_size / 1e6;
}

int main(int argc, char **argv)
{
	uint64_t rows = 300000;
	struct err err = {0};
	struct store *s;
	char dir[64], path[128];
	if (argc > 1)
		str_u64(str_of(argv[1]), &rows);
	snprintf(dir, sizeof dir, "%s", make_dir());
	snprintf(path, sizeof path, "%s/wide.db", dir);
	if (argc > 2)
		snprintf(path, sizeof path, "%s", argv[2]);
	double making = fake_cost(rows), r = (double)rows;

	must_rc(store_open(&s, path, STORE_WRITE, &err), &err);
	double w0 = wall_s(), t0 = cpu_s();
	put_all(s, rows, 1, &err);
	double wide = cpu_s() - t0 - making, wide_wall = wall_s() - w0 - making;
	if (argc > 2) {
		store_close(s);
		printf("{\"put_per_cpu_s\":%.0f}\n", r / wide);
		rm_dir(dir);
		return 0;
	}
	t0 = cpu_s();
	put_all(s, rows, 0, &err);
	double again = cpu_s() - t0 - making;
	store_close(s);
	double mb = file_mb(path);

	must_rc(store_open(&s, path, STORE_READ, &err), &err);
	const uint64_t twelve = FEAT_BIT(time) | FEAT_BIT(time_source) | FEAT_BIT(size) | FEAT_BIT(country) | FEAT_BIT(tld) |
	                        FEAT_BIT(domains) | FEAT_BIT(brand) | FEAT_BIT(programme) | FEAT_BIT(category) | FEAT_BIT(charset) |
	                        FEAT_BIT(language) | FEAT_BIT(anomalies);
	double hot = scan(s, twelve, STORE_UNORDERED | STORE_IDS, rows, &err);
	double hot_words = scan(s, twelve, STORE_UNORDERED, rows, &err);
	double ordered = scan(s, twelve | FEAT_BIT(id) | FEAT_BIT(subject), 0, rows, &err);
	double whole = summary(s, rows, &err);
	store_close(s);

	struct rusage ru;
	getrusage(RUSAGE_SELF, &ru);
	snprintf(path, sizeof path, "%s/facts.db", dir);
	double facts = put_facts(path, rows < 100000 ? rows : 100000) * r / (rows < 100000 ? r : 100000) - making;
	printf("{\"rows\":%llu,\"put_per_cpu_s\":%.0f,\"put_per_wall_s\":%.0f,\"again_per_cpu_s\":%.0f,\"facts_put_per_cpu_s\":%.0f,"
	       "\"ratio\":%.2f,\"hot_scan_s_per_million\":%.2f,\"with_words_s_per_million\":%.2f,\"ordered_s_per_million\":%.2f,\"summary_s_per_million\":%.2f,"
	       "\"file_mb\":%.1f,\"max_rss_mb\":%.1f}\n",
		(unsigned long long)rows, r / wide, r / wide_wall, r / again, r / facts, facts / wide, hot / r * 1e6,
		hot_words / r * 1e6, ordered / r * 1e6, whole / r * 1e6, mb, (double)ru.ru_maxrss / 1024);
	rm_dir(dir);
	return 0;
}
