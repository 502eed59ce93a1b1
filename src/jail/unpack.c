/* unpack.c - an archive's entries; see unpack.h. */
#include "jail/unpack.h"

#include <archive_entry.h>
#include <stdio.h>
#include <unistd.h>

#include "jail/unpack_int.h"

enum { ENTRY_NAME = 3 * 1024 };

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
	unpack_put(u, FRAME_MEMBER, buf_str(&u->path));
	unpack_put(u, FRAME_DATA, first);
	do {
		n = layer_prepare(l);
		if (n > 0)
			n = layer_read(l, unpack_room(u, FRAME_DATA_MAX), FRAME_DATA_MAX);
		if (n > 0)
			unpack_done(u, FRAME_DATA, (size_t)n);
		got += n > 0 ? (uint64_t)n : 0;
	} while (n > 0);
	if (n == 0 && archive_entry_size_is_set(e) && got < (uint64_t)archive_entry_size(e)) {
		char text[FRAME_TEXT];
		snprintf(text, sizeof text, "%llu of %lld bytes could be read", (unsigned long long)got,
			(long long)archive_entry_size(e));
		unpack_report(u, JAIL_SHORT, text);
		l->failed = true;
	}
	unpack_put(
		u, FRAME_MEMBER_END, l->failed ? S("!") : (struct str){0}); /* damage may have been met before the member began */
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
		unpack_report(u, JAIL_ENCRYPTED, "encrypted: cannot be read");
		return;
	}
	while (n < sizeof first && (got = layer_read(l, first + n, sizeof first - n)) > 0)
		n += (size_t)got;
	enum magic kind = magic_of(str_make(first, n), got <= 0);
	if (kind != MAGIC_NONE)
		layer_push(u, kind, str_make(first, n));
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
		unpack_report(u, JAIL_EMPTY, "an archive without members");
	else if (r != ARCHIVE_EOF)
		unpack_error(l);
	else
		layer_check_end(l);
	layer_pop(u);
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
		unpack_report(&u, JAIL_DAMAGED, "not an archive");
	else
		layer_push(&u, kind, start);
	while (u.n && !u.stop)
		step(&u);
	unpack_put(&u, FRAME_END, (struct str){0});
	unpack_flush(&u);
}
