/* rank.c - see rank.h. Names are fetched only for those that can be among the first: a garbage feed has millions of domains that
 * occur once each. */
#include "query/rank.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"

/* More candidates than this at the cut: one pass over all words is faster than asking for each. */
enum { ASK_EACH = 5000 };

static int by_count(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int by_count_name(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return str_cmp(x->name, y->name);
}

/* The best few names among those that tie at the cut. */
struct best {
	struct ranked *v; /* sorted by name */
	size_t n, room;
	struct arena scratch;   /* names that were ever in the list */
	const uint32_t *totals; /* by word id, up to max; NULL: the candidates are a list */
	uint32_t max;
	int64_t count;
	bool oom;
};

static bool best_add(struct best *b, uint32_t id, struct str name)
{
	size_t i = b->n;
	if (i == b->room && str_cmp(name, b->v[i - 1].name) >= 0)
		return true;
	name = arena_dup(&b->scratch, name);
	if (!name.p)
		return !(b->oom = true);
	if (b->n == b->room)
		i--;
	else
		b->n++;
	for (; i && str_cmp(name, b->v[i - 1].name) < 0; i--)
		b->v[i] = b->v[i - 1];
	b->v[i] = (struct ranked){id, b->count, name};
	return true;
}

static int on_word(void *ctx, uint32_t id, struct str word)
{
	struct best *b = ctx;
	if (id > b->max || b->totals[id] != b->count)
		return 0;
	return best_add(b, id, word) ? 0 : 1;
}

static int ask_each(struct store *s, struct best *b, const struct ranked *v, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct str name;
		int rc = store_word(s, v[i].id, &b->scratch, &name, err);
		if (rc < 0)
			return rc;
		if (rc && !best_add(b, v[i].id, name))
			break;
	}
	return 0;
}

/* The names move into the arena; the best of them is what is left of `room` places. */
static int best_done(struct best *b, struct arena *a, int rc, struct err *err)
{
	for (size_t i = 0; rc == 0 && i < b->n; i++)
		if (!(b->v[i].name = arena_dup(a, b->v[i].name)).p)
			b->oom = true;
	arena_free(&b->scratch);
	return rc == 0 && b->oom ? err_oom(err, "ranking") : rc;
}

static int name_sure(struct store *s, struct ranked *v, size_t n, struct arena *a, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		v[i].name = (struct str){0};
		int rc = store_word(s, v[i].id, a, &v[i].name, err);
		if (rc < 0)
			return rc;
	}
	qsort(v, n, sizeof *v, by_count_name);
	return 0;
}

int rank_words(struct store *s, struct ranked *v, size_t n, size_t top, struct arena *a, struct ranked **out, size_t *nout,
	struct err *err)
{
	size_t sure = 0, end;
	if (top > n)
		top = n;
	*nout = 0;
	if (!(*out = arena_alloc(a, (top + 1) * sizeof **out)))
		return err_oom(err, "ranking");
	if (!top)
		return 0;
	qsort(v, n, sizeof *v, by_count);
	while (v[sure].n > v[top - 1].n)
		sure++;
	for (end = top; end < n && v[end].n == v[top - 1].n; end++)
		;
	memcpy(*out, v, sure * sizeof *v);
	int rc = name_sure(s, *out, sure, a, err);
	if (rc < 0)
		return rc;
	struct best b = {.v = *out + sure, .room = top - sure, .count = v[sure].n};
	arena_init(&b.scratch, LIM_ARENA);
	rc = best_done(&b, a, ask_each(s, &b, v + sure, end - sure, err), err);
	*nout = sure + b.n;
	return rc;
}

/* Keeps the `top` largest counts seen: heap[0] is the smallest of them. */
static void heap_offer(uint32_t *heap, size_t *n, size_t top, uint32_t v)
{
	size_t i = 0;
	if (*n < top) {
		for (i = (*n)++; i && heap[(i - 1) / 2] > v; i = (i - 1) / 2)
			heap[i] = heap[(i - 1) / 2];
		heap[i] = v;
		return;
	}
	if (v <= heap[0])
		return;
	for (size_t c; (c = 2 * i + 1) < top; i = c) {
		if (c + 1 < top && heap[c + 1] < heap[c])
			c++;
		if (heap[c] >= v)
			break;
		heap[i] = heap[c];
	}
	heap[i] = v;
}

/* The count of the last place of the top. */
static int find_cut(const uint32_t *totals, uint32_t max, size_t top, uint32_t *cut, size_t *distinct, struct err *err)
{
	size_t n = 0;
	uint32_t *heap = mem_alloc((top + 1) * sizeof *heap);
	if (!heap)
		return err_oom(err, "ranking");
	*distinct = 0;
	for (uint32_t id = 1; id <= max && id; id++)
		if (totals[id]) {
			++*distinct;
			if (top)
				heap_offer(heap, &n, top, totals[id]);
		}
	*cut = n ? heap[0] : 0;
	mem_free(heap);
	return 0;
}

int rank_totals(struct store *s, const uint32_t *totals, uint32_t max, size_t top, struct arena *a, struct ranked **out,
	size_t *nout, size_t *distinct, struct err *err)
{
	uint32_t cut = 0;
	size_t n = 0, at_cut = 0;
	int rc = find_cut(totals, max, top, &cut, distinct, err);
	if (rc < 0)
		return rc;
	if (top > *distinct)
		top = *distinct;
	struct ranked *v = mem_alloc((top + ASK_EACH) * sizeof *v);
	if (!v)
		return err_oom(err, "ranking");
	for (uint32_t id = 1; top && id <= max && id; id++) {
		if (totals[id] > cut || (totals[id] == cut && at_cut < ASK_EACH))
			v[n++] = (struct ranked){id, totals[id], {0}};
		at_cut += totals[id] == cut;
	}
	rc = rank_words(s, v, n, top, a, out, nout, err);
	mem_free(v);
	if (rc < 0 || at_cut <= ASK_EACH)
		return rc;
	/* Not all of those at the cut were looked at: their places are filled again from all words. */
	size_t sure = 0;
	while (sure < *nout && (*out)[sure].n > cut)
		sure++;
	struct best b = {.v = *out + sure, .room = top - sure, .count = cut, .totals = totals, .max = max};
	arena_init(&b.scratch, LIM_ARENA);
	rc = store_words(s, on_word, &b, err);
	rc = best_done(&b, a, rc < 0 ? rc : 0, err);
	*nout = sure + b.n;
	return rc;
}
