/* transcript.h - what the sender's side said in SMTP, beside a mailbox: JSON lines, found by Message-ID.
 *
 *   {"message_id": "<x@y>", "smtp": ["EHLO a", "MAIL FROM:<b@c>", "RCPT TO:<d@e>", "DATA", ".", "QUIT"], "pipelined": false}
 *
 * The message's text is left out, "." stands for its end. Other members are passed over. Files are indexed once (16 bytes a
 * line, LIM_TRANSCRIPTS lines) and read again where a message asks for its line, so they must stay as they are meanwhile. Of
 * several lines with one Message-ID the first counts. Lines that are no such object, or longer than LIM_TRANSCRIPT, are skipped
 * and counted. Lookups are thread-safe.
 */
#ifndef TRAPLINE_FEATURE_TRANSCRIPT_H
#define TRAPLINE_FEATURE_TRANSCRIPT_H

#include "base/arena.h"
#include "base/err.h"

struct transcript {
	const struct str *lines; /* in order; valid UTF-8, may hold anything */
	size_t n;
	bool pipelined;
};

struct transcript_index;
/* n up to LIM_TRANSCRIPT_FILES. 0, ERR_USAGE for too many, ERR_INPUT when a file cannot be read or holds nothing but other
 * lines, ERR_ENV. */
int transcript_open(struct transcript_index **out, const char *const *paths, size_t n, struct err *err);
void transcript_close(struct transcript_index *x); /* NULL-safe */
size_t transcript_count(const struct transcript_index *x);
size_t transcript_skipped(const struct transcript_index *x); /* lines that were none, or too many */
uint64_t transcript_hash(const struct transcript_index *x);  /* of what was indexed, in any order; 0: nothing */
/* 1 and *out, in the arena; 0: none; ERR_ENV: out of memory. x may be NULL. */
int transcript_find(const struct transcript_index *x, struct arena *a, struct str message_id, struct transcript *out);
/* One line. 1, 0 when it is no transcript, ERR_ENV. *message_id may be NULL. */
int transcript_parse(struct arena *a, struct str line, struct str *message_id, struct transcript *out);

#endif
