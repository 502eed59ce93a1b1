/* charset_shift.h - seven-bit charsets with shifts, rewritten as the eight-bit charset they stand for; private to charset.c.
 *
 * ISO-2022-JP (RFC 1468, with JIS X 0212, half-width kana and the NEC and IBM rows that mail has in it) becomes EUC-JP-MS,
 * HZ (RFC 1843) becomes GB 2312, which may also stand in it as it is. What cannot belong becomes 0xFF, which neither has.
 */
#ifndef TRAPLINE_CODEC_CHARSET_SHIFT_H
#define TRAPLINE_CODEC_CHARSET_SHIFT_H

#include "base/arena.h"

/* Rewrites *text in the arena when `name` is one of these charsets; leaves it alone otherwise. False when out of memory. */
bool unshift(struct arena *a, struct str name, struct str *text);

#endif
