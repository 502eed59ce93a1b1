/* host.h - what of a class's tokens its hosts decide, not the software: the zone, the address. Private to this folder.
 *
 * Zone. Where a host's clock runs in UTC, local time is UTC: an id that holds local time, a Received field that ends in the host's
 * zone look like those of software that writes UTC. And a Date in any one zone may be the host's or the software's. A lab whose
 * machines share a zone (UTC, in a cloud) catches what shows one of several habits. Each set of host.c holds the tokens that one
 * piece of software may write, by its host's zone. Of a class that has seen hosts in UTC and others (by the zones of its Dates, a
 * tenth each) the counts tell what the software does; of any other the tokens of the same set are possible, too. The zone of Date
 * itself (tz) is free for any class (engine_freedom).
 *
 * Address. Software that writes its host's own address (Message-ID, forged Received) writes the peer's, or a private one behind a
 * router: a lab's machines are all on one side. Only of engines: a client's mail comes from its server.
 *
 * What is possible is not strange, and its odds are those of what a network decides (score.h). What was seen keeps its odds: a
 * zone that software always writes stays a mark.
 *
 * Known limits: a form of Received that is cut to a hash hides its zone; Thread-Index is compared with Date as if always in UTC;
 * a Received field that holds a host's name has the form of that name.
 */
#ifndef TRAPLINE_ENGINE_HOST_H
#define TRAPLINE_ENGINE_HOST_H

#include "engine/model.h"

/* Tokens that one token may be elsewhere: at most so many, the three others of three sets. */
#define HOST_ALIKE 9
/* Which zones a class has seen: one, several but not UTC, UTC and others. */
enum host_zones { ZONES_ONE, ZONES_NOT_UTC, ZONES_ALL };
struct host_view {
	enum host_zones zones;
	bool addresses; /* an engine's */
};
struct host_view engine_hosts(const struct engine_model *m, const struct engine_class *k);

/* What a token of such a class may be on other hosts, as far as the model has it: how many, into out. */
size_t engine_elsewhere(const struct engine_model *m, uint32_t token, struct host_view seen, uint32_t out[HOST_ALIKE]);

/* Makes these tokens, for all counts of the class. 0, or ERR_ENV. */
int engine_elsewhere_make(struct engine_model *m, const struct engine_class *k);

#endif
