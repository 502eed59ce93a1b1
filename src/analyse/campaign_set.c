/* campaign_set.c - see campaigns.h: the graph of sketches. */
#include <stdlib.h>

#include "analyse/campaigns.h"
#include "base/forest.h"
#include "base/hash.h"
#include "base/mem.h"
#include "campaign/edge.h"
#include "campaign/lsh.h"
#include "campaign/pool.h"

enum { REFUSED = 1 << 14 }; /* pairs remembered to be no edge, in near memory: the same pair meets in several slots */
#define NOBODY UINT32_MAX

/* A sketch that one message or more has. */
struct node {
	uint64_t least;    /* smallest key of its messages; in a root, once grouped, of all messages below it */
	uint32_t messages; /* likewise */
	struct kin_marks marks;
	uint8_t has;     /* lsh_has_keys */
	bool weak : 1;   /* too little to tell: does not even hold its own copies together */
	bool joined : 1; /* there is an edge below it, in a root */
};

/* Where it stands among the nodes: by content, what is alike close together. */
struct rank {
	uint64_t near, hash; /* hash: of the blob */
	uint32_t arrival;    /* its place in the order of arrival */
};

/* Sketches that were read lately: those of one bucket meet each other. */
enum { RECENT = 64 };
struct recent {
	uint32_t who;
	struct sketch sketch;
};

struct campaign_set {
	struct sketch_pool sketches; /* in the order of the nodes, as all that follows with a node's number */
	struct node *nodes;          /* in the order of arrival; by content once grouped */
	struct rank *ranks;          /* likewise, until they are in order */
	uint32_t *of;                /* message -> place of arrival of its node, or NOBODY */
	uint32_t *place;             /* place of arrival -> node */
	uint32_t *parent; /* node -> towards the root, the smallest node of its component; apart, so that all of it stays near */
	uint8_t *spoke;   /* root -> how many nodes speak for it in the bucket that is looked at; else 0 */
	size_t cap_nodes, cap_ranks, n_messages, cap_messages;
	uint64_t *refused;
	uint64_t compared;
	struct lsh_rarity rarity;
	struct lsh_entry *speakers;  /* room for those of a bucket */
	struct lsh_entry *part;      /* room for LSH_SPLIT entries and their sorting */
	bool split;                  /* large buckets of this slot are split */
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
	sketch_pool_init(&s->sketches);
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
	sketch_pool_free(&s->sketches);
	mem_free(s->nodes);
	mem_free(s->ranks);
	mem_free(s->of);
	mem_free(s->place);
	mem_free(s->parent);
	mem_free(s->spoke);
	mem_free(s->refused);
	mem_free(s->part);
	mem_free(s);
}

/* The node of this blob, made when it is new; NOBODY when out of memory. */
static uint32_t node_of(struct campaign_set *s, struct str blob, const struct sketch *sketch)
{
	bool fresh;
	if (!mem_room((void **)&s->nodes, &s->cap_nodes, s->sketches.n + (size_t)1, sizeof *s->nodes) ||
		!mem_room((void **)&s->ranks, &s->cap_ranks, s->sketches.n + (size_t)1, sizeof *s->ranks))
		return NOBODY;
	uint32_t i = sketch_pool_put(&s->sketches, blob, &fresh);
	if (i == POOL_FULL)
		return NOBODY;
	if (fresh) {
		s->nodes[i] = (struct node){.least = UINT64_MAX, .has = lsh_has_keys(sketch), .marks = kin_marks_of(sketch)};
		s->ranks[i] = (struct rank){.near = lsh_place(sketch), .hash = hash64(blob, 0), .arrival = i};
	}
	return i;
}

int campaign_set_add(struct campaign_set *s, struct str sketch, uint64_t key, struct err *err)
{
	struct sketch parsed;
	must(!s->place && s->n_messages < NOBODY);
	if (!mem_room((void **)&s->of, &s->cap_messages, s->n_messages + 1, sizeof *s->of))
		return err_oom(err, "campaigns");
	uint32_t at = NOBODY;
	if (sketch_read(sketch, &parsed)) {
		at = node_of(s, sketch, &parsed);
		if (at == NOBODY)
			return err_oom(err, "campaigns");
		struct node *n = &s->nodes[at];
		n->messages++;
		n->least = key < n->least ? key : n->least;
	}
	s->of[s->n_messages++] = at;
	return 0;
}

static const struct sketch *sketch_at(struct campaign_set *s, uint32_t node)
{
	struct recent *r = &s->recent[node & (RECENT - 1)];
	if (r->who != node)
		must(sketch_read(sketch_pool_blob(&s->sketches, node), &r->sketch));
	r->who = node;
	return &r->sketch;
}

static const uint8_t *blob_at(const struct campaign_set *s, uint32_t node)
{
	return sketch_pool_at(&s->sketches, node);
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
		must(sketch_read(sketch_pool_blob(&s->sketches, b), &s->second));
	s->second_of = b;
	return edge_joins(sketch_at(s, a), &s->second, &like);
}

