/* mark.h - marks of engines as they were published: shown beside an engine that bears them, never enough to name one.
 *
 * packs/engines.yaml, compiled in: each entry with its source, its hits on ham as measured, and the tokens that must all be there. "family=part" under `holds`
 * is a token of that family that holds the part.
 */
#ifndef TRAPLINE_ENGINE_MARK_H
#define TRAPLINE_ENGINE_MARK_H

#include "base/arena.h"
#include "base/err.h"
#include "engine/model.h"

enum { MARK_TOKENS = 8 };
struct engine_mark {
	struct str name, source, ham;
	uint32_t tokens[MARK_TOKENS]; /* of the model; all must be there */
	size_t n;
	struct mark_part {
		unsigned family;
		struct str part;
	} holds[MARK_TOKENS]; /* likewise */
	size_t n_holds;
};
extern const struct str engine_marks_shipped;

/* The marks, in the arena; tokens are added to the model. 0, or negative with *err. */
int engine_marks_load(struct engine_model *m, struct arena *a, struct engine_mark **out, size_t *n, struct err *err);
/* tokens of the model, distinct. */
bool engine_mark_fits(const struct engine_mark *k, const struct engine_model *m, const uint32_t *tokens, size_t n);

#endif
