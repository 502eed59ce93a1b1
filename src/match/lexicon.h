/* lexicon.h - the phrases of a pack, prepared for finding; private to match/.
 *
 * Immutable once built; points into the pack, which must outlive it.
 */
#ifndef TRAPLINE_MATCH_LEXICON_H
#define TRAPLINE_MATCH_LEXICON_H

#include "base/map.h"
#include "match/index.h"
#include "match/pack.h"

enum phrase_kind { PHRASE_BRAND, PHRASE_WORD, PHRASE_PATTERN }; /* a brand's, a category's, a brand's regular expression */

/* One word of a phrase, between blanks of the folded text: letters only. */
struct phrase_token {
	uint32_t letter; /* first letter's index */
	uint32_t n;
	uint32_t set; /* of its letter classes (cut.h) */
};
struct phrase {
	enum phrase_kind kind;
	uint32_t owner;     /* index into the pack's brands or categories */
	double weight;      /* words: log-odds of the pack */
	struct str text;    /* as the pack has it */
	struct str fold;    /* folded */
	struct str squeeze; /* its letters squeezed */
	uint8_t *letter;    /* its letters a-z, in order */
	bool *gap;          /* a separator stands before this letter */
	uint32_t n_letters;
	struct phrase_token *token;
	uint32_t n_tokens;
	bool squeezable; /* long enough to be looked for in disguise */
	bool ascii;      /* the pack's text is ASCII: any other character in the source is a disguise */
};

/* A domain that the pack knows. */
enum domain_role { DOMAIN_OWN, DOMAIN_BRAND, DOMAIN_PROGRAMME }; /* a brand's own; a shop of a brand; a shop of a programme */
struct domain_link {
	enum domain_role role;
	uint32_t owner; /* brand or programme */
	uint32_t next;  /* 1-based index of the next link of this domain, 0 = none */
};

struct lexicon {
	const struct pack *pack;
	struct arena arena;
	struct phrase *phrases;
	size_t n_phrases;
	struct map domains; /* domain -> 1-based index into links */
	struct key_filter domain_heads;
	struct domain_link *links;
	size_t n_links, cap_links;
	struct phrase_index index;
	/* brand -> programmes that list it in the highest layer that does */
	uint32_t **brand_programmes;
	uint32_t *n_brand_programmes;
};

int lexicon_build(struct lexicon *x, const struct pack *p, struct err *err);
void lexicon_free(struct lexicon *x);

/* The token by whose letters a phrase is found: its longest. */
uint32_t lexicon_anchor(const struct phrase *p);
/* First link of a domain, or NULL. */
const struct domain_link *lexicon_domain(const struct lexicon *x, struct str domain);
/* The same for the domain or its nearest parent that the pack knows ("a.b.example" finds "b.example"). */
const struct domain_link *lexicon_host(const struct lexicon *x, struct str host);
static inline const struct domain_link *domain_next(const struct lexicon *x, const struct domain_link *l)
{
	return l->next ? &x->links[l->next - 1] : NULL;
}

#endif
