/* drift.h - walks whose drift changes; for this folder only. */
#ifndef TRAPLINE_CHANGE_DRIFT_H
#define TRAPLINE_CHANGE_DRIFT_H

#include "change/cost.h"

/* Parts a series of sizes (above 0) that is one segment, and a walk, where its drift changes: as it was measured and in its logarithms (logs: x
 * is these).
 * *seg in the arena; -1 when that is full. */
int change_drifts(const struct change_sums *c, const struct change_series *cs, bool logs, struct arena *a,
	struct change_segment **seg, size_t *n_seg);

#endif
