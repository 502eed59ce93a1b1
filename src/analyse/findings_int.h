/* findings_int.h - what the files of the findings step share; for findings*.c only.
 *
 * A scene is one stretch of time with mail: its events (messages with a believed time), its panel of feeds and its parts. A
 * part is a share of the mail whose volume is followed: all of it, what one engine sent, what was sent for one trade, what is of
 * one category (whatever the trade), or one engine's for one trade (an edge). A trade is a programme with all its brands; a brand of which no programme is known; or
 * programmes that share a brand and cannot be told apart in it, named after that brand: trades never overlap. Trades that
 * share a brand are of one house, told apart or not: who goes from the one to the other has not changed sides.
 */
#ifndef TRAPLINE_ANALYSE_FINDINGS_INT_H
#define TRAPLINE_ANALYSE_FINDINGS_INT_H

#include "change/change.h"
#include "analyse/finding.h"
#include "analyse/volume.h"

/* The settings, each with its reason. Judged by bench/findings on worlds other than those that suggested them. */
enum {
	SCENE_GAP_DAYS = 60, /* as in series.h: no mail for longer is a gap, not zeros */
	SCENE_MIN_DAYS = 14, /* no change can be told from the weekly rhythm in less */
	SCENE_MIN_MESSAGES = 100,
	PART_MIN_MESSAGES = 30, /* a part with fewer shows no change that could be dated */
	EDGE_MIN_MESSAGES = 20,
	PARTS_MAX = 2000,     /* each is a series of its own */
	CATEGORIES_MAX = 100, /* besides: packs have a few dozen */
	LEVEL_DAYS = 28,      /* levels beside a change are means over at most so many days */
	EXAMPLES = 3,         /* messages shown before and after */
	NEAR_DAYS = 3,        /* cause and consequence are dated by different messages */
	BESIDE_DAYS = 14,     /* levels beside a cause */
};
#define FINDING_MIN_EFFECT 0.20 /* smaller changes are drift of feeds and samples */
#define TRADE_MIN_EFFECT \
	0.33 /* a trade's or category's volume is the sum of what its engines do: told by itself only when it is large */
#define FINDING_MIN_CONFIDENCE 0.5 /* more likely than not, when one of all the series looked at has a change */
#define RESIDUAL_BELOW 0.05
#define EXPLAINED 0.6 /* of a change, by its causes: the rest is not told by itself */

struct event {
	int64_t time;
	uint32_t feed;  /* column of the panel */
	uint32_t trade; /* index into trades; TRADE_NONE */
	analysis_name engine;
	uint32_t message; /* index into analysis.messages */
};
enum { TRADE_NONE = 0 };
struct trade {
	analysis_name name;
	bool is_brand;
	uint32_t house;  /* 1.. */
	uint32_t closed; /* by this claim, plus one; 0: it goes on */
};

enum part_kind { PART_TOTAL, PART_ENGINE, PART_TRADE, PART_CATEGORY, PART_KINDS };
struct part {
	enum part_kind kind;
	analysis_name engine;
	uint32_t trade;
	analysis_name category;
	enum engine_source source; /* of an engine */
	const uint32_t *list;      /* indexes into events, ascending */
	size_t n;
	uint32_t *counts; /* [n_days][n_feeds] */
	struct volume_series vol;
	struct change *changes; /* those that are believed, by place */
	double *trust;          /* the confidence of each, corrected for the number of series */
	size_t n_changes;
};

/* A finding under way: words come last, when it is known what explains what. */
enum { HEIRS = 3 };
enum claim_shape { SHAPE_STEP, SHAPE_RAMP, SHAPE_PAUSE, SHAPE_NEW };
enum { CLAIM_NONE = -1 };
struct claim {
	struct finding f;
	const struct part *part; /* what changed; NULL: a feed */
	enum claim_shape shape;
	int64_t from, to;              /* the stretch around it in which nothing else happened to the part */
	uint32_t trade_from, trade_to; /* of a switch; of a closure the largest trade */
	int cause;                     /* the claim that explains it */
	bool derived;                  /* follows wholly from its cause, which gives the dates, too */
	size_t feed;                   /* column, of an outage */
	const struct volume_outage *outage;
	bool dropped;                                  /* told by its cause */
	analysis_name category;                        /* that most of its mail is of; 0: none */
	analysis_name whole;                           /* 0, or the category that it carried, and that one's levels beside it */
	double whole_before, whole_after, whole_share; /* share: that it sent, before it fell or since it grew */
	analysis_name heirs[HEIRS];                    /* engines that sent most of it since; 0: no more */
};

struct scene {
	struct analysis *a;
	struct arena *arena;
	struct event *events;
	size_t n_events;
	uint32_t *feed_of; /* store's feed number of a column */
	struct volume v;
	double *feed_share;       /* of all mail: what parts lean on */
	VEC(struct trade) trades; /* [TRADE_NONE] is of house 0 */
	uint32_t n_houses;
	struct part *parts; /* the total, engines, trades, categories; within each by size, then by name */
	size_t n_parts;
	struct part nameless[PART_KINDS - 1]; /* mail of no known engine, for no known trade, of no category (by enum part_kind less
	                                     one): no changes, only levels */
	int64_t *times;                       /* beginnings of the days */
	int64_t begin, end;                   /* of the events */
	double week[7];                       /* weekly factors of all mail, Monday first; mean about 1 */
	VEC(struct claim) claims;
};

