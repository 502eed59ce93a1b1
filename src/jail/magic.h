/* magic.h - archive and compression formats by their first bytes. Pure.
 *
 * Sources: RFC 1952 (gzip), RFC 8878 (zstd), the xz file format 1.2, bzip2's own format, LZMA-alone, POSIX ustar and V7 tar
 * (checksum), PKWARE APPNOTE (zip), 7zFormat.txt.
 */
#ifndef TRAPLINE_JAIL_MAGIC_H
#define TRAPLINE_JAIL_MAGIC_H

#include "base/str.h"

enum { MAGIC_BYTES = 512 }; /* this many first bytes decide */

enum magic { MAGIC_NONE, MAGIC_GZIP, MAGIC_BZIP2, MAGIC_XZ, MAGIC_ZSTD, MAGIC_LZMA, MAGIC_TAR, MAGIC_ZIP, MAGIC_7ZIP };

/* `end`: nothing follows s. */
enum magic magic_of(struct str s, bool end);
static inline bool magic_is_filter(enum magic m)
{
	return m >= MAGIC_GZIP && m <= MAGIC_LZMA;
}

#endif
