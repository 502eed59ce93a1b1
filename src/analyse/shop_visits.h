/* shop_visits.h - where the links of messages lead: programme and brand through captured pages. */
#ifndef TRAPLINE_ANALYSE_SHOP_VISITS_H
#define TRAPLINE_ANALYSE_SHOP_VISITS_H

#include "analyse/analysis.h"
#include "shop/shops.h"

/* Fills programme, brand, category and via of the messages whose link was captured (VIA_PAGE), or whose link's host or domain shows
 * one and the same programme wherever it was captured (VIA_DOMAIN). Links that lead to two programmes give nothing. What the message
 * itself says stays when it is as sure. */
int through_pages(struct analysis *a, const struct shops *s, struct err *err);

#endif
