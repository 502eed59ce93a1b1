/* feeds.c - trapline feeds: the feeds of a store, what is known about them and what was guessed. */
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"

static const struct column columns[] = {
	{.name = "feed", .kind = KIND_TEXT},
	{.name = "kind", .kind = KIND_WORD},
	{.name = "messages", .kind = KIND_INT},
	{.name = "first", .kind = KIND_TIME},
	{.name = "last", .kind = KIND_TIME},
	{.name = "name_from", .kind = KIND_WORD},
	{.name = "trust_from", .kind = KIND_WORD},
	{.name = "trust", .kind = KIND_LIST},
};

static void put_feed(struct table *t, const struct store_feed *f)
{
	table_row(t);
	table_str(t, f->name);
	table_str(t, f->kind);
	table_int(t, f->messages);
	table_time(t, f->first);
	table_time(t, f->last);
	table_z(t, f->name_guessed ? "guess" : "given");
	table_z(t, f->trust_guessed ? "guess" : "given");
	table_strs(t, f->trust);
}

static int list_feeds(struct session *s, struct err *err)
{
	struct arena a;
	struct output out;
	struct store_feed *feeds;
	size_t n;
	arena_init(&a, 64 * MIB);
	if (!store_feeds(s->store, &a, &feeds, &n, err) && !output_open(&out, s->o->out, err)) {
		struct table t;
		struct table_opts opts = output_table(s->o, "feeds");
		table_begin(&t, columns, sizeof columns / sizeof *columns, &opts, out.f);
		for (size_t i = 0; i < n; i++)
			put_feed(&t, &feeds[i]);
		int rc = table_end(&t, n, err);
		output_close(&out, rc == 0, err);
	}
	arena_free(&a);
	return err->kind;
}

int cmd_feeds(const struct options *o, struct err *err)
{
	struct session s;
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = session_open_store(&s, STORE_READ, err);
	if (!rc)
		rc = list_feeds(&s, err);
	session_close(&s);
	return rc;
}
