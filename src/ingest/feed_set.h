/* feed_set.h - which feed a message belongs to, and what is known about that feed.
 *
 * In this order: the one feed that was named for all paths (--feed); a feed of the config file whose path holds the message's file, or whose
 * name is the guessed one; the source's guess, with its dates where the store or the config has a feed of that name, else without. A feed's
 * trust hosts come from the call (--trust) or the config; without them the trust boundary is guessed from message to message, and the feed says so. What the store was told about a feed before holds until
 * something else is said: who forgets --trust or --kind the next time changes nothing. SMTP dialogues (--smtp, smtp:) are not
 * remembered: they are looked for where mail is read.
 */
#ifndef TRAPLINE_INGEST_FEED_SET_H
#define TRAPLINE_INGEST_FEED_SET_H

#include "base/arena.h"
#include "base/err.h"
#include "feature/transcript.h"
#include "mail/trace.h"
#include "source/source.h"
#include "store/store.h"

/* A feed of the config file, as libcyaml fills it. */
struct feed_config {
	char *name;
	char *kind; /* NULL: trap */
	char **trust;
	unsigned trust_count;
	char **paths;
	unsigned paths_count;
	char **smtp;
	unsigned smtp_count;
};

/* What is said of feeds where a run is set up: of all its paths, and of feeds by themselves. All of it outlives the set. */
struct feed_settings {
	const char *name, *kind; /* NULL: not said */
	const char *const *trust, *const *smtp;
	size_t n_trust, n_smtp;
	const struct feed_config *feeds;
	size_t n_feeds;
};

struct feed {
	struct str name;
	struct str kind; /* trap, lab, customer, list */
	bool name_guessed;
	bool kind_given;                     /* by --kind or the config, now or before */
	struct trust trust;                  /* no hosts: guessed */
	int64_t boundary;                    /* a number for the trust hosts and the dialogues; 0: none */
	const struct transcript_index *smtp; /* NULL: no dialogues */
};

struct feed_set;
/* ERR_USAGE for an empty name of a host. */
int feed_set_new(struct feed_set **out, const struct feed_settings *set, struct err *err);
void feed_set_free(struct feed_set *s); /* NULL-safe */
/* What is known of feeds already: for those that nothing else is said about. Before the first feed_set_of. */
int feed_set_known(struct feed_set *s, const struct store_feed *known, size_t n, struct err *err);
/* The feed of a message, made when it is new. Valid until feed_set_free. NULL: out of memory. Reader's thread only. */
const struct feed *feed_set_of(struct feed_set *s, const struct raw_mail *mail, struct err *err);
/* The feed that the call or the config file names for a file's mail, whatever is in it; NULL: the source's guess decides. Reader's thread only. */
const struct feed *feed_set_said(const struct feed_set *s, struct str path);
/* The feed of a guess that a source made before. As feed_set_of. */
const struct feed *feed_set_guessed(struct feed_set *s, struct str guess, struct err *err);
/* Lines of dialogue files that were none. */
size_t feed_set_smtp_skipped(const struct feed_set *s);
bool feed_kind_valid(struct str kind);

#endif
