/* sqlite.h - the inside of the SQLite store; for src/store/sqlite_*.c only.
 *
 * Tables: message (hot columns: narrow, scanned by series and reports), detail (cold columns, the same n), print (fingerprint
 * and sketch, the same n), body (visible text, the same n), word (interned strings), feed, source, meta, item (JSON documents
 * of the analysis), file (what need not be read again). Both big tables get their columns from feature/registry.def; a column that the registry gained is added
 * when an older store is opened.
 *
 * Identity: an index on (key, feed, occurrence), where key is the first 8 bytes of the id; the full 32 bytes are compared on a
 * hit. Random 32-byte keys would make the index three times as large, and out of cache it is what limits ingest.
 * Words have no index over their text: sqlite_word.c. WORD columns hold ids of `word`, NULL for empty; WORDS hold 32-bit
 * little-endian ids; LIST holds, for each string, its length (LEB128) and its bytes.
 */
#ifndef TRAPLINE_STORE_SQLITE_H
#define TRAPLINE_STORE_SQLITE_H

#include <sqlite3.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "store/store_ops.h"

enum {
	SQ_APPLICATION_ID = 0x5452504c, /* "TRPL" */
	SQ_VERSION = 7,
	SQ_BUSY_MS = 5000,
	SQ_BUSY_READ_MS = 30000, /* who reads: a batch of a store's first load ends by then on a busy machine, too */
	SQ_WORD_SLOTS = 1 << 17,
	SQ_NEW_WORDS = 1 << 10,  /* new words that wait at most */
	SQ_WAIT_ROWS = 64,       /* rows that wait at most: what they hold stays in the processor's cache */
	SQ_WAIT_BYTES = 1 << 20, /* of their strings, about */
};

enum sq_stmt {
	SQ_BEGIN,
	SQ_COMMIT,
	SQ_FIND,
	SQ_SEEN,
	SQ_PLACE,
	SQ_DROP_HOT,
	SQ_DROP_COLD,
	SQ_PUT_HOT,
	SQ_PUT_ANALYSED,
	SQ_PUT_COLD,
	SQ_PUT_PRINT,
	SQ_DROP_PRINT,
	SQ_PUT_TEXT,
	SQ_DROP_TEXT,
	SQ_ATTRIBUTE,
	SQ_ITEM_PUT,
	SQ_ITEM_DEL,
	SQ_ITEM_CLEAR,
	SQ_ITEM_GET,
	SQ_WORD_FIND,
	SQ_WORD_PUT,
	SQ_WORD_GET,
	SQ_FEED_FIND,
	SQ_FEED_PUT,
	SQ_FEED_SET,
	SQ_SOURCE_PUT,
	SQ_FILE_PUT,
	SQ_FILE_FORGET,
	SQ_META_PUT,
	SQ_META_STALE,
	SQ_META_GET,
	SQ_VERSION_GET,
	SQ_STMT_COUNT
};

struct word_slot {
	uint32_t id;
	struct str text;
};

/* Which messages are surely not stored. */
struct known {
	uint64_t *bits;     /* NULL: not made yet */
	int64_t rows, puts; /* messages when it was asked first (-1: not yet), and times asked since */
};

/* Words by their text. */
struct dict {
	struct word_key *keys; /* 1 << bits of them */
	int bits;
	uint32_t n, last; /* words; the highest id */
	bool complete;    /* every word of the store is in it, or in the file's index */
	bool indexed;     /* the file has the index: what is not in keys is asked of it */
};

/* A value on its way into a column. */
struct cell {
	enum { CELL_NULL, CELL_INT, CELL_REAL, CELL_TEXT, CELL_BLOB } type;
	union {
		int64_t i;
		double r;
		struct str s;
	};
};

enum { WAIT_N, WAIT_FEED, WAIT_OCCURRENCE, WAIT_KEY, WAIT_BOX, WAIT_KNOWLEDGE, WAIT_FIXED };

struct waiting_row {
	int64_t fixed[WAIT_FIXED];
	struct cell cells[FEAT_COUNT + 3]; /* features; fingerprint, sketch, text */
};

