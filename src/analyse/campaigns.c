/* campaigns.c - see campaigns.h. */
#include "analyse/campaigns.h"

#include <stdlib.h>

#include "base/forest.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/mem.h"
#include "campaign/edge.h"
#include "campaign/lsh.h"

enum { REFUSED = 1 << 14 }; /* pairs remembered to be no edge, in near memory: the same pair meets in several slots */
enum { BLOB_ALIGN = 16 };
#define NOBODY UINT32_MAX

/* A sketch that one message or more has. */
struct node {
	struct str blob;   /* in the map's keys; in `blobs` once grouped */
	uint64_t near;     /* with hash, the order of nodes: by content, what is alike close together */
	uint64_t hash;     /* of the blob */
	uint64_t least;    /* smallest key of its messages; in a root, once grouped, of all messages below it */
	uint32_t arrival;  /* its place in the order of arrival */
	uint32_t messages; /* likewise */
	bool weak;         /* too little to tell: does not even hold its own copies together */
	bool joined;       /* there is an edge below it, in a root */
};

/* Sketches that were read lately: those of one bucket meet each other. */
enum { RECENT = 64 };
struct recent {
	uint32_t who;
	struct sketch sketch;
};

struct campaign_set {
	struct map sketches; /* blob -> place of arrival + 1; empty once grouped */
	struct node *nodes;  /* in the order of arrival; by content once grouped */
	uint32_t *of;        /* message -> place of arrival of its node, or NOBODY */
	uint32_t *place;     /* place of arrival -> node */
	uint32_t *parent;    /* node -> towards the root, the smallest node of its component; apart, so that all of it stays near */
	size_t n_nodes, cap_nodes, n_messages, cap_messages;
	uint8_t *blobs; /* of the nodes, one behind the other: what is alike lies close together */
	uint32_t *at;   /* node -> where in them, in units of BLOB_ALIGN; apart, as parent is */
	uint64_t *refused;
	uint64_t compared;
	struct likeness_words words; /* of the second node of the last pair, */
	struct sketch second;        /* and of the last that was looked at closely */
	uint32_t words_of, second_of;
	struct recent recent[RECENT]; /* by the last bits of the node's number */
};

int campaign_set_new(struct campaign_set **out, struct err *err)
{
	struct campaign_set *s = mem_zalloc(1, sizeof *s);
	if (!s)
		return err_oom(err, "campaigns");
	map_init(&s->sketches, SIZE_MAX);
	s->words_of = s->second_of = NOBODY;
	for (size_t i = 0; i < RECENT; i++)
		s->recent[i].who = NOBODY;
	*out = s;
	return 0;
}

void campaign_set_del(struct campaign_set *s)
{
	if (!s)
		return;
	map_free(&s->sketches);
	mem_free(s->nodes);
	mem_free(s->of);
	mem_free(s->place);
	mem_free(s->parent);
	mem_free(s->blobs);
	mem_free(s->at);
	mem_free(s->refused);
	mem_free(s);
}

/* Room for one more of n elements. */
static bool grow(void **p, size_t n, size_t *cap, size_t bytes)
{
	if (n < *cap)
		return true;
	size_t want = *cap ? *cap + *cap / 2 : 1024;
	void *q = mem_realloc(*p, want * bytes);
	if (!q)
		return false;
	*p = q;
	*cap = want;
	return true;
}

/* The node of this blob, made when it is new; NULL when out of memory. */
static struct node *node_of(struct campaign_set *s, struct str blob, const struct sketch *sketch)
{
	if (!grow((void **)&s->nodes, s->n_nodes, &s->cap_nodes, sizeof *s->nodes))
		return NULL;
	struct map_entry *e = map_put(&s->sketches, blob, NULL);
	if (!e)
		return NULL;
	if (!e->value) {
		uint32_t arrival = (uint32_t)s->n_nodes++;
		s->nodes[arrival] = (struct node){.blob = e->key,
			.near = lsh_place(sketch),
			.hash = hash64(blob, 0),
			.least = UINT64_MAX,
			.arrival = arrival};
		e->value = s->n_nodes;
	}
	return &s->nodes[e->value - 1];
}

