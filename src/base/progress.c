/* progress.c - see progress.h. */
#include "base/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const double DELAY = 1.0, INTERVAL = 0.2; /* seconds */

double clock_monotonic(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void progress_start(struct progress *p, const char *title, bool wanted)
{
	*p = (struct progress){.title = title, .on = wanted && isatty(STDERR_FILENO)};
	if (p->on)
		p->start = p->last = clock_monotonic();
}

static void show_eta(double elapsed, uint64_t done, uint64_t total)
{
	if (!total || !done || done > total)
		return;
	uint64_t left = (uint64_t)(elapsed * (double)(total - done) / (double)done + 0.5);
	fprintf(stderr, "  %3.0f %%  ETA %llu:%02llu", 100.0 * (double)done / (double)total, (unsigned long long)left / 60,
		(unsigned long long)left % 60);
}

/* Seconds since the start where the line is to be written now, else 0. */
static double due(struct progress *p)
{
	double now = p->on ? clock_monotonic() : 0;
	if (!p->on || now - p->start < DELAY || now - p->last < INTERVAL)
		return 0;
	p->last = now;
	p->shown = true;
	return now - p->start;
}

static void end_line(void)
{
	fputs("\033[K", stderr);
	fflush(stderr);
}

void progress_show(struct progress *p, uint64_t done, uint64_t total, uint64_t messages)
{
	double elapsed = due(p);
	if (elapsed <= 0)
		return;
	fprintf(stderr, "\r%s  %llu messages  %.0f/s  %.1f MB", p->title, (unsigned long long)messages, (double)messages / elapsed,
		(double)done / 1e6);
	show_eta(elapsed, done, total);
	end_line();
}

void progress_count(struct progress *p, uint64_t done, uint64_t total)
{
	double elapsed = due(p);
	if (elapsed <= 0)
		return;
	fprintf(stderr, "\r%s  %llu of %llu", p->title, (unsigned long long)done, (unsigned long long)total);
	show_eta(elapsed, done, total);
	end_line();
}

void progress_part(struct progress *p, const char *part, unsigned at, unsigned of)
{
	if (!p->on || clock_monotonic() - p->start < DELAY)
		return;
	p->shown = true;
	fprintf(stderr, "\r%s: %s (%u of %u)", p->title, part, at, of);
	end_line();
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->on = p->shown = false;
}
