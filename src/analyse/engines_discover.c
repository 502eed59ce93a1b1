/* engines_discover.c - what no model knows: clusters, versions of learned engines among them, names for the rest. */
#include <math.h>
#include <stdlib.h>

#include "analyse/engines_int.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/client.h"

/* Messages of a cluster that its class is made from: more teach nothing new. */
enum { TEACH = 2000 };

/* How sure it is that a message of a cluster is of the engine that the cluster is named after: what joined it did so at CLUSTER_JOIN at
 * least, and few messages tell little (Laplace's rule of succession). */
static float cluster_sure(const struct cluster *k)
{
	return (float)((k->messages + 1.0) / (k->messages + 2.0) / (1 + exp(-CLUSTER_JOIN)));
}

/* ---- what is left ---- */

void engines_clustered(struct engines *e)
{
	mem_free(e->left);
	mem_free(e->messages);
	e->left = NULL;
	e->messages = NULL;
}

static int gather(struct engines *e)
{
	const struct analysis *a = e->a;
	uint32_t *left_of = mem_zalloc(e->prints.n + 1, sizeof *left_of);
	e->left = mem_alloc((e->prints.n + 1) * sizeof *e->left);
	e->left_print = arena_alloc(&e->arena, (e->prints.n + 1) * sizeof *e->left_print);
	e->messages = mem_alloc((a->n_messages + 1) * sizeof *e->messages);
	e->message_left = arena_alloc(&e->arena, (a->n_messages + 1) * sizeof *e->message_left);
	e->message_at = arena_alloc(&e->arena, (a->n_messages + 1) * sizeof *e->message_at);
	if (!left_of || !e->left || !e->left_print || !e->messages || !e->message_at || !e->message_left) {
		mem_free(left_of);
		return err_oom(e->err, "engines");
	}
	for (size_t i = 0; i < e->prints.n; i++) {
		const struct verdict *v = &e->verdicts[i];
		if (v->engine || ((v->client || v->server) && !v->spread))
			continue;
		e->left[e->n_left] = (struct cluster_print){engine_print_packed(&e->prints, i)};
		e->left_print[e->n_left] = (uint32_t)i;
		left_of[i] = (uint32_t)++e->n_left;
	}
	for (size_t i = 0; i < a->n_messages; i++) {
		const struct analysed *m = &a->messages[i];
		uint32_t left = e->prints.of[i] ? left_of[e->prints.of[i] - 1] : 0;
		if (!left || m->bounce || engine_is_own(e, &e->verdicts[e->left_print[left - 1]], i))
			continue;
		e->message_at[e->n_messages] = (uint32_t)i;
		e->message_left[e->n_messages] = left - 1;
		uint64_t net = e->orgs[i] ? e->orgs[i] : engine_network(m);
		e->messages[e->n_messages++] = (struct cluster_message){left - 1, engine_peer(m), net, m->time};
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
		if (e->clusters.of[e->message_left[i]])
			at[e->clusters.of[e->message_left[i]] + 1]++;
	for (size_t k = 1; k <= n + 1; k++)
		at[k] += at[k - 1];
	for (size_t i = 0; i < e->n_messages; i++)
		if (e->clusters.of[e->message_left[i]])
			e->by_cluster[at[e->clusters.of[e->message_left[i]]]++] = (uint32_t)i;
	return 0;
}

/* ---- discovered engines ---- */

/* Whoever writes just as a real client does is an engine only if it sends in bulk: people's mail that came past their mail server
 * writes so, too. */
enum { BULK_CAMPAIGN = 5 };

static bool faultless(const struct engines *e, size_t print)
{
	const struct engine_tokens t = engine_print_tokens(&e->prints, print);
	bool claim = false, fault = false;
	for (size_t i = 0; i < t.n; i++) {
		claim |= t.family[i] == PRINT_claim;
		fault |= t.family[i] == PRINT_claimok && !str_eq(e->model.tokens.v[t.token[i]].text, S("claimok=yes"));
	}
	return claim && !fault && !engine_forged(&e->model, &t).n;
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
		plain[cluster - 1] += faultless(e, print - 1);
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

int engines_sample(struct engines *e, size_t print, struct arena *arena, struct engine_sample *out)
{
	const struct engine_tokens t = engine_print_tokens(&e->prints, print);
	uint32_t *tokens = arena_alloc(arena, t.n * sizeof *tokens);
	if (!tokens)
		return err_oom(e->err, "engines");
	memcpy(tokens, t.token, t.n * sizeof *tokens);
	*out = (struct engine_sample){.tokens = tokens, .n = t.n};
	return 0;
}

/* The cluster's messages, of those peers (NULL: of all), in *c and the arena. */
static int capture(struct engines *e, uint32_t cluster, const struct peers *from, struct arena *arena, struct engine_capture *c)
{
	const struct analysis *a = e->a;
	size_t step = e->clusters.v[cluster].messages / TEACH + 1;
	engine_capture_init(c, &e->model);
	for (size_t i = e->cluster_from[cluster]; i < e->cluster_from[cluster + 1]; i++) {
		const struct analysed *m = &a->messages[e->message_at[e->by_cluster[i]]];
		if (m->key % step ||
			(from && !engine_is_peer(from, engine_peer(m)))) /* the same ones whatever the order of ingest */
			continue;
		struct engine_sample *x = vec_push(arena, &c->samples, SIZE_MAX);
		if (!x || engines_sample(e, engines_print_at(e, i), arena, x))
			return err_oom(e->err, "engines");
		x->campaign = m->campaign;
	}
	return 0;
}

int engines_teach(struct engines *e, uint32_t cluster, const struct peers *from, struct engine_class *k)
{
	struct arena arena;
	struct engine_capture c;
	arena_init(&arena, SIZE_MAX);
	int rc = capture(e, cluster, from, &arena, &c);
	if (!rc && (engine_class_count(&e->model, k, &c, NULL) || engine_class_reach(&e->model, k, &c)))
		rc = err_oom(e->err, "engines");
	arena_free(&arena);
	return rc;
}

static int make_class(struct engines *e, uint32_t cluster)
{
	struct engine_class *k = engine_model_class(&e->model, ENGINE_BOT, str_of(e->clusters.v[cluster].name), false);
	return k ? engines_teach(e, cluster, NULL, k) : err_oom(e->err, "engines");
}

static struct str list_client(const struct engines *e, size_t left)
{
	const struct engine_tokens t = engine_print_tokens(&e->prints, e->left_print[left]);
	return engine_list_client(&e->model, &t);
}

/* Of each cluster whether most of its messages came through mailing lists. */
static int find_lists(const struct engines *e, bool *lists)
{
	uint32_t *n = mem_zalloc(e->clusters.n + 1, sizeof *n);
	if (!n)
		return err_oom(e->err, "engines");
	for (size_t i = 0; i < e->n_left; i++)
		if (e->clusters.of[i] && list_client(e, i).n)
			n[e->clusters.of[i] - 1] += engine_print_messages(&e->prints, e->left_print[i]);
	for (size_t k = 0; k < e->clusters.n; k++)
		lists[k] = (uint64_t)n[k] * 2 > e->clusters.v[k].messages;
	mem_free(n);
	return 0;
}

/* What a list handed on is its own where the engine's other mail has no such fields. */
static void name_list_mail(struct engines *e, const bool *lists)
{
	for (size_t i = 0; i < e->n_left; i++) {
		uint32_t cluster = e->clusters.of[i];
		struct verdict *v = &e->verdicts[e->left_print[i]];
		struct str client = list_client(e, i);
		if (!client.n || (v->engine && cluster && lists[cluster - 1]))
			continue;
		*v = (struct verdict){.client = analysis_name_of(e->a, client, e->err), .confidence = (float)ENGINE_PLAIN};
	}
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
		if (v->far) /* a foreign message in the cluster, if not by its host */
			v->peers = e->cluster_own[cluster - 1];
		v->version = v->source == ENGINE_LEARNED;
		v->confidence = e->cluster_sure[cluster - 1];
	}
}

static int list_names(struct engines *e)
{
	e->n_named = e->a->names.n;
	e->first_named = arena_zalloc(&e->arena, e->n_named + 1, sizeof *e->first_named);
	e->next_named = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->next_named);
	if (!e->first_named || !e->next_named)
		return err_oom(e->err, "engines");
	for (uint32_t k = (uint32_t)e->clusters.n; k-- > 0;) {
		e->next_named[k] = e->first_named[e->cluster_name[k]];
		e->first_named[e->cluster_name[k]] = k + 1;
	}
	e->first_named[0] = 0; /* those without a name */
	return 0;
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
		struct verdict *v = &e->verdicts[e->left_print[i]];
		struct engine_verdict found;
		if (v->engine)
			continue;
		const struct engine_tokens t = engine_print_tokens(&e->prints, e->left_print[i]);
		engine_score(s, &t, &found);
		if (!found.engine || (size_t)(found.engine - e->model.classes.v) < e->n_known)
			continue;
		v->engine = analysis_name_of(e->a, found.engine->name, e->err);
		v->source = ENGINE_DISCOVERED;
		uint32_t k = engine_first_named(e, v->engine) - 1;
		v->confidence = k < e->clusters.n ? e->cluster_sure[k] * (float)found.confidence : 0;
		if (k >= e->clusters.n)
			v->engine = 0;
		else if (!e->cluster_peers[k] && !(e->cluster_peers[k] = engines_peers_of(e, k)))
			err_oom(e->err, "engines");
		else
			v->peers = e->cluster_peers[k];
	}
	engine_scorer_del(s);
	return e->err->kind;
}

