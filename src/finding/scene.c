/* scene.c - traffic as scenes, and the volume of their parts; see scene.h. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "finding/claim.h"

struct str scene_name(const struct scene *s, name_id id)
{
	return id < s->traffic->n_names ? s->traffic->names[id] : S("");
}

struct str scene_trade(const struct scene *s, uint32_t trade)
{
	return scene_name(s, s->trades.v[trade].name);
}

struct str scene_feed(const struct scene *s, size_t column)
{
	return s->traffic->feeds[s->feed_of[column]];
}

/* The engine, trade or category of a part; 0 for the total. */
static uint32_t id_of_part(const struct part *p)
{
	return p->kind == PART_ENGINE ? p->engine : p->kind == PART_TRADE ? p->trade : p->category;
}

name_id scene_category(const struct scene *s, uint32_t event)
{
	return s->events[event].category;
}

/* That of an event; 0: it has none. */
static uint32_t id_of_event(const struct scene *s, enum part_kind kind, uint32_t event)
{
	return kind == PART_ENGINE  ? s->events[event].engine
	       : kind == PART_TRADE ? s->events[event].trade
	                            : scene_category(s, event);
}

struct part *scene_part(const struct scene *s, enum part_kind kind, uint32_t id)
{
	for (size_t i = 0; i < s->n_parts; i++)
		if (s->parts[i].kind == kind && id_of_part(&s->parts[i]) == id)
			return &s->parts[i];
	return NULL;
}

/* ---- volumes ---- */

static int count_part(struct scene *s, struct part *p, struct err *err)
{
	if (!(p->counts = arena_zalloc(s->arena, s->v.n_days * s->v.n_feeds, sizeof *p->counts)))
		return err_oom(err, "findings");
	for (size_t i = 0; i < p->n; i++) {
		const struct event *e = &s->events[p->list[i]];
		p->counts[(size_t)(time_day(e->time) - s->v.day0) * s->v.n_feeds + e->feed]++;
	}
	return volume_fit(&s->v, p->counts, s->feed_share, s->arena, &p->vol) ? err_oom(err, "findings") : 0;
}

static bool large_enough(const struct change *c)
{
	double ratio = log((c->after + 0.5) / (c->before + 0.5));
	return ratio > log1p(FINDING_MIN_EFFECT) || ratio < log1p(-FINDING_MIN_EFFECT);
}

/* The posterior of a change when one in n_series series has one: odds divided by their number. */
static double corrected(const struct change *c, size_t n_series)
{
	double odds = c->confidence / fmax(1 - c->confidence, 1e-12) / (double)n_series;
	return odds / (1 + odds);
}

static bool believed(const struct changes *ch, size_t k, size_t n_series)
{
	return large_enough(&ch->v[k]) && corrected(&ch->v[k], n_series) >= FINDING_MIN_CONFIDENCE;
}

static int keep_believed(struct part *p, const struct changes *ch, size_t n_series, struct arena *a)
{
	p->changes = arena_alloc(a, (ch->n + 1) * sizeof *p->changes);
	p->trust = arena_alloc(a, (ch->n + 1) * sizeof *p->trust);
	if (!p->changes || !p->trust)
		return -1;
	for (size_t k = 0; k < ch->n; k++) {
		if (!believed(ch, k, n_series))
			continue;
		p->trust[p->n_changes] = corrected(&ch->v[k], n_series);
		p->changes[p->n_changes++] = ch->v[k];
	}
	return 0;
}

static int part_measure(struct scene *s, struct part *p, size_t n_series, struct err *err)
{
	struct changes ch = {0};
	struct change_times times = {s->times};
	int rc = count_part(s, p, err);
	p->n_changes = 0;
	double *y = rc ? NULL : arena_alloc(s->arena, (s->v.n_days + 1) * sizeof *y);
	if (rc || !y)
		return rc ? rc : err_oom(err, "findings");
	for (size_t d = 0; d < s->v.n_days; d++)
		y[d] = isfinite(p->vol.level[d]) ? floor(p->vol.level[d] + 0.5)
		                                 : NAN; /* counts: the change engine asks for whole numbers */
	if (change_find(y, s->v.n_days, &times, s->arena, &ch) || keep_believed(p, &ch, n_series, s->arena))
		return err_oom(err, "findings");
	for (size_t k = 0; p->kind == PART_TOTAL && k < 7; k++)
		s->week[k] = ch.weekly ? ch.week[k] : 1;
	return 0;
}

