/* shops.h - which affiliate programme a storefront belongs to.
 *
 * Seeds: the pack's example domains, each only when its page stands up: a storefront, that names no other programme's brand, and
 * does not disagree with the programme's other seeds. A form is compared with what is known of each programme:
 *   structure  nearest neighbour among the programme's forms; a second programme nearly as near takes half of the weight (distance
 *              ratio, SHOP_RATIO), as a storefront template may be sold or stolen
 *   marks      brand, phone, order format ... (sites.h): kept only with zero hits on other programmes, else they weigh half
 *              (Levchenko et al. 2011; Der et al., "Knock It Off", KDD 2014, mine them likewise)
 * Weights are log-odds, set by judgement: what an operator would have to give up to change it. What is stable on both sides (on
 * SHOP_STABLE domains) and differs speaks against. SHOP_SCORE names, when the next programme is SHOP_MARGIN behind; forms so found teach
 * their own marks to the programme. Forms that fit none but stand on SHOP_DOMAINS domains or more are an unknown programme: it is named
 * after its brand when that is its own, else "programme-3f2a".
 */
#ifndef TRAPLINE_SHOP_SHOPS_H
#define TRAPLINE_SHOP_SHOPS_H

#include "base/json.h"
#include "match/pack.h"
#include "shop/sites.h"

#define SHOP_RATIO 0.7 /* nearest distance over the second's: Lowe's ratio, a little stricter than his 0.8 */
#define SHOP_NEAR 0.6  /* likeness of structures that counts at all */
#define SHOP_SAME 0.9  /* and that is enough by itself, when nothing contradicts */
#define SHOP_SCORE 3.0 /* odds of 20 to 1 */
#define SHOP_MARGIN 1.0
#define SHOP_TEACHES 5.0 /* a form must fit well before others are measured by it */
#define SHOP_TIE 0.85    /* confidence of what addresses decide, as HOSTS_ADDRESS: a machine may change hands */
enum { SHOP_STABLE = 3, SHOP_DOMAINS = 3, SHOP_FORMS = 8 };

enum { SHOP_STRUCTURE = MARK_COUNT, SHOP_FAMILIES };
struct likeness {
	double score, structure;
	unsigned agrees, shared, against; /* 1 << family; shared: agrees, but with others too */
};
struct programme {
	struct str name, brand, category; /* brand: its only one, or the first */
	bool in_pack, one_brand;          /* one brand is known of it, by the pack and by its pages */
	VEC(uint32_t) forms;
	VEC(uint32_t) marks[MARK_COUNT];
	uint32_t domains; /* that show it */
};
struct seed {
	struct str domain;
	uint32_t programme, page, form;
	bool accepted;
	struct str reason; /* of a refusal */
};
#define NO_PROGRAMME UINT32_MAX
struct form_name {
	uint32_t programme;   /* NO_PROGRAMME: unknown */
	uint32_t second;      /* the next best, for the record; of one without a name the best */
	uint32_t rival;       /* while it has no name: fits as well as `second` (ties.h), or NO_PROGRAMME */
	struct likeness like; /* to it */
	struct likeness rival_like;
	double confidence;
	uint32_t hosts;   /* domains whose addresses decided between two that it fits alike; 0: the page did */
	struct str brand; /* the pack's spelling where it has one */
};
struct place {
	uint32_t form, captures;
	uint32_t page; /* the first capture */
	bool torn;     /* shows several programmes */
};
struct hosted { /* a domain without a captured page, by its hosts (hosts.h) */
	uint32_t programme;
	uint32_t ns, address; /* tokens; address + 1, 0: the name server was enough */
	uint32_t domains;     /* storefronts on that name server */
	double confidence;
};
struct shops {
	struct sites sites;
	const struct pack *pack;
	struct arena *arena;
	VEC(struct programme) programmes; /* the pack's in its order, then unknown ones */
	VEC(struct seed) seeds;
	struct form_name *forms; /* by form */
	size_t left_out;         /* forms that fit no programme, beyond LIM_PROGRAMMES unknown ones */
	struct map owners;       /* token number (4 bytes) -> programmes that have it */
	struct map places;       /* "h:" host, "d:" domain -> struct place by number - 1 */
	VEC(struct place) places_v;
	struct map hosted; /* domain -> hosted_v by number - 1 */
	VEC(struct hosted) hosted_v;
};

int shops_load(struct shops *s, struct store *store, const struct pack *pack, struct arena *arena, struct err *err);
void shops_free(struct shops *s);
/* The form that a URL leads to / that stands on a host or else its domain; NO_FORM. *page (may be NULL): the capture. */
uint32_t shops_url(const struct shops *s, struct str url, int64_t time, uint32_t *page);
uint32_t shops_place(const struct shops *s, struct str host, struct str domain);
const struct hosted *shops_hosted(const struct shops *s, struct str domain); /* or NULL */
/* What made the name: [{"kind","name","weight","text","domains"}]. */
void shops_evidence(const struct shops *s, uint32_t form, struct json *j);

#endif
