/* sqlite_scan.c - the reading side: columns to rows. See sqlite.h.
 *
 * SQL text is built from our own names and from integers; every string is bound. An ordered scan sorts row numbers first (SQLite
 * spills to disk by itself) and then fetches row by row, so that no wide row is ever sorted. A row comes as the arguments of an
 * SQL function of ours: to be asked for one column after the other costs half as much again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/sqlite.h"

/* ---- rows ---- */

struct ids {
	uint32_t *v;
	size_t n;
};

struct scan {
	struct sq *q;
	unsigned flags;
	uint8_t column[FEAT_COUNT]; /* features in the order of the SELECT, after feed, occurrence and key */
	int ncolumns;
	bool cold, print, text;
	struct feed_names feeds;
	struct arena names, scratch; /* scratch: one row */
	struct row row;
	uint32_t word[FEAT_COUNT];
	struct ids domains, fingerprint;
	store_row_fn fn;
	void *ctx;
	struct err *err;
	int rc; /* what the last row came to */
};

static void scan_free(struct scan *sc)
{
	arena_free(&sc->names);
	arena_free(&sc->scratch);
}

static void clear_row(struct scan *sc)
{
	sc->row = (struct row){0};
	for (int f = 0; f < FEAT_COUNT; f++)
		if (feature_table[f].kind == KIND_TIME)
			*(int64_t *)row_at(&sc->row, (enum feature_id)f) = TIME_NONE;
	memset(sc->word, 0, sizeof sc->word);
	sc->domains = sc->fingerprint = (struct ids){0};
}

static int fill_words(struct scan *sc, struct str blob, struct ids *ids, struct strs *out, struct err *err)
{
	*out = (struct strs){0};
	if (!unpack_ids(blob, &sc->scratch, &ids->v, &ids->n))
		return err_oom(err, "scan");
	if (sc->flags & STORE_IDS || !ids->n)
		return 0;
	if (!(out->v = arena_alloc(&sc->scratch, ids->n * sizeof *out->v)))
		return err_oom(err, "scan");
	for (size_t i = 0; i < ids->n; i++) {
		int rc = sq_word_text(sc->q, ids->v[i], &out->v[i], err);
		if (rc < 0)
			return rc;
	}
	out->n = ids->n;
	return 0;
}

static int fill(struct scan *sc, sqlite3_value *v, enum feature_id f, struct err *err)
{
	void *p = row_at(&sc->row, f);
	struct str blob;
	int rc = 0;
	switch (feature_table[f].kind) {
	case KIND_INT:
	case KIND_BITS:
		*(int64_t *)p = sqlite3_value_int64(v);
		break;
	case KIND_TIME:
		*(int64_t *)p = sqlite3_value_type(v) == SQLITE_NULL ? TIME_NONE : sqlite3_value_int64(v);
		break;
	case KIND_REAL:
		*(double *)p = sqlite3_value_double(v);
		break;
	case KIND_TEXT:
	case KIND_JSON:
	case KIND_IP:
		*(struct str *)p = value_str(v);
		break;
	case KIND_HASH:
		blob = value_str(v);
		if (blob.n == SHA256_BYTES)
			memcpy(p, blob.p, SHA256_BYTES);
		break;
	case KIND_WORD:
		sc->word[f] = (uint32_t)sqlite3_value_int64(v);
		if (!(sc->flags & STORE_IDS))
			rc = sq_word_text(sc->q, sc->word[f], p, err);
		break;
	case KIND_WORDS:
		rc = fill_words(sc, value_str(v), &sc->domains, p, err);
		break;
	case KIND_LIST:
		if (!unpack_list(value_str(v), &sc->scratch, p))
			rc = err_oom(err, "scan");
		break;
	}
	return rc < 0 ? rc : 0;
}

enum { FIXED_COLUMNS = 4 }; /* feed, occurrence, key, n; then features; then fingerprint, sketch; then text */
_Static_assert(FIXED_COLUMNS + FEAT_COUNT + 3 <= 100, "arguments that a function of SQLite's may have");

