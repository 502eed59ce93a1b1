/* finding.h - a finding: a claim with a subject, dates with intervals, a confidence, its evidence and one plain sentence.
 *
 * Names are hostile bytes; `reading` holds them too. A finding has no strings of its own: they must live as long as it does.
 */
#ifndef TRAPLINE_FINDING_FINDING_H
#define TRAPLINE_FINDING_FINDING_H

#include <math.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/time.h"
#include "base/vec.h"

/* One line a kind: how many series were looked at is said in docs/LIMITS.md. */
enum finding_kind {
	FINDING_VOLUME_CHANGE,   /* total (empty subject), engine, programme or brand */
	FINDING_CATEGORY_CHANGE, /* of all mail of one category: where no engine or programme by itself explains it */
	FINDING_SWITCH,          /* an engine went from one programme to another */
	FINDING_CLOSURE,         /* a programme disappeared for all its engines */
	FINDING_ALIAS,           /* two names, one organisation */
	FINDING_OUTAGE,          /* a feed did not watch */
	FINDING_FEED_START,      /* it began later, or ended earlier, than the others */
	FINDING_FEED_END,
	FINDING_FEED_CHANGE, /* it came to receive more of all mail, or less, and its senders did not change */
	FINDING_RESIDUAL,    /* an engine under 5 % of its former level, but not gone */
	FINDING_NEW_ENGINE,
	FINDING_NEW_PROGRAMME,
	FINDING_DISPLACEMENT, /* who filled the gap after a drop */
	FINDING_DRIFT,        /* an engine's mail changed its form, not its volume */
	FINDING_CLAIM, /* what others published, and whether the mail agrees: no alarm, nothing that the mail says by itself */
	FINDING_KINDS
};
extern const char *const finding_kind_names[FINDING_KINDS]; /* "volume_change" ... */
#define RESIDUAL_BELOW 0.05                                 /* of its former level: nearly gone */
bool finding_kind_find(struct str name, enum finding_kind *out);

/* lo..hi is a 95 % interval; time TIME_NONE: no such date. What is told as sudden ends when it starts, but within an interval of its own: how long
 * it took is not known better than that. */
struct finding_date {
	int64_t time, lo, hi;
};
#define FINDING_NO_DATE ((struct finding_date){TIME_NONE, TIME_NONE, TIME_NONE})

/* What most of some mail advertised: one of the three, or none; share: of that mail. */
struct finding_goods {
	struct str programme, brand, category;
	double share;
};

struct finding {
	enum finding_kind kind;
	struct str feed, engine, programme, brand, category, other; /* subject: those that are not empty; none: the total */
	struct finding_date start, end;
	double before, after;                /* messages a day over the panel of feeds; NAN: not told */
	struct str from, to;                 /* of a switch: programmes or brands */
	double effect, effect_lo, effect_hi; /* of a volume: after / before - 1, with its 95 % interval; NAN: none */
	double confidence;                   /* 0..1 */
	struct finding_goods advertised;     /* by the subject: before it fell, or since it grew */
	struct str reading;                  /* one sentence */
	struct str verdict;                  /* of a claim: "agrees", "contradicts", "cannot_say" */
	struct str source, observation;      /* of a claim: who published it; the id of the fact (observation.h) */
	struct str evidence;                 /* a JSON array of objects {"kind":...}; empty: [] */
};
#define FINDING_BLANK \
	((struct finding){.start = {TIME_NONE, TIME_NONE, TIME_NONE}, \
		.end = {TIME_NONE, TIME_NONE, TIME_NONE}, \
		.before = NAN, \
		.after = NAN, \
		.effect = NAN, \
		.effect_lo = NAN, \
		.effect_hi = NAN})

/* "f-" and 12 hex digits of what it claims: kind, subject, day of the start. The same claim has the same id in every analysis. */
enum { FINDING_ID_SIZE = 16 };
void finding_id(const struct finding *f, char out[FINDING_ID_SIZE]);

/* It is told as one moment. */
bool finding_is_sudden(const struct finding *f);
/* That moment; lo..hi holds all of the change with 95 %: from its start's lo to its end's hi. */
struct finding_date finding_moment(const struct finding *f);

/* What moves most mail matters most; what is only a consequence, or about a sensor, less. Claims have none. */
double finding_weight(const struct finding *f);

struct findings {
	struct finding *v;
	size_t n, cap;
	size_t left_out; /* beyond LIM_FINDINGS */
};
/* Keeps a copy (not of the strings); beyond LIM_FINDINGS counts it only. */
int finding_add(struct arena *a, struct findings *list, const struct finding *f, struct err *err);

void finding_json(struct json *j, const struct finding *f);
void finding_members(struct json *j, const struct finding *f); /* the same, within an object that was begun */
/* What finding_json wrote, read back; strings in the arena. False: it is not one. */
bool finding_read(struct str json, struct arena *a, struct finding *out);
#endif
