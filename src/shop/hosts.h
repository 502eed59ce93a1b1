/* hosts.h - domains that nobody captured, by their name servers.
 *
 * A name server that HOSTS_SUPPORT named storefront domains or more have, all of one programme (or of two), and no captured page that
 * is something else, is the operator's own: domains on it are that programme's. Of two, the address decides, when only one of them
 * uses it. An address alone is nothing: others' sites stand beside shops on rented machines; nor is a name server that three have.
 * The page of a domain, where one was captured as a storefront or as something else, always comes first.
 */
#ifndef TRAPLINE_SHOP_HOSTS_H
#define TRAPLINE_SHOP_HOSTS_H

#include "shop/shops.h"

enum { HOSTS_SUPPORT = 5 };
#define HOSTS_SHARE 0.3      /* of all domains known to be on it are named storefronts: else too little of it was captured */
#define HOSTS_CONFIDENCE 0.9 /* a name server says less than a page */
#define HOSTS_ADDRESS 0.85

/* Fills s->hosted. False: out of memory. */
bool shop_hosts(struct shops *s);

#endif
