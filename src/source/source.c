/* source.c - see source.h.
 *
 * feed_guess (feed_name.h): for an mbox, its own name (one that holds a single message is told by its name); for one-message files and Maildirs that of the folder or archive that
 * was given as argument; for a single one-message file given as argument, its folder's name; for standard input and pipes
 * "stdin".
 */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/anomaly.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "jail/jail.h"
#include "jail/magic.h"
#include "source/feed_name.h"
#include "source/foreign.h"
#include "source/mbox.h"
#include "source/memory.h"
#include "source/problem.h"
#include "source/sniff.h"
#include "source/walk.h"
#include "source/window.h"

enum { PIPE_FIRST = 32 * 1024 }; /* bytes read of a pipe before it is known what it is */
enum state { NEXT_FILE, NEXT_MEMBER, MESSAGES, DONE };

struct source {
	const char *const *paths;
	size_t n_paths;
	struct source_settings settings;
	struct walk *walk;
	struct source_progress progress;
	struct problems problems;
	struct window window;
	struct mbox box;
	enum state state;
	/* the current argument */
	size_t argument;     /* index + 1 */
	char root[PATH_MAX]; /* resolved */
	/* the current file */
	char path[PATH_MAX];
	struct str file, member;
	char member_path[LIM_PATH];
	int fd; /* -1: none */
	bool regular, maildir_file, is_argument;
	bool in_archive;             /* the jail has it */
	uint64_t size, bytes_before; /* size of the file; progress.bytes_read before it */
	struct memory memory;        /* of files of earlier runs */
	/* the current stream: a file or a member */
	bool maildir;   /* one message, whatever it holds */
	bool cut_short; /* it ended before its end */
	bool counted;   /* `left` is what is still to be read of its only message (.emlx) */
	uint64_t left;
	char place[PATH_MAX + LIM_PATH]; /* the argument, resolved, and the way from it */
	struct str feed[2];              /* by feed_path, of one message and of a box; or not asked yet */
	struct str dated[2];             /* the same with dates */
	size_t pending;                  /* bytes of the window that the last message occupied */
	uint64_t box_number, boxes, doubtful;
};

/* ---- open and close ---- */

static int sum_sizes(struct source *s, struct err *err)
{
	struct walk_item item;
	bool known = true;
	int r;
	struct walk *walk = walk_new(s->paths, s->n_paths, err);
	if (!walk)
		return err->kind;
	while ((r = walk_next(walk, &item, err)) > WALK_END) {
		known &= r != WALK_FILE || item.regular;
		s->progress.bytes_total += item.size;
	}
	walk_free(walk);
	if (!known)
		s->progress.bytes_total = 0;
	return r;
}

int source_open(struct source **out, const char *const *paths, size_t n, const struct source_settings *settings, struct err *err)
{
	*out = NULL;
	struct source *s = mem_zalloc(1, sizeof *s);
	if (!s)
		return err_oom(err, "source");
	s->paths = paths;
	s->n_paths = n;
	s->settings = *settings;
	s->memory.of = settings->memory;
	if (!s->settings.message_max)
		s->settings.message_max = LIM_MESSAGE;
	s->fd = -1;
	problems_init(&s->problems, s->progress.problems);
	window_init(&s->window, 2 * (s->settings.message_max + MBOX_FROM_LINE + MBOX_SLACK));
	int r = sum_sizes(s, err);
	if (r == 0 && !(s->walk = walk_new(paths, n, err)))
		r = err->kind;
	if (r < 0) {
		source_close(s);
		return r;
	}
	*out = s;
	return 0;
}

static void close_file(struct source *s)
{
	if (s->in_archive)
		jail_close(s->settings.jail);
	s->in_archive = false;
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	s->fd = -1;
	s->member = s->feed[false] = s->feed[true] = (struct str){0};
	if (s->regular)
		s->progress.bytes_read = s->bytes_before + s->size;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	close_file(s);
	walk_free(s->walk);
	window_free(&s->window);
	problems_free(&s->problems);
	mem_free(s);
}

/* ---- bytes ---- */

static void problem(struct source *s, enum source_problem_kind kind, const char *why)
{
	problems_add(&s->problems, kind, s->file, s->member, why);
}

