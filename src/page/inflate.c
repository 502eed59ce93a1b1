/* inflate.c - see inflate.h. */
#include "page/inflate.h"

#include <zlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "page/fact.h"

enum { INPUT = 64 * 1024, MAGIC = 4, WINDOW_GZIP = 15 + 16, WINDOW_ZLIB = 15, WINDOW_RAW = -15 };

struct unzip {
	unzip_read_fn read;
	void *ctx;
	z_stream z;
	bool started, gzip, in_member, hunting, end;
	uint64_t at;        /* input offset of in[0] */
	uint64_t member_at; /* input offset of the current member, or of the last plain bytes */
	uint64_t facts;
	uint64_t again; /* bytes that were looked at again after damage */
	size_t pos, n;  /* in[pos..n) is unread */
	uint8_t in[INPUT];
};

static void *z_take(void *ctx, unsigned n, unsigned size)
{
	(void)ctx;
	return mem_zalloc(n, size);
}

static void z_give(void *ctx, void *p)
{
	(void)ctx;
	mem_free(p);
}

static int z_start(z_stream *z, int window)
{
	*z = (z_stream){.zalloc = z_take, .zfree = z_give};
	return inflateInit2(z, window) == Z_OK ? 0 : -1;
}

int unzip_open(struct unzip **out, unzip_read_fn read, void *ctx, struct err *err)
{
	struct unzip *u = mem_zalloc(1, sizeof *u);
	if (!u)
		return err_oom(err, "WARC reader");
	if (z_start(&u->z, WINDOW_GZIP)) {
		mem_free(u);
		return err_oom(err, "WARC reader");
	}
	u->read = read;
	u->ctx = ctx;
	*out = u;
	return 0;
}

void unzip_close(struct unzip *u)
{
	if (!u)
		return;
	inflateEnd(&u->z);
	mem_free(u);
}

uint64_t unzip_facts(struct unzip *u)
{
	uint64_t facts = u->facts;
	u->facts = 0;
	return facts;
}

uint64_t unzip_at(const struct unzip *u)
{
	return u->member_at;
}

bool unzip_is_gzip(const struct unzip *u)
{
	return u->gzip;
}

/* More input behind what is unread: at least `want` bytes in all unless the input ends. */
static int more(struct unzip *u, size_t want, struct err *err)
{
	while (u->n - u->pos < want && !u->end) {
		size_t got = 0;
		if (u->pos) {
			memmove(u->in, u->in + u->pos, u->n - u->pos);
			u->at += u->pos;
			u->n -= u->pos;
			u->pos = 0;
		}
		int rc = u->read(u->ctx, u->in + u->n, sizeof u->in - u->n, &got, err);
		if (rc)
			return rc;
		u->n += got;
		u->end = !got;
	}
	return 0;
}

/* ID1 ID2 CM, and no reserved flag. */
static bool at_magic(const struct unzip *u, size_t i)
{
	return u->n - i >= MAGIC && u->in[i] == 0x1F && u->in[i + 1] == 0x8B && u->in[i + 2] == 8 && u->in[i + 3] < 0x20;
}

/* To the next member: directly behind the last one, or anywhere when hunting. 1, 0 at the end, negative on an error. */
static int next_member(struct unzip *u, struct err *err)
{
	for (;;) {
		int rc = more(u, MAGIC, err);
		if (rc)
			return rc;
		if (u->n - u->pos < MAGIC) {
			u->pos = u->n;
			return 0;
		}
		if (at_magic(u, u->pos))
			break;
		if (!u->hunting && u->in[u->pos]) /* zeros may pad a file; other bytes between members are damage */
			u->facts |= FACT(gzip_damaged);
		const uint8_t *p = memchr(u->in + u->pos + 1, 0x1F, u->n - u->pos - 1);
		u->pos = p ? (size_t)(p - u->in) : u->n;
	}
	u->hunting = false;
	u->in_member = true;
	u->member_at = u->at + u->pos;
	inflateReset(&u->z);
	return 1;
}

/* Damage shows late: what was taken for the rest of a member that is cut short may be the next one. It is looked at again as far as
 * it is still here, and no more in all than was read. */
static void look_again(struct unzip *u)
{
	size_t from = u->member_at + MAGIC > u->at ? (size_t)(u->member_at + MAGIC - u->at) : 0;
	if (from >= u->pos || u->again + (u->pos - from) > u->at + u->pos + INPUT)
		return;
	u->again += u->pos - from;
	u->pos = from;
}

static int broken(struct unzip *u, uint64_t fact)
{
	if (!(fact & FACT(gzip_bomb)))
		look_again(u);
	u->facts |= fact;
	u->in_member = false;
	u->hunting = true;
	return UNZIP_BREAK;
}

static int read_plain(struct unzip *u, uint8_t *p, size_t room, size_t *got, struct err *err)
{
	int rc = more(u, 1, err);
	if (rc)
		return rc;
	size_t n = u->n - u->pos < room ? u->n - u->pos : room;
	if (!n)
		return UNZIP_END;
	u->member_at = u->at + u->pos;
	memcpy(p, u->in + u->pos, n);
	u->pos += n;
	*got = n;
	return UNZIP_BYTES;
}

