/* neighbour.h - why a message is in its campaign: the message most like it, and what the two agree in. */
#ifndef TRAPLINE_QUERY_NEIGHBOUR_H
#define TRAPLINE_QUERY_NEIGHBOUR_H

#include "campaign/edge.h"
#include "store/store.h"

struct neighbour {
	bool found;        /* there is another message to compare with */
	uint64_t key;      /* first eight bytes of its id */
	struct edge edge;  /* between the two: its points and likeness */
	int64_t others;    /* messages compared with */
	int64_t identical; /* of them: with the same sketch */
};

/* Among the other messages of the row's campaign; without a campaign, among all: then the nearest one says why there is none. An edge goes
 * before none, then the most points, then the likest text, then the smallest id. row: from store_get. 0 or negative. */
int campaign_neighbour(struct store *s, const struct row *row, struct neighbour *out, struct err *err);

/* All other messages that make an edge with the row, to fn: with STORE_IDS and the campaign alone. 0, or what fn returned. */
int campaign_fellows(struct store *s, const struct row *row, store_row_fn fn, void *ctx, struct err *err);

#endif
