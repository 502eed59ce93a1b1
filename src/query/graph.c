/* graph.c - see graph.h. */
#include "query/graph.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/map.h"
#include "base/vec.h"

const char *const graph_kind_names[] = {"engine", "programme", "brand", "domain"};

struct key {
	uint32_t kinds, from, to;
};
struct edge {
	struct key key;
	int64_t messages, first, last;
};
struct graph {
	struct store *store;
	struct arena *arena;
	struct map keys;    /* struct key -> edge + 1 */
	struct map domains; /* name -> index of its programme in names + 1 */
	VEC(struct str) names;
	VEC(struct edge) edges;
	VEC(uint32_t) owner; /* by interned word of a domain: word of its programme + 1, UINT32_MAX: none, 0: not asked */
	struct map words;    /* programme's name -> its word */
	struct err *err;
};

static int see_domain(void *ctx, struct str id, struct str json)
{
	struct graph *g = ctx;
	json_t *o = json_parse(json);
	struct str programme = json_text_of(o, "programme");
	struct map_entry *e = map_put(&g->domains, id, NULL);
	struct str *name = e ? vec_push(g->arena, &g->names, UINT32_MAX) : NULL;
	if (name && programme.n)
		*name = arena_dup(g->arena, programme);
	json_decref(o);
	if (!name)
		return err_oom(g->err, "graph");
	e->value = g->names.n;
	return 0;
}

static int see_word(void *ctx, uint32_t id, struct str word)
{
	struct graph *g = ctx;
	while (g->owner.n <= id)
		if (!vec_push(g->arena, &g->owner, UINT32_MAX))
			return err_oom(g->err, "graph");
	const struct map_entry *e = map_get(&g->domains, word);
	if (e)
		g->owner.v[id] = (uint32_t)e->value;
	struct map_entry *w = map_put(&g->words, word, NULL);
	if (!w)
		return err_oom(g->err, "graph");
	w->value = id;
	return 0;
}

static bool belongs(const struct graph *g, uint32_t domain, uint32_t programme)
{
	if (!g->names.n)
		return true;
	uint32_t at = domain < g->owner.n ? g->owner.v[domain] : 0;
	const struct map_entry *e = at && g->names.v[at - 1].n ? map_get(&g->words, g->names.v[at - 1]) : NULL;
	return e && e->value == programme;
}

static int add(struct graph *g, enum graph_kind from_kind, uint32_t from, enum graph_kind to_kind, uint32_t to, int64_t time)
{
	if (!from || !to)
		return 0;
	struct key key = {(uint32_t)from_kind << 8 | to_kind, from, to};
	bool fresh;
	struct map_entry *m = map_put(&g->keys, str_make(&key, sizeof key), &fresh);
	struct edge *e = m && fresh ? vec_push(g->arena, &g->edges, UINT32_MAX) : NULL;
	if (!m || (fresh && !e))
		return err_oom(g->err, "graph");
	if (e) {
		*e = (struct edge){key, 0, TIME_NONE, TIME_NONE};
		m->value = g->edges.n;
	}
	e = &g->edges.v[m->value - 1];
	e->messages++;
	if (time != TIME_NONE) {
		e->first = e->first == TIME_NONE || time < e->first ? time : e->first;
		e->last = e->last == TIME_NONE || time > e->last ? time : e->last;
	}
	return 0;
}

static int see_message(void *ctx, const struct store_row *r)
{
	struct graph *g = ctx;
	uint32_t engine = r->word[FEAT_engine], programme = r->word[FEAT_programme], brand = r->word[FEAT_brand];
	int64_t time = r->row->time;
	int rc = add(g, GRAPH_ENGINE, engine, GRAPH_PROGRAMME, programme, time);
	rc = rc ? rc : add(g, GRAPH_PROGRAMME, programme, GRAPH_BRAND, brand, time);
	for (size_t i = 0; i < r->ndomains && programme && !rc; i++)
		if (belongs(g, r->domains[i], programme))
			rc = add(g, brand ? GRAPH_BRAND : GRAPH_PROGRAMME, brand ? brand : programme, GRAPH_DOMAIN, r->domains[i],
				time);
	return rc;
}

static int by_messages(const void *a, const void *b)
{
	const struct graph_edge *x = a, *y = b;
	if (x->messages != y->messages)
		return x->messages < y->messages ? 1 : -1;
	if (x->from_kind != y->from_kind)
		return x->from_kind < y->from_kind ? -1 : 1;
	int d = str_cmp(x->from, y->from);
	return d ? d : str_cmp(x->to, y->to);
}

static int name_edges(struct graph *g, int64_t as_of, struct graph_edge **out, size_t *n)
{
	*n = 0;
	if (!(*out = arena_alloc(g->arena, (g->edges.n + 1) * sizeof **out)))
		return err_oom(g->err, "graph");
	for (size_t i = 0; i < g->edges.n; i++) {
		const struct edge *e = &g->edges.v[i];
		struct graph_edge *to = &(*out)[*n];
		if (as_of != TIME_NONE && (e->first == TIME_NONE || e->first > as_of || e->last < as_of))
			continue;
		*to = (struct graph_edge){.from_kind = (enum graph_kind)(e->key.kinds >> 8),
			.to_kind = (enum graph_kind)(e->key.kinds & 0xFF),
			.messages = e->messages,
			.first = e->first,
			.last = e->last};
		int rc = store_word(g->store, e->key.from, g->arena, &to->from, g->err);
		rc = rc < 0 ? rc : store_word(g->store, e->key.to, g->arena, &to->to, g->err);
		if (rc < 0)
			return rc;
		++*n;
	}
	if (*n)
		qsort(*out, *n, sizeof **out, by_messages);
	return 0;
}

int graph_build(struct store *s, const struct store_filter *f, int64_t as_of, struct arena *a, struct graph_edge **out, size_t *n,
	struct err *err)
{
	struct graph g = {.store = s, .arena = a, .err = err};
	const uint64_t columns = FEAT_BIT(time) | FEAT_BIT(engine) | FEAT_BIT(programme) | FEAT_BIT(brand) | FEAT_BIT(domains);
	map_init(&g.keys, SIZE_MAX);
	map_init(&g.domains, SIZE_MAX);
	map_init(&g.words, SIZE_MAX);
	int rc = store_items(s, "domain", see_domain, &g, err);
	if (rc == 0 && g.names.n)
		rc = store_words(s, see_word, &g, err);
	rc = rc ? rc : store_scan(s, f, columns, STORE_UNORDERED | STORE_IDS, see_message, &g, err);
	rc = rc ? rc : name_edges(&g, as_of, out, n);
	map_free(&g.keys);
	map_free(&g.domains);
	map_free(&g.words);
	return rc;
}
