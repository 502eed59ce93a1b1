/* split.c - a bucket that two engines share is taken apart, see bucket.h.
 *
 * Perfect imitations of one client agree in all that makes a bucket, as everything there is the client's. What they give away lies in
 * other families. For each that the software decides, the messages that have its commonest value are held against the rest:
 * where the two have no value in common in three groups, and not the same hosts, there are two engines. What they agree in says nothing.
 */
#include <math.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/sort.h"
#include "engine/bucket.h"
#include "engine/view.h"

/* SPLIT_LEAST: messages of each part, and percent of the bucket. SAMPLE: messages looked at, about. SEEN: messages with a family,
 * below which a part says nothing of it. PRESENT: percent of the messages that must have a family that divides them. */
enum { SPLIT_LEAST = 30, SPLIT_PERCENT = 2, SAMPLE = 2000, SEEN = 5, PRESENT = 90 };
/* Three constants that differ. That the hosts differ tells nothing: whatever a host decides (its zone) divides the hosts, too. */
static const double split_odds = -11.5;

struct split_part {
	uint32_t *n; /* by token: messages */
	size_t total;
	uint64_t *peers;
	size_t n_peers;
};
struct split {
	struct clustering *c;
	uint32_t *sample; /* messages */
	size_t n;
	uint32_t *seen; /* distinct tokens of the sample */
	size_t n_seen;
	uint32_t *all; /* by token: messages of the sample */
	struct split_part part[2];
};

static const struct cluster_print *print_of(const struct split *s, size_t i)
{
	return &s->c->prints[s->c->messages[s->sample[i]].print];
}

static bool has_token(const struct cluster_print *p, uint32_t token)
{
	struct packed_walk w = packed_begin(p->tokens);
	while (packed_next(&w))
		if (w.token >= token)
			return w.token == token;
	return false;
}

/* The same messages whatever their order. */
static void take_sample(struct split *s, const struct bucket *b)
{
	const struct clustering *c = s->c;
	uint64_t step = b->n / SAMPLE + 1;
	for (size_t i = 0; i < s->n_seen; i++)
		s->all[s->seen[i]] = 0;
	s->n = s->n_seen = 0;
	for (size_t i = 0; i < b->n; i++) {
		uint32_t m = c->msg_order[b->first_msg + i];
		const uint64_t what[] = {c->messages[m].peer, (uint64_t)c->messages[m].time};
		if ((step == 1 || hash64(str_make(what, sizeof what), 0) % step == 0) && s->n < 2 * SAMPLE)
			s->sample[s->n++] = m;
	}
	for (size_t i = 0; i < s->n; i++)
		for (struct packed_walk w = packed_begin(print_of(s, i)->tokens); packed_next(&w);)
			if (!s->all[w.token]++)
				s->seen[s->n_seen++] = w.token;
}

static void finish_peers(struct split_part *p)
{
	sort_u64(p->peers, p->n_peers);
	p->n_peers = unique_u64(p->peers, p->n_peers);
}

static void divide(struct split *s, uint32_t token)
{
	for (int k = 0; k < 2; k++) {
		for (size_t i = 0; i < s->n_seen; i++)
			s->part[k].n[s->seen[i]] = 0;
		s->part[k].total = s->part[k].n_peers = 0;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct cluster_print *p = print_of(s, i);
		uint64_t peer = s->c->messages[s->sample[i]].peer;
		struct split_part *at = &s->part[has_token(p, token) ? 0 : 1];
		at->total++;
		if (peer)
			at->peers[at->n_peers++] = peer;
		for (struct packed_walk w = packed_begin(p->tokens); packed_next(&w);)
			at->n[w.token]++;
	}
	finish_peers(&s->part[0]);
	finish_peers(&s->part[1]);
}

/* Log-odds that the two parts are one engine, from their differences. */
static double parts_alike(const struct split *s)
{
	const struct split_part *a = &s->part[0], *b = &s->part[1];
	struct agreement g[PRINT_COUNT] = {0};
	double least[PRINT_GROUP_COUNT] = {0};
	double sum = fmax(0, peer_odds(a->peers, a->n_peers, a->total, b->peers, b->n_peers, b->total));
	for (size_t i = 0; i < s->n_seen; i++) {
		struct agreement *at = &g[token_family(s->c, s->seen[i])];
		at->sum_a += a->n[s->seen[i]];
		at->sum_b += b->n[s->seen[i]];
	}
	for (size_t i = 0; i < s->n_seen; i++) {
		struct agreement *at = &g[token_family(s->c, s->seen[i])];
		if (at->sum_a < SEEN || at->sum_b < SEEN)
			continue;
		double pa = a->n[s->seen[i]] / at->sum_a, pb = b->n[s->seen[i]] / at->sum_b;
		at->most_a = fmax(at->most_a, pa);
		at->most_b = fmax(at->most_b, pb);
		at->overlap += fmin(pa, pb);
	}
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		if (!print_table[f].many && g[f].most_a > 0)
			least[print_table[f].group] = fmin(least[print_table[f].group], agreement_cost(&g[f], f));
	for (unsigned i = 0; i < PRINT_GROUP_COUNT; i++)
		sum += least[i];
	return sum;
}

