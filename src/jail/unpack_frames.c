/* unpack_frames.c - what the unpacking child tells the main process; see unpack_int.h and frame.h. */
#include "jail/unpack_int.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

void unpack_flush(struct unpacker *u)
{
	for (size_t done = 0; done < u->out_n;) {
		ssize_t n = write(u->out_fd, u->out + done, u->out_n - done);
		if (n < 0 && errno != EINTR)
			_exit(1);
		done += n > 0 ? (size_t)n : 0;
	}
	u->out_n = 0;
}

uint8_t *unpack_room(struct unpacker *u, size_t n)
{
	if (sizeof u->out - u->out_n < sizeof(struct frame) + n)
		unpack_flush(u);
	return u->out + u->out_n + sizeof(struct frame);
}

void unpack_done(struct unpacker *u, enum frame_type type, size_t n)
{
	struct frame f = {type, (uint32_t)n, u->packed};
	memcpy(u->out + u->out_n, &f, sizeof f);
	u->out_n += sizeof f + n;
}

void unpack_put(struct unpacker *u, enum frame_type type, struct str s)
{
	uint8_t *p = unpack_room(u, s.n);
	if (s.n)
		memcpy(p, s.p, s.n);
	unpack_done(u, type, s.n);
}

void unpack_report(struct unpacker *u, enum jail_problem kind, const char *text)
{
	size_t text_n = strnlen(text, FRAME_TEXT);
	struct problem_frame head = {kind, (uint32_t)u->path.n};
	uint8_t *p = unpack_room(u, sizeof head + u->path.n + text_n);
	memcpy(p, &head, sizeof head);
	if (u->path.n)
		memcpy(p + sizeof head, u->path.p, u->path.n);
	memcpy(p + sizeof head + u->path.n, text, text_n);
	unpack_done(u, FRAME_PROBLEM, sizeof head + u->path.n + text_n);
}

void unpack_stop(struct unpacker *u, const char *text)
{
	unpack_report(u, JAIL_CAP, text);
	u->stop = true;
}

void unpack_error(struct layer *l)
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
	unpack_report(u, kind, text ? text : "damaged or cut short");
}
