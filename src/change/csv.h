/* csv.h - reads a series from CSV text (RFC 4180): a header "index,value" or "time,value", then one row a line.
 *
 * Of more than two columns the first is the index or time, and the first that is called value or messages the value: what
 * `trapline series --format csv` writes of one feed.
 *
 * An empty value (or NaN, NA, null) is missing and still counts as a row. Times are UTC, YYYY[-MM[-DD[THH:MM[:SS]]]], or Unix seconds; they
 * ascend. The index column is not looked at: rows count from 0 as they stand. Fields may be quoted; empty lines are no rows.
 */
#ifndef TRAPLINE_CHANGE_CSV_H
#define TRAPLINE_CHANGE_CSV_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct series_csv {
	double *value; /* NaN where missing */
	int64_t *time; /* NULL: an index series */
	size_t n;
};

/* name is the file's name, for messages: "FILE:LINE: what is wrong". Memory in a. *out is untouched on failure. */
int series_csv_read(const char *name, struct str text, struct arena *a, struct series_csv *out, struct err *err);

#endif
