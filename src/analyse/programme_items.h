/* programme_items.h - items of kind "programme" from the messages' attributions, at the end of the programmes step. */
#ifndef TRAPLINE_ANALYSE_PROGRAMME_ITEMS_H
#define TRAPLINE_ANALYSE_PROGRAMME_ITEMS_H

#include "analyse/analysis.h"
#include "shop/shops.h"

/* Replaces the items of kind "programme", by name: {"name","in_pack","category","messages","message_share","domains",
 * "domain_share","first","last","via":{"own":n,...},"brands":[{"name","messages"}],"engines":[{"name","messages"}],
 * "seeds":[{"domain","accepted","reason","page"}],"marks":[{"kind","value","domains"}]}.
 * message_share is of messages with a programme, domain_share of advertised domains with one: different numbers, never to be mixed.
 * And those of kind "domain", by domain, of every domain whose page is a storefront with a name, or (captures 0, page null) whose name
 * servers are a programme's own:
 * {"domain","programme","brand","confidence","captures","page","registrar","first_seen","ns","evidence":[{"kind","name","weight","text",..}]}. */
int programme_items(struct analysis *a, const struct shops *shops, struct err *err);

#endif