/* The values of a row to the callback. Only columns of the SELECT are ever written, so nothing needs clearing. */
static int emit(struct scan *sc, sqlite3_value **v, struct err *err)
{
	int64_t feed = sqlite3_value_int64(v[0]);
	arena_reset(&sc->scratch);
	int rc = sq_words_trim(sc->q, err);
	sc->row.feed = feed >= 0 && (uint64_t)feed < sc->feeds.n ? sc->feeds.v[feed] : (struct str){0};
	sc->row.occurrence = sqlite3_value_int64(v[1]);
	for (int i = 0; i < sc->ncolumns && rc == 0; i++)
		rc = fill(sc, v[FIXED_COLUMNS + i], (enum feature_id)sc->column[i], err);
	if (rc < 0)
		return rc;
	if (sc->print) {
		int col = FIXED_COLUMNS + sc->ncolumns;
		rc = fill_words(sc, value_str(v[col]), &sc->fingerprint, &sc->row.fingerprint, err);
		if (rc < 0)
			return rc;
		sc->row.sketch = value_str(v[col + 1]);
	}
	if (sc->text)
		sc->row.text = value_str(v[FIXED_COLUMNS + sc->ncolumns + (sc->print ? 2 : 0)]);
	struct store_row out = {.row = &sc->row,
		.key = (uint64_t)sqlite3_value_int64(v[2]) ^ (uint64_t)1 << 63,
		.feed = (uint32_t)feed,
		.word = sc->word,
		.domains = sc->domains.v,
		.ndomains = sc->domains.n,
		.n = sqlite3_value_int64(v[3]),
		.fingerprint = sc->fingerprint.v,
		.nfingerprint = sc->fingerprint.n};
	return sc->fn(sc->ctx, &out);
}

/* give_row(feed, occurrence, key, n, ...): see select_sql */
static void give_row(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	struct scan *sc = ((struct sq *)sqlite3_user_data(ctx))->scan;
	(void)argc;
	sc->rc = emit(sc, argv, sc->err);
}

int sq_functions(struct sq *q, struct err *err)
{
	int rc = sq_where_functions(q);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_function(q->db, "give_row", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, q, give_row, NULL, NULL);
	return rc == SQLITE_OK ? 0 : sq_error(q, rc, "opening it", err);
}

/* The index over ids serves ids only: for anything else SQLite would walk it and fetch every row from another place. */
static void from_message(struct buf *b, bool by_id)
{
	buf_add(b, S(" FROM message m "));
	buf_add(b, by_id ? S("INDEXED BY message_key") : S("NOT INDEXED"));
}

/* "SELECT give_row(m.feed, m.occurrence, m.key, m.n, <columns>) FROM message m [CROSS JOIN detail d ...]" */
static void select_sql(struct buf *b, const struct scan *sc, bool join, bool by_id)
{
	buf_add(b, S("SELECT give_row(m.feed, m.occurrence, m.key, m.n"));
	for (int i = 0; i < sc->ncolumns; i++) {
		const struct feature *f = &feature_table[sc->column[i]];
		buf_printf(b, ", %s.\"%s\"", f->place == PLACE_HOT ? "m" : "d", f->name);
	}
	if (sc->print)
		buf_printf(b, ", %s, %s", sc->flags & STORE_FINGERPRINTS ? "p.fingerprint" : "NULL",
			sc->flags & STORE_SKETCHES ? "p.sketch" : "NULL");
	if (sc->text)
		buf_add(b, S(", b.text"));
	buf_byte(b, ')');
	from_message(b, by_id);
	if (join)
		buf_add(b, S(" CROSS JOIN detail d ON d.n = m.n"));
	if (sc->print)
		buf_add(b, S(" LEFT JOIN print p ON p.n = m.n"));
	if (sc->text)
		buf_add(b, S(" LEFT JOIN body b ON b.n = m.n"));
}

