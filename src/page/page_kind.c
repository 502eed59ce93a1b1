/* page_kind.c - what a page is: words that tell, and the rules; see page.h.
 *
 * Parked and dead pages are short: their phrases count only where little else stands. A storefront needs two kinds of signs, one of
 * them a price, a way to order or a way to join. Set by judgement.
 */
#include "base/limits.h"
#include "page/page_int.h"

enum { SHORT_TEXT = 1500, STUB_TEXT = 400 };

const char *page_kind_name(enum page_kind k)
{
	static const char *const names[] = {"other", "storefront", "redirect", "parked", "dead", "file", "revisit"};
	return names[k];
}

static bool word_in(struct str word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ascii_lower(word.p[0]) == (uint8_t)words[i][0] && str_ieq(word, str_of(words[i])))
			return true;
	return false;
}
#define WORD_IN(word, words) word_in(word, words, sizeof words / sizeof *words)

void page_word(struct page_work *w, struct str word)
{
	static const char *const order[] = {"cart", "basket", "checkout", "buy", "order", "purchase", "addtocart", "shoppingcart",
		"billing", "payment", "warenkorb", "panier", "carrito"};
	static const char *const account[] = {"join", "signup", "register", "deposit", "cashier", "play", "download", "apply",
		"enroll", "login", "signin", "members"};
	static const char *const nav[] = {"testimonials", "bestsellers", "bestseller", "products", "product", "catalog",
		"catalogue", "shipping", "guarantee", "refund", "refunds", "track", "specials", "delivery", "pricelist", "prices",
		"discount", "bonus"};
	if (WORD_IN(word, order))
		w->signs |= SHOP_ORDER;
	else if (WORD_IN(word, account))
		w->signs |= SHOP_ACCOUNT;
	else if (WORD_IN(word, nav))
		w->nav_words++;
}

static void reason(struct page *p, struct str text)
{
	if (p->n_reasons < PAGE_REASONS)
		p->reasons[p->n_reasons++] = text;
}

static bool says(struct page_work *w, const char *const *phrases, size_t n)
{
	struct str text = str_first(w->r.text, SHORT_TEXT);
	for (size_t i = 0; i < n; i++) {
		struct str phrase = str_of(phrases[i]);
		if (str_ifind(text, phrase) != STR_NPOS || str_ifind(w->r.title, phrase) != STR_NPOS) {
			reason(w->page, phrase);
			return true;
		}
	}
	return false;
}
#define SAYS(w, phrases) says(w, phrases, sizeof phrases / sizeof *phrases)

static bool parked(struct page_work *w)
{
	static const char *const phrases[] = {"domain may be for sale", "domain is for sale", "buy this domain", "domain for sale",
		"parked", "related searches", "this domain has expired", "domain has been registered", "domain name registration",
		"sponsored listings", "is available for purchase", "make an offer", "domain is registered"};
	return SAYS(w, phrases);
}

static bool dead(struct page_work *w)
{
	static const char *const phrases[] = {"account suspended", "account has been suspended", "site suspended",
		"site has been disabled", "not found", "page cannot be found", "forbidden", "access denied", "under construction",
		"coming soon", "it works!", "default web page", "default page", "test page for", "welcome to nginx", "index of /",
		"site is temporarily unavailable", "service unavailable", "bandwidth limit exceeded", "no web site is configured",
		"no website configured", "internal server error", "website is no longer available", "domain not configured"};
	return SAYS(w, phrases);
}

static bool storefront(struct page_work *w)
{
	static const struct {
		unsigned sign;
		const char *text;
	} signs[] = {{SHOP_PRICES, "prices"}, {SHOP_ORDER, "a way to order"}, {SHOP_ACCOUNT, "a way to join, play or download"},
		{SHOP_NUMBER, "order numbers"}, {SHOP_PHONE, "a support phone"}, {SHOP_PAY, "means of payment"},
		{SHOP_NAV, "pages of a shop"}};
	int n = 0;
	w->signs |= w->nav_words > 1 ? SHOP_NAV : 0;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		n += (w->signs & signs[i].sign) != 0;
	if (n < 2 || !(w->signs & (SHOP_PRICES | SHOP_ORDER | SHOP_ACCOUNT)))
		return false;
	if (n == 2 && w->signs == (SHOP_ACCOUNT | SHOP_PHONE))
		return false; /* any company's site */
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (w->signs & signs[i].sign)
			reason(w->page, str_of(signs[i].text));
	return true;
}

static bool empty(const struct page_work *w)
{
	return !w->r.text.n && !w->r.n_images && !w->r.n_links;
}

void page_judge(struct page_work *w)
{
	struct page *p = w->page;
	const bool little = w->r.text.n <= SHORT_TEXT,
		   shop_like = (w->signs & (SHOP_PRICES | SHOP_ORDER)) == (SHOP_PRICES | SHOP_ORDER);
	if (w->in->outcome.n) {
		p->kind = PAGE_DEAD;
		reason(p, w->in->outcome);
	} else if (p->next.how != LEAD_NONE) {
		p->kind = PAGE_REDIRECT;
		reason(p, str_of(lead_name(p->next.how)));
	} else if (little && !shop_like && parked(w)) {
		p->kind = PAGE_PARKED;
	} else if (p->status >= 400) {
		p->kind = PAGE_DEAD;
		reason(p, S("status"));
	} else if (w->r.text.n <= STUB_TEXT && !shop_like && dead(w)) {
		p->kind = PAGE_DEAD;
	} else if (empty(w)) {
		p->kind = PAGE_DEAD;
		reason(p, S("empty"));
	} else if (storefront(w)) {
		p->kind = PAGE_STOREFRONT;
	} else {
		p->kind = PAGE_OTHER;
	}
}
