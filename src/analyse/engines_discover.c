/* engines_discover.c - what no model knows: clusters, versions of learned engines among them, names for the rest. */
#include <stdlib.h>

#include "analyse/engines_int.h"
#include "base/mem.h"
#include "base/sort.h"
#include "base/time.h"

/* Messages of a cluster that its class is made from: more teach nothing new. */
enum { TEACH = 2000 };
/* A new version of a learned engine: hosts in common, and how far from it the way of writing may be. */
enum { SHARED_PERCENT = 30, SHARED_LEAST = 4, OTHERS_PERCENT = 20 };
static const double version_strangeness = 4 * 3.9; /* four constants changed */
static const float version_confidence = 0.8F, cluster_confidence = 0.9F;

/* ---- what is left ---- */

static int gather(struct engines *e)
{
	const struct analysis *a = e->a;
	uint32_t *left_of = mem_zalloc(e->prints.n + 1, sizeof *left_of);
	e->left = arena_alloc(&e->arena, (e->prints.n + 1) * sizeof *e->left);
	e->left_print = arena_alloc(&e->arena, (e->prints.n + 1) * sizeof *e->left_print);
	e->messages = arena_alloc(&e->arena, (a->n_messages + 1) * sizeof *e->messages);
	e->message_at = arena_alloc(&e->arena, (a->n_messages + 1) * sizeof *e->message_at);
	if (!left_of || !e->left || !e->left_print || !e->messages || !e->message_at) {
		mem_free(left_of);
		return err_oom(e->err, "engines");
	}
	for (size_t i = 0; i < e->prints.n; i++) {
		if (e->verdicts[i].engine || e->verdicts[i].client || e->verdicts[i].server || !e->prints.v[i].messages)
			continue;
		e->left[e->n_left] = (struct cluster_print){e->prints.v[i].tokens, e->prints.v[i].n};
		e->left_print[e->n_left] = (uint32_t)i;
		left_of[i] = (uint32_t)++e->n_left;
	}
	for (size_t i = 0; i < a->n_messages; i++) {
		const struct analysed *m = &a->messages[i];
		uint32_t left = e->prints.of[i] ? left_of[e->prints.of[i] - 1] : 0;
		if (!left)
			continue;
		e->message_at[e->n_messages] = (uint32_t)i;
		e->messages[e->n_messages++] = (struct cluster_message){left - 1, engine_peer(m), engine_network(m), m->time};
	}
	mem_free(left_of);
	return 0;
}

/* Lists the messages of each cluster. */
static int group(struct engines *e)
{
	size_t n = e->clusters.n;
	uint32_t *at = e->cluster_from = arena_zalloc(&e->arena, n + 2, sizeof *at);
	e->by_cluster = arena_alloc(&e->arena, (e->n_messages + 1) * sizeof *e->by_cluster);
	if (!at || !e->by_cluster)
		return err_oom(e->err, "engines");
	for (size_t i = 0; i < e->n_messages; i++)
		if (e->clusters.of[e->messages[i].print])
			at[e->clusters.of[e->messages[i].print] + 1]++;
	for (size_t k = 1; k <= n + 1; k++)
		at[k] += at[k - 1];
	for (size_t i = 0; i < e->n_messages; i++)
		if (e->clusters.of[e->messages[i].print])
			e->by_cluster[at[e->clusters.of[e->messages[i].print]]++] = (uint32_t)i;
	return 0;
}

/* ---- versions of learned engines ---- */

static int by_number(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return (a > b) - (a < b);
}

static size_t distinct(uint64_t *v, size_t n)
{
	size_t known = 0;
	for (size_t i = 0; i < n; i++) {
		v[known] = v[i];
		known += v[i] != 0;
	}
	sort_u64(v, known);
	return unique_u64(v, known);
}

/* Makes a set of k peers out of an array of the arena with room for `most`. */
static const struct peers *peer_set(struct engines *e, uint64_t *v, size_t k, size_t most)
{
	struct peers p = {v, distinct(v, k), k}, *out;
	arena_shrink(&e->arena, v, (most + 1) * sizeof *v, (p.n + 1) * sizeof *v);
	out = arena_alloc(&e->arena, sizeof *out);
	if (out)
		*out = p;
	return out;
}

