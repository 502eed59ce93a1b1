/* report.c - trapline report [PATH...]: the main job. Read what is new, sum up, say it in the terminal and in one HTML file. */
#include "export/report.h"

#include <langinfo.h>
#include <stdlib.h>

#include "cmd/command.h"
#include "cmd/former.h"
#include "cmd/output.h"
#include "cmd/report_campaigns.h"
#include "cmd/session.h"
#include "query/finding_list.h"
#include "query/items.h"
#include "query/sample.h"

#define DEFAULT_REPORT "trapline-report.html"
enum {
	PAGE_BYTES = 64 << 20,
	TEXT_BYTES = 1 << 20,
	WORK_BYTES = 1 << 30,
	HOURS_UP_TO_DAYS = 3,
	CAMPAIGNS_SHOWN = 12,
	ENGINES_SHOWN = 40,
	ENGINES_LISTED = 15,
	ENGINES_DRAWN = 8
};

struct page {
	struct session *s;
	struct arena arena;
	struct summary sum;
	struct report_info info;
	struct campaign_list engines, campaigns;
	struct series engine_shares, by_engine;
	struct row *messages;
	struct store_filter filter;
	struct str feeds[OPT_LIST_MAX];
};

static void say_filter(const char *name, struct str value, struct buf *out)
{
	if (!value.p)
		return;
	buf_printf(out, "%s%s ", out->n ? ", " : "", name);
	buf_add(out, value.n ? value : S("(none)"));
}

/* What the report was narrowed to, in words. */
static struct str filter_words(struct page *p)
{
	const struct store_filter *f = &p->filter;
	struct buf b;
	char t[TIME_ISO_SIZE];
	buf_init_arena(&b, &p->arena, 4096);
	for (size_t i = 0; i < f->nfeeds; i++)
		say_filter("feed", f->feeds[i], &b);
	if (f->since != TIME_NONE)
		time_iso(f->since, t), say_filter("since", str_of(t), &b);
	if (f->until != TIME_NONE)
		time_iso(f->until, t), say_filter("until", str_of(t), &b);
	say_filter("brand", f->brand, &b);
	say_filter("programme", f->programme, &b);
	say_filter("engine", f->engine, &b);
	say_filter("client", f->client, &b);
	say_filter("campaign", f->campaign, &b);
	say_filter("category", f->category, &b);
	say_filter("domain", f->domain, &b);
	say_filter("From domain", f->from_domain, &b);
	say_filter("country", f->country, &b);
	if (f->subject.n)
		say_filter("subject with", f->subject, &b);
	return buf_str(&b);
}

static struct str meta(struct page *p, const char *key, struct err *err)
{
	struct str v = S("");
	return store_meta(p->s->store, key, &p->arena, &v, err) > 0 ? v : S("");
}

static int items_of(struct page *p, const char *kind, const char *by, const struct str **out, size_t *n, struct err *err)
{
	struct item *list;
	int rc = items_load(p->s->store, kind, by, &p->arena, &list, n, err);
	if (rc)
		return rc;
	struct str *v = arena_alloc(&p->arena, (*n + 1) * sizeof *v);
	if (!v)
		return err_oom(err, "report");
	for (size_t i = 0; i < *n; i++)
		v[i] = list[i].json;
	*out = v;
	return 0;
}

/* Findings are about the whole store: a report that was narrowed to some of the mail leaves them out. */
static bool is_whole(const struct store_filter *f)
{
	const struct str exact[] = {
		f->brand, f->programme, f->category, f->country, f->from_domain, f->domain, f->engine, f->client, f->campaign};
	for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
		if (exact[i].p)
			return false;
	return !f->nfeeds && !f->subject.n && !f->id_prefix.n;
}

/* Sets findings that are claims of others apart. */
static int split_claims(struct page *p, struct finding *f, size_t n, struct err *err)
{
	struct finding *claims = arena_alloc(&p->arena, (n + 1) * sizeof *claims);
	size_t kept = 0;
	if (!claims)
		return err_oom(err, "report");
	for (size_t i = 0; i < n; i++)
		if (f[i].kind == FINDING_CLAIM)
			claims[p->info.n_claims++] = f[i];
		else
			f[kept++] = f[i];
	p->info.claims = claims;
	p->info.findings = f;
	p->info.n_findings = kept;
	return 0;
}

