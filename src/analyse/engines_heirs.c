/* engines_heirs.c - clusters that write nothing as an engine did, but took its place on its hosts and went on with its campaigns. */
#include <stdlib.h>

#include "analyse/engines_int.h"
#include "base/mem.h"
#include "base/sort.h"

enum {
	HEIR_PERCENT = 60, /* of what there would be in common if both drew from the same hosts */
	HEIR_GOES_ON = 5,  /* an heir's messages of its forebear's campaigns: these end, too, but not all on the same day */
	HEIR_CROWD = 64,   /* a host of more engines tells nothing: so that no mail makes all of them be compared with all */
	HEIR_TRIES = 16,   /* forebears, of most hosts in common first, whose campaigns are looked at: likewise */
};

/* What could have come before: learned engines, then clusters. */
struct forebear {
	const struct peers *hosts;
	name_id name; /* of a learned engine; 0: a cluster */
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
		if (e->err->kind || !(b->hosts = engines_own_peers(e, b->name, NULL)))
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
	return (a->host.peer > b->host.peer) - (a->host.peer < b->host.peer);
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
			shared_add(&b->both, &f->hosts[k].host, &its->v[i]);
		}
	}
	qsort(f->met, n, sizeof(struct forebear *), by_shared);
	return n;
}

static name_id campaign_of(const struct engines *e, size_t i)
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

/* Whether the cluster goes on with the forebear's campaigns. */
static bool same_campaigns(const struct engines *e, uint32_t cluster, const struct forebear *b)
{
	size_t n = 0;
	for (size_t i = e->cluster_from[cluster]; i < e->cluster_from[cluster + 1] && n < HEIR_GOES_ON; i++) {
		uint64_t campaign = campaign_of(e, i);
		n += campaign && has_u64(b->campaigns, b->n_campaigns, campaign);
	}
	return n >= HEIR_GOES_ON;
}

/* By its hosts alone. Of clusters what was there before; a learned engine may have been captured in its later version. */
static bool may_precede(const struct forebear *b, uint32_t cluster, const struct peers *its)
{
	const struct shared *s = &b->both;
	if (!b->name && (b->cluster == cluster || s->before <= s->after))
		return false;
	return shared_succeeded(s) && shared_enough(b->hosts, its, s, HEIR_PERCENT);
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
			e->cluster_peers[i] = engines_all_own(e, i, b.hosts, its) ? NULL : b.hosts;
			e->cluster_own[i] = b.hosts;
			rc = engines_find_far(e, i, b.hosts);
		}
	}
	mem_free(f.hosts);
	mem_free(f.met);
	return rc;
}
