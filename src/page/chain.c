/* chain.c - see chain.h: the set of captures, who leads where in it, and chains. Roles are in chain_role.c. */
#include "page/chain.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/time.h"
#include "page/chain_int.h"

const char *hop_role_name(enum hop_role r)
{
	static const char *const names[] = {"unseen", "redirect", "shortener", "free_hosting", "traffic", "compromised",
		"storefront", "parked", "dead", "page"};
	return names[r];
}

const char *chain_end_name(enum chain_end e)
{
	static const char *const names[] = {"page", "open", "loop", "cap"};
	return names[e];
}

void chains_init(struct chains *c, const struct psl *psl)
{
	*c = (struct chains){.psl = psl};
	map_init(&c->urls, LIM_CHAIN_URLS);
	map_init(&c->hosts, LIM_CHAIN_URLS);
	map_init(&c->pairs, LIM_CHAIN_URLS);
	map_init(&c->ages, LIM_CHAIN_URLS);
	arena_init(&c->arena, LIM_CHAIN_URLS);
	arena_init(&c->scratch, LIM_PAGE_ARENA);
}

void chains_free(struct chains *c)
{
	map_free(&c->urls);
	map_free(&c->hosts);
	map_free(&c->pairs);
	map_free(&c->ages);
	arena_free(&c->arena);
	arena_free(&c->scratch);
}

/* The entry + 1 of url; 0 when out of memory. */
static uint32_t url_entry(struct chains *c, struct str url)
{
	struct map_entry *e = map_put(&c->urls, url, NULL);
	c->oom |= !e;
	return e ? (uint32_t)(e - c->urls.entries) + 1 : 0;
}

static struct str url_of(const struct chains *c, uint32_t entry)
{
	return entry ? c->urls.entries[entry - 1].key : S("");
}

struct str chain_url(const struct chains *c, size_t i)
{
	return url_of(c, c->nodes.v[i].url);
}

int chains_add(struct chains *c, const struct capture *cap)
{
	struct chain_node *node = vec_push(&c->arena, &c->nodes, LIM_CHAIN_PAGES);
	if (!node) {
		c->lost += c->nodes.n >= LIM_CHAIN_PAGES;
		return c->nodes.n >= LIM_CHAIN_PAGES ? 0 : -1;
	}
	*node = (struct chain_node){.time = cap->time,
		.status = (int16_t)cap->status,
		.kind = (uint8_t)cap->kind,
		.how = (uint8_t)cap->how,
		.partial = cap->partial};
	node->url = url_entry(c, cap->url);
	node->next = cap->how != LEAD_NONE && cap->next.n ? url_entry(c, cap->next) : 0;
	node->same = cap->same_url.n && !node->next ? url_entry(c, cap->same_url) : 0;
	node->same_time = cap->same_time;
	c->n = c->nodes.n;
	return c->oom ? -1 : 0;
}

int chains_age(struct chains *c, struct str domain, int64_t registered)
{
	struct map_entry *e = map_put(&c->ages, domain, NULL);
	if (!e)
		return -1;
	e->value = (uint64_t)time_day(registered);
	return 0;
}

/* ---- who leads where ---- */

/* The index in known of a host ('h') or a domain ('d'). */
static uint32_t known_entry(struct chains *c, char kind, struct str name)
{
	uint8_t key[256] = {(uint8_t)kind};
	bool fresh = false;
	name = str_first(name, sizeof key - 1);
	if (name.n)
		memcpy(key + 1, name.p, name.n);
	struct map_entry *e = map_put(&c->hosts, str_make(key, name.n + 1), &fresh);
	if (!e || (fresh && !vec_push(&c->arena, &c->known, UINT32_MAX))) {
		c->oom = true;
		return 0;
	}
	if (fresh)
		e->value = c->known.n - 1;
	return (uint32_t)e->value;
}

/* 1 when this is the first time that `of` is paired with name. */
static uint32_t first_pair(struct chains *c, char kind, uint32_t of, struct str name)
{
	uint8_t key[260] = {(uint8_t)kind};
	bool fresh = false;
	name = str_first(name, 250);
	memcpy(key + 1, &of, sizeof of);
	if (name.n)
		memcpy(key + 1 + sizeof of, name.p, name.n);
	c->oom |= !map_put(&c->pairs, str_make(key, 1 + sizeof of + name.n), &fresh);
	return fresh;
}

