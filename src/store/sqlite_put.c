/* sqlite_put.c - the writing side: batches and messages. See sqlite.h. */
#include <stdio.h>

#include "base/mem.h"
#include "store/sqlite.h"

int sq_begin(struct store *s, struct err *err)
{
	struct sq *q = sq_of(s);
	must(sqlite3_get_autocommit(q->db));
	sqlite3_stmt *st = sq_stmt(q, SQ_BEGIN, err);
	if (!st)
		return err->kind;
	int rc = sqlite3_step(st);
	sqlite3_reset(st);
	q->failed = q->stale = false;
	q->n_batch = 0;
	return rc == SQLITE_DONE ? sq_see_others(q, err) : sq_error(q, rc, "starting a batch", err);
}

int sq_step(struct sq *q, sqlite3_stmt *st, const char *doing, struct err *err)
{
	int rc = sqlite3_step(st);
	sqlite3_reset(st);
	if (rc == SQLITE_DONE)
		return 0;
	q->failed = true;
	return sq_error(q, rc, doing, err);
}

/* How much is there is known from the first new message on; without one there is little to commit. */
size_t sq_batch(struct store *s)
{
	int64_t share = sq_of(s)->last / STORE_BATCH_SHARE;
	return share < STORE_BATCH ? STORE_BATCH : share < STORE_BATCH_MOST ? (size_t)share : STORE_BATCH_MOST;
}

/* Full batches go into a new store: to write its pages once is worth more than readers who need not wait. */
static bool is_first_load(const struct sq *q)
{
	return q->n_batch >= STORE_BATCH / 2 && q->last < LIM_STORE_UNLOGGED;
}

int sq_commit(struct store *s, struct err *err)
{
	struct sq *q = sq_of(s);
	must(!q->failed);
	int rc = sq_flush(q, err);
	sqlite3_stmt *st = rc < 0 ? NULL : sq_stmt(q, SQ_COMMIT, err);
	rc = st ? sq_step(q, st, "committing a batch", err) : err->kind;
	return rc == 0 && q->unlogged && q->last > 0 && !is_first_load(q) ? sq_use_log(q, err) : rc;
}

/* SQLite may have rolled back by itself (disk full): the caches go in any case, their new ids never were. */
void sq_rollback(struct store *s)
{
	struct sq *q = sq_of(s);
	q->failed = q->reading = false;
	for (int i = 0; i < SQ_STMT_COUNT; i++)
		if (q->stmt[i])
			sqlite3_reset(q->stmt[i]);
	if (q->db && !sqlite3_get_autocommit(q->db))
		sqlite3_exec(q->db, "ROLLBACK", NULL, NULL, NULL);
	sq_wait_forget(q);
	sq_words_forget(q);
	q->last = -1;
	map_clear(&q->feed_ids);
	map_clear(&q->copies);
}

