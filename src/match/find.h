/* find.h - where the phrases of a lexicon occur in a document; private to match/.
 *
 * Three searches give candidates (index.h: the phrase as it is, its squeezed letters, the letters of its longest word; libhs for
 * patterns) and align.h decides. A candidate counts once however it was found. The naive search tries every phrase at every
 * place: the same answer, slowly; it is the oracle of the tests.
 */
#ifndef TRAPLINE_MATCH_FIND_H
#define TRAPLINE_MATCH_FIND_H

#include "feature/doc.h"
#include "match/align.h"
#include "match/hsdb.h"
#include "match/normalise.h"
#include "match/starts.h"

enum field { FIELD_SUBJECT, FIELD_FROM, FIELD_TEXT, FIELD_HIDDEN, FIELD_URL, FIELD_COUNT };
const char *field_name(enum field f);

struct hit {
	uint32_t phrase;
	uint8_t field;
	unsigned how;      /* enum align_how */
	uint32_t from, to; /* of the folded view, absolute */
	uint32_t before;   /* while searching: 1-based index of the phrase's hit before, 0 = none */
};
/* Of one phrase in one field so many hits are kept, and so many candidates looked at: hostile mail repeats itself. */
enum { HITS_A_FIELD = 4, TRIES_A_FIELD = 64, SUSPECTS = 64 };

struct counter {
	uint32_t epoch;
	uint32_t last; /* 1-based index of its last hit */
	uint16_t hits[FIELD_COUNT], tries[FIELD_COUNT];
};
/* Per thread: made once, used for one document after another. */
struct finder {
	hs_scratch_t *scratch;
	struct counter *counters; /* one a phrase */
	uint32_t epoch;
	/* of the present document */
	const struct lexicon *lexicon;
	struct arena *arena;
	struct norm norm;
	struct cut cut; /* of the field looked at */
	struct starts starts;
	struct hit *hits;
	size_t n_hits, cap_hits;
	bool oom;
	bool capped; /* TRIES_A_FIELD were made somewhere: there may be more */
	/* of the present field: phrases whose squeezed letters stand at a start, but that are not there as they are */
	struct {
		uint32_t phrase, start;
	} suspects[SUSPECTS];
	size_t n_suspects;
	bool more_suspects; /* than fit */
};

int finder_init(struct finder *f, const struct lexicon *x, const struct hsdb *h, struct err *err);
void finder_free(struct finder *f);
/* Fills norm and hits (memory of the arena), sorted by field, place, phrase. False when out of memory. */
bool find_phrases(struct finder *f, const struct lexicon *x, const struct hsdb *h, struct arena *a, const struct doc *d);
bool find_phrases_naive(struct finder *f, const struct lexicon *x, struct arena *a, const struct doc *d);
/* The source text of a hit. */
struct str hit_source(const struct finder *f, const struct hit *h);

#endif
