/* page_int.h - how page.c, page_tokens.c, page_text.c and page_kind.c share their work; private to them. */
#ifndef TRAPLINE_PAGE_PAGE_INT_H
#define TRAPLINE_PAGE_PAGE_INT_H

#include "page/page.h"

/* Signs that a page sells. */
enum shop_sign {
	SHOP_PRICES = 1 << 0,  /* three amounts of money or more */
	SHOP_ORDER = 1 << 1,   /* a way to order: cart, basket, checkout ... */
	SHOP_ACCOUNT = 1 << 2, /* a way to join, play, download, apply */
	SHOP_NUMBER = 1 << 3,  /* order numbers are spoken of */
	SHOP_PHONE = 1 << 4,
	SHOP_PAY = 1 << 5, /* means of payment */
	SHOP_NAV = 1 << 6, /* bestsellers, testimonials, shipping ... */
};

struct token_set {
	VEC(struct str) v;
	VEC(uint32_t) slots;
	uint32_t *slot;
	size_t n_slots;
};

struct page_work {
	struct arena *arena;
	const struct psl *psl;
	const struct page_input *in;
	struct page *page;
	struct str html; /* UTF-8 */
	struct html_result r;
	struct token_set set;
	unsigned signs; /* enum shop_sign */
	unsigned nav_words;
	unsigned looks; /* tokens of looks so far */
	bool oom;
};

/* "family=value", value cleaned: see page.h. keep: digits stay as they are. */
void page_token(struct page_work *w, const char *family, const char *prefix, struct str value, bool keep);
void page_token_hash(struct page_work *w, const char *family, uint64_t h);
int page_tokens_done(struct page_work *w); /* sorts; -1 when out of memory */

void page_markup(struct page_work *w); /* tags, forms, scripts */
void page_links(struct page_work *w);  /* paths, hosts, images */
void page_text(struct page_work *w);   /* title, shingles, phones, order numbers, payment */
void page_judge(struct page_work *w);  /* kind and reasons */

/* Words that tell what a path or a link is for; adds to signs and nav_words. */
void page_word(struct page_work *w, struct str word);

#endif
