/* unpack.c - see unpack.h. One libarchive handle a layer: either one filter or one container, so that depth, size and ratio
 * are ours to count, and so that 7z under a filter, which libarchive reads as nothing without an error, cannot happen. */
#include "jail/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "jail/frame.h"
#include "jail/jail.h"
#include "jail/magic.h"

enum { LAYERS = 2 * LIM_ARCHIVE_DEPTH + 1, INPUT = 64 * 1024, RETRIES = 100, ENTRY_NAME = 3 * 1024, GZIP_TRAILER = 8 };

struct unpacker;
struct layer {
	struct unpacker *u;
	struct archive *archive;
	enum magic kind;
	unsigned depth; /* archives around and with this one; a container shares it with the filter around it */
	size_t path_n;  /* of u->path, in front of this layer's entry names */
	uint64_t out;   /* bytes unpacked by it */
	uint64_t entries;
	const uint8_t *block; /* unpacked bytes of the current entry not yet taken */
	size_t block_n;
	int64_t hole;     /* zeros to yield before them: sparse tar members have holes */
	int64_t entry_at; /* place in the entry, behind hole and block */
	/* its input: first bytes, then the spool, then the layer below or the descriptor */
	uint8_t *input;
	uint8_t first[MAGIC_BYTES];
	size_t first_n, first_at;
	int spool;            /* memory file, or -1 */
	uint64_t spool_n, at; /* its size; the place in it */
	bool seekable;
	bool input_ended;
	bool failed;     /* an error of it was reported */
	uint64_t given;  /* bytes of input */
	size_t block_in; /* of them, in input now */
	uint8_t tail[GZIP_TRAILER];
	uint32_t crc; /* gzip: of what was unpacked */
};

struct unpacker {
	int fd, out_fd;
	struct str first; /* handed over */
	uint64_t packed;  /* bytes read of the archive */
	uint64_t spooled; /* bytes in all spools */
	bool stop;        /* a cap that ends it all was hit */
	struct layer layer[LAYERS];
	size_t n;
	struct buf path;
	size_t out_n;
	uint8_t out[PIPE_BUFFER];
};

/* ---- frames ---- */

static void flush(struct unpacker *u)
{
	for (size_t done = 0; done < u->out_n;) {
		ssize_t n = write(u->out_fd, u->out + done, u->out_n - done);
		if (n < 0 && errno != EINTR)
			_exit(1);
		done += n > 0 ? (size_t)n : 0;
	}
	u->out_n = 0;
}

static uint8_t *frame_room(struct unpacker *u, size_t n)
{
	if (sizeof u->out - u->out_n < sizeof(struct frame) + n)
		flush(u);
	return u->out + u->out_n + sizeof(struct frame);
}

static void frame_done(struct unpacker *u, enum frame_type type, size_t n)
{
	struct frame f = {type, (uint32_t)n, u->packed};
	memcpy(u->out + u->out_n, &f, sizeof f);
	u->out_n += sizeof f + n;
}

static void put(struct unpacker *u, enum frame_type type, struct str s)
{
	uint8_t *p = frame_room(u, s.n);
	if (s.n)
		memcpy(p, s.p, s.n);
	frame_done(u, type, s.n);
}

static void report(struct unpacker *u, enum jail_problem kind, const char *text)
{
	size_t text_n = strnlen(text, FRAME_TEXT);
	struct problem_frame head = {kind, (uint32_t)u->path.n};
	uint8_t *p = frame_room(u, sizeof head + u->path.n + text_n);
	memcpy(p, &head, sizeof head);
	if (u->path.n)
		memcpy(p + sizeof head, u->path.p, u->path.n);
	memcpy(p + sizeof head + u->path.n, text, text_n);
	frame_done(u, FRAME_PROBLEM, sizeof head + u->path.n + text_n);
}

/* A cap after which nothing more of this archive is wanted. */
static void report_and_stop(struct unpacker *u, const char *text)
{
	report(u, JAIL_CAP, text);
	u->stop = true;
}