/* Of the largest version alone: what else was joined to it must not lend it its hosts. */
static const struct peers *peers_of_cluster(struct engines *e, uint32_t cluster)
{
	size_t from = e->cluster_from[cluster], n = e->cluster_from[cluster + 1] - from, k = 0;
	uint64_t *v = arena_alloc(&e->arena, (n + 1) * sizeof *v);
	for (size_t i = 0; v && i < n; i++)
		if (e->clusters.main[e->messages[e->by_cluster[from + i]].print])
			v[k++] = e->messages[e->by_cluster[from + i]].peer;
	return v ? peer_set(e, v, k, n) : NULL;
}

/* Of a learned engine's messages. */
static const struct peers *peers_of_class(struct engines *e, size_t k, analysis_name name)
{
	if (e->class_peers[k])
		return e->class_peers[k];
	size_t most = e->a->n_messages, n = 0;
	uint64_t *v = arena_alloc(&e->arena, (most + 1) * sizeof *v);
	for (size_t i = 0; v && i < most; i++) {
		uint32_t print = e->prints.of[i];
		if (print && e->verdicts[print - 1].engine == name)
			v[n++] = engine_peer(&e->a->messages[i]);
	}
	return e->class_peers[k] = v ? peer_set(e, v, n, most) : NULL;
}

bool engine_is_peer(const struct peers *p, uint64_t peer)
{
	return bsearch(&peer, p->v, p->n, sizeof *p->v, by_number) != NULL;
}

static size_t shared(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	size_t n = 0;
	for (size_t i = 0, j = 0; i < na && j < nb;) {
		n += a[i] == b[j];
		if (a[i] <= b[j])
			i++;
		else
			j++;
	}
	return n;
}

/* The learned engine that most of a cluster's messages come nearest to, none of them too far; its class, or n_known. */
static size_t nearest_of(const struct engines *e, uint32_t cluster, uint32_t *counts)
{
	size_t from = e->cluster_from[cluster], to = e->cluster_from[cluster + 1], best = 0;
	memset(counts, 0, (e->n_known + 1) * sizeof *counts);
	for (size_t i = from; i < to; i++) {
		const struct verdict *v = &e->verdicts[e->left_print[e->messages[e->by_cluster[i]].print]];
		if (v->nearest && (double)v->strangeness <= version_strangeness)
			counts[v->nearest - e->model.classes.v]++;
	}
	for (size_t k = 1; k < e->n_known; k++)
		if (counts[k] > counts[best])
			best = k;
	return (size_t)counts[best] * 2 > to - from ? best : e->n_known;
}

/* Messages of the cluster from those peers. */
static size_t count_from(const struct engines *e, uint32_t cluster, const struct peers *own)
{
	size_t from = e->cluster_from[cluster], to = e->cluster_from[cluster + 1], n = 0;
	for (size_t i = from; i < to; i++)
		n += engine_is_peer(own, e->messages[e->by_cluster[i]].peer);
	return n;
}

/* Others may write the same: what does not come from the engine's hosts stays without a name, unless it is no more than the engine's share
 * of hosts that were not seen before. */
static bool may_be_new_hosts(const struct engines *e, uint32_t cluster, const struct peers *own)
{
	size_t all = e->cluster_from[cluster + 1] - e->cluster_from[cluster], others = all - count_from(e, cluster, own);
	double unseen = own->messages ? 1 - cluster_hosts_seen(own->n, own->messages) : 1;
	return others * 100 <= all * OTHERS_PERCENT && (double)others <= unseen * (double)all;
}

