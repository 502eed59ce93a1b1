/* engines_versions.c - clusters that are new versions of learned engines: the same hosts, and either nearly the same writing or one after the
 * other; and heirs, which write nothing as the engine did, but took its place on its hosts and went on with its campaigns.
 *
 * Whoever imitates an engine in all but one habit looks like a version of it, and what does not show that habit is given the engine's
 * name. So the hosts of the engine are those that show the habits in which the cluster differs from it as the captures have them.
 */
#include <math.h>
#include <stdlib.h>

#include "analyse/engines_int.h"
#include "base/mem.h"
#include "base/sort.h"

/* SHARED: hosts in common, at least, and percent of what there would be if both drew from the same hosts. CONSTANT: percent of the
 * messages that have a family. SUCCEEDED: of the hosts in common, those where one ended before the other began, where the writing is
 * too far from the captures. */
enum {
	HEIR_PERCENT = 60, /* of what there would be in common */
	HEIR_GOES_ON = 5,  /* an heir's messages of its forebear's campaigns: these end, too, but not all on the same day */
	HEIR_CROWD = 64,   /* a host of more engines tells nothing: so that no mail makes all of them be compared with all */
	HEIR_TRIES = 16,   /* forebears, of most hosts in common first, whose campaigns are looked at: likewise */
	RIVALS_MAX = 200,  /* of the largest clusters near a learned engine: each costs a look at all messages */
	SHARED_PERCENT = 30,
	SHARED_LEAST = 4,
	CONSTANT_PERCENT = 80,
	SUCCEEDED_PERCENT = 90,
	SUCCEEDED_LEAST = 8,
};
static const double constant_strangeness = 3.9;
static const double version_strangeness = 4 * 3.9; /* four constants changed */

/* ---- hosts ---- */

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
		if (e->clusters.main[e->messages[e->by_cluster[i]].print])
			add_peer(v, &k, &e->a->messages[e->message_at[e->by_cluster[i]]]);
	return v ? peer_set(e, v, k, n) : NULL;
}

bool engine_is_peer(const struct peers *p, uint64_t peer)
{
	const struct peer key = {.peer = peer};
	return bsearch(&key, p->v, p->n, sizeof *p->v, by_peer) != NULL;
}

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