static void problem_errno(struct source *s, const char *what)
{
	char why[160], reason[96];
	snprintf(why, sizeof why, "%s: %s", what, strerror_r(errno, reason, sizeof reason));
	problem(s, SOURCE_UNREADABLE, why);
}

/* Bytes of the file, with progress; 0 at its end or where it cannot be read on. */
static size_t read_file(struct source *s, uint8_t *p, size_t n)
{
	ssize_t got;
	do
		got = read(s->fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		problem_errno(s, "cannot be read on");
		s->cut_short = true;
	}
	s->progress.bytes_read += got > 0 ? (uint64_t)got : 0;
	if (got == 0 && s->regular && s->progress.bytes_read - s->bytes_before < s->size) {
		problem(s, SOURCE_SHORT, "it became shorter while it was read: what was cut off is missing");
		s->cut_short = true;
	}
	return got > 0 ? (size_t)got : 0;
}

/* Bytes of the member, with progress. */
static size_t read_member(struct source *s, uint8_t *p, size_t n)
{
	size_t got = jail_read(s->settings.jail, p, n);
	uint64_t packed = jail_packed(s->settings.jail);
	if (got == 0)
		s->cut_short = jail_member_bad(s->settings.jail);
	if (s->regular && packed > s->size)
		packed = s->size; /* zip and 7z are read here and there */
	if (s->bytes_before + packed > s->progress.bytes_read)
		s->progress.bytes_read = s->bytes_before + packed;
	return got;
}

/* Appends to the window, at most `most` bytes, or sets its eof. 0, or an error. */
static int fill(struct source *s, size_t most, struct err *err)
{
	size_t room;
	uint8_t *p = window_room(&s->window, &room);
	if (!p)
		return err_oom(err, "read buffer");
	room = room < most ? room : most;
	if (s->settings.read_max && room > s->settings.read_max)
		room = s->settings.read_max;
	size_t n = s->in_archive ? read_member(s, p, room) : read_file(s, p, room);
	if (s->counted) {
		n = n < s->left ? n : (size_t)s->left; /* what follows is no mail */
		s->left -= n;
	}
	s->window.to += n;
	s->window.eof = n == 0;
	return 0;
}

/* ---- files ---- */

/* Resolves the argument that the current file belongs to. */
static void set_argument(struct source *s, size_t argument)
{
	if (s->argument == argument + 1)
		return;
	s->argument = argument + 1;
	if (!realpath(s->paths[argument], s->root))
		s->root[0] = 0;
}

/* Opens the file that the walk found. False: it cannot be; reported. */
static bool open_file(struct source *s, const struct walk_item *item)
{
	memcpy(s->path, item->path.p, item->path.n + 1);
	s->file = str_make(s->path, item->path.n);
	s->cut_short = false;
	s->progress.path = s->file;
	s->is_argument = item->is_argument;
	s->maildir_file = item->maildir;
	s->regular = item->regular;
	s->size = item->size;
	s->bytes_before = s->progress.bytes_read;
	set_argument(s, item->argument);
	if (item->is_argument && str_eq(item->path, S("-"))) {
		s->fd = STDIN_FILENO;
		return memory_begin(&s->memory, s->fd, s->file, str_of(s->root), false, true);
	}
	/* a FIFO put in a file's place is not waited for */
	s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (s->regular ? O_NONBLOCK : 0));
	if (s->fd >= 0 && !memory_begin(&s->memory, s->fd, s->file, str_of(s->root), s->regular, s->is_argument)) {
		errno = ESTALE; /* replaced since the walk saw it */
		close_file(s);
	}
	if (s->fd < 0)
		problem_errno(s, "cannot be opened");
	return s->fd >= 0;
}

/* Whether the file is one of our own, or what SQLite has beside it. */
static bool is_own(const struct source *s, struct str path)
{
	static const struct str beside[] = {STR_INIT(""), STR_INIT("-wal"), STR_INIT("-shm"), STR_INIT("-journal")};
	for (size_t i = 0; i < s->settings.n_own; i++) {
		struct str name = path_base(str_of(s->settings.own[i]));
		if (!str_starts(path_base(path), name))
			continue;
		for (size_t k = 0; k < sizeof beside / sizeof *beside; k++) {
			struct stat a, b;
			char file[PATH_MAX];
			if (!str_eq(str_from(path_base(path), name.n), beside[k]))
				continue;
			snprintf(file, sizeof file, "%.*s", (int)(path.n - beside[k].n), (const char *)path.p);
			if (stat(file, &a) == 0 && stat(s->settings.own[i], &b) == 0 && a.st_dev == b.st_dev &&
				a.st_ino == b.st_ino)
				return true;
		}
	}
	return false;
}

