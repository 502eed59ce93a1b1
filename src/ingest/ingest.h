/* ingest.h - the run of an ingest: mail of some paths is read, measured, named and stored, and the store's log says what was read.
 *
 * It knows no options and says nothing but its progress: what it came to is for the caller to tell.
 */
#ifndef TRAPLINE_INGEST_INGEST_H
#define TRAPLINE_INGEST_INGEST_H

#include "ingest/ledger.h"
#include "jail/image.h"
#include "match/pack.h"

/* All of it outlives the run. */
struct ingest_settings {
	const char *const *paths; /* none: those of the feeds */
	size_t n_paths;
	struct feed_settings feeds;
	const char *psl, *geoip; /* files; NULL: the suffix list as built, no countries */
	const struct pack *pack;
	int jobs;
	bool show_progress;
	const char *own[4]; /* files of ours that folders of mail may hold: the store, the model ...; NULL: no more */
	bool reread;        /* also files that are as an earlier run has read them */
};

/* What a run came to; valid until ingest_close. */
struct ingest_result {
	uint64_t messages, fresh, doubtful; /* fresh: new in the store; doubtful: with a doubtful beginning or end */
	uint64_t passed, files_passed;      /* messages of files that were not read again (files.h), and these files */
	uint64_t unread;                    /* sources and members that could not be read, or not to their end */
	size_t smtp_skipped;                /* lines of dialogue files that were none */
	const struct source_problem *problems;
	size_t n_problems;
	const struct ledger_line *lines;
	size_t n_lines;
	struct images_count images;
};

struct ingest;
/* Opens all but the store: a path that is not there is an error before a store is made. */
int ingest_open(struct ingest **out, const struct ingest_settings *set, struct err *err);
/* Reads all into the store, which is open for writing. On an error what was committed stays. */
int ingest_run(struct ingest *g, struct store *s, struct ingest_result *out, struct err *err);
/* After the run: ERR_INPUT and a text that says why when nothing at all was mail. */
int ingest_verdict(const struct ingest *g, struct err *err);
void ingest_close(struct ingest *g); /* NULL-safe */

#endif