static int stored_order(struct scan *sc, const struct where *w, int64_t limit, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	CLEANUP(buf_free) struct buf b;
	buf_init(&b, 1 * MIB);
	select_sql(&b, sc, sc->cold || w->cold, w->ids);
	buf_add(&b, buf_str(&w->sql));
	if (limit > 0)
		buf_printf(&b, " LIMIT %lld", (long long)limit);
	int rc = buf_ok(&b) ? sq_prepare(sc->q, buf_str(&b), &st, err) : err_oom(err, "scan");
	if (rc < 0)
		return rc;
	sq_bind_where(st, w);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (sc->rc)
			return sc->rc;
	return rc == SQLITE_DONE ? 0 : sq_error(sc->q, rc, "reading it", err);
}

/* ---- ordered ---- */

/* Rows that agree in time, key, feed and occurrence: different ids that share 8 bytes. Making more of them than this would take
 * a 64-bit multicollision of SHA-256. */
enum { TIES = 16 };

struct tie {
	int64_t n;
	uint8_t id[SHA256_BYTES];
};

struct ordered {
	struct scan *sc;
	sqlite3_stmt *keys, *fetch, *id;
	struct tie tie[TIES];
	size_t nties;
	int64_t left; /* of the limit; -1: none */
};

static void ordered_free(struct ordered *o)
{
	sqlite3_finalize(o->keys);
	sqlite3_finalize(o->fetch);
	sqlite3_finalize(o->id);
}

static int prepare_ordered(struct ordered *o, const struct where *w, int64_t limit, struct err *err)
{
	CLEANUP(buf_free) struct buf b;
	struct sq *q = o->sc->q;
	buf_init(&b, 1 * MIB);
	buf_add(&b, S("SELECT m.n, m.time, m.key, m.feed, m.occurrence"));
	from_message(&b, w->ids);
	buf_add(&b, S(" CROSS JOIN feed f ON f.n = m.feed"));
	if (w->cold)
		buf_add(&b, S(" CROSS JOIN detail d ON d.n = m.n"));
	buf_add(&b, buf_str(&w->sql));
	buf_add(&b, S(" ORDER BY m.time, m.key, f.name, m.occurrence"));
	if (limit > 0 && limit < INT64_MAX - TIES)
		buf_printf(&b, " LIMIT %lld", (long long)limit + TIES);
	int rc = buf_ok(&b) ? sq_prepare(q, buf_str(&b), &o->keys, err) : err_oom(err, "scan");
	buf_clear(&b);
	select_sql(&b, o->sc, o->sc->cold, false);
	buf_add(&b, S(" WHERE m.n = ?"));
	if (rc == 0)
		rc = buf_ok(&b) ? sq_prepare(q, buf_str(&b), &o->fetch, err) : err_oom(err, "scan");
	if (rc == 0)
		rc = sq_prepare(q, S("SELECT id FROM detail WHERE n = ?"), &o->id, err);
	if (rc == 0)
		sq_bind_where(o->keys, w);
	return rc;
}

static int by_id(const void *a, const void *b)
{
	return memcmp(((const struct tie *)a)->id, ((const struct tie *)b)->id, SHA256_BYTES);
}

static int sort_ties(struct ordered *o, struct err *err)
{
	for (size_t i = 0; i < o->nties; i++) {
		sqlite3_bind_int64(o->id, 1, o->tie[i].n);
		int rc = sqlite3_step(o->id);
		struct str id = rc == SQLITE_ROW ? column_str(o->id, 0) : S("");
		if (id.n == SHA256_BYTES)
			memcpy(o->tie[i].id, id.p, SHA256_BYTES);
		sqlite3_reset(o->id);
		if (rc != SQLITE_ROW && rc != SQLITE_DONE)
			return sq_error(o->sc->q, rc, "reading it", err);
	}
	qsort(o->tie, o->nties, sizeof *o->tie, by_id);
	return 0;
}