/* ---- who meets in a bucket ---- */

/* Which root becomes the parent does not matter to the result. A node has one key or more in a bucket. */
static void look_at_pair(struct campaign_set *s, uint32_t a, uint32_t b)
{
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

/* All pairs. */
static void look_at_few(struct campaign_set *s, const struct lsh_entry *e, size_t n)
{
	for (size_t i = 0; i < n + AHEAD; i++) {
		if (i < n)
			ask_for(blob_at(s, e[i].who));
		for (size_t k = 0; i >= AHEAD && k < i - AHEAD; k++)
			look_at_pair(s, e[k].who, e[i - AHEAD].who);
	}
}

/* Each with those that stand before it: what is alike stands together, and most of it is in one component soon. */
static void look_at_next(struct campaign_set *s, const struct lsh_entry *e, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		size_t ahead = i + AHEAD;
		if (ahead < n && forest_root(s->parent, e[ahead].who) != forest_root(s->parent, e[ahead - 1].who))
			ask_for(blob_at(s, e[ahead].who));
		for (size_t k = i > LSH_NEXT ? i - LSH_NEXT : 0; k < i; k++)
			look_at_pair(s, e[k].who, e[i].who);
	}
}

/* A few of each component. */
static size_t speakers_of(struct campaign_set *s, const struct lsh_entry *e, size_t n, struct lsh_entry *out)
{
	size_t m = 0;
	for (size_t i = 0; i < n; i++) {
		uint8_t *spoke = &s->spoke[forest_root(s->parent, e[i].who)];
		if (*spoke == LSH_SPEAKERS)
			continue;
		++*spoke;
		out[m++] = e[i];
	}
	for (size_t i = 0; i < m; i++)
		s->spoke[forest_root(s->parent, out[i].who)] = 0;
	return m;
}

static void look_at_part(void *ctx, const struct lsh_entry *e, size_t n)
{
	struct campaign_set *s = ctx;
	if (n <= LSH_BUCKET)
		look_at_few(s, e, n);
	else if (!one_component(s, e, n))
		look_at_next(s, e, n);
}

static void look_at_parts(struct campaign_set *s, const struct lsh_entry *e, size_t n)
{
	for (unsigned round = 0; round < LSH_ROUNDS; round++) {
		size_t have = 0;
		for (size_t i = 0; i < n; i++) {
			struct sketch_text t = sketch_peek(blob_at(s, e[i].who));
			s->part[have].who = e[i].who;
			have += lsh_part(&s->rarity, &t, n, round, &s->part[have].key);
		}
		lsh_sort(s->part, s->part + LSH_SPLIT, have);
		lsh_buckets(s->part, have, look_at_part, s);
	}
}

/* Neighbours first; then those who speak for the components that are left: all with all when they are few, else part by part or, when
 * they are too many for that too, with the first of them. */
static void look_at_many(struct campaign_set *s, const struct lsh_entry *e, size_t n)
{
	look_at_next(s, e, n);
	size_t m = speakers_of(s, e, n, s->speakers);
	if (m <= LSH_BUCKET)
		look_at_few(s, s->speakers, m);
	else if (s->split && m <= LSH_SPLIT)
		look_at_parts(s, s->speakers, m);
	else
		for (size_t i = 1; i < m; i++)
			for (size_t k = 0; k < i && k < LSH_FIRST; k++)
				look_at_pair(s, s->speakers[k].who, s->speakers[i].who);
}

static void look_at_bucket(void *ctx, const struct lsh_entry *e, size_t n)
{
	struct campaign_set *s = ctx;
	if (one_component(s, e, n))
		return;
	if (n <= LSH_BUCKET)
		look_at_few(s, e, n);
	else
		look_at_many(s, e, n);
}

/* ---- slot by slot ---- */

/* The entries of one slot: at most LSH_KEYS a node, mostly one or none. */
struct entries {
	struct lsh_entry *v, *scratch;
	size_t n, cap, cap_scratch;
};

static bool add_entry(struct entries *e, uint32_t key, size_t who)
{
	if (!mem_room((void **)&e->v, &e->cap, e->n + 1, sizeof *e->v))
		return false;
	e->v[e->n++] = (struct lsh_entry){key, (uint32_t)who};
	return true;
}

