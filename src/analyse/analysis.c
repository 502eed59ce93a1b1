/* analysis.c - see analysis.h. */
#include "analyse/analysis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyse/campaigns.h"
#include "analyse/engines.h"
#include "analyse/findings.h"
#include "analyse/former_record.h"
#include "analyse/infections.h"
#include "analyse/programmes.h"
#include "base/anomaly.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"

/* A change of any step makes stores be analysed anew. */
enum { ANALYSE_VERSION = 38 };

static analysis_step load;

/* In the order campaigns, engines, kin of campaigns, programmes, findings; infections need engines only. The last looks back. */
static const struct {
	analysis_step *run;
	const char *name;
} steps[] = {
	{campaigns_step, "campaigns"},
	{load, "load"},
	{engines_step, "engines"},
	{campaign_kin_step, "kin"},
	{infections_step, "infections"},
	{programmes_step, "programmes"},
	{findings_step, "findings"},
	{former_step, "former"},
};

enum { STEPS = sizeof steps / sizeof *steps, TICK = 1 << 16 };

void analysis_tick(struct analysis *a, size_t row)
{
	if (row % TICK == 0)
		progress_part(&a->progress, a->part < STEPS ? steps[a->part].name : "writing", a->part + 1, STEPS + 1);
}

static const char *const engine_sources[] = {
	[ENGINE_NONE] = "", [ENGINE_LEARNED] = "learned", [ENGINE_PACK] = "pack", [ENGINE_DISCOVERED] = "discovered"};
const char *const via_names[VIA_COUNT] = {
	[VIA_NONE] = "none", [VIA_OWN] = "own", [VIA_PAGE] = "page", [VIA_DOMAIN] = "domain", [VIA_CAMPAIGN] = "campaign"};

name_id analysis_name_of(struct analysis *a, struct str name, struct err *err)
{
	if (!name.n)
		return 0;
	struct map_entry *e = map_put(&a->name_ids, name, NULL);
	if (e && e->value)
		return (name_id)e->value;
	struct str *slot = e ? vec_push(&a->arena, &a->names, UINT32_MAX) : NULL;
	if (!slot || !(*slot = arena_dup(&a->arena, name)).p) {
		err_oom(err, "analysis");
		return 0;
	}
	e->value = a->names.n - 1;
	return (name_id)e->value;
}

struct str analysis_name_text(const struct analysis *a, name_id id)
{
	return id < a->names.n ? a->names.v[id] : S("");
}

struct analysed *analysis_find(const struct analysis *a, int64_t n)
{
	size_t lo = 0, hi = a->n_messages;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (a->messages[mid].n < n)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < a->n_messages && a->messages[lo].n == n ? &a->messages[lo] : NULL;
}

int analysis_left_out(struct analysis *a, const char *id, struct err *err, const char *reading, ...)
{
	char text[512];
	struct buf out;
	struct json j = json_to(&out);
	va_list args;
	va_start(args, reading);
	int n = vsnprintf(text, sizeof text, reading, args);
	va_end(args);
	must(n > 0 && (size_t)n < sizeof text);
	buf_init(&out, LIM_ITEM);
	json_obj(&j);
	json_key(&j, "id");
	json_z(&j, id);
	json_key(&j, "reading");
	json_z(&j, text);
	json_obj_end(&j);
	int rc = buf_ok(&out) ? store_put_item(a->store, "limit", str_of(id), buf_str(&out), err) : err_oom(err, "analysis");
	buf_free(&out);
	return rc;
}

/* ---- reading ---- */

struct load {
	struct analysis *a;
	size_t room;         /* for messages: as many as the store has */
	VEC(name_id) words;  /* interned word -> name; 0: not asked yet */
	uint32_t date, none; /* interned words of time_source */
	struct arena scratch;
	struct err *err;
};

static int name_of_word(struct load *l, uint32_t word, name_id *out)
{
	*out = 0;
	if (!word)
		return 0;
	while (l->words.n <= word)
		if (!vec_push(&l->scratch, &l->words, UINT32_MAX))
			return err_oom(l->err, "analysis");
	if (!l->words.v[word]) {
		struct str text;
		int rc = store_word(l->a->store, word, &l->scratch, &text, l->err);
		if (rc < 0)
			return rc;
		l->words.v[word] = rc ? analysis_name_of(l->a, text, l->err) : 0;
	}
	*out = l->words.v[word];
	return l->err->kind;
}

static bool room_for_domains(struct analysis *a, size_t n)
{
	return a->n_domains + n <= UINT32_MAX &&
	       mem_room((void **)&a->domains, &a->domains_room, a->n_domains + n, sizeof *a->domains);
}

static int32_t date_late(const struct row *r)
{
	if (r->time == TIME_NONE || r->date == TIME_NONE)
		return DATE_NONE;
	int64_t late = r->date - r->time; /* both are of years 0 to 9999 */
	return late > INT32_MAX ? INT32_MAX : late <= DATE_NONE ? DATE_NONE + 1 : (int32_t)late;
}

