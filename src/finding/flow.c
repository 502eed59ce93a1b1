/* flow.c - who sent for whom before and after a change: a matrix of engines and trades on either side of its date.
 *
 * An item of kind "flow", its id that of the finding:
 *   {"finding","from","start","end","until","engines":[{"name"},..],"programmes":[{"name","brand","category"},..],"before":[[..],..],"after":[[..],..]}
 * Mail of no known programme or brand goes to its category. before is the mean of the whole days in from..start, after that in end..until, [engine][programme], messages a day over the panel of
 * feeds. The last two of engines and of programmes are {"rest":"other"} and {"rest":"none"}: rows and columns add up to all mail.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "base/tally.h"
#include "finding/claim.h"

enum {
	FLOW_DAYS = 7, /* whole days on each side: a week has the weekly rhythm in it, and in more other changes mix in */
	FLOW_DAYS_LEAST = 3,
	FLOW_NAMED = 7, /* engines and trades by name: the colours of a chart */
	FLOWS_MAX = 20, /* the changes that matter most */
	FLOW_BYTES = 64 * 1024,
};
enum { REST_OTHER = FLOW_NAMED, REST_NONE, FLOW_SIDE };
static const int64_t DAY = SECONDS_A_DAY;

struct window {
	int64_t from, start, end, until;
	double watched[2]; /* days, by how much of the panel watched */
};

struct flow {
	const struct claim *claim;
	struct window w;
	struct tally counts;                            /* ((engine, goods), side) */
	uint32_t engine[FLOW_NAMED], goods[FLOW_NAMED]; /* shown by name; 0: no more */
	double v[2][FLOW_SIDE][FLOW_SIDE];
};

static bool is_moving(const struct claim *c)
{
	switch (c->f.kind) {
	case FINDING_VOLUME_CHANGE:
	case FINDING_CATEGORY_CHANGE:
	case FINDING_SWITCH:
	case FINDING_CLOSURE:
	case FINDING_NEW_ENGINE:
	case FINDING_NEW_PROGRAMME:
	case FINDING_DRIFT:
		return !c->dropped && c->f.start.time != TIME_NONE;
	default:
		return false;
	}
}

/* Keeps other changes of all mail out where enough days are left without them. */
static void narrow(const struct scene *s, struct window *w)
{
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *c = &s->claims.v[i];
		if (c->dropped || c->f.kind != FINDING_VOLUME_CHANGE || !c->part || c->part->kind != PART_TOTAL)
			continue;
		int64_t start = c->f.start.time, end = claim_end(c);
		if (end > w->from && end <= w->start - FLOW_DAYS_LEAST * DAY)
			w->from = end;
		if (start < w->until && start >= w->end + FLOW_DAYS_LEAST * DAY)
			w->until = start;
	}
}

/* The whole days beside the change in which nothing else happened to its part. False: too few of them were watched. */
static bool window_of(const struct scene *s, const struct claim *c, struct window *w)
{
	bool pause = c->shape == SHAPE_PAUSE;
	*w = (struct window){.start = c->f.start.time, .end = claim_changed(c), .until = pause ? c->f.end.time : c->to};
	int64_t from = (time_day(w->start) - FLOW_DAYS) * DAY, until = (time_day(w->end) + 1 + FLOW_DAYS) * DAY;
	w->from = from > c->from ? from : c->from;
	w->until = until < w->until ? until : w->until;
	narrow(s, w);
	for (size_t d = 0; d < s->v.n_days; d++) {
		int64_t t = s->times[d];
		if (t >= w->from && t + DAY <= w->start)
			w->watched[0] += s->parts[0].vol.exposure[d];
		if (t >= w->end && t + DAY <= w->until)
			w->watched[1] += s->parts[0].vol.exposure[d];
	}
	return w->watched[0] > 0.25 && w->watched[1] > 0.25;
}

