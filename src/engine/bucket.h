/* bucket.h - prints that agree in the rigid families, and how alike two such buckets are; private to this folder. */
#ifndef TRAPLINE_ENGINE_BUCKET_H
#define TRAPLINE_ENGINE_BUCKET_H

#include "engine/cluster.h"
#include "engine/packed.h"

struct weighted {
	uint32_t token, n;
};
struct bucket {
	uint64_t key;       /* hash of the rigid tokens' texts, and of what it was divided by */
	uint64_t origin;    /* the key before it was divided */
	uint32_t n;         /* messages */
	uint32_t first_msg; /* of the list by bucket */
	int64_t first, last;
	struct weighted *tokens; /* ascending; only of seeds */
	size_t n_tokens;
	uint64_t *peers; /* ascending, distinct; only of seeds */
	size_t n_peers;
	uint32_t claim; /* token of the known client that it names + 1; 0: none */
	bool noise;     /* its forged Received fields call their server by noise */
};

struct clustering {
	struct arena *arena;
	const struct engine_model *m;
	const struct cluster_print *prints;
	size_t n_prints;
	const struct cluster_message *messages;
	size_t n_messages;
	uint64_t *text_hash;          /* by token */
	uint64_t *key_of, *origin_of; /* by print: the bucket's key now, and before it was divided */
	bool *settled;                /* by print: its bucket is one engine's */
	uint32_t *bucket_of;          /* by print */
	uint32_t *print_n;            /* messages by print */
	uint32_t *by_bucket;          /* prints, sorted by bucket */
	uint32_t *msg_order;          /* messages, sorted by bucket */
	struct bucket *buckets;       /* seeds first: by n descending, then key */
	size_t n_buckets, n_seeds;
	/* Votes of buckets, one each: how often software writes a token. */
	float *votes;               /* by token */
	double voters[PRINT_COUNT]; /* by family */
	struct claim_votes {
		uint32_t claim;
		float *votes;
		double voters[PRINT_COUNT];
	} * claims;
	size_t n_claims;
};

int buckets_make(struct clustering *c); /* 0, ERR_ENV */
/* Divides buckets that two engines share: gives prints new keys (key_of); *parted: how many buckets. 0, ERR_ENV. */
int buckets_split(struct clustering *c, size_t *parted);
/* Log-odds that two seeds are one engine. Noise in a Received field is neither a server's nor any client's: it is the program's own, whatever
 * client it imitates in all the rest. */
double buckets_alike(const struct clustering *c, const struct bucket *a, const struct bucket *b);
/* The token of a family that a seed's messages have most often (smallest text among equals) + 1; 0: none. */
uint32_t bucket_common(const struct clustering *c, const struct bucket *b, enum print_id family);
/* What two sets of messages have in common of one family. */
struct agreement {
	double sum_a, sum_b;   /* messages with the family */
	double most_a, most_b; /* share of the commonest value */
	double overlap;        /* of the two distributions */
	double chance;         /* of the likeliest value in common */
};
/* Log-odds (below 0) of a family in which two sets have no value in common; 0 where they have. */
double agreement_cost(const struct agreement *g, unsigned family);
/* Log-odds from the hosts, distinct and ascending, of n_a and n_b messages. */
double peer_odds(const uint64_t *a, size_t peers_a, size_t n_a, const uint64_t *b, size_t peers_b, size_t n_b);
static inline enum print_id token_family(const struct clustering *c, uint32_t token)
{
	return (enum print_id)c->m->tokens.v[token].family;
}

#endif
