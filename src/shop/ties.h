/* ties.h - storefronts that two programmes fit alike, by their addresses.
 *
 * Two programmes that sell one brand from one template, with one kind of order numbers, differ in little else than telephones: of a storefront with
 * a number that neither is known for, the page does not say whose it is. The machines may: SHOP_STABLE of its domains have an address that
 * storefronts of the one programme have and none of the other's, and hardly a domain of it is the other way round. A name server is
 * nothing here, as such programmes often share it. Of three that fit alike the two best are asked.
 */
#ifndef TRAPLINE_SHOP_TIES_H
#define TRAPLINE_SHOP_TIES_H

#include "shop/shops.h"

#define TIES_AGAIN 0.1 /* of the domains for the one, at most, are for the other: what was seen before a machine changed hands */

/* Names such forms, by form_name.second and .rival; *found: how many. Before what fits none is named. False: out of memory. */
bool shop_ties(struct shops *s, size_t *found);
/* The object that tells of it, of a name with hosts. */
void tie_evidence(const struct shops *s, const struct form_name *n, struct json *j);

#endif
