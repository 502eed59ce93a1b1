/* explain_programme.h - what explain says about how a message's programme is known: chains, pages, marks. */
#ifndef TRAPLINE_CMD_EXPLAIN_PROGRAMME_H
#define TRAPLINE_CMD_EXPLAIN_PROGRAMME_H

#include <stdio.h>

#include "base/arena.h"
#include "store/store.h"

/* Lines: which way the programme was found, the captured chains of the message's links, and for each storefront at their end the
 * evidence for its programme. Reads the stored chains once. ascii: the terminal is not UTF-8. 0, or a negative err_kind. */
int explain_programme(FILE *f, struct store *s, const struct row *row, struct arena *a, bool ascii, struct err *err);

#endif
