/* qr.h - QR codes in grey pictures (ISO/IEC 18004:2015, all 40 versions; neither Micro QR nor rMQR): where they are is found here, what they say is
 * read by zxing-cpp (qr_read.h).
 *
 * Made for what mail shows: codes that a program drew, at any size and turn, dark on light or light on dark, mirrored, from two pixels a
 * module on (one, where pixels and modules agree), blurred by scaling or JPEG. Slight perspective is followed by the one alignment pattern at
 * the corner without a finder; a code on a crumpled page is not read. Of a text split over several codes (structured append) each stands by
 * itself.
 *
 * Why the library does not search, too: it compares all finder patterns three by three, which cannot be bounded from outside
 * (docs/ARCHITECTURE.md). Here time is bounded by the pixels, QR_SKETCHES and QR_TRIES, memory by the stack (some 200 KiB), whatever the picture.
 */
#ifndef TRAPLINE_JAIL_QR_H
#define TRAPLINE_JAIL_QR_H

#include "base/str.h"

enum {
	QR_TEXT = 1024, /* bytes of all codes of a picture: lures' links have under 300; more is cut off, within no link's host */
	/* grids that are read, of all frames: four codes, each from three corners, with and without the pattern at the fourth; one takes one or two */
	QR_TRIES = 24,
	QR_SKETCHES = 1024 /* sets of three patterns that are looked at, each some hundred pixels */
};

/* What codes say, each text once and with a NUL behind it (those within it are blanks). */
struct qr_texts {
	uint32_t n; /* bytes used */
	uint8_t p[QR_TEXT];
};
/* The text at *at, 0 at first, and *at behind it; false: there is no more. Safe on any bytes as long as n <= QR_TEXT. */
bool qr_next(const struct qr_texts *t, size_t *at, struct str *text);

/* A search over the frames of one picture; zeros at first. */
struct qr_search {
	struct qr_texts texts;
	uint32_t tries, sketches;
};
/* Adds what the codes in a grey picture say, rows one behind the other. */
void qr_look(struct qr_search *s, const uint8_t *grey, uint32_t width, uint32_t height);

#endif
