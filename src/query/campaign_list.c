/* campaign_list.c - see campaign_list.h. */
#include "query/campaign_list.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"

struct tally {
	uint32_t word; /* of the campaign */
	int64_t n;
};

/* (campaign, kind, word) -> messages */
struct cell {
	uint32_t at, kind, word;
};

struct lister {
	struct store *s;
	struct arena *a;
	struct arena scratch;
	enum feature_id by;
	struct campaign_list *out;
	VEC(uint32_t) at; /* campaign's word -> index + 1 */
	VEC(struct tally) tallies;
	struct map cells;
	struct str *feeds; /* names by number */
	size_t n_feeds;
	struct err *err;
};

static uint32_t *at_of(struct lister *l, uint32_t word)
{
	while (l->at.n <= word)
		if (!vec_push(&l->scratch, &l->at, UINT32_MAX))
			return NULL;
	return &l->at.v[word];
}

static int count_row(void *ctx, const struct store_row *r)
{
	struct lister *l = ctx;
	uint32_t word = r->word[l->by];
	if (!word) {
		l->out->others++;
		return 0;
	}
	uint32_t *at = at_of(l, word);
	if (at && !*at) {
		struct tally *t = vec_push(&l->scratch, &l->tallies, UINT32_MAX);
		if (!t)
			return err_oom(l->err, "campaigns");
		t->word = word;
		*at = (uint32_t)l->tallies.n;
	}
	if (!at)
		return err_oom(l->err, "campaigns");
	l->tallies.v[*at - 1].n++;
	l->out->messages++;
	return 0;
}

static int by_size(const void *x, const void *y)
{
	const struct campaign_info *a = x, *b = y;
	if (a->messages != b->messages)
		return a->messages < b->messages ? 1 : -1;
	return str_cmp(a->id, b->id);
}

/* From all that were counted, the largest. */
static int choose(struct lister *l, size_t most)
{
	size_t n = l->tallies.n;
	struct campaign_info *v = arena_zalloc(l->a, n + 1, sizeof *v);
	if (!v)
		return err_oom(l->err, "campaigns");
	for (size_t i = 0; i < n; i++) {
		v[i].messages = l->tallies.v[i].n;
		v[i].first = v[i].last = TIME_NONE;
		v[i].sample = UINT64_MAX;
		int rc = store_word(l->s, l->tallies.v[i].word, l->a, &v[i].id, l->err);
		if (rc < 0)
			return rc;
	}
	qsort(v, n, sizeof *v, by_size);
	l->out->v = v;
	l->out->distinct = n;
	l->out->n = n < most ? n : most;
	return 0;
}

struct numbering {
	struct lister *l;
	struct map ids;
};

static int number_word(void *ctx, uint32_t id, struct str word)
{
	struct numbering *k = ctx;
	struct map_entry *e = map_get(&k->ids, word);
	if (e && id < k->l->at.n)
		k->l->at.v[id] = (uint32_t)e->value;
	return 0;
}

/* Lets `at` lead from a campaign's word to its place in the list. */
static int number(struct lister *l)
{
	struct numbering k = {.l = l};
	int rc = 0;
	map_init(&k.ids, SIZE_MAX);
	if (l->at.n)
		memset(l->at.v, 0, l->at.n * sizeof *l->at.v);
	for (size_t i = 0; i < l->out->n && !rc; i++) {
		struct map_entry *e = map_put(&k.ids, l->out->v[i].id, NULL);
		if (e)
			e->value = i + 1;
		else
			rc = err_oom(l->err, "campaigns");
	}
	rc = rc ? rc : store_words(l->s, number_word, &k, l->err);
	map_free(&k.ids);
	return rc;
}

static bool count_cell(struct lister *l, uint32_t at, enum campaign_word kind, uint32_t word)
{
	struct cell c = {at, kind, word};
	if (!word)
		return true;
	struct map_entry *e = map_put(&l->cells, str_make(&c, sizeof c), NULL);
	if (e)
		e->value++;
	return e != NULL;
}

static int detail_row(void *ctx, const struct store_row *r)
{
	struct lister *l = ctx;
	uint32_t word = r->word[l->by], at = word < l->at.n ? l->at.v[word] : 0;
	if (!at)
		return 0;
	struct campaign_info *c = &l->out->v[--at];
	int64_t t = r->row->time;
	c->sample = r->key < c->sample ? r->key : c->sample;
	if (t != TIME_NONE) {
		c->first = c->first == TIME_NONE || t < c->first ? t : c->first;
		c->last = t > c->last ? t : c->last;
	}
	bool ok = count_cell(l, at, CAMPAIGN_BRANDS, r->word[FEAT_brand]) &&
	          count_cell(l, at, CAMPAIGN_PROGRAMMES, r->word[FEAT_programme]) &&
	          count_cell(l, at, CAMPAIGN_ENGINES, r->word[FEAT_engine]) &&
	          count_cell(l, at, CAMPAIGN_COUNTRIES, r->word[FEAT_country]) && count_cell(l, at, CAMPAIGN_FEEDS, r->feed);
	for (size_t i = 0; i < r->ndomains && ok; i++)
		ok = count_cell(l, at, CAMPAIGN_DOMAINS, r->domains[i]);
	return ok ? 0 : err_oom(l->err, "campaigns");
}

