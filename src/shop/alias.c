/* alias.c - see alias.h. */
#include "shop/alias.h"

#include <math.h>
#include <stdlib.h>

#include "base/time.h"

const char *const alias_family_names[ALIAS_FAMILY_COUNT] = {"page", "contact", "hosts", "payment", "spamming", "succession"};
const char *const alias_tier_names[] = {"contradicted", "unproven", "likely", "same"};

enum { ENOUGH_DOMAINS = 3, ENOUGH_MESSAGES = 20, SUCCESSION_DAYS = 7 };
#define TEMPLATE 0.8 /* likeness from which on two storefronts are of one template */
#define SPEAKS 0.7   /* weight from which on a family speaks for it */

static double clamp(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

uint32_t alias_times(const struct alias_uses *u, uint32_t thing)
{
	size_t lo = 0, hi = u->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (u->v[mid].thing < thing)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < u->n && u->v[lo].thing == thing ? u->v[lo].n : 0;
}

/* Seldom used once does not make a thing popular. */
void alias_users(const struct alias_org *orgs, size_t n, uint16_t *users)
{
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < USE_COUNT; k++) {
			const struct alias_uses *u = &orgs[i].uses[k];
			for (size_t t = 0; t < u->n; t++)
				users[u->v[t].thing] += users[u->v[t].thing] < UINT16_MAX && (uint64_t)u->v[t].n * 50 >= u->total;
		}
}

/* 1 for what only two organisations have, less the more do. */
static double rarity(const struct alias_world *w, uint32_t thing)
{
	unsigned users = w->users[thing];
	return users < 2 ? 1 : 1 / (double)(users - 1);
}

/* A name server or address that mostly others use is a hoster's. */
static double own_ratio(const struct alias_world *w, uint32_t thing, uint32_t ours)
{
	uint32_t all = w->domains_with ? w->domains_with[thing] : 0;
	return all > ours ? clamp((double)ours / (double)all / 0.3, 0, 1) : 1;
}

/* The share of both sides' use that is of the same, rare things; -1: one side has nothing. */
static double overlap(const struct alias_world *w, enum alias_things kind, size_t a, size_t b)
{
	const struct alias_uses *x = &w->orgs[a].uses[kind], *y = &w->orgs[b].uses[kind];
	double sum = 0;
	if (!x->total || !y->total)
		return -1;
	for (size_t i = 0; i < x->n; i++) {
		uint32_t thing = x->v[i].thing, n = alias_times(y, thing);
		if (!n)
			continue;
		double share = fmin((double)x->v[i].n / (double)x->total, (double)n / (double)y->total);
		double worth = rarity(w, thing) * (w->weak && kind == USE_ORDER && w->weak[thing] ? 0.25 : 1);
		if (kind == USE_NS || kind == USE_ADDRESS)
			worth *= own_ratio(w, thing, x->v[i].n + n);
		sum += share * worth;
	}
	return sum;
}

/* Both sides use something again and again, and nothing of it is the same. */
static bool apart(const struct alias_world *w, enum alias_things kind, size_t a, size_t b)
{
	const struct alias_uses *x = &w->orgs[a].uses[kind], *y = &w->orgs[b].uses[kind];
	bool stable[2] = {false, false};
	for (size_t i = 0; i < x->n; i++) {
		if (alias_times(y, x->v[i].thing))
			return false;
		stable[0] |= x->v[i].n >= ENOUGH_DOMAINS;
	}
	for (size_t i = 0; i < y->n; i++)
		stable[1] |= y->v[i].n >= ENOUGH_DOMAINS;
	return stable[0] && stable[1];
}

static double page_weight(const struct alias_world *w, struct alias_pair *p)
{
	size_t users = 0;
	p->alike = w->alike(w->ctx, p->a, p->b);
	if (p->alike < 0)
		return 0;
	if (p->alike < 0.3)
		return -0.5;
	if (p->alike < TEMPLATE)
		return 0;
	for (size_t i = 0; i < w->n; i++)
		users += i != p->a && i != p->b && (w->alike(w->ctx, p->a, i) >= TEMPLATE || w->alike(w->ctx, p->b, i) >= TEMPLATE);
	return 2.0 / (1 + (double)users);
}

static double contact_weight(const struct alias_world *w, struct alias_pair *p)
{
	double sum = 0, account = overlap(w, USE_ACCOUNT, p->a, p->b);
	p->phone = overlap(w, USE_PHONE, p->a, p->b);
	p->order = overlap(w, USE_ORDER, p->a, p->b);
	sum += p->phone > 0 ? 3 * p->phone : apart(w, USE_PHONE, p->a, p->b) ? -1 : 0;
	sum += p->order > 0 ? 2 * p->order : apart(w, USE_ORDER, p->a, p->b) ? -1 : 0;
	sum += account > 0 ? 3 * account : 0;
	return clamp(sum, -2, 3);
}

