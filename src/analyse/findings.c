/* findings.c - see findings.h. */
#include "analyse/findings.h"

#include "analyse/finding.h"

int findings_step(struct analysis *a, struct err *err)
{
	return finding_write(a, err);
}
