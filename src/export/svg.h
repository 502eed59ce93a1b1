/* svg.h - charts as inline SVG, made here so that a report needs no script.
 *
 * Data are plain arrays over a time axis of runs (query/series.h): between runs nothing was received and the axis is broken;
 * a bucket that no feed watched is hatched, never drawn as zero. With more buckets than the width can show, neighbours are
 * joined into weeks, months ... and drawn as the mean per bucket over what was watched, so that a short last bin is no drop.
 *
 * Colours and fonts come from the page's style sheet (assets/report.css): classes k1..k8 for keys, ko for "other", kn for "none".
 * No references (url(), href) are used, so that a strict CSP holds and a scan for links stays meaningful.
 * Text width is estimated: 11 px and 12 px type. All names are escaped here. Output is the same for the same input.
 * Lack of memory shows in out->oom; the arena holds the work and may be reset afterwards.
 */
#ifndef TRAPLINE_EXPORT_SVG_H
#define TRAPLINE_EXPORT_SVG_H

#include "base/arena.h"
#include "base/buf.h"
#include "query/series.h"

enum { SVG_COLOURS = 8, SVG_OTHER = 0, SVG_NONE = -1, SVG_KEYS_MAX = 64 };

struct chart_key {
	struct str name; /* hostile */
	int colour;      /* 1..SVG_COLOURS, SVG_OTHER, SVG_NONE */
};

/* A date to mark: a line, and its interval shaded; with an end, both ends and what lies between. Off the axis: left out. */
enum mark_kind { MARK_CHANGE, MARK_UP, MARK_DOWN }; /* the latter: dashed, with a triangle that points up or down */
struct chart_mark {
	enum mark_kind kind;
	int64_t at, lo, hi; /* Unix seconds */
	struct str text;    /* hostile: told to those who point at it */
};

struct chart {
	const char *id;         /* unique in the document; letters and digits */
	const char *title;      /* what is shown, with its feeds: for those who cannot see it */
	const char *unit;       /* "messages a day" */
	const int64_t *buckets; /* numbers from 1970-01-01, ascending; consecutive within a run */
	size_t nbuckets;
	int64_t unit_s; /* seconds of a bucket */
	const struct series_run *runs;
	size_t nruns;
	const struct chart_key *keys; /* bottom of the stack first */
	size_t nkeys;
	const int64_t *values;  /* [nbuckets][nkeys] */
	const uint8_t *watched; /* [nbuckets], 0: nobody was watching. NULL: always somebody */
	const struct chart_mark *marks;
	size_t nmarks;
	unsigned width, height; /* px */
	bool rest_hidden; /* the last key counts for the totals of shares but is not drawn: the axis ends where the others do */
	bool share;       /* 100 %: each bin's parts of its own total */
	bool labels;      /* names to the right of the stack (needs about 200 px), and values on hover; else see svg_legend */
};

/* How the buckets had to be joined at that width: "", "weekly means", "monthly means" ... */
const char *svg_joined(const struct chart *c);
/* Stacked columns over time. */
void svg_stack(const struct chart *c, struct arena *a, struct buf *out);
/* One panel of small multiples: a single key as a step line with its area; the y axis is its own. */
void svg_panel(const struct chart *c, struct arena *a, struct buf *out);
/* Who gives to whom: ribbons from the nodes on the left to those on the right, as wide as v tells. */
struct svg_flow {
	const char *id;   /* as in struct chart */
	struct str title; /* hostile */
	const struct chart_key *left, *right;
	size_t n_left, n_right;
	const char *head_left, *head_right;
	const double *v;                      /* [n_left][n_right] */
	double px;                            /* a unit of v; the same in pictures that are to be compared */
	unsigned width;                       /* px */
	unsigned columns_left, columns_right; /* of a name that are shown */
	unsigned room_left, room_right;       /* px for names and numbers */
};
/* The height that it takes. Pictures side by side get the same: the larger. */
double svg_flow_height(const struct svg_flow *f);
void svg_flow(const struct svg_flow *f, double height, struct buf *out);
/* The keys as an HTML list. */
void svg_legend(const struct chart_key *keys, size_t n, struct buf *out);
/* A bar without text, 0..1 of the width it gets, with a line from lo to hi (none when lo >= hi). */
void svg_bar(double value, double lo, double hi, int colour, struct buf *out);

/* "1,234,567" */
void put_count(struct buf *out, int64_t n);
/* "20 September 2010" of a Unix time. */
void put_date(struct buf *out, int64_t unix_s);

#endif