/* Takes events off the walk until a file is open. 1, 0 at the end, or an error. */
static int next_file(struct source *s, struct err *err)
{
	struct walk_item item;
	for (;;) {
		int r = walk_next(s->walk, &item, err);
		if (r < 0)
			return r;
		if (r == WALK_END)
			return 0;
		if (r == WALK_FILE) {
			if ((!item.is_argument && is_own(s, item.path)) || !open_file(s, &item))
				continue;
			if (!memory_knows(&s->memory, &s->problems, &s->progress))
				return 1;
			close_file(s);
			continue;
		}
		enum source_problem_kind kind = r == WALK_UNREADABLE ? SOURCE_UNREADABLE : SOURCE_LINK;
		problems_add(&s->problems, kind, item.path, (struct str){0}, item.text);
	}
}

/* ---- streams: files and members ---- */

static void on_jail_problem(void *context, enum jail_problem kind, struct str member, const char *text)
{
	static const enum source_problem_kind kinds[JAIL_PROBLEMS] = {[JAIL_SHORT] = SOURCE_SHORT,
		[JAIL_DAMAGED] = SOURCE_DAMAGED,
		[JAIL_ENCRYPTED] = SOURCE_ENCRYPTED,
		[JAIL_CAP] = SOURCE_CAP,
		[JAIL_EMPTY] = SOURCE_EMPTY};
	struct source *s = context;
	problems_add(&s->problems, kinds[kind], s->file, member, text);
}

/* The file is an archive: gives it to the jail. 1: its members follow; 0: reported; or an error. */
static int open_archive(struct source *s, struct err *err)
{
	struct str first = window_str(&s->window);
	if (!s->settings.jail) {
		problem(s, SOURCE_UNREADABLE, "archives cannot be read here");
		return 0;
	}
	off_t at = lseek(s->fd, 0, SEEK_CUR);
	if (at >= 0 && (uint64_t)at == first.n && lseek(s->fd, 0, SEEK_SET) == 0)
		first.n = 0; /* a file, from its start: the child can seek in it */
	s->progress.bytes_read = s->bytes_before;
	int r = jail_open(s->settings.jail, s->fd, str_first(first, JAIL_FIRST), on_jail_problem, s, err);
	s->in_archive = r == 0;
	return r == 0 ? 1 : r;
}

/* Reads the first bytes of the stream. 0, or an error. */
static int read_first(struct source *s, struct err *err)
{
	window_reset(&s->window);
	s->memory.cut_short |= s->cut_short;
	s->pending = 0;
	s->doubtful = 0;
	s->cut_short = s->counted = false;
	do {
		int r = fill(s, s->regular || s->in_archive ? SIZE_MAX : PIPE_FIRST, err);
		if (r < 0)
			return r;
	} while (!s->window.eof && window_str(&s->window).n < SNIFF_BYTES);
	return 0;
}

/* The stream is an .emlx: the window begins with its message, and ends where that does. */
static void start_emlx(struct source *s)
{
	window_consume(&s->window, sniff_emlx(str_first(window_str(&s->window), SNIFF_BYTES), &s->left));
	size_t n = window_str(&s->window).n;
	if (n > s->left)
		s->window.to -= n - (size_t)s->left, n = (size_t)s->left;
	s->left -= n;
	s->counted = true;
}

static void no_mail(struct source *s, enum sniff kind, struct str first)
{
	bool mail;
	const char *words = foreign_words(first, &mail);
	if (kind == SNIFF_EMPTY)
		problem(s, SOURCE_EMPTY, "empty: no message");
	else
		problem(s, mail ? SOURCE_FOREIGN : SOURCE_NOT_MAIL, words);
}

