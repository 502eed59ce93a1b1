/* bucket.c - see bucket.h. */
#include "engine/bucket.h"

#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/sort.h"
#include "base/time.h"
#include "engine/view.h"

enum { ROUNDS = 5, NOISE_PERCENT = 20 };

bool cluster_rigid(enum print_id family)
{
	switch (family) {
	case PRINT_core:
	case PRINT_idcase:
	case PRINT_mimecase:
	case PRINT_prio:
	case PRINT_mid_c:
	case PRINT_mid_time:
	case PRINT_date:
	case PRINT_claim:
	case PRINT_from:
	case PRINT_to:
		return true;
	default:
		return false;
	}
}

/* ---- keys ---- */

static uint64_t mix(uint64_t h, uint64_t x)
{
	h ^= x + 0x9E3779B97F4A7C15u + (h << 6) + (h >> 2);
	return h * 0xFF51AFD7ED558CCDu;
}

/* Tokens are numbered by family in no order: a sum does not care. */
static uint64_t print_key(const struct clustering *c, const struct cluster_print *p)
{
	uint64_t sum = 0;
	for (struct packed_walk w = packed_begin(p->tokens); packed_next(&w);)
		if (cluster_rigid(token_family(c, w.token)))
			sum += mix(0, c->text_hash[w.token]);
	return sum;
}

struct keyed {
	uint64_t key;
	uint32_t print;
};

static int by_key(const void *x, const void *y)
{
	const struct keyed *a = x, *b = y;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->print > b->print) - (a->print < b->print);
}

/* Numbers the buckets by key for now. */
static int assign(struct clustering *c)
{
	struct keyed *k = mem_alloc((c->n_prints + 1) * sizeof *k);
	if (!k)
		return ERR_ENV;
	for (size_t i = 0; i < c->n_prints; i++)
		k[i] = (struct keyed){c->key_of[i], (uint32_t)i};
	qsort(k, c->n_prints, sizeof *k, by_key);
	c->n_buckets = c->n_seeds = 0;
	for (size_t i = 0; i < c->n_prints; i++) {
		c->n_buckets += !i || k[i].key != k[i - 1].key;
		c->bucket_of[k[i].print] = (uint32_t)c->n_buckets - 1;
	}
	c->buckets = arena_zalloc(c->arena, c->n_buckets + 1, sizeof *c->buckets);
	for (size_t i = 0; i < c->n_prints && c->buckets; i++) {
		c->buckets[c->bucket_of[k[i].print]].key = k[i].key;
		c->buckets[c->bucket_of[k[i].print]].origin = c->origin_of[k[i].print];
	}
	mem_free(k);
	return c->buckets ? 0 : ERR_ENV;
}

static void count_messages(struct clustering *c)
{
	for (size_t i = 0; i < c->n_buckets; i++) {
		c->buckets[i].first = INT64_MAX;
		c->buckets[i].last = TIME_NONE;
	}
	memset(c->print_n, 0, c->n_prints * sizeof *c->print_n);
	for (size_t i = 0; i < c->n_messages; i++) {
		const struct cluster_message *x = &c->messages[i];
		struct bucket *b = &c->buckets[c->bucket_of[x->print]];
		c->print_n[x->print]++;
		b->n++;
		if (x->time == TIME_NONE)
			continue;
		b->first = x->time < b->first ? x->time : b->first;
		b->last = x->time > b->last ? x->time : b->last;
	}
}

static int by_size(const void *x, const void *y)
{
	const struct bucket *a = x, *b = y;
	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return (a->key > b->key) - (a->key < b->key);
}

/* Renumbers them by size and lists prints and messages by bucket. */
static int sort_buckets(struct clustering *c)
{
	uint32_t *at = mem_zalloc(c->n_buckets + 1, sizeof *at), *new_of = mem_zalloc(c->n_buckets + 1, sizeof *new_of);
	if (!at || !new_of) {
		mem_free(at);
		mem_free(new_of);
		return ERR_ENV;
	}
	for (size_t i = 0; i < c->n_buckets; i++)
		c->buckets[i].first_msg = (uint32_t)i; /* its old number, until below */
	qsort(c->buckets, c->n_buckets, sizeof *c->buckets, by_size);
	for (size_t i = 0; i < c->n_buckets; i++) {
		new_of[c->buckets[i].first_msg] = (uint32_t)i;
		c->n_seeds += c->buckets[i].n >= CLUSTER_SEED;
	}
	for (size_t i = 0; i < c->n_prints; i++)
		at[c->bucket_of[i] = new_of[c->bucket_of[i]]]++;
	for (size_t i = 0, sum = 0; i < c->n_buckets; i++) {
		uint32_t n = at[i];
		at[i] = (uint32_t)sum;
		sum += n;
	}
	for (size_t i = 0; i < c->n_prints; i++)
		c->by_bucket[at[c->bucket_of[i]]++] = (uint32_t)i;
	for (size_t i = 0, sum = 0; i < c->n_buckets; i++) {
		at[i] = c->buckets[i].first_msg = (uint32_t)sum;
		sum += c->buckets[i].n;
	}
	for (size_t i = 0; i < c->n_messages; i++)
		c->msg_order[at[c->bucket_of[c->messages[i].print]]++] = (uint32_t)i;
	mem_free(at);
	mem_free(new_of);
	return 0;
}

