/* options.c - see options.h. */
#include "cmd/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "cmd/command.h"

enum option_type { TYPE_FLAG, TYPE_TEXT, TYPE_LIST, TYPE_COUNT, TYPE_TIME, TYPE_FORMAT, TYPE_MORE, TYPE_LESS };

struct option_spec {
	const char *name; /* long */
	char letter;      /* 0: none */
	const char *arg;  /* name of the argument in help; NULL: takes none */
	unsigned sets;
	enum option_type type;
	size_t offset; /* in struct options */
	const char *help;
};
#define AT(member) offsetof(struct options, member)

static const struct option_spec specs[] = {
	{"config", 'c', "FILE", OPTS_COMMON, TYPE_TEXT, AT(config), "read settings and feeds from FILE (YAML)"},
	{"store", 0, "FILE", OPTS_STORE, TYPE_TEXT, AT(store), "the store (default: ./trapline.db)"},
	{"output", 'o', "FILE", OPTS_OUTPUT | OPTS_REPORT, TYPE_TEXT, AT(out), "write to FILE"},
	{"format", 0, "F", OPTS_OUTPUT, TYPE_FORMAT, AT(format), "table, json, jsonl or csv (default: table)"},
	{"reveal", 0, NULL, OPTS_OUTPUT | OPTS_REPORT, TYPE_FLAG, AT(reveal), "show trap addresses unmasked"},
	{"feed", 0, "NAME", OPTS_INGEST, TYPE_LIST, AT(feed),
		"the feed that the paths belong to (default: guessed from the names)"},
	{"kind", 0, "KIND", OPTS_INGEST, TYPE_TEXT, AT(kind), "kind of feed: trap, lab, customer or list (default: trap)"},
	{"trust", 0, "HOST", OPTS_INGEST | OPTS_LEARN, TYPE_LIST, AT(trust),
		"a receiving host of the feed's own; repeatable (default: guessed)"},
	{"smtp", 0, "FILE", OPTS_INGEST | OPTS_LEARN, TYPE_LIST, AT(smtp), "SMTP dialogues of the mail, as JSON lines; repeatable"},
	{"jobs", 'j', "N", OPTS_INGEST, TYPE_COUNT, AT(jobs), "workers (default: one per core)"},
	{"pack", 0, "FILE", OPTS_INGEST | OPTS_ANALYSE, TYPE_LIST, AT(pack), "add a knowledge pack; repeatable"},
	{"no-default-packs", 0, NULL, OPTS_INGEST | OPTS_ANALYSE, TYPE_FLAG, AT(no_default_packs), "leave the shipped packs out"},
	{"reread", 0, NULL, OPTS_INGEST, TYPE_FLAG, AT(reread), "read also files that have not changed since they were read"},
	{"no-analyse", 0, NULL, OPTS_INGEST, TYPE_FLAG, AT(no_analyse), "leave the analysis for later (`trapline analyse`)"},
	{"model", 0, "FILE", OPTS_INGEST | OPTS_ANALYSE | OPTS_LEARN, TYPE_TEXT, AT(model),
		"learned engines (default: STORE.model)"},
	{"psl", 0, "FILE", OPTS_INGEST | OPTS_PSL, TYPE_TEXT, AT(psl), "public suffix list (default: the system's)"},
	{"geoip", 0, "FILE", OPTS_INGEST, TYPE_TEXT, AT(geoip), "MaxMind country database of your own"},
	{"feed", 0, "NAME", OPTS_FILTER | OPTS_EVENTS, TYPE_LIST, AT(feed), "only this feed; repeatable"},
	{"since", 0, "TIME", OPTS_FILTER | OPTS_RANGE | OPTS_EVENTS, TYPE_TIME, AT(since),
		"from TIME on (YYYY-MM-DD[THH:MM[:SS]], UTC)"},
	{"until", 0, "TIME", OPTS_FILTER | OPTS_RANGE | OPTS_EVENTS, TYPE_TIME, AT(until), "before TIME"},
	{"brand", 0, "NAME", OPTS_FILTER | OPTS_RANGE | OPTS_EVENTS, TYPE_TEXT, AT(brand), "only this brand"},
	{"programme", 0, "NAME", OPTS_FILTER | OPTS_RANGE | OPTS_EVENTS, TYPE_TEXT, AT(programme), "only this affiliate programme"},
	{"engine", 0, "NAME", OPTS_FILTER | OPTS_RANGE | OPTS_EVENTS, TYPE_TEXT, AT(engine), "only this sending engine"},
	{"client", 0, "NAME", OPTS_FILTER | OPTS_RANGE, TYPE_TEXT, AT(client), "only this mail client or list software"},
	{"campaign", 0, "ID", OPTS_FILTER | OPTS_RANGE, TYPE_TEXT, AT(campaign), "only this campaign"},
	{"category", 0, "NAME", OPTS_FILTER | OPTS_RANGE | OPTS_EVENTS, TYPE_TEXT, AT(category), "only this category"},
	{"domain", 0, "NAME", OPTS_FILTER | OPTS_RANGE, TYPE_TEXT, AT(domain),
		"only messages that link to this registrable domain"},
	{"from-domain", 0, "NAME", OPTS_FILTER | OPTS_RANGE, TYPE_TEXT, AT(from_domain),
		"only messages From this registrable domain"},
	{"country", 0, "CC", OPTS_FILTER | OPTS_RANGE, TYPE_TEXT, AT(country), "only peers of this country"},
	{"subject", 0, "TEXT", OPTS_FILTER | OPTS_RANGE, TYPE_TEXT, AT(subject), "only subjects that contain TEXT"},
	{"by", 0, "WHAT", OPTS_SERIES, TYPE_TEXT, AT(by),
		"split by brand, programme, category, country, tld, domain, from_domain, charset, language, engine, client or campaign"},
	{"unit", 0, "UNIT", OPTS_SERIES, TYPE_TEXT, AT(unit), "day or hour (default: day)"},
	{"index", 0, NULL, OPTS_SERIES, TYPE_FLAG, AT(index), "all mail as an index over the feeds, 100 = the first full week"},
	{"top", 0, "N", OPTS_SERIES, TYPE_COUNT, AT(top), "the N largest, the rest as one (default: 10)"},
	{"columns", 0, "LIST", OPTS_COLUMNS, TYPE_TEXT, AT(columns),
		"table and csv: these features, comma-separated (see docs/FEATURES.md)"},
	{"output", 'o', "FILE", OPTS_SIGNATURES, TYPE_TEXT, AT(out), "write to FILE"},
	{"for", 0, "PROGRAM", OPTS_SIGNATURES, TYPE_TEXT, AT(for_program), "jsonl, rspamd, spamassassin or sieve (default: jsonl)"},
	{"ham", 0, "PATH", OPTS_SIGNATURES, TYPE_LIST, AT(ham), "mail that must not be hit; repeatable"},
	{"check", 0, "PATH", OPTS_SIGNATURES, TYPE_LIST, AT(check), "mail to count hits in; repeatable"},
	{"ham", 0, NULL, OPTS_LEARN, TYPE_FLAG, AT(learn_ham),
		"the paths hold real mail: learn its clients, to keep engines apart from"},
	{"volume", 0, "N", OPTS_ECONOMICS, TYPE_TEXT, AT(volume),
		"mails of all spam sent a day: N, or LOW-HIGH (default: not known)"},
	{"orders", 0, "FILE", OPTS_ECONOMICS, TYPE_TEXT, AT(orders), "order numbers of test purchases: lines of TIME,NUMBER"},
	{"inputs", 0, "FILE", OPTS_ECONOMICS, TYPE_TEXT, AT(inputs), "inputs of your own (YAML; default: the shipped ones)"},
	{"output", 'o', "FILE", OPTS_CRAWL, TYPE_TEXT, AT(out), "the WARC file that is added to (default: trapline-crawl.warc.gz)"},
	{"delay", 0, "SECONDS", OPTS_CRAWL, TYPE_COUNT, AT(delay), "between two requests to one host (default: 2)"},
	{"timeout", 0, "SECONDS", OPTS_CRAWL, TYPE_COUNT, AT(timeout), "for one fetch (default: 30)"},
	{"per-domain", 0, "N", OPTS_CRAWL, TYPE_COUNT, AT(per_domain), "at most N URLs of one domain (default: 3)"},
	{"proxy", 0, "URL", OPTS_CRAWL, TYPE_TEXT, AT(proxy), "go through this proxy (http, https, socks4a, socks5h)"},
	{"user-agent", 0, "TEXT", OPTS_CRAWL, TYPE_TEXT, AT(user_agent), "what to say one is (default: trapline/VERSION)"},
	{"resolve", 0, "H:P:ADDR", OPTS_CRAWL, TYPE_LIST, AT(resolve), "take ADDR for host H, port P; repeatable"},
	{"allow-address", 0, "ADDR", OPTS_CRAWL, TYPE_LIST, AT(allow_address), "allow this address, whatever it is; repeatable"},
	{"allow-private", 0, NULL, OPTS_CRAWL, TYPE_FLAG, AT(allow_private), "allow all private, loopback and reserved addresses"},
	{"dry-run", 0, NULL, OPTS_CRAWL, TYPE_FLAG, AT(dry_run), "only print the URLs that would be fetched"},
	{"published", 0, NULL, OPTS_OBSERVE, TYPE_FLAG, AT(published), "read the shares that come with trapline, of 2008 to 2011"},
	{"undo", 0, NULL, OPTS_OBSERVE, TYPE_FLAG, AT(undo), "take the facts of FILE back"},
	{"undo", 0, NULL, OPTS_DECIDE, TYPE_FLAG, AT(undo), "take the last such decision back; it stays to be read"},
	{"note", 0, "TEXT", OPTS_DECIDE, TYPE_TEXT, AT(note), "why"},
	{"as-of", 0, "TIME", OPTS_GRAPH, TYPE_TIME, AT(as_of), "only what held at TIME"},
	{"draw", 0, "FORM", OPTS_GRAPH, TYPE_TEXT, AT(draw), "dot or graphml, for programs that draw"},
	{"only", 0, "KINDS", OPTS_EVENTS, TYPE_TEXT, AT(only), "only findings of these kinds, comma-separated"},
	{"fail-on", 0, "KINDS", OPTS_EVENTS, TYPE_TEXT, AT(fail_on), "exit with 1 when there is a finding of one of these kinds"},
	{"limit", 0, "N", OPTS_LIMIT, TYPE_COUNT, AT(limit), "at most N rows (table: 50 unless said; else all)"},
	{"quiet", 'q', NULL, OPTS_COMMON, TYPE_LESS, AT(verbose), "no progress, no summary"},
	{"verbose", 'v', NULL, OPTS_COMMON, TYPE_MORE, AT(verbose), "say more"},
};
enum { N_SPECS = sizeof specs / sizeof *specs, LONG_BASE = 256, HELP = LONG_BASE + N_SPECS };

