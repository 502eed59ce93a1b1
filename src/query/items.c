/* items.c - see items.h. */
#include "query/items.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/vec.h"

struct loading {
	struct arena *arena;
	const char *member;
	VEC(struct item) list;
	struct err *err;
};

static int keep(void *ctx, struct str id, struct str json)
{
	struct loading *l = ctx;
	struct item *to = vec_push(l->arena, &l->list, UINT32_MAX);
	if (!to || !(to->id = arena_dup(l->arena, id)).p || !(to->json = arena_dup(l->arena, json)).p)
		return err_oom(l->err, "items");
	if (l->member) {
		json_t *o = json_parse(json);
		to->rank = json_number_value(json_object_get(o, l->member));
		json_decref(o);
	}
	return 0;
}

static int by_rank(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	if (x->rank < y->rank || x->rank > y->rank)
		return x->rank < y->rank ? 1 : -1;
	return str_cmp(x->id, y->id);
}

int items_load(
	struct store *s, const char *kind, const char *member, struct arena *a, struct item **out, size_t *n, struct err *err)
{
	struct loading l = {.arena = a, .member = member, .err = err};
	int rc = store_items(s, kind, keep, &l, err);
	if (!rc && l.list.n)
		qsort(l.list.v, l.list.n, sizeof *l.list.v, by_rank);
	*out = l.list.v;
	*n = rc ? 0 : l.list.n;
	return rc;
}
