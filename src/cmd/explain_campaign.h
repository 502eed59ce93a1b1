/* explain_campaign.h - what explain says about campaigns. */
#ifndef TRAPLINE_CMD_EXPLAIN_CAMPAIGN_H
#define TRAPLINE_CMD_EXPLAIN_CAMPAIGN_H

#include <stdio.h>

#include "query/neighbour.h"
#include "cmd/session.h"

/* Lines on a message's nearest neighbour: its points for and against. */
void explain_neighbour(FILE *f, const struct row *row, const struct neighbour *n);
/* "c-" and 12 hex digits: a campaign's id, present or past. */
bool is_campaign_id(struct str id);
/* All of explain c-...: the campaign that holds that message now. */
int explain_campaign(struct session *s, struct err *err);

#endif
