/* svg_plot.h - what the charts of svg.h share: bins, scales, axes. Private to src/export/svg*.c. */
#ifndef TRAPLINE_EXPORT_SVG_PLOT_H
#define TRAPLINE_EXPORT_SVG_PLOT_H

#include "export/svg.h"

enum svg_step { STEP_BUCKET, STEP_6H, STEP_DAY, STEP_WEEK, STEP_MONTH, STEP_QUARTER, STEP_YEAR, STEP_COUNT };

struct plot_bin {
	size_t first, n; /* buckets */
	size_t watched;  /* of these */
	double x, w;     /* px */
	double total;    /* sum of the means of all keys */
};
struct plot {
	const struct chart *c;
	double left, top, right, bottom; /* px, the plot's inside */
	double px, gap;                  /* px a bucket, px between runs */
	enum svg_step step;
	struct plot_bin *bins;
	size_t nbins;
	double *v;  /* [nbins][nkeys]: mean per watched bucket */
	double max; /* largest total drawn of a bin; 100 for shares */
};

/* False: out of memory, or nothing to show. */
bool plot_init(struct plot *p, const struct chart *c, double left, double top, double right, double bottom, struct arena *a);
size_t plot_drawn(const struct chart *c); /* keys drawn: the first ones */
enum svg_step plot_step(const struct chart *c, double width);
double plot_y(const struct plot *p, double value);
double plot_x(const struct plot *p, size_t run, size_t bucket); /* bucket: index, within the run or one behind it */

void plot_open(const struct plot *p, struct buf *out);  /* <svg>, title and description */
void plot_gaps(const struct plot *p, struct buf *out);  /* hatching where nothing is known */
void plot_marks(const struct plot *p, struct buf *out); /* chart.marks */
void plot_y_axis(const struct plot *p, size_t max_ticks, struct buf *out);
void plot_x_axis(const struct plot *p, struct buf *out);

void svg_num(struct buf *out, double v); /* one decimal at most */
/* " NAME=\"V\"" */
void svg_attr(struct buf *out, const char *name, double v);
void svg_class(struct buf *out, int colour); /* k1, ko, kn */
void svg_text(struct buf *out, const char *cls, double x, double y, struct str text);
void svg_date(struct buf *out, int64_t unix_s, bool year); /* "20 Sep" */

#endif