static int load_row(void *ctx, const struct store_row *r)
{
	struct load *l = ctx;
	if (l->a->n_messages == l->room) /* the count and the scan are of one batch */
		return 1;
	struct analysed *m = &l->a->messages[l->a->n_messages++];
	uint16_t n_domains = (uint16_t)r->ndomains;
	if (!room_for_domains(l->a, n_domains))
		return err_oom(l->err, "analysis");
	if (n_domains)
		memcpy(l->a->domains + l->a->n_domains, r->domains, n_domains * sizeof *r->domains);
	const struct row *row = r->row;
	uint32_t source = r->word[FEAT_time_source];
	*m = (struct analysed){.n = r->n,
		.key = r->key,
		.time = row->time,
		.date_late = date_late(row),
		.feed = r->feed,
		.occurrence = (uint32_t)row->occurrence,
		.ip_len = row->ip.n <= 16 ? (uint8_t)row->ip.n : 0,
		.time_trusted = source && source != l->date && source != l->none,
		.bounce = ((uint64_t)row->anomalies & ANOM(bounce)) != 0,
		.n_domains = n_domains,
		.domains = (uint32_t)l->a->n_domains,
		.brand = r->word[FEAT_own_brand], /* words, until name_words */
		.programme = r->word[FEAT_own_programme],
		.category = r->word[FEAT_own_category],
		.brand_confidence = (float)row->own_brand_confidence,
		.programme_confidence = (float)row->own_programme_confidence,
		.category_confidence = (float)row->own_category_confidence};
	l->a->n_domains += n_domains;
	m->via = m->brand || m->programme ? VIA_OWN : VIA_NONE;
	if (m->ip_len)
		memcpy(m->ip, row->ip.p, m->ip_len);
	return 0;
}

static int see_word(void *ctx, uint32_t id, struct str word)
{
	struct load *l = ctx;
	if (str_eq(word, S("date")))
		l->date = id;
	else if (str_eq(word, S("none")))
		l->none = id;
	return 0;
}

/* Words are looked up after the scan: a row's strings are in use during it. */
static int name_words(struct load *l)
{
	int rc = 0;
	for (size_t i = 0; i < l->a->n_messages && !rc; i++) {
		struct analysed *m = &l->a->messages[i];
		rc = name_of_word(l, m->brand, &m->brand);
		rc = rc ? rc : name_of_word(l, m->programme, &m->programme);
		rc = rc ? rc : name_of_word(l, m->category, &m->category);
	}
	return rc;
}

static int by_number(const void *a, const void *b)
{
	const struct analysed *x = a, *y = b;
	return (x->n > y->n) - (x->n < y->n);
}

static int load_messages(struct load *l)
{
	const uint64_t columns = FEAT_BIT(time) | FEAT_BIT(date) | FEAT_BIT(time_source) | FEAT_BIT(ip) | FEAT_BIT(domains) |
	                         FEAT_BIT(anomalies) | FEAT_BIT(own_brand) | FEAT_BIT(own_brand_confidence) |
	                         FEAT_BIT(own_programme) | FEAT_BIT(own_programme_confidence) | FEAT_BIT(own_category) |
	                         FEAT_BIT(own_category_confidence);
	struct analysis *a = l->a;
	int64_t n;
	int rc = store_count(a->store, &n, l->err);
	if (rc)
		return rc;
	l->room = (size_t)n;
	if (!(a->messages = arena_alloc(&a->arena, (l->room + 1) * sizeof *a->messages)))
		return err_oom(l->err, "analysis");
	rc = store_words(a->store, see_word, l, l->err);
	if (rc == 0)
		rc = store_scan(a->store, &STORE_FILTER_ALL, columns, STORE_UNORDERED | STORE_IDS, load_row, l, l->err);
	if (rc < 0)
		return rc;
	bool sorted = true;
	for (size_t i = 1; i < a->n_messages && sorted; i++)
		sorted = a->messages[i - 1].n < a->messages[i].n;
	if (!sorted)
		qsort(a->messages, a->n_messages, sizeof *a->messages, by_number);
	return name_words(l);
}

static int load_feeds(struct analysis *a, struct err *err)
{
	struct store_feed *feeds;
	size_t n;
	int rc = store_feed_list(a->store, &a->arena, &feeds, &n, err);
	for (size_t i = 0; i < n && !rc; i++)
		if (feeds[i].number >= a->n_feeds)
			a->n_feeds = feeds[i].number + 1;
	if (rc == 0 && !(a->feeds = arena_zalloc(&a->arena, a->n_feeds + 1, sizeof *a->feeds)))
		return err_oom(err, "analysis");
	if (rc == 0 && !(a->feed_kinds = arena_zalloc(&a->arena, a->n_feeds + 1, sizeof *a->feed_kinds)))
		return err_oom(err, "analysis");
	for (size_t i = 0; i < n && !rc; i++) {
		a->feeds[feeds[i].number] = feeds[i].name;
		a->feed_kinds[feeds[i].number] = feeds[i].kind;
	}
	return rc;
}

static void take_campaigns(struct analysis *a)
{
	for (size_t i = 0; i < a->campaigns.n; i++) {
		struct analysed *m = analysis_find(a, a->campaigns.row[i]);
		if (m)
			m->campaign = a->campaigns.name[i], m->marks = a->campaigns.marks[i];
	}
}

