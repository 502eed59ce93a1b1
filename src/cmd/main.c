/* main.c - trapline: the table of commands, and exit codes.
 *
 * Exit codes: 0 ok, 1 findings of --fail-on, 2 usage, 3 input, 4 environment.
 */
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "cmd/command.h"
#include "cmd/interrupt.h"
#include "export/escape.h"
#include "jail/jail.h"

enum { READS = OPTS_COMMON | OPTS_STORE | OPTS_OUTPUT | OPTS_FILTER };

const struct command commands[] = {
	{"report", "[PATH...]", "read what is new, analyse, print a summary and write one self-contained HTML file",
		OPTS_COMMON | OPTS_STORE | OPTS_INGEST | OPTS_RANGE | OPTS_REPORT, 0, -1, cmd_report,
		"PATH is an mbox, a Maildir, a message, a folder or an archive of these (tar, zip, 7z, gz, xz, bz2, zst), or - for stdin.\n"
		"Without PATH the store as it is is reported. The report covers the whole store; filters narrow it. It goes to\n"
		"trapline-report.html unless -o says otherwise. With PATH, --feed names the feed of these paths; without, it is a filter."},
	{"ingest", "[PATH...]", "read what is new into the store", OPTS_COMMON | OPTS_STORE | OPTS_INGEST, 0, -1, cmd_ingest,
		"PATH as for report; without PATH the paths of the config file's feeds are read. Reading the same mail again, also from a\n"
		"moved or repacked archive, stores nothing twice as long as the feed has the same name."},
	{"learn", "NAME PATH...", "learn an engine from labelled captures, or real clients from ham",
		OPTS_COMMON | OPTS_STORE | OPTS_LEARN | OPTS_PSL, 1, -1, cmd_learn,
		"PATH as for report: mail that this engine sent, from a lab or a sink, best of several campaigns. NAME's entry in the model\n"
		"is replaced. With --ham all arguments are paths of real mail. The next report or analyse uses what was learned."},
	{"analyse", "", "campaigns, engines, programmes and findings from what is stored", OPTS_COMMON | OPTS_STORE | OPTS_ANALYSE,
		0, 0, cmd_analyse,
		"ingest and report do this at their end, when something changed. It is needed by itself after ingest --no-analyse."},
	{"messages", "", "list stored messages", READS | OPTS_COLUMNS | OPTS_LIMIT, 0, 0, cmd_messages,
		"jsonl gives one object a message, with everything that is known."},
	{"series", "", "messages a day or an hour, per feed", READS | OPTS_SERIES | OPTS_LIMIT, 0, 0, cmd_series,
		"Buckets are UTC. A feed has no rows before its first and after its last message: a zero there would be no observation."},
	{"events", "", "what changed, when and why: the findings of the last analysis, by date",
		OPTS_COMMON | OPTS_STORE | OPTS_OUTPUT | OPTS_EVENTS | OPTS_LIMIT, 0, 0, cmd_events,
		"Kinds: volume_change, switch, closure, alias, outage, feed_start, feed_end, feed_change, residual, new_engine,\n"
		"new_programme, displacement, drift. lo..hi is a 95 % interval; before and after are messages a day over all feeds. json has the evidence."},
	{"brands", "", "brands that the messages advertise or impersonate", READS | OPTS_LIMIT, 0, 0, cmd_brands,
		"share is of all messages; share_min and share_max are the lowest and the highest share within one feed."},
	{"campaigns", "", "messages made from one template: their days, feeds, brands, engines and domains", READS | OPTS_LIMIT, 0,
		0, cmd_campaigns,
		"A campaign is two messages or more. Its id comes from the smallest id among them: it can change when more are read;\n"
		"an old one still finds its campaign: trapline explain ID."},
	{"signatures", "", "campaign templates as signatures for mail filters, each measured on ham",
		OPTS_COMMON | OPTS_STORE | OPTS_FILTER | OPTS_SIGNATURES | OPTS_PSL, 0, 0, cmd_signatures,
		"A signature is a set of fragments that all of a campaign's messages have. What occurs in the mail of --ham is never used."},
	{"economics", "PROGRAMME", "what a programme's mail may earn: an interval, its inputs and their sources",
		READS | OPTS_ECONOMICS, 1, 1, cmd_economics,
		"Per million mails sent; a day only with --volume: traps see an unknown part of all mail. Visits, sales and baskets are of 2008 to 2010."},
	{"programmes", "", "affiliate programmes: messages, domains, brands, engines, and the pages that they are known by",
		OPTS_COMMON | OPTS_STORE | OPTS_OUTPUT | OPTS_LIMIT, 0, 0, cmd_programmes,
		"message_share is of the messages that have a programme, domain_share of the linked domains that have one: two different numbers.\n"
		"own, page, domain, campaign: messages by what names the programme. seeds: example domains whose page stands up; refused: those\n"
		"that do not, with the reason. A programme that no pack knows is named after its brand."},
	{"graph", "", "engine, programme, brand and domain: who sends for whom, and when", READS | OPTS_LIMIT | OPTS_GRAPH, 0, 0,
		cmd_graph,
		"A row is an edge; it holds from its first to its last message. --draw writes DOT or GraphML, the 500 strongest edges unless\n"
		"--limit says otherwise."},
	{"decide", "[same|different A B]", "say whether two names are one organisation, or list what is found about such pairs",
		OPTS_COMMON | OPTS_STORE | OPTS_OUTPUT | OPTS_DECIDE, 0, 3, cmd_decide,
		"A decision wins over the evidence. The last one that is not undone holds, the others are kept as dissent."},
	{"engines", "", "software that sends the spam: learned engines, and discovered ones", READS | OPTS_LIMIT, 0, 0, cmd_engines,
		"share is of all messages that pass the filter. A discovered engine is named after its fingerprint; json tells what marks it,\n"
		"and its versions. Real mail clients are no engines: see the client column of messages."},
	{"explain", "ID", "everything known about one message, campaign, engine or finding, with the evidence for and against",
		OPTS_COMMON | OPTS_STORE | OPTS_OUTPUT, 1, 1, cmd_explain,
		"ID is the message's id (SHA-256), the beginning of it, or its Message-ID; a campaign's, also one from before it grew;\n"
		"an engine's name; or a finding's id, which trapline events shows."},
	{"feeds", "", "the feeds of the store, and what about them is guessed", OPTS_COMMON | OPTS_STORE | OPTS_OUTPUT, 0, 0,
		cmd_feeds, NULL},
	{"pages", "[WARC...]", "read landing pages and redirect chains, or list them",
		OPTS_COMMON | OPTS_STORE | OPTS_OUTPUT | OPTS_PSL | OPTS_LIMIT, 0, -1, cmd_pages,
		"WARC is a file of a crawl (WARC 1.0 or 1.1, plain or gzip; - for stdin). With it a summary is printed, without it the\n"
		"stored pages are listed. Nothing is fetched and no script is run. Reading the same file again changes nothing."},
	{"crawl", "[URL...]", "fetch the pages that stored messages link to, and what those lead to, into a WARC file",
		OPTS_COMMON | OPTS_STORE | OPTS_PSL | OPTS_FILTER | OPTS_LIMIT | OPTS_CRAWL, 0, -1, cmd_crawl,
		"Only this command ever contacts a third party. Without URL, the newest URLs of stored messages are taken that are not captured\n"
		"yet (at most 100 unless --limit says otherwise); URLs that carry a trap address, and those that unsubscribe, are left out.\n"
		"Private, loopback, link-local and reserved addresses are refused at every hop. What came is read as by trapline pages."},
	{"dns", "[FILE...]", "read facts about domains, or list them",
		OPTS_COMMON | OPTS_STORE | OPTS_OUTPUT | OPTS_PSL | OPTS_LIMIT, 0, -1, cmd_dns,
		"FILE holds one JSON object a line ({\"domain\",\"first_seen\",\"ns\",\"a\",\"registrar\",\"registered\"}, or passive DNS in the\n"
		"common output format), or CSV with a header line of the same names; - for stdin. Without it the stored facts are listed."},
	{"observe", "[FILE...]",
		"read facts from outside the mail, or list them: infected addresses, control servers, published claims",
		OPTS_COMMON | OPTS_STORE | OPTS_OUTPUT | OPTS_LIMIT | OPTS_OBSERVE, 0, -1, cmd_observe,
		"FILE holds one JSON object a line: {\"time\",\"end\",\"kind\",\"engine\",\"programme\",\"brand\",\"ip\",\"value\",\"source\"}, plain or\n"
		"gzip; - for stdin. kind is infection, control_up, control_down or claim. Without FILE the stored facts are listed. The same\n"
		"fact twice is one. What they say of the mail is in events, engines and report."},
	{"changes", "FILE.csv", "when a series of numbers changed, each change dated with a 95 % interval",
		OPTS_COMMON | OPTS_OUTPUT, 1, 1, cmd_changes,
		"FILE has a header, index,value or time,value, and one row a line, or is what trapline series writes as csv\n"
		"of one feed; - for stdin. An empty value is missing and still counts as a row.\n"
		"index is the row, from 0, where a new segment begins; lo..hi hold the change's date with 95 % confidence."},
	{"help", "[COMMAND]", "this list, or the options of a command", 0, 0, 1, cmd_help, NULL},
	{"version", "", "the version", 0, 0, 0, cmd_version, NULL},
	{0},
};

