/* output.h - where a command's result goes: stdout, or -o FILE through a temporary name and a rename, whole or not at all. A FILE that is a
 * device, a pipe or a symbolic link is written to as it is. */
#ifndef TRAPLINE_CMD_OUTPUT_H
#define TRAPLINE_CMD_OUTPUT_H

#include <stdio.h>

#include "base/limits.h"
#include "cmd/options.h"
#include "export/table.h"

struct output {
	FILE *f;
	const char *path;   /* NULL: stdout */
	char tmp[LIM_PATH]; /* empty: path is written to directly */
};

int output_open(struct output *out, const char *path, struct err *err);
int output_check(const char *path, struct err *err); /* before long work: can path be written? Nothing is left there */
/* ok false: the temporary file is thrown away. A closed pipe on stdout is no error. */
int output_close(struct output *out, bool ok, struct err *err);
int output_text(const char *path, struct str text, struct err *err); /* open, write, close */

/* For what is printed piece by piece: memory that ran out ends the program (mem_exhausted) rather than let half of it look whole. */
void output_needs(const struct buf *made);

/* A command that lists what comes one by one: output and table in one. */
struct listing {
	const struct options *o;
	struct output out;
	struct table t;
	size_t total;
};

/* what: the name of the array in JSON. */
int listing_begin(
	struct listing *l, const struct options *o, const char *what, const struct column *columns, size_t n, struct err *err);
/* To be asked once for each. True: its row is begun, and waits to be filled. False: it is past --limit, and counted. */
bool listing_row(struct listing *l);
int listing_end(struct listing *l, int rc, struct err *err); /* rc: of what gave the rows; not 0: no file is written */

/* How tables look on this output: width and character set of the terminal. */
struct table_opts output_table(const struct options *o, const char *what);

#endif
