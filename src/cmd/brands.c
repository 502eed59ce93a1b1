/* brands.c - trapline brands: what the stored messages advertise or impersonate, with first and last day and feeds. */
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "query/summary.h"

static const struct column columns[] = {
	{.name = "brand", .kind = KIND_TEXT},
	{.name = "messages", .kind = KIND_INT},
	{.name = "share", .kind = KIND_REAL, .decimals = 4, .share = true},
	{.name = "share_min", .kind = KIND_REAL, .decimals = 4, .share = true, .detail = true},
	{.name = "share_max", .kind = KIND_REAL, .decimals = 4, .share = true, .detail = true},
	{.name = "feeds", .kind = KIND_INT, .detail = true},
	{.name = "first_day", .kind = KIND_TEXT},
	{.name = "last_day", .kind = KIND_TEXT},
};

static size_t feeds_with(const struct summary *s, const struct summary_value *v)
{
	size_t n = 0;
	for (size_t f = 0; f < s->nfeeds; f++)
		n += v->by_feed[f] > 0;
	return n;
}

/* First and last bucket in which the key of that name occurs; false when it has no series. */
static bool days_of(const struct series *s, struct str name, int64_t *first, int64_t *last)
{
	bool found = false;
	for (size_t k = 0; k < s->nkeys; k++) {
		if (s->keys[k].kind != KEY_VALUE || !str_eq(s->keys[k].name, name))
			continue;
		for (size_t b = 0; b < s->nbuckets; b++) {
			if (!series_sum(s, b, k))
				continue;
			*first = found ? *first : s->buckets[b];
			*last = s->buckets[b];
			found = true;
		}
	}
	return found;
}

static void put_day(struct table *t, bool known, int64_t day)
{
	char text[TIME_ISO_SIZE];
	if (known)
		time_iso_day(day, text);
	table_z(t, known ? text : NULL);
}

static void put_brand(struct table *t, const struct summary *s, const struct summary_value *v)
{
	int64_t first = 0, last = 0;
	bool known = days_of(&s->by_brand, v->name, &first, &last);
	table_row(t);
	table_str(t, v->name);
	table_int(t, v->n);
	table_real(t, v->share.all);
	table_real(t, v->share.min);
	table_real(t, v->share.max);
	table_int(t, (int64_t)feeds_with(s, v));
	put_day(t, known, first);
	put_day(t, known, last);
}

static int list_brands(struct session *s, struct err *err)
{
	struct arena a;
	struct summary sum;
	struct output out;
	struct str feeds[OPT_LIST_MAX];
	struct summary_params params = {
		.filter = session_filter(s, true, feeds), .unit = SERIES_DAY, .top_series = 1000, .top_table = 1000};
	arena_init(&a, 512 * MIB);
	if (!summary_build(s->store, &params, &a, &sum, err) && !output_open(&out, s->o->out, err)) {
		struct table t;
		struct table_opts opts = output_table(s->o, "brands");
		table_begin(&t, columns, sizeof columns / sizeof *columns, &opts, out.f);
		size_t show = s->o->limit >= 0 && (size_t)s->o->limit < sum.brands.n ? (size_t)s->o->limit : sum.brands.n;
		for (size_t i = 0; i < show; i++)
			put_brand(&t, &sum, &sum.brands.v[i]);
		int rc = table_end(&t, sum.brands.distinct, err);
		output_close(&out, rc == 0, err);
	}
	arena_free(&a);
	return err->kind;
}

int cmd_brands(const struct options *o, struct err *err)
{
	return session_list(o, list_brands, err);
}
