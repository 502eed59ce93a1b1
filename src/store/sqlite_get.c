/* sqlite_get.c - one message by its id. See sqlite.h. */
#include "base/mem.h"
#include "store/sqlite.h"

struct get {
	struct arena *arena;
	struct row *out;
	const uint8_t *id;
	int result; /* 0, 1, or an error of copying */
};

/* The first by (feed, occurrence) of the rows with this id. */
static int take_row(void *ctx, const struct store_row *r)
{
	struct get *g = ctx;
	if (memcmp(r->row->id, g->id, SHA256_BYTES))
		return 0;
	if (g->result == 1) {
		int order = str_cmp(r->row->feed, g->out->feed);
		if (order > 0 || (order == 0 && r->row->occurrence >= g->out->occurrence))
			return 0;
	}
	struct row copy;
	if (row_copy(g->arena, r->row, &copy))
		return g->result = ERR_ENV;
	*g->out = copy;
	g->result = 1;
	return 0;
}

int sq_get(struct store *s, struct str id_hex_prefix, struct arena *a, struct row *row, struct err *err)
{
	struct sq *q = sq_of(s);
	uint8_t lo[SHA256_BYTES], hi[SHA256_BYTES], id[SHA256_BYTES];
	char hex[SHA256_HEX];
	if (!id_range(id_hex_prefix, lo, hi))
		return err_set(err, ERR_USAGE, "not a message id: an id is up to 64 hexadecimal digits");
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_flush(q, err);
	if (rc == 0)
		rc = sq_prepare(q,
			S("SELECT min(d.id), max(d.id) FROM message m CROSS JOIN detail d ON d.n = m.n "
			  "WHERE m.key BETWEEN ? AND ? AND d.id BETWEEN ? AND ?"),
			&st, err);
	if (rc < 0)
		return rc;
	sqlite3_bind_int64(st, 1, id_key(lo));
	sqlite3_bind_int64(st, 2, id_key(hi));
	sqlite3_bind_blob(st, 3, lo, SHA256_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(st, 4, hi, SHA256_BYTES, SQLITE_STATIC);
	if ((rc = sqlite3_step(st)) != SQLITE_ROW)
		return sq_error(q, rc, "reading it", err);
	struct str first = column_str(st, 0);
	if (first.n != SHA256_BYTES)
		return 0;
	memcpy(id, first.p, SHA256_BYTES);
	bool several = !str_eq(str_make(id, SHA256_BYTES), column_str(st, 1));
	sqlite3_reset(st);
	hex_encode(id, SHA256_BYTES, hex);
	struct store_filter f = STORE_FILTER_ALL;
	f.id_prefix = str_make(hex, SHA256_HEX);
	struct get g = {a, row, id, 0};
	rc = sq_scan(
		s, &f, STORE_ALL_COLUMNS, STORE_UNORDERED | STORE_FINGERPRINTS | STORE_SKETCHES | STORE_TEXTS, take_row, &g, err);
	if (g.result < 0)
		return err_oom(err, "explain");
	return rc < 0 ? rc : g.result == 1 && several ? 2 : g.result;
}
