/* ramp.h - neighbouring steps that are one ramp; for this folder only. */
#ifndef TRAPLINE_CHANGE_RAMP_H
#define TRAPLINE_CHANGE_RAMP_H

#include "change/internal.h"

/* Joins them where that lowers the BIC: segments between go, the rows between those that stay belong to the ramp. -1 when the arena is full. */
int change_ramps(const struct change_series *cs, const struct change_noise *noise, struct change_segment *seg, size_t *n_seg,
	struct arena *a);

#endif
