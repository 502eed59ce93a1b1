/* campaigns.c - see campaigns.h: the step. */
#include "analyse/campaigns.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/sort.h"

enum { SHORT_BITS = 48 };

size_t campaign_id(uint64_t key, bool in_full, char out[CAMPAIGN_ID_SIZE])
{
	const int digits = in_full ? 16 : SHORT_BITS / 4;
	return (size_t)snprintf(
		out, CAMPAIGN_ID_SIZE, "c-%0*llx", digits, (unsigned long long)(in_full ? key : key >> (64 - SHORT_BITS)));
}

struct step {
	struct analysis *a;
	struct campaign_set *set;
	size_t room; /* messages of the store */
	struct err *err;
};

static int add_row(void *ctx, const struct store_row *r)
{
	struct step *st = ctx;
	struct analysis *a = st->a;
	if (a->campaigns.n == st->room) /* the count and the scan are of one batch */
		return 1;
	analysis_tick(a, a->campaigns.n);
	a->campaigns.row[a->campaigns.n++] = r->n;
	for (size_t i = 0; i < r->nfingerprint; i++)
		if (r->fingerprint[i] < a->n_words)
			a->printed[r->fingerprint[i]] += a->printed[r->fingerprint[i]] < UINT8_MAX;
	return campaign_set_add(st->set, r->row->sketch, r->key, st->err);
}

/* The smallest keys of all campaigns, ascending. */
struct keys {
	uint64_t *v;
	size_t n;
};

static bool list_keys(const struct step *st, struct keys *k)
{
	k->v = mem_alloc((st->a->campaigns.n + 1) * sizeof *k->v);
	for (size_t i = 0; k->v && i < st->a->campaigns.n; i++)
		k->n += campaign_set_of(st->set, i, &k->v[k->n]);
	if (k->v)
		sort_u64(k->v, k->n);
	k->n = k->v ? unique_u64(k->v, k->n) : 0;
	return k->v;
}

static int by_beginning(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x >> (64 - SHORT_BITS), b = *(const uint64_t *)y >> (64 - SHORT_BITS);
	return (a > b) - (a < b);
}

/* Whether another one begins so, too: by chance never, but it can be made. */
static bool begin_alike(const struct keys *k, uint64_t key)
{
	const uint64_t *found = bsearch(&key, k->v, k->n, sizeof key, by_beginning);
	return (found > k->v && !by_beginning(found - 1, found)) || (found + 1 < k->v + k->n && !by_beginning(found + 1, found));
}

static int name_campaigns(struct step *st)
{
	struct keys keys = {0};
	if (!list_keys(st, &keys))
		return err_oom(st->err, "campaigns");
	for (size_t i = 0; i < st->a->campaigns.n && !st->err->kind; i++) {
		uint64_t key;
		char id[CAMPAIGN_ID_SIZE];
		if (!campaign_set_of(st->set, i, &key))
			continue;
		size_t n = campaign_id(key, begin_alike(&keys, key), id);
		st->a->campaigns.name[i] = analysis_name_of(st->a, str_make(id, n), st->err);
	}
	mem_free(keys.v);
	return st->err->kind;
}

static int scan(struct step *st)
{
	struct analysis *a = st->a;
	int64_t n;
	uint32_t max;
	int rc = store_count(a->store, &n, st->err);
	rc = rc ? rc : store_word_max(a->store, &max, st->err);
	if (rc)
		return rc;
	st->room = (size_t)n;
	a->n_words = (size_t)max + 1;
	a->campaigns.row = mem_alloc((st->room + 1) * sizeof *a->campaigns.row);
	a->campaigns.name = mem_zalloc(st->room + 1, sizeof *a->campaigns.name);
	a->printed = arena_zalloc(&a->arena, a->n_words + 1, 1);
	if (!a->campaigns.row || !a->campaigns.name || !a->printed)
		return err_oom(st->err, "campaigns");
	const unsigned how = STORE_UNORDERED | STORE_IDS | STORE_SKETCHES | STORE_FINGERPRINTS;
	rc = store_scan(a->store, &STORE_FILTER_ALL, 0, how, add_row, st, st->err);
	return rc > 0 ? 0 : rc;
}

int campaigns_step(struct analysis *a, struct err *err)
{
	struct step st = {.a = a, .err = err};
	int rc = campaign_set_new(&st.set, err);
	rc = rc ? rc : scan(&st);
	rc = rc ? rc : campaign_set_group(st.set, err);
	rc = rc ? rc : name_campaigns(&st);
	campaign_set_del(st.set);
	return rc;
}