static int find_feed(struct sq *q, struct str name, uint32_t *id, struct err *err)
{
	sqlite3_stmt *st = sq_stmt(q, SQ_FEED_FIND, err);
	if (!st)
		return err->kind;
	sqlite3_bind_text64(st, 1, name.n ? (const char *)name.p : "", name.n, SQLITE_STATIC, SQLITE_UTF8);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*id = (uint32_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : sq_error(q, rc, "looking a feed up", err);
}

int sq_feed_id(struct sq *q, struct str name, bool make, uint32_t *id, struct err *err)
{
	*id = 0;
	struct map_entry *e = map_get(&q->feed_ids, name);
	if (e) {
		*id = (uint32_t)e->value;
		return 0;
	}
	int rc = find_feed(q, name, id, err);
	if (rc == 0 && !*id && make) {
		struct store_feed feed = {.name = name, .kind = S("trap"), .name_guessed = true, .trust_guessed = true};
		rc = sq_put_feed(&q->base, &feed, err);
		if (rc >= 0)
			rc = find_feed(q, name, id, err);
	}
	if (rc == 0 && *id && (e = map_put(&q->feed_ids, name, NULL)))
		e->value = *id;
	return rc;
}

/* A stored copy of a message. */
struct copy {
	int64_t n, occurrence, box, knowledge;
	bool found;
	int64_t next; /* the occurrence that a new copy gets */
	bool many;    /* where the box stands is to be remembered */
};

/* An archive of a million equal messages must not look through all copies for each: where a box stands is remembered for
 * messages with more copies than LOOKED_AT, of REMEMBERED of them at a time. */
enum { LOOKED_AT = 8, REMEMBERED = 4096, COPY_KEY = 12 + SHA256_BYTES };

static struct str copy_key(uint8_t out[COPY_KEY], const struct row *row, uint32_t feed, int64_t box)
{
	memcpy(out, &feed, 4);
	memcpy(out + 4, &box, 8);
	memcpy(out + 12, row->id, SHA256_BYTES);
	return str_make(out, COPY_KEY);
}

static int64_t first_copy(const struct sq *q, const struct row *row, uint32_t feed, int64_t box)
{
	uint8_t key[COPY_KEY];
	const struct map_entry *e = q->copies.n ? map_get(&q->copies, copy_key(key, row, feed, box)) : NULL;
	return e ? (int64_t)e->value : 0;
}

/* The box accounts for all copies before `next`. */
static void remember_copy(struct sq *q, const struct row *row, uint32_t feed, int64_t box, int64_t next)
{
	uint8_t key[COPY_KEY];
	if (q->copies.n >= REMEMBERED)
		map_clear(&q->copies);
	struct map_entry *e = map_put(&q->copies, copy_key(key, row, feed, box), NULL);
	if (e)
		e->value = (uint64_t)next;
}

/* Copies with these occurrences, and other messages whose ids begin alike. */
static sqlite3_stmt *find(struct sq *q, int64_t key, uint32_t feed, int64_t first, int64_t last, struct err *err)
{
	sqlite3_stmt *st = sq_stmt(q, SQ_FIND, err);
	if (st) {
		sqlite3_bind_int64(st, 1, key);
		sqlite3_bind_int64(st, 2, feed);
		sqlite3_bind_int64(st, 3, first);
		sqlite3_bind_int64(st, 4, last);
	}
	return st;
}

/* False: it is of another message. */
static bool read_copy(sqlite3_stmt *st, const struct row *row, struct copy *c)
{
	if (!str_eq(column_str(st, 0), str_make(row->id, SHA256_BYTES)))
		return false;
	c->occurrence = sqlite3_column_int64(st, 1);
	c->box = sqlite3_column_int64(st, 2);
	c->knowledge = sqlite3_column_int64(st, 3);
	c->n = sqlite3_column_int64(st, 4);
	return true;
}

/* The copy that a put of this row means: with a box, the first one that the box has not yet accounted for; without, the one
 * with the row's own occurrence. Several messages may share the key: only the whole id decides. */
static int find_copy(struct sq *q, const struct row *row, uint32_t feed, int64_t box, struct copy *c, struct err *err)
{
	int64_t first = box ? first_copy(q, row, feed, box) : row->occurrence, key = id_key(row->id);
	int perhaps = known_perhaps(q, key, err);
	*c = (struct copy){.next = first};
	if (perhaps <= 0)
		return perhaps;
	sqlite3_stmt *st =
		sq_waits(q, key) && sq_flush(q, err) < 0 ? NULL : find(q, key, feed, first, box ? INT64_MAX : first, err);
	if (!st)
		return err->kind;
	int rc = SQLITE_DONE, looked_at = 0;
	while (!c->found && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!read_copy(st, row, c))
			continue;
		c->found = !box || c->box != box;
		c->next = c->occurrence + !c->found;
		looked_at++;
	}
	sqlite3_reset(st);
	c->many = box && (first || looked_at > LOOKED_AT);
	return c->found || rc == SQLITE_DONE ? 0 : sq_error(q, rc, "looking a message up", err);
}

static int step_with(struct sq *q, int which, int64_t a, int64_t b, bool two, struct err *err)
{
	sqlite3_stmt *st = sq_stmt(q, which, err);
	if (!st)
		return err->kind;
	sqlite3_bind_int64(st, 1, a);
	if (two)
		sqlite3_bind_int64(st, 2, b);
	return sq_step(q, st, "storing a message", err);
}

/* What a row is put with. */
struct put {
	const struct row *row;
	uint32_t feed;
	int64_t box, knowledge;
};

