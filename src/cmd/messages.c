/* messages.c - trapline messages: one line or object for each stored message. */
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "export/message_json.h"

static const char default_columns[] = "time,brand,category,ip,from_domain,subject,id";

struct message_list {
	struct table table;
	enum feature_id features[FEAT_COUNT];
	size_t n_features;
	int64_t shown, matching;
};

/* "time,brand" -> features. Table and CSV only: JSON always has all. */
static int choose_columns(struct message_list *l, const char *list, struct err *err)
{
	struct str rest = str_of(list ? list : default_columns), name;
	while (str_next(&rest, ',', &name)) {
		name = str_trim(name);
		enum feature_id f = feature_find(name);
		if (f == FEAT_COUNT && !str_eq(name, S("feed"))) /* FEAT_COUNT: the feed (export/message_json.h) */
			return err_set(
				err, ERR_USAGE, "--columns: no feature named \"%.*s\"; docs/FEATURES.md lists them", STR_FMT(name));
		if (l->n_features == FEAT_COUNT)
			return err_set(err, ERR_USAGE, "--columns: too many");
		l->features[l->n_features++] = f;
	}
	return 0;
}

static int put_message(void *ctx, const struct store_row *r)
{
	struct message_list *l = ctx;
	if (l->table.failed)
		return 1;
	l->shown++;
	table_message(&l->table, r->row, l->features, l->n_features);
	return 0;
}

static int count_message(void *ctx, const struct store_row *r)
{
	(void)r;
	((struct message_list *)ctx)->matching++;
	return 0;
}

/* At most `most` of them (-1: all). How many there are is counted by itself, without their wide columns: "N of M shown". */
static void scan_messages(struct session *s, struct message_list *l, struct store_filter *filter, int64_t most, struct err *err)
{
	const struct options *o = s->o;
	uint64_t mask = 0;
	for (size_t i = 0; i < l->n_features; i++)
		mask |= l->features[i] == FEAT_COUNT ? 0 : (uint64_t)1 << l->features[i];
	if (o->format == FORMAT_JSON || o->format == FORMAT_JSONL)
		mask = STORE_ALL_COLUMNS;
	else if (!o->reveal)
		mask |= FEAT_BIT(to) | FEAT_BIT(rcpt_to); /* what must be masked in the other columns */
	filter->limit = most > 0 ? most : 0;
	if (most && store_scan(s->store, filter, mask, 0, put_message, l, err) < 0)
		return;
	filter->limit = 0;
	l->matching = l->shown;
	if (o->format == FORMAT_TABLE && l->shown == most) {
		l->matching = 0;
		store_scan(s->store, filter, 0, STORE_UNORDERED | STORE_IDS, count_message, l, err);
	}
}

static int list_messages(struct session *s, struct message_list *l, struct err *err)
{
	const struct options *o = s->o;
	struct column columns[FEAT_COUNT];
	struct str feeds[OPT_LIST_MAX];
	struct output out;
	struct store_filter filter = session_filter(s, true, feeds);
	struct table_opts opts = output_table(o, "messages");
	bool table = o->format == FORMAT_TABLE;
	opts.all_columns = o->columns != NULL;
	message_columns(l->features, l->n_features, columns);
	if (output_open(&out, o->out, err))
		return err->kind;
	table_begin(&l->table, columns, l->n_features, &opts, out.f);
	scan_messages(s, l, &filter, o->limit >= 0 ? o->limit : table ? TABLE_ROWS : -1, err);
	struct err write_err = {0};
	if (table_end(&l->table, table ? (size_t)l->matching : 0, &write_err) && !err->kind)
		*err = write_err;
	return output_close(&out, err->kind == 0, err);
}

int cmd_messages(const struct options *o, struct err *err)
{
	struct session s;
	struct message_list l = {0};
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = choose_columns(&l, o->columns, err);
	if (!rc)
		rc = session_open_reading(&s, true, err);
	if (!rc)
		rc = list_messages(&s, &l, err);
	session_close(&s);
	return rc;
}
