/* alias_words.h - what was found about a pair of organisations, in words and JSON. */
#ifndef TRAPLINE_ANALYSE_ALIAS_WORDS_H
#define TRAPLINE_ANALYSE_ALIAS_WORDS_H

#include "analyse/aliases.h"
#include "base/tally.h"
#include "shop/alias.h"

struct alias_node {
	struct str name, brand, of; /* of: the programme it is a brand of, its own name otherwise */
	uint32_t programme, form;
	bool apart; /* a brand that its programme is not known for */
	bool split; /* its programme has such brands: mail that names no brand tells nothing about either */
	bool known; /* the pack's programme under its own brands */
	struct alias_org org;
	VEC(struct str) registrars;
	VEC(int64_t) times;
};
struct aliases {
	const struct shops *s;
	struct arena arena;
	struct map keys;
	VEC(struct alias_node) nodes;
	struct tally uses[USE_COUNT]; /* (node, thing) */
	uint32_t tokens;              /* things from here on are names of the analysis: engines and campaigns */
	float *likeness;
	struct alias_world world;
};

/* A JSON array of {"kind","weight","text"}: one for each family that says something, and what is no evidence. */
void alias_evidence(const struct aliases *l, const struct alias_pair *p, struct buf *out);
void alias_reading(const struct aliases *l, const struct alias_pair *p, enum decided decided, struct buf *out);
void alias_item(const struct aliases *l, const struct alias_pair *p, struct str reading, struct str evidence, struct str decision,
	struct buf *out);

#define strs_have(list, s) strs_have_((list)->v, (list)->n, s)
static inline bool strs_have_(const struct str *v, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

#endif
