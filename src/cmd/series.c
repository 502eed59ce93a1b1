/* series.c - trapline series: messages a day or an hour, per feed, split by one dimension. */
#include "analyse/series.h"

#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"

static const struct column columns[] = {
	{.name = "time", .kind = KIND_TIME},
	{.name = "feed", .kind = KIND_TEXT},
	{.name = "by", .kind = KIND_WORD},
	{.name = "key", .kind = KIND_TEXT},
	{.name = "messages", .kind = KIND_INT},
	{.name = "untrusted", .kind = KIND_INT},
};

static int params_of(const struct options *o, struct str *feeds, struct series_params *p, struct err *err)
{
	*p = (struct series_params){.filter = session_filter(o, true, feeds), .top_n = o->top >= 0 ? (size_t)o->top : 10};
	if (o->unit && !str_eq(str_of(o->unit), S("day")) && !str_eq(str_of(o->unit), S("hour")))
		return err_set(err, ERR_USAGE, "--unit %s: use day or hour", o->unit);
	p->unit = o->unit && str_eq(str_of(o->unit), S("hour")) ? SERIES_HOUR : SERIES_DAY;
	if (o->by && !series_dim_find(str_of(o->by), &p->dim))
		return err_set(err, ERR_USAGE,
			"--by %s: use brand, programme, category, country, tld, domain, from_domain, charset or language", o->by);
	return 0;
}

static struct str key_name(const struct series_key *k)
{
	return k->kind == KEY_OTHER ? S("(other)") : k->kind == KEY_NONE ? S("(none)") : k->name;
}

/* One row for each bucket, feed and key; zeros too, but not where the feed was not watching. */
static size_t put_series(struct table *t, const struct series *s, size_t max)
{
	size_t seen = 0;
	for (size_t b = 0; b < s->nbuckets; b++)
		for (size_t f = 0; f < s->nfeeds; f++) {
			if (!series_watched(s, b, f))
				continue;
			for (size_t k = 0; k < s->nkeys; k++) {
				if (seen++ >= max)
					continue;
				table_row(t);
				table_time(t, s->buckets[b] * s->unit_s);
				table_str(t, s->feeds[f].name);
				table_z(t, series_dim_names[s->dim]);
				table_str(t, key_name(&s->keys[k]));
				table_int(t, series_at(s, b, k, f));
				if (s->dim == DIM_NONE)
					table_int(t, s->untrusted[b * s->nfeeds + f]);
				else
					table_null(t); /* known for the bucket, not for each key */
			}
		}
	return seen;
}

static void say_left_out(const struct series *s)
{
	if (s->undated || s->stray)
		fprintf(stderr, "trapline: not in the series: %lld messages without a time, %lld with a time far from all others\n",
			(long long)s->undated, (long long)s->stray);
}

static int show_series(struct session *s, const struct series_params *p, struct err *err)
{
	struct arena a;
	struct series series;
	struct output out;
	arena_init(&a, 1024 * MIB);
	if (!series_build(s->store, p, &a, &series, err) && !output_open(&out, s->o->out, err)) {
		struct table t;
		struct table_opts opts = output_table(s->o, "series");
		size_t max = s->o->limit >= 0 ? (size_t)s->o->limit : SIZE_MAX;
		if (s->o->format == FORMAT_TABLE && s->o->limit < 0)
			opts.max_rows = SIZE_MAX; /* a series without its end says the wrong thing */
		table_begin(&t, columns, sizeof columns / sizeof *columns, &opts, out.f);
		size_t seen = put_series(&t, &series, max);
		int rc = table_end(&t, seen, err);
		if (!output_close(&out, rc == 0, err) && s->o->verbose >= 0)
			say_left_out(&series);
	}
	arena_free(&a);
	return err->kind;
}

int cmd_series(const struct options *o, struct err *err)
{
	struct session s;
	struct series_params p;
	struct str feeds[OPT_LIST_MAX];
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = params_of(o, feeds, &p, err);
	if (!rc)
		rc = session_open_reading(&s, true, err);
	if (!rc)
		rc = show_series(&s, &p, err);
	session_close(&s);
	return rc;
}
