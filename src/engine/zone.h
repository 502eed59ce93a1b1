/* zone.h - what of a class's tokens the zone of its hosts decides, not the software; private to this folder.
 *
 * Where a host's clock runs in UTC, local time is UTC: an id that holds local time, a Received field that ends in the host's
 * zone look like those of software that writes UTC. And a Date in any one zone may be the host's or the software's. A lab whose
 * machines share a zone (UTC, in a cloud) catches what shows one of several habits. Each set of zone.c holds the tokens that one
 * piece of software may write, by its host's zone.
 *
 * Of a class that has seen hosts in UTC and others (by the zones of its Dates, a tenth each) the counts tell what the software
 * does. Of any other the tokens of the same set are as good as unseen: they are not strange, and their odds are those of what a
 * network decides (score.h). The zone of Date itself (tz) is free for any class (engine_freedom). What was seen keeps its odds:
 * a zone that software always writes stays a mark.
 *
 * Known limits: a form of Received that is cut to a hash hides its zone; Thread-Index is compared with Date as if always in UTC.
 */
#ifndef TRAPLINE_ENGINE_ZONE_H
#define TRAPLINE_ENGINE_ZONE_H

#include "engine/model.h"

/* Tokens that one token may be elsewhere: at most so many. */
#define ZONE_ALIKE 6
/* Which hosts a class has seen: of one zone, of several but none in UTC, of UTC and others. */
enum engine_zones { ZONES_ONE, ZONES_NOT_UTC, ZONES_ALL };
enum engine_zones engine_zones_seen(const struct engine_model *m, const struct engine_class *k);

/* What a token of such a class may be on other hosts, as far as the model has it: how many, into out. */
size_t engine_zone_alike(const struct engine_model *m, uint32_t token, enum engine_zones seen, uint32_t out[ZONE_ALIKE]);

/* Makes these tokens, for all counts of the class. 0, or ERR_ENV. */
int engine_zone_make(struct engine_model *m, const struct engine_class *k);

#endif