static int edge_of(struct scene *s, const struct part *whole, struct part *out, uint32_t house, struct err *err)
{
	uint32_t *list;
	if (!whole)
		whole = &s->parts[0];
	if (!(list = arena_alloc(s->arena, (whole->n + 1) * sizeof *list)))
		return err_oom(err, "findings");
	for (size_t i = 0; i < whole->n; i++) {
		const struct event *e = &s->events[whole->list[i]];
		if ((!out->engine || e->engine == out->engine) && (!out->trade || e->trade == out->trade) &&
			(!out->category || scene_category(s, whole->list[i]) == out->category) &&
			(!house || s->trades.v[e->trade].house == house))
			list[out->n++] = whole->list[i];
	}
	out->list = list;
	return count_part(s, out, err);
}

int scene_edge(struct scene *s, name_id engine, uint32_t trade, struct part *out, struct err *err)
{
	const struct part *whole = engine ? scene_part(s, PART_ENGINE, engine) : scene_part(s, PART_TRADE, trade);
	*out = (struct part){.kind = engine ? PART_ENGINE : PART_TRADE, .engine = engine, .trade = trade};
	return edge_of(s, whole, out, 0, err);
}

int scene_goods(struct scene *s, const struct part *engine, name_id category, struct part *out, struct err *err)
{
	*out = (struct part){.kind = PART_ENGINE, .engine = engine->engine, .category = category};
	return edge_of(s, engine, out, 0, err);
}

int scene_house(struct scene *s, const struct part *engine, uint32_t house, struct part *out, struct err *err)
{
	*out = (struct part){.kind = PART_ENGINE, .engine = engine->engine};
	return edge_of(s, engine, out, house, err);
}

int scene_closed(struct scene *s, uint32_t closure, struct part *out, struct err *err)
{
	uint32_t *list = arena_alloc(s->arena, (s->n_events + 1) * sizeof *list);
	*out = (struct part){.kind = PART_TRADE, .list = list};
	if (!list)
		return err_oom(err, "findings");
	for (size_t i = 0; i < s->n_events; i++)
		if (s->trades.v[s->events[i].trade].closed == closure)
			list[out->n++] = (uint32_t)i;
	return count_part(s, out, err);
}

double part_watched(const struct scene *s, const struct part *p, int64_t t)
{
	double e = 0;
	for (size_t f = 0; f < s->v.n_feeds; f++) {
		const struct volume_feed *v = &s->v.feeds[f];
		bool on = t >= v->from && t < v->to;
		for (size_t i = 0; i < v->n_outages && on; i++)
			on = t < v->outages[i].from.time || t >= v->outages[i].to.time;
		e += on ? p->vol.share[f] * volume_gain_at(v, t) : 0;
	}
	return e;
}

double part_level(const struct scene *s, const struct part *p, int64_t from, int64_t to, double *messages)
{
	double n = 0, e = 0;
	for (size_t d = 0; d < s->v.n_days; d++) {
		int64_t begin = (s->v.day0 + (int64_t)d) * SECONDS_A_DAY;
		if (begin < from || begin + SECONDS_A_DAY > to)
			continue;
		n += p->vol.count[d];
		e += p->vol.exposure[d];
	}
	if (messages)
		*messages = n;
	return e > 0.25 ? n / e : NAN;
}

/* ---- parts ---- */

struct tag {
	uint32_t id, event;
};

static int by_tag(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->event < y->event ? -1 : x->event > y->event;
}

static const struct scene *sorting; /* of by_size: qsort has no context */

static struct str part_name(const struct part *p)
{
	return p->kind == PART_TRADE ? scene_trade(sorting, p->trade) : scene_name(sorting, id_of_part(p));
}

