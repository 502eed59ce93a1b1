/* finding_list.c - see finding_list.h. */
#include "query/finding_list.h"

#include <stdlib.h>

struct load {
	struct arena *a;
	struct findings list;
};

static int load_item(void *ctx, struct str id, struct str json)
{
	struct load *l = ctx;
	struct finding f;
	(void)id;
	if (!finding_read(json, l->a, &f))
		return l->a->failed;
	struct finding *slot = vec_push(l->a, &l->list, SIZE_MAX / sizeof *slot);
	if (slot)
		*slot = f;
	return l->a->failed;
}

static int by_start(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	if (x->start.time != y->start.time)
		return x->start.time < y->start.time ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	char i[FINDING_ID_SIZE], k[FINDING_ID_SIZE];
	finding_id(x, i);
	finding_id(y, k);
	return strcmp(i, k);
}

int finding_load(struct store *s, struct arena *a, struct finding **out, size_t *n, struct err *err)
{
	struct load l = {.a = a};
	int rc = store_items(s, "finding", load_item, &l, err);
	if (a->failed)
		return err_oom(err, "findings");
	if (rc)
		return rc;
	if (l.list.n)
		qsort(l.list.v, l.list.n, sizeof *l.list.v, by_start);
	*out = l.list.v;
	*n = l.list.n;
	return 0;
}