static int find_version(struct engines *e, uint32_t cluster, uint32_t *counts)
{
	size_t k = nearest_of(e, cluster, counts);
	if (k == e->n_known)
		return 0;
	analysis_name name = analysis_name_of(e->a, e->model.classes.v[k].name, e->err);
	const struct peers *own = peers_of_class(e, k, name), *its = peers_of_cluster(e, cluster);
	if (!own || !its)
		return err_oom(e->err, "engines");
	size_t both = shared(own->v, own->n, its->v, its->n);
	if (both < SHARED_LEAST || both * 100 < (its->n < own->n ? its->n : own->n) * SHARED_PERCENT)
		return e->err->kind;
	e->cluster_name[cluster] = name;
	e->cluster_source[cluster] = ENGINE_LEARNED;
	e->cluster_peers[cluster] = may_be_new_hosts(e, cluster, own) ? NULL : own;
	return e->err->kind;
}

/* ---- discovered engines ---- */

/* Whoever writes just as a real client does is an engine only if it sends in bulk: people's mail that came past their mail server
 * writes so, too. */
enum { BULK_CAMPAIGN = 5, BULK_PERCENT = 25 };

static bool faultless(const struct engines *e, const struct engine_print *p)
{
	bool claim = false, fault = false;
	for (size_t i = 0; i < p->n; i++) {
		const struct engine_token *t = &e->model.tokens.v[p->tokens[i]];
		claim |= t->family == PRINT_claim;
		fault |= t->family == PRINT_claimok && !str_eq(t->text, S("claimok=yes"));
	}
	return claim && !fault;
}

/* For each cluster: its messages that look faultless, and those of campaigns of some size. */
static int find_imitations(const struct engines *e, bool *imitation)
{
	const struct analysis *a = e->a;
	uint32_t *sizes = mem_zalloc(a->names.n + 1, sizeof *sizes), *bulk = mem_zalloc(e->clusters.n + 1, sizeof *bulk);
	uint32_t *plain = mem_zalloc(e->clusters.n + 1, sizeof *plain),
		 *cluster_of = mem_zalloc(e->prints.n + 1, sizeof *cluster_of);
	bool ok = sizes && bulk && plain && cluster_of;
	for (size_t i = 0; ok && i < a->n_messages; i++)
		sizes[a->messages[i].campaign]++;
	for (size_t i = 0; ok && i < e->n_left; i++)
		cluster_of[e->left_print[i]] = e->clusters.of[i];
	for (size_t i = 0; ok && i < a->n_messages; i++) {
		uint32_t print = e->prints.of[i], cluster = print ? cluster_of[print - 1] : 0;
		if (!cluster)
			continue;
		plain[cluster - 1] += faultless(e, &e->prints.v[print - 1]);
		bulk[cluster - 1] += a->messages[i].campaign && sizes[a->messages[i].campaign] >= BULK_CAMPAIGN;
	}
	for (size_t k = 0; ok && k < e->clusters.n; k++) {
		uint64_t n = e->clusters.v[k].messages;
		imitation[k] = (uint64_t)plain[k] * 2 > n && (uint64_t)bulk[k] * 100 < n * BULK_PERCENT;
	}
	mem_free(sizes);
	mem_free(bulk);
	mem_free(plain);
	mem_free(cluster_of);
	return ok ? 0 : err_oom(e->err, "engines");
}

/* A class from the messages of a cluster; its campaigns are those of the analysis. */
static int teach(struct engines *e, uint32_t cluster)
{
	const struct analysis *a = e->a;
	struct engine_capture c;
	size_t step = e->clusters.v[cluster].messages / TEACH + 1;
	engine_capture_init(&c, &e->model);
	for (size_t i = e->cluster_from[cluster]; i < e->cluster_from[cluster + 1] && !e->err->kind; i++) {
		const struct analysed *m = &a->messages[e->message_at[e->by_cluster[i]]];
		const struct engine_print *p = &e->prints.v[e->left_print[e->messages[e->by_cluster[i]].print]];
		if (m->key % step) /* the same ones whatever the order of ingest */
			continue;
		struct engine_sample *x = vec_push(&e->model.arena, &c.samples, SIZE_MAX);
		if (!x)
			return err_oom(e->err, "engines");
		*x = (struct engine_sample){.tokens = p->tokens, .n = p->n, .campaign = m->campaign};
	}
	if (!c.samples.n)
		return 0;
	struct engine_class *k =
		e->err->kind ? NULL : engine_model_class(&e->model, ENGINE_BOT, str_of(e->clusters.v[cluster].name), false);
	if (!k || engine_class_count(&e->model, k, &c, NULL) || engine_class_reach(&e->model, k, &c))
		return err_oom(e->err, "engines");
	return 0;
}

