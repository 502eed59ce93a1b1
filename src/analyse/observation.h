/* observation.h - facts from outside the mail: infected addresses, control servers up or down, published claims. One JSON object a line:
 *
 *   {"time":"2010-09-21","kind":"infection","ip":"192.0.2.1","engine":"rustock","source":"sinkhole X"}
 *   {"time":"2010-09-23T14:00:00Z","kind":"control_up","engine":"rustock","source":"researcher Y"}     control_down likewise
 *   {"time":"2010","kind":"claim","engine":"rustock","value":"43 %","source":"vendor Z","url":"..."}
 *
 * time and end: YYYY, YYYY-MM, YYYY-MM-DD, an ISO time, or Unix seconds; each covers what it names (a month, a day, a second), and end
 * includes what it names. kind, time and source are required; so are ip for infections, engine or programme for control servers, engine,
 * programme or brand for claims. programme may be a list's name for it (pack aliases). Members not named here are left out.
 * value of a claim: a share of all spam (of: of that category only) as a number or text: "43 %", "43-47 %", ">20 %", 43 (above 1: per
 * cent), 0.43 (below 1: a share); unit "%" or "share" says which, any other unit is kept and not compared. The digits tell the rounding.
 *
 * Strings are hostile. What is stored is a canonical line of the same form: reading it again gives the same id.
 */
#ifndef TRAPLINE_ANALYSE_OBSERVATION_H
#define TRAPLINE_ANALYSE_OBSERVATION_H

#include "base/arena.h"
#include "base/json.h"
#include "store/store.h"

enum observation_kind { OBSERVED_INFECTION, OBSERVED_CONTROL_UP, OBSERVED_CONTROL_DOWN, OBSERVED_CLAIM, OBSERVATION_KINDS };
extern const char *const observation_kind_names[OBSERVATION_KINDS]; /* "infection" ... */

/* A time of more than a day is a period; less is a moment that is known so well. */
struct observation {
	enum observation_kind kind;
	int64_t from, to;                    /* Unix seconds, [from, to) */
	struct str engine, programme, brand; /* empty: not told */
	struct str source, url, note, of;    /* of: category that a claimed share is of; empty: all spam */
	struct str value, unit;              /* of a claim, as given; empty: none */
	bool is_range;                       /* the value is a range or a bound, not a figure */
	double lo, hi;                       /* the claimed share with its rounding, 0..1; NAN: no share was told */
	uint8_t ip[16], ip_len;              /* 0: none */
};

/* packs/claims.jsonl: published shares. */
extern const struct str asset_claims;

/* 1 = understood, 0 = not (*why says it, a constant), -1 = out of memory. Strings are in the arena. */
int observation_parse(struct str line, struct arena *a, struct observation *out, const char **why);
/* The canonical line, without its end. */
void observation_json(struct json *j, const struct observation *o);
/* Of the canonical line. It begins with two letters that tell the kind. */
enum { OBSERVATION_ID_SIZE = 20 };
void observation_id(enum observation_kind kind, struct str canonical, char out[OBSERVATION_ID_SIZE]);
bool observation_id_is(struct str id, enum observation_kind kind);

/* All stored ones of the kinds (1 << kind), by id. 0 = go on, negative = err_kind. What fn is given lives until it returns. */
typedef int observation_fn(void *ctx, struct str id, const struct observation *o);
int observations(struct store *s, unsigned kinds, observation_fn *fn, void *ctx, struct err *err);

#endif
