/* proof.c - the evidence of a claim as JSON: what the sensors and the feeds counted, what it is made of, messages before and after,
 * and the query that shows the series. */
#include <stdio.h>
#include <stdlib.h>

#include "finding/claim.h"

enum { CONTRIBUTORS = 8 };

static const int64_t DAY = SECONDS_A_DAY;

static void proof(struct json *j, const char *kind)
{
	json_obj(j);
	json_key(j, "kind");
	json_z(j, kind);
}

static void level(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_num(j, v, 2);
}

/* What anybody can run to see the series. */
static void proof_query(struct json *j, const struct scene *s, const struct claim *c, int64_t from, int64_t to)
{
	const struct {
		const char *option;
		struct str value;
	} filter[] = {{"--engine", c->f.engine}, {"--programme", c->f.programme}, {"--brand", c->f.brand},
		{"--category", c->f.category}, {"--feed", c->f.feed}};
	char day[TIME_ISO_SIZE];
	proof(j, "query");
	json_key(j, "argv");
	json_arr(j);
	json_z(j, "trapline");
	json_z(j, "series");
	for (size_t i = 0; i < sizeof filter / sizeof *filter; i++)
		if (filter[i].value.n) {
			json_z(j, filter[i].option);
			json_str(j, filter[i].value);
		}
	if (c->f.kind == FINDING_SWITCH) {
		json_z(j, "--by");
		json_z(j, s->trades.v[c->trade_to].is_brand || s->trades.v[c->trade_from].is_brand ? "brand" : "programme");
	}
	json_z(j, "--since");
	time_iso_day(time_day(from), day);
	json_z(j, day);
	json_z(j, "--until");
	time_iso_day(time_day(to) + 1, day);
	json_z(j, day);
	json_arr_end(j);
	json_obj_end(j);
}

struct beside { /* the whole days from..t1, and t2..to */
	int64_t from, t1, t2, to;
};

/* Is the day before (0), after (1) or neither (-1)? */
static int side_of(const struct beside *w, int64_t begin)
{
	return begin >= w->from && begin + DAY <= w->t1 ? 0 : begin >= w->t2 && begin + DAY <= w->to ? 1 : -1;
}

/* Messages of a part before and after, and how many a day of those that the feed watched; NAN: it watched none. */
struct counted {
	int64_t n[2];
	double level[2];
};

static struct counted count_feed(const struct scene *s, const struct part *p, size_t f, const struct beside *w)
{
	struct counted c = {0};
	double e[2] = {0};
	for (size_t d = 0; d < s->v.n_days; d++) {
		int side = side_of(w, s->times[d]);
		if (side < 0)
			continue;
		c.n[side] += p->counts[d * s->v.n_feeds + f];
		e[side] += s->v.watched[d * s->v.n_feeds + f];
	}
	for (int k = 0; k < 2; k++)
		c.level[k] = e[k] > 0 ? (double)c.n[k] / e[k] : NAN;
	return c;
}

/* Each feed's own levels: the panel's number is not one that any feed saw. */
static void proof_feeds(struct json *j, const struct scene *s, const struct part *p, const struct beside *w)
{
	for (size_t f = 0; f < s->v.n_feeds; f++) {
		struct counted c = count_feed(s, p, f, w);
		if (c.n[0] + c.n[1] == 0)
			continue;
		proof(j, "feed");
		json_key(j, "feed");
		json_str(j, scene_feed(s, f));
		if (s->traffic->feed_kinds) {
			json_key(j, "feed_kind");
			json_str(j, s->traffic->feed_kinds[s->feed_of[f]]);
		}
		level(j, "before", c.level[0]);
		level(j, "after", c.level[1]);
		json_key(j, "messages_before");
		json_int(j, c.n[0]);
		json_key(j, "messages_after");
		json_int(j, c.n[1]);
		json_obj_end(j);
	}
}

static void put_id(struct json *j, const struct scene *s, uint32_t event)
{
	char hex[17];
	snprintf(hex, sizeof hex, "%016llx", (unsigned long long)s->events[event].key);
	json_z(j, hex);
}

/* The last messages before and the first after: the beginnings of their ids, for `trapline explain`. */
static void proof_messages(struct json *j, const struct scene *s, const struct part *p, int64_t t1, int64_t t2)
{
	size_t before = 0, after = 0;
	while (before < p->n && s->events[p->list[before]].time < t1)
		before++;
	while (after < p->n && s->events[p->list[after]].time < t2)
		after++;
	proof(j, "messages");
	json_key(j, "before");
	json_arr(j);
	for (size_t i = before > EXAMPLES ? before - EXAMPLES : 0; i < before; i++)
		put_id(j, s, p->list[i]);
	json_arr_end(j);
	json_key(j, "after");
	json_arr(j);
	for (size_t i = after; i < p->n && i < after + EXAMPLES; i++)
		put_id(j, s, p->list[i]);
	json_arr_end(j);
	json_obj_end(j);
}

