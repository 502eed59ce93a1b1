/* pages.h - what the commands about pages share. */
#ifndef TRAPLINE_CMD_PAGES_H
#define TRAPLINE_CMD_PAGES_H

#include "cmd/session.h"
#include "codec/psl.h"

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
