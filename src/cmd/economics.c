/* economics.c - trapline economics PROGRAMME: what its mail may earn, always as an interval, always with the inputs and their sources. */
#include "query/economics.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/conf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"

enum { ORDERS_MAX = 1000000 };

static const struct column columns[] = {
	{.name = "kind", .kind = KIND_TEXT},
	{.name = "quantity", .kind = KIND_TEXT, .whole = true},
	{.name = "low", .kind = KIND_REAL, .decimals = -4},
	{.name = "median", .kind = KIND_REAL, .decimals = -4},
	{.name = "high", .kind = KIND_REAL, .decimals = -4},
	{.name = "unit", .kind = KIND_TEXT, .whole = true},
	{.name = "source", .kind = KIND_TEXT, .detail = true},
};

struct asking {
	struct session s;
	struct arena arena;
	struct economics_inputs inputs;
	struct economics_feed *feeds;
	size_t n_feeds;
	uint32_t programme; /* interned */
	VEC(struct order) orders;
	struct economics_answer answer;
	struct orders_answer sold;
	double volume_lo, volume_hi;
};

/* ---- what is asked ---- */

/* A number and where it ends; NULL: none there. */
static const char *parse_number(const char *text, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return end == text ? NULL : end;
}

/* "2e9" or "30e9-200e9" */
static int parse_volume(struct asking *k, const char *text, struct err *err)
{
	const char *end = text ? parse_number(text, &k->volume_lo) : NULL;
	if (!text)
		return 0;
	k->volume_hi = k->volume_lo;
	if (end && *end == '-')
		end = parse_number(end + 1, &k->volume_hi);
	if (!end || *end || !(k->volume_lo > 0) || !(k->volume_hi >= k->volume_lo) || k->volume_hi > 1e15)
		return err_set(err, ERR_USAGE, "--volume %s: write mails a day as N or LOW-HIGH, for example 30e9-200e9", text);
	return 0;
}

static int take_order(struct asking *k, const char *path, size_t line, struct str text, struct err *err)
{
	size_t comma = str_find_byte(text, ',');
	uint64_t number;
	int64_t t;
	if (comma == STR_NPOS || !time_parse_iso(str_trim(str_first(text, comma)), &t) ||
		!str_u64(str_trim(str_from(text, comma + 1)), &number))
		return line == 1 ? 0
		                 : err_set(err, ERR_INPUT, "%s:%zu: write TIME,ORDER_NUMBER (2010-08-01T12:00:00Z,10482)", path,
					   line);
	const struct order *last = k->orders.n ? &k->orders.v[k->orders.n - 1] : NULL;
	if (last && (t < last->time || (double)number < last->number))
		return err_set(err, ERR_INPUT,
			"%s:%zu: time and order number have to rise from line to line: numbers that fall are not counted one by one",
			path, line);
	struct order *o = vec_push(&k->arena, &k->orders, ORDERS_MAX);
	if (!o)
		return err_oom(err, "orders");
	*o = (struct order){t, (double)number};
	return 0;
}

static int read_orders(struct asking *k, const char *path, struct err *err)
{
	uint8_t *p = NULL;
	size_t n = 0, line = 0;
	int rc = path ? file_read(path, 64 * MIB, &p, &n, err) : 0;
	struct str rest = str_make(p, n);
	while (!rc && rest.n) {
		size_t end = str_find_byte(rest, '\n');
		struct str text = str_trim(str_first(rest, end == STR_NPOS ? rest.n : end));
		rest = str_from(rest, end == STR_NPOS ? rest.n : end + 1);
		line++;
		if (text.n)
			rc = take_order(k, path, line, text, err);
	}
	mem_free(p);
	if (!rc && path && k->orders.n < 2)
		rc = err_set(err, ERR_INPUT, "%s: two orders at least are needed", path);
	return rc;
}

/* ---- the programme's share ---- */

static int count(void *ctx, const struct store_row *r)
{
	struct asking *k = ctx;
	if (r->feed >= k->n_feeds)
		return 0;
	k->feeds[r->feed].all++;
	k->feeds[r->feed].programme += k->programme && r->word[FEAT_programme] == k->programme;
	return 0;
}

static int find_word(void *ctx, uint32_t id, struct str word)
{
	struct asking *k = ctx;
	if (str_ieq(word, str_of(k->s.o->paths[0])))
		k->programme = id;
	return 0;
}