struct str url_domain(const struct url *u)
{
	return u->domain.n ? u->domain : u->host;
}

struct str url_path(const struct url *u)
{
	size_t i = str_find(u->raw, S("//"));
	if (i == STR_NPOS)
		return S("");
	struct str rest = str_from(u->raw, i + 2);
	i = str_find_byte(rest, '/');
	return i == STR_NPOS ? S("") : str_from(rest, i);
}

static void learn_lead(struct chains *c, const struct chain_node *node, const struct url *from)
{
	struct url to;
	int rc = url_parse(&c->scratch, c->psl, url_of(c, node->next), &to);
	c->oom |= rc < 0;
	if (rc <= 0 || str_eq(url_domain(from), url_domain(&to)))
		return;
	uint32_t host = known_entry(c, 'h', to.host), domain = known_entry(c, 'd', url_domain(&to));
	if (c->oom)
		return;
	c->known.v[node->host].to_domains += first_pair(c, 't', node->host, url_domain(&to));
	c->known.v[node->domain].to_domains += first_pair(c, 't', node->domain, url_domain(&to));
	c->known.v[node->domain].hosts += first_pair(c, 'h', node->domain, from->host);
	c->known.v[host].from_domains += first_pair(c, 'f', host, url_domain(from));
	c->known.v[domain].from_domains += first_pair(c, 'f', domain, url_domain(from));
}

static void learn(struct chains *c, struct chain_node *node)
{
	struct url u;
	arena_reset(&c->scratch);
	int rc = url_parse(&c->scratch, c->psl, url_of(c, node->url), &u);
	c->oom |= rc < 0;
	if (rc <= 0)
		return;
	node->host = known_entry(c, 'h', u.host);
	node->domain = known_entry(c, 'd', url_domain(&u));
	if (c->oom)
		return;
	const struct map_entry *age = map_get(&c->ages, url_domain(&u));
	c->known.v[node->domain].registered = age ? (int64_t)age->value : 0;
	if (node->next)
		learn_lead(c, node, &u);
	else if (str_eq(url_path(&u), S("/")) && node->kind == PAGE_OTHER)
		c->known.v[node->host].front_page = c->known.v[node->domain].front_page = true;
}

static int by_url_time(const void *a, const void *b, void *ctx)
{
	const struct chain_node *x = a, *y = b;
	const struct chains *c = ctx;
	int order = x->url == y->url ? 0 : str_cmp(url_of(c, x->url), url_of(c, y->url));
	if (order)
		return order;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->how != y->how)
		return x->how < y->how ? -1 : 1;
	order = x->next == y->next ? 0 : str_cmp(url_of(c, x->next), url_of(c, y->next));
	return order ? order : (x->kind > y->kind) - (x->kind < y->kind);
}

static uint64_t apart(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* The capture of the URL that is nearest in time, + 1; the earlier of equals. 0: none. */
static size_t capture_of(const struct chains *c, uint32_t url, int64_t time)
{
	size_t best = c->urls.entries[url - 1].value;
	if (!best)
		return 0;
	for (size_t i = best; i < c->n && c->nodes.v[i].url == url; i++) {
		if (apart(c->nodes.v[i].time, time) >= apart(c->nodes.v[best - 1].time, time))
			break;
		best = i + 1;
	}
	return best;
}

/* A revisit is what the capture is that it repeats. */
static void follow_revisits(struct chains *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct chain_node *node = &c->nodes.v[i];
		size_t at = node->same ? capture_of(c, node->same, node->same_time == TIME_NONE ? node->time : node->same_time) : 0;
		const struct chain_node *same = at && at - 1 != i ? &c->nodes.v[at - 1] : NULL;
		if (!same || same->same)
			continue;
		node->kind = same->kind;
		node->how = same->how;
		node->next = same->next;
		node->partial = same->partial;
	}
}

