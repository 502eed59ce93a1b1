/* explain_campaign.h - what explain says about campaigns. */
#ifndef TRAPLINE_CMD_EXPLAIN_CAMPAIGN_H
#define TRAPLINE_CMD_EXPLAIN_CAMPAIGN_H

#include <stdio.h>

#include "cmd/session.h"
#include "query/neighbour.h"

/* Lines on a message's nearest neighbour: its points for and against. */
void explain_neighbour(FILE *f, const struct row *row, const struct neighbour *n);
/* Lines on what joined the campaign where no edge does (analyse/campaign_kin.c); nothing where edges suffice. 0 or negative. */
int explain_joined(FILE *f, struct store *s, struct str campaign, struct arena *a, struct err *err);
/* All of explain c-...: the campaign that holds the message which the id is made from; where none does, the one that its other messages are
 * in. In a table, where there is none of these either, *message is its id, for explain to go on with. */
int explain_campaign(struct session *s, struct str id, struct str *message, struct err *err);

#endif
