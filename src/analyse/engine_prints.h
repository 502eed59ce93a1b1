/* engine_prints.h - the fingerprints of all stored messages: each distinct one once, some hundred bytes. */
#ifndef TRAPLINE_ANALYSE_ENGINE_PRINTS_H
#define TRAPLINE_ANALYSE_ENGINE_PRINTS_H

#include "analyse/analysis.h"
#include "engine/packed.h"
#include "engine/score.h"

struct engine_print {
	size_t at; /* of its tokens in bytes */
	uint32_t hash, messages;
};
struct engine_prints {
	struct arena arena;
	const struct engine_model *model;
	struct engine_print *v;
	uint8_t *bytes; /* tokens of all, packed (engine/packed.h) */
	size_t n;
	uint32_t *of;    /* of each message of the analysis: its print + 1; 0: it has none */
	uint32_t *token; /* room for the tokens of any print, and their families */
	uint8_t *family;
};
static inline const uint8_t *engine_print_packed(const struct engine_prints *p, size_t i)
{
	return p->bytes + p->v[i].at;
}
static inline uint32_t engine_print_messages(const struct engine_prints *p, size_t i)
{
	return p->v[i].messages;
}
/* Its tokens, until the next call. */
struct engine_tokens engine_print_tokens(const struct engine_prints *p, size_t i);

/* Adds the tokens of the store to the model. 0, or negative with *err. */
int engine_prints_load(struct engine_prints *p, struct analysis *a, struct engine_model *m, struct err *err);
void engine_prints_free(struct engine_prints *p);

#endif
