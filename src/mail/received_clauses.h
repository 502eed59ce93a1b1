/* received_clauses.h - a Received field cut into its clauses (RFC 5321 4.4: from, by, via, with, id, for), comments apart; for received.c.
 *
 * Views point into the value. Nothing here knows of one MTA or the other, but for where Exim puts its name.
 */
#ifndef TRAPLINE_MAIL_RECEIVED_CLAUSES_H
#define TRAPLINE_MAIL_RECEIVED_CLAUSES_H

#include "base/str.h"

enum { MAX_COMMENTS = 6 };

/* What stands in the field, clause by clause. */
struct clauses {
	struct str head;              /* a comment before any clause */
	struct str from, from_second; /* the first word; the second one, or the last in brackets */
	struct str from_comments[MAX_COMMENTS];
	size_t n_from_comments;
	struct str by, by_comment, with, with_comment, exim, id, for_, via, date;
	bool has_from, has_by;
};

/* *c is zeroed beforehand. */
void received_clauses(struct str value, struct clauses *c);

#endif
