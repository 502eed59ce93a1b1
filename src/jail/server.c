/* server.c - the jail's server: waits for archives, forks a locked-up child for each, tells how it ended. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "jail/frame.h"
#include "jail/image_server.h"
#include "jail/jail.h"
#include "jail/sandbox.h"
#include "jail/spawn.h"
#include "jail/unpack.h"

/* CPU seconds for an archive: far above what unpacking takes (1 MiB packed is at most 1 GiB unpacked), short for a loop. */
enum { CPU_LEAST_S = 60, CPU_PER_MIB_S = 10, CPU_PIPE_S = 24 * 3600 };

struct request {
	struct jail_request head;
	uint8_t first[JAIL_FIRST];
};

bool jail_main_wanted(int argc, char **argv)
{
	return argc == 2 && (strcmp(argv[1], JAIL_ARGUMENT) == 0 || strcmp(argv[1], JAIL_IMAGE_ARGUMENT) == 0);
}

/* A request with its two descriptors. False: the main process is gone, or talks nonsense. A message of one byte is "kill it" that
 * comes when the child has ended already. */
static bool receive(int control, struct request *r, int fds[2])
{
	ssize_t n = jail_receive(control, r, sizeof *r, fds, 2);
	return n >= (ssize_t)sizeof r->head && (size_t)n == sizeof r->head + r->head.first_n;
}

static uint64_t cpu_seconds(int fd)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return CPU_PIPE_S;
	return CPU_LEAST_S + CPU_PER_MIB_S * ((uint64_t)st.st_size / MIB);
}

/* What must not work. Returning means that it did. */
static void try_forbidden(enum jail_test what, int out)
{
	static const struct frame end = {.type = FRAME_END};
	static uint32_t never;
	static char *const arguments[] = {NULL};
	switch (what) {
	case JAIL_TEST_OPEN:
		if (open("/dev/null", O_RDONLY) < 0)
			_exit(77);
		break;
	case JAIL_TEST_SOCKET:
		if (socket(AF_INET, SOCK_STREAM, 0) < 0)
			_exit(77);
		break;
	case JAIL_TEST_FORK:
		if (syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L) < 0)
			_exit(77);
		break;
	case JAIL_TEST_EXEC:
		execve("/proc/self/exe", arguments, arguments);
		_exit(77);
	case JAIL_TEST_MEMORY:
		for (size_t taken = 0; taken < 2 * LIM_JAIL_AS; taken += MIB)
			if (!mem_alloc(MIB))
				_exit(77);
		break;
	case JAIL_TEST_CRASH:
		__builtin_trap();
	case JAIL_TEST_LINGER:
	case JAIL_TEST_SLEEP:
		if (what == JAIL_TEST_LINGER)
			jail_put(out, &end, sizeof end);
		for (;;)
			syscall(SYS_futex, &never, FUTEX_WAIT, 0, NULL);
	case JAIL_TEST_FINE:
	case JAIL_TEST_NO_SERVER:
		_exit(77);
	}
}

static void run_child(const struct sandbox *s, const struct request *r, const int fds[2])
{
	signal(SIGPIPE, SIG_DFL);
	if (!sandbox_enter(s, cpu_seconds(fds[0]), LIM_JAIL_AS))
		_exit(1);
	if (r->head.test)
		try_forbidden((enum jail_test)r->head.test, fds[1]);
	else
		unpack(fds[0], str_make(r->first, r->head.first_n), fds[1]);
	_exit(0);
}

/* Waits for the child, or kills it when the main process says so or is gone. */
static uint32_t await(int control, pid_t child)
{
	int status = 0, pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	struct pollfd p[2] = {{.fd = pidfd, .events = POLLIN}, {.fd = control, .events = POLLIN}};
	while (pidfd >= 0 && poll(p, 2, -1) < 0 && errno == EINTR)
		;
	if (pidfd >= 0 && !(p[0].revents & POLLIN)) {
		char word;
		kill(child, SIGKILL);
		if (p[1].revents & POLLIN)
			(void)!recv(control, &word, sizeof word, MSG_DONTWAIT);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (pidfd >= 0)
		close(pidfd);
	return (uint32_t)status;
}

int jail_main(int argc, char **argv)
{
	static struct request request;
	int fds[2];
	if (argc == 2 && strcmp(argv[1], JAIL_IMAGE_ARGUMENT) == 0)
		return image_server();
	setlocale(LC_CTYPE, "C.UTF-8"); /* libarchive loses member names in other locales; and no locale file is read later */
	tzset();
	unpack_prepare();
	struct sandbox *s = sandbox_new();
	if (!s)
		return 4;
	while (receive(JAIL_CONTROL_FD, &request, fds)) {
		uint32_t status = JAIL_NO_CHILD;
		if (request.head.test == JAIL_TEST_NO_SERVER) {
			close(JAIL_CONTROL_FD); /* first, as when it is killed */
			_exit(1);
		}
		pid_t child = fork();
		if (child == 0) {
			close(JAIL_CONTROL_FD);
			run_child(s, &request, fds);
		}
		close(fds[0]);
		close(fds[1]);
		if (child > 0)
			status = await(JAIL_CONTROL_FD, child);
		if (send(JAIL_CONTROL_FD, &status, sizeof status, MSG_NOSIGNAL) != sizeof status)
			break;
	}
	mem_free(s);
	return 0;
}
