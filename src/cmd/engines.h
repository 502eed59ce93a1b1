/* engines.h - lists of engines, as trapline engines prints them. */
#ifndef TRAPLINE_CMD_ENGINES_H
#define TRAPLINE_CMD_ENGINES_H

#include "cmd/session.h"

/* The engines of the messages that pass the filter, or only one of them (empty: all), to the output of the options. 0 or negative. */
int engines_show(struct session *s, const struct store_filter *filter, struct str only, struct err *err);

#endif
