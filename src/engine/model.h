/* model.h - what the captures of each sending engine and each real mail client look like: counts of fingerprint tokens.
 *
 * A token is "family=value" (feature/fingerprint.h), or "family=-" for what is not there (engine_absences). A class is one engine, or one client of the contrast: for every token the
 * number of its messages that carry it and the number of campaigns these came from. Counts are all that is kept of a capture: a
 * model holds no address, no text and no message. It is filled in two ways: from captures (engine_learn_*) and from a file
 * (engine_model_read). Scoring is score.h's.
 *
 * The file is JSON lines, made to be read and compared: a header line, then one line a class, sorted by kind and name, its tokens sorted
 * by bytes. The same captures in any order give the same bytes. Format:
 *   {"trapline_model": 1, "fingerprint": 1}
 *   {"class": "rustock", "kind": "engine", "messages": 349, "campaigns": 9, "reach": 2.1, "tokens": {"family=value": [349, 9], ...}}
 * A file of another format, of a newer version or with another version of the fingerprint is refused with its reason.
 *
 * All memory is in the model's arena. Not thread-safe while it is filled; read-only afterwards.
 */
#ifndef TRAPLINE_ENGINE_MODEL_H
#define TRAPLINE_ENGINE_MODEL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"
#include "feature/fingerprint.h"

/* Of the meaning of tokens: a model with another one is refused. */
enum { FINGERPRINT_VERSION = 1 };

enum engine_kind {
	ENGINE_BOT,    /* software that sends spam */
	ENGINE_CLIENT, /* real mail clients, list and notification software: the contrast */
};

struct engine_token {
	struct str text; /* "family=value" */
	unsigned family; /* print_family_of() */
};
struct engine_count {
	uint32_t token;
	uint32_t messages, campaigns;
};
struct engine_class {
	struct str name;
	enum engine_kind kind;
	bool shipped; /* of the built-in contrast: not written to the user's file */
	uint32_t messages, campaigns;
	double reach;                /* how strange the strangest of its own messages look to it, campaign held out (score.h) */
	struct engine_count *counts; /* by the token's text */
	size_t n;
};
struct engine_model {
	struct arena arena;
	struct map by_text; /* token -> index + 1 */
	VEC(struct engine_token) tokens;
	VEC(struct engine_class) classes;
	uint32_t absent[PRINT_COUNT]; /* of a family's absence: its token + 1, once it is needed */
	size_t most_tokens;           /* LIM_ENGINE_TOKENS; lower in tests */
	uint64_t read_from;           /* hash of the file that it was loaded from; 0: none */
};

/* Who decides a family's value. What a campaign or its network decides is free: a capture has not seen all of it, however constant
 * it was there. A habit may be the software's or its renter's: constant over many campaigns it is the software's. */
enum engine_freedom { FREEDOM_NONE, FREEDOM_HABIT, FREEDOM_FREE };
enum engine_freedom engine_freedom(unsigned family);
/* The family of a token, or PRINT_COUNT. */
unsigned engine_family(struct str token);
/* What software leaves out is a habit of it, too: where a message could have a token of such a family and has none, it has "family=-".
 * Stored fingerprints and files of older models do not say so: it is added when they are read. tokens: distinct, room for PRINT_COUNT
 * more. Returns how many there are then; UINT32_MAX when out of memory. */
uint32_t engine_absences(struct engine_model *m, uint32_t *tokens, uint32_t n);
/* Whether absence of the family is a habit, and in messages that have which other family (*given: PRINT_COUNT is all of them). */
bool engine_absence(unsigned family, unsigned *given);
uint32_t engine_model_absent(struct engine_model *m, unsigned family); /* the token "family=-"; UINT32_MAX when out of memory */
/* A fingerprint's tokens: distinct, ascending, absences among them; out has room for fingerprint->n + PRINT_COUNT. UINT32_MAX when out of
 * memory. Tokens of unknown families are left out. */
uint32_t engine_message_tokens(struct engine_model *m, const struct strs *fingerprint, uint32_t *out);
void engine_model_init(struct engine_model *m);
void engine_model_free(struct engine_model *m);
/* The token's index, made when it is new; UINT32_MAX when out of memory, its family is unknown or there are most_tokens. */
uint32_t engine_model_token(struct engine_model *m, struct str token);
/* The same for a token that is to be told apart no further than into ENGINE_FOLDS of its family, unless the model has it. */
enum { ENGINE_FOLDS = 4096 };
uint32_t engine_model_folded(struct engine_model *m, struct str token);
struct engine_class *engine_model_find(
	const struct engine_model *m, enum engine_kind kind, struct str name, bool shipped); /* or NULL */
/* A class of that name without counts; one that is there is emptied. NULL when out of memory. */
struct engine_class *engine_model_class(struct engine_model *m, enum engine_kind kind, struct str name, bool shipped);

/* ---- learning: many engine_learn_add, then one engine_learn_end ---- */
struct engine_sample {
	uint32_t *tokens; /* distinct, ascending */
	size_t n;
	uint64_t campaign; /* equal for messages of one campaign */
};
struct engine_capture {
	struct engine_model *model;
	VEC(struct engine_sample) samples;
};
void engine_capture_init(struct engine_capture *c, struct engine_model *m);
/* 0, or ERR_ENV. Tokens of unknown families are left out. */
int engine_capture_add(struct engine_capture *c, const struct strs *fingerprint, uint64_t campaign);
/* Puts the counts of the samples marked in use (NULL: all of them) into the class. reach is left 0. */
int engine_class_count(struct engine_model *m, struct engine_class *k, const struct engine_capture *c, const bool *use);

/* ---- names ---- */
/* A name is shown in tables and item ids: 1 to 64 printable ASCII characters, none that have a meaning there. */
bool engine_name_ok(struct str name);
/* engine-3f2a: as what is discovered is called (cluster.h), whatever its case. */
bool engine_name_is_reserved(struct str name);
/* 0, or ERR_USAGE: no engine can be learned under this name, as it is none, reserved, a mail client's or nearly that of an engine of the model. */
int engine_name_check(const struct engine_model *m, struct str name, struct err *err);

/* ---- the file ---- */
/* Adds the classes of a text to the model; name is the file's, for messages. shipped marks them. */
int engine_model_read(struct engine_model *m, const char *name, struct str text, bool shipped, struct err *err);
/* The file's text, without shipped classes unless with_shipped. */
int engine_model_write(const struct engine_model *m, bool with_shipped, struct buf *out);
/* A file; one that does not exist is an empty model when must_exist is false. */
int engine_model_load(struct engine_model *m, const char *path, bool must_exist, struct err *err);
/* Written beside it, then renamed over it; an error when the file is no longer what the model was loaded from. */
int engine_model_save(const struct engine_model *m, const char *path, struct err *err);

#endif
