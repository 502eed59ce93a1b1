/* seeds.h - the pack's programmes and their example domains, each checked before anything is measured by it. See shops.h. */
#ifndef TRAPLINE_SHOP_SEEDS_H
#define TRAPLINE_SHOP_SEEDS_H

#include "shop/shops.h"

/* Fills programmes and seeds. False: out of memory. */
bool shop_seeds(struct shops *s);

/* Of shops.c. */
bool programme_add_mark(struct shops *s, struct programme *p, int family, uint32_t token);
bool programme_add_form(struct shops *s, struct programme *p, uint32_t form, bool taught);

#endif
