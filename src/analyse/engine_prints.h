/* engine_prints.h - the fingerprints of all stored messages: each distinct one once. */
#ifndef TRAPLINE_ANALYSE_ENGINE_PRINTS_H
#define TRAPLINE_ANALYSE_ENGINE_PRINTS_H

#include "analyse/analysis.h"
#include "engine/score.h"

struct engine_print {
	uint32_t *tokens; /* of the model, ascending, distinct */
	uint8_t *families;
	uint32_t n;
	uint32_t messages;
};
static inline struct engine_tokens engine_print_tokens(const struct engine_print *p)
{
	return (struct engine_tokens){p->tokens, p->families, p->n};
}
struct engine_prints {
	struct arena arena;
	struct engine_print *v;
	size_t n;
	uint32_t *of; /* of each message of the analysis: its print + 1; 0: it has none */
};

/* Adds the tokens of the store to the model. 0, or negative with *err. */
int engine_prints_load(struct engine_prints *p, struct analysis *a, struct engine_model *m, struct err *err);
void engine_prints_free(struct engine_prints *p);

#endif
