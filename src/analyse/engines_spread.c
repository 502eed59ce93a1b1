/* engines_spread.c - engines that send through real mail servers: hacked web hosts, stolen accounts, a hundred rented names.
 *
 * Such a server's name is verified whoever uses it. But a text has one sender, and a sender one organisation, or whom it pays to send: a
 * text that one program hands in at many unrelated organisations is an engine's. So what servers sent is clustered by itself,
 * organisations standing for networks, and a cluster is let into discovery where
 *   - two of its campaigns at least are spread and about others: over SPREAD_CAMPAIGN organisations each, none of which sent more than
 *     half, and over SPREAD_ORGS together. What has no links is about others if it carries a file (engines_files.c) that SPREAD_ORGS
 *     organisations' servers sent, none of them more than half: then the file tells which campaign it is;
 *   - it sends in bulk (engines_int.h), and no more of its mail is organisations' own than spread: about themselves, or a campaign of few of
 *     them. Software that many use says something else for each. What is in no campaign says nothing.
 * An organisation is the registrable name without its suffix: shop.com and shop.de are one. Left out is
 *   - what people's mail clients wrote: chain letters and jokes are passed on; and what lists hand on;
 *   - what is about the organisation itself: links to it or to From's domain, answers (no envelope sender, Auto-Submitted, reports,
 *     postmaster). Shops and forums that run one program send the same sentences. It is not let in with the cluster. What has no links proves nothing, but is no obstacle either;
 *   - of what came to the server from elsewhere, a From address twice: newsletters that their readers' servers forward.
 */
#include <stdlib.h>

#include "analyse/engines_int.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/sort.h"
#include "codec/psl.h"
#include "engine/client.h"

enum { SPREAD_CAMPAIGN = 5, SPREAD_ORGS = 10, SPREAD_CAMPAIGNS = 2 };

/* Whom a message is about: what says nothing of it may be anybody's. */
enum about { ABOUT_ITSELF, ABOUT_NOTHING, ABOUT_OTHERS };

/* A message that a server handed over. */
struct sent {
	uint32_t message, print; /* of the analysis; of those that are clustered */
	uint64_t org;            /* 0: unknown */
	uint64_t who;            /* its From address, or the organisation where the message was made there */
	uint64_t file;           /* to be opened, where it says nothing of whom it is about; 0: none */
	enum about about;
};
struct spread {
	struct engines *e;
	struct psl *psl;
	struct cluster_print *prints;
	uint32_t *print_of; /* of each: the print of the engines */
	size_t n_prints;
	struct sent *sent; /* by message */
	size_t n_sent;
	uint64_t *org_of; /* by interned word: the organisation, were it a domain */
	size_t n_words;
	struct clusters clusters;
};

/* ---- what servers handed over ---- */

/* A server of its own name, or one that tells whom it took the message from. */
static bool is_served(const struct engines *e, const struct engine_tokens *t)
{
	return engine_from_host(&e->model, t) || engine_was_handed_on(&e->model, t);
}

static bool is_candidate(const struct engines *e, size_t i)
{
	const struct verdict *v = &e->verdicts[i];
	if (v->engine)
		return false;
	const struct engine_tokens t = engine_print_tokens(&e->prints, i);
	return is_served(e, &t) && !engine_list_client(&e->model, &t).n &&
	       engine_is_program(&e->model, &t, analysis_name_text(e->a, v->client));
}

static int choose(struct spread *s)
{
	struct engines *e = s->e;
	uint32_t *at = mem_zalloc(e->prints.n + 1, sizeof *at);
	s->prints = mem_alloc((e->prints.n + 1) * sizeof *s->prints);
	s->print_of = mem_alloc((e->prints.n + 1) * sizeof *s->print_of);
	s->sent = mem_alloc((e->a->n_messages + 1) * sizeof *s->sent);
	bool ok = at && s->prints && s->print_of && s->sent;
	for (size_t i = 0; ok && i < e->prints.n; i++) {
		if (!is_candidate(e, i))
			continue;
		s->prints[s->n_prints] = (struct cluster_print){engine_print_packed(&e->prints, i)};
		s->print_of[s->n_prints] = (uint32_t)i;
		at[i] = (uint32_t)++s->n_prints;
	}
	for (size_t i = 0; ok && i < e->a->n_messages; i++) {
		uint32_t print = e->prints.of[i] ? at[e->prints.of[i] - 1] : 0;
		if (print)
			s->sent[s->n_sent++] = (struct sent){.message = (uint32_t)i, .print = print - 1};
	}
	mem_free(at);
	return ok ? 0 : err_oom(e->err, "engines");
}

