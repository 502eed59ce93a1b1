/* sites.h - what the captured pages and the DNS facts of a store come to: forms of storefronts, and where they stand.
 *
 * A form is a storefront as its makers built it: the same structure and the same marks, on however many domains. Programmes are
 * told from forms (shops.h), so that a thousand captures of one template are looked at once.
 *   structure  tokens of the families tag, path, form and script (page/page.h)
 *   marks      what tells one operator from another: brand, phone, order format, counter account, host that its forms go to, favicon;
 *              pictures that look the same (looks.h), which do not make another form
 * Everything follows from the set of items; numbers are given in the order of their ids. Strings are hostile; memory is the arena's.
 */
#ifndef TRAPLINE_SHOP_SITES_H
#define TRAPLINE_SHOP_SITES_H

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/image_digest.h"
#include "store/store.h"

enum mark { MARK_BRAND, MARK_PHONE, MARK_ORDER, MARK_ACCOUNT, MARK_PAYHOST, MARK_ICON, MARK_LOOK, MARK_COUNT };
extern const char *const mark_names[MARK_COUNT];

enum site_kind {
	SITE_OTHER,
	SITE_STOREFRONT,
	SITE_REDIRECT,
	SITE_PARKED,
	SITE_DEAD,
	SITE_FILE,
	SITE_REVISIT
}; /* SITE_REVISIT: of a capture that is not here */

#define NO_FORM UINT32_MAX
#define NO_PAGE UINT32_MAX

struct id_set {
	const uint32_t *v; /* ascending */
	size_t n;
};
struct form {
	struct id_set structure, marks[MARK_COUNT];
	struct str brand; /* as the page writes it; "" when the page is not clear about it */
	uint32_t domains; /* distinct, that show it themselves */
	uint32_t page;    /* the first capture of it, as an example */
	uint32_t looks;   /* of its captures, so far */
};
struct site_page {
	struct str id, url, host, domain, title;
	int64_t time;
	struct str same; /* of a revisit: URL and time of the capture that it is the same as */
	int64_t same_time;
	enum site_kind kind;
	uint32_t end;  /* capture that its chain ends at: itself when it stays; NO_PAGE: not captured, or a loop */
	uint32_t form; /* of a storefront */
};
struct form_look {
	uint32_t form;
	struct image_digest look;
};
struct site_dns {
	struct str domain;
	struct str registrar;
	struct id_set ns, a; /* of sites.tokens */
	int64_t first;
};
struct sites {
	struct arena *arena;
	struct map tokens;           /* token -> number; also name servers ("ns=") and addresses ("a=") */
	VEC(struct site_page) pages; /* by id: URL, then time */
	VEC(struct form) forms;
	VEC(struct form_look) looks; /* of storefronts' images */
	VEC(struct site_dns) dns;    /* by domain */
	struct map urls, form_keys;  /* -> first page of that URL; -> form */
	VEC(uint32_t) token_domains; /* by token: distinct domains with a storefront that has this mark */
	VEC(uint32_t) token_forms;   /* by token: forms with it in their structure */
};

/* Reads the items of kinds "page", "chain" and "dns". sites_free owed in any case. */
int sites_load(struct sites *s, struct store *store, struct arena *arena, struct err *err);
void sites_free(struct sites *s);
/* The capture of a URL that is nearest in time (TIME_NONE: the last one), or NO_PAGE. */
uint32_t sites_page(const struct sites *s, struct str url, int64_t time);
const struct site_dns *sites_dns(const struct sites *s, struct str domain); /* or NULL */
uint32_t sites_intern(struct sites *s, struct str token); /* its number, made when new; UINT32_MAX: out of memory */
struct str sites_token(const struct sites *s, uint32_t id);
/* Similarity of two structures, 0..1: shared weight over all weight, tokens that many forms have weighing little. */
double sites_alike(const struct sites *s, struct id_set a, struct id_set b);

bool ids_meet(struct id_set a, struct id_set b);

#endif
