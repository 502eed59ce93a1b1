/* engines_int.h - what engines*.c share; private to them. */
#ifndef TRAPLINE_ANALYSE_ENGINES_INT_H
#define TRAPLINE_ANALYSE_ENGINES_INT_H

#include "analyse/engine_prints.h"
#include "analyse/engines.h"
#include "base/limits.h"
#include "engine/cluster.h"

/* Who sends in bulk has so much of his mail in campaigns. */
enum { BULK_PERCENT = 25 };

/* Distinct peers, ascending, of so many messages; since and until when each sent some. */
struct peer {
	uint64_t peer;
	int64_t first, last;
};
struct peers {
	const struct peer *v;
	size_t n, messages;
};

/* What a print is given. Members by size: there are nearly as many as messages. */
struct verdict {
	const struct peers *peers; /* not NULL: the engine only where one of these is the peer */
	name_id engine, client;
	float confidence, client_confidence;
	float strangeness; /* to nearest */
	uint32_t named;    /* messages that were given the engine */
	uint16_t nearest;  /* class of the learned engine that came nearest, + 1; 0: none */
	uint8_t source;    /* enum engine_source */
	bool like : 1;     /* more like nearest than like anything else, however strange */
	bool server : 1;   /* handed over by a real mail server: no bot, unless it is spread */
	bool spread : 1;   /* one text through many organisations' servers (engines_spread.c) */
	bool version : 1;  /* a learned engine's, but not as it was captured */
	bool far : 1;      /* stranger to its cluster than what comes from the engine's own hosts */
};
_Static_assert(LIM_ENGINE_CLASSES < UINT16_MAX, "a class is two bytes");

/* By family, where the engine as it was captured and a cluster have different constants: the tokens of both + 1. */
struct engine_contrast {
	uint32_t own[PRINT_COUNT], its[PRINT_COUNT];
	bool any;
};
/* A discovered engine that writes as a learned one does, but for what not every message shows. */
struct rival {
	name_id learned, name; /* name: its */
	struct engine_contrast contrast;
	const struct peers *own, *its; /* hosts: of the learned engine, that showed its own habit; of the cluster */
	float confidence;
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
	uint64_t *
		orgs; /* of each message with a spread print: whose server sent it; 0: unknown, or it is about that organisation itself */
	/* what is left to discover */
	struct cluster_print *left; /* until it is clustered */
	uint32_t *left_print;       /* of each: its print */
	size_t n_left;
	struct cluster_message *messages; /* likewise */
	uint32_t *message_at;             /* of each: its message of the analysis */
	uint32_t *message_left;           /* of each: its print, as an index into left */
	size_t n_messages;
	struct clusters clusters;
	uint32_t *by_cluster; /* indices into messages, those of cluster k from cluster_from[k] to cluster_from[k + 1] */
	uint32_t *cluster_from;
	name_id *cluster_name; /* of each cluster: the engine it is, or 0 */
	/* Clusters by name: the first, and the next one of the same name, + 1; 0: none. Of the names that there were when the last was given. */
	uint32_t *first_named, *next_named;
	size_t n_named;
	uint8_t *cluster_source;
	float *cluster_sure; /* of each: confidence of the name */
	const struct peers **cluster_peers;
	const struct peers **cluster_own; /* of a learned engine's: that engine's hosts, which what is far needs; else NULL */
	size_t *cluster_near;             /* of each: the learned class that it comes nearest to, or n_known */
	struct rival *rivals;
	size_t n_rivals;
};

/* Of a print that is spread, a message that came from a real mail server and is about its organisation: no engine's. */
static inline bool engine_is_own(const struct engines *e, const struct verdict *v, size_t message)
{
	return v->spread && v->server && !e->orgs[message];
}
/* The print of the i-th message by cluster. */
static inline uint32_t engines_print_at(const struct engines *e, size_t i)
{
	return e->left_print[e->message_left[e->by_cluster[i]]];
}
/* The first cluster with this name, + 1; 0: none. */
static inline uint32_t engine_first_named(const struct engines *e, name_id name)
{
	return name < e->n_named ? e->first_named[name] : 0;
}

/* ---- hosts (engines_hosts.c) ---- */
uint64_t engine_peer(const struct analysed *m);    /* 0: unknown */
uint64_t engine_network(const struct analysed *m); /* /24 or /48; 0: unknown */
bool engine_is_peer(const struct peers *p, uint64_t peer);
const struct peers *engines_peers_of(struct engines *e, uint32_t cluster); /* of its largest version; NULL: out of memory */
/* Of the learned engine's messages that show what a cluster does otherwise; c NULL: of all. NULL: out of memory. */
const struct peers *engines_own_peers(struct engines *e, name_id name, const struct engine_contrast *c);
/* Does the print show the habit of the engine as it was captured? */
bool engines_shows(const struct engines *e, size_t print, const struct engine_contrast *c);
struct shared {
	size_t n, before, after; /* hosts in common; of these where the one ended before the other began */
};
void shared_add(struct shared *s, const struct peer *own, const struct peer *its);
struct shared shared_peers(const struct peers *own, const struct peers *its);
/* At least percent of what there would be if both drew from the same hosts. */
bool shared_enough(const struct peers *own, const struct peers *its, const struct shared *s, unsigned percent);
/* On nearly all of them the one ended before the other began. */
bool shared_succeeded(const struct shared *s);
/* False: others may write the same, see there. */
bool engines_all_own(const struct engines *e, uint32_t cluster, const struct peers *own, const struct peers *its);

/* ---- versions, rivals, heirs ---- */
int engines_contrast(const struct engines *e, uint32_t cluster, const struct engine_class *k, struct engine_contrast *out);
uint32_t *engines_count_tokens(
	const struct engines *e, uint32_t cluster); /* its messages by token, the caller's; NULL: out of memory */
/* Whether a cluster near a learned engine is a part of it: *campaigns is as many as it was seen to send with the engine, 0: none. */
int engines_part(struct engines *e, uint32_t cluster, const struct engine_class *k, name_id name, double *campaigns);
/* Whether the cluster is a version of a learned engine: then it has its name. counts: n_known + 1 of them, scratch. */
int engines_find_version(struct engines *e, uint32_t cluster, uint32_t *counts);
/* Which prints of a cluster are far from its messages of those peers (NULL: from all). */
int engines_find_far(struct engines *e, uint32_t cluster, const struct peers *from);
/* A print as a sample, its tokens in the arena. */
int engines_sample(struct engines *e, size_t print, struct arena *arena, struct engine_sample *out);
/* Makes the class k from the cluster's messages of those peers (NULL: from all); its campaigns are those of the analysis. */
int engines_teach(struct engines *e, uint32_t cluster, const struct peers *from, struct engine_class *k);
/* Finds the rivals among the clusters that have a name of their own. */
int engines_find_rivals(struct engines *e);
/* The rival that a message with a learned name is of, or NULL: it shows nothing that tells the two apart, and its host is one of the rival's. */
const struct rival *engines_rival_of(const struct engines *e, size_t print, name_id learned, uint64_t peer);
/* The clusters that took a learned engine's place have its name. heir_of: of each cluster the one whose place it took, + 1; 0: none. */
int engines_find_heirs(struct engines *e, uint32_t *heir_of);
/* Of a message's "attachments" the first file that is there to be opened: a digest; 0: none. */
uint64_t engines_file_of(struct str attachments);
/* Finds the prints of engines that send through real mail servers. */
int engines_find_spread(struct engines *e);
int engines_discover(struct engines *e);
void engines_clustered(struct engines *e); /* gives back what only clustering needs */
int engines_put_items(struct engines *e);

#endif
