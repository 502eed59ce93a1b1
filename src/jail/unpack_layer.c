/* unpack_layer.c - the layers of an archive: what each reads, and how it is opened and ends; see unpack_int.h. */
#include "jail/unpack_int.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"

enum { INPUT = 64 * 1024 };

/* ---- input of a layer ---- */

static ssize_t read_fd(struct unpacker *u, uint8_t *p, size_t n)
{
	ssize_t got;
	if (u->first.n) {
		got = (ssize_t)(u->first.n < n ? u->first.n : n);
		memcpy(p, u->first.p, (size_t)got);
		u->first = str_from(u->first, (size_t)got);
	} else {
		do
			got = read(u->fd, p, n);
		while (got < 0 && errno == EINTR);
	}
	u->packed += got > 0 ? (uint64_t)got : 0;
	return got;
}

/* Makes the entry's next bytes stand in hole and block. 1, 0 at its end, -1 on damage (reported). archive_read_data would lose
 * what was read before the damage. */
static int next_block(struct layer *l)
{
	const void *p;
	size_t n = 0;
	la_int64_t offset = 0;
	int r = ARCHIVE_RETRY;
	for (unsigned tries = 0; n == 0 && (r == ARCHIVE_OK || r == ARCHIVE_RETRY) && tries < RETRIES && !l->u->stop; tries++)
		r = archive_read_data_block(l->archive, &p, &n, &offset);
	if (l->u->stop)
		return -1;
	if (r != ARCHIVE_OK && r != ARCHIVE_EOF)
		unpack_error(l);
	if (r < ARCHIVE_WARN || (r == ARCHIVE_WARN && n == 0))
		return -1;
	if (r == ARCHIVE_EOF || n == 0 || offset < l->entry_at)
		return 0;
	l->hole = offset - l->entry_at;
	l->block = p;
	l->block_n = n;
	l->entry_at = offset + (int64_t)n;
	return 1;
}

int layer_prepare(struct layer *l)
{
	int r = 1;
	while (r > 0 && l->hole == 0 && l->block_n == 0)
		r = next_block(l);
	return r;
}

ssize_t layer_read(struct layer *l, uint8_t *p, size_t n)
{
	int r = layer_prepare(l);
	if (r <= 0)
		return r;
	if (l->hole) {
		n = (uint64_t)l->hole < n ? (size_t)l->hole : n;
		memset(p, 0, n);
		l->hole -= (int64_t)n;
	} else {
		n = l->block_n < n ? l->block_n : n;
		memcpy(p, l->block, n);
		l->block += n;
		l->block_n -= n;
	}
	l->out += n;
	if (l->kind == MAGIC_GZIP)
		l->crc = (uint32_t)crc32(l->crc, p, (uInt)n);
	if (l->out > LIM_ARCHIVE_FREE && l->out / LIM_ARCHIVE_RATIO > l->u->packed) {
		unpack_stop(l->u, "unpacks to more than 1000 times its size: the rest was left out");
		return -1;
	}
	return (ssize_t)n;
}

/* The bytes that the layer below yields for this one. */
static ssize_t read_below(struct layer *l, uint8_t *p, size_t n)
{
	if (l == l->u->layer)
		return read_fd(l->u, p, n);
	if (l->first_at < l->first_n) {
		size_t left = l->first_n - l->first_at;
		n = n < left ? n : left;
		memcpy(p, l->first + l->first_at, n);
		l->first_at += n;
		return (ssize_t)n;
	}
	return layer_read(l - 1, p, n);
}

static void count_input(struct layer *l, size_t n)
{
	size_t last = n < sizeof l->tail ? n : sizeof l->tail;
	memmove(l->tail, l->tail + last, sizeof l->tail - last);
	memcpy(l->tail + sizeof l->tail - last, l->input + n - last, last);
	l->given += n;
	l->block_in = n;
}

static la_ssize_t on_read(struct archive *a, void *context, const void **block)
{
	struct layer *l = context;
	ssize_t n = 0;
	*block = l->input;
	if (l->at < l->spool_n) {
		n = pread(l->spool, l->input, INPUT, (off_t)l->at);
		l->at += n > 0 ? (uint64_t)n : 0;
	} else if (!l->input_ended) {
		n = read_below(l, l->input, INPUT);
		if (n <= 0)
			l->input_ended = l->spool >= 0 || l > l->u->layer || n < 0;
		if (n < 0 && l > l->u->layer)
			n = 0; /* reported where it happened; here the input just ends */
	}
	if (n < 0)
		archive_set_error(a, errno, "cannot be read");
	if (n > 0)
		count_input(l, (size_t)n);
	return n < 0 ? ARCHIVE_FATAL : n;
}

