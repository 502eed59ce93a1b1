/* answer.h - mail that a program wrote in answer to other mail: whoever's name a sender forges gets it from all over the world.
 *
 * A report of delivery (RFC 3464; of its older forms qmail's, "The qmail-send Bounce Message Format", and Exim's), of reading (RFC 8098) or of a
 * complaint (RFC 5965) has the part that tells it, with the fields it has to have; one of delivery or reading has no envelope sender (RFC 5321,
 * 4.5.5; RFC 8098, 3). A reply by itself (RFC 3834) says so and what it replies to. One line, whichever it is, makes none of them.
 */
#ifndef TRAPLINE_FEATURE_ANSWER_H
#define TRAPLINE_FEATURE_ANSWER_H

#include "feature/row.h"
#include "mail/message.h"

/* Adds bounce, auto_reply or complaint to row->anomalies; reads its mail_from, to and rcpt_to. 0 or ERR_ENV. */
int extract_answer(struct arena *a, const struct message *m, struct row *row);

#endif
