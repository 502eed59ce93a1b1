/* image_server.c - forks a locked-up child for each socket it is handed; the child decodes what comes through. See image.h. */
#include "jail/image_server.h"

#include <errno.h>
#include <linux/futex.h>
#include <malloc.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "jail/decode.h"
#include "jail/frame.h"
#include "jail/sandbox.h"
#include "jail/spawn.h"

/* The most expensive image takes about two seconds. A child that has worked for RETIRE_S makes room for a new one, so that every image
 * has at least the rest of CPU_S; of many at once that take longer each is asked for anew, by itself (image.c). */
enum { CPU_S = 20, RETIRE_S = 8, DRAWL_NS = 20 * 1000 * 1000 };

/* A child keeps the memory of usual images for the next: to have it from the kernel again costs as much as half of a decoding. */
enum { KEEP_EACH = 2 * MIB, KEEP_ALL = 16 * MIB };

/* What a child may come to do when it is taken over. */
static void misbehave(enum image_test what, int fd, struct image_answer *a)
{
	static uint32_t never;
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
		jail_put(fd, a, sizeof *a / 2);
		_exit(0);
	case IMAGE_TEST_DRAWL:
		for (size_t i = 0; i < sizeof *a; i++) {
			syscall(SYS_futex, &never, FUTEX_WAIT, 0, &(struct timespec){.tv_nsec = DRAWL_NS});
			jail_put(fd, (uint8_t *)a + i, 1);
		}
		_exit(0);
	case IMAGE_TEST_QUIT:
		jail_put(fd, a, sizeof *a);
		_exit(0);
	case IMAGE_TEST_NO_SERVER:
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
	struct image_answer answers[IMAGES_AT_ONCE];
	size_t n = 0;
	while (jail_take(fd, &ask, sizeof ask) && ask.n <= LIM_IMAGE_BYTES) {
		struct image_answer *a = &answers[n++];
		*a = (struct image_answer){.number = ask.number};
		uint8_t *p = mem_alloc(ask.n + 1);
		if (!p || !jail_take(fd, p, ask.n))
			break;
		decode_image(str_make(p, ask.n), &decode_caps, &a->look);
		mem_free(p);
		misbehave(test, fd, a);
		if (ask.more && n < IMAGES_AT_ONCE)
			continue;
		if (!jail_put(fd, answers, n * sizeof *answers) || worked_enough())
			break;
		n = 0;
	}
}

/* Waits for all of them, so that what they cost counts as ours, and lets none work on. They are what else is in this group, which is
 * of our own (spawn.c). */
static void end_children(void)
{
	signal(SIGTERM, SIG_IGN);
	if (getpgrp() == getpid())
		kill(0, SIGTERM);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

int image_server(void)
{
	struct image_start start = {0};
	int fd;
	struct sandbox *s = sandbox_new();
	if (!s)
		return 4;
	mallopt(M_MMAP_THRESHOLD, KEEP_EACH);
	mallopt(M_TRIM_THRESHOLD, KEEP_ALL);
	while (jail_receive(JAIL_CONTROL_FD, &start, sizeof start, &fd, 1) == sizeof start) {
		if (start.test == IMAGE_TEST_NO_SERVER) {
			close(JAIL_CONTROL_FD); /* first, as when it is killed */
			_exit(1);
		}
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
	end_children();
	mem_free(s);
	return 0;
}