static int by_size(const void *a, const void *b)
{
	const struct part *x = a, *y = b;
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	int names = str_cmp(part_name(x), part_name(y));
	return names ? names : x->trade < y->trade ? -1 : x->trade > y->trade;
}

/* The events of each engine, trade or category, as parts behind those that are there. */
static int split_by(struct scene *s, enum part_kind kind, struct part *parts, size_t *n_parts, struct err *err)
{
	struct tag *tags = arena_alloc(s->arena, (s->n_events + 1) * sizeof *tags);
	uint32_t *list = arena_alloc(s->arena, (s->n_events + 1) * sizeof *list);
	size_t n = 0, first = *n_parts, room = kind == PART_CATEGORY ? first + CATEGORIES_MAX : PARTS_MAX;
	if (!tags || !list)
		return err_oom(err, "findings");
	for (size_t i = 0; i < s->n_events; i++) {
		uint32_t id = id_of_event(s, kind, (uint32_t)i);
		if (id)
			tags[n++] = (struct tag){id, (uint32_t)i};
	}
	qsort(tags, n, sizeof *tags, by_tag);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && tags[end].id == tags[i].id; end++)
			list[end] = tags[end].event;
		if (end - i < PART_MIN_MESSAGES || *n_parts >= room)
			continue;
		struct part *p = &parts[(*n_parts)++];
		*p = (struct part){.kind = kind, .list = list + i, .n = end - i};
		if (kind == PART_TRADE) {
			p->trade = tags[i].id;
		} else if (kind == PART_CATEGORY) {
			p->category = tags[i].id;
		} else {
			p->engine = tags[i].id;
			p->discovered = s->events[tags[i].event].discovered;
		}
	}
	sorting = s;
	qsort(parts + first, *n_parts - first, sizeof *parts, by_size);
	return 0;
}

/* What has no name, so that a name that comes to be known, or fails, is not taken for volume. */
static int measure_nameless(struct scene *s, enum part_kind kind, struct err *err)
{
	struct part *p = &s->nameless[kind - 1];
	uint32_t *list = arena_alloc(s->arena, (s->n_events + 1) * sizeof *list);
	if (!list)
		return err_oom(err, "findings");
	*p = (struct part){.kind = kind, .list = list};
	for (size_t i = 0; i < s->n_events; i++)
		if (!id_of_event(s, kind, (uint32_t)i))
			list[p->n++] = (uint32_t)i;
	return count_part(s, p, err);
}

static int make_parts(struct scene *s, struct err *err)
{
	uint32_t *all = arena_alloc(s->arena, (s->n_events + 1) * sizeof *all);
	s->parts = arena_zalloc(s->arena, PARTS_MAX + CATEGORIES_MAX + 1, sizeof *s->parts);
	if (!all || !s->parts)
		return err_oom(err, "findings");
	for (size_t i = 0; i < s->n_events; i++)
		all[i] = (uint32_t)i;
	s->parts[s->n_parts++] = (struct part){.kind = PART_TOTAL, .list = all, .n = s->n_events};
	int rc = split_by(s, PART_ENGINE, s->parts, &s->n_parts, err);
	rc = rc ? rc : split_by(s, PART_TRADE, s->parts, &s->n_parts, err);
	return rc ? rc : split_by(s, PART_CATEGORY, s->parts, &s->n_parts, err);
}

static int measure_parts(struct scene *s, struct err *err)
{
	int rc = 0;
	s->feed_share = NULL;
	for (size_t i = 0; i < s->n_parts && !rc; i++) {
		rc = part_measure(s, &s->parts[i], s->n_parts, err);
		if (i == 0 && !rc)
			s->feed_share = s->parts[0].vol.share;
	}
	for (enum part_kind k = PART_ENGINE; k < PART_KINDS && !rc; k++)
		rc = measure_nameless(s, k, err);
	return rc;
}

/* ---- scenes ---- */

