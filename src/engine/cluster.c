/* cluster.c - see cluster.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/forest.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/sort.h"
#include "base/time.h"
#include "engine/bucket.h"

/* CANDIDATES_PEER: seeds of one peer that are looked at: hosts behind one address, and never all pairs of many. */
enum { CANDIDATES_PEER = 8, DROPS = 2 };
/* What an engine needs. A mailing list or a shop writes as evenly, but from few networks. */
enum { ENGINE_MESSAGES = 30, ENGINE_NETS = 10 };
enum { SHORT_DIGITS = 4, LONG_DIGITS = 12, SHORT_NAME = sizeof "engine-" - 1 + SHORT_DIGITS };

struct pair {
	uint32_t a, b; /* a < b: ranks of seeds */
	double odds;
};
struct pairs {
	struct pair *v;
	size_t n, cap;
	bool oom;
};

static void add_pair(struct pairs *p, uint32_t a, uint32_t b)
{
	if (!mem_room((void **)&p->v, &p->cap, p->n + 1, sizeof *p->v)) {
		p->oom = true;
		return;
	}
	p->v[p->n++] = (struct pair){.a = a < b ? a : b, .b = a < b ? b : a};
}

struct entry {
	uint64_t key;
	uint32_t seed;
};

static int by_entry(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->seed > b->seed) - (a->seed < b->seed);
}

/* ---- candidates ---- */

/* Hashes of what a seed has commonest in each rigid group. */
static size_t group_hashes(const struct clustering *c, const struct bucket *b, uint64_t out[PRINT_GROUP_COUNT])
{
	uint64_t sum[PRINT_GROUP_COUNT] = {0};
	bool rigid[PRINT_GROUP_COUNT] = {false};
	size_t n = 0;
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		if (!cluster_rigid((enum print_id)f))
			continue;
		uint32_t t = bucket_common(c, b, (enum print_id)f);
		rigid[print_table[f].group] = true;
		sum[print_table[f].group] += t ? c->text_hash[t - 1] : f + 1;
	}
	for (unsigned g = 0; g < PRINT_GROUP_COUNT; g++)
		if (rigid[g])
			out[n++] = hash64(str_make(&sum[g], sizeof sum[g]), g);
	return n;
}

/* One entry for each way to leave at most DROPS groups out. */
static size_t drop_entries(const struct clustering *c, uint32_t seed, struct entry *out)
{
	uint64_t h[PRINT_GROUP_COUNT], all = 0;
	size_t n = group_hashes(c, &c->buckets[seed], h), k = 0;
	for (size_t i = 0; i < n; i++)
		all += h[i];
	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++) {
			uint64_t key[2] = {all - h[i] - (j > i ? h[j] : 0), i * PRINT_GROUP_COUNT + j};
			out[k++] = (struct entry){hash64(str_make(key, sizeof key), 0), seed};
		}
	return k;
}

/* Members of one run of equal keys: each with the largest and with its neighbour; all pairs of many would not be linear. */
static void pair_runs(struct entry *e, size_t n, struct pairs *out)
{
	qsort(e, n, sizeof *e, by_entry);
	for (size_t i = 0, first = 0; i < n; i++) {
		if (e[i].key != e[first].key)
			first = i;
		if (i > first)
			add_pair(out, e[first].seed, e[i].seed);
		if (i > first + 1)
			add_pair(out, e[i - 1].seed, e[i].seed);
	}
}

static void pair_peers(struct entry *e, size_t n, struct pairs *out)
{
	qsort(e, n, sizeof *e, by_entry);
	for (size_t i = 0, first = 0; i < n; i++) {
		if (e[i].key != e[first].key)
			first = i;
		if (i - first >= CANDIDATES_PEER)
			continue;
		for (size_t j = first; j < i; j++)
			add_pair(out, e[j].seed, e[i].seed);
	}
}

static int by_pair(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;
	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return (a->b > b->b) - (a->b < b->b);
}