/* Keeps the largest; among equals the first by name. */
static void keep(struct campaign_values *top, struct str name, int64_t n)
{
	size_t i = top->n;
	top->distinct++;
	while (i && (top->v[i - 1].n < n || (top->v[i - 1].n == n && str_cmp(top->v[i - 1].name, name) > 0)))
		i--;
	if (i == CAMPAIGN_TOP)
		return;
	size_t move = (top->n < CAMPAIGN_TOP ? top->n : CAMPAIGN_TOP - 1) - i;
	memmove(&top->v[i + 1], &top->v[i], move * sizeof *top->v);
	top->v[i] = (struct campaign_value){name, n};
	top->n += top->n < CAMPAIGN_TOP;
}

static int rank(struct lister *l)
{
	for (size_t i = 0; i < l->cells.n; i++) {
		struct cell c;
		struct str name = S("");
		memcpy(&c, l->cells.entries[i].key.p, sizeof c);
		if (c.kind == CAMPAIGN_FEEDS)
			name = c.word < l->n_feeds ? l->feeds[c.word] : S("");
		else if (store_word(l->s, c.word, l->a, &name, l->err) < 0)
			return l->err->kind;
		keep(&l->out->v[c.at].words[c.kind], name, (int64_t)l->cells.entries[i].value);
	}
	return 0;
}

static int feed_names(struct lister *l)
{
	struct store_feed *feeds;
	size_t n;
	int rc = store_feed_list(l->s, l->a, &feeds, &n, l->err);
	for (size_t i = 0; i < n && !rc; i++)
		l->n_feeds = feeds[i].number >= l->n_feeds ? feeds[i].number + 1 : l->n_feeds;
	l->feeds = arena_zalloc(&l->scratch, l->n_feeds + 1, sizeof *l->feeds);
	if (!rc && !l->feeds)
		return err_oom(l->err, "campaigns");
	for (size_t i = 0; i < n && !rc; i++)
		l->feeds[feeds[i].number] = feeds[i].name;
	return rc;
}

/* ---- volume over time ---- */

static int bin_row(void *ctx, const struct store_row *r)
{
	struct lister *l = ctx;
	uint32_t word = r->word[l->by], at = word < l->at.n ? l->at.v[word] : 0;
	int64_t t = r->row->time;
	if (!at || t == TIME_NONE)
		return 0;
	double part = (double)(t - l->out->first) / ((double)(l->out->last - l->out->first) + 1);
	l->out->v[at - 1].bins[(size_t)(part * CAMPAIGN_BINS)]++;
	return 0;
}

static int volumes(struct lister *l, const struct store_filter *f)
{
	struct campaign_list *o = l->out;
	o->first = o->last = TIME_NONE;
	for (size_t i = 0; i < o->n; i++) {
		struct campaign_info *c = &o->v[i];
		if (!(c->bins = arena_zalloc(l->a, CAMPAIGN_BINS, sizeof *c->bins)))
			return err_oom(l->err, "campaigns");
		if (c->first == TIME_NONE)
			continue;
		o->first = o->first == TIME_NONE || c->first < o->first ? c->first : o->first;
		o->last = c->last > o->last ? c->last : o->last;
	}
	return store_scan(l->s, f, FEAT_BIT(time) | (uint64_t)1 << l->by, STORE_UNORDERED | STORE_IDS, bin_row, l, l->err);
}

int campaign_list(
	struct store *s, const struct store_filter *f, size_t most, struct arena *a, struct campaign_list *out, struct err *err)
{
	return campaign_list_by(s, FEAT_campaign, f, most, a, out, err);
}

int campaign_list_by(struct store *s, enum feature_id by, const struct store_filter *f, size_t most, struct arena *a,
	struct campaign_list *out, struct err *err)
{
	const uint64_t columns = FEAT_BIT(campaign) | FEAT_BIT(time) | FEAT_BIT(brand) | FEAT_BIT(programme) | FEAT_BIT(engine) |
	                         FEAT_BIT(country) | FEAT_BIT(domains);
	struct lister l = {.s = s, .a = a, .by = by, .out = out, .err = err};
	*out = (struct campaign_list){0};
	arena_init(&l.scratch, SIZE_MAX);
	map_init(&l.cells, SIZE_MAX);
	int rc = feed_names(&l);
	rc = rc ? rc : store_scan(s, f, (uint64_t)1 << by, STORE_UNORDERED | STORE_IDS, count_row, &l, err);
	rc = rc ? rc : choose(&l, most);
	rc = rc ? rc : number(&l);
	rc = rc ? rc : store_scan(s, f, columns, STORE_UNORDERED | STORE_IDS, detail_row, &l, err);
	rc = rc ? rc : rank(&l);
	rc = rc ? rc : volumes(&l, f);
	map_free(&l.cells);
	arena_free(&l.scratch);
	return rc;
}
