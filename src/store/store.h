/* store.h - where messages are kept: a small vtable, so that SQLite (now) and ClickHouse (later) look the same.
 *
 * The one place that knows SQL. WHERE is a file name ("trapline.db", SQLite) or a URL ("clickhouse://...": not built yet).
 *
 * Promise: a batch (store_begin .. store_commit) is stored wholly or not at all. A committed batch survives the death of the
 * process at any moment (kill -9); after a power cut the newest batches may be missing, never half there. A message is
 * identified by (feed, id, occurrence): running an ingest again stores what is missing and nothing twice.
 *
 * A store belongs to one thread at a time. One process writes, any number may read meanwhile (of a new store
 * when its first load is done, or has come to LIM_STORE_UNLOGGED messages: until then each may have to wait for the other).
 * Every int result: negative = enum err_kind with *err filled; nothing that was committed is harmed.
 * Row contents are hostile bytes: they are bound, never pasted into SQL.
 */
#ifndef TRAPLINE_STORE_STORE_H
#define TRAPLINE_STORE_STORE_H

#include "base/arena.h"
#include "base/err.h"
#include "feature/row.h"

struct store;

enum store_mode {
	STORE_READ,  /* must exist */
	STORE_WRITE, /* created when missing */
};

/* 0. Refuses files that are no trapline store and stores of a newer version; brings older ones up to date. */
int store_open(struct store **out, const char *where, enum store_mode mode, struct err *err);
void store_close(struct store *s); /* rolls an open batch back; NULL-safe */

/* ---- writing: begin, many puts, commit ---- */
int store_begin(struct store *s, struct err *err);
int store_commit(struct store *s, struct err *err);
/* The end of a batch: commits when rc is 0. Rolls back when it is not, or the commit fails. rc, or what the commit says. */
int store_end(struct store *s, int rc, struct err *err);
void store_rollback(struct store *s); /* also after an error of put or commit; harmless without a batch */
/* Inside a batch, once before the puts of an ingest: boxes are those of a new run. */
int store_start(struct store *s, struct err *err);
/* 1 = stored, 0 = was there already. Only inside a batch. A feed that nobody declared is made, all of it marked as guessed.
 * box is the unit of this ingest in which equal messages are counted (source.h), from 1: the k-th copy in one box is
 * occurrence k-1, whatever other boxes held, so that a moved archive does not count twice and two copies in one box count as
 * two; it needs no memory. knowledge is what the row was made with (a hash of packs, lists and trust hosts; it only has to differ when
 * they do): a copy that is there with other knowledge is replaced by this one. With the same, the one with the better time
 * (received, From_ line, Date), then the smaller place (path, member, offset) stays, so that the order of reading does not
 * matter. With box 0 the row's own occurrence is taken, and what is there stays. */
int store_put(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err);
/* Mail that is read again. Both look for a copy that a put of the row would leave as it is: with the same knowledge, and the row has
 * no better time or place. Of the row they read feed, id, time_source, mail_from and the source's place.
 *
 * store_has asks without a box: what is put meanwhile may make it another answer. 1 = there is one, 0 = there is no copy with this
 * knowledge, 2 = the row is better than each. With no time_source the row's time and sender are not known yet: 1 then holds
 * whatever they are. Of many copies it looks at the first few. Inside a batch or not.
 * store_see is store_put, if nothing has to be written of the row: 1 = done, it was there already; 0 = nothing was done,
 * store_put has to be asked, with the whole row. Inside a batch, with a box. */
int store_has(struct store *s, const struct row *row, int64_t knowledge, struct err *err);
int store_see(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err);
/* Messages in a batch. Ids are random: each one lands on another page of their index, so that a batch rewrites most of it and a
 * larger one costs less for each message (1 M messages stored: 54 s with 2000, 14..27 s with 20000). About a second of work. Of two
 * million and more it is a hundredth of what is stored: the index has grown, too (into a store of 8 M messages 11 kB are written for
 * each, 21 kB with 20000), and whoever kills the process loses no more than a hundredth of what it came to. At most 200000: some
 * twenty seconds, and a log of a gigabyte. */
enum { STORE_BATCH = 20000, STORE_BATCH_SHARE = 100, STORE_BATCH_MOST = 200000 };
size_t store_batch(struct store *s); /* how many to put before the next commit; asked inside a batch */

