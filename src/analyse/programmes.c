/* programmes.c - see programmes.h. */
#include "analyse/programmes.h"

#include <math.h>

#include "analyse/aliases.h"
#include "analyse/programme_items.h"
#include "analyse/shop_visits.h"
#include "analyse/votes.h"
#include "base/limits.h"

/* How much one step of inheritance costs: a link may be another's, a campaign may change hands. */
static const float domain_keeps = 0.95F, campaign_keeps = 0.93F;

struct groups {
	struct votes programmes, brands, categories;
};

static void groups_free(struct groups *g)
{
	votes_free(&g->programmes);
	votes_free(&g->brands);
	votes_free(&g->categories);
}

static bool groups_add(struct groups *g, uint64_t group, const struct analysed *m)
{
	return votes_add(&g->programmes, group, m->programme) && votes_add(&g->brands, group, m->brand) &&
	       votes_add(&g->categories, group, m->category);
}

static bool groups_count(struct groups *g)
{
	return votes_count(&g->programmes) && votes_count(&g->brands) && votes_count(&g->categories);
}

struct heir {
	struct analysed *m;
	enum via via;
	float keeps;
	double share_of_all; /* of a group's members have to name it */
	bool torn;           /* two groups that name different programmes */
	const struct verdict *programme, *brand, *category;
};

static const struct verdict *agreed_in(const struct votes *v, uint64_t group, const struct heir *h, const struct verdict *before)
{
	const struct verdict *found = votes_find(v, group);
	return found && found->name && found->n >= PROGRAMMES_WITNESSES && found->n >= PROGRAMMES_AGREE * found->named &&
	                       found->n >= h->share_of_all * found->all && (!before || found->n > before->n)
	               ? found
	               : before;
}

/* Members that sell different goods, or another kind than the heir's: a host that leads to many shops, no shop. */
static bool contradicts(const struct heir *h, const struct groups *g, uint64_t group)
{
	const struct verdict *v = votes_find(&g->categories, group);
	return v && v->name && (v->n < PROGRAMMES_AGREE * v->named || (h->m->category && h->m->category != v->name));
}

static void hear(struct heir *h, const struct groups *g, uint64_t group)
{
	if (contradicts(h, g, group))
		return;
	const struct verdict *before = h->programme, *now = agreed_in(&g->programmes, group, h, NULL);
	h->torn |= before && now && before->name != now->name;
	h->programme = agreed_in(&g->programmes, group, h, before);
	h->brand = agreed_in(&g->brands, group, h, h->brand);
	h->category = agreed_in(&g->categories, group, h, h->category);
}

/* More witnesses, more belief. */
static float belief(const struct verdict *v, float keeps)
{
	return keeps * (float)v->n / (float)v->named * (float)v->n / ((float)v->n + 0.5F);
}

/* Fills what the message lacks. */
static void inherit(const struct heir *h)
{
	struct analysed *m = h->m;
	bool programme = !m->programme && h->programme, brand = !m->brand && h->brand;
	bool category = !m->category && h->category;
	if (h->torn || (!programme && !brand && h->via != VIA_CAMPAIGN))
		return;
	if (programme) {
		m->programme = h->programme->name;
		m->programme_confidence = belief(h->programme, h->keeps);
	}
	if (brand) {
		m->brand = h->brand->name;
		m->brand_confidence = belief(h->brand, h->keeps);
	}
	if (category) {
		m->category = h->category->name;
		m->category_confidence = belief(h->category, h->keeps);
	}
	if ((m->via == VIA_NONE && brand) || programme)
		m->via = (uint8_t)h->via;
}

static int through_domains(struct analysis *a, struct err *err)
{
	struct groups g = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < a->n_messages; i++)
		for (size_t k = 0; ok && k < a->messages[i].n_domains; k++)
			ok = groups_add(&g, analysis_domains(a, &a->messages[i])[k], &a->messages[i]);
	ok = ok && groups_count(&g);
	for (size_t i = 0; ok && i < a->n_messages; i++) {
		struct heir h = {&a->messages[i], VIA_DOMAIN, domain_keeps, PROGRAMMES_DOMAIN, false, NULL, NULL, NULL};
		for (size_t k = 0; k < h.m->n_domains; k++)
			hear(&h, &g, analysis_domains(a, h.m)[k]);
		inherit(&h);
	}
	groups_free(&g);
	return ok ? 0 : err_oom(err, "programmes");
}

static int through_campaigns(struct analysis *a, struct err *err)
{
	struct groups g = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < a->n_messages; i++)
		if (a->messages[i].campaign)
			ok = groups_add(&g, a->messages[i].campaign, &a->messages[i]);
	ok = ok && groups_count(&g);
	for (size_t i = 0; ok && i < a->n_messages; i++)
		if (a->messages[i].campaign) {
			struct heir h = {
				&a->messages[i], VIA_CAMPAIGN, campaign_keeps, PROGRAMMES_CAMPAIGN, false, NULL, NULL, NULL};
			hear(&h, &g, h.m->campaign);
			inherit(&h);
		}
	groups_free(&g);
	return ok ? 0 : err_oom(err, "programmes");
}

int programmes_step(struct analysis *a, struct err *err)
{
	struct shops shops;
	int rc = shops_load(&shops, a->store, a->set->pack, &a->arena, err);
	if (!rc && shops.left_out)
		rc = analysis_left_out(a, "programmes", err,
			"The %d largest unknown programmes are told; %zu forms of storefronts that fit none of them are left out.",
			LIM_PROGRAMMES, shops.left_out);
	rc = rc ? rc : through_pages(a, &shops, err);
	rc = rc ? rc : through_domains(a, err);
	rc = rc ? rc : through_campaigns(a, err);
	rc = rc ? rc : programme_items(a, &shops, err);
	rc = rc ? rc : aliases_find(a, &shops, err);
	shops_free(&shops);
	return rc;
}