/* What libarchive says about the layer: once, and not again for the layers above that only see their input end. */
static void report_error(struct layer *l)
{
	struct unpacker *u = l->u;
	struct archive *a = l->archive;
	const char *text = archive_error_string(a);
	struct str t = text ? str_rtrim(str_of(text)) : S("");
	enum jail_problem kind = JAIL_DAMAGED;
	bool own = false;
	bool known = u->stop || l->failed || (l > u->layer && l[-1].failed);
	l->failed = true;
	if (known)
		return;
	if (magic_is_filter(l->kind) && str_eq(t, S("Unrecognized archive format"))) {
		kind = JAIL_SHORT;
		own = true;
		text = "nothing could be unpacked: cut short, damaged or empty"; /* libarchive does not tell which */
	} else if (archive_errno(a) == ENOMEM || str_ifind(t, S("memory")) != STR_NPOS || str_ifind(t, S("allocate")) != STR_NPOS)
		kind = JAIL_CAP;
	else if (str_ifind(t, S("truncated")) != STR_NPOS || str_ifind(t, S("no progress")) != STR_NPOS)
		kind = JAIL_SHORT; /* "No progress is possible": liblzma wants more input */
	else if (str_ifind(t, S("encrypt")) != STR_NPOS || str_ifind(t, S("passphrase")) != STR_NPOS)
		kind = JAIL_ENCRYPTED;
	char say[256]; /* libarchive's words mean little to most readers */
	if (text && !own && (kind == JAIL_DAMAGED || kind == JAIL_SHORT)) {
		snprintf(say, sizeof say, "%s; what could be read is kept (%.*s)", kind == JAIL_SHORT ? "cut short" : "damaged",
			STR_FMT(t));
		text = say;
	}
	report(u, kind, text ? text : "damaged or cut short");
}

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
		report_error(l);
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

/* Makes bytes of the layer's current entry stand ready: 1, 0 at its end, -1 on damage. Damage is reported here, on any layer: no frame
 * may be half written. */
static int prepare_entry(struct layer *l)
{
	int r = 1;
	while (r > 0 && l->hole == 0 && l->block_n == 0)
		r = next_block(l);
	return r;
}

