/* trade.c - what the mail of a scene is for: trades and houses; see scene.h. */
#include "base/forest.h"
#include "base/map.h"
#include "finding/claim.h"

static const double OWNER_SHARE = 0.05; /* of a brand's mail: fewer are strays */
static const double OWN_SHARE = 0.2;    /* unless they are that much of the programme's: EDGE_MIN_MESSAGES at least */
static const double TOLD_APART = 0.9;   /* of a brand's mail, whose programme is known: then its owners can be told apart */

struct use { /* of a brand */
	name_id brand;
	uint32_t n, known, owners;
};

enum level { LEVEL_TRADE, LEVEL_HOUSE, LEVELS };
struct names {
	struct map pairs, brands; /* (brand, programme) -> messages; brand -> its place in uses, plus one */
	struct map programmes;    /* programme -> messages */
	VEC(struct use) uses;
	struct map ids; /* (name, is_brand) -> node, plus one */
	VEC(struct trade) nodes;
	uint32_t *parent[LEVELS]; /* of a node: base/forest.h */
};

static bool add_node(struct names *x, struct arena *a, name_id name, bool is_brand)
{
	const uint32_t key[2] = {name, is_brand};
	struct map_entry *e = map_put(&x->ids, str_make(key, sizeof key), NULL);
	struct trade *t = e && !e->value ? vec_push(a, &x->nodes, UINT32_MAX) : NULL;
	if (t) {
		*t = (struct trade){.name = name, .is_brand = is_brand};
		e->value = x->nodes.n;
	}
	return e && e->value;
}

static uint32_t node_of(const struct names *x, name_id name, bool is_brand)
{
	const uint32_t key[2] = {name, is_brand};
	return (uint32_t)map_get(&x->ids, str_make(key, sizeof key))->value - 1;
}

static const struct use *use_of(const struct names *x, name_id brand)
{
	return &x->uses.v[map_get(&x->brands, str_make(&brand, sizeof brand))->value - 1];
}

static bool count_use(struct names *x, struct arena *a, name_id brand, name_id programme)
{
	const uint32_t key[2] = {brand, programme};
	struct map_entry *b = map_put(&x->brands, str_make(&brand, sizeof brand), NULL);
	struct map_entry *p = map_put(&x->pairs, str_make(key, sizeof key), NULL);
	if (!b || !p || !add_node(x, a, brand, true))
		return false;
	if (!b->value) {
		struct use *fresh = vec_push(a, &x->uses, UINT32_MAX);
		if (!fresh)
			return false;
		fresh->brand = brand;
		b->value = x->uses.n;
	}
	struct use *use = &x->uses.v[b->value - 1];
	use->n++;
	use->known += programme != 0;
	p->value++;
	return true;
}

static bool count_programme(struct names *x, struct arena *a, name_id programme)
{
	struct map_entry *e = map_put(&x->programmes, str_make(&programme, sizeof programme), NULL);
	if (e)
		e->value++;
	return e && add_node(x, a, programme, false);
}

static bool count_uses(struct names *x, const struct scene *s)
{
	for (size_t i = 0; i < s->n_events; i++) {
		const struct event *m = &s->events[i];
		if (m->programme && !count_programme(x, s->arena, m->programme))
			return false;
		if (m->brand && !count_use(x, s->arena, m->brand, m->programme))
			return false;
	}
	return true;
}

/* Of a brand that several programmes own, is the mail of each known? */
static bool told_apart(const struct use *u)
{
	return u->owners > 1 && u->known >= TOLD_APART * u->n;
}

/* More than strays: of the brand's mail, or of the programme's. */
static bool is_owner(const struct names *x, const uint32_t pair[2], double n)
{
	if (n >= OWNER_SHARE * use_of(x, pair[0])->n)
		return true;
	return n >= EDGE_MIN_MESSAGES &&
	       n >= OWN_SHARE * (double)map_get(&x->programmes, str_make(&pair[1], sizeof pair[1]))->value;
}

/* The next pair that is more than strays. NULL: no more. */
static const uint32_t *next_owner(const struct names *x, size_t *i, uint32_t pair[2])
{
	while (*i < x->pairs.n) {
		const struct map_entry *e = &x->pairs.entries[(*i)++];
		memcpy(pair, e->key.p, 2 * sizeof *pair);
		if (pair[1] && is_owner(x, pair, (double)e->value))
			return pair;
	}
	return NULL;
}

