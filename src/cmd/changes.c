/* changes.c - trapline changes FILE.csv: when a series changed, with the engine that dates findings (change/change.h). */
#include <math.h>
#include <string.h>

#include "base/conf.h"
#include "base/mem.h"
#include "change/change.h"
#include "change/csv.h"
#include "cmd/command.h"
#include "cmd/output.h"

static const struct column columns[] = {
	{.name = "index", .kind = KIND_INT},
	{.name = "kind", .kind = KIND_TEXT},
	{.name = "start", .kind = KIND_TEXT},
	{.name = "lo", .kind = KIND_TEXT},
	{.name = "hi", .kind = KIND_TEXT},
	{.name = "end", .kind = KIND_TEXT},
	{.name = "end_lo", .kind = KIND_TEXT, .detail = true},
	{.name = "end_hi", .kind = KIND_TEXT, .detail = true},
	{.name = "before", .kind = KIND_REAL, .decimals = 3},
	{.name = "after", .kind = KIND_REAL, .decimals = 3},
	{.name = "effect", .kind = KIND_REAL, .decimals = 3, .detail = true},
	{.name = "confidence", .kind = KIND_REAL, .decimals = 3},
	{.name = "returns", .kind = KIND_INT, .detail = true},
};

static const char *const kind_names[] = {"step", "ramp", "noise"};

static void put_place(struct table *t, int64_t time, double row)
{
	char text[TIME_ISO_SIZE];
	if (time != TIME_NONE)
		time_iso(time, text);
	else
		snprintf(text, sizeof text, "%.0f", row);
	table_z(t, text);
}

static void put_date(struct table *t, const struct change_date *d)
{
	put_place(t, d->time, d->row);
	put_place(t, d->lo, d->row_lo);
	put_place(t, d->hi, d->row_hi);
}

static void put_row(struct table *t, const struct changes *all, const struct change *c)
{
	table_int(t, (int64_t)c->index);
	table_z(t, kind_names[c->kind]);
	put_date(t, &c->start);
	if (c->kind == CHANGE_RAMP) {
		put_date(t, &c->end);
	} else {
		for (int i = 0; i < 3; i++)
			table_null(t);
	}
	table_real(t, c->before);
	table_real(t, c->after);
	table_real(t, c->effect);
	table_real(t, c->confidence);
	if (c->returns == CHANGE_NONE)
		table_null(t);
	else
		table_int(t, (int64_t)all->v[c->returns].index);
}

/* {"time","lo","hi"} in the unit of the file's first column, and the same in rows. */
static void json_date(struct json *j, const char *key, const struct change_date *d)
{
	json_key(j, key);
	json_obj(j);
	json_key(j, "time");
	json_time(j, d->time);
	json_key(j, "lo");
	d->time == TIME_NONE ? json_num(j, d->row_lo, 0) : json_time(j, d->lo);
	json_key(j, "hi");
	d->time == TIME_NONE ? json_num(j, d->row_hi, 0) : json_time(j, d->hi);
	json_key(j, "row");
	json_num(j, d->row, 3);
	json_key(j, "row_lo");
	json_num(j, d->row_lo, 3);
	json_key(j, "row_hi");
	json_num(j, d->row_hi, 3);
	json_obj_end(j);
}

static void json_value(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_num(j, v, fabs(v) < 1e12 ? 6 : 0);
}

static void json_change(struct json *j, const struct changes *all, const struct change *c)
{
	json_obj(j);
	json_key(j, "index");
	json_int(j, (int64_t)c->index);
	json_key(j, "kind");
	json_z(j, kind_names[c->kind]);
	json_date(j, "start", &c->start);
	if (c->kind == CHANGE_RAMP) {
		json_date(j, "end", &c->end);
	} else {
		json_key(j, "end");
		json_nil(j);
	}
	json_value(j, "before", c->before);
	json_value(j, "after", c->after);
	json_value(j, "effect", c->effect);
	json_value(j, "gain", c->gain);
	json_value(j, "confidence", c->confidence);
	json_key(j, "returns");
	if (c->returns == CHANGE_NONE)
		json_nil(j);
	else
		json_int(j, (int64_t)all->v[c->returns].index);
	json_obj_end(j);
}

static int show(const struct options *o, const struct changes *c, struct err *err)
{
	struct output out;
	struct table t;
	struct table_opts opts = output_table(o, "changes");
	if (output_open(&out, o->out, err))
		return err->kind;
	opts.max_rows = c->n;
	table_begin(&t, columns, sizeof columns / sizeof *columns, &opts, out.f);
	for (size_t i = 0; i < c->n; i++) {
		table_row(&t);
		struct json *j = table_json(&t);
		if (j)
			json_change(j, c, &c->v[i]);
		else
			put_row(&t, c, &c->v[i]);
	}
	int rc = table_end(&t, c->n, err);
	return output_close(&out, rc == 0, err);
}

static int find(const struct options *o, struct str text, struct arena *a, struct err *err)
{
	struct series_csv s = {0};
	struct changes c;
	if (series_csv_read(o->paths[0], text, a, &s, err))
		return err->kind;
	if (change_find(s.value, s.n, s.time ? &(struct change_times){s.time} : NULL, a, &c))
		return err_oom(err, "changes");
	return show(o, &c, err);
}

int cmd_changes(const struct options *o, struct err *err)
{
	struct arena a;
	uint8_t *p = NULL;
	size_t n = 0;
	bool standard = strcmp(o->paths[0], "-") == 0;
	if (file_read(standard ? "/dev/stdin" : o->paths[0], LIM_CHANGE_FILE, &p, &n, err))
		return err->kind;
	arena_init(&a, LIM_CHANGE_ARENA);
	find(o, str_make(p, n), &a, err);
	arena_free(&a);
	mem_free(p);
	return err->kind;
}