/* Sets the splitter up by the first bytes. False: not mail; reported. */
static bool start_mail(struct source *s, bool maildir)
{
	struct str first = str_first(window_str(&s->window), SNIFF_BYTES);
	enum sniff kind = sniff_mail(first);
	if (kind == SNIFF_EMPTY && !s->window.eof)
		kind = SNIFF_OTHER; /* white space, and then something */
	s->progress.files++;
	if (kind == SNIFF_EMPTY || (kind == SNIFF_OTHER && !maildir)) {
		if (!s->cut_short)
			no_mail(s, kind, first);
		return false;
	}
	if (kind == SNIFF_EMLX && !maildir)
		start_emlx(s);
	s->maildir = maildir;
	enum mbox_form form = kind == SNIFF_BOX ? MBOX_LINES : kind == SNIFF_MMDF ? MBOX_MMDF : MBOX_ONE;
	mbox_init(&s->box, maildir ? MBOX_ONE : form, s->settings.message_max);
	return true;
}

/* Begins with the open file. A state, or an error. */
static int start_file(struct source *s, struct err *err)
{
	int r = read_first(s, err);
	if (r < 0)
		return r;
	if (magic_of(str_first(window_str(&s->window), MAGIC_BYTES), s->window.eof) != MAGIC_NONE) {
		r = open_archive(s, err);
		return r == 1 ? NEXT_MEMBER : r == 0 ? NEXT_FILE : r;
	}
	return start_mail(s, s->maildir_file) ? MESSAGES : NEXT_FILE;
}

/* Begins with the archive's next member. A state, or an error. */
static int start_member(struct source *s, struct err *err)
{
	struct str path;
	if (!jail_next(s->settings.jail, &path))
		return NEXT_FILE;
	path = str_first(path, sizeof s->member_path);
	memcpy(s->member_path, path.p, path.n);
	s->member = str_make(s->member_path, path.n);
	s->feed[false] = s->feed[true] = (struct str){0};
	if (sniff_maildir_tmp(path))
		return NEXT_MEMBER;
	int r = read_first(s, err);
	if (r < 0)
		return r;
	return start_mail(s, s->maildir_file || sniff_maildir_path(path)) ? MESSAGES : NEXT_MEMBER;
}

/* ---- messages ---- */

/* Where a box lies: by the name that it was called by, in a resolved folder. A slice of s->place. */
static struct str place_of_box(struct source *s)
{
	struct str root = str_of(s->root), folder = s->is_argument ? path_parent(root) : root;
	struct str way = s->is_argument ? path_base(s->file) : str_from(s->file, strlen(s->paths[s->argument - 1]));
	int n = snprintf(s->place, sizeof s->place, "%.*s/%.*s%s%.*s", STR_FMT(folder), STR_FMT(way), s->member.n ? "/" : "",
		STR_FMT(s->member));
	return str_make(s->place, (size_t)n < sizeof s->place ? (size_t)n : sizeof s->place - 1);
}

/* What the feed is called by: see the top of this file. */
static struct str feed_path(struct source *s, bool box)
{
	struct str root = str_of(s->root);
	if (box && (s->member.n || s->regular))
		return root.n ? place_of_box(s) : s->member.n ? s->member : s->file;
	if (s->argument == 0 || root.n == 0 || (s->is_argument && !s->regular))
		return S("stdin");
	return s->is_argument && !s->member.n ? path_parent(root) : root;
}

/* Once for each stream. */
static void guess_feed(struct source *s, bool box)
{
	if (s->feed[box].p)
		return;
	struct str path = feed_path(s, box);
	s->feed[box] = feed_name_of(path);
	s->dated[box] = feed_name_dated(path);
}

static struct str safe_copy(struct arena *a, struct str name)
{
	struct buf text;
	buf_init_arena(&text, a, LIM_PATH);
	utf8_escape(name, &text);
	return text.oom ? (struct str){0} : buf_str(&text);
}

/* A box that holds one message is told by its name alone: so that its feed is the same when more comes. */
static bool is_box(const struct source *s, bool only)
{
	if (s->box.form == MBOX_MMDF)
		return true;
	return s->box.form == MBOX_LINES && (!only || feed_name_is_box(s->member.n ? s->member : s->file));
}

