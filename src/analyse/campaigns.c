/* campaigns.c - see campaigns.h: the step. */
#include "analyse/campaigns.h"

#include "base/hash.h"
#include "base/mem.h"

void campaign_id(uint64_t key, char out[CAMPAIGN_ID + 1])
{
	uint8_t bytes[6];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(key >> (56 - 8 * i));
	memcpy(out, "c-", 2);
	hex_encode(bytes, sizeof bytes, out + 2);
	out[CAMPAIGN_ID] = 0;
}

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
