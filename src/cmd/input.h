/* input.h - files that commands import: bytes for those who inflate them (page/inflate.h), or lines. "-" is standard input. */
#ifndef TRAPLINE_CMD_INPUT_H
#define TRAPLINE_CMD_INPUT_H

#include "base/err.h"
#include "base/str.h"

struct input_file {
	const char *path; /* for messages */
	int fd;
};
int input_open(struct input_file *f, const char *path, struct err *err);
void input_close(struct input_file *f); /* harmless when it is not open */
/* As unzip_read_fn reads. ctx: the file. */
int input_read(void *ctx, uint8_t *p, size_t room, size_t *got, struct err *err);

/* A line without its end; what is longer than max is given cut to max + 1 bytes. 0 = go on, negative = err_kind with *err filled. */
typedef int lines_fn(void *ctx, struct str line, struct err *err);
/* A file of lines, plain or gzip, read whole. ERR_INPUT when it cannot be read, or its gzip is damaged: after the lines that came before. */
int lines_read(const char *path, size_t max, lines_fn *fn, void *ctx, struct err *err);

#endif