/* ---- whose server, about whom ---- */

static uint64_t org_of_domain(struct str domain)
{
	return domain.n ? hash64(str_first(domain, str_find_byte(domain, '.')), 3) | 1 : 0;
}

static bool is_office(struct str address)
{
	static const char *const names[] = {"postmaster", "mailer-daemon", "root", "daemon", "abuse"};
	struct str local = str_first(address, str_rfind_byte(address, '@'));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieq(local, str_of(names[i])))
			return true;
	return false;
}

static int see_word(void *ctx, uint32_t id, struct str word)
{
	struct spread *s = ctx;
	if (id < s->n_words)
		s->org_of[id] = org_of_domain(word);
	return 0;
}

static int load_words(struct spread *s)
{
	const struct engines *e = s->e;
	uint32_t max;
	int rc = store_word_max(e->a->store, &max, e->err);
	if (rc)
		return rc;
	s->n_words = (size_t)max + 1;
	s->org_of = mem_zalloc(s->n_words, sizeof *s->org_of);
	return s->org_of ? store_words(e->a->store, see_word, s, e->err) : err_oom(e->err, "engines");
}

static uint64_t org_of_word(const struct spread *s, uint32_t word)
{
	return word < s->n_words ? s->org_of[word] : 0;
}

static enum about whom_about(const struct spread *s, const struct analysed *m, uint64_t org, uint64_t from)
{
	for (size_t i = 0; i < m->n_domains; i++) {
		uint64_t link = org_of_word(s, analysis_domains(s->e->a, m)[i]);
		if (link == org || link == from)
			return ABOUT_ITSELF;
	}
	return m->n_domains ? ABOUT_OTHERS : ABOUT_NOTHING;
}

static int by_message(const void *key, const void *x)
{
	const uint32_t *message = key;
	const struct sent *s = x;
	return (*message > s->message) - (*message < s->message);
}

static int see_row(void *ctx, const struct store_row *row)
{
	struct spread *s = ctx;
	struct engines *e = s->e;
	const struct row *r = row->row;
	const struct analysed *m = analysis_find(e->a, row->n);
	uint32_t at = m ? (uint32_t)(m - e->a->messages) : 0;
	struct sent *x = m ? bsearch(&at, s->sent, s->n_sent, sizeof *x, by_message) : NULL;
	if (!x)
		return 0;
	const struct engine_tokens t = engine_print_tokens(&e->prints, s->print_of[x->print]);
	x->org = org_of_domain(psl_domains(s->psl, r->rdns).domain);
	x->who = engine_was_handed_on(&e->model, &t) ? hash64(r->from_addr, 4) : x->org;
	bool answer = engine_is_answer(&e->model, &t) || is_office(r->from_addr);
	x->about = answer    ? ABOUT_ITSELF
	           : !x->org ? ABOUT_NOTHING
	                     : whom_about(s, m, x->org, org_of_word(s, row->word[FEAT_from_domain]));
	x->file = x->about == ABOUT_NOTHING && x->org ? engines_file_of(r->attachments) : 0;
	return 0;
}

/* ---- which clusters are spread ---- */

struct seen {
	uint32_t cluster;
	uint64_t campaign; /* or a file */
	uint64_t org, who;
	enum about about;
};

static int by_seen(const void *x, const void *y)
{
	const struct seen *a = x, *b = y;
	if (a->cluster != b->cluster)
		return a->cluster < b->cluster ? -1 : 1;
	if (a->campaign != b->campaign)
		return a->campaign < b->campaign ? -1 : 1;
	return (a->org > b->org) - (a->org < b->org);
}

