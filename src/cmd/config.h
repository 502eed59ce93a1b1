/* config.h - the configuration file (YAML, read with libcyaml): settings, and the feeds with their hosts and paths.
 *
 *   store: trapline.db            # all of these may be left out; options on the command line win
 *   jobs: 4
 *   psl: FILE
 *   geoip: FILE
 *   model: FILE                 # learned engines
 *   default_packs: yes
 *   packs: [FILE, ...]
 *   feeds:
 *     - name: trap-a
 *       kind: trap                # trap, lab, customer, list
 *       trust: [mx.trap-a.test]   # the feed's own receiving hosts
 *       paths: [feeds/trap-a.mbox]
 *       smtp: [smtp/trap-a.jsonl]  # SMTP dialogues of this mail (feature/transcript.h)
 *
 * Relative paths are relative to the file's folder. Errors say file and line.
 */
#ifndef TRAPLINE_CMD_CONFIG_H
#define TRAPLINE_CMD_CONFIG_H

#include "base/err.h"
#include "ingest/feed_set.h"

struct config {
	char *store, *psl, *geoip, *model;
	int jobs; /* 0: not set */
	bool no_default_packs;
	char **packs;
	unsigned packs_count;
	struct feed_config *feeds;
	unsigned feeds_count;
};

/* path NULL: an empty configuration. */
int config_load(struct config **out, const char *path, struct err *err);
void config_free(struct config *c); /* NULL-safe */

#endif
