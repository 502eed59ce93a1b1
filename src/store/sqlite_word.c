/* sqlite_word.c - interned words: text to id for writing, id to text for reading, both with a bounded memory. */
#include "base/mem.h"
#include "store/sqlite.h"

/* Longer words are looked up each time, so that a few of them cannot empty the cache. */
enum { CACHED_WORD_BYTES = 1024, CACHED_WORDS = 200000 };

static void forget_words(struct sq *q)
{
	map_clear(&q->word_ids);
	q->all_words = false;
}

static void remember(struct sq *q, struct str word, uint32_t id)
{
	if (word.n > CACHED_WORD_BYTES)
		return;
	if (q->word_ids.n >= CACHED_WORDS)
		forget_words(q);
	struct map_entry *e = map_put(&q->word_ids, word, NULL);
	if (!e) { /* full or no memory: start anew, without this one */
		forget_words(q);
		return;
	}
	e->value = id;
}

static int make_word(struct sq *q, struct str word, uint32_t *id, struct err *err)
{
	sqlite3_stmt *st = sq_stmt(q, SQ_WORD_PUT, err);
	if (!st)
		return err->kind;
	bind_str(st, 1, word);
	int rc = sq_step(q, st, "storing a message", err);
	if (rc < 0)
		return rc;
	int64_t n = sqlite3_last_insert_rowid(q->db);
	if (n > UINT32_MAX)
		return err_set(err, ERR_ENV, "%s: the store is full (2^32 distinct words): start a new one with --store", q->path);
	*id = (uint32_t)n;
	return 0;
}

static int find_word(struct sq *q, struct str word, uint32_t *id, struct err *err)
{
	sqlite3_stmt *st = sq_stmt(q, SQ_WORD_FIND, err);
	if (!st)
		return err->kind;
	bind_str(st, 1, word);
	int rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*id = (uint32_t)sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : sq_error(q, rc, "looking a word up", err);
}

int sq_word_id(struct sq *q, struct str word, bool make, uint32_t *id, struct err *err)
{
	*id = 0;
	if (!word.n)
		return 0;
	struct map_entry *e = map_get(&q->word_ids, word);
	if (e) {
		*id = (uint32_t)e->value;
		return 0;
	}
	int rc = make && q->all_words && word.n <= CACHED_WORD_BYTES ? 0 : find_word(q, word, id, err);
	if (rc < 0)
		return rc;
	if (!*id && (!make || (rc = make_word(q, word, id, err)) < 0))
		return make ? rc : 0;
	remember(q, word, *id);
	return 0;
}

int sq_word_text(struct sq *q, uint32_t id, struct str *out, struct err *err)
{
	*out = S("");
	if (!id)
		return 0;
	if (!q->words && !(q->words = mem_zalloc(SQ_WORD_SLOTS, sizeof *q->words)))
		return err_oom(err, "words");
	struct word_slot *slot = &q->words[id % SQ_WORD_SLOTS];
	if (slot->id == id) {
		*out = slot->text;
		return 1;
	}
	sqlite3_stmt *st = sq_stmt(q, SQ_WORD_GET, err);
	if (!st)
		return err->kind;
	sqlite3_bind_int64(st, 1, id);
	int rc = sqlite3_step(st), found = rc == SQLITE_ROW;
	if (found) {
		struct str text = arena_dup(&q->word_text, column_str(st, 0));
		if (!text.p)
			rc = SQLITE_NOMEM;
		else
			*slot = (struct word_slot){id, *out = text};
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? found : sq_error(q, rc, "looking a word up", err);
}

void sq_words_trim(struct sq *q)
{
	if (q->word_text.total <= LIM_STORE_WORDS)
		return;
	memset(q->words, 0, SQ_WORD_SLOTS * sizeof *q->words);
	arena_reset(&q->word_text);
}

int sq_word_max(struct store *s, uint32_t *max, struct err *err)
{
	struct sq *q = sq_of(s);
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q, S("SELECT max(id) FROM word"), &st, err);
	if (rc < 0)
		return rc;
	if ((rc = sqlite3_step(st)) != SQLITE_ROW)
		return sq_error(q, rc, "reading it", err);
	int64_t n = sqlite3_column_int64(st, 0);
	*max = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	return 0;
}

int sq_word(struct store *s, uint32_t id, struct arena *a, struct str *out, struct err *err)
{
	struct sq *q = sq_of(s);
	struct str text;
	if (!q->scanning)
		sq_words_trim(q);
	int rc = sq_word_text(q, id, &text, err);
	if (rc == 1 && !(*out = arena_dup(a, text)).p)
		return err_oom(err, "words");
	return rc;
}

int sq_words(struct store *s, store_word_fn fn, void *ctx, struct err *err)
{
	struct sq *q = sq_of(s);
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q, S("SELECT id, text FROM word ORDER BY id"), &st, err);
	if (rc < 0)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int stop = fn(ctx, (uint32_t)sqlite3_column_int64(st, 0), column_str(st, 1));
		if (stop)
			return stop;
	}
	return rc == SQLITE_DONE ? 0 : sq_error(q, rc, "reading it", err);
}