/* ---- what is in them ---- */

/* Where the tokens of several prints are added up. */
struct sums {
	uint32_t *n;     /* by token; all 0 in between */
	uint32_t *which; /* tokens */
	struct weighted *out;
};

/* Tokens of the prints first..first+n of by_bucket, added up, into s->out. Returns how many. */
static size_t add_up(const struct clustering *c, const uint32_t *prints, size_t n, struct sums *s)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		for (struct packed_walk w = packed_begin(c->prints[prints[i]].tokens); packed_next(&w);) {
			if (!s->n[w.token]) {
				s->which[k++] = w.token;
				s->n[w.token] = 1; /* what is seen is not 0 */
			}
			s->n[w.token] += c->print_n[prints[i]];
		}
	sort_u32(s->which, k);
	for (size_t i = 0; i < k; i++) {
		s->out[i] = (struct weighted){s->which[i], s->n[s->which[i]] - 1};
		s->n[s->which[i]] = 0;
	}
	return k;
}

static struct claim_votes *claim_of(struct clustering *c, uint32_t claim)
{
	for (size_t i = 0; i < c->n_claims; i++)
		if (c->claims[i].claim == claim)
			return &c->claims[i];
	struct claim_votes *grown = arena_grow(c->arena, c->claims, c->n_claims * sizeof *grown, (c->n_claims + 1) * sizeof *grown);
	float *votes = arena_zalloc(c->arena, c->m->tokens.n + 1, sizeof *votes);
	if (!grown || !votes)
		return NULL;
	c->claims = grown;
	c->claims[c->n_claims] = (struct claim_votes){.claim = claim, .votes = votes};
	return &c->claims[c->n_claims++];
}

static void family_sums(const struct clustering *c, const struct weighted *w, size_t n, double sum[PRINT_COUNT])
{
	memset(sum, 0, PRINT_COUNT * sizeof *sum);
	for (size_t i = 0; i < n; i++)
		sum[token_family(c, w[i].token)] += w[i].n;
}

static int vote(struct clustering *c, const struct bucket *b, const struct weighted *w, size_t n)
{
	double sum[PRINT_COUNT];
	struct claim_votes *v = b->claim ? claim_of(c, b->claim) : NULL;
	if (b->claim && !v)
		return ERR_ENV;
	family_sums(c, w, n, sum);
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		c->voters[f] += sum[f] > 0;
		if (v)
			v->voters[f] += sum[f] > 0;
	}
	for (size_t i = 0; i < n; i++) {
		float share = (float)(w[i].n / sum[token_family(c, w[i].token)]);
		c->votes[w[i].token] += share;
		if (v)
			v->votes[w[i].token] += share;
	}
	return 0;
}

static int list_peers(struct clustering *c, struct bucket *b)
{
	uint64_t *p = arena_alloc(c->arena, (b->n + 1) * sizeof *p);
	size_t n = 0;
	if (!p)
		return ERR_ENV;
	for (size_t i = 0; i < b->n; i++) {
		uint64_t peer = c->messages[c->msg_order[b->first_msg + i]].peer;
		if (peer)
			p[n++] = peer;
	}
	sort_u64(p, n);
	b->peers = p;
	b->n_peers = unique_u64(p, n);
	arena_shrink(c->arena, p, (b->n + 1) * sizeof *p, (b->n_peers + 1) * sizeof *p);
	return 0;
}

/* More of a bucket than strays. */
static bool is_noise(const struct clustering *c, const struct weighted *w, size_t n, uint32_t messages)
{
	uint64_t noise = 0;
	for (size_t i = 0; i < n; i++)
		if (token_family(c, w[i].token) == PRINT_rcvd && str_find(c->m->tokens.v[w[i].token].text, S("(?) id")) != STR_NPOS)
			noise += w[i].n;
	return noise * 100 >= (uint64_t)messages * NOISE_PERCENT;
}

