/* memo.h - what the text parts of a message came to, remembered: much spam comes again under other headers, word for word.
 *
 * Text is kept when it comes for the second time, byte for byte, so that text that comes once costs a hash and what is recalled is
 * what would be made anew: every result is the same with a memo and without. Bounded by LIM_MEMO; when that is full all is
 * forgotten, and what comes often is soon known again. Only what cannot be kept is lost when memory runs out: no errors.
 * Not thread-safe: one memo belongs to one worker.
 */
#ifndef TRAPLINE_FEATURE_MEMO_H
#define TRAPLINE_FEATURE_MEMO_H

#include "feature/doc.h"
#include "feature/row.h"

enum { MEMO_KEY = 64 << 10 }; /* longer texts are not remembered */

/* What texts show. */
struct shown {
	struct str text, hidden, html_tags; /* as in struct doc */
	struct url *urls;
	size_t n_urls;
	struct strs raw, domains, domains_icann; /* as in struct row, like what follows */
	struct str tld, charset, language;
	int64_t counted, html_bytes; /* counted: row.n_urls */
	uint64_t anomalies;
};

struct memo;
/* NULL when out of memory. */
struct memo *memo_new(void);
void memo_del(struct memo *m); /* NULL-safe */

/* What texts with this key (all that they are read by) came to, and in *notes what later stages keep with it: valid until the next
 * memo_put. NULL: it is not known, and *again tells whether the key was asked for before. */
const struct shown *memo_get(struct memo *m, struct str key, bool *again, struct doc_notes **notes);
/* Keeps a copy; charset and language must be static. Its notes, or NULL when there is no room. */
struct doc_notes *memo_put(struct memo *m, struct str key, const struct shown *s);

#endif
