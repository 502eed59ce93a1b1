/* findings_test.h - what tests of findings invent mail with: three feeds, and engines that send at random times. */
#ifndef TRAPLINE_FINDING_FINDINGS_TEST_H
#define TRAPLINE_FINDING_FINDINGS_TEST_H

#include <math.h>

#include "base/test.h"
#include "base/time.h"

enum { FEEDS = 3, ROOM = 60000 };
static const struct str feeds[FEEDS + 1] = {T(""), T("trap-a"), T("trap-b"), T("trap-c")};
static const int64_t START = 1283299200; /* 2010-09-01 */

static uint64_t seed;

static inline double draw(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static inline uint32_t any_feed(void)
{
	return 1 + (uint32_t)(draw() * FEEDS);
}

/* `day` days after START. */
static inline int64_t time_of(double day)
{
	return START + (int64_t)(day * SECONDS_A_DAY);
}

#endif