static int fill(struct clustering *c, struct bucket *b, size_t first, size_t n, struct sums *s)
{
	size_t k = add_up(c, c->by_bucket + first, n, s);
	const struct weighted *scratch = s->out;
	uint32_t most = 0;
	for (size_t i = 0; i < k; i++)
		if (token_family(c, scratch[i].token) == PRINT_claim && scratch[i].n > most) {
			most = scratch[i].n;
			b->claim = scratch[i].token + 1;
		}
	if (vote(c, b, scratch, k))
		return ERR_ENV;
	if (b->n < CLUSTER_SEED)
		return 0;
	b->noise = is_noise(c, scratch, k, b->n);
	b->tokens = arena_alloc(c->arena, (k + 1) * sizeof *b->tokens);
	if (!b->tokens)
		return ERR_ENV;
	memcpy(b->tokens, scratch, k * sizeof *scratch);
	b->n_tokens = k;
	return list_peers(c, b);
}

static int fill_all(struct clustering *c)
{
	size_t tokens = c->m->tokens.n + 1;
	struct sums s = {.n = mem_zalloc(tokens, sizeof *s.n),
		.which = mem_alloc(tokens * sizeof *s.which),
		.out = mem_alloc(tokens * sizeof *s.out)};
	int rc = s.n && s.which && s.out ? 0 : ERR_ENV;
	for (size_t i = 0, at = 0; i < c->n_buckets && !rc; i++) {
		size_t first = at;
		while (at < c->n_prints && c->bucket_of[c->by_bucket[at]] == i)
			at++;
		rc = fill(c, &c->buckets[i], first, at - first, &s);
	}
	mem_free(s.n);
	mem_free(s.which);
	mem_free(s.out);
	return rc;
}

/* Buckets are divided until each is one engine's; ROUNDS: into as many as 2 to that power. */
static int divide_all(struct clustering *c)
{
	size_t parted = 1;
	for (int round = 0; parted; round++) {
		if (assign(c))
			return ERR_ENV;
		count_messages(c);
		if (sort_buckets(c))
			return ERR_ENV;
		parted = 0;
		if (round < ROUNDS && buckets_split(c, &parted))
			return ERR_ENV;
	}
	return 0;
}

int buckets_make(struct clustering *c)
{
	size_t tokens = c->m->tokens.n;
	c->text_hash = arena_alloc(c->arena, (tokens + 1) * sizeof *c->text_hash);
	c->bucket_of = arena_zalloc(c->arena, c->n_prints + 1, sizeof *c->bucket_of);
	c->print_n = arena_zalloc(c->arena, c->n_prints + 1, sizeof *c->print_n);
	c->by_bucket = arena_zalloc(c->arena, c->n_prints + 1, sizeof *c->by_bucket);
	c->msg_order = arena_zalloc(c->arena, c->n_messages + 1, sizeof *c->msg_order);
	c->key_of = arena_alloc(c->arena, (c->n_prints + 1) * sizeof *c->key_of);
	c->origin_of = arena_alloc(c->arena, (c->n_prints + 1) * sizeof *c->origin_of);
	c->settled = arena_zalloc(c->arena, c->n_prints + 1, sizeof *c->settled);
	c->votes = arena_zalloc(c->arena, tokens + 1, sizeof *c->votes);
	if (!c->text_hash || !c->bucket_of || !c->print_n || !c->by_bucket || !c->msg_order || !c->votes || !c->key_of ||
		!c->origin_of || !c->settled)
		return ERR_ENV;
	for (size_t t = 0; t < tokens; t++)
		c->text_hash[t] = hash64(c->m->tokens.v[t].text, 0);
	for (size_t i = 0; i < c->n_prints; i++)
		c->key_of[i] = c->origin_of[i] = print_key(c, &c->prints[i]);
	return divide_all(c) || fill_all(c) ? ERR_ENV : 0;
}

uint32_t bucket_common(const struct clustering *c, const struct bucket *b, enum print_id family)
{
	const struct weighted *best = NULL;
	for (size_t i = 0; i < b->n_tokens; i++) {
		const struct weighted *w = &b->tokens[i];
		if (token_family(c, w->token) != family)
			continue;
		if (!best || w->n > best->n ||
			(w->n == best->n && str_cmp(c->m->tokens.v[w->token].text, c->m->tokens.v[best->token].text) < 0))
			best = w;
	}
	return best ? best->token + 1 : 0;
}

/* ---- how alike ---- */

/* A value that other software shares by chance tells little; no single one tells more than GAIN_MOST. A difference costs the more
 * the less freely the family varies. Peers: a third in common is one botnet; nothing in common among many is two, if that many should have been seen twice. */