int engines_contrast(const struct engines *e, uint32_t cluster, const struct engine_class *k, struct engine_contrast *out)
{
	const struct engine_token *tokens = e->model.tokens.v;
	struct commonest own[PRINT_COUNT] = {{0}}, its[PRINT_COUNT] = {{0}};
	uint32_t *n = mem_zalloc(e->model.tokens.n + 1, sizeof *n);
	*out = (struct engine_contrast){.any = false};
	if (!n)
		return ERR_ENV;
	for (size_t i = e->cluster_from[cluster]; i < e->cluster_from[cluster + 1]; i++) {
		const struct engine_print *p = &e->prints.v[e->left_print[e->messages[e->by_cluster[i]].print]];
		for (size_t t = 0; t < p->n; t++)
			n[p->tokens[t]]++;
	}
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

static bool shows(const struct engine_print *p, const struct engine_contrast *c)
{
	for (size_t t = 0; t < p->n; t++)
		if (c->own[p->families[t]] == p->tokens[t] + 1)
			return true;
	return false;
}

/* Of the learned engine's messages that show what the cluster does otherwise; NULL: of all. */
static const struct peers *peers_of_engine(struct engines *e, analysis_name name, const struct engine_contrast *c)
{
	size_t most = 0, n = 0;
	for (size_t i = 0; i < e->a->n_messages; i++)
		most += e->prints.of[i] && e->verdicts[e->prints.of[i] - 1].engine == name;
	struct peer *v = arena_alloc(&e->arena, (most + 1) * sizeof *v);
	for (size_t i = 0; v && i < e->a->n_messages; i++) {
		uint32_t print = e->prints.of[i];
		if (print && e->verdicts[print - 1].engine == name && (!c || shows(&e->prints.v[print - 1], c)))
			add_peer(v, &n, &e->a->messages[i]);
	}
	return v ? peer_set(e, v, n, most) : NULL;
}

/* ---- the same engine? ---- */

struct shared {
	size_t n, before, after; /* hosts in common; of these where the one ended before the other began */
};

static void add_shared(struct shared *s, const struct peer *own, const struct peer *its)
{
	s->n++;
	s->before += own->last < its->first;
	s->after += its->last < own->first;
}

static struct shared shared_peers(const struct peers *own, const struct peers *its)
{
	struct shared s = {0};
	for (size_t i = 0, j = 0; i < own->n && j < its->n;) {
		const struct peer *a = &own->v[i], *b = &its->v[j];
		if (a->peer == b->peer)
			add_shared(&s, a, b);
		i += a->peer <= b->peer;
		j += a->peer >= b->peer;
	}
	return s;
}

/* What a part of the hosts shows of them bounds how many can be in common. */
static bool same_hosts(const struct peers *own, const struct peers *its, const struct shared *s, unsigned percent)
{
	if (s->n < SHARED_LEAST)
		return false;
	double seen = cluster_hosts_seen(own->n, own->messages) * (double)its->n;
	double expected = seen < (double)own->n ? seen : (double)own->n;
	return (double)s->n * 100 >= expected * percent;
}

static bool succeeded(const struct shared *s)
{
	size_t most = s->before > s->after ? s->before : s->after;
	return s->n >= SUCCEEDED_LEAST && most * 100 >= s->n * SUCCEEDED_PERCENT;
}

/* Of the i-th message by cluster. */
static const struct verdict *verdict_of(const struct engines *e, size_t i)
{
	return &e->verdicts[e->left_print[e->messages[e->by_cluster[i]].print]];
}

static bool is_near_enough(const struct verdict *v)
{
	return (double)v->strangeness <= version_strangeness;
}

bool engines_near(const struct engines *e, uint32_t cluster, const struct verdict *v)
{
	/* classes that were discovered since may have moved those that were learned */
	return v->strangeness <= e->cluster_most[cluster] && v->nearest &&
	       str_eq(v->nearest->name, e->model.classes.v[e->cluster_near[cluster]].name);
}

/* The learned engine that most of a cluster's messages come nearest to, and if most are not too far from it; its class, or n_known. */
static size_t nearest_of(const struct engines *e, uint32_t cluster, uint32_t *counts, bool *is_near)
{
	size_t from = e->cluster_from[cluster], to = e->cluster_from[cluster + 1], best = 0, close = 0;
	memset(counts, 0, (e->n_known + 1) * sizeof *counts);
	for (size_t i = from; i < to; i++) {
		const struct verdict *v = verdict_of(e, i);
		if (v->nearest && (v->like || is_near_enough(v)))
			counts[v->nearest - e->model.classes.v]++;
	}
	for (size_t k = 1; k < e->n_known; k++)
		if (counts[k] > counts[best])
			best = k;
	for (size_t i = from; i < to; i++) {
		const struct verdict *v = verdict_of(e, i);
		close += v->nearest == &e->model.classes.v[best] && is_near_enough(v);
	}
	*is_near = close * 2 > to - from;
	return (size_t)counts[best] * 2 > to - from ? best : e->n_known;
}

static int by_size(const void *x, const void *y)
{
	float a = *(const float *)x, b = *(const float *)y;
	return (a > b) - (a < b);
}

/* What half of the messages stay below, and one constant more: nearly all of a version's own. */
static int most_strange(const struct engines *e, uint32_t cluster, float *out)
{
	size_t from = e->cluster_from[cluster], n = e->cluster_from[cluster + 1] - from;
	float *v = mem_alloc(n * sizeof *v + 1);
	if (!v)
		return err_oom(e->err, "engines");
	for (size_t i = 0; i < n; i++)
		v[i] = verdict_of(e, from + i)->strangeness;
	if (n)
		qsort(v, n, sizeof *v, by_size);
	*out = (float)fmin(n ? (double)v[n / 2] + constant_strangeness : 0, version_strangeness);
	mem_free(v);
	return 0;
}

/* Messages of the cluster from those peers. */
static size_t count_from(const struct engines *e, uint32_t cluster, const struct peers *own)
{
	size_t from = e->cluster_from[cluster], to = e->cluster_from[cluster + 1], n = 0;
	for (size_t i = from; i < to; i++)
		n += engine_is_peer(own, e->messages[e->by_cluster[i]].peer);
	return n;
}

/* Others may write the same: where more of the cluster comes from hosts that the engine has not shown than would if it were all the engine's, give
 * or take two standard errors, what comes from those has no name. */
static bool all_its_own(const struct engines *e, uint32_t cluster, const struct peers *own, const struct peers *its)
{
	double all = e->cluster_from[cluster + 1] - e->cluster_from[cluster], others = all - (double)count_from(e, cluster, own);
	double unseen = 1 - cluster_hosts_seen(own->n, own->messages);
	return others / all <= unseen + 2 * sqrt(unseen * (1 - unseen) / (double)its->n);
}

int engines_find_version(struct engines *e, uint32_t cluster, uint32_t *counts)
{
	struct engine_contrast contrast;
	struct arena_mark mark = arena_mark(&e->arena);
	bool is_near;
	size_t k = e->cluster_near[cluster] = nearest_of(e, cluster, counts, &is_near);
	if (k == e->n_known)
		return 0;
	analysis_name name = analysis_name_of(e->a, e->model.classes.v[k].name, e->err);
	if (e->err->kind || engines_contrast(e, cluster, &e->model.classes.v[k], &contrast))
		return err_oom(e->err, "engines");
	const struct peers *own = peers_of_engine(e, name, contrast.any ? &contrast : NULL), *its = engines_peers_of(e, cluster);
	if (!own || !its)
		return err_oom(e->err, "engines");
	struct shared both = shared_peers(own, its);
	if (!same_hosts(own, its, &both, SHARED_PERCENT) || (!is_near && !succeeded(&both))) {
		arena_release(&e->arena, mark);
		return 0;
	}
	const struct peers *all = contrast.any ? peers_of_engine(e, name, NULL) : own;
	if (!all)
		return err_oom(e->err, "engines");
	e->cluster_name[cluster] = name;
	e->cluster_source[cluster] = ENGINE_LEARNED;
	e->cluster_sure[cluster] = (float)((double)(both.n + 1) / (double)(both.n + 2)); /* each host in common is a witness */
	e->cluster_peers[cluster] = all_its_own(e, cluster, all, its) ? NULL : all;
	e->cluster_own[cluster] = is_near ? all : NULL;
	return most_strange(e, cluster, &e->cluster_most[cluster]);
}

/* ---- heirs ---- */

/* What could have come before: learned engines, then clusters. */
struct forebear {
	const struct peers *hosts;
	analysis_name name; /* of a learned engine; 0: a cluster */
	uint32_t cluster;
	uint64_t *campaigns; /* ascending, distinct, once they are asked for */
	size_t n_campaigns;
	struct shared both; /* with the cluster that is looked at */
};
struct forebear_host {
	struct peer host;
	struct forebear *of;
};
struct forebears {
	struct forebear *v;
	size_t n;
	struct forebear_host *hosts; /* of all, by host */
	size_t n_hosts;
	struct forebear **met; /* those that share a host with the cluster that is looked at */
};

static int find_forebears(struct engines *e, struct forebears *f)
{
	f->v = arena_zalloc(&e->arena, e->n_known + e->clusters.n + 1, sizeof *f->v);
	for (size_t k = 0; f->v && k < e->n_known; k++) {
		const struct engine_class *c = &e->model.classes.v[k];
		if (c->kind != ENGINE_BOT)
			continue;
		struct forebear *b = &f->v[f->n++];
		b->name = analysis_name_of(e->a, c->name, e->err);
		if (e->err->kind || !(b->hosts = peers_of_engine(e, b->name, NULL)))
			return err_oom(e->err, "engines");
	}
	for (uint32_t i = 0; f->v && i < e->clusters.n; i++) {
		struct forebear *b = &f->v[f->n++];
		b->cluster = i;
		if (!(b->hosts = engines_peers_of(e, i)))
			return err_oom(e->err, "engines");
	}
	return f->v ? 0 : err_oom(e->err, "engines");
}

static int by_host(const void *x, const void *y)
{
	const struct forebear_host *a = x, *b = y;
	return by_peer(&a->host, &b->host);
}

static int index_hosts(struct engines *e, struct forebears *f)
{
	size_t most = 0;
	for (size_t k = 0; k < f->n; k++)
		most += f->v[k].hosts->n;
	f->hosts = mem_alloc((most + 1) * sizeof *f->hosts);
	f->met = mem_alloc((f->n + 1) * sizeof(struct forebear *));
	if (!f->hosts || !f->met)
		return err_oom(e->err, "engines");
	for (size_t k = 0; k < f->n; k++)
		for (size_t i = 0; i < f->v[k].hosts->n; i++)
			f->hosts[f->n_hosts++] = (struct forebear_host){f->v[k].hosts->v[i], &f->v[k]};
	qsort(f->hosts, f->n_hosts, sizeof *f->hosts, by_host);
	return 0;
}

static size_t first_host(const struct forebears *f, uint64_t peer)
{
	size_t lo = 0, hi = f->n_hosts;
	while (lo < hi) {
		size_t middle = lo + (hi - lo) / 2;
		if (f->hosts[middle].host.peer < peer)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

static int by_shared(const void *x, const void *y)
{
	const struct forebear *a = *(struct forebear *const *)x, *b = *(struct forebear *const *)y;
	return a->both.n != b->both.n ? (a->both.n < b->both.n) - (a->both.n > b->both.n) : (a > b) - (a < b);
}

/* The forebears that share hosts with a cluster, of most hosts first; how many. */
static size_t meet(const struct forebears *f, const struct peers *its)
{
	size_t n = 0;
	for (size_t i = 0; i < its->n; i++) {
		size_t from = first_host(f, its->v[i].peer), to = from;
		while (to < f->n_hosts && f->hosts[to].host.peer == its->v[i].peer && to - from <= HEIR_CROWD)
			to++;
		for (size_t k = from; k < to && to - from <= HEIR_CROWD; k++) {
			struct forebear *b = f->hosts[k].of;
			if (!b->both.n)
				f->met[n++] = b;
			add_shared(&b->both, &f->hosts[k].host, &its->v[i]);
		}
	}
	qsort(f->met, n, sizeof(struct forebear *), by_shared);
	return n;
}

static analysis_name campaign_of(const struct engines *e, size_t i)
{
	return e->a->messages[e->message_at[e->by_cluster[i]]].campaign;
}

/* The campaigns of a forebear, once. */
static bool list_campaigns(struct engines *e, struct forebear *b)
{
	size_t from = e->cluster_from[b->cluster], to = e->cluster_from[b->cluster + 1], n = 0;
	uint64_t *v = b->campaigns ? NULL : mem_alloc(((b->name ? e->a->n_messages : to - from) + 1) * sizeof *v);
	if (!v)
		return b->campaigns;
	for (size_t i = 0; b->name && i < e->a->n_messages; i++)
		if (e->prints.of[i] && e->verdicts[e->prints.of[i] - 1].engine == b->name)
			v[n++] = e->a->messages[i].campaign;
	for (size_t i = from; !b->name && i < to; i++)
		v[n++] = campaign_of(e, i);
	sort_u64(v, n);
	n = unique_u64(v, n);
	b->campaigns = arena_alloc(&e->arena, (n + 1) * sizeof *v);
	b->n_campaigns = n;
	if (b->campaigns)
		memcpy(b->campaigns, v, n * sizeof *v);
	mem_free(v);
	return b->campaigns;
}

static int by_campaign(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;
	return (*a > *b) - (*a < *b);
}

/* Whether the cluster goes on with the forebear's campaigns. */
static bool same_campaigns(const struct engines *e, uint32_t cluster, const struct forebear *b)
{
	size_t n = 0;
	for (size_t i = e->cluster_from[cluster]; i < e->cluster_from[cluster + 1] && n < HEIR_GOES_ON; i++) {
		uint64_t campaign = campaign_of(e, i);
		n += campaign && bsearch(&campaign, b->campaigns, b->n_campaigns, sizeof campaign, by_campaign);
	}
	return n >= HEIR_GOES_ON;
}

/* By its hosts alone. Of clusters what was there before; a learned engine may have been captured in its later version. */
static bool may_precede(const struct forebear *b, uint32_t cluster, const struct peers *its)
{
	const struct shared *s = &b->both;
	if (!b->name && (b->cluster == cluster || s->before <= s->after))
		return false;
	return succeeded(s) && same_hosts(b->hosts, its, s, HEIR_PERCENT);
}

/* What a cluster took the place of, if anything: *out, with `both` as it is. */
static int find_forebear(struct engines *e, uint32_t cluster, const struct peers *its, struct forebears *f, struct forebear *out)
{
	size_t n = meet(f, its), tries = 0;
	bool ok = true, found = false;
	for (size_t i = 0; i < n && ok && !found && tries < HEIR_TRIES; i++) {
		if (!may_precede(f->met[i], cluster, its))
			continue;
		tries++;
		ok = list_campaigns(e, f->met[i]);
		found = ok && same_campaigns(e, cluster, f->met[i]);
		*out = found ? *f->met[i] : *out;
	}
	for (size_t i = 0; i < n; i++)
		f->met[i]->both = (struct shared){0};
	return ok ? 0 : err_oom(e->err, "engines");
}

int engines_find_heirs(struct engines *e, uint32_t *heir_of)
{
	struct forebears f = {0};
	int rc = find_forebears(e, &f);
	rc = rc ? rc : index_hosts(e, &f);
	for (uint32_t i = 0; i < e->clusters.n && !rc; i++) {
		struct forebear b = {0};
		const struct peers *its = f.v[f.n - e->clusters.n + i].hosts;
		if (!e->cluster_name[i])
			rc = find_forebear(e, i, its, &f, &b);
		if (b.hosts && !b.name) {
			heir_of[i] = b.cluster + 1;
		} else if (b.hosts) {
			e->cluster_name[i] = b.name;
			e->cluster_source[i] = ENGINE_LEARNED;
			e->cluster_sure[i] = (float)((double)(b.both.n + 1) / (double)(b.both.n + 2));
			e->cluster_peers[i] = all_its_own(e, i, b.hosts, its) ? NULL : b.hosts;
		}
	}
	mem_free(f.hosts);
	mem_free(f.met);
	return rc;
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
		r->own = peers_of_engine(e, r->learned, &r->contrast);
		if (!r->its || !r->own)
			return err_oom(e->err, "engines");
		e->n_rivals++;
	}
	return 0;
}

const struct rival *engines_rival_of(const struct engines *e, const struct engine_print *p, analysis_name learned, uint64_t peer)
{
	for (size_t k = 0; peer && k < e->n_rivals; k++) {
		const struct rival *r = &e->rivals[k];
		if (r->learned == learned && engine_is_peer(r->its, peer) && !engine_is_peer(r->own, peer) &&
			!shows(p, &r->contrast))
			return r;
	}
	return NULL;
}