static int set_format(struct options *o, const char *value, struct err *err)
{
	if (!table_format_parse(str_of(value), &o->format))
		return err_set(err, ERR_USAGE, "--format %s: use table, json, jsonl or csv", value);
	o->format_given = true;
	return 0;
}

static int set_count(const struct option_spec *s, void *at, const char *value, struct err *err)
{
	uint64_t v;
	if (!str_u64(str_of(value), &v) || v > INT32_MAX)
		return err_set(err, ERR_USAGE, "--%s %s: not a number", s->name, value);
	if (s->offset == AT(jobs)) {
		if (v < 1 || v > LIM_WORKERS)
			return err_set(err, ERR_USAGE, "--jobs %s: use 1 to %d", value, LIM_WORKERS);
		*(int *)at = (int)v;
	} else {
		*(int64_t *)at = (int64_t)v;
	}
	return 0;
}

static int set_list(const struct option_spec *s, struct opt_list *list, const char *value, struct err *err)
{
	if (list->n == OPT_LIST_MAX)
		return err_set(err, ERR_USAGE, "--%s is given more than %d times", s->name, OPT_LIST_MAX);
	list->v[list->n++] = value;
	return 0;
}

static int apply(struct options *o, const struct option_spec *s, const char *value, struct err *err)
{
	void *at = (char *)o + s->offset;
	switch (s->type) {
	case TYPE_FLAG:
		*(bool *)at = true;
		return 0;
	case TYPE_TEXT:
		*(const char **)at = value;
		return 0;
	case TYPE_LIST:
		return set_list(s, at, value, err);
	case TYPE_COUNT:
		return set_count(s, at, value, err);
	case TYPE_TIME:
		if (!time_parse_iso(str_of(value), at))
			return err_set(err, ERR_USAGE, "--%s %s: write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ", s->name, value);
		return 0;
	case TYPE_FORMAT:
		return set_format(o, value, err);
	case TYPE_MORE:
		o->verbose++;
		return 0;
	case TYPE_LESS:
		o->verbose = -1;
		return 0;
	}
	return 0;
}

