/* charset.h - text in any charset to UTF-8.
 *
 * Labels are compared as readers do: letters and digits only, any case. us-ascii and iso-8859-1 decode as windows-1252,
 * gb2312 as gb18030, ks_c_5601 as windows-949, and so on (WHATWG Encoding Standard, with the charsets of mail that it
 * leaves out). Bytes that do not belong become U+FFFD (charset_bad_bytes). NUL is an ordinary character.
 *
 * Text that is UTF-8 under another label is taken as UTF-8 (charset_mismatch) where that is sound: us-ascii, unknown or no
 * label; single-byte charsets when all of it is valid and it holds several multi-byte sequences; the seven-bit charsets.
 * Shift_JIS and EUC-JP under the label iso-2022-jp are read (charset_bad_bytes).
 */
#ifndef TRAPLINE_CODEC_CHARSET_H
#define TRAPLINE_CODEC_CHARSET_H

#include "base/arena.h"

/* *out is valid UTF-8: either `bytes` itself or a part of it (no copy: it was ASCII or valid UTF-8), or text in the arena.
 * Converted text stops at LIM_TEXT (text_cap). An unknown label sets charset_unknown; an empty one nothing. A byte order
 * mark at the start is dropped. 0, or ERR_ENV when out of memory (*out is then empty). */
int charset_to_utf8(struct arena *a, struct str bytes, struct str label, struct str *out, uint64_t *anomalies);

/* The canonical name of a label ("iso-8859-1", "utf-8"): lower case, static; empty when unknown. */
struct str charset_canonical(struct str label);

#endif
