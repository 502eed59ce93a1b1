/* mask.h - trap addresses stay secret: whoever reads a report, or steals it, must not learn where the traps are.
 *
 * A mask knows the recipients of one message (the strings are the caller's and must outlive it) and hides, in any text of
 * that message, the tokens that carry one of them: the address; the local part (alone between non-alphanumerics from 3
 * bytes on, anywhere from 6 on); both with another separator than @ (bounce-user=trap.example@...); each of these
 * percent-encoded once or twice, in base64 (plain or URL alphabet, at any alignment) or in hex; and the MD5, SHA-1 or SHA-256 of
 * the address in hex. ASCII case does not matter. Not recognised: salted or encrypted tokens, rot13, reversed text,
 * addresses split over several fields.
 */
#ifndef TRAPLINE_EXPORT_MASK_H
#define TRAPLINE_EXPORT_MASK_H

#include "base/buf.h"
#include "feature/row.h"

enum { MASK_MAX = 64 }; /* recipients looked for; a row keeps the first 20 of To and Cc */

struct mask_needle {
	struct str local, domain; /* domain may be empty */
};
struct mask {
	struct mask_needle needle[MASK_MAX];
	size_t n;
	uint64_t first[256]; /* needles whose local part begins with this byte, either case */
};

void mask_init(struct mask *m);
void mask_add(struct mask *m, struct str address); /* "user@host" or "<user@host>"; duplicates and the empty one are ignored */
/* The recipients of a row: to and rcpt_to. */
void mask_of_row(struct mask *m, const struct row *r);

/* "abuse@mx.trap.example" -> "a***@m***.example": the same for the same address, the first character and the last label kept. */
void mask_addr(struct str address, struct buf *out);
/* text with every token that carries a recipient replaced: an address by its mask_addr, anything else by "***".
 * Where that would take too long (text and addresses made to match almost everywhere) it writes "***" for the whole text; so it
 * does without memory for its work, which also sets out->oom. */
void mask_tokens(const struct mask *m, struct str text, struct buf *out);
/* The same for a text of a row, with the row's recipients; in the arena. 0 or ERR_ENV. */
int mask_row_text(const struct row *r, struct str text, struct arena *a, struct str *out);

#endif