enum { SQ_ATTRIBUTED = __builtin_popcountll(ROW_ANALYSED) };

struct attribution {
	int64_t n;
	struct cell cells[SQ_ATTRIBUTED]; /* the ROW_ANALYSED columns in order */
};

/* Attributions that wait (sqlite_attribute.c), by number. */
struct attributions {
	struct attribution *rows; /* SQ_WAIT_ROWS */
	size_t n, at;             /* at: asked for last */
};

struct wait_module {
	struct sq *q;
	int source;
};
enum { SQ_WAITING = 2 };

/* What is put and not yet in the tables (sqlite_wait.c). */
struct wait {
	struct waiting_row *rows; /* SQ_WAIT_ROWS */
	size_t n;
	bool analysed;      /* one of them has what is not known before the analysis */
	struct arena arena; /* what they point to */
	struct wait_module modules[SQ_WAITING];
};

struct sq {
	struct store base;
	sqlite3 *db;
	char *path;
	int busy_ms;    /* how long others are waited for */
	int64_t run;    /* of this store_start; 0: none */
	bool unlogged;  /* not in WAL mode yet */
	bool stale;     /* this batch has taken STORE_ANALYSIS away */
	size_t n_batch; /* messages it has stored */
	bool reading;   /* between sq_read_begin and sq_read_end */
	bool failed;    /* a put of this batch failed: it may be half there, so that only a rollback is left */
	sqlite3_stmt *stmt[SQ_STMT_COUNT];
	struct arena scratch; /* one put */
	struct wait wait;
	struct attributions found;
	int64_t last;                /* highest message.n, rows that wait included; -1: not known */
	struct dict dict;            /* word -> id, for writing; forgotten on rollback */
	size_t dict_bytes;           /* that its keys may take: LIM_STORE_DICT; lower in tests */
	struct word_slot *new_words; /* SQ_NEW_WORDS: those that wait, by id */
	size_t n_new;
	int64_t data_version; /* SQLite's number for what other connections committed */
	struct known known;
	struct map feed_ids;     /* feed -> n */
	struct map copies;       /* (feed, box, id) -> copies the box holds: only of messages with many copies */
	struct word_slot *words; /* id -> word, for reading: direct-mapped by id */
	struct arena word_text;
	struct scan *scan; /* running: a row's strings are in use */
};

static inline struct sq *sq_of(struct store *s)
{
	return (struct sq *)s;
}

/* ---- sqlite_open.c ---- */
/* Turns a result code of SQLite into an error that says what to do. doing: "reading", "storing a message" ... */
int sq_error(const struct sq *q, int rc, const char *doing, struct err *err);
#define sq_error(...) err_negative(sq_error(__VA_ARGS__))
int sq_exec(struct sq *q, const char *sql, const char *doing, struct err *err);
int sq_prepare(struct sq *q, struct str sql, sqlite3_stmt **out, struct err *err);
/* The prepared statement, reset; NULL with *err filled. */
sqlite3_stmt *sq_stmt(struct sq *q, enum sq_stmt which, struct err *err);
void sq_finalize(sqlite3_stmt **st); /* for CLEANUP */
/* WAL mode, unless others are at work: then another time (unlogged). */
int sq_use_log(struct sq *q, struct err *err);
/* The one text that a bound statement gives, in the arena. 1, 0 = none (*out untouched), or an error. */
int sq_get_text(struct sq *q, sqlite3_stmt *st, struct arena *a, struct str *out, struct err *err);

/* ---- sqlite_schema.c ---- */
/* Checks that it is our store. *needed: the tables are missing or older; with may_update they are made or brought up to date. */
int sq_schema(struct sq *q, bool may_update, bool *needed, struct err *err);
/* Columns that are empty in what comes from ingest. */
#define SQ_ANALYSED \
	(FEAT_BIT(via) | FEAT_BIT(engine) | FEAT_BIT(engine_source) | FEAT_BIT(engine_confidence) | FEAT_BIT(client) | \
		FEAT_BIT(client_confidence) | FEAT_BIT(campaign))