const struct command *command_find(const char *name)
{
	for (const struct command *c = commands; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

/* Letters to insert, leave out or change. Both are short. */
static size_t distance(const char *a, const char *b)
{
	enum { LONGEST = 24 };
	size_t n = strlen(b), row[LONGEST + 1];
	if (n > LONGEST)
		return n;
	for (size_t k = 0; k <= n; k++)
		row[k] = k;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t k = 1; k <= n; k++) {
			size_t change = diagonal + (a[i - 1] != b[k - 1]), other = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
			diagonal = row[k];
			row[k] = change < other ? change : other;
		}
	}
	return row[n];
}

/* What was most likely meant; NULL: no one can say. */
static const char *command_near(const char *name)
{
	const char *best = NULL;
	size_t least = 3;
	for (const struct command *c = commands; c->name; c++) {
		size_t d = distance(name, c->name);
		if (d < least)
			best = c->name;
		least = d < least ? d : least;
	}
	return least < strlen(name) ? best : NULL;
}

int command_unknown(const char *name, struct err *err)
{
	const char *near = command_near(name);
	if (near)
		return err_set(err, ERR_USAGE, "no command named \"%s\"; did you mean %s? see: trapline help", name, near);
	return err_set(err, ERR_USAGE, "no command named \"%s\"; see: trapline help", name);
}

