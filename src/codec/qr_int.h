/* qr_int.h - from a picture to finder patterns (qr_find.c), from three of them to a grid (qr.c), from a grid to text (qr_read.c). */
#ifndef TRAPLINE_CODEC_QR_INT_H
#define TRAPLINE_CODEC_QR_INT_H

#include "codec/qr.h"

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

/* Modules of a code, 1 for dark; m[y][x], y down. */
struct qr_grid {
	int size; /* QR_LEAST + 4 for each further version */
	uint8_t m[QR_MOST][QR_MOST];
};
/* The text of a grid, the first room bytes of it, as it stands or with rows and columns exchanged (a mirrored code). How many bytes it has, which
 * may be more, or -1: the grid is no code, or more of it is damaged than its redundancy mends. */
int qr_read(const struct qr_grid *g, uint8_t *text, size_t room);
/* The same of the data of a code, whole and in its order. */
int qr_text(const uint8_t *data, size_t n, int version, uint8_t *text, size_t room);

#endif
