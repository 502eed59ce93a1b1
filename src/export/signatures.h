/* signatures.h - signatures as files of mail filters: rspamd (regexp module), SpamAssassin (rules), Sieve (RFC 5228 with body,
 * RFC 5173, and regex) and JSON lines.
 *
 * Each says in a comment or a field how many messages it stands for and what was measured on ham. Text from mail stands in regular
 * expressions only, escaped for the file it is in.
 */
#ifndef TRAPLINE_EXPORT_SIGNATURES_H
#define TRAPLINE_EXPORT_SIGNATURES_H

#include "campaign/signature.h"

enum signature_format { SIGNATURES_JSONL, SIGNATURES_RSPAMD, SIGNATURES_SPAMASSASSIN, SIGNATURES_SIEVE };
bool signature_format_find(struct str name, enum signature_format *out);

struct signature_facts {
	uint64_t ham;     /* messages without a hit; 0: no ham was given */
	uint64_t checked; /* messages that hits were counted in; 0: none */
};
void signatures_write(struct buf *out, enum signature_format format, struct signature *const *list, size_t n,
	const struct signature_facts *facts);

#endif
