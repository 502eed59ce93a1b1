/* series.c - trapline series: messages a day or an hour, per feed, split by one dimension. */
#include "query/series.h"

#include <jansson.h>
#include <math.h>

#include "base/json_read.h"
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

/* ---- --index ---- */

static const struct column index_columns[] = {
	{.name = "time", .kind = KIND_TIME},
	{.name = "index", .kind = KIND_REAL, .decimals = 1},
	{.name = "lo", .kind = KIND_REAL, .decimals = 1},
	{.name = "hi", .kind = KIND_REAL, .decimals = 1},
	{.name = "watched", .kind = KIND_REAL, .decimals = 3},
	{.name = "messages", .kind = KIND_INT},
};

struct index_list {
	struct table *t;
	const struct options *o;
	size_t n, max;
};

static int put_index_days(void *ctx, struct str id, struct str text)
{
	struct index_list *l = ctx;
	json_t *days = json_parse(text), *d;
	size_t i;
	(void)id;
	json_array_foreach(days, i, d)
	{
		static const char *const numbers[] = {"index", "lo", "hi", "watched"};
		const char *when = json_string_value(json_object_get(d, "time"));
		int64_t time = TIME_NONE;
		if (!when || !time_parse_iso(str_of(when), &time) || (l->o->since != TIME_NONE && time < l->o->since) ||
			(l->o->until != TIME_NONE && time >= l->o->until) || l->n++ >= l->max)
			continue;
		table_row(l->t);
		table_time(l->t, time);
		for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
			const json_t *v = json_object_get(d, numbers[k]);
			table_real(l->t, json_is_number(v) ? json_number_value(v) : NAN);
		}
		table_int(l->t, json_integer_value(json_object_get(d, "messages")));
	}
	json_decref(days);
	return 0;
}

static int show_index(struct session *s, struct err *err)
{
	struct output out;
	struct table t;
	struct table_opts opts = output_table(s->o, "series");
	if (output_open(&out, s->o->out, err))
		return err->kind;
	if (s->o->limit < 0)
		opts.max_rows = SIZE_MAX;
	table_begin(&t, index_columns, sizeof index_columns / sizeof *index_columns, &opts, out.f);
	struct index_list l = {.t = &t, .o = s->o, .max = s->o->limit >= 0 ? (size_t)s->o->limit : SIZE_MAX};
	store_items(s->store, "index", put_index_days, &l, err);
	int rc = table_end(&t, l.n, err);
	return output_close(&out, rc == 0, err);
}

static int params_of(const struct options *o, struct series_params *p, struct err *err)
{
	*p = (struct series_params){.top_n = o->top >= 0 ? (size_t)o->top : 10};
	if (o->unit && !str_eq(str_of(o->unit), S("day")) && !str_eq(str_of(o->unit), S("hour")))
		return err_set(err, ERR_USAGE, "--unit %s: use day or hour", o->unit);
	p->unit = o->unit && str_eq(str_of(o->unit), S("hour")) ? SERIES_HOUR : SERIES_DAY;
	if (o->by && !series_dim_find(str_of(o->by), &p->dim)) {
		char all[256] = "";
		for (int d = 1, n = 0; d < DIM_COUNT; d++) /* 0: none */
			n += snprintf(all + n, sizeof all - (size_t)n, "%s%s", d > 1 ? ", " : "", series_dim_names[d]);
		return err_set(err, ERR_USAGE, "--by %s: use one of %s", o->by, all);
	}
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
		fprintf(stderr,
			"trapline: not in the series: %lld messages without a time, %lld with a time far from the others, or further than a series is long\n",
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
		rc = params_of(o, &p, err);
	if (!rc)
		rc = session_open_reading(&s, true, err);
	if (!rc)
		p.filter = session_filter(&s, true, feeds);
	if (!rc)
		rc = o->index ? show_index(&s, err) : show_series(&s, &p, err);
	session_close(&s);
	return rc;
}