static bool collect_rest(const struct campaign_set *s, unsigned slot, struct entries *e)
{
	struct sketch sketch;
	uint32_t key[LSH_KEYS];
	bool ok = true;
	for (size_t i = 0; i < s->sketches.n && ok; i++) {
		if (!(s->nodes[i].has >> (slot - LSH_BANDS - LSH_WORD_BANDS) & 1))
			continue;
		must(sketch_read(sketch_pool_blob(&s->sketches, (uint32_t)i), &sketch));
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
	s->speakers = e->scratch;
	lsh_buckets(e->v, e->n, look_at_bucket, s);
	e->n = 0;
	return true;
}

/* The slots that have one key or none of each text, bands of words or of bins, some at once: 44 bytes a node while they are needed. */
static bool meet_by_text(struct campaign_set *s, bool words, struct entries *e)
{
	size_t nodes = s->sketches.n;
	unsigned n = words ? LSH_WORD_BANDS : LSH_BANDS;
	uint32_t(*key)[LSH_AT_ONCE] = mem_alloc((nodes + 1) * sizeof *key), *who = mem_alloc((nodes + 1) * sizeof *who);
	bool ok = key && who;
	for (unsigned from = 0; from < n && ok; from += LSH_AT_ONCE) {
		size_t have = 0;
		for (size_t i = 0; i < nodes; i++) {
			struct sketch_text t = sketch_peek(blob_at(s, (uint32_t)i));
			who[have] = (uint32_t)i;
			have += words ? lsh_words(&t, from, key[have]) : lsh_bands(&s->rarity, &t, from, key[have]);
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

static bool weigh_bins(struct campaign_set *s)
{
	uint32_t(*count)[256] = mem_zalloc(MINHASH_BINS, sizeof *count);
	if (!count)
		return false;
	for (size_t i = 0; i < s->sketches.n; i++) {
		struct sketch_text t = sketch_peek(blob_at(s, (uint32_t)i));
		for (size_t k = 0; t.bins && k < MINHASH_BINS; k++)
			count[k][t.bins[k]]++;
	}
	lsh_rarity_of(count, s->sketches.n, &s->rarity);
	mem_free(count);
	return true;
}

static bool group(struct campaign_set *s)
{
	struct entries e = {0};
	bool ok = weigh_bins(s) && meet_by_text(s, false, &e) && meet_by_text(s, true, &e);
	for (unsigned slot = LSH_BANDS + LSH_WORD_BANDS; slot < LSH_SLOTS && ok; slot++) {
		/* Few slots, and no band makes up for what one of them misses; but looks stand over any text. */
		s->split = slot < LSH_LOOKS;
		ok = collect_rest(s, slot, &e) && meet(s, &e);
	}
	mem_free(e.v);
	mem_free(e.scratch);
	return ok;
}

/* What roots know of all nodes below them. */
static void sum_up(struct campaign_set *s)
{
	for (uint32_t i = 0; i < s->sketches.n; i++) {
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
	for (uint32_t i = 0; i < s->sketches.n; i++) {
		struct sketch x;
		struct edge e;
		if (s->nodes[i].messages < 2)
			continue;
		must(sketch_read(sketch_pool_blob(&s->sketches, i), &x));
		edge_of(&x, &x, &e);
		s->nodes[i].weak = !e.joined;
	}
}

static int by_content(const void *a, const void *b, void *ctx)
{
	const struct rank *x = a, *y = b;
	const struct sketch_pool *p = ctx;
	if (x->near != y->near)
		return x->near > y->near ? 1 : -1;
	if (x->hash != y->hash)
		return x->hash > y->hash ? 1 : -1;
	return str_cmp(sketch_pool_blob(p, x->arrival), sketch_pool_blob(p, y->arrival));
}

/* Nodes and their sketches, from the order of arrival to that of their content. */
static bool put_in_order(struct campaign_set *s)
{
	size_t n = s->sketches.n;
	s->place = mem_alloc((n + 1) * sizeof *s->place);
	s->parent = mem_alloc((n + 1) * sizeof *s->parent);
	if (!s->place || !s->parent)
		return false;
	if (n)
		qsort_r(s->ranks, n, sizeof *s->ranks, by_content, &s->sketches);
	for (uint32_t i = 0; i < n; i++)
		s->parent[i] = s->ranks[i].arrival;
	mem_free(s->ranks);
	s->ranks = NULL;
	struct node *nodes = mem_alloc((n + 1) * sizeof *nodes);
	for (uint32_t i = 0; nodes && i < n; i++)
		nodes[i] = s->nodes[s->parent[i]];
	mem_free(nodes ? s->nodes : NULL);
	s->nodes = nodes ? nodes : s->nodes;
	if (!nodes || !sketch_pool_order(&s->sketches, s->parent))
		return false;
	for (uint32_t i = 0; i < n; i++)
		s->place[s->parent[i]] = i;
	for (uint32_t i = 0; i < n; i++)
		s->parent[i] = i;
	return true;
}

int campaign_set_group(struct campaign_set *s, struct err *err)
{
	must(!s->place);
	s->refused = mem_zalloc(REFUSED, sizeof *s->refused);
	s->spoke = mem_zalloc(s->sketches.n + 1, sizeof *s->spoke);
	s->part = mem_alloc(2 * LSH_SPLIT * sizeof *s->part);
	if (!s->refused || !s->spoke || !s->part || !put_in_order(s))
		return err_oom(err, "campaigns");
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

struct kin_marks campaign_set_marks(const struct campaign_set *s, size_t i)
{
	must(s->place && i < s->n_messages);
	return s->of[i] == NOBODY ? (struct kin_marks){0} : s->nodes[s->place[s->of[i]]].marks;
}

uint64_t campaign_set_compared(const struct campaign_set *s)
{
	return s->compared;
}