static const struct traffic *ordering; /* of by_time and by_feed_name */

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	int feeds = str_cmp(ordering->feeds[x->feed], ordering->feeds[y->feed]);
	return feeds ? feeds : x->occurrence < y->occurrence ? -1 : x->occurrence > y->occurrence;
}

static int by_feed_name(const void *a, const void *b)
{
	return str_cmp(ordering->feeds[*(const uint32_t *)a], ordering->feeds[*(const uint32_t *)b]);
}

/* Columns of the panel for the feeds that occur. */
static int make_columns(struct scene *s, struct err *err)
{
	uint32_t *column = arena_zalloc(s->arena, s->traffic->n_feeds + 1, sizeof *column);
	size_t n = 0;
	if (!column || !(s->feed_of = arena_alloc(s->arena, (s->traffic->n_feeds + 1) * sizeof *s->feed_of)))
		return err_oom(err, "findings");
	for (size_t i = 0; i < s->n_events; i++)
		if (!column[s->events[i].feed]) {
			column[s->events[i].feed] = 1;
			s->feed_of[n++] = s->events[i].feed;
		}
	qsort(s->feed_of, n, sizeof *s->feed_of, by_feed_name);
	for (size_t i = 0; i < n; i++)
		column[s->feed_of[i]] = (uint32_t)i;
	for (size_t i = 0; i < s->n_events; i++)
		s->events[i].feed = column[s->events[i].feed];
	s->v.n_feeds = n;
	return 0;
}

static int watch_sensors(struct scene *s, struct err *err)
{
	struct volume_event *ev = arena_alloc(s->arena, (s->n_events + 1) * sizeof *ev);
	int64_t day0 = time_day(s->events[0].time);
	size_t n_days = (size_t)(time_day(s->events[s->n_events - 1].time) - day0) + 1;
	s->times = arena_alloc(s->arena, (n_days + 1) * sizeof *s->times);
	if (!ev || !s->times)
		return err_oom(err, "findings");
	for (size_t i = 0; i < s->n_events; i++)
		ev[i] = (struct volume_event){s->events[i].time, s->events[i].feed};
	for (size_t d = 0; d < n_days; d++)
		s->times[d] = (day0 + (int64_t)d) * SECONDS_A_DAY;
	return volume_sensors(&s->v, ev, s->n_events, day0, n_days, s->v.n_feeds, s->arena) ? err_oom(err, "findings") : 0;
}

static double days_watched(const struct volume *v, size_t f)
{
	double days = 0;
	for (size_t d = 0; d < v->n_days; d++)
		days += v->watched[d * v->n_feeds + f];
	return days;
}

/* Marks feeds that watched for less than a scene must last, and never alone. */
static void find_brief_feeds(const struct volume *v, bool *brief)
{
	for (size_t f = 0; f < v->n_feeds; f++)
		brief[f] = days_watched(v, f) < SCENE_MIN_DAYS;
	for (size_t d = 0; d < v->n_days; d++) {
		const double *watched = v->watched + d * v->n_feeds;
		bool others = false;
		for (size_t f = 0; f < v->n_feeds; f++)
			others |= !brief[f] && watched[f] > 0;
		for (size_t f = 0; f < v->n_feeds && !others; f++)
			brief[f] &= watched[f] <= 0;
	}
}

/* How large the part of a brief feed is nobody knows, and all days without it would seem to be known by the rest of the mail only: one that begins on the
 * last day, with most of that day's mail, hides what others saw for months. What it received says nothing of changes. */
static int leave_out_brief_feeds(struct scene *s, struct err *err)
{
	struct volume *v = &s->v;
	bool *brief = arena_zalloc(s->arena, v->n_feeds + 1, sizeof *brief);
	size_t kept = 0;
	if (!brief)
		return err_oom(err, "findings");
	find_brief_feeds(v, brief);
	for (size_t i = 0; i < v->n_days * v->n_feeds; i++)
		if (brief[i % v->n_feeds])
			v->watched[i] = v->alive[i] = 0;
	for (size_t i = 0; i < s->n_events; i++)
		if (!brief[s->events[i].feed])
			s->events[kept++] = s->events[i];
	s->n_events = kept;
	return 0;
}

