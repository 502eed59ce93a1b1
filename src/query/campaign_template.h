/* campaign_template.h - the messages of each campaign, and the template that they share.
 *
 * A template is made from at most LIM_TEMPLATE_TEXTS messages of a campaign, those with the smallest ids: the same whatever the order of
 * ingest. Texts come from the store (their first LIM_STORED_TEXT bytes).
 */
#ifndef TRAPLINE_QUERY_CAMPAIGN_TEMPLATE_H
#define TRAPLINE_QUERY_CAMPAIGN_TEMPLATE_H

#include "campaign/template.h"
#include "store/store.h"

struct campaign_member {
	uint64_t key; /* first bytes of the id */
	int64_t n;    /* store_row.n */
};
struct campaign_members {
	struct str campaign;
	uint64_t messages;
	struct campaign_member *sample; /* by key */
	size_t n_sample;
};

/* Campaigns with at least min messages among those that pass the filter: largest first, then by name. 0 or negative with *err filled. */
int campaign_members(struct store *s, const struct store_filter *filter, uint64_t min, struct arena *a,
	struct campaign_members **out, size_t *n, struct err *err);

/* By hand, for one campaign, zeroed: the sample is the smallest of what is added. False: out of memory. Sorted when done. */
bool campaign_member_add(struct arena *a, struct campaign_members *c, struct campaign_member member);
void campaign_members_done(struct campaign_members *c);

struct campaign_template {
	struct template subject, body;
};
/* Takes what must not be shown out of a message's text: its recipients, which are traps (export/mask.h). 0 or ERR_ENV. */
typedef int campaign_clean_fn(const struct row *row, struct str text, struct arena *a, struct str *out);

/* The texts of the sample, in a; room for n_sample each. clean NULL: texts as they are. */
int campaign_texts(struct store *s, const struct campaign_members *m, campaign_clean_fn *clean, struct arena *a,
	struct str *subjects, struct str *bodies, struct err *err);
int campaign_template(struct store *s, const struct campaign_members *m, campaign_clean_fn *clean, struct arena *a,
	struct campaign_template *out, struct err *err);

#endif
