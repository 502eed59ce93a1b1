/* made_test.h - for tests of what only looks at an analysis' messages: an analysis without a store. */
#ifndef TRAPLINE_ANALYSE_MADE_TEST_H
#define TRAPLINE_ANALYSE_MADE_TEST_H

#include "base/test.h"

#include "analyse/analysis.h"

enum { MADE_MOST = 4000 }; /* messages */

struct made {
	struct analysis a;
	struct arena arena;
};

static inline void made_begin(struct made *m, struct str *feeds, size_t n_feeds)
{
	*m = (struct made){.a = {.feeds = feeds, .n_feeds = n_feeds}};
	arena_init(&m->arena, SIZE_MAX);
	m->a.messages = arena_zalloc(&m->arena, MADE_MOST, sizeof *m->a.messages);
	assert_non_null(m->a.messages);
}

static inline void made_add(struct made *m, struct analysed message)
{
	assert_true(m->a.n_messages < MADE_MOST);
	m->a.messages[m->a.n_messages++] = message;
}

static inline void made_end(struct made *m)
{
	arena_free(&m->arena);
}

/* look(m) of what fill() made, ERR_ENV while the nth allocation and all later ones fail: for each n there is. */
static inline void made_failing_memory(struct made *m, void (*fill)(void), int (*look)(struct made *m))
{
	bool hit = true;
	for (long n = 0; hit; n++) {
		fill();
		mem_fail_from(n);
		int rc = look(m);
		hit = mem_failed();
		mem_fail_from(-1);
		made_end(m);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
	}
}

#endif
