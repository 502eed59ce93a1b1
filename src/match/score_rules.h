/* score_rules.h - the weights of score.c in log-odds, and the facts they are given for; private to match/.
 * Documented in docs/PACKS.md. Set by judgement on TREC 2007 and SpamAssassin mail, not fitted. */
#ifndef TRAPLINE_MATCH_SCORE_RULES_H
#define TRAPLINE_MATCH_SCORE_RULES_H

#include "match/find.h"

/* shops, products, shares: a name is what they sell under */
#define RULE_SHOP_PRIOR -3.0
#define RULE_SHOP_SUBJECT 4.0
#define RULE_SHOP_FROM 4.0
#define RULE_SHOP_TEXT 4.5
#define RULE_SHOP_HIDDEN 1.5
#define RULE_SHOP_URL 2.5
#define RULE_LINK 1.0
#define RULE_NO_LINK -1.5
#define RULE_SUPPORT_CAP 2.0
#define RULE_SOLE_BRAND 3.5
#define RULE_ONE_OF_BRANDS 1.0
#define RULE_DOMAIN 6.0       /* a shop's own domain */
#define RULE_DOMAIN_ALONE 2.0 /* the same when the name says otherwise */
/* any name */
#define RULE_MORE_PLACES 0.75 /* once: places depend on one another */
#define RULE_DISGUISE 2.5     /* nobody disguises an honest word */
#define RULE_GENERIC -4.5
#define RULE_NOT_A_NAME -2.5
#define RULE_LONGER_NAME -2.5
#define RULE_QUOTED -3.0
#define RULE_REPLY -2.0
/* impersonation: a claim, contradicted by where mail and links come from */
#define RULE_CLAIM_PRIOR -4.0
#define RULE_CLAIM_SUBJECT 1.5
#define RULE_CLAIM_FROM 4.0
#define RULE_CLAIM_FROM_LEADS 2.5
#define RULE_CLAIM_TEXT 0.5
#define RULE_CLAIM_HIDDEN 0.0
#define RULE_CLAIM_URL 0.5
#define RULE_CLAIM_NOT_A_NAME -1.0
#define RULE_FROM_OWN -3.5
#define RULE_FROM_FOREIGN 1.0
#define RULE_MISMATCH 4.0
#define RULE_DOMAIN_IN_HOST 3.0 /* paypal.com.example.net */
#define RULE_NAME_IN_HOST 1.0   /* paypal-login.example.net */
#define RULE_ADDRESS_LINK 1.5
#define RULE_LINKS_FOREIGN 1.0
#define RULE_LINKS_MIXED -1.5
#define RULE_LINKS_OWN -6.0
#define RULE_CLAIM_NO_LINK -2.0
#define RULE_HTML_ATTACHMENT 1.0
#define RULE_CALL 1.0 /* "call +1 (888) 555-0199": who answers is the lure's */
#define RULE_LURE_CAP 3.0
#define RULE_LURE_WORD 2.0 /* words of this weight make a lure, weaker ones do not */
#define RULE_NO_LURE -2.0
#define RULE_ONLY_MENTIONED -3.0 /* neither From nor subject nor a link claims the name */
/* categories */
#define RULE_CATEGORY_PRIOR -3.0
#define RULE_HIDDEN_SHARE 0.4
#define RULE_URL_SHARE 0.7
#define RULE_QUOTED_SHARE 0.3
#define RULE_NEXT_WORD 0.8
#define RULE_STRONG_WORD 2.0
#define RULE_SUBJECT_WORD 1.0 /* more for a strong word: own_subject */
#define RULE_WEAK_WORD 1.3    /* words below this together add at most RULE_WEAK_CAP */
#define RULE_WEAK_CAP 1.5
#define RULE_TEXT_BYTES 3000.0 /* longer text holds more words by chance: prior - ln(bytes / this) */
#define RULE_OWN_MAIL -3.0     /* no lure: mail of a known organisation, with links to it alone */
/* programmes */
#define RULE_PROGRAMME_OF_BRAND 0.97

/* Of the message as a whole. */
struct mail_facts {
	bool links; /* something to click outside of hidden text */
	struct str first_link;
	bool quotes;      /* lines that quote another mail */
	bool own_subject; /* says what this mail is about: of no reply, nothing passed on, no list's */
	bool reply;       /* "Re:" or its like, and quoted lines: an answer to something */
	bool html_attachment;
	bool number_sought; /* asked for by the first brand that has no link */
	struct str number;  /* number_to_call */
	uint32_t shop_of;   /* brand + 1 whose shop domain is linked */
	struct str shop_domain;
};
struct mail_facts mail_facts_of(const struct doc *d);

/* A telephone number that the text asks to call; empty: none. */
struct str number_to_call(struct str text);

/* Of one hit. */
bool hit_quoted(const struct finder *f, const struct hit *h);         /* on a line that quotes another mail */
bool hit_after_my(const struct finder *f, const struct hit *h);       /* "My" before it: a longer name */
bool hit_in_longer_name(const struct finder *f, const struct hit *h); /* "Harbour Pharmacy Plus", "at New Harbour Pharmacy" */
bool hit_is_name(const struct finder *f, const struct hit *h, const struct phrase *p); /* its words begin with capitals */
/* How a name in From claims to be the sender: alone or with words as "Support Team"; first, with other words; not at all. */
enum claim { CLAIM_NONE, CLAIM_LEADS, CLAIM_WHOLE };
enum claim hit_claim(const struct finder *f, const struct hit *h);

/* Of the links, seen from one brand. */
struct link_facts {
	size_t own, foreign; /* links to click */
	struct str first_own, first_foreign, mismatch, address;
	struct str domain_in_host, name_in_host;
};
struct link_facts link_facts_of(const struct finder *f, const struct doc *d, uint32_t brand);
/* Is the From address of the brand's own domains? */
bool from_is_own(const struct lexicon *x, struct str from_addr, uint32_t brand);
/* Do From and all links belong to one organisation that the packs know? */
bool mail_is_own(const struct finder *f, const struct doc *d);
bool programme_sells(const struct lexicon *x, uint32_t programme, uint32_t brand);

#endif
