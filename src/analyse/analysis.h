/* analysis.h - the relational analysis: what follows from the set of stored messages, together with models, packs, pages, DNS
 * facts and the analyst's decisions.
 *
 * A deterministic function of that set: the same whatever the order of ingest, batches or threads, and recomputable at any
 * time. Steps run in the order campaigns, engines, kin of campaigns, programmes, findings; each reads what the ones before it found. Their
 * results replace those of the last analysis in one transaction: per message the ROW_ANALYSED columns, per thing an item
 * (store.h). Nothing may depend on row numbers or on the order of `messages`: break ties by (key, feed name, occurrence).
 *
 * Memory: about 120 bytes a message here; a step scans the store itself for what is wide (fingerprints, sketches). Campaigns come first, as
 * sketches take most: messages are loaded when these are gone.
 */
#ifndef TRAPLINE_ANALYSE_ANALYSIS_H
#define TRAPLINE_ANALYSE_ANALYSIS_H

#include "base/map.h"
#include "base/name.h"
#include "base/progress.h"
#include "base/vec.h"
#include "campaign/kin.h"
#include "finding/finding.h"
#include "match/pack.h"
#include "store/store.h"

struct analyse_settings {
	const struct pack *pack; /* required */
	const char *model;       /* learned engines; NULL or a file that is not there: none */
	bool model_required;     /* the user named it: it has to be there */
	bool force;              /* even when nothing changed */
	bool show_progress;      /* on a terminal */
	size_t most_tokens;      /* of engines and fingerprints together; 0: LIM_ENGINE_TOKENS. Lower in tests */
	/* NULL, or told of each part when it is done, for benchmarks: campaigns, load, engines, kin, infections, programmes, findings, store. */
	void (*done)(void *ctx, const char *part);
	void *done_ctx;
};

/* Members by size: there is one for each message. */
struct analysed {
	/* of the store */
	int64_t n;    /* store_row.n: ascending */
	uint64_t key; /* first bytes of the id */
	int64_t time; /* TIME_NONE: none */
	uint8_t ip[16];
	uint32_t feed, occurrence; /* feed: store's number */
	uint32_t domains;          /* analysis_domains */
	int32_t date_late; /* seconds from time to the sender's Date, those out of range as the nearest; DATE_NONE: one is not known */
	uint16_t n_domains;
	uint8_t ip_len;
	uint8_t time_trusted; /* a believed Received field or the From_ line gave it */
	/* found */
	name_id campaign;       /* by the first step, which runs before messages are loaded, */
	struct kin_marks marks; /* and what it may be joined with others by */
	name_id engine, client;
	name_id brand, programme, category; /* begin as the message's own ones */
	float engine_confidence, client_confidence;
	float brand_confidence, programme_confidence, category_confidence;
	uint8_t engine_source; /* enum engine_source */
	uint8_t via;           /* enum via */
	/* Of the store, too: a mail server's report. Who sent it is no engine, and when it came tells of other mail */
	bool bounce;
};

#define DATE_NONE INT32_MIN
enum engine_source { ENGINE_NONE, ENGINE_LEARNED, ENGINE_PACK, ENGINE_DISCOVERED };
enum via { VIA_NONE, VIA_OWN, VIA_PAGE, VIA_DOMAIN, VIA_CAMPAIGN, VIA_COUNT };
extern const char *const via_names[VIA_COUNT];

struct analysis {
	struct store *store; /* open for writing; a batch is open while the steps run */
	const struct analyse_settings *set;
	struct arena arena; /* lives until the end of the analysis */
	struct analysed *messages;
	size_t n_messages;
	uint32_t *domains; /* of all messages, one behind the other */
	size_t n_domains, domains_room;
	/* By the first step: the campaign and the marks of each row, until messages are loaded; of each interned word how many messages, up to 255, have it
	 * in their fingerprint. */
	struct {
		int64_t *row;
		name_id *name;
		struct kin_marks *marks;
		size_t n;
	} campaigns;
	uint8_t *printed;
	size_t n_words;
	struct str *feeds;      /* names by the store's number; n_feeds is the highest number + 1 */
	struct str *feed_kinds; /* beside them: trap, lab, customer, list; NULL: not known */
	size_t n_feeds;
	VEC(struct str) names; /* of engines, campaigns, brands ..., by name_id */
	struct findings findings;
	struct map name_ids;
	struct progress progress;
	unsigned part; /* of the analysis, the steps and then writing: what is at work */
};

/* The number of a name, made when it is new; 0 for "" and when out of memory (*err is filled then). */
name_id analysis_name_of(struct analysis *a, struct str name, struct err *err);
struct str analysis_name_text(const struct analysis *a, name_id id);
/* Says what is at work, where a step goes through the store: cheap, for every row. */
void analysis_tick(struct analysis *a, size_t row);
/* The message with this row number, or NULL. */
struct analysed *analysis_find(const struct analysis *a, int64_t n);

/* The interned words of a message's domains, distinct, n_domains. */
static inline const uint32_t *analysis_domains(const struct analysis *a, const struct analysed *m)
{
	return a->domains + m->domains;
}
/* How many fingerprints of the store, up to 255, have the word; others may look like its tokens. */
static inline uint8_t analysis_in_prints(const struct analysis *a, uint32_t word)
{
	return word < a->n_words ? a->printed[word] : 0;
}
/* A cap was met and the analysis goes on without the rest, or some mail cannot be taken as it is: one sentence that says so, for reports (an item
 * of kind "limit").
 * id is the cap's own; the last sentence of an id stands. 0, or negative with *err. */
__attribute__((format(printf, 4, 5))) int analysis_left_out(
	struct analysis *a, const char *id, struct err *err, const char *reading, ...);

/* A step: 0, or negative with *err filled. Each is one file; the list of them is in analysis.c. */
typedef int analysis_step(struct analysis *a, struct err *err);

/* The whole. 1 = done, 0 = nothing changed since the last time. The store is as before when it fails. */
int analyse_run(struct store *s, const struct analyse_settings *set, struct err *err);

#endif
