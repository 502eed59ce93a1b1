/* programmes.c - trapline programmes: who the messages earn for, by message and by domain, and what that rests on. */
#include <jansson.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "query/items.h"

static const struct column columns[] = {
	{.name = "programme", .kind = KIND_TEXT},
	{.name = "in_pack", .kind = KIND_WORD, .detail = true},
	{.name = "messages", .kind = KIND_INT},
	{.name = "message_share", .kind = KIND_REAL, .decimals = 4, .share = true, .detail = true},
	{.name = "domains", .kind = KIND_INT},
	{.name = "domain_share", .kind = KIND_REAL, .decimals = 4, .share = true, .detail = true},
	{.name = "first", .kind = KIND_TIME},
	{.name = "last", .kind = KIND_TIME},
	{.name = "brands", .kind = KIND_LIST},
	{.name = "engines", .kind = KIND_LIST},
	{.name = "own", .kind = KIND_INT, .detail = true},
	{.name = "page", .kind = KIND_INT, .detail = true},
	{.name = "domain", .kind = KIND_INT, .detail = true},
	{.name = "campaign", .kind = KIND_INT, .detail = true},
	{.name = "seeds", .kind = KIND_INT, .detail = true},
	{.name = "refused", .kind = KIND_LIST, .detail = true},
};

enum { NAMES = 3 };

static void put_names(struct table *t, const json_t *list)
{
	struct str names[NAMES];
	size_t n = 0;
	for (; n < NAMES && n < json_array_size(list); n++)
		names[n] = json_text_of(json_array_get(list, n), "name");
	table_strs(t, (struct strs){names, n});
}

/* The seeds that stood up, and those that did not with the reason. */
static void put_seeds(struct table *t, const json_t *seeds, struct arena *a)
{
	struct str refused[LIM_ITEM_LIST];
	size_t n = 0, i;
	int64_t accepted = 0;
	const json_t *seed;
	json_array_foreach(seeds, i, seed)
	{
		struct buf b;
		if (json_is_true(json_object_get(seed, "accepted"))) {
			accepted++;
			continue;
		}
		buf_init_arena(&b, a, 4 * KIB);
		buf_add(&b, json_text_of(seed, "domain"));
		buf_add(&b, S(" ("));
		buf_add(&b, json_text_of(seed, "reason"));
		buf_add(&b, S(")"));
		if (n < LIM_ITEM_LIST && buf_ok(&b))
			refused[n++] = buf_str(&b);
	}
	table_int(t, accepted);
	table_strs(t, (struct strs){refused, n});
}

static void put_entry(struct table *t, const struct item *e, struct arena *a)
{
	struct json *j;
	table_row(t);
	if ((j = table_json(t))) {
		json_raw(j, e->json);
		return;
	}
	json_t *o = json_parse(e->json);
	const json_t *via = json_object_get(o, "via");
	table_str(t, e->id);
	table_z(t, json_is_true(json_object_get(o, "in_pack")) ? "yes" : "no");
	table_int(t, json_int_of(o, "messages"));
	table_real(t, json_number_value(json_object_get(o, "message_share")));
	table_int(t, json_int_of(o, "domains"));
	table_real(t, json_number_value(json_object_get(o, "domain_share")));
	table_time(t, json_time_of(o, "first"));
	table_time(t, json_time_of(o, "last"));
	put_names(t, json_object_get(o, "brands"));
	put_names(t, json_object_get(o, "engines"));
	table_int(t, json_int_of(via, "own"));
	table_int(t, json_int_of(via, "page"));
	table_int(t, json_int_of(via, "domain"));
	table_int(t, json_int_of(via, "campaign"));
	put_seeds(t, json_object_get(o, "seeds"), a);
	json_decref(o);
}

static int list_programmes(struct session *s, struct err *err)
{
	struct arena a;
	struct item *list;
	size_t n, most = s->o->limit >= 0 ? (size_t)s->o->limit : SIZE_MAX;
	struct output out;
	arena_init(&a, SIZE_MAX);
	if (!items_load(s->store, "programme", "messages", &a, &list, &n, err) && !output_open(&out, s->o->out, err)) {
		struct table t;
		struct table_opts opts = output_table(s->o, "programmes");
		table_begin(&t, columns, sizeof columns / sizeof *columns, &opts, out.f);
		for (size_t i = 0; i < n && i < most && !t.failed; i++)
			put_entry(&t, &list[i], &a);
		int rc = table_end(&t, n, err);
		output_close(&out, rc == 0, err);
	}
	arena_free(&a);
	return err->kind;
}

int cmd_programmes(const struct options *o, struct err *err)
{
	return session_list(o, list_programmes, err);
}