/* Where heirs of heirs begin; a circle, which only made-up dates can close, is left somewhere. */
static uint32_t first_of(const struct engines *e, const uint32_t *heir_of, uint32_t cluster)
{
	for (size_t n = 0; heir_of[cluster] && n < e->clusters.n; n++)
		cluster = heir_of[cluster] - 1;
	return cluster;
}

static int name_cluster(struct engines *e, const uint32_t *heir_of, const bool *imitation, uint32_t i)
{
	uint32_t first = first_of(e, heir_of, i);
	if (imitation[first])
		first = i;
	if (e->cluster_source[first] == ENGINE_LEARNED) {
		e->cluster_name[i] = e->cluster_name[first];
		e->cluster_source[i] = ENGINE_LEARNED;
		e->cluster_sure[i] = e->cluster_sure[first];
		return 0;
	}
	bool room = e->model.classes.n < LIM_ENGINE_CLASSES; /* the largest come first; the others are what was joined, no more */
	if (first == i && room && make_class(e, i))
		return e->err->kind;
	e->cluster_name[i] = analysis_name_of(e->a, str_of(e->clusters.v[first].name), e->err);
	e->cluster_source[i] = ENGINE_DISCOVERED;
	e->cluster_sure[i] = cluster_sure(&e->clusters.v[i]);
	return e->err->kind;
}