static int play(const struct traffic *t, const struct feed_life *lives, struct event *ev, size_t n, scene_fn *fn, struct err *err)
{
	struct arena arena;
	struct scene s = {.traffic = t, .arena = &arena, .events = ev, .n_events = n, .lives = lives};
	bool gains = false;
	if (n < SCENE_MIN_MESSAGES || ev[n - 1].time - ev[0].time < SCENE_MIN_DAYS * (int64_t)SECONDS_A_DAY)
		return 0;
	s.begin = ev[0].time;
	s.end = ev[n - 1].time + 1;
	arena_init(&arena, SIZE_MAX);
	int rc = make_columns(&s, err);
	rc = rc ? rc : watch_sensors(&s, err);
	rc = rc ? rc : leave_out_brief_feeds(&s, err);
	rc = rc ? rc : scene_trades(&s, err);
	rc = rc ? rc : make_parts(&s, err);
	rc = rc ? rc : measure_parts(&s, err);
	rc = rc ? rc : find_gains(&s, &gains, err);
	if (!rc && gains)
		rc = measure_parts(&s, err);
	rc = rc ? rc : fn(&s, err);
	arena_free(&arena);
	return rc;
}

/* Of the feeds that occur, by the traffic's feed. NULL: out of memory. */
static struct feed_life *find_lives(const struct traffic *t, const struct event *ev, size_t n, size_t *feeds)
{
	struct feed_life *lives = mem_alloc((t->n_feeds + 1) * sizeof *lives);
	*feeds = 0;
	for (size_t f = 0; lives && f <= t->n_feeds; f++)
		lives[f] = (struct feed_life){TIME_NONE, TIME_NONE};
	for (size_t i = 0; lives && i < n; i++) {
		struct feed_life *x = &lives[ev[i].feed];
		*feeds += x->first == TIME_NONE;
		x->first = x->first == TIME_NONE ? ev[i].time : x->first;
		x->last = ev[i].time;
	}
	return lives;
}

/* Each part has a number a day and feed, and some more a day. */
static int64_t most_days(size_t feeds)
{
	enum { OTHER_NUMBERS = 6 /* three doubles */, LEAST = 366 /* whatever the feeds: a year is worth its memory */ };
	int64_t days = (int64_t)(LIM_SCENE_CELLS / (feeds + OTHER_NUMBERS));
	return days < LEAST ? LEAST : days > LIM_SERIES_DAYS ? LIM_SERIES_DAYS : days;
}

/* In parts of equal length where it is longer than that. */
static int play_long(const struct traffic *t, struct event *ev, size_t n, scene_fn *fn, struct err *err)
{
	size_t feeds;
	struct feed_life *lives = find_lives(t, ev, n, &feeds);
	int64_t begin = ev[0].time, span = ev[n - 1].time - begin;
	int64_t parts = span / ((most_days(feeds) - 1) * (int64_t)SECONDS_A_DAY) + 1;
	int rc = lives ? 0 : err_oom(err, "findings");
	for (size_t i = 0, end; i < n && !rc; i = end) {
		int64_t part = (ev[i].time - begin) * parts / (span + 1);
		for (end = i + 1; end < n && (ev[end].time - begin) * parts / (span + 1) == part; end++)
			;
		rc = play(t, lives, ev + i, end - i, fn, err);
	}
	mem_free(lives);
	return rc;
}

int scenes(const struct traffic *t, scene_fn *fn, struct err *err)
{
	struct event *ev = t->events;
	int rc = 0;
	ordering = t;
	if (t->n_events)
		qsort(ev, t->n_events, sizeof *ev, by_time);
	for (size_t i = 0, end; i < t->n_events && !rc; i = end) {
		for (end = i + 1; end < t->n_events && ev[end].time - ev[end - 1].time <= SCENE_GAP_DAYS * (int64_t)SECONDS_A_DAY;
			end++)
			;
		rc = play_long(t, ev + i, end - i, fn, err);
	}
	return rc;
}
