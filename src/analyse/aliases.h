/* aliases.h - alias findings: the programmes of a store and the brands that they are not known for, each pair judged (shop/alias.h).
 *
 * Writes items of kind "alias", by "NAME|OTHER", of every pair that anything speaks for or that an analyst has decided:
 * {"a","b","tier","log_odds","families","reading","decision":{...}|null,"evidence":[{"kind","weight","text"}]}, and adds findings of
 * kind alias for those that are the same or likely so, unless an analyst says no.
 * Decisions are items of kind "decision", by the same id (decision_id): {"a","b","entries":[{"verdict":"same"|"different","time","by",
 * "note","undone":bool}]}: the last one that is not undone wins, the others stay as dissent.
 */
#ifndef TRAPLINE_ANALYSE_ALIASES_H
#define TRAPLINE_ANALYSE_ALIASES_H

#include "analyse/analysis.h"
#include "shop/shops.h"

int aliases_find(struct analysis *a, const struct shops *s, struct err *err);

/* "A|B", the smaller name first, ASCII case apart; in the arena; {NULL,0}: out of memory. *swapped (may be NULL): b comes first. */
struct str decision_id(struct arena *arena, struct str a, struct str b, bool *swapped);
enum decided { DECIDED_NOT, DECIDED_SAME, DECIDED_DIFFERENT };
/* The verdict of a decision item: the last entry that is not undone. */
enum decided decision_verdict(struct str json);

#endif
