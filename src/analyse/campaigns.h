/* campaigns.h - which messages come from one template: all stored sketches to campaigns.
 *
 * A campaign is a connected component of a graph: candidates come from lsh.h, an edge is edge.h's answer about the two sketches
 * alone. Identical sketches are one node, so that a million copies cost what one does. The answer depends on the set of
 * messages only: nodes are numbered by their content before anything is compared.
 *
 * A campaign has two messages or more. Its id is "c-" and the first 12 hex digits of the smallest id among its messages (16 where two
 * campaigns' would be equal, for all of these). It can change when a smaller one joins or two campaigns grow together; every id ever given is that of a
 * message, so that looking that message up tells where it is now (former.h).
 *
 * Cost: memory some 400 bytes for each different sketch; time near-linear, see docs/BENCHMARKS.md.
 */
#ifndef TRAPLINE_ANALYSE_CAMPAIGNS_H
#define TRAPLINE_ANALYSE_CAMPAIGNS_H

#include "analyse/analysis.h"
#include "campaign/kin.h"

/* The step: fills analysed.campaign and analysed.marks. */
int campaigns_step(struct analysis *a, struct err *err);
/* The step after engines: joins parts of campaigns, see campaign_kin.c. What it joined becomes items of kind CAMPAIGN_JOINED, by campaign. */
int campaign_kin_step(struct analysis *a, struct err *err);
#define CAMPAIGN_JOINED "campaign_joined"

/* ---- the same without a store ---- */
struct campaign_set;
int campaign_set_new(struct campaign_set **out, struct err *err);
void campaign_set_del(struct campaign_set *s); /* NULL-safe */
/* Adds a message; key: the first eight bytes of its id. A blob that cannot be read has no campaign. */
int campaign_set_add(struct campaign_set *s, struct str sketch, uint64_t key, struct err *err);
/* Groups all that was added; once, before campaign_set_of. */
int campaign_set_group(struct campaign_set *s, struct err *err);
/* The smallest key of the campaign of the i-th message added; false when it has none. */
bool campaign_set_of(const struct campaign_set *s, size_t i, uint64_t *key);
struct kin_marks campaign_set_marks(const struct campaign_set *s, size_t i); /* of the i-th message added */
/* Pairs compared so far, for benchmarks and tests. */
uint64_t campaign_set_compared(const struct campaign_set *s);

/* The names of all campaigns, by their smallest keys. */
struct campaign_names {
	uint64_t *keys; /* ascending, distinct */
	name_id *names;
	size_t n;
};
/* Sorts keys, n of them in any order and as often as they come, and keeps them until it is freed, which is due after a failure too. */
int campaign_names_make(struct analysis *a, uint64_t *keys, size_t n, struct campaign_names *out, struct err *err);
void campaign_names_free(struct campaign_names *names);
name_id campaign_name(const struct campaign_names *names, uint64_t key); /* which is one of them */
/* "c-" and 12 hex digits; in full 16, where two campaigns' would begin alike. The length. */
enum { CAMPAIGN_ID_SIZE = 2 + 16 + 1 };
size_t campaign_id(uint64_t key, bool in_full, char out[CAMPAIGN_ID_SIZE]);

#endif
