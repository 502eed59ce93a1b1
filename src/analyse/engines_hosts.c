/* engines_hosts.c - the hosts that engines and clusters were seen on, and what two of them have in common. */
#include <math.h>
#include <stdlib.h>

#include "analyse/engines_int.h"
#include "base/hash.h"

enum {
	SHARED_LEAST = 4,       /* hosts in common */
	SUCCEEDED_PERCENT = 90, /* of the hosts in common: there the one ended before the other began */
	SUCCEEDED_LEAST = 8,
};

uint64_t engine_peer(const struct analysed *m)
{
	return m->ip_len ? hash64(str_make(m->ip, m->ip_len), 1) : 0;
}

uint64_t engine_network(const struct analysed *m)
{
	return m->ip_len ? hash64(str_make(m->ip, m->ip_len == 4 ? 3 : 6), 2) : 0;
}

static int by_peer(const void *x, const void *y)
{
	const struct peer *a = x, *b = y;
	return (a->peer > b->peer) - (a->peer < b->peer);
}

/* Makes a set of k peers, one a message, out of an array of the arena with room for `most`. */
static const struct peers *peer_set(struct engines *e, struct peer *v, size_t k, size_t most)
{
	size_t n = 0;
	qsort(v, k, sizeof *v, by_peer);
	for (size_t i = 0; i < k; i++) {
		struct peer *p = n ? &v[n - 1] : NULL;
		if (!p || p->peer != v[i].peer) {
			v[n++] = v[i];
			continue;
		}
		p->first = v[i].first < p->first ? v[i].first : p->first;
		p->last = v[i].last > p->last ? v[i].last : p->last;
	}
	arena_shrink(&e->arena, v, (most + 1) * sizeof *v, (n + 1) * sizeof *v);
	struct peers *out = arena_alloc(&e->arena, sizeof *out);
	if (out)
		*out = (struct peers){v, n, k};
	return out;
}

static void add_peer(struct peer *v, size_t *n, const struct analysed *m)
{
	uint64_t peer = engine_peer(m);
	if (peer)
		v[(*n)++] = (struct peer){peer, m->time, m->time};
}

/* Of the largest version alone: what else was joined to it must not lend it its hosts. */
const struct peers *engines_peers_of(struct engines *e, uint32_t cluster)
{
	size_t from = e->cluster_from[cluster], n = e->cluster_from[cluster + 1] - from, k = 0;
	struct peer *v = arena_alloc(&e->arena, (n + 1) * sizeof *v);
	for (size_t i = from; v && i < from + n; i++)
		if (e->clusters.main[e->message_left[e->by_cluster[i]]])
			add_peer(v, &k, &e->a->messages[e->message_at[e->by_cluster[i]]]);
	return v ? peer_set(e, v, k, n) : NULL;
}

bool engine_is_peer(const struct peers *p, uint64_t peer)
{
	const struct peer key = {.peer = peer};
	return bsearch(&key, p->v, p->n, sizeof *p->v, by_peer) != NULL;
}

bool engines_shows(const struct engines *e, size_t print, const struct engine_contrast *c)
{
	for (struct packed_walk w = packed_begin(engine_print_packed(&e->prints, print)); packed_next(&w);)
		if (c->own[e->model.tokens.v[w.token].family] == w.token + 1)
			return true;
	return false;
}

/* Of the learned engine's messages that show what the cluster does otherwise; NULL: of all. */
const struct peers *engines_own_peers(struct engines *e, name_id name, const struct engine_contrast *c)
{
	size_t most = 0, n = 0;
	for (size_t i = 0; i < e->a->n_messages; i++)
		most += e->prints.of[i] && e->verdicts[e->prints.of[i] - 1].engine == name;
	struct peer *v = arena_alloc(&e->arena, (most + 1) * sizeof *v);
	for (size_t i = 0; v && i < e->a->n_messages; i++) {
		uint32_t print = e->prints.of[i];
		if (print && e->verdicts[print - 1].engine == name && (!c || engines_shows(e, print - 1, c)))
			add_peer(v, &n, &e->a->messages[i]);
	}
	return v ? peer_set(e, v, n, most) : NULL;
}

/* ---- two of them ---- */

void shared_add(struct shared *s, const struct peer *own, const struct peer *its)
{
	s->n++;
	s->before += own->last < its->first;
	s->after += its->last < own->first;
}

struct shared shared_peers(const struct peers *own, const struct peers *its)
{
	struct shared s = {0};
	for (size_t i = 0, j = 0; i < own->n && j < its->n;) {
		const struct peer *a = &own->v[i], *b = &its->v[j];
		if (a->peer == b->peer)
			shared_add(&s, a, b);
		i += a->peer <= b->peer;
		j += a->peer >= b->peer;
	}
	return s;
}

/* What a part of the hosts shows of them bounds how many can be in common. */
bool shared_enough(const struct peers *own, const struct peers *its, const struct shared *s, unsigned percent)
{
	if (s->n < SHARED_LEAST)
		return false;
	double seen = cluster_hosts_seen(own->n, own->messages) * (double)its->n;
	double expected = seen < (double)own->n ? seen : (double)own->n;
	return (double)s->n * 100 >= expected * percent;
}

bool shared_succeeded(const struct shared *s)
{
	size_t most = s->before > s->after ? s->before : s->after;
	return s->n >= SUCCEEDED_LEAST && most * 100 >= s->n * SUCCEEDED_PERCENT;
}

/* Messages of the cluster from those peers. */
static size_t count_from(const struct engines *e, uint32_t cluster, const struct peers *own)
{
	size_t from = e->cluster_from[cluster], to = e->cluster_from[cluster + 1], n = 0;
	for (size_t i = from; i < to; i++)
		n += engine_is_peer(own, engine_peer(&e->a->messages[e->message_at[e->by_cluster[i]]]));
	return n;
}

/* Others may write the same: where more of the cluster comes from hosts that the engine has not shown than would if it were all the engine's, give
 * or take two standard errors, what comes from those has no name. */
bool engines_all_own(const struct engines *e, uint32_t cluster, const struct peers *own, const struct peers *its)
{
	double all = e->cluster_from[cluster + 1] - e->cluster_from[cluster], others = all - (double)count_from(e, cluster, own);
	double unseen = 1 - cluster_hosts_seen(own->n, own->messages);
	return others / all <= unseen + 2 * sqrt(unseen * (1 - unseen) / (double)its->n);
}
