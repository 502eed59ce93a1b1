/* neighbour.c - see neighbour.h. */
#include "query/neighbour.h"

struct search {
	const struct row *row;
	struct sketch own;
	uint64_t key;
	bool skipped; /* the message itself has been passed over */
	struct neighbour *best;
};

static bool better(const struct edge *a, uint64_t key, const struct neighbour *b)
{
	if (!b->found || a->joined != b->edge.joined)
		return !b->found || a->joined;
	if (a->sum != b->edge.sum)
		return a->sum > b->edge.sum;
	double x = likeness_text(&a->like), y = likeness_text(&b->edge.like);
	return x != y ? x > y : key < b->key;
}

static int look(void *ctx, const struct store_row *r)
{
	struct search *s = ctx;
	struct sketch other;
	struct edge e;
	if (!s->skipped && r->key == s->key && r->row->occurrence == s->row->occurrence && str_eq(r->row->feed, s->row->feed)) {
		s->skipped = true;
		return 0;
	}
	if (!sketch_read(r->row->sketch, &other))
		return 0;
	edge_of(&s->own, &other, &e);
	s->best->others++;
	s->best->identical += str_eq(r->row->sketch, s->row->sketch);
	if (better(&e, r->key, s->best)) {
		s->best->found = true;
		s->best->key = r->key;
		s->best->edge = e;
	}
	return 0;
}

int campaign_neighbour(struct store *s, const struct row *row, struct neighbour *out, struct err *err)
{
	struct search k = {.row = row, .best = out};
	struct store_filter filter = STORE_FILTER_ALL;
	*out = (struct neighbour){0};
	if (!sketch_read(row->sketch, &k.own))
		return 0;
	memcpy(&k.key, row->id, sizeof k.key);
	k.key = be64toh(k.key);
	if (row->campaign.n)
		filter.campaign = row->campaign;
	return store_scan(s, &filter, 0, STORE_UNORDERED | STORE_SKETCHES, look, &k, err);
}

struct fellows {
	struct sketch own;
	uint64_t key;
	store_row_fn fn;
	void *ctx;
};

static int look_for_edge(void *ctx, const struct store_row *r)
{
	struct fellows *k = ctx;
	struct sketch other;
	struct edge e;
	if (r->key == k->key || !sketch_read(r->row->sketch, &other))
		return 0;
	edge_of(&k->own, &other, &e);
	return e.joined ? k->fn(k->ctx, r) : 0;
}

int campaign_fellows(struct store *s, const struct row *row, store_row_fn fn, void *ctx, struct err *err)
{
	struct fellows k = {.fn = fn, .ctx = ctx};
	memcpy(&k.key, row->id, sizeof k.key);
	k.key = be64toh(k.key);
	if (!sketch_read(row->sketch, &k.own))
		return 0;
	return store_scan(
		s, &STORE_FILTER_ALL, FEAT_BIT(campaign), STORE_UNORDERED | STORE_IDS | STORE_SKETCHES, look_for_edge, &k, err);
}
