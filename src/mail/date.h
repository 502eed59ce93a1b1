/* date.h - dates as mail writes them: RFC 5322 3.3 and 4.3, asctime, ISO 8601, and what spam makes of them. */
#ifndef TRAPLINE_MAIL_DATE_H
#define TRAPLINE_MAIL_DATE_H

#include "base/str.h"

/* Reads a date-time anywhere in s (the first 256 bytes), outside comments. True: *unix_s and
 * *zone_minutes (east of UTC; NULL allowed) are set. False: nothing usable, outputs untouched.
 *
 * bad_date: guessed (two- or three-digit year, day name that contradicts the date, numeric month, dots in the time, no zone,
 * no time, words that do not belong) or unreadable. bad_zone: outside -1200..+1400, no quarter of an hour, without a sign, or unknown; the
 * offset counts as written below 24 hours, else as UTC. Obsolete military zones count as UTC (RFC 5322 4.3). */
bool date_parse(struct str s, int64_t *unix_s, int *zone_minutes, uint64_t *anomalies);

#endif