int campaign_set_add(struct campaign_set *s, struct str sketch, uint64_t key, struct err *err)
{
	struct sketch parsed;
	must(!s->place && s->n_messages < NOBODY);
	if (!grow((void **)&s->of, s->n_messages, &s->cap_messages, sizeof *s->of))
		return err_oom(err, "campaigns");
	uint32_t at = NOBODY;
	if (sketch_read(sketch, &parsed)) {
		struct node *n = node_of(s, sketch, &parsed);
		if (!n)
			return err_oom(err, "campaigns");
		n->messages++;
		n->least = key < n->least ? key : n->least;
		at = n->arrival;
	}
	s->of[s->n_messages++] = at;
	return 0;
}

static int by_content(const void *a, const void *b)
{
	const struct node *x = a, *y = b;
	if (x->near != y->near)
		return x->near > y->near ? 1 : -1;
	return x->hash != y->hash ? (x->hash > y->hash) - (x->hash < y->hash) : str_cmp(x->blob, y->blob);
}

static const struct sketch *sketch_at(struct campaign_set *s, uint32_t node)
{
	struct recent *r = &s->recent[node & (RECENT - 1)];
	if (r->who != node)
		must(sketch_read(s->nodes[node].blob, &r->sketch));
	r->who = node;
	return &r->sketch;
}

static const uint8_t *blob_at(const struct campaign_set *s, uint32_t node)
{
	return s->blobs + (size_t)s->at[node] * BLOB_ALIGN;
}

static bool is_edge(struct campaign_set *s, uint32_t a, uint32_t b)
{
	struct likeness like = {0};
	struct sketch_text text = sketch_peek(blob_at(s, a));
	if (s->words_of != b) /* pairs come with the same second node many times over */
		likeness_words_of(blob_at(s, b), &s->words);
	s->words_of = b;
	s->compared++;
	if (!edge_may_join(&text, &s->words, &like))
		return false;
	if (s->second_of != b)
		must(sketch_read(s->nodes[b].blob, &s->second));
	s->second_of = b;
	return edge_joins(sketch_at(s, a), &s->second, &like);
}

/* Which root becomes the parent does not matter to the result. */
static void look_at_pair(void *ctx, uint32_t a, uint32_t b)
{
	struct campaign_set *s = ctx;
	uint32_t ra = forest_root(s->parent, a), rb = forest_root(s->parent, b);
	uint64_t pair = (uint64_t)a << 32 | b;
	uint64_t *refused = &s->refused[mix64(pair) & (REFUSED - 1)];
	if (ra == rb || *refused == pair)
		return;
	if (is_edge(s, a, b))
		forest_join(s->parent, ra, rb);
	else
		*refused = pair;
}

static bool one_component(struct campaign_set *s, const struct lsh_entry *e, size_t n)
{
	uint32_t root = forest_root(s->parent, e[0].who);
	for (size_t i = 1; i < n; i++)
		if (forest_root(s->parent, e[i].who) != root)
			return false;
	return true;
}

/* Sketches of one bucket lie apart: they are asked for before they are needed. */
enum { AHEAD = 8 };

static void ask_for(const uint8_t *blob)
{
	enum { MOST = 320, LINE = 64 }; /* bytes of nearly all sketches; of what a processor fetches */
	for (size_t at = 0; at < MOST; at += LINE)
		__builtin_prefetch(blob + at);
}

static void look_at_bucket(void *ctx, const struct lsh_entry *e, size_t n)
{
	struct campaign_set *s = ctx;
	if (one_component(s, e, n))
		return;
	for (size_t i = 0; i < n + AHEAD; i++) {
		if (i < n)
			ask_for(blob_at(s, e[i].who));
		if (i >= AHEAD)
			lsh_pairs(e, n, i - AHEAD, look_at_pair, s);
	}
}

/* The entries of one slot: at most LSH_KEYS a node, mostly one or none. */
struct entries {
	struct lsh_entry *v, *scratch;
	size_t n, cap, cap_scratch;
};

static bool add_entry(struct entries *e, uint32_t key, size_t who)
{
	if (!grow((void **)&e->v, e->n, &e->cap, sizeof *e->v))
		return false;
	e->v[e->n++] = (struct lsh_entry){key, (uint32_t)who};
	return true;
}

