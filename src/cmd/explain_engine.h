/* explain_engine.h - why a message has the engine or client that it has, or none: the ledger for and against; and an engine by its name. */
#ifndef TRAPLINE_CMD_EXPLAIN_ENGINE_H
#define TRAPLINE_CMD_EXPLAIN_ENGINE_H

#include <stdio.h>

#include "cmd/session.h"

/* Written to f as text that is safe to print. 0, or negative with *err. */
int explain_engine(FILE *f, const struct session *s, const struct row *r, struct err *err);

/* An engine that is or was called so, as trapline engines shows it, and in a table what marks it. 1; 0 = there is none; negative with *err. */
int explain_engine_name(struct session *s, struct str name, struct err *err);

#endif
