/* scorer.h - the tables of a scorer: what each class says of each token, made once from a model; private to this folder. The formulas are
 * score.h's and view.h's.
 */
#ifndef TRAPLINE_ENGINE_SCORER_H
#define TRAPLINE_ENGINE_SCORER_H

#include "engine/view.h"

enum { ENGINE_LANES = 4 }; /* classes that are reckoned with at a time */
enum { UNSEEN_ROW = 0, FOREIGN_ROW = PRINT_COUNT, KNOWN_ROW = 2 * PRINT_COUNT };

/* A token that no class knows is, to all classes, any such token of its family: the families have rows of their own. */
struct engine_scorer {
	const struct engine_model *m;
	size_t n_tokens, n_classes;
	size_t stride;     /* of the tables: a column a class and one for any software; a multiple of ENGINE_LANES */
	uint32_t *row_of;  /* by token */
	size_t n_rows;     /* first PRINT_COUNT rows of tokens that no class has, PRINT_COUNT of tokens that are not the model's */
	float *log_chance; /* [row][class]: log p */
	float *strange;    /* [row][class]: strangeness; while it is made: (1 - u) q, 0: unseen */
	struct engine_view *views; /* [class][family] */
	uint8_t *place;            /* [class][family]: what strangeness is counted once for (engine_strange_place) */
};

static inline const struct engine_view *view_of(const struct engine_scorer *s, size_t k, unsigned family)
{
	return &s->views[k * PRINT_COUNT + family];
}

static inline size_t row_of(const struct engine_scorer *s, uint32_t token, unsigned family)
{
	return (token < s->n_tokens ? s->row_of[token] : FOREIGN_ROW + family) * s->stride;
}

static inline double log_chance(const struct engine_scorer *s, size_t k, uint32_t token, unsigned family)
{
	return (double)s->log_chance[row_of(s, token, family) + k];
}

static inline double token_strangeness(const struct engine_scorer *s, size_t k, uint32_t token, unsigned family)
{
	return (double)s->strange[row_of(s, token, family) + k];
}

#endif
