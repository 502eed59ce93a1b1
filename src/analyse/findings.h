/* findings.h - the last step of the analysis: the messages, feeds and names given to finding/, what it finds stored. */
#ifndef TRAPLINE_ANALYSE_FINDINGS_H
#define TRAPLINE_ANALYSE_FINDINGS_H

#include "analyse/analysis.h"

analysis_step published_claims; /* adds what others published as findings of kind "claim": do they fit? (claims.c) */
analysis_step findings_step;    /* stores all findings, also those of the steps before */

#endif
