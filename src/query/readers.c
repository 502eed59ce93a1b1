/* readers.c - see readers.h. */
#include "query/readers.h"

#include "base/mem.h"

struct pass {
	struct reader *v[READERS_MAX]; /* those that still want rows */
	size_t n;
};

static int give_all(void *ctx, const struct store_row *r)
{
	struct pass *p = ctx;
	for (size_t i = 0; i < p->n;) {
		int rc = p->v[i]->row(p->v[i], r);
		if (rc < 0)
			return rc;
		if (rc)
			p->v[i] = p->v[--p->n];
		else
			i++;
	}
	return p->n == 0;
}

int readers_run(struct store *s, const struct store_filter *f, struct reader *const *r, size_t n, struct err *err)
{
	must(n <= READERS_MAX);
	for (;;) {
		struct reader *all[READERS_MAX];
		struct pass p = {0};
		uint64_t columns = 0;
		for (size_t i = 0; i < n; i++)
			if (r[i] && r[i]->row) {
				all[p.n] = p.v[p.n] = r[i];
				p.n++;
				columns |= r[i]->columns;
			}
		size_t wanted = p.n;
		if (!wanted)
			return 0;
		int rc = store_scan(s, f, columns, STORE_UNORDERED | STORE_IDS, give_all, &p, err);
		for (size_t i = 0; i < wanted && rc >= 0; i++)
			rc = all[i]->next(all[i], err);
		if (rc < 0)
			return rc;
	}
}

void reader_free(struct reader *r)
{
	if (r)
		r->free(r);
}

int reader_alone(struct store *s, const struct store_filter *f, struct reader *r, int rc, struct err *err)
{
	if (rc == 0)
		rc = readers_run(s, f, &r, 1, err);
	reader_free(r);
	return rc;
}
