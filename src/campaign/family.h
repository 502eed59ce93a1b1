/* family.h - the signatures of one campaign: one for each template that its messages were made from.
 *
 * A campaign is held together by its links, its numbers or its pictures as well, and by texts of which each resembles the next:
 * what one template cannot say of all its texts, several can. If the texts as a whole have nothing to go by (signature_settle), the
 * first of them and those that are like it (FAMILY_ALIKE) are tried by themselves, then what is left. FAMILY_ROUNDS bound the cost
 * for a salad of words. Deterministic: by the bytes of the texts, not by their order.
 */
#ifndef TRAPLINE_CAMPAIGN_FAMILY_H
#define TRAPLINE_CAMPAIGN_FAMILY_H

#include "campaign/signature.h"

/* Fewer texts show too little of what varies: two agree in whatever they happen to say, a third tells. */
enum { FAMILY_LEAST = 3, FAMILY_ROUNDS = 8 };
/* Tokens in common order, of the union: half of all, as EDGE_TEXT_ALONE. */
#define FAMILY_ALIKE 0.5

/* bodies[i] and subjects[i] are of one message. At most FAMILY_ROUNDS signatures; not settled yet, they may have more fragments
 * than a settled one, for ham to take away. Their texts are copied into a; scratch holds what was needed for it. 0 or ERR_ENV. */
int family_signatures(struct arena *a, struct arena *scratch, const struct str *subjects, const struct str *bodies, size_t n,
	struct signature out[FAMILY_ROUNDS], size_t *n_out);

#endif
