/* table_int.h - between table.c, which takes rows, and table_draw.c, which draws those that were kept. */
#ifndef TRAPLINE_EXPORT_TABLE_INT_H
#define TRAPLINE_EXPORT_TABLE_INT_H

#include "export/table.h"

enum { FLUSH_BYTES = 65536 };

/* Writes t->buf out, unless it holds less. */
void table_flush(struct table *t, size_t keep_below);
/* The kept rows as a table, to t->buf. total: rows there are. */
void table_draw(struct table *t, size_t total);

#endif