/* The text may hold names of files and archive members. */
static void say(const struct err *err)
{
	struct buf safe;
	buf_init(&safe, 64 * KIB);
	esc_term(str_of(err->text), 0, 0, &safe);
	fputs("trapline: ", stderr);
	if (buf_ok(&safe))
		fprintf(stderr, "%.*s", STR_FMT(buf_str(&safe)));
	else
		for (const char *z = err->text; *z; z++) /* no memory left to escape it as it should be */
			fputc(*z >= ' ' && *z <= '~' ? *z : '?', stderr);
	fputc('\n', stderr);
	buf_free(&safe);
}

static int fail(const struct err *err)
{
	say(err);
	return err->kind == ERR_USAGE ? 2 : err->kind == ERR_INPUT ? 3 : 4;
}

/* The first argument; help and version may be asked for as options, too. */
static const char *command_name(int argc, char **argv)
{
	const char *first = argc < 2 ? "help" : argv[1];
	if (strcmp(first, "--version") == 0)
		return "version";
	return strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 ? "help" : first;
}

/* What was typed, as one line; cut when it is long. */
static const char *joined(int argc, char **argv)
{
	static char line[2048];
	size_t n = 0;
	for (int i = 0; i < argc && n < sizeof line; i++)
		n += (size_t)snprintf(line + n, sizeof line - n, "%s%s", i ? " " : "", i ? argv[i] : "trapline");
	return line;
}

/* A stream that the caller closed would be the next file that is opened. What cannot be read, or written, takes its place. */
static void hold_closed_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(4);
}

int main(int argc, char **argv)
{
	struct err err = {0};
	struct options o;
	hold_closed_streams();
	mem_setup();
	json_set_alloc_funcs(mem_alloc_or_end, mem_free);
	if (jail_main_wanted(argc, argv))
		return jail_main(argc, argv);
	mem_grow();
	setlocale(LC_CTYPE, "");
	interrupt_setup();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* beyond ulimit -f a write fails, as on a full disk */
	const char *name = command_name(argc, argv);
	const struct command *c = command_find(name);
	if (!c) {
		if (name[0] == '-')
			err_set(&err, ERR_USAGE, "the command comes first, not %s; see: trapline help", name);
		else
			command_unknown(name, &err);
		return fail(&err);
	}
	int skip = argc > 1 ? 1 : 0;
	if (options_parse(&o, c, argc - skip, argv + skip, &err))
		return fail(&err);
	if (o.help) {
		help_print(c);
		return 0;
	}
	o.command_line = joined(argc, argv);
	int rc = c->run(&o, &err);
	return rc < 0 ? fail(&err) : rc;
}
