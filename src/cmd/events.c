/* events.c - trapline events: the findings of the last analysis, and an exit code for monitors. */
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "query/finding_list.h"

static const struct column columns_read[] = {
	{.name = "start", .kind = KIND_TEXT},
	{.name = "kind", .kind = KIND_WORD, .detail = true},
	{.name = "confidence", .kind = KIND_REAL, .decimals = 2, .detail = true},
	{.name = "id", .kind = KIND_WORD, .whole = true},
	{.name = "reading", .kind = KIND_TEXT, .flow = true},
};
static const struct column columns_all[] = {
	{.name = "id", .kind = KIND_WORD},
	{.name = "kind", .kind = KIND_WORD},
	{.name = "feed", .kind = KIND_TEXT},
	{.name = "engine", .kind = KIND_TEXT},
	{.name = "programme", .kind = KIND_TEXT},
	{.name = "brand", .kind = KIND_TEXT},
	{.name = "other", .kind = KIND_TEXT},
	{.name = "start", .kind = KIND_TIME},
	{.name = "start_lo", .kind = KIND_TIME},
	{.name = "start_hi", .kind = KIND_TIME},
	{.name = "end", .kind = KIND_TIME},
	{.name = "end_lo", .kind = KIND_TIME},
	{.name = "end_hi", .kind = KIND_TIME},
	{.name = "before", .kind = KIND_REAL, .decimals = 2},
	{.name = "after", .kind = KIND_REAL, .decimals = 2},
	{.name = "from", .kind = KIND_TEXT},
	{.name = "to", .kind = KIND_TEXT},
	{.name = "effect", .kind = KIND_REAL, .decimals = 3},
	{.name = "confidence", .kind = KIND_REAL, .decimals = 3},
	{.name = "reading", .kind = KIND_TEXT},
	{.name = "verdict", .kind = KIND_WORD},
	{.name = "source", .kind = KIND_TEXT},
	{.name = "category", .kind = KIND_TEXT},
	{.name = "advertised", .kind = KIND_TEXT},
	{.name = "advertised_share", .kind = KIND_REAL, .decimals = 3},
};

/* Kinds as a set of bits. */
static int parse_kinds(const char *option, const char *list, unsigned *kinds, struct err *err)
{
	*kinds = 0;
	if (!list)
		return 0;
	for (struct str rest = str_of(list), word; str_next(&rest, ',', &word);) {
		enum finding_kind k;
		if (!finding_kind_find(word, &k)) {
			char all[512];
			size_t n = 0;
			for (int i = 0; i < FINDING_KINDS && n < sizeof all; i++)
				n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "", finding_kind_names[i]);
			return err_set(err, ERR_USAGE, "%s %.*s: no such kind; use %s", option, STR_FMT(word), all);
		}
		*kinds |= 1u << k;
	}
	return 0;
}

static bool is(const char *wanted, struct str name)
{
	return !wanted || str_eq(str_of(wanted), name);
}

static bool passes(const struct session *s, unsigned kinds, const struct finding *f)
{
	const struct options *o = s->o;
	int64_t end = f->end.time != TIME_NONE ? f->end.time : f->start.time;
	bool feed = o->feed.n == 0;
	for (size_t i = 0; i < o->feed.n; i++)
		feed |= str_eq(str_of(o->feed.v[i]), f->feed);
	if (!feed || (kinds && !(kinds >> f->kind & 1)))
		return false;
	if ((o->since != TIME_NONE && end < o->since) || (o->until != TIME_NONE && f->start.time >= o->until))
		return false;
	bool programme = is(o->programme, f->programme) || is(o->programme, f->other) || is(o->programme, f->from) ||
	                 is(o->programme, f->to);
	bool brand = is(o->brand, f->brand) || is(o->brand, f->other) || is(o->brand, f->from) || is(o->brand, f->to);
	bool category = is(o->category, f->category) || is(o->category, f->advertised.category);
	return (!s->engine.p || str_eq(s->engine, f->engine)) && programme && brand && category;
}