/* The commonest value of a family that could divide the sample, + 1; 0: none. */
static uint32_t divider(const struct split *s, unsigned family)
{
	uint32_t best = 0, sum = 0;
	if (print_table[family].many || engine_freedom(family) != FREEDOM_NONE || cluster_rigid((enum print_id)family))
		return 0;
	for (size_t i = 0; i < s->n_seen; i++) {
		uint32_t t = s->seen[i];
		if (token_family(s->c, t) != (enum print_id)family)
			continue;
		sum += s->all[t];
		if (!best || s->all[t] > s->all[best - 1] ||
			(s->all[t] == s->all[best - 1] && str_cmp(s->c->m->tokens.v[t].text, s->c->m->tokens.v[best - 1].text) < 0))
			best = t + 1;
	}
	size_t n = best ? s->all[best - 1] : 0, least = s->n * SPLIT_PERCENT / 100;
	return sum * 100 >= s->n * PRESENT && n > least && s->n - n > least ? best : 0;
}

/* The token that divides the bucket best, + 1; 0: it is one. */
static uint32_t look(struct split *s, const struct bucket *b)
{
	uint32_t best = 0;
	double best_odds = split_odds;
	take_sample(s, b);
	if (s->n < SPLIT_LEAST)
		return 0;
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		uint32_t token = divider(s, f);
		if (!token)
			continue;
		divide(s, token - 1);
		double odds = parts_alike(s);
		if (odds < best_odds) {
			best_odds = odds;
			best = token;
		}
	}
	return best;
}

/* Gives the smaller part a key of its own; the larger keeps the key, and with it the name. False: a part would be too small. */
static bool part_bucket(struct clustering *c, const struct bucket *b, uint32_t token)
{
	size_t with = 0;
	for (size_t i = 0; i < b->n; i++)
		with += has_token(&c->prints[c->messages[c->msg_order[b->first_msg + i]].print], token);
	if (with < SPLIT_LEAST || b->n - with < SPLIT_LEAST)
		return false;
	bool which = with * 2 <= b->n;
	const uint64_t made[] = {b->key, c->text_hash[token], which};
	uint64_t key = hash64(str_make(made, sizeof made), 0);
	for (size_t i = 0; i < b->n; i++) {
		uint32_t print = c->messages[c->msg_order[b->first_msg + i]].print;
		if (has_token(&c->prints[print], token) == which)
			c->key_of[print] = key;
	}
	return true;
}

static int allocate(struct split *s)
{
	size_t tokens = s->c->m->tokens.n + 1, most = s->c->n_buckets ? s->c->buckets[0].n : 0;
	size_t room = 2 * SAMPLE < most ? 2 * SAMPLE : most;
	s->sample = mem_alloc((room + 1) * sizeof *s->sample);
	s->seen = mem_alloc(tokens * sizeof *s->seen);
	s->all = mem_zalloc(tokens, sizeof *s->all);
	bool ok = s->sample && s->seen && s->all;
	for (int k = 0; k < 2; k++) {
		s->part[k].n = mem_zalloc(tokens, sizeof *s->part[k].n);
		s->part[k].peers = mem_alloc((room + 1) * sizeof *s->part[k].peers);
		ok = ok && s->part[k].n && s->part[k].peers;
	}
	return ok ? 0 : ERR_ENV;
}

static void release(struct split *s)
{
	mem_free(s->sample);
	mem_free(s->seen);
	mem_free(s->all);
	for (int k = 0; k < 2; k++) {
		mem_free(s->part[k].n);
		mem_free(s->part[k].peers);
	}
}

int buckets_split(struct clustering *c, size_t *parted)
{
	struct split s = {.c = c};
	int rc = allocate(&s);
	*parted = 0;
	for (size_t i = 0; !rc && i < c->n_buckets && c->buckets[i].n >= 2 * SPLIT_LEAST; i++) {
		const struct bucket *b = &c->buckets[i];
		bool *settled = &c->settled[c->messages[c->msg_order[b->first_msg]].print];
		uint32_t token = *settled ? 0 : look(&s, b);
		if (token && part_bucket(c, b, token - 1))
			++*parted;
		else
			*settled = true;
	}
	release(&s);
	return rc;
}
