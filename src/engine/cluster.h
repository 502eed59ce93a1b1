/* cluster.h - engines that nobody has captured: messages grouped by how their software writes and where they come from.
 *
 * Near-linear, deterministic, a pure function of the set of messages:
 *   1. Equal fingerprints are one print. Prints that agree in the rigid families (core order of fields, spelling, form of Message-ID
 *      and Date, client that is named ...) make a bucket. Two perfect imitations of one client share it: it is divided where the parts
 *      have no value in common in three groups of the other families, and not the same hosts (split.c). Buckets of CLUSTER_SEED
 *      messages are seeds.
 *   2. Candidates are seeds that agree in all rigid groups but two, seeds that share peers, and seeds that forge Received fields of noise.
 *   3. Two seeds join when log-odds say so: what they agree in against chance (for seeds that name the same known client: chance among
 *      those that name it, as all its imitators agree in that), what they differ in against how freely the family varies
 *      (engine_freedom), and their peers: bots of one engine are the same hosts, two engines' bots are not.
 *   4. Joined seeds are an engine when enough hosts sent enough of it (see cluster_is_engine).
 * Its versions are its seeds; its name comes from the rigid values of the first version, not from who belongs to it.
 */
#ifndef TRAPLINE_ENGINE_CLUSTER_H
#define TRAPLINE_ENGINE_CLUSTER_H

#include "engine/model.h"

enum { CLUSTER_SEED = 5 }; /* messages */
/* A version of fewer messages does not give its engine the name. */
enum { CLUSTER_VERSION = 20 };
/* Log-odds from which on two seeds are one engine. */
#define CLUSTER_JOIN 4.0

/* A message, reduced to what is compared. */
struct cluster_message {
	uint32_t print; /* index into prints */
	uint64_t peer;  /* of its address; 0: unknown */
	uint64_t net;   /* of its network (/24, /48); 0: unknown */
	int64_t time;   /* TIME_NONE: unknown */
};
struct cluster_print {
	const uint8_t *tokens; /* of the model's table, packed (packed.h) */
};

/* One way of writing within an engine. */
struct cluster_version {
	uint32_t messages, peers;
	int64_t first, last;
	uint32_t rigid[PRINT_COUNT]; /* commonest token of every rigid family + 1; 0: none */
	uint64_t key;                /* hash of the rigid tokens' texts */
	bool parted;                 /* one of several engines that agree in all these */
	char name[24];               /* what it would call an engine, in full: "engine-" and 12 digits */
};
struct cluster {
	struct cluster_version *versions; /* by first, then key */
	size_t n_versions;
	uint32_t messages, peers, nets;
	char name[24]; /* "engine-3f2a": content-derived */
	uint32_t made; /* the module's */
	bool twice;
};
struct clusters {
	struct arena arena;
	struct cluster *v; /* by messages descending, then name */
	size_t n;
	uint32_t *of; /* of each print: its cluster + 1, or 0 */
	bool *main;   /* of each print: of the largest version of its cluster */
};

/* 0, or ERR_ENV. */
int cluster_messages(struct clusters *out, const struct engine_model *m, const struct cluster_print *prints, size_t n_prints,
	const struct cluster_message *messages, size_t n_messages);
void clusters_free(struct clusters *c);

/* What share of all messages comes from the hosts that n messages, n > 0, have shown: few that came twice mean many that never came. Of N
 * hosts alike n draws show N (1 - exp(-n/N)). */
double cluster_hosts_seen(size_t hosts, size_t n);
/* Families that make buckets and names. */
bool cluster_rigid(enum print_id family);

#endif
