/* fingerprint.h - how the sending software writes: tokens "family=value" from the sender-made part of a message.
 *
 * Taken from the fields below the trust boundary (trace.h), the body, the HELO name, the envelope sender and, where there is
 * one, the SMTP dialogue. What the feed's own hosts add (Message-ID included) is left out. Values say how something is
 * written, not what is said: no text of the message, no domain, no address goes into them, but names of header fields, of
 * mail clients and of parameters do. Relations (which field repeats or contradicts which) stand beside forms.
 *
 * Tokens are printable ASCII of at most LIM_PRINT_TOKEN bytes; longer ones end in '#' and twelve hex digits of a hash of the
 * whole. They depend on the arguments only; their order is that of fingerprint.def, and within a family that of the message.
 * A family without a token was not found. The families, with what is correlated (group): fingerprint.def, docs/FINGERPRINT.md.
 *
 *   fingerprint_shape.c     runs and alphabets   fingerprint_mime.c      parts, encodings, gaps
 *   fingerprint_header.c    skeleton, spelling   fingerprint_html.c      dialect
 *   fingerprint_id.c        ids, dates           fingerprint_hop.c       forged Received, HELO
 *   fingerprint_client.c    claims               fingerprint_relation.c  addresses, names
 *                                                fingerprint_smtp.c      dialogue
 *
 * Known limits: only the first KiB of a text are looked at; a receiving host that rewrites the header (case, folds, order)
 * changes the fingerprint.
 */
#ifndef TRAPLINE_FEATURE_FINGERPRINT_H
#define TRAPLINE_FEATURE_FINGERPRINT_H

#include "feature/row.h"
#include "feature/transcript.h"
#include "mail/message.h"
#include "mail/trace.h"

enum print_group {
#define PRINT_GROUP(id, meaning) PRINT_GROUP_##id,
#include "feature/fingerprint.def"
#undef PRINT_GROUP
	PRINT_GROUP_COUNT
};

enum print_id {
#define PRINT(id, group, many, meaning) PRINT_##id,
#include "feature/fingerprint.def"
#undef PRINT
	PRINT_COUNT
};

struct print_family {
	struct str name;
	enum print_group group;
	bool many; /* several tokens of one message */
	const char *meaning;
};
extern const struct print_family print_table[PRINT_COUNT];

struct print_group_info {
	const char *name, *meaning;
};
extern const struct print_group_info print_groups[PRINT_GROUP_COUNT];

/* The family of a token ("mid=4h"), or PRINT_COUNT for what is none. */
enum print_id print_family_of(struct str token);

/* The known client of that name but for case, blanks and punctuation (name.h), as claim= has it; or NULL. */
const char *print_client_called(struct str name);

/* The tokens of a message, in the arena. row: mail_from, from_addr, date and time are read. smtp may be NULL.
 * 0, or ERR_ENV when out of memory (*out is then empty). Thread-safe. */
int fingerprint_message(struct arena *a, const struct message *m, const struct trace *t, const struct row *row,
	const struct transcript *smtp, struct strs *out);

#endif
