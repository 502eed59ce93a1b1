/* session.h - what a command works with, opened from options and config: settings first, the rest when asked for. */
#ifndef TRAPLINE_CMD_SESSION_H
#define TRAPLINE_CMD_SESSION_H

#include "base/buf.h"
#include "cmd/config.h"
#include "cmd/options.h"
#include "ingest/reading.h"
#include "match/pack.h"
#include "store/store.h"

struct session {
	const struct options *o;
	struct config *config;
	const char *store_path;
	struct store *store; /* once opened */
	struct pack *pack;   /* once opened: session_pack */
	int jobs;
	uint64_t unread; /* sources and members that session_ingest could not read, or not to their end */
	/* What --campaign and --engine mean (p NULL: not given), after former_options as the store calls it now. */
	struct str campaign, engine;
	struct str message; /* what is left of --campaign: this message; empty: no matter */
	struct buf former;  /* what was asked for by a name of former times: JSON objects (cmd/former.h) */
	struct arena arena; /* of these */
	bool resolved;
	const char *page; /* the file that this command will write; NULL: none */
};

int session_open(struct session *s, const struct options *o, struct err *err);
/* For reading: one state of the store (store_read_begin) over all passes of the command. */
int session_open_store(struct session *s, enum store_mode mode, struct err *err);
void session_close(struct session *s);

/* The filter of the command line, once the store is open. with_feed: --feed is a filter (not the name to give). feeds: room for OPT_LIST_MAX. */
struct store_filter session_filter(const struct session *s, bool with_feed, struct str *feeds);

/* Opens a store that has to be there. */
int session_open_existing(struct session *s, enum store_mode mode, struct err *err);
/* Opens the store for reading. with_feed: --feed is a filter, and a name that no feed has is an error; says on stderr when messages wait for
 * an analysis, and what --campaign and --engine lead to when they are names no more, unless quiet. */
int session_open_reading(struct session *s, bool with_feed, struct err *err);
/* A command that lists: opens everything for reading, with --feed as filter, and closes it behind. */
int session_list(const struct options *o, int (*list)(struct session *, struct err *), struct err *err);
/* Opens the packs of options and config, once: s->pack. */
int session_pack(struct session *s, struct err *err);
/* What options and config say of the feeds of mail that is to be stored; --feed is the name to give. */
int session_feeds(const struct session *s, struct feed_settings *out, struct err *err);
/* Of mail that is read for its content alone. */
struct reading_settings session_reading(const struct session *s);

/* The model's file: of --model, the config, else the store's name with .model behind it. NULL: out of memory. */
const char *session_model(const struct session *s, struct arena *a, struct err *err);
/* Analyses the store, which is open for writing. 1 = done, 0 = nothing had changed (never with force). In analyse.c. */
int session_analyse(struct session *s, bool force, struct err *err);
/* Reads the paths (or, without paths, those of the config's feeds) into the store, which is open for writing; says on stderr
 * what was read and what was wrong, unless quiet. In ingest.c. */
int session_ingest(struct session *s, struct err *err);
/* At the end of the command: ERR_INPUT when something could not be read whole, so that a script notices. All else is done. */
int session_verdict(const struct session *s, struct err *err);

#endif
