/* engines_versions.c - clusters that are new versions of learned engines: the same hosts, and either nearly the same writing or one after the
 * other; or parts of learned engines (engines_parts.c).
 *
 * Whoever imitates an engine in all but one habit looks like a version of it, and what does not show that habit is given the engine's
 * name. So the hosts of the engine are those that show the habits in which the cluster differs from it as the captures have them.
 */
#include <math.h>
#include <stdlib.h>

#include "analyse/engines_int.h"
#include "base/mem.h"

enum {
	RIVALS_MAX = 200,      /* of the largest clusters near a learned engine: each costs a look at all messages */
	SHARED_PERCENT = 30,   /* of what there would be in common if both drew from the same hosts */
	CONSTANT_PERCENT = 80, /* of the messages have a family */
	FAR_AT_ONCE = 8192,    /* messages unpacked at a time: 3 MB */
};
static const double version_strangeness = 4 * 3.9; /* four constants changed */

/* ---- what differs ---- */

struct commonest {
	uint32_t token, n, of;
};

static void add_common(struct commonest *c, uint32_t token, uint32_t n)
{
	c->of += n;
	if (n > c->n) {
		c->n = n;
		c->token = token;
	}
}

static bool is_constant(const struct commonest *c)
{
	return c->n && (uint64_t)c->n * 100 >= (uint64_t)c->of * CONSTANT_PERCENT;
}

uint32_t *engines_count_tokens(const struct engines *e, uint32_t cluster)
{
	uint32_t *n = mem_zalloc(e->model.tokens.n + 1, sizeof *n);
	for (size_t i = e->cluster_from[cluster]; n && i < e->cluster_from[cluster + 1]; i++)
		for (struct packed_walk w = packed_begin(engine_print_packed(&e->prints, engines_print_at(e, i))); packed_next(&w);)
			n[w.token]++;
	return n;
}

int engines_contrast(const struct engines *e, uint32_t cluster, const struct engine_class *k, struct engine_contrast *out)
{
	const struct engine_token *tokens = e->model.tokens.v;
	struct commonest own[PRINT_COUNT] = {{0}}, its[PRINT_COUNT] = {{0}};
	uint32_t *n = engines_count_tokens(e, cluster);
	*out = (struct engine_contrast){.any = false};
	if (!n)
		return ERR_ENV;
	for (uint32_t t = 0; t < e->model.tokens.n; t++)
		add_common(&its[tokens[t].family], t, n[t]);
	for (size_t i = 0; i < k->n; i++)
		add_common(&own[tokens[k->counts[i].token].family], k->counts[i].token, k->counts[i].messages);
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		if (!print_table[f].many && engine_freedom(f) == FREEDOM_NONE && is_constant(&own[f]) && is_constant(&its[f]) &&
			own[f].token != its[f].token) {
			out->own[f] = own[f].token + 1;
			out->its[f] = its[f].token + 1;
			out->any = true;
		}
	mem_free(n);
	return 0;
}

/* ---- the same engine? ---- */

/* Of the i-th message by cluster. */
static const struct verdict *verdict_of(const struct engines *e, size_t i)
{
	return &e->verdicts[engines_print_at(e, i)];
}

static bool is_near_enough(const struct verdict *v)
{
	return (double)v->strangeness <= version_strangeness;
}

/* The learned engine that most of a cluster's messages come nearest to, and if most are not too far from it; its class, or n_known. */
static size_t nearest_of(const struct engines *e, uint32_t cluster, uint32_t *counts, bool *is_near)
{
	size_t from = e->cluster_from[cluster], to = e->cluster_from[cluster + 1], best = 0, close = 0;
	memset(counts, 0, (e->n_known + 1) * sizeof *counts);
	for (size_t i = from; i < to; i++) {
		const struct verdict *v = verdict_of(e, i);
		if (v->nearest && (v->like || is_near_enough(v)))
			counts[v->nearest - 1]++;
	}
	for (size_t k = 1; k < e->n_known; k++)
		if (counts[k] > counts[best])
			best = k;
	for (size_t i = from; i < to; i++) {
		const struct verdict *v = verdict_of(e, i);
		close += v->nearest == best + 1 && is_near_enough(v);
	}
	*is_near = close * 2 > to - from;
	return (size_t)counts[best] * 2 > to - from ? best : e->n_known;
}

/* Of the messages from..to by cluster, FAR_AT_ONCE at most, those that are too strange to k. */
static int find_far(struct engines *e, const struct engine_class *k, size_t from, size_t to, struct arena *arena)
{
	struct engine_capture c = {.model = &e->model};
	struct engine_sample *samples = arena_alloc(arena, FAR_AT_ONCE * sizeof *samples);
	double *strange = arena_alloc(arena, FAR_AT_ONCE * sizeof *strange);
	bool ok = samples && strange;
	c.samples.v = samples;
	for (size_t i = from; ok && i < to; i++)
		ok = !engines_sample(e, engines_print_at(e, i), arena, &samples[c.samples.n++]);
	if (!ok || engine_strangeness_within(&e->model, k, &c, strange))
		return err_oom(e->err, "engines");
	for (size_t i = from; i < to; i++)
		e->verdicts[engines_print_at(e, i)].far = strange[i - from] > engine_limit(k);
	return 0;
}

