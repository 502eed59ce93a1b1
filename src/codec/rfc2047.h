/* rfc2047.h - header text with encoded words (RFC 2047, RFC 2231 5) to UTF-8.
 *
 * Unfolds (CR LF of a fold goes, its white space stays), trims both ends, decodes every encoded word. White space between
 * adjacent words goes; adjacent words of the same charset are joined as bytes first, so a character or a base64 group split
 * between them survives. As spam needs it: words inside quotes, without white space around them, with spaces or '?' inside
 * (these two set bad_encoded_word). A word that cannot be read stays as it stands (bad_encoded_word). Raw 8-bit text is
 * UTF-8 where valid, else windows-1252 or the caller's charset.
 */
#ifndef TRAPLINE_CODEC_RFC2047_H
#define TRAPLINE_CODEC_RFC2047_H

#include "base/arena.h"

/* *out is valid UTF-8, either a part of raw_value itself or in the arena. At most LIM_HEADER_VALUE bytes are looked at
 * (header_cap) and LIM_ENCODED_WORDS words decoded (encoded_word_cap). 0, or ERR_ENV when out of memory. */
int rfc2047_decode(struct arena *a, struct str raw_value, struct str *out, uint64_t *anomalies);

/* The same; raw 8-bit text that is not UTF-8 is of `charset` (empty: windows-1252). */
int rfc2047_decode_as(struct arena *a, struct str raw_value, struct str charset, struct str *out, uint64_t *anomalies);

#endif
