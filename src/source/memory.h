/* memory.h - what a source asks about files of earlier runs, and tells about those that it read (source_memory); internal to source/. */
#ifndef TRAPLINE_SOURCE_MEMORY_H
#define TRAPLINE_SOURCE_MEMORY_H

#include "source/problem.h"

struct memory {
	struct source_memory of;
	struct source_file file; /* that is being read; the source counts its messages */
	bool cut_short;          /* a stream of it that has ended */
	bool regular;
	uint64_t counted; /* problems before it, and those of them that are told */
	size_t told;
};

/* A file was opened. False: it was to be a regular file, and is none. */
bool memory_begin(struct memory *m, int fd, struct str path, struct str argument, bool regular, bool is_argument);
/* True: it need not be read; what was found then is found again. */
bool memory_knows(struct memory *m, struct problems *p, struct source_progress *progress);
/* It was read to its end. fd -1: there is none. */
void memory_end(struct memory *m, int fd, const struct problems *p, bool cut_short);

#endif
