/* learn.h - a capture becomes a class of the model, or is refused with a reason: what `trapline learn` does.
 *
 * A lab's folder may hold what is no capture of the engine: mail of real clients that strayed in, a second engine's mail, or too
 * little to tell what is constant. A message that the rest finds stranger than ENGINE_FOREIGN is a stray: left out, and said, as it
 * would never be given the name. Where most are strays nothing is learned. Two engines of like size are learned as one, and that is
 * said.
 */
#ifndef TRAPLINE_ENGINE_LEARN_H
#define TRAPLINE_ENGINE_LEARN_H

#include "engine/score.h"

enum {
	LEARN_LEAST = 10,  /* messages: below, constants and chance look alike */
	LEARN_ENOUGH = 50, /* below, it is said that more would be better */
};

enum learn_outcome { LEARN_DONE, LEARN_TOO_FEW, LEARN_HAM, LEARN_MEDLEY };
struct learn_advice {
	enum learn_outcome outcome;
	size_t messages, campaigns; /* learned from */
	size_t left_out, left_like; /* messages that the rest finds foreign; those of them that look like mail of a real client */
	const struct engine_class *like; /* the client that most messages look like, or NULL */
	size_t n_like;                   /* and how many */
	bool mixed;                      /* looks like two engines: */
	struct str mixed_a, mixed_b;     /* two values that exclude each other */
	double mixed_share;              /* of the smaller part */
};

/* Replaces the engine of that name, unless it is refused: then the model is as before. 0, or ERR_ENV. */
int engine_learn(struct engine_model *m, struct str name, const struct engine_capture *c, struct learn_advice *out);

/* Adds real clients: a class for each client and order of fields that 20 messages have, what is left by client (CLIENT_REST where
 * none is named). shipped as in
 * model.h. *classes: how many. Classes of these names are replaced. */
int engine_learn_ham(struct engine_model *m, const struct engine_capture *c, bool shipped, size_t *classes);

/* packs/clients.model */
extern const struct str engine_clients_shipped;
/* The clients compiled into the program (packs/clients.model), added to a model. */
int engine_model_shipped(struct engine_model *m, struct err *err);

#endif
