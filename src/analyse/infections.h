/* infections.h - infected addresses that others saw, laid over the peers that sent the mail: a step of the analysis.
 *
 * A peer was known to be infected when a fact (observation.h) names its address within INFECTION_DAYS of one of its messages. It stores
 *   items "infection", id = engine ("" for mail of no known engine or client):
 *     {"engine","peers","infected","agree","otherwise","window_days","names":[{"name","engine","peers"}]}
 *     peers: addresses that it sends from; infected: of these; agree: infected with what has the engine's name; otherwise: not with that, but
 *     with what has another engine's. The rest of the infected has names that are no engine here, or none.
 *   items "infected", id = the name in the facts ("" for none):
 *     {"name","engine","addresses","seen","senders":[{"engine","addresses"}]}
 *     addresses: in the facts; seen: of these, sent mail within the window; senders: what we hold that mail to be.
 * engine is ours, null when none has that name.
 */
#ifndef TRAPLINE_ANALYSE_INFECTIONS_H
#define TRAPLINE_ANALYSE_INFECTIONS_H

#include "analyse/analysis.h"
#include "analyse/observation.h"

/* An address is one machine for a day or two: of Torpig's 182,800 machines 1,247,642 addresses were seen in ten days (Stone-Gross et al.,
 * CCS 2009), 1.5 days each; and lists are made by the day. */
enum { INFECTION_DAYS = 2 };

analysis_step infections_step;
/* Does the fact tell of that address at about that time? */
bool infection_fits(const struct observation *o, struct str ip, int64_t time);

#endif
