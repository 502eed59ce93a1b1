/* engines.c - trapline engines: the software that sent the stored messages, with days, feeds, hosts, brands, countries. */
#include <jansson.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "cmd/campaigns.h"
#include "cmd/command.h"
#include "cmd/engines.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "query/campaign_list.h"

static const struct column columns[] = {
	{.name = "engine", .kind = KIND_TEXT},
	{.name = "label_source", .kind = KIND_TEXT, .detail = true},
	{.name = "messages", .kind = KIND_INT},
	{.name = "share", .kind = KIND_REAL, .decimals = 4, .share = true},
	{.name = "first", .kind = KIND_TIME},
	{.name = "last", .kind = KIND_TIME},
	{.name = "feeds", .kind = KIND_INT, .detail = true},
	{.name = "peers", .kind = KIND_INT},
	{.name = "brands", .kind = KIND_TEXT},
	{.name = "countries", .kind = KIND_TEXT, .detail = true},
	{.name = "versions", .kind = KIND_INT, .detail = true},
	{.name = "infected", .kind = KIND_INT, .detail = true},
};
enum { LISTED = 3 };

/* What the analysis says of it, member by member. */
static void put_known(struct json *j, const json_t *item, const char *key)
{
	const json_t *v = json_object_get(item, key);
	char *text = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6)) : NULL;
	json_key(j, key);
	json_raw(j, text ? str_of(text) : S("null"));
	free(text); /* banned: jansson gave it */
}

static void put_json(struct json *j, const struct campaign_info *c, double share, const json_t *item, struct str infection)
{
	static const char *const known[] = {"label_source", "peers", "networks", "versions", "marks", "published_marks"};
	json_obj(j);
	json_key(j, "name"), json_str(j, c->id);
	json_key(j, "messages"), json_int(j, c->messages);
	json_key(j, "share"), json_num(j, share, 6);
	json_key(j, "first"), json_time(j, c->first);
	json_key(j, "last"), json_time(j, c->last);
	campaign_values_json(j, "feeds", &c->words[CAMPAIGN_FEEDS]);
	campaign_values_json(j, "brands", &c->words[CAMPAIGN_BRANDS]);
	campaign_values_json(j, "programmes", &c->words[CAMPAIGN_PROGRAMMES]);
	campaign_values_json(j, "countries", &c->words[CAMPAIGN_COUNTRIES]);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		put_known(j, item, known[i]);
	json_key(j, "infection");
	json_raw(j, infection.n ? infection : S("null"));
	json_obj_end(j);
}

/* Of how many of its peers others saw an infection (analyse/infections.h). */
static void put_infected(struct table *t, struct str infection)
{
	json_t *o = json_parse(infection);
	if (o)
		table_int(t, json_integer_value(json_object_get(o, "infected")));
	else
		table_null(t);
	json_decref(o);
}

static void put_cells(struct table *t, const struct campaign_info *c, double share, const json_t *item, struct str infection)
{
	table_str(t, c->id);
	table_z(t, json_string_value(json_object_get(item, "label_source")));
	table_int(t, c->messages);
	table_real(t, share);
	table_time(t, c->first);
	table_time(t, c->last);
	table_int(t, (int64_t)c->words[CAMPAIGN_FEEDS].distinct);
	table_int(t, json_integer_value(json_object_get(item, "peers")));
	campaign_names(t, &c->words[CAMPAIGN_BRANDS], LISTED);
	campaign_names(t, &c->words[CAMPAIGN_COUNTRIES], LISTED);
	table_int(t, (int64_t)json_array_size(json_object_get(item, "versions")));
	put_infected(t, infection);
}

static int put_engine(
	struct session *s, struct table *t, const struct campaign_info *c, double share, struct arena *a, struct err *err)
{
	struct str text = S("{}"), infection = S("");
	if (store_item(s->store, "engine", c->id, a, &text, err) < 0 ||
		store_item(s->store, "infection", c->id, a, &infection, err) < 0)
		return err->kind;
	json_t *item = json_parse(text);
	table_row(t);
	struct json *j = table_json(t);
	if (j)
		put_json(j, c, share, item, infection);
	else
		put_cells(t, c, share, item, infection);
	json_decref(item);
	return 0;
}

int engines_show(struct session *s, const struct store_filter *filter, struct str only, struct err *err)
{
	struct arena a;
	struct campaign_list list;
	struct output out;
	size_t most = s->o->limit >= 0 ? (size_t)s->o->limit : s->o->format == FORMAT_TABLE && !only.n ? TABLE_ROWS : SIZE_MAX;
	arena_init(&a, SIZE_MAX);
	if (!campaign_list_by(s->store, FEAT_engine, filter, most, &a, &list, err) && !output_open(&out, s->o->out, err)) {
		struct table t;
		struct table_opts opts = output_table(s->o, "engines");
		opts.former = buf_str(&s->former);
		double all = (double)(list.messages + list.others);
		table_begin(&t, columns, sizeof columns / sizeof *columns, &opts, out.f);
		for (size_t i = 0; i < list.n && !t.failed && !err->kind; i++)
			if (!only.n || str_eq(only, list.v[i].id))
				put_engine(s, &t, &list.v[i], all > 0 ? (double)list.v[i].messages / all : 0, &a, err);
		int rc = table_end(&t, only.n ? 0 : list.distinct, err);
		output_close(&out, rc == 0, err);
	}
	arena_free(&a);
	return err->kind;
}

static int list_engines(struct session *s, struct err *err)
{
	struct str feeds[OPT_LIST_MAX];
	struct store_filter filter = session_filter(s, true, feeds);
	return engines_show(s, &filter, S(""), err);
}

int cmd_engines(const struct options *o, struct err *err)
{
	return session_list(o, list_engines, err);
}
