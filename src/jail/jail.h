/* jail.h - archives, opened in a child process that can do nothing else: the only place that links libarchive.
 *
 * With the first archive this program is executed again as a small server: who reads none pays nothing. For each archive the
 * server gets an open descriptor and forks a child with rlimits, no_new_privs and a seccomp allow-list (read, write, seek,
 * memory: no open, no socket, no exec, no fork); the child unpacks and streams members back through a pipe. What the child
 * sends is treated as hostile. A child that crashes, spins, sleeps or is killed is a problem of that archive; the next one gets
 * a fresh child. A server that was killed is started again.
 *
 * Read are tar, zip and 7z, and gzip, bzip2, xz, lzma and zstd over these or over a single file, nested in each other up to
 * LIM_ARCHIVE_DEPTH (a compressed tar counts once). No external programs. zip and 7z that are not seekable files themselves
 * are spooled to memory up to LIM_MEMFD; a longer zip is then read front to back, a longer 7z reported. Members come in the
 * order in which they are stored; folders, links and devices are left out.
 *
 * One archive at a time; one thread at a time. Single use of the pull API: jail_open, then jail_next until false, reading each
 * member with jail_read (or not), then jail_close.
 */
#ifndef TRAPLINE_JAIL_JAIL_H
#define TRAPLINE_JAIL_JAIL_H

#include "base/err.h"
#include "base/str.h"

enum { JAIL_FIRST = 64 * 1024 }; /* bytes already read off a pipe that can be handed over */

enum jail_problem {
	JAIL_SHORT,   /* the archive or a member ends too early */
	JAIL_DAMAGED, /* checks fail, or the child broke */
	JAIL_ENCRYPTED,
	JAIL_CAP,   /* depth, ratio, size, memory, time */
	JAIL_EMPTY, /* an archive without a member */
	JAIL_PROBLEMS
};

/* member: raw bytes, empty for the whole archive; text: safe to print. Both valid during the call only. */
typedef void jail_report(void *context, enum jail_problem kind, struct str member, const char *text);

/* To be called first thing in main: when this process was started as the jail's server, jail_main runs it and the result is
 * the exit code. */
bool jail_main_wanted(int argc, char **argv);
int jail_main(int argc, char **argv);

struct jail;
/* Starts nothing yet. 0, or ERR_ENV and *j NULL. */
int jail_new(struct jail **j, struct err *err);
void jail_stop(struct jail *j); /* NULL-safe; ends server and child */

/* Begins with an archive: `first` are the bytes that were read off fd already (at most JAIL_FIRST; none when fd can seek:
 * it is then read from its current offset). fd stays the caller's; the child moves its offset. */
int jail_open(struct jail *j, int fd, struct str first, jail_report *report, void *context, struct err *err);
/* True: a member begins, *path is its chain ("a.tar/b.mbox"; empty for a compressed single file), valid until the next
 * jail_next; false: the archive has ended. Skips what is left of the member before. */
bool jail_next(struct jail *j, struct str *path);
/* Bytes of the member; 0 at its end. */
size_t jail_read(struct jail *j, void *p, size_t n);
/* Whether the member just read to its end was reported as short or damaged. */
bool jail_member_bad(const struct jail *j);
/* Bytes of the archive that the child has read, for progress; a child may lie. */
uint64_t jail_packed(const struct jail *j);
void jail_close(struct jail *j); /* also in the middle */

/* Tests only: lets a child try what it must not, and reports how it ended. */
enum jail_test {
	JAIL_TEST_OPEN = 1,
	JAIL_TEST_SOCKET,
	JAIL_TEST_FORK,
	JAIL_TEST_EXEC,
	JAIL_TEST_MEMORY,
	JAIL_TEST_CRASH,
	JAIL_TEST_SLEEP,
	JAIL_TEST_LINGER, /* says that it has ended, and stays */
	JAIL_TEST_FINE,
	JAIL_TEST_NO_SERVER /* the server ends */
};
int jail_self_test(struct jail *j, enum jail_test what, jail_report *report, void *context, struct err *err);

#endif
