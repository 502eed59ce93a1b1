/* progress.h - one line of progress on a terminal, delayed by a second so that quick work shows none (as git does).
 *
 * Writes to stderr only when it is a terminal. One thread.
 */
#ifndef TRAPLINE_BASE_PROGRESS_H
#define TRAPLINE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *title;
	bool on;
	double start, last; /* seconds, monotonic */
	bool shown;
};

void progress_start(struct progress *p, const char *title, bool wanted);
/* done and total in bytes (total 0: unknown); messages so far. Cheap to call often. */
void progress_show(struct progress *p, uint64_t done, uint64_t total, uint64_t messages);
/* Which of several parts is at work, from 1; again within long ones, as nothing is shown in the first second. */
void progress_part(struct progress *p, const char *part, unsigned at, unsigned of);
/* So many of a known number of things. Cheap to call often. */
void progress_count(struct progress *p, uint64_t done, uint64_t total);
void progress_end(struct progress *p); /* clears the line */
double clock_monotonic(void);          /* seconds */

#endif
