/* sqlite_word.c - interned words: text to id for writing, id to text for reading. See sqlite.h.
 *
 * At first the file has no index over the text: a writer reads all words once and keeps, for each, eight bytes of a hash table (tag and
 * id). A hit is compared with the text, which comes from a cache of the words last used, else from the table. So a known word never asks
 * SQLite and a new one costs one row at the end of a table. A store with more words than LIM_STORE_DICT holds gets an index (word_text),
 * once, and keeps it: then the hash table has the words used since it was last full, and the index answers for the rest.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "store/sqlite.h"

enum { FIRST_KEYS = 1 << 12 };

struct word_key {
	uint32_t tag; /* upper half of the hash; its upper bits are the place */
	uint32_t id;  /* 0: free */
};

void sq_words_forget(struct sq *q)
{
	mem_free(q->dict.keys);
	q->dict = (struct dict){0};
	q->n_new = 0;
	mem_free(q->words);
	q->words = NULL;
	arena_reset(&q->word_text);
}

/* ---- text to id ---- */

static size_t place_of(const struct dict *d, uint32_t tag)
{
	return (size_t)(((uint64_t)tag << d->bits) >> 32);
}

static void set_key(struct dict *d, struct word_key key)
{
	size_t mask = ((size_t)1 << d->bits) - 1, i = place_of(d, key.tag);
	while (d->keys[i].id)
		i = (i + 1) & mask;
	d->keys[i] = key;
}

static bool grow(struct dict *d)
{
	struct dict more = {.bits = d->keys ? d->bits + 1 : __builtin_ctz(FIRST_KEYS), .n = d->n, .last = d->last};
	if (!(more.keys = mem_zalloc((size_t)1 << more.bits, sizeof *more.keys)))
		return false;
	for (size_t i = 0; d->keys && i < (size_t)1 << d->bits; i++)
		if (d->keys[i].id)
			set_key(&more, d->keys[i]);
	mem_free(d->keys);
	more.complete = d->complete;
	more.indexed = d->indexed;
	*d = more;
	return true;
}

/* Two thirds full at most. */
static bool has_room(const struct dict *d)
{
	return d->keys && d->n + d->n / 2 < (size_t)1 << d->bits;
}

static bool is_largest(const struct sq *q)
{
	return q->dict.keys && (sizeof *q->dict.keys << (q->dict.bits + 1)) > q->dict_bytes;
}

static uint32_t tag_of(struct str word)
{
	return (uint32_t)(hash64(word, map_seed()) >> 32);
}

/* From here on the index answers for what is in the file. It stands on all words, those that waited included. */
static int use_index(struct sq *q, struct err *err)
{
	struct dict *d = &q->dict;
	int rc = sq_flush_words(q, err);
	if (rc == 0 && !d->indexed)
		rc = sq_exec(q, "CREATE INDEX IF NOT EXISTS word_text ON word (text)", "writing to it", err);
	if (rc < 0)
		return rc;
	if (d->keys)
		memset(d->keys, 0, sizeof *d->keys << d->bits);
	d->n = 0;
	d->indexed = true;
	return 0;
}

static int room_for_one(struct sq *q, struct err *err)
{
	if (has_room(&q->dict))
		return 0;
	if (is_largest(q))
		return use_index(q, err);
	return grow(&q->dict) ? 0 : err_oom(err, "words");
}

static int has_index(struct sq *q, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q, S("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = 'word_text'"), &st, err);
	if (rc < 0)
		return rc;
	rc = sqlite3_step(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? rc == SQLITE_ROW : sq_error(q, rc, "reading it", err);
}

/* All words of the file, 1 when they are too many. Ids that are none (a damaged file) have no word. */
static int read_words(struct sq *q, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	struct dict *d = &q->dict;
	int rc = sq_prepare(q, S("SELECT id, text FROM word"), &st, err);
	if (rc < 0)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(st, 0);
		if (id <= 0 || id > UINT32_MAX)
			continue;
		if (!has_room(d) && is_largest(q))
			return 1;
		if (!has_room(d) && !grow(d))
			return err_oom(err, "words");
		set_key(d, (struct word_key){tag_of(column_str(st, 1)), (uint32_t)id});
		d->n++;
		d->last = d->last > id ? d->last : (uint32_t)id;
	}
	return rc == SQLITE_DONE ? 0 : sq_error(q, rc, "reading it", err);
}

static int last_id(struct sq *q, uint32_t *last, struct err *err)
{
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_prepare(q, S("SELECT max(id) FROM word"), &st, err);
	if (rc < 0)
		return rc;
	if ((rc = sqlite3_step(st)) != SQLITE_ROW)
		return sq_error(q, rc, "reading it", err);
	int64_t n = sqlite3_column_int64(st, 0);
	*last = n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	return 0;
}

static int load_words(struct sq *q, struct err *err)
{
	int rc = has_index(q, err);
	q->dict.indexed = rc == 1;
	if (rc == 0)
		rc = read_words(q, err);
	if (rc == 1) {
		rc = use_index(q, err);
		rc = rc ? rc : last_id(q, &q->dict.last, err);
	}
	q->dict.complete = rc == 0;
	return rc;
}

/* For readers: a look through the table. */
static int find_stored(struct sq *q, struct str word, uint32_t *id, struct err *err)
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

