/* command.h - a subcommand: its name, its help, its options, its function. The table is in main.c.
 *
 * run gets parsed options and returns 0 (or 1: findings of --fail-on), or a negative enum err_kind with *err filled;
 * main prints the error and turns the kind into the exit code (base/err.h).
 */
#ifndef TRAPLINE_CMD_COMMAND_H
#define TRAPLINE_CMD_COMMAND_H

#include "base/err.h"
#include "cmd/options.h"

struct command {
	const char *name;
	const char *args;         /* "PATH...", "ID", "" */
	const char *summary;      /* one line */
	unsigned options;         /* enum option_set bits that it takes */
	int min_paths, max_paths; /* positional arguments; max -1: any number */
	int (*run)(const struct options *, struct err *);
	const char *more; /* paragraphs for `trapline help NAME` */
};

/* By name, or NULL. commands[] ends with a NULL name. */
extern const struct command commands[];
const struct command *command_find(const char *name);
/* Says that there is none of this name, and which may have been meant. ERR_USAGE. */
int command_unknown(const char *name, struct err *err);

int cmd_report(const struct options *, struct err *);
int cmd_ingest(const struct options *, struct err *);
int cmd_engines(const struct options *, struct err *);
int cmd_learn(const struct options *, struct err *);
int cmd_analyse(const struct options *, struct err *);
int cmd_signatures(const struct options *, struct err *);
int cmd_economics(const struct options *, struct err *);
int cmd_messages(const struct options *, struct err *);
int cmd_series(const struct options *, struct err *);
int cmd_brands(const struct options *, struct err *);
int cmd_campaigns(const struct options *, struct err *);
int cmd_feeds(const struct options *, struct err *);
int cmd_programmes(const struct options *, struct err *);
int cmd_graph(const struct options *, struct err *);
int cmd_decide(const struct options *, struct err *);
int cmd_events(const struct options *, struct err *);
int cmd_explain(const struct options *, struct err *);
int cmd_pages(const struct options *, struct err *);
int cmd_crawl(const struct options *, struct err *);
int cmd_dns(const struct options *, struct err *);
int cmd_observe(const struct options *, struct err *);
int cmd_changes(const struct options *, struct err *);
int cmd_help(const struct options *, struct err *);
int cmd_version(const struct options *, struct err *);

/* The synopsis and the options of one command, to stdout. */
void help_print(const struct command *c);

#endif
