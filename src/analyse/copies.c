/* copies.c - see copies.h. */
#include "analyse/copies.h"

#include <stdlib.h>

#include "base/forest.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/utf8.h"

enum { LEAST = 10, PERCENT = 1, NAMED = 5 }; /* told of: messages and share of a feed, and feeds by name */

struct copy {
	uint64_t key;
	uint32_t one, occurrence, rank; /* rank: of its feed, the largest first */
	uint32_t message;
	bool timed;
};

/* ---- feeds, the largest first: so that what is left does not depend on the store's numbers ---- */

struct feed {
	struct str name;
	size_t n;
	uint32_t number;
};

static int by_size(const void *a, const void *b)
{
	const struct feed *x = a, *y = b;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return str_cmp(x->name, y->name);
}

/* Feeds by a number that tells, the highest first. */
static struct feed *ranked(const struct analysis *a, const size_t *n, struct arena *arena)
{
	struct feed *f = arena_alloc(arena, (a->n_feeds + 1) * sizeof *f);
	for (size_t i = 0; f && i < a->n_feeds; i++)
		f[i] = (struct feed){.name = a->feeds[i], .n = n[i], .number = (uint32_t)i};
	if (f && a->n_feeds)
		qsort(f, a->n_feeds, sizeof *f, by_size);
	return f;
}

/* ---- messages that are there more than once ---- */

/* Those whose key several messages have, ascending; *n of them. NULL: out of memory. */
static uint64_t *keys_of_several(const struct analysis *a, struct arena *arena, size_t *n)
{
	uint64_t *v = arena_alloc(arena, (a->n_messages + 1) * sizeof *v);
	*n = 0;
	for (size_t i = 0; v && i < a->n_messages; i++)
		v[i] = a->messages[i].key;
	if (v)
		sort_u64(v, a->n_messages);
	for (size_t i = 1; v && i < a->n_messages; i++)
		if (v[i] == v[i - 1] && (*n == 0 || v[*n - 1] != v[i]))
			v[(*n)++] = v[i];
	return v;
}

static int by_copy(const void *a, const void *b)
{
	const struct copy *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->occurrence != y->occurrence)
		return x->occurrence < y->occurrence ? -1 : 1;
	if (x->one != y->one)
		return x->one < y->one ? -1 : 1;
	if (x->timed != y->timed)
		return x->timed ? -1 : 1;
	return (x->rank > y->rank) - (x->rank < y->rank);
}

static size_t same_key(const struct copy *v, size_t i, size_t n)
{
	size_t to = i + 1;
	while (to < n && v[to].key == v[i].key)
		to++;
	return to;
}

/* Counts what feeds share, and writes for each message that a larger feed has, too, the pair of them to `pairs`; returns how many. `one` is the rank yet. */
static size_t count_shared(struct copies *c, const struct copy *v, size_t n, const struct feed *feeds, uint64_t *pairs)
{
	size_t n_pairs = 0;
	for (size_t i = 0, to; i < n; i = to) {
		size_t before = n_pairs;
		to = same_key(v, i, n);
		for (size_t k = i; k < to; k++)
			if (v[k].rank != v[i].rank)
				pairs[n_pairs++] = (uint64_t)v[k].rank << 32 | v[i].rank;
		c->messages += n_pairs > before;
		for (size_t k = i; k < to && n_pairs > before; k++)
			c->shared[feeds[v[k].rank].number]++;
	}
	return n_pairs;
}

/* Feeds that have half of their mail from larger ones are joined, by rank, with that of these that has most of it. */
static void join(const struct copies *c, const struct feed *feeds, uint64_t *pairs, size_t n, uint32_t *rank_one)
{
	sort_u64(pairs, n); /* the smaller, the larger */
	for (size_t i = 0, to; i < n; i = to) {
		uint32_t smaller = (uint32_t)(pairs[i] >> 32), from = 0;
		size_t most = 0, run = 0;
		for (to = i; to < n && pairs[to] >> 32 == smaller; to++) {
			run = to > i && pairs[to] == pairs[to - 1] ? run + 1 : 1;
			if (run > most) {
				most = run;
				from = (uint32_t)pairs[to];
			}
		}
		if ((to - i) * 2 >= c->all[feeds[smaller].number])
			forest_join(rank_one, from, smaller);
	}
}

