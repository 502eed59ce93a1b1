/* store.c - opens the right kind of store and passes calls on. See store.h. */
#include "store/store.h"

#include "base/mem.h"
#include "store/store_ops.h"

int store_open(struct store **out, const char *where, enum store_mode mode, struct err *err)
{
	struct str w = str_of(where);
	if (str_starts(w, S("clickhouse://")))
		return err_set(err, ERR_USAGE, "%s: a ClickHouse store is not built yet: give --store the name of a file", where);
	if (str_find(w, S("://")) != STR_NPOS)
		return err_set(err, ERR_USAGE, "%s: unknown kind of store: give --store the name of a file", where);
	if (!w.n)
		return err_set(err, ERR_USAGE, "--store: the name is empty: give it the name of a file");
	return sqlite_store_open(out, where, mode, err);
}

void store_close(struct store *s)
{
	if (s)
		s->ops->close(s);
}

int store_begin(struct store *s, struct err *err)
{
	return s->ops->begin(s, err);
}

size_t store_batch(struct store *s)
{
	return s->ops->batch(s);
}

int store_commit(struct store *s, struct err *err)
{
	return s->ops->commit(s, err);
}

int store_end(struct store *s, int rc, struct err *err)
{
	rc = rc ? rc : store_commit(s, err);
	if (rc)
		store_rollback(s);
	return rc;
}

void store_rollback(struct store *s)
{
	s->ops->rollback(s);
}

int store_start(struct store *s, struct err *err)
{
	return s->ops->start(s, err);
}

int store_put(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err)
{
	return s->ops->put(s, row, box, knowledge, err);
}

int store_has(struct store *s, const struct row *row, int64_t knowledge, struct err *err)
{
	return s->ops->has(s, row, knowledge, err);
}

int store_see(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, struct err *err)
{
	return s->ops->see(s, row, box, knowledge, err);
}

int store_put_attribution(struct store *s, int64_t n, const struct row *r, struct err *err)
{
	return s->ops->put_attribution(s, n, r, err);
}

int store_put_item(struct store *s, const char *kind, struct str id, struct str json, struct err *err)
{
	return s->ops->put_item(s, kind, id, json, err);
}

int store_del_item(struct store *s, const char *kind, struct str id, struct err *err)
{
	return s->ops->del_item(s, kind, id, err);
}

int store_clear_items(struct store *s, const char *kind, struct err *err)
{
	return s->ops->clear_items(s, kind, err);
}

int store_item(struct store *s, const char *kind, struct str id, struct arena *a, struct str *json, struct err *err)
{
	return s->ops->item(s, kind, id, a, json, err);
}

int store_items(struct store *s, const char *kind, store_item_fn fn, void *ctx, struct err *err)
{
	return s->ops->items(s, kind, fn, ctx, err);
}

int store_put_feed(struct store *s, const struct store_feed *feed, struct err *err)
{
	return s->ops->put_feed(s, feed, err);
}

int store_feeds(struct store *s, struct arena *a, struct store_feed **out, size_t *n, struct err *err)
{
	return s->ops->feeds(s, true, a, out, n, err);
}

int store_feed_list(struct store *s, struct arena *a, struct store_feed **out, size_t *n, struct err *err)
{
	return s->ops->feeds(s, false, a, out, n, err);
}

int store_put_source(struct store *s, const struct store_source *src, struct err *err)
{
	return s->ops->put_source(s, src, err);
}

int store_sources(struct store *s, struct arena *a, struct store_source **out, size_t *n, struct err *err)
{
	return s->ops->sources(s, a, out, n, err);
}

int store_put_file(struct store *s, const struct store_file *f, struct err *err)
{
	return s->ops->put_file(s, f, err);
}

int store_forget_files(struct store *s, struct str feed, int64_t mark, struct err *err)
{
	return s->ops->forget_files(s, feed, mark, err);
}

int store_files(struct store *s, store_file_fn fn, void *ctx, struct err *err)
{
	return s->ops->files(s, fn, ctx, err);
}

int store_put_meta(struct store *s, const char *key, struct str value, struct err *err)
{
	return s->ops->put_meta(s, key, value, err);
}

int store_meta(struct store *s, const char *key, struct arena *a, struct str *value, struct err *err)
{
	return s->ops->meta(s, key, a, value, err);
}

int store_read_begin(struct store *s, struct err *err)
{
	return s->ops->read_begin(s, err);
}

void store_read_end(struct store *s)
{
	s->ops->read_end(s);
}

int store_scan(struct store *s, const struct store_filter *f, uint64_t columns, unsigned flags, store_row_fn fn, void *ctx,
	struct err *err)
{
	return s->ops->scan(s, f, columns, flags, fn, ctx, err);
}

int store_get(struct store *s, struct str id_hex_prefix, struct arena *a, struct row *row, struct err *err)
{
	return s->ops->get(s, id_hex_prefix, a, row, err);
}

int store_count(struct store *s, int64_t *messages, struct err *err)
{
	return s->ops->count(s, messages, err);
}

int store_word_max(struct store *s, uint32_t *max, struct err *err)
{
	return s->ops->word_max(s, max, err);
}

int store_word(struct store *s, uint32_t id, struct arena *a, struct str *out, struct err *err)
{
	return s->ops->word(s, id, a, out, err);
}

int store_words(struct store *s, store_word_fn fn, void *ctx, struct err *err)
{
	return s->ops->words(s, fn, ctx, err);
}

bool id_range(struct str hex_prefix, uint8_t lo[SHA256_BYTES], uint8_t hi[SHA256_BYTES])
{
	if (hex_prefix.n == 0 || hex_prefix.n > SHA256_HEX)
		return false;
	uint8_t digits[2][SHA256_HEX];
	memset(digits[0], '0', SHA256_HEX);
	memset(digits[1], 'f', SHA256_HEX);
	memcpy(digits[0], hex_prefix.p, hex_prefix.n);
	memcpy(digits[1], hex_prefix.p, hex_prefix.n);
	return hex_decode(str_make(digits[0], SHA256_HEX), lo, SHA256_BYTES) &&
	       hex_decode(str_make(digits[1], SHA256_HEX), hi, SHA256_BYTES);
}
