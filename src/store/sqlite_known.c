/* sqlite_known.c - tells of most new messages that they are not in the store, without asking the index. See sqlite.h.
 *
 * A Bloom filter over the key column: two bits for each message. It is made when a run has put a fair share of what was there
 * (at once in an empty store), so that small runs into large stores do not pay for reading the index. Ids are SHA-256: their
 * bits are their own hash, and who grinds for collisions gains look-ups at most. A roll-back leaves bits too many: harmless.
 */
#include "base/mem.h"
#include "store/sqlite.h"

enum {
	KNOWN_BITS = 1 << 23, /* 1 MiB: of a million messages 5 % of the new ones are asked for in vain */
	KNOWN_MOST = 4 << 20, /* messages: with more, most are */
	KNOWN_SHARE = 8,      /* reading one key of the index costs an eighth of a look-up */
	KNOWN_WORDS = KNOWN_BITS / 64
};
_Static_assert(KNOWN_BITS / 8 == LIM_STORE_KNOWN, "the cap is the size");

/* Two places in the filter. */
static void places(int64_t key, uint32_t at[2])
{
	at[0] = (uint32_t)((uint64_t)key % KNOWN_BITS);
	at[1] = (uint32_t)((uint64_t)key >> 32) % KNOWN_BITS;
}

void known_add(struct known *k, int64_t key)
{
	uint32_t at[2];
	if (!k->bits)
		return;
	places(key, at);
	for (int i = 0; i < 2; i++)
		k->bits[at[i] / 64] |= (uint64_t)1 << at[i] % 64;
}

void known_forget(struct known *k)
{
	mem_free(k->bits);
	*k = (struct known){.rows = -1};
}

bool known_surely_not(const struct known *k, int64_t key)
{
	uint32_t at[2];
	places(key, at);
	return k->bits && !(k->bits[at[0] / 64] >> at[0] % 64 & k->bits[at[1] / 64] >> at[1] % 64 & 1);
}

static int build(struct sq *q, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_flush(q, err);
	if (rc == 0)
		rc = sq_prepare(q, S("SELECT key FROM message"), &st, err);
	if (rc < 0)
		return rc;
	if (!(q->known.bits = mem_zalloc(KNOWN_WORDS, sizeof *q->known.bits)))
		return err_oom(err, "store");
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		known_add(&q->known, sqlite3_column_int64(st, 0));
	if (rc == SQLITE_DONE)
		return 0;
	known_forget(&q->known);
	return sq_error(q, rc, "reading it", err);
}

int sq_last_row(struct sq *q, int64_t *n, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q, S("SELECT max(n) FROM message"), &st, err);
	if (rc < 0)
		return rc;
	if ((rc = sqlite3_step(st)) != SQLITE_ROW)
		return sq_error(q, rc, "reading it", err);
	*n = sqlite3_column_int64(st, 0);
	return 0;
}

int known_perhaps(struct sq *q, int64_t key, struct err *err)
{
	struct known *k = &q->known;
	int rc = k->rows < 0 ? sq_last_row(q, &k->rows, err) : 0;
	if (rc < 0)
		return rc;
	if (!k->bits) {
		if (k->rows > KNOWN_MOST || ++k->puts * KNOWN_SHARE < k->rows)
			return 1;
		if ((rc = build(q, err)) < 0)
			return rc;
	}
	return !known_surely_not(k, key);
}

int sq_see_others(struct sq *q, struct err *err)
{
	sqlite3_stmt *st = sq_stmt(q, SQ_VERSION_GET, err);
	if (!st)
		return err->kind;
	int rc = sqlite3_step(st);
	int64_t version = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
	sqlite3_reset(st);
	if (rc != SQLITE_ROW)
		return sq_error(q, rc, "looking for changes", err);
	if (version != q->data_version) {
		known_forget(&q->known);
		sq_words_forget(q);
		q->last = -1;
	}
	q->data_version = version;
	return 0;
}
