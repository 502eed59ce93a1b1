/* graph.h - who sends for whom, with what: engine -> programme -> brand -> domain, counted and dated from the stored attributions.
 *
 * An edge is what messages show: it holds from the first to the last of them. Domains are those whose page was captured and named
 * (items of kind "domain"), as a mail may link to anything; in a store without captured pages, all that its messages link to.
 * What a message lacks is skipped: an engine without a known programme has no edge.
 */
#ifndef TRAPLINE_QUERY_GRAPH_H
#define TRAPLINE_QUERY_GRAPH_H

#include "store/store.h"

enum graph_kind { GRAPH_ENGINE, GRAPH_PROGRAMME, GRAPH_BRAND, GRAPH_DOMAIN };
extern const char *const graph_kind_names[];

struct graph_edge {
	enum graph_kind from_kind, to_kind;
	struct str from, to;
	int64_t messages;
	int64_t first, last; /* TIME_NONE: its messages have no time */
};
/* Edges by messages (most first), then names; strings in the arena. as_of TIME_NONE: all, else those that held at that time. */
int graph_build(struct store *s, const struct store_filter *f, int64_t as_of, struct arena *a, struct graph_edge **out, size_t *n,
	struct err *err);

#endif
