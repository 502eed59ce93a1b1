/* programme_items.h - items of kind "programme" from the messages' attributions, at the end of the programmes step. */
#ifndef TRAPLINE_ANALYSE_PROGRAMME_ITEMS_H
#define TRAPLINE_ANALYSE_PROGRAMME_ITEMS_H

#include "analyse/analysis.h"

/* Replaces the items of kind "programme", by name: {"name","in_pack","category","messages","message_share","domains",
 * "domain_share","first","last","via":{"own":n,...},"brands":[{"name","messages"}],"engines":[{"name","messages"}]}.
 * message_share is of messages with a programme, domain_share of domains with one: different numbers, never to be mixed. */
int programme_items(struct analysis *a, struct err *err);

#endif
