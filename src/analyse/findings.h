/* findings.h - the last step of the analysis: when volumes changed, and why. See docs/LIMITS.md for what it does not see. */
#ifndef TRAPLINE_ANALYSE_FINDINGS_H
#define TRAPLINE_ANALYSE_FINDINGS_H

#include "analyse/analysis.h"

analysis_step findings_find;    /* adds findings to a->findings; reads only messages, feeds and names */
analysis_step published_claims; /* adds what others published as findings of kind "claim": do they fit? (findings_claims.c) */
analysis_step findings_step;    /* stores all findings, also those of the steps before */

#endif