int engines_find_far(struct engines *e, uint32_t cluster, const struct peers *from)
{
	struct engine_class k = {.kind = ENGINE_BOT};
	struct arena arena;
	arena_init(&arena, SIZE_MAX);
	int rc = engines_teach(e, cluster, from, &k);
	for (size_t i = e->cluster_from[cluster], end = e->cluster_from[cluster + 1]; i < end && !rc; i += FAR_AT_ONCE) {
		rc = find_far(e, &k, i, end - i < FAR_AT_ONCE ? end : i + FAR_AT_ONCE, &arena);
		arena_reset(&arena);
	}
	arena_free(&arena);
	return rc;
}

/* The cluster is the learned engine's. witnesses: hosts or campaigns in common; from: of the messages that are surely its (NULL: all). */
static int is_version(
	struct engines *e, uint32_t cluster, name_id name, const struct peers *own, double witnesses, const struct peers *from)
{
	e->cluster_name[cluster] = name;
	e->cluster_source[cluster] = ENGINE_LEARNED;
	e->cluster_sure[cluster] = (float)((witnesses + 1) / (witnesses + 2));
	e->cluster_own[cluster] = own;
	return engines_find_far(e, cluster, from);
}

int engines_find_version(struct engines *e, uint32_t cluster, uint32_t *counts)
{
	struct engine_contrast contrast;
	struct arena_mark mark = arena_mark(&e->arena);
	bool is_near;
	size_t k = e->cluster_near[cluster] = nearest_of(e, cluster, counts, &is_near);
	if (k == e->n_known)
		return 0;
	name_id name = analysis_name_of(e->a, e->model.classes.v[k].name, e->err);
	if (e->err->kind || engines_contrast(e, cluster, &e->model.classes.v[k], &contrast))
		return err_oom(e->err, "engines");
	const struct peers *own = engines_own_peers(e, name, contrast.any ? &contrast : NULL), *its = engines_peers_of(e, cluster);
	if (!own || !its)
		return err_oom(e->err, "engines");
	struct shared both = shared_peers(own, its);
	bool hosts = shared_enough(own, its, &both, SHARED_PERCENT) && (is_near || shared_succeeded(&both));
	double campaigns = 0;
	if (!hosts && is_near && engines_part(e, cluster, &e->model.classes.v[k], name, &campaigns))
		return e->err->kind;
	if (!hosts && campaigns <= 0) {
		arena_release(&e->arena, mark);
		return 0;
	}
	const struct peers *all = contrast.any ? engines_own_peers(e, name, NULL) : own;
	if (!all)
		return err_oom(e->err, "engines");
	if (!hosts)
		return is_version(e, cluster, name, all, campaigns, NULL);
	e->cluster_peers[cluster] = engines_all_own(e, cluster, all, its) ? NULL : all;
	return is_version(e, cluster, name, all, (double)both.n, all);
}

/* ---- rivals ---- */

int engines_find_rivals(struct engines *e)
{
	e->rivals = arena_zalloc(&e->arena, e->clusters.n + 1, sizeof *e->rivals);
	if (!e->rivals)
		return err_oom(e->err, "engines");
	for (uint32_t i = 0, looked = 0; i < e->clusters.n && looked < RIVALS_MAX; i++) {
		struct rival *r = &e->rivals[e->n_rivals];
		size_t k = e->cluster_near[i];
		if (!e->cluster_name[i] || e->cluster_source[i] != ENGINE_DISCOVERED || k == e->n_known)
			continue;
		looked++;
		r->learned = analysis_name_of(e->a, e->model.classes.v[k].name, e->err);
		r->name = e->cluster_name[i];
		r->confidence = e->cluster_sure[i];
		if (e->err->kind || engines_contrast(e, i, &e->model.classes.v[k], &r->contrast))
			return err_oom(e->err, "engines");
		if (!r->contrast.any)
			continue;
		r->its = engines_peers_of(e, i);
		r->own = engines_own_peers(e, r->learned, &r->contrast);
		if (!r->its || !r->own)
			return err_oom(e->err, "engines");
		e->n_rivals++;
	}
	return 0;
}

const struct rival *engines_rival_of(const struct engines *e, size_t print, name_id learned, uint64_t peer)
{
	for (size_t k = 0; peer && k < e->n_rivals; k++) {
		const struct rival *r = &e->rivals[k];
		if (r->learned == learned && engine_is_peer(r->its, peer) && !engine_is_peer(r->own, peer) &&
			!engines_shows(e, print, &r->contrast))
			return r;
	}
	return NULL;
}
