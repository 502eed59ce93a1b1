/* explain_finding.h - what explain says about a finding: its dates, levels and evidence, and the calls that show the series. */
#ifndef TRAPLINE_CMD_EXPLAIN_FINDING_H
#define TRAPLINE_CMD_EXPLAIN_FINDING_H

#include "cmd/session.h"

/* "f-" and 12 hex digits. */
bool is_finding_id(struct str id);
/* All of explain f-...; json is the object that events writes. */
int explain_finding(struct session *s, struct str id, struct err *err);

#endif