/* Unpacked bytes of the layer's current entry: >0, 0 at its end, <0 on damage (reported). Counts, and looks at the ratio. */
static ssize_t read_entry(struct layer *l, uint8_t *p, size_t n)
{
	int r = prepare_entry(l);
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
		report_and_stop(l->u, "unpacks to more than 1000 times its size: the rest was left out");
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
	return read_entry(l - 1, p, n);
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

static void check_end(struct layer *l)
{
	if (!magic_is_filter(l->kind) || l->u->stop || l->failed)
		return;
	if (more_behind_end(l))
		report(l->u, JAIL_DAMAGED, "something else stands behind its end: that was not read");
	else if (wrong_crc(l))
		report(l->u, JAIL_DAMAGED, "damaged; what could be read is kept (wrong check sum)");
}

static void pop(struct unpacker *u)
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

/* Opens the current entry of the top layer (or the archive itself) as an archive of this kind. head: its first bytes, which
 * were taken off an entry. */
static void push(struct unpacker *u, enum magic kind, struct str head)
{
	struct layer *below = u->n ? &u->layer[u->n - 1] : NULL;
	bool same = below && magic_is_filter(below->kind) && !magic_is_filter(kind);
	unsigned depth = (below ? below->depth : 0) + !same;
	if (depth > LIM_ARCHIVE_DEPTH) {
		report(u, JAIL_CAP, "archives nested too deep: not opened");
		return;
	}
	if (kind == MAGIC_ZSTD && window_too_large(head)) {
		report(u, JAIL_CAP, "its zstd window is larger than 128 MiB (zstd --long): unpack it first");
		return;
	}
	must(u->n < LAYERS);
	struct str first = below ? head : (struct str){0};
	struct layer *l = &u->layer[u->n++];
	*l = (struct layer){.u = u, .kind = kind, .depth = depth, .spool = -1, .first_n = first.n, .input = mem_alloc(INPUT)};
	if (first.n)
		memcpy(l->first, first.p, first.n);
	if (!l->input) {
		report_and_stop(u, "out of memory");
		return;
	}
	l->seekable = !below && !u->first.n && lseek(u->fd, 0, SEEK_CUR) == 0;
	if (!l->seekable && (kind == MAGIC_7ZIP || kind == MAGIC_ZIP) && !spool_input(l)) {
		report(u, JAIL_CAP, "no memory file");
		pop(u);
		return;
	}
	if (!l->seekable && kind == MAGIC_7ZIP) {
		report(u, JAIL_CAP,
			"a 7z archive inside another archive or a pipe, and too large to be held in memory: unpack it first");
		pop(u);
		return;
	}
	if (!open_archive(l)) {
		if (l->archive)
			report_error(l);
		pop(u);
		return;
	}
	l->path_n = u->path.n;
	if (u->path.n && !magic_is_filter(kind)) {
		buf_byte(&u->path, '/');
		l->path_n = u->path.n;
	}
}

/* ---- entries ---- */

static void set_path(struct unpacker *u, const struct layer *l, struct archive_entry *e)
{
	u->path.n = l->path_n;
	u->path.full = false;
	if (magic_is_filter(l->kind))
		return;
	const char *name = archive_entry_pathname(e);
	if (!name)
		name = archive_entry_pathname_utf8(e);
	if (name && *name)
		buf_add(&u->path, str_first(str_of(name), ENTRY_NAME));
	else
		buf_printf(&u->path, "member-%llu", (unsigned long long)l->entries);
}

/* Streams the entry to the main process. */
static void stream(struct unpacker *u, struct layer *l, struct archive_entry *e, struct str first)
{
	uint64_t got = first.n;
	ssize_t n;
	put(u, FRAME_MEMBER, buf_str(&u->path));
	put(u, FRAME_DATA, first);
	do {
		n = prepare_entry(l);
		if (n > 0)
			n = read_entry(l, frame_room(u, FRAME_DATA_MAX), FRAME_DATA_MAX);
		if (n > 0)
			frame_done(u, FRAME_DATA, (size_t)n);
		got += n > 0 ? (uint64_t)n : 0;
	} while (n > 0);
	if (n == 0 && archive_entry_size_is_set(e) && got < (uint64_t)archive_entry_size(e)) {
		char text[FRAME_TEXT];
		snprintf(text, sizeof text, "%llu of %lld bytes could be read", (unsigned long long)got,
			(long long)archive_entry_size(e));
		report(u, JAIL_SHORT, text);
		l->failed = true;
	}
	put(u, FRAME_MEMBER_END, l->failed ? S("!") : (struct str){0}); /* damage may have been met before the member began */
}

static void take_entry(struct unpacker *u, struct layer *l, struct archive_entry *e)
{
	uint8_t first[MAGIC_BYTES];
	size_t n = 0;
	ssize_t got = 1;
	set_path(u, l, e);
	if (!magic_is_filter(l->kind) && archive_entry_filetype(e) != AE_IFREG && archive_entry_filetype(e) != 0)
		return;
	if (archive_entry_hardlink(e))
		return;
	if (archive_entry_is_encrypted(e) > 0) {
		report(u, JAIL_ENCRYPTED, "encrypted: cannot be read");
		return;
	}
	while (n < sizeof first && (got = read_entry(l, first + n, sizeof first - n)) > 0)
		n += (size_t)got;
	enum magic kind = magic_of(str_make(first, n), got <= 0);
	if (kind != MAGIC_NONE)
		push(u, kind, str_make(first, n));
	else if (got < 0 && n == 0)
		return; /* reported */
	else
		stream(u, l, e, str_make(first, n));
}

/* One step of the top layer: an entry, or its end. */
static void step(struct unpacker *u)
{
	struct layer *l = &u->layer[u->n - 1];
	struct archive_entry *e = NULL;
	int r = ARCHIVE_RETRY;
	for (unsigned tries = 0; r == ARCHIVE_RETRY && tries < RETRIES; tries++)
		r = archive_read_next_header(l->archive, &e);
	u->path.n = l->path_n;
	if ((r == ARCHIVE_OK || r == ARCHIVE_WARN) && e) {
		l->entries++;
		l->failed = false;
		l->block_n = 0;
		l->hole = l->entry_at = 0;
		take_entry(u, l, e);
		return;
	}
	if (u->path.n && !magic_is_filter(l->kind))
		u->path.n--; /* the slash */
	if (r == ARCHIVE_EOF && l->entries == 0)
		report(u, JAIL_EMPTY, "an archive without members");
	else if (r != ARCHIVE_EOF)
		report_error(l);
	else
		check_end(l);
	pop(u);
}

void unpack_prepare(void)
{
	struct archive *a = archive_read_new();
	if (a) {
		archive_read_support_format_7zip(a);
		archive_read_support_format_zip(a);
		archive_read_free(a);
	}
}

void unpack(int fd, struct str first, int out)
{
	static struct unpacker u;
	u.fd = fd;
	u.out_fd = out;
	u.first = first;
	buf_init(&u.path, LIM_PATH);
	uint8_t head[MAGIC_BYTES];
	struct str start = str_first(first, sizeof head);
	off_t at = lseek(fd, 0, SEEK_CUR);
	if (first.n == 0 && at >= 0) {
		ssize_t n = pread(fd, head, sizeof head, at);
		start = str_make(head, n > 0 ? (size_t)n : 0);
	}
	enum magic kind = magic_of(start, start.n < sizeof head);
	if (kind == MAGIC_NONE)
		report(&u, JAIL_DAMAGED, "not an archive");
	else
		push(&u, kind, start);
	while (u.n && !u.stop)
		step(&u);
	put(&u, FRAME_END, (struct str){0});
	flush(&u);
}