static int gather_findings(struct page *p, struct err *err)
{
	struct finding *f = NULL;
	size_t n = 0, kept = 0;
	if (!is_whole(&p->filter))
		return 0;
	int rc = finding_load(p->s->store, &p->arena, &f, &n, err);
	for (size_t i = 0; i < n && !rc; i++) {
		int64_t end = f[i].end.time != TIME_NONE ? f[i].end.time : f[i].start.time;
		if ((p->filter.since == TIME_NONE || end >= p->filter.since) &&
			(p->filter.until == TIME_NONE || f[i].start.time < p->filter.until))
			f[kept++] = f[i];
	}
	rc = rc ? rc : split_claims(p, f, kept, err);
	p->info.by_engine = !rc && p->by_engine.distinct ? &p->by_engine : NULL;
	p->info.analysed = true;
	return rc;
}

struct controls {
	struct arena *arena;
	VEC(struct observation) list;
	struct err *err;
};

static int take_control(void *ctx, struct str id, const struct observation *o)
{
	struct controls *c = ctx;
	struct observation *slot = vec_push(c->arena, &c->list, LIM_CONTROLS);
	(void)id;
	if (!slot)
		return c->list.n >= LIM_CONTROLS ? 0 : err_oom(c->err, "report");
	*slot = *o;
	slot->engine = arena_dup(c->arena, o->engine);
	slot->programme = arena_dup(c->arena, o->programme);
	slot->source = arena_dup(c->arena, o->source);
	return slot->engine.p && slot->programme.p && slot->source.p ? 0 : err_oom(c->err, "report");
}

static int by_time(const void *a, const void *b)
{
	const struct observation *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	int rc = str_cmp(x->engine, y->engine);
	rc = rc ? rc : x->kind < y->kind ? -1 : x->kind > y->kind;
	return rc ? rc : str_cmp(x->source, y->source);
}

static int gather_outside(struct page *p, struct err *err)
{
	struct controls c = {.arena = &p->arena, .err = err};
	if (!p->info.analysed)
		return 0;
	int rc = observations(p->s->store, 1u << OBSERVED_CONTROL_UP | 1u << OBSERVED_CONTROL_DOWN, take_control, &c, err);
	if (!rc && c.list.n)
		qsort(c.list.v, c.list.n, sizeof *c.list.v, by_time);
	p->info.controls = c.list.v;
	p->info.n_controls = c.list.n;
	rc = rc ? rc : items_of(p, "flow", NULL, &p->info.flows, &p->info.n_flows, err);
	rc = rc ? rc : items_of(p, "infection", "infected", &p->info.infections, &p->info.n_infections, err);
	return rc ? rc : items_of(p, "infected", "seen", &p->info.infected, &p->info.n_infected, err);
}

/* What the messages come to, in as few passes as can be. */
static int count_messages(struct page *p, struct err *err)
{
	struct store *s = p->s->store;
	struct arena *a = &p->arena;
	struct summary_params sum = {.unit = SERIES_DAY};
	struct campaign_list_params engines = {.by = FEAT_engine, .most = ENGINES_LISTED},
				    campaigns = {.by = FEAT_campaign, .most = CAMPAIGNS_SHOWN, .members = true};
	struct series_params drawn = {.unit = SERIES_DAY, .dim = DIM_ENGINE, .top_n = ENGINES_DRAWN}, shown = drawn;
	struct reader *r[6] = {0};
	shown.top_n = ENGINES_SHOWN;
	int rc = summary_reader(&r[0], s, &sum, a, &p->sum, err);
	rc = rc ? rc : sample_reader(&r[1], s, a, &p->messages, &p->info.nmessages, err);
	rc = rc ? rc : campaign_list_reader(&r[2], s, &engines, a, &p->engines, err);
	rc = rc ? rc : campaign_list_reader(&r[3], s, &campaigns, a, &p->campaigns, err);
	rc = rc ? rc : series_reader(&r[4], s, &drawn, a, &p->engine_shares, err);
	if (!rc && is_whole(&p->filter))
		rc = series_reader(&r[5], s, &shown, a, &p->by_engine, err);
	rc = rc ? rc : readers_run(s, &p->filter, r, 6, err);
	for (size_t i = 0; i < 6; i++)
		reader_free(r[i]);
	return rc;
}

/* A few days are better seen by the hour. */
static int count_hours(struct page *p, struct err *err)
{
	struct store *s = p->s->store;
	struct summary_params sum = {.unit = SERIES_HOUR};
	struct series_params drawn = {.unit = SERIES_HOUR, .dim = DIM_ENGINE, .top_n = ENGINES_DRAWN};
	struct reader *r[2] = {0};
	if (!p->sum.by_feed.nbuckets || p->sum.by_feed.nbuckets > HOURS_UP_TO_DAYS)
		return 0;
	int rc = summary_reader(&r[0], s, &sum, &p->arena, &p->sum, err);
	if (!rc && p->engines.n)
		rc = series_reader(&r[1], s, &drawn, &p->arena, &p->engine_shares, err);
	rc = rc ? rc : readers_run(s, &p->filter, r, 2, err);
	reader_free(r[0]);
	reader_free(r[1]);
	return rc;
}