static size_t event_at(const struct scene *s, int64_t t)
{
	size_t lo = 0, hi = s->n_events;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (s->events[mid].time < t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* What mail is for: a trade, or behind the trades the category of mail that is for none; 0: not known. */
static uint32_t goods_of(const struct scene *s, const struct event *e)
{
	name_id category = e->category;
	return e->trade || !category ? e->trade : (uint32_t)s->trades.n + category;
}

static bool is_category(const struct scene *s, uint32_t goods)
{
	return goods >= s->trades.n;
}

static bool count(const struct scene *s, struct flow *f)
{
	for (size_t i = event_at(s, f->w.from); i < s->n_events && s->events[i].time < f->w.until; i++) {
		const struct event *e = &s->events[i];
		int64_t begin = time_day(e->time) * DAY;
		bool before = begin >= f->w.from && begin + DAY <= f->w.start,
		     after = begin >= f->w.end && begin + DAY <= f->w.until;
		if ((before || after) && !tally_add(&f->counts, (uint64_t)e->engine << 32 | goods_of(s, e), after, 1))
			return false;
	}
	return true;
}

struct total {
	uint32_t id;
	double level; /* the larger of before and after */
	bool subject; /* the finding is about it: always shown */
};

static const struct scene *ranking; /* of by_level: qsort has no context */
static bool ranking_engines;

static struct str name_of(const struct scene *s, uint32_t id, bool engine)
{
	return engine ? scene_name(s, id) : is_category(s, id) ? scene_name(s, id - (name_id)s->trades.n) : scene_trade(s, id);
}

static int by_level(const void *a, const void *b)
{
	const struct total *x = a, *y = b;
	if (x->subject != y->subject)
		return x->subject ? -1 : 1;
	if (x->level < y->level || x->level > y->level)
		return x->level > y->level ? -1 : 1;
	int rc = str_cmp(name_of(ranking, x->id, ranking_engines), name_of(ranking, y->id, ranking_engines));
	return rc ? rc : x->id < y->id ? -1 : x->id > y->id;
}

static int by_size(const void *a, const void *b)
{
	const struct total *x = a, *y = b;
	if (x->level < y->level || x->level > y->level)
		return x->level > y->level ? -1 : 1;
	return str_cmp(name_of(ranking, x->id, ranking_engines), name_of(ranking, y->id, ranking_engines));
}

static bool is_subject(const struct scene *s, const struct claim *c, uint32_t id, bool engine)
{
	struct str name = name_of(s, id, engine);
	if (engine)
		return str_eq(name, c->f.engine) || (c->f.kind == FINDING_DRIFT && str_eq(name, c->f.other));
	if (is_category(s, id))
		return str_eq(name, c->f.category) || str_eq(name, c->f.advertised.category);
	return id == c->trade_from || id == c->trade_to || (c->part && c->part->kind == PART_TRADE && c->part->trade == id);
}

/* The engines (goods) that are shown by name, largest first. False: out of memory. */
static bool choose(const struct scene *s, struct flow *f, bool engine, uint32_t out[FLOW_NAMED])
{
	size_t room = s->traffic->n_names + (engine ? 0 : s->trades.n), n = 0;
	struct arena_mark mark = arena_mark(s->arena);
	double *level[2] = {arena_zalloc(s->arena, room + 1, sizeof(double)), arena_zalloc(s->arena, room + 1, sizeof(double))};
	struct total *v = arena_alloc(s->arena, (room + 1) * sizeof *v);
	if (!level[0] || !level[1] || !v)
		return false;
	for (size_t i = 0; i < f->counts.n; i++) {
		const struct tally_cell *c = &f->counts.cells[i];
		level[c->b][engine ? c->a >> 32 : (uint32_t)c->a] += c->n / f->w.watched[c->b];
	}
	for (uint32_t id = 1; id < room; id++)
		if (level[0][id] + level[1][id] > 0)
			v[n++] = (struct total){id, fmax(level[0][id], level[1][id]), is_subject(s, f->claim, id, engine)};
	ranking = s;
	ranking_engines = engine;
	qsort(v, n, sizeof *v, by_level);
	n = n < FLOW_NAMED ? n : FLOW_NAMED;
	qsort(v, n, sizeof *v, by_size);
	for (size_t i = 0; i < FLOW_NAMED; i++)
		out[i] = i < n ? v[i].id : 0;
	arena_release(s->arena, mark);
	return true;
}

static size_t place(const uint32_t named[FLOW_NAMED], uint32_t id)
{
	for (size_t i = 0; i < FLOW_NAMED && id; i++)
		if (named[i] == id)
			return i;
	return id ? REST_OTHER : REST_NONE;
}

/* ---- as an item ---- */

static void put_nodes(struct json *j, const struct scene *s, const char *key, const uint32_t named[FLOW_NAMED], bool engine)
{
	json_key(j, key);
	json_arr(j);
	for (size_t i = 0; i < FLOW_NAMED && named[i]; i++) {
		json_obj(j);
		json_key(j, "name");
		json_str(j, name_of(s, named[i], engine));
		if (!engine) {
			json_key(j, "brand");
			json_bool(j, !is_category(s, named[i]) && s->trades.v[named[i]].is_brand);
			json_key(j, "category");
			json_bool(j, is_category(s, named[i]));
		}
		json_obj_end(j);
	}
	for (size_t rest = REST_OTHER; rest <= REST_NONE; rest++) {
		json_obj(j);
		json_key(j, "rest");
		json_z(j, rest == REST_OTHER ? "other" : "none");
		json_obj_end(j);
	}
	json_arr_end(j);
}

static bool is_shown(const uint32_t named[FLOW_NAMED], size_t i)
{
	return i >= FLOW_NAMED || named[i];
}

static void put_matrix(struct json *j, const char *key, const struct flow *f, size_t side)
{
	json_key(j, key);
	json_arr(j);
	for (size_t e = 0; e < FLOW_SIDE; e++) {
		if (!is_shown(f->engine, e))
			continue;
		json_arr(j);
		for (size_t t = 0; t < FLOW_SIDE; t++)
			if (is_shown(f->goods, t))
				json_num(j, f->v[side][e][t], 2);
		json_arr_end(j);
	}
	json_arr_end(j);
}

static int put_flow(struct scene *s, struct flow *f, struct err *err)
{
	struct buf b;
	char id[FINDING_ID_SIZE];
	if (!count(s, f) || !choose(s, f, true, f->engine) || !choose(s, f, false, f->goods))
		return err_oom(err, "findings");
	for (size_t i = 0; i < f->counts.n; i++) {
		const struct tally_cell *c = &f->counts.cells[i];
		f->v[c->b][place(f->engine, (uint32_t)(c->a >> 32))][place(f->goods, (uint32_t)c->a)] += c->n / f->w.watched[c->b];
	}
	buf_init(&b, FLOW_BYTES);
	struct json j = json_to(&b);
	finding_id(&f->claim->f, id);
	json_obj(&j);
	json_key(&j, "finding");
	json_z(&j, id);
	json_key(&j, "from");
	json_time(&j, f->w.from);
	json_key(&j, "start");
	json_time(&j, f->w.start);
	json_key(&j, "end");
	json_time(&j, f->w.end);
	json_key(&j, "until");
	json_time(&j, f->w.until);
	put_nodes(&j, s, "engines", f->engine, true);
	put_nodes(&j, s, "programmes", f->goods, false);
	put_matrix(&j, "before", f, 0);
	put_matrix(&j, "after", f, 1);
	json_obj_end(&j);
	int rc = b.oom    ? err_oom(err, "findings")
	         : b.full ? 0
	                  : s->traffic->put(s->traffic->ctx, "flow", str_of(id), buf_str(&b), err);
	buf_free(&b);
	return rc;
}

static int flow_of(struct scene *s, const struct claim *c, struct err *err)
{
	struct flow f = {.claim = c};
	int rc = window_of(s, c, &f.w) ? put_flow(s, &f, err) : 0;
	tally_free(&f.counts);
	return rc;
}

int put_flows(struct scene *s, struct err *err)
{
	const struct claim *best[FLOWS_MAX];
	size_t n = 0;
	int rc = 0;
	for (size_t i = 0; i < s->claims.n && s->traffic->put; i++) {
		const struct claim *c = &s->claims.v[i];
		size_t at = n < FLOWS_MAX ? n : FLOWS_MAX;
		if (!is_moving(c))
			continue;
		n += n < FLOWS_MAX;
		for (; at > 0 && finding_weight(&c->f) > finding_weight(&best[at - 1]->f); at--)
			if (at < FLOWS_MAX)
				best[at] = best[at - 1];
		if (at < FLOWS_MAX)
			best[at] = c;
	}
	for (size_t i = 0; i < n && !rc; i++)
		rc = flow_of(s, best[i], err);
	return rc;
}
