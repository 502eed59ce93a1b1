/* sqlite_facts.c - feeds, what was read, facts about the store. See sqlite.h. */
#include "base/mem.h"
#include "base/vec.h"
#include "store/sqlite.h"

/* ---- feeds ---- */

enum feed_change { FEED_NEW, FEED_SAME, FEED_BETTER };

/* Guesses do not replace what somebody declared; equal facts need no write. */
static int compare_feed(struct sq *q, const struct store_feed *feed, struct str trust, enum feed_change *change, struct err *err)
{
	sqlite3_stmt *st = sq_stmt(q, SQ_FEED_FIND, err);
	if (!st)
		return err->kind;
	bind_text(st, 1, feed->name);
	int rc = sqlite3_step(st);
	*change = FEED_NEW;
	if (rc == SQLITE_ROW) {
		bool same_kind = str_eq(column_str(st, 1), feed->kind), same_trust = str_eq(column_str(st, 2), trust);
		bool name_guessed = sqlite3_column_int(st, 3), trust_guessed = sqlite3_column_int(st, 4);
		bool worse = (feed->name_guessed && !name_guessed) || (feed->trust_guessed && !trust_guessed);
		bool same = same_kind && same_trust && name_guessed == feed->name_guessed && trust_guessed == feed->trust_guessed;
		*change = worse || same ? FEED_SAME : FEED_BETTER;
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : sq_error(q, rc, "looking a feed up", err);
}

int sq_put_feed(struct store *s, const struct store_feed *feed, struct err *err)
{
	struct sq *q = sq_of(s);
	CLEANUP(buf_free) struct buf b;
	enum feed_change change = FEED_SAME;
	buf_init(&b, 1 * MIB);
	pack_list(&b, feed->trust);
	if (!buf_ok(&b))
		return err_oom(err, "store");
	int rc = compare_feed(q, feed, buf_str(&b), &change, err);
	if (rc < 0 || change == FEED_SAME)
		return rc;
	sqlite3_stmt *st = sq_stmt(q, change == FEED_NEW ? SQ_FEED_PUT : SQ_FEED_SET, err);
	if (!st)
		return err->kind;
	bind_text(st, 1, feed->name);
	bind_text(st, 2, feed->kind);
	bind_blob(st, 3, buf_str(&b));
	sqlite3_bind_int(st, 4, feed->name_guessed);
	sqlite3_bind_int(st, 5, feed->trust_guessed);
	rc = sq_step(q, st, "storing a feed", err);
	return rc < 0 ? rc : change == FEED_NEW ? 1 : 2;
}

/* Numbers come from a file that may be damaged: larger ones are nobody's. */
enum { MAX_FEED_NUMBER = 1 << 20 };

int sq_feed_names(struct sq *q, struct arena *a, struct feed_names *out, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	VEC(struct str) names = {0};
	int rc = sq_prepare(q, S("SELECT n, name FROM feed WHERE n >= 1 ORDER BY n"), &st, err);
	if (rc < 0)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t n = sqlite3_column_int64(st, 0);
		struct str name = arena_dup(a, column_str(st, 1));
		while (name.p && n <= MAX_FEED_NUMBER && names.n <= (size_t)n)
			if (!vec_push(a, &names, SIZE_MAX))
				return err_oom(err, "feeds");
		if (!name.p)
			return err_oom(err, "feeds");
		if (n <= MAX_FEED_NUMBER)
			names.v[n] = name;
	}
	*out = (struct feed_names){names.v, names.n};
	return rc == SQLITE_DONE ? 0 : sq_error(q, rc, "reading it", err);
}

struct feed_totals {
	struct store_feed *feeds;
	size_t n;
	uint32_t *index; /* feed number -> index + 1 */
	size_t nindex;
};

static int load_feeds(struct sq *q, struct arena *a, struct feed_totals *t, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	VEC(struct store_feed) feeds = {0};
	VEC(uint32_t) numbers = {0};
	int rc = sq_prepare(q,
		S("SELECT n, name, kind, trust, name_guessed, trust_guessed FROM feed WHERE n BETWEEN 1 AND 1048576 "
		  "ORDER BY name"),
		&st, err);
	if (rc < 0)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct store_feed *f = vec_push(a, &feeds, SIZE_MAX);
		uint32_t *number = vec_push(a, &numbers, SIZE_MAX);
		if (!f || !number)
			return err_oom(err, "feeds");
		*number = (uint32_t)sqlite3_column_int64(st, 0);
		if (*number >= t->nindex)
			t->nindex = *number + 1;
		struct str trust = arena_dup(a, column_str(st, 3));
		f->number = *number;
		f->name = arena_dup(a, column_str(st, 1));
		f->kind = arena_dup(a, column_str(st, 2));
		f->name_guessed = sqlite3_column_int(st, 4);
		f->trust_guessed = sqlite3_column_int(st, 5);
		f->first = f->last = TIME_NONE;
		if (!f->name.p || !f->kind.p || !trust.p || !unpack_list(trust, a, &f->trust))
			return err_oom(err, "feeds");
	}
	if (rc != SQLITE_DONE)
		return sq_error(q, rc, "reading it", err);
	t->feeds = feeds.v;
	t->n = feeds.n;
	if (!(t->index = arena_zalloc(a, t->nindex, sizeof *t->index)))
		return err_oom(err, "feeds");
	for (size_t i = 0; i < feeds.n; i++)
		t->index[numbers.v[i]] = (uint32_t)i + 1;
	return 0;
}

