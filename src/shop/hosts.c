/* hosts.c - see hosts.h. */
#include "shop/hosts.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"

/* Who uses a name server or address. */
struct users {
	uint32_t programme[2]; /* + 1 */
	uint32_t n[2];
	uint32_t named, all, other; /* domains: of these two, of all DNS facts, captured and no storefront */
	bool many;                  /* three programmes or more, or a storefront without a name */
};

static void use(struct users *u, uint32_t programme)
{
	for (int i = 0; i < 2; i++) {
		if (!u->programme[i])
			u->programme[i] = programme + 1;
		if (u->programme[i] == programme + 1) {
			u->n[i]++;
			u->named++;
			return;
		}
	}
	u->many = true;
}

enum seen { SEEN_NOT, SEEN_SHOP, SEEN_OTHER };

/* What was captured at a domain, and of which programme (NO_PROGRAMME: none, or several). */
static enum seen seen_at(const struct shops *s, const struct map *others, struct str domain, uint32_t *programme)
{
	char key[300];
	int n = snprintf(key, sizeof key, "d:%.*s", (int)(domain.n < 256 ? domain.n : 256), (const char *)domain.p);
	const struct map_entry *e = map_get(&s->places, str_make(key, (size_t)n));
	const struct place *p = e ? &s->places_v.v[e->value - 1] : NULL;
	*programme = p && !p->torn ? s->forms[p->form].programme : NO_PROGRAMME;
	if (p)
		return SEEN_SHOP;
	return map_get(others, domain) ? SEEN_OTHER : SEEN_NOT;
}

static void count(struct users *users, struct id_set ids, enum seen seen, uint32_t programme)
{
	for (size_t i = 0; i < ids.n; i++) {
		struct users *u = &users[ids.v[i]];
		u->all++;
		u->other += seen == SEEN_OTHER;
		if (seen == SEEN_SHOP && programme != NO_PROGRAMME)
			use(u, programme);
		else
			u->many |= seen == SEEN_SHOP;
	}
}

static bool own(const struct users *u)
{
	return !u->many && !u->other && u->named >= HOSTS_SUPPORT && u->named >= HOSTS_SHARE * u->all;
}

static bool runs(const struct users *u, uint32_t programme)
{
	return u->programme[0] == programme + 1 || u->programme[1] == programme + 1;
}

/* The programme that all own name servers of a domain can be of; of two the one that has the address to itself. */
static struct hosted judge(const struct users *users, const struct site_dns *d)
{
	struct hosted h = {.programme = NO_PROGRAMME};
	const struct users *ns = NULL;
	for (size_t i = 0; i < d->ns.n; i++) {
		const struct users *u = &users[d->ns.v[i]];
		if (!own(u) || (ns && (u->programme[0] != ns->programme[0] || u->programme[1] != ns->programme[1]) &&
				       (u->programme[0] != ns->programme[1] || u->programme[1] != ns->programme[0])))
			return (struct hosted){.programme = NO_PROGRAMME};
		ns = u;
		h.ns = d->ns.v[i];
		h.domains = u->named;
	}
	if (!ns)
		return h;
	if (!ns->programme[1]) {
		h.programme = ns->programme[0] - 1;
		h.confidence = HOSTS_CONFIDENCE;
		return h;
	}
	for (size_t i = 0; i < d->a.n; i++) {
		const struct users *u = &users[d->a.v[i]];
		if (u->many || u->programme[1] || u->named < HOSTS_SUPPORT || !runs(ns, u->programme[0] - 1))
			continue;
		if (h.programme != NO_PROGRAMME && h.programme != u->programme[0] - 1)
			return (struct hosted){.programme = NO_PROGRAMME};
		h.programme = u->programme[0] - 1;
		h.confidence = HOSTS_ADDRESS;
		h.address = d->a.v[i] + 1;
	}
	return h;
}

static bool add(struct shops *s, struct str domain, const struct hosted *h)
{
	struct map_entry *e = map_put(&s->hosted, domain, NULL);
	struct hosted *to = e ? vec_push(s->arena, &s->hosted_v, UINT32_MAX - 1) : NULL;
	if (!to)
		return false;
	*to = *h;
	e->value = s->hosted_v.n;
	return true;
}

bool shop_hosts(struct shops *s)
{
	const struct sites *sites = &s->sites;
	struct users *users = mem_zalloc(sites->tokens.n + 1, sizeof *users);
	struct map others;
	bool ok = users != NULL;
	uint32_t programme;
	map_init(&others, SIZE_MAX);
	for (size_t i = 0; ok && i < sites->pages.n; i++)
		if (sites->pages.v[i].kind == SITE_OTHER)
			ok = map_put(&others, sites->pages.v[i].domain, NULL) != NULL;
	for (size_t i = 0; ok && i < sites->dns.n; i++) {
		enum seen seen = seen_at(s, &others, sites->dns.v[i].domain, &programme);
		count(users, sites->dns.v[i].ns, seen, programme);
		count(users, sites->dns.v[i].a, seen, programme);
	}
	for (size_t i = 0; ok && i < sites->dns.n; i++) {
		if (seen_at(s, &others, sites->dns.v[i].domain, &programme) != SEEN_NOT)
			continue;
		struct hosted h = judge(users, &sites->dns.v[i]);
		ok = h.programme == NO_PROGRAMME || add(s, sites->dns.v[i].domain, &h);
	}
	map_free(&others);
	mem_free(users);
	return ok;
}