static void free_campaigns(struct analysis *a)
{
	mem_free(a->campaigns.row);
	mem_free(a->campaigns.name);
	mem_free(a->campaigns.marks);
	a->campaigns.row = NULL;
	a->campaigns.name = NULL;
	a->campaigns.marks = NULL;
	a->campaigns.n = 0;
}

static int load(struct analysis *a, struct err *err)
{
	struct load l = {.a = a, .err = err};
	arena_init(&l.scratch, SIZE_MAX);
	int rc = load_feeds(a, err);
	rc = rc ? rc : load_messages(&l);
	if (!rc)
		take_campaigns(a);
	free_campaigns(a);
	arena_free(&l.scratch);
	return rc;
}

/* ---- writing ---- */

static int put_message(struct analysis *a, const struct analysed *m, struct err *err)
{
	struct row r = {.brand = analysis_name_text(a, m->brand),
		.brand_confidence = (double)m->brand_confidence,
		.programme = analysis_name_text(a, m->programme),
		.programme_confidence = (double)m->programme_confidence,
		.category = analysis_name_text(a, m->category),
		.category_confidence = (double)m->category_confidence,
		.via = str_of(via_names[m->via]),
		.engine = analysis_name_text(a, m->engine),
		.engine_source = str_of(engine_sources[m->engine ? m->engine_source : ENGINE_NONE]),
		.engine_confidence = (double)m->engine_confidence,
		.client = analysis_name_text(a, m->client),
		.client_confidence = (double)m->client_confidence,
		.campaign = analysis_name_text(a, m->campaign)};
	must(!m->engine || !m->client);
	return store_put_attribution(a->store, m->n, &r, err);
}

static void done(const struct analysis *a, const char *part)
{
	if (a->set->done)
		a->set->done(a->set->done_ctx, part);
}

static int run_steps(struct analysis *a, struct err *err)
{
	int rc = store_clear_items(a->store, "limit", err);
	for (a->part = 0; a->part < STEPS && !rc; a->part++) {
		analysis_tick(a, 0);
		rc = steps[a->part].run(a, err);
		done(a, steps[a->part].name);
	}
	for (size_t i = 0; i < a->n_messages && !rc; i++) {
		analysis_tick(a, i);
		rc = put_message(a, &a->messages[i], err);
	}
	return rc;
}

/* ---- what it was made from ---- */

static int hash_item(void *ctx, struct str id, struct str json)
{
	uint64_t *h = ctx;
	*h = hash64(json, hash64(id, *h));
	return 0;
}

static int hash_file(const char *path, bool required, uint64_t *h, struct err *err)
{
	FILE *f = path ? fopen(path, "rb") : NULL;
	if (path && !f && required)
		return err_errno(err, ERR_INPUT, "%s", path);
	uint8_t block[16384];
	for (size_t n; f && (n = fread(block, 1, sizeof block, f)) > 0;)
		*h = hash64(str_make(block, n), *h);
	if (f)
		fclose(f);
	return 0;
}

/* A number that differs when anything but the messages changed. */
static int inputs_of(struct store *s, const struct analyse_settings *set, uint64_t *h, struct err *err)
{
	static const char *const kinds[] = {"page", "dns", "observation", "decision"};
	*h = hash64(str_make(set->pack->hash, SHA256_BYTES), ANALYSE_VERSION);
	int rc = hash_file(set->model, set->model_required, h, err);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !rc; i++)
		rc = store_items(s, kinds[i], hash_item, h, err);
	return rc;
}

/* 1: there is something to do. */
static int is_needed(struct store *s, const struct analyse_settings *set, struct arena *a, char inputs[24], struct err *err)
{
	uint64_t h;
	struct str old = S("");
	int rc = inputs_of(s, set, &h, err);
	if (rc < 0 || (rc = store_meta(s, STORE_ANALYSIS, a, &old, err)) < 0)
		return rc;
	snprintf(inputs, 24, "%016llx", (unsigned long long)h);
	return set->force || !str_eq(old, str_of(inputs));
}

int analyse_run(struct store *s, const struct analyse_settings *set, struct err *err)
{
	struct analysis a = {.store = s, .set = set};
	char inputs[24];
	arena_init(&a.arena, SIZE_MAX);
	map_init(&a.name_ids, SIZE_MAX);
	int rc = is_needed(s, set, &a.arena, inputs, err);
	if (rc == 1 && !vec_push(&a.arena, &a.names, 1)) /* name 0 */
		rc = err_oom(err, "analysis");
	if (rc == 1 && (rc = store_begin(s, err)) == 0) {
		progress_start(&a.progress, "relating messages", set->show_progress);
		rc = run_steps(&a, err);
		progress_end(&a.progress);
		rc = rc ? rc : store_put_meta(s, STORE_ANALYSIS, str_of(inputs), err);
		rc = store_end(s, rc, err);
		done(&a, "store");
		rc = rc ? rc : 1;
	}
	free_campaigns(&a);
	mem_free(a.domains);
	map_free(&a.name_ids);
	arena_free(&a.arena);
	return rc;
}
