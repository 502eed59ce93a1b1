/* qp.h - quoted-printable (RFC 2045 6.7) and the Q encoding of header words (RFC 2047 4.2).
 *
 * out needs in.n bytes (both encodings never grow); in and out must not overlap. Lower-case hex is accepted. A damaged
 * escape is kept as it stands (qp_bad; for Q: bad_encoded_word).
 */
#ifndef TRAPLINE_CODEC_QP_H
#define TRAPLINE_CODEC_QP_H

#include "base/str.h"

/* Soft breaks (also with white space behind the '=') join lines; white space before a line end, or before the end of the
 * input, was added in transport and goes. Line ends stay as they are. Returns the number of bytes decoded. */
size_t qp_decode(struct str in, uint8_t *out, uint64_t *anomalies);

/* The text of one Q word: '_' is a space. */
size_t q_decode(struct str in, uint8_t *out, uint64_t *anomalies);

#endif
