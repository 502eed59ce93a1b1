/* campaigns.h - lists of campaigns, as trapline campaigns prints them. */
#ifndef TRAPLINE_CMD_CAMPAIGNS_H
#define TRAPLINE_CMD_CAMPAIGNS_H

#include "cmd/session.h"
#include "export/table.h"
#include "query/campaign_list.h"

/* The campaigns of the messages that pass the filter, to the output of the options. 0 or negative. */
int campaigns_show(struct session *s, const struct store_filter *filter, struct err *err);

/* The names of the first `most` (CAMPAIGN_TOP at the most), as a cell; all with their messages, as a member. */
void campaign_names(struct table *t, const struct campaign_values *v, size_t most);
void campaign_values_json(struct json *j, const char *key, const struct campaign_values *v);

#endif
