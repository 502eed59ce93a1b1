/* campaigns.c - trapline campaigns: messages made from one template, with their days, feeds, brands, engines and domains. */
#include "cmd/campaigns.h"

#include "base/hash.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"

static const struct column columns[] = {
	{.name = "campaign", .kind = KIND_TEXT},
	{.name = "messages", .kind = KIND_INT},
	{.name = "first", .kind = KIND_TIME},
	{.name = "last", .kind = KIND_TIME},
	{.name = "feeds", .kind = KIND_INT, .detail = true},
	{.name = "subject", .kind = KIND_TEXT},
	{.name = "brand", .kind = KIND_TEXT},
	{.name = "programme", .kind = KIND_TEXT, .detail = true},
	{.name = "engines", .kind = KIND_TEXT},
	{.name = "domains", .kind = KIND_INT, .detail = true},
	{.name = "domain", .kind = KIND_TEXT, .show = SHOW_URL, .detail = true},
};

void campaign_names(struct table *t, const struct campaign_values *v, size_t most)
{
	struct str names[CAMPAIGN_TOP];
	size_t n = v->n < most ? v->n : most;
	for (size_t i = 0; i < n; i++)
		names[i] = v->v[i].name;
	if (n)
		table_strs(t, (struct strs){names, n});
	else
		table_null(t);
}

static void put_cells(struct table *t, const struct campaign_info *c, struct str subject)
{
	table_str(t, c->id);
	table_int(t, c->messages);
	table_time(t, c->first);
	table_time(t, c->last);
	table_int(t, (int64_t)c->words[CAMPAIGN_FEEDS].distinct);
	table_str(t, subject);
	campaign_names(t, &c->words[CAMPAIGN_BRANDS], 1);
	campaign_names(t, &c->words[CAMPAIGN_PROGRAMMES], 1);
	campaign_names(t, &c->words[CAMPAIGN_ENGINES], CAMPAIGN_TOP);
	table_int(t, (int64_t)c->words[CAMPAIGN_DOMAINS].distinct);
	campaign_names(t, &c->words[CAMPAIGN_DOMAINS], 1);
}

void campaign_values_json(struct json *j, const char *key, const struct campaign_values *v)
{
	json_key(j, key);
	json_arr(j);
	for (size_t i = 0; i < v->n; i++) {
		json_obj(j);
		json_key(j, "name"), json_str(j, v->v[i].name);
		json_key(j, "messages"), json_int(j, v->v[i].n);
		json_obj_end(j);
	}
	json_arr_end(j);
}

static void put_json(struct json *j, const struct campaign_info *c, const char *sample, struct str subject)
{
	json_obj(j);
	json_key(j, "id"), json_str(j, c->id);
	json_key(j, "messages"), json_int(j, c->messages);
	json_key(j, "first"), json_time(j, c->first);
	json_key(j, "last"), json_time(j, c->last);
	json_key(j, "sample"), json_z(j, sample);
	json_key(j, "subject"), json_str(j, subject);
	campaign_values_json(j, "feeds", &c->words[CAMPAIGN_FEEDS]);
	campaign_values_json(j, "brands", &c->words[CAMPAIGN_BRANDS]);
	campaign_values_json(j, "programmes", &c->words[CAMPAIGN_PROGRAMMES]);
	campaign_values_json(j, "engines", &c->words[CAMPAIGN_ENGINES]);
	campaign_values_json(j, "countries", &c->words[CAMPAIGN_COUNTRIES]);
	campaign_values_json(j, "domains", &c->words[CAMPAIGN_DOMAINS]);
	json_key(j, "distinct_domains"), json_int(j, (int64_t)c->words[CAMPAIGN_DOMAINS].distinct);
	json_obj_end(j);
}

/* The row of one campaign; its subject is masked by the recipients of the message that it is from. */
static int put_campaign(struct session *s, struct table *t, const struct campaign_info *c, struct arena *a, struct err *err)
{
	char hex[17], id[SHA256_HEX + 1] = "";
	uint64_t key = htobe64(c->sample);
	struct row row = {0};
	struct mask mask;
	hex_encode((const uint8_t *)&key, sizeof key, hex);
	int rc = store_get(s->store, str_make(hex, 16), a, &row, err);
	if (rc < 0)
		return rc;
	hex_encode(row.id, SHA256_BYTES, id);
	mask_init(&mask);
	mask_of_row(&mask, &row);
	table_mask(t, &mask);
	table_row(t);
	struct json *j = table_json(t);
	if (!j) {
		put_cells(t, c, row.subject);
	} else {
		struct buf subject;
		buf_init_arena(&subject, a, 1 * MIB);
		if (s->o->reveal)
			buf_add(&subject, row.subject);
		else
			mask_tokens(&mask, row.subject, &subject);
		output_needs(&subject);
		put_json(j, c, id, buf_str(&subject));
	}
	table_mask(t, NULL);
	return 0;
}

int campaigns_show(struct session *s, const struct store_filter *filter, struct err *err)
{
	struct arena a, scratch;
	struct campaign_list list;
	struct output out;
	size_t most = s->o->limit >= 0 ? (size_t)s->o->limit : s->o->format == FORMAT_TABLE ? TABLE_ROWS : SIZE_MAX;
	arena_init(&a, SIZE_MAX);
	arena_init(&scratch, LIM_ARENA);
	if (!campaign_list(s->store, filter, most, &a, &list, err) && !output_open(&out, s->o->out, err)) {
		struct table t;
		struct table_opts opts = output_table(s->o, "campaigns");
		opts.former = buf_str(&s->former);
		table_begin(&t, columns, sizeof columns / sizeof *columns, &opts, out.f);
		for (size_t i = 0; i < list.n && !t.failed && !err->kind; i++) {
			arena_reset(&scratch);
			put_campaign(s, &t, &list.v[i], &scratch, err);
		}
		int rc = table_end(&t, list.distinct, err);
		output_close(&out, rc == 0, err);
	}
	arena_free(&scratch);
	arena_free(&a);
	return err->kind;
}

static int list_campaigns(struct session *s, struct err *err)
{
	struct str feeds[OPT_LIST_MAX];
	struct store_filter filter = session_filter(s, true, feeds);
	return campaigns_show(s, &filter, err);
}

int cmd_campaigns(const struct options *o, struct err *err)
{
	return session_list(o, list_campaigns, err);
}
