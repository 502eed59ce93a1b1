/* campaigns.h - lists of campaigns, as trapline campaigns prints them. */
#ifndef TRAPLINE_CMD_CAMPAIGNS_H
#define TRAPLINE_CMD_CAMPAIGNS_H

#include "cmd/session.h"

/* The campaigns of the messages that pass the filter, to the output of the options. 0 or negative. */
int campaigns_show(struct session *s, const struct store_filter *filter, struct err *err);

#endif
