/* report_campaigns.c - see report_campaigns.h. */
#include "cmd/report_campaigns.h"

#include "base/hash.h"
#include "export/mask.h"
#include "query/campaign_template.h"

enum { TEMPLATE_BYTES = 16 << 10 };

static struct str template_in(struct arena *a, const struct template *t)
{
	struct buf b;
	buf_init_arena(&b, a, TEMPLATE_BYTES);
	if (t->n_parts)
		template_text(t, &b);
	for (size_t i = 0; i < b.n; i++) /* lines are not kept: one paragraph */
		if (b.p[i] == '\n')
			b.p[i] = ' ';
	return buf_str(&b);
}

/* The subject of one message, without its recipients. */
static int sample_subject(struct session *s, uint64_t key, struct arena *a, struct str *out, struct err *err)
{
	struct row row;
	char hex[17];
	uint64_t be = htobe64(key);
	hex_encode((const uint8_t *)&be, sizeof be, hex);
	int rc = store_get(s->store, str_make(hex, 16), a, &row, err);
	if (rc <= 0)
		return rc;
	*out = row.subject;
	return s->o->reveal || !mask_row_text(&row, row.subject, a, out) ? 0 : err_oom(err, "campaigns");
}

static int fill(struct session *s, struct arena *a, struct report_campaign *r, struct err *err)
{
	struct campaign_template t = {0};
	struct arena scratch;
	arena_init(&scratch, SIZE_MAX);
	int rc = campaign_template(s->store, r->info->members, s->o->reveal ? NULL : mask_row_text, &scratch, &t, err);
	if (!rc) {
		r->subject = template_in(a, &t.subject);
		r->text = template_in(a, &t.body);
		r->is_template = r->subject.n != 0;
	}
	arena_free(&scratch);
	return rc || r->is_template ? rc : sample_subject(s, r->info->sample, a, &r->subject, err);
}

int gather_campaigns(
	struct session *s, const struct campaign_list *list, struct arena *a, struct report_info *info, struct err *err)
{
	int rc = 0;
	if (!list->n)
		return 0;
	struct report_campaign *v = arena_zalloc(a, list->n, sizeof *v);
	if (!v)
		return err_oom(err, "campaigns");
	for (size_t i = 0; i < list->n && !rc; i++) {
		v[i].info = &list->v[i];
		rc = fill(s, a, &v[i], err);
	}
	info->campaigns = v;
	info->ncampaigns = rc ? 0 : list->n;
	info->campaigns_distinct = list->distinct;
	info->in_campaigns = list->messages;
	return rc;
}
