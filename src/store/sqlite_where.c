/* sqlite_where.c - filters to SQL. See sqlite.h. The text is built from our own names and from integers; every string is bound. */
#include <stdio.h>

#include "store/sqlite.h"

/* ---- SQL functions ---- */

/* has_word(domains, id) */
static void has_word(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	const uint8_t *p = sqlite3_value_blob(argv[0]);
	int n = sqlite3_value_bytes(argv[0]) / 4;
	uint32_t id = (uint32_t)sqlite3_value_int64(argv[1]);
	uint8_t want[4] = {(uint8_t)id, (uint8_t)(id >> 8), (uint8_t)(id >> 16), (uint8_t)(id >> 24)};
	int found = 0;
	for (int i = 0; i < n && !found; i++)
		found = memcmp(p + 4 * i, want, 4) == 0;
	sqlite3_result_int(ctx, found);
}

/* contains(text, part): LIKE would stop at a NUL and read % and _ */
static void contains(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	(void)argc;
	const void *a = sqlite3_value_blob(argv[0]), *b = sqlite3_value_blob(argv[1]);
	struct str text = str_make(a, a ? (size_t)sqlite3_value_bytes(argv[0]) : 0);
	struct str part = str_make(b, b ? (size_t)sqlite3_value_bytes(argv[1]) : 0);
	sqlite3_result_int(ctx, str_ifind(text, part) != STR_NPOS);
}

/* ---- the filter ---- */

static void term(struct where *w, const char *sql)
{
	buf_add(&w->sql, w->sql.n ? S(" AND ") : S(" WHERE "));
	buf_add(&w->sql, str_of(sql));
}

static int word_term(struct sq *q, struct where *w, const char *column, struct str value, struct err *err)
{
	uint32_t id;
	char sql[96];
	if (!value.p)
		return 0;
	int rc = sq_word_id(q, value, false, &id, err);
	if (rc < 0)
		return rc;
	if (!value.n)
		snprintf(sql, sizeof sql, "m.%s IS NULL", column);
	else if (str_eq(str_of(column), S("domains")))
		snprintf(sql, sizeof sql, "has_word(m.domains, %u)", id);
	else
		snprintf(sql, sizeof sql, "m.%s = %u", column, id);
	w->nothing |= value.n && !id;
	term(w, sql);
	return 0;
}

static int feed_term(struct sq *q, struct where *w, const struct store_filter *f, struct err *err)
{
	bool any = false;
	for (size_t i = 0; i < f->nfeeds; i++) {
		uint32_t id;
		int rc = sq_feed_id(q, f->feeds[i], false, &id, err);
		if (rc < 0)
			return rc;
		if (!id)
			continue;
		if (!any)
			term(w, "m.feed IN (");
		buf_printf(&w->sql, any ? ",%u" : "%u", id);
		any = true;
	}
	if (any)
		buf_add(&w->sql, S(")"));
	w->nothing |= f->nfeeds && !any;
	return 0;
}

/* SQLite takes the rows of a list in ascending order: pages of neighbours are read once. */
static void row_term(struct where *w, const struct store_filter *f)
{
	for (size_t i = 0; i < f->nrows; i++) {
		if (i == 0)
			term(w, "m.n IN (");
		buf_printf(&w->sql, i ? ",%lld" : "%lld", (long long)f->rows[i]);
	}
	if (f->nrows)
		buf_add(&w->sql, S(")"));
}

static int id_term(struct where *w, const struct store_filter *f, struct err *err)
{
	char sql[128];
	if (!f->id_prefix.n)
		return 0;
	if (!id_range(f->id_prefix, w->lo, w->hi))
		return err_set(err, ERR_USAGE, "not a message id: an id is up to 64 hexadecimal digits");
	snprintf(sql, sizeof sql, "m.key BETWEEN %lld AND %lld", (long long)id_key(w->lo), (long long)id_key(w->hi));
	term(w, sql);
	w->ids = true;
	if (f->id_prefix.n > 16) {
		term(w, "d.id BETWEEN ?1 AND ?2");
		w->cold = true;
	}
	return 0;
}

int sq_where(struct sq *q, struct where *w, const struct store_filter *f, struct err *err)
{
	char sql[64];
	int rc = id_term(w, f, err);
	if (rc == 0)
		rc = feed_term(q, w, f, err);
	const struct {
		const char *column;
		struct str value;
	} words[] = {{"brand", f->brand}, {"programme", f->programme}, {"category", f->category}, {"country", f->country},
		{"from_domain", f->from_domain}, {"domains", f->domain}, {"engine", f->engine}, {"client", f->client},
		{"campaign", f->campaign}};
	for (size_t i = 0; rc == 0 && i < sizeof words / sizeof *words; i++)
		rc = word_term(q, w, words[i].column, words[i].value, err);
	row_term(w, f);
	if (f->since != TIME_NONE) {
		snprintf(sql, sizeof sql, "m.time >= %lld", (long long)f->since);
		term(w, sql);
	}
	if (f->until != TIME_NONE) {
		snprintf(sql, sizeof sql, "m.time < %lld", (long long)f->until);
		term(w, sql);
	}
	if (f->subject.n) {
		term(w, "contains(d.subject, ?3)");
		w->subject = f->subject;
		w->cold = true;
	}
	if (rc == 0 && !buf_ok(&w->sql))
		return err_oom(err, "filter");
	return rc;
}

void sq_bind_where(sqlite3_stmt *st, const struct where *w)
{
	if (w->ids) { /* out of range when the text has no such place: no harm */
		sqlite3_bind_blob(st, 1, w->lo, SHA256_BYTES, SQLITE_STATIC);
		sqlite3_bind_blob(st, 2, w->hi, SHA256_BYTES, SQLITE_STATIC);
	}
	if (w->subject.n)
		sqlite3_bind_text64(st, 3, (const char *)w->subject.p, w->subject.n, SQLITE_STATIC, SQLITE_UTF8);
}

int sq_where_functions(struct sq *q)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
	int rc = sqlite3_create_function(q->db, "has_word", 2, flags, NULL, has_word, NULL, NULL);
	return rc == SQLITE_OK ? sqlite3_create_function(q->db, "contains", 2, flags, NULL, contains, NULL, NULL) : rc;
}