void sq_insert_sql(struct buf *b, enum feature_place place, uint64_t empty); /* from `waiting` into the table of the place */

/* ---- sqlite_pack.c ---- */
void pack_list(struct buf *b, struct strs list);
/* Total: what does not fit the form is left out. False when out of memory. The strings point into blob. */
bool unpack_list(struct str blob, struct arena *a, struct strs *out);
bool unpack_ids(struct str blob, struct arena *a, uint32_t **out, size_t *n);
void bind_str(sqlite3_stmt *st, int col, struct str s);  /* TEXT; empty: NULL */
void bind_text(sqlite3_stmt *st, int col, struct str s); /* TEXT, never NULL */
void bind_blob(sqlite3_stmt *st, int col, struct str s); /* BLOB; empty: NULL */
struct str column_str(sqlite3_stmt *st, int col);        /* valid until the next step */
struct str value_str(sqlite3_value *v);                  /* of a function's argument: until it returns */
int64_t column_time(sqlite3_stmt *st, int col);          /* NULL: TIME_NONE */
void bind_time(sqlite3_stmt *st, int col, int64_t t);
/* The first 8 bytes of an id, as a number with the same order. */
int64_t id_key(const uint8_t id[SHA256_BYTES]);

/* ---- sqlite_known.c ---- */
/* 0: no message with this key (id_key) is stored; 1: perhaps. Inside a batch. */
int known_perhaps(struct sq *q, int64_t key, struct err *err);
bool known_surely_not(const struct known *k, int64_t key); /* the same for who only asks, as far as it is known by now */
void known_add(struct known *k, int64_t key);              /* to be told of each message stored */
void known_forget(struct known *k);
int sq_last_row(struct sq *q, int64_t *n, struct err *err); /* the highest message.n in the table */
/* At the start of a batch: what was known of the store is forgotten when another connection has written to it. */
int sq_see_others(struct sq *q, struct err *err);

/* ---- sqlite_word.c ---- */
/* Id of a word (0 for an empty one), made when missing if `make` (inside a batch); *id 0 when missing otherwise. */
int sq_word_id(struct sq *q, struct str word, bool make, uint32_t *id, struct err *err);
/* The word of an id, "" when there is none; lives until sq_words_trim. */
int sq_find_text(struct sq *q, uint32_t id, struct str *out, struct err *err);
static inline int sq_word_text(struct sq *q, uint32_t id, struct str *out, struct err *err)
{
	const struct word_slot *slot = q->words ? &q->words[id % SQ_WORD_SLOTS] : NULL;
	if (!slot || slot->id != id || !id)
		return sq_find_text(q, id, out, err);
	*out = slot->text;
	return 1;
}
int sq_words_trim(struct sq *q, struct err *err); /* between two rows: gives memory back when too much is held */
void sq_words_forget(struct sq *q);
int sq_word_max(struct store *s, uint32_t *max, struct err *err);
int sq_word(struct store *s, uint32_t id, struct arena *a, struct str *out, struct err *err);
int sq_words(struct store *s, store_word_fn fn, void *ctx, struct err *err);

/* ---- sqlite_wait.c ---- */
int sq_wait_init(struct sq *q, struct err *err);
void sq_wait_free(struct sq *q);
/* The value of a feature, its strings in the arena, its words interned. */
int sq_cell(struct sq *q, struct arena *a, const struct row *row, enum feature_id f, struct cell *out, struct err *err);
void give_cell(sqlite3_context *ctx, const struct cell *c);
/* The row is copied; it goes into the tables with others, at the latest with sq_flush. */
int sq_wait(struct sq *q, const struct row *row, const int64_t fixed[WAIT_FIXED], struct err *err);
bool sq_waits(const struct sq *q, int64_t key); /* a row with this key waits */
void sq_wait_forget(struct sq *q);
/* To be called before the tables of messages and words are read; nothing to do outside a batch. */
int sq_flush(struct sq *q, struct err *err);
int sq_flush_words(struct sq *q, struct err *err);