/* Room for all messages of a cluster. */
struct scratch {
	uint64_t *who, *orgs, *all; /* all: organisations of the campaigns that count, n_all */
	size_t n_all;
};

/* Whether the messages of one campaign, by organisation, that are about as much as least are spread. */
static bool is_spread(const struct seen *v, size_t n, enum about least, struct scratch *s, size_t *n_orgs)
{
	size_t counted = 0, most = 0, same = 0, k = 0;
	for (size_t i = 0; i < n; i++) {
		if (v[i].about < least || !v[i].org)
			continue;
		s->who[counted++] = v[i].who;
		if (!k || s->orgs[k - 1] != v[i].org) {
			s->orgs[k++] = v[i].org;
			same = 0;
		}
		most = ++same > most ? same : most;
	}
	sort_u64(s->who, counted);
	*n_orgs = k;
	return k >= SPREAD_CAMPAIGN && unique_u64(s->who, counted) >= SPREAD_CAMPAIGN && most * 2 <= counted && counted * 2 >= n;
}

static int by_file(const void *x, const void *y)
{
	const struct seen *a = x, *b = y;
	if (a->campaign != b->campaign)
		return a->campaign < b->campaign ? -1 : 1;
	return (a->org > b->org) - (a->org < b->org);
}

/* What carries a file that is spread over SPREAD_ORGS organisations is about others; of the rest no file counts. */
static int look_at_files(struct spread *s)
{
	size_t n = 0, n_files = 0, room = (s->n_sent + 1) * sizeof(uint64_t), k;
	struct seen *v = mem_alloc((s->n_sent + 1) * sizeof *v);
	uint64_t *files = mem_alloc(room);
	struct scratch scratch = {.who = mem_alloc(room), .orgs = mem_alloc(room)};
	bool ok = v && files && scratch.who && scratch.orgs;
	for (size_t i = 0; ok && i < s->n_sent; i++)
		if (s->sent[i].file)
			v[n++] = (struct seen){.campaign = s->sent[i].file, .org = s->sent[i].org, .who = s->sent[i].who};
	if (ok && n)
		qsort(v, n, sizeof *v, by_file);
	for (size_t i = 0, j; ok && i < n; i = j) {
		for (j = i + 1; j < n && v[j].campaign == v[i].campaign; j++)
			;
		if (is_spread(v + i, j - i, ABOUT_ITSELF, &scratch, &k) && k >= SPREAD_ORGS)
			files[n_files++] = v[i].campaign;
	}
	for (size_t i = 0; ok && i < s->n_sent; i++) {
		struct sent *x = &s->sent[i];
		if (x->file && has_u64(files, n_files, x->file))
			x->about = ABOUT_OTHERS;
		else
			x->file = 0;
	}
	mem_free(v);
	mem_free(files);
	mem_free(scratch.who);
	mem_free(scratch.orgs);
	return ok ? 0 : err_oom(s->e->err, "engines");
}

static size_t count_own(const struct seen *v, size_t n)
{
	size_t own = 0;
	for (size_t i = 0; i < n; i++)
		own += v[i].about == ABOUT_ITSELF;
	return own;
}

/* Those of one cluster. */
static bool is_engine(const struct seen *v, size_t n, struct scratch *s)
{
	size_t spread = 0, own = 0, campaigns = 0, k;
	s->n_all = 0;
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && v[j].campaign == v[i].campaign; j++)
			;
		bool is = v[i].campaign && is_spread(v + i, j - i, ABOUT_NOTHING, s, &k);
		if (is)
			spread += j - i;
		else
			own += v[i].campaign && j - i >= SPREAD_CAMPAIGN ? j - i : count_own(v + i, j - i);
		if (!is || !is_spread(v + i, j - i, ABOUT_OTHERS, s, &k))
			continue;
		campaigns++;
		memcpy(s->all + s->n_all, s->orgs, k * sizeof *s->all);
		s->n_all += k;
	}
	sort_u64(s->all, s->n_all);
	return campaigns >= SPREAD_CAMPAIGNS && unique_u64(s->all, s->n_all) >= SPREAD_ORGS && spread >= own &&
	       (uint64_t)spread * 100 >= (uint64_t)n * BULK_PERCENT;
}

