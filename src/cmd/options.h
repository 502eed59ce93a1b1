/* options.h - the command line, parsed. One table in options.c holds every option: parser and help both read it. */
#ifndef TRAPLINE_CMD_OPTIONS_H
#define TRAPLINE_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "export/table.h"

/* Groups of options that a command takes. */
enum option_set {
	OPTS_COMMON = 1 << 0,      /* -c -q -v */
	OPTS_STORE = 1 << 1,       /* --store */
	OPTS_OUTPUT = 1 << 2,      /* -o --format --reveal */
	OPTS_INGEST = 1 << 3,      /* --feed (name) --kind --trust -j packs psl geoip */
	OPTS_FILTER = 1 << 4,      /* --feed (filter) --since --until --brand ... */
	OPTS_SERIES = 1 << 5,      /* --by --unit --top */
	OPTS_LIMIT = 1 << 6,       /* --limit */
	OPTS_REPORT = 1 << 7,      /* -o --reveal, without --format */
	OPTS_COLUMNS = 1 << 8,     /* --columns */
	OPTS_ANALYSE = 1 << 10,    /* packs and models, without reading mail */
	OPTS_PSL = 1 << 11,        /* the suffix list, without reading mail */
	OPTS_SIGNATURES = 1 << 12, /* --ham --check --for */
	OPTS_LEARN = 1 << 13,      /* --trust --model --smtp --ham */
	OPTS_ECONOMICS = 1 << 14,  /* --volume --orders --inputs */
	OPTS_CRAWL = 1 << 15,      /* -o --delay --proxy --allow-private ... */
	OPTS_DECIDE = 1 << 16,     /* --undo --note */
	OPTS_GRAPH = 1 << 17,      /* --as-of --draw */
	OPTS_EVENTS = 1 << 18,     /* --only --fail-on --feed (filter) --since --until --engine --programme --brand */
	OPTS_OBSERVE = 1 << 19,    /* --undo FILE, --published */
	OPTS_RANGE = 1 << 9,       /* OPTS_FILTER without --feed, which OPTS_INGEST has already */
};

enum { OPT_LIST_MAX = 64 };
struct opt_list {
	const char *v[OPT_LIST_MAX];
	size_t n;
};

struct options {
	const struct command *command;
	const char *const *paths; /* positional arguments */
	size_t n_paths;
	const char *command_line; /* as typed, for the report's footer */
	const char *config, *out, *store, *kind, *psl, *geoip, *model;
	const char *by, *unit, *columns, *for_program, *volume, *only, *fail_on, *orders, *inputs;
	struct opt_list feed, trust, smtp, pack, ham, check;
	const char *brand, *programme, *category, *domain, *country, *from_domain, *subject, *engine, *client, *campaign;
	const char *note, *draw;
	int64_t since, until, as_of;        /* TIME_NONE when not given */
	int64_t limit, top;                 /* -1 when not given */
	int64_t delay, timeout, per_domain; /* -1 when not given */
	const char *proxy, *user_agent;
	struct opt_list resolve, allow_address;
	bool allow_private, dry_run;
	enum table_format format;
	bool format_given;
	int jobs;    /* 0: one per core */
	int verbose; /* -1 quiet, 0, 1.. */
	bool index, reveal, no_default_packs, no_analyse, reread, learn_ham, undo, published;
	bool help; /* asked for: nothing else is set */
};

/* Fills *o from argv[0..argc), argv[0] being the command's name. Strings point into argv. */
int options_parse(struct options *o, const struct command *c, int argc, char **argv, struct err *err);
/* The options of a set of groups, one line each, for help. */
void options_help(unsigned sets);

#endif