/* getopt's tables for the groups that the command takes. */
static void getopt_tables(unsigned sets, struct option *longs, char *shorts)
{
	size_t n = 0, m = 0;
	shorts[m++] = ':';
	for (int i = 0; i < N_SPECS; i++) {
		if (!(specs[i].sets & sets))
			continue;
		longs[n++] = (struct option){specs[i].name, specs[i].arg ? required_argument : no_argument, NULL, LONG_BASE + i};
		if (specs[i].letter) {
			shorts[m++] = specs[i].letter;
			if (specs[i].arg)
				shorts[m++] = ':';
		}
	}
	longs[n++] = (struct option){"help", no_argument, NULL, HELP};
	longs[n] = (struct option){0};
	shorts[m++] = 'h';
	shorts[m] = 0;
}

static const struct option_spec *spec_of(int code, unsigned sets)
{
	if (code >= LONG_BASE)
		return &specs[code - LONG_BASE];
	for (int i = 0; i < N_SPECS; i++)
		if (specs[i].letter == code && (specs[i].sets & sets))
			return &specs[i];
	return NULL;
}

/* getopt tells the letter of a short option; it may stand within a word of several that is not done with yet. */
static int unknown_option(char **argv, const struct command *c, struct err *err)
{
	if (optopt > 0 && optopt < LONG_BASE)
		return err_set(err, ERR_USAGE, "unknown option -%c; see: trapline help %s", optopt, c->name);
	return err_set(err, ERR_USAGE, "unknown option %s; see: trapline help %s", argv[optind - 1], c->name);
}

