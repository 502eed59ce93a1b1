/* decode.h - image files to grey pixels and their digest; runs in the jail's child (and in tests and fuzz targets, with small caps).
 *
 * Transparency is white, as on a page. Of an animated GIF the composed frame that shows most is taken (image_detail), the first of
 * equals: spam hides its offer behind frames of noise or of nothing, or builds it up from frame to frame. Libraries' errors end
 * the decoding; what stands by then is looked at. Not thread-safe.
 */
#ifndef TRAPLINE_JAIL_DECODE_H
#define TRAPLINE_JAIL_DECODE_H

#include "jail/image.h"

struct decode_caps {
	uint64_t pixels; /* of one image */
	uint64_t work;   /* pixels in all frames or scans */
	uint32_t frames;
};
enum { DECODE_LEAST_SIDE = 16 }; /* a side with fewer pixels: a bullet, a bar, a counter */

extern const struct decode_caps decode_caps; /* LIM_IMAGE_* */

/* By the first bytes. */
bool decode_known(struct str file);
void decode_image(struct str file, const struct decode_caps *caps, struct image_look *out);

/* ---- between its parts ---- */

struct canvas {
	const struct decode_caps *caps;
	uint32_t file_width, file_height; /* of the image */
	uint32_t width, height;           /* as decoded: smaller for a large JPEG */
	uint8_t *grey;                    /* width * height, and CANVAS_ROOM bytes that may be written, too */
	uint64_t work;
	uint32_t rows; /* of pixels that were decoded; none: nothing was */
	bool cap;      /* a cap was hit */
	bool damaged;
	bool chosen; /* grid holds the best frame so far */
	uint32_t detail;
	uint16_t grid[IMAGE_GRID * IMAGE_GRID];
	struct qr_search codes; /* in all frames */
};

/* As JPEG has it (BT.601). */
static inline uint8_t grey_of(uint32_t red, uint32_t green, uint32_t blue)
{
	return (uint8_t)((red * 299 + green * 587 + blue * 114) / 1000);
}
enum { CANVAS_ROOM = 64 };

/* Checks the caps and makes room for the pixels, which are anything as yet. False: a cap, or no memory. */
bool canvas_open(struct canvas *c, uint32_t width, uint32_t height);
/* Makes the rows from this one on white. */
void canvas_clear(struct canvas *c, uint32_t row);
/* Counts work; false when it is too much. */
bool canvas_work(struct canvas *c, uint64_t pixels);
/* A frame is complete: keeps its grid if it shows more than those before, and reads its QR codes. */
void canvas_frame(struct canvas *c);

void decode_gif(struct str file, struct canvas *c);
void decode_png(struct str file, struct canvas *c);
void decode_jpeg(struct str file, struct canvas *c);

#endif
