/* engines_int.h - what engines*.c share; private to them. */
#ifndef TRAPLINE_ANALYSE_ENGINES_INT_H
#define TRAPLINE_ANALYSE_ENGINES_INT_H

#include "analyse/engine_prints.h"
#include "analyse/engines.h"
#include "engine/cluster.h"

/* Distinct peers, ascending, of so many messages. */
struct peers {
	const uint64_t *v;
	size_t n, messages;
};

/* What a print is given. */
struct verdict {
	analysis_name engine, client;
	uint8_t source; /* enum engine_source */
	float confidence;
	const struct engine_class *nearest; /* learned engine that came nearest, or NULL */
	float strangeness;                  /* to it */
	bool server;                        /* handed over by a real mail server: never a bot nobody knows */
	const struct peers *peers;          /* not NULL: the engine only where one of these is the peer */
	uint32_t named;                     /* messages that were given the engine */
};

struct engines {
	struct analysis *a;
	struct err *err;
	struct arena arena;
	struct engine_model model;
	struct engine_scorer *scorer;
	struct engine_prints prints;
	struct verdict *verdicts; /* by print */
	size_t n_known;           /* classes that were learned or shipped; discovered ones follow */
	/* what is left to discover */
	struct cluster_print *left;
	uint32_t *left_print; /* of each: its print */
	size_t n_left;
	struct cluster_message *messages;
	uint32_t *message_at; /* of each: its message of the analysis */
	size_t n_messages;
	struct clusters clusters;
	uint32_t *by_cluster; /* indices into messages, those of cluster k from cluster_from[k] to cluster_from[k + 1] */
	uint32_t *cluster_from;
	const struct peers **class_peers; /* of learned engines, once asked for */
	analysis_name *cluster_name;      /* of each cluster: the engine it is, or 0 */
	uint8_t *cluster_source;
	const struct peers **cluster_peers;
};

uint64_t engine_peer(const struct analysed *m);    /* 0: unknown */
uint64_t engine_network(const struct analysed *m); /* /24 or /48; 0: unknown */

bool engine_is_peer(const struct peers *p, uint64_t peer);
int engines_discover(struct engines *e);
int engines_put_items(struct engines *e);

#endif