/* What the analysis found does not cover this message. */
static int make_stale(struct sq *q, struct err *err)
{
	sqlite3_stmt *st = q->stale ? NULL : sq_stmt(q, SQ_META_STALE, err);
	if (q->stale)
		return 0;
	q->stale = true;
	return st ? sq_step(q, st, "storing a message", err) : err->kind;
}

/* Rows are numbered in the order they were put, whatever was deleted. */
static int next_number(struct sq *q, int64_t *n, struct err *err)
{
	int rc = q->last < 0 ? sq_last_row(q, &q->last, err) : 0;
	if (rc < 0)
		return rc;
	if (q->last == INT64_MAX)
		return err_set(err, ERR_INPUT, "%s: the store is damaged (a message has the highest number there is)", q->path);
	*n = ++q->last;
	return 0;
}

static int put_new(struct sq *q, const struct put *p, int64_t occurrence, struct err *err)
{
	int64_t n, key = id_key(p->row->id);
	int rc = next_number(q, &n, err);
	if (rc == 0)
		rc = sq_wait(q, p->row, (const int64_t[]){n, p->feed, occurrence, key, p->box, p->knowledge}, err);
	if (rc < 0)
		return rc;
	known_add(&q->known, key);
	q->n_batch++;
	return make_stale(q, err);
}

static int time_rank(struct str time_source)
{
	return str_eq(time_source, S("received"))    ? 0
	       : str_eq(time_source, S("from_line")) ? 1
	       : str_eq(time_source, S("date"))      ? 2
	                                             : 3;
}

static int compare_str(struct str a, struct str b)
{
	int d = memcmp(a.n ? a.p : (const uint8_t *)"", b.n ? b.p : (const uint8_t *)"", a.n < b.n ? a.n : b.n);
	return d ? d : (a.n > b.n) - (a.n < b.n);
}