/* Equal pairs once; of those found through peers only what was found PEERS_SHARED times. */
static size_t unique_pairs(struct pair *v, size_t n, size_t least)
{
	size_t kept = 0;
	if (n)
		qsort(v, n, sizeof *v, by_pair);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i; j < n && by_pair(&v[i], &v[j]) == 0; j++)
			;
		if (j - i >= least)
			v[kept++] = v[i];
	}
	return kept;
}

/* The largest with each other one. */
static void pair_noise(const struct clustering *c, struct pairs *out)
{
	size_t first = c->n_seeds;
	for (size_t i = 0; i < c->n_seeds; i++)
		if (c->buckets[i].noise && first == c->n_seeds)
			first = i;
		else if (c->buckets[i].noise)
			add_pair(out, (uint32_t)first, (uint32_t)i);
}

static int candidates(const struct clustering *c, struct pairs *out)
{
	size_t drops = (size_t)PRINT_GROUP_COUNT * (PRINT_GROUP_COUNT + 1) / 2, room = c->n_seeds * drops + 1, n = 0;
	size_t peers = 1;
	struct pairs by_peer = {0};
	for (size_t i = 0; i < c->n_seeds; i++)
		peers += c->buckets[i].n_peers;
	struct entry *e = mem_alloc((room > peers ? room : peers) * sizeof *e);
	if (!e)
		return ERR_ENV;
	for (uint32_t i = 0; i < c->n_seeds; i++)
		n += drop_entries(c, i, e + n);
	pair_runs(e, n, out);
	n = 0;
	for (uint32_t i = 0; i < c->n_seeds; i++)
		for (size_t k = 0; k < c->buckets[i].n_peers; k++)
			e[n++] = (struct entry){c->buckets[i].peers[k], i};
	pair_peers(e, n, &by_peer);
	mem_free(e);
	by_peer.n = unique_pairs(by_peer.v, by_peer.n, 4);
	for (size_t i = 0; by_peer.v && i < by_peer.n; i++)
		add_pair(out, by_peer.v[i].a, by_peer.v[i].b);
	mem_free(by_peer.v);
	pair_noise(c, out);
	out->n = unique_pairs(out->v, out->n, 1);
	return out->oom || by_peer.oom ? ERR_ENV : 0;
}

/* ---- joining ---- */

static void join(const struct clustering *c, struct pairs *p, uint32_t *up)
{
	for (size_t i = 0; p->v && i < p->n; i++) {
		uint32_t a = forest_root(up, p->v[i].a), b = forest_root(up, p->v[i].b);
		if (a == b || buckets_alike(c, &c->buckets[p->v[i].a], &c->buckets[p->v[i].b]) < CLUSTER_JOIN)
			continue;
		/* roots are the largest: a small seed between two engines is no bridge */
		if ((a == p->v[i].a && b == p->v[i].b) || buckets_alike(c, &c->buckets[a], &c->buckets[b]) >= CLUSTER_JOIN)
			forest_join(up, a, b);
	}
}

/* ---- clusters ---- */

static uint32_t distinct(uint64_t *v, size_t n)
{
	sort_u64(v, n);
	return (uint32_t)unique_u64(v, n) - (n && !v[0]); /* 0: unknown */
}

static int by_first(const void *x, const void *y)
{
	const struct cluster_version *a = x, *b = y;
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->key > b->key) - (a->key < b->key);
}

/* The name is a hash of the rigid values. False: out of memory. */
static bool name_version(const struct clustering *c, struct cluster_version *v)
{
	uint8_t digest[SHA256_BYTES];
	char hex[SHA256_HEX];
	struct buf text;
	buf_init(&text, SIZE_MAX);
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		if (v->rigid[f] && v->rigid[f] != c->m->absent[f]) {
			buf_add(&text, c->m->tokens.v[v->rigid[f] - 1].text);
			buf_byte(&text, '\n');
		}
	if (v->parted)
		buf_printf(&text, "%016llx\n", (unsigned long long)v->key);
	sha256(buf_str(&text), digest);
	hex_encode(digest, SHA256_BYTES, hex);
	snprintf(v->name, sizeof v->name, "engine-%.*s", LONG_DIGITS, hex);
	bool ok = buf_ok(&text);
	buf_free(&text);
	return ok;
}