static bool collect_rest(const struct campaign_set *s, unsigned slot, struct entries *e)
{
	struct sketch sketch;
	uint32_t key[LSH_KEYS];
	bool ok = true;
	for (size_t i = 0; i < s->n_nodes && ok; i++) {
		must(sketch_read(s->nodes[i].blob, &sketch));
		size_t n = lsh_keys(&sketch, slot, key);
		for (size_t k = 0; k < n && ok; k++)
			ok = add_entry(e, key[k], i);
	}
	return ok;
}

static bool meet(struct campaign_set *s, struct entries *e)
{
	if (e->cap_scratch < e->n) {
		mem_free(e->scratch);
		e->scratch = mem_alloc(e->n * sizeof *e->scratch);
		e->cap_scratch = e->scratch ? e->n : 0;
	}
	if (e->n && !e->scratch)
		return false;
	lsh_sort(e->v, e->scratch, e->n);
	lsh_buckets(e->v, e->n, look_at_bucket, s);
	e->n = 0;
	return true;
}

typedef bool keys_fn(const struct sketch_text *t, unsigned from, uint32_t out[LSH_AT_ONCE]);

/* n slots that have one key or none of each text, some at once: 44 bytes a node while they are needed. */
static bool meet_by_text(struct campaign_set *s, unsigned n, keys_fn *keys, struct entries *e)
{
	uint32_t(*key)[LSH_AT_ONCE] = mem_alloc((s->n_nodes + 1) * sizeof *key), *who = mem_alloc((s->n_nodes + 1) * sizeof *who);
	bool ok = key && who;
	for (unsigned from = 0; from < n && ok; from += LSH_AT_ONCE) {
		size_t have = 0;
		for (size_t i = 0; i < s->n_nodes; i++) {
			struct sketch_text t = sketch_peek(blob_at(s, (uint32_t)i));
			who[have] = (uint32_t)i;
			have += keys(&t, from, key[have]);
		}
		for (unsigned k = 0; k < LSH_AT_ONCE && from + k < n && ok; k++) {
			for (size_t i = 0; i < have && ok; i++)
				ok = add_entry(e, key[i][k], who[i]);
			ok = ok && meet(s, e);
		}
	}
	mem_free(key);
	mem_free(who);
	return ok;
}

static bool group(struct campaign_set *s)
{
	struct entries e = {0};
	bool ok = meet_by_text(s, LSH_BANDS, lsh_bands, &e) && meet_by_text(s, LSH_WORD_BANDS, lsh_words, &e);
	for (unsigned slot = LSH_BANDS + LSH_WORD_BANDS; slot < LSH_SLOTS && ok; slot++)
		ok = collect_rest(s, slot, &e) && meet(s, &e);
	mem_free(e.v);
	mem_free(e.scratch);
	return ok;
}

/* What roots know of all nodes below them. */
static void sum_up(struct campaign_set *s)
{
	for (uint32_t i = 0; i < s->n_nodes; i++) {
		const struct node *n = &s->nodes[i];
		struct node *root = &s->nodes[forest_root(s->parent, i)];
		if (n == root)
			continue;
		root->joined = true;
		root->messages += n->messages;
		root->least = n->least < root->least ? n->least : root->least;
	}
}

static void find_weak(struct campaign_set *s)
{
	for (size_t i = 0; i < s->n_nodes; i++) {
		struct sketch x;
		struct edge e;
		if (s->nodes[i].messages < 2)
			continue;
		must(sketch_read(s->nodes[i].blob, &x));
		edge_of(&x, &x, &e);
		s->nodes[i].weak = !e.joined;
	}
}