static int add_message(void *ctx, const struct store_row *r)
{
	struct feed_totals *t = ctx;
	uint32_t at = r->feed < t->nindex ? t->index[r->feed] : 0;
	int64_t time = r->row->time;
	if (!at)
		return 0;
	struct store_feed *f = &t->feeds[at - 1];
	f->messages++;
	if (time == TIME_NONE)
		return 0;
	if (f->first == TIME_NONE || time < f->first)
		f->first = time;
	if (f->last == TIME_NONE || time > f->last)
		f->last = time;
	return 0;
}

int sq_feeds(struct store *s, bool count, struct arena *a, struct store_feed **out, size_t *n, struct err *err)
{
	struct feed_totals t = {0};
	int rc = load_feeds(sq_of(s), a, &t, err);
	if (rc == 0 && count)
		rc = sq_scan(s, &STORE_FILTER_ALL, FEAT_BIT(time), STORE_UNORDERED | STORE_IDS, add_message, &t, err);
	*out = t.feeds;
	*n = t.n;
	return rc;
}

/* ---- sources ---- */

int sq_put_source(struct store *s, const struct store_source *src, struct err *err)
{
	struct sq *q = sq_of(s);
	uint32_t feed;
	int rc = sq_feed_id(q, src->feed, true, &feed, err);
	sqlite3_stmt *st = rc < 0 ? NULL : sq_stmt(q, SQ_SOURCE_PUT, err);
	if (!st)
		return err->kind;
	sqlite3_bind_int64(st, 1, feed);
	bind_text(st, 2, src->path);
	bind_time(st, 3, src->read_at);
	sqlite3_bind_int64(st, 4, src->messages);
	sqlite3_bind_int64(st, 5, src->fresh);
	sqlite3_bind_int64(st, 6, src->doubtful);
	sqlite3_bind_int64(st, 7, src->problems);
	bind_str(st, 8, src->note);
	sqlite3_bind_int(st, 9, src->complete);
	return sq_step(q, st, "storing what was read", err);
}

int sq_sources(struct store *s, struct arena *a, struct store_source **out, size_t *n, struct err *err)
{
	struct sq *q = sq_of(s);
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	VEC(struct store_source) list = {0};
	int rc = sq_prepare(q,
		S("SELECT f.name, s.path, s.read_at, s.messages, s.fresh, s.doubtful, s.problems, s.note, s.complete "
		  "FROM source s JOIN feed f ON f.n = s.feed ORDER BY f.name, s.path"),
		&st, err);
	if (rc < 0)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct store_source *src = vec_push(a, &list, SIZE_MAX);
		if (!src)
			return err_oom(err, "sources");
		src->feed = arena_dup(a, column_str(st, 0));
		src->path = arena_dup(a, column_str(st, 1));
		src->read_at = column_time(st, 2);
		src->messages = sqlite3_column_int64(st, 3);
		src->fresh = sqlite3_column_int64(st, 4);
		src->doubtful = sqlite3_column_int64(st, 5);
		src->problems = sqlite3_column_int64(st, 6);
		src->note = arena_dup(a, column_str(st, 7));
		src->complete = sqlite3_column_int(st, 8);
		if (!src->feed.p || !src->path.p || !src->note.p)
			return err_oom(err, "sources");
	}
	*out = list.v;
	*n = list.n;
	return rc == SQLITE_DONE ? 0 : sq_error(q, rc, "reading it", err);
}

/* ---- meta and counts ---- */

int sq_put_meta(struct store *s, const char *key, struct str value, struct err *err)
{
	struct sq *q = sq_of(s);
	sqlite3_stmt *st = sq_stmt(q, SQ_META_PUT, err);
	if (!st)
		return err->kind;
	if (strcmp(key, STORE_ANALYSIS) == 0)
		q->stale = false; /* a message after this one takes it away again */
	bind_text(st, 1, str_of(key));
	bind_text(st, 2, value);
	return sq_step(q, st, "storing facts about the store", err);
}

int sq_meta(struct store *s, const char *key, struct arena *a, struct str *value, struct err *err)
{
	struct sq *q = sq_of(s);
	sqlite3_stmt *st = sq_stmt(q, SQ_META_GET, err);
	if (!st)
		return err->kind;
	bind_text(st, 1, str_of(key));
	return sq_get_text(q, st, a, value, err);
}

int sq_count(struct store *s, int64_t *messages, struct err *err)
{
	struct sq *q = sq_of(s);
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_flush(q, err);
	if (rc == 0)
		rc = sq_prepare(q, S("SELECT count(*) FROM message"), &st, err);
	if (rc < 0)
		return rc;
	if ((rc = sqlite3_step(st)) != SQLITE_ROW)
		return sq_error(q, rc, "reading it", err);
	*messages = sqlite3_column_int64(st, 0);
	return 0;
}