static int gather(struct page *p, struct err *err)
{
	const struct options *o = p->s->o;
	struct store *s = p->s->store;
	struct store_feed *feeds;
	p->filter = session_filter(p->s, o->n_paths == 0, p->feeds);
	int rc = count_messages(p, err);
	if (!rc)
		rc = count_hours(p, err);
	if (!rc)
		rc = store_feed_list(s, &p->arena, &feeds, &p->info.nfeeds, err);
	if (!rc)
		rc = items_of(p, "programme", "messages", &p->info.programmes, &p->info.n_programmes, err);
	if (!rc)
		rc = items_of(p, "alias", "log_odds", &p->info.aliases, &p->info.n_aliases, err);
	if (!rc)
		rc = items_of(p, "limit", NULL, &p->info.limits, &p->info.n_limits, err);
	if (!rc)
		rc = gather_campaigns(p->s, &p->campaigns, &p->arena, &p->info, err);
	if (!rc)
		rc = gather_findings(p, err);
	if (!rc)
		rc = gather_outside(p, err);
	if (rc)
		return rc;
	p->info.engines = p->engines.n ? &p->engines : NULL;
	p->info.engine_shares = p->engines.n ? &p->engine_shares : NULL;
	p->info.feeds = feeds;
	p->info.messages = p->messages;
	p->info.version = TRAPLINE_VERSION;
	p->info.command = str_of(o->command_line ? o->command_line : "");
	p->info.store = str_of(p->s->store_path);
	p->info.filter = filter_words(p);
	p->info.pack_hash = meta(p, "pack", err);
	p->info.psl_version = meta(p, "psl", err);
	p->info.made_at = TIME_NONE;
	p->info.sample =
		"drawn by lot: of each brand, each category without a brand, and the rest, the three messages with the smallest ids";
	p->info.reveal = o->reveal;
	return err->kind;
}

static int write_page(struct page *p, const char *path, struct err *err)
{
	struct buf page;
	buf_init(&page, PAGE_BYTES);
	if (report_html(&p->sum, &p->info, &page))
		err_set(err, ERR_ENV,
			page.oom ? "out of memory (report)" : "the report is too large; narrow it with --since and --until");
	else
		output_text(path, buf_str(&page), err);
	buf_free(&page);
	return err->kind;
}

static int write_summary(struct page *p, const char *path, struct err *err)
{
	struct buf text;
	struct table_opts look = output_table(p->s->o, "report");
	struct report_text_opts opts = {.width = look.width, .ascii = look.ascii};
	buf_init(&text, TEXT_BYTES);
	if (report_text(&p->sum, &p->info, &opts, &text)) {
		err_oom(err, "summary");
	} else {
		buf_printf(&text, "\nreport: %s\n", path);
		output_text(NULL, buf_str(&text), err);
	}
	buf_free(&text);
	return err->kind;
}

static int report(struct session *s, struct err *err)
{
	struct page p = {.s = s};
	const char *path = s->page;
	arena_init(&p.arena, WORK_BYTES);
	int rc = gather(&p, err);
	if (!rc && p.sum.messages == 0)
		rc = err_set(err, ERR_INPUT, "%s: no message %s; nothing to report", s->store_path,
			p.info.filter.n ? "passes the filter" : "is stored");
	if (!rc)
		rc = write_page(&p, path, err);
	if (!rc && s->o->verbose >= 0)
		rc = write_summary(&p, path, err);
	arena_free(&p.arena);
	return rc;
}

int cmd_report(const struct options *o, struct err *err)
{
	struct session s;
	int rc = session_open(&s, o, err);
	if (!rc) {
		s.page = o->out ? o->out : DEFAULT_REPORT;
		rc = output_check(s.page, err);
	}
	if (!rc && (o->n_paths || s.config->feeds_count))
		rc = session_ingest(&s, err);
	if (!rc && s.store && !o->no_analyse && (rc = session_analyse(&s, false, err)) > 0)
		rc = 0;
	if (!rc)
		rc = s.store ? store_read_begin(s.store, err) : session_open_reading(&s, o->n_paths == 0, err);
	rc = rc ? rc : former_options(&s, err);
	if (!rc)
		rc = report(&s, err);
	if (!rc)
		rc = session_verdict(&s, err);
	session_close(&s);
	return rc;
}
