/* image_digest.h - a perceptual digest: 256 bits that stay nearly the same when an image is scaled, re-encoded, speckled or framed.
 *
 * The signs of the lowest 16 x 16 frequencies of the cosine transform of a 64 x 64 grey image, each against the median of all: the
 * DCT hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), at the size of PDQ (Facebook,
 * "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019), from which the measure of detail is, too.
 * Image spam hides from exact digests by speckles, frames, sizes and palettes (Wang et al., "Filtering Image Spam with
 * Near-Duplicate Detection", CEAS 2007); all of these are high frequencies or small shifts, which these bits hardly see.
 *
 * Bits stand in order of frequency, lowest first: a run of them is a band for LSH (campaign/lsh.h), and the first bands the most
 * stable. Integer arithmetic: every machine gives the same digest. An image that shows next to nothing has none.
 */
#ifndef TRAPLINE_CODEC_IMAGE_DIGEST_H
#define TRAPLINE_CODEC_IMAGE_DIGEST_H

#include "base/str.h"

enum { IMAGE_GRID = 64, IMAGE_DIGEST_BITS = 256, IMAGE_DIGEST_BYTES = IMAGE_DIGEST_BITS / 8 };

/* Digests that differ in no more bits are of one picture. Unrelated images differ in 128 bits, with a standard deviation of 8.3
 * (bench/images; independent bits have 8), so that a pair of them passes with a probability of about 1e-14: none is expected among
 * a million images. What image spam does to a picture moves 0 to 80 bits. */
enum { IMAGE_DIGEST_NEAR = IMAGE_DIGEST_BITS / 4 };

struct image_digest {
	uint64_t bits[IMAGE_DIGEST_BITS / 64];
};

/* A grey image of any size as IMAGE_GRID x IMAGE_GRID means of areas, 0..255 in units of 1/16. Each side of 1 to 65535 pixels. */
void image_grid(const uint8_t *grey, uint32_t width, uint32_t height, size_t stride, uint16_t grid[IMAGE_GRID * IMAGE_GRID]);
/* How much there is to see, by the steps between neighbours: 0 for one colour, some hundreds for a photograph. */
uint32_t image_detail(const uint16_t grid[IMAGE_GRID * IMAGE_GRID]);
/* False: too little to tell it from others (one colour, one edge, one gradient); *out untouched. */
bool image_digest_of(const uint16_t grid[IMAGE_GRID * IMAGE_GRID], struct image_digest *out);
/* Bits that differ. */
unsigned image_digest_distance(const struct image_digest *a, const struct image_digest *b);

#endif
