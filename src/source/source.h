/* source.h - raw mail out of files, folders, Maildirs, mboxes, archives of these and standard input, one message a call.
 *
 * What a file is, is told by its first bytes, never by its name: one message (with or without a From_ line; .emlx), mbox or
 * MMDF (mbox.h), archive or compressed (jail/jail.h), or not mail: then the problem names what it is where that is known (foreign.h). Folders are read recursively in bytewise order (walk.h); the files of a
 * Maildir's cur/ and new/ are one message each, whatever they hold. Single-threaded: one thread opens, pulls and closes.
 *
 * Damage and foreign files never stop the rest: they are problems (source_problems). Errors are an argument that does not
 * exist (ERR_INPUT, at source_open) and the environment (ERR_ENV). Memory: a window of at most twice LIM_MESSAGE, the names
 * of the folders on the way, LIM_PROBLEMS problems.
 *
 * Identity. `bytes` are without the From_ line, unquoted where the box quotes (mbox.h), without the separator's empty line,
 * line ends as stored: a message has the same bytes read from its own file and from an mboxrd box. A file that begins with a
 * From_ line and holds one message counts as a one-message file, but for its feed and box where it is named as an mbox: its
 * separator goes, quoting stays. Of a message longer than LIM_MESSAGE the first LIM_MESSAGE bytes are delivered, with
 * message_cap set; `length` tells the true one, and identity is the hash of the delivered bytes together with it.
 */
#ifndef TRAPLINE_SOURCE_SOURCE_H
#define TRAPLINE_SOURCE_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct jail;

enum source_problem_kind {
	SOURCE_UNREADABLE, /* cannot be opened or read on */
	SOURCE_NOT_MAIL,   /* readable, but no mail */
	SOURCE_FOREIGN,    /* mail, or what may hold mail, in a form that is not read (foreign.h) */
	SOURCE_EMPTY,      /* no byte, or white space only */
	SOURCE_SHORT,      /* ends too early: truncated archive, member shorter than announced */
	SOURCE_DAMAGED,    /* an archive whose checks fail, or that broke its jail */
	SOURCE_ENCRYPTED,
	SOURCE_CAP,      /* a limit of base/limits.h left something out: nesting, ratio, size, time */
	SOURCE_LINK,     /* symbolic link, device or pipe, not followed */
	SOURCE_DOUBTFUL, /* doubtful splits in one mbox: count */
	SOURCE_LONG,     /* a message beyond LIM_MESSAGE: its beginning was delivered */
	SOURCE_PROBLEM_KINDS
};

struct source_problem {
	struct str path, member; /* raw bytes */
	enum source_problem_kind kind;
	uint64_t count;   /* 1, or messages concerned */
	const char *text; /* "PATH: not mail": one line, safe to print */
};

/* A regular file as it was opened. Times are nanoseconds since 1970. */
struct source_file {
	uint64_t number; /* of this source's files (raw_mail.file) */
	struct str path;
	struct str argument; /* by which it was found, resolved: with the path it decides the guess of a feed */
	bool is_argument;    /* it was named itself, not found in a folder */
	int64_t size, modified, status_changed, opened; /* opened: when */
	uint64_t inode;
	/* What reading it came to: */
	uint64_t messages;
	bool own_boxes; /* its messages are counted with no other file's (raw_mail.box), whatever else is read */
	const struct source_problem *problems;
	size_t n_problems;
};

/* Who knows files of earlier runs. Called by source_next, with what lives until it returns. */
struct source_memory {
	/* True: the file need not be read: messages, own_boxes and problems say what that would come to. */
	bool (*known)(void *ctx, struct source_file *f);
	/* The file was read, all of it, and did not change meanwhile; nothing in it that is, or may be, mail was left out. */
	void (*read)(void *ctx, const struct source_file *f);
	void *ctx;
};

struct source_settings {
	struct source_memory memory; /* without its functions: every file is read */
	struct jail *jail;           /* opens archives; NULL: they are reported as unreadable. Must outlive the source */
	const char *const *own; /* our own files and what SQLite has beside them: not read, nor told, where a folder holds them */
	size_t n_own;
	size_t message_max; /* 0: LIM_MESSAGE */
	size_t read_max;    /* tests: bytes read at a time; 0: no limit */
};

struct raw_mail {
	struct str bytes;        /* points into the source's window: valid until the next source_next or source_close */
	struct str from_line;    /* the From_ line without its line end, or empty; like all below, in the caller's arena */
	struct str path, member; /* the file; the member chain within archives ("a.tar/b.mbox"), empty outside; raw bytes */
	int64_t offset, length;  /* of the stored message with its From_ line, in the file or the unpacked member */
	struct str feed_guess;   /* a box: by its own name; else by the argument's: see source.c and feed_name.h. Safe to print */
	struct str feed_dated;   /* the guess with its dates, as it was before dates were left out. Safe to print */
	uint64_t anomalies;      /* doubtful_split, content_length_wrong, member_short, message_cap */
	uint64_t file;           /* the file, by the order in which they are read, from 1 */
	uint64_t box;            /* the unit in which equal messages are counted, from 1: the mbox, else the argument */
	bool maildir;
};

struct source_progress {
	uint64_t bytes_read, bytes_total; /* of the files as stored; total 0: unknown (a pipe is among them) */
	uint64_t files, messages;         /* files include archive members; messages those of files that were not read again */
	struct str path;                  /* current file; valid until the next source_next */
	uint64_t problems[SOURCE_PROBLEM_KINDS]; /* all of them, also beyond LIM_PROBLEMS */
};

struct source;
/* Looks at all paths ("-" is standard input) and sums sizes up. paths must live on. 0, or a negative err_kind and *s NULL. */
int source_open(struct source **s, const char *const *paths, size_t n, const struct source_settings *settings, struct err *err);
/* 1: a message in *out; 0: the end; negative: an error of the environment. The arena takes what `out` says. */
int source_next(struct source *s, struct arena *arena, struct raw_mail *out, struct err *err);
void source_close(struct source *s); /* NULL-safe */

const struct source_progress *source_progress(const struct source *s);
/* The first LIM_PROBLEMS of them, in the order they were met; valid until source_close. */
const struct source_problem *source_problems(const struct source *s, size_t *n);
const char *source_problem_name(enum source_problem_kind kind); /* "not mail", ... */
/* After the end: 0, or ERR_INPUT and a text that says why when nothing at all was mail. */
int source_verdict(const struct source *s, struct err *err);

#endif
