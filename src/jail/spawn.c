/* spawn.c - see spawn.h. */
#include "jail/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "jail/frame.h"

enum { FDS = 2 };

union ancillary {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(FDS * sizeof(int))];
};

static int spawn(const char *argument, int socket, pid_t *server)
{
	char name[] = "trapline", word[32], locale[] = "LC_CTYPE=C.UTF-8", zone[] = "TZ=UTC0";
	char *argv[] = {name, word, NULL};
	char *env[4] = {locale, zone, NULL, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t signals;
	snprintf(word, sizeof word, "%s", argument);
#if JAIL_RELAXED
	char options[256];
	if (getenv("ASAN_OPTIONS") && snprintf(options, sizeof options, "ASAN_OPTIONS=%s", getenv("ASAN_OPTIONS")) > 0)
		env[2] = options;
#endif
	if (posix_spawn_file_actions_init(&files) || posix_spawnattr_init(&attributes))
		return ENOMEM;
	sigemptyset(&signals);
	int r = posix_spawnattr_setsigmask(&attributes, &signals);
	sigfillset(&signals);
	r |= posix_spawnattr_setsigdefault(&attributes, &signals);
	r |= posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	r |= posix_spawn_file_actions_adddup2(&files, socket, JAIL_CONTROL_FD);
	for (int fd = 0; fd < (JAIL_RELAXED ? 2 : 3); fd++)
		r |= posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	r |= posix_spawn_file_actions_addclosefrom_np(&files, JAIL_CONTROL_FD + 1);
	if (r == 0)
		r = posix_spawn(server, "/proc/self/exe", &files, &attributes, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return r;
}

int jail_spawn(const char *argument, const char *what, int *control, pid_t *server, struct err *err)
{
	int sockets[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
		return err_errno(err, ERR_ENV, "socket pair");
	/* dup2 onto itself would keep close-on-exec: keep clear of the number that the server expects. */
	int clear = fcntl(sockets[1], F_DUPFD_CLOEXEC, JAIL_CONTROL_FD + 1);
	int r = clear < 0 ? errno : spawn(argument, clear, server);
	close(sockets[1]);
	if (clear >= 0)
		close(clear);
	if (r == 0) {
		*control = sockets[0];
		return 0;
	}
	close(sockets[0]);
	errno = r;
	return err_errno(err, ERR_ENV, "%s cannot be started (is /proc mounted?)", what);
}

void jail_reap(int control, pid_t server)
{
	close(control);
	while (waitpid(server, NULL, 0) < 0 && errno == EINTR)
		;
}

int jail_send(int control, const void *head, size_t head_n, const void *more, size_t more_n, const int *fds, size_t n_fds)
{
	union ancillary room = {.bytes = {0}};
	uint8_t none = 0;
	must(n_fds && n_fds <= FDS);
	struct iovec io[2] = {{(void *)(uintptr_t)head, head_n}, {more_n ? (void *)(uintptr_t)more : &none, more_n}};
	struct msghdr m = {.msg_iov = io, .msg_iovlen = 2, .msg_control = &room, .msg_controllen = CMSG_SPACE(n_fds * sizeof(int))};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
	memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	ssize_t n;
	do
		n = sendmsg(control, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -1 : 0;
}

ssize_t jail_receive(int control, void *p, size_t room, int *fds, size_t n_fds)
{
	union ancillary ancillary;
	struct iovec io = {p, room};
	struct msghdr m;
	ssize_t n;
	must(n_fds <= FDS);
	do {
		m = (struct msghdr){.msg_iov = &io, .msg_iovlen = 1, .msg_control = &ancillary, .msg_controllen = sizeof ancillary};
		n = recvmsg(control, &m, MSG_CMSG_CLOEXEC);
	} while ((n < 0 && errno == EINTR) || n == 1);
	struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(n_fds * sizeof(int)))
		return -1;
	memcpy(fds, CMSG_DATA(c), n_fds * sizeof(int));
	return n;
}

bool jail_put(int fd, const void *p, size_t n)
{
	for (const uint8_t *at = p; n;) {
		ssize_t done = write(fd, at, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

bool jail_take(int fd, void *p, size_t n)
{
	for (uint8_t *at = p; n;) {
		ssize_t got = read(fd, at, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}
