/* image_server.c - forks a locked-up child for each socket it is handed; the child decodes what comes through. See image.h. */
#include "jail/image_server.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "jail/decode.h"
#include "jail/frame.h"
#include "jail/sandbox.h"
#include "jail/spawn.h"

/* The most expensive image takes about a second. A child that has worked for RETIRE_S makes room for a new one, so that every image
 * has at least the rest of CPU_S. */
enum { CPU_S = 20, RETIRE_S = 8 };

static bool take(int fd, void *p, size_t n)
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

static bool give(int fd, const void *p, size_t n)
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

/* What a child may come to do when it is taken over. */
static void misbehave(enum image_test what, int fd, struct image_answer *a)
{
	switch (what) {
	case IMAGE_TEST_CRASH:
		__builtin_trap();
	case IMAGE_TEST_HANG:
		for (volatile bool on = true; on;)
			;
		break;
	case IMAGE_TEST_LIE:
		a->look.state = IMAGE_STATES + 7;
		break;
	case IMAGE_TEST_MUMBLE:
		give(fd, a, sizeof *a / 2);
		_exit(0);
	case IMAGE_TEST_QUIT:
		give(fd, a, sizeof *a);
		_exit(0);
	case IMAGE_TEST_NONE:
		break;
	}
}

static bool worked_enough(void)
{
	struct timespec t;
	return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0 || t.tv_sec >= RETIRE_S;
}

static void run_child(int fd, enum image_test test)
{
	struct image_ask ask;
	while (take(fd, &ask, sizeof ask) && ask.n <= LIM_IMAGE_BYTES) {
		struct image_answer a = {.number = ask.number};
		uint8_t *p = mem_alloc(ask.n + 1);
		if (!p || !take(fd, p, ask.n))
			break;
		decode_image(str_make(p, ask.n), &decode_caps, &a.look);
		mem_free(p);
		misbehave(test, fd, &a);
		if (!give(fd, &a, sizeof a) || worked_enough())
			break;
	}
}

int image_server(void)
{
	struct image_start start = {0};
	int fd;
	struct sandbox *s = sandbox_new();
	if (!s)
		return 4;
	while (jail_receive(JAIL_CONTROL_FD, &start, sizeof start, &fd, 1) == sizeof start) {
		pid_t child = fork();
		if (child == 0) {
			close(JAIL_CONTROL_FD);
			if (sandbox_enter(s, CPU_S, LIM_IMAGE_AS))
				run_child(fd, (enum image_test)start.test);
			_exit(0);
		}
		close(fd);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	mem_free(s);
	return 0;
}
