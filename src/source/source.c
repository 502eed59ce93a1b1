/* source.c - see source.h.
 *
 * feed_guess: for an mbox, its own base name without extensions; for one-message files and Maildirs the base name of the
 * folder or archive that was given as argument; for a single one-message file given as argument, its folder's name; for
 * standard input and pipes "stdin".
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
#include "jail/magic.h"
#include "source/mbox.h"
#include "source/problem.h"
#include "source/sniff.h"
#include "source/walk.h"
#include "source/window.h"

enum { PIPE_FIRST = 32 * 1024 }; /* bytes read of a pipe before it is known what it is */
enum state { NEXT_FILE, MESSAGES, DONE };

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
	int fd; /* -1: none */
	bool regular, maildir, is_argument;
	uint64_t size, bytes_before; /* size of the file; progress.bytes_read before it */
	/* the current stream: a file or a member */
	bool cut_short; /* it ended before its end */
	size_t pending; /* bytes of the window that the last message occupied */
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
	if (s->fd > STDIN_FILENO)
		close(s->fd);
	s->fd = -1;
	s->member = (struct str){0};
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

/* Appends to the window, at most `most` bytes, or sets its eof. 0, or an error. */
static int fill(struct source *s, size_t most, struct err *err)
{
	size_t room;
	ssize_t n;
	uint8_t *p = window_room(&s->window, &room);
	if (!p)
		return err_oom(err, "read buffer");
	room = room < most ? room : most;
	if (s->settings.read_max && room > s->settings.read_max)
		room = s->settings.read_max;
	do
		n = read(s->fd, p, room);
	while (n < 0 && errno == EINTR);
	if (n < 0) {
		problem_errno(s, "cannot be read on");
		s->cut_short = true;
	}
	if (n <= 0) {
		s->window.eof = true;
		return 0;
	}
	s->window.to += (size_t)n;
	s->progress.bytes_read += (uint64_t)n;
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
	struct stat st;
	memcpy(s->path, item->path.p, item->path.n + 1);
	s->file = str_make(s->path, item->path.n);
	s->progress.path = s->file;
	s->is_argument = item->is_argument;
	s->maildir = item->maildir;
	s->regular = item->regular;
	s->size = item->size;
	s->bytes_before = s->progress.bytes_read;
	set_argument(s, item->argument);
	if (item->is_argument && str_eq(item->path, S("-"))) {
		s->fd = STDIN_FILENO;
		return true;
	}
	s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (s->fd >= 0 && s->regular && (fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		errno = ESTALE; /* replaced since the walk saw it */
		close_file(s);
	}
	if (s->fd < 0)
		problem_errno(s, "cannot be opened");
	return s->fd >= 0;
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
			if (open_file(s, &item))
				return 1;
			continue;
		}
		enum source_problem_kind kind = r == WALK_UNREADABLE ? SOURCE_UNREADABLE : SOURCE_LINK;
		problems_add(&s->problems, kind, item.path, (struct str){0}, item.text);
	}
}

/* Reads the first bytes of the stream and sets the splitter up. 1: mail; 0: something else, reported; or an error. */
static int start_stream(struct source *s, struct err *err)
{
	window_reset(&s->window);
	s->pending = 0;
	s->doubtful = 0;
	s->cut_short = false;
	s->progress.files++;
	do {
		int r = fill(s, s->regular ? SIZE_MAX : PIPE_FIRST, err);
		if (r < 0)
			return r;
	} while (!s->window.eof && window_str(&s->window).n < SNIFF_BYTES);
	struct str first = window_str(&s->window);
	if (magic_of(str_first(first, MAGIC_BYTES), s->window.eof) != MAGIC_NONE) {
		problem(s, SOURCE_UNREADABLE, "archives cannot be read here");
		return 0;
	}
	enum sniff kind = sniff_mail(str_first(first, SNIFF_BYTES));
	if (kind == SNIFF_EMPTY || (kind == SNIFF_OTHER && !s->maildir)) {
		if (!s->cut_short)
			problem(s, kind == SNIFF_EMPTY ? SOURCE_EMPTY : SOURCE_NOT_MAIL,
				kind == SNIFF_EMPTY ? "empty: no message" : "not mail");
		return 0;
	}
	mbox_init(&s->box, s->maildir || kind != SNIFF_BOX, s->settings.message_max);
	return 1;
}

/* ---- messages ---- */

static struct str parent(struct str path)
{
	size_t slash = str_rfind_byte(path, '/');
	return slash == STR_NPOS ? path : str_first(path, slash ? slash : 1);
}

/* See the top of this file. */
static struct str feed_name(const struct source *s, bool box)
{
	if (box && (s->member.n || s->regular))
		return sniff_feed_name(s->member.n ? s->member : s->file);
	if (s->argument == 0 || s->root[0] == 0 || (s->is_argument && !s->regular))
		return S("stdin");
	struct str root = str_of(s->root);
	return sniff_feed_name(s->is_argument && !s->member.n ? parent(root) : root);
}

static struct str safe_copy(struct arena *a, struct str name)
{
	struct buf text;
	buf_init_arena(&text, a, LIM_PATH);
	utf8_escape(name, &text);
	return buf_str(&text);
}

/* Fills *out of the splitter's description. 1, or an error. */
static int deliver(struct source *s, const struct mbox_message *m, struct arena *arena, struct raw_mail *out, struct err *err)
{
	bool box = !s->box.one && !(s->box.messages == 1 && m->last);
	uint8_t *p = s->window.p + s->window.from + m->start;
	size_t n = m->end - m->start;
	if (mbox_quotes(&s->box, m))
		n = mbox_unquote(p, n);
	if (box && s->box.messages == 1)
		s->box_number = s->n_paths + s->boxes++;
	*out = (struct raw_mail){
		.bytes = str_make(p, n),
		.from_line = arena_dup(arena, m->from_line),
		.path = arena_dup(arena, s->file),
		.member = arena_dup(arena, s->member),
		.offset = (int64_t)(s->window.base + m->lead),
		.length = (int64_t)m->length,
		.feed_guess = safe_copy(arena, feed_name(s, box)),
		.anomalies = m->anomalies | (m->last && s->cut_short ? ANOM(member_short) : 0),
		.box = box ? s->box_number : s->argument - 1,
		.maildir = s->maildir,
	};
	if (!out->from_line.p || !out->path.p || !out->member.p || !out->feed_guess.p)
		return err_oom(err, "place of a message");
	if (out->anomalies & ANOM(message_cap))
		problem(s, SOURCE_CAP, "a message is longer than what is looked at; its end was left out");
	s->doubtful += (m->anomalies & ANOM(doubtful_split)) != 0;
	s->pending = m->next;
	s->progress.messages++;
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

int source_next(struct source *s, struct arena *arena, struct raw_mail *out, struct err *err)
{
	for (;;) {
		int r = 0;
		switch (s->state) {
		case NEXT_FILE:
			r = next_file(s, err);
			if (r == 0)
				s->state = DONE;
			if (r == 1 && (r = start_stream(s, err)) == 1)
				s->state = MESSAGES;
			else if (s->state != DONE)
				close_file(s);
			break;
		case MESSAGES:
			r = next_message(s, arena, out, err);
			if (r == 1)
				return 1;
			close_file(s);
			s->state = NEXT_FILE;
			break;
		case DONE:
			return 0;
		}
		if (r < 0)
			return r;
	}
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