static const double gain_most = 4.0, freedom_least = 0.02, noise_same = 6.0;
enum { PEERS_MIN = 5, PEERS_MANY = 20, PEERS_SHARED = 4 };
static const double peers_same = 8.0, peers_other = -4.0, peers_third = 0.3;

double cluster_hosts_seen(size_t hosts, size_t n)
{
	double least = 0, most = 50, share = (double)hosts / (double)n;
	for (int i = 0; i < 30; i++) {
		double x = (least + most) / 2;
		*((1 - exp(-x)) / x > share ? &least : &most) = x;
	}
	return 1 - exp(-least);
}

double peer_odds(const uint64_t *a, size_t peers_a, size_t n_a, const uint64_t *b, size_t peers_b, size_t n_b)
{
	size_t less = peers_a < peers_b ? peers_a : peers_b, shared = 0;
	for (size_t i = 0, j = 0; i < peers_a && j < peers_b;) {
		shared += a[i] == b[j];
		if (a[i] <= b[j])
			i++;
		else
			j++;
	}
	if (less < PEERS_MIN)
		return 0;
	double share = (double)shared / (double)less;
	if (share >= peers_third && shared >= PEERS_SHARED)
		return peers_same;
	if (share >= 0.12 || less < PEERS_MANY ||
		fmax(cluster_hosts_seen(peers_a, n_a), cluster_hosts_seen(peers_b, n_b)) < peers_third)
		return 0;
	return peers_other;
}

double agreement_cost(const struct agreement *g, unsigned family)
{
	if (g->overlap >= 0.05)
		return 0;
	return log(engine_freedom(family) == FREEDOM_NONE ? freedom_least : ENGINE_FREE) * fmin(g->most_a, g->most_b);
}

static double chance_of(const struct clustering *c, const struct claim_votes *v, uint32_t token)
{
	unsigned f = token_family(c, token);
	double any = c->votes[token] / c->voters[f];
	return v ? (v->votes[token] + any) / (v->voters[f] + 1) : any;
}

static void compare(const struct clustering *c, const struct bucket *a, const struct bucket *b, const struct claim_votes *v,
	struct agreement g[PRINT_COUNT])
{
	for (size_t i = 0; i < a->n_tokens; i++)
		g[token_family(c, a->tokens[i].token)].sum_a += a->tokens[i].n;
	for (size_t i = 0; i < b->n_tokens; i++)
		g[token_family(c, b->tokens[i].token)].sum_b += b->tokens[i].n;
	for (size_t i = 0, j = 0; i < a->n_tokens || j < b->n_tokens;) {
		uint32_t ta = i < a->n_tokens ? a->tokens[i].token : UINT32_MAX,
			 tb = j < b->n_tokens ? b->tokens[j].token : UINT32_MAX;
		uint32_t t = ta < tb ? ta : tb;
		struct agreement *at = &g[token_family(c, t)];
		double pa = t == ta ? a->tokens[i++].n / at->sum_a : 0, pb = t == tb ? b->tokens[j++].n / at->sum_b : 0;
		at->most_a = fmax(at->most_a, pa);
		at->most_b = fmax(at->most_b, pb);
		at->overlap += fmin(pa, pb);
		if (pa > 0 && pb > 0)
			at->chance = fmax(at->chance, chance_of(c, v, t));
	}
}

double buckets_alike(const struct clustering *c, const struct bucket *a, const struct bucket *b)
{
	struct agreement g[PRINT_COUNT] = {0};
	double most[PRINT_GROUP_COUNT] = {0}, least[PRINT_GROUP_COUNT] = {0},
	       sum = peer_odds(a->peers, a->n_peers, a->n, b->peers, b->n_peers, b->n);
	const struct claim_votes *v = NULL;
	if (a->origin == b->origin && a->key != b->key) /* told apart already */
		return -INFINITY;
	if (a->noise && b->noise)
		return sum + noise_same;
	for (size_t i = 0; i < c->n_claims && a->claim && a->claim == b->claim; i++)
		if (c->claims[i].claim == a->claim)
			v = &c->claims[i];
	compare(c, a, b, v, g);
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		const struct agreement *x = &g[f];
		enum print_group at = print_table[f].group;
		if (print_table[f].many || x->sum_a <= 0 || x->sum_b <= 0)
			continue;
		if (x->overlap < 0.05)
			least[at] = fmin(least[at], agreement_cost(x, f));
		else
			most[at] = fmax(most[at], fmin(gain_most, -log(x->chance)) * x->overlap);
	}
	for (unsigned i = 0; i < PRINT_GROUP_COUNT; i++)
		sum += least[i] < 0 ? least[i] : most[i];
	return sum;
}