static bool fill_version(const struct clustering *c, const struct bucket *b, struct cluster_version *v)
{
	*v = (struct cluster_version){.messages = b->n,
		.peers = (uint32_t)b->n_peers,
		.first = b->first,
		.last = b->last,
		.key = b->key,
		.parted = b->key != b->origin};
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		if (cluster_rigid((enum print_id)f))
			v->rigid[f] = bucket_common(c, b, (enum print_id)f);
	return name_version(c, v);
}

/* The name of the first version that is more than a stray. */
static void name_it(struct cluster *k, unsigned digits)
{
	size_t i = 0;
	while (i < k->n_versions && k->versions[i].messages < CLUSTER_VERSION)
		i++;
	if (k->n_versions)
		snprintf(k->name, sizeof k->name, "%.*s", (int)(SHORT_NAME - SHORT_DIGITS + digits),
			k->versions[i < k->n_versions ? i : 0].name);
}

/* Seeds members[0..n) of one root. False when out of memory; *keep tells if they are an engine. */
static bool form(const struct clustering *c, struct clusters *out, const uint32_t *members, size_t n, struct cluster *k, bool *keep)
{
	size_t messages = 0, at = 0;
	for (size_t i = 0; i < n; i++)
		messages += c->buckets[members[i]].n;
	*k = (struct cluster){.messages = (uint32_t)messages};
	uint64_t *v = mem_alloc((messages + 1) * sizeof *v);
	k->versions = arena_alloc(&out->arena, (n + 1) * sizeof *k->versions);
	if (!v || !k->versions) {
		mem_free(v);
		return false;
	}
	for (int what = 0; what < 2; what++) {
		at = 0;
		for (size_t i = 0; i < n; i++) {
			const struct bucket *b = &c->buckets[members[i]];
			for (size_t x = 0; x < b->n; x++) {
				const struct cluster_message *m = &c->messages[c->msg_order[b->first_msg + x]];
				v[at++] = what ? m->net : m->peer;
			}
		}
		*(what ? &k->nets : &k->peers) = distinct(v, at);
	}
	mem_free(v);
	*keep = k->messages >= ENGINE_MESSAGES && k->nets >= ENGINE_NETS;
	for (size_t i = 0; i < n && *keep; i++)
		if (!fill_version(c, &c->buckets[members[i]], &k->versions[k->n_versions++]))
			return false;
	qsort(k->versions, k->n_versions, sizeof *k->versions, by_first);
	name_it(k, SHORT_DIGITS);
	return true;
}

static int by_messages(const void *x, const void *y)
{
	const struct cluster *a = x, *b = y;
	if (a->messages != b->messages)
		return a->messages > b->messages ? -1 : 1;
	int rc = strcmp(a->name, b->name);
	return rc ? rc : (a->made > b->made) - (a->made < b->made);
}

/* e: seeds with the root as key, sorted. of_seed: the cluster's number in the order of making, + 1. */
static int form_all(const struct clustering *c, struct clusters *out, const struct entry *e, size_t n, uint32_t *of_seed)
{
	uint32_t *members = mem_alloc((n + 1) * sizeof *members);
	int rc = members ? 0 : ERR_ENV;
	for (size_t i = 0, j; i < n && !rc; i = j) {
		bool keep = false;
		for (j = i; j < n && e[j].key == e[i].key; j++)
			members[j - i] = e[j].seed;
		if (!form(c, out, members, j - i, &out->v[out->n], &keep))
			rc = ERR_ENV;
		for (size_t s = i; s < j && keep && !rc; s++)
			of_seed[e[s].seed] = (uint32_t)out->n + 1;
		out->v[out->n].made = (uint32_t)out->n;
		out->n += keep && !rc;
	}
	mem_free(members);
	return rc;
}