/* ---- what the relational analysis finds (src/analyse) ---- */
/* The ROW_ANALYSED members of r to message n (store_row.n). Inside a batch; replaces what was there. */
int store_put_attribution(struct store *s, int64_t n, const struct row *r, struct err *err);
/* The fact (store_put_meta) that the analysis covers the store. store_put takes it away, in the same batch, with each message that is
 * new or made anew. */
#define STORE_ANALYSIS "analysis"
/* Things that are not messages (engine, campaign, programme, finding, page, dns, observation, decision ...): JSON documents by
 * kind and id. Both are ours or hostile bytes: they are bound. */
int store_put_item(struct store *s, const char *kind, struct str id, struct str json, struct err *err); /* in a batch; replaces */
int store_del_item(struct store *s, const char *kind, struct str id, struct err *err);                  /* in a batch */
int store_clear_items(struct store *s, const char *kind, struct err *err);                              /* in a batch */
int store_item(struct store *s, const char *kind, struct str id, struct arena *a, struct str *json, struct err *err); /* 1 or 0 */
/* 0 = go on, 1 = enough, negative = err_kind. Strings live until it returns; it may read other items, but not write. */
typedef int (*store_item_fn)(void *ctx, struct str id, struct str json);
int store_items(struct store *s, const char *kind, store_item_fn fn, void *ctx, struct err *err); /* in byte order of id */

/* ---- feeds ---- */
struct store_feed {
	struct str name;
	uint32_t number;    /* in this store (store_row.feed); filled by the store */
	struct str kind;    /* trap, lab, customer, list */
	struct strs trust;  /* the feed's own receiving hosts */
	bool name_guessed;  /* taken from a file name */
	bool trust_guessed; /* guessed from the mail */
	/* Filled by store_feeds only: */
	int64_t messages;
	int64_t first, last; /* of the known times, trusted or not; TIME_NONE when there is none */
};
/* Inside a batch. 1 = new, 0 = already so (or the new facts are guesses and the old ones are not), 2 = changed: messages
 * stored before were read with the old trust boundary. */
int store_put_feed(struct store *s, const struct store_feed *feed, struct err *err);
/* All feeds by name, in the arena. Reads the whole hot table once (1 M messages: about 0.1 s). */
int store_feeds(struct store *s, struct arena *a, struct store_feed **out, size_t *n, struct err *err);
int store_feed_list(struct store *s, struct arena *a, struct store_feed **out, size_t *n, struct err *err); /* without counting */

/* ---- what was read: one line for each (feed, path) ---- */
struct store_source {
	struct str feed, path;
	int64_t read_at;  /* Unix seconds, from the caller's clock */
	int64_t messages; /* of the last read */
	int64_t fresh;    /* newly stored. store_put_source adds it to what is there; store_sources gives the sum */
	int64_t doubtful; /* messages with a doubtful beginning or end */
	int64_t problems; /* damaged members, unreadable files ... */
	struct str note;  /* the first problems in words, one a line */
	bool complete;    /* false: begun, not finished */
};
int store_put_source(struct store *s, const struct store_source *src, struct err *err); /* inside a batch; replaces the rest */
int store_sources(struct store *s, struct arena *a, struct store_source **out, size_t *n, struct err *err); /* by feed, path */

/* ---- files that need not be read again: one line for each (feed, path) ---- */
struct store_file {
	struct str feed, path;
	bool feed_guessed;                /* the feed comes from the source's guess */
	bool own_boxes;                   /* its messages are counted with no other file's (raw_mail.box) */
	int64_t size;                     /* bytes */
	int64_t modified, status_changed; /* nanoseconds */
	int64_t inode;                    /* as a number of 64 bits */
	int64_t place;                    /* a number for where it was found; with a feed that was said 0 */
	int64_t mark;                     /* what its messages were read with */
	int64_t messages, doubtful;       /* as store_source */
	int64_t believed;                 /* messages with a Received field of the feed's own hosts */
	struct strs problems;             /* each as who stores them writes them */
};
/* Inside the batch that holds its last message, or a later one; replaces. */
int store_put_file(struct store *s, const struct store_file *f, struct err *err);
/* Inside a batch: messages of this feed are put with this mark. What was read with another one has to be read again. */
int store_forget_files(struct store *s, struct str feed, int64_t mark, struct err *err);
/* 0 = go on, 1 = enough, negative = err_kind. Strings live until it returns. By feed and path. */
typedef int (*store_file_fn)(void *ctx, const struct store_file *f);
int store_files(struct store *s, store_file_fn fn, void *ctx, struct err *err);