int chains_done(struct chains *c)
{
	if (c->n)
		qsort_r(c->nodes.v, c->n, sizeof *c->nodes.v, by_url_time, c);
	for (size_t i = c->n; i-- > 0;)
		c->urls.entries[c->nodes.v[i].url - 1].value = i + 1;
	follow_revisits(c);
	for (size_t i = 0; i < c->n && !c->oom; i++)
		learn(c, &c->nodes.v[i]);
	arena_reset(&c->scratch);
	map_free(&c->pairs);
	return c->oom ? -1 : 0;
}

/* ---- chains ---- */

struct trail {
	const struct chains *c;
	struct arena *arena;
	VEC(struct hop) hops;
	uint32_t urls[LIM_CHAIN_HOPS + 1];
};

static bool seen(const struct trail *t, uint32_t url)
{
	for (size_t i = 0; i < t->hops.n; i++)
		if (t->urls[i] == url)
			return true;
	return false;
}

/* Adds a hop; node NULL: not captured. False when out of memory. */
static bool add_hop(struct trail *t, uint32_t url, const struct chain_node *node)
{
	struct url u;
	struct hop *h = vec_push(t->arena, &t->hops, LIM_CHAIN_HOPS + 1);
	if (!h)
		return false;
	t->urls[t->hops.n - 1] = url;
	*h = (struct hop){.url = url_of(t->c, url),
		.time = node ? node->time : TIME_NONE,
		.status = node ? node->status : 0,
		.how = node ? (enum lead_how)node->how : LEAD_NONE};
	int rc = url_parse(t->arena, t->c->psl, h->url, &u);
	if (rc > 0) {
		h->domain = url_domain(&u);
		hop_judge(t->c, node, &u, h);
	}
	return rc >= 0;
}

int chain_build(const struct chains *c, size_t i, struct arena *a, struct chain *out)
{
	struct trail t = {.c = c, .arena = a};
	const struct chain_node *node = &c->nodes.v[i];
	*out = (struct chain){.end = CHAIN_PAGE};
	if (!add_hop(&t, node->url, node))
		return -1;
	while (node->next) {
		if (seen(&t, node->next)) {
			out->end = CHAIN_LOOP;
			break;
		}
		if (t.hops.n == LIM_CHAIN_HOPS) {
			out->end = CHAIN_CAP;
			break;
		}
		size_t at = node->partial ? 0 : capture_of(c, node->next, node->time);
		uint32_t url = node->next;
		node = at ? &c->nodes.v[at - 1] : NULL;
		if (!add_hop(&t, url, node))
			return -1;
		if (!node) {
			out->end = CHAIN_OPEN;
			break;
		}
	}
	out->hops = t.hops.v;
	out->n = t.hops.n;
	return 0;
}

/* ---- JSON ---- */

static void hop_json(const struct hop *h, struct json *j)
{
	json_obj(j);
	json_key(j, "url");
	json_str(j, h->url);
	json_key(j, "domain");
	json_str(j, h->domain);
	json_key(j, "time");
	json_time(j, h->time);
	json_key(j, "status");
	json_int(j, h->status);
	json_key(j, "how");
	json_z(j, h->how == LEAD_NONE ? NULL : lead_name(h->how));
	json_key(j, "role");
	json_z(j, hop_role_name(h->role));
	json_key(j, "reasons");
	json_arr(j);
	for (size_t i = 0; i < h->n_reasons; i++)
		json_str(j, h->reasons[i]);
	json_arr_end(j);
	json_obj_end(j);
}

void chain_json(const struct chain *chain, struct json *j)
{
	const struct hop *first = &chain->hops[0], *last = &chain->hops[chain->n - 1];
	json_obj(j);
	json_key(j, "url");
	json_str(j, first->url);
	json_key(j, "domain");
	json_str(j, first->domain);
	json_key(j, "time");
	json_time(j, first->time);
	json_key(j, "end");
	json_z(j, chain_end_name(chain->end));
	json_key(j, "final");
	json_str(j, last->url);
	json_key(j, "final_domain");
	json_str(j, last->domain);
	json_key(j, "final_role");
	json_z(j, hop_role_name(last->role));
	json_key(j, "hops");
	json_arr(j);
	for (size_t i = 0; i < chain->n; i++)
		hop_json(&chain->hops[i], j);
	json_arr_end(j);
	json_obj_end(j);
}
