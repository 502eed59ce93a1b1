/* chain_int.h - what chain.c and chain_role.c share; private to them. */
#ifndef TRAPLINE_PAGE_CHAIN_INT_H
#define TRAPLINE_PAGE_CHAIN_INT_H

#include "page/chain.h"

struct str url_domain(const struct url *u); /* registrable domain, else the host */
struct str url_path(const struct url *u);   /* from the first slash on, query included */
/* Role and reasons of a hop; node NULL: not captured. */
void hop_judge(const struct chains *c, const struct chain_node *node, const struct url *u, struct hop *h);

#endif
