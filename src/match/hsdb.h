/* hsdb.h - the phrases compiled by libhs (Hyperscan or Vectorscan), and their cache on disk; private to match/.
 *
 * Three databases in block mode: phrases over the folded view, phrases over the squeezed view, patterns over the folded
 * view. A pattern id is the phrase's index. The cache file is named after a hash of all expressions, the version of libhs and
 * the CPU; it is believed only when it is the user's own, not writable by others, complete, and its checksum holds;
 * otherwise the databases are compiled anew and the file is replaced (temporary file, then rename). That the cache cannot be
 * written is no error.
 */
#ifndef TRAPLINE_MATCH_HSDB_H
#define TRAPLINE_MATCH_HSDB_H

#include <hs.h>

#include "match/lexicon.h"

enum hsdb_view { HSDB_FOLD, HSDB_SQUEEZE, HSDB_PATTERN, HSDB_COUNT };
struct hsdb {
	hs_database_t *db[HSDB_COUNT]; /* NULL when there is no phrase of the kind */
	bool from_cache;
};

/* cache_dir: NULL for the user's cache folder, "" for no cache. */
int hsdb_open(struct hsdb *h, const struct lexicon *x, const char *cache_dir, struct err *err);
void hsdb_close(struct hsdb *h);

#endif