int engines_discover(struct engines *e)
{
	int rc = gather(e);
	if (rc)
		return rc;
	if (cluster_messages(&e->clusters, &e->model, e->left, e->n_left, e->messages, e->n_messages))
		return err_oom(e->err, "engines");
	engines_clustered(e);
	e->cluster_name = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->cluster_name);
	e->cluster_source = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->cluster_source);
	e->cluster_peers = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->cluster_peers);
	e->cluster_own = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->cluster_own);
	e->cluster_near = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->cluster_near);
	e->cluster_sure = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->cluster_sure);
	if (!e->cluster_name || !e->cluster_source || !e->cluster_peers || !e->cluster_own || !e->cluster_near || !e->cluster_sure)
		return err_oom(e->err, "engines");
	uint32_t *counts = arena_alloc(&e->arena, (e->n_known + 1) * sizeof *counts);
	rc = counts ? group(e) : err_oom(e->err, "engines");
	for (uint32_t i = 0; i < e->clusters.n && !rc; i++)
		rc = engines_find_version(e, i, counts);
	uint32_t *heir_of = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *heir_of);
	if (!rc)
		rc = heir_of ? engines_find_heirs(e, heir_of) : err_oom(e->err, "engines");
	bool *imitation = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *imitation);
	if (!rc)
		rc = imitation ? find_imitations(e, imitation) : err_oom(e->err, "engines");
	for (uint32_t i = 0; i < e->clusters.n && !rc; i++)
		if (!e->cluster_name[i] && !imitation[i])
			rc = name_cluster(e, heir_of, imitation, i);
	rc = rc ? rc : list_names(e);
	rc = rc ? rc : engines_find_rivals(e);
	bool *lists = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *lists);
	if (!rc)
		rc = lists ? find_lists(e, lists) : err_oom(e->err, "engines");
	if (rc)
		return rc;
	name_members(e);
	if (take_in(e))
		return e->err->kind;
	name_list_mail(e, lists);
	return e->err->kind;
}
