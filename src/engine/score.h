/* score.h - which class of a model made a message, or none: log-odds, counted once a group, and the right to abstain.
 *
 * What a class says of a token v of family f, with N its messages that have f (counted up to ENGINE_FULL: a capture is never more
 * certain than that of what it has not seen) and q(v) their share with v:
 *     p(v) = (1 - u) q(v) + u p0(v)
 * p0 is any software: the mean over the classes and one unseen. u, the chance of a value that the capture does not hold, is the
 * largest of 1/(N+1), Witten-Bell's share of distinct values d/(N+d), and Good-Turing's share (messages whose value no other
 * campaign has), and for what a campaign or a network decides (view.h) a fixed 0.3: a family that every campaign sets anew says
 * little, one that is constant over all says most. (Dirichlet smoothing, its concentration estimated by family.)
 *
 * Against a rival r the log-odds log p(v)/p_r(v) are summed over groups of families that follow from each other
 * (fingerprint.def): of each group the largest for and the largest against count, once. Against a client the way of sending does
 * not count for an engine: an imitation of the client would have it, too.
 *
 * Strangeness asks if a message is like the class's own at all (open set): of each group, all that is free being one, the largest
 * max(0, log(max p / p~(v))), p~ being (1-u) q(v) and at least u. An engine is named when
 *   - the message is not stranger than the class's own messages are with their campaign held out (its reach), and
 *   - it beats every other engine, every client and any-software by ENGINE_MARGIN.
 * What imitates a client or another engine differs somewhere where the original is constant: there its strangeness shows.
 *
 * A scorer is a compiled model: immutable, may be shared by threads, points into the model.
 */
#ifndef TRAPLINE_ENGINE_SCORE_H
#define TRAPLINE_ENGINE_SCORE_H

#include "engine/model.h"

/* Messages from which on a capture counts as no larger. */
#define ENGINE_FULL 50.0
/* Log-odds by which an engine must beat everything else: 20 to 1. */
#define ENGINE_MARGIN 3.0

/* What the classes of all mail that names no known client begin with. */
#define CLIENT_REST S("other software")
/* The name of a client without the variant that the class stands for; empty for what is no client's. */
struct str engine_client_name(const struct engine_class *k);

struct engine_scorer;
/* *out is untouched on failure (ERR_ENV). */
int engine_scorer_new(struct engine_scorer **out, const struct engine_model *m);
void engine_scorer_del(struct engine_scorer *s); /* NULL-safe */

/* A message's tokens: indices of the model, UINT32_MAX for one that it does not hold, with their families. */
struct engine_tokens {
	const uint32_t *token;
	const uint8_t *family;
	size_t n;
};
_Static_assert(PRINT_COUNT <= UINT8_MAX, "a family is a byte");
struct engine_verdict {
	const struct engine_class *engine; /* or NULL */
	const struct engine_class *client; /* or NULL; never both */
	double confidence;                 /* of whichever is set; by margin and what was learned from */
	const struct engine_class *nearest,
		*rival;     /* the engine that came nearest, and what it had to beat; rival NULL: any software */
	double margin;      /* log-odds of nearest against rival */
	double strangeness; /* of the message to nearest */
};
void engine_score(const struct engine_scorer *s, const struct engine_tokens *t, struct engine_verdict *out);

/* The most strangeness that a message of the class may have. */
double engine_limit(const struct engine_class *k);

/* The ledger of a class against a rival (NULL: any software): one line a token, largest first. */
struct engine_line {
	size_t at;          /* in the message's tokens */
	double odds;        /* log-odds for the class */
	double strangeness; /* of this token to the class */
	bool counted;       /* the one that stands for its group */
};
size_t engine_ledger(const struct engine_scorer *s, const struct engine_class *k, const struct engine_class *rival,
	const struct engine_tokens *t, struct engine_line *lines, size_t max);

/* The client whose own the message looks like, whatever else it looks like; CLIENT_REST is none. Or NULL. */
const struct engine_class *engine_like_client(const struct engine_scorer *s, const struct engine_tokens *t);

/* Strangeness from which on a message of a capture is no longer the class's own (and the most that a reach may be). */
#define ENGINE_FOREIGN 7.0
/* The strangeness of every sample to a class, into out. 0, or ERR_ENV. */
int engine_strangeness_within(
	const struct engine_model *m, const struct engine_class *k, const struct engine_capture *c, double *out);
/* Sets k->reach from a capture: 98 % quantile of the strangeness of its messages, each campaign held out in turn. */
int engine_class_reach(struct engine_model *m, struct engine_class *k, const struct engine_capture *c);

#endif