/* The largest of a joined feed is the one that the mail is of: what only its parts have, and another feed, too, is that one's. */
static void mark_again(struct copies *c, struct copy *v, size_t n)
{
	qsort(v, n, sizeof *v, by_copy);
	for (size_t i = 0, to; i < n; i = to) {
		uint32_t first = v[i].rank, rank;
		for (to = i; to < n && v[to].key == v[i].key && v[to].occurrence == v[i].occurrence; to++)
			first = v[to].rank < first ? v[to].rank : first;
		for (size_t k = i, end; k < to; k = end) {
			rank = v[k].rank;
			for (end = k; end < to && v[end].one == v[k].one; end++) {
				rank = v[end].rank < rank ? v[end].rank : rank;
				c->again[v[end].message] = 1;
			}
			c->again[v[k].message] = rank != v[k].one && rank != first;
		}
	}
}

static int compare(
	const struct analysis *a, struct arena *arena, struct copies *c, const uint64_t *keys, size_t n_keys, struct err *err)
{
	struct feed *feeds = ranked(a, c->all, arena);
	uint32_t *rank = arena_alloc(arena, (a->n_feeds + 1) * sizeof *rank),
		 *rank_one = arena_alloc(arena, (a->n_feeds + 1) * sizeof *rank);
	size_t n = 0;
	for (size_t i = 0; i < a->n_messages; i++)
		n += has_u64(keys, n_keys, a->messages[i].key);
	struct copy *v = arena_alloc(arena, n * sizeof *v);
	uint64_t *pairs = arena_alloc(arena, n * sizeof *pairs);
	c->again = arena_zalloc(arena, a->n_messages, 1);
	if (!feeds || !rank || !rank_one || !v || !pairs || !c->again)
		return err_oom(err, "copies");
	for (uint32_t i = 0; i < a->n_feeds; i++)
		rank[feeds[i].number] = rank_one[i] = i;
	n = 0;
	for (size_t i = 0; i < a->n_messages; i++) {
		const struct analysed *m = &a->messages[i];
		if (has_u64(keys, n_keys, m->key))
			v[n++] = (struct copy){m->key, rank[m->feed], m->occurrence, rank[m->feed], (uint32_t)i, m->time_trusted};
	}
	qsort(v, n, sizeof *v, by_copy);
	join(c, feeds, pairs, count_shared(c, v, n, feeds, pairs), rank_one);
	for (size_t i = 0; i < n; i++)
		v[i].one = forest_root(rank_one, v[i].rank);
	for (uint32_t i = 0; i < a->n_feeds; i++)
		c->one[feeds[i].number] = feeds[forest_root(rank_one, i)].number;
	mark_again(c, v, n);
	return 0;
}

int copies_find(const struct analysis *a, struct arena *arena, struct copies *out, struct err *err)
{
	size_t n_keys;
	uint64_t *keys = keys_of_several(a, arena, &n_keys);
	*out = (struct copies){.one = arena_alloc(arena, (a->n_feeds + 1) * sizeof *out->one),
		.shared = arena_zalloc(arena, a->n_feeds + 1, sizeof *out->shared),
		.all = arena_zalloc(arena, a->n_feeds + 1, sizeof *out->all)};
	if (!keys || !out->one || !out->shared || !out->all)
		return err_oom(err, "copies");
	for (uint32_t i = 0; i < a->n_feeds; i++)
		out->one[i] = i;
	for (size_t i = 0; i < a->n_messages; i++)
		out->all[a->messages[i].feed]++;
	return n_keys ? compare(a, arena, out, keys, n_keys, err) : 0;
}

/* ---- */

static bool is_told(const struct copies *c, size_t feed)
{
	return c->shared[feed] >= LEAST && c->shared[feed] * 100 >= c->all[feed] * PERCENT;
}

int copies_tell(struct analysis *a, const struct copies *c, struct err *err)
{
	struct arena scratch;
	struct buf b;
	size_t n = 0;
	arena_init(&scratch, SIZE_MAX);
	buf_init_arena(&b, &scratch, MIB);
	const struct feed *feeds = ranked(a, c->shared, &scratch);
	for (size_t i = 0; feeds && i < a->n_feeds; i++) {
		uint32_t feed = feeds[i].number;
		if (!is_told(c, feed) || n++ >= NAMED)
			continue;
		buf_printf(&b, "%s%.*s (%zu)", n > 1 ? ", " : "", STR_FMT(utf8_first(a->feeds[feed], 40)), c->shared[feed]);
	}
	if (n > NAMED)
		buf_printf(&b, " and %zu more", n - NAMED);
	int rc =
		!feeds || !buf_ok(&b) ? err_oom(err, "copies")
		: n == 0
			? 0
			: analysis_left_out(a, "copies", err,
				  "%zu messages are in several feeds, byte for byte: %.*s. The same mail was read under several names, or sorted into several boxes, and counts in each. "
				  "Read under one name (--feed) it counts once.",
				  c->messages, STR_FMT(buf_str(&b)));
	arena_free(&scratch);
	return rc;
}
