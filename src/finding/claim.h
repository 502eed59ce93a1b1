/* claim.h - findings under way: who finds, dates, explains and words them; for the files of this folder. The order is in find.c. */
#ifndef TRAPLINE_FINDING_CLAIM_H
#define TRAPLINE_FINDING_CLAIM_H

#include "finding/scene.h"

/* When one engine left a trade that closed; end is start where it did so at once. */
struct leaving {
	name_id engine;
	struct finding_date start, end;
};

/* A finding under way: words come last, when it is known what explains what. */
enum { HEIRS = 3 };
enum claim_shape { SHAPE_STEP, SHAPE_RAMP, SHAPE_PAUSE, SHAPE_NEW };
enum { CLAIM_NONE = -1 };
struct claim {
	struct finding f;
	const struct part *part; /* what changed; NULL: a feed */
	enum claim_shape shape;
	int64_t from, to;           /* the stretch around it in which nothing else happened to the part */
	const struct leaving *left; /* [n_left] of a closure whose senders each left at a time of their own */
	size_t n_left;
	uint32_t trade_from, trade_to; /* of a switch; of a closure the largest trade */
	int cause;                     /* the claim that explains it */
	bool derived;                  /* follows wholly from its cause, which gives the dates, too */
	size_t feed;                   /* column, of what a feed did */
	const struct volume_outage *outage;
	const struct volume_gain *gain;
	bool alike;                                    /* of all mail: all senders changed so (gain.c) */
	bool dropped;                                  /* told by its cause */
	name_id category;                              /* that most of its mail is of; 0: none */
	name_id whole;                                 /* 0, or the category that it carried, and that one's levels beside it */
	double whole_before, whole_after, whole_share; /* share: that it sent, before it fell or since it grew */
	name_id heirs[HEIRS];                          /* engines that sent most of it since; 0: no more */
};

/* ---- the detectors: each adds claims ---- */
scene_fn claim_sensors, claim_changes, claim_switches, claim_closures;
/* NULL: out of memory, or LIM_FINDINGS are there: then one more is left out, and *err is as it was. */
struct claim *claim_add(struct scene *s, enum finding_kind kind, struct err *err);
void claim_effect(const struct scene *s, struct claim *c); /* fills effect and its interval from before, after and the part */
void claim_levels(const struct scene *s, struct claim *c); /* fills before, after and effect from the part, beside its dates */
/* The stretch around [at, at_end] without another change of the part. */
void claim_stretch(const struct scene *s, struct claim *c, const struct part *p, int64_t at, int64_t at_end);

struct fit_volume;
/* The likelihood's series of a part within [from,to], with the noise of the days outside [t1,t2]. False: out of memory. */
bool part_slots(struct scene *s, const struct part *x, int64_t from, int64_t to, int64_t t1, int64_t t2, struct fit_volume *out);
/* Of a volume: a change, or something new. */
bool claim_is_volume(const struct claim *c);
/* When a closure took its trade from an engine: from all of them alike, or when that one left. */
struct leaving claim_leaving(const struct claim *closure, name_id engine);
/* When what a claim tells was over: its start, where it has no end. */
int64_t claim_end(const struct claim *c);
/* When it had changed: the same, but a pause's beginning. */
int64_t claim_changed(const struct claim *c);
/* Did an engine switch away from a house by itself before that time? */
bool has_left(const struct scene *s, name_id engine, uint32_t house, int64_t until);
/* How many campaigns of one size would be as varied as mail of these, one entry a message: the inverse of Simpson's index. Mail of no campaign (0) counts as
 * one: its texts may be drawn. Sorts them. */
double claim_campaigns(name_id *campaigns, size_t n);
/* Did a closure end that trade? c is one of s->claims. */
bool claim_closes(const struct scene *s, const struct claim *c, uint32_t trade);
/* Messages that came all at once on the days of a volume's change: levels are of the whole days beside them. 0: no more than usual. */
double claim_burst(const struct scene *s, const struct claim *c);
/* The claim that stands for what claim i is part of: the closure in which an engine fell, else i itself. */
int claim_lead(const struct scene *s, size_t i);
/* The evidence of a claim, an array (proof.c). */
int prove_claim(struct scene *s, const struct claim *c, struct json *j, struct err *err);

/* ---- what others saw of control servers, beside a change of volume (control.c) ---- */
void say_controls(struct buf *b, const struct scene *s, const struct claim *c);    /* "; its control servers were ..." or nothing */
void proof_controls(struct json *j, const struct scene *s, const struct claim *c); /* evidence of kind "control_servers" */

scene_fn drop_artefacts;     /* changes that are only of our knowledge: what one name lost, nameless mail gained */
scene_fn date_claims;        /* engines' changes dated from single messages, apart from what closures explain; pauses */
scene_fn settle_claims;      /* of changes that follow each other the one ends where the next begins; after all are dated */
scene_fn claim_alike;        /* what all senders share is told of all mail, not of each; after dates and levels are settled */
scene_fn explain_claims;     /* what follows from what: total and trades; residuals, displacement, drift */
scene_fn explain_categories; /* of them, what engines and trades carry (category.c); after those are explained */
scene_fn claim_goods;        /* what those who changed had advertised */
scene_fn tell_claims;        /* readings and evidence; adds the findings */
scene_fn put_flows;          /* who sent for whom before and after the changes that matter most, as items of kind "flow" (flow.c) */

#endif
