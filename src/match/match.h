/* match.h - names the brand, programme and category of a message, with evidence.
 *
 * A matcher is immutable once open, keeps pointers into its pack (which must outlive it), and is shared by threads; each
 * thread has a scratch of its own. match_doc is a pure function of document and pack: the same answer on every machine.
 */
#ifndef TRAPLINE_MATCH_MATCH_H
#define TRAPLINE_MATCH_MATCH_H

#include "base/arena.h"
#include "base/err.h"
#include "feature/doc.h"
#include "feature/row.h"
#include "match/pack.h"

struct matcher;
struct matcher_scratch;

/* Compiles the pack's phrases, or takes them from the cache: cache_dir NULL is $XDG_CACHE_HOME/trapline (~/.cache/trapline),
 * "" is no cache. A pattern that libhs refuses is ERR_INPUT with its file and line. *out is untouched on failure. */
int matcher_open(struct matcher **out, const struct pack *pack, const char *cache_dir, struct err *err);
void matcher_close(struct matcher *m); /* NULL-safe */

int matcher_scratch_new(struct matcher_scratch **out, const struct matcher *m, struct err *err);
void matcher_scratch_del(struct matcher_scratch *s); /* NULL-safe */

/* Fills own_brand, own_programme, own_category, their confidences and evidence of *io (and brand.. from them); adds obfuscated_words to its anomalies.
 * Names point into the pack, evidence lives in the arena. Nothing to say leaves the fields empty (0, "").
 * ERR_ENV when out of memory (the fields are empty then). */
int match_doc(const struct matcher *m, struct matcher_scratch *s, struct arena *a, const struct doc *d, struct row *io);

#endif