static void put_date(struct table *t, const struct finding_date *d)
{
	table_time(t, d->time);
	table_time(t, d->lo);
	table_time(t, d->hi);
}

static void put_row(struct table *t, const struct finding *f)
{
	const struct finding_goods *advertised = &f->advertised;
	char id[FINDING_ID_SIZE];
	finding_id(f, id);
	table_z(t, id);
	table_z(t, finding_kind_names[f->kind]);
	table_text(t, f->feed);
	table_text(t, f->engine);
	table_text(t, f->programme);
	table_text(t, f->brand);
	table_text(t, f->other);
	put_date(t, &f->start);
	put_date(t, &f->end);
	table_real(t, f->before);
	table_real(t, f->after);
	table_text(t, f->from);
	table_text(t, f->to);
	table_real(t, f->effect);
	table_real(t, f->confidence);
	table_str(t, f->reading);
	table_text(t, f->verdict);
	table_text(t, f->source);
	table_text(t, f->category);
	table_text(t, advertised->programme.n ? advertised->programme
		      : advertised->brand.n   ? advertised->brand
					      : advertised->category);
	table_real(t, advertised->share > 0 ? advertised->share : NAN);
}

static void put_reading(struct table *t, const struct finding *f)
{
	char day[TIME_ISO_SIZE] = "", id[FINDING_ID_SIZE];
	finding_id(f, id);
	if (f->start.time != TIME_NONE)
		time_iso_day(time_day(f->start.time), day);
	table_z(t, day);
	table_z(t, finding_kind_names[f->kind]);
	table_real(t, f->confidence);
	table_z(t, id);
	table_str(t, f->reading);
}

static void put_finding(struct table *t, const struct options *o, const struct finding *f)
{
	table_row(t);
	struct json *j = table_json(t);
	if (j)
		finding_json(j, f);
	else if (o->format == FORMAT_TABLE)
		put_reading(t, f);
	else
		put_row(t, f);
}

/* 1: one of the kinds to fail on is among them. */
static int list_events(struct session *s, unsigned kinds, unsigned fail_on, struct err *err)
{
	const struct options *o = s->o;
	struct arena a;
	struct output out;
	struct finding *f = NULL;
	size_t n = 0, shown = 0;
	bool failed = false;
	arena_init(&a, 512 * MIB);
	if (!finding_load(s->store, &a, &f, &n, err) && !output_open(&out, o->out, err)) {
		struct table t;
		struct table_opts opts = output_table(o, "events");
		size_t max = o->limit >= 0 ? (size_t)o->limit : SIZE_MAX;
		bool brief = o->format == FORMAT_TABLE;
		if (o->limit < 0)
			opts.max_rows = LIM_FINDINGS; /* a story without its end says the wrong thing */
		if (brief)
			table_begin(&t, columns_read, sizeof columns_read / sizeof *columns_read, &opts, out.f);
		else
			table_begin(&t, columns_all, sizeof columns_all / sizeof *columns_all, &opts, out.f);
		for (size_t i = 0; i < n; i++) {
			if (!passes(s, kinds, &f[i]))
				continue;
			failed |= fail_on >> f[i].kind & 1;
			if (shown++ < max)
				put_finding(&t, o, &f[i]);
		}
		int rc = table_end(&t, shown, err);
		output_close(&out, rc == 0, err);
	}
	arena_free(&a);
	return err->kind ? (int)err->kind : failed;
}

int cmd_events(const struct options *o, struct err *err)
{
	struct session s;
	unsigned kinds = 0, fail_on = 0;
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = parse_kinds("--only", o->only, &kinds, err);
	if (!rc)
		rc = parse_kinds("--fail-on", o->fail_on, &fail_on, err);
	if (!rc && fail_on >> FINDING_CLAIM & 1)
		rc = err_set(err, ERR_USAGE, "--fail-on claim: what others published is no alarm");
	if (!rc)
		rc = session_open_reading(&s, true, err);
	if (!rc)
		rc = list_events(&s, kinds, fail_on, err);
	session_close(&s);
	return rc;
}