/* Whether the row tells more than the stored copy, or as much from a smaller place: 1, 0 or an error. */
static int is_better(struct sq *q, const struct row *row, int64_t n, struct err *err)
{
	sqlite3_stmt *st = sq_stmt(q, SQ_PLACE, err);
	if (!st)
		return err->kind;
	sqlite3_bind_int64(st, 1, n);
	int rc = sqlite3_step(st), d = 0;
	if (rc == SQLITE_ROW) {
		int64_t offset = sqlite3_column_int64(st, 3);
		d = time_rank(row->time_source) - time_rank(column_str(st, 0));
		d = d ? d : !row->mail_from.n - !column_str(st, 4).n;
		d = d ? d : compare_str(row->source_path, column_str(st, 1));
		d = d ? d : compare_str(row->source_member, column_str(st, 2));
		d = d ? d : (row->source_offset > offset) - (row->source_offset < offset);
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? d < 0 : sq_error(q, rc, "looking a message up", err);
}

static int replace(struct sq *q, const struct put *p, const struct copy *c, struct err *err)
{
	int rc = step_with(q, SQ_DROP_HOT, c->n, 0, false, err);
	if (rc == 0)
		rc = step_with(q, SQ_DROP_COLD, c->n, 0, false, err);
	if (rc == 0)
		rc = step_with(q, SQ_DROP_PRINT, c->n, 0, false, err);
	if (rc == 0)
		rc = step_with(q, SQ_DROP_TEXT, c->n, 0, false, err);
	return rc ? rc : put_new(q, p, c->occurrence, err);
}

/* The box has come as far as this copy. */
static void account(struct sq *q, const struct put *p, const struct copy *c)
{
	if (c->many)
		remember_copy(q, p->row, p->feed, p->box, c->next + 1);
}

static int put(struct sq *q, struct put *p, struct err *err)
{
	struct copy c = {0};
	int rc = sq_feed_id(q, p->row->feed, true, &p->feed, err);
	if (rc == 0)
		rc = find_copy(q, p->row, p->feed, p->box, &c, err);
	if (rc)
		return rc;
	account(q, p, &c);
	if (!c.found) {
		rc = put_new(q, p, c.next, err);
		return rc < 0 ? rc : 1;
	}
	if (!p->box)
		return 0;
	rc = c.knowledge == p->knowledge ? is_better(q, p->row, c.n, err) : 1;
	if (rc < 0)
		return rc;
	return rc ? replace(q, p, &c, err) : step_with(q, SQ_SEEN, p->box, c.n, true, err);
}

static int see(struct sq *q, struct put *p, struct err *err)
{
	struct copy c = {0};
	int rc = sq_feed_id(q, p->row->feed, false, &p->feed, err);
	if (rc || !p->feed)
		return rc;
	rc = find_copy(q, p->row, p->feed, p->box, &c, err);
	if (rc || !c.found || c.knowledge != p->knowledge)
		return rc;
	rc = is_better(q, p->row, c.n, err);
	if (rc)
		return rc < 0 ? rc : 0;
	account(q, p, &c);
	rc = step_with(q, SQ_SEEN, p->box, c.n, true, err);
	return rc ? rc : 1;
}

int sq_may_put(const struct sq *q, struct err *err)
{
	must(!q->reading);
	must(!sqlite3_get_autocommit(q->db) || q->failed); /* failed: SQLite may have rolled back by itself */
	return q->failed ? err_set(err, ERR_ENV, "%s: the batch has failed already", q->path) : 0;
}

enum { BOX_BITS = 24 }; /* boxes of one run that are told apart; more of them share numbers only after 16 M files */
#define RUNS_MAX ((uint64_t)INT64_MAX >> BOX_BITS)

/* A box of this run. */
static int64_t numbered(const struct sq *q, uint64_t box)
{
	must(!box || q->run);
	return box ? q->run << BOX_BITS | (int64_t)(box & ((1u << BOX_BITS) - 1)) : 0;
}

int sq_put(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err)
{
	struct sq *q = sq_of(s);
	int rc = sq_may_put(q, err);
	if (rc < 0)
		return rc;
	arena_reset(&q->scratch);
	struct put p = {.row = row, .knowledge = knowledge, .box = numbered(q, box)};
	rc = sq_words_trim(q, err);
	if (rc == 0)
		rc = put(q, &p, err);
	q->failed = rc < 0;
	return rc;
}

int sq_see(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err)
{
	struct sq *q = sq_of(s);
	int rc = sq_may_put(q, err);
	if (rc < 0)
		return rc;
	struct put p = {.row = row, .knowledge = knowledge, .box = numbered(q, box)};
	must(p.box);
	rc = see(q, &p, err);
	q->failed = rc < 0;
	return rc;
}

/* The first copies of the row with its knowledge, until one is no worse: 1, 2 or 0 as store_has. */
static int ask(struct sq *q, const struct row *row, uint32_t feed, int64_t knowledge, struct err *err)
{
	sqlite3_stmt *st = find(q, id_key(row->id), feed, 0, INT64_MAX, err);
	int rc = SQLITE_ROW, found = 0;
	if (!st)
		return err->kind;
	for (int i = 0; i < LOOKED_AT && found >= 0 && found != 1 && (rc = sqlite3_step(st)) == SQLITE_ROW; i++) {
		struct copy c;
		if (!read_copy(st, row, &c) || c.knowledge != knowledge)
			continue;
		int better = is_better(q, row, c.n, err);
		found = better < 0 ? better : better ? 2 : 1;
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? found : sq_error(q, rc, "looking a message up", err);
}

int sq_has(struct store *s, const struct row *row, int64_t knowledge, struct err *err)
{
	struct sq *q = sq_of(s);
	struct row best = *row;
	uint32_t feed = 0;
	if (known_surely_not(&q->known, id_key(row->id)))
		return 0;
	if (!row->time_source.n) {
		best.time_source = S("received");
		best.mail_from = S("?");
	}
	int rc = sq_feed_id(q, row->feed, false, &feed, err);
	return rc || !feed ? rc : ask(q, &best, feed, knowledge, err);
}

int sq_start(struct store *s, struct err *err)
{
	struct sq *q = sq_of(s);
	char text[24];
	struct str old = {0};
	uint64_t run = 0;
	arena_reset(&q->scratch);
	int rc = sq_meta(s, "runs", &q->scratch, &old, err);
	if (rc < 0)
		return rc;
	if (rc && (!str_u64(old, &run) || run >= RUNS_MAX))
		return err_set(err, ERR_INPUT, "%s: the store is damaged (its number of runs is no number)", q->path);
	q->run = (int64_t)++run;
	snprintf(text, sizeof text, "%llu", (unsigned long long)run);
	return sq_put_meta(s, "runs", str_of(text), err);
}