static la_int64_t on_seek(struct archive *a, void *context, la_int64_t offset, int whence)
{
	struct layer *l = context;
	int64_t base = whence == SEEK_CUR ? (int64_t)l->at : whence == SEEK_END ? (int64_t)l->spool_n : 0;
	(void)a;
	if (l->spool < 0) {
		off_t at = lseek(l->u->fd, offset, whence);
		return at < 0 ? ARCHIVE_FATAL : at;
	}
	if (offset < -base || base + offset > (int64_t)l->spool_n)
		return ARCHIVE_FATAL;
	l->at = (uint64_t)(base + offset);
	return (la_int64_t)l->at;
}

static la_int64_t on_skip(struct archive *a, void *context, la_int64_t n)
{
	struct layer *l = context;
	(void)a;
	if (n <= 0)
		return 0;
	if (l->spool >= 0) {
		uint64_t left = l->spool_n - l->at, step = (uint64_t)n < left ? (uint64_t)n : left;
		l->at += step;
		return (la_int64_t)step;
	}
	off_t from = lseek(l->u->fd, 0, SEEK_CUR), end = lseek(l->u->fd, 0, SEEK_END);
	if (from < 0 || end < from)
		return 0;
	off_t to = end - from < n ? end : from + (off_t)n;
	return lseek(l->u->fd, to, SEEK_SET) == to ? to - from : 0;
}

/* Copies the layer's input to a memory file, up to LIM_MEMFD for all of them. False: none could be made. */
static bool spool_input(struct layer *l)
{
	struct unpacker *u = l->u;
	ssize_t n = 1;
	l->spool = memfd_create("spool", MFD_CLOEXEC);
	if (l->spool < 0)
		return false;
	while (u->spooled < LIM_MEMFD && !u->stop) {
		size_t room = LIM_MEMFD - u->spooled;
		n = read_below(l, l->input, room < INPUT ? room : INPUT);
		if (n <= 0 || write(l->spool, l->input, (size_t)n) != n)
			break;
		l->spool_n += (uint64_t)n;
		u->spooled += (uint64_t)n;
	}
	l->input_ended = n <= 0;
	l->seekable = l->input_ended;
	return true;
}

/* ---- layers ---- */

static int support(struct archive *a, enum magic kind)
{
	switch (kind) {
	case MAGIC_TAR:
		/* cat a.tar.gz b.tar.gz is one file to gzip, and must not lose b */
		return archive_read_support_format_tar(a) | archive_read_set_option(a, "tar", "read_concatenated_archives", "1");
	case MAGIC_ZIP:
		return archive_read_support_format_zip(a);
	case MAGIC_7ZIP:
		return archive_read_support_format_7zip(a);
	case MAGIC_GZIP:
		return archive_read_append_filter(a, ARCHIVE_FILTER_GZIP);
	case MAGIC_BZIP2:
		return archive_read_append_filter(a, ARCHIVE_FILTER_BZIP2);
	case MAGIC_XZ:
		return archive_read_append_filter(a, ARCHIVE_FILTER_XZ);
	case MAGIC_LZMA:
		return archive_read_append_filter(a, ARCHIVE_FILTER_LZMA);
	case MAGIC_ZSTD:
		return archive_read_append_filter(a, ARCHIVE_FILTER_ZSTD);
	case MAGIC_NONE:
		break;
	}
	return ARCHIVE_FATAL;
}