/* Feeds without messages say nothing. */
static int count_all(struct asking *k, struct err *err)
{
	struct store_feed *list;
	size_t n, kept = 0;
	double programme = 0;
	struct str names[OPT_LIST_MAX];
	struct store_filter filter = session_filter(&k->s, true, names);
	int rc = store_feed_list(k->s.store, &k->arena, &list, &n, err);
	for (size_t i = 0; i < n && !rc; i++)
		if (list[i].number >= k->n_feeds)
			k->n_feeds = list[i].number + 1;
	if (!rc && !(k->feeds = arena_zalloc(&k->arena, k->n_feeds + 1, sizeof *k->feeds)))
		rc = err_oom(err, "feeds");
	rc = rc ? rc : store_words(k->s.store, find_word, k, err);
	rc = rc ? rc : store_scan(k->s.store, &filter, FEAT_BIT(programme), STORE_UNORDERED | STORE_IDS, count, k, err);
	for (size_t i = 0; i < k->n_feeds && !rc; i++) {
		programme += k->feeds[i].programme;
		if (k->feeds[i].all > 0)
			k->feeds[kept++] = k->feeds[i];
	}
	k->n_feeds = kept;
	if (!rc && !(programme > 0))
		rc = err_set(err, ERR_INPUT, "no message of programme %s; `trapline programmes` lists them", k->s.o->paths[0]);
	return rc;
}

/* ---- the answer ---- */

static void put(
	struct table *t, const char *kind, const char *quantity, const struct interval *v, const char *unit, struct str source)
{
	table_row(t);
	table_z(t, kind);
	table_z(t, quantity);
	table_real(t, v->lo);
	table_real(t, v->median);
	table_real(t, v->hi);
	table_z(t, unit);
	table_str(t, source);
}

static void put_input(struct table *t, const char *name, const struct economics_input *in)
{
	double p = in->counted ? in->successes / in->trials : (in->low + in->high) / 2;
	struct interval v = {in->counted ? p : in->low, p, in->counted ? p : in->high};
	put(t, "input", name, &v, in->counted ? "counted" : "range", in->source);
}

static void put_answer(struct table *t, const struct asking *k)
{
	const struct economics_answer *a = &k->answer;
	char feeds[64];
	snprintf(feeds, sizeof feeds, "this store, resampling %zu feed%s", k->n_feeds, k->n_feeds == 1 ? "" : "s");
	for (size_t i = 0; i < INPUT_COUNT; i++)
		put_input(t, economics_input_names[i], &k->inputs.v[i]);
	put(t, "input", "share", &a->share, "of all mail", str_of(feeds));
	put(t, "result", "visits", &a->visits, "a million mails", S(""));
	put(t, "result", "sales", &a->sales, "a million mails", S(""));
	put(t, "result", "gross", &a->gross, "USD a million mails", S(""));
	put(t, "result", "commission", &a->commission, "USD a million mails", S(""));
	if (a->daily) {
		put(t, "result", "mails", &a->mails_day, "a day", S("share of --volume"));
		put(t, "result", "sales", &a->sales_day, "a day", S(""));
		put(t, "result", "gross", &a->gross_day, "USD a day", S(""));
		put(t, "result", "commission", &a->commission_day, "USD a day", S(""));
	}
	if (k->sold.pairs) {
		put(t, "result", "orders", &k->sold.per_day, "a day",
			S("--orders, if numbers rise by one an order (Kanich et al. 2011)"));
		put(t, "result", "gross of orders", &k->sold.gross_day, "USD a day", S(""));
	}
}

static int answer(struct asking *k, struct err *err)
{
	struct economics_question q = {&k->inputs, k->feeds, k->n_feeds, k->volume_lo, k->volume_hi};
	struct output out;
	struct table t;
	if (economics_answer(&q, &k->arena, &k->answer) ||
		economics_orders(&k->inputs, k->orders.v, k->orders.n, &k->arena, &k->sold))
		return err_oom(err, "economics");
	if (output_open(&out, k->s.o->out, err))
		return err->kind;
	struct table_opts opts = output_table(k->s.o, "economics");
	table_begin(&t, columns, sizeof columns / sizeof *columns, &opts, out.f);
	put_answer(&t, k);
	int rc = table_end(&t, 0, err);
	return output_close(&out, rc == 0, err);
}

int cmd_economics(const struct options *o, struct err *err)
{
	struct asking k = {0};
	arena_init(&k.arena, 256 * MIB);
	int rc = session_open(&k.s, o, err);
	rc = rc ? rc : parse_volume(&k, o->volume, err);
	rc = rc ? rc : economics_load(&k.inputs, o->inputs, err);
	rc = rc ? rc : read_orders(&k, o->orders, err);
	rc = rc ? rc : session_open_reading(&k.s, true, err);
	rc = rc ? rc : count_all(&k, err);
	rc = rc ? rc : answer(&k, err);
	economics_unload(&k.inputs);
	arena_free(&k.arena);
	session_close(&k.s);
	return rc;
}