/* ---- sqlite_attribute.c ---- */
int sq_attribute_init(struct sq *q, struct err *err);
void sq_attribute_sql(struct buf *b);
int sq_put_attribution(struct store *s, int64_t n, const struct row *r, struct err *err);
int sq_flush_attributions(struct sq *q, struct err *err); /* after the rows that wait; for sq_flush */

/* ---- sqlite_put.c ---- */
int sq_begin(struct store *s, struct err *err);
size_t sq_batch(struct store *s);
int sq_commit(struct store *s, struct err *err);
void sq_rollback(struct store *s);
int sq_start(struct store *s, struct err *err);
int sq_may_put(const struct sq *q, struct err *err); /* an error when the batch has failed */
int sq_put(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err);
int sq_has(struct store *s, const struct row *row, int64_t knowledge, struct err *err);
int sq_see(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err);
int sq_feed_id(struct sq *q, struct str name, bool make, uint32_t *id, struct err *err);
/* Runs a statement that returns no rows. On failure the batch is marked as failed. */
int sq_step(struct sq *q, sqlite3_stmt *st, const char *doing, struct err *err);

/* ---- sqlite_facts.c ---- */
struct feed_names {
	struct str *v; /* by feed number; "" where there is none */
	size_t n;      /* highest number + 1 */
};
int sq_feed_names(struct sq *q, struct arena *a, struct feed_names *out, struct err *err);
int sq_put_feed(struct store *s, const struct store_feed *feed, struct err *err);
int sq_feeds(struct store *s, bool count, struct arena *a, struct store_feed **out, size_t *n, struct err *err);
int sq_put_source(struct store *s, const struct store_source *src, struct err *err);
int sq_sources(struct store *s, struct arena *a, struct store_source **out, size_t *n, struct err *err);
int sq_put_meta(struct store *s, const char *key, struct str value, struct err *err);
int sq_meta(struct store *s, const char *key, struct arena *a, struct str *value, struct err *err);
int sq_count(struct store *s, int64_t *messages, struct err *err);

/* ---- sqlite_file.c ---- */
int sq_put_file(struct store *s, const struct store_file *f, struct err *err);
int sq_forget_files(struct store *s, struct str feed, int64_t mark, struct err *err);
int sq_files(struct store *s, store_file_fn fn, void *ctx, struct err *err);

/* ---- sqlite_item.c ---- */
int sq_put_item(struct store *s, const char *kind, struct str id, struct str json, struct err *err);
int sq_del_item(struct store *s, const char *kind, struct str id, struct err *err);
int sq_clear_items(struct store *s, const char *kind, struct err *err);
int sq_item(struct store *s, const char *kind, struct str id, struct arena *a, struct str *json, struct err *err);
int sq_items(struct store *s, const char *kind, store_item_fn fn, void *ctx, struct err *err);

/* ---- sqlite_where.c ---- */
struct where {
	struct buf sql; /* " WHERE ..." or empty */
	bool cold;      /* needs the detail table */
	bool nothing;   /* cannot match: a value that the store never saw */
	bool ids;       /* lo, hi are bound to ?1, ?2 */
	uint8_t lo[SHA256_BYTES], hi[SHA256_BYTES];
	struct str subject; /* bound to ?3 */
};
/* w->sql is the caller's to init and to free. */
int sq_where(struct sq *q, struct where *w, const struct store_filter *f, struct err *err);
void sq_bind_where(sqlite3_stmt *st, const struct where *w);
int sq_where_functions(struct sq *q); /* has_word(), contains(); what SQLite says */

/* ---- sqlite_scan.c ---- */
int sq_functions(struct sq *q, struct err *err); /* give_row(), and those of filters */
int sq_read_begin(struct store *s, struct err *err);
void sq_read_end(struct store *s);
int sq_scan(struct store *s, const struct store_filter *f, uint64_t columns, unsigned flags, store_row_fn fn, void *ctx,
	struct err *err);
/* ---- sqlite_get.c ---- */
int sq_get(struct store *s, struct str id_hex_prefix, struct arena *a, struct row *row, struct err *err);

#endif
