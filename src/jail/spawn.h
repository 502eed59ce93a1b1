/* spawn.h - this program, executed again as a server of the jail; internal to jail/. */
#ifndef TRAPLINE_JAIL_SPAWN_H
#define TRAPLINE_JAIL_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* Starts "trapline ARGUMENT" with one end of a socket (SOCK_SEQPACKET) as JAIL_CONTROL_FD and nothing else of ours; *control is the
 * other end. what: "the process that ..." for the error's text. 0, or ERR_ENV. Threads may exist: it is posix_spawn. */
int jail_spawn(const char *argument, const char *what, int *control, pid_t *server, struct err *err);
/* Closes *control, at which the server ends, and waits for that. */
void jail_reap(int control, pid_t server);

/* Sends n bytes with descriptors through the socket; -1 when the other end is gone. */
int jail_send(int control, const void *head, size_t head_n, const void *more, size_t more_n, const int *fds, size_t n_fds);
/* Receives at most room bytes with exactly n_fds descriptors, at most 2. The bytes, or -1: the other end is gone or talks
 * nonsense. Messages of one byte are passed over. */
ssize_t jail_receive(int control, void *p, size_t room, int *fds, size_t n_fds);

/* All n bytes through a stream socket, by write and read, all that a child may call. False: the other end is gone; SIGPIPE is for
 * the caller to ignore. */
bool jail_put(int fd, const void *p, size_t n);
bool jail_take(int fd, void *p, size_t n);

#endif