/* getopt takes the beginning of a long name for the name: --from 2010-09-20 would be a domain, and what a script says would change its
 * meaning with the next option that begins alike. */
static int whole_name(char **argv, const char *name, struct err *err)
{
	const char *word = argv[optind - 1 - (optarg && optarg == argv[optind - 1])] + 2;
	if (strcspn(word, "=") == strlen(name))
		return 0;
	return err_set(err, ERR_USAGE, "--%.*s is not an option; --%s begins alike", (int)strcspn(word, "="), word, name);
}

int options_parse(struct options *o, const struct command *c, int argc, char **argv, struct err *err)
{
	struct option longs[N_SPECS + 2];
	char shorts[2 * N_SPECS + 3];
	*o = (struct options){.command = c,
		.since = TIME_NONE,
		.until = TIME_NONE,
		.as_of = TIME_NONE,
		.limit = -1,
		.top = -1,
		.delay = -1,
		.timeout = -1,
		.per_domain = -1};
	getopt_tables(c->options, longs, shorts);
	opterr = 0;
	optind = 1;
	int at = -1;
	for (int code; (code = getopt_long(argc, argv, shorts, longs, &at)) != -1; at = -1) {
		if (code == '?')
			return unknown_option(argv, c, err);
		if (code == ':')
			return err_set(err, ERR_USAGE, "%s needs a value; see: trapline help %s", argv[optind - 1], c->name);
		if (at >= 0 && whole_name(argv, longs[at].name, err))
			return err->kind;
		if (code == 'h' || code == HELP) {
			o->help = true;
			return 0;
		}
		if (apply(o, spec_of(code, c->options), optarg, err))
			return err->kind;
	}
	if (o->since != TIME_NONE && o->until != TIME_NONE && o->since >= o->until)
		return err_set(err, ERR_USAGE, "--since is not before --until: no message can pass");
	if (o->out && !*o->out)
		return err_set(err, ERR_USAGE, "--output: the name is empty");
	o->paths = (const char *const *)(argv + optind);
	o->n_paths = (size_t)(argc - optind);
	if ((int)o->n_paths < c->min_paths)
		return err_set(err, ERR_USAGE, "nothing to work on; use: trapline %s %s", c->name, c->args);
	if (c->max_paths >= 0 && (int)o->n_paths > c->max_paths)
		return err_set(
			err, ERR_USAGE, "too many arguments at %s; use: trapline %s %s", o->paths[c->max_paths], c->name, c->args);
	return 0;
}

void options_help(unsigned sets)
{
	for (int i = 0; i < N_SPECS; i++) {
		const struct option_spec *s = &specs[i];
		char left[64];
		if (!(s->sets & sets))
			continue;
		if (s->letter)
			snprintf(left, sizeof left, "-%c, --%s%s%s", s->letter, s->name, s->arg ? " " : "", s->arg ? s->arg : "");
		else
			snprintf(left, sizeof left, "    --%s%s%s", s->name, s->arg ? " " : "", s->arg ? s->arg : "");
		printf("  %-26s %s\n", left, s->help);
	}
}
