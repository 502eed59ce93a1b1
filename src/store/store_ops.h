/* store_ops.h - what a kind of store implements; for src/store only. Contracts are store.h's. */
#ifndef TRAPLINE_STORE_STORE_OPS_H
#define TRAPLINE_STORE_STORE_OPS_H

#include "store/store.h"

struct store_ops {
	void (*close)(struct store *s);
	int (*begin)(struct store *s, struct err *err);
	size_t (*batch)(struct store *s);
	int (*commit)(struct store *s, struct err *err);
	void (*rollback)(struct store *s);
	int (*start)(struct store *s, struct err *err);
	int (*put)(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err);
	int (*has)(struct store *s, const struct row *row, int64_t knowledge, struct err *err);
	int (*see)(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err);
	int (*put_attribution)(struct store *s, int64_t n, const struct row *r, struct err *err);
	int (*put_item)(struct store *s, const char *kind, struct str id, struct str json, struct err *err);
	int (*del_item)(struct store *s, const char *kind, struct str id, struct err *err);
	int (*clear_items)(struct store *s, const char *kind, struct err *err);
	int (*item)(struct store *s, const char *kind, struct str id, struct arena *a, struct str *json, struct err *err);
	int (*items)(struct store *s, const char *kind, store_item_fn fn, void *ctx, struct err *err);
	int (*put_feed)(struct store *s, const struct store_feed *feed, struct err *err);
	int (*feeds)(struct store *s, bool count, struct arena *a, struct store_feed **out, size_t *n, struct err *err);
	int (*put_source)(struct store *s, const struct store_source *src, struct err *err);
	int (*sources)(struct store *s, struct arena *a, struct store_source **out, size_t *n, struct err *err);
	int (*put_file)(struct store *s, const struct store_file *f, struct err *err);
	int (*forget_files)(struct store *s, struct str feed, int64_t mark, struct err *err);
	int (*files)(struct store *s, store_file_fn fn, void *ctx, struct err *err);
	int (*put_meta)(struct store *s, const char *key, struct str value, struct err *err);
	int (*meta)(struct store *s, const char *key, struct arena *a, struct str *value, struct err *err);
	int (*read_begin)(struct store *s, struct err *err);
	void (*read_end)(struct store *s);
	int (*scan)(struct store *s, const struct store_filter *f, uint64_t columns, unsigned flags, store_row_fn fn, void *ctx,
		struct err *err);
	int (*get)(struct store *s, struct str id_hex_prefix, struct arena *a, struct row *row, struct err *err);
	int (*count)(struct store *s, int64_t *messages, struct err *err);
	int (*word_max)(struct store *s, uint32_t *max, struct err *err);
	int (*word)(struct store *s, uint32_t id, struct arena *a, struct str *out, struct err *err);
	int (*words)(struct store *s, store_word_fn fn, void *ctx, struct err *err);
};

struct store {
	const struct store_ops *ops;
};

int sqlite_store_open(struct store **out, const char *path, enum store_mode mode, struct err *err);

/* A range of ids that share a hex prefix: lo and hi both included. False when it is not 1..64 hex digits. */
bool id_range(struct str hex_prefix, uint8_t lo[SHA256_BYTES], uint8_t hi[SHA256_BYTES]);

#endif