struct contribution {
	name_id engine;
	uint32_t trade; /* TRADE_NONE: what it sent of the claim's category */
	double before, after;
};

static int by_weight(const void *a, const void *b)
{
	double x = fabs(((const struct contribution *)a)->after - ((const struct contribution *)a)->before);
	double y = fabs(((const struct contribution *)b)->after - ((const struct contribution *)b)->before);
	return (x < y) - (x > y);
}

static bool is_part_of(const struct scene *s, const struct claim *c, uint32_t trade)
{
	return claim_closes(s, c, trade) || c->part->kind != PART_TRADE || c->part->trade == trade;
}

/* The trades of one engine that a claim is about, each with its levels. */
static int contribute(struct scene *s, const struct part *x, const struct claim *c, const struct beside *w, struct contribution *v,
	size_t *n, struct err *err)
{
	uint32_t *count = arena_zalloc(s->arena, s->trades.n + 1, sizeof *count);
	if (!count)
		return err_oom(err, "findings");
	for (size_t i = 0; i < x->n; i++)
		count[s->events[x->list[i]].trade]++;
	for (uint32_t t = 1; t < s->trades.n; t++) {
		struct arena_mark mark = arena_mark(s->arena);
		struct part edge;
		if (count[t] < EDGE_MIN_MESSAGES || !is_part_of(s, c, t) || *n >= PARTS_MAX)
			continue;
		int rc = scene_edge(s, x->engine, t, &edge, err);
		if (rc)
			return rc;
		v[*n] = (struct contribution){
			x->engine, t, part_level(s, &edge, w->from, w->t1, NULL), part_level(s, &edge, w->t2, w->to, NULL)};
		*n += isfinite(v[*n].before) && isfinite(v[*n].after);
		arena_release(s->arena, mark);
	}
	return 0;
}

/* What one engine sent of the category that a claim is about. */
static int contribute_goods(struct scene *s, const struct part *x, const struct claim *c, const struct beside *w,
	struct contribution *v, size_t *n, struct err *err)
{
	struct arena_mark mark = arena_mark(s->arena);
	struct part goods;
	int rc = scene_goods(s, x, c->part->category, &goods, err);
	if (rc)
		return rc;
	v[*n] = (struct contribution){
		x->engine, TRADE_NONE, part_level(s, &goods, w->from, w->t1, NULL), part_level(s, &goods, w->t2, w->to, NULL)};
	*n += goods.n >= EDGE_MIN_MESSAGES && v[*n].before + v[*n].after > 0; /* not where either is not a number */
	arena_release(s->arena, mark);
	return 0;
}

/* Which engines for which trades the change of the total or of a trade is made of. */
static int proof_parts(struct json *j, struct scene *s, const struct claim *c, const struct beside *w, struct err *err)
{
	struct contribution *v = arena_alloc(s->arena, (PARTS_MAX + 1) * sizeof *v);
	size_t n = 0;
	int rc = v ? 0 : err_oom(err, "findings");
	for (size_t i = 0; i < s->n_parts && !rc; i++)
		if (s->parts[i].kind == PART_ENGINE)
			rc = (c->part->kind == PART_CATEGORY ? contribute_goods : contribute)(s, &s->parts[i], c, w, v, &n, err);
	if (rc)
		return rc;
	qsort(v, n, sizeof *v, by_weight);
	for (size_t i = 0; i < n && i < CONTRIBUTORS; i++) {
		proof(j, "part");
		json_key(j, "engine");
		json_str(j, scene_name(s, v[i].engine));
		json_key(j, !v[i].trade ? "category" : s->trades.v[v[i].trade].is_brand ? "brand" : "programme");
		json_str(j, v[i].trade ? scene_trade(s, v[i].trade) : c->f.category);
		level(j, "before", v[i].before);
		level(j, "after", v[i].after);
		json_obj_end(j);
	}
	return 0;
}

/* What the feeds counted a day, without any correction, and how much of the panel watched. */
static void proof_sensors(struct json *j, const struct scene *s, const struct part *p, const struct beside *w)
{
	double n[2] = {0}, e[2] = {0}, days[2] = {0};
	for (size_t d = 0; d < s->v.n_days; d++) {
		int side = side_of(w, s->times[d]);
		if (side < 0)
			continue;
		n[side] += p->vol.count[d];
		e[side] += p->vol.watched[d];
		days[side]++;
	}
	proof(j, "sensors");
	level(j, "counted_before", days[0] > 0 ? n[0] / days[0] : NAN);
	level(j, "counted_after", days[1] > 0 ? n[1] / days[1] : NAN);
	level(j, "watched_before", days[0] > 0 ? e[0] / days[0] : NAN);
	level(j, "watched_after", days[1] > 0 ? e[1] / days[1] : NAN);
	json_obj_end(j);
}