static int read_gzip(struct unzip *u, uint8_t *p, size_t room, size_t *got, struct err *err)
{
	u->z.next_out = p;
	u->z.avail_out = room > UINT32_MAX ? UINT32_MAX : (unsigned)room;
	const unsigned all = u->z.avail_out;
	while (u->z.avail_out == all) {
		int rc = u->in_member ? 1 : next_member(u, err);
		if (rc <= 0)
			return rc;
		if ((rc = more(u, 1, err)))
			return rc;
		if (u->pos == u->n)
			return broken(u, FACT(warc_short));
		u->z.next_in = u->in + u->pos;
		u->z.avail_in = (unsigned)(u->n - u->pos);
		int z = inflate(&u->z, Z_NO_FLUSH);
		u->pos = u->n - u->z.avail_in;
		*got = all - u->z.avail_out;
		if (z == Z_MEM_ERROR)
			return err_oom(err, "WARC reader");
		if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
			return broken(u, FACT(gzip_damaged));
		if (z == Z_STREAM_END)
			u->in_member = false;
		else if (u->z.total_out > LIM_WARC_FREE && u->z.total_out / LIM_WARC_RATIO > u->z.total_in)
			return broken(u, FACT(gzip_bomb));
	}
	return UNZIP_BYTES;
}

int unzip_read(struct unzip *u, uint8_t *p, size_t room, size_t *got, struct err *err)
{
	*got = 0;
	if (!u->started) {
		int rc = more(u, MAGIC, err);
		if (rc)
			return rc;
		u->started = true;
		u->gzip = at_magic(u, 0);
	}
	return u->gzip ? read_gzip(u, p, room, got, err) : read_plain(u, p, room, got, err);
}

/* ---- HTTP bodies ---- */

/* -1 out of memory, else zlib's last word. */
static int run(struct arena *a, struct str in, int window, size_t max, struct buf *out)
{
	z_stream z;
	int rc = Z_OK;
	buf_init_arena(out, a, max);
	if (z_start(&z, window))
		return Z_MEM_ERROR;
	z.next_in = (uint8_t *)(uintptr_t)in.p;
	z.avail_in = in.n > UINT32_MAX ? UINT32_MAX : (unsigned)in.n;
	while (rc == Z_OK) {
		size_t room = 0, want = out->n ? out->n : 4 * in.n + 256;
		uint8_t *p = buf_room(out, want < 64 * KIB ? want : 64 * KIB, &room);
		if (!p || !room) {
			rc = p || !out->oom ? Z_BUF_ERROR : Z_MEM_ERROR;
			break;
		}
		z.next_out = p;
		z.avail_out = (unsigned)room;
		rc = inflate(&z, Z_NO_FLUSH);
		out->n += room - z.avail_out;
		if (rc == Z_OK && !z.avail_in && z.avail_out)
			rc = Z_DATA_ERROR; /* the body ends inside the stream */
	}
	inflateEnd(&z);
	return rc;
}

static bool is_gzip(struct str in)
{
	return in.n >= 3 && in.p[0] == 0x1F && in.p[1] == 0x8B && in.p[2] == 8;
}

int inflate_bytes(struct arena *a, struct str in, enum inflate_coding coding, size_t max, struct str *out, uint64_t *facts)
{
	struct buf b;
	struct arena_mark mark = arena_mark(a);
	*out = in;
	if (!in.n)
		return 0;
	if (coding == INFLATE_GZIP && !is_gzip(in)) {
		*facts |= FACT(http_decoded);
		return 0;
	}
	int rc = run(a, in, coding == INFLATE_GZIP ? WINDOW_GZIP : WINDOW_ZLIB, max, &b);
	if (coding == INFLATE_DEFLATE && rc == Z_DATA_ERROR && !b.n) {
		arena_release(a, mark);
		rc = run(a, in, WINDOW_RAW, max, &b); /* many servers leave the zlib wrapper out */
	}
	if (rc == Z_MEM_ERROR || b.oom)
		return -1;
	if (coding == INFLATE_DEFLATE && rc != Z_STREAM_END && !b.n) {
		*facts |= FACT(http_decoded);
		return 0;
	}
	if (b.n >= max && rc != Z_STREAM_END)
		*facts |= FACT(page_cut) | (b.n / LIM_WARC_RATIO > in.n ? FACT(gzip_bomb) : 0);
	else if (rc != Z_STREAM_END)
		*facts |= FACT(http_bad_coding);
	*out = buf_str(&b);
	return 0;
}

/* ---- packing ---- */

int gzip_member(struct str in, struct buf *out)
{
	z_stream z = {.zalloc = z_take, .zfree = z_give};
	size_t room = 0;
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -1;
	size_t want = deflateBound(&z, in.n);
	uint8_t *p = buf_room(out, want, &room);
	int rc = -1;
	if (p && room >= want) {
		z.next_in = (uint8_t *)(uintptr_t)in.p;
		z.avail_in = (unsigned)in.n;
		z.next_out = p;
		z.avail_out = (unsigned)room;
		rc = deflate(&z, Z_FINISH) == Z_STREAM_END ? 0 : -1;
		out->n += rc ? 0 : z.total_out;
	}
	deflateEnd(&z);
	return rc;
}
