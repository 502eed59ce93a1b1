/* host.h - what of a class's tokens its hosts and what it was given to send decide, not the software. Private to this folder.
 *
 * Zone. Where a host's clock runs in UTC, local time is UTC: an id that holds local time, a Received field that ends in the host's
 * zone look like those of software that writes UTC. And a Date in any one zone may be the host's or the software's. A lab whose
 * machines share a zone (UTC, in a cloud) catches what shows one of several habits. Each set of host.c holds the tokens that one
 * piece of software may write, by its host's zone. Of a class that has seen hosts in UTC and others (by the zones of its Dates, a
 * tenth each) the counts tell what the software does, and two of a set that it shows are both its own: the rarer is as little strange
 * (fill_both of scorer.c); of any other the tokens of the same set are possible, too. The zone of Date itself (tz) is free for any class (engine_freedom).
 *
 * Address. Software that writes its host's own address (Message-ID, forged Received) writes the peer's, or a private one behind a
 * router: a lab's machines are all on one side. Only of engines: a client's mail comes from its server.
 *
 * Name. What stands in a forged Received field is told as the Message-ID's host or From's domain, though HELO says the same, where a
 * host has no name of its own and software takes one of these. Hosts that have one show it as HELO's. Only of engines.
 *
 * Parts. What contradicts a claim is told in one token, of Message-ID and boundary. A capture of letters in one part shows the one
 * only; where that is a fault already, a boundary may be another. And what shows a fault in its boundaries has none in letters without.
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

/* Tokens that one token may be elsewhere: at most so many, four forms of Received in four zones but itself. */
#define HOST_ALIKE 15
/* Which zones a class has seen: one, several but not UTC, UTC and others. */
enum host_zones { ZONES_ONE, ZONES_NOT_UTC, ZONES_ALL };
/* Which letters: in one part (without a boundary), in several. */
enum host_parts { PARTS_ONE, PARTS_SEVERAL, PARTS_ALL };
struct host_view {
	enum host_zones zones;
	enum host_parts parts;
	bool engine;
	bool helo_mid, helo_from; /* HELO is the Message-ID's host, From's domain */
};
struct host_view engine_hosts(const struct engine_model *m, const struct engine_class *k);

/* What a token of such a class may be on other hosts, as far as the model has it: how many, into out. */
size_t engine_elsewhere(const struct engine_model *m, uint32_t token, struct host_view seen, uint32_t out[HOST_ALIKE]);

/* Makes these tokens, for all counts of the class. 0, or ERR_ENV. */
int engine_elsewhere_make(struct engine_model *m, const struct engine_class *k);

#endif