static int find_key(struct sq *q, struct str word, uint32_t tag, uint32_t *id, struct err *err)
{
	const struct dict *d = &q->dict;
	size_t mask = ((size_t)1 << d->bits) - 1;
	struct str text;
	for (size_t i = d->keys ? place_of(d, tag) : 0; d->keys && d->keys[i].id; i = (i + 1) & mask) {
		struct word_key key = d->keys[i];
		if (key.tag != tag)
			continue;
		int rc = sq_word_text(q, key.id, &text, err);
		if (rc < 0)
			return rc;
		if (text.n != word.n || memcmp(text.p, word.p, word.n))
			continue;
		*id = key.id;
		return 1;
	}
	return 0;
}

static struct word_slot *slot_of(struct sq *q, uint32_t id)
{
	if (!q->words)
		q->words = mem_zalloc(SQ_WORD_SLOTS, sizeof *q->words);
	return q->words ? &q->words[id % SQ_WORD_SLOTS] : NULL;
}

/* The word waits for sq_flush_words. */
static int make_word(struct sq *q, struct str word, uint32_t tag, uint32_t *id, struct err *err)
{
	struct dict *d = &q->dict;
	if (d->last == UINT32_MAX)
		return err_set(err, ERR_ENV, "%s: the store is full (2^32 distinct words): start a new one with --store", q->path);
	int rc = q->n_new == SQ_NEW_WORDS ? sq_flush_words(q, err) : 0;
	if (rc < 0)
		return rc;
	if (!q->new_words)
		q->new_words = mem_zalloc(SQ_NEW_WORDS, sizeof *q->new_words);
	if ((rc = room_for_one(q, err)) < 0)
		return rc;
	struct word_slot *slot = slot_of(q, d->last + 1);
	struct str copy = arena_dup(&q->word_text, word);
	if (!slot || !q->new_words || !copy.p)
		return err_oom(err, "words");
	*id = ++d->last;
	d->n++;
	set_key(d, (struct word_key){tag, *id});
	*slot = q->new_words[q->n_new++] = (struct word_slot){*id, copy};
	return 0;
}

/* What the index answered, so that it is not asked again. */
static int keep_key(struct sq *q, uint32_t tag, uint32_t id, struct err *err)
{
	int rc = room_for_one(q, err);
	if (rc < 0)
		return rc;
	set_key(&q->dict, (struct word_key){tag, id});
	q->dict.n++;
	return 0;
}

int sq_word_id(struct sq *q, struct str word, bool make, uint32_t *id, struct err *err)
{
	*id = 0;
	if (!word.n)
		return 0;
	int rc = make && !q->dict.complete ? load_words(q, err) : 0;
	if (rc < 0)
		return rc;
	if (!q->dict.complete)
		return find_stored(q, word, id, err);
	uint32_t tag = tag_of(word);
	if ((rc = find_key(q, word, tag, id, err)))
		return rc < 0 ? rc : 0;
	if (q->dict.indexed && ((rc = find_stored(q, word, id, err)) < 0 || *id))
		return rc < 0 ? rc : keep_key(q, tag, *id, err);
	return make ? make_word(q, word, tag, id, err) : 0;
}

/* ---- id to text ---- */

static int fetch_text(struct sq *q, uint32_t id, struct word_slot *slot, struct err *err)
{
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
			*slot = (struct word_slot){id, text};
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? found : sq_error(q, rc, "looking a word up", err);
}

int sq_find_text(struct sq *q, uint32_t id, struct str *out, struct err *err)
{
	*out = S("");
	if (!id)
		return 0;
	struct word_slot *slot = slot_of(q, id);
	if (!slot)
		return err_oom(err, "words");
	if (slot->id != id && q->n_new && id >= q->new_words[0].id && id - q->new_words[0].id < q->n_new)
		*slot = q->new_words[id - q->new_words[0].id];
	int rc = slot->id == id ? 1 : fetch_text(q, id, slot, err);
	if (rc == 1)
		*out = slot->text;
	return rc;
}

int sq_words_trim(struct sq *q, struct err *err)
{
	if (q->word_text.total <= LIM_STORE_WORDS)
		return 0;
	int rc = sq_flush(q, err);
	if (rc < 0)
		return rc;
	memset(q->words, 0, SQ_WORD_SLOTS * sizeof *q->words);
	arena_reset(&q->word_text);
	return 0;
}

int sq_word_max(struct store *s, uint32_t *max, struct err *err)
{
	int rc = sq_flush(sq_of(s), err);
	return rc ? rc : last_id(sq_of(s), max, err);
}

int sq_word(struct store *s, uint32_t id, struct arena *a, struct str *out, struct err *err)
{
	struct sq *q = sq_of(s);
	struct str text = {0};
	int rc = q->scan ? 0 : sq_words_trim(q, err);
	if (rc == 0)
		rc = sq_word_text(q, id, &text, err);
	if (rc == 1 && !(*out = arena_dup(a, text)).p)
		return err_oom(err, "words");
	return rc;
}

int sq_words(struct store *s, store_word_fn fn, void *ctx, struct err *err)
{
	struct sq *q = sq_of(s);
	CLEANUP(sq_finalize) sqlite3_stmt *st = NULL;
	int rc = sq_flush(q, err);
	if (rc == 0)
		rc = sq_prepare(q, S("SELECT id, text FROM word ORDER BY id"), &st, err);
	if (rc < 0)
		return rc;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int stop = fn(ctx, (uint32_t)sqlite3_column_int64(st, 0), column_str(st, 1));
		if (stop)
			return stop;
	}
	return rc == SQLITE_DONE ? 0 : sq_error(q, rc, "reading it", err);
}
