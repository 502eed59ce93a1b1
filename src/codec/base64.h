/* base64.h - base64 as mail holds it (RFC 2045 6.8), decoded leniently.
 *
 * White space is passed over. Other bytes outside the alphabet are skipped (base64_junk). A group that ends early gives
 * its whole bytes (base64_truncated). Data behind padding goes on as the next chunk (base64_after_padding): mail that was
 * joined from encoded chunks reads right. The output is the caller's; in and out must not overlap.
 */
#ifndef TRAPLINE_CODEC_BASE64_H
#define TRAPLINE_CODEC_BASE64_H

#include "base/str.h"

/* Room that base64_decode needs for n bytes of input; a little more than it fills. */
#define BASE64_OUT_MAX(n) ((n) / 4 * 3 + 8)

/* Returns the number of bytes decoded; adds to *anomalies. */
size_t base64_decode(struct str in, uint8_t *out, uint64_t *anomalies);

/* How base64 text ends: for RFC 2047, whose words may split a group. */
struct base64_shape {
	size_t sextets; /* characters of the alphabet, since the last padding */
	bool padding;   /* there was padding */
	uint8_t last;   /* value of the last sextet */
};
struct base64_shape base64_look(struct str s);

#endif
