/* hsdb.h - the packs' patterns compiled by libhs (Hyperscan or Vectorscan), and their cache on disk; private to match/.
 *
 * One database in block mode, over folded text. A pattern id is the phrase's index. Phrases proper are not here: they begin where
 * a word begins, which index.h makes use of and libhs cannot. The cache file is named after a hash of all expressions, the version of libhs and
 * the CPU; it is believed only when it is the user's own, not writable by others, complete, and its checksum holds;
 * otherwise the patterns are compiled anew and the file is replaced (temporary file, then rename). That the cache cannot be
 * written is no error.
 */
#ifndef TRAPLINE_MATCH_HSDB_H
#define TRAPLINE_MATCH_HSDB_H

#include <hs.h>

#include "match/lexicon.h"

struct hsdb {
	hs_database_t *patterns; /* NULL when there are none */
	bool from_cache;
};

/* cache_dir: NULL for the user's cache folder, "" for no cache. */
int hsdb_open(struct hsdb *h, const struct lexicon *x, const char *cache_dir, struct err *err);
void hsdb_close(struct hsdb *h);

#endif
