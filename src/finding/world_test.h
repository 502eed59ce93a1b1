/* world_test.h - a small invented world of three feeds, six engines and three programmes, for tests to fill and to ask. */
#ifndef TRAPLINE_FINDING_WORLD_TEST_H
#define TRAPLINE_FINDING_WORLD_TEST_H

#include "finding/find.h"
#include "finding/findings_test.h"

enum { DAYS = 80, ENGINES = 6, NAMES = 20 };

struct world {
	struct traffic t;
	struct arena arena;
	struct findings found;
	struct str names[NAMES];
	name_id engine[ENGINES], trade[3], category[3];
};

static inline name_id name(struct world *w, struct str s)
{
	must(w->t.n_names < NAMES);
	w->names[w->t.n_names] = s;
	return (name_id)w->t.n_names++;
}

static inline void begin(struct world *w)
{
	static const struct str engines[] = {T("alpha"), T("beta"), T("gamma"), T("delta"), T("epsilon"), T("zeta")};
	static const struct str trades[] = {T("PillCo"), T("WatchCo"), T("DiceCo")};
	static const struct str categories[] = {T("pharma"), T("replica"), T("stock")};
	*w = (struct world){0};
	arena_init(&w->arena, SIZE_MAX);
	w->t = (struct traffic){.events = arena_zalloc(&w->arena, ROOM, sizeof *w->t.events),
		.names = w->names,
		.feeds = feeds,
		.n_feeds = FEEDS + 1,
		.arena = &w->arena,
		.found = &w->found};
	name(w, S(""));
	for (size_t i = 0; i < ENGINES; i++)
		w->engine[i] = name(w, engines[i]);
	for (size_t i = 0; i < 3; i++) {
		w->trade[i] = name(w, trades[i]);
		w->category[i] = name(w, categories[i]);
	}
}

static inline void end(struct world *w)
{
	arena_free(&w->arena);
}

static inline struct event *add_mail(struct world *w, double day, uint32_t feed, name_id engine)
{
	struct event *e = &w->t.events[w->t.n_events++];
	assert_true(w->t.n_events < ROOM);
	*e = (struct event){.time = time_of(day), .key = w->t.n_events * 2654435761u, .feed = feed, .engine = engine};
	return e;
}

static inline const struct finding *find(const struct world *w, enum finding_kind kind, struct str engine, struct str feed)
{
	for (size_t i = 0; i < w->found.n; i++) {
		const struct finding *f = &w->found.v[i];
		if (f->kind == kind && str_eq(f->engine, engine) && str_eq(f->feed, feed))
			return f;
	}
	return NULL;
}

static inline void holds(const struct finding_date *d, double day)
{
	double lo = (double)(d->lo - START) / SECONDS_A_DAY, hi = (double)(d->hi - START) / SECONDS_A_DAY;
	if (lo > day + 0.1 || hi < day - 0.1)
		fail_msg("%.2f is not in %.2f .. %.2f", day, lo, hi);
	assert_true(d->lo <= d->time && d->time <= d->hi);
}

#endif