static bool only_zeros(const uint8_t *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* What a compressed file holds behind its end, but for padding, is not read, and libarchive does not say so. */
static bool more_behind_end(struct layer *l)
{
	const void *block;
	la_int64_t used = archive_filter_bytes(l->archive, -1);
	uint64_t left = used >= 0 && (uint64_t)used < l->given ? l->given - (uint64_t)used : 0;
	size_t here = left < l->block_in ? (size_t)left : l->block_in;
	if (!only_zeros(l->input + l->block_in - here, here))
		return true;
	for (la_ssize_t n; (n = on_read(l->archive, l, &block)) > 0;)
		if (!only_zeros(block, (size_t)n))
			return true;
	return false;
}

static uint32_t little_endian(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* RFC 1952 2.3.1: the file ends with the CRC and the length of what is in it. Nor does libarchive look at these. Of files that were
 * put one behind the other the length is that of the last one: not looked at. */
static bool wrong_crc(const struct layer *l)
{
	return l->kind == MAGIC_GZIP && l->given > GZIP_TRAILER && little_endian(l->tail + 4) == (uint32_t)l->out &&
	       little_endian(l->tail) != l->crc;
}

void layer_check_end(struct layer *l)
{
	if (!magic_is_filter(l->kind) || l->u->stop || l->failed)
		return;
	if (more_behind_end(l))
		unpack_report(l->u, JAIL_DAMAGED, "something else stands behind its end: that was not read");
	else if (wrong_crc(l))
		unpack_report(l->u, JAIL_DAMAGED, "damaged; what could be read is kept (wrong check sum)");
}

void layer_pop(struct unpacker *u)
{
	struct layer *l = &u->layer[--u->n];
	archive_read_free(l->archive);
	if (l->spool >= 0)
		close(l->spool);
	u->spooled -= l->spool_n;
	mem_free(l->input);
}

static bool open_archive(struct layer *l)
{
	struct archive *a = l->archive = archive_read_new();
	if (!a)
		return false;
	if (magic_is_filter(l->kind)) {
		archive_read_support_format_raw(a);
	}
	if (support(a, l->kind) != ARCHIVE_OK)
		return false;
	archive_read_set_callback_data(a, l);
	archive_read_set_read_callback(a, on_read);
	if (l->seekable) {
		archive_read_set_seek_callback(a, on_seek);
		archive_read_set_skip_callback(a, on_skip);
	}
	return archive_read_open1(a) == ARCHIVE_OK;
}

/* A zstd frame whose window is beyond libzstd's default of 128 MiB (RFC 8878, 3.1.1.1): libarchive fails without a reason. */
static bool window_too_large(struct str first)
{
	enum { MAGIC_N = 4, SINGLE_SEGMENT = 0x20, WINDOW_LOG_LEAST = 10, WINDOW_LOG_MAX = 27 };
	if (first.n < MAGIC_N + 2 || first.p[0] != 0x28 || first.p[MAGIC_N] & SINGLE_SEGMENT)
		return false;
	unsigned log = WINDOW_LOG_LEAST + (first.p[MAGIC_N + 1] >> 3), eighths = first.p[MAGIC_N + 1] & 7;
	return log > WINDOW_LOG_MAX || (log == WINDOW_LOG_MAX && eighths);
}

void layer_push(struct unpacker *u, enum magic kind, struct str head)
{
	struct layer *below = u->n ? &u->layer[u->n - 1] : NULL;
	bool same = below && magic_is_filter(below->kind) && !magic_is_filter(kind);
	unsigned depth = (below ? below->depth : 0) + !same;
	if (depth > LIM_ARCHIVE_DEPTH) {
		unpack_report(u, JAIL_CAP, "archives nested too deep: not opened");
		return;
	}
	if (kind == MAGIC_ZSTD && window_too_large(head)) {
		unpack_report(u, JAIL_CAP, "its zstd window is larger than 128 MiB (zstd --long): unpack it first");
		return;
	}
	must(u->n < LAYERS);
	struct str first = below ? head : (struct str){0};
	struct layer *l = &u->layer[u->n++];
	*l = (struct layer){.u = u, .kind = kind, .depth = depth, .spool = -1, .first_n = first.n, .input = mem_alloc(INPUT)};
	if (first.n)
		memcpy(l->first, first.p, first.n);
	if (!l->input) {
		unpack_stop(u, "out of memory");
		return;
	}
	l->seekable = !below && !u->first.n && lseek(u->fd, 0, SEEK_CUR) == 0;
	if (!l->seekable && (kind == MAGIC_7ZIP || kind == MAGIC_ZIP) && !spool_input(l)) {
		unpack_report(u, JAIL_CAP, "no memory file");
		layer_pop(u);
		return;
	}
	if (!l->seekable && kind == MAGIC_7ZIP) {
		unpack_report(u, JAIL_CAP,
			"a 7z archive inside another archive or a pipe, and too large to be held in memory: unpack it first");
		layer_pop(u);
		return;
	}
	if (!open_archive(l)) {
		if (l->archive)
			unpack_error(l);
		layer_pop(u);
		return;
	}
	l->path_n = u->path.n;
	if (u->path.n && !magic_is_filter(kind)) {
		buf_byte(&u->path, '/');
		l->path_n = u->path.n;
	}
}