static int judge(struct spread *s, bool *engine)
{
	struct seen *v = mem_alloc((s->n_sent + 1) * sizeof *v);
	size_t n = 0, room = (s->n_sent + 1) * sizeof(uint64_t);
	struct scratch scratch = {.who = mem_alloc(room), .orgs = mem_alloc(room), .all = mem_alloc(room)};
	bool ok = v && scratch.who && scratch.orgs && scratch.all;
	for (size_t i = 0; ok && i < s->n_sent; i++) {
		const struct sent *x = &s->sent[i];
		uint32_t cluster = s->clusters.of[x->print];
		uint64_t campaign = x->file ? x->file : s->e->a->messages[x->message].campaign;
		if (cluster)
			v[n++] = (struct seen){cluster, campaign, x->org, x->who, x->about};
	}
	if (ok && n)
		qsort(v, n, sizeof *v, by_seen);
	for (size_t i = 0, j; ok && i < n; i = j) {
		for (j = i + 1; j < n && v[j].cluster == v[i].cluster; j++)
			;
		engine[v[i].cluster - 1] = is_engine(v + i, j - i, &scratch);
	}
	mem_free(v);
	mem_free(scratch.who);
	mem_free(scratch.orgs);
	mem_free(scratch.all);
	return ok ? 0 : err_oom(s->e->err, "engines");
}

static int cluster(struct spread *s)
{
	const struct engines *e = s->e;
	struct cluster_message *m = mem_alloc((s->n_sent + 1) * sizeof *m);
	if (!m)
		return err_oom(e->err, "engines");
	for (size_t i = 0; i < s->n_sent; i++) {
		const struct analysed *a = &e->a->messages[s->sent[i].message];
		m[i] = (struct cluster_message){s->sent[i].print, engine_peer(a), s->sent[i].org, a->time};
	}
	int rc = cluster_messages(&s->clusters, &e->model, s->prints, s->n_prints, m, s->n_sent);
	mem_free(m);
	return rc ? err_oom(e->err, "engines") : 0;
}

static int let_in(struct spread *s)
{
	struct engines *e = s->e;
	bool *engine = mem_zalloc(s->clusters.n + 1, sizeof *engine);
	if (!engine)
		return err_oom(e->err, "engines");
	int rc = judge(s, engine);
	for (size_t i = 0; i < s->n_sent && !rc; i++) {
		uint32_t print = s->sent[i].print, cluster = s->clusters.of[print];
		if (cluster && engine[cluster - 1] && s->sent[i].about != ABOUT_ITSELF)
			e->verdicts[s->print_of[print]].spread = true;
	}
	for (size_t i = 0; i < s->n_sent && !rc; i++)
		if (e->verdicts[s->print_of[s->sent[i].print]].spread && s->sent[i].about != ABOUT_ITSELF)
			e->orgs[s->sent[i].message] = s->sent[i].org;
	mem_free(engine);
	return rc;
}

static int find(struct spread *s)
{
	struct engines *e = s->e;
	int rc = choose(s);
	if (rc || s->n_sent < SPREAD_ORGS)
		return rc;
	rc = psl_load(&s->psl, NULL, e->err);
	rc = rc ? rc : load_words(s);
	if (!rc)
		rc = store_scan(e->a->store, &STORE_FILTER_ALL,
			FEAT_BIT(rdns) | FEAT_BIT(from_addr) | FEAT_BIT(from_domain) | FEAT_BIT(attachments),
			STORE_UNORDERED | STORE_IDS, see_row, s, e->err);
	rc = rc ? rc : look_at_files(s);
	rc = rc ? rc : cluster(s);
	rc = rc ? rc : let_in(s);
	clusters_free(&s->clusters);
	return rc;
}

int engines_find_spread(struct engines *e)
{
	struct spread s = {.e = e};
	e->orgs = arena_zalloc(&e->arena, e->a->n_messages + 1, sizeof *e->orgs);
	int rc = e->orgs ? find(&s) : err_oom(e->err, "engines");
	psl_unload(s.psl);
	mem_free(s.prints);
	mem_free(s.print_of);
	mem_free(s.sent);
	mem_free(s.org_of);
	return rc;
}