/* ---- facts about the store itself: pack hash, version of the suffix list, of trapline ---- */
int store_put_meta(struct store *s, const char *key, struct str value, struct err *err); /* inside a batch; replaces */
int store_meta(struct store *s, const char *key, struct arena *a, struct str *value, struct err *err); /* 1, or 0 = not there */

/* ---- reading ---- */
/* From here to the end (or store_close) all reads see the store as it is now, whatever other processes commit: for what is said after several
 * passes. Not inside a batch, and no batch begins meanwhile. It holds up no writer, but the log keeps growing behind the oldest reader:
 * who lives long takes one for each request, not one for life. */
int store_read_begin(struct store *s, struct err *err);
void store_read_end(struct store *s); /* harmless without a beginning */

struct store_filter {
	const struct str *feeds; /* any of these; nfeeds 0: all */
	size_t nfeeds;
	int64_t since, until; /* since <= time < until; TIME_NONE: open. With either, messages without a time are left out */
	/* Exact values; .p NULL: any; "" (p not NULL, n 0): messages that have none. */
	struct str brand, programme, category, country, from_domain, domain, engine, client, campaign;
	struct str subject;   /* contained in it, ASCII case-insensitively; empty: any */
	struct str id_prefix; /* hex digits, either case; empty: any */
	const int64_t *rows;  /* any of these numbers (store_row.n), each given once; nrows 0: all */
	size_t nrows;
	int64_t limit; /* 0: none */
};
#define STORE_ALL_COLUMNS (((uint64_t)1 << (FEAT_COUNT - 1) << 1) - 1)
#define STORE_FILTER_ALL ((struct store_filter){.since = TIME_NONE, .until = TIME_NONE})

enum store_scan_flags {
	STORE_UNORDERED = 1, /* as stored: fast. Otherwise by time (none first), id's first 8 bytes, feed, occurrence, id */
	STORE_IDS = 2, /* words stay ids: WORD and WORDS members of row are empty; use .word, .domains, .fingerprint, store_word */
	STORE_FINGERPRINTS = 4, /* with row->fingerprint (with STORE_IDS: .fingerprint) */
	STORE_SKETCHES = 8,     /* with row->sketch */
	STORE_TEXTS = 16,       /* with row->text: wide */
};

struct store_row {
	/* feed and occurrence are always set, of the rest the columns asked for; others are zero/empty. Strings live until the
	 * callback returns. */
	const struct row *row;
	uint64_t key;            /* the first eight bytes of the id, as a big-endian number */
	uint32_t feed;           /* number of the feed in this store: small, from 1 */
	const uint32_t *word;    /* by enum feature_id: interned id of WORD columns asked for; 0 = empty */
	const uint32_t *domains; /* interned ids of the domains column, distinct */
	size_t ndomains;
	int64_t n;                   /* the message's number in this store: for store_put_attribution */
	const uint32_t *fingerprint; /* interned ids of row->fingerprint, distinct, in its order */
	size_t nfingerprint;
};
/* 0 = go on, 1 = enough, negative = err_kind (the callback keeps its own text). It may call store_word, nothing else of the store. */
typedef int (*store_row_fn)(void *ctx, const struct store_row *row);

/* Rows that pass the filter, to fn. columns: FEAT_BIT masks or'ed. 0, or what fn returned if not 0. Ids of words and feeds
 * mean the same for as long as the store is open, nothing in another store. */
int store_scan(struct store *s, const struct store_filter *f, uint64_t columns, unsigned flags, store_row_fn fn, void *ctx,
	struct err *err);
/* One message, all columns, fingerprint, sketch and text, in the arena. 1 = found, 0 = none, 2 = several (different ids: first in order of id is filled).
 * Of several feeds or occurrences of one id the first by (feed, occurrence) is taken. */
int store_get(struct store *s, struct str id_hex_prefix, struct arena *a, struct row *row, struct err *err);
int store_count(struct store *s, int64_t *messages, struct err *err);

/* Interned words. Ids are dense, 1..store_word_max. */
int store_word_max(struct store *s, uint32_t *max, struct err *err);
int store_word(struct store *s, uint32_t id, struct arena *a, struct str *out, struct err *err); /* 1; 0 = no such id */
typedef int (*store_word_fn)(void *ctx, uint32_t id, struct str word);          /* as store_row_fn; word lives until it returns */
int store_words(struct store *s, store_word_fn fn, void *ctx, struct err *err); /* all, by id */

#endif
