/* findings_test.h - invented mail for the tests of findings: engines that send at random times, and three feeds. */
#ifndef TRAPLINE_ANALYSE_FINDINGS_TEST_H
#define TRAPLINE_ANALYSE_FINDINGS_TEST_H

#include <math.h>

#include "analyse/findings.h"
#include "base/test.h"

enum { FEEDS = 3, ROOM = 60000 };
static const int64_t START = 1283299200; /* 2010-09-01 */

static uint64_t seed;

static inline double draw(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static inline uint32_t any_feed(void)
{
	return 1 + (uint32_t)(draw() * FEEDS);
}

/* An analysis of feeds without mail. */
static inline void begin_mail(struct analysis *a)
{
	static const char *const feeds[] = {"", "trap-a", "trap-b", "trap-c"};
	arena_init(&a->arena, SIZE_MAX);
	map_init(&a->name_ids, SIZE_MAX);
	assert_non_null(vec_push(&a->arena, &a->names, 1));
	a->feeds = arena_zalloc(&a->arena, FEEDS + 1, sizeof *a->feeds);
	a->messages = arena_zalloc(&a->arena, ROOM, sizeof *a->messages);
	a->n_feeds = FEEDS + 1;
	for (size_t i = 0; i <= FEEDS; i++)
		a->feeds[i] = str_of(feeds[i]);
}

static inline void end_mail(struct analysis *a)
{
	map_free(&a->name_ids);
	arena_free(&a->arena);
}

/* One more message, `day` days after START. */
static inline struct analysed *add_mail(struct analysis *a, double day, uint32_t feed, analysis_name engine)
{
	struct analysed *m = &a->messages[a->n_messages++];
	assert_true(a->n_messages < ROOM);
	*m = (struct analysed){.n = (int64_t)a->n_messages,
		.key = a->n_messages * 2654435761u,
		.time = START + (int64_t)(day * SECONDS_A_DAY),
		.time_trusted = 1,
		.feed = feed,
		.engine = engine,
		.engine_source = ENGINE_LEARNED};
	return m;
}

#endif
