/* interrupt.c - see interrupt.h. The handler calls only what POSIX calls async-signal-safe. */
#include "cmd/interrupt.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

enum { INTERRUPT_FILES = 4 };

static struct {
	volatile sig_atomic_t used; /* set last, cleared first */
	char path[LIM_PATH];
} files[INTERRUPT_FILES];
static volatile sig_atomic_t writes_store;

static void stop(int sig)
{
	static const char word[] = "\ntrapline: stopped: what was stored before is intact; the same command does the rest\n";
	for (int i = 0; i < INTERRUPT_FILES; i++)
		if (files[i].used)
			unlink(files[i].path);
	if (writes_store && write(STDERR_FILENO, word, sizeof word - 1) < 0) {
		/* nobody to tell */
	}
	raise(sig); /* SA_RESETHAND: dies of it as soon as this returns */
}

void interrupt_setup(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction act = {.sa_handler = stop, .sa_flags = SA_RESETHAND}, was;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		if (sigaction(signals[i], NULL, &was) == 0 && was.sa_handler == SIG_DFL) /* nohup's SIG_IGN stays */
			sigaction(signals[i], &act, NULL);
}

void interrupt_writes_store(void)
{
	writes_store = 1;
}

void interrupt_file(const char *path)
{
	for (int i = 0; i < INTERRUPT_FILES; i++)
		if (!files[i].used) {
			int n = snprintf(files[i].path, sizeof files[i].path, "%s", path);
			files[i].used = n > 0 && (size_t)n < sizeof files[i].path;
			return;
		}
}

void interrupt_file_done(const char *path)
{
	for (int i = 0; i < INTERRUPT_FILES; i++)
		if (files[i].used && strcmp(files[i].path, path) == 0)
			files[i].used = 0;
}