/* Fills *out of the splitter's description. 1, or an error. */
static int deliver(struct source *s, const struct mbox_message *m, struct arena *arena, struct raw_mail *out, struct err *err)
{
	bool box = is_box(s, s->box.messages == 1 && m->last);
	uint8_t *p = s->window.p + s->window.from + m->start;
	size_t n = m->end - m->start;
	if (mbox_quotes(&s->box, m))
		n = mbox_unquote(p, n);
	if (box && s->box.messages == 1)
		s->box_number = s->n_paths + ++s->boxes;
	if (s->counted && s->left && !s->cut_short) {
		problem(s, SOURCE_SHORT, "shorter than its first line says: the end of the message is missing");
		s->cut_short = true;
	}
	guess_feed(s, box);
	*out = (struct raw_mail){
		.bytes = str_make(p, n),
		.from_line = arena_dup(arena, m->from_line),
		.path = arena_dup(arena, s->file),
		.member = arena_dup(arena, s->member),
		.offset = (int64_t)(s->window.base + m->lead),
		.length = (int64_t)m->length,
		.feed_guess = safe_copy(arena, s->feed[box]),
		.feed_dated = safe_copy(arena, s->dated[box]),
		.anomalies = m->anomalies | (m->last && s->cut_short ? ANOM(member_short) : 0),
		.file = s->memory.file.number,
		.box = box ? s->box_number : s->argument,
		.maildir = s->maildir,
	};
	if (!out->from_line.p || !out->path.p || !out->member.p || !out->feed_guess.p || !out->feed_dated.p)
		return err_oom(err, "place of a message");
	if (out->anomalies & ANOM(message_cap))
		problem(s, SOURCE_LONG, "a message is longer than what is looked at; its end was left out");
	s->doubtful += (m->anomalies & ANOM(doubtful_split)) != 0;
	s->pending = m->next;
	s->progress.messages++;
	s->memory.file.messages++;
	s->memory.file.own_boxes &= box;
	return 1;
}

/* 1: a message; 0: the stream has ended; or an error. */
static int next_message(struct source *s, struct arena *arena, struct raw_mail *out, struct err *err)
{
	struct mbox_message m;
	window_consume(&s->window, s->pending);
	s->pending = 0;
	for (;;) {
		switch (mbox_next(&s->box, window_str(&s->window), s->window.eof, &m)) {
		case MBOX_MESSAGE:
			return deliver(s, &m, arena, out, err);
		case MBOX_DROP:
			window_cut(&s->window, m.drop_from, m.drop_to);
			break;
		case MBOX_MORE: {
			int r = fill(s, SIZE_MAX, err);
			if (r < 0)
				return r;
			break;
		}
		case MBOX_END:
			if (s->doubtful)
				problems_doubtful(&s->problems, s->file, s->member, s->doubtful);
			return 0;
		}
	}
}

/* One step; the next state, or an error. With MESSAGES as the result, *got tells whether a message is in *out. */
static int step(struct source *s, struct arena *arena, struct raw_mail *out, bool *got, struct err *err)
{
	int r;
	switch (s->state) {
	case NEXT_FILE:
		memory_end(&s->memory, s->fd, &s->problems, s->cut_short);
		close_file(s);
		r = next_file(s, err);
		return r == 1 ? start_file(s, err) : r == 0 ? DONE : r;
	case NEXT_MEMBER:
		return start_member(s, err);
	case MESSAGES:
		r = next_message(s, arena, out, err);
		*got = r == 1;
		return r == 1 ? MESSAGES : r < 0 ? r : s->in_archive ? NEXT_MEMBER : NEXT_FILE;
	case DONE:
		break;
	}
	return DONE;
}

int source_next(struct source *s, struct arena *arena, struct raw_mail *out, struct err *err)
{
	for (bool got = false; s->state != DONE;) {
		int r = step(s, arena, out, &got, err);
		if (r < 0)
			return r;
		s->state = (enum state)r;
		if (got)
			return 1;
	}
	return 0;
}

/* ---- what was met ---- */

const struct source_progress *source_progress(const struct source *s)
{
	return &s->progress;
}

const struct source_problem *source_problems(const struct source *s, size_t *n)
{
	*n = s->problems.n;
	return s->problems.list;
}

int source_verdict(const struct source *s, struct err *err)
{
	if (s->progress.messages)
		return 0;
	if (s->problems.n == 0)
		return err_set(err, ERR_INPUT, "%s: no mail found: nothing to read there", s->n_paths ? s->paths[0] : "no path");
	if (s->problems.n == 1)
		return err_set(err, ERR_INPUT, "%s", s->problems.list[0].text);
	return err_set(err, ERR_INPUT, "no mail found in %llu files; the first: %s", (unsigned long long)s->progress.files,
		s->problems.list[0].text);
}
