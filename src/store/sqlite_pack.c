/* sqlite_pack.c - values to and from SQLite's columns. See sqlite.h. */
#include "store/sqlite.h"

#include "base/mem.h"
#include "base/vec.h"

void pack_list(struct buf *b, struct strs list)
{
	for (size_t i = 0; i < list.n; i++) {
		size_t n = list.v[i].n;
		for (; n >= 0x80; n >>= 7)
			buf_byte(b, (uint8_t)(n | 0x80));
		buf_byte(b, (uint8_t)n);
		buf_add(b, list.v[i]);
	}
}

/* One LEB128 number; false at the end or when it is too long. */
static bool read_length(struct str *rest, size_t *n)
{
	size_t v = 0;
	for (size_t i = 0; i < rest->n && i < 5; i++) {
		v |= (size_t)(rest->p[i] & 0x7f) << (7 * i);
		if (!(rest->p[i] & 0x80)) {
			*rest = str_from(*rest, i + 1);
			*n = v;
			return true;
		}
	}
	return false;
}

bool unpack_list(struct str blob, struct arena *a, struct strs *out)
{
	VEC(struct str) list = {0};
	size_t n;
	while (read_length(&blob, &n) && n <= blob.n) {
		struct str *s = vec_push(a, &list, SIZE_MAX);
		if (!s)
			return false;
		*s = str_first(blob, n);
		blob = str_from(blob, n);
	}
	*out = (struct strs){list.v, list.n};
	return true;
}

bool unpack_ids(struct str blob, struct arena *a, uint32_t **out, size_t *n)
{
	*n = blob.n / 4;
	*out = NULL;
	if (!*n)
		return true;
	if (!(*out = arena_alloc(a, *n * sizeof **out)))
		return false;
	for (size_t i = 0; i < *n; i++) {
		const uint8_t *p = blob.p + 4 * i;
		(*out)[i] = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	}
	return true;
}

void bind_str(sqlite3_stmt *st, int col, struct str s)
{
	if (s.n)
		sqlite3_bind_text64(st, col, (const char *)s.p, s.n, SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(st, col);
}

void bind_text(sqlite3_stmt *st, int col, struct str s)
{
	sqlite3_bind_text64(st, col, s.n ? (const char *)s.p : "", s.n, SQLITE_STATIC, SQLITE_UTF8);
}

void bind_blob(sqlite3_stmt *st, int col, struct str s)
{
	if (s.n)
		sqlite3_bind_blob64(st, col, s.p, s.n, SQLITE_STATIC);
	else
		sqlite3_bind_null(st, col);
}

void bind_time(sqlite3_stmt *st, int col, int64_t t)
{
	if (t == TIME_NONE)
		sqlite3_bind_null(st, col);
	else
		sqlite3_bind_int64(st, col, t);
}

struct str column_str(sqlite3_stmt *st, int col)
{
	const void *p = sqlite3_column_blob(st, col); /* for TEXT: its bytes as stored */
	return str_make(p, p ? (size_t)sqlite3_column_bytes(st, col) : 0);
}

struct str value_str(sqlite3_value *v)
{
	const void *p = sqlite3_value_blob(v);
	return str_make(p, p ? (size_t)sqlite3_value_bytes(v) : 0);
}

int64_t column_time(sqlite3_stmt *st, int col)
{
	return sqlite3_column_type(st, col) == SQLITE_NULL ? TIME_NONE : sqlite3_column_int64(st, col);
}

int64_t id_key(const uint8_t id[SHA256_BYTES])
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v = v << 8 | id[i];
	return (int64_t)(v ^ (uint64_t)1 << 63);
}
