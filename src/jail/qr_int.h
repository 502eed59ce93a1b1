/* qr_int.h - from a picture to finder patterns (qr_find.c), from three of them to a grid and its text (qr.c). */
#ifndef TRAPLINE_JAIL_QR_INT_H
#define TRAPLINE_JAIL_QR_INT_H

#include "jail/qr.h"

enum {
	QR_LEAST = 21, /* modules of a side */
	QR_MOST = 177,
	QR_VERSIONS = 40,
	QR_CENTRES = 64 /* patterns of a picture: four codes have twelve, text some that look like one */
};

struct qr_picture {
	const uint8_t *grey;
	uint32_t width, height;
};

/* The middle of a finder pattern, in pixels; the middle of the first one is at 0.5. */
struct qr_centre {
	double x, y, module; /* module: a seventh of its width along a row: of one that is turned up to 1.4 times its side */
	uint8_t level;       /* dark is below */
	bool light;          /* it is light on dark */
	bool used;           /* by a code that was read */
};
struct qr_centres {
	struct qr_centre v[QR_CENTRES];
	size_t n;
};
/* The first QR_CENTRES. In time linear in the pixels. */
void qr_centres(const struct qr_picture *p, struct qr_centres *k);

/* Finders, with the line around them, and timing as they must be, row bytes from one row to the next. They say nothing, but the library measures
 * by them (qr_read.h), and in a picture they may be damaged. */
void qr_draw_fixed(uint8_t *light, int size, size_t row);

#endif
