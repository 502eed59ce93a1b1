/* anomaly.h - the bits for damage and oddity in mail; the table with meanings is anomaly.def. */
#ifndef TRAPLINE_BASE_ANOMALY_H
#define TRAPLINE_BASE_ANOMALY_H

#include <stdint.h>

enum anomaly_bit {
#define ANOMALY(name, meaning) ANOMALY_BIT_##name,
#include "base/anomaly.def"
#undef ANOMALY
	ANOMALY_COUNT
};
_Static_assert(ANOMALY_COUNT <= 63, "anomalies are stored in a signed 64-bit column");

/* ANOM(bad_date) is the mask of that anomaly. */
#define ANOM(name) ((uint64_t)1 << ANOMALY_BIT_##name)

const char *anomaly_name(unsigned bit);    /* NULL past the end */
const char *anomaly_meaning(unsigned bit); /* NULL past the end */

#endif
