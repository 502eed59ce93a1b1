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

/* Whether another one begins so, too: by chance never, but it can be made. */
static bool begin_alike(const uint64_t *keys, size_t n, size_t i)
{
	const int drop = 64 - SHORT_BITS;
	return (i && keys[i - 1] >> drop == keys[i] >> drop) || (i + 1 < n && keys[i + 1] >> drop == keys[i] >> drop);
}

int campaign_names_make(struct analysis *a, uint64_t *keys, size_t n, struct campaign_names *out, struct err *err)
{
	sort_u64(keys, n);
	n = unique_u64(keys, n);
	*out = (struct campaign_names){.keys = keys, .n = n, .names = mem_alloc((n + 1) * sizeof *out->names)};
	if (!out->names)
		return err_oom(err, "campaigns");
	for (size_t i = 0; i < n && !err->kind; i++) {
		char id[CAMPAIGN_ID_SIZE];
		size_t length = campaign_id(keys[i], begin_alike(keys, n, i), id);
		out->names[i] = analysis_name_of(a, str_make(id, length), err);
	}
	return err->kind;
}

void campaign_names_free(struct campaign_names *names)
{
	mem_free(names->keys);
	mem_free(names->names);
}

static int by_key(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return (a > b) - (a < b);
}

name_id campaign_name(const struct campaign_names *names, uint64_t key)
{
	const uint64_t *at = bsearch(&key, names->keys, names->n, sizeof key, by_key);
	must(at);
	return names->names[at - names->keys];
}

static int name_campaigns(struct step *st)
{
	struct analysis *a = st->a;
	struct campaign_names names;
	uint64_t *keys = mem_alloc((a->campaigns.n + 1) * sizeof *keys), key;
	size_t n = 0;
	if (!keys)
		return err_oom(st->err, "campaigns");
	for (size_t i = 0; i < a->campaigns.n; i++)
		n += campaign_set_of(st->set, i, &keys[n]);
	int rc = campaign_names_make(a, keys, n, &names, st->err);
	for (size_t i = 0; i < a->campaigns.n && !rc; i++) {
		a->campaigns.marks[i] = campaign_set_marks(st->set, i);
		if (campaign_set_of(st->set, i, &key))
			a->campaigns.name[i] = campaign_name(&names, key);
	}
	campaign_names_free(&names);
	return rc;
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
	a->campaigns.marks = mem_alloc((st->room + 1) * sizeof *a->campaigns.marks);
	a->printed = arena_zalloc(&a->arena, a->n_words + 1, 1);
	if (!a->campaigns.row || !a->campaigns.name || !a->campaigns.marks || !a->printed)
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
