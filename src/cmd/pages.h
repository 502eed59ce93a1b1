/* pages.h - what the commands about pages share. */
#ifndef TRAPLINE_CMD_PAGES_H
#define TRAPLINE_CMD_PAGES_H

#include "cmd/session.h"
#include "codec/psl.h"
#include "page/inflate.h"

/* A file, or standard input for "-", as unzip_read_fn reads it. */
struct input_file {
	const char *path;
	int fd;
};
int input_open(struct input_file *f, const char *path, struct err *err);
void input_close(struct input_file *f); /* harmless when it is not open */
int input_read(void *ctx, uint8_t *p, size_t room, size_t *got, struct err *err);

int session_psl(const struct session *s, struct psl **out, struct err *err);

/* Reads WARC files into the store, which is open for writing, and builds the chains; says on stderr what was read, unless quiet. */
int pages_read(struct session *s, const char *const *paths, size_t n, struct err *err);
/* Builds the chains of all stored pages anew. The store is open for writing, without a batch. */
int pages_chain(struct session *s, const struct psl *psl, struct err *err);
/* The stored pages as a table, with where each leads. */
int pages_list(struct session *s, struct err *err);
/* Counts of kinds and roles as a table. */
int pages_summary(struct session *s, struct err *err);

#endif
