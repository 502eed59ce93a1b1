/* table.h - the one path of every subcommand's rows to --format table|json|jsonl|csv.
 *
 * table_begin(&t, columns, n, &opts, stdout);
 * for each row: table_row(&t); then one cell a column, in order: table_str, table_int, table_time ... or table_null;
 *               or, where the row has an object of its own (message_json.h): if ((j = table_json(&t))) ...write it...
 * rc = table_end(&t, total, &err);
 *
 * table  aligned to the terminal's width (UAX #11), numbers to the right, at most max_rows rows, then "N of M shown". On a narrow terminal
 *        times but the first column's are cut to days, texts are cut, and what still does not fit is
 *        left out and named: details first and all at once, then from the right.
 * json   {"version":1,"WHAT":[{...},...],"shown":N,"total":M}; behind it, if so, "former":[...]
 * jsonl  one object a line, nothing else
 * csv    RFC 4180 with LF line ends and a header line of column names
 * Machine output is stable: names and meanings stay within one version, columns are only added. JSON keeps text verbatim;
 * the other two escape it (escape.h) and defang URLs. In all of them columns with SHOW_MASK show masked addresses and, after
 * table_mask, other text loses the tokens that carry a recipient: unless opts.reveal.
 * Memory: table format keeps up to max_rows rows (64 MiB), the others one row. Errors of writing, and lack of memory, are kept and
 * told by table_end (a closed pipe is none); `failed` tells a loop that it may stop. Column arrays and opts' strings must outlive the table; cells are copied.
 */
#ifndef TRAPLINE_EXPORT_TABLE_H
#define TRAPLINE_EXPORT_TABLE_H

#include <stdio.h>

#include "base/err.h"
#include "base/json.h"
#include "export/mask.h"
#include "feature/row.h"

enum table_format { FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV };
enum { TABLE_VERSION = 1, TABLE_ROWS = 50, TABLE_COLUMNS_MAX = 64 };

struct column {
	const char *name;       /* the JSON key and the header */
	enum feature_kind kind; /* numbers and times are set apart from text */
	enum feature_show show;
	int decimals; /* of KIND_REAL; negative: as many significant digits */
	bool share;   /* KIND_REAL 0..1 that the table format shows in per cent */
	bool detail;  /* the first to be left out for lack of width */
	bool whole;   /* what tells a row apart, as the first column does: never cut to make room */
	bool flow;    /* the last column only: sentences; flow over several lines instead of being cut */
};

struct table_opts {
	enum table_format format;
	const char *what; /* the JSON key of the rows: "messages", "feeds" ... */
	const char *hint; /* table format without rows: what would give some; NULL: nothing to say */
	struct str
		former; /* json format: the elements of one more member of the document, of which names of former times the rows were asked for by */
	size_t max_rows;  /* of table format; 0: TABLE_ROWS. The other formats show all they are given */
	size_t width;     /* columns of the terminal; 0: no limit */
	bool ascii;       /* the terminal is not UTF-8 */
	bool all_columns; /* they were asked for: none is left out for lack of width */
	bool reveal;
};

struct table_cell {
	struct str text; /* unescaped; p NULL: null */
};
struct table {
	const struct column *cols;
	size_t n_cols, at; /* at: the next cell */
	struct table_opts opts;
	FILE *out;
	struct buf buf, tmp;
	struct json json;
	const struct mask *mask;
	struct arena arena;       /* table format: the cells */
	struct table_cell *cells; /* the current row, then all kept rows */
	size_t rows, kept, cap;
	bool own_row, failed, oom;
	int write_errno;
};

/* "table", "json", "jsonl", "csv". False leaves *f untouched. */
bool table_format_parse(struct str name, enum table_format *f);

void table_begin(struct table *t, const struct column *cols, size_t n, const struct table_opts *opts, FILE *out);
void table_row(struct table *t);
/* The recipients of the row to come (NULL: none); must live until the row ends. */
void table_mask(struct table *t, const struct mask *m);
/* JSON formats: where the row's own object is to be written, instead of cells. NULL in table and csv format. */
struct json *table_json(struct table *t);
void table_null(struct table *t);
void table_str(struct table *t, struct str s);
void table_text(struct table *t, struct str s); /* empty: null */
void table_z(struct table *t, const char *z);   /* NULL: null */
void table_int(struct table *t, int64_t v);
void table_real(struct table *t, double v);         /* not finite: null */
void table_time(struct table *t, int64_t unix_s);   /* TIME_NONE: null */
void table_strs(struct table *t, struct strs list); /* array; joined by blanks in table and csv format */
/* Ends the last row, writes what is due, frees. total = rows there are (0: as many as were given). 0, or the first error. */
int table_end(struct table *t, size_t total, struct err *err);

#endif
