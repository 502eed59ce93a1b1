/* report_fixture_test.h - invented summaries for the tests of the report, and to look at it. Not part of the program.
 *
 * test-export-report KIND OUT.html writes the page and prints the terminal's summary.
 */
#ifndef TRAPLINE_EXPORT_REPORT_FIXTURE_TEST_H
#define TRAPLINE_EXPORT_REPORT_FIXTURE_TEST_H

#include "export/report.h"

enum demo_kind {
	DEMO_AUTUMN, /* four feeds, five months, by day; one stops, one starts late */
	DEMO_ONE,    /* one guessed feed, three months */
	DEMO_HOURS,  /* three days by hour */
	DEMO_LONG,   /* twenty feeds, thirteen years in three runs */
	DEMO_EMPTY,
	DEMO_HOSTILE, /* every string does its worst */
	DEMO_KINDS
};
extern const char *const demo_names[DEMO_KINDS];

struct demo {
	struct arena arena;
	struct summary summary;
	struct report_info info;
};
void demo_make(struct demo *d, enum demo_kind kind); /* with the heap in order */
void demo_free(struct demo *d);

#endif
