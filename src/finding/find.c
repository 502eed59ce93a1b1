/* find.c - see find.h. */
#include "finding/find.h"

#include "base/limits.h"
#include "finding/claim.h"

/* The index of all mail as an item of kind "index", a day an object: what `trapline series --index` shows. */
static int put_index(struct scene *s, struct err *err)
{
	struct volume_index x;
	const struct part *all = &s->parts[0];
	char id[TIME_ISO_SIZE];
	struct buf b;
	if (!s->traffic->put)
		return 0;
	if (volume_index_make(&s->v, all->counts, &all->vol, s->arena, &x))
		return err_oom(err, "findings");
	buf_init(&b, 4 * MIB);
	struct json j = json_to(&b);
	json_arr(&j);
	for (size_t d = 0; d < s->v.n_days; d++) {
		json_obj(&j);
		json_key(&j, "time");
		json_time(&j, s->times[d]);
		json_key(&j, "index");
		json_num(&j, x.index[d], 2);
		json_key(&j, "lo");
		json_num(&j, x.lo[d], 2);
		json_key(&j, "hi");
		json_num(&j, x.hi[d], 2);
		json_key(&j, "watched");
		json_num(&j, all->vol.watched[d], 3);
		json_key(&j, "messages");
		json_int(&j, all->vol.count[d]);
		json_obj_end(&j);
	}
	json_arr_end(&j);
	time_iso_day(s->v.day0, id);
	int rc = buf_ok(&b) ? s->traffic->put(s->traffic->ctx, "index", str_of(id), buf_str(&b), err) : err_oom(err, "findings");
	buf_free(&b);
	return rc;
}

static int scene_findings(struct scene *s, struct err *err)
{
	int rc = claim_sensors(s, err);
	rc = rc ? rc : claim_switches(s, err);
	rc = rc ? rc : claim_closures(s, err);
	rc = rc ? rc : claim_changes(s, err);
	rc = rc ? rc : date_claims(s, err);
	rc = rc ? rc : settle_claims(s, err);
	rc = rc ? rc : drop_artefacts(s, err);
	rc = rc ? rc : claim_alike(s, err);
	rc = rc ? rc : explain_claims(s, err);
	rc = rc ? rc : claim_goods(s, err);
	rc = rc ? rc : put_index(s, err);
	rc = rc ? rc : put_flows(s, err);
	return rc ? rc : tell_claims(s, err);
}

int findings_find(const struct traffic *t, struct err *err)
{
	return scenes(t, scene_findings, err);
}
