/* report_campaigns.h - what the report shows of campaigns, gathered from the store. */
#ifndef TRAPLINE_CMD_REPORT_CAMPAIGNS_H
#define TRAPLINE_CMD_REPORT_CAMPAIGNS_H

#include "cmd/session.h"
#include "export/report.h"

/* Fills the members of info on campaigns from the list, which holds their members. Memory in the arena. 0 or negative. */
int gather_campaigns(
	struct session *s, const struct campaign_list *list, struct arena *a, struct report_info *info, struct err *err);

#endif
