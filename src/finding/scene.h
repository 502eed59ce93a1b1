/* scene.h - traffic cut into stretches and parts whose volume is followed; for the files of this folder.
 *
 * A scene is one stretch of time with mail: its events (messages with a believed time), its panel of feeds and its parts. A
 * part is a share of the mail whose volume is followed: all of it, what one engine sent, what was sent for one trade, what is of
 * one category (whatever the trade), or one engine's for one trade (an edge). A trade is a programme with all its brands; a brand of which no programme is known; or
 * programmes that share a brand and cannot be told apart in it, named after that brand: trades never overlap. Trades that
 * share a brand are of one house, told apart or not: who goes from the one to the other has not changed sides.
 */
#ifndef TRAPLINE_FINDING_SCENE_H
#define TRAPLINE_FINDING_SCENE_H

#include "change/change.h"
#include "finding/find.h"
#include "finding/volume.h"

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
	DATED_DAYS = 10,      /* a beginning that may lie five days off on either side is no date */
};
#define FINDING_MIN_EFFECT 0.20 /* smaller changes are drift of feeds and samples */
#define TRADE_MIN_EFFECT \
	0.33 /* a trade's or category's volume is the sum of what its engines do: told by itself only when it is large */
#define TURNOVER \
	0.03 /* a turnover of campaigns, only some of which are known, that is no likelier feigns no change of what is sent for whom */
#define FINDING_MIN_CONFIDENCE 0.5 /* more likely than not, when one of all the series looked at has a change */
#define EXPLAINED 0.6              /* of a change, by its causes: the rest is not told by itself */

enum { TRADE_NONE = 0 };
struct trade {
	name_id name;
	bool is_brand;
	uint32_t house;  /* 1.. */
	uint32_t closed; /* by this claim, plus one; 0: it goes on */
};

enum part_kind { PART_TOTAL, PART_ENGINE, PART_TRADE, PART_CATEGORY, PART_KINDS };
struct part {
	enum part_kind kind;
	name_id engine;
	uint32_t trade;
	name_id category;
	bool discovered;      /* of an engine */
	const uint32_t *list; /* indexes into events, ascending */
	size_t n;
	uint32_t *counts; /* [n_days][n_feeds] */
	struct volume_series vol;
	struct change *changes; /* those that are believed, by place */
	double *trust;          /* the confidence of each, corrected for the number of series */
	size_t n_changes;
};

/* First and last message of a feed in mail without a gap, which may be cut into several scenes. */
struct feed_life {
	int64_t first, last;
};

struct claim;
struct scene {
	const struct traffic *traffic;
	struct arena *arena;
	struct event *events;
	size_t n_events;
	uint32_t *feed_of;             /* the traffic's feed of a column */
	const struct feed_life *lives; /* by the traffic's feed */
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

/* Cuts the traffic into scenes and calls fn for each. */
typedef int scene_fn(struct scene *s, struct err *err);
int scenes(const struct traffic *t, scene_fn *fn, struct err *err);
struct part *scene_part(const struct scene *s, enum part_kind kind, uint32_t id);
struct str scene_name(const struct scene *s, name_id id);
struct str scene_trade(const struct scene *s, uint32_t trade);
struct str scene_feed(const struct scene *s, size_t column);
name_id scene_category(const struct scene *s, uint32_t event);
/* Mean level over the whole days within from..to (Unix seconds), with the messages that it rests on; NAN: nothing was watched. */
double part_level(const struct scene *s, const struct part *p, int64_t from, int64_t to, double *messages);

/* The messages of one engine for one trade (engine 0: of every engine; trade TRADE_NONE: for all), as a part without changes. */
int scene_edge(struct scene *s, name_id engine, uint32_t trade, struct part *out, struct err *err);

/* The messages of one engine (mail of no known engine: nameless) that are of one category. */
int scene_goods(struct scene *s, const struct part *engine, name_id category, struct part *out, struct err *err);
/* The messages of one engine for all trades of a house. */
int scene_house(struct scene *s, const struct part *engine, uint32_t house, struct part *out, struct err *err);
/* The messages for all trades that a closure ended (trade.closed; not 0), as a part. */
int scene_closed(struct scene *s, uint32_t closure, struct part *out, struct err *err);
/* Numbers the trades of the scene and gives each event its own (trade.c). */
int scene_trades(struct scene *s, struct err *err);
/* When feeds came to receive more or less of all mail: from parts that were measured without it. *any: they have to be measured again (gain.c). */
int find_gains(struct scene *s, bool *any, struct err *err);

/* Part of the panel of p that watched at a time, by its gain: what is received of what the panel would have. */
double part_watched(const struct scene *s, const struct part *p, int64_t t);

#endif