static void name_members(struct engines *e)
{
	for (size_t i = 0; i < e->n_left; i++) {
		uint32_t cluster = e->clusters.of[i];
		struct verdict *v = &e->verdicts[e->left_print[i]];
		if (!cluster || !e->cluster_name[cluster - 1])
			continue;
		v->engine = e->cluster_name[cluster - 1];
		v->source = e->cluster_source[cluster - 1];
		v->peers = e->cluster_peers[cluster - 1];
		v->confidence = v->source == ENGINE_LEARNED ? version_confidence : cluster_confidence;
	}
}

static uint32_t cluster_named(const struct engines *e, analysis_name name)
{
	uint32_t k = 0;
	while (k < e->clusters.n && e->cluster_name[k] != name)
		k++;
	return k;
}

/* What belongs to no cluster, but fits one's class and comes from its hosts: whoever imitates the same client fits as well. */
static int take_in(struct engines *e)
{
	struct engine_scorer *s;
	if (e->model.classes.n == e->n_known)
		return 0;
	if (engine_scorer_new(&s, &e->model))
		return err_oom(e->err, "engines");
	for (size_t i = 0; i < e->n_left && !e->err->kind; i++) {
		const struct engine_print *p = &e->prints.v[e->left_print[i]];
		const struct engine_tokens t = {p->tokens, p->families, p->n};
		struct verdict *v = &e->verdicts[e->left_print[i]];
		struct engine_verdict found;
		if (v->engine)
			continue;
		engine_score(s, &t, &found);
		if (!found.engine || (size_t)(found.engine - e->model.classes.v) < e->n_known)
			continue;
		v->engine = analysis_name_of(e->a, found.engine->name, e->err);
		v->source = ENGINE_DISCOVERED;
		v->confidence = cluster_confidence * (float)found.confidence;
		uint32_t k = cluster_named(e, v->engine);
		if (k == e->clusters.n)
			v->engine = 0;
		else if (!e->cluster_peers[k] && !(e->cluster_peers[k] = peers_of_cluster(e, k)))
			err_oom(e->err, "engines");
		else
			v->peers = e->cluster_peers[k];
	}
	engine_scorer_del(s);
	return e->err->kind;
}

int engines_discover(struct engines *e)
{
	int rc = gather(e);
	if (rc)
		return rc;
	if (cluster_messages(&e->clusters, &e->model, e->left, e->n_left, e->messages, e->n_messages))
		return err_oom(e->err, "engines");
	e->cluster_name = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->cluster_name);
	e->cluster_source = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->cluster_source);
	e->cluster_peers = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->cluster_peers);
	if (!e->cluster_name || !e->cluster_source || !e->cluster_peers)
		return err_oom(e->err, "engines");
	e->class_peers = arena_zalloc(&e->arena, e->n_known + 1, sizeof *e->class_peers);
	uint32_t *counts = arena_alloc(&e->arena, (e->n_known + 1) * sizeof *counts);
	rc = e->class_peers && counts ? group(e) : err_oom(e->err, "engines");
	for (uint32_t i = 0; i < e->clusters.n && !rc; i++)
		rc = find_version(e, i, counts);
	bool *imitation = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *imitation);
	if (!rc)
		rc = imitation ? find_imitations(e, imitation) : err_oom(e->err, "engines");
	for (uint32_t i = 0; i < e->clusters.n && !rc; i++) {
		if (e->cluster_name[i] || imitation[i])
			continue;
		rc = teach(e, i);
		e->cluster_name[i] = rc ? 0 : analysis_name_of(e->a, str_of(e->clusters.v[i].name), e->err);
		e->cluster_source[i] = ENGINE_DISCOVERED;
	}
	if (rc)
		return rc;
	name_members(e);
	return take_in(e);
}
