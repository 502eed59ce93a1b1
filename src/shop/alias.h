/* alias.h - whether two names are one organisation: log-odds by family of evidence, pure.
 *
 * Families, each with its cap, so that no single kind of thing can prove it; at least ALIAS_FAMILIES have to speak for it:
 *   page        the same storefront structure; a template that several have (sold, stolen) is worth less
 *   contact     phone numbers, order formats, counter accounts; what is stable on both sides and differs speaks against
 *   hosts       name servers and addresses, by how unpopular they are: what many use is a hoster, and a registrar is no evidence
 *   payment     hosts that forms are sent to; little, as a bank or processor serves many
 *   spamming    the same engines and the same campaigns, beyond what any two programmes share
 *   succession  one begins when the other ends
 * Nearly the same name is never evidence. Weights are judgements, written where they are used; ALIAS_PRIOR: of twenty programmes
 * with pages, most pairs are strangers. An analyst's decision wins and is kept beside what was found.
 */
#ifndef TRAPLINE_SHOP_ALIAS_H
#define TRAPLINE_SHOP_ALIAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define ALIAS_PRIOR (-3.0)
#define ALIAS_SAME 2.0 /* log-odds from which on it is said to be so: 7 to 1 behind the prior */
#define ALIAS_LIKELY 0.0
#define ALIAS_CONTRADICTED (-4.0)
enum { ALIAS_FAMILIES = 2 };

enum alias_family { ALIAS_PAGE, ALIAS_CONTACT, ALIAS_HOSTS, ALIAS_PAYMENT, ALIAS_SPAMMING, ALIAS_SUCCESSION, ALIAS_FAMILY_COUNT };
extern const char *const alias_family_names[ALIAS_FAMILY_COUNT];
enum alias_tier { ALIAS_TIER_CONTRADICTED, ALIAS_TIER_UNPROVEN, ALIAS_TIER_LIKELY, ALIAS_TIER_SAME };
extern const char *const alias_tier_names[];

/* How often an organisation's domains (or messages) have a thing. */
struct alias_use {
	uint32_t thing, n;
};
enum alias_things { USE_PHONE, USE_ORDER, USE_ACCOUNT, USE_PAYHOST, USE_NS, USE_ADDRESS, USE_ENGINE, USE_CAMPAIGN, USE_COUNT };
struct alias_uses {
	const struct alias_use *v; /* by thing */
	size_t n;
	uint64_t total;
};
struct alias_org {
	uint32_t domains, messages;
	int64_t begin, end; /* when 2 % and 98 % of its mail had been seen; TIME_NONE: too little of it */
	struct alias_uses uses[USE_COUNT];
};
struct alias_world {
	const struct alias_org *orgs;
	size_t n;
	const uint16_t *users;        /* by thing: organisations that have it more than now and then (alias_users) */
	const uint32_t *domains_with; /* by thing: domains of all DNS facts that have it (name servers and addresses) */
	const uint8_t *weak;          /* by thing: an order format without letters */
	int64_t begin, end;           /* of all mail */
	double (*alike)(void *ctx, size_t a, size_t b); /* of storefront structures, 0..1; -1: unknown */
	void *ctx;
};
struct alias_pair {
	size_t a, b;
	double weight[ALIAS_FAMILY_COUNT];
	double alike, phone, order, ns, address, engines, campaigns; /* overlaps behind them, 0..1; -1: nothing to compare */
	double gap_days;                                             /* from the end of one to the begin of the other */
	int first;                                                   /* succession: 0 a comes first, 1 b */
	double log_odds;
	unsigned families; /* that speak for it */
	enum alias_tier tier;
};
/* Counts users of every thing; users: by thing, zeroed. */
void alias_users(const struct alias_org *orgs, size_t n, uint16_t *users);
uint32_t alias_times(const struct alias_uses *u, uint32_t thing);
struct alias_pair alias_judge(const struct alias_world *w, size_t a, size_t b);

#endif
