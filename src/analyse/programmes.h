/* programmes.h - for whom: the affiliate programme that a message earns for, also when the mail names none.
 *
 * A message inherits the programme, in this order, from the page that its link leads to (through the whole chain), from a domain
 * it links to, from what it says itself, from its campaign; `via` tells which. Two sources that disagree give nothing.
 * A group passes on what nearly all of its members say (PROGRAMMES_AGREE of those that say anything), never a mere majority: an
 * engine sends for many, a free host serves many. A campaign passes on the category of its goods in the same way, also where no
 * brand and no programme is known; a domain does not: it may be the bank's that phishing links to as well.
 *
 * Writes items of kind "programme" (by name: messages, domains, shares by message and by domain, engines, brands, ways).
 */
#ifndef TRAPLINE_ANALYSE_PROGRAMMES_H
#define TRAPLINE_ANALYSE_PROGRAMMES_H

#include "analyse/analysis.h"

#define PROGRAMMES_AGREE 0.95 /* of the members that name a programme: one in twenty may be mistaken */
#define PROGRAMMES_DOMAIN \
	0.8 /* of all mail with a domain names it: else it is a bystander (a picture's, a free or broken-into host's) */
#define PROGRAMMES_WITNESSES 3  /* messages that say so themselves, at least */
#define PROGRAMMES_CAMPAIGN 0.1 /* of a campaign names it: one template for one goal, so a tenth is enough to tell which */

int programmes_step(struct analysis *a, struct err *err);

#endif