/* Gives the waiting rows out. 0, 1 = enough, or an error. */
static int flush_ties(struct ordered *o, struct err *err)
{
	int rc = o->nties > 1 ? sort_ties(o, err) : 0;
	for (size_t i = 0; rc == 0 && i < o->nties && o->left; i++) {
		sqlite3_bind_int64(o->fetch, 1, o->tie[i].n);
		int step = sqlite3_step(o->fetch);
		if (step == SQLITE_ROW)
			rc = o->sc->rc;
		else if (step != SQLITE_DONE)
			rc = sq_error(o->sc->q, step, "reading it", err);
		sqlite3_reset(o->fetch);
		if (o->left > 0)
			o->left--;
	}
	o->nties = 0;
	return rc;
}

static int time_order(struct scan *sc, const struct where *w, int64_t limit, struct err *err)
{
	CLEANUP(ordered_free) struct ordered o = {.sc = sc, .left = limit > 0 ? limit : -1};
	int64_t last[4] = {0}, now[4];
	int rc = prepare_ordered(&o, w, limit, err), step;
	if (rc < 0)
		return rc;
	while (o.left && (step = sqlite3_step(o.keys)) == SQLITE_ROW) {
		now[0] = column_time(o.keys, 1);
		for (int i = 1; i < 4; i++)
			now[i] = sqlite3_column_int64(o.keys, i + 1);
		if ((memcmp(now, last, sizeof now) || o.nties == TIES) && (rc = flush_ties(&o, err)))
			return rc;
		o.tie[o.nties++].n = sqlite3_column_int64(o.keys, 0);
		memcpy(last, now, sizeof last);
	}
	if (o.left && step != SQLITE_DONE)
		return sq_error(sc->q, step, "reading it", err);
	return flush_ties(&o, err);
}

/* ---- entry points ---- */

/* A transaction sees what was committed when it reads first, not when it begins. */
int sq_read_begin(struct store *s, struct err *err)
{
	struct sq *q = sq_of(s);
	must(sqlite3_get_autocommit(q->db));
	int rc = sq_exec(q, "BEGIN; SELECT 1 FROM meta LIMIT 1", "reading it", err);
	rc = rc ? rc : sq_see_others(q, err);
	q->reading = true;
	if (rc)
		sq_read_end(s);
	return rc;
}

void sq_read_end(struct store *s)
{
	struct sq *q = sq_of(s);
	if (q->reading && !sqlite3_get_autocommit(q->db))
		sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
	q->reading = false;
}

static int run(struct scan *sc, const struct store_filter *f, struct err *err)
{
	struct where w = {0};
	buf_init(&w.sql, 4 * MIB);
	int rc = sq_feed_names(sc->q, &sc->names, &sc->feeds, err);
	if (rc == 0)
		rc = sq_where(sc->q, &w, f, err);
	if (rc == 0 && !w.nothing)
		rc = sc->flags & STORE_UNORDERED ? stored_order(sc, &w, f->limit, err) : time_order(sc, &w, f->limit, err);
	buf_free(&w.sql);
	return rc;
}

int sq_scan(struct store *s, const struct store_filter *f, uint64_t columns, unsigned flags, store_row_fn fn, void *ctx,
	struct err *err)
{
	CLEANUP(scan_free) struct scan sc = {.q = sq_of(s), .flags = flags, .fn = fn, .ctx = ctx, .err = err};
	arena_init(&sc.names, LIM_ARENA);
	arena_init(&sc.scratch, LIM_ARENA);
	clear_row(&sc);
	sc.text = flags & STORE_TEXTS;
	sc.print = flags & (STORE_FINGERPRINTS | STORE_SKETCHES);
	for (int i = 0; i < FEAT_COUNT; i++)
		if (columns >> i & 1) {
			sc.column[sc.ncolumns++] = (uint8_t)i;
			sc.cold |= feature_table[i].place == PLACE_COLD;
		}
	/* One snapshot for all statements of the scan. */
	bool own = sqlite3_get_autocommit(sc.q->db);
	int rc = own ? sq_exec(sc.q, "BEGIN", "reading it", err) : sq_flush(sc.q, err);
	must(!sc.q->scan);
	sc.q->scan = &sc;
	if (rc == 0)
		rc = run(&sc, f, err);
	sc.q->scan = NULL;
	if (own && !sqlite3_get_autocommit(sc.q->db))
		sqlite3_exec(sc.q->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}
