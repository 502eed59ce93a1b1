/* looks.h - perceptual digests of images, grouped into pictures: what is near (IMAGE_DIGEST_NEAR), directly or over others.
 *
 * Pure; the same groups in whatever order. Candidates meet in bands of 16 bits, as in campaign/lsh.h; in a band that many share not
 * every pair is looked at.
 */
#ifndef TRAPLINE_SHOP_LOOKS_H
#define TRAPLINE_SHOP_LOOKS_H

#include "codec/image_digest.h"

/* of[i]: the least index of i's group. v in ascending order of content (looks_order), so that the answer depends on the set alone.
 * False when out of memory. */
bool looks_group(const struct image_digest *v, size_t n, uint32_t *of);
int looks_order(const struct image_digest *a, const struct image_digest *b);

/* 64 hex digits, bits[0] first, as tokens of pages have them. False: it is none. */
bool look_parse(struct str hex, struct image_digest *out);

#endif