static bool join_names(struct names *x, struct arena *a)
{
	uint32_t pair[2];
	for (int l = 0; l < LEVELS; l++) {
		if (!(x->parent[l] = arena_alloc(a, (x->nodes.n + 1) * sizeof *x->parent[l])))
			return false;
		for (uint32_t i = 0; i < x->nodes.n; i++)
			x->parent[l][i] = i;
	}
	for (size_t i = 0; next_owner(x, &i, pair);)
		x->uses.v[use_of(x, pair[0]) - x->uses.v].owners++;
	for (size_t i = 0; next_owner(x, &i, pair);) {
		uint32_t brand = node_of(x, pair[0], true), programme = node_of(x, pair[1], false);
		forest_join(x->parent[LEVEL_HOUSE], brand, programme);
		if (!told_apart(use_of(x, pair[0])))
			forest_join(x->parent[LEVEL_TRADE], brand, programme);
	}
	return true;
}

/* The node that a trade is called by: the programme; where several are one trade, the largest brand that they share. */
static bool name_trades(const struct names *x, struct arena *a, uint32_t **called)
{
	uint32_t *most = arena_zalloc(a, x->nodes.n + 1, sizeof *most), *name = arena_alloc(a, (x->nodes.n + 1) * sizeof *name);
	if (!most || !(*called = name))
		return false;
	for (uint32_t i = 0; i < x->nodes.n; i++)
		name[i] = i;
	for (uint32_t i = 0; i < x->nodes.n; i++)
		if (!x->nodes.v[i].is_brand)
			name[forest_root(x->parent[LEVEL_TRADE], i)] = i;
	for (size_t i = 0; i < x->uses.n; i++) {
		const struct use *u = &x->uses.v[i];
		uint32_t node = node_of(x, u->brand, true), at = forest_root(x->parent[LEVEL_TRADE], node);
		if (u->owners > 1 && !told_apart(u) && u->n > most[at]) {
			most[at] = u->n;
			name[at] = node;
		}
	}
	return true;
}

/* The node of a message; UINT32_MAX: none. */
static uint32_t message_node(const struct names *x, const struct event *m)
{
	if (m->brand && !told_apart(use_of(x, m->brand)))
		return node_of(x, m->brand, true);
	return m->programme ? node_of(x, m->programme, false) : UINT32_MAX;
}

static bool number(struct scene *s, struct names *x)
{
	uint32_t *called, *trade = arena_zalloc(s->arena, x->nodes.n + 1, sizeof *trade),
			  *house = arena_zalloc(s->arena, x->nodes.n + 1, sizeof *house);
	if (!trade || !house || !name_trades(x, s->arena, &called) || !vec_push(s->arena, &s->trades, UINT32_MAX)) /* TRADE_NONE */
		return false;
	for (size_t i = 0; i < s->n_events; i++) {
		uint32_t node = message_node(x, &s->events[i]);
		if (node == UINT32_MAX)
			continue;
		uint32_t t = forest_root(x->parent[LEVEL_TRADE], node), h = forest_root(x->parent[LEVEL_HOUSE], node);
		struct trade *slot = trade[t] ? NULL : vec_push(s->arena, &s->trades, UINT32_MAX);
		if (slot) {
			house[h] = house[h] ? house[h] : ++s->n_houses;
			*slot = x->nodes.v[called[t]];
			slot->house = house[h];
			trade[t] = (uint32_t)s->trades.n - 1;
		}
		if (!trade[t])
			return false;
		s->events[i].trade = trade[t];
	}
	return true;
}

int scene_trades(struct scene *s, struct err *err)
{
	struct names x = {0};
	map_init(&x.pairs, SIZE_MAX);
	map_init(&x.brands, SIZE_MAX);
	map_init(&x.programmes, SIZE_MAX);
	map_init(&x.ids, SIZE_MAX);
	bool ok = count_uses(&x, s) && join_names(&x, s->arena) && number(s, &x);
	map_free(&x.pairs);
	map_free(&x.brands);
	map_free(&x.programmes);
	map_free(&x.ids);
	return ok ? 0 : err_oom(err, "findings");
}
