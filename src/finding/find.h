/* find.h - when volumes changed, and why: findings from messages of which it is known who sent them and for whom.
 *
 * Pure but for what `put` does; the same for a set of events in whatever order. See docs/LIMITS.md for what it does not see.
 */
#ifndef TRAPLINE_FINDING_FIND_H
#define TRAPLINE_FINDING_FIND_H

#include "base/name.h"
#include "finding/finding.h"

struct event { /* a message */
	int64_t time;
	uint64_t key;              /* first bytes of its id */
	uint32_t feed, occurrence; /* feed: its place in traffic.feeds; within a scene the column of the panel */
	uint32_t trade;            /* index into trades of a scene, which gives it */
	name_id engine, brand, programme, category;
	name_id campaign; /* 0: a message by itself */
	bool discovered;  /* the engine is one that nobody has named yet */
};

struct control {          /* the state of an engine's or a programme's control servers, as others saw it */
	int64_t from, to; /* the moment lies in [from, to) */
	bool up;
	struct str engine, programme, source, id; /* id: of the observation */
};

struct traffic {
	struct event *events; /* of a believed time; they are sorted and written to */
	size_t n_events;
	const struct str *names; /* of engines, programmes, brands and categories, by name_id */
	size_t n_names;
	const struct str *feeds, *feed_kinds; /* feed_kinds: trap, lab, customer, list; NULL: not known */
	size_t n_feeds;
	const struct control *controls; /* by time */
	size_t n_controls;

	struct arena *arena; /* of what findings say */
	struct findings *found;
	/* Takes documents that go with findings, kinds "index" (of all mail, by day) and "flow" (flow.c). NULL: they are not made. */
	int (*put)(void *ctx, const char *kind, struct str id, struct str json, struct err *err);
	void *ctx;
};

/* Adds to t->found. 0, or negative with *err filled. */
int findings_find(const struct traffic *t, struct err *err);

#endif