static double own_hosts(const struct alias_world *w, size_t org)
{
	const struct alias_uses *u = &w->orgs[org].uses[USE_NS];
	double sum = 0;
	for (size_t i = 0; i < u->n; i++)
		sum += rarity(w, u->v[i].thing) * own_ratio(w, u->v[i].thing, u->v[i].n) * (double)u->v[i].n;
	return u->total ? sum / (double)u->total : 0;
}

static double hosts_weight(const struct alias_world *w, struct alias_pair *p)
{
	p->ns = overlap(w, USE_NS, p->a, p->b);
	p->address = overlap(w, USE_ADDRESS, p->a, p->b);
	double best = fmax(p->ns, p->address);
	if (best < 0)
		return 0;
	if (best < 0.1 && w->orgs[p->a].domains >= ENOUGH_DOMAINS && w->orgs[p->b].domains >= ENOUGH_DOMAINS)
		return fmin(own_hosts(w, p->a), own_hosts(w, p->b)) > 0.3 ? -1.5 : 0;
	return clamp(4 * best, 0, 3);
}

/* What any two programmes share is the market; only what is beyond it counts. */
static double spamming_weight(const struct alias_world *w, struct alias_pair *p)
{
	double sum = 0, all = 0;
	p->engines = overlap(w, USE_ENGINE, p->a, p->b);
	p->campaigns = overlap(w, USE_CAMPAIGN, p->a, p->b);
	for (size_t i = 0; i < w->n; i++)
		for (int side = 0; side < 2; side++) {
			size_t own = side ? p->b : p->a;
			double o = i == p->a || i == p->b ? -1 : overlap(w, USE_ENGINE, own, i);
			sum += o >= 0 ? o : 0;
			all += o >= 0;
		}
	double usual = all > 0 ? sum / all : 0;
	double engines = p->engines > 0 ? 2 * clamp(p->engines - usual, 0, 0.5) : 0;
	return clamp(engines + (p->campaigns > 0.02 ? 1 : 0), 0, 1.5);
}

static double succession_weight(const struct alias_world *w, struct alias_pair *p)
{
	const struct alias_org *a = &w->orgs[p->a], *b = &w->orgs[p->b];
	const int64_t week = (int64_t)SUCCESSION_DAYS * SECONDS_A_DAY;
	if (a->begin == TIME_NONE || b->begin == TIME_NONE || a->messages < ENOUGH_MESSAGES || b->messages < ENOUGH_MESSAGES)
		return 0;
	p->first = b->begin < a->begin;
	const struct alias_org *old = p->first ? b : a, *new = p->first ? a : b;
	p->gap_days = (double)(new->begin - old->end) / SECONDS_A_DAY;
	if (fabs(p->gap_days) > SUCCESSION_DAYS || old->end > w->end - week || new->begin < w->begin + week)
		return 0;
	return p->engines > 0.2 || !old->uses[USE_ENGINE].total ? 1.5 : 0.7;
}

static enum alias_tier tier_of(const struct alias_pair *p)
{
	double against = 0;
	for (int f = 0; f < ALIAS_FAMILY_COUNT; f++)
		against += p->weight[f] < 0 ? p->weight[f] : 0;
	if (p->log_odds >= ALIAS_LIKELY && p->families >= ALIAS_FAMILIES)
		return p->log_odds >= ALIAS_SAME ? ALIAS_TIER_SAME : ALIAS_TIER_LIKELY;
	return p->log_odds <= ALIAS_CONTRADICTED && against <= -1 ? ALIAS_TIER_CONTRADICTED : ALIAS_TIER_UNPROVEN;
}

struct alias_pair alias_judge(const struct alias_world *w, size_t a, size_t b)
{
	struct alias_pair p = {.a = a, .b = b, .gap_days = NAN};
	double pay = overlap(w, USE_PAYHOST, a, b);
	p.weight[ALIAS_PAGE] = page_weight(w, &p);
	p.weight[ALIAS_CONTACT] = contact_weight(w, &p);
	p.weight[ALIAS_HOSTS] = hosts_weight(w, &p);
	p.weight[ALIAS_PAYMENT] = pay > 0 ? pay : 0;
	p.weight[ALIAS_SPAMMING] = spamming_weight(w, &p);
	p.weight[ALIAS_SUCCESSION] = succession_weight(w, &p);
	p.log_odds = ALIAS_PRIOR;
	for (int f = 0; f < ALIAS_FAMILY_COUNT; f++) {
		p.log_odds += p.weight[f];
		p.families += p.weight[f] >= SPEAKS;
	}
	p.tier = tier_of(&p);
	return p;
}
