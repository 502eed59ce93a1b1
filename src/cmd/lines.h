/* lines.h - a file of lines, plain or gzip, read whole: for commands that import facts. */
#ifndef TRAPLINE_CMD_LINES_H
#define TRAPLINE_CMD_LINES_H

#include "base/err.h"
#include "base/str.h"

/* A line without its end; what is longer than max is given cut to max + 1 bytes. 0 = go on, negative = err_kind with *err filled. */
typedef int lines_fn(void *ctx, struct str line, struct err *err);
/* path "-": standard input. ERR_INPUT when it cannot be read, or its gzip is damaged: after the lines that came before. */
int lines_read(const char *path, size_t max, lines_fn *fn, void *ctx, struct err *err);

#endif
