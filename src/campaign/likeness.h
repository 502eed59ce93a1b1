/* likeness.h - how alike two sketches are, and whether they come from one template.
 *
 * Symmetric, pure, from the two sketches alone. The text is judged three ways, because each fails where another holds:
 *   resemblance  of the runs of three words (MinHash): templates with few slots, whatever is put around them
 *   aligned      the longest common subsequence of the sampled words: survives a slot in every third word
 *   shared       the sampled words as a bag: survives sentences that change places
 * The sample is drawn by hash, so both messages drop the same words (bottom-k sampling: Broder's "mod p" sketch). The latter two
 * are given as resemblance (against the union) and as containment (against the shorter), which padding cannot lower.
 */
#ifndef TRAPLINE_CAMPAIGN_LIKENESS_H
#define TRAPLINE_CAMPAIGN_LIKENESS_H

#include "campaign/sketch.h"

struct likeness {
	double resemblance;               /* runs of three words, 0..1 */
	unsigned words_a, words_b;        /* sampled words below the common threshold */
	unsigned aligned, shared;         /* of them */
	double align_part, shared_part;   /* aligned, shared / shorter: containment */
	double align, share;              /* aligned, shared / union: resemblance */
	unsigned facts, facts_a, facts_b; /* numbers in common; of each */
	unsigned digits;                  /* of those in common: 1 for one of two digits, 2, 3 and 4 for longer ones */
	unsigned names_a, names_b;
	unsigned names, domains; /* in common */
	unsigned subject;        /* words of the subjects in common order; of the longer one: */
	unsigned subject_words;
	bool url, url_differs;   /* the first links have the same shape; another one */
	bool dense;              /* words are characters in one of them */
	unsigned tags;           /* bins of the tag stream that agree, of SKETCH_TAGS; 0 when one has none */
	bool image, shape, file; /* an equal image, an image of the same width and height, an equal attachment */
	bool look, large;        /* a similar image (IMAGE_DIGEST_NEAR); a similar large one (SKETCH_LARGE) */
	unsigned look_bits;      /* in which the two most similar images differ; IMAGE_DIGEST_BITS without such */
};

void likeness_of(const struct sketch *a, const struct sketch *b, struct likeness *out);

/* ---- the same in parts, for one sketch against many ---- */

enum { LIKENESS_SLOTS = 1024 }; /* ten times SKETCH_WORDS: seldom the place of another word */
struct likeness_words {
	struct sketch_text text;
	uint8_t seen[LIKENESS_SLOTS]; /* by the last bits of a sampled word: 1 */
};
/* Of a blob that sketch_read accepts; it has to stay where it is. */
void likeness_words_of(const uint8_t *blob, struct likeness_words *out);
/* The text members of *out, which is zero before; words in common and in order are no fewer than there are. */
void likeness_text_most(const struct sketch_text *a, const struct likeness_words *b, struct likeness *out);
/* The same as they are. */
void likeness_text_exact(const struct sketch *a, const struct sketch *b, struct likeness *out);
/* All others. */
void likeness_rest(const struct sketch *a, const struct sketch *b, struct likeness *out);

/* How much the texts say that they come from one template, 0..1: the best of the three, the bag for a little less. */
double likeness_text(const struct likeness *l);

#endif