static int by_name(const void *x, const void *y)
{
	const struct cluster *a = x, *b = y;
	int rc = strncmp(a->name, b->name, SHORT_NAME);
	return rc ? rc : (a->made > b->made) - (a->made < b->made);
}

/* Equal names: those get longer ones, all of them, so that none depends on which came first. */
static void tell_apart(struct clusters *out)
{
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_name);
	for (size_t i = 1; i < out->n; i++)
		if (strncmp(out->v[i - 1].name, out->v[i].name, SHORT_NAME) == 0)
			out->v[i - 1].twice = out->v[i].twice = true;
	for (size_t i = 0; i < out->n; i++)
		if (out->v[i].twice)
			name_it(&out->v[i], LONG_DIGITS);
}

static int make_clusters(const struct clustering *c, struct clusters *out, uint32_t *up, struct entry *e, uint32_t *of_seed)
{
	for (uint32_t i = 0; i < c->n_seeds; i++)
		e[i] = (struct entry){forest_root(up, i), i};
	qsort(e, c->n_seeds, sizeof *e, by_entry);
	out->v = arena_zalloc(&out->arena, c->n_seeds + 1, sizeof *out->v);
	out->of = arena_zalloc(&out->arena, c->n_prints + 1, sizeof *out->of);
	out->main = arena_zalloc(&out->arena, c->n_prints + 1, sizeof *out->main);
	uint32_t *rank = arena_zalloc(&out->arena, c->n_seeds + 1, sizeof *rank);
	if (!out->v || !out->of || !out->main || !rank || form_all(c, out, e, c->n_seeds, of_seed))
		return ERR_ENV;
	tell_apart(out);
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_messages);
	for (size_t i = 0; i < out->n; i++)
		rank[out->v[i].made] = (uint32_t)i + 1;
	for (size_t p = 0; p < c->n_prints; p++) {
		uint32_t b = c->bucket_of[p];
		out->of[p] = b < c->n_seeds && of_seed[b] ? rank[of_seed[b] - 1] : 0;
		out->main[p] = b < c->n_seeds && forest_root(up, b) == b;
	}
	return 0;
}

static int cluster_all(struct clustering *c, struct clusters *out)
{
	struct pairs p = {0};
	int rc = buckets_make(c);
	uint32_t *up = mem_alloc((c->n_seeds + 1) * sizeof *up);
	uint32_t *of_seed = mem_zalloc(c->n_seeds + 1, sizeof *of_seed);
	struct entry *e = mem_alloc((c->n_seeds + 1) * sizeof *e);
	if (!rc)
		rc = up && of_seed && e ? candidates(c, &p) : ERR_ENV;
	for (uint32_t i = 0; i < c->n_seeds && !rc; i++)
		up[i] = i;
	if (!rc) {
		join(c, &p, up);
		rc = make_clusters(c, out, up, e, of_seed);
	}
	mem_free(p.v);
	mem_free(up);
	mem_free(of_seed);
	mem_free(e);
	return rc;
}

int cluster_messages(struct clusters *out, const struct engine_model *m, const struct cluster_print *prints, size_t n_prints,
	const struct cluster_message *messages, size_t n_messages)
{
	struct arena scratch;
	*out = (struct clusters){0};
	arena_init(&out->arena, SIZE_MAX);
	arena_init(&scratch, SIZE_MAX);
	struct clustering c = {
		.arena = &scratch, .m = m, .prints = prints, .n_prints = n_prints, .messages = messages, .n_messages = n_messages};
	int rc = cluster_all(&c, out);
	arena_free(&scratch);
	if (rc)
		clusters_free(out);
	return rc;
}

void clusters_free(struct clusters *c)
{
	arena_free(&c->arena);
	*c = (struct clusters){0};
}
