/* former.h - names of former times on the command line: what they lead to, said on stderr and in JSON. */
#ifndef TRAPLINE_CMD_FORMER_H
#define TRAPLINE_CMD_FORMER_H

#include "cmd/session.h"
#include "query/former.h"

/* Resolves --campaign and --engine for session_filter; says on stderr, unless quiet, what they lead to when they are names no more. With
 * ids that begin alike it is an error. Once a session. 0 or negative. */
int former_options(struct session *s, struct err *err);

/* What became of a name that leads to something else, or to nothing: on stderr unless quiet, and into s->former. */
int former_tell(struct session *s, struct str id, const struct former *f, struct err *err);
/* The error for a name that may be one of several. */
int former_several(struct str id, const struct former *f, struct err *err);

#endif