/* Sorts the analysis' messages into scenes and calls fn for each. */
typedef int scene_fn(struct scene *s, struct err *err);
int scenes(struct analysis *a, scene_fn *fn, struct err *err);
/* Counts, levels and believed changes of a list of events. n_series: for how many the confidence has to hold. */
int part_measure(struct scene *s, struct part *p, size_t n_series, struct err *err);
struct part *scene_part(const struct scene *s, enum part_kind kind, uint32_t id);
struct str scene_trade(const struct scene *s, uint32_t trade);
struct str scene_feed(const struct scene *s, size_t column);
analysis_name scene_category(const struct scene *s, uint32_t event);
/* Mean level over the whole days within from..to (Unix seconds), with the messages that it rests on; NAN: nothing was watched. */
double part_level(const struct scene *s, const struct part *p, int64_t from, int64_t to, double *messages);

/* ---- the detectors: each adds claims ---- */
scene_fn claim_sensors, claim_changes, claim_switches, claim_closures;
struct claim *claim_add(struct scene *s, enum finding_kind kind, struct err *err); /* NULL: out of memory */
void claim_effect(const struct scene *s, struct claim *c); /* fills effect and its interval from before, after and the part */
void claim_levels(const struct scene *s, struct claim *c); /* fills before, after and effect from the part, beside its dates */
/* The stretch around [at, at_end] without another change of the part. */
void claim_stretch(const struct scene *s, struct claim *c, const struct part *p, int64_t at, int64_t at_end);

/* The messages of one engine for one trade (engine 0: of every engine; trade TRADE_NONE: for all), as a part without changes. */
int scene_edge(struct scene *s, analysis_name engine, uint32_t trade, struct part *out, struct err *err);

/* The messages of one engine (mail of no known engine: nameless) that are of one category. */
int scene_goods(struct scene *s, const struct part *engine, analysis_name category, struct part *out, struct err *err);
/* The messages of one engine for all trades of a house. */
int scene_house(struct scene *s, const struct part *engine, uint32_t house, struct part *out, struct err *err);
/* The messages for all trades that a closure ended (trade.closed; not 0), as a part. */
int scene_closed(struct scene *s, uint32_t closure, struct part *out, struct err *err);
/* Numbers the trades of the scene and gives each event its own (findings_trade.c). */
int scene_trades(struct scene *s, struct err *err);

/* Part of the panel of p that watched at a time, 0..1. */
double part_watched(const struct scene *s, const struct part *p, int64_t t);

struct fit_volume;
/* The likelihood's series of a part within [from,to], with the noise of the days outside [t1,t2]. False: out of memory. */
bool part_slots(struct scene *s, const struct part *x, int64_t from, int64_t to, int64_t t1, int64_t t2, struct fit_volume *out);
/* Of a volume: a change, or something new. */
bool claim_is_volume(const struct claim *c);
/* When what a claim tells was over: its start, where it has no end. */
int64_t claim_end(const struct claim *c);
/* When it had changed: the same, but a pause's beginning. */
int64_t claim_changed(const struct claim *c);
/* Did an engine switch away from a house by itself before that time? */
bool has_left(const struct scene *s, analysis_name engine, uint32_t house, int64_t until);
/* Did a closure end that trade? c is one of s->claims. */
bool claim_closes(const struct scene *s, const struct claim *c, uint32_t trade);
/* Messages that came all at once on the days of a volume's change: levels are of the whole days beside them. 0: no more than usual. */
double claim_burst(const struct scene *s, const struct claim *c);
/* The claim that stands for what claim i is part of: the closure in which an engine fell, else i itself. */
int claim_lead(const struct scene *s, size_t i);
/* The evidence of a claim, an array (findings_proof.c). */
int prove_claim(struct scene *s, const struct claim *c, struct json *j, struct err *err);

/* ---- words: claims and their dates as plain text ---- */
void say_day(struct buf *b, int64_t t, bool year);
void say_span(struct buf *b, int64_t from, int64_t to); /* "on 29 September 2010", "from 20 to 22 September 2010" */
void say_moment(struct buf *b, int64_t t);              /* "29 September 2010 14:00" */

/* ---- what others saw of control servers, beside a change of volume (findings_control.c) ---- */
int controls_load(struct analysis *a, struct err *err);                            /* fills a->controls */
void say_controls(struct buf *b, const struct scene *s, const struct claim *c);    /* "; its control servers were ..." or nothing */
void proof_controls(struct json *j, const struct scene *s, const struct claim *c); /* evidence of kind "control_servers" */

scene_fn drop_artefacts;     /* changes that are only of our knowledge: what one name lost, nameless mail gained */
scene_fn date_claims;        /* engines' changes dated from single messages, apart from what closures explain; pauses */
scene_fn settle_claims;      /* of changes that follow each other the one ends where the next begins; after all are dated */
scene_fn explain_claims;     /* what follows from what: total and trades; residuals, displacement, drift */
scene_fn explain_categories; /* of them, what engines and trades carry (findings_category.c); after those are explained */
scene_fn claim_goods;        /* what those who changed had advertised */
scene_fn tell_claims;        /* readings and evidence; adds the findings */
scene_fn put_flows; /* who sent for whom before and after the changes that matter most, as items of kind "flow" (findings_flow.c) */

#endif
