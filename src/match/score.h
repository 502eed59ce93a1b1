/* score.h - weighs what was found and names brand, programme and category; private to match/.
 *
 * Each kind of evidence is a family with a weight in log-odds; a family counts once, by its best item (further places add a
 * little); confidence is the logistic of the sum. Below 0.5 nothing is named. docs/PACKS.md lists rules and weights.
 */
#ifndef TRAPLINE_MATCH_SCORE_H
#define TRAPLINE_MATCH_SCORE_H

#include "match/find.h"

/* One item of the explanation, for or against (negative weight). */
struct reason {
	const char *kind; /* "brand", "programme", "category" */
	const struct pack_entry *entry;
	const char *where; /* field */
	struct str text;   /* source bytes */
	const char *rule;
	double weight;
};
enum { REASONS_MAX = 32 };

struct verdict {
	const struct pack_entry *brand, *programme, *category; /* NULL: not named */
	struct str category_name;                              /* of a category that only a brand entry names */
	double brand_confidence, programme_confidence, category_confidence;
	bool disguised; /* disguised words were found */
	struct reason reasons[REASONS_MAX];
	size_t n_reasons;
};

void score(const struct finder *f, const struct doc *d, struct verdict *out);

#endif