/* Moves the sketches from where they arrived into the order of nodes. The map's index goes before the second copy comes. */
static bool move_blobs(struct campaign_set *s)
{
	struct arena arrived = s->sketches.keys;
	size_t total = 0;
	s->sketches.keys = (struct arena){0};
	map_free(&s->sketches);
	s->sketches.keys = arrived;
	for (size_t i = 0; i < s->n_nodes; i++)
		total += (s->nodes[i].blob.n + BLOB_ALIGN - 1) / BLOB_ALIGN;
	s->blobs = total <= UINT32_MAX ? mem_alloc((total + 1) * BLOB_ALIGN) : NULL;
	s->at = mem_alloc((s->n_nodes + 1) * sizeof *s->at);
	if (!s->blobs || !s->at)
		return false;
	uint32_t at = 0;
	for (uint32_t i = 0; i < s->n_nodes; i++) {
		struct str *blob = &s->nodes[i].blob;
		s->at[i] = at;
		at += (uint32_t)((blob->n + BLOB_ALIGN - 1) / BLOB_ALIGN);
		memcpy(s->blobs + (size_t)s->at[i] * BLOB_ALIGN, blob->p, blob->n);
		blob->p = blob_at(s, i);
	}
	map_free(&s->sketches);
	map_init(&s->sketches, 0);
	return true;
}

int campaign_set_group(struct campaign_set *s, struct err *err)
{
	must(!s->place);
	s->place = mem_alloc((s->n_nodes + 1) * sizeof *s->place);
	s->parent = mem_alloc((s->n_nodes + 1) * sizeof *s->parent);
	s->refused = mem_zalloc(REFUSED, sizeof *s->refused);
	if (s->n_nodes)
		qsort(s->nodes, s->n_nodes, sizeof *s->nodes, by_content);
	if (!s->place || !s->parent || !s->refused || !move_blobs(s))
		return err_oom(err, "campaigns");
	for (uint32_t i = 0; i < s->n_nodes; i++) {
		s->place[s->nodes[i].arrival] = i;
		s->parent[i] = i;
	}
	find_weak(s);
	if (!group(s))
		return err_oom(err, "campaigns");
	sum_up(s);
	return 0;
}

bool campaign_set_of(const struct campaign_set *s, size_t i, uint64_t *key)
{
	must(s->place && i < s->n_messages);
	if (s->of[i] == NOBODY)
		return false;
	const struct node *r = &s->nodes[forest_root(s->parent, s->place[s->of[i]])];
	if (!r->joined && (r->messages < 2 || r->weak))
		return false;
	*key = r->least;
	return true;
}

uint64_t campaign_set_compared(const struct campaign_set *s)
{
	return s->compared;
}

void campaign_id(uint64_t key, char out[CAMPAIGN_ID + 1])
{
	uint8_t bytes[6];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(key >> (56 - 8 * i));
	memcpy(out, "c-", 2);
	hex_encode(bytes, sizeof bytes, out + 2);
	out[CAMPAIGN_ID] = 0;
}

/* ---- the step ---- */

struct step {
	struct analysis *a;
	struct campaign_set *set;
	int64_t *n; /* row number of each message added */
	size_t added;
	struct err *err;
};

static int add_row(void *ctx, const struct store_row *r)
{
	struct step *st = ctx;
	if (st->added == st->a->n_messages)
		return 1;
	st->n[st->added++] = r->n;
	return campaign_set_add(st->set, r->row->sketch, r->key, st->err);
}

static int name_campaigns(struct step *st)
{
	for (size_t i = 0; i < st->added; i++) {
		struct analysed *m = analysis_find(st->a, st->n[i]);
		uint64_t key;
		char id[CAMPAIGN_ID + 1];
		if (!m || !campaign_set_of(st->set, i, &key))
			continue;
		campaign_id(key, id);
		m->campaign = analysis_name_of(st->a, str_make(id, CAMPAIGN_ID), st->err);
		if (!m->campaign)
			return st->err->kind;
	}
	return 0;
}

int campaigns_step(struct analysis *a, struct err *err)
{
	struct step st = {.a = a, .err = err, .n = mem_alloc((a->n_messages + 1) * sizeof *st.n)};
	int rc = st.n ? campaign_set_new(&st.set, err) : err_oom(err, "campaigns");
	if (rc == 0)
		rc = store_scan(a->store, &STORE_FILTER_ALL, 0, STORE_UNORDERED | STORE_IDS | STORE_SKETCHES, add_row, &st, err);
	rc = rc > 0 ? 0 : rc;
	rc = rc ? rc : campaign_set_group(st.set, err);
	rc = rc ? rc : name_campaigns(&st);
	campaign_set_del(st.set);
	mem_free(st.n);
	return rc;
}