static void proof_links(struct json *j, const struct scene *s, const struct claim *c)
{
	char id[FINDING_ID_SIZE];
	if (c->cause != CLAIM_NONE && !s->claims.v[c->cause].dropped) {
		finding_id(&s->claims.v[c->cause].f, id);
		proof(j, "cause");
		json_key(j, "finding");
		json_z(j, id);
		json_obj_end(j);
	}
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *x = &s->claims.v[i];
		if (x->dropped || x->cause == CLAIM_NONE || &s->claims.v[x->cause] != c)
			continue;
		finding_id(&x->f, id);
		proof(j, "consequence");
		json_key(j, "finding");
		json_z(j, id);
		json_obj_end(j);
	}
}

/* The category that it carried, in the mail of all; share: that it sent. */
static void proof_whole(struct json *j, const struct scene *s, const struct claim *c)
{
	proof(j, "whole");
	json_key(j, "category");
	json_str(j, scene_name(s, c->whole));
	level(j, "before", c->whole_before);
	level(j, "after", c->whole_after);
	level(j, "share", c->whole_share);
	json_obj_end(j);
}

static void proof_burst(struct json *j, const struct scene *s, const struct claim *c)
{
	double n = c->shape != SHAPE_PAUSE && claim_is_volume(c) ? claim_burst(s, c) : 0;
	if (!(n > 0))
		return;
	proof(j, "burst");
	json_key(j, "messages");
	json_int(j, (int64_t)n);
	json_obj_end(j);
}

static void proof_outage(struct json *j, const struct claim *c)
{
	proof(j, "missing");
	level(j, "messages", c->outage->expected);
	json_obj_end(j);
	proof(j, "other_feeds");
	level(j, "of_usual", c->outage->others);
	json_obj_end(j);
}

/* One sender, or one trade, in the feed that changed: its levels there beside the change. */
static void proof_alike(struct json *j, const struct scene *s, const struct part *p, size_t f, const struct beside *w)
{
	struct counted c = count_feed(s, p, f, w);
	if (c.n[0] + c.n[1] == 0)
		return;
	proof(j, "alike");
	json_key(j, p->kind == PART_ENGINE ? "engine" : s->trades.v[p->trade].is_brand ? "brand" : "programme");
	json_str(j, p->kind == PART_ENGINE ? scene_name(s, p->engine) : scene_trade(s, p->trade));
	level(j, "before", c.level[0]);
	level(j, "after", c.level[1]);
	json_obj_end(j);
}

static void proof_gain(struct json *j, const struct scene *s, const struct claim *c)
{
	const struct volume_gain *g = c->gain;
	const struct beside w = {g->at.lo - BESIDE_DAYS * DAY, g->at.lo, g->at.hi, g->at.hi + BESIDE_DAYS * DAY};
	proof(j, "gain");
	level(j, "factor", g->factor);
	json_obj_end(j);
	for (enum part_kind kind = PART_ENGINE; kind <= PART_TRADE; kind++)
		for (size_t i = 0, n = 0; i < s->n_parts && n < CONTRIBUTORS; i++)
			if (s->parts[i].kind == kind) {
				proof_alike(j, s, &s->parts[i], c->feed, &w);
				n++;
			}
}

int prove_claim(struct scene *s, const struct claim *c, struct json *j, struct err *err)
{
	bool pause = c->shape == SHAPE_PAUSE;
	struct beside w = {.t1 = c->f.start.time, .t2 = claim_changed(c), .to = pause ? c->f.end.time : c->to};
	int64_t last = claim_end(c) + LEVEL_DAYS * DAY;
	int rc = 0;
	w.from = w.t1 - LEVEL_DAYS * DAY > c->from ? w.t1 - LEVEL_DAYS * DAY : c->from;
	w.to = w.t2 + LEVEL_DAYS * DAY < w.to ? w.t2 + LEVEL_DAYS * DAY : w.to;
	json_arr(j);
	if (c->part) {
		proof_sensors(j, s, c->part, &w);
		proof_feeds(j, s, c->part, &w);
		if (c->part->kind != PART_ENGINE)
			rc = proof_parts(j, s, c, &w, err);
		proof_messages(j, s, c->part, w.t1, w.t2);
	}
	proof_burst(j, s, c);
	if (c->whole)
		proof_whole(j, s, c);
	if (c->outage)
		proof_outage(j, c);
	if (c->gain)
		proof_gain(j, s, c);
	proof_controls(j, s, c);
	proof_links(j, s, c);
	proof_query(j, s, c, w.from, last < c->to ? last : c->to);
	json_arr_end(j);
	return rc;
}
