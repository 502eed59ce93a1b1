/* findings.c - see findings.h. */
#include "analyse/findings.h"

#include "analyse/findings_int.h"

static int scene_findings(struct scene *s, struct err *err)
{
	int rc = claim_sensors(s, err);
	rc = rc ? rc : claim_switches(s, err);
	rc = rc ? rc : claim_closures(s, err);
	rc = rc ? rc : claim_changes(s, err);
	rc = rc ? rc : date_claims(s, err);
	rc = rc ? rc : drop_artefacts(s, err);
	rc = rc ? rc : explain_claims(s, err);
	return rc ? rc : tell_claims(s, err);
}

int findings_find(struct analysis *a, struct err *err)
{
	return scenes(a, scene_findings, err);
}

int findings_step(struct analysis *a, struct err *err)
{
	int rc = findings_find(a, err);
	return rc ? rc : finding_write(a, err);
}
