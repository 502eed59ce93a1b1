/* kin.h - what a message shows beside its text that may be its campaign's own: by it are joined the parts of a campaign whose text is too
 * short, or drawn too freely, for an edge (analyse/campaign_kin.c).
 *
 * Known limits: marks are hashes of 32 and 31 bits. Of a million different values some hundred pairs, of subjects twice as many, are one by chance.
 */
#ifndef TRAPLINE_CAMPAIGN_KIN_H
#define TRAPLINE_CAMPAIGN_KIN_H

#include "campaign/sketch.h"

enum { KIN_WORDS = 25 }; /* of a text that tells its campaign by itself: three sentences, fewer are alternatives */
struct kin_marks {
	uint32_t link;         /* all of its domains and the shape of the first link; 0: no domains, or as many as a sketch holds */
	uint32_t subject : 31; /* its words in order, numbers as one; 0: fewer than two besides these */
	uint32_t told : 1;     /* KIN_WORDS or more */
};
struct kin_marks kin_marks_of(const struct sketch *s);

#endif
