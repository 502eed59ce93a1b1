/* mbox.h - cuts a byte stream into messages: mboxo, mboxrd, mboxcl and mboxcl2, MMDF, or one message a stream. Pure: no I/O.
 *
 * The caller owns a window of the stream that starts where the current message starts, and calls mbox_next with it:
 *   MBOX_MORE     the window is too short: append bytes (or set eof) and call again with the same start;
 *   MBOX_DROP     the message is longer than max: cut the bytes [drop_from, drop_to) out of the window and call again;
 *   MBOX_MESSAGE  *out describes it; the next call's window starts out->next bytes further on;
 *   MBOX_END      nothing is left (only with eof).
 * Every byte is looked at once; a window never has to hold more than max plus MBOX_SLACK bytes.
 *
 * A message ends at a From_ line: "From ", a sender, an asctime date (zones and RFC 822 dates are met too), after an empty
 * line and before a header field. What has only some of these marks does not split, and the message is called doubtful.
 * Mailman's archives leave the empty line out behind what they scrubbed: a From field with the same sender stands for it.
 * Of a box that begins with a From_ line without a date (Thunderbird's "From ") lines like that one count as well.
 * Content-Length is a hint (RFC 4155 knows none): it is believed where a From_ line or the end of the stream follows, and
 * then plausible From_ lines before it do not split (mboxcl2).
 * The separator is the empty line before a From_ line, and the one at the end of a stream that began with a From_ line.
 *
 * Unquoting (">From " and ">>From " lose one ">") is right where the writer quotes: mboxrd, mboxo, mboxcl. A box that has
 * shown a body line "From " does not quote (mboxcl2, plain), and neither does a stream of one message.
 * Known limits: mboxo and mboxrd cannot be told apart, so a ">>From " that an mboxo writer left alone loses a ">" as well;
 * a writer that quotes only some From_ lines counts as one that does not.
 */
#ifndef TRAPLINE_SOURCE_MBOX_H
#define TRAPLINE_SOURCE_MBOX_H

#include "base/str.h"

enum { MBOX_FROM_LINE = 1024, MBOX_SLACK = 128 * 1024 }; /* bytes: longest From_ line believed; window beyond max */

enum mbox_form {
	MBOX_LINES, /* From_ lines */
	MBOX_MMDF,  /* lines of four times ^A before and behind each message; a From_ line may follow the one before */
	MBOX_ONE    /* one message: nothing splits; a From_ line at the start is still not part of it */
};
enum mbox_result { MBOX_MORE, MBOX_DROP, MBOX_MESSAGE, MBOX_END };

struct mbox {
	size_t max; /* longest message delivered, bytes */
	enum mbox_form form;
	bool unquoted;     /* the box has shown a body line "From " */
	uint64_t dateless; /* hash of the box's first From_ line when that has no date; 0: it has, or there is none */
	uint64_t messages; /* delivered so far */
	/* The current message; offsets are relative to the window. */
	bool started, has_from, quoted, doubtful, length_wrong;
	int length_state;
	size_t lead, start;            /* of the From_ line, of the message proper */
	size_t line, header_end, scan; /* of the header line looked at; of the body (0: unknown yet); searched up to here */
	uint64_t content_length;
	uint64_t dropped; /* bytes cut out */
};

struct mbox_message {
	struct str from_line; /* in the window, without line end; empty when there is none */
	size_t lead;          /* offset of the first byte that belongs to it: of the From_ line, or equal to start */
	size_t start, end;    /* the message in the window, at most max bytes */
	size_t next;          /* offset of the next one */
	uint64_t length;      /* true length from lead to its end, cut bytes included */
	uint64_t anomalies;   /* doubtful_split, content_length_wrong, message_cap */
	bool quoted;          /* holds a line that begins with ">From " (or more ">") */
	bool last;            /* the stream ends here */
	size_t drop_from, drop_to;
};

void mbox_init(struct mbox *m, enum mbox_form form, size_t max_bytes);
enum mbox_result mbox_next(struct mbox *m, struct str window, bool eof, struct mbox_message *out);
/* Whether the message just delivered is to be unquoted. */
bool mbox_quotes(const struct mbox *m, const struct mbox_message *msg);
/* Takes one ">" off the quoted lines of the body, in place; the new length. */
size_t mbox_unquote(uint8_t *p, size_t n);

/* line without its line end: "From " sender date. *date (NULL allowed) is where the date starts, up to the line's end; the
 * sender may hold blanks ("a at b.example", as list archives write). False: untouched. */
bool mbox_from_line(struct str line, struct str *date);
/* s begins with a header field's name and colon (white space before the colon is met in the wild). */
bool mbox_field(struct str s);

#endif
