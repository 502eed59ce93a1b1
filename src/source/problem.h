/* problem.h - the list of what a source could not read; internal to source/. */
#ifndef TRAPLINE_SOURCE_PROBLEM_H
#define TRAPLINE_SOURCE_PROBLEM_H

#include "base/buf.h"
#include "source/source.h"

struct problems {
	struct arena memory;
	struct source_problem *list;
	size_t n, cap;
	uint64_t *counts; /* by kind, past the list's cap as well */
};

void problems_init(struct problems *p, uint64_t counts[SOURCE_PROBLEM_KINDS]);
void problems_free(struct problems *p);
/* why: one sentence part without the path, safe to print. Out of memory loses the text, never the count. */
void problems_add(struct problems *p, enum source_problem_kind kind, struct str path, struct str member, const char *why);
/* Messages with a doubtful split in this file: one problem, counted up. */
void problems_doubtful(struct problems *p, struct str path, struct str member, uint64_t count);
/* What an earlier reading of the file found (source_file). */
void problems_again(struct problems *p, const struct source_problem *was);
/* The path, "/" and the member, escaped. */
void problems_place(struct buf *out, struct str path, struct str member);

#endif
