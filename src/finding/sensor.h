/* sensor.h - one feed: when it was silent longer than its own habit explains, and whether it began late or ended early.
 *
 * Its habit is its rate by the hour of the week, and the tail of its own gaps and bursts. Used by volume.c, for each feed of
 * the panel.
 */
#ifndef TRAPLINE_FINDING_SENSOR_H
#define TRAPLINE_FINDING_SENSOR_H

#include "finding/volume.h"

/* t: times of the feed's n messages, two at least, ascending, within n_days from day_start (Unix times, seconds). [start, end): of all
 * feeds' messages. Fills outages (in the arena; their `others` is NAN), from, to, starts, ends, begun and ended of feed.
 * 0, or -1: out of memory. */
int sensor_study(const int64_t *t, size_t n, int64_t day_start, size_t n_days, int64_t start, int64_t end, struct arena *a,
	struct volume_feed *feed);

#endif
